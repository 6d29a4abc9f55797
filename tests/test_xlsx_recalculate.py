"""Values of dependents: calculated by LibreOffice with all digits, or dropped, never stale."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import xlsxwriter

from kpi.tables import ErrorValue
from sync_service.workbooks import recalculate
from sync_service.workbooks.areas import Area
from sync_service.workbooks.port import TablePatch, WriteReport
from sync_service.workbooks.recalculate import NoOfficeError, recalculated
from sync_service.workbooks.xlsx import XlsxPort
from tests.libreoffice import OWN
from tests.xlsx_support import make_book, parts, port, values

pytestmark = [
    pytest.mark.filterwarnings("ignore::UserWarning:openpyxl"),
    pytest.mark.usefixtures("own_office"),
]
TAB = "T tblBreach"


def _dependents(book: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet) -> None:
    sheet.write_formula("A1", "=SUM(E5:E900)/3", None, -1)
    sheet.write_formula("B1", '=IF(A1>10,"high","low")', None, "old")
    sheet.write_formula("C1", "=1/(E5-E5)", None, -1)
    sheet.write_formula("D1", "=IF(E5>0,NA(),1)", None, -1)
    sheet.write_formula("E1", "=SUM(Z1:Z9)+0.5", None, 0.5)
    sheet.write_formula("F1", "=_xldudf_KPI_SCORE(E5)", None, 77)
    sheet.write_formula("G1", "=F1+1", None, 78)
    sheet.write_formula("H1", "=_xldudf_KPI_SCORE(Z1)", None, 40)
    sheet.write_formula("I1", "=H1+A1", None, -1)
    other = book.add_worksheet("Other")
    other.write_formula("A1", f"='{TAB}'!A1*2", None, -1)
    chart = book.add_chart({"type": "column"})
    chart.add_series({"values": "=Other!$A$1:$A$2"})
    other.insert_chart("C3", chart)


def written(folder: Path, how: str) -> tuple[XlsxPort, WriteReport]:
    rows = [{"no": "B1", "actual": 1}]
    book = port(make_book(folder / "b.xlsx", {"tblBreach": rows}, extra=_dependents), how)
    wanted = TablePatch(
        "tblBreach", ("no",), [{"no": "B1", "actual": 10}, {"no": "B2", "actual": 91}]
    )
    return book, book.write([wanted], [], book.read().fingerprint)


def test_libreoffice_gives_the_values_of_dependents(tmp_path: Path) -> None:
    book, report = written(tmp_path, "always")
    found = values(book.path, TAB)
    assert found["A1"] == 101 / 3
    assert found["B1"] == "high"
    assert found["C1"] == "#DIV/0!"
    assert found["D1"] == "#N/A"
    assert found["E1"] == 0.5
    assert "F1" not in found  # a function of the add-in: nobody here can calculate it
    assert "G1" not in found
    assert (found["H1"], found["I1"]) == (40, 40 + 101 / 3)
    assert values(book.path, "Other")["A1"] == 202 / 3
    assert repr(202 / 3).encode() in parts(book.path)["xl/charts/chart1.xml"]
    assert [p.code for p in report.problems] == ["values_dropped"]


def test_without_it_they_are_dropped_and_calculated_on_load(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recalculate, "office", lambda: None)
    book, report = written(tmp_path, "auto")
    found = values(book.path, TAB)
    assert [a for a in ("A1", "B1", "C1", "D1", "F1") if a in found] == []
    assert found["E1"] == 0.5
    assert "LibreOffice is not installed" in report.problems[0].line("en")


def test_a_deadline_ends_the_office(tmp_path: Path) -> None:
    book = make_book(tmp_path / "b.xlsx", {"tblBreach": []}, extra=_dependents)
    with pytest.raises(NoOfficeError, match="took over"):
        recalculated([book.read_bytes()], {TAB: [Area(1, 1, 1, 1)]}, limit=0.05)


def test_a_file_that_it_cannot_open_is_told() -> None:
    with pytest.raises(NoOfficeError, match="failed"):
        recalculated([b"no workbook"], {TAB: [Area(1, 1, 1, 1)]}, limit=60)


def test_an_office_that_died_is_followed_by_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a file would lack its figures where the first office met with an accident."""
    started: list[str] = []

    @contextmanager
    def serving(soffice: str, folder: Path) -> Iterator[str]:
        started.append(soffice if started else "/bin/false")
        monkeypatch.setattr(recalculate, "_START_S", 60.0 if started[1:] else 1.0)
        with OWN(started[-1], folder) as pipe:
            yield pipe

    monkeypatch.setattr(recalculate, "_serving", serving)
    book, report = written(tmp_path, "always")
    assert values(book.path, TAB)["A1"] == 101 / 3
    assert len(started) == 2
    assert "failed" not in str(report.problems)


def test_errors_come_as_errors(tmp_path: Path) -> None:
    book = make_book(tmp_path / "b.xlsx", {"tblBreach": [{"no": "B", "actual": 1}]},
                     extra=_dependents)  # fmt: skip
    found = recalculated([book.read_bytes()], {TAB: [Area(1, 1, 1, 6)]})
    assert found[TAB, 1, 3] == ErrorValue("#DIV/0!")
    assert found[TAB, 1, 4] == ErrorValue("#N/A")
    assert (TAB, 1, 6) not in found
