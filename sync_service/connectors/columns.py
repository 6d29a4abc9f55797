"""Pages of records -> Arrow columns, for streams whose records are facts already.

A row object for each record costs more than all the rest of a load. A connector says how its pages
are written, and hands the joined tables to `FetchResult`:

    ORDERS = Page("rows", "next", {"day": Field("date", DAY), "gross_sales": Field("sales", MONEY)})
    table, link = read_page(session.call("orders", "GET", address), ORDERS)

Everything has two readers. The quick one takes what it can prove to be right; whatever it refuses
goes to the exact one, which alone defines what a page may hold.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation

import numpy as np
import pyarrow as pa
import pyarrow.json as pj

from kpi.errors import KpiError
from sync_service.bodies import BOMS, Response, charset, decode
from sync_service.fact_rows import COUNT, MONEY
from sync_service.troubles import ContractBroken

DAY, TEXT = pa.date32(), pa.string()
_WIDE = pa.decimal128(38, MONEY.scale)  # Arrow takes 64-bit integers only into a wide decimal
_LONGEST = 30  # characters of an amount that is read at once
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_REFUSED = (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError, OverflowError)
_UTF_8 = frozenset({None, "utf-8", "UTF-8"})
Value = str | int | Decimal | date | None


@dataclass(frozen=True, slots=True)
class Field:
    """Where a column's values stand in a record, and the type that the facts take."""

    name: str  # of the record's field
    kind: pa.DataType  # DAY, TEXT, COUNT or MONEY


@dataclass(frozen=True, slots=True)
class Page:
    """How a page is written: an object with a list of flat records, and the way to the next one."""

    records: str
    link: str  # a text; null or absent on the last page
    columns: Mapping[str, Field]
    unread: Mapping[str, pa.DataType] = field(default_factory=dict)  # known fields, not taken
    parsed: pj.ParseOptions = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Name every field that a page may have to Arrow, once.

        It must never guess the type of an unknown field: nested deeply, that ends the process.
        """
        fields = {field.name: _quick_kind(field.kind) for field in self.columns.values()}
        if len(fields) != len(self.columns):
            raise KpiError("Two columns of a page come from one field; name each field once.")
        unread = {name: _quick_kind(kind) for name, kind in self.unread.items()}
        records = pa.struct([*(unread | fields).items()])
        schema = pa.schema([(self.records, pa.list_(records)), (self.link, TEXT)])
        options = pj.ParseOptions(explicit_schema=schema, unexpected_field_behavior="error")
        object.__setattr__(self, "parsed", options)


def read_page(answer: Response, page: Page) -> tuple[pa.Table, str | None]:
    """Give the records of an answer as columns, and the link to the next page."""
    try:
        return _quick_page(answer, page)
    except _REFUSED:
        return exact_page(answer, page)


def exact_page(answer: Response, page: Page) -> tuple[pa.Table, str | None]:
    """Read a page through the strict reader; this defines what a page may hold."""
    body = answer.plain_json()
    if not isinstance(body, dict):
        raise ContractBroken("the page is no JSON object")
    link = body.get(page.link)
    if link is not None and not isinstance(link, str):
        raise ContractBroken(f"the page's {page.link!r} is no text")
    return columns(body.get(page.records), page.columns), link


def _quick_page(answer: Response, page: Page) -> tuple[pa.Table, str | None]:
    """Let Arrow parse a page into columns: no float, no key twice, no field unheard of."""
    found = pj.read_json(
        pa.BufferReader(_utf_8(answer)),
        pj.ReadOptions(use_threads=False, block_size=len(answer.content) + 1),
        page.parsed,
    )
    if found.num_rows != 1:
        raise pa.ArrowInvalid("not one JSON object")
    lists = found.column(page.records).chunk(0)
    if lists.null_count:
        raise pa.ArrowInvalid("no list of records")
    rows = lists.flatten()
    taken = {name: _taken(rows, field) for name, field in page.columns.items()}
    return pa.table(taken), found.column(page.link)[0].as_py()


def _utf_8(answer: Response) -> bytes:
    """Give a body that is proven to be UTF-8; Arrow itself would pass on any bytes as text."""
    kind, body = answer.headers.get("content-type", ""), answer.content
    if charset(kind) not in _UTF_8 or body.startswith(tuple(mark for mark, _ in BOMS)):
        raise pa.ArrowInvalid("not plain UTF-8")
    decode(body)
    return body


def _quick_kind(kind: pa.DataType) -> pa.DataType:
    """Give the type as which Arrow's JSON reader takes a field: days and amounts are texts first.

    Its own reading of decimals must never see a platform's text; see `_amounts`.
    """
    return COUNT if kind == COUNT else TEXT


def _taken(rows: pa.StructArray, field: Field) -> pa.Array:
    """Take a field; whether a null was written or the field was absent, the exact reader says."""
    column = rows.field(field.name)
    if column.null_count:
        raise pa.ArrowInvalid(f"{field.name} is null")
    return _amounts(column) if field.kind == MONEY else column.cast(field.kind)


def _amounts(texts: pa.StringArray) -> pa.Array:
    """Turn texts into amounts, if they are short and hold nothing but digits, signs and points.

    Of an exponent Arrow may make 0.0000 without a word, or it ends the process.
    """
    if len(texts):
        ends = np.frombuffer(texts.buffers()[1], np.int32)[texts.offset :][: len(texts) + 1]
        letters = np.frombuffer(texts.buffers()[2] or b"", np.uint8)[ends[0] : ends[-1]]
        beyond = (letters < ord("+")) | (letters > ord("9"))
        if np.diff(ends).max() > _LONGEST or beyond.any():
            raise pa.ArrowInvalid("not all plain amounts")
    return texts.cast(MONEY)


def columns(records: object, wanted: Mapping[str, Field]) -> pa.Table:
    """Give records as a table of the wanted columns; a field that one lacks breaks the contract."""
    if not isinstance(records, list):
        raise ContractBroken("the records are no JSON list")
    return pa.table({name: _column(records, field) for name, field in wanted.items()})


def _column(records: list[object], field: Field) -> pa.Array:
    values = _values(records, field.name)
    try:
        return _at_once(values, field.kind)
    except _REFUSED:
        return one_by_one(values, field)


def _values(records: list[object], name: str) -> list[object]:
    """Take one field of every record."""
    try:
        return [record[name] for record in records]  # type: ignore[index]  # what has none is caught
    except (KeyError, TypeError, IndexError) as error:
        raise ContractBroken(f"a record has no {name!r}") from error


def _at_once(values: list[object], kind: pa.DataType) -> pa.Array:
    """Let Arrow read a column, of one type alone; it would cut a float to a count in silence."""
    given = pa.array(values)
    if given.type == kind or pa.types.is_null(given.type):
        return given.cast(kind)
    if pa.types.is_string(given.type) and kind == DAY:
        return given.cast(kind)
    if pa.types.is_string(given.type) and kind == MONEY:
        return _amounts(given)
    if pa.types.is_int64(given.type) and kind == MONEY:
        return given.cast(_WIDE).cast(kind)
    message = f"{given.type} is not read at once as {kind}"
    raise pa.ArrowTypeError(message)


def one_by_one(values: list[object], field: Field) -> pa.Array:
    """Read a column value by value, exactly; this defines what a column may hold."""
    read = _READERS[field.kind]
    try:
        return pa.array([None if v is None else read(v) for v in values], field.kind)
    except (*_REFUSED, TypeError, ValueError, InvalidOperation) as error:
        raise ContractBroken(f"{field.name!r} is no {field.kind}: {error}") from error


def _text(value: object) -> Value:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value


def _day(value: object) -> Value:
    text = str(_text(value))
    if not _ISO_DAY.fullmatch(text):
        raise ValueError(f"{text[:40]!r} is no day")
    return date.fromisoformat(text)


def _count(value: object) -> Value:
    number = _number(value) if isinstance(value, float | Decimal) else value
    if isinstance(number, bool) or not isinstance(number, int | Decimal):
        raise TypeError(f"{value!r} is no number")
    if number != int(number):
        raise ValueError(f"{value!r} is no whole number")
    return int(number)


def _money(value: object) -> Value:
    amount = _number(value)
    exact = amount.quantize(Decimal(1).scaleb(-MONEY.scale))  # InvalidOperation above 28 digits
    if exact != amount:
        raise ValueError(f"{value!r} has more than {MONEY.scale} decimals")
    return exact


def _number(value: object) -> Decimal:
    """Give the number as it was written; `parse_plain` gives floats only that print so."""
    match value:
        case bool():
            raise ValueError(f"{value!r} is no number")
        case int() | Decimal():
            return Decimal(value)
        case float():
            return Decimal(repr(value))
        case str() if _NUMBER.fullmatch(value):
            return Decimal(value)
        case _:
            raise ValueError(f"{str(value)[:40]!r} is no number")


_READERS = {DAY: _day, TEXT: _text, COUNT: _count, MONEY: _money}
