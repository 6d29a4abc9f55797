"""A person's formulas over a table's rows: they follow it as in Excel, or are reported."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import xlsxwriter

from kpi.errors import Problem
from sync_service.workbooks.package import open_package, rebuilt
from sync_service.workbooks.port import TablePatch, WriteReport
from sync_service.workbooks.xlsx import XlsxPort
from tests.libreoffice import Office
from tests.xlsx_support import Rows, column, make_book, parts, port

TAB = "T tblBreach"  # No stands in A, Actual in E, Limit in F; rows 5 to 7
SHEET, MINE = "xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml"
ACTION = column("tblBreach", "action")


def rows_to(count: int) -> Rows:
    return [{"no": f"B{n}", "actual": n, "limit": 10 * n} for n in range(1, count + 1)]


def book_with(
    folder: Path, formulas: dict[str, str], own: dict[str, str] | None = None, count: int = 3
) -> XlsxPort:
    """A table of `count` rows; `formulas` stand on a person's tab, `own` beside the table."""

    def extra(book: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet) -> None:
        for at, text in (own or {}).items():
            sheet.write_formula(at, text, None, 6)
        mine = book.add_worksheet("Mine")
        for at, text in formulas.items():
            mine.write_formula(at, text, None, 6)

    return port(make_book(folder / "book.xlsx", {"tblBreach": rows_to(count)}, extra=extra))


def grown(book: XlsxPort, rows: Rows) -> WriteReport:
    patch = TablePatch("tblBreach", ("no",), rows)  # type: ignore[arg-type]  # values of cells
    return book.write([patch], [], book.read().fingerprint)


def formulas(path: Path, part: str) -> dict[str, str]:
    xml = parts(path)[part].decode()
    found = re.findall(r'<c r="([A-Z]+\d+)"[^>]*><f[^>]*>([^<]*)</f>', xml)
    return {at: text.replace("&gt;", ">").replace("&amp;", "&") for at, text in found}


def missed(report: WriteReport) -> list[Problem]:
    return [p for p in report.problems if p.code == "rows_missed"]


FOLLOW = [
    pytest.param("SUM('T tblBreach'!E5:E7)", "SUM('T tblBreach'!E5:E9)", id="a column's rows"),
    pytest.param(
        "COUNT('T tblBreach'!$E$4:$F$7)", "COUNT('T tblBreach'!$E$4:$F$9)", id="with its header"
    ),
    pytest.param(
        "SUMIFS('T tblBreach'!E5:E7,'T tblBreach'!F5:F7,\">1\")",
        "SUMIFS('T tblBreach'!E5:E9,'T tblBreach'!F5:F9,\">1\")",
        id="two ranges that must stay equally long",
    ),
    pytest.param(
        "SUM('T tblBreach'!E5:E6)", "SUM('T tblBreach'!E5:E6)", id="not the last row: a choice"
    ),
    pytest.param(
        "SUM('T tblBreach'!E5:E900)", "SUM('T tblBreach'!E5:E900)", id="rows to spare are enough"
    ),
    pytest.param("SUM('T tblBreach'!E:E)", "SUM('T tblBreach'!E:E)", id="a whole column"),
    pytest.param("'T tblBreach'!E7", "'T tblBreach'!E7", id="one cell is one cell"),
    pytest.param(
        "SUM(tblBreach[Actual])",
        "SUM(tblBreach[Actual])",
        id="a table's own reference",
    ),
    pytest.param('"E5:E7"&E5', '"E5:E7"&E5', id="a text that looks like a range"),
    pytest.param("SUM(E5:E7)", "SUM(E5:E7)", id="the same rows of another tab"),
]


@pytest.mark.parametrize(("before", "after"), FOLLOW)
def test_a_formula_on_an_own_tab(tmp_path: Path, before: str, after: str) -> None:
    book = book_with(tmp_path, {"B2": f"={before}"})
    report = grown(book, rows_to(5))
    assert formulas(book.path, MINE) == {"B2": after}
    assert missed(report) == []


def test_a_formula_beside_the_table_follows_growth_and_shrinking(tmp_path: Path) -> None:
    book = book_with(tmp_path, {}, {"A2": "=SUM(E5:E7)", "AA5": "=E5/SUM($E$5:$E$7)"})
    grown(book, rows_to(5))
    assert formulas(book.path, SHEET) == {"A2": "SUM(E5:E9)", "AA5": "E5/SUM($E$5:$E$9)"}
    grown(book, rows_to(2))
    assert formulas(book.path, SHEET) == {"A2": "SUM(E5:E6)", "AA5": "E5/SUM($E$5:$E$6)"}
    grown(book, rows_to(1))
    grown(book, rows_to(4))
    assert formulas(book.path, SHEET) == {"A2": "SUM(E5:E8)", "AA5": "E5/SUM($E$5:$E$8)"}


REPORTED = [
    pytest.param("SUM('T tblBreach'!E6:E7)", id="from the second row to the end"),
    pytest.param("SUM('T tblBreach'!E1:E7)", id="from above the header to the end"),
    pytest.param("COUNTA('T tblBreach'!A5:ZZ7)", id="wider than the table"),
]


@pytest.mark.parametrize("text", REPORTED)
def test_a_range_that_cannot_be_known_stays_and_is_reported(tmp_path: Path, text: str) -> None:
    book = book_with(tmp_path, {"C3": f"={text}", "C4": f"={text}"})
    report = grown(book, rows_to(5))
    assert set(formulas(book.path, MINE).values()) == {text}
    [found] = missed(report)
    assert (found.place.sheet, found.place.cell, found.place.table) == ("Mine", "C3", "tblBreach")
    assert "1 more" in found.what["en"]
    assert "tblBreach[" in found.mend["zh"]


def test_what_shrinks_misses_nothing(tmp_path: Path) -> None:
    book = book_with(tmp_path, {"C3": "=SUM('T tblBreach'!E6:E7)"})
    assert missed(grown(book, rows_to(2))) == []


IN_ROW = [
    pytest.param("=SUM($E$5:E{0})", "SUM($E$5:E{0})", id="a running total belongs to its row"),
    pytest.param("=E{0}/SUM($E$5:$E$7)", "E{0}/SUM($E$5:$E$9)", id="a share of the column's sum"),
    pytest.param("=SUM(E{0}:F{0})", "SUM(E{0}:F{0})", id="the cells of the row"),
]


@pytest.mark.parametrize(("before", "after"), IN_ROW)
def test_an_own_column_of_the_table(tmp_path: Path, before: str, after: str) -> None:
    """Excel itself spoils the running total of the last row when a table grows; we do not."""
    cells = {f"{chr(64 + ACTION)}{row}": before.format(row) for row in (5, 6, 7)}
    book = book_with(tmp_path, {}, cells)
    report = grown(book, rows_to(5))
    letter = chr(64 + ACTION)
    held = formulas(book.path, SHEET)
    assert {at: held[at] for at in cells} == {
        f"{letter}{row}": after.format(row) for row in (5, 6, 7)
    }
    assert missed(report) == []


def shared(path: Path, old: str, new: str) -> None:
    package = open_package(path.read_bytes(), path.name)
    xml = package.read(MINE).decode()
    changed = re.sub(old, new, xml)
    assert changed != xml
    path.write_bytes(b"".join(rebuilt(package, {MINE: changed.encode()})))


def test_a_shared_formula_over_columns_stays_shared(tmp_path: Path) -> None:
    """B2 holds the text, C2 has it one column to the right: both follow with the one text."""
    book = book_with(tmp_path, {"B2": "=SUM('T tblBreach'!E5:E7)", "C2": "=1"})
    shared(book.path, r"<f>SUM", '<f t="shared" ref="B2:C2" si="0">SUM')
    shared(book.path, r"<f>1</f>", '<f t="shared" si="0"/>')
    grown(book, rows_to(5))
    xml = parts(book.path)[MINE].decode()
    assert '<f t="shared" ref="B2:C2" si="0">SUM(\'T tblBreach\'!E5:E9)</f>' in xml
    assert '<f t="shared" si="0"/>' in xml


def test_a_shared_formula_that_no_longer_fits_is_taken_apart(tmp_path: Path) -> None:
    """B3 means rows 6 to 8, which is not the table: only B2 follows."""
    book = book_with(tmp_path, {"B2": "=SUM('T tblBreach'!E5:E7)", "B3": "=1"})
    shared(book.path, r"<f>SUM", '<f t="shared" ref="B2:B3" si="0">SUM')
    shared(book.path, r"<f>1</f>", '<f t="shared" si="0"/>')
    grown(book, rows_to(5))
    xml = parts(book.path)[MINE].decode()
    assert "<f>SUM('T tblBreach'!E5:E9)</f>" in xml
    assert "<f>SUM('T tblBreach'!E6:E8)</f>" in xml


def test_an_array_over_several_cells_is_left_and_reported(tmp_path: Path) -> None:
    """Its own size would have to follow too."""
    book = book_with(tmp_path, {"B2": "='T tblBreach'!E5:E7"})
    shared(book.path, r"<f>", '<f t="array" ref="B2:B4">')
    report = grown(book, rows_to(5))
    assert formulas(book.path, MINE) == {"B2": "'T tblBreach'!E5:E7"}
    assert [p.place.cell for p in missed(report)] == ["B2"]


def test_the_column_formula_of_an_own_table_follows(tmp_path: Path) -> None:
    def extra(book: xlsxwriter.Workbook, _: xlsxwriter.worksheet.Worksheet) -> None:
        mine = book.add_worksheet("Mine")
        options = {"name": "own", "columns": [{"formula": f"=SUM('{TAB}'!$E$5:$E$7)"}]}
        mine.add_table("B2:B4", options)

    book = port(make_book(tmp_path / "b.xlsx", {"tblBreach": rows_to(3)}, extra=extra))
    grown(book, rows_to(5))
    assert b"$E$5:$E$9)</calculatedColumnFormula>" in parts(book.path)["xl/tables/table2.xml"]


def test_a_table_of_one_row_is_not_taken_for_its_columns(tmp_path: Path) -> None:
    """E5:F5 is the row, in a sparkline, a chart and a rule; F5 alone and the full width are not."""
    letter = chr(64 + ACTION)

    def extra(book: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet) -> None:
        sheet.add_sparkline(f"{letter}5", {"range": f"'{TAB}'!E5:F5"})
        rule = {"type": "formula", "criteria": "=SUM($E5:$F5)>0", "format": book.add_format()}
        sheet.conditional_format("E5:F5", rule)
        chart = book.add_chart({"type": "line"})
        chart.add_series({"values": f"='{TAB}'!$E$5:$F$5"})
        chart.add_series({"values": f"='{TAB}'!$E$5:$E$5"})
        sheet.insert_chart("S4", chart)
        sheet.write_formula("AA5", "=SUM(E5:F5)", None, 11)

    book = port(make_book(tmp_path / "b.xlsx", {"tblBreach": rows_to(1)}, extra=extra))
    grown(book, rows_to(3))
    xml = parts(book.path)[SHEET].decode()
    assert re.findall(r"<xm:f>[^<]*!(\w+:\w+)</xm:f>", xml) == ["E5:F5", "E6:F6", "E7:F7"]
    assert "<formula>SUM($E5:$F5)&gt;0</formula>" in xml
    assert formulas(book.path, SHEET) == {"AA5": "SUM(E5:F5)"}
    chart = parts(book.path)["xl/charts/chart1.xml"].decode()
    assert re.findall(r"!(\$E\$5:\$\w\$\d)</c:f>", chart) == ["$E$5:$F$5", "$E$5:$E$7"]


def test_libreoffice_shows_the_total_that_the_file_holds(tmp_path: Path, office: Office) -> None:
    book = book_with(tmp_path, {"B2": "=SUM('T tblBreach'!E5:E7)", "B3": "=B2*2"})
    XlsxPort(book.path).write(
        [TablePatch("tblBreach", ("no",), rows_to(5))],  # type: ignore[arg-type]  # values of cells
        [],
        book.read().fingerprint,
    )
    held = office.calculate(book.path, recalculate=False)["Mine"]
    assert (held[1][1], held[2][1]) == (15, 30)  # 1 + 2 + 3 + 4 + 5
    grown(book, rows_to(2))
    assert office.calculate(book.path)["Mine"][1][1] == 3
    assert "<v>" not in parts(book.path)[MINE].decode()  # dropped, not left at 15
