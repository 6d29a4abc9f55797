"""What the last computations made of the facts, for the next one over the same or newer facts.

A refresh after an edit, and the books of one company, stand on the same sums; only what they make
of them differs. New facts of one shop move nothing of the other shops. Nothing here decides a
number: what is kept is what would be computed again.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from kpi.actuals import Actual, Asked, Meaning
from kpi.alarms import Judgements
from kpi.catalog import Catalog
from kpi.changes import By
from kpi.leaves import LeafSums
from kpi.model import Language, Measure, Period
from kpi.money import Rates
from kpi.organisation import ScopeParts
from kpi.sums import Answers
from kpi.tables import CellValue, ErrorValue
from kpi.totals import Totals
from kpi.trade import Shop
from kpi.typed_rows import InputRow
from sync_service.lately import Lately

KEPT = 2  # bases: sums of a large company take hundreds of MB
GROUPS = 64  # of KPIs whose blocks of lines are kept; a book has about ten


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
class Told:
    """The lines of a block in one language, with all that they were made of beside its values."""

    names: tuple[str, ...]  # of the KPIs
    fetched: tuple[CellValue, ...]  # the last pull of each group of streams
    rows: tuple[Mapping[str, CellValue | ErrorValue], ...]


@dataclass(frozen=True, slots=True)
class Block:
    """The values of a scope and period that tblActual shows, of KPIs in a row."""

    actuals: tuple[tuple[int, Actual], ...]  # with the place of the KPI; none that does not apply
    streams: tuple[tuple[str, ...], ...]  # each group once
    told: dict[Language, Told] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Moved:
    """Which part moved a value most, with what told its name and how it adds up."""

    catalog: Catalog
    shops: tuple[Shop, ...]
    part: str


class Move(NamedTuple):
    """A value of shops in two periods, told apart by a kind of part."""

    meaning: Meaning
    found: ScopeParts
    before: Period
    after: Period
    by: By


Place = tuple[ScopeParts, Period]
Meanings = tuple[Meaning, ...]


@dataclass(frozen=True, slots=True)
class Blocks:
    """Blocks of values of shops, by what their KPIs mean; for any number of threads."""

    _found: OrderedDict[Meanings, dict[Place, Block]] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock, compare=False)

    def of(self, meanings: Meanings) -> dict[Place, Block]:
        """The blocks of KPIs that mean this; whoever asks adds to them."""
        with self._lock:
            found = self._found.setdefault(meanings, {})
            self._found.move_to_end(meanings)
            while len(self._found) > GROUPS:
                self._found.popitem(last=False)
        return found

    def without(self, shops: frozenset[str]) -> Blocks:
        """Those that no such shop is part of."""
        with self._lock:
            every = {meanings: found.copy() for meanings, found in self._found.items()}
        kept = OrderedDict(
            (meanings, {at: one for at, one in found.items() if _apart(at[0], shops)})
            for meanings, found in every.items()
        )
        return Blocks(kept)


def _apart(found: ScopeParts, shops: frozenset[str]) -> bool:
    return shops.isdisjoint(part.shop for part in found.parts)


@dataclass(frozen=True, slots=True)
class Known:
    """Totals of a basis and the values made from them so far."""

    leaves: LeafSums
    rates: Rates
    basis: Basis
    totals: Totals
    made: dict[Asked, Actual] = field(default_factory=dict)
    judged: Judgements = field(default_factory=dict)
    scopes: dict[ScopeParts, ScopeParts] = field(default_factory=dict)  # of the values
    blocks: Blocks = field(default_factory=Blocks)
    moves: dict[Move, Moved] = field(default_factory=dict)

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
        return {asked: one for asked, one in made.items() if _apart(asked.found, shops)}

    def moved(
        self, leaves: LeafSums, rates: Rates, basis: Basis, totals: Totals, shops: frozenset[str]
    ) -> Known:
        """What is still known on another basis, which differs for some shops."""
        made, blocks = self.of_others(shops), self.blocks.without(shops)
        scopes = {asked.found: asked.found for asked in made}
        return Known(leaves, rates, basis, totals, made, scopes=scopes, blocks=blocks)


@dataclass(slots=True)
class Recent:
    """The last bases, the newest last; for any number of threads."""

    lately: Lately = field(default_factory=Lately)  # what pages and workbooks were made of it
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
                totals = make(before.totals.answers.without(shops))
                return before.moved(leaves, rates, basis, totals, shops)
        return Known(leaves, rates, basis, make(Answers()))

    def _find(self, leaves: LeafSums, rates: Rates, basis: Basis) -> Known | None:
        return next((one for one in self._known if one.fits(leaves, rates, basis)), None)
