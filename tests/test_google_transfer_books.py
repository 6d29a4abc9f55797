"""The shipped workbooks at Google and back: the common part is the same, part by part."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from kpi.tables import ErrorValue
from sheet_templates.layout import TABLES, Owner
from sync_service.google.locate import located
from sync_service.google.spreadsheet import FIELDS, spreadsheet
from sync_service.google.transfer.common import common
from sync_service.google.transfer.google_writing import ground_of
from sync_service.google.transfer.grid import MOST_CELLS
from sync_service.google.transfer.losses import TEXTS, differences
from sync_service.google.transfer.making import Made, Order, everything, make
from sync_service.google.transfer.model import Cell, Sheet, Style, Workbook
from sync_service.google.transfer.ours import edition_of, template_version
from sync_service.google.transfer.sending import MOST, packed, weight
from sync_service.google.transfer.xlsx_reading import read_xlsx
from sync_service.google.transfer.xlsx_writing import write_xlsx
from tests.google_house import ROBOT, Google, google
from tests.google_transfer_support import PARTS, apart, part, sent, shipped
from tests.libreoffice import CellError, Office

__all__ = ["google"]

BOOKS = ("manager-zh", "manager-en", "partner-zh", "partner-en")
CREATE, BATCH = "spreadsheets.create", "spreadsheets.batchUpdate"


@pytest.fixture(scope="module")
def partner(google: Google) -> tuple[Made, Workbook, dict[str, int]]:
    google.calls()
    order = Order("Partner", "en", edition="partner", strict_editors=(ROBOT,))
    done, read = sent(google, shipped("partner-en")[0], order)
    return done, read, google.calls()


@pytest.fixture(scope="module")
def manager(google: Google) -> tuple[Made, Workbook]:
    order = Order("簿", "zh", edition="manager")
    return sent(google, shipped("manager-zh")[0], order)


@pytest.mark.parametrize("name", [name for name in PARTS if name != "protections"])
def test_a_partner_book_is_the_same_at_google(
    name: str, partner: tuple[Made, Workbook, dict[str, int]]
) -> None:
    first, second = shipped("partner-en")[0], common(partner[1])[0]
    different = [
        one.title
        for one, other in zip(first.sheets, second.sheets, strict=True)
        if part(one, name) != part(other, name)
    ]
    assert different == []


def test_a_manager_book_is_the_same_at_google(manager: tuple[Made, Workbook]) -> None:
    assert apart(shipped("manager-zh")[0], common(manager[1])[0]) == []


@pytest.mark.parametrize("name", ["manager-en", "partner-zh"])
def test_a_book_is_the_same_after_the_file_that_we_write(name: str) -> None:
    book, _ = shipped(name)
    data, refused = write_xlsx(book, name[-2:])
    again, _ = common(read_xlsx(data, "again.xlsx"))
    assert refused == ()
    assert apart(book, again) == []
    cached = [
        spot
        for one, other in zip(book.sheets, again.sheets, strict=True)
        for spot, cell in one.cells.items()
        if cell.formula is not None and (cell.value or "") != (other.cells[spot].value or "")
    ]
    assert cached == []  # the values that formulas had


def test_the_whole_way_to_google_and_into_a_file(
    manager: tuple[Made, Workbook], tmp_path: Path, office: Office
) -> None:
    there, _ = common(manager[1])
    data, refused = write_xlsx(there, "zh")
    assert refused == ()
    assert apart(shipped("manager-zh")[0], common(read_xlsx(data, "back.xlsx"))[0]) == []
    path = tmp_path / "back.xlsx"
    path.write_bytes(data)
    shown = office.calculate(path)
    errors = {  # #N/A is how a sheet says unknown; anything else is a fault of the way
        (title, n + 1, m + 1)
        for title, rows in shown.items()
        for n, row in enumerate(rows)
        for m, value in enumerate(row)
        if isinstance(value, CellError) and value.code != 32767
    }
    assert errors == set()
    assert str(shown["今日"][0][0]).startswith("【草稿】 （公司名称） · 今日 · 2026-01")


def test_a_book_is_made_by_one_creation_and_bodies_of_two_megabytes(
    partner: tuple[Made, Workbook, dict[str, int]], manager: tuple[Made, Workbook]
) -> None:
    assert partner[0].requests == 2
    assert {name: partner[2][name] for name in (CREATE, BATCH)} == {CREATE: 1, BATCH: 1}
    size = sum(map(weight, everything(ground_of(shipped("manager-zh")[0]), Order("x"))))
    assert manager[0].requests <= 1 + size // MOST + 2
    assert partner[2]["spreadsheets.get"] == 2  # and two reads bring it back


def test_ten_times_the_cells_are_as_many_requests(google: Google) -> None:
    def filled(rows: int) -> Workbook:
        style = Style(fill="#D9D9D9")
        cells = {(row, 1): Cell(float(row), style=style) for row in range(1, rows + 1)}
        return Workbook((Sheet("One", cells, rows=5_000, columns=2),))

    counts = {rows: make(google.client, filled(rows), Order("x")).requests for rows in (400, 4_000)}
    assert counts == {400: 2, 4_000: 2}


def test_a_body_is_split_at_its_size_and_keeps_the_order() -> None:
    requests = [{"n": number, "text": "x" * 90} for number in range(50)]
    bodies = list(packed(requests, most=1_000))
    assert [one for body in bodies for one in body] == requests
    assert len(bodies) > 1
    assert all(weight({"requests": body}) <= 1_000 for body in bodies)


@pytest.mark.parametrize("name", BOOKS)
def test_a_column_shares_its_formats(name: str) -> None:
    book = shipped(name)[0]
    requests = list(everything(ground_of(book), Order("x")))
    formats = sum("repeatCell" in one for one in requests)
    styled = sum(len(sheet.cells) for sheet in book.sheets)
    assert formats < styled / 5


@pytest.mark.parametrize("name", BOOKS)
def test_every_reference_lies_in_its_grid(name: str) -> None:
    """The grids take under 70 % of the cells that Google has, so people have room."""
    book = shipped(name)[0]
    assert sum(one.rows * one.columns for one in book.sheets) < 0.7 * MOST_CELLS
    lists = next(one for one in book.sheets if one.title in ("词表", "Lists"))
    assert lists.rows == 10_000


@pytest.mark.parametrize("name", BOOKS)
def test_marks_and_formulas_stay_below_the_limits(name: str) -> None:
    """30,000 letters of metadata a spreadsheet; a formula fits Excel too (8,192)."""
    book = shipped(name)[0]
    asked = [one.get("createDeveloperMetadata") for one in everything(ground_of(book), Order("x"))]
    marks = [one["developerMetadata"] for one in asked if one]
    assert marks
    assert sum(len(one["metadataKey"] + one["metadataValue"]) for one in marks) < 30_000
    assert all(one["visibility"] == "DOCUMENT" for one in marks)
    formulas = (cell.formula or "" for sheet in book.sheets for cell in sheet.cells.values())
    assert max(map(len, formulas)) <= 8_192


@pytest.mark.parametrize("name", BOOKS)
def test_what_is_not_in_common_is_told_with_places(name: str) -> None:
    told = {one.kind: one for one in differences(shipped(name)[1])}
    assert {"print", "rule_number", "growing_name", "data_bar"} <= told.keys() <= TEXTS.keys()
    assert told["print"].count == len(shipped(name)[0].sheets)
    assert "formula" not in told
    assert "rule" not in told
    assert "check" not in told
    assert told["growing_name"].places[0].startswith("lst")
    assert told["print"].line("en").startswith("print set-up ×")
    assert "×" in told["print"].line("zh")


def test_every_table_and_column_is_found_by_its_mark(
    google: Google, manager: tuple[Made, Workbook]
) -> None:
    answer = google.client.get(manager[0].id, FIELDS)
    book = located(spreadsheet(answer))
    names = {table.name for sheet in shipped("manager-zh")[0].sheets for table in sheet.tables}
    assert names == set(book.tables)
    for name, table in book.tables.items():
        assert set(table.marked) == {column.code for column in TABLES[name].columns}, name
    codes = [tab.code for tab in book.sheet.tabs.values()]
    assert codes[:3] == ["today", "team", "card"]
    assert all(codes)
    assert book.problems == ()


def test_the_template_is_marked_last(google: Google, manager: tuple[Made, Workbook]) -> None:
    answer = google.client.get(manager[0].id, "developerMetadata")
    marks = {one["metadataKey"]: one["metadataValue"] for one in answer["developerMetadata"]}
    assert marks == {"linkstar.template": f"manager zh {template_version('manager')}"}


def test_a_manager_is_warned_and_never_locked_out(
    google: Google, manager: tuple[Made, Workbook]
) -> None:
    fields = "sheets(properties/title,protectedRanges)"
    sheets = google.client.get(manager[0].id, fields)["sheets"]
    guards = [one for sheet in sheets for one in sheet.get("protectedRanges", ())]
    assert guards
    assert all(one["warningOnly"] for one in guards)
    items = next(sheet for sheet in sheets if sheet["properties"]["title"] == "明细")
    typed = TABLES["tblScore"].owned_by(Owner.MANAGER)
    columns = [c.code for c in TABLES["tblScore"].columns]
    covered = {
        column
        for one in items["protectedRanges"]
        for column in range(one["range"]["startColumnIndex"], one["range"]["endColumnIndex"])
    }
    assert covered == {n for n, code in enumerate(columns) if code not in typed}


def test_a_scoped_tab_is_open_only_where_its_partner_types(
    google: Google, partner: tuple[Made, Workbook, dict[str, int]]
) -> None:
    fields = "sheets(properties/title,protectedRanges)"
    for sheet in google.client.get(partner[0].id, fields)["sheets"]:
        whole = [one for one in sheet["protectedRanges"] if not one.get("warningOnly")]
        assert [ROBOT in one["editors"]["users"] for one in whole] == [True], sheet
    disputes = next(s for s in shipped("partner-en")[0].sheets if s.title == "Disputes")
    assert [(hole.left, hole.right) for hole in disputes.protections[0].holes] == [
        (n, n) for n in range(1, 6)
    ]


def test_an_edition_is_known_by_its_tabs() -> None:
    found = {name: edition_of({s.title for s in shipped(name)[0].sheets}) for name in BOOKS}
    assert found == {
        "manager-zh": ("manager", "zh"),
        "manager-en": ("manager", "en"),
        "partner-zh": ("partner", "zh"),
        "partner-en": ("partner", "en"),
    }
    assert edition_of({"Sheet1", "Sheet2"}) is None


def test_an_unknown_value_travels_as_a_formula(google: Google) -> None:
    cells = {(1, 1): Cell(ErrorValue("#N/A"), "NA()"), (2, 1): Cell("=SUM(A1)"), (3, 1): Cell("+1")}
    book = Workbook((Sheet("One", cells, rows=100, columns=2),))
    _, read = sent(google, book)
    assert read.sheets[0].cells[1, 1] == replace(cells[1, 1], value=ErrorValue("#N/A"))
    assert read.sheets[0].cells[2, 1] == Cell(
        "=SUM(A1)"
    )  # a text stays one, whatever it begins with
    assert read.sheets[0].cells[3, 1] == Cell("+1")
