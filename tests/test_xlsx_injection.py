"""Text that would like to be a formula stays text: in the file, in openpyxl, in LibreOffice."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sync_service.workbooks.port import NamePatch, TablePatch, Written
from sync_service.workbooks.xlsx import XlsxPort
from tests.libreoffice import Office
from tests.xlsx_support import make_book, parts, port

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:openpyxl")

PAYLOADS = (
    "=1+1",
    '=HYPERLINK("http://127.0.0.1/","x")',
    "=cmd|' /C calc'!A0",
    '=WEBSERVICE("http://127.0.0.1/")',
    "{=1+1}",
    "+1+1",
    "-1+1",
    "@SUM(1,1)",
    "-5",
    "+49 30 123",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    " =1+1",
    "\u00a0=1+1",
    "\u3000=1+1",
    "\ufeff=1+1",
    "\u200b=1+1",
    "\u202e=1+1",
    "\u2066=1+1\u2069",
    "＝1+1",
    "＋1+1",
    "－1+1",
    "＠SUM(1)",
    "'=1+1",
    '"=1+1',
    ";=1+1",
    ",=1+1",
    "|=1+1",
    "a\n=1+1",
    'a",=1+1,"',
    "\x01=1+1",
    "\x0b=1+1",
    "\x1f=1+1",
    "</t></is></c><c r='A1'><f>1+1</f></c>",
    "]]><f>1+1</f>",
    "&lt;f&gt;1+1&lt;/f&gt;",
    "<f>1+1</f>",
    "_x003D_1+1",
    "_x0000_=1+1",
    "%3D1+1",
    "=" * 300,
    "#N/A",
    "TRUE",
    "1E5",
    "2026-10-22",
    "00123",
    "IMPORTXML(A1)",
)


def written(path: Path, texts: tuple[str, ...]) -> XlsxPort:
    rows = [{"no": f"B{n}", "actual": n} for n in range(2)]
    book = port(make_book(path / "book.xlsx", {"tblBreach": rows}, extra=_stamp))
    patch = [{"no": f"N{n}", "cause": text, "scope": text} for n, text in enumerate(texts)]
    fingerprint = book.read().fingerprint
    names = [NamePatch("stamp", texts[0] if texts else None)]
    book.write([TablePatch("tblBreach", ("no",), patch)], names, fingerprint)
    return book


def _stamp(book: xlsxwriter.Workbook, _: xlsxwriter.worksheet.Worksheet) -> None:
    book.define_name("stamp", "='T tblBreach'!$A$1")


def test_no_payload_becomes_a_formula_and_each_comes_back(tmp_path: Path) -> None:
    assert len(PAYLOADS) >= 38
    book = written(tmp_path, PAYLOADS)
    assert b"<f>" not in parts(book.path)["xl/worksheets/sheet1.xml"]
    rows = book.read().tables["tblBreach"].rows
    assert tuple(r.value("cause") for r in rows) == PAYLOADS
    assert not any(c.formula for r in rows for c in r.cells.values())


def test_openpyxl_sees_no_formula(tmp_path: Path) -> None:
    book = written(tmp_path, PAYLOADS)
    sheet = openpyxl.load_workbook(io.BytesIO(book.path.read_bytes())).active
    assert sheet is not None
    typed = [c for row in sheet.iter_rows(min_row=5) for c in row if c.value is not None]
    assert {c.data_type for c in typed} <= {"s", "n", "inlineStr"}


def test_libreoffice_has_no_formula_either(tmp_path: Path, office: Office) -> None:
    book = written(tmp_path, PAYLOADS)
    target = office.save(book.path, tmp_path / "book.ods", recalculate=True)
    with zipfile.ZipFile(target) as package:
        content = package.read("content.xml").decode()
    assert "table:formula" not in content
    assert re.search(r"=1\+1", content)


@given(
    st.lists(
        st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1),
        max_size=4,
    )
)
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_text_stays_text(tmp_path: Path, texts: list[str]) -> None:
    book = written(tmp_path, tuple(texts))
    assert b"<f>" not in parts(book.path)["xl/worksheets/sheet1.xml"]
    rows = book.read().tables["tblBreach"].rows
    assert [r.value("cause") for r in rows] == texts


def test_nul_and_half_characters_show_as_such_and_never_abort(tmp_path: Path) -> None:
    book = written(tmp_path, ("\0=1+1", "a\ud800b", "x" * 40_000))
    found = [r.value("cause") for r in book.read().tables["tblBreach"].rows]
    assert found == ["\ufffd=1+1", "a\ufffdb", "x" * 32_767]


def test_numbers_stay_numbers(tmp_path: Path) -> None:
    book = port(make_book(tmp_path / "n.xlsx", {"tblBreach": [{"no": "B1"}]}))
    numbers = [-5.0, 0.1, 1e300, 5e-324, 123456789012345680.0, -0.0, 1 / 3, 2.0]
    patch: list[dict[str, Written]] = [{"no": f"N{n}", "actual": v} for n, v in enumerate(numbers)]
    patch += [{"no": "nan", "actual": float("nan")}, {"no": "inf", "actual": float("inf")}]
    book.write([TablePatch("tblBreach", ("no",), patch)], [], book.read().fingerprint)
    found = [r.value("actual") for r in book.read().tables["tblBreach"].rows]
    assert found[: len(numbers)] == numbers
    assert [str(v) for v in found[-2:]] == ["ErrorValue(text='#N/A')"] * 2
