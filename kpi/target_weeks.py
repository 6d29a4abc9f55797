"""A year's target by week: each month is cut by the days of its weeks, and nothing is lost.

A week that crosses two months, or two years, has a part in each; a week of a year is what of it
lies inside that year.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from kpi.apportion import Share
from kpi.calendar import month_period
from kpi.model import Period, TargetRow, Window
from kpi.month_shares import season_factors
from kpi.targets import Split, week_targets


@dataclass(frozen=True, slots=True)
class WeekTarget:
    """What a week asks inside the year; None as soon as one of its months is unknown."""

    week: Period
    value: float | None


def weeks_of_year(
    row: TargetRow, months: Sequence[float | None], decimals: int, week_start: int = 0
) -> tuple[WeekTarget, ...]:
    """The weeks of a row whose months are known; together they are the months, to the cent."""
    found: dict[str, tuple[Period, Decimal | None]] = {}
    for week, value in _parts(row, months, decimals, week_start):
        before = found.get(week.code, (week, Decimal()))[1]
        found[week.code] = (week, None if before is None or value is None else before + value)
    return tuple(
        WeekTarget(week, None if value is None else float(value)) for week, value in found.values()
    )


def _parts(
    row: TargetRow, months: Sequence[float | None], decimals: int, week_start: int
) -> Iterator[tuple[Period, Decimal | None]]:
    for number, value in enumerate(months, 1):
        window = month_period(row.year, number).window
        factors = day_weights(row, window)
        for week, _, part in week_targets(value or 0.0, window, factors, decimals, week_start):
            yield week, None if value is None else Decimal(str(part))


def day_weights(row: TargetRow, window: Window) -> tuple[Share, ...]:
    """How the days of a month weigh: by season where the year is split so, else all alike."""
    if row.split == Split.SEASON:
        return season_factors(window, row.region)
    return (1.0,) * window.days
