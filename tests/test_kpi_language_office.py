"""The office helper itself: values, errors, formulas, and a new office after a failure."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import Workbook

from tests.libreoffice import DIVISION, NA, CellError, Office, OfficeError


@pytest.fixture
def book(tmp_path: Path) -> Path:
    work = Workbook()
    sheet = work.active
    assert sheet is not None
    sheet.title = "数"
    sheet.append([1.5, "=A1*2", "=NA()", "=1/0", '="a"&"b"', "text", None, "=1=1"])
    path = tmp_path / "book.xlsx"
    work.save(path)
    return path


def test_values_errors_and_formulas_come_back(office: Office, book: Path) -> None:
    [row] = office.calculate(book)["数"]
    assert row == [1.5, 3.0, NA, CellError(DIVISION), "ab", "text", "", 1.0]
    assert office.formulas(book)["数"][0][1] == "=A1*2"


def test_a_file_that_does_not_open_fails_by_name_and_the_next_order_works(
    office: Office, book: Path, tmp_path: Path
) -> None:
    with pytest.raises(OfficeError, match="absent"):
        office.calculate(tmp_path / "absent.xlsx")
    saved = office.save(book, tmp_path / "again.xlsx")
    assert office.calculate(saved, recalculate=False)["数"][0][1] == 3.0
