"""Rules against tables of days, worked by hand: when a breach begins, stays, ends and is told."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from kpi.alarms import Judgements, folds, judged_by, number
from kpi.book import EVER, NEVER
from kpi.breaches import Breach, Judged, stand, verdict
from kpi.calendar import day_period
from kpi.contracts import Version, contract_of
from kpi.model import PeriodKind, Region, Scope, ScopeKind, Window
from kpi.organisation import ScopeParts
from kpi.rule_spans import rule_spans
from kpi.scopes import scopes
from kpi.surge import History, Limit, history_length, limit_of, observations
from tests.alarm_support import CATALOG, actuals_of, book_of, found_in, leaves_of, rule
from tests.table_support import table

SUNDAY = date(2026, 10, 11)  # the last day that is over
TODAY = date(2026, 10, 12)


@pytest.mark.parametrize(
    ("days", "states"),
    [
        pytest.param([0, 0, 3], [], id="three are not more than three"),
        pytest.param([0, 0, 4], ["open"], id="four are"),
        pytest.param([4, 3], ["open"], id="one day of three: good again, but not for sure yet"),
        pytest.param([4, 3, 3], ["over"], id="three are back in order without any margin"),
        pytest.param([4, 3, 4, 3], ["open"], id="a relapse is the same breach"),
        pytest.param([4, 0, 0, 5, 0, 0], ["over", "over"], id="two breaches are two lines"),
        pytest.param([4, 0, 0, 5], ["open", "over"], id="a new one does not hide the one before"),
    ],
)
def test_more_than_three_bad_reviews_a_day(days: list[int], states: list[str]) -> None:
    found = found_in(actuals_of(SUNDAY, {"reviews_negative": days}), TODAY, rule())
    assert ["open" if one.open else "over" for one in found] == states


def test_a_count_of_several_days_keeps_its_margin() -> None:
    """Two days above three in a row; then 3 is within 5 % of the limit, and 2 is good."""
    given = rule(periods=2)
    for days, is_open in (([4, 4, 3, 3], True), ([4, 4, 2, 2], False)):
        (one,) = found_in(actuals_of(SUNDAY, {"reviews_negative": days}), TODAY, given)
        assert one.open is is_open


def test_a_week_is_judged_when_it_is_over_in_the_shops_own_zone() -> None:
    """Monday in Shanghai, still Sunday at the shop: six days of 10 are no week below 70."""
    weekly = rule(metric="orders", window=PeriodKind.WEEK, operator="<", value=70.0)
    early = actuals_of(date(2026, 10, 10), {"orders_count": [10] * 20})
    assert found_in(early, TODAY, weekly) == ()
    ended = actuals_of(SUNDAY, {"orders_count": [10] * 20 + [9]})
    assert [one.last.value for one in found_in(ended, TODAY, weekly)] == [69.0]


LAST_7 = {"window": PeriodKind.DAYS_7}


@pytest.mark.parametrize(
    ("days", "since"),
    [
        pytest.param([0] * 6 + [4], SUNDAY, id="four on the last day"),
        pytest.param([0] * 5 + [2, 0, 0, 0, 0, 0, 2], SUNDAY, id="two and two within seven days"),
        pytest.param([0] * 5 + [2, 0, 0, 0, 0, 0, 0, 2], None, id="the first two have gone"),
        pytest.param([0] * 6 + [4, 0, 0], date(2026, 10, 9), id="bad for as long as they are in"),
        pytest.param([9, 9], None, id="of five days nothing is known, so nothing is said"),
    ],
)
def test_the_last_seven_days_as_a_platform_counts(days: list[int], since: date | None) -> None:
    """More than three bad reviews in the seven days up to each day; the line tells that day."""
    found = found_in(actuals_of(SUNDAY, {"reviews_negative": days}), TODAY, rule(**LAST_7))
    assert [one.since for one in found] == ([since] if since else [])
    assert [one.number[:4] for one in found] == ([f"{since:%m%d}"] if since else [])
    assert all(".7d-" in one.number for one in found)


def test_the_last_seven_days_are_good_again_on_the_first_day_that_is_within() -> None:
    """Four on the 3rd are out of the window on the 10th; three good days end the line."""
    days = [0] * 6 + [4] + [0] * 8
    (one,) = found_in(actuals_of(SUNDAY, {"reviews_negative": days}), TODAY, rule(**LAST_7))
    assert (one.open, one.since) == (False, date(2026, 10, 3))
    assert one.values[0] == 4.0


def test_a_rate_of_the_last_thirty_days_divides_their_sums() -> None:
    """Twenty days of 30 over 100 and ten of 60: 1,200 / 3,000 is 40 %, no mean of rates."""
    spend, sales = [30] * 20 + [60] * 10, [100] * 30
    found = actuals_of(SUNDAY, {"ad_spend": spend, "ad_sales": sales})
    given = rule(metric="acos", window=PeriodKind.DAYS_30, operator=">=", value=0.4)
    assert [one.last.value for one in found_in(found, TODAY, given)] == [0.4]
    assert found_in(found, TODAY, replace(given, value=0.41)) == ()


def test_two_rules_on_one_kpi_have_two_numbers() -> None:
    given = (rule(code="warn", level="warn", value=1.0), rule(code="red"))
    found = found_in(actuals_of(SUNDAY, {"reviews_negative": [0, 5]}), TODAY, *given)
    assert len({one.number for one in found}) == 2


@pytest.mark.parametrize("length", [34, 36, 120, 300])
def test_a_breach_keeps_its_first_day_however_long_it_lasts(length: int) -> None:
    found = actuals_of(SUNDAY, {"reviews_negative": [0, 0, 0] + [9] * length})
    (one,) = found_in(found, TODAY, rule())
    assert (TODAY - one.since).days == length


def test_an_unknown_day_changes_no_state() -> None:
    """Firing stays firing over days without a row; two good days after them end it."""
    for days, is_open in (([4, None, None], True), ([4, None, 0], True), ([4, None, 0, 0], False)):
        (one,) = found_in(actuals_of(SUNDAY, {"reviews_negative": days}), TODAY, rule())
        assert one.open is is_open


def test_facts_that_end_long_ago_are_not_looked_for_for_ever() -> None:
    """The last row is 99 days old, so nothing is known of any period that could still show."""
    days = [4] + [None] * 98 + [None]
    assert found_in(actuals_of(date(2026, 7, 4), {"reviews_negative": [4]}), TODAY, rule()) == ()
    assert found_in(actuals_of(SUNDAY, {"reviews_negative": days}), TODAY, rule()) == ()


# --- surges -------------------------------------------------------------------------------------

USUAL = [1, 2, 3] * 10  # thirty days; of the last 28 the mean is 56 / 28 = 2, and so is the median
SURGE = {"against": "mean", "value": 3.0}


@pytest.mark.parametrize(
    ("days", "changes", "limit"),
    [
        pytest.param([*USUAL[-28:], 7], {}, 6.1071, id="7 is above 3 x 57 / 28"),
        pytest.param([*USUAL[-27:], 7], {}, 6.0, id="27 earlier days: 3 x 54 / 27"),
        pytest.param([*USUAL, 6], {}, None, id="6 is not"),
        pytest.param([*USUAL, 7], {"against": "median"}, 6.0, id="3 x the median of 28 days"),
        pytest.param([*USUAL[-27:], 6], {}, None, id="strict: three times is not more than it"),
        pytest.param([*USUAL[-27:], 6], {"operator": ">="}, 6.0, id="inclusive: three times is"),
        pytest.param([1, 1, 7], {"history": 4}, 3.0, id="two of four earlier days are half"),
        pytest.param([1, 1, 7], {"history": 5}, None, id="two of five are too few"),
        pytest.param([1, 1, 7], {"history": 5, "least": 2}, 3.0, id="unless two are enough"),
        pytest.param([1, None, 1, 7], {"history": 3}, 3.0, id="a day without a row is no zero"),
        pytest.param([0, 0, 0, 1], {"history": 3}, 0.0, id="more than three times nothing"),
        pytest.param([0, 0, 0, 3], {"history": 3, "beyond": 3.0}, None, id="but not beyond three"),
        pytest.param([0, 0, 0, 4], {"history": 3, "beyond": 3.0}, 3.0, id="and beyond three"),
        pytest.param(
            [8, 8, 8, 3],
            {"history": 3, "operator": "<", "value": 0.5},
            4.0,
            id="a fall to below half",
        ),
        pytest.param(
            [8, 8, 8, 3],
            {"history": 3, "operator": "<", "value": 0.5, "beyond": 2.0},
            None,
            id="a fall, but not below two",
        ),
    ],
)
def test_a_surge_against_the_shops_own_history(
    days: list[int | None], changes: dict[str, object], limit: float | None
) -> None:
    given = rule(**(SURGE | changes))
    found = found_in(actuals_of(SUNDAY, {"reviews_negative": days}), TODAY, given)
    assert [one.limit.value for one in found] == pytest.approx(
        [] if limit is None else [limit], abs=1e-4
    )


def test_a_surge_says_what_it_was_compared_with() -> None:
    """The four days before hold 1, 3 and 2; one has no row."""
    given = rule(against="mean", value=3.0, history=4)
    found = found_in(actuals_of(SUNDAY, {"reviews_negative": [1, None, 3, 2, 9]}), TODAY, given)
    assert [one.limit for one in found] == [Limit(6.0, History(2.0, 3, 4))]


def test_a_multiple_of_a_loss_is_no_limit() -> None:
    given = rule(against="mean", value=3.0, history=3)
    assert limit_of(given, [-5.0, -5.0, 1.0]) is None
    assert limit_of(given, [4e14, 4e14, 4e14]) is None  # beyond all numbers of a book


@pytest.mark.parametrize(
    ("window", "length"), [(PeriodKind.DAY, 28), (PeriodKind.WEEK, 8), (PeriodKind.MONTH, 6)]
)
def test_how_far_a_surge_looks_back_where_nobody_says(window: PeriodKind, length: int) -> None:
    given = rule(window=window, against="mean")
    assert (history_length(given), observations(given)) == (length, length // 2)
    assert history_length(rule()) == 0


# --- how the data stand ---------------------------------------------------------------------------

REVIEWS = frozenset({("amazon.reviews", "US1")})
ORDERS = frozenset({("amazon.orders", "US1")})


@pytest.mark.parametrize(
    ("days", "stale", "state"),
    [
        pytest.param([4, 4], frozenset(), "firing", id="all there"),
        pytest.param([4, None], frozenset(), "no_data", id="the last day has no row"),
        pytest.param([4, None], REVIEWS, "stale", id="and no pull within its limit"),
        pytest.param([4, 4], ORDERS, "firing", id="another stream is late"),
        pytest.param([4, 0, 0], REVIEWS, "recovered", id="over is over"),
    ],
)
def test_a_breach_whose_data_are_late_says_so(
    days: list[int | None], stale: frozenset[tuple[str, str]], state: str
) -> None:
    found = actuals_of(SUNDAY, {"reviews_negative": days}, stale=stale)
    assert [one.state for one in found_in(found, TODAY, rule())] == [state]


@pytest.mark.parametrize(
    ("days", "failed", "stale", "state"),
    [
        pytest.param([4, 4], REVIEWS, frozenset(), "error", id="the last pull failed"),
        pytest.param([4, 4], REVIEWS, REVIEWS, "error", id="an error goes before a late source"),
        pytest.param([4, None], REVIEWS, frozenset(), "error", id="and before a missing row"),
        pytest.param([4, 4], ORDERS, frozenset(), "firing", id="another stream failed"),
        pytest.param([4, 0, 0], REVIEWS, frozenset(), "recovered", id="over is over"),
    ],
)
def test_a_source_that_fails_goes_before_all_other_states_of_the_data(
    days: list[int | None],
    failed: frozenset[tuple[str, str]],
    stale: frozenset[tuple[str, str]],
    state: str,
) -> None:
    found = actuals_of(SUNDAY, {"reviews_negative": days}, stale=stale, failed=failed)
    assert [one.state for one in found_in(found, TODAY, rule())] == [state]


def test_a_week_that_lacks_days_is_partial_and_a_day_that_is_not_over_is_not_asked_for() -> None:
    weekly = rule(metric="orders", window=PeriodKind.WEEK, operator="<", value=70.0)
    short = actuals_of(SUNDAY, {"orders_count": [9] * 14 + [9] * 3 + [None] * 4})
    assert [one.state for one in found_in(short, TODAY, weekly)] == ["partial"]
    behind = actuals_of(date(2026, 10, 10), {"orders_count": [9] * 13})
    assert [one.state for one in found_in(behind, TODAY, weekly)] == ["firing"]  # the week before
    daily = rule(metric="orders", value=3.0)
    assert [one.state for one in found_in(behind, TODAY, daily)] == ["firing"]


def test_a_ratio_of_a_day_without_sales_is_unknown_and_its_data_are_whole() -> None:
    acos = rule(metric="acos", value=0.35)
    figures = {"ad_spend": [50, 5], "ad_sales": [100, 0]}
    (one,) = found_in(actuals_of(SUNDAY, figures), TODAY, acos)
    assert (one.state, one.last.value) == ("firing", 0.5)
    short: dict[str, Sequence[int | None]] = {"ad_spend": [50, 5], "ad_sales": [100, None]}
    assert [a.state for a in found_in(actuals_of(SUNDAY, short), TODAY, acos)] == ["no_data"]


# --- several sources, dated limits ----------------------------------------------------------------


def test_a_rule_on_an_own_kpi_joins_reviews_orders_and_advertising() -> None:
    """No platform's own report holds all three: 40 x 9 / 30 = 12 on the last day."""
    line = ("评价代价", "广告花费*差评数/订单数", "money", "lower")
    codes = "metric formula unit better"
    catalog, problems = CATALOG.with_own(table("tblKpi", "指标", codes, line))
    assert problems == []
    figures: dict[str, Sequence[int | None]] = {
        "ad_spend": [40, 40],
        "ad_sales": [1, 1],
        "reviews_negative": [1, 9],
        "orders_count": [30, 30],
    }
    found = actuals_of(SUNDAY, figures, catalog=catalog)
    given = rule(metric="评价代价", value=10.0)
    assert [one.last.value for one in found_in(found, TODAY, given)] == [12.0]
    without = actuals_of(SUNDAY, {**figures, "orders_count": [30, None]}, catalog=catalog)
    assert found_in(without, TODAY, given) == ()


@pytest.mark.parametrize(
    ("days", "states"),
    [
        pytest.param([5, 5, 0, 0, 5, 5], ["recovered"], id="5 broke the old limit and not the new"),
        pytest.param([0, 0, 0, 5, 5, 5], ["ended"], id="open when the new limit began"),
        pytest.param([0, 0, 0, 5, 9, 9], ["firing", "ended"], id="beyond both: a new count"),
        pytest.param([0, 0, 0, 0, 0, 9], ["firing"], id="beyond the new one"),
    ],
)
def test_a_limit_from_a_day_on_leaves_the_days_before_as_they_were(
    days: list[int], states: list[str]
) -> None:
    """More than 3 a day; from 10 October, the last two days, more than 8."""
    rows = (rule(), rule(value=8.0, start=date(2026, 10, 10)))
    for order in (rows, rows[::-1]):
        found = found_in(actuals_of(SUNDAY, {"reviews_negative": days}), TODAY, *order)
        assert [one.state for one in found] == states


def test_a_breach_that_a_new_limit_ended_three_weeks_ago_has_its_whole_run() -> None:
    """Beyond the old limit for fifty days, up to 20 September, its last day."""
    days = [0] * 3 + [5] * 50 + [0] * 21
    rows = (rule(), rule(value=8.0, start=date(2026, 9, 21)))
    (one,) = found_in(actuals_of(SUNDAY, {"reviews_negative": days}), TODAY, *rows)
    assert (one.state, one.since, one.closed) == ("ended", date(2026, 8, 2), date(2026, 9, 21))


def test_a_published_limit_counts_from_the_day_of_its_version() -> None:
    old, new = book_of(rule()), book_of(rule(value=8.0))
    versions = [
        Version(n, start, start, contract_of(one, CATALOG))
        for n, start, one in ((1, date(2026, 9, 1), old), (2, date(2026, 10, 10), new))
    ]
    days = rule_spans(new, versions)
    assert [(s.rule.value, s.days) for s in days] == [
        (3.0, Window(EVER, date(2026, 10, 10))),
        (8.0, Window(date(2026, 10, 10), NEVER)),
    ]
    assert [s.rule.value for s in rule_spans(new)] == [8.0]  # a draft counts as it is typed
    off = book_of(rule(on=False))
    gone = [
        *versions[:1],
        Version(2, date(2026, 10, 10), date(2026, 10, 9), contract_of(off, CATALOG)),
    ]
    assert [s.days.end for s in rule_spans(off, gone)] == [date(2026, 10, 10)]


def test_the_same_limit_again_is_one_span_and_a_rule_of_another_day_has_not_begun() -> None:
    same = (rule(), rule(start=date(2026, 10, 1), level="warn"))
    (one,) = rule_spans(book_of(*same))
    assert (one.days, one.rule.level) == (Window(EVER, NEVER), "warn")
    later = book_of(rule(start=date(2026, 11, 1)))
    found = actuals_of(SUNDAY, {"reviews_negative": [9]})
    assert folds(later, found, scopes(later), TODAY) == ()
    strange = book_of(rule(metric="gone"))
    assert folds(strange, found, scopes(strange), TODAY) == ()


def test_what_the_same_facts_say_is_judged_once() -> None:
    book, kept = book_of(rule()), Judgements()
    of_facts = actuals_of(SUNDAY, {"reviews_negative": [0, 4]})
    first = folds(book, of_facts, scopes(book), TODAY, judged=kept)
    others = actuals_of(SUNDAY, {"reviews_negative": [0, 0]})
    assert folds(book, others, scopes(book), TODAY, judged=kept) == first
    assert folds(book, others, scopes(book), TODAY) != first
    (alarm,) = first[0].alarms
    assert not alarm.failed
    stream = alarm.last.streams[0].split("@")
    failed = replace(of_facts, failed=frozenset({(stream[0], stream[1])}))
    assert folds(book, failed, scopes(book), TODAY, judged=kept)[0].alarms[0].failed
    for another in (book_of(rule(value=4.0)), book_of(rule(keep=3))):
        judged = folds(another, of_facts, scopes(another), TODAY, judged=kept)
        assert judged == folds(another, of_facts, scopes(another), TODAY)
    assert len(kept) == 3


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        pytest.param("CHEN", ScopeKind.PERSON, id="a person with shops in both"),
        pytest.param("amazon", ScopeKind.PLATFORM, id="a platform"),
        pytest.param("home", ScopeKind.CATEGORY, id="a category"),
        pytest.param("Nord", ScopeKind.ENTITY, id="a company"),
        pytest.param("Lumo", ScopeKind.BRAND, id="a brand"),
    ],
)
def test_what_is_there_in_two_regions_has_two_numbers(code: str, kind: ScopeKind) -> None:
    one = ScopeParts(Scope(code, kind, Region.US, {"zh": "", "en": ""}), ())
    other = replace(one, scope=replace(one.scope, region=Region.EU))
    assert number(rule(), one, SUNDAY) != number(rule(), other, SUNDAY)
    assert number(rule(), one, SUNDAY).startswith(f"1011-{code}.US-negative_review_count.d-")


def test_other_scopes_than_the_rules_are_not_watched() -> None:
    found = actuals_of(SUNDAY, {"reviews_negative": [9]})
    assert [a.scope.scope.code for a in found_in(found, TODAY, rule(scope="US1"))] == ["US1"]
    assert found_in(found, TODAY, rule(scope="US2")) == ()


# --- laws -----------------------------------------------------------------------------------------

DAYS = st.lists(st.one_of(st.none(), st.integers(0, 6)), min_size=1, max_size=60)


@settings(max_examples=60, deadline=None)
@given(DAYS, st.integers(1, 3), st.integers(0, 2), st.randoms(use_true_random=False))
def test_any_order_of_facts_and_rules_gives_the_same_lines(
    days: list[int | None], periods: int, keep: int, chance: random.Random
) -> None:
    rules = [rule(code=c, periods=periods, keep=keep, value=v) for c, v in (("a", 3.0), ("b", 1.0))]
    first = found_in(actuals_of(SUNDAY, {"reviews_negative": days}), TODAY, *rules)
    again = found_in(actuals_of(SUNDAY, {"reviews_negative": days}), TODAY, *rules[::-1])
    assert first == again
    leaves = leaves_of(SUNDAY, {"reviews_negative": days})
    chance.shuffle(leaves)
    mixed = found_in(actuals_of(SUNDAY, {}, leaves=leaves), TODAY, *rules)
    assert [(a.number, a.state, a.since) for a in mixed] == [
        (a.number, a.state, a.since) for a in first
    ]


@settings(max_examples=60, deadline=None)
@given(DAYS, st.integers(1, 3), st.integers(0, 2))
def test_looking_back_only_so_far_gives_what_the_whole_history_gives(
    days: list[int | None], periods: int, keep: int
) -> None:
    """Sixty days and forty quiet ones before them, folded whole, stand as the short look stands."""
    assume("." * 30 not in "".join("." if v is None else "x" for v in days))  # no outage
    given = rule(periods=periods, keep=keep)
    figures = [0] * 40 + days
    found = found_in(actuals_of(SUNDAY, {"reviews_negative": figures}), TODAY, given)
    first = SUNDAY - timedelta(days=len(figures) - 1)
    plain = judged_by(given, CATALOG.metrics[given.metric])
    whole = stand(
        [
            Judged(
                day_period(first + timedelta(n)), verdict(None if v is None else float(v), plain)
            )
            for n, v in enumerate(figures)
        ],
        plain,
    )
    opened = [a for a in found if a.open]
    assert bool(opened) is (whole.breach in {Breach.FIRING, Breach.RECOVERING})
    assert [a.episode.periods[0] for a in opened] == ([whole.episode] if opened else [])
