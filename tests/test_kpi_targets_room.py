"""The targets room by hand: uplift, splits of a year, whose line counts, owners, what is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest

from kpi.calendar import period
from kpi.catalog import shipped
from kpi.model import Region, TargetRow, Window
from kpi.month_shares import key_of, month_shares, season_factors, season_shares
from kpi.targets import Split, Uplift, month_targets, uplifted, year_of

CATALOG = shipped()
SALES, ACOS, UNITS = (CATALOG.metrics[code] for code in ("net_sales", "acos", "units_sold"))
NAMES = {name: name for name in ("net_sales", "acos", "units_sold")}
NONE = (None,) * 12
OCT = period("2026-10")


def row(
    total: float | None = None,
    months: tuple[float | None, ...] = NONE,
    split: str = Split.EVEN,
    scope: str = "US",
    metric: str = "net_sales",
    region: Region = Region.US,
) -> TargetRow:
    return TargetRow(2026, region, scope, metric, "OPS1", total, months, "USD", "T!A5", split)


# --- uplift -------------------------------------------------------------------------------------


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


# --- months of a year -----------------------------------------------------------------------------

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
    assert (shares[9], shares[10]) == (october, 30 + inside * extra)
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
