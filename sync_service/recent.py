"""What the last computations made of the facts, for the next one over the same facts.

A refresh after an edit, and the books of one company, stand on the same sums; only what they make
of them differs. Nothing here decides a number: what is kept is what would be computed again.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date

from kpi.actuals import Actual, Asked
from kpi.leaves import LeafSums
from kpi.model import Measure
from kpi.money import Rates
from kpi.totals import Totals
from kpi.typed_rows import InputRow

KEPT = 2  # bases: sums of a large company take hundreds of MB


@dataclass(frozen=True, slots=True)
class Basis:
    """All that the values of shops depend on, besides the KPI, the scope and the period."""

    inputs: tuple[InputRow, ...]  # typed in the workbook
    plans: tuple[InputRow, ...]  # advertising budgets by day
    shops: Mapping[str, tuple[str, str]]  # shop -> platform, currency
    measures: Mapping[str, Measure]
    last_day: Mapping[str, date]
    stale: frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Known:
    """Totals of a basis and the values made from them so far."""

    leaves: LeafSums
    rates: Rates
    basis: Basis
    totals: Totals
    made: dict[Asked, Actual] = field(default_factory=dict)

    def fits(self, leaves: LeafSums, rates: Rates, basis: Basis) -> bool:
        """Whether another computation would give the same; leaves and rates are never changed."""
        return self.leaves is leaves and self.rates is rates and self.basis == basis


@dataclass(slots=True)
class Recent:
    """The last bases, the newest last; for any number of threads."""

    _known: list[Known] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def over(
        self, leaves: LeafSums, rates: Rates, basis: Basis, make: Callable[[], Totals]
    ) -> Known:
        """What is known of a basis, or a new beginning."""
        found = self._find(leaves, rates, basis) or Known(leaves, rates, basis, make())
        with self._lock:
            others: Collection[Known] = [one for one in self._known if one is not found]
            self._known = [*others, found][-KEPT:]
        return found

    def _find(self, leaves: LeafSums, rates: Rates, basis: Basis) -> Known | None:
        return next((one for one in self._known if one.fits(leaves, rates, basis)), None)
