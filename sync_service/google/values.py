"""The value writes of a refresh: changed cells by column, addressed by metadata, read back.

A column of ours is written from the top of the tab to its last changed cell; `null` leaves a cell
alone. The key columns travel along as nothing but `null`: Google's answer then holds the keys as
they stood at the very moment of the write, so that a sort or an insert in the gap between reading
and writing shows without a call of its own.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sync_service.google.cells import NA, is_unknown, sent
from sync_service.google.locate import GoogleBook, Located, NameCell, is_filled
from sync_service.google.spreadsheet import Span
from sync_service.workbooks.formulas import shifted
from sync_service.workbooks.grids import PERSONS, At, GridPlan
from sync_service.workbooks.port import Written

UNKNOWN = "#N/A"  # as it comes back
BEYOND = 100  # rows below a table whose keys are looked at as well
MOST_BYTES = 2_000_000  # of one request (spreadsheets.md 3.1)
Piece = dict[str, Any]
Plans = Mapping[str, GridPlan]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table to write or to look at; `values` stand from row 0 of the tab."""

    table: str
    at: int  # column in the table, from 0
    piece: Piece
    size: int


@dataclass(frozen=True, slots=True)
class Part:
    """What goes in one request."""

    columns: list[Column] = field(default_factory=list)
    last: list[Piece] = field(default_factory=list)  # stamps and log that go with it

    @property
    def data(self) -> list[Piece]:
        """The body's data; stamps and log behind the cells that they speak of."""
        return [*(one.piece for one in self.columns), *self.last]

    def has_room(self, more: Sequence[Piece]) -> bool:
        """Whether further pieces fit in the same request."""
        return sum(one.size for one in self.columns) + sum(map(_size, more)) <= MOST_BYTES


def data_parts(book: GoogleBook, plans: Plans) -> list[Part]:
    """The changed values, to be written as they are."""
    cells = {name: dict(_known(plan.cells.items())) for name, plan in plans.items()}
    unknown = {
        name: {at for (_, at), _ in _unknowns(book.tables[name], plan)}
        for name, plan in plans.items()
    }
    return _parts(book, plans, cells, unknown)


def _known(cells: Iterable[tuple[At, Written]]) -> Iterator[tuple[At, object]]:
    """What a value write can say; new rows are emptied too: in the gap another may come there."""
    for at, value in cells:
        if not is_unknown(value):
            yield at, sent(value)


def formula_parts(book: GoogleBook, plans: Plans) -> list[Part]:
    """Our own formulas: #N/A where a value is unknown, and the formulas of new rows."""
    cells = {
        name: {**dict(_unknowns(book.tables[name], plan)), **_fills(book, book.tables[name], plan)}
        for name, plan in plans.items()
    }
    theirs = {name: persons(book, book.tables[name]) for name in plans}
    return _parts(book, plans, cells, theirs)


def _unknowns(one: Located, plan: GridPlan) -> Iterator[tuple[At, str]]:
    """An error cannot be written as a value, only as the formula that gives it."""
    rows = one.grid.rows
    for (n, at), value in plan.cells.items():
        known = n < len(rows) and is_unknown(rows[n][at])
        if is_unknown(value) and not known:
            yield (n, at), NA


def _fills(book: GoogleBook, one: Located, plan: GridPlan) -> dict[At, str]:
    """The formulas that rows lack, as the nearest row above has them.

    New rows, those that people typed, and those from which an insert among new rows, which had no
    key yet to show it, has moved them. What stands in a cell stays.
    """
    tab, before = book.sheet.tabs[one.span.tab], len(one.grid.rows)
    columns = [at for at, code in enumerate(one.grid.codes) if is_filled(one.grid, code)]
    made: dict[At, str] = {}
    for at in columns:
        column, source = one.left + at, ("", 0)
        for n in range(plan.count):
            cell = tab.cell(one.row(n), column)
            if cell.formula:
                source = (cell.formula, n)
            elif source[0] and (n >= before or (cell.value is None and _keyed(one, plan, n))):
                made[n, at] = shifted(source[0], n - source[1])
    return made


def _keyed(one: Located, plan: GridPlan, n: int) -> bool:
    """Whether a row that was read has a key, or gets one."""
    codes = one.grid.codes
    keys = [codes.index(code) for code in one.grid.layout.key if code in codes]
    return any(plan.cells.get((n, at), one.grid.rows[n][at]) is not None for at in keys)


def _parts(
    book: GoogleBook,
    plans: Plans,
    cells: Mapping[str, Mapping[At, object]],
    also: Mapping[str, Collection[int]],
) -> list[Part]:
    """Cells as few requests as fit; a table's keys, and the columns `also`, go with each part."""
    made: list[Part] = []
    size = 0
    for name, wanted in cells.items():
        if not wanted:
            continue
        looked = also.get(name, ())
        keys, written = _columns(book.tables[name], plans[name], wanted, looked)
        for group in _groups(written, MOST_BYTES - sum(one.size for one in keys)):
            columns = [*keys, *group]
            needed = sum(one.size for one in columns)
            if not made or size + needed > MOST_BYTES:
                made.append(Part())
                size = 0
            made[-1].columns.extend(columns)
            size += needed
    return made


def _groups(columns: Sequence[Column], room: int) -> Iterator[list[Column]]:
    """Columns that fit together; one group, maybe empty, where all do."""
    group: list[Column] = []
    size = 0
    for one in columns:
        if group and size + one.size > room:
            yield group
            group, size = [], 0
        group.append(one)
        size += one.size
    yield group


def _columns(
    one: Located, plan: GridPlan, cells: Mapping[At, object], also: Collection[int]
) -> tuple[list[Column], list[Column]]:
    """A table's columns that are looked at, and its others that change."""
    by_column: dict[int, dict[int, object]] = {}
    for (n, at), value in cells.items():
        by_column.setdefault(at, {})[n] = value
    codes = one.grid.codes
    keys = [codes.index(code) for code in one.grid.layout.key if code in codes]
    keys += sorted(set(also) - set(keys))
    count = looked_at(one, plan)
    looked = [_column(one, at, by_column.get(at, {}), count) for at in keys]
    written = [
        _column(one, at, wanted, max(wanted) + 1)
        for at, wanted in sorted(by_column.items())
        if at not in keys
    ]
    return looked, written


def looked_at(one: Located, plan: GridPlan) -> int:
    """Data rows whose keys are looked at: beyond the used ones too, where an insert shifts keys."""
    count = max(plan.count, len(one.grid.rows))
    return max(count, min(count + len(one.grid.rows) + BEYOND, one.span.bottom - one.row(0)))


def _column(one: Located, at: int, cells: Mapping[int, object], count: int) -> Column:
    """A column from row 0 down to data row `count`."""
    values: list[object] = [None] * one.row(count)
    for n, value in cells.items():
        values[one.row(n)] = value
    code = one.grid.codes[at]
    marked = one.marked.get(code) if code else None
    span = Span(one.span.tab, 0, one.left + at, len(values), one.left + at + 1)
    found: Piece = (
        {"developerMetadataLookup": {"metadataId": marked.metadata}}
        if marked is not None
        else {"gridRange": span.range}
    )
    piece = {"dataFilter": found, "majorDimension": "COLUMNS", "values": [values]}
    return Column(one.grid.layout.name, at, piece, _size(piece))


def _size(piece: Piece) -> int:
    """Bytes of a piece's values as they are sent."""
    return len(json.dumps(piece["values"], ensure_ascii=False).encode())


def name_pieces(cells: Mapping[str, NameCell], values: Mapping[str, Written]) -> Iterator[Piece]:
    """The cells of names, addressed by the name: it moves with its cell, a place does not."""
    for name, value in values.items():
        if not cells[name].formula and not is_unknown(value):
            found = {"a1Range": name}
            yield {"dataFilter": found, "majorDimension": "ROWS", "values": [[sent(value)]]}


def persons(book: GoogleBook, one: Located) -> list[int]:
    """Columns in which people write, without those that are closed to us."""
    grid, tab = one.grid, book.sheet.tabs[one.span.tab]
    owners = [None if code is None else grid.layout.column(code).owner for code in grid.codes]
    bottom = one.row(len(grid.rows)) + BEYOND
    return [
        at
        for at, owner in enumerate(owners)
        if (owner is None or owner in PERSONS)
        and not tab.is_closed(Span(tab.id, 0, one.left + at, bottom, one.left + at + 1))
    ]


# --- what came back -------------------------------------------------------------------------------


def moved(book: GoogleBook, plans: Plans, part: Part, answer: Piece, *, whole: bool) -> set[str]:
    """Tables whose keys did not stand where they had been read.

    `whole`: the write held the keys of new rows as well.
    """
    found = set()
    for one, said in zip(part.columns, answer.get("responses", ()), strict=False):  # `last` behind
        table = book.tables[one.table]
        code = table.grid.codes[one.at]
        data = said.get("updatedData", {})
        plan = plans[one.table]
        if code in table.grid.layout.key:
            if _differs(table, plan, one.at, data, whole=whole):
                found.add(one.table)
        elif whole and _slipped(table, plan, one.at, data):
            found.add(one.table)
    return found


def heard(book: GoogleBook, part: Part, answer: Piece) -> GoogleBook:
    """The book with the texts that people wrote since, where a write saw the rows unmoved."""
    tables = dict(book.tables)
    for one, said in zip(part.columns, answer.get("responses", ()), strict=False):
        table = tables[one.table]
        column, head = _column_of(said.get("updatedData", {})), table.span.top
        stands = head < len(column) and column[head] == table.grid.headers[one.at]
        key = table.grid.codes[one.at] in table.grid.layout.key
        if stands and not key and one.at in persons(book, table):
            rows = tuple(_heard(table, n, one.at, column) for n in range(len(table.grid.rows)))
            tables[one.table] = replace(table, grid=replace(table.grid, rows=rows))
    return replace(book, tables=tables)


def _heard(one: Located, n: int, at: int, column: Sequence[object]) -> tuple[Written, ...]:
    """A row with the text that stands in one of its cells now; numbers and days are as read."""
    row, spot = one.grid.rows[n], one.row(n)
    text = column[spot] if spot < len(column) else ""
    if not isinstance(text, str) or text == (row[at] or "") or text.startswith("#"):
        return row
    if text == "" and not isinstance(row[at], str):
        return row
    return (*row[:at], text or None, *row[at + 1 :])


def _slipped(one: Located, plan: GridPlan, at: int, data: Mapping[str, Any]) -> bool:
    """Whether our #N/A went from its row: new rows had no key yet that would have shown it."""
    column = _column_of(data)
    rows = [one.row(n) for (n, place), _ in _unknowns(one, plan) if place == at]
    return any(row >= len(column) or column[row] != UNKNOWN for row in rows)


def _differs(
    one: Located, plan: GridPlan, at: int, data: Mapping[str, Any], *, whole: bool
) -> bool:
    """Whether a key column as it came back is another than the one that was meant."""
    column = _column_of(data)
    rows = one.grid.rows
    for n in range(looked_at(one, plan)):
        before = rows[n][at] if n < len(rows) else None
        meant = plan.cells.get((n, at), before) if whole else before
        row = one.row(n)
        if (_plain(column[row]) if row < len(column) else None) != _plain(sent(meant)):
            return True
    return False


def _column_of(data: Mapping[str, Any]) -> Sequence[object]:
    """The values of one column as it came back, in whichever dimension."""
    lines = data.get("values", [])
    if data.get("majorDimension") == "COLUMNS":
        return lines[0] if lines else []
    return [line[0] if line else None for line in lines]


def _plain(value: object) -> object:
    """A value in one form: 1 and 1.0 are alike, and so are an empty text and an empty cell."""
    if isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, dict):  # an error: comes back as its text
        return value.get("error")
    return value if value != "" else None
