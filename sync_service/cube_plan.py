"""A question of the cube as small arrays: period by day, row by key, rate by currency and day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import ceil, floor

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from kpi.errors import KpiError
from kpi.model import Window
from sync_service.cube import OPERATORS, Condition, CubeQuery, Integers

MOST_FILTERS = 20  # a table of every mask is kept, and a dense cube of them is made later
FOLDERS = ("stream", "shop", "month")  # constant in a file, told by its folders
_EPOCH = date(1970, 1, 1).toordinal()
Truths = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Dimension:
    """The columns of a dimension table, and the filters that it decides alone."""

    columns: Mapping[str, Integers]
    bits: Integers  # by row
    decides: bool  # whether a bit is set at all


@dataclass(frozen=True, slots=True)
class Plan:
    """What every file is read with; nothing in it changes during the pass.

    Days are counted from the day before the first one, so that number 0 and the last number are
    days outside of all periods.
    """

    query: CubeQuery
    measures: Sequence[str]  # the query's, those that a rate multiplies last
    money: frozenset[str]
    before: int  # that day, in days since 1970
    layers: Sequence[Integers]  # by day the place among the wanted periods, -1 for none
    wanted: NDArray[np.intp]  # the numbers of the wanted periods, in order
    tables: Mapping[str, Mapping[str, int]]  # column of the facts -> text -> row of its table
    dimensions: Mapping[str, Dimension]
    homes: Mapping[str, str]  # column of a dimension -> the dimension
    rates: Integers | None  # [currency, day] in millionths, -1 where there is none
    mixed: Mapping[int, Sequence[Condition]]  # filter -> conditions that only a row can answer

    @property
    def days(self) -> int:
        """How many days there are, the two outside included."""
        return len(self.layers[0])

    @property
    def shared(self) -> list[str]:
        """The tables that all rows of a file have the same row of."""
        return [name for name in self.tables if name in FOLDERS]

    @property
    def texts(self) -> list[str]:
        """The tables that each row has its own row of."""
        return [name for name in self.tables if name not in FOLDERS]

    @property
    def plain(self) -> int:
        """How many measures no rate multiplies; the others follow."""
        return len(self.measures) - (0 if self.rates is None else len(self.money))

    def keys(self, grouping: str) -> int:
        """Give how many keys a grouping has."""
        column = self.dimensions[self.homes[grouping]].columns[grouping]
        return int(column.max(initial=-1)) + 1

    def unit(self, measure: str) -> int:
        """Give what one unit of a measure is in the facts' own integers."""
        return 10**4 if measure in self.money else 1


def plan(query: CubeQuery, schema: pa.Schema, periods: Truths) -> Plan:
    """Prepare a question for the wanted periods.

    Raises:
        KpiError: A filter or a table that cannot be meant, see the text.
    """
    _check_filters(query)
    _check_groupings(query)
    wanted = np.flatnonzero(periods)
    windows = [query.periods[n] for n in wanted.tolist()]
    before = min((w.start.toordinal() for w in windows), default=_EPOCH) - 1
    days = max((w.end.toordinal() for w in windows), default=_EPOCH) - before + 1
    money = {m for m in query.measures if pa.types.is_decimal(schema.field(m).type)}
    tables = {key: _numbered(key, table) for key, table in query.dimensions.items()}
    rates = None
    if query.rates is not None:
        tables.setdefault("currency", _currencies(query.rates))
        rates = _rates(query.rates, tables["currency"], before - _EPOCH, days)
    alone = {n: key for n, key in enumerate(_deciding(query)) if key is not None}
    return Plan(
        query,
        sorted(query.measures, key=money.__contains__),
        frozenset(money),
        before - _EPOCH,
        _layers(windows, before, days),
        wanted,
        tables,
        {key: _dimension(query, key, alone) for key in query.dimensions},
        _homes(query),
        rates,
        {n: c for n, c in enumerate(query.filters) if c and n not in alone},
    )


def passing(values: Integers, condition: Condition, unit: int = 1) -> Truths:
    """Tell which whole numbers of `1 / unit` pass; the compared value need not be whole."""
    limit = Fraction(condition.value) * unit
    low, high = ceil(limit), floor(limit)
    match condition.operator:
        case "<":
            found = values < low
        case "<=":
            found = values <= high
        case ">":
            found = values > high
        case ">=":
            found = values >= low
        case "=":
            found = (values >= low) & (values <= high)
        case "<>":
            found = (values < low) | (values > high)
    return np.asarray(found)


def _check_filters(query: CubeQuery) -> None:
    """Refuse more filters than a mask holds, and a column or sign that is none."""
    if len(query.filters) > MOST_FILTERS:
        message = f"{len(query.filters)} filters at once; ask with at most {MOST_FILTERS}."
        raise KpiError(message)
    known = {*query.measures, *_homes(query)}
    for condition in (c for conditions in query.filters for c in conditions):
        if condition.column not in known or condition.operator not in OPERATORS:
            message = f"Filter {condition}: the column or the sign is not known to this query."
            raise KpiError(message)


def _check_groupings(query: CubeQuery) -> None:
    """Refuse a grouping that is none, and keys that are not numbered from 0."""
    homes = _homes(query)
    for name in query.groupings:
        column = query.dimensions[homes[name]].column(name) if name in homes else None
        if column is None or (pc.min(column).as_py() or 0) < 0:
            message = f"Grouping {name}: no dimension has it as a column of numbers from 0."
            raise KpiError(message)


def _homes(query: CubeQuery) -> dict[str, str]:
    """Give for each column of a dimension table the table's key."""
    return {n: key for key, table in query.dimensions.items() for n in table.column_names[1:]}


def _deciding(query: CubeQuery) -> list[str | None]:
    """Give for each filter the dimension that alone decides it."""
    homes = _homes(query)
    found: list[str | None] = []
    for conditions in query.filters:
        places = {homes.get(c.column) for c in conditions}
        found.append(places.pop() if len(places) == 1 else None)
    return found


def _layers(windows: Sequence[Window], before: int, days: int) -> list[Integers]:
    """Lay periods over the days; those that overlap come to lie in different layers."""
    layers = [np.full(days, -1, np.int64)]
    for place, window in enumerate(windows):
        inside = slice(window.start.toordinal() - before, window.end.toordinal() - before)
        free = next((layer for layer in layers if (layer[inside] < 0).all()), None)
        if free is None:
            free = np.full(days, -1, np.int64)
            layers.append(free)
        free[inside] = place
    return layers


def _numbered(key: str, table: pa.Table) -> dict[str, int]:
    """Number the texts of a dimension table."""
    texts = table.column(0).to_pylist()
    rows = {text: number for number, text in enumerate(texts)}
    if len(rows) < len(texts) or any(column.null_count for column in table.columns):
        message = f"Dimension {key}: a key comes twice, or a value is empty; mend the table."
        raise KpiError(message)
    return rows


def _dimension(query: CubeQuery, key: str, alone: Mapping[int, str]) -> Dimension:
    """Read the columns of a dimension table."""
    table = query.dimensions[key]
    columns = {n: table.column(n).to_numpy().astype(np.int64) for n in table.column_names[1:]}
    bits = np.zeros(table.num_rows, np.int64)
    for number, home in alone.items():
        if home == key:
            passed = [passing(columns[c.column], c) for c in query.filters[number]]
            bits |= np.logical_and.reduce(passed).astype(np.int64) << number
    return Dimension(columns, bits, bool(bits.any()))


def _currencies(rates: pa.Table) -> dict[str, int]:
    """Number the currencies that have rates."""
    names = rates.column("currency").unique().to_pylist()
    return {name: number for number, name in enumerate(names)}


def _rates(table: pa.Table, numbers: Mapping[str, int], before: int, days: int) -> Integers:
    """Lay the rates out by currency and day; one more row stands for currencies without any."""
    known = table.filter(table.column("rate").is_valid())
    row = np.array([numbers.get(n, -1) for n in known.column("currency").to_pylist()], np.int64)
    day = known.column("day").cast(pa.int32()).to_numpy() - before
    inside = (day > 0) & (day < days - 1) & (row >= 0)
    found = np.full((len(numbers) + 1, days), -1, np.int64)
    found[row[inside], day[inside]] = known.column("rate").to_numpy()[inside]
    if int((found >= 0).sum()) < int(inside.sum()):
        message = "Rates: a currency has two rates for one day, or a negative one; mend the table."
        raise KpiError(message)
    return found
