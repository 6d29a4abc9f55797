"""What was shown against what the facts say: refreshes day by day, worked by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpi.alarms import KEEP_RECOVERED_DAYS, folds
from kpi.breach_memory import Kept, Lines, lines, released, to_log
from kpi.breach_typed import Typed
from kpi.scopes import scopes
from kpi.silences import hushed
from kpi.typed_rows import Rule
from tests.alarm_support import SHOP, actuals_of, book_of, rule

Days = Sequence[int | None]
FIRST = date(2026, 10, 1)  # every table of days begins here


def refreshed(days: Days, kept: Sequence[Kept] = (), *rules: Rule, at: date | None = None) -> Lines:
    """One refresh on the morning after the last day, or later."""
    last = FIRST + timedelta(days=len(days) - 1)
    today = at or last + timedelta(days=1)
    book = book_of(*(rules or (rule(),)))
    found = actuals_of(last, {"reviews_negative": days}, over=today - timedelta(days=1))
    return lines(folds(book, found, scopes(book), today), kept, {}, today)


def shown(found: Lines) -> list[tuple[str, str]]:
    """(first day, state) of every line."""
    live = [(f"{a.episode.periods[0].window.start:%m-%d}", a.state) for a in found.alarms]
    return live + [(f"{k.since:%m-%d}", k.state) for k in found.gone]


# told first, then the same days as they are restated -> the lines afterwards
RESTATED = [
    pytest.param([0, 5], [0, 5], [("10-02", "firing")], id="nothing is restated"),
    pytest.param([0, 5], [0, 3], [("10-02", "withdrawn")], id="five become three"),
    pytest.param([0, 5, 0, 0], [0, 3, 0, 0], [("10-02", "withdrawn")], id="closed, then never was"),
    pytest.param([0, 5, 6], [0, 3, 6], [("10-03", "firing")], id="it began a day later"),
    pytest.param([0, 5, 6], [4, 5, 6], [("10-01", "firing")], id="it began a day earlier"),
    pytest.param([5, 6, 5], [5, 0, 0], [("10-01", "recovered")], id="it was shorter"),
    pytest.param([0, 5], [0, None], [("10-02", "firing")], id="unknown changes no state"),
    pytest.param([0, 5, 0, 0], [0, None, 0, 0], [("10-02", "recovered")], id="nor that it is over"),
    pytest.param(
        [5, 0, 0, 5],
        [5, 5, 5, 5],
        [("10-01", "firing")],
        id="two become one under the first number",
    ),
    pytest.param(
        [5, 5, 5, 5],
        [5, 0, 0, 5],
        [("10-04", "firing"), ("10-01", "recovered")],
        id="one becomes two, the first keeps its number",
    ),
    pytest.param([0, 0], [0, 5], [("10-02", "firing")], id="a breach that a restatement brought"),
]


@pytest.mark.parametrize(("told", "now", "after"), RESTATED)
def test_facts_restated_after_a_line_was_shown(
    told: Days, now: Days, after: list[tuple[str, str]]
) -> None:
    before = refreshed(told)
    found = refreshed(now, before.kept)
    assert shown(found) == after
    again = refreshed(now, found.kept)
    assert (again.alarms, again.gone, again.kept) == (found.alarms, found.gone, found.kept)
    old = {k.number for k in before.kept}
    new = [a.number for a in found.alarms] + [k.number for k in found.gone]
    assert len(new) == len(set(new))
    assert not old or old & set(new)  # what was typed beside a line finds it again


def test_a_withdrawn_line_tells_both_values_and_goes_to_the_log_after_thirty_days() -> None:
    before = refreshed([0, 5])
    found = refreshed([0, 3], before.kept)
    (line,) = found.gone
    assert (line.value, line.restated, line.value_day) == (5.0, 3.0, date(2026, 10, 2))
    assert line.closed == date(2026, 10, 3)
    quiet = [0, 3] + [0] * 29
    held = refreshed(quiet, found.kept)
    assert shown(held) == [("10-02", "withdrawn")]  # the 1 November is the thirtieth day
    left = refreshed([*quiet, 0, 0], held.kept)
    assert (shown(left), [k.number for k in to_log(left.kept, date(2026, 11, 3))]) == (
        [], [line.number],
    )  # fmt: skip
    forgotten = refreshed([*quiet, 0], left.kept, at=date(2027, 12, 1))
    assert forgotten.kept == ()


def test_a_line_that_was_withdrawn_and_comes_back_is_itself() -> None:
    before = refreshed([0, 5])
    away = refreshed([0, 3], before.kept)
    back = refreshed([0, 5], away.kept)
    assert [a.number for a in back.alarms] == [before.alarms[0].number]
    assert back.gone == ()


@pytest.mark.parametrize(
    ("days", "changed", "states"),
    [
        pytest.param([0, 5], rule(value=8.0), ["ended"], id="a higher limit: no restatement"),
        pytest.param([0, 5], rule(on=False), ["ended"], id="the rule is off"),
        pytest.param([0, 5], rule(value=4.0), ["firing", "ended"], id="another limit, a new line"),
        pytest.param([0, 5], rule(level="warn"), ["firing"], id="how loud it is: the same line"),
        pytest.param([5, 0, 0], rule(on=False), ["recovered"], id="it was over before"),
    ],
)
def test_a_rule_that_changed_in_place(days: Days, changed: Rule, states: list[str]) -> None:
    before = refreshed(days)
    found = refreshed(days, before.kept, changed)
    assert [state for _, state in shown(found)] == states
    numbers = [a.number for a in found.alarms] + [k.number for k in found.gone]
    assert len(numbers) == len(set(numbers))


def test_a_breach_that_nobody_refreshed_for_two_months_is_over_and_not_withdrawn() -> None:
    """Looked at are 35 days, from 27 October on: the first of them is good, so it was over then."""
    before = refreshed([5])
    found = refreshed([5] + [0] * 60, before.kept)
    assert found.gone == ()
    assert [(k.state, k.closed) for k in found.kept] == [("recovered", date(2026, 10, 27))]


def test_a_breach_that_nobody_refreshed_for_a_month_was_over_on_its_day() -> None:
    """33 days later the run is still among the days looked at, and no longer shown."""
    found = refreshed([5] + [0] * 33, refreshed([5]).kept)
    assert shown(found) == []
    assert [(k.state, k.closed) for k in found.kept] == [("recovered", date(2026, 10, 2))]
    twice = [5, 0, 0, 5]
    found = refreshed(twice + [0] * 31, refreshed(twice).kept)
    assert [k.closed for k in found.kept] == [date(2026, 10, 2), date(2026, 10, 5)]


def test_a_breach_before_a_long_outage_stays_open_until_something_is_known() -> None:
    """Nothing for eighty days, then good days: over from the first of them."""
    before = refreshed([5])
    dark = refreshed([5] + [None] * 80, before.kept)
    assert shown(dark) == [("10-01", "firing")]
    light = refreshed([5] + [None] * 80 + [0], dark.kept)
    assert [(k.state, k.closed) for k in light.kept] == [("recovered", date(2026, 12, 21))]


def test_what_is_typed_beside_a_line_goes_with_it_to_the_log() -> None:
    (line,) = refreshed([0, 5]).kept
    typed = {line.number: Typed(line.number, "answered each", "LI", None)}
    last = FIRST + timedelta(days=1)
    book = book_of(rule())
    found = folds(
        book,
        actuals_of(last, {"reviews_negative": [0, 5]}),
        scopes(book),
        last + timedelta(days=1),
    )
    (kept,) = lines(found, [line], typed, last + timedelta(days=1)).kept
    assert (kept.action, kept.by) == ("answered each", "LI")
    later = refreshed([0, 5] + [0] * 59, [kept])
    (old,) = to_log(later.kept, date(2026, 12, 1))
    assert (old.action, old.state) == ("answered each", "recovered")


@pytest.mark.parametrize(
    ("changes", "told", "now", "what"),
    [
        pytest.param({}, [0, 5], [0, 3], (2, 5.0, 3.0), id="its own day"),
        pytest.param({"periods": 2}, [5, 5], [3, 5], (1, 5.0, 3.0), id="the first of two"),
        pytest.param({"periods": 2}, [5, None, 5], [5, 0, 5], (2, None, 0.0), id="one came late"),
        pytest.param(
            {"against": "mean", "value": 2.0, "history": 4},
            [1, 1, 1, 1, 3], [9, 1, 1, 1, 3], (5, 3.0, 3.0), id="its history: 2 x 3, not 2 x 1",
        ),
    ],
)  # fmt: skip
def test_which_day_took_a_breach_back(
    changes: dict[str, object], told: Days, now: Days, what: tuple[int, float | None, float]
) -> None:
    before = refreshed(told, (), rule(**changes))
    assert [k.state for k in before.kept] == ["firing"]
    (line,) = refreshed(now, before.kept, rule(**changes)).gone
    assert line.state == "withdrawn"
    assert (line.value_day.day, line.value, line.restated) == what


# The reference's timeline in orders a day, ten times its percent: bad above 40, good at 35 or less,
# two days in a row. (morning, days from 2 November on, lines); 38 and 39 are neither.
NOVEMBER: list[tuple[int, Days, list[str]]] = [
    (3, [31], []),
    (4, [31, 46], []),
    (5, [31, 46, None], []),
    (6, [31, 46, 44, 49], ["11-03 firing"]),
    (7, [31, 46, 44, 49, 38], ["11-03 firing"]),
    (8, [31, 46, 44, 49, 38, None], ["11-03 no_data"]),
    (9, [31, 46, 44, 49, 38, None, None], ["11-03 no_data"]),
    (9, [31, 46, 44, 49, 38, 32, 33], ["11-03 recovered"]),
    (10, [31, 46, 44, 49, 38, 32, 33, 42], ["11-03 recovered"]),
    (11, [31, 46, 44, 49, 38, 32, 33, 42, 48], ["11-09 silenced", "11-03 recovered"]),
    (12, [31, 46, 44, 49, 38, 32, 33, 42, 48, 50], ["11-09 firing", "11-03 recovered"]),
    (12, [31, 46, 44, 49, 38, 32, 33, 34, 48, 50], ["11-10 firing", "11-03 recovered"]),
    (13, [31, 46, 44, 49, 38, 32, 33, 34, 48, 50, 30], ["11-10 firing", "11-03 recovered"]),
    (13, [31, 46, 44, 49, 38, 32, 33, 34, 39, 50, 30], ["11-03 recovered", "11-10 withdrawn"]),
    (13, [31, 46, 44, 49, 38, 32, 33, 34, 39, 50, 30], ["11-03 recovered", "11-10 withdrawn"]),
]


def test_the_worked_timeline_of_november_line_by_line() -> None:
    late = rule(metric="orders", value=40.0, margin=5.0, periods=2, quiet="双十一")
    book = book_of(late)
    kept: tuple[Kept, ...] = ()
    numbers: set[str] = set()
    for morning, days, wanted in NOVEMBER:
        today = date(2026, 11, morning)
        last = date(2026, 11, 1) + timedelta(days=len(days))
        facts = actuals_of(last, {"orders_count": days}, over=today - timedelta(days=1))
        found = lines(folds(book, facts, scopes(book), today), kept, {}, today)
        live = [hushed(a, {}, facts.last_day, today) for a in found.alarms]
        said = [f"{a.since:%m-%d} {a.state}" for a in live]
        assert said + [f"{k.since:%m-%d} {k.state}" for k in found.gone] == wanted, morning
        kept = found.kept
        numbers |= {k.number[:4] for k in kept}
    assert numbers == {"1103", "1109"}  # a run that began a day later is the same line
    (taken,) = [k for k in kept if k.state == "withdrawn"]
    assert (taken.value_day.day, taken.value, taken.restated) == (10, 48.0, 39.0)


# --- laws -----------------------------------------------------------------------------------------

DAYS = st.lists(st.one_of(st.none(), st.integers(0, 6)), min_size=1, max_size=40)


@settings(max_examples=60, deadline=None)
@given(DAYS, st.sets(st.integers(1, 39)), st.integers(1, 3), st.integers(0, 2))
def test_any_split_of_refreshes_gives_the_same_lines(
    days: list[int | None], mornings: set[int], periods: int, keep: int
) -> None:
    """Facts that only grow: who refreshed on which mornings, and how often, shows nowhere."""
    one = rule(periods=periods, keep=keep)
    kept: tuple[Kept, ...] = ()
    for length in sorted(n for n in mornings if n < len(days)):
        kept = refreshed(days[:length], kept, one).kept
        kept = refreshed(days[:length], kept, one).kept  # a refresh killed before it was recorded
    split, whole = refreshed(days, kept, one), refreshed(days, (), one)
    assert (split.alarms, shown(split)) == (whole.alarms, shown(whole))


@settings(max_examples=60, deadline=None)
@given(st.lists(DAYS, min_size=1, max_size=4), st.randoms(use_true_random=False))
def test_restated_as_you_like_each_run_has_one_line_and_the_memory_has_no_order(
    tables: list[list[int | None]], chance: object
) -> None:
    """Whatever was told before, the lines from the facts are those that the facts give alone."""
    kept: tuple[Kept, ...] = ()
    today = FIRST + timedelta(days=40)
    for days in tables:
        kept = refreshed(days, kept, at=today).kept
        mixed = list(kept)
        chance.shuffle(mixed)  # type: ignore[attr-defined]  # a random.Random
        found, again = (refreshed(days, seen, at=today) for seen in (kept, mixed))
        assert (found.alarms, found.gone, found.kept) == (again.alarms, again.gone, again.kept)
        numbers = [a.number for a in found.alarms] + [k.number for k in found.gone]
        assert len(numbers) == len(set(numbers))
        alone = refreshed(days, at=today)
        bare = [replace(a, number="") for a in alone.alarms]
        assert sorted(map(repr, (replace(a, number="") for a in found.alarms))) == sorted(
            map(repr, bare)
        )


def test_a_shop_that_is_gone_while_its_rule_judges_others_is_reported_no_longer() -> None:
    """It has not recovered; with the rule itself gone it is the rule that changed."""
    other = replace(SHOP, code="US2")
    days, today = {"reviews_negative": [0, 5]}, date(2026, 10, 3)
    found = actuals_of(date(2026, 10, 2), days)
    both, left, none = (
        book_of(rule(), shops=(SHOP, other)), book_of(rule(), shops=(other,)), book_of(),
    )  # fmt: skip
    told = lines(folds(both, found, scopes(both), today), (), {}, today)
    assert [one.scope.scope.code for one in told.alarms] == ["US1"]
    for book, state in ((left, "unreported"), (none, "ended")):
        now = lines(folds(book, found, scopes(book), today), told.kept, {}, today)
        assert [(one.scope, one.state, one.closed) for one in now.gone] == [("US1", state, today)]
        again = lines(folds(book, found, scopes(book), today), now.kept, {}, today)
        assert again.kept == now.kept
        back = lines(folds(both, found, scopes(both), today), now.kept, {}, today)
        assert [one.number for one in back.alarms] == [told.alarms[0].number]


# --- words of a person ----------------------------------------------------------------------------

CLOSED = date(2026, 10, 4)
WORDS = Typed("1002-X", "cut bids", "CHEN", date(2026, 10, 9))
LEFT = Kept(
    "1002-X", "gone rule", "abcd", "US1", "US", "acos", "warn", ">", 0.35, 0.4,
    date(2026, 10, 2), (date(2026, 10, 2),), (0.4,), "recovered", CLOSED,
)  # fmt: skip
SPOKEN = replace(LEFT, action="cut bids", by="CHEN", silence=date(2026, 10, 9))


@pytest.mark.parametrize(
    ("before", "typed", "days", "shown", "moved"),
    [
        pytest.param(SPOKEN, WORDS, 30, True, False, id="thirty days on the tab"),
        pytest.param(SPOKEN, WORDS, 31, False, True, id="then its words go along to the log"),
        pytest.param(LEFT, WORDS, 31, True, False, id="new words wait to be remembered first"),
        pytest.param(SPOKEN, replace(WORDS, by=""), 31, True, False, id="changed ones do so too"),
        pytest.param(LEFT, None, 31, False, False, id="a line without words has none to move"),
    ],
)
def test_the_words_of_a_line_leave_the_tab_once_they_are_remembered(
    before: Kept, typed: Typed | None, days: int, *, shown: bool, moved: bool
) -> None:
    today = CLOSED + timedelta(days=days)
    said = {typed.number: typed} if typed else {}
    found = lines((), (before,), said, today)
    assert bool(found.gone) is shown
    assert bool(released((before,), found.kept, said.values(), today)) is moved
    again = lines((), found.kept, said, today)
    assert bool(released(found.kept, again.kept, said.values(), today)) is (
        bool(said) and days > KEEP_RECOVERED_DAYS
    )


def test_only_words_of_lines_that_left_are_moved() -> None:
    stranger = replace(WORDS, number="typed by hand")
    assert released((SPOKEN,), (SPOKEN,), [stranger], CLOSED + timedelta(days=99)) == frozenset()
    assert released((), (SPOKEN,), [WORDS], CLOSED + timedelta(days=99)) == frozenset()


def test_a_line_with_words_is_remembered_for_ever_and_another_for_four_hundred_days() -> None:
    for days, kept in ((400, [LEFT, SPOKEN]), (401, [SPOKEN])):
        other = replace(SPOKEN, number="1003-Y")
        found = lines((), (LEFT, other), {}, CLOSED + timedelta(days=days))
        assert [one.spoken for one in found.kept] == [one.spoken for one in kept]
