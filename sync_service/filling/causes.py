"""Where a breach comes from: the shop or category that did most of the change behind it."""

from __future__ import annotations

from kpi.alarms import Alarm
from kpi.calendar import DAYS_OF_WEEK, period, shifted
from kpi.changes import By, change
from kpi.errors import UnansweredError
from kpi.model import Period, PeriodKind, ScopeKind
from sync_service.compute import Computed
from sync_service.recent import Move, Moved

LEAST_SHARE = 0.3  # of the change; a smaller part is no cause
MOST_SHARE = 2.0  # beyond it parts cancel each other, and none of them is the cause


def largest_part(done: Computed, alarm: Alarm) -> str:
    """`AMZ-DE 62 %`: the part of a breach's change against the period before; empty without one.

    A day is compared with the same weekday. What cannot be split exactly has no such part. What
    the facts alone say is worked out once for all books over them.
    """
    start = done.book.settings.week_start
    after = period(alarm.last.period, start)
    by = By.CATEGORY if alarm.scope.scope.kind is ScopeKind.SHOP else By.SHOP
    periods = (_before(after, start), after)
    if not done.actuals.by_facts(alarm.metric, alarm.scope):
        return _largest(done, alarm, periods, by)
    move = Move(done.actuals.meaning(alarm.metric), alarm.scope, *periods, by)
    catalog, shops, moves = done.actuals.catalog, done.book.shops, done.known.moves
    known = moves.get(move)
    if known is None or (known.catalog, known.shops) != (catalog, shops):
        part = _largest(done, alarm, periods, by)
        known = moves[move] = Moved(catalog, shops, part)
    return known.part


def _largest(done: Computed, alarm: Alarm, periods: tuple[Period, Period], by: By) -> str:
    try:
        found = change(done.actuals, done.book, alarm.metric, alarm.scope, periods, by).found
    except UnansweredError:
        return ""
    first = next((part for part in found.parts if part.total * found.change > 0), None)
    share = None if first is None else found.share(first.total)
    if first is None or share is None or len(found.parts) == 1:
        return ""
    clear = first.name and LEAST_SHARE <= share <= MOST_SHARE
    return f"{first.name} {float(share) * 100:.0f} %" if clear else ""


def _before(after: Period, week_start: int) -> Period:
    steps = DAYS_OF_WEEK if after.kind is PeriodKind.DAY else 1
    return shifted(after, -steps, week_start)
