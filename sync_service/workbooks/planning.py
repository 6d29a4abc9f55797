"""From a table patch to edits: rows by key, freed rows reused, growth into free cells only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sync_service.workbooks.book import Book
from sync_service.workbooks.formula_columns import cache_computed, fill_formulas
from sync_service.workbooks.keyed_rows import Key, KeyedRows, key_of, scan, words_of
from sync_service.workbooks.port import TablePatch
from sync_service.workbooks.reading import Placed, SheetRows
from sync_service.workbooks.refusals import TableRefusedError
from sync_service.workbooks.resizing import Resize
from sync_service.workbooks.room_below import refuse_growth
from sync_service.workbooks.table_findings import (
    DOUBLE,
    NOTE_KEPT,
    STRANGER,
    finding,
    typed_over,
)
from sync_service.workbooks.table_plan import TablePlan
from sync_service.workbooks.values import Blank, Styled, Written, computes, formula_of


def plan(book: Book, one: Placed, patch: TablePatch, scanned: SheetRows) -> TablePlan:
    """The edits of a patch, and the table's new last row."""
    _check_columns(one, patch)
    found, made = scan(book, one, patch, scanned), TablePlan()
    ours = _owned(patch)
    wanted = {key_of(patch, line): line for line in patch.rows}
    for key, row in found.doubled:
        made.problems.append(finding(one, row, "duplicate_key", DOUBLE, " · ".join(key)))
    fresh = _patch_known(one, found, made, wanted, patch)
    free = _free_rows(one, found, made, wanted, patch)
    if not ours:
        _report_strangers(one, made, fresh)
    new_rows = _place_new(book, one, found, made, fresh if ours else {}, free, patch)
    fill_formulas(one, found, made, new_rows, patch)
    cache_computed(one, found, made, {**found.by_key, **new_rows}, patch)
    if patch.prune and ours:
        _pull_in(one, found, made, free)
    return made


def _check_columns(one: Placed, patch: TablePatch) -> None:
    """A patch may hold the service's columns and its key, nothing else."""
    allowed = {*patch.codes(), *patch.key}
    for line in patch.rows:
        for code in line.keys() - allowed:
            name = one.layout.name
            raise TableRefusedError(
                f"{name}: column {code} is not the service's to write. Patch only its columns.",
                f"{name}：列 {code} 不归服务写入。只能写入服务列。",
            )
    for code in patch.key:
        if one.column(code) is None:
            column = one.layout.column(code)
            raise TableRefusedError(
                f"{one.layout.name} lacks its key column {column.en}. Add it again.",
                f"{one.layout.name} 缺少键列 {column.zh}。请补回该列。",
            )


def _owned(patch: TablePatch) -> bool:
    """True when the patch makes the rows of its table: all its key columns are its own."""
    return all(map(patch.owns, patch.key))


def _patch_known(
    one: Placed,
    found: KeyedRows,
    made: TablePlan,
    wanted: Mapping[Key, Mapping[str, Written]],
    patch: TablePatch,
) -> dict[Key, Mapping[str, Written]]:
    """Values of rows that are there; gives back the lines that have no row yet."""
    columns = {c: at for c in patch.codes() if (at := one.column(c))}
    fresh = {}
    for key, line in wanted.items():
        row = found.by_key.get(key)
        if row is None:
            fresh[key] = line
            continue
        if patch.adds:
            continue  # what a person has is left as it is
        here, edits = found.cells[row], made.edits.setdefault(row, {})
        for code, value in line.items():
            at = columns.get(code)
            if at is None or (code in one.layout.key and not _owned(patch)):
                continue
            cell = here.get(at)
            if cell is not None and computes(cell):
                made.problems.append(typed_over(one, row, at, code))
            else:
                edits[at] = value
    return fresh


def _report_strangers(
    one: Placed, made: TablePlan, fresh: Mapping[Key, Mapping[str, Written]]
) -> None:
    """A table whose rows are the manager's gets no row from the service."""
    for key in fresh:
        about = " · ".join(key)
        made.problems.append(finding(one, one.found.first, "key_not_found", STRANGER, about))


def _free_rows(
    one: Placed,
    found: KeyedRows,
    made: TablePlan,
    wanted: Mapping[Key, object],
    patch: TablePatch,
) -> list[int]:
    """Empty the service's cells of rows that are gone; gives the rows that may be used again."""
    free = [row for row in found.empty if row not in found.held]
    if not patch.prune:
        return free
    for key, row in found.by_key.items():
        if key in wanted:
            continue
        _empty_row(one, found, made, row, patch)
        if row not in found.held:
            free.append(row)
            for column in words_of(one, found.cells[row]) if key in patch.released else ():
                made.put(row, column, None)
        elif _owned(patch):
            made.problems.append(finding(one, row, "note_kept", NOTE_KEPT, " · ".join(key)))
    return sorted(free)


def _empty_row(one: Placed, found: KeyedRows, made: TablePlan, row: int, patch: TablePatch) -> None:
    for code in patch.codes():
        column = one.column(code)
        cell = found.cells[row].get(column) if column else None
        if column is None or cell is None or not cell.inner:
            continue
        if computes(cell):
            made.problems.append(typed_over(one, row, column, code))
        else:
            made.put(row, column, None)


def _place_new(
    book: Book,
    one: Placed,
    found: KeyedRows,
    made: TablePlan,
    fresh: Mapping[Key, Mapping[str, Written]],
    free: list[int],
    patch: TablePatch,
) -> dict[Key, int]:
    """Rows for new keys: freed ones from the top, then below the table."""
    below = one.found.last + 1
    lines = list(fresh.items())
    count = len(lines) - len(free)
    if count > 0:
        refuse_growth(book, one, count)
        made.resize = Resize(one.found, one.found.last + count)
    numbers = [*free[: len(lines)], *range(below, below + max(count, 0))]
    del free[: len(lines)]
    new_rows = {}
    for number, (key, line) in zip(numbers, lines, strict=True):
        new_rows[key] = number
        _fill_line(one, found, made, number, line, patch)
    return new_rows


def _fill_line(
    one: Placed,
    found: KeyedRows,
    made: TablePlan,
    row: int,
    line: Mapping[str, Written],
    patch: TablePatch,
) -> None:
    """One new line: its values, and the look of the last row in all other columns."""
    looks = found.cells.get(one.found.last, {})
    here = found.cells.get(row, {})
    left = one.found.ref.left
    for at, code in enumerate(one.codes):
        column = left + at
        style = looks[column].style if column in looks else 0
        cell = here.get(column)
        service = code is not None and patch.owns(code)
        if service and cell is not None and computes(cell):
            made.problems.append(typed_over(one, row, column, code or ""))
        elif service and code in line:
            value = line[code or ""]
            nothing = cell is None and (value is None or value == "")
            made.put(row, column, Blank(style) if nothing else Styled(value, style))
        elif cell is None and column not in made.edits.get(row, {}):
            made.put(row, column, Blank(style))


def _pull_in(one: Placed, found: KeyedRows, made: TablePlan, free: Sequence[int]) -> None:
    """Surplus rows at the end are emptied and leave the table; at least one row stays."""
    if made.resize is not None or one.found.totals_rows:
        return
    unused, bottom = set(free), one.found.last
    while bottom > one.found.first and bottom in unused and _may_go(found, bottom):
        bottom -= 1
    if bottom == one.found.last:
        return
    ref = one.found.ref
    for row in range(bottom + 1, one.found.last + 1):
        for column, cell in found.cells.get(row, {}).items():
            if ref.left <= column <= ref.right and cell.inner:
                made.put(row, column, None)
    made.resize = Resize(one.found, bottom)


def _may_go(found: KeyedRows, row: int) -> bool:
    """A row whose formulas own other cells stays: array ranges, masters of rows above."""
    for cell in found.cells.get(row, {}).values():
        formula = formula_of(cell) if cell.has_formula else None
        if formula and formula[0].get("t") in ("array", "dataTable"):
            return False
    return True
