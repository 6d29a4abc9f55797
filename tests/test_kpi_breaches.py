"""The breach fold: each cell of the state table, the worked timeline, and the law of the fold."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi.breaches import (
    Breach,
    Event,
    Judged,
    Standing,
    Told,
    Verdict,
    bound_of,
    event,
    is_beyond,
    latest,
    stand,
    step,
    trail,
    verdict,
)
from kpi.calendar import day_period
from kpi.errors import KpiError
from kpi.model import Period, PeriodKind
from kpi.typed_rows import Bound, Rule

BAD, MID, GOOD, GAP = Verdict.BAD, Verdict.MID, Verdict.GOOD, Verdict.GAP
LATE = Rule(
    code="LATE", on=True, metric="late_shipment_rate", scope="AMZ-DE", window=PeriodKind.DAY,
    operator=">", value=4.0, periods=2, level="breach", address="Rules!A5", keep=1, margin=0.5,
)  # fmt: skip
BEFORE, NOW = day_period(date(2026, 11, 2)), day_period(date(2026, 11, 3))
NORMAL = Standing()


def november(day: int) -> Period:
    return day_period(date(2026, 11, day))


def pending(n: int) -> Standing:
    return Standing(Breach.PENDING, n, 0, BEFORE)


def firing(n: int) -> Standing:
    return Standing(Breach.FIRING, n, 0, BEFORE)


def recovering(good: int) -> Standing:
    return Standing(Breach.RECOVERING, 3, good, BEFORE)


@pytest.mark.parametrize(
    ("start", "said", "periods", "keep", "end"),
    [
        pytest.param(NORMAL, BAD, 3, 1, Standing(Breach.PENDING, 1, 0, NOW), id="normal, bad"),
        pytest.param(NORMAL, BAD, 1, 1, Standing(Breach.FIRING, 1, 0, NOW), id="one is enough"),
        pytest.param(NORMAL, MID, 3, 1, NORMAL, id="normal, mid"),
        pytest.param(NORMAL, GOOD, 3, 1, NORMAL, id="normal, good"),
        pytest.param(NORMAL, GAP, 3, 1, NORMAL, id="normal, gap"),
        pytest.param(pending(1), BAD, 3, 1, pending(2), id="pending counts"),
        pytest.param(pending(2), BAD, 3, 1, firing(3), id="pending fires, same episode"),
        pytest.param(pending(2), MID, 3, 1, NORMAL, id="pending, mid"),
        pytest.param(pending(2), GOOD, 3, 1, NORMAL, id="pending, good"),
        pytest.param(pending(2), GAP, 3, 1, pending(2), id="a gap neither counts nor resets"),
        pytest.param(firing(3), BAD, 3, 1, firing(4), id="firing, bad"),
        pytest.param(firing(3), MID, 3, 1, firing(3), id="firing, mid"),
        pytest.param(firing(3), GOOD, 3, 1, recovering(0), id="firing, good"),
        pytest.param(firing(3), GOOD, 3, 0, NORMAL, id="nothing to keep: normal at once"),
        pytest.param(firing(3), GAP, 3, 1, firing(3), id="firing, gap"),
        pytest.param(recovering(1), BAD, 3, 3, firing(4), id="a relapse is the same episode"),
        pytest.param(recovering(1), MID, 3, 3, recovering(1), id="recovering, mid"),
        pytest.param(recovering(1), GOOD, 3, 3, recovering(2), id="recovering counts"),
        pytest.param(recovering(1), GOOD, 3, 2, NORMAL, id="normal at keep"),
        pytest.param(recovering(1), GAP, 3, 3, recovering(1), id="recovering, gap"),
    ],
)
def test_each_cell_of_the_state_table(
    start: Standing, said: Verdict, periods: int, keep: int, end: Standing
) -> None:
    assert step(start, NOW, said, replace(LATE, periods=periods, keep=keep)) == end


TIMELINE = [  # what is newly known: (period, revision, value); state, run and episode after it
    pytest.param(0, [(2, 1, 3.1)], Breach.NORMAL, 0, None, id="Tue 3 Nov"),
    pytest.param(1, [(3, 1, 4.6)], Breach.PENDING, 1, 3, id="Wed 4 Nov"),
    pytest.param(2, [(4, 1, None)], Breach.PENDING, 1, 3, id="Thu 5 Nov: one of two streams"),
    pytest.param(3, [(4, 2, 4.4), (5, 1, 4.9)], Breach.FIRING, 3, 3, id="Fri 6 Nov"),
    pytest.param(4, [(6, 1, 3.8)], Breach.FIRING, 3, 3, id="Sat 7 Nov: mid"),
    pytest.param(5, [(7, 1, None)], Breach.FIRING, 3, 3, id="Sun 8 Nov: the source fails"),
    pytest.param(6, [(7, 2, 3.2)], Breach.RECOVERING, 3, 3, id="Mon 9 Nov, first of two"),
    pytest.param(7, [(8, 1, 3.3)], Breach.NORMAL, 0, None, id="Mon 9 Nov, second of two"),
    pytest.param(8, [(9, 1, 4.2)], Breach.PENDING, 1, 9, id="Tue 10 Nov"),
    pytest.param(9, [(10, 1, 4.8)], Breach.FIRING, 2, 9, id="Wed 11 Nov"),
    pytest.param(10, [(11, 1, 5.0)], Breach.FIRING, 3, 9, id="Thu 12 Nov"),
    pytest.param(11, [(9, 2, 3.4)], Breach.FIRING, 2, 10, id="Thu 12 Nov 15:00, restated"),
    pytest.param(12, [(12, 1, 3.0)], Breach.RECOVERING, 2, 10, id="Fri 13 Nov"),
    pytest.param(13, [(10, 2, 3.9)], Breach.NORMAL, 0, None, id="Fri 13 Nov 11:00: withdrawn"),
    pytest.param(14, [(10, 2, 3.9), (9, 1, 4.2)], Breach.NORMAL, 0, None, id="again: no change"),
]
Row = tuple[int, int, float | None]


def known(step_no: int) -> list[Judged]:
    """Everything that had arrived by a row of the timeline."""
    rows: list[Row] = []
    for case in TIMELINE[: step_no + 1]:
        new = case.values[1]
        assert isinstance(new, list)
        rows += new
    return [Judged(november(day), verdict(value, LATE), rev) for day, rev, value in rows]


@pytest.mark.parametrize(("no", "new", "breach", "bad", "episode"), TIMELINE)
def test_the_worked_timeline(
    no: int, new: list[Row], breach: Breach, bad: int, episode: int | None
) -> None:
    assert new
    standing = stand(known(no), LATE)
    began = None if episode is None else november(episode)
    assert (standing.breach, standing.bad, standing.episode) == (breach, bad, began)


def test_what_the_worked_timeline_tells() -> None:
    first = Told(tuple(november(d) for d in (3, 4, 5)), open=True)
    second = Told(tuple(november(d) for d in (9, 10, 11)), open=True)

    def told(no: int, before: Told | None) -> Event | None:
        return event(before, trail(known(no), LATE))

    assert told(1, None) is None
    assert told(3, None) is Event.FIRED
    assert told(4, first) is None
    assert told(6, first) is None
    assert told(7, first) is Event.RESOLVED
    closed = replace(first, open=False)
    assert told(8, closed) is None
    assert told(9, closed) is Event.FIRED
    assert told(11, second) is None
    assert told(12, second) is None
    assert told(13, second) is Event.WITHDRAWN
    assert told(14, replace(second, open=False, withdrawn=True)) is None


@pytest.mark.parametrize(
    ("operator", "value", "margin", "seen", "said"),
    [
        pytest.param(">", 3.0, None, 4.0, BAD, id="four bad reviews are more than three"),
        pytest.param(">", 3.0, None, 3.0, MID, id="three are not more than three"),
        pytest.param(">", 3.0, None, 2.0, GOOD, id="two are good"),
        pytest.param(">=", 3.0, None, 3.0, BAD, id="an inclusive limit fires at equality"),
        pytest.param(">", 4.0, 0.5, 3.6, MID, id="not back by the margin yet"),
        pytest.param(">", 4.0, 0.5, 3.5, GOOD, id="back by exactly the margin"),
        pytest.param("<", 0.9, None, 0.9, MID, id="mirrored: equality does not fire"),
        pytest.param("<", 0.9, None, 0.899, BAD, id="mirrored: below"),
        pytest.param("<", 0.9, None, 0.945, GOOD, id="mirrored: back by 5 %"),
        pytest.param("<=", 0.9, None, 0.9, BAD, id="mirrored: inclusive"),
        pytest.param(">", 0.0, None, 0.0, GOOD, id="zero is data, and good where zero is allowed"),
        pytest.param(">", 3.0, None, None, GAP, id="unknown is a gap"),
        pytest.param(">", 0.3, 0.0, 0.1 + 0.2, GOOD, id="noise of a sum is no breach"),
        pytest.param("<", 99e9, None, 99.5e9, GAP, id="its way back lies beyond all numbers"),
    ],
)
def test_a_verdict(
    operator: str, value: float, margin: float | None, seen: float | None, said: Verdict
) -> None:
    rule = replace(LATE, operator=operator, value=value, margin=margin)
    assert verdict(seen, rule) is said


@pytest.mark.parametrize(
    ("operator", "bound"),
    [(">", Bound.STRICT), (">=", Bound.INCLUSIVE), ("<", Bound.STRICT), ("<=", Bound.INCLUSIVE)],
)
def test_inclusiveness_is_stored_with_the_operator(operator: str, bound: Bound) -> None:
    assert bound_of(operator) is bound


def test_an_unknown_operator_is_refused() -> None:
    with pytest.raises(KpiError, match="=>"):
        is_beyond(1.0, 1.0, "=>")


VERDICTS = st.lists(st.sampled_from(Verdict), max_size=40)


def _days(said: list[Verdict]) -> list[Judged]:
    first = date(2026, 1, 1)
    return [Judged(day_period(first + timedelta(days=n)), one) for n, one in enumerate(said)]


@given(VERDICTS, st.integers(0, 40), st.integers(1, 4), st.integers(0, 3))
def test_the_fold_from_scratch_equals_the_fold_kept_up_to_date(
    said: list[Verdict], cut: int, periods: int, keep: int
) -> None:
    rule, days = replace(LATE, periods=periods, keep=keep), _days(said)
    stored = stand(days[:cut], rule)
    assert stand(days[cut:], rule, stored) == stand(days, rule)


@given(VERDICTS, st.data())
def test_order_of_arrival_and_repeats_change_nothing(
    said: list[Verdict], data: st.DataObject
) -> None:
    days = _days(said)
    restated = [replace(d, revision=2, said=data.draw(st.sampled_from(Verdict))) for d in days]
    mixed = data.draw(st.permutations(days + restated + restated))
    assert latest(mixed) == tuple(restated)


@given(VERDICTS, st.integers(1, 4))
def test_firing_has_enough_bad_periods_behind_it(said: list[Verdict], periods: int) -> None:
    rule = replace(LATE, periods=periods)
    standing = stand(_days(said), rule)
    if standing.breach in (Breach.FIRING, Breach.RECOVERING):
        assert said.count(BAD) >= standing.bad >= periods
        assert standing.episode is not None
