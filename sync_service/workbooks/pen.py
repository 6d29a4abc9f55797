"""Edits of one sheet, cell by cell: rendered, counted, and what they touched remembered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sync_service.workbooks.areas import Area, address
from sync_service.workbooks.book import Book, SheetPart
from sync_service.workbooks.sheetxml import RawCell, grid, patched
from sync_service.workbooks.values import (
    Blank,
    Cached,
    Edit,
    Formula,
    Restyled,
    Retold,
    Styled,
    Written,
    free_attributes,
    holds,
    new_formula,
    plain,
    recached,
    rendered,
    restyled_attributes,
    retold,
)

SheetEdits = dict[int, dict[int, Edit]]  # row -> column -> edit


@dataclass(slots=True)
class SheetPen:
    """Renders edits; `touched` are cells whose value may differ now, columns by row."""

    book: Book
    prefix: bytes
    written: int = 0
    kept: int = 0
    touched: dict[int, list[int]] = field(default_factory=dict)
    formulas_gone: set[tuple[int, int]] = field(default_factory=set)

    @property
    def used(self) -> Area | None:
        """The range of all cells that were written."""
        if not self.touched:
            return None
        left = min(map(min, self.touched.values()))
        right = max(map(max, self.touched.values()))
        return Area(min(self.touched), left, max(self.touched), right)

    def took(self, row: int, columns: list[int], kept: int) -> None:
        """Numbers that were rendered into their row already, and how many stay as they were."""
        self.kept += kept
        self.written += len(columns)
        if columns:
            self.touched.setdefault(row, []).extend(columns)

    def cell(self, row: int, column: int, cell: RawCell | None, edit: Edit) -> bytes | None:
        """The new `<c>`; None leaves what is there."""
        if cell is None:
            return self._fresh(row, column, edit)
        new: bytes | None
        if isinstance(edit, Retold):
            new = retold(cell, edit)
        else:
            new = self._changed(row, column, cell, edit)
        if new is None or new == cell.whole:
            self.kept += 1
            return None
        return self._done(row, column, new)

    def _done(self, row: int, column: int, new: bytes) -> bytes:
        self.written += 1
        self.touched.setdefault(row, []).append(column)
        return new

    def _fresh(self, row: int, column: int, edit: Edit) -> bytes | None:
        """A cell where there is none yet."""
        given = b' r="%b"' % address(row, column).encode()
        if isinstance(edit, (Blank, Styled, Restyled, Formula)) and edit.style:
            given += b' s="%d"' % edit.style
        if isinstance(edit, Blank):
            return b"<%bc%b/>" % (self.prefix, given) if edit.style else None
        if isinstance(edit, Formula):
            return self._done(row, column, new_formula(self.prefix, given, self._known(edit)))
        value = None if isinstance(edit, Cached) else plain(self.book, _value(edit))
        if value is None or value == "":
            return None
        return self._done(row, column, rendered(self.book, self.prefix, given, value))

    def _known(self, formula: Formula) -> Formula:
        """The formula with its value as a cell holds it."""
        value = plain(self.book, formula.value)
        return Formula(formula.text, value, formula.known, formula.style)

    def _changed(self, row: int, column: int, cell: RawCell, edit: Edit) -> bytes | None:
        """The new form of an existing cell; None where it already holds the value."""
        if isinstance(edit, Cached):
            known = Cached(plain(self.book, edit.value), edit.known)
            if edit.known and holds(self.book, cell, known.value):
                return None
            return recached(self.prefix, cell, known)
        if isinstance(edit, Blank):
            return None
        given = free_attributes(cell)
        if isinstance(edit, Formula):
            return new_formula(self.prefix, given, self._known(edit))
        value = plain(self.book, _value(edit))
        if isinstance(edit, Restyled):
            given = restyled_attributes(cell, edit.style)
        elif not cell.has_formula and holds(self.book, cell, value):
            return None
        if cell.has_formula:
            self.formulas_gone.add((row, column))
        return rendered(self.book, self.prefix, given, value)


def _value(edit: Edit) -> Written:
    if isinstance(edit, (Styled, Restyled)):
        return edit.value
    if isinstance(edit, (Cached, Formula, Retold, Blank)):
        return None
    return edit


def apply_edits(
    book: Book, sheet: SheetPart, edits: Mapping[int, Mapping[int, Edit]], reason: str
) -> SheetPen:
    """Patch one sheet of the book; the pen tells what happened."""
    found = grid(book.xml(sheet.part))
    pen = SheetPen(book, found.prefix)
    if edits:
        book.change(sheet.part, patched(found, edits, pen), reason)
    return pen
