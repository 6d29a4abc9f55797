"""Pivot tables over written tables: told to read their source again, never rewritten.

A pivot keeps a copy of its source. When the source has another size its cache gets the new range
and `refreshOnLoad`, nothing else of it changes; where only values changed it stays byte for byte,
and a note says which pivot still shows the old ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kpi.errors import Level, Place, Problem
from sync_service.workbooks.areas import Area, area
from sync_service.workbooks.book import Book, SheetPart
from sync_service.workbooks.dependents import Names, Touched, names_of
from sync_service.workbooks.formulas import Span, Word
from sync_service.workbooks.markup import Element, elements, spliced, tree, with_attributes
from sync_service.workbooks.resizing import Resize, changed_range

_CACHE = "spreadsheetml.pivotCacheDefinition+xml"
_ON = ("1", "true", "on")


def refresh_pivots(book: Book, resizes: Sequence[Resize]) -> None:
    """A pivot over a table that changes its size reads it again when it is opened."""
    names: Names | None = None
    for part in book.parts_of(_CACHE):
        source = _source(book.xml(part))
        if source is None:
            continue
        names = names or names_of(book)
        areas = _areas(book, names, source)
        if any(_over(sheet, found, r) for sheet, found in areas for r in resizes):
            _read_again(book, part, source, resizes)


def _over(sheet: SheetPart, found: Area, resize: Resize) -> bool:
    return sheet.part == resize.table.sheet.part and found.meets(resize.table.ref)


def _read_again(book: Book, part: str, source: Element, resizes: Sequence[Resize]) -> None:
    xml = book.xml(part)
    root = elements(xml, (b"pivotCacheDefinition",))[-1]
    splices = [with_attributes(xml, root, {"refreshOnLoad": "1"})]
    old, title = area(source.get("ref") or ""), source.get("sheet") or ""
    new = changed_range(resizes, Span(title, old, fixed=True)) if old else None
    if new is not None:
        splices.append(with_attributes(xml, source, {"ref": str(new)}))
    book.change(part, spliced(xml, splices), "pivot: refresh on load")


def stale_pivots(book: Book, touched: Touched) -> Iterator[Problem]:
    """A note for each pivot whose source was written and that is not read again when opened."""
    names: Names | None = None
    for part in book.parts_of(_CACHE):
        xml = book.xml(part)
        source, root = _source(xml), elements(xml, (b"pivotCacheDefinition",))[-1]
        if source is None or (root.get("refreshOnLoad") or "").casefold() in _ON:
            continue
        names = names or names_of(book)
        if any(touched.meets(s.title, a) for s, a in _areas(book, names, source)):
            yield from (_stale(sheet, pivot) for sheet, pivot in _pivots(book, part))


def _source(xml: bytes) -> Element | None:
    return next(iter(elements(xml, (b"worksheetSource",))), None)


def _areas(book: Book, names: Names, source: Element) -> list[tuple[SheetPart, Area]]:
    """What a cache was read from: a range of a tab, or a table or defined name."""
    found, sheet = area(source.get("ref") or ""), book.sheet(source.get("sheet") or "")
    if found is not None and sheet is not None:
        return [(sheet, found)]
    word = source.get("name")
    behind = names.areas(Word(word, ""), book.sheets[0], 0) if word else []
    return [(at, found) for title, found in behind if (at := book.sheet(title))]


def _pivots(book: Book, cache: str) -> Iterator[tuple[SheetPart, bytes]]:
    """The pivot tables of a cache with their tabs."""
    for sheet in book.sheets:
        for link in book.links(sheet.part).values():
            if link.kind == "pivotTable" and link.target in book.package.members:
                used = {one.target for one in book.links(link.target).values()}
                if cache in used:
                    yield sheet, book.xml(link.target)


def _stale(sheet: SheetPart, pivot: bytes) -> Problem:
    root = tree(pivot, "pivot table")
    place = next((n.get("ref", "") for n in root if str(n.tag).endswith("}location")), "")
    name = root.get("name", "")
    return Problem(
        "pivot_stale",
        Level.NOTE,
        Place(sheet=sheet.title, cell=place.partition(":")[0], text=name),
        {
            "en": f"Pivot table {name} still shows the values before this refresh.",
            "zh": f"数据透视表 {name} 仍显示本次刷新前的数值。",
        },
        {
            "en": 'Refresh it, or switch on "Refresh data when opening the file" in its options.',
            "zh": "请刷新该透视表，或在其选项中勾选“打开文件时刷新数据”。",
        },
    )
