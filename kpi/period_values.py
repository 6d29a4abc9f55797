"""A KPI of a scope period by period, from the last one that is over backwards."""

from __future__ import annotations

from dataclasses import dataclass, field

from kpi.actuals import Actual, Actuals
from kpi.budget import Budget
from kpi.calendar import shifted
from kpi.model import DataState, Metric, Period
from kpi.organisation import ScopeParts

WHOLE = frozenset({DataState.COMPLETE, DataState.MANUAL, DataState.STALE})


@dataclass(frozen=True, slots=True)
class Seen:
    """One period and what is known of it."""

    period: Period
    actual: Actual

    @property
    def over(self) -> bool:
        """Whether the period has ended in every shop of the scope."""
        return self.actual.due_until >= self.period.window.end

    @property
    def value(self) -> float | None:
        """The value of a whole period; anything less is unknown."""
        whole = self.actual.covered.end >= self.period.window.end
        return self.actual.value if whole and self.actual.state in WHOLE else None


@dataclass(slots=True)
class PeriodValues:
    """Values on first use; the running period is left out."""

    actuals: Actuals
    metric: Metric
    scope: ScopeParts
    running: Period
    week_start: int
    known: list[Seen] = field(default_factory=list)  # newest first
    budget: Budget | None = None  # of a rule on spend against it

    def back(self, n: int) -> Seen:
        """The n-th period before the running one, from 1."""
        while len(self.known) < n:
            before = self.known[-1].period if self.known else self.running
            period = shifted(before, -1, self.week_start)
            self.known.append(self.of(period))
        return self.known[n - 1]

    def of(self, period: Period) -> Seen:
        """Any period of the scope."""
        return Seen(period, self._actual(period))

    def _actual(self, period: Period) -> Actual:
        if self.budget is not None:
            return self.budget.actual(period)
        return self.actuals.of(self.metric, self.scope, period)

    def data(self) -> DataState:
        """How the latest period that is over stands: complete, stale, missing or partial."""
        last = self.back(1) if self.back(1).over else self.back(2)
        if self._stale():
            return DataState.STALE
        if not last.actual.covered.days:
            return DataState.MISSING
        undivided = last.actual.value is None and (last.actual.denominator == 0 or self.budget)
        if last.value is None and not (undivided and self._covered(last)):
            return DataState.PARTIAL
        return DataState.COMPLETE

    def _covered(self, seen: Seen) -> bool:
        return seen.actual.covered.end >= seen.period.window.end

    def failed(self) -> bool:
        """Whether the last pull of a stream behind the newest known figures failed."""
        return any(tuple(one.split("@", 1)) in self.actuals.failed for one in self._newest())

    def _stale(self) -> bool:
        """Whether a stream behind the newest known figures had no pull within its limit."""
        return any(tuple(one.split("@", 1)) in self.actuals.stale for one in self._newest())

    def _newest(self) -> tuple[str, ...]:
        return next((seen.actual.streams for seen in self.known if seen.actual.streams), ())
