"""Figures that somebody typed for a person: quiz, mentor's rating, own measures; with an author.

They are lines of tblInput whose shop is a person's code. They give the person's KPIs their value
and are always marked as typed. Of a quiz the better of the first two attempts counts from its day
on; a rating counts in the period in which it was given, and without one it is missing. An own
measure adds up, stands as it was last or is the mean of what was typed in the period, as it says;
a period without a line is unknown.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from kpi.actuals import Actual
from kpi.calendar import month_period
from kpi.catalog import Catalog
from kpi.evaluate import evaluate
from kpi.model import DataState, Metric, Period, RollUp, Scope, ScopeKind, Window
from kpi.numbers import normalise
from kpi.personal import MENTOR, QUIZ, QUIZ_MAX, is_personal
from kpi.typed_rows import InputRow
from kpi.values import Row

ATTEMPTS = 2
STREAM = "book.inputs"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try at a quiz."""

    points: InputRow
    most: InputRow  # the points that it could give

    @property
    def part(self) -> Decimal:
        """Points of the points possible."""
        return self.points.value / self.most.value


@dataclass(frozen=True, slots=True)
class Ratings:
    """What was typed for people, up to a day."""

    inputs: tuple[InputRow, ...]
    catalog: Catalog
    today: date

    def actual(self, metric: Metric, scope: Scope, period: Period) -> Actual | None:
        """The value of a KPI that stands on personal figures; None where nobody typed any."""
        needs = self.catalog.needs(metric.code)
        if scope.kind is not ScopeKind.PERSON or not self.gives(metric.code):
            return None
        end = max(period.window.start, min(period.window.end, self.today + timedelta(days=1)))
        mine = [r for r in self.inputs if r.person == scope.code and r.day < end]
        if not any(row.measure in needs for row in mine):
            return None
        counted = self._counted(mine, Window(period.window.start, end))
        values = Row({m: self._value(m, counted.get(m, ())) for m in needs})
        above = evaluate(self.catalog.parsed(metric.numerator), values)
        below = None
        if metric.denominator is not None:
            below = evaluate(self.catalog.parsed(metric.denominator), values)
        value = evaluate(self.catalog.expressions[metric.code], values)
        said = [row for measure in sorted(needs) for row in counted.get(measure, ())]
        return Actual(
            period=period.code,
            scope=scope,
            metric=metric.code,
            value=_stored(value),
            numerator=_stored(above),
            denominator=_stored(below),
            covered=Window(period.window.start, end),
            due_until=end,
            state=DataState.MISSING if value is None else DataState.MANUAL,
            streams=(f"{STREAM}@{scope.code}",),
            facts=self._hash(metric, said, end),
        )

    def behind(self, metric: Metric, scope: Scope, period: Period) -> tuple[InputRow, ...]:
        """The typed lines that a value stands on."""
        end = min(period.window.end, self.today + timedelta(days=1))
        mine = [r for r in self.inputs if r.person == scope.code and r.day < end]
        counted = self._counted(mine, Window(period.window.start, end))
        needs = self.catalog.needs(metric.code)
        return tuple(r for code, rows in sorted(counted.items()) if code in needs for r in rows)

    def counts(self, row: InputRow) -> bool:
        """Whether a line of an own measure counts in its month."""
        month = month_period(row.day.year, row.day.month).window
        mine = [r for r in self.inputs if r.person == row.person and r.day <= self.today]
        return row in self._counted(mine, month).get(row.measure, ())

    def gives(self, code: str) -> bool:
        """Whether a KPI stands on personal figures alone."""
        needs, measures = self.catalog.needs(code), self.catalog.measures
        return bool(needs) and all(is_personal(one, measures) for one in needs)

    def _value(self, code: str, rows: Sequence[InputRow]) -> float | None:
        """The lines that count of a measure, rolled up its own way; unknown without one."""
        if not rows:
            return None
        total = sum((row.value for row in rows), Decimal())
        mean = self.catalog.measures[code].roll_up is RollUp.MEAN
        return float(total / len(rows)) if mean else float(total)

    def _counted(self, mine: Sequence[InputRow], window: Window) -> dict[str, tuple[InputRow, ...]]:
        """The lines that count of each measure."""
        found: dict[str, tuple[InputRow, ...]] = {}
        attempt = best_attempt(mine)
        if attempt is not None:
            found |= {QUIZ: (attempt.points,), QUIZ_MAX: (attempt.most,)}
        rating = latest_rating(mine, window)
        if rating is not None:
            found[MENTOR] = (rating,)
        return {**found, **self._own(mine, window)}

    def _own(self, mine: Sequence[InputRow], window: Window) -> dict[str, tuple[InputRow, ...]]:
        """Lines of own measures inside a window, by day; of a level the last one alone."""
        found: dict[str, tuple[InputRow, ...]] = {}
        for row in sorted(mine, key=lambda one: one.day):
            measure = self.catalog.measures.get(row.measure)
            if measure is None or not measure.own or not window.start <= row.day < window.end:
                continue
            before = () if measure.roll_up is RollUp.LAST else found.get(row.measure, ())
            found[row.measure] = (*before, row)
        return found

    def _hash(self, metric: Metric, rows: Sequence[InputRow], end: date) -> str:
        """Twelve hex digits that change with any figure, its author or the definition."""
        said = [f"{row.day} {row.person} {row.measure} {row.value} {row.by}" for row in rows]
        lines = [self.catalog.definition_hash(metric.code), str(end), *said]
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:12]


def attempts(mine: Sequence[InputRow]) -> tuple[Attempt, ...]:
    """The tries at a quiz in the order of their days; the possible points stand until others do."""
    most = sorted((r for r in mine if r.measure == QUIZ_MAX), key=lambda row: row.day)
    tries = sorted((r for r in mine if r.measure == QUIZ), key=lambda row: row.day)
    found = []
    for one in tries:
        before = [row for row in most if row.day <= one.day] or most[:1]
        if before and before[-1].value > 0:
            found.append(Attempt(one, before[-1]))
    return tuple(found)


def best_attempt(mine: Sequence[InputRow]) -> Attempt | None:
    """The better of the first two; of equal ones the first."""
    return max(attempts(mine)[:ATTEMPTS], key=lambda one: one.part, default=None)


def latest_rating(mine: Sequence[InputRow], window: Window) -> InputRow | None:
    """The last rating of a period."""
    inside = (r for r in mine if r.measure == MENTOR and window.start <= r.day < window.end)
    return max(inside, key=lambda row: row.day, default=None)


def _stored(value: float | None) -> float | None:
    return None if value is None else normalise(value)
