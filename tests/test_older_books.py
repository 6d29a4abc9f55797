"""A book from before a column or tab: read, refreshed and shared again without a complaint."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from kpi.tables import Row, Table
from sheet_templates.build import build
from sheet_templates.layout import SHEETS, TABLES, TableLayout
from sheet_templates.start import BookStart
from sync_service.refresh import read
from sync_service.workbooks.grids import Grid, missing_columns, plan_grid
from sync_service.workbooks.port import BookContents, TablePatch
from sync_service.workbooks.xlsx import XlsxPort

LATER = {t.name for sheet in SHEETS for t in sheet.tables if t.later}
ADDED = [t for t in TABLES.values() if not t.later and len(t.expected) < len(t.columns)]


def older(contents: BookContents) -> BookContents:
    """The book without the tabs and columns that were added."""
    tables = {
        name: _without(table, {c.code for c in TABLES[name].columns if c.later})
        for name, table in contents.tables.items()
        if name not in LATER
    }
    return replace(contents, tables=tables)


def _without(table: Table, codes: set[str]) -> Table:
    rows = (
        Row(row.number, {c: v for c, v in row.cells.items() if c not in codes}, row.own)
        for row in table.rows
    )
    columns = tuple(code for code in table.columns if code not in codes)
    return replace(table, columns=columns, rows=tuple(rows))


def test_the_tables_of_the_register_and_of_newcomers_came_later() -> None:
    assert {"tblRegister", "tblNewcomer"} <= LATER
    assert {"tblTask", "tblPeople", "tblKpiReview"} <= {table.name for table in ADDED}


@pytest.mark.parametrize("table", ADDED, ids=[table.name for table in ADDED])
def test_a_column_that_came_later_is_no_fault_where_it_is_absent(table: TableLayout) -> None:
    """Another one is."""
    headers = tuple(column.en for column in table.expected)
    assert missing_columns(Grid(table, "Tab", 4, 1, headers, ())) == []
    [lacking] = missing_columns(Grid(table, "Tab", 4, 1, headers[:-1], ()))
    assert lacking.code == "column_missing"


def test_a_patch_with_a_later_column_fills_the_others() -> None:
    table = TABLES["tblTask"]
    headers = tuple(column.en for column in table.expected)
    row = tuple("T-1" if column.code == "no" else None for column in table.expected)
    patch = TablePatch("tblTask", ("no",), [{"no": "T-1", "standing": "due", "reminders": "30: x"}])
    made = plan_grid(Grid(table, "Tasks", 4, 1, headers, (row,)), patch)
    assert list(made.cells.values()) == ["30: x"]
    assert list(made.problems) == []


def test_an_older_book_is_read_as_it_was(tmp_path: Path) -> None:
    """Without amounts the money of its fees is unknown, and nobody asks for it."""
    task = {"no": "T-1", "type": "compliance", "region": "EU", "country": "DE", "owner": "ANN"}
    start = BookStart(
        people=[{"person": "ANN", "role": "compliance"}],
        tasks=[{**task, "regime": "weee_fee", "due": date(2026, 10, 30), "done": 0.0}],
        settings={"month": "2026-10"},
    )
    contents = XlsxPort(build(tmp_path / "team.xlsx", "manager", "en", start)).read()
    book, _, problems = read(older(contents))
    assert {p.code for p in problems}.isdisjoint({"table_missing", "fee_without_amount"})
    assert (book.tasks[0].amount, book.people[0].plan) == (None, None)
    _, _, now = read(contents)
    assert "fee_without_amount" in {p.code for p in now}
