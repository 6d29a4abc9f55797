"""The data rows of a table by key: which are there, which are free, where a person wrote."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from sheet_templates.layout import Owner
from sync_service.workbooks.areas import position
from sync_service.workbooks.book import Book
from sync_service.workbooks.formulas import shifted
from sync_service.workbooks.markup import elements
from sync_service.workbooks.port import TablePatch
from sync_service.workbooks.reading import Placed, SheetRows
from sync_service.workbooks.sheetxml import RawCell, cells, grid
from sync_service.workbooks.values import Written, formula_of, typed

Key = tuple[str, ...]
_PERSONS = (Owner.MANAGER, Owner.PARTNER)


@dataclass(slots=True)
class KeyedRows:
    """The data rows of a table, by key."""

    cells: dict[int, dict[int, RawCell]] = field(default_factory=dict)
    by_key: dict[Key, int] = field(default_factory=dict)
    doubled: list[tuple[Key, int]] = field(default_factory=list)
    held: set[int] = field(default_factory=set)  # a person's text stands there
    empty: list[int] = field(default_factory=list)  # rows without a key


def key_text(value: Written) -> str:
    """A key's part in one form: 12345 typed as a number equals the text 12345."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, (int, float)):
        return str(int(value)) if value == int(value) else repr(float(value))
    if isinstance(value, datetime):
        midnight = (value.hour, value.minute, value.second, value.microsecond) == (0, 0, 0, 0)
        return value.date().isoformat() if midnight else value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return value.strip() if isinstance(value, str) else value.text


def key_of(patch: TablePatch, line: Mapping[str, Written]) -> Key:
    """The key of a line that a patch brings."""
    return tuple(key_text(line.get(code)) for code in patch.key)


def scan(book: Book, one: Placed, patch: TablePatch, scanned: SheetRows) -> KeyedRows:
    """Every data row of the table, read once."""
    table, found = one.found, KeyedRows()
    sheet = grid(book.xml(table.sheet.part))
    keys = [one.column(code) for code in patch.key]
    persons = _persons_columns(one, patch)
    for raw in scanned.of(table.sheet):
        if table.first <= raw.number <= table.last:
            here = {c.column: c for c in cells(sheet, raw)}
            found.cells[raw.number] = here
            key = tuple(key_text(typed(book, here[c])) if c in here else "" for c in keys if c)
            freed = words_of(one, here) if key in patch.released else ()
            texts = ((c, here[c]) for c in persons if c in here and c not in freed)
            if any(_holds_text(book, one, found, raw.number, (c, t)) for c, t in texts):
                found.held.add(raw.number)
            if not any(key):
                found.empty.append(raw.number)
            elif key in found.by_key:
                found.doubled.append((key, raw.number))
            else:
                found.by_key[key] = raw.number
    found.held |= _noted_rows(book, one)
    missing = set(range(table.first, table.last + 1)) - found.cells.keys()
    found.empty = sorted({*found.empty, *missing})
    return found


def words_of(one: Placed, here: Mapping[int, RawCell]) -> tuple[int, ...]:
    """Columns of the layout in which a person wrote on a row, formulas left out."""
    left = one.found.ref.left
    return tuple(
        left + at
        for at, code in enumerate(one.codes)
        if code is not None and one.layout.column(code).owner in _PERSONS
        if (cell := here.get(left + at)) is not None and not cell.has_formula
    )


def _persons_columns(one: Placed, patch: TablePatch) -> list[int]:
    """Columns that a person types in: the manager's, a partner's, and those the layout lacks."""
    left = one.found.ref.left
    return [
        left + at
        for at, code in enumerate(one.codes)
        if code is None or (not patch.owns(code) and one.layout.column(code).owner in _PERSONS)
    ]


def _noted_rows(book: Book, one: Placed) -> set[int]:
    """Rows of the table that carry a person's note: it hangs on its cell, so the row is kept."""
    ref, found = one.found.ref, set[int]()
    for link in book.links(one.found.sheet.part).values():
        if link.kind == "comments" and link.target in book.package.members:
            for note in elements(book.xml(link.target), (b"comment",)):
                at = position(note.get("ref") or "")
                if at and ref.holds(*at) and one.found.first <= at[0]:
                    found.add(at[0])
    return found


def _holds_text(
    book: Book, one: Placed, found: KeyedRows, row: int, place: tuple[int, RawCell]
) -> bool:
    """True for something typed; a formula filled down by the table is nobody's text."""
    column, cell = place
    if not cell.has_formula:
        return bool(cell.inner) and typed(book, cell) not in (None, "")
    if one.found.columns[column - one.found.ref.left].formula:
        return False
    return not _copied_down(cell, found.cells.get(row - 1, {}).get(column))


def _copied_down(cell: RawCell, above: RawCell | None) -> bool:
    formula, other = formula_of(cell), formula_of(above) if above else None
    if formula is None or other is None:
        return False
    shared = formula[0].get("t") == "shared" and formula[0].get("si") == other[0].get("si")
    return shared or formula[1] == shifted(other[1], 1)
