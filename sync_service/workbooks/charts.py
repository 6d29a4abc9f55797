"""Charts: ranges that follow a table, and the cached points that previewers draw."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

from kpi.tables import ErrorValue
from sync_service.workbooks.areas import Area
from sync_service.workbooks.book import Book, SheetPart
from sync_service.workbooks.dependents import Touched
from sync_service.workbooks.formulas import Read, reads, resized
from sync_service.workbooks.markup import (
    Element,
    Splice,
    elements,
    escape_attribute,
    escape_text,
    spliced,
    unescape,
)
from sync_service.workbooks.serials import to_serial
from sync_service.workbooks.sheetxml import cells, grid, rows
from sync_service.workbooks.values import Written, number_text, typed

Change = Callable[[str, Area], Area | None]
_CHART = "drawingml.chart+xml"
_MOST_POINTS = 100_000
_FORMAT = re.compile(rb"<(?:[\w.-]+:)?formatCode(?:/>|>.*?</(?:[\w.-]+:)?formatCode>)", re.DOTALL)


def refresh_charts(book: Book, touched: Touched, change: Change | None) -> None:
    """Move ranges by `change`, and renew the caches of ranges that moved or were touched."""
    for part in book.parts_of(_CHART):
        xml = book.xml(part)
        splices: list[Splice] = []
        for reference in elements(xml, (b"numRef", b"strRef")):
            splices += _renewed(book, xml, reference, touched, change)
        if splices:
            book.change(part, spliced(xml, splices), "chart: cache of written ranges")


def _renewed(
    book: Book, xml: bytes, reference: Element, touched: Touched, change: Change | None
) -> list[Splice]:
    """The splices for one reference of a chart: its formula and its cache."""
    formula = next(iter(elements(xml, (b"f",), reference.inner, reference.inner_end)), None)
    if formula is None:
        return []
    text = unescape(xml[formula.inner : formula.inner_end].decode())
    new = resized(text, "", change) if change else text
    splices: list[Splice] = []
    if new != text:
        splices.append((formula.inner, formula.inner_end, _formula_text(new)))
    found = list(reads(new))
    if len(found) != 1 or not isinstance(found[0], Read) or found[0].sheet is None:
        return splices
    area, sheet = found[0].area, book.sheet(found[0].sheet)
    if sheet is None or not (new != text or touched.meets(sheet.title, area)):
        return splices
    cache = elements(xml, (b"numCache", b"strCache"), reference.inner, reference.inner_end)
    if cache and not cache[0].closed:
        points = _points(book, sheet, area)
        if points is not None:
            splices.append(_cache(xml, cache[0], points))
    return splices


def _formula_text(text: str) -> bytes:
    return escape_attribute(text).replace(b"&quot;", b'"')


def _points(book: Book, sheet: SheetPart, area: Area) -> list[Written] | None:
    """The values of a line of cells, as they are now; None where the area is no line."""
    count = (area.bottom - area.top + 1) * (area.right - area.left + 1)
    if count > _MOST_POINTS or (area.top != area.bottom and area.left != area.right):
        return None
    found: list[Written] = [None] * count
    sheet_grid = grid(book.xml(sheet.part))
    for row in rows(sheet_grid):
        if not area.top <= row.number <= area.bottom:
            continue
        for cell in cells(sheet_grid, row):
            if area.left <= cell.column <= area.right:
                at = (row.number - area.top) + (cell.column - area.left)
                found[at] = typed(book, cell)
    return found


def _cache(xml: bytes, cache: Element, points: list[Written]) -> Splice:
    """The cache with these points; its number format stays."""
    p = cache.name[: -len(cache.local)]
    numbers = cache.local == b"numCache"
    kept = _FORMAT.search(xml, cache.inner, cache.inner_end) if numbers else None
    pieces = [kept[0] if kept else b"", b'<%bptCount val="%d"/>' % (p, len(points))]
    for index, value in enumerate(points):
        text = _number(value) if numbers else _label(value)
        if text is not None:
            pieces.append(b'<%bpt idx="%d"><%bv>%b</%bv></%bpt>' % (p, index, p, text, p, p))
    return cache.inner, cache.inner_end, b"".join(pieces)


def _number(value: Written) -> bytes | None:
    if isinstance(value, bool):
        return b"1" if value else b"0"
    if isinstance(value, date):
        return number_text(to_serial(value, date1904=False))
    if isinstance(value, ErrorValue):
        return value.text.encode()
    return number_text(value) if isinstance(value, float) else None


def _label(value: Written) -> bytes | None:
    if value is None or value == "":
        return None
    if isinstance(value, float):
        return number_text(value)
    return escape_text(value.text if isinstance(value, ErrorValue) else str(value))
