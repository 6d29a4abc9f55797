"""A year's target by week: each month is cut by the days of its weeks, and nothing is lost.

A week that crosses two months, or two years, has a part in each; a week of a year is what of it
lies inside that year.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from kpi.book import Book
from kpi.calendar import month_period
from kpi.model import Period
from kpi.month_shares import row_days
from kpi.season import Flow
from kpi.targets import week_targets
from kpi.typed_rows import TargetRow


@dataclass(frozen=True, slots=True)
class WeekTarget:
    """What a week asks inside the year; None as soon as one of its months is unknown."""

    week: Period
    value: float | None


def weeks_of_year(
    book: Book, row: TargetRow, months: Sequence[float | None], decimals: int, flow: Flow
) -> tuple[WeekTarget, ...]:
    """The weeks of a row whose months are known; together they are the months, to the cent."""
    found: dict[str, tuple[Period, Decimal | None]] = {}
    for week, value in _parts(book, row, months, decimals, flow):
        before = found.get(week.code, (week, Decimal()))[1]
        found[week.code] = (week, None if before is None or value is None else before + value)
    return tuple(
        WeekTarget(week, None if value is None else float(value)) for week, value in found.values()
    )


def _parts(
    book: Book, row: TargetRow, months: Sequence[float | None], decimals: int, flow: Flow
) -> Iterator[tuple[Period, Decimal | None]]:
    for number, value in enumerate(months, 1):
        window = month_period(row.year, number).window
        weights = row_days(book, row, window, flow)
        start = book.settings.week_start
        for week, _, part in week_targets(value or 0.0, window, weights, decimals, start):
            yield week, None if value is None else Decimal(str(part))
