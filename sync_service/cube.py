"""Masked sums of facts by period and key: the one pass behind a cube of formulas.

Filters become bits of one small integer and each measure is summed once by (period, key, mask);
a filtered measure is a sum over the masks that hold its bit. `FILTER` in SQL costs eighteen times
as much, a query per KPI two hundred times. Money is multiplied by the day's rate in decimals, so
every sum is an exact integer until `cube_values` makes doubles; threads and kept sums change no
bit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from kpi.errors import KpiError
from kpi.model import Window
from sync_service.fact_scan import connect, facts_view
from sync_service.int128 import exact

Operator = Literal["=", "<>", "<", "<=", ">", ">="]
OPERATORS: frozenset[str] = frozenset({"=", "<>", "<", "<=", ">", ">="})
_PLACES = 10  # of a converted amount: four of the money, six of the rate
_NARROW, _WIDE = ("DECIMAL(11,4)", "DECIMAL(7,6)"), ("DECIMAL(26,4)", "DECIMAL(12,6)")
Integers = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Condition:
    """A comparison of a measure or a dimension with a number; an unknown value does not pass."""

    column: str
    operator: Operator
    value: int | Decimal


@dataclass(frozen=True, slots=True)
class CubeQuery:
    """What is summed, by which periods and keys, under which filters.

    A dimension table has the fact's key column first and then small dense integers, for example
    sku, category, person. `rates` has day, currency and an integer `rate` in millionths.
    """

    measures: Sequence[str]
    periods: Sequence[Window]
    groupings: Sequence[str]  # columns of the dimension tables
    dimensions: Mapping[str, pa.Table]  # key column of the facts -> table
    filters: Sequence[Sequence[Condition]]  # each: all of its conditions; an empty one passes all
    rates: pa.Table | None = None  # None: one currency
    streams: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Sums by (period, key, mask) of one grouping, sorted; arrays have one entry a row."""

    period: Integers  # index into the query's periods
    key: Integers
    mask: Integers
    rows: Integers
    sums: Mapping[str, Integers]  # in 10^-10 for converted money, 10^-4 for plain, 1 for counts
    known: Mapping[str, Integers] = field(default_factory=dict)  # empty: every row knows them all

    def of_periods(self, wanted: NDArray[np.bool_]) -> Group:
        """Give the rows of the periods where `wanted` is true."""
        return self.taken(wanted[self.period])

    def taken(self, rows: NDArray[np.bool_] | NDArray[np.intp]) -> Group:
        """Give some of the rows, or all in another order."""
        return Group(
            self.period[rows],
            self.key[rows],
            self.mask[rows],
            self.rows[rows],
            {name: values[rows] for name, values in self.sums.items()},
            {name: values[rows] for name, values in self.known.items()},
        )


def scale(query: CubeQuery, schema: pa.Schema, measure: str) -> int:
    """Give what one unit of a measure is in its sums."""
    if not pa.types.is_decimal(schema.field(measure).type):
        return 1
    return 10**4 if query.rates is None else 10**_PLACES


def grouped(
    query: CubeQuery, paths: Sequence[str], schema: pa.Schema, periods: NDArray[np.bool_]
) -> dict[str, Group]:
    """Sum the wanted periods in one pass over the files.

    Amounts and rates are tried in 64 bits first, and again in 128 where one does not fit; null
    counts are asked for only where a row is found that does not know everything.
    """
    with connect() as connection:
        facts_view(connection, paths, schema)
        _register(connection, query, periods)
        try:
            table = _pass(connection, query, schema, _NARROW, counted=False)
        except (duckdb.ConversionException, duckdb.OutOfRangeException):
            table = _pass(connection, query, schema, _WIDE, counted=False)
        if _incomplete(query, table):
            table = _pass(connection, query, schema, _WIDE, counted=True)
    return {name: _group(query, table, number) for number, name in enumerate(query.groupings)}


def _incomplete(query: CubeQuery, table: pa.Table) -> bool:
    """Tell whether a row lacked a measure: such rows carry one bit above the filters'."""
    most = pc.max(table.column("mask")).as_py() if table.num_rows else 0
    return bool(most >= 1 << len(query.filters))


def _register(
    connection: duckdb.DuckDBPyConnection, query: CubeQuery, periods: NDArray[np.bool_]
) -> None:
    """Hand over the small tables: days with their period and rate, and the dimensions."""
    days = [
        {"day": day, "period": number}
        for number, window in enumerate(query.periods)
        if periods[number]
        for day in window.each()
    ]
    types = pa.schema([("day", pa.date32()), ("period", pa.int32())])
    connection.register("days", pa.Table.from_pylist(days, schema=types))
    if query.rates is not None:
        connection.register("rates", query.rates)
        connection.execute(
            "CREATE TEMP TABLE calendar AS SELECT day, period, currency, rate "
            "FROM days JOIN rates USING (day)"
        )
    else:
        connection.execute("CREATE TEMP TABLE calendar AS SELECT day, period FROM days")
    for key, table in query.dimensions.items():
        connection.register(f"dimension_{key}", table)
        connection.execute(f"CREATE TEMP TABLE by_{key} AS SELECT * FROM dimension_{key}")


def _pass(
    connection: duckdb.DuckDBPyConnection,
    query: CubeQuery,
    schema: pa.Schema,
    types: tuple[str, str],
    *,
    counted: bool,
) -> pa.Table:
    """Run the one pass."""
    return connection.sql(_sql(query, schema, types, counted=counted)).to_arrow_table()


def _sql(query: CubeQuery, schema: pa.Schema, types: tuple[str, str], *, counted: bool) -> str:
    """Write the one pass: join, mask, then every grouping at once."""
    keys = ", ".join(f'"{name}"' for name in query.groupings)
    sums = "".join(f', coalesce(sum("{name}"), 0) AS "s:{name}"' for name in query.measures)
    if counted:
        sums += "".join(f', count("{name}") AS "k:{name}"' for name in query.measures)
    sets = ", ".join(f'(period, mask, "{name}")' for name in query.groupings)
    which = " ".join(f'WHEN grouping("{n}") = 0 THEN {i}' for i, n in enumerate(query.groupings))
    return (
        f"WITH joined AS ({_joined(query, schema, types)}) "
        f"SELECT period, mask, {keys}, CASE {which} END AS which, count(*) AS rows{sums} "
        f"FROM joined GROUP BY GROUPING SETS ({sets})"
    )


def _joined(query: CubeQuery, schema: pa.Schema, types: tuple[str, str]) -> str:
    """Write the facts with their period, keys, mask, and money in one currency."""
    amount, rate = types
    columns = []
    for name in query.measures:
        money = query.rates is not None and pa.types.is_decimal(schema.field(name).type)
        text = f'f."{name}"::{amount} * c.rate' if money else f'f."{name}"'
        columns.append(f'{text} AS "{name}"')
    places = _columns(query)
    keys = [f'{places[name]}."{name}" AS "{name}"' for name in query.groupings]
    joins = "".join(
        f' JOIN by_{key} d_{key} ON d_{key}."{key}" = f."{key}"' for key in query.dimensions
    )
    calendar = "SELECT * FROM calendar"
    on = "c.day = f.day"
    if query.rates is not None:
        calendar = (
            f"SELECT day, period, currency, (rate::DECIMAL(18,0) * 0.000001)::{rate} AS rate "
            "FROM calendar"
        )
        on += " AND c.currency = f.currency"
    return (
        f"SELECT c.period AS period, {', '.join(keys)}, {_mask(query, places)} AS mask, "
        f"{', '.join(columns)} FROM facts f JOIN ({calendar}) c ON {on}{joins}"
    )


def _columns(query: CubeQuery) -> dict[str, str]:
    """Give which table alias holds each dimension column."""
    return {
        name: f"d_{key}"
        for key, table in query.dimensions.items()
        for name in table.column_names[1:]
    }


def _mask(query: CubeQuery, places: Mapping[str, str]) -> str:
    """Write the filters as bits, and one bit above them for a row that lacks a measure."""
    bits = [
        f"(CASE WHEN {' AND '.join(_text(query, c, places) for c in conditions)} "
        f"THEN {1 << number} ELSE 0 END)"
        for number, conditions in enumerate(query.filters)
        if conditions
    ]
    lacking = " OR ".join(f'f."{name}" IS NULL' for name in query.measures)
    bits.append(f"(CASE WHEN {lacking} THEN {1 << len(query.filters)} ELSE 0 END)")
    return " + ".join(bits)


def _text(query: CubeQuery, condition: Condition, places: Mapping[str, str]) -> str:
    """Write one condition from its parts; only known columns and numbers come in."""
    known = condition.column in query.measures or condition.column in places
    if not known or condition.operator not in OPERATORS:
        message = f"Filter {condition}: the column or the sign is not known to this query."
        raise KpiError(message)
    where = places.get(condition.column, "f")
    return f'{where}."{condition.column}" {condition.operator} {condition.value}'


def _group(query: CubeQuery, table: pa.Table, number: int) -> Group:
    """Give one grouping's rows as sorted arrays."""
    rows = table.filter(pc.equal(table.column("which"), number))

    def integers(name: str) -> Integers:
        return exact(rows.column(name))

    counted = "k:" + query.measures[0] in table.column_names
    group = Group(
        integers("period"),
        integers(query.groupings[number]),
        integers("mask") & ((1 << len(query.filters)) - 1),
        integers("rows"),
        {name: integers(f"s:{name}") for name in query.measures},
        {name: integers(f"k:{name}") for name in query.measures} if counted else {},
    )
    return group.taken(np.lexsort((group.mask, group.key, group.period)))
