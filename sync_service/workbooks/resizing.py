"""A table that grew or shrank: everything that points at exactly its old rows follows it.

Followed: conditional formats and validations with their x14 twins, sparklines, defined names,
filter ranges; charts, pivots and formulas of cells have their own files. A range that a person
made larger or smaller than the table's column stays as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sync_service.workbooks.areas import Area, area
from sync_service.workbooks.book import Book, SheetPart
from sync_service.workbooks.formulas import Span, resized, shifted
from sync_service.workbooks.markup import (
    Element,
    Splice,
    elements,
    escape_attribute,
    spliced,
    unescape,
    with_attributes,
)
from sync_service.workbooks.tableparts import FoundTable, part_with_bottom

_SQREF_HOLDERS = (b"conditionalFormatting", b"dataValidation", b"autoFilter", b"sortState")
_TEXTS = (b"formula", b"formula1", b"formula2", b"f", b"sqref")


@dataclass(frozen=True, slots=True)
class Resize:
    """A table's last data row moves to `bottom`."""

    table: FoundTable
    bottom: int


def changed_area(resizes: Sequence[Resize], title: str, old: Area) -> Area | None:
    """The new rectangle of one that covers exactly a table's old rows; None for any other."""
    for resize in resizes:
        table = resize.table
        if (
            table.sheet.title.casefold() == title.casefold()
            and table.ref.left <= old.left <= old.right <= table.ref.right
            and old.bottom == table.last
            and old.top in (table.first, table.first - table.header_rows)
        ):
            return Area(old.top, old.left, resize.bottom, old.right)
    return None


def changed_range(resizes: Sequence[Resize], span: Span) -> Area | None:
    """The same for a range of a formula, where a table of one row leaves a doubt.

    E5:G5 over its only row is read as that row, not as three columns that happen to be short; one
    column and the whole width of the table can only mean its rows.
    """
    old, new = span.area, changed_area(resizes, span.title, span.area)
    if new is None or old.top < old.bottom or old.left == old.right:
        return new
    widths = {(r.table.ref.left, r.table.ref.right) for r in resizes}
    return new if (old.left, old.right) in widths else None


def follow(book: Book, resizes: Sequence[Resize]) -> None:
    """Change the table parts and all that points at them, charts aside."""
    for resize in resizes:
        part, table = resize.table.part, resize.table
        new = part_with_bottom(book.xml(part), table, resize.bottom)
        book.change(part, new, f"table {table.name}: {table.first}-{resize.bottom}")
    for sheet in book.sheets:
        if sheet.grid:
            _follow_sheet(book, sheet, resizes)
    _follow_names(book, resizes)


def _follow_sheet(book: Book, sheet: SheetPart, resizes: Sequence[Resize]) -> None:
    """What stands after the cells of one sheet."""
    xml = book.xml(sheet.part)
    tail = max(xml.rfind(b"sheetData>"), xml.rfind(b"sheetData/>"), 0)
    own = [r for r in resizes if r.table.sheet.part == sheet.part]
    sparklines = elements(xml, (b"sparkline",), tail)
    splices: list[Splice] = []
    if own:
        for element in elements(xml, _SQREF_HOLDERS, tail):
            splices += _with_areas(xml, element, own)
    for element in elements(xml, _TEXTS, tail):
        line = next((s for s in sparklines if s.start < element.start < s.end), None)
        splices += _text_splice(xml, element, sheet, resizes, placed=line is not None)
    for resize in own:
        splices += _new_sparklines(xml, sparklines, resize)
    if splices:
        book.change(sheet.part, spliced(xml, splices), "ranges that follow a table")


def _with_areas(xml: bytes, element: Element, own: Sequence[Resize]) -> list[Splice]:
    """The `sqref` or `ref` of a format, a validation or a filter."""
    for name in ("sqref", "ref"):
        old = element.get(name)
        new = _areas_text(old, own) if old else old
        if new is not None and new != old:
            return [with_attributes(xml, element, {name: new})]
    return []


def _areas_text(text: str, own: Sequence[Resize]) -> str:
    title = own[0].table.sheet.title
    parts = []
    for part in text.split():
        old = area(part)
        new = changed_area(own, title, old) if old else None
        parts.append(part if new is None else str(new))
    return " ".join(parts)


def _text_splice(
    xml: bytes, element: Element, sheet: SheetPart, resizes: Sequence[Resize], *, placed: bool
) -> list[Splice]:
    """A formula or an `xm:sqref`; the place of a sparkline is a cell and stays."""
    text = unescape(xml[element.inner : element.inner_end].decode())
    own = [r for r in resizes if r.table.sheet.part == sheet.part]
    if element.local == b"sqref":
        new = text if placed or not own else _areas_text(text, own)
    else:
        new = resized(text, sheet.title, lambda span: changed_range(resizes, span))
    if new == text:
        return []
    return [(element.inner, element.inner_end, _text(new))]


def _text(text: str) -> bytes:
    return escape_attribute(text).replace(b"&quot;", b'"')


def _new_sparklines(xml: bytes, sparklines: list[Element], resize: Resize) -> list[Splice]:
    """The last row's sparklines once more for each new row."""
    table, splices = resize.table, list[Splice]()
    places = {_place(xml, line) for line in sparklines}
    for line in sparklines:
        at = area(_place(xml, line))
        if at is None or at.top != table.last or not table.ref.left <= at.left <= table.ref.right:
            continue
        copies = [
            _sparkline_below(xml, line, down)
            for down in range(1, resize.bottom - table.last + 1)
            if str(Area(at.top + down, at.left, at.bottom + down, at.right)) not in places
        ]
        splices.append((line.end, line.end, b"".join(copies)))
    return splices


def _place(xml: bytes, line: Element) -> str:
    found = elements(xml, (b"sqref",), line.inner, line.inner_end)
    return xml[found[0].inner : found[0].inner_end].decode().strip() if found else ""


def _sparkline_below(xml: bytes, line: Element, down: int) -> bytes:
    splices = [
        (
            e.inner - line.start,
            e.inner_end - line.start,
            _text(shifted(unescape(xml[e.inner : e.inner_end].decode()), down)),
        )
        for e in elements(xml, (b"f", b"sqref"), line.inner, line.inner_end)
    ]
    return spliced(xml[line.start : line.end], splices)


def _follow_names(book: Book, resizes: Sequence[Resize]) -> None:
    """Defined names over exactly the old rows."""
    xml = book.xml(book.workbook)
    splices: list[Splice] = []
    for element in elements(xml, (b"definedName",)):
        text = unescape(xml[element.inner : element.inner_end].decode())
        new = resized(text, "", lambda span: changed_range(resizes, span))
        if new != text:
            splices.append((element.inner, element.inner_end, _text(new)))
    if splices:
        book.change(book.workbook, spliced(xml, splices), "names that follow a table")
