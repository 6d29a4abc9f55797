"""A table that has no room and a workbook in somebody's hands are left as they are."""

from __future__ import annotations

from pathlib import Path

import pytest
import xlsxwriter

from sync_service.workbooks.port import TablePatch
from sync_service.workbooks.refusals import BookChangedError, BookInUseError, TableRefusedError
from sync_service.workbooks.xlsx import XlsxPort
from tests.test_xlsx_tables import MANY, TAB, breach_book, patch, seen
from tests.xlsx_support import Rows


def _refused(book: XlsxPort, rows: Rows) -> str:
    before = book.path.read_bytes()
    with pytest.raises(TableRefusedError) as refused:
        patch(book, rows)
    assert book.path.read_bytes() == before
    return str(refused.value)


def test_growth_stops_before_a_filled_cell(tmp_path: Path) -> None:
    def below(_: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet) -> None:
        sheet.write_string("C10", "a person's note")

    assert f"{TAB}!C10" in _refused(breach_book(tmp_path, extra=below), MANY)


def test_growth_stops_before_merged_cells_and_other_tables(tmp_path: Path) -> None:
    def merged(_: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet) -> None:
        sheet.merge_range("B9:C9", "")

    def other(_: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet) -> None:
        sheet.add_table("C9:D12", {"name": "mine"})

    (tmp_path / "a").mkdir()
    assert "B9:C9" in _refused(breach_book(tmp_path / "a", extra=merged), MANY)
    assert "table mine" in _refused(breach_book(tmp_path, extra=other), MANY)


def test_a_changed_file_is_a_conflict_and_can_be_tried_again(tmp_path: Path) -> None:
    book = breach_book(tmp_path)
    old = book.read().fingerprint
    patch(book, [{"no": "B1", "actual": 5}], prune=False)
    with pytest.raises(BookChangedError, match="Read it again"):
        book.write([TablePatch("tblBreach", ("no",), [])], [], old)
    assert seen(book)["B1"] == (5, 5.0)


@pytest.mark.parametrize(
    ("name", "content", "who"),
    [
        ("~$book.xlsx", b"\x04OPS1" + bytes(160), "OPS1"),
        (".~lock.book.xlsx#", b",OPS2,host,22.10.2026 09:00,file:///x;", "OPS2"),
    ],
)
def test_an_open_workbook_is_left_alone(
    tmp_path: Path, name: str, content: bytes, who: str
) -> None:
    book = breach_book(tmp_path)
    fingerprint, before = book.read().fingerprint, book.path.read_bytes()
    (tmp_path / name).write_bytes(content)
    with pytest.raises(BookInUseError, match=who):
        book.write([TablePatch("tblBreach", ("no",), [])], [], fingerprint)
    assert book.path.read_bytes() == before
