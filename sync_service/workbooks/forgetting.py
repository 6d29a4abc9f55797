"""Texts that no cell shows any more leave a workbook that is handed on.

A patch leaves the shared strings as they are, so a text that was overwritten would still stand in
the file. For a partner's file each such string is emptied; its number stays, because cells count.
"""

from __future__ import annotations

import re

from sync_service.workbooks.book import Book
from sync_service.workbooks.markup import Splice, elements, spliced
from sync_service.workbooks.sheetxml import cells, grid, rows

_INDEX = re.compile(rb"<(?:[\w.-]+:)?v(?:\s[^<>]*)?>\s*(\d+)\s*</")


def forget_texts(book: Book) -> None:
    """Empty every shared string that no cell uses."""
    part = book.linked("sharedStrings")
    if part is None:
        return
    xml, used = book.xml(part), _used(book)
    splices: list[Splice] = []
    for number, item in enumerate(elements(xml, (b"si",))):
        prefix = item.name[: -len(item.local)]
        empty = b"<%bt/>" % prefix
        if number not in used and not item.closed and xml[item.inner : item.inner_end] != empty:
            splices.append((item.inner, item.inner_end, empty))
    if splices:
        book.change(part, spliced(xml, splices), "texts that no cell shows any more")


def _used(book: Book) -> set[int]:
    """The numbers of all shared strings that some cell shows."""
    found = set[int]()
    for sheet in book.sheets:
        if sheet.grid:
            own = grid(book.xml(sheet.part))
            for row in rows(own):
                for cell in cells(own, row):
                    index = _INDEX.search(cell.inner) if cell.kind == b"s" else None
                    if index:
                        found.add(int(index[1]))
    return found
