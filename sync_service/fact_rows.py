"""What may enter the facts: the schema, and the checks on the rows of a window."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kpi.errors import KpiError
from kpi.model import Measure, Unit, Window

MONEY = pa.decimal128(18, 4)
COUNT = pa.int64()
FACT_KEY = ("stream", "shop", "day", "sku", "part", "currency")
KEY_COLUMNS = (*FACT_KEY, "month")
_ROW_KEY = ("day", "sku", "part", "currency")  # stream and shop are those of the commit
_MOST_CODES = 1 << 62  # a key's number fits in 64 bits
_KEY_FIELDS = (
    pa.field("stream", pa.string()),
    pa.field("shop", pa.string()),
    pa.field("day", pa.date32()),
    pa.field("month", pa.string()),
    pa.field("sku", pa.string()),
    pa.field("part", pa.string()),
    pa.field("currency", pa.string()),
)
# Letters of any script, digits, and signs that no file system, URL or glob reads as its own.
_NAME = re.compile(r"[\w][\w .\-]*")


def fact_schema(measures: Mapping[str, Measure]) -> pa.Schema:
    """Give the table's columns: the key, then one nullable column a measure that is counted."""
    counted = sorted(m.code for m in measures.values() if m.derived is None)
    types = {m.code: COUNT if m.unit is Unit.COUNT else MONEY for m in measures.values()}
    return pa.schema([*_KEY_FIELDS, *(pa.field(code, types[code]) for code in counted)])


def checked_rows(
    schema: pa.Schema, stream: str, shop: str, window: Window, rows: pa.Table
) -> pa.Table:
    """Give the rows in the table's schema, measures that they lack as unknown.

    Raises:
        KpiError: A name, column, type, day or key that the facts must not hold.
    """
    where = f"Facts of {stream}/{shop}"
    for name in (stream, shop):
        if not _NAME.fullmatch(name):
            message = f"{where}: {name!r} may hold letters, digits, blank, dot, - and _ only."
            raise KpiError(message)
    if not window.days:
        message = f"{where}: the window {window.start} to {window.end} holds no day."
        raise KpiError(message)
    _check_columns(schema, rows, where)
    full = _completed(schema, stream, shop, rows, where)
    _check_days(full, window, where)
    _check_keys(full, where)
    return full


def _check_columns(schema: pa.Schema, rows: pa.Table, where: str) -> None:
    """Refuse a column that the frozen schema does not have, and a key that is absent."""
    unknown = [name for name in rows.column_names if name not in schema.names]
    if unknown:
        message = f"{where}: unknown column {', '.join(unknown)}; add it to measures.toml first."
        raise KpiError(message)
    absent = [name for name in _ROW_KEY if name not in rows.column_names]
    if absent:
        message = f"{where}: the rows lack the key column {', '.join(absent)}."
        raise KpiError(message)


def _completed(schema: pa.Schema, stream: str, shop: str, rows: pa.Table, where: str) -> pa.Table:
    """Bring every column to its type; stream, shop and month come from the commit."""
    rows, count = rows.combine_chunks(), rows.num_rows
    day = rows.column("day").cast(pa.date32())
    given = {
        "stream": pa.repeat(pa.scalar(stream), count),
        "shop": pa.repeat(pa.scalar(shop), count),
        "month": _months(day),
    }
    columns = []
    for field in schema:
        if field.name in given:
            columns.append(given[field.name])
        elif field.name in rows.column_names:
            columns.append(_typed(rows.column(field.name), field, where))
        else:
            columns.append(pa.nulls(count, field.type))
    return pa.table(columns, schema=schema)


def _months(day: pa.ChunkedArray) -> pa.Array:
    """Give each row's month; a text is made once a day, not once a row."""
    coded = day.combine_chunks().dictionary_encode()
    return pc.strftime(coded.dictionary, format="%Y-%m").take(coded.indices)


def _typed(column: pa.ChunkedArray, field: pa.Field, where: str) -> pa.ChunkedArray:
    """Cast without loss; binary floats never become money."""
    if column.type == field.type:
        return column
    if pa.types.is_floating(column.type):
        message = f"{where}: column {field.name} holds binary floats; give decimals or integers."
        raise KpiError(message)
    if pa.types.is_string(column.type) and field.type == MONEY:
        # Arrow's own cast reads 1.1125369292536007e-308 as 0.0000.
        message = f"{where}: column {field.name} holds texts; give decimals or integers."
        raise KpiError(message)
    try:
        return column.cast(field.type)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        message = f"{where}: column {field.name} is not a {field.type}: {error}"
        raise KpiError(message) from error


def _check_days(rows: pa.Table, window: Window, where: str) -> None:
    """Refuse rows outside the window: the commit would not replace them next time."""
    if not rows.num_rows:
        return
    bounds = pc.min_max(rows.column("day")).as_py()
    if rows.column("day").null_count:
        message = f"{where}: a row has no day."
        raise KpiError(message)
    if bounds["min"] < window.start or bounds["max"] >= window.end:
        message = (
            f"{where}: rows from {bounds['min']} to {bounds['max']} do not fit the window "
            f"{window.start} to {window.end} (end not included)."
        )
        raise KpiError(message)


def _check_keys(rows: pa.Table, where: str) -> None:
    """Refuse a key without a value, and a key that comes twice: its sum would be doubled."""
    for name in _ROW_KEY:
        if rows.column(name).null_count:
            message = f"{where}: {name} is empty in a row; use '*' for sku, '' for part."
            raise KpiError(message)
    if _all_differ(rows):
        return
    groups = rows.group_by(list(_ROW_KEY)).aggregate([([], "count_all")])
    if groups.num_rows == rows.num_rows:
        return
    twice = groups.filter(pc.greater(groups.column("count_all"), 1)).slice(0, 1).to_pylist()[0]
    key = ", ".join(str(twice[name]) for name in _ROW_KEY)
    message = f"{where}: the key ({key}) comes {twice['count_all']} times; add the rows up first."
    raise KpiError(message)


def _all_differ(rows: pa.Table) -> bool:
    """Prove that every key comes once, by one number a key; False where there is no such proof."""
    code, size = np.zeros(rows.num_rows, np.int64), 1
    for name in _ROW_KEY:
        coded = rows.column(name).combine_chunks().dictionary_encode()
        kinds = len(coded.dictionary)
        size *= kinds
        if size > _MOST_CODES:
            return False
        code = code * kinds + coded.indices.to_numpy()
    code.sort()
    return not bool((code[1:] == code[:-1]).any())


def checksum(rows: pa.Table) -> str:
    """Give the SHA-256 of the rows in Arrow's own format, without columns that know nothing."""
    known = [name for name in rows.column_names if rows.column(name).null_count < rows.num_rows]
    sink = pa.BufferOutputStream()
    told = rows.select(known).combine_chunks()
    with pa.ipc.new_stream(sink, told.schema) as writer:
        writer.write_table(told)
    return hashlib.sha256(memoryview(sink.getvalue())).hexdigest()
