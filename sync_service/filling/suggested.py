"""What a target of the month under review could be: last year's month with this year's growth."""

from __future__ import annotations

from kpi.calendar import period, shifted, year_before
from kpi.model import Metric, Period, Unit
from kpi.money import fixed_rate
from kpi.numbers import R, rnd, whole
from kpi.targets import suggested
from kpi.typed_rows import TargetRow
from sync_service.compute import Computed, ScopeKey

GROWTH_MONTHS = 3


def suggestion(done: Computed, metric: Metric, key: ScopeKey) -> float | None:
    """In the report currency, to the cent, counts whole; None for a ratio: a ratio does not grow.

    The growth is that of the last three months that were over before the month under review and
    before today; a month that the facts do not cover to its last day is unknown.
    """
    if not metric.additive:
        return None
    running = period(f"{done.today:%Y-%m}")
    first = min(done.month, running, key=lambda one: one.window)
    months = [shifted(first, -back) for back in range(1, GROWTH_MONTHS + 1)]
    found = suggested(
        whole_month(done, metric, key, year_before(done.month)),
        [whole_month(done, metric, key, month) for month in months],
        [whole_month(done, metric, key, year_before(month)) for month in months],
    )
    if found is None:
        return None
    return whole(found) if metric.unit is Unit.COUNT else rnd(found, 2)


def whole_month(done: Computed, metric: Metric, key: ScopeKey, month: Period) -> float | None:
    """The value of a month that the facts cover to its last day."""
    actual = done.value(metric.code, key, month)
    return actual.value if actual and actual.covered == month.window else None


def in_row_currency(
    done: Computed, metric: Metric, row: TargetRow, value: float | None
) -> float | None:
    """An amount of the report currency in that of the row, at the fixed rate."""
    given = done.book.settings.currency
    wanted = row.currency or given
    if value is None or metric.unit is not Unit.MONEY or wanted == given:
        return value
    rate = fixed_rate(done.book.settings.fixed_rates, given, wanted)
    return None if rate is None else R(value * float(rate))
