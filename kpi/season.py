"""Which part of a month each day brings: the shares behind seasonal pacing.

A day of a shop weighs what its events and holidays make of it; a day of the team weighs 1 when it
works. Shares are weights over their sum, so a month's shares always add up to exactly one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache

from kpi.apportion import Share, exact, split
from kpi.calendar import RetailEvent, day_factors, month_period
from kpi.model import Klass, Metric, Region, Window
from kpi.numbers import normalise
from kpi.retail import events, stops
from kpi.trade import Shop
from kpi.typed_events import Effect, typed_days, typed_events
from kpi.typed_rows import Settings
from kpi.working_days import is_free, team_country, work_factors

EU_HOLIDAY = 0.9  # orders of an EU public holiday against an ordinary day; our starting value
US_HOLIDAY = 1.0  # US holidays are shopping days; Thanksgiving and Christmas are events
EU_MARKETS = ("DE", "FR", "IT", "ES")  # whose holidays stand for an own store of the whole EU
COUNTRIES = {"UK": ("GB",), "EU": EU_MARKETS}
DONE_BY_THE_TEAM = frozenset({"new_listings"})  # due on the team's working days
SHIPPED = "units_shipped"  # an own KPI that counts parcels rests with the carriers
SHOPPERS = frozenset({Klass.SALES, Klass.PROFIT, Klass.EFFICIENCY})


class Flow(StrEnum):
    """What the days of a KPI follow."""

    ORDERS = "orders"  # shoppers: events and holidays of the market
    WORK = "work"  # the team's working days
    DISPATCH = "dispatch"  # days on which carriers take parcels
    EVEN = "even"  # no season: complaints, violations


class Pacing(StrEnum):
    """The setting of a workbook: what is due by now, and where the tiles see the month end."""

    LINEAR = "linear"  # equal days; the rest goes like the days so far
    RUN_RATE = "run_rate"  # equal days; the rest goes like the last seven days
    SEASONAL = "seasonal"  # days by calendar, for what is due and for the rest


def flow_of(metric: Metric | None) -> Flow:
    """What a KPI's days follow; a budget, which has a target and is no KPI, follows the sales."""
    if metric is None:
        return Flow.ORDERS
    if metric.code in DONE_BY_THE_TEAM:
        return Flow.WORK
    if metric.numerator == SHIPPED:
        return Flow.DISPATCH
    return Flow.ORDERS if metric.klass in SHOPPERS or metric.code == "visits" else Flow.EVEN


def countries_of(market: str) -> tuple[str, ...]:
    """The countries whose holidays a market keeps; an unknown market has none."""
    return COUNTRIES.get(market, (market,))


@lru_cache(maxsize=4096)
def shop_factors(shop: Shop, window: Window, own: str = "") -> tuple[float, ...]:
    """How many orders each day of a window brings to a shop, an ordinary day being 1.

    On the days of the book's own events (`own`, as typed) these count alone. A shop of several
    countries takes their mean, so that a holiday of one of four counts a quarter.
    """
    years = range(window.start.year, window.end.year + 1)
    known = [event for year in years for event in events(year, shop.platform)]
    countries = countries_of(shop.market)
    each = [_orders(window, country, shop.region, known, own) for country in countries]
    return tuple(normalise(sum(day) / len(each)) for day in zip(*each, strict=True))


def _orders(
    window: Window, country: str, region: Region, known: Iterable[RetailEvent], own: str
) -> Iterator[float]:
    """The days of one country: its own events, else the shipped ones and its holidays."""
    mine = [event for event in known if event.counts_in(country, region)]
    typed = [event for event in typed_events(own) if event.counts_in(country, region)]
    at = US_HOLIDAY if region is Region.US else EU_HOLIDAY
    for day, factor in zip(window.each(), day_factors(window, events=mine), strict=True):
        own_factors = [event.factor for event in typed if event.holds(day)]
        usual = factor * (at if is_free(day, country, region, own) else 1.0)
        yield own_factors[-1] if own_factors else usual


@lru_cache(maxsize=4096)
def dispatch_factors(shop: Shop, window: Window, own: str = "") -> tuple[float, ...]:
    """1 for each day on which carriers take a shop's parcels, else 0.

    They rest on Sundays, holidays and stops, the book's own ones too, and on days of no orders.
    """
    countries = countries_of(shop.market)
    years = range(window.start.year, window.end.year + 1)
    rests = [stop for year in years for stop in stops(year, carriers=True)]
    rests += typed_days(own, Effect.STOP)
    rests += [event for event in typed_events(own) if event.factor == 0]
    each = [_dispatched(window, country, shop.region, rests, own) for country in countries]
    return tuple(float(any(day)) for day in zip(*each, strict=True))


def _dispatched(
    window: Window, country: str, region: Region, rests: Iterable[RetailEvent], own: str
) -> Iterator[bool]:
    mine = [stop for stop in rests if stop.counts_in(country, region)]
    for day in window.each():
        sunday = day.isoweekday() == 7  # noqa: PLR2004 - ISO's number of Sunday
        free = sunday or is_free(day, country, region, own)
        yield not (free or any(stop.holds(day) for stop in mine))


def factors_of(
    metric: Metric, shops: Sequence[Shop], window: Window, settings: Settings
) -> tuple[float, ...] | None:
    """The weights of the days of a KPI over several shops; None where all days are equal.

    A scope of several shops takes the mean of their weights: each calendar has one voice.
    """
    return _weights(flow_of(metric), tuple(shops), window, settings.events, team_country(settings))


@lru_cache(maxsize=4096)
def _weights(
    flow: Flow, shops: tuple[Shop, ...], window: Window, own: str, team: str
) -> tuple[float, ...] | None:
    if flow is Flow.WORK:
        return work_factors(window, team, own)
    if flow is Flow.EVEN or not shops:
        return None
    if flow is Flow.DISPATCH:
        each = [dispatch_factors(shop, window, own) for shop in shops]
    else:
        each = [shop_factors(shop, window, own) for shop in shops]
    return tuple(normalise(sum(day) / len(each)) for day in zip(*each, strict=True))


def day_weights(
    flow: Flow, shops: Sequence[Shop], window: Window, settings: Settings
) -> tuple[Fraction, ...]:
    """What `factors_of` says, exactly as its decimals read; 1 for each of equal days."""
    return _exactly(flow, tuple(shops), window, settings.events, team_country(settings))


def _exactly(
    flow: Flow, shops: tuple[Shop, ...], window: Window, own: str, team: str
) -> tuple[Fraction, ...]:
    found = _weights(flow, shops, window, own, team)
    return (Fraction(1),) * window.days if found is None else tuple(map(exact, found))


def year_weights(
    flow: Flow, shops: Sequence[Shop], year: int, settings: Settings
) -> tuple[Fraction, ...]:
    """What the days of each month weigh together: the twelve months of a seasonal split."""
    return _year(flow, tuple(shops), year, settings.events, team_country(settings))


@lru_cache(maxsize=1024)
def _year(
    flow: Flow, shops: tuple[Shop, ...], year: int, own: str, team: str
) -> tuple[Fraction, ...]:
    """Remembered: every day and person of a refresh asks for the same year."""
    months = (month_period(year, number).window for number in range(1, 13))
    days = (_exactly(flow, shops, month, own, team) for month in months)
    return tuple(sum(month, Fraction()) for month in days)


def stand_in(region: Region) -> Shop:
    """What a region's calendar is where no shop says more: its holidays, no platform's events."""
    return Shop("", "", str(region), region, "", "")


def shares(factors: Sequence[Share]) -> tuple[Fraction, ...]:
    """The share of each day; together exactly one. Equal days where every weight is zero."""
    weights = [exact(factor) for factor in factors]
    whole = sum(weights, Fraction())
    if not whole:
        return tuple(Fraction(1, len(weights)) for _ in weights)
    return tuple(weight / whole for weight in weights)


def part_of(factors: Sequence[float] | None, window: Window, days: Window) -> float:
    """Which share of a window some of its days have; without weights days over days."""
    if factors is None:
        return days.days / window.days
    first = (days.start - window.start).days
    return float(sum(shares(factors)[first : first + days.days], Fraction()))


def day_targets(value: float, factors: Sequence[float], decimals: int) -> tuple[Decimal, ...]:
    """A month's target by day, in cents or whole pieces; the days add up to it exactly."""
    return split(value, shares(factors), decimals)
