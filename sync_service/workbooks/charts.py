"""Charts: ranges that follow a table, and the cached points that previewers draw."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from kpi.tables import ErrorValue
from sync_service.workbooks.areas import Area
from sync_service.workbooks.book import Book, SheetPart
from sync_service.workbooks.dependents import Touched
from sync_service.workbooks.formulas import Read, Span, reads, resized
from sync_service.workbooks.markup import (
    Element,
    Splice,
    elements,
    escape_attribute,
    escape_text,
    number_text,
    spliced,
    unescape,
)
from sync_service.workbooks.serials import to_serial
from sync_service.workbooks.sheetxml import grid, picked
from sync_service.workbooks.values import Written, typed

Change = Callable[[Span], Area | None]
_CHART = "drawingml.chart+xml"
_MOST_POINTS = 100_000
_FORMAT = re.compile(rb"<(?:[\w.-]+:)?formatCode(?:/>|>.*?</(?:[\w.-]+:)?formatCode>)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class _Cache:
    """A cache to renew, and the line of cells behind it."""

    part: str
    element: Element
    sheet: SheetPart
    area: Area


def refresh_charts(book: Book, touched: Touched, change: Change | None) -> None:
    """Move ranges by `change`, and renew the caches of ranges that moved or were touched."""
    splices: dict[str, list[Splice]] = {}
    caches: list[_Cache] = []
    for part in book.parts_of(_CHART):
        xml = book.xml(part)
        if not any(name in xml for name in _names(book, touched)):
            continue
        for reference in elements(xml, (b"numRef", b"strRef")):
            moved, cache = _looked_at(book, part, reference, touched, change)
            splices.setdefault(part, []).extend(moved)
            caches += cache
    values = _values(book, caches)
    for one in caches:
        points = [values.get((one.sheet.part, *place)) for place in _places(one.area)]
        splices[one.part].append(_cache(book.xml(one.part), one.element, points))
    for part, found in splices.items():
        if found:
            book.change(part, spliced(book.xml(part), found), "chart: cache of written ranges")


def _names(book: Book, touched: Touched) -> list[bytes]:
    """How the touched tabs are written in a chart's references."""
    titles = [s.title for s in book.sheets if s.title.casefold() in touched.columns]
    return [_formula_text(title.replace("'", "''")) for title in titles]


def _looked_at(
    book: Book, part: str, reference: Element, touched: Touched, change: Change | None
) -> tuple[list[Splice], list[_Cache]]:
    """One reference of a chart: the splice of its formula, and its cache if that is stale."""
    xml = book.xml(part)
    formula = next(iter(elements(xml, (b"f",), reference.inner, reference.inner_end)), None)
    if formula is None:
        return [], []
    text = unescape(xml[formula.inner : formula.inner_end].decode())
    new = resized(text, "", change) if change else text
    splices: list[Splice] = []
    if new != text:
        splices.append((formula.inner, formula.inner_end, _formula_text(new)))
    found = list(reads(new))
    if len(found) != 1 or not isinstance(found[0], Read) or found[0].sheet is None:
        return splices, []
    area, sheet = found[0].area, book.sheet(found[0].sheet)
    if sheet is None or not sheet.grid or not _is_line(area):
        return splices, []
    cache = elements(xml, (b"numCache", b"strCache"), reference.inner, reference.inner_end)
    if cache and not cache[0].closed and (new != text or touched.meets(sheet.title, area)):
        return splices, [_Cache(part, cache[0], sheet, area)]
    return splices, []


def _is_line(area: Area) -> bool:
    lines = area.top == area.bottom or area.left == area.right
    return lines and len(range(area.top, area.bottom)) + area.right - area.left < _MOST_POINTS


def _places(area: Area) -> list[tuple[int, int]]:
    return [
        (row, column)
        for row in range(area.top, area.bottom + 1)
        for column in range(area.left, area.right + 1)
    ]


def _values(book: Book, caches: list[_Cache]) -> dict[tuple[str, int, int], Written]:
    """The values behind all caches, each sheet read once."""
    found: dict[tuple[str, int, int], Written] = {}
    for part in {one.sheet.part for one in caches}:
        wanted = [one.area for one in caches if one.sheet.part == part]
        for place, cell in picked(grid(book.xml(part)), wanted).items():
            found[part, *place] = typed(book, cell)
    return found


def _formula_text(text: str) -> bytes:
    return escape_attribute(text).replace(b"&quot;", b'"')


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
