"""Which formulas may give another value after some cells changed, through names and tables too."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sync_service.workbooks.areas import Area, area
from sync_service.workbooks.book import Book, SheetPart
from sync_service.workbooks.formulas import (
    Word,
    distinct_reads,
    reads_anywhere,
    shifted,
    structure_columns,
)
from sync_service.workbooks.sheetxml import cells, grid, has_formulas, rows
from sync_service.workbooks.tableparts import FoundTable, tables
from sync_service.workbooks.values import formula_of

_MOST_ROUNDS = 60  # a chain of dependents longer than this is taken as "all of them"
_DEEPEST_NAME = 8  # a name that stands for names
NONE: Mapping[str, set[tuple[int, int]]] = {}


@dataclass(frozen=True, slots=True)
class FormulaCell:
    """One formula; `covers` is the range it fills (more than a cell for arrays)."""

    sheet: SheetPart
    row: int
    column: int
    text: str
    kind: str  # normal, shared, array, dataTable
    covers: Area
    group: str = ""  # of a shared formula


@dataclass(slots=True)
class Touched:
    """Cells that changed, by title and column, quick to ask."""

    columns: dict[str, dict[int, list[int]]] = field(default_factory=dict)

    def add(self, title: str, places: Mapping[int, Iterable[int]]) -> None:
        """More changed cells of a sheet, columns by row."""
        found = self.columns.get(title.casefold())
        if not found:
            self.columns[title.casefold()] = _by_column(places)
            return
        for row in sorted(places):
            for column in places[row]:
                numbers = found.setdefault(column, [])
                if not numbers or numbers[-1] < row:
                    numbers.append(row)
                elif numbers[at := bisect_left(numbers, row)] != row:
                    numbers.insert(at, row)

    def meets(self, title: str, wanted: Area) -> bool:
        """True when a changed cell lies in the area."""
        found = self.columns.get(title.casefold())
        if not found:
            return False
        for column, numbers in found.items():
            if wanted.left <= column <= wanted.right:
                at = bisect_left(numbers, wanted.top)
                if at < len(numbers) and numbers[at] <= wanted.bottom:
                    return True
        return False


def _by_column(places: Mapping[int, Iterable[int]]) -> dict[int, list[int]]:
    """Rows in order by column."""
    found: defaultdict[int, list[int]] = defaultdict(list)
    for row in sorted(places):
        for column in set(places[row]):
            found[column].append(row)
    return dict(found)


def formula_cells(book: Book, sheet: SheetPart) -> Iterator[FormulaCell]:
    """Every formula of a sheet, children of shared ones with their own text."""
    xml = book.xml(sheet.part)
    if not sheet.grid or not has_formulas(xml):
        return
    found = grid(xml)
    masters: dict[str, tuple[str, int, int]] = {}
    for row in rows(found):
        if b"<f" not in row.body and b":f" not in row.body:
            continue
        for cell in cells(found, row):
            formula = formula_of(cell) if cell.has_formula else None
            if formula is None:
                continue
            given, text = formula
            place = (row.number, cell.column)
            text = _expanded(given, text, place, masters)
            own = Area(*place, *place)
            covers = area(given.get("ref", "")) if given.get("t") in ("array", "dataTable") else own
            kind = given.get("t", "normal")
            if kind == "dataTable":
                text = f"{given.get('r1', '')},{given.get('r2', '')}"
            yield FormulaCell(sheet, *place, text, kind, covers or own, given.get("si", ""))


def _expanded(
    given: Mapping[str, str],
    text: str,
    place: tuple[int, int],
    masters: dict[str, tuple[str, int, int]],
) -> str:
    if given.get("t") != "shared":
        return text
    index = given.get("si", "")
    if text:
        masters[index] = (text, *place)
        return text
    if index not in masters:
        return text
    master, row, column = masters[index]
    return shifted(master, place[0] - row, place[1] - column)


@dataclass(slots=True)
class Names:
    """What the names and tables of a book stand for."""

    tables: Mapping[str, FoundTable]
    texts: Mapping[str, Sequence[str]]  # what each name stands for; sheets may share a name

    def areas(
        self, word: Word, sheet: SheetPart, row: int, depth: int = 0
    ) -> list[tuple[str, Area]]:
        """The rectangles behind a word; none for functions and constants."""
        wanted = word.text.casefold()
        table = self.tables.get(wanted)
        if table is not None:
            return [_table_area(table, word.structure, sheet, row)]
        found: list[tuple[str, Area]] = []
        for text in self.texts.get(wanted, ()) if depth < _DEEPEST_NAME else ():
            for read in distinct_reads(text):
                if isinstance(read, Word):
                    found += self.areas(read, sheet, row, depth + 1)
                else:
                    found.append((read.sheet or sheet.title, read.area))
        return found


def _table_area(table: FoundTable, structure: str, sheet: SheetPart, row: int) -> tuple[str, Area]:
    """A table reference as a rectangle; the whole table where its columns are not understood."""
    headers, own_row = structure_columns(structure) if structure else ([], False)
    places = [table.ref.left + at for at, c in enumerate(table.columns) if c.header in headers]
    left, right = table.ref.left, table.ref.right
    if headers and len(places) == len(headers):
        left, right = min(places), max(places)
    top, bottom = table.ref.top, table.ref.bottom
    if own_row and sheet.part == table.sheet.part and top <= row <= bottom:
        top = bottom = row
    return table.sheet.title, Area(top, left, bottom, right)


def names_of(book: Book) -> Names:
    """The names and tables of a book."""
    texts: dict[str, list[str]] = {}
    for name in book.names:
        texts.setdefault(name.name.casefold(), []).append(name.text)
    return Names({t.name.casefold(): t for t in tables(book)}, texts)


def dependents(
    book: Book, touched: Touched, renewed: Mapping[str, set[tuple[int, int]]] = NONE
) -> list[FormulaCell]:
    """Every formula whose value may have changed; `touched` grows by the cells they fill.

    `renewed` are formulas, by part, that got another text: they are stale whatever they read.
    """
    names: Names | None = None
    waiting: list[tuple[FormulaCell, list[tuple[str, Area]] | None]] = []
    for sheet in book.sheets:
        for formula in formula_cells(book, sheet):
            names = names or names_of(book)
            new = (formula.row, formula.column) in renewed.get(sheet.part, ())
            waiting.append((formula, None if new else _reads(formula, names)))
    found: list[FormulaCell] = []
    for round_ in range(_MOST_ROUNDS):
        still: list[tuple[FormulaCell, list[tuple[str, Area]] | None]] = []
        before = len(found)
        for formula, areas in waiting:
            if areas is None or any(touched.meets(*a) for a in areas):
                found.append(formula)
                touched.add(formula.sheet.title, _each(formula.covers))
            else:
                still.append((formula, areas))
        waiting = still
        if len(found) == before:
            return found
        if round_ == _MOST_ROUNDS - 1:
            found += [formula for formula, _ in waiting]
    return found


def _reads(formula: FormulaCell, names: Names) -> list[tuple[str, Area]] | None:
    """What a formula reads; None when that cannot be told."""
    if reads_anywhere(formula.text):
        return None
    found: list[tuple[str, Area]] = []
    for read in distinct_reads(formula.text):
        if isinstance(read, Word):
            found += names.areas(read, formula.sheet, formula.row)
        else:
            found.append((read.sheet or formula.sheet.title, read.area))
    return found


def _each(covers: Area) -> dict[int, range]:
    columns = range(covers.left, covers.right + 1)
    return dict.fromkeys(range(covers.top, covers.bottom + 1), columns)
