"""Rows of fact files as arrays: days, rows of the question's tables, measures, mask.

The files are small and many, so what several of them hold is laid together before anything is
computed: numpy's price for a call is then paid once for many rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, repeat

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sync_service.cube import Condition, Integers
from sync_service.cube_plan import Plan, Truths, passing
from sync_service.fact_files import FactFile

PIECE = 1 << 16  # rows laid together: few enough that they stay in the cache while they are added


@dataclass(frozen=True, slots=True)
class Read:
    """What one file holds, as it was read; a row of a table is -1 where it holds none."""

    count: int
    day: Integers  # of the plan
    rows: Mapping[str, Integers]  # dimension or currency -> row of its table
    values: Mapping[str, Integers]  # measure -> the facts' own integers; absent: unknown
    known: Mapping[str, Truths]  # of the measures that some rows lack


@dataclass(frozen=True, slots=True)
class Piece:
    """Rows that count, with their measures in the facts' own integers, unknown as 0."""

    plan: Plan
    day: Integers
    rows: Mapping[str, Integers]  # dimension -> row of its table
    rate: Integers | None  # in millionths
    values: Integers  # [measure, row]
    known: Mapping[str, Truths]  # of the measures that some rows lack

    def mask(self) -> Integers:
        """Give the filters that each row passes, as bits."""
        found = np.zeros(len(self.day), np.int64)
        for key, dimension in self.plan.dimensions.items():
            if dimension.decides:
                found |= dimension.bits[self.rows[key]]
        for number, conditions in self.plan.mixed.items():
            passed = np.logical_and.reduce([self._passed(c) for c in conditions])
            found |= passed.astype(np.int64) << number
        return found

    def _passed(self, condition: Condition) -> Truths:
        """Tell which rows pass; an unknown value does not."""
        home = self.plan.homes.get(condition.column)
        if home is not None:
            column = self.plan.dimensions[home].columns[condition.column]
            return passing(column[self.rows[home]], condition)
        values = self.values[self.plan.measures.index(condition.column)]
        passed = passing(values, condition, self.plan.unit(condition.column))
        known = self.known.get(condition.column)
        return passed if known is None else passed & known


def pieces(plan: Plan, files: Iterable[FactFile]) -> Iterator[Piece]:
    """Read files and give their rows, many at once; rows that count nowhere are left out."""
    waiting: list[Read] = []
    rows = 0
    for read in chain.from_iterable(_read(plan, file) for file in files):
        waiting.append(read)
        rows += read.count
        if rows >= PIECE:
            yield _together(plan, waiting)
            waiting, rows = [], 0
    if waiting:
        yield _together(plan, waiting)


def _read(plan: Plan, file: FactFile) -> Iterator[Read]:
    """Read one file, in parts where it is large."""
    shared = {key: plan.tables[key].get(getattr(file, key), -1) for key in plan.shared}
    if -1 in shared.values():
        return
    with pa.OSFile(file.path) as source:
        reader = pq.ParquetFile(source, read_dictionary=plan.texts, pre_buffer=False)
        there = set(reader.schema_arrow.names)  # an old file lacks measures that are new
        names = [n for n in ("day", *plan.texts, *plan.measures) if n in there]
        for batch in reader.iter_batches(PIECE, columns=names, use_threads=False):
            yield _taken(plan, dict(zip(names, batch.columns, strict=True)), shared)


def _taken(plan: Plan, columns: Mapping[str, pa.Array], shared: Mapping[str, int]) -> Read:
    """Take the columns as numbers."""
    day = columns["day"].view(pa.int32()).to_numpy()
    rows = {key: np.full(len(day), row) for key, row in shared.items()}
    rows |= {key: _rows(columns[key], plan.tables[key]) for key in plan.texts}
    there = {m: columns[m] for m in plan.measures if m in columns}
    there = {m: column for m, column in there.items() if column.null_count < len(day)}
    return Read(
        len(day),
        day,
        rows,
        {m: _integers(column) for m, column in there.items()},
        {
            m: column.is_valid().to_numpy(zero_copy_only=False)
            for m, column in there.items()
            if column.null_count
        },
    )


def _rows(column: pa.DictionaryArray, table: Mapping[str, int]) -> Integers:
    """Give the row of each text, -1 for one that the table does not hold."""
    places = np.array([*map(table.get, column.dictionary.to_pylist(), repeat(-1)), -1])
    numbers = column.indices
    if numbers.null_count:
        numbers = numbers.fill_null(len(places) - 1)
    return np.asarray(places[numbers.to_numpy()])


def _integers(column: pa.Array) -> Integers:
    """Give counts, or ten-thousandths of money: 18 digits fit the lower half of a decimal."""
    whole = np.frombuffer(column.buffers()[1], np.int64)
    if not pa.types.is_decimal(column.type):
        return whole[column.offset : column.offset + len(column)]
    return whole[2 * column.offset : 2 * (column.offset + len(column)) : 2]


def _together(plan: Plan, reads: Sequence[Read]) -> Piece:
    """Lay what was read together, and keep the rows that count."""
    since = np.concatenate([read.day for read in reads]).astype(np.int64) - plan.before
    day = np.clip(since, 0, plan.days - 1)
    rows = {key: np.concatenate([read.rows[key] for read in reads]) for key in plan.tables}
    values, known = _measures(plan, reads, len(day))
    rate = None if plan.rates is None else plan.rates[rows["currency"], day]
    counts = (day > 0) & (day < plan.days - 1)
    for found in (*rows.values(), *(() if rate is None else (rate,))):
        counts &= found >= 0
    if counts.all():
        return Piece(plan, day, rows, rate, values, known)
    return Piece(
        plan,
        day[counts],
        {key: found[counts] for key, found in rows.items()},
        None if rate is None else rate[counts],
        values[:, counts],
        {name: found[counts] for name, found in known.items()},
    )


def _measures(
    plan: Plan, reads: Sequence[Read], count: int
) -> tuple[Integers, Mapping[str, Truths]]:
    """Give [measure, row] in whole numbers, and which rows know the measures that some lack."""
    values = np.empty((len(plan.measures), count), np.int64)
    known: dict[str, Truths] = {}
    for line, name in zip(values, plan.measures, strict=True):
        complete = all(name in read.values and name not in read.known for read in reads)
        np.concatenate([_values(read, name) for read in reads], out=line)
        if not complete:
            known[name] = np.concatenate([_knows(read, name) for read in reads])
            line[~known[name]] = 0
    return values, known


def _values(read: Read, name: str) -> Integers:
    """Give a measure's values, whatever they are where it is unknown."""
    return read.values[name] if name in read.values else np.zeros(read.count, np.int64)


def _knows(read: Read, name: str) -> Truths:
    """Tell which rows know a measure."""
    return read.known.get(name, np.full(read.count, name in read.values))
