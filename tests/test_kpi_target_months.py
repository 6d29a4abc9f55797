"""Targets by hand: a year into months, months into weeks."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi.apportion import exact
from kpi.calendar import period
from kpi.model import Region, Window
from kpi.month_shares import calendar_shops, month_shares, row_days, season_weights
from kpi.person_targets import Goals
from kpi.season import Flow, flow_of
from kpi.target_weeks import weeks_of_year
from kpi.targets import Split, key_of, month_targets, quarters
from kpi.trade import Assignment, Shop
from kpi.typed_rows import Settings, TargetRow
from tests.target_support import CATALOG, DE, FR, NONE, WEB, person, room, row

# Black Friday 3, its weekend twice 1.8, Cyber Monday 2.6 and 25 ordinary days: 35.3; in the US
# Thanksgiving is 1.5: 35.8. December: twelve gift days of 1.3, seven of 0.6 after the cut-off and
# twelve ordinary ones: 15.6 + 4.2 + 12 = 31.8.
# Germany's holidays are days of 0.9: 1 January, 3 and 6 April, 1, 14 and 25 May, 3 October; 25 and
# 26 December are 0.6 x 0.9. Amazon's Prime Day: four June days of 2.5: 26 + 10 = 36.
# The whole EU is the mean of DE, FR, IT and ES: a holiday of one of them takes a fortieth of a day.
# January has six such (New Year in four, Epiphany in two), April seven (Good Friday DE ES, Easter
# Monday DE FR IT, Easter Sunday and the 25th IT), May nine (the 1st in four, the 8th FR, the 14th
# and the 25th DE FR), June and July one, August and October three; November two (All Saints FR IT)
# and the 11th FR at 1.1; December the 8th IT ES at 1.3, Christmas in four and the 26th DE IT at
# 0.6: 0.065 + 0.06 + 0.03 = 0.155 less than 31.8.
# Everywhere: Valentine's week seven days of 1.1 (+0.7 in February), the six days before Easter,
# from 30 March to 4 April, 1.05 (+0.1 and +0.2; Germany's Good Friday 0.045 instead of 0.05).
# US: Mother's Day week (+0.7) and Memorial Day's four days of 1.2 (+0.8) in May, Father's Day
# week of 1.05 in June (+0.35), back to school 1.05 from 20 July (+0.6 and +1.55), Labor Day's
# four (+0.8).
# Germany: Mother's week 4 to 10 May and Father's 8 to 14, three days of both at 1.155, Ascension
# 0.945: 0.4 + 0.465 + 0.15 + 0.045 = +1.06; back to school from 15 August to 7 September +0.85
# and +0.35.
# France: sales at 1.2 from 7 January to 3 February (+5 and +0.6), from 24 June to 21 July (+1.4
# and, its holiday at 0.18, +4.18), Mother's week from Whit Monday on (+0.69), Father's +0.35 in
# June.
# Italy: sales at 1.15 from 3 January (27 days and Epiphany: +4.185) and from 4 July (+4.2),
# Mother's +0.7, Father's +0.35 in March. Spain: sales from 7 January (+3.75, +0.45) and 1 July
# (+4.2), Mother's week from 27 April (+0.4; +0.29 with the holiday), Father's +0.35. In August
# the 15th is a holiday of three at 0.945. The EU is the mean of the four.
SEASONS = {
    "US": (
        *("31", "28.7", "31.1", "30.2", "32.5", "30.35", "31.6", "32.55", "30.8"),
        *("31", "35.8", "31.8"),
    ),
    "DE1": (
        *("30.9", "28.7", "31.1", "29.995", "31.76", "36", "31", "31.85", "30.35"),
        *("30.9", "35.3", "31.68"),
    ),
    "WEB": (
        *("30.9", "28.7", "31.1", "29.995", "31.76", "30", "31", "31.85", "30.35"),
        *("30.9", "35.3", "31.68"),
    ),
    "EU": (
        *("34.08375", "28.9625", "31.275", "30.1225", "31.46", "30.4125", "34.12", "31.77125"),
        *("30.35", "30.925", "35.2225", "31.645"),
    ),
}


@pytest.mark.parametrize(
    ("scope", "shops"),
    [
        pytest.param("US", (DE, FR, WEB), id="a region without a shop: no platform's events"),
        pytest.param("EU", (), id="the EU without a shop: four markets"),
        pytest.param("DE1", (DE, FR, WEB), id="an Amazon shop of Germany"),
        pytest.param("WEB", (DE, FR, WEB), id="an own store of Germany"),
    ],
)
def test_the_season_of_a_year_by_hand(scope: str, shops: tuple[Shop, ...]) -> None:
    region = Region.US if scope == "US" else Region.EU
    found = season_weights(room(shops=shops), row(scope=scope, region=region), Flow.ORDERS)
    assert found == tuple(Fraction(text) for text in SEASONS[scope])


@pytest.mark.parametrize(
    ("year", "november", "december"),
    [
        pytest.param(2024, "33.4", "34.2", id="29 November 2024: Sunday and Monday in December"),
        pytest.param(2025, "34.2", "33.4", id="28 November 2025: Cyber Monday lies in December"),
        pytest.param(2026, "35.8", "31.8", id="27 November 2026: all four days lie in November"),
    ],
)
def test_black_friday_and_cyber_monday_move_with_the_year(
    year: int, november: str, december: str
) -> None:
    """The four days have 3 + 1.8 + 1.8 + 2.6 for four ordinary ones, wherever they lie."""
    made = replace(row(), year=year)
    found = season_weights(room(), made, Flow.ORDERS)
    assert found[10:] == (Fraction(november), Fraction(december))


@pytest.mark.parametrize(
    ("flow", "october", "november"),
    [
        pytest.param(Flow.WORK, 18, 21, id="working days in China: a week of holidays in October"),
        pytest.param(Flow.EVEN, 31, 30, id="no season: days"),
        pytest.param(Flow.DISPATCH, 26, 25, id="no parcels on Sundays and on 3 October"),
    ],
)
def test_a_season_is_that_of_the_kpi(flow: Flow, october: int, november: int) -> None:
    found = season_weights(room(), row(scope="DE1", region=Region.EU), flow)
    assert found[9:11] == (Fraction(october), Fraction(november))


def test_the_books_own_events_move_the_months() -> None:
    """Two October days of 1.8 in both regions, one of 2 in March in the EU alone."""
    own = "Prime 2026-10-06..2026-10-07 x1.8; Sale 2026-03-10 x2 EU"
    book = room(settings=Settings("2026-10", "", events=own))
    american, german = (
        season_weights(book, row(scope=scope, region=region), Flow.ORDERS)
        for scope, region in (("US", Region.US), ("DE1", Region.EU))
    )
    assert (american[2], american[9]) == (Fraction("31.1"), Fraction("32.6"))
    assert (german[2], german[9]) == (Fraction("32.1"), Fraction("32.5"))


TEAM = (person("OPS1"), person("OPS2"), person("LI", "Head office", "head"))


@pytest.mark.parametrize(
    ("scope", "codes"),
    [
        pytest.param("EU", "DE1 FR1 WEB", id="a region: all its shops"),
        pytest.param("DE", "DE1 WEB", id="a market"),
        pytest.param("amazon", "DE1 FR1", id="a platform"),
        pytest.param("FR1", "FR1", id="a shop"),
        pytest.param("lamps", "DE1 FR1 WEB", id="a category is sold everywhere"),
        pytest.param("new", "DE1 FR1 WEB", id="so is a stage"),
        pytest.param("OPS1", "DE1", id="a person"),
        pytest.param("OPS2", "FR1 WEB", id="another"),
        pytest.param("operations", "DE1 FR1 WEB", id="a role: the shops of its people"),
        pytest.param("EU team", "DE1 FR1 WEB", id="a department likewise"),
        pytest.param("head", "DE1 FR1 WEB", id="people without shops: those of the people below"),
        pytest.param("purchasing", "", id="nobody below either: the region's markets"),
        pytest.param("Mars", "DE1 FR1 WEB", id="a stranger: all of the region"),
    ],
)
def test_the_shops_whose_calendar_a_line_follows(scope: str, codes: str) -> None:
    chief = replace(TEAM[2], code="LI")
    team = (*(replace(p, manager="LI") for p in TEAM[:2]), chief, person("BUY", "", "purchasing"))
    found = calendar_shops(room(people=team), row(scope=scope, region=Region.EU))
    assert [shop.code for shop in found] == (codes.split() or [""])


def test_an_assignment_makes_a_shop_one_of_a_department() -> None:
    days = Window(date(2026, 1, 1), date(2026, 4, 1))
    lines = (
        Assignment("FR1", None, "OPS1", 1.0, days),
        Assignment("WEB", None, "OPS1", 1.0, Window(days.end, days.end)),
    )
    team = (person("OPS1", "North"), person("OPS2"))
    book = room(people=team, assignments=lines)
    found = calendar_shops(book, row(scope="North", region=Region.EU))
    assert [shop.code for shop in found] == ["DE1", "FR1"]


SCOPES = ("EU", "DE", "amazon", "DE1", "WEB", "OPS2", "operations", "EU team", "lamps", "Mars")


@given(
    scope=st.sampled_from(SCOPES),
    metric=st.sampled_from(["net_sales", "new_listings", "policy_violations"]),
    year=st.integers(2024, 2030),
    month=st.integers(1, 12),
    own=st.sampled_from(["", "Sale 2026-03-10..2026-04-02 x2"]),
)
def test_what_a_month_is_given_is_the_sum_of_what_its_days_are_due(
    scope: str, metric: str, year: int, month: int, own: str
) -> None:
    """One calendar: the split of the year, the weeks and seasonal due read the same days."""
    book = room(settings=Settings("2026-10", "", pacing="seasonal", events=own))
    of, made = CATALOG.metrics[metric], replace(row(scope=scope, region=Region.EU), year=year)
    made = replace(made, split=Split.SEASON)
    goals, flow = Goals(book, period(f"{year}-{month:02d}")), flow_of(of)
    window = goals.month.window
    paced = goals.factors(of, {shop.code for shop in calendar_shops(book, made)})
    days = (1.0,) * window.days if paced is None else paced
    assert row_days(book, made, window, flow) == tuple(exact(day) for day in days)
    assert season_weights(book, made, flow)[month - 1] == sum(map(exact, days))


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
            row(3_774.0, split=Split.SEASON),
            (),
            (310.0, 287.0, 311.0, 302.0, 325.0, 303.5, 316.0, 325.5, 308.0, 310.0, 358.0, 318.0),
            id="by season: the weights of a US year are 377.4 together",
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
    book = room(made, past={key_of(made): past})
    shares = month_shares(book, made, Flow.ORDERS)
    assert month_targets(made, additive=True, decimals=2, shares=shares) == months


@pytest.mark.parametrize(
    ("months", "found"),
    [
        pytest.param((0.1,) * 12, (0.3,) * 4, id="exact: 0.1 three times is 0.3"),
        pytest.param((1.0, 2.0, 3.0, None, *(5.0,) * 8), (6.0, None, 15.0, 15.0), id="April open"),
        pytest.param(NONE, (None,) * 4, id="nothing"),
    ],
)
def test_quarters_of_months(
    months: tuple[float | None, ...], found: tuple[float | None, ...]
) -> None:
    assert quarters(months) == found


# --- weeks of the months -----------------------------------------------------------------------


def test_weeks_by_hand() -> None:
    """310.00 for January, 280.00 for February, ten a day: the fifth week crosses them.

    2026 begins on a Thursday: its first week has four days; the week of 26 January has six days of
    January and one of February.
    """
    weeks = weeks_of_year(room(), row(), (310.0, 280.0, *(None,) * 10), 2, Flow.ORDERS)
    assert [(one.week.code, one.value) for one in weeks[:6]] == [
        ("2026-W01", 40.0),
        *((f"2026-W0{n}", 70.0) for n in (2, 3, 4, 5)),
        ("2026-W06", 70.0),
    ]
    crossing = {one.week.code: one.value for one in weeks}
    assert crossing["2026-W09"] is None  # 23 February to 1 March: March has no target


def test_the_week_of_black_friday_has_more_of_a_seasonal_november() -> None:
    """358.00 over 35.8 parts of a US November: ten for an ordinary day.

    23 to 29 November are three ordinary days, Thanksgiving, Black Friday and its weekend: 30 + 15 +
    30 + 36. Cyber Monday opens the week after with 26, and December adds six ordinary days.
    """
    november = (*(0.0,) * 10, 358.0, 318.0)
    weeks = weeks_of_year(room(), row(split=Split.SEASON), november, 2, Flow.ORDERS)
    found = {one.week.code: one.value for one in weeks}
    assert (found["2026-W48"], found["2026-W49"]) == (111.0, 26.0 + 6 * 10.0)


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
    settings = Settings("2026-10", "", week_start=week_start)
    book = room(made, past={key_of(made): past}, settings=settings)
    shares = month_shares(book, made, Flow.ORDERS)
    months = month_targets(made, additive=True, decimals=2, shares=shares)
    assert all(a is None or a == b for a, b in zip(typed, months, strict=True))
    known = [Decimal(str(month)) for month in months if month is not None]
    if len(known) == 12 and None in typed:
        assert sum(known) == Decimal(str(total))
    weeks = [one.value for one in weeks_of_year(book, made, months, 2, Flow.ORDERS)]
    if len(known) == 12:
        assert sum(Decimal(str(week)) for week in weeks) == sum(known)
    assert len(weeks) in (53, 54)
