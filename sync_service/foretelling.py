"""Where a KPI of a scope lands: its days from the facts, its seasons from the calendar."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from math import isclose

from kpi.actuals import Actual
from kpi.calendar import day_period
from kpi.errors import UnansweredError
from kpi.forecast import LEVEL_DAYS, MOST_TRAINING, MOST_TRIES, Landing, landing, ratio_landing
from kpi.model import Metric, Period, ScopeKind, Window
from kpi.organisation import ScopeParts
from kpi.season import factors_of
from sync_service.compute import Computed, ScopeKey

DAY = timedelta(days=1)
Parted = tuple[float, float]
"""What is above and below the line of a ratio."""


def foretold(
    done: Computed, metric: Metric, key: ScopeKey, parts: ScopeParts, of: Period
) -> Landing:
    """Where a KPI of a scope lands.

    A ratio is foretold by what is above and below its line, where both add up day by day.

    Raises:
        UnansweredError: It does not add up, it is not known, or its history is too short.
    """
    actual = done.value(metric.code, key, of)
    begun = actual is not None and actual.covered.days
    if actual is None or (begun and actual.value is None):
        raise UnansweredError(
            f"{metric.code} is not known in {of.code}; fetch or fill its data first.",
            f"{metric.names['zh']} 在 {of.code} 未知；请先取数或补录。",
        )
    until = actual.covered.end
    _steady(parts, Window(until - MOST_TRAINING * DAY, of.window.end))
    shops = [s for s in done.book.shops if s.code in {part.shop for part in parts.parts}]
    settings = done.book.settings

    def weights(window: Window) -> Sequence[float]:
        return factors_of(metric, shops, window, settings) or (1.0,) * window.days

    days = _days(done, metric, key, of, until)
    if metric.additive:
        amounts = {day: one.value for day, one in days.items() if one.value is not None}
        return landing(actual.value or 0.0, amounts, of.window, until, weights)
    parted = {day: _parted(one) for day, one in days.items()}
    whole = _parted(actual)
    _adds_up(metric, whole, [parted[day] for day in of.window.each() if day in parted])
    return ratio_landing(whole, parted, of.window, until, weights)


def _parted(one: Actual) -> tuple[float, float]:
    """What is above and below the line; nothing on a day that has none of it."""
    return one.numerator or 0.0, one.denominator or 0.0


def _adds_up(metric: Metric, whole: Parted, days: Sequence[Parted]) -> None:
    """Refuse a ratio over a stock, a mean or a rank: its days do not make its month."""
    sums = [sum(one[n] for one in days) for n in (0, 1)]
    same = all(isclose(sums[n], whole[n], rel_tol=1e-9, abs_tol=1e-9) for n in (0, 1))
    if metric.denominator is None or not same:
        raise UnansweredError(
            f"{metric.code} does not follow from its days; forecast the amounts behind it.",
            f"{metric.names['zh']} 不能由各日相加得出；请预测其背后的金额或数量。",
        )


def _steady(scope: ScopeParts, days: Window) -> None:
    """Refuse a person whose shops changed: the days before were another business."""
    cuts = [cut for part in scope.parts for cut in (part.days.start, part.days.end)]
    if scope.scope.kind is ScopeKind.PERSON and any(days.start < cut < days.end for cut in cuts):
        raise UnansweredError(
            f"The shops of {scope.scope.code} changed between {days.start} and {days.end}; "
            "forecast the shops themselves.",
            f"{scope.scope.code} 的店铺在 {days.start} 至 {days.end} 之间有变动；请按店铺预测。",
        )


def _days(
    done: Computed, metric: Metric, key: ScopeKey, of: Period, until: date
) -> dict[date, Actual]:
    """The known days before `until`, as many as the tries can use."""
    left = max(0, (of.window.end - until).days)
    found: dict[date, Actual] = {}
    for back in range(1, 2 * LEVEL_DAYS + left + 7 * MOST_TRIES + 1):
        day = until - back * DAY
        value = done.value(metric.code, key, day_period(day))
        if value is None or value.covered.days < 1 or _unknown(metric, value):
            break
        found[day] = value
    return found


def _unknown(metric: Metric, day: Actual) -> bool:
    """A day of no orders has no rate, but both parts of it are known."""
    if metric.denominator is None:
        return day.value is None
    return day.numerator is None or day.denominator is None
