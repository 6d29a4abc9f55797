"""Files as they come: encodings, pretenders, decimal commas, dates of three locales."""

from __future__ import annotations

import zipfile
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from kpi.errors import KpiError
from sync_service.imports.cells import Cell, id_text
from sync_service.imports.columns import Columns
from sync_service.imports.numbers import read_numbers
from sync_service.imports.reading import normal, read_file
from sync_service.imports.refusals import FileRefusedError
from sync_service.workbooks.refusals import RefusedBookError

TEXT = "日期,店铺,说明\r\n2026-10-21,AMZ-DE,差评\r\n"
GERMAN = "datum;laden;titel\r\n2026-10-21;AMZ-DE;Küchenwaage für Brühe\r\n"


@pytest.mark.parametrize(
    ("text", "written", "chosen"),
    [
        pytest.param(TEXT, "utf-8", "utf-8", id="UTF-8"),
        pytest.param(TEXT, "utf-8-sig", "utf-8", id="UTF-8 with a mark"),
        pytest.param(TEXT, "utf-16", "utf-16", id="UTF-16 with a mark"),
        pytest.param(TEXT, "utf-16-le", "utf-16", id="UTF-16 without a mark"),
        pytest.param(TEXT, "utf-16-be", "utf-16", id="UTF-16 without a mark, the other way"),
        pytest.param("\ufeff" + TEXT, "utf-8-sig", "utf-8", id="two marks"),
        pytest.param(TEXT.replace("\r\n", "\r"), "utf-8", "utf-8", id="lines of an old Mac"),
        pytest.param(TEXT, "gbk", "gb18030", id="GBK of a Chinese ERP"),
        pytest.param(TEXT, "gb18030", "gb18030", id="GB18030"),
        pytest.param(GERMAN, "cp1252", "windows-1252", id="umlauts are not taken for Chinese"),
        pytest.param(GERMAN, "utf-8", "utf-8", id="umlauts in UTF-8"),
    ],
)
def test_encodings(tmp_path: Path, text: str, written: str, chosen: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(text.encode(written))
    grid = read_file(path)
    assert grid.encoding == chosen
    wanted = [line.replace(";", ",").split(",") for line in text.strip("\ufeff").splitlines()]
    assert [list(grid.headers), *(list(row) for row in grid.rows)] == wanted


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        pytest.param("a.csv", b"<!DOCTYPE html><html>sign in", "web page", id="sign-in page"),
        pytest.param("a.csv", b"PK\x03\x04rest", "zip archive", id="zip"),
        pytest.param("a.txt", b"\xd0\xcf\x11\xe0\xa1\xb1", "old .xls", id="old workbook"),
        pytest.param("a.csv", b"%PDF-1.7", "PDF", id="PDF"),
        pytest.param("a.csv", b"\x1f\x8b\x08", "gzip", id="gzip"),
        pytest.param("a.csv", b'{"errors":[]}', "JSON", id="JSON"),
        pytest.param("a.csv", b'[\n {"a": 1},', "JSON", id="a JSON list of objects"),
        pytest.param("a.csv", b"[1,2,3]", "JSON", id="a JSON list of numbers"),
        pytest.param("a.csv", b"BZh91AY&SY,,", "bzip2", id="bzip2"),
        pytest.param("a.csv", b"\x89PNG\r\n\x1a\n,,", "picture", id="PNG"),
        pytest.param("a.csv", b"{\\rtf1,a}", "text document", id="RTF"),
        pytest.param("a.csv", "<html>,x".encode("utf-16"), "web page", id="a page in UTF-16"),
        pytest.param("a.csv", b"a,b\n" + b"1,2\n" * 50_000 + b"\0,1\n", "binary", id="a late zero"),
        pytest.param("a.csv", b",,,\n,,\n", "no table", id="nothing but commas"),
        pytest.param("a.csv", b"\n \n,\n", "no table", id="nothing but blanks"),
        pytest.param("a.csv", b"a,b\n1,\0\0\n", "binary data", id="zero bytes"),
        pytest.param("a.csv", b"", "empty", id="nothing"),
        pytest.param("a.csv", b"one column\n1\n", "no comma", id="no delimiter"),
        pytest.param("a.csv", b'a,b\n"open,1\n', "cannot be read", id="a quote without its end"),
        pytest.param(
            "a.csv", b"a,b\n\x81\x8d\x90\xff,\x81\n", "no encoding", id="no encoding fits"
        ),
        pytest.param("a.xls", b"a,b", "only .csv", id="an ending that is not read"),
    ],
)
def test_what_only_pretends_to_be_a_table_is_refused(
    tmp_path: Path, name: str, data: bytes, said: str
) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(FileRefusedError, match=said) as caught:
        read_file(path)
    assert caught.value.texts["zh"]


def test_a_workbook_with_macros_or_a_bomb_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/vbaProject.bin", b"x")
    with pytest.raises(RefusedBookError):
        read_file(path)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 300_000_000)
    with pytest.raises(RefusedBookError):
        read_file(path)


CELLS = {"C2": b'<c r="C2"><v>3</v></c>'}


def workbook_with(path: Path, cell: bytes, row: bytes = b'<row r="2"') -> Path:
    """A table whose cell C2 (the number 3) and row 2 are written otherwise."""
    plain = path.with_name("plain.xlsx")
    with xlsxwriter.Workbook(str(plain)) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["date", "shop", "n"])
        sheet.write_row(1, 0, ["2026-10-21", "AMZ-DE", 3])
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "xl/worksheets/sheet1.xml":
                assert CELLS["C2"] in data
                data = data.replace(CELLS["C2"], cell).replace(b'<row r="2"', row)
            new.writestr(name, data)
    return path


@pytest.mark.parametrize(
    ("cell", "row", "said"),
    [
        pytest.param(
            b'<c r="XFD1048576"><v>3</v></c>', b'<row r="2"', "reach to XFD", id="far out"
        ),
        pytest.param(
            b'<c r="&#88;FD1048576"><v>3</v></c>', b'<row r="2"', "reach to XFD", id="as an entity"
        ),
        pytest.param(
            b"<c x=\"&gt;\" r='XFD1048576'><v>3</v></c>", b'<row r="2"', "reach to", id="in quotes"
        ),
        pytest.param(b"<c><v>3</v></c>", b'<row r="99999999"', "damaged", id="a row that is none"),
        pytest.param(
            b'<c r="ZZZZZ9"><v>3</v></c>', b'<row r="2"', "damaged", id="a column that is none"
        ),
        pytest.param(b'<c r="C2"><v>3</c>', b'<row r="2"', "damaged", id="tags that do not match"),
    ],
)
def test_a_cell_far_out_is_refused_before_memory_for_all_between_is_asked_for(
    tmp_path: Path, cell: bytes, row: bytes, said: str
) -> None:
    with pytest.raises(FileRefusedError, match=said) as caught:
        read_file(workbook_with(tmp_path / "a.xlsx", cell, row))
    assert caught.value.texts["zh"]


def test_a_format_far_out_is_no_content(tmp_path: Path) -> None:
    cell = CELLS["C2"] + b'<c r="XFD2" s="0"/>'
    assert read_file(workbook_with(tmp_path / "a.xlsx", cell)).headers == ("date", "shop", "n")


@pytest.mark.parametrize("value", [b"NaN", b"1e400", b"-1e400"])
def test_what_a_workbook_calls_a_number_and_is_none_stays_text(
    tmp_path: Path, value: bytes
) -> None:
    path = workbook_with(tmp_path / "a.xlsx", b'<c r="C2"><v>%b</v></c>' % value)
    found = read_numbers("n", [row[-1] for row in read_file(path).rows], None, whole=False)
    assert (found.values, found.bad) == ((None,), (0,))


def test_the_line_that_tells_excel_the_delimiter_is_no_header(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"sep=;\r\na;b\r\n1,5;2\r\n3\r\n")
    grid = read_file(path)
    assert (grid.headers, grid.rows, grid.delimiter) == (("a", "b"), (("1,5", "2"),), ";")
    assert [one.row for one in grid.refused] == [4]


def test_two_columns_of_one_header_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("sku,cost,Cost (USD)\nA,1,2\n", encoding="utf-8")
    columns = Columns(read_file(path))
    assert columns.find("sku") == 0
    assert columns.find("cost") == 1  # the exact header goes before the one with a currency
    path.write_text("sku,cost,COST\nA,1,2\n", encoding="utf-8")
    with pytest.raises(FileRefusedError, match="more than one column 'cost'"):
        Columns(read_file(path)).money("cost")


@given(st.binary(max_size=300), st.sampled_from([".csv", ".tsv", ".txt", ".xlsx"]))
def test_any_bytes_are_a_grid_or_refused(data: bytes, ending: str) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"a{ending}"
        path.write_bytes(data)
        with suppress(KpiError):
            grid = read_file(path)
            assert all(len(row) == len(grid.headers) for row in grid.rows)


def test_a_row_of_another_length_is_refused_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a,b\n1,2\n3\n4,5,\n6,7,8\n", encoding="utf-8")
    grid = read_file(path)
    assert grid.rows == (("1", "2"), ("4", "5"))
    assert [one.row for one in grid.refused] == [3, 5]


def test_a_workbook_gives_numbers_dates_and_texts_unchanged(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False}) as book:
        sheet = book.add_worksheet()
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_row(0, 0, ["day", "amount", "title", "id"])
        sheet.write_datetime(1, 0, datetime(2026, 10, 21), day)  # noqa: DTZ001 - a day
        sheet.write_number(1, 1, 0.1)
        sheet.write_string(1, 2, "=1+1")
        sheet.write_string(1, 3, "007")
    assert read_file(path).rows == ((date(2026, 10, 21), Decimal("0.1"), "=1+1", "007"),)


def test_headers_are_compared_trimmed_and_half_width() -> None:
    assert normal("\ufeff  采购成本（元）  ") == "采购成本(元)"
    assert normal("Sessions  - Total") == "sessions - total"


@pytest.mark.parametrize(
    ("cell", "kept"),
    [
        pytest.param("00123", "00123", id="leading zeros stay"),
        pytest.param("1.23E+15", None, id="lost digits are refused"),
        pytest.param("1,23E+15", None, id="also with a decimal comma"),
        pytest.param("12E4", "12E4", id="a SKU may look like a number"),
        pytest.param(Decimal(123), "123", id="a number of a workbook"),
        pytest.param(Decimal("1.23E+15"), None, id="a number too long for a workbook"),
        pytest.param("=HYPERLINK(1)", "=HYPERLINK(1)", id="text that looks like a formula"),
    ],
)
def test_identifiers(cell: Cell, kept: str | None) -> None:
    assert id_text(cell) == kept
