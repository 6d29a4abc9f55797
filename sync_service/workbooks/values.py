"""One cell's value: read from its bytes, rendered to bytes, compared."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from kpi.tables import CellValue, ErrorValue
from sync_service.workbooks.markup import (
    attributes,
    cell_text,
    elements,
    escape_attribute,
    escape_text,
    number_text,
    storable,
    text_element,
    unescape,
)
from sync_service.workbooks.serials import from_serial, to_serial
from sync_service.workbooks.texts import rich_text

if TYPE_CHECKING:
    from sync_service.workbooks.book import Book
    from sync_service.workbooks.sheetxml import RawCell

Written = CellValue | ErrorValue
NOT_AVAILABLE = ErrorValue("#N/A")
_VALUE = re.compile(rb"<(?:[\w.-]+:)?v(?: [^<>]*)?>([^<]*)</")
_DROPPED = re.compile(rb"\s(?:t|cm|vm)\s*=\s*(?:\"[^\"]*\"|'[^']*')")
_TYPE_ATTRIBUTE = re.compile(rb"\st\s*=\s*(?:\"[^\"]*\"|'[^']*')")
_VALUE_ELEMENT = re.compile(rb"<((?:[\w.-]+:)?)v(?:\s[^<>]*)?(?:/>|>[^<]*</(?:[\w.-]+:)?v>)")
_STYLE = re.compile(rb"\ss\s*=\s*(?:\"[^\"]*\"|'[^']*')")
_SHARED = re.compile(rb"\s(?:t|ref|si)\s*=\s*(?:\"[^\"]*\"|'[^']*')")
_ERROR_FORMULA = re.compile(
    rb"<(?:[\w.-]+:)?f(?:\s[^<>]*)?>#(?:N/A|VALUE!|REF!|DIV/0!|NUM!|NAME\?|NULL!)</"
)


@dataclass(frozen=True, slots=True)
class Cached:
    """A formula that stays, and the value it has now; `known` False drops the value."""

    value: Written
    known: bool = True


@dataclass(frozen=True, slots=True)
class Formula:
    """A new formula cell with the value it has, where that is known."""

    text: str
    value: Written = None
    known: bool = False
    style: int = 0


@dataclass(frozen=True, slots=True)
class Retold:
    """A formula that stays where it is with another text; `alone` takes it out of a shared one."""

    text: str
    alone: bool = False


@dataclass(frozen=True, slots=True)
class Blank:
    """An empty cell with a style, in a new row."""

    style: int


@dataclass(frozen=True, slots=True)
class Styled:
    """A value in a cell that is not there yet, with the style of its column."""

    value: Written
    style: int


@dataclass(frozen=True, slots=True)
class Restyled:
    """A value in a cell that takes another of the workbook's styles with it."""

    value: Written
    style: int


Edit = Written | Cached | Formula | Retold | Blank | Styled | Restyled


def typed(book: Book, cell: RawCell) -> Written:
    """The value of a cell as the reader means it."""
    kind, inner = cell.kind, cell.inner
    if not inner:
        return None
    if kind == b"inlineStr" and inner.startswith(b"<is>") and inner.endswith(b"</is>"):
        return rich_text(inner[4:-5])
    if kind == b"inlineStr":
        holder = elements(inner, (b"is",))
        return rich_text(inner[holder[0].inner : holder[0].inner_end]) if holder else None
    found = _VALUE.search(inner)
    if found is None:
        return None
    raw = found[1]
    if not kind or kind == b"n":
        return _number(book, raw, cell.style)
    return _other(book, kind, raw)


def _number(book: Book, raw: bytes, style: int) -> Written:
    if not raw.strip():
        return None
    value = float(raw)
    if style and book.is_date(style):
        return from_serial(value, date1904=book.date1904)
    return value


def _other(book: Book, kind: bytes, raw: bytes) -> Written:
    if kind == b"s":
        index = int(raw)
        return book.texts.text(index) if index < len(book.texts.items) else None
    if kind == b"b":
        return raw.strip() in (b"1", b"true")
    if kind == b"e":
        return ErrorValue(raw.decode())
    if kind == b"d":
        moment = datetime.fromisoformat(raw.decode().replace("Z", ""))
        whole_day = "T" not in raw.decode()
        return moment.date() if whole_day else moment
    return cell_text(raw)


def plain(book: Book, value: Written) -> Written:
    """A value in the form it has in a cell: serials for dates, #N/A for what is no number."""
    if isinstance(value, (date, datetime)):
        return to_serial(value, date1904=book.date1904)
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return value
    return float(value) if math.isfinite(value) else NOT_AVAILABLE


def holds(book: Book, cell: RawCell, value: Written) -> bool:
    """True when the cell already shows this plain value."""
    if value is None or value == "":
        return not cell.inner or (value is None and not cell.has_formula and _bare(cell))
    found = typed(book, cell)
    if isinstance(found, (date, datetime)):
        found = to_serial(found, date1904=book.date1904)
    return type(found) is type(value) and found == value


def _bare(cell: RawCell) -> bool:
    return _VALUE.search(cell.inner) is None and cell.kind != b"inlineStr"


def rendered(book: Book, prefix: bytes, given: bytes, value: Written) -> bytes:
    """A plain cell: `given` is its attributes (address and style), `value` as `plain` gives it."""
    p = prefix
    if isinstance(value, float):
        return b"<%bc%b><%bv>%b</%bv></%bc>" % (p, given, p, number_text(value), p, p)
    if value is None or value == "":
        return b"<%bc%b/>" % (p, given)
    if isinstance(value, str):
        index = book.texts.plain(value)
        if index is not None:
            return b'<%bc%b t="s"><%bv>%d</%bv></%bc>' % (p, given, p, index, p, p)
        text = text_element(p, b"t", value)
        return b'<%bc%b t="inlineStr"><%bis>%b</%bis></%bc>' % (p, given, p, text, p, p)
    kind, text = _result(value)
    return b"<%bc%b%b><%bv>%b</%bv></%bc>" % (p, given, kind, p, text, p, p)


def _result(value: Written) -> tuple[bytes, bytes]:
    """The type attribute and the text of `<v>`, as a formula's result has them."""
    if isinstance(value, bool):
        return b' t="b"', b"1" if value else b"0"
    if isinstance(value, ErrorValue):
        return b' t="e"', value.text.encode()
    if isinstance(value, float):
        return b"", number_text(value)
    return b' t="str"', escape_text(str(value or ""))


def free_attributes(cell: RawCell) -> bytes:
    """The attributes that a cell keeps when it becomes a plain value."""
    return _DROPPED.sub(b"", cell.attributes)


def restyled_attributes(cell: RawCell, style: int) -> bytes:
    """The same with another style."""
    return _STYLE.sub(b"", free_attributes(cell)) + b' s="%d"' % style


def recached(prefix: bytes, cell: RawCell, cached: Cached) -> bytes:
    """A formula cell with another cached value; the formula's own bytes stay."""
    p = prefix
    inner = _VALUE_ELEMENT.sub(b"", cell.inner)
    given = _TYPE_ATTRIBUTE.sub(b"", cell.attributes)
    if not cached.known:
        return b"<%bc%b>%b</%bc>" % (p, given, inner, p)
    kind, text = _result(cached.value)
    value = b"<%bv>%b</%bv>" % (p, text, p)
    after = re.search(rb"</(?:[\w.-]+:)?f>|<(?:[\w.-]+:)?f(?:\s[^<>]*)?/>", inner)
    at = after.end() if after else len(inner)
    return b"<%bc%b%b>%b%b%b</%bc>" % (p, given, kind, inner[:at], value, inner[at:], p)


def retold(cell: RawCell, edit: Retold) -> bytes:
    """A formula cell with another formula text; all else, its cached value too, stays."""
    element = elements(cell.inner, (b"f",))[0]
    end = cell.inner[element.inner_end : element.end] if not element.closed else b""
    given = _SHARED.sub(b"", element.attributes) if edit.alone else element.attributes
    text = b"<%b%b>%b%b" % (element.name, given, _formula_text(edit.text), end)
    if element.closed:
        text += b"</%b>" % element.name
    inner = cell.inner[: element.start] + text + cell.inner[element.end :]
    head, tail = cell.whole[: cell.whole.index(cell.inner)], cell.whole.rpartition(b"</")[2]
    return head + inner + b"</" + tail


def _formula_text(text: str) -> bytes:
    return escape_attribute(text).replace(b"&quot;", b'"').replace(b"&#10;", b"\n")


def new_formula(prefix: bytes, given: bytes, formula: Formula) -> bytes:
    """A formula in a cell that had none."""
    p, text = prefix, _formula_text(formula.text)
    if not formula.known:
        return b"<%bc%b><%bf>%b</%bf></%bc>" % (p, given, p, text, p, p)
    kind, value = _result(formula.value)
    return b"<%bc%b%b><%bf>%b</%bf><%bv>%b</%bv></%bc>" % (
        p,
        given,
        kind,
        p,
        text,
        p,
        p,
        value,
        p,
        p,
    )


def computes(cell: RawCell) -> bool:
    """True when a formula stands in the cell; LibreOffice saves a plain #N/A as `=#N/A`."""
    return cell.has_formula and _ERROR_FORMULA.search(cell.inner) is None


def formula_of(cell: RawCell) -> tuple[dict[str, str], str] | None:
    """The attributes and the text of a cell's formula; None where there is none."""
    found = elements(cell.inner, (b"f",)) if b"f" in cell.inner else []
    if not found:
        return None
    element = found[0]
    return attributes(element.attributes), cell_text_of_formula(
        cell.inner[element.inner : element.inner_end]
    )


def cell_text_of_formula(raw: bytes) -> str:
    """A formula's text: entities taken back, `_x` left alone."""
    return unescape(raw.decode())
