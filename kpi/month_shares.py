"""Which share of a year each month has: by the retail calendar, or as the year before went.

The factors are starting values of ours: an ordinary day weighs 1. They decide how a total is cut
and never how large it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from kpi.apportion import Share, exact
from kpi.calendar import black_friday, month_period
from kpi.model import Region, TargetRow, Window
from kpi.targets import MONTHS, Shares, Split

TargetKey = tuple[int, Region, str, str]
"""Year, region, scope and KPI of a target."""
Past = Mapping[TargetKey, Sequence[float | None]]
"""The twelve months of the year before, in the unit of the KPI; None where not all is covered."""

CYBER_DAYS = 4  # Black Friday to Cyber Monday
CYBER = {Region.US: Decimal(4), Region.EU: Decimal(3)}
GIFTS = {Region.US: Decimal("1.5"), Region.EU: Decimal("1.4")}  # before Christmas parcels close
GIFT_DAYS = {Region.US: (1, 18), Region.EU: (1, 16)}  # of December; EU parcels close earlier
WINTER_SALES = (Region.EU, Decimal("1.2"), (7, 20))  # of January


def key_of(row: TargetRow) -> TargetKey:
    """The key of a target."""
    return row.year, row.region, row.scope, row.metric


def month_shares(row: TargetRow, past: Past) -> Shares:
    """The shares that a row's split asks for; None where it asks for none or they are unknown."""
    if row.split == Split.SEASON:
        return season_shares(row.year, row.region)
    if row.split == Split.HISTORY:
        return history_shares(row, past.get(key_of(row), ()))
    return None


@lru_cache(maxsize=256)
def season_shares(year: int, region: Region) -> tuple[Fraction, ...]:
    """What the days of each month weigh together; Black Friday and Cyber Monday in both regions."""
    months = (month_period(year, month).window for month in range(1, MONTHS + 1))
    return tuple(sum(season_factors(window, region), Fraction()) for window in months)


def season_factors(window: Window, region: Region) -> tuple[Fraction, ...]:
    """How much each day of a window sells against an ordinary one."""
    return tuple(_factor(day, region) for day in window.each())


def _factor(day: date, region: Region) -> Fraction:
    friday = black_friday(day.year)
    if friday <= day < friday + timedelta(days=CYBER_DAYS):
        return Fraction(CYBER[region])
    first, last = GIFT_DAYS[region]
    if day.month == MONTHS and first <= day.day <= last:
        return Fraction(GIFTS[region])
    where, factor, (first, last) = WINTER_SALES
    is_sale = region is where and day.month == 1 and first <= day.day <= last
    return Fraction(factor) if is_sale else Fraction(1)


def history_shares(row: TargetRow, months: Sequence[float | None]) -> tuple[Share, ...] | None:
    """The months of the year before; None as soon as one that is to be filled is unknown or a loss.

    A month that was typed needs no history.
    """
    free = [n for n, typed in enumerate(row.months) if typed is None]
    known = dict(enumerate(months))
    found = {n: value for n in free if (value := known.get(n)) is not None and value >= 0}
    if len(found) < len(free) or not any(found.values()):
        return None
    return tuple(exact(found.get(n, 0.0)) for n in range(MONTHS))
