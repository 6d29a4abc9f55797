"""An open workbook as Excel has it now: its tables, the cells of its names, what stands in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sheet_templates.layout import NAMES, TABLES, Owner
from sync_service.workbooks.grids import Grid
from sync_service.workbooks.live_cells import At, is_formula, read_cell, rows_of, values_of
from sync_service.workbooks.reading import language_of_headers
from sync_service.workbooks.sent import DATED, SentBook

if TYPE_CHECKING:
    from xlwings import Book, Range, Sheet
    from xlwings.main import Table as XlTable

KNOWN_NAMES = frozenset(one.code for one in NAMES)


@dataclass(frozen=True, slots=True)
class LiveTable:
    """A table where Excel has it now, and what stands in it."""

    table: XlTable
    sheet: Sheet
    grid: Grid
    texts: tuple[tuple[object, ...], ...]  # formulas of the data cells, or their constants
    totals: bool  # a totals row stands below

    def area(self, first: int, left: int, last: int, right: int) -> Range:
        """A rectangle of the data; places count from 0."""
        top, at = self.grid.top + 1, self.grid.left
        return self.sheet.range((top + first, at + left), (top + last, at + right))

    @property
    def fixed(self) -> frozenset[At]:
        """Cells that are never written: formulas, and what is not the service's."""
        codes = self.grid.codes
        theirs = {
            at
            for at, code in enumerate(codes)
            if code is None or self.grid.layout.column(code).owner is not Owner.SERVICE
        }
        cells = ((row, at) for row in range(len(self.grid.rows)) for at in theirs)
        return self.grid.formulas | frozenset(cells)


@dataclass(frozen=True, slots=True)
class LiveBook:
    """The tables and names of an open workbook as they are now."""

    tables: Mapping[str, LiveTable]
    names: Mapping[str, Range]  # name -> its cell
    sent: SentBook


def open_now(book: Book, *, mac: bool) -> LiveBook:
    """Everything of the layout that an open workbook holds."""
    tables = {
        table.name: _table(sheet, table, mac=mac)
        for sheet in book.sheets
        for table in sheet.tables
        if table.name in TABLES
    }
    cells = dict(_name_cells(book))
    names = {
        name: read_cell(values_of(cell, mac=mac)[0][0], dated=False) for name, cell in cells.items()
    }
    grids = {name: one.grid for name, one in tables.items()}
    language = language_of_headers(
        (header, grid.layout.column(code))
        for grid in grids.values()
        for header, code in zip(grid.headers, grid.codes, strict=True)
        if code is not None
    )
    return LiveBook(tables, cells, SentBook(grids, names, language))


def _table(sheet: Sheet, table: XlTable, *, mac: bool) -> LiveTable:
    """A table with its cells; one that is empty has one empty row, which Excel calls no data."""
    area, totals = table.range, bool(table.show_totals)
    top, left = area.row, area.column
    height, width = area.shape
    count = max(1, height - 1 - totals)
    header = sheet.range((top, left), (top, left + width - 1))
    headers = tuple(str(cell or "") for cell in values_of(header, mac=mac)[0])
    grid = Grid(TABLES[table.name], sheet.name, top, left, headers, ())
    body = sheet.range((top + 1, left), (top + count, left + width - 1))
    texts = rows_of(body.formula)
    dated = [code is not None and grid.layout.column(code).kind in DATED for code in grid.codes]
    rows = tuple(
        tuple(read_cell(value, dated=d) for value, d in zip(row, dated, strict=True))
        for row in values_of(body, mac=mac)
    )
    formulas = frozenset(
        (n, at)
        for n, row in enumerate(texts)
        for at, text in enumerate(row)
        if is_formula(text, rows[n][at]) and not _is_formula_column(grid, at)
    )
    noted = frozenset(_noted(sheet, top + 1, left, count, width))
    made = replace(grid, rows=rows, formulas=formulas, noted=noted)
    return LiveTable(table, sheet, made, tuple(map(tuple, texts)), totals)


def _is_formula_column(grid: Grid, at: int) -> bool:
    code = grid.codes[at]
    return code is not None and grid.layout.column(code).owner is Owner.FORMULA


def _noted(sheet: Sheet, top: int, left: int, count: int, width: int) -> Iterator[int]:
    """Rows of the data that carry a note."""
    for note in sheet.notes:
        at = note.location
        if top <= at.row < top + count and left <= at.column < left + width:
            yield at.row - top


def _name_cells(book: Book) -> Iterator[tuple[str, Range]]:
    """The single cells that names of the layout stand for."""
    for one in book.names:
        if one.name in KNOWN_NAMES and "#REF!" not in (one.refers_to or ""):
            cell = one.refers_to_range
            if tuple(cell.shape) == (1, 1):
                yield one.name, cell
