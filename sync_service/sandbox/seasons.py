"""How demand moves over the days: week, year, sales events, the European August."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from kpi.model import Region

Floats = NDArray[np.float64]

_WEEK = {  # Monday first
    Region.US: (1.08, 1.04, 1.00, 0.97, 0.93, 0.94, 1.04),
    Region.EU: (1.10, 1.02, 0.98, 0.96, 0.92, 0.91, 1.11),
}
_MONTH = (0.90, 0.88, 0.93, 0.95, 0.98, 0.99, 1.02, 0.98, 0.97, 1.02, 1.22, 1.28)
_EU_AUGUST = 0.76
# first day, last day, demand in the US, demand in the EU, amazon only
EVENTS: tuple[tuple[date, date, float, float, bool], ...] = (
    (date(2025, 10, 7), date(2025, 10, 8), 1.9, 1.7, True),  # Prime Big Deal Days
    (date(2025, 11, 24), date(2025, 11, 27), 1.5, 1.6, False),  # Black Week
    (date(2025, 11, 28), date(2025, 11, 28), 3.2, 2.7, False),  # Black Friday
    (date(2025, 11, 29), date(2025, 11, 30), 1.8, 1.7, False),
    (date(2025, 12, 1), date(2025, 12, 1), 2.9, 2.1, False),  # Cyber Monday
    (date(2026, 7, 14), date(2026, 7, 17), 2.4, 2.1, True),  # Prime Day
    (date(2026, 10, 6), date(2026, 10, 7), 2.0, 1.8, True),  # Prime Big Deal Days
)


def days_of(start: date, end: date) -> tuple[date, ...]:
    """The days of a half-open range."""
    return tuple(start + timedelta(days=n) for n in range((end - start).days))


def season(days: tuple[date, ...], region: Region, *, marketplace: bool) -> Floats:
    """One factor a day; its long-run mean is about one."""
    factors = [_day(day, region, marketplace=marketplace) for day in days]
    return np.array(factors, dtype=np.float64)


def _day(day: date, region: Region, *, marketplace: bool) -> float:
    factor = _WEEK[region][day.weekday()] * _MONTH[day.month - 1]
    if region is Region.EU and day.month == 8:  # noqa: PLR2004 - August
        factor *= _EU_AUGUST
    for first, last, us, eu, amazon_only in EVENTS:
        if first <= day <= last and (marketplace or not amazon_only):
            factor *= us if region is Region.US else eu
    return factor


def promotions(days: tuple[date, ...]) -> Floats:
    """The share of lines that carry a discount: most of them in a sales event."""
    event = [any(first <= day <= last for first, last, *_ in EVENTS) for day in days]
    return np.where(event, 0.7, 0.08)
