"""What was shown of breaches, against what the facts say now: which lines stay, end or never were.

A standing is always the fold over the facts. What was shown is kept, because only so a breach that
a restatement took away can be told as withdrawn, and a line keeps its number when its first day
moves. The same facts and the same memory give the same lines again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from kpi.alarms import KEEP_RECOVERED_DAYS, Alarm, Fold, ordered
from kpi.breach_typed import Typed
from kpi.organisation import ScopeParts
from kpi.rule_spans import mark
from kpi.typed_rows import Rule

REMEMBERED_DAYS = 400  # of a closed line in the log
CLOSED_FOR_GOOD = frozenset({"withdrawn", "ended", "unreported"})


@dataclass(frozen=True, slots=True)
class Kept:
    """One line as it was last shown."""

    number: str
    rule: str
    terms: str  # mark of the rule's terms
    scope: str
    region: str  # empty for a scope of both regions
    metric: str
    level: str
    operator: str
    limit: float  # the metric's unit
    value: float | None  # what was told
    value_day: date  # first day of the period of that value
    days: tuple[date, ...]  # first days of its periods
    values: tuple[float | None, ...]  # of these periods, as they were
    state: str  # firing, recovered, ended, unreported, withdrawn
    closed: date | None  # None: open
    restated: float | None = None  # of a withdrawn line: the value as it is now
    action: str = ""  # as typed on the line
    by: str = ""
    silence: date | None = None

    @property
    def since(self) -> date:
        """The first day of the run."""
        return self.days[0]

    @property
    def instance(self) -> Instance:
        """Rule and scope."""
        return (self.rule, self.region, self.scope)

    def shown(self, today: date) -> bool:
        """Whether the line still stands on its tab; afterwards it is in the log."""
        return self.closed is None or (today - self.closed).days <= KEEP_RECOVERED_DAYS

    @property
    def spoken(self) -> bool:
        """Whether a person wrote on the line."""
        return bool(self.action or self.by or self.silence)

    def holds(self, said: Typed) -> bool:
        """Whether the line was remembered with just these words."""
        mine = (self.number, self.action, self.by, self.silence)
        return mine == (said.number, said.action, said.by, said.silence_until)

    def remembered(self, today: date) -> bool:
        """A person's words for ever, another closed line for as long as the log tells of it."""
        if self.closed is None or self.spoken:
            return True
        return (today - self.closed).days <= REMEMBERED_DAYS


Instance = tuple[str, str, str]
"""Rule, region and scope."""


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of today: from the facts, from memory alone, and what to remember."""

    alarms: tuple[Alarm, ...]
    gone: tuple[Kept, ...]  # shown, though the facts no longer say so
    kept: tuple[Kept, ...]


def lines(
    folds: Sequence[Fold], kept: Sequence[Kept], typed: Mapping[str, Typed], today: date
) -> Lines:
    """Every line of today; a line that was shown keeps its number."""
    by_instance: dict[Instance, list[Fold]] = {}
    for fold in folds:
        by_instance.setdefault(instance_of(fold.span.rule, fold.scope), []).append(fold)
    before: dict[Instance, list[Kept]] = {}
    for one in sorted(kept, key=lambda k: (k.since, k.number)):
        before.setdefault(one.instance, []).append(one)
    live: list[Alarm] = []
    gone: list[Kept] = []
    alive = frozenset(mark(fold.span.rule) for fold in folds)
    for at in sorted(set(by_instance) | set(before)):
        mine, rest = _numbered(by_instance.get(at, ()), before.get(at, ()), today, alive)
        live += mine
        gone += rest
    told = {one.number: one for one in kept}
    new = {n for n, said in typed.items() if n not in told or not told[n].holds(said)}
    gone = [_with_words(one, typed) for one in gone]
    saved = [_with_words(_kept(alarm), typed) for alarm in live]
    every = sorted((*saved, *gone), key=lambda k: (k.since, k.number))
    return Lines(
        ordered(live),
        tuple(one for one in gone if one.shown(today) or one.number in new),
        tuple(one for one in every if one.remembered(today)),
    )


def instance_of(rule: Rule, scope: ScopeParts) -> Instance:
    """The instance of a rule and a scope."""
    return (rule.code, str(scope.scope.region or ""), scope.scope.code)


def _numbered(
    folds: Collection[Fold], before: Sequence[Kept], today: date, alive: Collection[str]
) -> tuple[list[Alarm], list[Kept]]:
    """The alarms of one instance under the numbers that they had, and the lines without one."""
    live = sorted((a for fold in folds for a in fold.alarms), key=lambda a: (a.since, a.number))
    taken: dict[int, Alarm] = {}
    gone: list[Kept] = []
    for one in before:
        same = [n for n, alarm in enumerate(live) if _is(one, alarm)]
        free = [n for n in same if n not in taken]
        if free:
            taken[free[0]] = replace(live[free[0]], number=one.number)
        elif not same:  # else two runs became one: the line of the earlier one tells of both
            gone.append(_without_alarm(one, folds, today, alive))
    return [taken.get(n, alarm) for n, alarm in enumerate(live)], gone


def _is(one: Kept, alarm: Alarm) -> bool:
    """Whether a line told of this run: a day of the line is still one of its firing days."""
    if one.terms != mark(alarm.rule):
        return False
    fired = {period.anchor for period in alarm.episode.fired}
    return one.number == alarm.number or not fired.isdisjoint(one.days)


def _without_alarm(one: Kept, folds: Collection[Fold], today: date, alive: Collection[str]) -> Kept:
    """A line that the facts no longer show: over long since, never was, or its rule is gone.

    A scope that is gone while its rule goes on for others is reported no longer; that is no
    recovery. `alive` are the terms of all rules that still judge something.
    """
    if one.state in CLOSED_FOR_GOOD or not one.shown(today):
        return one
    mine = [fold for fold in folds if mark(fold.span.rule) == one.terms]
    if not mine:
        state = "unreported" if one.terms in alive else "ended"
        return one if one.closed else replace(one, state=state, closed=today)
    for run in (run for fold in mine for run in fold.runs):
        if not {period.anchor for period in run.fired}.isdisjoint(one.days):
            return replace(one, state="recovered", closed=run.fired[-1].window.end)
    known = {day: value for fold in mine for day, value in fold.known.items()}
    if known.keys().isdisjoint(one.days):  # nothing is known of them any more: no state changes
        later = min((day for day in known if day > one.days[-1]), default=None)
        return one if one.closed or later is None else replace(one, state="recovered", closed=later)
    return replace(_restated(one, known), state="withdrawn", closed=today)


def _restated(one: Kept, known: Mapping[date, float]) -> Kept:
    """A line with the first day that changed: what was told of it, and what it is now."""
    for day, then in zip(one.days, one.values, strict=True):
        if known.get(day) != then:
            return replace(one, value_day=day, value=then, restated=known.get(day))
    return replace(one, restated=one.value)  # the history that it was compared with changed


def _kept(alarm: Alarm) -> Kept:
    return Kept(
        number=alarm.number,
        rule=alarm.rule.code,
        terms=mark(alarm.rule),
        scope=alarm.scope.scope.code,
        region=str(alarm.scope.scope.region or ""),
        metric=alarm.metric.code,
        level=alarm.level,
        operator=alarm.rule.operator,
        limit=alarm.limit.value,
        value=alarm.last.value,
        value_day=alarm.last.covered.start,
        days=tuple(period.anchor for period in alarm.episode.periods),
        values=alarm.values,
        state="firing" if alarm.open else alarm.state,
        closed=alarm.closed,
    )


def _with_words(one: Kept, typed: Mapping[str, Typed]) -> Kept:
    """A line with what stands beside it now; once it left its tab, with what last stood there."""
    said = typed.get(one.number)
    if said is None:
        return one
    return replace(one, action=said.action, by=said.by, silence=said.silence_until)


def to_log(kept: Sequence[Kept], today: date) -> Iterator[Kept]:
    """The lines that left their tab, the latest first."""
    left = [one for one in kept if not one.shown(today)]
    return iter(sorted(left, key=lambda k: (k.closed or today, k.number), reverse=True))


def released(
    before: Sequence[Kept], kept: Sequence[Kept], said: Iterable[Typed], today: date
) -> frozenset[str]:
    """Numbers of lines that left their tab and whose words an earlier refresh has remembered.

    The words stand in the log now and may leave the tab. A line whose words are new waits for the
    next refresh: one that dies before it is recorded must not lose them.
    """
    left = {one.number for one in to_log(kept, today)}
    held = {one.number: one for one in before}
    return frozenset(
        one.number
        for one in said
        if one.number in left and one.number in held and held[one.number].holds(one)
    )
