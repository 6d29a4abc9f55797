"""Slicers and pivot tables over our tables: byte for byte, but for a pivot whose table grew."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from sheet_templates.layout import TABLES
from sync_service.workbooks.areas import letters
from sync_service.workbooks.port import TablePatch, WriteReport
from sync_service.workbooks.setting import assignment
from sync_service.workbooks.xlsx import XlsxPort
from tests.libreoffice import Office
from tests.xlsx_injected import (
    Parts,
    add_pivot,
    add_pivot_slicer,
    add_table_slicer,
    define_name,
    sheet_of,
    taken_apart,
)
from tests.xlsx_support import make_book, parts, port

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:openpyxl")
TAB, MINE = "T tblBreach", "Mine"
CACHE = "xl/pivotCache/pivotCacheDefinition1.xml"
SHEET, WORKBOOK = "xl/worksheets/sheet1.xml", "xl/workbook.xml"
TABLE = "xl/tables/table1.xml"
FIELDS = ("No", "Actual")
RIGHT = letters(len(TABLES["tblBreach"].columns))


def rows_to(count: int, factor: int = 1) -> list[dict[str, object]]:
    return [{"no": f"B{n}", "actual": n * factor, "limit": 2} for n in range(1, count + 1)]


def book_of(folder: Path, *more: Callable[[Parts], object]) -> XlsxPort:
    def extra(book: xlsxwriter.Workbook, _: xlsxwriter.worksheet.Worksheet) -> None:
        book.add_worksheet(MINE).write_row("A3", ["No", "Sum of Actual"])

    path = make_book(folder / "book.xlsx", {"tblBreach": rows_to(3)}, extra=extra)
    taken = taken_apart(path)
    for add in more:
        add(taken)
    taken.save(path)
    return port(path)


def patched(book: XlsxPort, rows: list[dict[str, object]]) -> WriteReport:
    patch = TablePatch("tblBreach", ("no",), rows)  # type: ignore[arg-type]  # values of cells
    return book.write([patch], [], book.read().fingerprint)


def slicer(taken: Parts) -> None:
    add_table_slicer(taken, TAB, "tblBreach", "Level")


def pivot(source: str) -> Callable[[Parts], None]:
    def add(taken: Parts) -> None:
        define_name(taken, "ours", f"'{TAB}'!$A$4:${RIGHT}$7")
        add_pivot(taken, MINE, source, FIELDS, {"B1": 1, "B2": 2, "B3": 3})
        add_pivot_slicer(taken, MINE, "Own pivot", "No")

    return add


def unlike(before: dict[str, bytes], after: dict[str, bytes]) -> set[str]:
    assert list(before) == list(after)
    return {name for name in before if before[name] != after[name]}


OVER = [
    pytest.param('name="tblBreach"', id="the table by name"),
    pytest.param(f'ref="A4:{RIGHT}7" sheet="{TAB}"', id="exactly its range"),
    pytest.param('name="ours"', id="a defined name over its rows"),
    pytest.param(f'ref="A4:{RIGHT}900" sheet="{TAB}"', id="a range with rows to spare"),
]


def test_a_slicer_comes_out_of_growth_byte_for_byte(tmp_path: Path) -> None:
    book = book_of(tmp_path, slicer)
    before = parts(book.path)
    report = patched(book, rows_to(6))
    changed = unlike(before, parts(book.path))
    assert changed == {SHEET, TABLE} == set(report.parts_changed)
    after = parts(book.path)
    assert after[SHEET].partition(b"</sheetData>")[2] == before[SHEET].partition(b"</sheetData>")[2]
    wanted = before[TABLE].replace(b":%b7" % RIGHT.encode(), b":%b10" % RIGHT.encode())
    assert after[TABLE] == wanted


@pytest.mark.parametrize("source", OVER)
def test_new_values_leave_a_pivot_byte_for_byte_and_a_note_says_so(
    tmp_path: Path, source: str
) -> None:
    book = book_of(tmp_path, slicer, pivot(source))
    before = parts(book.path)
    report = patched(book, rows_to(3, factor=10))
    assert unlike(before, parts(book.path)) == {SHEET}
    [note] = [p for p in report.problems if p.code == "pivot_stale"]
    assert (note.place.sheet, note.place.cell, note.place.text) == (MINE, "A3", "Own pivot")


@pytest.mark.parametrize("source", OVER)
def test_growth_only_tells_the_pivot_to_read_its_source_again(tmp_path: Path, source: str) -> None:
    book = book_of(tmp_path, slicer, pivot(source))
    before = parts(book.path)
    report = patched(book, rows_to(6))
    after = parts(book.path)
    assert unlike(before, after) == {SHEET, TABLE, CACHE, WORKBOOK}
    old = before[CACHE].decode()
    exactly = f'ref="A4:{RIGHT}7"'
    assert after[CACHE].decode().replace(' refreshOnLoad="1"', "") == old.replace(
        exactly, f'ref="A4:{RIGHT}10"'
    )
    assert ' refreshOnLoad="1"' in after[CACHE].decode()
    assert [p for p in report.problems if p.code == "pivot_stale"] == []


@pytest.mark.parametrize(
    "source", [f'ref="A1:B3" sheet="{MINE}"', 'name="nowhere"', 'ref="A4:B9" sheet="Gone"']
)
def test_a_pivot_over_something_else_is_never_touched(tmp_path: Path, source: str) -> None:
    book = book_of(tmp_path, pivot(source))
    before = parts(book.path)
    report = patched(book, rows_to(6))
    assert unlike(before, parts(book.path)) == {SHEET, TABLE, WORKBOOK}
    assert [p for p in report.problems if p.code == "pivot_stale"] == []


def test_a_pivot_that_is_read_again_when_opened_needs_no_note(tmp_path: Path) -> None:
    def on_load(taken: Parts) -> None:
        taken.swap(CACHE, "<pivotCacheDefinition ", '<pivotCacheDefinition refreshOnLoad="1" ')

    book = book_of(tmp_path, pivot('name="tblBreach"'), on_load)
    before = parts(book.path)
    report = patched(book, rows_to(3, factor=10))
    assert unlike(before, parts(book.path)) == {SHEET}
    assert report.problems == ()


def test_one_set_cell_keeps_slicers_and_pivots(tmp_path: Path) -> None:
    book = book_of(tmp_path, slicer, pivot('name="tblBreach"'))
    before = parts(book.path)
    book.set([assignment("Mine!H20=5")], book.read().fingerprint)
    taken = taken_apart(book.path)
    assert unlike(before, parts(book.path)) == {sheet_of(taken, MINE)}


def test_libreoffice_and_openpyxl_open_what_comes_out(tmp_path: Path, office: Office) -> None:
    book = book_of(tmp_path, slicer, pivot('name="tblBreach"'))
    patched(book, rows_to(6))
    assert office.calculate(book.path)[TAB][9][0] == "B6"
    assert openpyxl.load_workbook(book.path)[TAB]["A10"].value == "B6"
