"""A workbook that Excel holds open: read, written whole or not at all, equal to the closed file."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from kpi.tables import ErrorValue
from sheet_templates.layout import NAMES, TABLES
from sheet_templates.purpose import Shown
from sync_service.house import PORTS
from sync_service.told import ToldError
from sync_service.workbooks.live_cells import Block, blocks
from sync_service.workbooks.live_excel import LiveExcelPort, undone_unless_whole
from sync_service.workbooks.port import NamePatch, TablePatch, WriteReport, Written
from sync_service.workbooks.refusals import BookChangedError, TableRefusedError
from sync_service.workbooks.xlsx import XlsxPort
from tests.excel_book import save
from tests.fake_excel import running
from tests.fake_excel_program import Program
from tests.xlsx_support import Rows, column, make_book

BREACHES: Rows = [
    {"no": "B1", "actual": 1.0, "limit": 2.0, "since": date(2026, 10, 1)},
    {"no": "B2", "actual": 2.0, "limit": 2.0, "action": "called the agency"},
    {"no": "B3", "actual": 3.0, "limit": 2.0, "owner": "LI"},
]
SHEET = "T tblBreach"
FIRST = 5  # the first row of data
NAME = NAMES[0].code


@dataclass
class Live:
    """A workbook that is open, and how to write into it."""

    program: Program
    port: LiveExcelPort

    def write(
        self,
        *rows: Any,  # Mapping[str, Written]
        names: Mapping[str, Written] | None = None,
        shown: Shown | None = None,
        table: str = "tblBreach",
        **more: Any,
    ) -> WriteReport:
        patch = TablePatch(table, ("no",), rows, **more)
        patches = [NamePatch(name, value) for name, value in (names or {}).items()]
        return self.port.write([patch], patches, self.port.fingerprint(), shown)

    def cell(self, code: str, row: int) -> Any:
        """What a cell of the table holds; rows count from 1."""
        at = column("tblBreach", code)
        found = self.program.cell(SHEET, FIRST - 1 + row, at)
        return found["formula"] if found else ""

    def state(self) -> Any:
        return copy.deepcopy([self.program.state, self.program.flags])


Extra = Callable[[xlsxwriter.Workbook, xlsxwriter.worksheet.Worksheet], None]


@contextmanager
def opened(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    rows: Rows = BREACHES,
    extra: Extra | None = None,
    mac: bool = False,
    **more: Any,
) -> Iterator[Live]:
    path = make_book(tmp_path / "book.xlsx", {"tblBreach": rows}, extra=extra, **more)
    with running(path, monkeypatch, mac=mac) as (program, book):
        yield Live(program, LiveExcelPort(book, mac=mac))


def test_every_kind_of_port_is_one() -> None:
    assert LiveExcelPort in PORTS
    for kind in PORTS:
        assert all(callable(getattr(kind, name)) for name in ("fingerprint", "read", "write"))


@pytest.mark.parametrize("mac", [False, True], ids=["windows", "mac"])
def test_reading_gives_what_the_closed_file_gives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, mac: bool
) -> None:
    def more(book: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet) -> None:
        sheet.write_formula(FIRST - 1, column("tblBreach", "limit") - 1, "=NA()", None, "#N/A")
        sheet.write_formula(FIRST, column("tblBreach", "actual") - 1, "=1+1", None, 2)
        book.define_name(NAME, f"='{SHEET}'!$A$1")
        sheet.write_string(0, 0, "2026-10")

    with opened(tmp_path, monkeypatch, extra=more, mac=mac, own={"tblBreach": ["Mine"]}) as live:
        ours, file = live.port.read(), XlsxPort(live.program.path).read()
    assert ours.language == file.language == "en"
    assert ours.names == file.names == {NAME: "2026-10"}
    one, other = ours.tables["tblBreach"], file.tables["tblBreach"]
    assert one.columns == other.columns
    for row, wanted in zip(one.rows, other.rows, strict=True):
        assert row.number == wanted.number
        for code, cell in wanted.cells.items():
            assert row.cells[code].value == cell.value, code
            assert row.cells[code].formula == cell.formula, code
    assert one.rows[0].value("limit") == ErrorValue("#N/A")
    assert one.rows[0].value("since") == date(2026, 10, 1)


def test_rows_are_matched_by_key_and_a_persons_cells_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(tmp_path, monkeypatch) as live:
        report = live.write(
            {"no": "B3", "actual": 3.5, "limit": 2.0, "owner": "LI"},
            {"no": "B1", "actual": ErrorValue("#N/A"), "limit": 2.0, "since": date(2026, 10, 2)},
            {"no": "B2", "actual": 2.0, "limit": 2.0},
        )
        assert [live.cell("actual", n) for n in (1, 2, 3)] == ["#N/A", 2.0, 3.5]
        assert live.cell("since", 1) == 46297.0, "a day is a number that its format shows"
        assert live.cell("action", 2) == "called the agency"
        assert report.cells_written == 3
        assert live.program.writes == [f"{SHEET}!H5:H5", f"{SHEET}!E5:E7"]
        assert live.port.read().tables["tblBreach"].rows[0].value("since") == date(2026, 10, 2)


@pytest.mark.parametrize(
    "text",
    ["2026-10", '=HYPERLINK("x")', "12%", "TRUE", "+1", "'quoted", "#N/A?", "1,5", "业绩"],
)
def test_a_text_stays_a_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    with opened(tmp_path, monkeypatch) as live:
        live.write({"no": "B1", "cause": text}, prune=False)
        assert live.port.read().tables["tblBreach"].rows[0].value("cause") == text
        found = live.program.cell(SHEET, FIRST, column("tblBreach", "cause"))
        assert found is not None
        assert found["value"] == text


def test_a_formula_that_somebody_typed_is_kept_and_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def typed(_: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet) -> None:
        sheet.write_formula(FIRST, column("tblBreach", "actual") - 1, "=1+1", None, 2)

    with opened(tmp_path, monkeypatch, extra=typed) as live:
        report = live.write(*({"no": f"B{n}", "actual": 10.0 + n} for n in (1, 2, 3)))
        assert [live.cell("actual", n) for n in (1, 2, 3)] == [11.0, "=1+1", 13.0]
        assert [(one.code, one.place.cell) for one in report.problems] == [("typed_over", "E6")]
        assert not any(":E6" in one or "E6:" in one for one in live.program.writes)


def test_new_rows_grow_the_table_and_take_its_formulas(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def formulas(_: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet) -> None:
        for row in range(3):
            sheet.write_formula(FIRST - 1 + row, len(TABLES["tblBreach"].columns), f"=E{5 + row}*2")

    with opened(tmp_path, monkeypatch, extra=formulas, own={"tblBreach": ["Mine"]}) as live:
        live.write(*({"no": f"B{n}", "actual": float(n)} for n in range(1, 6)))
        assert live.program.resized == ["tblBreach 6"]
        assert [live.cell("no", n) for n in (4, 5)] == ["B4", "B5"]
        mine = len(TABLES["tblBreach"].columns) + 1
        found = [live.program.cell(SHEET, FIRST + n, mine) for n in (3, 4)]
        assert [one and one["formula"] for one in found] == ["=E8*2", "=E9*2"]


def test_a_key_that_is_gone_frees_its_row_and_the_table_is_pulled_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(tmp_path, monkeypatch) as live:
        report = live.write({"no": "B1", "actual": 1.0, "limit": 2.0})
        assert [live.cell("no", n) for n in (1, 2, 3)] == ["B1", "", ""]
        assert live.cell("action", 2) == "called the agency", "the row is held by a person's word"
        assert live.program.resized == ["tblBreach 3"]
        assert [one.code for one in report.problems] == ["note_kept"]


def test_a_row_with_a_note_is_never_given_to_another_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def noted(_: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet) -> None:
        sheet.write_comment(FIRST - 1, 4, "asked the supplier")

    with opened(tmp_path, monkeypatch, extra=noted) as live:
        live.write({"no": "B9", "actual": 9.0})
        assert live.cell("no", 1) == ""
        assert live.cell("no", 3) == "B9"


@pytest.mark.parametrize("place", [0, 3], ids=["below the first column", "further right"])
def test_filled_cells_below_are_never_pushed_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: int
) -> None:
    def below(_: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet) -> None:
        sheet.write_string(FIRST + 3, place, "my notes")

    with opened(tmp_path, monkeypatch, extra=below) as live:
        before = live.state()
        with pytest.raises(TableRefusedError, match="needs 2 more rows") as refused:
            live.write(*({"no": f"B{n}", "actual": float(n)} for n in range(1, 6)))
        assert f"!{'ABCD'[place]}9" in str(refused.value)
        assert live.state() == before


def test_a_totals_row_is_never_pushed_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened(tmp_path, monkeypatch) as live:
        live.program.state["tables"][0] |= {"totals": True, "rows": 4}  # B3's row is the totals
        with pytest.raises(TableRefusedError):
            live.write(*({"no": f"B{n}", "actual": float(n)} for n in range(1, 6)))


def test_a_workbook_that_changed_since_it_was_read_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(tmp_path, monkeypatch) as live:
        known = live.port.fingerprint()
        live.program.put(SHEET, FIRST, column("tblBreach", "action"), "on it")
        with pytest.raises(BookChangedError):
            live.port.write([TablePatch("tblBreach", ("no",), [])], [], known)
        assert live.program.writes == []


# --- whole or not at all --------------------------------------------------------------------------

HIDE = Shown("team/full", {"breaches": False}, {"tblBreach": {"owner": False}})
WIDE = [
    {"no": "B1", "actual": 7.0, "since": date(2026, 10, 9), "cause": "2026-10"},
    {"no": "B4", "actual": 4.0},
    {"no": "B5", "actual": ErrorValue("#N/A")},
    {"no": "B6", "actual": 6.0},
]


def _everything(_: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet) -> None:
    sheet.write_string(0, 0, "before")
    sheet.write_formula(FIRST - 1, len(TABLES["tblBreach"].columns), "=E5*2")
    for row in range(1, 3):
        sheet.write_formula(FIRST - 1 + row, len(TABLES["tblBreach"].columns), f"=E{5 + row}*2")
    _.define_name(NAME, f"='{SHEET}'!$A$1")
    _.add_worksheet("Mine")


def _act(live: Live, rows: Any) -> None:
    live.write(*rows, names={NAME: "after"}, shown=HIDE)


@pytest.mark.parametrize("rows", [WIDE, WIDE[:1]], ids=["a table that grows", "one that shrinks"])
def test_whatever_excel_refuses_the_old_values_are_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: Any
) -> None:
    """Every write in turn is the one that fails; the workbook is as it was to the last cell."""
    setting: dict[str, Any] = {"extra": _everything, "own": {"tblBreach": ["Mine"]}}
    with opened(tmp_path, monkeypatch, **setting) as live:
        _act(live, rows)
        count = len(live.program.writes)
        assert live.program.flags == {
            "screen_updating": True,
            "enable_events": True,
            "calculation": "automatic",
        }
        assert live.program.state["sheets"][0]["visibility"] == "Hidden"
        assert live.program.state["sheets"][0]["hidden"] == {column("tblBreach", "owner")}
    assert count >= 7
    for number in range(count):
        with opened(tmp_path, monkeypatch, **setting) as live:
            before = live.state()
            live.program.fails_at = number
            with pytest.raises(ToldError, match="holds its old values"):
                _act(live, rows)
            after = live.state()
            assert _texts(after) == _texts(before), live.program.writes


def _texts(state: Any) -> Any:
    """Cells with something in them, tables, what is seen, and Excel's own switches."""
    book, flags = state
    cells = {
        (sheet["name"], at): (cell["value"], cell["formula"])
        for sheet in book["sheets"]
        for at, cell in sheet["cells"].items()
        if cell["formula"] != ""
    }
    seen = [(sheet["visibility"], sheet["hidden"]) for sheet in book["sheets"]]
    return cells, book["tables"], seen, flags


def test_what_was_done_last_is_undone_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[int] = []

    def fail(app: Any) -> None:
        with undone_unless_whole(app) as undo:
            undo += [lambda: done.append(1), lambda: done.append(2)]
            raise OSError("no more")

    with opened(tmp_path, monkeypatch) as live, pytest.raises(ToldError, match="no more"):
        fail(live.port.book.app)
    assert done == [2, 1]


def test_where_even_that_fails_it_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened(tmp_path, monkeypatch) as live:
        live.program.fails_at, live.program.stays_broken = 1, True
        with pytest.raises(ToldError, match="could not be put back") as told:
            live.write(*WIDE)
        assert "Close the workbook without saving" in str(told.value)
        assert live.program.flags["screen_updating"] is True


def test_names_take_values_but_a_formula_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def named(book: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet) -> None:
        for n, one in enumerate(NAMES[:3]):
            book.define_name(one.code, f"='{SHEET}'!${'ABC'[n]}$1")
        book.define_name(NAMES[3].code, "=#REF!$A$1")
        book.define_name(NAMES[4].code, f"='{SHEET}'!$A$1:$B$2")
        sheet.write_formula(0, 1, "=1+1", None, 2)

    with opened(tmp_path, monkeypatch, extra=named) as live:
        values: list[Written] = [datetime(2026, 10, 1, 9), "lost", ErrorValue("#N/A")]  # noqa: DTZ001 - cells know no zone
        live.write(
            names={one.code: v for one, v in zip(NAMES[:3], values, strict=True)}, prune=False
        )
        texts = [live.program.cell(SHEET, 1, n) for n in (1, 2, 3)]
        assert [one and one["formula"] for one in texts] == [46296.375, "=1+1", "#N/A"]
        assert set(live.port.read().names) == {one.code for one in NAMES[:3]}


def test_an_empty_table_and_one_of_someone_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def other(_: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet) -> None:
        sheet.add_table(20, 0, 22, 1, {"name": "mine"})

    with opened(tmp_path, monkeypatch, rows=[], extra=other) as live:
        assert list(live.port.read().tables) == ["tblBreach"]
        live.write({"no": "B1", "actual": 1.0})
        assert live.cell("no", 1) == "B1"
        assert live.program.resized == []
        live.write({"no": "B1"}, table="tblTask", prune=False)  # not in this workbook


def test_what_was_written_is_in_the_saved_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(tmp_path, monkeypatch) as live:
        live.write(*WIDE)
        out = tmp_path / "out.xlsx"
        save(live.program.state, live.program.before, live.program.path, out)
        ours = live.port.read().tables["tblBreach"]
    saved = XlsxPort(out).read().tables["tblBreach"]
    assert [row.value("no") for row in saved.rows] == [row.value("no") for row in ours.rows]
    assert saved.rows[0].value("cause") == "2026-10"


@pytest.mark.parametrize(
    ("cells", "fixed", "wanted"),
    [
        pytest.param({(0, 0): 1.0}, [], [Block(0, 0, ((1.0,),))], id="one cell"),
        pytest.param(
            {(0, 0): 1.0, (2, 0): 3.0},
            [],
            [Block(0, 0, ((1.0,), ("b",), (3.0,)))],
            id="a gap is filled",
        ),
        pytest.param(
            {(0, 0): 1.0, (2, 0): 3.0},
            [(1, 0)],
            [Block(0, 0, ((1.0,),)), Block(2, 0, ((3.0,),))],
            id="but never over a cell that is not ours",
        ),
        pytest.param(
            {(0, 0): 1.0, (0, 1): 2.0, (0, 3): 4.0},
            [],
            [Block(0, 0, ((1.0, 2.0),)), Block(0, 3, ((4.0,),))],
            id="columns side by side are one",
        ),
        pytest.param(
            {(4, 0): 1.0, (5, 0): 2.0}, [], [Block(4, 0, ((1.0,), (2.0,)))], id="new rows"
        ),
    ],
)
def test_changed_cells_are_few_rectangles(cells: Any, fixed: Any, wanted: object) -> None:
    before = [("a",), ("b",), ("c",)]
    assert blocks(cells, before, frozenset(fixed)) == wanted
