"""What the last computations made of the facts, for the next one over the same or newer facts.

A refresh after an edit, and the books of one company, stand on the same sums; only what they make
of them differs. New facts of one shop move nothing of the other shops. Nothing here decides a
number: what is kept is what would be computed again.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from kpi.actuals import Actual, Asked
from kpi.alarms import Judgements
from kpi.leaves import LeafSums
from kpi.model import Language, Measure
from kpi.money import Rates
from kpi.sums import Answers
from kpi.tables import CellValue, ErrorValue
from kpi.totals import Totals
from kpi.typed_rows import InputRow
from sync_service.lately import Lately

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

    def differing(self, other: Basis) -> frozenset[str] | None:
        """The shops whose values may differ from another's; None where every shop's may."""
        if self.measures != other.measures:
            return None
        typed = (
            _differing(_by_shop(mine), _by_shop(others))
            for mine, others in ((self.inputs, other.inputs), (self.plans, other.plans))
        )
        stale = {shop for _, shop in self.stale ^ other.stale}
        return frozenset[str]().union(
            *typed,
            _differing(self.shops, other.shops),
            _differing(self.last_day, other.last_day),
            stale,
        )


def _by_shop(rows: Iterable[InputRow]) -> dict[str, list[InputRow]]:
    found: dict[str, list[InputRow]] = {}
    for row in rows:
        found.setdefault(row.shop, []).append(row)
    return found


def _differing(mine: Mapping[str, object], others: Mapping[str, object]) -> set[str]:
    return {key for key in mine.keys() | others.keys() if mine.get(key) != others.get(key)}


@dataclass(frozen=True, slots=True)
class Known:
    """Totals of a basis and the values made from them so far."""

    leaves: LeafSums
    rates: Rates
    basis: Basis
    totals: Totals
    made: dict[Asked, Actual] = field(default_factory=dict)
    judged: Judgements = field(default_factory=dict)

    def fits(self, leaves: LeafSums, rates: Rates, basis: Basis) -> bool:
        """Whether another computation would give the same; leaves and rates are never changed."""
        return self.leaves is leaves and self.rates is rates and self.basis == basis

    def differing(self, leaves: LeafSums, rates: Rates, basis: Basis) -> frozenset[str] | None:
        """The shops of which another computation may say something else; None: of all."""
        facts = self.leaves.differing(leaves) if self.rates is rates else None
        typed = None if facts is None else self.basis.differing(basis)
        return None if facts is None or typed is None else facts | typed

    def of_others(self, shops: frozenset[str]) -> dict[Asked, Actual]:
        """The values that no such shop is part of."""
        made = self.made.copy()  # at once: other threads add to it
        return {a: v for a, v in made.items() if shops.isdisjoint(p.shop for p in a.found.parts)}


@dataclass(frozen=True, slots=True)
class Line:
    """A line of tblActual with all that it was made of, in one language."""

    actual: Actual  # lives as long as the line, so that its id is no other's
    name: str
    fetched: CellValue
    row: Mapping[str, CellValue | ErrorValue]


@dataclass(slots=True)
class Recent:
    """The last bases, the newest last; for any number of threads."""

    lately: Lately = field(default_factory=Lately)  # what pages and workbooks were made of it
    lines: dict[Language, dict[int, Line]] = field(default_factory=dict)  # of the last tblActual
    _known: list[Known] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def over(
        self, leaves: LeafSums, rates: Rates, basis: Basis, make: Callable[[Answers], Totals]
    ) -> Known:
        """What is known of a basis; else a new beginning with all that did not change."""
        found = self._find(leaves, rates, basis) or self._begun(leaves, rates, basis, make)
        with self._lock:
            others: Collection[Known] = [one for one in self._known if one is not found]
            self._known = [*others, found][-KEPT:]
        return found

    def _begun(
        self, leaves: LeafSums, rates: Rates, basis: Basis, make: Callable[[Answers], Totals]
    ) -> Known:
        for before in reversed(self._known):
            shops = before.differing(leaves, rates, basis)
            if shops is not None:
                answers = before.totals.answers.without(shops)
                return Known(leaves, rates, basis, make(answers), before.of_others(shops))
        return Known(leaves, rates, basis, make(Answers()))

    def _find(self, leaves: LeafSums, rates: Rates, basis: Basis) -> Known | None:
        return next((one for one in self._known if one.fits(leaves, rates, basis)), None)
