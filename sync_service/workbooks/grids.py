"""Tables as grids of values: for workbooks that another program holds open.

A sheet that a task pane sends, a live Excel and a Google spreadsheet know tables, cells and
addresses, but no parts of a file. What to write is planned here, alike for all of them: rows by
key, freed rows reused, new rows below, a person's cells never touched. `planning` does the same
on the parts of a closed file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from kpi.errors import Level, Place, Problem
from kpi.tables import Cell, Row, Table
from sheet_templates.layout import Owner, TableLayout
from sync_service.workbooks.areas import address, letters
from sync_service.workbooks.keyed_rows import Key, key_of, key_text
from sync_service.workbooks.port import TablePatch, Written
from sync_service.workbooks.reading import codes_of, column_missing
from sync_service.workbooks.refusals import TableRefusedError
from sync_service.workbooks.table_findings import DOUBLE, NOTE_KEPT, STRANGER, TYPED_OVER

PERSONS = (Owner.MANAGER, Owner.PARTNER)
At = tuple[int, int]
"""Row and column in the data of a table, from 0."""


@dataclass(frozen=True)
class Grid:
    """A table of the layout as another program gives it; `top` and `left` count from 1."""

    layout: TableLayout
    sheet: str  # title of the tab
    top: int  # row of the headers
    left: int
    headers: tuple[str, ...]
    rows: tuple[tuple[Written, ...], ...]
    formulas: frozenset[At] = frozenset()  # cells outside the formula columns that hold a formula
    noted: frozenset[int] = frozenset()  # rows that carry a person's note

    @cached_property
    def codes(self) -> tuple[str | None, ...]:
        """The layout's code of each column; None for a person's own."""
        return codes_of(self.layout, self.headers)

    def address(self, row: int, column: int) -> str:
        """A cell of the data as A1, without the sheet."""
        return address(self.top + 1 + row, self.left + column)


@dataclass(slots=True)
class GridPlan:
    """What a patch does to a grid; rows from `len(grid.rows)` on are new."""

    cells: dict[At, Written] = field(default_factory=dict)
    count: int = 0  # data rows of the table afterwards; those beyond were emptied
    problems: list[Problem] = field(default_factory=list)


def table_of(grid: Grid) -> Table:
    """The grid as the domain reads tables; rows without a key and without a person's text go."""
    codes = grid.codes
    names = tuple(code or header for code, header in zip(codes, grid.headers, strict=True))
    columns = [
        (at, name, letters(grid.left + at), _owner(grid, codes[at]) is Owner.FORMULA)
        for at, name in enumerate(names)
    ]
    ours = [column for column in columns if codes[column[0]] is not None]
    theirs = [column for column in columns if codes[column[0]] is None]
    odd: dict[int, set[int]] = {}  # row -> columns of cells that hold a formula beside the layout's
    for n, at in grid.formulas:
        odd.setdefault(n, set()).add(at)
    read = []
    for n, values in enumerate(grid.rows):
        if all(value is None or value == "" for value in values):  # room for more
            continue
        number, formulas = grid.top + 1 + n, odd.get(n, ())
        known, own = (
            {
                name: Cell(values[at], f"{column}{number}", made or at in formulas)
                for at, name, column, made in some
            }
            for some in (ours, theirs)
        )
        row = Row(number, known, own)
        if any(row.value(code) not in (None, "") for code in grid.layout.key) or _typed(grid, row):
            read.append(row)
    return Table(grid.layout.name, grid.sheet, names, tuple(read))


def missing_columns(grid: Grid) -> list[Problem]:
    """A finding for each column of the layout that the table lacks."""
    place = Place(sheet=grid.sheet, cell=address(grid.top, grid.left), table=grid.layout.name)
    known = set(grid.codes)
    lacking = (column for column in grid.layout.expected if column.code not in known)
    return [column_missing(grid.layout, column, place) for column in lacking]


def _owner(grid: Grid, code: str | None) -> Owner | None:
    return None if code is None else grid.layout.column(code).owner


def _typed(grid: Grid, row: Row) -> bool:
    """Whether somebody typed in a row of a table whose rows are the manager's or the reader's."""
    theirs = _owner(grid, grid.layout.key[0]) is Owner.PARTNER
    columns = grid.layout.owned_by(Owner.PARTNER if theirs else Owner.MANAGER)
    if not set(grid.layout.key) <= set(columns):
        return False
    cells = (row.cells[code] for code in columns if code in row.cells)
    return any(cell.value not in (None, "") and not cell.formula for cell in cells)


# --- planning a patch -----------------------------------------------------------------------------


@dataclass(slots=True)
class _Rows:
    """The data rows of a grid, by key."""

    by_key: dict[Key, int] = field(default_factory=dict)
    held: set[int] = field(default_factory=set)  # a person's text stands there
    empty: list[int] = field(default_factory=list)


def plan_grid(grid: Grid, patch: TablePatch) -> GridPlan:
    """The cells to write, the rows afterwards, and what a person must know.

    Raises:
        TableRefusedError: The patch holds a column that is not its own, or the table lacks a key.
    """
    columns = _columns(grid, patch)
    made = GridPlan(count=len(grid.rows))
    rows = _scan(grid, patch, columns, made)
    wanted = {key_of(patch, line): line for line in patch.rows}
    fresh = {key: line for key, line in wanted.items() if key not in rows.by_key}
    if not patch.adds:
        for key, line in wanted.items():
            if key in rows.by_key:
                _write(grid, made, rows.by_key[key], _own(grid, patch, line), columns)
    free = _freed(grid, patch, rows, wanted, columns, made)
    if all(map(patch.owns, patch.key)):
        _place_new(grid, patch, fresh, free, columns, made)
        _pull_in(grid, patch, free, made)
    else:
        for key in fresh:
            made.problems.append(_finding(grid, 0, "key_not_found", STRANGER, " · ".join(key)))
    return made


def _columns(grid: Grid, patch: TablePatch) -> Mapping[str, int]:
    """Where the patch's columns are; what the table lacks is left out, but for its key."""
    codes = grid.codes
    allowed = {*patch.codes(), *patch.key}
    for code in sorted({code for line in patch.rows for code in line} - allowed):
        raise TableRefusedError(
            f"{grid.layout.name}: column {code} is not the service's to write. "
            "Patch only its columns.",
            f"{grid.layout.name}：列 {code} 不归服务写入。只能写入服务列。",
        )
    for code in patch.key:
        if code not in codes:
            column = grid.layout.column(code)
            raise TableRefusedError(
                f"{grid.layout.name} lacks its key column {column.en}. Add it again.",
                f"{grid.layout.name} 缺少键列 {column.zh}。请补回该列。",
            )
    return {code: codes.index(code) for code in allowed if code in codes}


def _scan(grid: Grid, patch: TablePatch, columns: Mapping[str, int], made: GridPlan) -> _Rows:
    """Every data row once."""
    rows = _Rows()
    persons = [
        at
        for at, code in enumerate(grid.codes)
        if code is None or (not patch.owns(code) and _owner(grid, code) in PERSONS)
    ]
    for n, values in enumerate(grid.rows):
        key = tuple(key_text(values[columns[code]]) for code in patch.key)
        typed = (values[at] for at in persons if (n, at) not in grid.formulas)
        if n in grid.noted or any(value not in (None, "") for value in typed):
            rows.held.add(n)
        if not any(key):
            rows.empty.append(n)
        elif key in rows.by_key:
            made.problems.append(_finding(grid, n, "duplicate_key", DOUBLE, " · ".join(key)))
        else:
            rows.by_key[key] = n
    return rows


def _own(grid: Grid, patch: TablePatch, line: Mapping[str, Written]) -> Mapping[str, Written]:
    """What of a line is written into a row that is there: never the key of a manager's row."""
    if all(map(patch.owns, patch.key)):
        return line
    return {code: value for code, value in line.items() if code not in grid.layout.key}


def _write(
    grid: Grid,
    made: GridPlan,
    row: int,
    line: Mapping[str, Written],
    columns: Mapping[str, int],
) -> None:
    """Values of one row that differ from what is there."""
    there = grid.rows[row]
    for code, value in line.items():
        at = columns.get(code)
        if at is None:
            continue
        if grid.formulas and (row, at) in grid.formulas:
            header = grid.layout.column(code).en
            made.problems.append(_finding(grid, row, "typed_over", TYPED_OVER, header, column=at))
        elif there[at] is value or _holds(there[at], value):
            made.cells.pop((row, at), None)  # a freed row is used for a line like the one that left
        else:
            made.cells[row, at] = value


def _holds(before: Written, value: Written) -> bool:
    """Whether a cell shows a value already; an empty cell and an empty text are alike."""
    if before in (None, "") and value in (None, ""):
        return True
    return type(before) is type(value) and before == value


def _freed(
    grid: Grid,
    patch: TablePatch,
    rows: _Rows,
    wanted: Mapping[Key, object],
    columns: Mapping[str, int],
    made: GridPlan,
) -> list[int]:
    """Empty the service's cells of rows that are gone; gives the rows that may be used again."""
    free = [n for n in rows.empty if n not in rows.held]
    if not patch.prune:
        return free
    empty = dict.fromkeys(code for code in patch.codes() if code in columns)
    for key, n in rows.by_key.items():
        if key in wanted:
            continue
        _write(grid, made, n, empty, columns)
        if n not in rows.held:
            free.append(n)
        elif all(map(patch.owns, patch.key)):
            made.problems.append(_finding(grid, n, "note_kept", NOTE_KEPT, " · ".join(key)))
    return sorted(free)


def _place_new(
    grid: Grid,
    patch: TablePatch,
    fresh: Mapping[Key, Mapping[str, Written]],
    free: list[int],
    columns: Mapping[str, int],
    made: GridPlan,
) -> None:
    """Rows for new keys: freed ones from the top, then below the table."""
    for line in fresh.values():
        if free:
            row = free.pop(0)
            empty = dict.fromkeys(code for code in patch.codes() if code in columns)
            _write(grid, made, row, {**empty, **line}, columns)
        else:
            row = made.count
            made.count += 1
            made.cells.update(
                {(row, columns[code]): v for code, v in line.items() if code in columns}
            )


def _pull_in(grid: Grid, patch: TablePatch, free: Sequence[int], made: GridPlan) -> None:
    """Rows at the end that nobody uses leave the table; at least one row stays."""
    if not patch.prune or made.count > len(grid.rows):
        return
    unused = set(free)
    while made.count > 1 and made.count - 1 in unused:
        made.count -= 1


def _finding(
    grid: Grid, row: int, code: str, texts: tuple[str, str, str, str], about: str, column: int = 0
) -> Problem:
    """One finding at a cell, in both languages."""
    en, zh = texts[0].format(about), texts[1].format(about)
    place = Place(sheet=grid.sheet, cell=grid.address(row, column), table=grid.layout.name)
    return Problem(
        code,
        Level.WARNING,
        place,
        {"en": en[:1].upper() + en[1:], "zh": zh},
        {"en": texts[2], "zh": texts[3]},
    )
