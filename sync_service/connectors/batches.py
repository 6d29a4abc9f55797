"""What a fetch returned -> the Arrow table that the facts take, with the explicit zeros.

A connector may only deliver what its stream declares: days of the window, declared measures, one
grain each (per SKU, or for the whole shop on `*` rows), never both, or totals would count twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kpi.model import WHOLE_SHOP, Window
from sync_service.connectors.kernel import FactRow, FetchResult
from sync_service.troubles import ContractBroken

KEY = ("day", "sku", "part", "currency")
WIDEST = 38  # digits of an Arrow decimal
Types = Mapping[str, pa.DataType]  # of the facts' columns


class Stream(Protocol):
    """What counts here of a stream, whether a connector or a file delivers it."""

    @property
    def name(self) -> str:
        """Of the facts."""

    @property
    def measures(self) -> tuple[str, ...]:
        """What it may deliver."""

    @property
    def empty_day(self) -> str:
        """What a day without a row means: zero or missing."""


def to_table(
    stream: Stream, currency: str, window: Window, result: FetchResult, types: Types
) -> pa.Table:
    """Give the window's rows in the facts' types, checked, with zeros where no row means zero."""
    given = result.rows
    if isinstance(given, pa.Table):
        table, unknown = _typed(stream, given, types), set(result.unknown)
    else:
        table, unknown = _columns(stream, given, currency, types)
        unknown |= result.unknown
    table = _without(table, result.not_ready_days)
    _check_days(stream, table, window)
    _check_grain(stream, table)
    if stream.empty_day == "missing":
        return table
    days = [day for day in window.each() if day not in result.not_ready_days]
    return _with_zeros(stream, table, days, unknown, currency)


def _columns(
    stream: Stream, rows: Sequence[FactRow], currency: str, types: Types
) -> tuple[pa.Table, set[tuple[date, str]]]:
    """Turn rows into columns; also which (day, measure) they name as unknown."""
    unknown: set[tuple[date, str]] = set()
    values: dict[str, list[Decimal | int | None]] = {m: [None] * len(rows) for m in stream.measures}
    for at, row in enumerate(rows):
        for name, value in row.measures.items():
            if name not in values:
                raise ContractBroken(f"{stream.name} delivers {name}, which it does not declare")
            values[name][at] = value
            if value is None:
                unknown.add((row.day, name))
    columns: dict[str, pa.Array] = {
        "day": pa.array([row.day for row in rows], pa.date32()),
        "sku": pa.array([row.sku for row in rows], pa.string()),
        "part": pa.array([row.part for row in rows], pa.string()),
        "currency": pa.array([row.currency or currency for row in rows], pa.string()),
    }
    for name, column in values.items():
        columns[name] = _array(stream, name, column, types[name])
    return pa.table(columns), unknown


def _array(
    stream: Stream, name: str, values: Sequence[Decimal | int | None], kind: pa.DataType
) -> pa.Array:
    """Give one column without loss: no fraction of a count, no fifth decimal."""
    try:
        if pa.types.is_decimal(kind):
            exact = [Decimal(value) if isinstance(value, int) else value for value in values]
            return pa.array(exact, kind)
        return pa.array([_whole(value) for value in values], kind)
    except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError) as error:
        raise ContractBroken(f"{stream.name} delivers {name} that is no {kind}: {error}") from error


def _whole(value: Decimal | int | None) -> int | None:
    """Give a count as an integer; Arrow itself would cut half a unit to none in silence."""
    if isinstance(value, Decimal) and value != value.to_integral_value():
        raise pa.ArrowInvalid(f"{value} is no whole number")
    return None if value is None else int(value)


def _typed(stream: Stream, table: pa.Table, types: Types) -> pa.Table:
    """Bring a connector's own table to the facts' types, every declared measure present."""
    alien = set(table.column_names) - set(KEY) - set(stream.measures)
    if alien:
        raise ContractBroken(f"{stream.name} delivers {min(alien)}, which it does not declare")
    columns = {name: table.column(name) for name in KEY}
    for name in stream.measures:
        present = name in table.column_names
        column = table.column(name) if present else pa.nulls(table.num_rows, types[name])
        if pa.types.is_floating(column.type):
            raise ContractBroken(f"{stream.name} delivers {name} as binary floats")
        if pa.types.is_string(column.type):  # Arrow reads 1.1125369292536007e-308 as 0.0000
            raise ContractBroken(f"{stream.name} delivers {name} as texts; read them by `columns`")
        try:
            columns[name] = _converted(column, types[name])
        except pa.ArrowInvalid as error:
            raise ContractBroken(f"{stream.name}: {name} is no {types[name]}: {error}") from error
    return pa.table(columns)


def _converted(column: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    """Cast without loss; Arrow takes no integer into a decimal that might not hold all of them."""
    if pa.types.is_integer(column.type) and pa.types.is_decimal(kind):
        column = column.cast(pa.decimal128(WIDEST, kind.scale))
    return column.cast(kind)


def _without(table: pa.Table, days: frozenset[date]) -> pa.Table:
    """Drop what a connector gave for days that it calls not ready."""
    if not days or not table.num_rows:
        return table
    late = pa.array(sorted(days), pa.date32())
    return table.filter(pc.invert(pc.is_in(table.column("day"), value_set=late)))


def _check_days(stream: Stream, table: pa.Table, window: Window) -> None:
    if not table.num_rows:
        return
    found = pc.min_max(table.column("day")).as_py()
    if found["min"] < window.start or found["max"] >= window.end:
        raise ContractBroken(
            f"{stream.name} answers {found['min']} to {found['max']} when asked for "
            f"{window.start} to {window.end} (end not included)"
        )


def _check_grain(stream: Stream, table: pa.Table) -> None:
    """Refuse a measure that comes per SKU and for the whole shop; nulls belong to neither."""
    whole = pc.equal(table.column("sku"), WHOLE_SHOP)
    apart = pc.invert(whole)
    for name in stream.measures:
        there = pc.is_valid(table.column(name))
        on_whole = pc.any(pc.and_(there, whole)).as_py()
        on_skus = pc.any(pc.and_(there, apart)).as_py()
        if on_whole and on_skus:
            raise ContractBroken(f"{stream.name} delivers {name} per SKU and for the whole shop")


def _with_zeros(
    stream: Stream,
    table: pa.Table,
    days: Sequence[date],
    unknown: set[tuple[date, str]],
    currency: str,
) -> pa.Table:
    """Add a `*` row of explicit zeros to each day for what no row measured that day.

    Where the shop already has its `*` row of that day, the zeros go into it: a key comes once.
    """
    zeros = _missing(stream, table, days, unknown)
    if not zeros:
        return table
    own = _own_rows(table, currency)
    put: dict[str, list[int]] = {name: [] for name in stream.measures}
    added: list[date] = []
    for day, names in zeros.items():
        at = own.get(day)
        if at is None:
            added.append(day)
        else:
            for name in names:
                put[name].append(at)
    return _joined(_filled(table, put), _zero_rows(stream, zeros, added, table, currency))


def _missing(
    stream: Stream, table: pa.Table, days: Sequence[date], unknown: set[tuple[date, str]]
) -> dict[date, list[str]]:
    """Find the (day, measures) that nothing was said about."""
    missing: dict[date, list[str]] = {}
    all_days = table.column("day")
    for name in stream.measures:
        known = set(pc.unique(all_days.filter(pc.is_valid(table.column(name)))).to_pylist())
        for day in days:
            if day not in known and (day, name) not in unknown:
                missing.setdefault(day, []).append(name)
    return missing


def _own_rows(table: pa.Table, currency: str) -> dict[date, int]:
    """Find the place of each day's row of the whole shop in the shop's currency."""
    whole = pc.and_(
        pc.and_(pc.equal(table.column("sku"), WHOLE_SHOP), pc.equal(table.column("part"), "")),
        pc.equal(table.column("currency"), currency),
    )
    places = np.flatnonzero(whole.to_numpy(zero_copy_only=False))
    days = table.column("day").take(pa.array(places, pa.int64())).to_pylist()
    return dict(zip(days, places.tolist(), strict=True))


def _filled(table: pa.Table, put: Mapping[str, list[int]]) -> pa.Table:
    """Write zeros into existing rows."""
    for name, places in put.items():
        if not places:
            continue
        column = table.column(name)
        mask = np.zeros(table.num_rows, dtype=bool)
        mask[places] = True
        zero = _converted(pa.array([0], pa.int64()), column.type)[0]
        full = pc.if_else(pa.array(mask), zero, column)
        table = table.set_column(table.column_names.index(name), name, full)
    return table


def _zero_rows(
    stream: Stream,
    zeros: Mapping[date, list[str]],
    days: Sequence[date],
    like: pa.Table,
    currency: str,
) -> pa.Table:
    """Make new `*` rows for the days that have none."""
    columns: dict[str, pa.Array] = {
        "day": pa.array(days, pa.date32()),
        "sku": pa.array([WHOLE_SHOP] * len(days), pa.string()),
        "part": pa.array([""] * len(days), pa.string()),
        "currency": pa.array([currency] * len(days), pa.string()),
    }
    for name in stream.measures:
        values = [0 if name in zeros[day] else None for day in days]
        columns[name] = _converted(pa.array(values, pa.int64()), like.column(name).type)
    return pa.table(columns)


def _joined(table: pa.Table, more: pa.Table) -> pa.Table:
    return pa.concat_tables([table, more.cast(table.schema)]) if more.num_rows else table
