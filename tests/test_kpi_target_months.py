"""Targets by hand: uplift, a year into months, months into weeks, what is read of a line."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi.book import read_book
from kpi.model import (
    Region,
    TargetRow,
    Unit,
    Window,
)
from kpi.month_shares import key_of, month_shares, season_factors, season_shares
from kpi.tables import CellValue
from kpi.target_weeks import weeks_of_year
from kpi.targets import Split, Uplift, month_targets, uplifted, year_of
from sheet_templates.words import decode
from tests.table_support import Line, table
from tests.target_support import CATALOG, NAMES, NONE, read, row

# --- uplift ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("baseline", "delta", "mode", "target"),
    [
        pytest.param(0.12, 2.0, Uplift.POINTS, 0.14, id="12 % and two points"),
        pytest.param(0.12, -1.5, Uplift.POINTS, 0.105, id="a return rate falls by 1.5 points"),
        pytest.param(0.2, 5.0, Uplift.PERCENT, 0.21, id="20 % grows by a twentieth"),
        pytest.param(0.1, 5.0, Uplift.PERCENT, 0.105, id="a conversion of 10 % raised by 5 %"),
        pytest.param(80_000.0, 12.5, Uplift.PERCENT, 90_000.0, id="money by an eighth"),
        pytest.param(-2_000.0, 500.0, Uplift.VALUE, -1_500.0, id="a loss that shrinks by 500"),
        pytest.param(1e12, 5.0, Uplift.PERCENT, None, id="beyond any figure"),
    ],
)
def test_an_uplift_is_worked_out_of_its_baseline(
    baseline: float, delta: float, mode: Uplift, target: float | None
) -> None:
    assert uplifted(baseline, delta, mode) == target


@pytest.mark.parametrize(
    ("made", "additive", "decimals", "year"),
    [
        pytest.param(row(500.0), True, 2, 500.0, id="a typed year is the year"),
        pytest.param(
            replace(row(), baseline=100.01, uplift=5.0, uplift_unit="percent"),
            *(True, 2, 105.01),
            id="money to the cent: 105.0105",
        ),
        pytest.param(
            replace(row(), baseline=10.0, uplift=5.0, uplift_unit="percent"),
            *(True, 0, 11.0),
            id="counts to the piece: 10.5",
        ),
        pytest.param(
            replace(row(), baseline=0.123, uplift=5.0, uplift_unit="percent"),
            *(False, 2, 0.12915),
            id="a ratio as it is",
        ),
        pytest.param(
            replace(row(500.0), baseline=100.0, uplift=5.0, uplift_unit="percent"),
            *(True, 2, 105.0),
            id="the uplift before a typed year",
        ),
        pytest.param(replace(row(), uplift=5.0), True, 2, None, id="an uplift of nothing"),
        pytest.param(
            replace(row(), baseline=1e12, uplift=5.0, uplift_unit="percent"),
            *(True, 2, None),
            id="an uplift beyond any figure",
        ),
    ],
)
def test_the_year_of_a_row(
    made: TargetRow, additive: bool, decimals: int, year: float | None
) -> None:
    assert year_of(made, additive=additive, decimals=decimals) == year


# --- months of a year --------------------------------------------------------------------------

# 2026: January 31 ordinary days; November 26 and four cyber days; December 31 of which 18 (US) or
# 16 (EU) are of the gift season. US: 26 + 4 x 4 = 42, EU: 26 + 4 x 3 = 38; December US
# 13 + 18 x 1.5 = 40, EU 15 + 16 x 1.4 = 37.4; January EU 17 + 14 x 1.2 = 33.8.
SEASONS = {
    Region.US: ("31", "28", "31", "30", "31", "30", "31", "31", "30", "31", "42", "40"),
    Region.EU: ("33.8", "28", "31", "30", "31", "30", "31", "31", "30", "31", "38", "37.4"),
}


@pytest.mark.parametrize("region", list(Region))
def test_the_season_of_a_year_by_hand(region: Region) -> None:
    assert season_shares(2026, region) == tuple(Fraction(text) for text in SEASONS[region])


@pytest.mark.parametrize("region", list(Region))
@pytest.mark.parametrize(
    ("year", "october", "november"),
    [
        pytest.param(2024, 31, 29, id="29 November 2024: Cyber Monday lies in December"),
        pytest.param(2025, 31, 28, id="28 November 2025: Cyber Monday lies in December"),
        pytest.param(2026, 31, 27, id="27 November 2026: all four days lie in November"),
    ],
)
def test_black_friday_and_cyber_monday_move_both_regions(
    region: Region, year: int, october: int, november: int
) -> None:
    extra = {Region.US: 3, Region.EU: 2}[region]
    inside = min(4, 30 - november + 1)
    shares = season_shares(year, region)
    assert shares[9:11] == (Fraction(october), Fraction(30 + inside * extra))
    day = date(year, 12, 1)
    factor = season_factors(Window(day, date(year, 12, 2)), region)[0]
    cyber = {Region.US: Fraction(4), Region.EU: Fraction(3)}[region]
    gift = {Region.US: Fraction(3, 2), Region.EU: Fraction(7, 5)}[region]
    assert factor == (cyber if inside < 4 and november + 3 > 30 else gift)


LAST_YEAR = (10.0, 20.0, 30.0, 40.0, 50.0, 60.0, 70.0, 80.0, 90.0, 100.0, 200.0, 250.0)  # 1,000


@pytest.mark.parametrize(
    ("made", "past", "months"),
    [
        pytest.param(
            row(5_000.0, split=Split.HISTORY),
            LAST_YEAR,
            tuple(5 * month for month in LAST_YEAR),
            id="five times what last year brought",
        ),
        pytest.param(
            row(1_000.0, (*NONE[:10], 500.0, None), Split.HISTORY),
            LAST_YEAR,
            (6.25, 12.5, 18.75, 25.0, 31.25, 37.5, 43.75, 50.0, 56.25, 62.5, 500.0, 156.25),
            id="November typed: 500 left over 800 parts",
        ),
        pytest.param(
            row(100.0, (*(0.0,) * 9, None, None, None), Split.HISTORY),
            (*NONE[:9], 1.0, 1.0, 1.0),
            (*(0.0,) * 9, 33.34, 33.33, 33.33),
            id="a quarter: typed months need no history, the odd cent goes first",
        ),
        pytest.param(
            row(100.0, split=Split.HISTORY), (*LAST_YEAR[:11], None), NONE, id="December unknown"
        ),
        pytest.param(row(100.0, split=Split.HISTORY), (), NONE, id="no history at all"),
        pytest.param(
            row(100.0, split=Split.HISTORY), (*LAST_YEAR[:11], -5.0), NONE, id="a month of loss"
        ),
        pytest.param(row(100.0, split=Split.HISTORY), (0.0,) * 12, NONE, id="a year of nothing"),
        pytest.param(
            row(3_860.0, split=Split.SEASON),
            (),
            (310.0, 280.0, 310.0, 300.0, 310.0, 300.0, 310.0, 310.0, 300.0, 310.0, 420.0, 400.0),
            id="by season: the weights of a US year are 386 together",
        ),
        pytest.param(row(120.0, split=Split.EVEN), (), (10.0,) * 12, id="even"),
        pytest.param(
            row(120.0, (7.0, *NONE[1:]), Split.MANUAL), (), (7.0, *NONE[1:]), id="by hand"
        ),
    ],
)
def test_a_year_becomes_months_by_its_split(
    made: TargetRow, past: tuple[float | None, ...], months: tuple[float | None, ...]
) -> None:
    shares = month_shares(made, {key_of(made): past})
    assert month_targets(made, additive=True, decimals=2, shares=shares) == months


# --- weeks of the months -----------------------------------------------------------------------


def test_weeks_by_hand() -> None:
    """310.00 for January, 280.00 for February, ten a day: the fifth week crosses them.

    2026 begins on a Thursday: its first week has four days; the week of 26 January has six days of
    January and one of February.
    """
    weeks = weeks_of_year(row(), (310.0, 280.0, *(None,) * 10), 2)
    assert [(one.week.code, one.value) for one in weeks[:6]] == [
        ("2026-W01", 40.0),
        *((f"2026-W0{n}", 70.0) for n in (2, 3, 4, 5)),
        ("2026-W06", 70.0),
    ]
    crossing = {one.week.code: one.value for one in weeks}
    assert crossing["2026-W09"] is None  # 23 February to 1 March: March has no target


def test_the_week_of_black_friday_has_more_of_a_seasonal_november() -> None:
    """420.00 over 42 parts of a US November: ten a day, forty on each of the four cyber days.

    23 to 29 November are four ordinary days and three cyber days: 40 + 120. Cyber Monday opens the
    week after: 40, and December adds six days of the gift season at 1.5.
    """
    november = (*(0.0,) * 10, 420.0, 400.0)
    weeks = weeks_of_year(row(split=Split.SEASON), november, 2)
    found = {one.week.code: one.value for one in weeks}
    assert (found["2026-W48"], found["2026-W49"]) == (160.0, 40.0 + 6 * 15.0)


MONEY = st.integers(0, 10**9).map(lambda cents: float(Decimal(cents) / 100))
SPLITS = st.sampled_from([Split.EVEN, Split.SEASON, Split.HISTORY])


@given(
    total=MONEY,
    typed=st.lists(st.none() | st.integers(0, 10**6).map(float), min_size=12, max_size=12),
    past=st.lists(st.integers(0, 10**6).map(float), min_size=12, max_size=12),
    split=SPLITS,
    year=st.integers(2024, 2030),
    week_start=st.sampled_from([0, 6]),
)
def test_months_sum_to_the_year_and_weeks_sum_to_the_months(
    total: float,
    typed: list[float | None],
    past: list[float],
    split: str,
    year: int,
    week_start: int,
) -> None:
    made = replace(row(total, tuple(typed), split), year=year)
    shares = month_shares(made, {key_of(made): past})
    months = month_targets(made, additive=True, decimals=2, shares=shares)
    assert all(a is None or a == b for a, b in zip(typed, months, strict=True))
    known = [Decimal(str(month)) for month in months if month is not None]
    if len(known) == 12 and None in typed:
        assert sum(known) == Decimal(str(total))
    weeks = [one.value for one in weeks_of_year(made, months, 2, week_start)]
    if len(known) == 12:
        assert sum(Decimal(str(week)) for week in weeks) == sum(known)
    assert len(weeks) in (53, 54)


# --- reading -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "year", "problems"),
    [
        pytest.param(
            ("acos", "OPS1", None, "提升", 0.3, -2.0, "百分点 pp"), 0.28, [], id="points of a ratio"
        ),
        pytest.param(
            ("net_sales", "OPS1", None, "Uplift", 1_000.0, 5.0, "%"), 1_050.0, [], id="percent"
        ),
        pytest.param(
            ("units_sold", "OPS1", None, "提升", 100.0, 7.0, "数值"), 107.0, [], id="pieces"
        ),
        pytest.param(
            ("net_sales", "OPS1", 900.0, "提升", 1_000.0, 5.0, "pp"),
            900.0,
            [("uplift_not_points", "J5")],
            id="points of money: the typed year counts",
        ),
        pytest.param(
            ("net_sales", "OPS1", 900.0, "提升", None, 5.0, None),
            900.0,
            [("uplift_incomplete", "H5")],
            id="no baseline and no unit",
        ),
        pytest.param(
            ("net_sales", "OPS1", 900.0, "提升", 1_000.0, None, "%"),
            900.0,
            [("uplift_incomplete", "I5")],
            id="no uplift",
        ),
        pytest.param(
            ("net_sales", "OPS1", 900.0, "提升", 1_000.0, 5.0, "%"),
            1_050.0,
            [("uplift_typed", "F5")],
            id="another year typed beside it: the uplift counts",
        ),
        pytest.param(
            ("net_sales", "OPS1", 1_050.0, "提升", 1_000.0, 5.0, "%"), 1_050.0, [], id="the same"
        ),
        pytest.param(
            ("net_sales", "OPS1", None, "提升", 1_000.0, 0.05, "%"),
            1_000.5,
            [("uplift_small", "I5")],
            id="5 % typed as a fraction is told",
        ),
        pytest.param(
            ("acos", "OPS1", None, "提升", 0.3, -0.02, "pp"),
            0.2998,
            [("uplift_small", "I5")],
            id="two points typed as a fraction are told",
        ),
        pytest.param(
            ("acos", "OPS1", None, "提升", 0.3, 0.5, "pp"), 0.305, [], id="half a point is a target"
        ),
        pytest.param(
            ("net_sales", "OPS1", 900.0, "自定", 1_000.0, 5.0, "%"),
            900.0,
            [],
            id="another basis: baseline and uplift are remarks",
        ),
    ],
)
def test_an_uplift_is_read_and_what_is_wrong_with_it_is_told_at_its_cell(
    cells: tuple[CellValue, ...], year: float, problems: list[tuple[str, str]]
) -> None:
    found = read(*cells)
    (target,) = found.targets
    metric = CATALOG.metrics[target.metric]
    decimals = 0 if metric.unit is Unit.COUNT else 2
    assert year_of(target, additive=metric.additive, decimals=decimals) == year
    assert [(p.code, p.place.cell) for p in found.problems] == problems


@pytest.mark.parametrize(
    ("cells", "split"),
    [
        pytest.param(("net_sales", "OPS1", 9.0, *(None,) * 4, "季节"), "seasonality", id="season"),
        pytest.param(("net_sales", "OPS1", 9.0, *(None,) * 4, "By hand"), "manual", id="by hand"),
        pytest.param(("net_sales", "OPS1", 9.0, *(None,) * 4, None), "even", id="nothing said"),
        pytest.param(("net_sales", "OPS1", None, *(None,) * 4, "季节"), "even", id="no year"),
        pytest.param(("acos", "OPS1", 0.3, *(None,) * 4, "季节"), "even", id="a ratio"),
    ],
)
def test_a_split_is_kept_where_it_decides_something(
    cells: tuple[CellValue, ...], split: str
) -> None:
    assert read(*cells).targets[0].split == split


def test_a_split_of_twelve_typed_months_decides_nothing() -> None:
    codes = "year region scope metric owner year_total split " + " ".join(
        f"m{n:02d}" for n in range(1, 13)
    )
    line: Line = (2026.0, "US", "US", "net_sales", "OPS1", 12.0, "手工", *(1.0,) * 12)
    tables = {"tblTarget": table("tblTarget", "目标", codes, line)}
    assert read_book(tables, decode, NAMES, CATALOG).targets[0].split == "even"
