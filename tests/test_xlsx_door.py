"""The door `xlsx set` against hostile hands: odd files, long texts, early days, doubled cells."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import date, datetime
from pathlib import Path

import pytest

from sync_service.workbooks.refusals import BookInUseError, CellRefusedError, RefusedBookError
from sync_service.workbooks.serials import to_serial
from sync_service.workbooks.setting import Assignment, assignment
from sync_service.workbooks.values import Written
from sync_service.workbooks.xlsx import XlsxPort, main, set_in_copy, writable_book
from tests.paths import ROOT
from tests.test_xlsx_cells import LINKS, MORE, all_values, book_of
from tests.test_xlsx_package import set_in
from tests.xlsx_handmade import HEAD, MAIN, parts_of, sheet, zipped

ONE = '<row r="1"><c r="A1"><v>1</v></c></row>'


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "in.xlsx"
    path.write_bytes(book_of(ONE))
    return path


def made(source: Path, target: Path, *cells: str) -> tuple[str, ...]:
    report = set_in_copy(source, target, [assignment(c) for c in cells], "never")
    return tuple(p.code for p in report.problems)


# --- what OUT and IN may be ---------------------------------------------------------------------


def test_a_folder_as_out_is_refused_and_stays(source: Path, tmp_path: Path) -> None:
    folder = tmp_path / "folder.xlsx"
    folder.mkdir()
    with pytest.raises(RefusedBookError, match="no ordinary file") as refused:
        made(source, folder, "Sheet!A1=2")
    assert "不是普通文件" in refused.value.texts["zh"]
    assert folder.is_dir()


def test_a_pipe_as_out_is_refused_and_stays(source: Path, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.xlsx"
    os.mkfifo(pipe)
    with pytest.raises(RefusedBookError, match="no ordinary file"):
        made(source, pipe, "Sheet!A1=2")
    assert pipe.is_fifo()


def test_a_device_as_out_is_refused(source: Path, tmp_path: Path) -> None:
    link = tmp_path / "null.xlsx"
    link.symlink_to("/dev/null")
    with pytest.raises(RefusedBookError, match="no ordinary file"):
        made(source, link, "Sheet!A1=2")
    assert link.is_symlink()


def test_a_pipe_as_in_is_refused_and_never_waited_for(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.xlsx"
    os.mkfifo(pipe)
    command = [sys.executable, "-m", "sync_service.workbooks.xlsx", "set", str(pipe)]
    done = subprocess.run([*command, str(tmp_path / "out.xlsx"), "Sheet!A1=2"], cwd=ROOT,
                          capture_output=True, text=True, check=False, timeout=60)  # fmt: skip
    assert (done.returncode, "no ordinary file" in done.stderr) == (1, True)


@pytest.mark.parametrize("name", ["out.xls", "out.xlsb", "out.csv", "out.ods", "out", "out.xlsm"])
def test_a_name_that_promises_another_kind_is_refused(
    name: str, source: Path, tmp_path: Path
) -> None:
    with pytest.raises(RefusedBookError, match=r"Give it the ending \.xlsx") as refused:
        made(source, tmp_path / name, "Sheet!A1=2")
    assert ".xlsx" in refused.value.texts["zh"]
    assert not (tmp_path / name).exists()


def test_a_book_with_another_ending_is_not_refreshed(tmp_path: Path) -> None:
    path = tmp_path / "book.xls"
    path.write_bytes(book_of(ONE))
    with pytest.raises(RefusedBookError, match=r"Give it the ending \.xlsx"):
        XlsxPort(path).read()
    assert os.listdir(tmp_path) == ["book.xls"]  # noqa: PTH208 - the whole folder, as it is


def test_a_macro_workbook_keeps_its_own_ending(tmp_path: Path) -> None:
    source = tmp_path / "in.xlsm"
    parts = parts_of(sheet(ONE))
    types = parts["[Content_Types].xml"].replace(
        b"vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
        b"vnd.ms-excel.sheet.macroEnabled.main+xml",
    )
    source.write_bytes(zipped({**parts, "[Content_Types].xml": types}))
    assert made(source, tmp_path / "OUT.XLSM", "Sheet!A1=2") == ()
    with pytest.raises(RefusedBookError, match=r"Give it the ending \.xlsm"):
        made(source, tmp_path / "out.xlsx", "Sheet!A1=2")


def test_an_ending_that_the_workbook_came_with_may_stay(tmp_path: Path) -> None:
    """A public workbook holds a macro type under the name .xlsx; it goes out as it came."""
    source = tmp_path / "in.xlsx"
    types = parts_of(sheet(ONE))["[Content_Types].xml"].replace(
        b"vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
        b"vnd.ms-excel.sheet.macroEnabled.main+xml",
    )
    source.write_bytes(zipped({**parts_of(sheet(ONE)), "[Content_Types].xml": types}))
    assert made(source, tmp_path / "out.xlsx", "Sheet!A1=2") == ()
    assert made(source, tmp_path / "out.xlsm", "Sheet!A1=2") == ()


def test_a_link_as_out_stays_a_link_and_its_file_is_written(source: Path, tmp_path: Path) -> None:
    real = tmp_path / "real.xlsx"
    real.write_bytes(b"old")
    (tmp_path / "link.xlsx").symlink_to(real)
    made(source, tmp_path / "link.xlsx", "Sheet!A1=2")
    assert (tmp_path / "link.xlsx").is_symlink()
    assert all_values(real.read_bytes()) == {"A1": 2.0}


@pytest.mark.parametrize("sign", ["~$out.xlsx", ".~lock.out.xlsx#"])
def test_an_open_out_is_left_alone(sign: str, source: Path, tmp_path: Path) -> None:
    (tmp_path / sign).write_bytes(b"\x03Ann")
    with pytest.raises(BookInUseError, match="Close it"):
        made(source, tmp_path / "out.xlsx", "Sheet!A1=2")
    assert not (tmp_path / "out.xlsx").exists()


def test_a_lock_beside_the_file_behind_a_link_counts(source: Path, tmp_path: Path) -> None:
    folder = tmp_path / "real"
    folder.mkdir()
    (folder / "out.xlsx").write_bytes(b"old")
    (folder / "~$out.xlsx").write_bytes(b"\x03Ann")
    (tmp_path / "link.xlsx").symlink_to(folder / "out.xlsx")
    with pytest.raises(BookInUseError):
        made(source, tmp_path / "link.xlsx", "Sheet!A1=2")
    assert (folder / "out.xlsx").read_bytes() == b"old"


def test_an_open_in_is_read_as_last_saved_and_the_reader_is_told(
    source: Path, tmp_path: Path
) -> None:
    (tmp_path / "~$in.xlsx").write_bytes(b"\x03Ann")
    assert made(source, tmp_path / "out.xlsx", "Sheet!A1=2") == ("source_open",)
    with pytest.raises(BookInUseError):  # and as OUT it is left alone
        made(source, source, "Sheet!A1=2")


# --- what a cell takes --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "length"),
    [
        pytest.param("x" * 32_768, "32,768", id="one letter too many"),
        pytest.param("😀" * 16_384, "32,768", id="an emoji counts twice, as Excel counts"),
    ],
)
def test_a_text_that_no_cell_holds_is_refused_not_cut(text: str, length: str) -> None:
    with pytest.raises(CellRefusedError, match=f"{length} characters") as refused:
        set_in(book_of(ONE), f"Sheet!B2={text}")
    assert refused.value.texts["en"].startswith("Sheet!B2 is refused")
    assert "Shorten it" in refused.value.texts["en"]
    assert "请缩短" in refused.value.texts["zh"]


def test_the_longest_text_is_whole() -> None:
    text = "x" * 32_767
    assert all_values(set_in(book_of(ONE), f"Sheet!B2={text}"))["B2"] == text


NEW = '<workbookPr date1904="1"/>'


@pytest.mark.parametrize(
    ("day", "before", "first"),
    [
        pytest.param("1900-02-28", "", "1900-03-01", id="programs disagree on serials up to 60"),
        pytest.param("1900-02-28T12:00", "", "1900-03-01", id="the same with an hour"),
        pytest.param("1899-12-30", "", "1900-03-01", id="serial 0 shows as no day"),
        pytest.param("0001-01-01", "", "1900-03-01", id="a negative serial"),
        pytest.param("1903-12-31", NEW, "1904-01-01", id="before the 1904 system begins"),
    ],
)
def test_a_day_before_the_workbooks_first_is_refused(day: str, before: str, first: str) -> None:
    with pytest.raises(CellRefusedError, match=first) as refused:
        set_in(book_of(ONE, before=before), f"Sheet!A1={day}")
    assert "apostrophe" in refused.value.texts["en"]


@pytest.mark.parametrize(
    ("day", "before", "serial"),
    [
        pytest.param("1900-03-01", "", 61.0, id="the first of the 1900 system"),
        pytest.param("1904-01-01", NEW, 0.0, id="the first of the 1904 system is serial 0"),
        pytest.param("1904-01-02T12:00", NEW, 1.5, id="noon of the second"),
    ],
)
def test_the_first_days_of_each_system(day: str, before: str, serial: float) -> None:
    out = set_in(zipped(parts_of(sheet(ONE), before=before)), f"Sheet!A1={day}")
    assert all_values(out) == {"A1": serial}


def test_an_hour_of_february_1900_has_the_serial_of_its_day() -> None:
    """Excel: 28 February 1900 is 59, so its noon is 59.5."""
    assert to_serial(datetime(1900, 2, 28, 12), date1904=False) == 59.5  # noqa: DTZ001 - no zone


FONTS = (
    f'{HEAD}<styleSheet xmlns="{MAIN}"><numFmts><numFmt numFmtId="164" formatCode="yyyy-mm-dd"/>'
    '<numFmt numFmtId="165" formatCode="yyyy-mm-dd hh:mm"/></numFmts><cellXfs>'
    '<xf numFmtId="0" fontId="0"/>'
    '<xf numFmtId="17" fontId="0" applyNumberFormat="1"/>'  # 1: month and year only
    '<xf numFmtId="165" fontId="0" applyNumberFormat="1"/>'  # 2: day and hour
    '<xf numFmtId="164" fontId="0" applyNumberFormat="1"/>'  # 3: day
    '<xf numFmtId="0" fontId="1"/>'  # 4: another font, no day format beside it
    '<xf numFmtId="2" fontId="0" applyNumberFormat="1"/>'  # 5: 0.00, which a person chose
    "</cellXfs></styleSheet>"
)


def styled(styles: str = FONTS) -> bytes:
    given = {"A1": 0, "B1": 4, "C1": 5, "D1": 1}
    cells = "".join(f'<c r="{at}" s="{s}"><v>1</v></c>' for at, s in given.items())
    more = {**MORE, "xl/styles.xml": styles}
    return zipped(parts_of(sheet(f'<row r="1">{cells}</row>'), links=LINKS, more=more))


@pytest.mark.parametrize(
    ("cell", "style", "value", "told"),
    [
        pytest.param("A1=2026-10-22", 3, date(2026, 10, 22), False, id="General takes a twin"),
        pytest.param("A1=2026-10-22T09:00", 2, datetime(2026, 10, 22, 9), False,  # noqa: DTZ001
                     id="a moment takes the twin that shows hours"),
        pytest.param("E9=2026-10-22", 3, date(2026, 10, 22), False, id="a cell that was not there"),
        pytest.param("B1=2026-10-22", 4, 46317.0, True, id="no twin with its font: a number, said"),
        pytest.param("C1=2026-10-22", 5, 46317.0, True, id="a chosen format is kept, said"),
        pytest.param("D1=2026-10-22", 1, date(2026, 10, 22), False, id="any day format is kept"),
    ],
)  # fmt: skip
def test_a_day_is_shown_as_a_day_where_the_styles_allow(
    cell: str, style: int, value: Written, told: bool, tmp_path: Path
) -> None:
    source, target = tmp_path / "in.xlsx", tmp_path / "out.xlsx"
    source.write_bytes(styled())
    report = set_in_copy(source, target, [assignment(f"Sheet!{cell}")], "never")
    out, at = target.read_bytes(), cell[:2]
    assert all_values(out)[at] == value
    part = writable_book(out, "x").package.read("xl/worksheets/s1.xml").decode()
    assert f'<c r="{at}" s="{style}">' in part
    assert set(report.parts_changed) == {"xl/worksheets/s1.xml"}
    assert [(p.code, p.place.cell) for p in report.problems] == [("day_as_number", at)] * told


@pytest.mark.parametrize("cells", [("Sheet!A1=1", "Sheet!A1=2"), ("Sheet!A1=1", "sheet!$a$1=1")])
def test_a_cell_given_twice_is_refused(cells: tuple[str, str]) -> None:
    with pytest.raises(CellRefusedError, match="given twice") as refused:
        set_in(book_of(ONE), *cells)
    assert "两次" in refused.value.texts["zh"]
    assert "Name it once" in refused.value.texts["en"]


@pytest.mark.parametrize("text", ["A1=1", "Sheet!A0=1", "Sheet!A1", "Sheet!XFE1=1", "Sheet A1 3"])
def test_a_malformed_place_says_what_one_looks_like(text: str) -> None:
    with pytest.raises(CellRefusedError) as refused:
        assignment(text)
    assert "'Targets!C5=120000'" in refused.value.texts["en"]
    assert "XFD1048576" in refused.value.texts["en"]
    assert "例如" in refused.value.texts["zh"]
    assert "free cell" not in str(refused.value)


def test_a_sheet_that_is_not_there_asks_for_one_that_is() -> None:
    with pytest.raises(CellRefusedError, match="Write one of these") as refused:
        set_in(book_of(ONE), "Nowhere!A1=1")
    assert "free cell" not in str(refused.value)


def test_a_taken_cell_still_asks_for_a_free_one() -> None:
    with pytest.raises(CellRefusedError, match="Choose a free cell"):
        set_in(book_of('<row r="1"><c r="A1"><f>1+1</f></c></row>'), "Sheet!A1=1")


def test_what_the_door_says_beside_the_result_is_in_both_languages(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "in.xlsx"
    source.write_bytes(styled())
    assert main(["set", str(source), str(tmp_path / "out.xlsx"), "Sheet!B1=2026-10-22"]) == 0
    said = capsys.readouterr().out
    assert "Sheet!B1: The cell's format shows the day as the number 46317." in said
    assert "Sheet!B1: 该单元格的格式会把日期显示为数字 46317。" in said


def test_an_assignment_says_its_place() -> None:
    assert str(Assignment("S", 2, 3, 1.0)) == "S!C2"
