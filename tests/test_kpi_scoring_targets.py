"""Targets, splits, due values and pace; worked by hand."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi import okr, pacing
from kpi.apportion import apportion, split
from kpi.calendar import day_factors, period
from kpi.errors import KpiError
from kpi.model import Better, Period, Region, Unit, Window
from kpi.numbers import normalise
from kpi.targets import (
    Plausibility,
    Uplift,
    decimals_of,
    due,
    due_share,
    month_targets,
    plausibility,
    resolve,
    rest_of_year,
    suggested,
    uplifted,
    week_targets,
)
from kpi.typed_rows import TargetRow, Tie

OCTOBER = period("2026-10")
NONE = (None,) * 12


def row(
    scope: str = "US",
    total: float | None = None,
    months: tuple[float | None, ...] = NONE,
    metric: str = "net_sales",
) -> TargetRow:
    return TargetRow(2026, Region.US, scope, metric, "OPS1", total, months, "USD", "Targets!A5")


@pytest.mark.parametrize(
    ("one", "additive", "months"),
    [
        pytest.param(row(total=1200.0), True, (100.0,) * 12, id="a year in twelve equal months"),
        pytest.param(
            row(total=100.0),
            True,
            (8.34,) * 4 + (8.33,) * 8,
            id="100.00 to the cent, first ones up",
        ),
        pytest.param(
            row(total=1200.0, months=(*NONE[:10], 300.0, None)),
            True,
            (*((81.82,) * 9), 81.81, 300.0, 81.81),
            id="a typed November leaves 900 for eleven months",
        ),
        pytest.param(
            row(total=0.25, months=(*NONE[:10], 0.3, None)),
            False,
            (*((0.25,) * 10), 0.3, 0.25),
            id="a ratio has the year's value in each month but the typed one",
        ),
        pytest.param(row(months=(5.0, *NONE[1:])), True, (5.0, *NONE[1:]), id="no total: as typed"),
        pytest.param(
            row(total=4.0, months=(5.0, *NONE[1:])),
            True,
            (5.0, *NONE[1:]),
            id="more typed than all",
        ),
    ],
)
def test_months_of_a_year(one: TargetRow, additive: bool, months: tuple[float | None, ...]) -> None:
    assert month_targets(one, additive=additive, decimals=2) == months


def test_seasonal_months_follow_their_shares_and_add_up() -> None:
    shares = (1.0,) * 10 + (3.0, 2.0)
    months = month_targets(row(total=1500.0), additive=True, decimals=2, shares=shares)
    assert months == (100.0,) * 10 + (300.0, 200.0)


def test_what_a_year_leaves_beside_its_months() -> None:
    assert rest_of_year(1200.0, (100.0,) * 12) == 0.0
    assert rest_of_year(1200.0, (110.0,) * 12) == -120.0
    assert rest_of_year(0.3, (0.1, 0.1, *NONE[2:])) == 0.1  # exact, unlike 0.3 - 0.1 - 0.1
    assert rest_of_year(None, (1.0,) * 12) is None


ROWS = [
    row("US", 1200.0),
    row("operations", 600.0),
    row("OPS1", months=(*NONE[:9], 80.0, None, None)),
]


@pytest.mark.parametrize(
    ("scopes", "month", "value", "scope"),
    [
        pytest.param(("OPS1", "operations"), OCTOBER, 80.0, "OPS1", id="the own target wins"),
        pytest.param(("OPS1", "operations"), period("2026-11"), 50.0, "operations",
                     id="an empty month of the own row: the role's"),
        pytest.param(("OPS2", "operations"), OCTOBER, 50.0, "operations", id="the role's"),
        pytest.param(("ADS1", "US"), OCTOBER, 100.0, "US", id="the region's"),
        pytest.param(("ADS1",), OCTOBER, None, None, id="nobody set one"),
        pytest.param(("US",), period("2027-10"), None, None, id="not for another year"),
    ],
)  # fmt: skip
def test_which_target_counts(
    scopes: tuple[str, ...], month: Period, value: float | None, scope: str | None
) -> None:
    found = resolve(ROWS, "net_sales", Region.US, scopes, month, additive=True, decimals=2)
    assert (found and found.value, found and found.scope) == (value, scope)


def test_a_target_of_the_other_region_or_kpi_does_not_count() -> None:
    for metric, region in (("net_sales", Region.EU), ("orders", Region.US)):
        assert resolve(ROWS, metric, region, ("US",), OCTOBER, additive=True, decimals=2) is None


def test_uplift_targets_are_computed_from_the_baseline() -> None:
    assert uplifted(0.12, 2.0, Uplift.POINTS) == 0.14
    assert uplifted(200.0, 15.0, Uplift.PERCENT) == 230.0
    assert uplifted(200.0, 15.0, Uplift.VALUE) == 215.0


def test_counts_split_in_whole_pieces_and_money_in_cents() -> None:
    assert (decimals_of(Unit.COUNT), decimals_of(Unit.MONEY)) == (0, 2)


# --- weeks and due values -----------------------------------------------------------------------


def test_october_2026_in_weeks() -> None:
    """1 Oct is a Thursday: 4 + 7 + 7 + 7 + 6 days."""
    weeks = week_targets(3100.0, OCTOBER.window, (1.0,) * 31, 2)
    assert [(w.code, days.days, value) for w, days, value in weeks] == [
        ("2026-W40", 4, 400.0),
        ("2026-W41", 7, 700.0),
        ("2026-W42", 7, 700.0),
        ("2026-W43", 7, 700.0),
        ("2026-W44", 6, 600.0),
    ]


AMOUNTS = st.integers(-(10**9), 10**9).map(lambda cents: Decimal(cents) / 100)
SHARES = st.lists(st.integers(0, 1000), min_size=1, max_size=31).filter(any)


@given(AMOUNTS, SHARES)
def test_parts_add_up_to_the_cent_and_stay_within_a_cent_of_their_share(
    amount: Decimal, shares: list[int]
) -> None:
    parts = split(amount, shares, 2)
    assert sum(parts) == amount
    for part, share in zip(parts, shares, strict=True):
        assert abs(part - amount * share / sum(shares)) < Decimal("0.0101")


@given(st.integers(0, 500), SHARES, st.sampled_from(Tie))
def test_whole_places_add_up(places: int, shares: list[int], tie: Tie) -> None:
    given_ = apportion(places, shares, tie)
    assert sum(given_) == places
    assert min(given_) >= 0


@pytest.mark.parametrize(
    ("shares", "tie", "given_"),
    [
        pytest.param((3, 1, 4), Tie.FIRST, (2, 0, 2), id="1.5, 0.5, 2: the first listed"),
        pytest.param((3, 1, 4), Tie.LAST, (1, 1, 2), id="the last listed"),
        pytest.param((1, 3, 4), Tie.LARGER_CLASS, (0, 2, 2), id="the larger class"),
        pytest.param((1, 3, 4), Tie.FIRST, (1, 1, 2), id="the first, though smaller"),
    ],
)
def test_equal_remainders_follow_the_stored_rule(
    shares: tuple[int, ...], tie: Tie, given_: tuple[int, ...]
) -> None:
    assert apportion(4, shares, tie) == given_


@pytest.mark.parametrize("shares", [(), (0.0, 0.0), (1.0, -0.5)])
def test_shares_that_cannot_be_used_are_refused(shares: tuple[float, ...]) -> None:
    with pytest.raises(KpiError, match="Shares"):
        apportion(5, shares)


@pytest.mark.parametrize(
    ("covered", "share", "value"),
    [
        pytest.param(date(2026, 10, 20), 20 / 31, 2000.0, id="20 of 31 days"),
        pytest.param(date(2026, 10, 31), 1.0, 3100.0, id="complete: due is the target"),
        pytest.param(date(2026, 11, 5), 1.0, 3100.0, id="covered beyond the end"),
        pytest.param(date(2026, 9, 30), None, None, id="no day covered yet"),
        pytest.param(None, None, None, id="nothing known"),
    ],
)
def test_due_by_now(covered: date | None, share: float | None, value: float | None) -> None:
    found = due_share(covered, OCTOBER.window)
    assert found == (None if share is None else pytest.approx(share, abs=1e-13))
    assert due(3100.0, found, additive=True) == value
    assert due(0.25, found, additive=False) == 0.25
    assert due(None, found, additive=True) is None


@given(st.integers(0, 40), st.floats(0.001, 1000.0), st.integers(1, 31))
def test_with_equal_shares_seasonal_is_exactly_linear(
    elapsed: int, factor: float, days: int
) -> None:
    window = Window(OCTOBER.window.start, OCTOBER.window.start + timedelta(days=days))
    covered = window.start + timedelta(days=elapsed - 1)
    linear = due_share(covered, window)
    assert due_share(covered, window, (factor,) * days) == linear
    assert due_share(covered, window, day_factors(window)) == linear


def test_a_season_moves_what_is_due() -> None:
    week = Window(date(2026, 10, 5), date(2026, 10, 12))
    factors = day_factors(week, (1.0, 1.0, 1.0, 1.0, 1.0, 2.0, 3.0))
    assert due_share(date(2026, 10, 9), week, factors) == 0.5
    assert due_share(date(2026, 10, 9), week, (0.0,) * 6 + (0.0,)) == normalised(5 / 7)
    assert due_share(date(2026, 10, 6), week, (0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0)) == 0.0


def normalised(value: float) -> float:
    return float(f"{value:.14g}")


def test_plausibility() -> None:
    assert plausibility(160.0, 100.0).doubtful
    assert not plausibility(150.0, 100.0).doubtful
    assert plausibility(135.0, None, [90.0, None, 100.0]).doubtful
    assert not plausibility(130.0, None, [100.0]).doubtful
    assert not plausibility(999.0, 0.0, []).doubtful
    assert plausibility(160.0, 100.0).times_last_year == 1.6


@pytest.mark.parametrize(
    ("target", "last_year", "recent", "better", "doubtful"),
    [
        pytest.param(0.1, 0.16, (), Better.LOWER, True, id="less than two thirds of last year"),
        pytest.param(200.0, 300.0, (), Better.LOWER, False, id="two thirds is just allowed"),
        pytest.param(60.0, 100.0, (), Better.HIGHER, True, id="sales that ask too little"),
        pytest.param(0.0, 100.0, (), Better.LOWER, False, id="zero is meant as it is"),
        pytest.param(75.0, None, (150.0, 100.0), Better.LOWER, True, id="below the least by far"),
        pytest.param(100.0, None, (130.0,), Better.LOWER, False, id="at the limit of it"),
        pytest.param(140.0, None, (100.0,), Better.LOWER, False, id="above the least: no boast"),
        pytest.param(60.0, None, (100.0,), Better.HIGHER, False, id="below the best: no boast"),
        pytest.param(0.0, None, (100.0,), Better.LOWER, False, id="zero again"),
    ],
)
def test_both_ends_are_doubted(
    target: float,
    last_year: float | None,
    recent: tuple[float, ...],
    better: Better,
    doubtful: bool,
) -> None:
    assert plausibility(target, last_year, recent, better).doubtful is doubtful


# --- pace, OKR ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("last_year", "recent", "before", "value"),
    [
        pytest.param(200.0, (30.0, 60.0), (20.0, 40.0), 300.0, id="recent months grew by a half"),
        pytest.param(90.0, (10.0, 20.0), (40.0, 20.0), 45.0, id="they fell by a half"),
        pytest.param(None, (30.0,), (20.0,), None, id="no last year"),
        pytest.param(200.0, (30.0, None), (20.0, 40.0), None, id="a recent month is unknown"),
        pytest.param(200.0, (30.0, 60.0), (20.0, None), None, id="a month before is unknown"),
        pytest.param(0.0, (30.0,), (20.0,), None, id="nothing to grow from last year"),
        pytest.param(200.0, (0.0,), (20.0,), None, id="nothing now"),
        pytest.param(200.0, (30.0,), (0.0,), None, id="nothing a year before"),
        pytest.param(200.0, (30.0,), (-20.0,), None, id="a loss a year before"),
        pytest.param(0.5, (0.25,), (0.5,), 0.25, id="small values are values"),
    ],
)
def test_what_a_target_could_be(
    last_year: float | None,
    recent: tuple[float | None, ...],
    before: tuple[float | None, ...],
    value: float | None,
) -> None:
    assert suggested(last_year, recent, before) == value


def test_pace_and_run_rate() -> None:
    assert pacing.pace(320_000.0, 500_000.0, 20 / 30) == 0.96
    assert pacing.run_rate(485_000.0, 0.5) == 970_000.0
    assert pacing.reached(970_000.0, 1_000_000.0) == 0.97
    assert pacing.needed(320_000.0, 500_000.0, 10.0) == 18_000.0
    assert [pacing.is_early(share) for share in (None, 0.09, 0.1)] == [True, True, False]


@pytest.mark.parametrize("share", [None, 0.0])
def test_nothing_elapsed_is_unknown(share: float | None) -> None:
    assert pacing.pace(1.0, 1.0, share) is None
    assert pacing.run_rate(1.0, share) is None


def test_a_target_of_0_has_no_pace_but_a_run_rate() -> None:
    assert pacing.pace(10.0, 0.0, 0.5) is None
    assert pacing.run_rate(10.0, 0.5) == 20.0
    assert pacing.reached(20.0, 0.0) is None
    assert pacing.needed(10.0, 20.0, 0.0) is None


def test_okr() -> None:
    assert okr.key_result(3.0, 6.0) == 0.5
    assert okr.key_result(9.0, 6.0) == 1.0
    assert okr.key_result(8.0, 5.0, 10.0) == 0.4
    assert okr.key_result(None, 6.0) is None
    assert okr.key_result(1.0, 5.0, 5.0) is None
    assert okr.objective([(1.0, 0.5), (1.0, 0.9)]) == 0.7
    assert okr.objective([(3.0, 0.5), (1.0, None)]) == 0.5
    assert okr.objective([(1.0, 0.5), (1.0, None)]) is None
    assert okr.objective([]) is None
    assert [okr.colour(v) for v in (0.7, 0.69, 0.4, 0.39, None)] == [
        "green", "amber", "amber", "red", None,
    ]  # fmt: skip


def test_exact_shares_are_taken_as_they_are() -> None:
    """Seven by thirds: 7/3 is 2.33 and 14/3 is 4.67, so the one that is left goes to the second."""
    assert apportion(7, [Fraction(1, 3), Fraction(2, 3)]) == (2, 5)


# --- edges ----------------------------------------------------------------------------------------


def test_a_total_that_is_used_up_leaves_zeros_and_a_small_rest_is_split() -> None:
    ten = (10.0, *(None,) * 11)
    assert month_targets(row(total=10.0, months=ten), additive=True, decimals=2)[1:] == (0.0,) * 11
    last = month_targets(row(total=10.11, months=ten), additive=True, decimals=2)
    assert last == (10.0, *(0.01,) * 11)


def test_shares_that_are_parts_of_one_split_what_is_left() -> None:
    """11 months are left with 0.9 of the shares; the first of them has two ninths of 900."""
    shares = [0.1, 0.2, *(0.07,) * 10]
    months = (100.0, *(None,) * 11)
    found = month_targets(
        row(total=1_000.0, months=months), additive=True, decimals=2, shares=shares
    )
    assert found[:3] == (100.0, 200.0, 70.0)


def test_shares_of_nothing_split_nothing() -> None:
    months = (100.0, *(None,) * 11)
    open_ = row(total=1_000.0, months=months)
    assert month_targets(open_, additive=True, decimals=2, shares=[1.0, *(0.0,) * 11]) == months


def test_nothing_is_due_while_no_day_is_covered() -> None:
    assert due_share(None, OCTOBER.window) is None


def test_a_season_may_be_written_in_parts_of_one() -> None:
    """Ten days of 0.01 and twenty-one of 0.02 are 0.52; the first ten are 0.1 of it."""
    factors = [0.01] * 10 + [0.02] * 21
    assert due_share(date(2026, 10, 10), OCTOBER.window, factors) == normalise(0.1 / 0.52)


def test_plausible_looks_at_the_last_eight_periods_and_at_small_values_too() -> None:
    """The ninth before was 1,000 and does not count: 60 is twice the best of the last eight, 30."""
    recent = [1_000.0, *(30.0,) * 8]
    found = plausibility(60.0, 0.5, recent)
    assert (found.times_last_year, found.times_best) == (120.0, 2.0)
    assert plausibility(60.0, 0.0, [-1.0]) == Plausibility(None, None)
