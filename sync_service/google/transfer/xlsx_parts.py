"""What a workbook's package holds that is no cell, format or chart: counted, never guessed."""

from __future__ import annotations

from collections.abc import Iterator

from sync_service.google.transfer.model import Loss
from sync_service.workbooks.book import Book, SheetPart

_OF_TABS = {  # kind of a relationship -> row of the table of texts
    "pivotTable": "pivot",
    "slicer": "slicer",
    "timeline": "timeline",
    "threadedComment": "threaded",
    "ctrlProp": "control",
    "control": "control",
    "oleObject": "embedded",
    "package": "embedded",
    "queryTable": "query",
    "image": "image",
    "vmlDrawingHF": "image",
}
_OF_BOOKS = {
    "vbaProject": "macro",
    "connections": "query",
    "externalLink": "external",
    "xlMacrosheet": "macro",
    "xlIntlMacrosheet": "macro",
    "chartsheet": "chart_tab",
    "dialogsheet": "macro",
    "customXml": "custom",
}
_ELEMENTS = {  # elements of a tab that only Excel has
    "customSheetViews": "views",
    "scenarios": "scenario",
    "slicerList": "slicer",
    "timelineRefs": "timeline",
    "picture": "image",
    "oleObjects": "embedded",
}
_PRINTED = frozenset({"headerFooter", "printOptions", "rowBreaks", "colBreaks", "pageSetup"})


def losses_of_book(book: Book) -> Iterator[Loss]:
    """Of the whole workbook."""
    for link in book.links(book.workbook).values():
        if link.kind in _OF_BOOKS:
            yield Loss(_OF_BOOKS[link.kind], where=link.target.rpartition("/")[2])
    texts = book.linked("sharedStrings")
    if texts and b"rPh" in book.xml(texts):
        yield Loss("phonetic")
    if any(name.startswith("_xmlsignatures") for name in book.package.members):
        yield Loss("signature")
    for kind, row in (("chartex+xml", "chart"), ("model+xml", "query")):
        yield from (Loss(row, where=part) for part in book.parts_of(kind))


def losses_of_tab(book: Book, sheet: SheetPart, kept: set[str]) -> Iterator[Loss]:
    """Of one tab, by its relationships and elements."""
    for link in book.links(sheet.part).values():
        if link.kind in _OF_TABS:
            yield Loss(_OF_TABS[link.kind], sheet.title, link.target.rpartition("/")[2])
    for name, row in _ELEMENTS.items():
        if name in kept:
            yield Loss(row, sheet.title)
    if kept & _PRINTED:
        yield Loss("print", sheet.title)
