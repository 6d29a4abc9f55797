"""The actual value of a KPI for a scope and a period, with its cover, its state and its source."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from typing import NamedTuple

from kpi.campaigns import BY_CAMPAIGN
from kpi.catalog import Catalog
from kpi.evaluate import evaluate
from kpi.heads import HEADCOUNT, STREAM
from kpi.model import DataState, Metric, Period, Scope, ScopeKind, Unit, Window
from kpi.numbers import normalise
from kpi.organisation import Part, ScopeParts, in_days
from kpi.scope_values import Heads, ScopeValues
from kpi.totals import Converter, Totals


@dataclass(frozen=True, slots=True)
class Actual:
    """One value of tblActual; unknown is None, and `state` says why."""

    period: str
    scope: Scope
    metric: str
    value: float | None  # unit of the metric, at most 14 digits; money in the report currency
    numerator: float | None
    denominator: float | None
    covered: Window  # days that are in the value; empty when none
    due_until: date  # first day that is not due yet
    state: DataState
    streams: tuple[str, ...]  # stream@shop
    facts: str  # hash of the exact sums behind the value

    @property
    def covered_until(self) -> date | None:
        """The last day in the value."""
        return self.covered.end - timedelta(days=1) if self.covered.days else None


class Meaning(NamedTuple):
    """What a KPI means to whom asks."""

    definition: str  # its hash
    numerator: str
    denominator: str | None
    view: str  # of money


class Asked(NamedTuple):
    """What a value of shops stands for: two that ask the same have the same value."""

    meaning: Meaning
    found: ScopeParts
    period: Period


class _Kind(NamedTuple):
    """What decides how a KPI's value is found."""

    definition: str  # its hash
    advertising: bool  # of campaigns alone
    of_people: bool  # divides by the headcount


COUNTED = frozenset({HEADCOUNT})
OF_PEOPLE = frozenset({ScopeKind.PERSON, ScopeKind.DEPARTMENT})
Counted = Callable[[Scope, Sequence[Part], Window], Fraction | None]
"""The average headcount of a scope on some days; None where the book names nobody."""
Registered = Callable[[Metric, Scope, Period, int], Actual | None]
"""A source beside the facts: the value of a KPI of a scope with so many days of grace, None where
it knows nothing."""


@dataclass(frozen=True, slots=True)
class Actuals:
    """Everything that values need; `last_day` is the last finished day of each shop."""

    totals: Totals
    catalog: Catalog
    money: Converter
    last_day: Mapping[str, date]
    stale: frozenset[tuple[str, str]]  # (stream, shop) without a pull within its limit
    made: dict[Asked, Actual] = field(default_factory=dict, compare=False)  # of shops, each once
    seen: dict[ScopeParts, ScopeParts] = field(default_factory=dict, compare=False)
    register: Registered | None = None  # dated tasks; what they know goes before typed figures
    beside: frozenset[str] | None = None  # KPIs that the register may know; None: any
    silent: Callable[[str, Scope], bool] | None = None  # where all it says is: does not apply
    failed: frozenset[tuple[str, str]] = frozenset()  # (stream, shop) whose last pull failed
    today: date | None = None  # in the workbook's time zone
    heads: Counted | None = None  # where nobody typed a headcount
    campaigns: Callable[[Scope], tuple[Part, ...]] | None = None  # of a person who owns some
    _kinds: dict[str, _Kind] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def running_day(self) -> date | None:
        """Today; where nobody says it, the day after the newest one that is over in some shop."""
        return self.today or self._newest_day()

    def _newest_day(self) -> date | None:
        newest = max(self.last_day.values(), default=None)
        return newest + timedelta(days=1) if newest else None

    def of(self, metric: Metric, found: ScopeParts, period: Period, grace: int = 0) -> Actual:
        """The value of one KPI for one scope and period; tasks late by the grace are not late."""
        registered = self._registered(metric, found.scope, period, grace)
        if registered is not None and registered.value is not None:
            return registered
        counted = self._of_shops(metric, self.held(metric, found), period)
        return counted if registered is None or counted.streams else registered

    def shared(self, metric: Metric, found: ScopeParts, period: Period) -> bool:
        """Whether the values of a scope are kept in `made`: nothing of the book beside decides."""
        if found.scope.kind in OF_PEOPLE or self.held(metric, found) is not found:
            return False
        if self.heads is not None and self._kind(metric.code).of_people:
            return False
        return self._registered(metric, found.scope, period) is None

    def by_facts(self, metric: Metric, found: ScopeParts) -> bool:
        """Whether all values of a KPI of a scope are in `made`, whoever the scope's people are."""
        return not self._may_know(metric.code) and self._alone(metric, found)

    def applies_by_facts(self, metric: Metric, found: ScopeParts) -> bool:
        """Whether all values of a KPI of a scope that apply at all are in `made`."""
        mute = self.silent is not None and self.silent(metric.code, found.scope)
        return (mute or not self._may_know(metric.code)) and self._alone(metric, found)

    def _alone(self, metric: Metric, found: ScopeParts) -> bool:
        counted = self.heads is not None and self._kind(metric.code).of_people
        return not counted and self.held(metric, found) is found

    def same(self, found: ScopeParts) -> ScopeParts:
        """The equal scope that was seen before; the values of the very same are found quickest."""
        return self.seen.setdefault(found, found)

    def _may_know(self, code: str) -> bool:
        return self.register is not None and (self.beside is None or code in self.beside)

    def _registered(
        self, metric: Metric, scope: Scope, period: Period, grace: int = 0
    ) -> Actual | None:
        """What a source beside the facts says."""
        if self.register is None or not self._may_know(metric.code):
            return None
        return self.register(metric, scope, period, grace)

    def meaning(self, metric: Metric) -> Meaning:
        """What a KPI means, with the view of money: what is alike has the same values."""
        definition = self._kind(metric.code).definition
        return Meaning(definition, metric.numerator, metric.denominator, self.money.view)

    def held(self, metric: Metric, found: ScopeParts) -> ScopeParts:
        """What a scope answers for: of advertising a person's campaigns, where it has some."""
        if self.campaigns is None or not self._kind(metric.code).advertising:
            return found
        parts = self.campaigns(found.scope)
        return ScopeParts(found.scope, parts) if parts else found

    def _kind(self, code: str) -> _Kind:
        """What a KPI stands on, found once for its thousands of values."""
        known = self._kinds.get(code)
        if known is None:
            needs = self.catalog.needs(code)
            advertising = bool(needs) and needs <= BY_CAMPAIGN
            definition = self.catalog.definition_hash(code)
            known = self._kinds[code] = _Kind(definition, advertising, HEADCOUNT in needs)
        return known

    def _of_shops(self, metric: Metric, found: ScopeParts, period: Period) -> Actual:
        """The value from the facts; books over the same facts share it where they mean the same."""
        if self.heads is not None and self._kind(metric.code).of_people:
            return self._made(metric, found, period)  # of the people of this book
        asked = Asked(self.meaning(metric), found, period)
        made = self.made.get(asked)
        if made is None:
            made = self.made[asked] = self._made(metric, found, period)
        return made

    def _made(self, metric: Metric, found: ScopeParts, period: Period) -> Actual:
        needs = self.catalog.needs(metric.code)
        fit = (p for p in found.parts if not p.campaigns or needs <= BY_CAMPAIGN)
        parts = tuple(p for p in fit if self.totals.applicable(p.shop, needs))
        here = in_days(parts, period.window)  # a former owner's line stops with the last day
        heads = self._heads(needs, found.scope, here, period.window)
        measures = needs - COUNTED if heads else needs
        due = self._due(here, period.window)
        if not here or not needs:
            return _nothing(metric, found.scope, period, DataState.NOT_APPLICABLE, due)
        covered = self.totals.covered(measures, here, Window(period.window.start, due))
        before = Window(period.window.start - timedelta(days=1), period.window.end)
        known = in_days(parts, before)  # an opening stock is of the day before
        values = ScopeValues(self.totals, self.catalog, self.money, known, covered, heads=heads)
        above = self._part(metric.numerator, values)
        below = self._part(metric.denominator, values)
        value = above if metric.denominator is None else _quotient(above, below)
        people = {f"{STREAM}@{part.shop}" for part in here} if heads else set()
        streams = tuple(sorted({*self._streams(here, measures, covered), *people}))
        return Actual(
            period=period.code,
            scope=found.scope,
            metric=metric.code,
            value=_stored(value),
            numerator=_stored(above),
            denominator=_stored(below),
            covered=covered,
            due_until=due,
            state=self._state(value, covered, due, streams),
            streams=streams,
            facts=_hash(self.catalog.definition_hash(metric.code), values.read),
        )

    def _heads(
        self, needs: frozenset[str], scope: Scope, here: Sequence[Part], window: Window
    ) -> Heads | None:
        """The headcount of People for a KPI that divides by it; what somebody typed goes first."""
        counted = self.heads
        if counted is None or HEADCOUNT not in needs:
            return None
        if any(self.totals.streams(part.shop, COUNTED, window) for part in here):
            return None
        return lambda days: counted(scope, here, days)

    def _due(self, parts: Sequence[Part], window: Window) -> date:
        """The first day that is not over yet in every shop of the scope, inside the period."""
        days = [self.last_day[p.shop] + timedelta(days=1) for p in parts if p.shop in self.last_day]
        return max(window.start, min([window.end, *days]))

    def _part(self, text: str | None, values: ScopeValues) -> float | None:
        if text is None or not values.window.days:
            return None
        return evaluate(self.catalog.parsed(text), values)

    def _streams(self, parts: Sequence[Part], measures: frozenset[str], window: Window) -> set[str]:
        return {
            f"{stream}@{shop}"
            for shop in {part.shop for part in parts}
            for stream in self.totals.streams(shop, measures, window)
        }

    def _state(
        self, value: float | None, covered: Window, due: date, streams: Sequence[str]
    ) -> DataState:
        if value is None:
            return DataState.MISSING
        if any(tuple(s.split("@", 1)) in self.stale for s in streams):
            return DataState.STALE
        if any(s.startswith("book.inputs@") for s in streams):
            return DataState.MANUAL
        return DataState.COMPLETE if covered.end >= due else DataState.PARTIAL


def _quotient(above: float | None, below: float | None) -> float | None:
    """The value of a ratio: the same division as the KPI's whole text; a / 0 is unknown."""
    if above is None or not below:
        return None
    return above / below


def _stored(value: float | None) -> float | None:
    return None if value is None else normalise(value)


def _nothing(metric: Metric, scope: Scope, period: Period, state: DataState, due: date) -> Actual:
    empty = Window(period.window.start, period.window.start)
    return Actual(period.code, scope, metric.code, None, None, None, empty, due, state, (), "")


def _hash(definition: str, read: Mapping[str, str]) -> str:
    """Twelve hex digits that change with any sum, window or definition behind a value."""
    text = "\n".join([definition, *(f"{k}={v}" for k, v in sorted(read.items()))])
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def is_money(metric: Metric) -> bool:
    """Whether a value is an amount in the report currency."""
    return metric.unit in {Unit.MONEY, Unit.MONEY_PER_PERSON}
