"""Cells of hand-made sheets: read by their type, set in place, refused where they are bound."""

from __future__ import annotations

import subprocess
import sys
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi.tables import ErrorValue
from sync_service.workbooks.book import Book
from sync_service.workbooks.formulas import shifted
from sync_service.workbooks.refusals import CellRefusedError
from sync_service.workbooks.serials import from_serial, is_date_format, to_serial
from sync_service.workbooks.setting import value
from sync_service.workbooks.sheetxml import cells, grid, rows
from sync_service.workbooks.values import Written, typed
from sync_service.workbooks.xlsx import writable_book
from tests.paths import ROOT
from tests.test_xlsx_package import set_in
from tests.xlsx_handmade import HEAD, MAIN, parts_of, sheet, zipped

STRINGS = (
    f'{HEAD}<sst xmlns="{MAIN}"><si><t>plain</t></si><si><r><t>rich </t></r><r><t>text</t></r></si>'
    '<si><t>wide<![CDATA[ <b>]]></t><rPh sb="0" eb="1"><t>guide</t></rPh></si>'
    '<si><t xml:space="preserve"> kept </t></si><si><t>_x005F_x0041_ _x000D_</t></si></sst>'
)
STYLES = (
    f'{HEAD}<styleSheet xmlns="{MAIN}"><numFmts><numFmt numFmtId="164" formatCode="yyyy-mm-dd"/>'
    '</numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/></cellXfs>'
    "</styleSheet>"
)
LINKS = (("rIdS", "sharedStrings", "strings.xml"), ("rIdT", "styles", "styles.xml"))
MORE = {"xl/strings.xml": STRINGS, "xl/styles.xml": STYLES}


def book_of(data: str, *, strict: bool = False, before: str = "") -> bytes:
    xml = sheet(data, strict=strict)
    return zipped(parts_of(xml, strict=strict, links=LINKS, more=MORE, before=before))


def all_values(data: bytes, title: str = "Sheet") -> dict[str, Written]:
    book: Book = writable_book(data, "x.xlsx")
    found = book.sheet(title)
    assert found is not None
    plan = grid(book.xml(found.part))
    return {
        f"{'ABCDEFGHIJ'[c.column - 1]}{r.number}": typed(book, c)
        for r in rows(plan)
        for c in cells(plan, r)
    }


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        pytest.param('<c r="A1"><v>3.5</v></c>', 3.5, id="a number"),
        pytest.param('<c r="A1" t="n"><v>1E-3</v></c>', 0.001, id="a number with an exponent"),
        pytest.param('<c r="A1" t="s"><v>0</v></c>', "plain", id="a shared string"),
        pytest.param('<c r="A1" t="s"><v>1</v></c>', "rich text", id="rich text as its characters"),
        pytest.param('<c r="A1" t="s"><v>2</v></c>', "wide <b>", id="CDATA, no phonetic guide"),
        pytest.param('<c r="A1" t="s"><v>3</v></c>', " kept ", id="outer blanks"),
        pytest.param('<c r="A1" t="s"><v>4</v></c>', "_x0041_ \r", id="escapes of the standard"),
        pytest.param('<c t="inlineStr" r="A1"><is><t>in &amp; out</t></is></c>', "in & out",
                     id="inline, attributes in another order"),
        pytest.param('<c r="A1" t="b"><v>1</v></c>', True, id="a boolean"),
        pytest.param('<c r="A1" t="e"><v>#N/A</v></c>', ErrorValue("#N/A"), id="an error"),
        pytest.param('<c r="A1" s="1"><v>46317</v></c>', date(2026, 10, 22), id="a built-in date"),
        pytest.param('<c r="A1" s="2"><v>46317.375</v></c>', datetime(2026, 10, 22, 9),  # noqa: DTZ001
                     id="a custom date with its hour"),
        pytest.param('<c r="A1" t="d"><v>2026-10-22</v></c>', date(2026, 10, 22), id="an ISO day"),
        pytest.param('<c r="A1" t="str"><f>"a"</f><v>a</v></c>', "a", id="a formula's text"),
        pytest.param("<c r='A1'><v>7</v></c>", 7.0, id="single quotes"),
        pytest.param("<c><v>7</v></c>", 7.0, id="no address"),
        pytest.param('<!-- x --><c r="A1"><v>7</v></c>', 7.0, id="a comment between cells"),
        pytest.param('<c r="A1" s="2"/>', None, id="an empty cell with a format"),
    ],
)  # fmt: skip
def test_a_cell_is_read_as_its_reader_means_it(cell: str, expected: Written) -> None:
    assert all_values(book_of(f'<row r="1">{cell}</row>')) == {"A1": expected}


def test_the_1904_system_shifts_dates_by_1462_days() -> None:
    data = book_of('<row r="1"><c r="A1" s="1"><v>44855</v></c></row>',
                   before='<workbookPr date1904="1"/>')  # fmt: skip
    assert all_values(data) == {"A1": date(2026, 10, 22)}
    out = set_in(data, "Sheet!A1=2026-10-23")
    assert all_values(out) == {"A1": date(2026, 10, 23)}


def test_strict_workbooks_are_read_and_written() -> None:
    data = book_of('<row r="1"><c r="A1"><v>1</v></c></row>', strict=True)
    assert all_values(set_in(data, "Sheet!B1=2")) == {"A1": 1.0, "B1": 2.0}


def test_a_sheet_with_a_prefix_gets_cells_with_it() -> None:
    xml = (
        f'{HEAD}<x:worksheet xmlns:x="{MAIN}"><x:sheetData><x:row r="2"><x:c r="B2"><x:v>1</x:v>'
        "</x:c></x:row></x:sheetData></x:worksheet>"
    )
    out = set_in(zipped(parts_of(xml)), "Sheet!A2=5", "Sheet!B2='=x", "Sheet!A9=TRUE")
    assert all_values(out) == {"A2": 5.0, "B2": "=x", "A9": True}


def test_utf16_parts_stay_utf16() -> None:
    parts = parts_of(sheet('<row r="1"><c r="A1"><v>1</v></c></row>'))
    text = parts["xl/worksheets/s1.xml"].decode().replace("UTF-8", "UTF-16")
    parts["xl/worksheets/s1.xml"] = text.encode("utf-16")
    out = set_in(zipped(parts), "Sheet!A1=中文")
    raw = writable_book(out, "x").package.read("xl/worksheets/s1.xml")
    assert raw[:2] == b"\xff\xfe"
    assert "中文" in raw.decode("utf-16")


def test_missing_addresses_count_by_position() -> None:
    data = book_of("<row><c><v>1</v></c><c><v>2</v></c></row><row><c><v>3</v></c></row>")
    assert all_values(data) == {"A1": 1.0, "B1": 2.0, "A2": 3.0}
    out = set_in(data, "Sheet!B1=9", "Sheet!C2=8", "Sheet!A3=7")
    assert all_values(out) == {"A1": 1.0, "B1": 9.0, "A2": 3.0, "C2": 8.0, "A3": 7.0}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3.5", 3.5),
        ("-2", -2.0),
        ("1e3", 1000.0),
        ("TRUE", True),
        ("", None),
        ("#N/A", ErrorValue("#N/A")),
        ("2026-10-22", date(2026, 10, 22)),
        ("'3.5", "3.5"),
        ('"TRUE"', "TRUE"),
        ("hello", "hello"),
        ("=1+1", "=1+1"),
        ("2026-13-45", "2026-13-45"),
        ("1e999", "1e999"),
        ("nan", "nan"),
    ],
)
def test_a_value_of_the_door(text: str, expected: Written) -> None:
    found = value(text)
    assert found == expected
    assert type(found) is type(expected)


BOUND = (
    '<row r="1"><c r="A1"><f>1+1</f><v>2</v></c><c r="B1"><f t="array" ref="B1:B2">{1;2}</f>'
    '<v>1</v></c></row><row r="2"><c r="B2"><v>2</v></c><c r="D2"><f t="dataTable" ref="D2:E3" '
    'dt2D="1" dtr="1" r1="A1" r2="A2"/><v>1</v></c></row>'
)


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("Sheet!A1=1", "it holds a formula"),
        ("Sheet!B2=1", "it is part of an array formula"),
        ("Sheet!E3=1", "it is part of a data table"),
        ("Sheet!H8=1", "it is merged into G7"),
        ("Sheet!H7=1", "it is merged into G7"),
        ("Nowhere!A1=1", "there is no such sheet"),
        ("A1=1", "not of the form"),
        ("Sheet!A0=1", "not of the form"),
        ("Sheet!XFE1=1", "not of the form"),
        ("Sheet!A1048577=1", "not of the form"),
    ],
)
def test_a_bound_cell_is_refused_with_its_reason(cell: str, reason: str) -> None:
    merged = '<mergeCells count="1"><mergeCell ref="G7:H9"/></mergeCells>'
    data = zipped(parts_of(sheet(BOUND, after=merged)))
    with pytest.raises(CellRefusedError, match=reason):
        set_in(data, cell)
    assert all_values(set_in(data, "sheet!G7=1"))["G7"] == 1.0


def test_a_title_with_an_apostrophe_is_quoted() -> None:
    data = zipped(parts_of(sheet(""), names=("Bo&apos;s tab",)))
    assert all_values(set_in(data, "'Bo''s tab'!C2=4"), "Bo's tab") == {"C2": 4.0}


def test_dependents_lose_their_cached_value_and_others_keep_it() -> None:
    data = zipped(
        parts_of(
            sheet(
                '<row r="1"><c r="A1"><v>1</v></c><c r="B1"><f>A1*2</f><v>2</v></c>'
                '<c r="C1"><f>B1+1</f><v>3</v></c><c r="D1"><f>SUM(F1:F9)</f><v>0</v></c></row>'
                '<row r="2"><c r="B2"><f t="shared" ref="B2:B3" si="0">A1+Rate</f><v>2</v></c>'
                "</row>"
                '<row r="3"><c r="B3"><f t="shared" si="0"/><v>1</v></c></row>'
            ),
            sheet('<row r="1"><c r="A1" t="str"><f>Sheet!C1&amp;""</f><v>3</v></c></row>'),
            names=("Sheet", "Two"),
            extra='<definedNames><definedName name="Rate">Sheet!$F$1</definedName></definedNames>',
        )
    )
    out = set_in(data, "Sheet!A1=5")
    assert all_values(out) == {
        "A1": 5.0, "B1": None, "C1": None, "D1": 0.0, "B2": None, "B3": 1.0,
    }  # fmt: skip
    assert all_values(out, "Two") == {"A1": None}
    book = writable_book(out, "x").package.read("xl/workbook.xml")
    assert b'</definedNames><calcPr fullCalcOnLoad="1"/>' in book
    by_name = set_in(data, "Sheet!F1=1")
    assert all_values(by_name)["B3"] is None
    assert all_values(by_name)["D1"] is None
    assert all_values(by_name)["B1"] == 2.0


@pytest.mark.parametrize(
    ("formula", "below"),
    [
        ("A1+$A$1", "A3+$A$1"),
        ("SUM(A1:B$2,C:C,3:3)", "SUM(A3:B$2,C:C,5:5)"),
        ('"A1"&A1', '"A1"&A3'),
        ("LOG10(A1)+tbl[[#This Row],[A1]]", "LOG10(A3)+tbl[[#This Row],[A1]]"),
        ("'My A1'!B2*Sheet2!$C3", "'My A1'!B4*Sheet2!$C5"),
        ("A1048575", "#REF!"),
        ("IF(A1>0,rate_A1,_xldudf_KPI_SCORE(A1))", "IF(A3>0,rate_A1,_xldudf_KPI_SCORE(A3))"),
    ],
)
def test_a_formula_two_rows_below(formula: str, below: str) -> None:
    assert shifted(formula, 2) == below


@given(st.dates(date(1900, 3, 1)), st.booleans())
def test_a_day_is_its_serial_again(day: date, date1904: bool) -> None:
    assert from_serial(to_serial(day, date1904=date1904), date1904=date1904) == day


@pytest.mark.parametrize(
    ("serial", "day"),
    [(1, date(1900, 1, 1)), (59, date(1900, 2, 28)), (61, date(1900, 3, 1)), (60, 60)],
)
def test_the_false_leap_day_of_1900(serial: float, day: object) -> None:
    assert from_serial(serial, date1904=False) == day


@pytest.mark.parametrize(
    ("code", "shows_a_day"),
    [
        ("yyyy-mm-dd", True),
        ('m"月"d"日"', True),
        ("mmm", True),
        ("[$-804]yyyy年", True),
        ("h:mm", False),
        ("[h]:mm:ss", False),
        ("mm:ss", False),
        ('0.00 "days"', False),
        ("General", False),
        ("#,##0.00_);[Red]-#,##0", False),
    ],
)
def test_which_number_formats_show_days(code: str, shows_a_day: bool) -> None:
    assert is_date_format(164, code) == shows_a_day


@given(st.text(max_size=40))
def test_any_text_comes_back_as_it_went_in(text: str) -> None:
    kept = text.replace("\0", "\ufffd")
    out = set_in(book_of('<row r="1"><c r="A1"><v>1</v></c></row>'), f"Sheet!A1='{text}")
    assert all_values(out) == {"A1": kept or None}


def test_an_identical_plain_string_is_shared() -> None:
    out = set_in(book_of(""), "Sheet!A1=plain", "Sheet!A2=rich text", "Sheet!A3=' kept ")
    xml = writable_book(out, "x").package.read("xl/worksheets/s1.xml")
    assert b'<c r="A1" t="s"><v>0</v></c>' in xml
    assert b'<c r="A2" t="inlineStr"><is><t>rich text</t></is></c>' in xml
    assert b'<c r="A3" t="s"><v>3</v></c>' in xml


def test_the_door_from_outside(tmp_path: Path) -> None:
    source, target = tmp_path / "in.xlsx", tmp_path / "out.xlsx"
    source.write_bytes(book_of('<row r="1"><c r="A1"><v>1</v></c></row>'))
    command = [sys.executable, "-m", "sync_service.workbooks.xlsx", "set", str(source), str(target)]
    done = subprocess.run([*command, "Sheet!A1=3.5", "Sheet!B2=x"], cwd=ROOT, capture_output=True,
                          text=True, check=True)  # fmt: skip
    assert "2 written" in done.stdout
    assert all_values(target.read_bytes()) == {"A1": 3.5, "B2": "x"}
    refused = subprocess.run([*command, "Nowhere!A1=1"], cwd=ROOT, capture_output=True, text=True,
                             check=False)  # fmt: skip
    assert refused.returncode == 1
    assert "there is no such sheet" in refused.stderr
