"""What tells a spreadsheet program to calculate: calcPr of the workbook, and calcChain."""

from __future__ import annotations

import re
from collections.abc import Mapping

from sync_service.workbooks.areas import position
from sync_service.workbooks.book import Book
from sync_service.workbooks.markup import (
    TAG,
    Splice,
    attributes,
    elements,
    spliced,
    with_attributes,
)

_BEFORE_CALC = (b"definedNames", b"externalReferences", b"functionGroups", b"sheets")


def calculate_on_load(book: Book) -> None:
    """Set fullCalcOnLoad, because cached values were dropped."""
    xml = book.xml(book.workbook)
    found = elements(xml, (b"calcPr",))
    if found:
        splice = with_attributes(xml, found[0], {"fullCalcOnLoad": "1"})
    else:
        last = next(e for name in _BEFORE_CALC for e in elements(xml, (name,)))
        prefix = last.name.rpartition(b":")[0]
        colon = prefix + b":" if prefix else b""
        splice = (last.end, last.end, b'<%bcalcPr fullCalcOnLoad="1"/>' % colon)
    book.change(book.workbook, spliced(xml, [splice]), "calcPr: full calculation on load")


def leave_chain(book: Book, gone: Mapping[str, set[tuple[int, int]]]) -> None:
    """Take cells that are no formulas any more out of calcChain; sheets by their `sheetId`."""
    part = book.linked("calcChain")
    if part is None or not any(gone.values()):
        return
    xml = book.xml(part)
    kept, dropped = _chain_without(xml, gone)
    if not dropped:
        return
    if kept:
        book.change(part, spliced(xml, dropped), "calcChain: cells that are no formulas any more")
    else:
        _remove_part(book, part)


def _chain_without(
    xml: bytes, gone: Mapping[str, set[tuple[int, int]]]
) -> tuple[int, list[Splice]]:
    """Number of entries that stay, and the splices that drop the others.

    An entry without `i` is of the sheet of the entry before, dropped or not.
    """
    kept, index, said = 0, "", ""
    splices: list[Splice] = []
    for tag in TAG.finditer(xml):
        if tag[2] is None or tag[1] or tag[2].rpartition(b":")[2] != b"c":
            continue
        given = attributes(tag[3])
        index = given.get("i", index)
        if position(given.get("r", "")) in gone.get(index, ()):
            splices.append((tag.start(), tag.end(), b""))
            continue
        kept += 1
        if "i" not in given and said != index:
            new = re.sub(rb"\s*/?>$", b' i="%b"/>' % index.encode(), tag[0])
            splices.append((tag.start(), tag.end(), new))
        said = index
    dropped = any(not new for _, _, new in splices)
    return kept, splices if dropped else []


def _remove_part(book: Book, part: str) -> None:
    """Take a part out: itself, its content type and its relationship."""
    book.change(part, None, "calcChain: its last formula is gone")
    types = book.package.find("[Content_Types].xml")
    if types:
        _without(book, types, b"Override", "PartName", part)
    folder, _, base = book.workbook.rpartition("/")
    relations = book.package.find(f"{folder}/_rels/{base}.rels".lstrip("/"))
    if relations:
        _without(book, relations, b"Relationship", "Target", part)


def _without(book: Book, holder: str, name: bytes, key: str, part: str) -> None:
    xml = book.xml(holder)
    base = part.rpartition("/")[2].casefold()
    splices: list[Splice] = [
        (e.start, e.end, b"")
        for e in elements(xml, (name,))
        if (e.get(key) or "").rpartition("/")[2].casefold() == base
    ]
    book.change(holder, spliced(xml, splices), "calcChain: taken out")
