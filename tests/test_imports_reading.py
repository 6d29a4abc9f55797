"""Files as they come: encodings, pretenders, decimal commas, dates of three locales."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, date, datetime
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
from sync_service.imports.dates import DateOrder, read_dates
from sync_service.imports.numbers import DecimalSign, read_numbers
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
    assert numbers([row[-1] for row in read_file(path).rows]) == ([None], [0])


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


def numbers(
    cells: Sequence[Cell],
    chosen: DecimalSign | None = None,
    *,
    whole: bool = False,
    share: bool = False,
) -> object:
    found = read_numbers("x", cells, chosen, whole=whole, share=share)
    return [None if v is None else str(v) for v in found.values], list(found.bad)


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        pytest.param(["1,234.56", "7"], ["1234.56", "7"], id="en_US"),
        pytest.param(["US$1,234.56", "1,234"], ["1234.56", "1234"], id="en_US: one cell decides"),
        pytest.param(["1.234,56 €", "7,5"], ["1234.56", "7.5"], id="de_DE"),
        pytest.param(["1.234,56\u00a0€", "1.234"], ["1234.56", "1234"], id="de_DE: one decides"),
        pytest.param(["1 234,56", "0,5"], ["1234.56", "0.5"], id="fr_FR: blanks between thousands"),
        pytest.param(["¥1,234.5", "￥8", "１２"], ["1234.5", "8", "12"], id="zh_CN"),
        pytest.param(
            ["(12.30)", "-1.5", "2.5-"], ["-12.30", "-1.5", "-2.5"], id="three minus signs"
        ),
        pytest.param(
            ["-$5", "$-5", "($5.00)", "$(5.00)", "- 5"],
            ["-5", "-5", "-5.00", "-5.00", "-5"],
            id="a minus and a currency in any order",
        ),
        pytest.param(["1'234.50", "1’234.50"], ["1234.50", "1234.50"], id="de_CH: apostrophes"),
        pytest.param(
            ["1\u2009234\u2009567,5", "1\u202f000,0"], ["1234567.5", "1000.0"], id="thin blanks"
        ),
        pytest.param(["5,00 kr.", "CHF 1,50"], ["5.00", "1.50"], id="kronor and francs"),
        pytest.param(["0.125", "0.250"], ["0.125", "0.250"], id="0.125 holds no thousands"),
        pytest.param([Decimal("1.234"), "5"], ["1.234", "5"], id="a workbook's number is clear"),
        pytest.param(["", "3"], [None, "3"], id="an empty cell is unknown, not zero"),
    ],
)
def test_numbers(cells: Sequence[Cell], values: Sequence[str | None]) -> None:
    assert numbers(cells) == (values, [])


@pytest.mark.parametrize(
    "cells",
    [
        pytest.param(["1.234", "5"], id="1.234 fits both"),
        pytest.param(["1,234", "2,345"], id="1,234 fits both"),
        pytest.param(["1,234.5", "1.234,5"], id="two conventions in one column"),
    ],
)
def test_a_column_that_fits_both_conventions_is_refused_until_the_user_chooses(
    cells: Sequence[Cell],
) -> None:
    with pytest.raises(FileRefusedError, match="--decimal"):
        numbers(cells)
    assert numbers(["1.234"], ",") == (["1234"], [])
    assert numbers(["1.234"], ".") == (["1.234"], [])


def test_a_count_has_no_fraction_which_decides() -> None:
    assert numbers(["1,234", "56"], whole=True) == (["1234", "56"], [])
    with pytest.raises(FileRefusedError, match="--decimal"):
        numbers(["1.000"], whole=True)  # 1000, or 1 with three zeros behind it


def test_what_is_no_number_is_named_by_its_row() -> None:
    assert numbers(["1.5", "n/a", "1,2,3", "1e400"]) == (["1.5", None, None, None], [1, 2, 3])


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("(-5.00)", id="a minus inside brackets: which sign is it?"),
        pytest.param("-(5.00)", id="a minus before brackets"),
        pytest.param("(5.00", id="half a bracket"),
        pytest.param("5²", id="a footnote is no digit"),
        pytest.param("²5", id="a footnote in front"),
        pytest.param("1½", id="a fraction sign"),
        pytest.param("12 34", id="a blank that parts no thousands"),
        pytest.param("1 2 3", id="several figures in one cell"),
        pytest.param("1 00.5", id="a group of two"),
        pytest.param("1 000,000.5", id="two ways to part thousands"),
        pytest.param("1,00,000.00", id="groups of an Indian lakh"),
        pytest.param("1.00 $ 2", id="a currency between digits"),
        pytest.param("1,000.00 USD 5", id="a second number behind the currency"),
        pytest.param("5 %", id="a percentage among amounts"),
        pytest.param("1.5万", id="a unit in words"),
        pytest.param("--5", id="two signs"),
        pytest.param("1e3", id="an exponent"),
        pytest.param("NaN", id="not a number"),
        pytest.param("9" * 27, id="more than the facts can hold"),
    ],
)
def test_what_could_be_misread_is_no_number(text: str) -> None:
    assert numbers([text], ".") == ([None], [0])


def test_numbers_of_a_workbook_that_no_shop_sells_are_refused() -> None:
    cells = [Decimal("1E+308"), Decimal("12.5")]
    assert numbers(cells) == ([None, "12.5"], [0])
    assert numbers([Decimal(10**16)], whole=True) == ([None], [0])


def test_only_a_share_may_be_in_percent() -> None:
    assert numbers(["12%", "0.5 %"], share=True) == (["0.12", "0.005"], [])
    assert numbers(["100%"], whole=True) == ([None], [0])


@given(
    st.decimals(min_value=-(10**12), max_value=10**12, places=2, allow_nan=False),
    st.sampled_from([".", ","]),
)
def test_what_a_locale_prints_is_read_back(value: Decimal, sign: DecimalSign) -> None:
    text = f"{value:,.2f}"
    if sign == ",":
        text = text.translate(str.maketrans(",.", ".,"))
    assert read_numbers("x", [text], None, whole=False).values == (value,)


@given(st.text(max_size=30))
def test_any_text_is_a_number_or_a_bad_cell_and_never_a_fault(text: str) -> None:
    found = read_numbers("x", [text], ".", whole=False)
    assert (found.values[0] is None) == (not text or found.bad == (0,))
    read_dates("x", [text], "dmy")


def dates(cells: Sequence[Cell], chosen: DateOrder | None = None) -> list[object]:
    return list(read_dates("x", cells, chosen).values)


@pytest.mark.parametrize(
    "cells",
    [
        pytest.param(["2026-10-21"], id="ISO"),
        pytest.param(["2026/10/21"], id="zh_CN with strokes"),
        pytest.param(["2026年10月21日"], id="zh_CN"),
        pytest.param(["10/21/2026"], id="en_US: 21 is no month"),
        pytest.param(["21/10/2026"], id="fr_FR: 21 is no month"),
        pytest.param(["21.10.2026"], id="de_DE: dots put the day first"),
        pytest.param(["Oct 21, 2026"], id="advertising console"),
        pytest.param(["21 Oct 2026"], id="day and month by name"),
        pytest.param(["10/21/26"], id="en_US, as its Excel prints: two digits of the year"),
        pytest.param(["21.10.26"], id="de_DE, two digits of the year"),
        pytest.param(["21. Okt. 2026"], id="de_DE: month by name"),
        pytest.param(["21. Oktober 2026"], id="de_DE: the whole name"),
        pytest.param(["21 oct. 2026"], id="fr_FR: month by name"),
        pytest.param(["21 ott 2026"], id="it_IT: month by name"),
        pytest.param(["21 de octubre de 2026"], id="es_ES: month by name"),
        pytest.param(["2026年10月21日 下午1:05"], id="zh_CN with half of the day"),
        pytest.param(["20261021"], id="digits alone"),
        pytest.param([Decimal(20261021)], id="digits alone, as a workbook's number"),
        pytest.param(["２０２６／１０／２１"], id="full width"),
        pytest.param(["46316"], id="Excel serial"),
        pytest.param([Decimal(46316)], id="Excel serial as a number"),
        pytest.param(["2026-10-21 08:14"], id="a time without a zone is the shop's day"),
    ],
)
def test_dates(cells: Sequence[Cell]) -> None:
    assert dates(cells) == [date(2026, 10, 21)]


def test_one_cell_decides_for_the_column() -> None:
    assert dates(["03/04/2026", "13/04/2026"]) == [date(2026, 4, 3), date(2026, 4, 13)]
    assert dates(["03/04/2026", "03/14/2026"]) == [date(2026, 3, 4), date(2026, 3, 14)]


def test_an_undecidable_column_is_refused_until_the_user_chooses() -> None:
    with pytest.raises(FileRefusedError, match="--dates"):
        dates(["03/04/2026", "05/06/2026"])
    with pytest.raises(FileRefusedError, match="change places"):
        dates(["13/04/2026", "03/14/2026"])
    assert dates(["03/04/2026"], "mdy") == [date(2026, 3, 4)]
    assert dates(["03/03/2026"]) == [date(2026, 3, 3)]


def test_an_instant_keeps_its_zone() -> None:
    wanted = datetime(2026, 6, 17, 8, 14, 22, tzinfo=UTC)
    assert dates(["2026-06-17 08:14:22 UTC"]) == [wanted]
    assert dates(["17.06.2026 08:14:22 UTC"]) == [wanted]
    assert dates(["2026-06-17 04:14:22 -0400"]) == [wanted]
    assert dates(["2026-06-17T10:14:22+02:00"]) == [wanted]


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        pytest.param(
            "Oct 3, 2026 1:02:03 AM PDT", "2026-10-03T08:02:03", id="settlement of the US"
        ),
        pytest.param("Oct 3, 2026 12:02:03 AM PST", "2026-10-03T08:02:03", id="midnight is 12 AM"),
        pytest.param("3 oct. 2026 01:02:03 UTC", "2026-10-03T01:02:03", id="settlement of France"),
        pytest.param("1 août 2026 01:02:03 UTC", "2026-08-01T01:02:03", id="an accent"),
        pytest.param("1 juil. 2026 01:02:03 UTC+2", "2026-06-30T23:02:03", id="an hour of UTC"),
        pytest.param("3 Oct 2026 1:02:03 GMT+02:00", "2026-10-02T23:02:03", id="hours of GMT"),
        pytest.param("03.10.2026 01:02:03 MESZ", "2026-10-02T23:02:03", id="German summer time"),
        pytest.param("3 oct 2026 1:02:03 a. m. UTC", "2026-10-03T01:02:03", id="Spanish halves"),
        pytest.param("2026-10-03T01:02:03.123Z", "2026-10-03T01:02:03", id="parts of a second"),
        pytest.param("2026-10-03T01:02:03+02", "2026-10-02T23:02:03", id="an offset in hours"),
        pytest.param("Oct 3, 2026 1:02:03\u202fAM PDT", "2026-10-03T08:02:03", id="a thin blank"),
    ],
)
def test_an_instant_of_each_locale(text: str, instant: str) -> None:
    assert dates([text]) == [datetime.fromisoformat(f"{instant}+00:00")]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("2026-02-30", id="a day that is none"),
        pytest.param("soon", id="a word"),
        pytest.param("2026-10-21 25:00", id="an hour that is none"),
        pytest.param("2026-10-03 24:30 AM", id="24 in the morning"),
        pytest.param("2026-10-03 99:30 PM UTC", id="99 in the afternoon"),
        pytest.param("2026-10-03 01:00 +99:99", id="an offset that is none"),
        pytest.param("2026-10-03 01:00 +24:00", id="an offset of a whole day"),
        pytest.param("0001-01-01 00:00 +14:00", id="before the calendar"),
        pytest.param("9999-12-31 23:59 -12:00", id="after it"),
        pytest.param("2026-10-03 01:02:03 CST", id="China's or Chicago's time"),
        pytest.param("26-10-13", id="the year may stand first"),
        pytest.param("26/10/13", id="the year may stand first, with strokes"),
        pytest.param("Octopus 3, 2026", id="a word that begins like a month"),
        pytest.param("3 ju. 2026", id="June or July"),
        pytest.param("2026-10-0²", id="a footnote"),
        pytest.param("10/2026", id="a month"),
        pytest.param("2026-10-03 to 2026-10-09", id="two days"),
        pytest.param("1759449600", id="seconds since 1970"),
    ],
)
def test_no_date_is_named_by_its_row(text: str) -> None:
    assert read_dates("x", ["2026-10-21", text], "dmy").bad == (1,)


@given(st.from_regex(r"[0-9A-Za-z年月日/.:+, -]{1,30}", fullmatch=True))
def test_whatever_looks_like_a_date_is_one_or_is_refused(text: str) -> None:
    found = read_dates("x", [text], "mdy")
    assert (found.values[0] is None) == (found.bad == (0,))
