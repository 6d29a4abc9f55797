"""The one pass of a cube: files in threads, each row added to every grouping in whole numbers.

DuckDB took up to half again the processor time over thousands of small files: it joins texts row
by row where a file's own dictionary holds a few hundred, and three hash tables of twelve 128-bit
sums do not fit the cache. Files are taken month by month, so that the sums in use stay in it. A
sum is kept in 64 bits; where a bound says that one might not fit, the pass is repeated with that
measure in two halves, so that a sum that wrapped around is refused and never given.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Lock

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sync_service.cube import CubeQuery, Group, Integers
from sync_service.cube_plan import Plan, Truths, plan
from sync_service.cube_rows import Piece, pieces
from sync_service.fact_files import FactFile
from sync_service.fact_scan import THREADS

_ROOM = float(2**62)  # what stays below it cannot have wrapped around
_HALF = 32  # bits of the lower half of a wide sum
_MOST_THREADS = 4  # numpy adds under Python's lock, so more would wait for each other


def grouped(
    query: CubeQuery, files: Sequence[FactFile], schema: pa.Schema, periods: Truths
) -> dict[str, Group]:
    """Sum the wanted periods in one pass over the files.

    Raises:
        KpiError: A filter or a table that cannot be meant.
        OverflowError: A sum does not fit 64 bits.
    """
    asked = plan(query, schema, periods)
    done = _passed(asked, files, frozenset())
    bounds = np.sum([adder.bounds for adder in done.adders], axis=0).max(axis=0, initial=0)
    wide = frozenset(m for m, bound in zip(asked.measures, bounds, strict=True) if bound >= _ROOM)
    if wide:
        done = _passed(asked, files, wide)
    return done.groups()


def _passed(asked: Plan, files: Sequence[FactFile], wide: frozenset[str]) -> _Done:
    """Add all files up, each thread into sums of its own."""
    waiting = iter(sorted(files, key=lambda f: (f.first, f.path)))
    taking, adding = Lock(), Lock()

    def own() -> Iterator[FactFile]:
        while True:
            with taking:
                file = next(waiting, None)
            if file is None:
                return
            yield file

    def work() -> _Adder:
        adder = _Adder(asked, wide)
        for piece in pieces(asked, own()):
            with adding:
                adder.add(piece)
        return adder

    threads = max(1, min(THREADS, _MOST_THREADS, len(files)))
    if threads == 1:
        return _Done(asked, wide, [work()])
    with ThreadPoolExecutor(threads) as pool:
        running = [pool.submit(work) for _ in range(threads)]
        return _Done(asked, wide, [one.result() for one in running])


@dataclass(slots=True)
class _Masks:
    """Numbers the masks that occur: few of the many that the filters could make."""

    number: Integers  # by mask, -1 for one that was not met
    met: list[int] = field(default_factory=list)

    def numbers(self, masks: Integers) -> Integers:
        """Give the number of each row's mask."""
        found = self.number[masks]
        if found.min() < 0:
            for mask in np.unique(masks[found < 0]).tolist():
                self.number[mask] = len(self.met)
                self.met.append(mask)
            found = self.number[masks]
        return found


class _Sums:
    """One grouping's columns of sums, each flat by (number of the mask, period, key)."""

    def __init__(self, columns: int, periods: int, keys: int) -> None:
        """Make room for no mask yet; memory that nothing is added to costs nothing."""
        self.keys = keys
        self.block = np.zeros((columns, 0, periods, keys), np.int64)
        self.flat: list[Integers] = []

    def reserve(self, masks: int) -> None:
        """Make room for so many masks."""
        columns, there, periods, keys = self.block.shape
        if masks > there:
            block = np.zeros((columns, max(masks, 2 * there), periods, keys), np.int64)
            block[:, :there] = self.block
            self.block = block
            self.flat = list(block.reshape(columns, -1))


@dataclass(frozen=True, slots=True)
class _Aim:
    """Where the rows of a piece go in one grouping."""

    sums: _Sums
    cells: Integers
    chosen: NDArray[np.intp] | None  # the rows that lie in a period; None: all of them


class _Adder:
    """The sums of one thread: columns of rows, then measures, unknown ones, and upper halves."""

    def __init__(self, asked: Plan, wide: frozenset[str]) -> None:
        """Start with nothing."""
        self.plan, self.wide = asked, wide
        self.masks = _Masks(np.full(1 << len(asked.query.filters), -1, np.int64))
        self.sums = {
            name: _Sums(1 + 3 * len(asked.measures), len(asked.wanted), asked.keys(name))
            for name in asked.query.groupings
        }
        self.bounds = np.zeros((len(asked.wanted), len(asked.measures)))

    def add(self, piece: Piece) -> None:
        """Add the rows of a piece."""
        if not len(piece.day):
            return
        aims = list(self._aims(piece))
        ones = np.ones(piece.values.shape[1], np.int64)
        self._put(aims, 0, ones)
        for name, known in piece.known.items():
            column = 1 + len(self.plan.measures) + self.plan.measures.index(name)
            self._put(aims, column, 1 - known.astype(np.int64))
        bounds = np.abs(piece.values).sum(axis=1, dtype=np.float64)
        plain, rate = self.plan.plain, piece.rate
        if rate is not None:
            bounds[plain:] *= float(rate.max())
        self.bounds[self._touched(piece)] += bounds
        for number, values in enumerate(piece.values):
            if rate is None or number < plain:
                self._put_measure(aims, number, values)
            else:
                small = bounds[number] < _ROOM or self.plan.measures[number] not in self.wide
                self._put_measure(aims, number, _product(values, rate, small=small))

    def _put_measure(self, aims: Sequence[_Aim], number: int, values: Integers) -> None:
        """Add a measure's values, in two halves where it is a wide one."""
        if self.plan.measures[number] in self.wide:
            high = (values >> _HALF).astype(np.int64)
            self._put(aims, 1 + 2 * len(self.plan.measures) + number, high)
            values = (values & ((1 << _HALF) - 1)).astype(np.int64)
        self._put(aims, 1 + number, values)

    def _put(self, aims: Sequence[_Aim], column: int, values: Integers) -> None:
        """Add one value a row to every grouping."""
        for aim in aims:
            chosen = values if aim.chosen is None else values[aim.chosen]
            np.add.at(aim.sums.flat[column], aim.cells, chosen)

    def _aims(self, piece: Piece) -> Iterator[_Aim]:
        """Find the cells of a piece's rows."""
        plan = self.plan
        mask = self.masks.numbers(piece.mask())
        for sums in self.sums.values():
            sums.reserve(len(self.masks.met))
        for layer in plan.layers:
            period = layer[piece.day]
            chosen = None if period.min() >= 0 else np.flatnonzero(period >= 0)
            place = mask * len(plan.wanted) + period
            for name, sums in self.sums.items():
                home = plan.homes[name]
                key = plan.dimensions[home].columns[name][piece.rows[home]]
                cells = place * sums.keys + key
                yield _Aim(sums, cells if chosen is None else cells[chosen], chosen)

    def _touched(self, piece: Piece) -> NDArray[np.intp]:
        """Give the periods between a piece's first and last day."""
        day = piece.day
        span = slice(int(day.min()), int(day.max()) + 1)
        found = np.unique(np.concatenate([layer[span] for layer in self.plan.layers]))
        return found[found >= 0]


def _product(amounts: Integers, rate: Integers, *, small: bool) -> Integers:
    """Convert amounts, in Python's own integers where 64 bits may be too few.

    A measure that is not known to be wide yet may wrap around: the pass is repeated then.
    """
    if small:
        return amounts * rate
    product: Integers = amounts.astype(object) * rate.astype(object)
    return product


@dataclass(frozen=True, slots=True)
class _Done:
    """What the threads have added up."""

    plan: Plan
    wide: frozenset[str]
    adders: Sequence[_Adder]

    def groups(self) -> dict[str, Group]:
        """Give each grouping's sums, sorted."""
        return {name: self._group(name) for name in self.plan.query.groupings}

    def _group(self, grouping: str) -> Group:
        """Give the cells of one grouping that hold a row."""
        met = sorted({mask for adder in self.adders for mask in adder.masks.met})
        names, asked = self.plan.measures, self.plan.query.measures
        keys = max(1, self.plan.keys(grouping))
        rows = self._dense(grouping, 0, met)
        cells = np.flatnonzero(rows)
        rows = rows[cells]
        place, number = np.divmod(cells, max(1, len(met)))
        lacking = [self._dense(grouping, 1 + len(names) + n, met)[cells] for n in range(len(names))]
        counted = any(missing.any() for missing in lacking)
        return Group(
            self.plan.wanted[place // keys],
            place % keys,
            np.array(met, np.int64)[number],
            rows,
            {m: self._sum(grouping, names.index(m), met)[cells] for m in asked},
            {m: rows - lacking[names.index(m)] for m in asked} if counted else {},
        )

    def _sum(self, grouping: str, number: int, met: Sequence[int]) -> Integers:
        """Give the dense sums of a measure, the halves of a wide one together."""
        low = self._dense(grouping, 1 + number, met)
        name = self.plan.measures[number]
        if name not in self.wide:
            return low
        high = self._dense(grouping, 1 + 2 * len(self.plan.measures) + number, met)
        high += low >> _HALF
        if (np.abs(high) >= 1 << (63 - _HALF)).any():
            message = f"A sum of {name} does not fit 64 bits; a fact of it must be wrong."
            raise OverflowError(message)
        return (high << _HALF) | (low & ((1 << _HALF) - 1))

    def _dense(self, grouping: str, column: int, met: Sequence[int]) -> Integers:
        """Add a column of all threads up, flat by (period, key, mask)."""
        found = np.zeros((len(self.plan.wanted), self.plan.keys(grouping), len(met)), np.int64)
        for adder in self.adders:
            own = adder.sums[grouping].block[column, : len(adder.masks.met)]
            found[:, :, np.searchsorted(met, adder.masks.met)] += own.transpose(1, 2, 0)
        return found.reshape(-1)
