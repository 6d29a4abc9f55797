"""The rules of a book against the facts: which are beyond their limit, since when and why.

Only complete periods give a verdict; a standing is the fold of `breaches.py` from the start of a
rule's span, or from far enough back that nothing earlier could change it. So a restated day moves
the standing, and a standing is never stored.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import NamedTuple

from kpi.actuals import Actual, Actuals, Meaning
from kpi.book import Book
from kpi.breaches import (
    Breach,
    Episode,
    Judged,
    Standing,
    Verdict,
    episodes,
    trail,
)
from kpi.budget import Budget, is_budget
from kpi.calendar import period_of
from kpi.contracts import Version
from kpi.judging import Day, judge, lacking
from kpi.model import (
    ROLLING,
    DataState,
    Metric,
    Period,
    PeriodKind,
    ScopeKind,
    Unit,
    Window,
    by_length,
)
from kpi.numbers import R
from kpi.organisation import ScopeParts
from kpi.period_values import PeriodValues, Seen
from kpi.person_targets import Goals
from kpi.rule_spans import Span, mark, rule_spans
from kpi.same_event import Events
from kpi.scopes import OWNERS
from kpi.season import countries_of
from kpi.surge import Lack, Limit
from kpi.typed_rows import Rule

# Periods: looked at first; at most; and those whose closed runs show.
LOOK_BACK = by_length(35, 8, 4)
FARTHEST = by_length(400, 57, 13)
SHOWN = by_length(31, 6, 2)
KEEP_RECOVERED_DAYS = 30
DRIVERS = ("visits", "unit_session_rate", "average_order_value", "ad_cost", "acos")
# What may be there in both regions under one code; a shop or market lies in one.
IN_REGIONS = frozenset(
    {
        *(ScopeKind.PERSON, ScopeKind.PLATFORM, ScopeKind.CATEGORY),
        *(ScopeKind.ENTITY, ScopeKind.BRAND),
    }
)
SMALLEST_CAUSE = 0.05  # a driver that moved less explains nothing


@dataclass(frozen=True, slots=True)
class Alarm:
    """One run of an instance (rule and scope): open, or over for at most thirty days."""

    rule: Rule
    metric: Metric
    scope: ScopeParts
    open: bool
    since: date  # first day of the run
    last: Actual  # the latest period of the run with a verdict
    cause: tuple[tuple[str, float], ...]  # (driver metric, relative change), largest first
    limit: Limit  # of that period
    number: str  # stable as long as the run lasts
    episode: Episode
    values: tuple[float | None, ...]  # of the run's periods; None where one is not whole
    data: DataState  # of the latest period that is over; not complete: the count stands still
    reach: date  # first day of all that was looked at
    closed: date | None = None  # the first day on which it was over; None: open
    ended: bool = False  # closed because its rule changed, not because the value came back
    silent: bool = False  # nobody is told: a quiet day, or silenced on its line
    failed: bool = False  # the last pull of one of its sources failed
    softer: bool = False  # beyond what is due by now, not yet beyond the month's budget

    @property
    def level(self) -> str:
        """How loud: a budget that is only ahead of its pace is a warning."""
        return "warn" if self.softer else self.rule.level

    @property
    def state(self) -> str:
        """What the reader sees: why it is over, else silence, else how the data stand."""
        if not self.open:
            return "ended" if self.ended else "recovered"
        if self.silent:
            return "silenced"
        if self.failed:
            return "error"
        return {
            DataState.MISSING: "no_data",
            DataState.STALE: "stale",
            DataState.PARTIAL: "partial",
        }.get(self.data, "firing")


@dataclass(frozen=True, slots=True)
class Fold:
    """What the facts say of one instance today."""

    span: Span
    scope: ScopeParts
    alarms: tuple[Alarm, ...]  # open or closed within thirty days, oldest first
    runs: tuple[Episode, ...]  # all that was found, older ones too
    known: Mapping[date, float]  # first day of a period -> its value, where it has a verdict
    lack: Lack | None = None  # why the newest value has no limit to be held against


class Judgement(NamedTuple):
    """What the judged periods of an instance hang on, besides the facts."""

    span: Span
    scope: ScopeParts
    meaning: Meaning
    events: Events
    running: Period
    week_start: int


Judgements = dict[Judgement, tuple[tuple[Day, ...], tuple[Seen, ...]]]
"""The judged periods, oldest first, and all that were looked at, newest first."""


@dataclass(frozen=True, slots=True)
class _Facts:
    """What all instances are held against."""

    book: Book
    actuals: Actuals
    today: date
    judged: Judgements
    targets: dict[Period, Goals] = field(default_factory=dict)

    def days(self, span: Span, scope: ScopeParts, values: PeriodValues) -> Sequence[Day]:
        """The judged periods; those that hang on the facts alone are judged once."""
        events = self.events(scope)
        if values.budget or not self.actuals.shared(values.metric, scope, values.running):
            return _days(span, values, events)
        meaning = self.actuals.meaning(values.metric)
        key = Judgement(span, scope, meaning, events, values.running, values.week_start)
        known = self.judged.get(key)
        if known is None:
            days = tuple(_days(span, values, events))
            known = self.judged[key] = (days, tuple(values.known))
        values.known[:] = known[1]
        return known[0]

    def values(self, rule: Rule, scope: ScopeParts) -> PeriodValues:
        metric = self.actuals.catalog.metrics[rule.metric]
        start = self.book.settings.week_start
        running = period_of(self.today, judged_by(rule, metric).window, start)
        found = PeriodValues(self.actuals, metric, scope, running, start)
        if is_budget(metric, rule):
            found.budget = Budget(self.book, self.actuals, metric, scope, rule, self.targets)
        return found

    def events(self, scope: ScopeParts) -> Events:
        """The sales events of a scope, those typed in the book too."""
        mine = {part.shop for part in scope.parts}
        shops = [shop for shop in self.book.shops if shop.code in mine]
        platforms = frozenset(shop.platform for shop in shops)
        countries = frozenset(one for shop in shops for one in countries_of(shop.market))
        return Events(scope.scope.region, platforms, self.book.settings.events, countries)


def alarms(
    book: Book, actuals: Actuals, scopes: Sequence[ScopeParts], today: date
) -> tuple[Alarm, ...]:
    """Every open or lately closed alarm of the rules as typed, open ones first."""
    return ordered(a for fold in folds(book, actuals, scopes, today) for a in fold.alarms)


def ordered(found: Iterable[Alarm]) -> tuple[Alarm, ...]:
    """Open before closed, breaches before warnings."""
    return tuple(sorted(found, key=lambda a: (not a.open, a.level != "breach", a.number)))


def folds(
    book: Book,
    actuals: Actuals,
    scopes: Sequence[ScopeParts],
    today: date,
    versions: Sequence[Version] = (),
    judged: Judgements | None = None,
) -> tuple[Fold, ...]:
    """Every instance that counted within the last weeks, whether it is beyond its limit or not.

    `judged` is what was judged of the same facts before, and takes what is judged now.
    """
    facts = _Facts(book, actuals, today, {} if judged is None else judged)
    since = today - timedelta(days=KEEP_RECOVERED_DAYS)
    return tuple(
        _fold(span, scope, facts)
        for span in rule_spans(book, versions)
        if span.rule.metric in actuals.catalog.metrics
        and span.days.end > since
        and span.days.start <= today
        for scope in _scopes_of(span.rule, scopes)
    )


def _scopes_of(rule: Rule, scopes: Sequence[ScopeParts]) -> Iterator[ScopeParts]:
    """A star is each shop; else the scopes of that code."""
    return (one for one in scopes if watches(rule, one))


def watches(rule: Rule, one: ScopeParts) -> bool:
    """Whether a rule is about a scope; one that names a company or brand, about all of it."""
    shop = one.scope.kind is ScopeKind.SHOP
    if one.scope.kind in OWNERS and one.scope.region is not None:
        return False
    return rule.scope == one.scope.code or (rule.scope == "*" and shop)


def judged_by(rule: Rule, metric: Metric) -> Rule:
    """A rule as it is judged.

    "More than so many a day" has no margin, one less is good again. A budget that may not be
    passed for one month is held against the spend of each day of it, not when the month is over.
    """
    if is_budget(metric, rule) and rule.periods == 1:
        return replace(rule, window=PeriodKind.DAY)
    a_count = metric.unit is Unit.COUNT and rule.window is PeriodKind.DAY and rule.periods == 1
    plain = rule.against == "value" and rule.operator.startswith(">")
    if rule.margin is None and a_count and plain:
        return replace(rule, margin=0.0)
    return rule


# --- one instance ---------------------------------------------------------------------------------


def _fold(span: Span, scope: ScopeParts, facts: _Facts) -> Fold:
    metric = facts.actuals.catalog.metrics[span.rule.metric]
    rule = judged_by(span.rule, metric)
    values = facts.values(span.rule, scope)
    days = facts.days(replace(span, rule=rule), scope, values)
    by_period = {one.seen.period: one for one in days}
    steps = trail([Judged(one.seen.period, one.said) for one in days], rule)
    runs = episodes(steps)
    found = (_alarm(span, scope, facts, values, run, by_period) for run in runs)
    known = {
        one.seen.period.anchor: one.seen.value
        for one in days
        if one.said is not Verdict.GAP and one.seen.value is not None
    }
    lack = lacking(days[-SHOWN.get(rule.window, 2) :])
    return Fold(span, scope, tuple(a for a in found if a is not None), runs, known, lack)


def _days(span: Span, values: PeriodValues, events: Events) -> list[Day]:
    """The judged periods of a span, oldest first, from far enough back to be sure of the newest."""
    rule = span.rule
    back, most = LOOK_BACK.get(rule.window, 4), FARTHEST.get(rule.window, 13)
    newest_first: list[Day] = []
    checked = 0
    for n in range(1, most + 1):
        seen = values.back(n)
        if _last_day(seen.period) < span.days.start:
            break
        if n > back:
            days = newest_first[::-1]
            if _sure(days[: -SHOWN.get(rule.window, 2)], rule) or _nothing(
                days[: -checked or None]
            ):
                break
            back, checked = back * 2, len(days)
        if _last_day(seen.period) < span.days.end:
            newest_first.append(judge(rule, values, n, events))
    return newest_first[::-1]


def _last_day(period: Period) -> date:
    return period.window.end - timedelta(days=1)


def _sure(old: Sequence[Day], rule: Rule) -> bool:
    """Whether even a breach from before these periods would have ended within them."""
    if not old:
        return False
    open_before = Standing(Breach.FIRING, rule.periods, 0, old[0].seen.period)
    steps = trail([Judged(one.seen.period, one.said) for one in old], rule, open_before)
    return any(now.breach is Breach.NORMAL for _, now in steps)


def _nothing(oldest: Sequence[Day]) -> bool:
    """Whether no period of the oldest stretch says anything: the facts begin later."""
    return all(one.said is Verdict.GAP for one in oldest)


def _alarm(
    span: Span,
    scope: ScopeParts,
    facts: _Facts,
    values: PeriodValues,
    run: Episode,
    days: Mapping[Period, Day],
) -> Alarm | None:
    """The alarm of one run; None when it has been over for too long."""
    over = facts.today >= span.days.end  # the rule counts no more
    closed_on = span.days.end if over and run.open else run.fired[-1].window.end
    is_open = run.open and not over
    if not is_open and (facts.today - closed_on).days > KEEP_RECOVERED_DAYS:
        return None
    last = next(days[p] for p in reversed(run.fired) if days[p].said is not Verdict.GAP)
    return Alarm(
        rule=span.rule,
        metric=values.metric,
        scope=scope,
        open=is_open,
        since=run.periods[0].anchor,
        last=last.seen.actual,
        cause=_cause(facts.actuals, last.seen.actual, scope),
        limit=last.limit or Limit(span.rule.value),
        number=number(span.rule, scope, run.periods[0].anchor),
        episode=run,
        values=tuple(days[period].seen.value for period in run.periods),
        data=values.data() if is_open else DataState.COMPLETE,
        failed=is_open and values.failed(),
        softer=values.budget is not None
        and values.budget.ahead(last.seen.period, last.seen.actual),
        reach=values.known[-1].period.anchor,
        closed=None if is_open else closed_on,
        ended=run.open and over,
    )


def number(rule: Rule, scope: ScopeParts, since: date) -> str:
    """`1012-AMZ-US-acos.d-3f2a`: first day, scope, KPI, window, and a mark of the rule's terms.

    Of the last sixty days `1012-AMZ-US-order_defect_rate.60d-3f2a`: their last day.

    Two rules on one KPI have two numbers; so has what is there in two regions.
    """
    kind, region = scope.scope.kind, scope.scope.region
    side = f".{region}" if kind in IN_REGIONS and region else ""
    window = rule.window.value if rule.window in ROLLING else rule.window.value[0]
    return f"{since:%m%d}-{scope.scope.code}{side}-{rule.metric}.{window}-{mark(rule)}"


# --- why ------------------------------------------------------------------------------------------


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
