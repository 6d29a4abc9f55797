"""Older spreadsheets get what is new, deleted tabs come back, nothing of people's is touched."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from sheet_templates.layout import TABLES
from sync_service.google.locate import GoogleBook, located
from sync_service.google.spreadsheet import spreadsheet
from sync_service.google.transfer.common import common
from sync_service.google.transfer.google_found import Found
from sync_service.google.transfer.google_reading import read_google
from sync_service.google.transfer.making import Order, make
from sync_service.google.transfer.model import Workbook
from sync_service.google.transfer.upgrade_map import Maps, TabMap
from sync_service.google.transfer.upgrade_run import TOLD, rebuild, upgrade
from sync_service.google.transfer.upgrading import Done
from sync_service.sheets.spreadsheets import AtGoogle
from sync_service.told import ToldError
from tests.google_house import Google, google
from tests.google_transfer_support import apart, shipped

__all__ = ["google"]

Json = dict[str, Any]
BOOK = "partner-en"


def template(edition: str, language: str) -> Workbook:
    assert (edition, language) == ("partner", "en")
    return shipped(BOOK)[0]


class Aged:
    """A spreadsheet that a team has worked in since an older template, then upgraded twice."""

    def __init__(self, google: Google) -> None:
        self.google = google
        order = Order("Aged", "en", edition="partner")
        self.id = make(google.client, shipped(BOOK)[0], order).id
        self._age()
        self.before = self.look()
        self.done: list[Done] = upgrade(google.client, self.id, template)
        self.after = self.look()
        self.again = upgrade(google.client, self.id, template)

    def look(self) -> tuple[Workbook, Found, GoogleBook]:
        read, found = read_google(self.google.client, self.id)
        return common(read)[0], found, located(spreadsheet(found.answer))

    def _age(self) -> None:
        _, found, book = self.look()
        tasks, disputes = book.tables["tblTask"].span, book.tables["tblDispute"]
        outcome, breaches = disputes.column("due"), found.ids["Breaches"]
        assert outcome is not None
        names = {one["name"]: one["namedRangeId"] for one in found.answer["namedRanges"]}
        own = tasks.left + 3  # a column of the team's own, between ours
        self.google.client.batch_update(
            self.id,
            [
                {"deleteSheet": {"sheetId": found.ids["Contract terms"]}},
                {"deleteNamedRange": {"namedRangeId": names["tblShop"]}},
                {"deleteNamedRange": {"namedRangeId": names["nmVersion"]}},
                {"deleteDimension": {"range": _column(disputes.span.tab, outcome)}},
                {"insertDimension": {"range": _column(tasks.tab, own)}},
                _typed(tasks.tab, tasks.top, own, {"stringValue": "Our own note"}),
                _typed(tasks.tab, tasks.top + 1, own, {"formulaValue": "=1+1"}),
                {"deleteConditionalFormatRule": {"sheetId": breaches, "index": 2}},
                {"setDataValidation": {"range": _cells(found.ids["Disputes"], 4, 600, 0)}},
                {
                    "updateSheetProperties": {
                        "properties": {"sheetId": tasks.tab, "title": "To do"},
                        "fields": "title",
                    }
                },
            ],
        )


def _column(tab: int, at: int) -> Json:
    return {"sheetId": tab, "dimension": "COLUMNS", "startIndex": at, "endIndex": at + 1}


def _cells(tab: int, top: int, bottom: int, column: int) -> Json:
    rows = {"sheetId": tab, "startRowIndex": top, "endRowIndex": bottom}
    return {**rows, "startColumnIndex": column, "endColumnIndex": column + 1}


def _typed(tab: int, row: int, column: int, value: Json) -> Json:
    start = {"sheetId": tab, "rowIndex": row, "columnIndex": column}
    rows = [{"values": [{"userEnteredValue": value}]}]
    return {"updateCells": {"start": start, "rows": rows, "fields": "userEnteredValue"}}


@pytest.fixture(scope="module")
def aged(google: Google) -> Aged:
    return Aged(google)


def test_what_is_missing_is_added_and_told(aged: Aged) -> None:
    kinds = Counter(one.kind for one in aged.done)
    assert kinds.keys() <= TOLD.keys()
    assert {kind: kinds[kind] for kind in ("tab", "column", "rule", "check", "name")} == {
        "tab": 1,
        "column": 1,
        "rule": 1,
        "check": 1,
        "name": 2,
    }
    assert ("column", "Disputes", "tblDispute.due") in [
        (one.kind, one.sheet, one.what) for one in aged.done
    ]


def test_a_second_upgrade_finds_nothing_to_do(aged: Aged) -> None:
    assert aged.again == []


def test_every_table_and_column_of_the_template_is_there(aged: Aged) -> None:
    book = aged.after[2]
    names = {table.name for sheet in shipped(BOOK)[0].sheets for table in sheet.tables}
    assert names == set(book.tables)
    for name, table in book.tables.items():
        codes = [column.code for column in TABLES[name].columns]
        assert set(table.marked) == set(codes), name
        assert [code for code in table.grid.codes if code] == codes, name  # each at its place


def test_what_people_added_stays_as_it_was(aged: Aged) -> None:
    before, after = aged.before[2].tables["tblTask"], aged.after[2].tables["tblTask"]
    assert after.grid.headers == before.grid.headers
    assert "Our own note" in after.grid.headers
    there = aged.after[0].sheet("To do")
    assert there is not None
    assert [cell.formula for cell in there.cells.values() if cell.formula == "1+1"] == ["1+1"]
    assert there == aged.before[0].sheet("To do")


def test_an_added_tab_reads_what_means_the_same_there(aged: Aged) -> None:
    made = aged.after[0].sheet("Contract terms")
    assert made is not None
    assert (
        apart(
            Workbook((made,)),
            Workbook(tuple(s for s in shipped(BOOK)[0].sheets if s.title == "Contract terms")),
        )
        == []
    )
    titles = [one.title for one in aged.after[0].sheets]
    assert titles.index("Contract terms") == 1  # where the template has it


def test_the_added_column_looks_and_is_guarded_as_in_the_template(aged: Aged) -> None:
    sheet = aged.after[0].sheet("Disputes")
    first = shipped(BOOK)[0].sheet("Disputes")
    assert sheet is not None
    assert first is not None
    at = aged.after[2].tables["tblDispute"].column("due")
    assert at == 6
    assert sheet.cells[4, 7] == first.cells[4, 7]
    assert sheet.cells[5, 7].style == first.cells[5, 7].style
    guarded = [
        one["range"]
        for one in aged.after[1].answer["sheets"][6].get("protectedRanges", ())
        if one["range"].get("startColumnIndex") == 6
    ]
    assert guarded


def test_a_deleted_tab_is_rebuilt_and_what_read_it_is_mended(google: Google) -> None:
    order = Order("Torn", "en", edition="partner")
    number = make(google.client, shipped(BOOK)[0], order).id
    _, found = read_google(google.client, number)
    google.client.batch_update(number, [{"deleteSheet": {"sheetId": found.ids["Lists"]}}])
    torn, _ = read_google(google.client, number)
    lost = sum("#REF!" in (c.formula or "") for s in torn.sheets for c in s.cells.values())
    assert lost > 20
    done = rebuild(google.client, number, template, "lists")
    assert Counter(one.kind for one in done)["formula"] == lost
    whole, _ = read_google(google.client, number)
    assert apart(shipped(BOOK)[0], common(whole)[0]) == []


def test_a_missing_table_is_put_beside_the_one_that_is_there(google: Google) -> None:
    kpis = shipped("manager-en")[0].sheet("KPIs")
    assert kpis is not None
    book = Workbook((kpis,))
    number = make(google.client, book, Order("KPIs", "en", edition="manager")).id
    before, found = read_google(google.client, number)
    span = located(spreadsheet(found.answer)).tables["tblMeasure"].span
    gone = {**_column(span.tab, span.left), "endIndex": span.right}
    google.client.batch_update(number, [{"deleteDimension": {"range": gone}}])
    done = upgrade(google.client, number, lambda *_: book)
    assert ("table", "tblMeasure") in [(one.kind, one.what) for one in done]
    after, _ = read_google(google.client, number)
    assert after.sheets[0].cells == before.sheets[0].cells
    assert after.sheets[0].tables == before.sheets[0].tables


def test_the_menu_makes_every_deleted_tab_again(google: Google) -> None:
    """What the script in the spreadsheet orders, by the service's own account."""
    order = Order("Menu", "en", edition="partner")
    number = make(google.client, shipped(BOOK)[0], order).id
    _, found = read_google(google.client, number)
    gone = ["Disputes", "Contract terms"]
    google.client.batch_update(
        number, [{"deleteSheet": {"sheetId": found.ids[title]}} for title in gone]
    )
    assert AtGoogle().rebuild(google.house, number) == sorted(gone)
    assert AtGoogle().rebuild(google.house, number) == []


@pytest.mark.parametrize(
    ("code", "said"),
    [
        pytest.param("card", "still there", id="a tab that is there"),
        pytest.param("payslip", 'no tab "payslip"', id="a tab that no template has"),
    ],
)
def test_a_tab_that_cannot_be_rebuilt_is_refused(aged: Aged, code: str, said: str) -> None:
    with pytest.raises(ToldError, match=said):
        rebuild(aged.google.client, aged.id, template, code)


def test_a_spreadsheet_of_another_kind_is_refused(google: Google) -> None:
    number = google.client.create({"properties": {"title": "Mine"}})["spreadsheetId"]
    with pytest.raises(ToldError, match="not made from our template"):
        upgrade(google.client, number, template)


@pytest.mark.parametrize(
    ("text", "made"),
    [
        pytest.param("SUM($B5:$D5)", "SUM($B7:$E7)", id="a column between, two rows above"),
        pytest.param("'Tasks'!$C$5:$C$10000", "'To do'!$D$7:$D$10002", id="another name"),
        pytest.param("$A$1&$A$4", "$A$1&$A$6", id="the frame above the headers stays"),
        pytest.param("$F:$F", "$G:$G", id="what stands right of the last known column"),
        pytest.param("Other!C5&\"'Tasks'!C5\"", "Other!C5&\"'Tasks'!C5\"", id="others stay"),
    ],
)
def test_a_formula_of_the_template_as_it_is_there(text: str, made: str) -> None:
    tab = TabMap("To do", 7, {1: 1, 2: 2, 3: 4, 4: 5}, rows=2, top=4)
    assert Maps({"tasks": tab}).formula(text, "Tasks") == made
