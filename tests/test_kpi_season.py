"""Shares of days by hand. November 2026 of a German Amazon shop: 25 days of 1, Singles' Day 1.1,
Black Friday 3, its weekend twice 1.8, Cyber Monday 2.6: 35.3 in all. In the US Thanksgiving is 1.5:
35.8. In Italy All Saints' Day is 0.9: 35.2.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi.book import EVER, NEVER, Book
from kpi.calendar import period
from kpi.catalog import shipped
from kpi.errors import KpiError
from kpi.model import Region, Window
from kpi.numbers import normalise
from kpi.organisation import Part
from kpi.pacing import at_speed
from kpi.person_targets import Goal, Goals
from kpi.season import (
    Flow,
    countries_of,
    day_targets,
    dispatch_factors,
    factors_of,
    flow_of,
    part_of,
    shares,
    shop_factors,
    year_weights,
)
from kpi.targets import due_share
from kpi.trade import Shop
from kpi.typed_events import typed_events
from kpi.typed_rows import Settings, TargetRow
from kpi.working_days import holidays_of, work_factors

NOV = period("2026-11")
METRICS = shipped().metrics
SETTINGS = Settings("2026-11", "")
DE = Shop("AMZ-DE", "amazon", "DE", Region.EU, "EUR", "Europe/Berlin")
IT = Shop("AMZ-IT", "amazon", "IT", Region.EU, "EUR", "Europe/Rome")
FR = replace(DE, code="AMZ-FR", market="FR")
ES = replace(DE, code="AMZ-ES", market="ES")
US = Shop("AMZ-US", "amazon", "US", Region.US, "USD", "America/Los_Angeles")
OWN = Shop("SHP-EU", "shopify", "EU", Region.EU, "EUR", "Europe/Berlin")


@pytest.mark.parametrize(
    ("shop", "whole"),
    [
        pytest.param(DE, 35.3, id="Germany"),
        pytest.param(US, 35.8, id="Thanksgiving counts in the US, Veterans Day does not"),
        pytest.param(IT, 35.2, id="All Saints' Day in Italy"),
        pytest.param(OWN, 35.2225, id="a holiday of two of four countries counts half"),
    ],
)
def test_november_of_a_shop(shop: Shop, whole: float) -> None:
    assert sum(shop_factors(shop, NOV.window)) == pytest.approx(whole, abs=1e-12)


@pytest.mark.parametrize(
    ("shop", "whole"),
    [
        pytest.param(DE, 30.9, id="Germany: New Year alone"),
        pytest.param(FR, 35.9, id="France: 25 days of sales at 1.2 from the seventh"),
        pytest.param(IT, 34.985, id="Italy: 28 days at 1.15 from the third, Epiphany among them"),
        pytest.param(ES, 34.55, id="Spain: 25 days at 1.15, two holidays before them"),
        pytest.param(OWN, 34.08375, id="an own store of the EU: the mean of the four"),
        pytest.param(US, 31.0, id="no sales of the EU in the US"),
    ],
)
def test_january_of_a_market(shop: Shop, whole: float) -> None:
    january = period("2026-01").window
    assert sum(shop_factors(shop, january)) == pytest.approx(whole, abs=1e-12)


def test_a_shop_of_an_unknown_market_has_events_and_no_holidays() -> None:
    far = Shop("X", "other", "XX", Region.EU, "EUR", "UTC")
    assert holidays_of("XX", 2026) == frozenset()
    assert sum(shop_factors(far, NOV.window)) == pytest.approx(35.3, abs=1e-12)


@pytest.mark.parametrize(
    ("market", "countries"),
    [("UK", ("GB",)), ("EU", ("DE", "FR", "IT", "ES")), ("SE", ("SE",))],
)
def test_countries_of_a_market(market: str, countries: tuple[str, ...]) -> None:
    assert countries_of(market) == countries


@pytest.mark.parametrize(
    ("code", "flow"),
    [
        pytest.param("net_sales", Flow.ORDERS, id="sales follow the shoppers"),
        pytest.param("contribution_profit", Flow.ORDERS, id="so does profit"),
        pytest.param("visits", Flow.ORDERS, id="and visits"),
        pytest.param("new_listings", Flow.WORK, id="listings follow the team"),
        pytest.param("policy_violations", Flow.EVEN, id="violations follow nobody"),
    ],
)
def test_what_the_days_of_a_kpi_follow(code: str, flow: Flow) -> None:
    assert flow_of(METRICS[code]) is flow


def test_the_team_works_21_days_of_november_and_18_of_october() -> None:
    assert sum(work_factors(NOV.window, "CN")) == 21
    assert sum(work_factors(period("2026-10").window, "CN")) == 18


def test_parcels_rest_on_sundays_holidays_and_at_christmas() -> None:
    week = Window(date(2026, 12, 21), date(2026, 12, 28))  # Monday to Sunday; 26 is Saturday
    assert dispatch_factors(DE, week) == (1, 1, 1, 1, 0, 0, 0)  # the 26th is a German holiday
    assert dispatch_factors(US, week) == (1, 1, 1, 1, 0, 1, 0)


def test_new_listings_are_due_on_working_days() -> None:
    found = factors_of(METRICS["new_listings"], (DE,), NOV.window, SETTINGS)
    assert found == work_factors(NOV.window, "CN")


def test_parcels_are_due_on_the_days_of_the_carriers() -> None:
    """December 2026: 31 days, four Sundays, Christmas and, in Germany, the 26th."""
    shipped_units = replace(METRICS["units_sold"], numerator="units_shipped")
    december = period("2026-12").window
    assert flow_of(shipped_units) is Flow.DISPATCH
    found = factors_of(shipped_units, (DE,), december, SETTINGS)
    assert found is not None
    assert sum(found) == 25


def test_the_months_of_a_year_add_up_to_one() -> None:
    """Germany: November 35.3; June 26 days and four of Prime Day at 2.5, 36; February, with a week
    of 1.1 before Valentine's Day, 28.7.
    """
    found = shares(year_weights(Flow.ORDERS, (DE,), 2026, SETTINGS))
    assert sum(found, Fraction()) == 1
    assert float(found[10] / found[1]) == pytest.approx(35.3 / 28.7)
    assert float(found[5] / found[1]) == pytest.approx(36 / 28.7)


def test_several_shops_have_the_mean_of_their_days() -> None:
    found = factors_of(METRICS["net_sales"], (DE, IT), NOV.window, SETTINGS)
    assert found is not None
    assert found[0] == pytest.approx(0.95)
    assert found[26] == 3.0


def test_without_shops_or_season_the_days_are_equal() -> None:
    assert factors_of(METRICS["net_sales"], (), NOV.window, SETTINGS) is None
    assert factors_of(METRICS["policy_violations"], (DE,), NOV.window, SETTINGS) is None


def test_shares_of_days_without_any_weight_are_equal() -> None:
    assert shares((0.0, 0.0)) == (Fraction(1, 2), Fraction(1, 2))


@given(st.lists(st.sampled_from([0.0, 0.6, 0.9, 1.0, 1.1, 1.3, 3.0]), min_size=1, max_size=31))
def test_the_shares_of_a_month_are_one_exactly(factors: Sequence[float]) -> None:
    assert sum(shares(factors), Fraction()) == 1
    assert all(share >= 0 for share in shares(factors))


@given(st.decimals("0", "1000000", places=2), st.sampled_from([DE, US, IT, OWN]))
def test_the_days_of_a_month_add_up_to_the_cent(value: Decimal, shop: Shop) -> None:
    days = day_targets(float(value), shop_factors(shop, NOV.window), 2)
    assert sum(days) == value
    assert len(days) == 30


@given(st.integers(1, 31), st.integers(0, 31))
def test_equal_days_give_exactly_the_linear_share(days: int, elapsed: int) -> None:
    window = Window(date(2026, 1, 1), date(2026, 1, 1) + timedelta(days=days))
    some = Window(window.start, window.start + timedelta(days=min(elapsed, days)))
    assert part_of((1.0,) * days, window, some) == part_of(None, window, some)


# --- the book's own events --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        pytest.param("", [], id="nothing"),
        pytest.param(
            "Prime 秋促 2026-10-06..2026-10-07 x1.8",
            [("Prime 秋促", "2026-10-06", 2, 1.8, None)],
            id="a name, two days and a factor",
        ),
        pytest.param(
            "2026-11-05 ×2 EU; Sale 2026-11-01 至 2026-11-03 *1.5 US；",
            [("2026-11-05", "2026-11-05", 1, 2.0, "EU"), ("Sale", "2026-11-01", 3, 1.5, "US")],
            id="one day, two regions",
        ),
        pytest.param("Strike 2026-11-03 stop; Day 2026-05-04 off", [], id="no sale among them"),
    ],
)
def test_typed_events(text: str, wanted: list[tuple[object, ...]]) -> None:
    found = typed_events(text)
    assert [
        (e.names["zh"], str(e.days.start), e.days.days, e.factor, e.region) for e in found
    ] == wanted


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Prime", id="no day"),
        pytest.param("Prime 2026-10-06", id="no factor"),
        pytest.param("Prime 2026-13-06 x2", id="no such month"),
        pytest.param("Prime 2026-10-06..2026-10-05 x2", id="backwards"),
        pytest.param("Prime 2026-10-06 x180", id="a hundred times is a slip"),
        pytest.param("Strike 2026-10-06 stop QQ", id="no such country"),
        pytest.param("Strike 2026-10-06 stop EU DE", id="a region and a country of it"),
        pytest.param("Day 2026-10-06 closed", id="a word that says nothing"),
    ],
)
def test_a_text_that_is_no_event(text: str) -> None:
    with pytest.raises(KpiError, match="is no event"):
        typed_events(text)


def test_own_events_count_alone_on_their_days_and_in_their_region() -> None:
    """Black Friday at 4 instead of 3, and a 5 November of 2 in the EU: 35.3 + 1 + 1."""
    own = "BF 2026-11-27 x4; Sale 2026-11-05 x2 EU"
    assert sum(shop_factors(DE, NOV.window, own)) == pytest.approx(37.3)
    assert sum(shop_factors(US, NOV.window, own)) == pytest.approx(36.8)


@pytest.mark.parametrize(
    ("shop", "own", "orders", "parcels"),
    [
        pytest.param(DE, "", 1.0, 1, id="an ordinary Tuesday"),
        pytest.param(DE, "Strike 2026-11-03 x0 EU", 0.0, 0, id="no orders and no parcels"),
        pytest.param(DE, "Strike 2026-11-03 stop EU", 1.0, 0, id="no parcels, orders go on"),
        pytest.param(DE, "罢工 2026-11-03 停运", 1.0, 0, id="a stop of both regions"),
        pytest.param(US, "Strike 2026-11-03 stop EU", 1.0, 1, id="not in the US"),
        pytest.param(DE, "Strike 2026-11-03 stop FR, IT", 1.0, 1, id="of two other countries"),
        pytest.param(OWN, "Strike 2026-11-03 stop FR IT", 1.0, 1, id="two of four still ship"),
        pytest.param(OWN, "Strike 2026-11-03 stop DE FR IT ES", 1.0, 0, id="none of the four"),
        pytest.param(OWN, "Sale 2026-11-03 x3 FR", 1.5, 1, id="a sale of one of four countries"),
        pytest.param(DE, "Local day 2026-11-03 off DE", 0.9, 0, id="a holiday that was missing"),
        pytest.param(US, "Local day 2026-11-03 off US", 1.0, 0, id="in the US people shop on it"),
        pytest.param(OWN, "Local day 2026-11-03 off DE", 0.975, 1, id="a holiday of a quarter"),
        pytest.param(DE, "Company day 2026-11-03 off", 1.0, 1, id="the team's own day moves none"),
        pytest.param(IT, "", 1.0, 1, id="an ordinary day of Italy"),
    ],
)
def test_own_rows_of_a_tuesday(shop: Shop, own: str, orders: float, parcels: float) -> None:
    day = Window(date(2026, 11, 3), date(2026, 11, 4))
    assert shop_factors(shop, day, own) == (orders,)
    assert dispatch_factors(shop, day, own) == (parcels,)


def test_a_holiday_that_is_worked_weighs_like_any_day() -> None:
    """All Saints' Day 2027 is a Monday in Italy."""
    day = Window(date(2027, 11, 1), date(2027, 11, 2))
    assert (shop_factors(IT, day), dispatch_factors(IT, day)) == ((0.9,), (0.0,))
    own = "Open 2027-11-01 work IT"
    assert (shop_factors(IT, day, own), dispatch_factors(IT, day, own)) == ((1.0,), (1.0,))


def test_a_month_of_no_orders_is_due_by_even_days() -> None:
    shut = "Shut 2026-11-01..2026-11-30 x0"
    assert set(shares(shop_factors(DE, NOV.window, shut))) == {Fraction(1, 30)}


def test_parcels_are_due_by_own_stops_too() -> None:
    """November 2026 has 25 days that are no Sunday; two of them are a strike."""
    parcels = replace(METRICS["units_sold"], numerator="units_shipped")
    own = replace(SETTINGS, events="Strike 2026-11-03..2026-11-04 stop EU")
    found = [factors_of(parcels, (DE,), NOV.window, given) or () for given in (SETTINGS, own)]
    assert [sum(one) for one in found] == [25, 23]


def test_a_book_with_own_events_is_due_by_them() -> None:
    given_book = book("seasonal", DE)
    given_book = replace(
        given_book, settings=replace(given_book.settings, events="Sale 2026-11-05 x2")
    )
    found = goal(given_book, DE, ALL, date(2026, 11, 6))
    assert found is not None
    assert found.share == normalise(6 / 36.3)


# --- goals in a seasonal book ---------------------------------------------------------------------


def book(pacing: str, *shops: Shop, scope: str = "AMZ-DE", amount: float = 35_300.0) -> Book:
    region = Region.US if scope == "AMZ-US" else Region.EU
    months = (*(None,) * 10, amount, None)
    row = TargetRow(2026, region, scope, "net_sales", None, None, months, "USD", "")
    return Book(Settings("2026-11", "", pacing=pacing), shops=shops, targets=(row,))


def goal(given_book: Book, shop: Shop, days: Window, until: date) -> Goal | None:
    goals = Goals(given_book, NOV)
    part = Part(shop.code, days)
    return goals.of(METRICS["net_sales"], shop.region, (shop.code,), (part,), until)


ALL = Window(EVER, NEVER)


@pytest.mark.parametrize(
    ("pacing", "until", "share"),
    [
        pytest.param("linear", date(2026, 11, 21), 20 / 30, id="linear: 20 of 30 days"),
        pytest.param("run_rate", date(2026, 11, 21), 20 / 30, id="run rate is due like linear"),
        pytest.param("seasonal", date(2026, 11, 21), 20.1 / 35.3, id="20 days bring 20.1 of 35.3"),
        pytest.param("seasonal", date(2026, 11, 27), 26.1 / 35.3, id="before Black Friday"),
        pytest.param("seasonal", date(2026, 11, 28), 29.1 / 35.3, id="Black Friday brings three"),
        pytest.param("seasonal", date(2026, 12, 1), 1.0, id="the whole month is all of it"),
    ],
)
def test_what_is_due_of_a_typed_target(pacing: str, until: date, share: float) -> None:
    found = goal(book(pacing, DE), DE, ALL, until)
    assert found is not None
    assert found.value == 35_300.0
    assert found.share == pytest.approx(share, abs=1e-13)


def test_a_hand_over_before_black_friday_splits_by_season() -> None:
    """26.1 of 35.3 belong to the first owner, 9.2 to the second; nothing is due of the second."""
    goals, metric = Goals(book("seasonal", DE), NOV), METRICS["net_sales"]
    first = Part("AMZ-DE", Window(EVER, date(2026, 11, 27)))
    second = Part("AMZ-DE", Window(date(2026, 11, 27), NEVER))
    until = date(2026, 11, 27)
    early = goals.of(metric, Region.EU, ("ANNA",), (first,), until)
    late = goals.of(metric, Region.EU, ("BEN",), (second,), until)
    assert early == Goal(26_100.0, 1.0, "AMZ-DE", normalise(26.1 / 35.3))
    assert late == Goal(9_200.0, None, "AMZ-DE", normalise(9.2 / 35.3))


def test_the_share_of_some_days_follows_the_calendar() -> None:
    part, friday = Part("AMZ-DE", ALL), Window(date(2026, 11, 27), date(2026, 11, 28))
    metric = METRICS["net_sales"]
    assert Goals(book("linear", DE), NOV).share(metric, (part,), friday) == 1 / 30
    seasonal = Goals(book("seasonal", DE), NOV).share(metric, (part,), friday)
    assert seasonal == float(Fraction(30, 353))


def test_the_due_share_of_the_rule_is_that_of_the_shares() -> None:
    factors = shop_factors(US, NOV.window)
    assert due_share(date(2026, 11, 26), NOV.window, factors) == normalise(26.6 / 35.8)


# --- speed ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("actual", "recent", "left", "landing"),
    [
        pytest.param(700.0, (10.0, 20.0, 30.0), 5, 800.0, id="700 and five days of 20"),
        pytest.param(700.0, (10.0, None), 5, None, id="a gap is not a slow day"),
        pytest.param(700.0, (), 5, None, id="nothing to go by"),
        pytest.param(None, (10.0,), 5, None, id="an unknown actual lands nowhere"),
        pytest.param(700.0, (10.0,), 0, 700.0, id="at the end it is what it is"),
    ],
)
def test_landing_at_the_speed_of_the_last_days(
    actual: float | None, recent: Sequence[float | None], left: int, landing: float | None
) -> None:
    assert at_speed(actual, recent, left) == landing
