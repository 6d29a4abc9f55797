"""The next quarter and year by hand: targets with an uplift, cards carried, nothing replaced."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi.calendar import period
from kpi.model import Region
from kpi.rolling import Plan, Rolled, rolled
from kpi.targets import Split, month_targets, year_of
from kpi.typed_rows import TargetRow, WeightRow
from tests.contract_support import weight
from tests.target_support import CATALOG, NONE, line, room, row, sales

Q1, Q4, YEAR = period("2027-Q1"), period("2026-Q4"), period("2027")


def months(first: int, *values: float) -> tuple[float | None, ...]:
    """Twelve months, some from a month (1 to 12) on typed."""
    found: list[float | None] = [None] * 12
    found[first - 1 : first - 1 + len(values)] = values
    return tuple(found)


def roll(plan: Plan, *targets: TargetRow, weights: tuple[WeightRow, ...] = ()) -> Rolled:
    return rolled(room(*targets, weights=weights), CATALOG.metrics, plan)


# The US season of 2026-Q4 weighs 31 + 35.8 + 31.8 = 98.6 (see test_kpi_target_months.py), that of
# 2027-Q1 31 + 28.7 (Valentine's week) + 31.3 (the six days before Easter, 28 March) = 91: 98,600
# and no uplift are 91,000, a thousand for each ordinary day.
@pytest.mark.parametrize(
    ("plan", "wanted"),
    [
        pytest.param(Plan(Q1, 0.0), (31_000.0, 28_700.0, 31_300.0), id="by season"),
        pytest.param(Plan(Q1, 5.0), (32_550.0, 30_135.0, 32_865.0), id="by season and 5 %"),
        pytest.param(Plan(Q1, 0.0, seasonal=False), (32_866.67, 32_866.67, 32_866.66), id="even"),
        pytest.param(
            Plan(Q1, 10.0, seasonal=False), (36_153.34, 36_153.33, 36_153.33), id="even and 10 %"
        ),
    ],
)
def test_a_quarter_rolls_with_its_season_and_uplift(plan: Plan, wanted: tuple[float, ...]) -> None:
    old = replace(row(None, months(10, 31_000.0, 35_800.0, 31_800.0)), owner="HEAD")
    (one,) = roll(plan, old).targets
    assert (one.row.months[:3], one.row.months[3:]) == (wanted, NONE[:9])
    assert (one.row.year, one.row.owner, one.row.year_total, one.added) == (
        2027,
        "HEAD",
        None,
        True,
    )
    assert one.before == 98_600


def test_a_quarter_that_comes_of_a_split_year_rolls_too() -> None:
    """3,774 by season: 986 in the last quarter; nothing was typed by month."""
    (one,) = roll(Plan(Q1, 0.0), row(3_774.0, split=Split.SEASON)).targets
    assert one.row.months[:3] == (310.0, 287.0, 313.0)


def test_counts_roll_to_whole_pieces() -> None:
    """11 pieces by 91 of 98.6 and 5 % are 10.66: eleven, of them 3.75, 3.47 and 3.78: 4, 3, 4."""
    (one,) = roll(Plan(Q1, 5.0), row(None, months(10, 4.0, 4.0, 3.0), metric="units_sold")).targets
    assert one.row.months[:3] == (4.0, 3.0, 4.0)


@pytest.mark.parametrize(
    ("plan", "typed", "value"),
    [
        pytest.param(Plan(Q1, 5.0), NONE, 0.3, id="the year's value"),
        pytest.param(Plan(Q1, 5.0), months(12, 0.25), 0.25, id="as December ended"),
        pytest.param(Plan(YEAR, 5.0), months(12, 0.25), 0.25, id="a year likewise"),
    ],
)
def test_a_ratio_goes_on_as_it_ended(
    plan: Plan, typed: tuple[float | None, ...], value: float
) -> None:
    (one,) = roll(plan, row(0.3, typed, metric="acos")).targets
    assert (one.row.year_total, one.row.months) == (value, NONE)


@pytest.mark.parametrize(
    ("old", "split"),
    [
        pytest.param(row(None, (100.0,) * 12), Split.SEASON, id="by hand: by season from now on"),
        pytest.param(row(1_200.0), Split.EVEN, id="even stays even"),
        pytest.param(row(1_200.0, split=Split.SEASON), Split.SEASON, id="season stays season"),
    ],
)
def test_a_year_becomes_an_uplift_target(old: TargetRow, split: str) -> None:
    (one,) = roll(Plan(YEAR, 7.5), old).targets
    assert (one.row.baseline, one.row.uplift, one.row.uplift_unit) == (1_200.0, 7.5, "percent")
    assert (one.row.split, one.row.months, one.row.year_total) == (split, NONE, None)
    assert year_of(one.row, additive=True, decimals=2) == 1_290.0


def test_an_ad_budget_rolls_as_money() -> None:
    (one,) = roll(
        Plan(Q1, 0.0), row(None, months(10, 31.0, 35.8, 31.8), metric="ad_budget")
    ).targets
    assert one.row.months[:3] == (31.0, 28.7, 31.3)


def test_what_is_there_already_stays() -> None:
    """US asks something of January, EU of the whole year, the shop of nothing yet."""
    old = row(None, months(10, 31.0, 35.8, 31.8))
    typed = replace(old, year=2027, months=months(1, 7.0), address="T!A9")
    found = roll(Plan(Q1, 0.0), old, typed)
    assert (found.targets, found.kept) == ((), (typed,))
    whole = replace(old, year=2027, months=NONE, year_total=1.0)
    assert roll(Plan(Q1, 0.0), old, whole).kept == (whole,)
    bare = replace(old, year=2027, months=NONE, address="T!A9")
    (one,) = roll(Plan(Q1, 0.0), old, bare).targets
    assert (one.added, one.row.address, one.row.months[:3]) == (False, "T!A9", (31.0, 28.7, 31.3))
    (one,) = roll(Plan(YEAR, 0.0), replace(old, months=(10.0,) * 12), bare).targets
    assert not one.added
    assert sum(m or 0.0 for m in one.row.months) == pytest.approx(120.0)
    assert one.row.uplift is None  # the line is there: only its empty months are new


def test_a_quarter_within_the_year_fills_the_empty_months_of_its_line() -> None:
    """July to September weigh 94.95, October to December 98.6: 949.50 becomes 986."""
    old = row(None, (*months(1, 1.0, 2.0)[:6], 316.0, 325.5, 308.0, None, None, None))
    (one,) = roll(Plan(Q4, 0.0), old).targets
    assert one.row.months == (1.0, 2.0, *NONE[:4], 316.0, 325.5, 308.0, 310.0, 358.0, 318.0)
    assert not one.added


def test_a_ratio_of_a_line_that_is_there_fills_its_months() -> None:
    old = row(None, months(7, 0.3, 0.3, 0.28), metric="acos")
    (one,) = roll(Plan(Q4, 0.0), old).targets
    assert (one.row.months[9:], one.row.year_total) == ((0.28,) * 3, None)


def test_a_quarter_that_is_not_planned_to_its_end_cannot_roll() -> None:
    old = row(None, months(10, 31.0, 42.0))
    found = roll(Plan(Q1, 0.0), old)
    assert (found.targets, found.unknown) == ((), (old,))


def test_a_kpi_that_nobody_knows_and_other_years_are_left_alone() -> None:
    strange = row(None, months(10, 1.0, 1.0, 1.0), metric="gone")
    found = roll(Plan(Q1, 0.0), strange, replace(row(120.0), year=2024))
    assert found == Rolled((), (), (), (), ())


# --- sums -----------------------------------------------------------------------------------------

THIRD = months(10, 0.05, 0.05, 0.05)


def test_a_region_that_was_the_sum_of_its_shops_stays_it() -> None:
    """0.15 by 90.695 of 97.88 (Germany) and 5 % is 0.146, by 96.4 of 97.83 (France and its
    winter sales) 0.155: 0.15 and 0.16, 0.31 for both.

    The region alone, the mean of its three shops, would take 0.30 by 92.60 of 97.86: 0.298.
    """
    both = replace(sales("EU", None), months=months(10, 0.1, 0.1, 0.1))
    shops = (replace(sales("DE1", None), months=THIRD), replace(sales("FR1", None), months=THIRD))
    parent, *below = (one.row.months[:3] for one in roll(Plan(Q1, 5.0), both, *shops).targets)
    found = [sum(m or 0.0 for m in three) for three in below]
    assert found == [pytest.approx(0.15), pytest.approx(0.16)]
    assert sum(m or 0.0 for m in parent) == pytest.approx(0.31)
    (alone,) = roll(Plan(Q1, 5.0), both).targets
    assert sum(m or 0.0 for m in alone.row.months[:3]) == pytest.approx(0.3)


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"currency": "EUR"}, id="another currency"),
        pytest.param({"months": months(10, 1.0)}, id="a shop that cannot roll"),
        pytest.param({"months": months(10, 9.0, 9.0, 9.0)}, id="shops that were no sum"),
    ],
)
def test_where_the_sum_is_not_known_the_region_rolls_alone(changed: dict[str, object]) -> None:
    parent = replace(sales("EU", None), months=months(10, 0.1, 0.1, 0.1))
    shop = replace(sales("DE1", None), months=months(10, 0.1, 0.1, 0.1))
    other = replace(shop, **changed)  # type: ignore[arg-type]  # fields by name
    alone = roll(Plan(Q1, 5.0), parent).targets[0]
    assert roll(Plan(Q1, 5.0), parent, other).targets[0] == alone


CENTS = st.integers(0, 10**9)


@given(shops=st.lists(CENTS, min_size=9, max_size=9), uplift=st.integers(-50, 100))
def test_children_sum_to_the_parent_after_rolling(shops: list[int], uplift: int) -> None:
    codes = ("DE1", "FR1", "WEB")
    cut = [shops[n : n + 3] for n in (0, 3, 6)]
    lines = [
        replace(sales(code, None), months=months(10, *(c / 100 for c in three)))
        for code, three in zip(codes, cut, strict=True)
    ]
    sums = [sum(three[n] for three in cut) / 100 for n in range(3)]
    parent = replace(sales("EU", None), months=months(10, *sums))
    made = {one.row.scope: one.row for one in roll(Plan(Q1, float(uplift)), *lines, parent).targets}
    for n in range(3):
        below = sum(round((made[code].months[n] or 0.0) * 100) for code in codes)
        assert round((made["EU"].months[n] or 0.0) * 100) == below


# --- cards ----------------------------------------------------------------------------------------


def test_cards_carry_on_from_the_first_day_unless_the_manager_was_there() -> None:
    """The line switched off and the line of a card that starts in February are not carried."""
    old = replace(weight(), start=date(2026, 1, 1), address="W!A5")
    later = replace(old, start=date(2026, 7, 1), weight=55.0)
    off = replace(weight("acos"), on=False)
    mine = replace(weight(), role="purchasing", start=date(2027, 2, 1))
    before = replace(weight(), role="purchasing")
    europe = replace(weight(), region=Region.EU, weight=100.0)
    found = roll(Plan(Q1, 5.0), weights=(old, later, off, before, mine, europe))
    start = date(2027, 1, 1)
    assert found.weights == (
        replace(later, start=start, address=""),
        replace(europe, start=start, address=""),
    )
    assert found.kept_cards == (("purchasing", Region.US),)


def test_a_rolled_row_scores_like_a_typed_one() -> None:
    (one,) = roll(Plan(YEAR, 0.0), row(1_200.0)).targets
    assert month_targets(one.row, additive=True, decimals=2) == (100.0,) * 12


def test_a_region_without_a_year_of_months_stays_an_uplift_over_its_shops() -> None:
    """Both have an uplift: the shop's months are cut by the service, so nothing is added here."""
    found = roll(Plan(YEAR, 5.0), sales("EU", 120.0), sales("DE1", 120.0))
    assert [one.row.baseline for one in found.targets] == [120.0, 120.0]


def test_a_line_there_over_a_new_uplift_keeps_its_own_months() -> None:
    """The region has an empty line for 2027: it gets months; its shop's new line has a year."""
    bare = replace(sales("EU", None), year=2027)
    found = roll(Plan(YEAR, 0.0), sales("EU", 120.0), sales("DE1", 120.0), bare)
    assert [(one.added, one.row.uplift) for one in found.targets] == [(False, None), (True, 0.0)]
    assert sum(m or 0.0 for m in found.targets[0].row.months) == pytest.approx(120.0)


def test_a_line_of_ratios_has_no_sum() -> None:
    found = roll(Plan(Q1, 0.0), line("EU", 0.3), line("DE1", 0.3))
    assert [one.row.year_total for one in found.targets] == [0.3, 0.3]
