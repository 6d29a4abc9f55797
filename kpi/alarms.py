"""The rules of a book against the facts: which are beyond their limit, since when and why.

Only complete periods give a verdict; the standing is the fold of `breaches.py` over a look-back
long enough for every rule, so a restated day moves the standing and nothing is remembered twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from kpi.actuals import Actual, Actuals
from kpi.book import Book
from kpi.breaches import Breach, Judged, Standing, Verdict, trail, verdict
from kpi.calendar import period_of, shifted
from kpi.model import DataState, Metric, Period, PeriodKind, Rule, ScopeKind, Window
from kpi.numbers import R
from kpi.organisation import ScopeParts

LOOK_BACK = {PeriodKind.DAY: 35, PeriodKind.WEEK: 8, PeriodKind.MONTH: 3}  # periods
KEEP_RECOVERED_DAYS = 30
DRIVERS = ("visits", "unit_session_rate", "average_order_value", "ad_cost", "acos")
SMALLEST_CAUSE = 0.05  # a driver that moved less explains nothing


@dataclass(frozen=True, slots=True)
class Alarm:
    """One instance (rule and scope) that is or was beyond its limit within thirty days."""

    rule: Rule
    metric: Metric
    scope: ScopeParts
    open: bool
    since: date  # first day of the run
    last: Actual  # the latest period with a verdict
    cause: tuple[tuple[str, float], ...]  # (driver metric, relative change), largest first

    @property
    def number(self) -> str:
        """Stable as long as the episode lasts: its first day, scope, KPI and window."""
        window = self.rule.window.value[0]
        return f"{self.since:%m%d}-{self.scope.scope.code}-{self.metric.code}.{window}"


def alarms(
    book: Book, actuals: Actuals, scopes: Sequence[ScopeParts], today: date
) -> tuple[Alarm, ...]:
    """Every open or lately recovered alarm, the newest first."""
    found = [
        alarm
        for rule in book.rules
        if rule.on and rule.metric in actuals.catalog.metrics
        for scope in _scopes_of(rule, scopes)
        if (alarm := _alarm(rule, scope, actuals, book.settings.week_start, today)) is not None
    ]
    return tuple(sorted(found, key=lambda a: (not a.open, a.rule.level != "breach", a.number)))


def _scopes_of(rule: Rule, scopes: Sequence[ScopeParts]) -> Iterator[ScopeParts]:
    """A star is each shop; else the scopes of that code."""
    for one in scopes:
        if rule.scope == one.scope.code or (rule.scope == "*" and one.scope.kind is ScopeKind.SHOP):
            yield one


def _alarm(
    rule: Rule, scope: ScopeParts, actuals: Actuals, week_start: int, today: date
) -> Alarm | None:
    metric = actuals.catalog.metrics[rule.metric]
    values = [actuals.of(metric, scope, one) for one in _periods(rule, week_start, today)]
    by_period = {value.period: value for value in values}
    judged = [
        Judged(period_of(value.covered.start, rule.window, week_start), _verdict(value, rule))
        for value in values
        if value.covered.days
    ]
    steps = trail(judged, rule)
    standing = steps[-1][1]
    firing = [(period, now) for period, now in steps if period and now.breach is Breach.FIRING]
    if not firing:
        return None
    last_period, at = firing[-1]
    ended = last_period.window.end
    is_open = standing.breach in {Breach.FIRING, Breach.RECOVERING}
    if not is_open and (today - ended).days > KEEP_RECOVERED_DAYS:
        return None
    last = by_period[last_period.code]
    return Alarm(
        rule, metric, scope, is_open, _since(at, last_period), last, _cause(actuals, last, scope)
    )


def _since(at: Standing, period: Period) -> date:
    return (at.episode or period).window.start


def _periods(rule: Rule, week_start: int, today: date) -> tuple[Period, ...]:
    """The look-back, oldest first; the running period is left out."""
    running = period_of(today, rule.window, week_start)
    back = LOOK_BACK.get(rule.window, 3)
    return tuple(shifted(running, -n, week_start) for n in range(back, 0, -1))


def _verdict(value: Actual, rule: Rule) -> Verdict:
    complete = value.state in {DataState.COMPLETE, DataState.MANUAL, DataState.STALE}
    whole = complete and value.covered.end >= value.due_until
    return verdict(value.value, rule) if whole else Verdict.GAP


def _cause(actuals: Actuals, value: Actual, scope: ScopeParts) -> tuple[tuple[str, float], ...]:
    """The drivers that moved most against the week before the run."""
    end = value.covered.end
    last, before = _week(end), _week(end - timedelta(days=7))
    changes = []
    for code in DRIVERS:
        metric = actuals.catalog.metrics.get(code)
        if metric is None or code == value.metric:
            continue
        now = actuals.of(metric, scope, last).value
        then = actuals.of(metric, scope, before).value
        change = R(now / then - 1) if now is not None and then else None
        if change is not None and abs(change) >= SMALLEST_CAUSE:
            changes.append((code, change))
    return tuple(sorted(changes, key=lambda c: -abs(c[1]))[:2])


def _week(end: date) -> Period:
    start = end - timedelta(days=7)
    return Period(f"{start}..{end}", PeriodKind.WEEK, Window(start, end))
