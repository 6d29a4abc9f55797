"""Formula columns of a table: filled into new rows, and their known results kept for previews."""

from __future__ import annotations

from collections.abc import Mapping

from sheet_templates.layout import Owner
from sync_service.workbooks.formulas import shifted
from sync_service.workbooks.keyed_rows import Key, KeyedRows, key_text
from sync_service.workbooks.port import TablePatch
from sync_service.workbooks.reading import Placed
from sync_service.workbooks.table_findings import FORMULA_GONE, finding
from sync_service.workbooks.table_plan import TablePlan
from sync_service.workbooks.values import Cached, Formula, Written, formula_of


def fill_formulas(
    one: Placed, found: KeyedRows, made: TablePlan, new_rows: Mapping[Key, int], patch: TablePatch
) -> None:
    """Formulas of the columns that have one, in rows that lack them."""
    computed = {tuple(map(key_text, key)): line for key, line in patch.computed.items()}
    left = one.found.ref.left
    for at, code in enumerate(one.codes):
        column = left + at
        if code is not None and one.layout.column(code).owner is not Owner.FORMULA:
            continue
        source = _formula_source(found, one, column)
        if source is None:
            continue
        text, from_row, style = source
        for key, row in new_rows.items():
            cell = found.cells.get(row, {}).get(column)
            if cell is not None and cell.inner:
                continue
            line = computed.get(key, {})
            known = code is not None and code in line
            value = _result(line[code]) if known and code else None
            formula = Formula(shifted(text, row - from_row), value, known, style)
            made.put(row, column, formula)
            if known:
                made.computed.add((row, column))


def _result(value: Written) -> Written:
    """A formula cannot give an empty cell: it gives an empty text."""
    return "" if value is None else value


def _formula_source(found: KeyedRows, one: Placed, column: int) -> tuple[str, int, int] | None:
    """The formula to copy: of the lowest row that has one, else the table's own."""
    masters: dict[str, tuple[str, int]] = {}
    best: tuple[str, int, int] | None = None
    for row in sorted(found.cells):
        cell = found.cells[row].get(column)
        formula = formula_of(cell) if cell is not None and cell.has_formula else None
        if cell is None or formula is None:
            continue
        given, text = formula
        if given.get("t") == "shared":
            if text:
                masters[given.get("si", "")] = (text, row)
            elif given.get("si", "") in masters:
                master, master_row = masters[given.get("si", "")]
                text = shifted(master, row - master_row)
        if text:
            best = (text, row, cell.style)
    if best is not None:
        return best
    own = one.found.columns[column - one.found.ref.left].formula
    return (own, one.found.first, 0) if own else None


def cache_computed(
    one: Placed, found: KeyedRows, made: TablePlan, rows: Mapping[Key, int], patch: TablePatch
) -> None:
    """Known results of formula cells that are there, in a reused row too."""
    for key, line in patch.computed.items():
        row = rows.get(tuple(map(key_text, key)))
        if row is None:
            continue
        for code, value in line.items():
            column = one.column(code)
            cell = found.cells.get(row, {}).get(column) if column else None
            if column is None or one.layout.column(code).owner is not Owner.FORMULA:
                continue
            if cell is not None and cell.has_formula:
                made.put(row, column, Cached(_result(value)))
                made.computed.add((row, column))
            elif cell is not None and cell.inner:
                header = one.layout.column(code).en
                made.problems.append(
                    finding(one, row, "formula_gone", FORMULA_GONE, header, column=column)
                )
