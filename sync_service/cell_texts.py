"""Every filled cell of a workbook as text, by tab and address: what a person would compare."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from kpi.tables import ErrorValue
from sync_service.workbooks.areas import letters
from sync_service.workbooks.book import Book
from sync_service.workbooks.markup import unescape
from sync_service.workbooks.port import Written
from sync_service.workbooks.sheetxml import RawCell, cells, grid, rows
from sync_service.workbooks.values import typed

_FORMULA = re.compile(rb"<(?:[\w.-]+:)?f(?:\s[^<>]*)?(?:/>|>([^<]*)</)")
CellText = tuple[str, str | None]
"""Value and formula; no formula is None, one that another cell holds for it is empty."""
CellTexts = Mapping[str, Mapping[str, CellText]]
EMPTY: CellText = ("", None)


@dataclass(frozen=True, slots=True)
class CellChange:
    """The first cell that differs."""

    sheet: str
    cell: str
    was: str
    now: str

    @property
    def place(self) -> str:
        """`Items!I6`."""
        return f"{self.sheet}!{self.cell}"


def cell_texts(book: Book) -> dict[str, dict[str, CellText]]:
    """All tabs in order, their cells from the top left."""
    return {sheet.title: dict(_of_sheet(book, sheet.part)) for sheet in book.sheets if sheet.grid}


def _of_sheet(book: Book, part: str) -> Iterator[tuple[str, CellText]]:
    found = grid(book.xml(part))
    for row in rows(found):
        for cell in cells(found, row):
            text = (shown(typed(book, cell)), _formula(cell))
            if text != EMPTY:
                yield f"{letters(cell.column)}{row.number}", text


def _formula(cell: RawCell) -> str | None:
    if not cell.has_formula:
        return None
    found = _FORMULA.search(cell.inner)
    return unescape((found[1] or b"").decode()) if found else ""


def shown(value: Written) -> str:
    """A value with every digit that it has."""
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, ErrorValue):
        return value.text
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    return repr(float(value))


def first_change(was: CellTexts, now: CellTexts) -> CellChange | None:
    """The first cell that differs: what was typed or rewritten before what follows from it.

    One typed cell changes the values of many formulas, on earlier tabs too; they are not the cause.
    """
    found = list(_changes(was, now))
    return next((one for follows, one in found if not follows), found[0][1] if found else None)


def _changes(was: CellTexts, now: CellTexts) -> Iterator[tuple[bool, CellChange]]:
    """(whether it is only a formula's value, change) in the order of tabs and cells."""
    for sheet, before in was.items():
        after = now.get(sheet)
        if after is None:
            yield False, CellChange(sheet, "A1", f"{len(before)} cells", "")
            continue
        for cell in dict.fromkeys((*before, *after)):
            old, new = before.get(cell, EMPTY), after.get(cell, EMPTY)
            if not _same(old, new):
                follows = old[1] is not None and _same(("", old[1]), ("", new[1]))
                yield follows, CellChange(sheet, cell, *_apart(old, new, follows))
    for sheet in now:
        if sheet not in was:
            yield False, CellChange(sheet, "A1", "", f"{len(now[sheet])} cells")


def _same(old: CellText, new: CellText) -> bool:
    """Values equal; a formula that stands in another cell says nothing of its own."""
    formulas = (old[1], new[1])
    return old[0] == new[0] and (old[1] == new[1] or ("" in formulas and None not in formulas))


def _apart(old: CellText, new: CellText, follows: bool) -> tuple[str, str]:
    """What differs: the values, or the formulas where one was changed."""
    if follows or (old[1] is None and new[1] is None):
        return old[0], new[0]
    return _whole(old), _whole(new)


def _whole(text: CellText) -> str:
    return f"={text[1]}" if text[1] else text[0]
