"""What a book says of KPIs beside the facts: its dated tasks, and what was typed for people."""

from __future__ import annotations

from dataclasses import dataclass

from kpi.actuals import Actual
from kpi.model import Metric, Period, Scope, ScopeKind
from kpi.ratings import Ratings
from kpi.register import Register


@dataclass(frozen=True, slots=True)
class Beside:
    """The sources beside the facts: the dated tasks, then what was typed for a person."""

    register: Register
    ratings: Ratings

    @property
    def known(self) -> frozenset[str]:
        """The KPIs that they may know."""
        every = self.register.catalog.metrics
        return frozenset(c for c in every if self.register.gives(c) or self.ratings.gives(c))

    def silent(self, code: str, scope: Scope) -> bool:
        """Whether neither says more of a KPI of a scope than that it does not apply."""
        rated = scope.kind is ScopeKind.PERSON and self.ratings.gives(code)
        return not rated and not self.register.tasks(scope)

    def actual(self, metric: Metric, scope: Scope, of: Period, grace: int) -> Actual | None:
        """The value of a KPI; None where neither knows it."""
        found = self.register.actual(metric, scope, of, grace)
        return self.ratings.actual(metric, scope, of) if found is None else found
