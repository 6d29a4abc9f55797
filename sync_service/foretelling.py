"""Where a KPI of a scope lands: its days from the facts, its seasons from the calendar."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from kpi.calendar import day_period
from kpi.errors import UnansweredError
from kpi.forecast import LEVEL_DAYS, MOST_TRAINING, MOST_TRIES, Landing, landing
from kpi.model import Metric, Period, ScopeKind, Window
from kpi.organisation import ScopeParts
from kpi.season import factors_of
from sync_service.compute import Computed, ScopeKey

DAY = timedelta(days=1)


def foretold(
    done: Computed, metric: Metric, key: ScopeKey, parts: ScopeParts, of: Period
) -> Landing:
    """Where a KPI of a scope lands.

    Raises:
        UnansweredError: It is a ratio, it is not known, or its history is too short.
    """
    if not metric.additive:
        raise UnansweredError(
            f"{metric.code} is no amount that grows day by day; forecast the amounts behind it.",
            f"{metric.names['zh']} 不是逐日累加的量；请预测其分子与分母。",
        )
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

    return landing(
        actual.value or 0.0, _days(done, metric, key, of, until), of.window, until, weights
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
) -> dict[date, float]:
    """The known days before `until`, as many as the tries can use."""
    left = max(0, (of.window.end - until).days)
    found: dict[date, float] = {}
    for back in range(1, 2 * LEVEL_DAYS + left + 7 * MOST_TRIES + 1):
        day = until - back * DAY
        value = done.value(metric.code, key, day_period(day))
        if value is None or value.value is None or value.covered.days < 1:
            break
        found[day] = value.value
    return found
