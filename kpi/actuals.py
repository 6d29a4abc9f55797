"""The actual value of a KPI for a scope and a period, with its cover, its state and its source."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal

from kpi.catalog import Catalog
from kpi.evaluate import evaluate
from kpi.model import DataState, Measure, Metric, Period, RollUp, Scope, Unit, Window
from kpi.numbers import normalise
from kpi.organisation import Part, ScopeParts, in_days, same
from kpi.totals import Converter, Totals

# Figures from the product table are unknown while one unit of the scope lacks its cost.
LACKING = {
    "cogs": "units_without_cost",
    "inbound_freight": "units_without_freight",
    "inventory_value_cost": "stock_without_cost",
}


# Counts of what lacks its cost; they travel with the leaves and are no figures of a workbook.
GAPS: dict[str, Measure] = {
    code: Measure(code, same(code), Unit.COUNT, RollUp.SUM, ("WB",)) for code in LACKING.values()
}


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


Asked = tuple[str, str, str | None, str, str, tuple[Part, ...], Period]
"""Definition, its two parts, the view of money, scope, what it gathers, period."""
Registered = Callable[[Metric, Scope, Period, int], Actual | None]
"""A source beside the facts: the value of a KPI of a scope with so many days of grace, None where
it knows nothing."""


@dataclass(slots=True)
class ScopeValues:
    """`Values` of one scope and window over exact totals; remembers what it read."""

    totals: Totals
    catalog: Catalog
    money: Converter
    parts: Sequence[Part]
    window: Window
    read: dict[str, str] = field(default_factory=dict)  # measure -> exact sum as text

    @property
    def days(self) -> float | None:
        """Days of the covered window."""
        return float(self.window.days) if self.window.days else None

    def value(self, code: str) -> float | None:
        """A measure rolled up its own way, or another KPI."""
        metric = self.catalog.metrics.get(code)
        if metric is not None:
            return evaluate(self.catalog.expressions[code], self)
        measure = self.catalog.measures[code]
        if measure.derived is not None:
            dated = measure.day_rates
            return self._at_day_rates(measure) if dated else evaluate(measure.derived, self)
        if measure.roll_up is RollUp.SUM:
            return self._sum(code)
        return self.closing(code) if measure.roll_up is RollUp.LAST else self.mean(code)

    def opening(self, code: str) -> float | None:
        """The stock on the day before the window."""
        return self._stock(code, self.window.start)

    def closing(self, code: str) -> float | None:
        """The stock on the window's last day."""
        return self._stock(code, self.window.end)

    def mean(self, code: str) -> float | None:
        """The mean of the days that know the stock; unknown when fewer than half do."""
        found = [self._stock(code, day + timedelta(days=1)) for day in self.window.each()]
        known = [value for value in found if value is not None]
        if not known or 2 * len(known) < len(found):
            return None
        return sum(known) / len(known)

    def each_day(self) -> Sequence[ScopeValues]:
        """The same scope day by day and shop by shop: what one saves does not excuse another."""
        return [
            ScopeValues(self.totals, self.catalog, self.money, (part,), _one(day))
            for day in self.window.each()
            for part in self.parts
        ]

    def _at_day_rates(self, measure: Measure) -> float | None:
        """A derived measure without the workbook's fixed rates."""
        view = replace(self, money=replace(self.money, fixed={}), read={})
        value = evaluate(measure.derived or "", view)
        self.read.update({f"{name} at day rates": text for name, text in view.read.items()})
        return value

    def _sum(self, code: str) -> float | None:
        lacking = LACKING.get(code)
        if lacking is not None and self._total(lacking, self.window):
            return None
        total = self._total(code, self.window)
        return None if total is None else float(total)

    def _total(self, code: str, window: Window) -> Decimal | None:
        """The exact sum over all parts; None when a rate is missing or nothing is covered."""
        if not window.days:
            return None
        total = Decimal()
        for part in self.parts:
            one = self.totals.exact(part, code, window, self.money)
            if one is None:
                return None
            total += one
        self.read[f"{code} {window.start} {window.end}"] = str(total.normalize())
        return total

    def _stock(self, code: str, before: date) -> float | None:
        """What stood at the end of the day before `before`, over all parts."""
        if self.catalog.measures[code].alone:
            return self._only(code, before)
        total = Decimal()
        lacking = LACKING.get(code)
        for part in self.parts:
            day = self.totals.last_known(part, code, before)
            if day is None:
                return None
            if lacking is not None and self.totals.exact(part, lacking, _one(day), self.money):
                return None
            one = self.totals.exact(part, code, _one(day), self.money)
            if one is None:
                return None
            total += one
        self.read[f"{code} {before}"] = str(total.normalize())
        return float(total) if self.parts else None

    def _only(self, code: str, before: date) -> float | None:
        """The one value of a rank or score; unknown where several products or shops differ."""
        found: set[Decimal] = set()
        for part in self.parts:
            day = self.totals.last_known(part, code, before)
            if day is not None:
                whole = replace(part, share=1.0)
                one = self.totals.exact(whole, code, _one(day), self.money)
                if one is None or self.totals.facts(part, code, _one(day)) != 1:
                    return None
                found.add(one)
        self.read[f"{code} {before}"] = " ".join(str(one.normalize()) for one in sorted(found))
        return float(found.pop()) if len(found) == 1 else None


def _one(day: date) -> Window:
    return Window(day, day + timedelta(days=1))


@dataclass(frozen=True, slots=True)
class Actuals:
    """Everything that values need; `last_day` is the last finished day of each shop."""

    totals: Totals
    catalog: Catalog
    money: Converter
    last_day: Mapping[str, date]
    stale: frozenset[tuple[str, str]]  # (stream, shop) without a pull within its limit
    made: dict[Asked, Actual] = field(default_factory=dict, compare=False)  # of shops, each once
    register: Registered | None = None  # dated tasks; what they know goes before typed figures
    failed: frozenset[tuple[str, str]] = frozenset()  # (stream, shop) whose last pull failed
    today: date | None = None  # in the workbook's time zone

    @property
    def running_day(self) -> date | None:
        """Today; where nobody says it, the day after the newest one that is over in some shop."""
        newest = max(self.last_day.values(), default=None)
        return self.today or (newest + timedelta(days=1) if newest else None)

    def of(self, metric: Metric, found: ScopeParts, period: Period, grace: int = 0) -> Actual:
        """The value of one KPI for one scope and period; tasks late by the grace are not late."""
        registered = self.register(metric, found.scope, period, grace) if self.register else None
        if registered is not None and registered.value is not None:
            return registered
        counted = self._of_shops(metric, found, period)
        return counted if registered is None or counted.streams else registered

    def _of_shops(self, metric: Metric, found: ScopeParts, period: Period) -> Actual:
        """The value from the facts; books over the same facts share it where they mean the same."""
        asked = (
            *(self.catalog.definition_hash(metric.code), metric.numerator, metric.denominator),
            *(self.money.view, found.scope.code, found.parts, period),
        )
        made = self.made.get(asked)
        if made is None or made.scope != found.scope:  # a code may have another name elsewhere
            made = self.made[asked] = self._made(metric, found, period)
        return made

    def _made(self, metric: Metric, found: ScopeParts, period: Period) -> Actual:
        measures = self.catalog.needs(metric.code)
        parts = tuple(p for p in found.parts if self.totals.applicable(p.shop, measures))
        here = in_days(parts, period.window)  # a former owner's line stops with the last day
        due = self._due(here, period.window)
        if not here or not measures:
            return _nothing(metric, found.scope, period, DataState.NOT_APPLICABLE, due)
        covered = self.totals.covered(measures, here, Window(period.window.start, due))
        before = Window(period.window.start - timedelta(days=1), period.window.end)
        known = in_days(parts, before)  # an opening stock is of the day before
        values = ScopeValues(self.totals, self.catalog, self.money, known, covered)
        above = self._part(metric.numerator, values)
        below = self._part(metric.denominator, values)
        value = above if metric.denominator is None else _quotient(above, below)
        streams = tuple(sorted(self._streams(here, measures, covered)))
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
