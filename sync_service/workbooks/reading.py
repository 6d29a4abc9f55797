"""The tables of the layout as a workbook holds them: by name, columns by header, rows by key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial

from kpi.errors import Level, Place, Problem
from kpi.tables import Cell, Row, Table
from sheet_templates.layout import TABLES, Column, Language, Owner, TableLayout
from sync_service.workbooks.areas import letters
from sync_service.workbooks.book import Book, SheetPart
from sync_service.workbooks.formulas import Read, reads
from sync_service.workbooks.sheetxml import RawCell, RawRow, cells, grid, rows
from sync_service.workbooks.tableparts import FoundTable, tables
from sync_service.workbooks.values import Written, computes, typed

_ENOUGH = 0.8  # of a layout's columns must be there to know a renamed table by its headers


@dataclass(frozen=True, slots=True)
class Placed:
    """A table of the layout found in a workbook; `codes` by column, None for a person's own."""

    layout: TableLayout
    found: FoundTable
    codes: tuple[str | None, ...]

    def column(self, code: str) -> int | None:
        """The sheet column of a code; None where the workbook lacks it."""
        return self.found.ref.left + self.codes.index(code) if code in self.codes else None


@dataclass(slots=True)
class SheetRows:
    """Rows of sheets, scanned once for all tables of a tab."""

    book: Book
    _rows: dict[str, list[RawRow]]

    def of(self, sheet: SheetPart) -> list[RawRow]:
        """All rows of a sheet."""
        if sheet.part not in self._rows:
            self._rows[sheet.part] = rows(grid(self.book.xml(sheet.part)))
        return self._rows[sheet.part]


def codes_of(layout: TableLayout, headers: tuple[str, ...]) -> tuple[str | None, ...]:
    """The layout's code of each header; the first of two equal ones counts."""
    found: list[str | None] = []
    for header in headers:
        column = layout.by_header("".join(header.split("\n"))) or layout.by_header(
            " ".join(header.split())
        )
        code = column.code if column and column.code not in found else None
        found.append(code)
    return tuple(found)


def place_tables(book: Book) -> tuple[dict[str, Placed], list[Problem]]:
    """Every table of the layout that the workbook has, by its layout name."""
    placed: dict[str, Placed] = {}
    strangers: list[FoundTable] = []
    by_name = {name.casefold(): layout for name, layout in TABLES.items()}
    for table in tables(book):
        layout = by_name.get(table.name.casefold())
        if layout is None or layout.name in placed:
            strangers.append(table)
        else:
            placed[layout.name] = _placed(layout, table)
    problems = _adopt_renamed(placed, strangers)
    for one in placed.values():
        problems += _missing_columns(one)
    return placed, problems


def _placed(layout: TableLayout, table: FoundTable) -> Placed:
    return Placed(layout, table, codes_of(layout, tuple(c.header for c in table.columns)))


def _adopt_renamed(placed: dict[str, Placed], strangers: list[FoundTable]) -> list[Problem]:
    """A table whose name was changed is known by its headers, when only one fits."""
    problems = []
    for layout in TABLES.values():
        if layout.name in placed:
            continue
        fitting = [p for p in (_placed(layout, t) for t in strangers) if _fits(p)]
        if len(fitting) == 1:
            placed[layout.name] = fitting[0]
            strangers.remove(fitting[0].found)
            problems.append(_renamed(fitting[0]))
    return problems


def _fits(one: Placed) -> bool:
    known = {code for code in one.codes if code}
    return set(one.layout.key) <= known and len(known) >= _ENOUGH * len(one.layout.expected)


def _place(one: Placed, row: int | None = None, column: int | None = None) -> Place:
    ref = one.found.ref
    at = f"{letters(column or ref.left)}{row or ref.top}"
    return Place(sheet=one.found.sheet.title, cell=at, table=one.layout.name)


def _renamed(one: Placed) -> Problem:
    name, wanted = one.found.name, one.layout.name
    return Problem(
        "table_renamed",
        Level.NOTE,
        _place(one),
        {
            "en": f"Table {name} has the headers of {wanted} and is read as it.",
            "zh": f"表 {name} 的表头与 {wanted} 相同，按 {wanted} 读取。",
        },
        {"en": f"Rename it to {wanted}.", "zh": f"请将表名改回 {wanted}。"},
    )


def _missing_columns(one: Placed) -> list[Problem]:
    lacking = (column for column in one.layout.expected if column.code not in one.codes)
    return [column_missing(one.layout, column, _place(one)) for column in lacking]


def column_missing(layout: TableLayout, column: Column, place: Place) -> Problem:
    """The finding for a column that a table lacks; without a key column nothing is written."""
    return Problem(
        "column_missing",
        Level.ERROR if column.code in layout.key else Level.WARNING,
        place,
        {
            "en": f"Column {column.en} is missing.",
            "zh": f"缺少列 {column.zh}。",
        },
        {
            "en": f"Add a column with the header {column.en} or {column.zh}.",
            "zh": f"请添加表头为 {column.zh} 或 {column.en} 的列。",
        },
    )


def read_table(book: Book, one: Placed, scanned: SheetRows) -> Table:
    """The rows of one table; a row without a key is there only when a person typed in it."""
    table = one.found
    headers = tuple(c.header for c in table.columns)
    names = tuple(code or header for code, header in zip(one.codes, headers, strict=True))
    found = grid(book.xml(table.sheet.part))
    typed_in = partial(_typed_in, one.layout)
    read = []
    for raw in scanned.of(table.sheet):
        if table.first <= raw.number <= table.last:
            row = _row(book, one, names, raw.number, cells(found, raw))
            if any(row.value(code) not in (None, "") for code in one.layout.key) or typed_in(row):
                read.append(row)
    return Table(one.layout.name, table.sheet.title, names, tuple(read))


def _typed_in(layout: TableLayout, row: Row) -> bool:
    """Whether somebody typed in a row of a table whose rows are the manager's or the reader's."""
    theirs = layout.column(layout.key[0]).owner is Owner.PARTNER
    typed_columns = layout.owned_by(Owner.PARTNER if theirs else Owner.MANAGER)
    if not set(layout.key) <= set(typed_columns):
        return False
    cells = (row.cells[code] for code in typed_columns if code in row.cells)
    return any(cell.value not in (None, "") and not cell.formula for cell in cells)


def _row(
    book: Book,
    one: Placed,
    names: tuple[str, ...],
    number: int,
    raw_cells: list[RawCell],
) -> Row:
    known: dict[str, Cell] = {}
    own: dict[str, Cell] = {}
    digits, codes, width, left = str(number), one.codes, len(names), one.found.ref.left
    for raw in raw_cells:
        at = raw.column - left
        if 0 <= at < width:
            cell = Cell(typed(book, raw), letters(raw.column) + digits, computes(raw))
            (own if codes[at] is None else known)[names[at]] = cell
    for at, code in enumerate(codes):
        if code is not None and code not in known:
            known[code] = Cell(None, letters(left + at) + digits)
    return Row(number, known, own)


def language_of(placed: Mapping[str, Placed]) -> Language:
    """The language of the headers, by majority; zh where they say nothing."""
    return language_of_headers(
        (column.header, one.layout.column(code))
        for one in placed.values()
        for column, code in zip(one.found.columns, one.codes, strict=True)
        if code is not None
    )


def language_of_headers(headers: Iterable[tuple[str, Column]]) -> Language:
    """The language that most headers with a word of their own are in."""
    chinese = english = 0
    for header, known in headers:
        if known.zh.casefold() != known.en.casefold():
            is_english = _squeezed(header) == _squeezed(known.en)
            english += is_english
            chinese += not is_english
    return "en" if english > chinese else "zh"


def _squeezed(header: str) -> str:
    return "".join(header.split()).casefold()


def name_places(book: Book) -> dict[str, tuple[SheetPart, int, int]]:
    """Workbook-wide names that stand for a single cell."""
    found = {}
    for name in book.names:
        if name.scope is not None or name.name.startswith("_xlnm."):
            continue
        read = list(reads(name.text))
        if len(read) != 1 or not isinstance(read[0], Read) or read[0].sheet is None:
            continue
        area, sheet = read[0].area, book.sheet(read[0].sheet)
        if sheet is not None and (area.top, area.left) == (area.bottom, area.right):
            found[name.name] = (sheet, area.top, area.left)
    return found


def read_names(book: Book, scanned: SheetRows) -> dict[str, Written]:
    """The values of all single-cell names."""
    places = name_places(book)
    values: dict[str, Written] = dict.fromkeys(places)
    by_sheet: dict[str, list[str]] = {}
    for name, (sheet, _, _) in places.items():
        by_sheet.setdefault(sheet.part, []).append(name)
    for names in by_sheet.values():
        sheet = places[names[0]][0]
        wanted = {places[n][1:]: n for n in names}
        lines = {row for row, _ in wanted}
        found = grid(book.xml(sheet.part))
        for raw in scanned.of(sheet):
            if raw.number in lines:
                for cell in cells(found, raw):
                    name_here = [n for n in names if places[n][1:] == (raw.number, cell.column)]
                    values.update(dict.fromkeys(name_here, typed(book, cell)))
    return values
