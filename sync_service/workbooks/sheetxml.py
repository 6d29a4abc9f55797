"""The cells of one sheet part: a byte scanner reads and patches them, all else stays as it is.

Rows in the plain form that Excel writes are taken apart by one regular expression, which must
cover the row without a gap; whatever it does not cover (prefixes, missing addresses, comments,
CDATA) goes through the slower tokeniser. Both give the same cells; a test holds them to that.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import NamedTuple, Protocol, TypeVar

from sync_service.workbooks.areas import Area, column_number, letters, position
from sync_service.workbooks.markup import TAG, attributes, number_text
from sync_service.workbooks.refusals import DamagedBookError

_DATA = re.compile(rb"<((?:[\w.-]+:)?)sheetData(?:\s[^<>]*?)?(/?)>")
_ROW = re.compile(rb"<row((?: [\w:]+=\"[^\"<>]*\")*)(/?)>")
_NUMBER = re.compile(rb" r=\"(\d+)\"")
_CELL = re.compile(
    rb"(<c r=\"([A-Z]{1,3})(\d+)\"( s=\"\d+\")?( t=\"\w+\")?((?: [\w:]+=\"[^\"<>]*\")*)"
    rb"(?:/>|>(<v>[^<]*</v>|.*?)</c>))",
    re.DOTALL,
)
_STYLE = re.compile(rb"\ss\s*=\s*[\"'](\d+)[\"']")
_TYPE = re.compile(rb"\st\s*=\s*[\"'](\w+)[\"']")
_COLUMNS: dict[bytes, int] = {}
_WHOLE = itemgetter(0)


Edit_contra = TypeVar("Edit_contra", contravariant=True)
Edit = TypeVar("Edit")


class Pen(Protocol[Edit_contra]):
    """Renders edited cells and remembers the range they used."""

    @property
    def used(self) -> Area | None:
        """The range of all cells that were written."""

    def took(self, row: int, columns: list[int], kept: int) -> None:
        """Numbers were rendered into these columns of a row; `kept` stay as they were."""

    def cell(self, row: int, column: int, cell: RawCell | None, edit: Edit_contra) -> bytes | None:
        """The new `<c>`; None leaves what is there (also: nothing)."""


class RawCell(NamedTuple):
    """One `<c>` as it stands."""

    column: int
    whole: bytes
    attributes: bytes  # all of them as written, with a leading blank
    style: int
    kind: bytes  # the `t` attribute; empty means number
    inner: bytes  # content between the tags

    @property
    def has_formula(self) -> bool:
        """True when an `<f>` stands in it."""
        return b"<f" in self.inner or b":f>" in self.inner or b":f " in self.inner


class RawRow(NamedTuple):
    """One `<row>` as it stands; offsets are of the part."""

    number: int
    start: int
    end: int
    attributes: bytes
    body: bytes


@dataclass(frozen=True, slots=True)
class Grid:
    """Where the rows of a sheet part stand."""

    xml: bytes
    prefix: bytes  # of the main namespace, with its colon; mostly empty
    start: int  # of the content of sheetData
    end: int
    closed: bool  # `<sheetData/>`
    plain: bool  # no prefix, no comment, no CDATA: the fast road may be tried


def grid(xml: bytes) -> Grid:
    """Find sheetData."""
    if b"<!DOCTYPE" in xml[:4096]:
        raise DamagedBookError("a sheet declares a document type", "工作表含 DOCTYPE")
    found = _DATA.search(xml)
    if not found:
        raise DamagedBookError("a sheet has no sheetData", "工作表缺少 sheetData")
    if found[2]:
        return Grid(xml, found[1], found.end(), found.end(), True, True)
    end = xml.rfind(b"</%bsheetData" % found[1])
    if end < 0:
        raise DamagedBookError("a sheet is cut short", "工作表不完整")
    plain = not found[1] and not _holds(xml, b"<!", b"!", found.end(), end)
    return Grid(xml, found[1], found.end(), end, False, plain)


def rows(sheet: Grid) -> list[RawRow]:
    """All rows in order."""
    if sheet.plain:
        found = _plain_rows(sheet)
        if found is not None:
            return found
    return list(_odd_rows(sheet))


def _plain_rows(sheet: Grid) -> list[RawRow] | None:
    """Rows by the regular expression; None when it does not cover them all."""
    found: list[RawRow] = []
    xml, at, last = sheet.xml, sheet.start, 0
    while (start := xml.find(b"<row", at, sheet.end)) >= 0:
        head = _ROW.match(xml, start)
        if head is None or (start != at and xml[at:start].strip()):
            return None
        inner = end = head.end()
        if not head[2]:
            close = xml.find(b"</row>", inner, sheet.end)
            if close < 0:
                return None
            inner, end = close, close + len(b"</row>")
        named = _NUMBER.search(head[1])
        number = int(named[1]) if named else last + 1
        if number <= last:
            raise DamagedBookError(f"row {number} is out of order", f"第 {number} 行次序错误")
        found.append(RawRow(number, start, end, head[1], xml[head.end() : inner]))
        at, last = end, number
    return None if xml[at : sheet.end].strip() else found


def _odd_rows(sheet: Grid) -> Iterator[RawRow]:
    """Rows of any well-formed writing."""
    name, last = sheet.prefix + b"row", 0
    opened: re.Match[bytes] | None = None
    for tag in TAG.finditer(sheet.xml, sheet.start, sheet.end):
        if tag[2] != name:
            continue
        if not tag[1]:
            opened = tag
        if opened is None or not (tag[1] or tag[4]):
            continue
        number = int(attributes(opened[3]).get("r", last + 1))
        if number <= last:
            raise DamagedBookError(f"row {number} is out of order", f"第 {number} 行次序错误")
        body = sheet.xml[opened.end() : tag.start()] if tag[1] else b""
        yield RawRow(number, opened.start(), tag.end(), opened[3], body)
        last, opened = number, None


def cells(sheet: Grid, row: RawRow) -> list[RawCell]:
    """All cells of a row in order."""
    if sheet.plain:
        found = _CELL.findall(row.body)
        if sum(len(cell[0]) for cell in found) == len(row.body):
            return [_plain_cell(cell) for cell in found]
    return list(_odd_cells(sheet, row))


def _plain_cell(match: tuple[bytes, ...]) -> RawCell:
    whole, name, digits, style, kind, other, inner = match
    column = _COLUMNS.get(name) or _column_of(name)
    given = b' r="%b%b"%b%b%b' % (name, digits, style, kind, other)
    if other:
        return _described(column, whole, given, inner)
    return RawCell(column, whole, given, int(style[4:-1] or 0), kind[4:-1], inner)


def _described(column: int, whole: bytes, given: bytes, inner: bytes) -> RawCell:
    style, kind = _STYLE.search(given), _TYPE.search(given)
    return RawCell(
        column, whole, given, int(style[1]) if style else 0, kind[1] if kind else b"", inner
    )


def _odd_cells(sheet: Grid, row: RawRow) -> Iterator[RawCell]:
    """Cells of any well-formed writing; a cell without an address follows the one before."""
    name, last = sheet.prefix + b"c", 0
    opened: re.Match[bytes] | None = None
    for tag in TAG.finditer(row.body):
        if tag[2] != name:
            continue
        if not tag[1]:
            opened = tag
        if opened is None or not (tag[1] or tag[4]):
            continue
        place = position(attributes(opened[3]).get("r", ""))
        column = place[1] if place else last + 1
        if column <= last:
            raise DamagedBookError(
                f"row {row.number} is out of order", f"第 {row.number} 行次序错误"
            )
        inner = row.body[opened.end() : tag.start()] if tag[1] else b""
        whole = row.body[opened.start() : tag.end()]
        yield _described(column, whole, opened[3], inner)
        last, opened = column, None


def has_formulas(xml: bytes) -> bool:
    """True when a cell of the sheet part may hold a formula; quick enough to ask of every sheet."""
    sheet = grid(xml)
    sign = b"<f" if not sheet.prefix else b"<%bf" % sheet.prefix
    return _holds(xml, sign, b"f", sheet.start, sheet.end)


def _holds(xml: bytes, sign: bytes, rare: bytes, start: int, end: int) -> bool:
    """Whether the sign stands there; one rare byte of it is looked for ten times as fast."""
    at = xml.find(rare, start, end)
    return at >= 0 and xml.find(sign, max(start, at - len(sign)), end) >= 0


def picked(sheet: Grid, areas: Sequence[Area]) -> dict[tuple[int, int], RawCell]:
    """The cells of some areas that are there, by row and column, in one pass.

    Tall areas of a plain sheet are looked up by their column letters without reading the rest.
    """
    tall = [a for a in areas if a.bottom - a.top > a.right - a.left]
    found: dict[tuple[int, int], RawCell] = {}
    if sheet.plain and tall and sheet.xml.count(b"<c ") == sheet.xml.count(b'<c r="'):
        names = {letters(c) for a in tall for c in range(a.left, a.right + 1)}
        pattern = re.compile(
            _CELL.pattern.replace(b"[A-Z]{1,3}", "|".join(names).encode()), re.DOTALL
        )
        for match in pattern.finditer(sheet.xml, sheet.start, sheet.end):
            cell = _plain_cell(match.groups(b""))
            found[int(match[3]), cell.column] = cell
    else:
        tall = []
    rest = [a for a in areas if a not in tall]
    if rest:
        for row in rows(sheet):
            if any(a.top <= row.number <= a.bottom for a in rest):
                found.update({(row.number, c.column): c for c in cells(sheet, row)})
    return found


def patched(sheet: Grid, edits: Mapping[int, Mapping[int, Edit]], pen: Pen[Edit]) -> bytes:
    """The part with cells replaced: row -> column -> edit, each rendered by the pen.

    Missing rows and cells are put in at their place; `spans` goes where a cell falls outside.
    """
    pieces: list[bytes] = []
    xml, at = sheet.xml, sheet.start
    waiting = sorted(edits, reverse=True)
    for row in rows(sheet):
        if not waiting:
            break
        while waiting and waiting[-1] < row.number:
            number = waiting.pop()
            pieces += (xml[at : row.start], _new_row(sheet, number, edits[number], pen))
            at = row.start
        if waiting and waiting[-1] == row.number:
            new = _patched_row(sheet, row, edits[waiting.pop()], pen)
            pieces += (xml[at : row.start], xml[row.start : row.end] if new is None else new)
            at = row.end
    pieces.append(xml[at : sheet.end])
    pieces += [_new_row(sheet, number, edits[number], pen) for number in reversed(waiting)]
    return _assembled(sheet, b"".join(pieces), pen.used)


def _assembled(sheet: Grid, body: bytes, used: Area | None) -> bytes:
    head, tail = sheet.xml[: sheet.start], sheet.xml[sheet.end :]
    if sheet.closed:
        if not body:
            return sheet.xml
        head = head[:-2].rstrip() + b">"
        tail = b"</%bsheetData>" % sheet.prefix + tail
    return b"".join((_dimension(head, used), body, tail))


def _dimension(head: bytes, used: Area | None) -> bytes:
    """The used range grows with what was written; it never shrinks."""
    found = re.search(rb"<(?:[\w.-]+:)?dimension\s[^<>]*?ref=\"([A-Z0-9:]+)\"", head)
    if used is None or not found:
        return head
    first, _, last = found[1].decode().partition(":")
    start, end = position(first), position(last or first)
    if start is None or end is None:
        return head
    wider = Area(
        min(start[0], used.top),
        min(start[1], used.left),
        max(end[0], used.bottom),
        max(end[1], used.right),
    )
    if wider == Area(*start, *end):
        return head
    return head[: found.start(1)] + str(wider).encode() + head[found.end(1) :]


def _new_row(sheet: Grid, number: int, edits: Mapping[int, Edit], pen: Pen[Edit]) -> bytes:
    new = (pen.cell(number, column, None, edits[column]) for column in sorted(edits))
    body, p = b"".join(cell for cell in new if cell), sheet.prefix
    return b'<%brow r="%d">%b</%brow>' % (p, number, body, p) if body else b""


def _patched_row(
    sheet: Grid, row: RawRow, edits: Mapping[int, Edit], pen: Pen[Edit]
) -> bytes | None:
    """One row with its new cells among the old ones; None when nothing differs."""
    if sheet.plain:
        quick = _numbers_row(row, edits, pen)
        if quick is not None:
            return quick or None
    pieces: list[bytes] = []
    waiting = sorted(edits, reverse=True)
    first, last, differs = waiting[-1], waiting[0], False
    number = row.number
    for cell in cells(sheet, row):
        column = cell.column
        while waiting and waiting[-1] < column:
            at = waiting.pop()
            new = pen.cell(number, at, None, edits[at])
            if new:
                pieces.append(new)
                differs = True
        if waiting and waiting[-1] == column:
            new = pen.cell(number, waiting.pop(), cell, edits[column])
            differs = differs or new is not None
            pieces.append(cell.whole if new is None else new)
        else:
            pieces.append(cell.whole)
    rest = [pen.cell(number, column, None, edits[column]) for column in reversed(waiting)]
    pieces += [new for new in rest if new]
    if not differs and not any(rest):
        return None
    given, p = _fitting_spans(row.attributes, first, last), sheet.prefix
    return b"<%brow%b>%b</%brow>" % (p, given, b"".join(pieces), p)


def _numbers_row(row: RawRow, edits: Mapping[int, Edit], pen: Pen[Edit]) -> bytes | None:
    """A row that gets nothing but numbers into plain number cells; None for any other row.

    An empty answer means that nothing differs. The loop is the hottest of a write.
    """
    found = _CELL.findall(row.body)
    pieces = [*map(_WHOLE, found)]
    if sum(map(len, pieces)) != len(row.body):
        return None
    kept, columns = 0, []
    for at, (_, name, digits, style, kind, other, inner) in enumerate(found):
        column = _COLUMNS.get(name) or _column_of(name)
        if column not in edits:
            continue
        value = edits[column]
        # A difference with itself is 0 for every number but NaN and the infinities.
        if not isinstance(value, float) or value - value != 0 or kind or other:
            return None
        text = number_text(value)
        if inner:
            if inner[:3] != b"<v>":
                return None
            if inner[3:-4] == text or float(inner[3:-4]) == value:
                kept += 1
                continue
        pieces[at] = b'<c r="%b%b"%b><v>%b</v></c>' % (name, digits, style, text)
        columns.append(column)
    if kept + len(columns) != len(edits):
        return None
    pen.took(row.number, columns, kept)
    return b"<row%b>%b</row>" % (row.attributes, b"".join(pieces)) if columns else b""


def _column_of(text: bytes) -> int:
    return _COLUMNS.setdefault(text, column_number(text.decode()))


def _fitting_spans(given: bytes, first: int, last: int) -> bytes:
    found = re.search(rb"\sspans\s*=\s*[\"'](\d+):(\d+)[\"']", given)
    if found and not int(found[1]) <= first <= last <= int(found[2]):
        return given[: found.start()] + given[found.end() :]
    return given
