"""The register as a source of KPIs: the tasks of a scope give its actuals, like facts of shops do.

A task belongs to the company, to its region and country, to its category, to the shop it is about,
and to its owner and everybody above: who leads people answers for their tasks. A task without
region and country stands in every card of its owner.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import NamedTuple

from kpi.actuals import Actual
from kpi.book import Book
from kpi.catalog import Catalog
from kpi.compliance import REGISTERED, counted_tasks, is_done, measure_value, moment
from kpi.evaluate import evaluate
from kpi.grace import forgiven
from kpi.model import DataState, Metric, Period, Region, Scope, ScopeKind, Window
from kpi.numbers import normalise
from kpi.scopes import region_of_task
from kpi.typed_rows import TaskRow
from kpi.values import Row

STREAM = "book.tasks"
Behind = Mapping[str, tuple[TaskRow, ...]]
"""The tasks behind each measure."""


class _Said(NamedTuple):
    """What some tasks say of a KPI in a period; figures in its unit."""

    value: float | None
    above: float | None
    below: float | None
    covered: Window
    state: DataState
    facts: str


@dataclass(frozen=True, slots=True)
class Register:
    """The tasks of a book on a day; lines of managers and tasks of scopes are worked out once.

    `bare` is what no tasks say: of a KPI, by its code and formulas, in a window.
    """

    book: Book
    catalog: Catalog
    today: date
    chains: dict[str, frozenset[str]] = field(default_factory=dict)
    found: dict[tuple[ScopeKind, Region | None, str], tuple[TaskRow, ...]] = field(
        default_factory=dict
    )
    bare: dict[tuple[str, str, str | None, Window], _Said] = field(default_factory=dict)

    def actual(self, metric: Metric, scope: Scope, period: Period, grace: int = 0) -> Actual | None:
        """The value of a KPI, not applicable when nothing is due; None when it needs other data."""
        if grace:
            tasks = forgiven(self.book.tasks, grace, self.today)
            kind = Register(replace(self.book, tasks=tasks), self.catalog, self.today)
            return kind.actual(metric, scope, period)
        if not self.gives(metric.code):
            return None
        said = self._said(metric, self.tasks(scope), period.window)
        return Actual(
            period=period.code,
            scope=scope,
            metric=metric.code,
            value=said.value,
            numerator=said.above,
            denominator=said.below,
            covered=said.covered,
            due_until=said.covered.end,
            state=said.state,
            streams=(f"{STREAM}@{scope.code}",),
            facts=said.facts,
        )

    def _said(self, metric: Metric, mine: tuple[TaskRow, ...], window: Window) -> _Said:
        """What the tasks of a scope say; most scopes have none, and none say the same of all."""
        if mine:
            return self._worked_out(metric, mine, window)
        key = (metric.code, metric.numerator, metric.denominator, window)
        if key not in self.bare:
            self.bare[key] = self._worked_out(metric, mine, window)
        return self.bare[key]

    def _worked_out(self, metric: Metric, mine: tuple[TaskRow, ...], window: Window) -> _Said:
        counted = self._counted(metric, mine, window)
        values = Row(self._values(counted, window))
        end = max(window.start, min(window.end, self.today + timedelta(days=1)))
        found = _in_order(counted, mine)
        above = evaluate(self.catalog.parsed(metric.numerator), values)
        below = None
        if metric.denominator is not None:
            below = evaluate(self.catalog.parsed(metric.denominator), values)
        whole = evaluate(self.catalog.expressions[metric.code], values)
        return _Said(
            value=_stored(whole),
            above=_stored(above),
            below=_stored(below),
            covered=Window(window.start, end),
            state=self._state(found, window),
            facts=self._hash(metric, found, end),
        )

    def gives(self, code: str) -> bool:
        """Whether a KPI stands on the tasks alone."""
        measures = self.catalog.needs(code)
        return bool(measures) and measures <= REGISTERED

    def behind(self, metric: Metric, scope: Scope, period: Period) -> tuple[TaskRow, ...]:
        """The tasks behind a value, in the order of the table."""
        mine = self.tasks(scope)
        return _in_order(self._counted(metric, mine, period.window), mine)

    def _counted(self, metric: Metric, mine: tuple[TaskRow, ...], window: Window) -> Behind:
        """The tasks behind each measure of a KPI."""
        measures = sorted(self.catalog.needs(metric.code) & REGISTERED)
        return {one: counted_tasks(one, mine, window, self.today) for one in measures}

    def tasks(self, scope: Scope) -> tuple[TaskRow, ...]:
        """The tasks of a scope."""
        key = (scope.kind, scope.region, scope.code)
        if key not in self.found:
            self.found[key] = tuple(t for t in self.book.tasks if self._belongs(t, scope))
        return self.found[key]

    def _belongs(self, task: TaskRow, scope: Scope) -> bool:
        side = region_of_task(task)
        of_people = scope.kind in {ScopeKind.PERSON, ScopeKind.DEPARTMENT}
        if side is None and not of_people and scope.region is not None:
            return False
        if side is not None and scope.region not in {None, side}:
            return False
        if scope.kind in {ScopeKind.COMPANY, ScopeKind.REGION}:
            return True
        if of_people:
            return task.owner is not None and not self._heads(scope).isdisjoint(
                self._chain(task.owner)
            )
        places = {
            ScopeKind.MARKET: task.country,
            ScopeKind.SHOP: task.about,
            ScopeKind.CATEGORY: task.category,
            ScopeKind.ENTITY: task.company,
        }
        return places.get(scope.kind) == scope.code

    def _heads(self, scope: Scope) -> frozenset[str]:
        """Whose tasks, and whose people's, a scope of people has."""
        if scope.kind is ScopeKind.PERSON:
            return frozenset({scope.code})
        return frozenset(p.code for p in self.book.people if p.department == scope.code)

    def _chain(self, person: str) -> frozenset[str]:
        """A person and everybody above; a circle of managers ends where it closes."""
        if person not in self.chains:
            managers = {one.code: one.manager for one in self.book.people}
            seen: set[str] = set()
            at: str | None = person
            while at is not None and at not in seen:
                seen.add(at)
                at = managers.get(at)
            self.chains[person] = frozenset(seen)
        return self.chains[person]

    def _values(self, counted: Behind, window: Window) -> dict[str, float | None]:
        exact = {m: measure_value(m, of, window, self.today) for m, of in counted.items()}
        return {m: None if value is None else float(value) for m, value in exact.items()}

    def _state(self, found: Sequence[TaskRow], window: Window) -> DataState:
        """Not applicable when nothing is due; complete when everything done names its proof."""
        if not found:
            return DataState.NOT_APPLICABLE
        at = moment(window, self.today)
        bare = [t for t in found if is_done(t, at) and not (t.evidence or t.registration)]
        return DataState.MANUAL if bare else DataState.COMPLETE

    def _hash(self, metric: Metric, found: Sequence[TaskRow], end: date) -> str:
        """Twelve hex digits that change with any task or definition behind a value."""
        tasks = (said(task) for task in found)
        lines = [self.catalog.definition_hash(metric.code), str(end), *tasks]
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:12]


def _in_order(counted: Behind, mine: tuple[TaskRow, ...]) -> tuple[TaskRow, ...]:
    """All of the tasks, each once, in the order of the table."""
    found = {task.number for tasks in counted.values() for task in tasks}
    return tuple(task for task in mine if task.number in found) if found else ()


def said(task: TaskRow) -> str:
    """What a task says, wherever its row stands; money only where somebody wrote it."""
    money = (task.amount, task.currency, task.paid)
    plain = repr(replace(task, address="", registration_at=""))  # rows may be sorted
    return plain if money == (None, None, None) else f"{plain} {money}"


def _stored(value: float | None) -> float | None:
    return None if value is None else normalise(value)
