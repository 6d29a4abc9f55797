"""The values collection, whole books and Drive of the stand-in of Google, call by call."""

from __future__ import annotations

import io
from datetime import datetime
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync_service.sandbox.google import values
from sync_service.sandbox.google.entering import raw
from sync_service.sandbox.google.model import new_book
from sync_service.sandbox.google.values import Options
from tests.google_support import OWNER, READER, ROBOT, Bench, Json, box, one, running

__all__ = ["one", "running"]


RAW: dict[str, Any] = {"valueInputOption": "RAW"}
SHEETS_MIME = "application/vnd.google-apps.spreadsheet"
FOLDER_MIME = "application/vnd.google-apps.folder"


# --- reading ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("place", "named", "found"),
    [
        ("A1:D9", "Sheet1!A1:D9", [["a"], [], ["", "", 3]]),
        ("B1:D9", "Sheet1!B1:D9", [[], [], ["", 3]]),
        ("A3:D4", "Sheet1!A3:D4", [["", "", 3]]),
        ("A4:D9", "Sheet1!A4:D9", None),
        ("A:A", "Sheet1!A1:A1000", [["a"]]),
        ("C2:C", "Sheet1!C2:C1000", [[], [3]]),
        ("3:3", "Sheet1!A3:Z3", [["", "", 3]]),
        ("Sheet1", "Sheet1!A1:Z1000", [["a"], [], ["", "", 3]]),
        ("sheet1!c3", "Sheet1!C3", [[3]]),
        ("'Sheet1'!Y999:AZ2000", "Sheet1!Y999:Z1000", None),
    ],
)
def test_empty_ends_are_left_out(
    one: Bench, place: str, named: str, found: list[list[Any]] | None
) -> None:
    one.put("A1", [["a"], [], [None, None, 3]], "RAW")
    reply = one.ok("GET", f"/values/{place}", valueRenderOption="UNFORMATTED_VALUE")
    assert (reply["range"], reply.get("values")) == (named, found)


def test_columns_first(one: Bench) -> None:
    given = {"majorDimension": "COLUMNS", "values": [[1, 2], [3]]}
    one.ok("PUT", "/values/A1", given, **RAW)
    assert one.get("A1:B2") == [["1", "3"], ["2"]]
    assert one.get("A1:B2", majorDimension="COLUMNS") == [["1", "2"], ["3"]]


def test_dates_as_numbers_or_as_text(one: Bench) -> None:
    one.put("A1", [["2024-01-02", "5", "=A1"]])
    unformatted = "UNFORMATTED_VALUE"
    assert one.get("A1:C1", unformatted) == [[45293, 5, 0]]
    text = {"dateTimeRenderOption": "FORMATTED_STRING"}
    assert one.get("A1:C1", unformatted, **text) == [["2024-01-02", 5, 0]]
    assert one.get("A1:C1", "FORMULA", **text) == [["2024-01-02", 5, "=A1"]]


def test_several_ranges_at_once(one: Bench) -> None:
    one.put("A1", [[1, 2]], "RAW")
    found = one.ok("GET", "/values:batchGet", ranges=["A1", "B1:C1"])
    assert [r["values"] for r in found["valueRanges"]] == [[["1"]], [["2"]]]
    cleared = one.ok("POST", "/values:batchClear", {"ranges": ["A1", "B1"]})
    assert cleared["clearedRanges"] == ["Sheet1!A1", "Sheet1!B1"]
    assert one.get("A1:C1") == []


def test_null_leaves_a_cell_and_empty_text_empties_it(one: Bench) -> None:
    note = {"values": [{"note": "stays"}]}
    one.batch({"updateCells": {"start": {}, "rows": [note], "fields": "note"}})
    one.put("A1", [["a", "b", "c"]], "RAW")
    done = one.put("A1", [["", None, "d"]], "RAW")
    assert (done["updatedRange"], done["updatedCells"]) == ("Sheet1!A1:C1", 2)
    assert one.get("A1:C1") == [["", "b", "d"]]
    [[cell, *_]] = [
        row["values"]
        for row in one.look("sheets.data.rowData.values.note")["sheets"][0]["data"][0]["rowData"]
    ]
    assert cell == {"note": "stays"}


def test_what_was_written_comes_back_on_request(one: Bench) -> None:
    query = RAW | {"includeValuesInResponse": "true"}
    done = one.ok("PUT", "/values/A1", {"values": [[1.5]]}, **query)
    assert done["updatedData"] == {
        "range": "Sheet1!A1", "majorDimension": "ROWS", "values": [["1.5"]]
    }  # fmt: skip


@given(st.lists(st.lists(st.sampled_from(["", "x", 1, None]), max_size=4), max_size=5))
@settings(max_examples=50)
def test_what_is_read_is_what_was_written_without_its_empty_ends(rows: list[list[Any]]) -> None:
    """Law, on the model alone."""
    book = new_book("b", "t")
    sheet = book.sheets[0]
    for row, line in enumerate(rows):
        for column, value in enumerate(line):
            sheet.put(row, column, values.filled({}, raw(value)))
    found = values.read(book, book.area("A1:Z99"), Options("UNFORMATTED_VALUE")).get("values", [])
    full = [[value or "" for value in line] for line in rows]
    trimmed = [
        line[: max((n + 1 for n, v in enumerate(line) if v != ""), default=0)] for line in full
    ]
    while trimmed and not trimmed[-1]:
        trimmed.pop()
    assert found == trimmed


# --- appending -------------------------------------------------------------------------------

TWO_TABLES: list[list[Any]] = [["a", "b", "c"], ["d", "e", "f"], [], *[[None, "x", "y", "z"]] * 3]


@pytest.mark.parametrize(
    ("place", "table", "updated"),
    [
        ("Sheet1", "Sheet1!B4:D6", "Sheet1!B7:C7"),
        ("B4", "Sheet1!B4:D6", "Sheet1!B7:C7"),
        ("C5:D5", "Sheet1!B4:D6", "Sheet1!B7:C7"),
        ("B2:D4", "Sheet1!B4:D6", "Sheet1!B7:C7"),
        ("A3:G10", "Sheet1!B4:D6", "Sheet1!B7:C7"),
        ("A1", "Sheet1!A1:C2", "Sheet1!A3:B3"),
        ("E4", None, "Sheet1!E4:F4"),
    ],
)
def test_append_finds_its_table_as_the_guide_says(
    one: Bench, place: str, table: str | None, updated: str
) -> None:
    """The two tables and the seven inputs of the service's own guide."""
    one.put("A1", TWO_TABLES, "RAW")
    done = one.ok("POST", f"/values/{place}:append", {"values": [[1, 2]]}, **RAW)
    assert (done.get("tableRange"), done["updates"]["updatedRange"]) == (table, updated)


def test_append_may_insert_rows_and_makes_the_grid_grow(one: Bench) -> None:
    one.put("A1", [["a"], [None], ["below"]], "RAW")
    insert = RAW | {"insertDataOption": "INSERT_ROWS"}
    one.ok("POST", "/values/A1:append", {"values": [["b"], ["c"]]}, **insert)
    assert one.get("A1:A9") == [["a"], ["b"], ["c"], [], ["below"]]
    size = {"rowCount": 5, "columnCount": 1}
    asked = {"properties": {"sheetId": 0, "gridProperties": size}, "fields": "gridProperties"}
    one.batch({"updateSheetProperties": asked})
    one.ok("POST", "/values/A5:append", {"values": [["end", "wide"]]}, **RAW)
    grid = one.look("sheets.properties.gridProperties")["sheets"][0]["properties"]
    assert grid["gridProperties"] == {"rowCount": 6, "columnCount": 2}


# --- books -----------------------------------------------------------------------------------


def test_a_mask_keeps_what_it_names(one: Bench) -> None:
    one.put("A1", [["=1", 2]])
    mask = "spreadsheetId,sheets(properties(title,sheetId),data/rowData/values/formattedValue)"
    assert one.look(mask) == {
        "spreadsheetId": one.book,
        "sheets": [{
            "properties": {"title": "Sheet1", "sheetId": 0},
            "data": [{"rowData": [{"values": [{"formattedValue": "0"}, {"formattedValue": "2"}]}]}],
        }],
    }  # fmt: skip
    assert one.look("*")["spreadsheetId"] == one.book
    assert "data" not in one.ok("GET", "")["sheets"][0]
    assert one.refused("GET", "", fields="sheets(")["code"] == 400


def test_ranges_bound_the_cells_and_the_tabs(one: Bench) -> None:
    one.batch({"addSheet": {"properties": {"title": "Two"}}})
    one.put("B3", [["x"]])
    found = one.ok("GET", "", ranges=["Sheet1!B3:C4"], includeGridData="true")
    [sheet] = found["sheets"]
    [data] = sheet["data"]
    assert (data["startRow"], data["startColumn"]) == (2, 1)
    assert data["rowData"][0]["values"][0]["effectiveValue"] == {"stringValue": "x"}
    assert (len(data["rowMetadata"]), len(data["columnMetadata"])) == (2, 2)


def test_a_reader_is_not_told_who_may_edit(one: Bench) -> None:
    hands = one.google.person(OWNER).on(one.book)
    hands.protect("A1:B2")
    for who, may in ((OWNER, True), (ROBOT, False), (READER, False)):
        [found] = one.ok("GET", "", who=who)["sheets"][0]["protectedRanges"]
        assert (found.get("requestingUserCanEdit", False), "editors" in found) == (may, may)


def test_a_book_is_created_with_tabs_and_cells(one: Bench) -> None:
    row = {"values": [{"userEnteredValue": {"stringValue": "x"}}]}
    body = {
        "properties": {"title": "Made", "locale": "de_DE"},
        "sheets": [{"properties": {"title": "Eins"}, "data": [{"rowData": [row]}]},
                   {"properties": {"title": "Zwei"}}],
        "namedRanges": [],
    }  # fmt: skip
    made = one.ok("POST", "/v4/spreadsheets", body)
    assert [s["properties"]["title"] for s in made["sheets"]] == ["Eins", "Zwei"]
    assert made["properties"]["locale"] == "de_DE"
    one.book = made["spreadsheetId"]
    assert one.get("Eins!A1") == [["x"]]


def test_the_book_comes_back_with_a_batch(one: Bench) -> None:
    body: Json = {
        "requests": [{"addSheet": {"properties": {"title": "Two"}}}],
        "includeSpreadsheetInResponse": True,
        "responseRanges": ["Two!A1:B2"],
        "responseIncludeGridData": True,
    }
    found = one.ok("POST", ":batchUpdate", body)["updatedSpreadsheet"]
    assert [s["properties"]["title"] for s in found["sheets"]] == ["Two"]
    assert len(found["sheets"][0]["data"][0]["rowMetadata"]) == 2


def test_a_tab_is_copied_into_another_book(one: Bench) -> None:
    """Formulas, rules and protections come along and point at the copy."""
    source = one.book
    one.put("A1", [[1, "=Sheet1!A1"]])
    rule = {"condition": {"type": "BLANK"}, "format": {}}
    asked = {"rule": {"ranges": [box("A1:B2")], "booleanRule": rule}}
    one.batch({"addConditionalFormatRule": asked})
    target = one.fresh()
    one.book = source
    made = one.ok("POST", "/sheets/0:copyTo", {"destinationSpreadsheetId": target})
    assert (made["title"], made["index"]) == ("Copy of Sheet1", 1)
    one.book = target
    assert one.formulas("'Copy of Sheet1'!A1:B1") == [[1, "='Copy of Sheet1'!A1"]]
    [found] = one.look("sheets(conditionalFormats)")["sheets"][1]["conditionalFormats"]
    assert found["ranges"][0]["sheetId"] == made["sheetId"]


# --- Drive -----------------------------------------------------------------------------------


def test_files_are_made_found_moved_and_thrown_away(one: Bench) -> None:
    folder = one.ok("POST", "/drive/v3/files", {"name": "Reports", "mimeType": FOLDER_MIME})
    given = {"name": "May", "mimeType": SHEETS_MIME, "parents": [folder["id"]]}
    made = one.ok("POST", "/drive/v3/files", given)
    path = f"/drive/v3/files/{made['id']}"
    for query in (
        f"'{folder['id']}' in parents and trashed = false",
        f"mimeType = '{SHEETS_MIME}' and name contains 'ay' and '{folder['id']}' in parents",
    ):
        found = one.ok("GET", "/drive/v3/files", q=query)
        assert [file["name"] for file in found["files"]] == ["May"]
    assert one.refused("GET", "/drive/v3/files", q="name ~ 'x'")["message"] == "Invalid Value"
    one.ok("PATCH", path, {"name": "June", "trashed": True}, removeParents=folder["id"])
    got = one.ok("GET", path, fields="name,trashed,parents")
    assert got == {"name": "June", "trashed": True, "parents": []}
    assert one.call("DELETE", path).status_code == 204
    assert one.refused("GET", path)["errors"][0]["reason"] == "notFound"


def test_files_come_in_pages(one: Bench) -> None:
    for number in range(3):
        one.ok("POST", "/drive/v3/files", {"name": f"page {number}", "mimeType": SHEETS_MIME})
    query: Json = {"q": "name contains 'page '", "pageSize": 2}
    first = one.ok("GET", "/drive/v3/files", **query)
    second = one.ok("GET", "/drive/v3/files", **query, pageToken=first["nextPageToken"])
    assert (len(first["files"]), len(second["files"])) == (2, 1)
    assert "nextPageToken" not in second


def test_a_share_opens_the_book_and_its_end_closes_it(one: Bench) -> None:
    path, who = f"/drive/v3/files/{one.book}/permissions", "new@team.example"
    given = {"type": "user", "role": "reader", "emailAddress": who}
    made = one.ok("POST", path, given)
    assert one.call("GET", "", who=who).status_code == 200
    assert one.call("PUT", "/values/A1", {"values": []}, who=who, **RAW).status_code == 403
    assert one.ok("PATCH", f"{path}/{made['id']}", {"role": "writer"})["role"] == "writer"
    assert one.call("PUT", "/values/A1", {"values": []}, who=who, **RAW).status_code == 200
    assert one.call("DELETE", f"{path}/{made['id']}").status_code == 204
    assert one.refused("GET", "", who=who)["code"] == 403
    mine = one.ok("GET", path, fields="permissions")["permissions"]
    assert one.ok("GET", f"{path}/{mine[0]['id']}")["role"] == "owner"
    assert one.refused("DELETE", f"{path}/{mine[0]['id']}")["code"] == 403
    assert one.refused("POST", path, given, who=READER)["code"] == 403


def test_an_export_that_is_not_played_says_so(one: Bench) -> None:
    error = one.refused("GET", f"/drive/v3/files/{one.book}/export", mimeType="application/pdf")
    assert (error["code"], error["errors"][0]["reason"]) == (501, "notImplemented")


def test_an_export_as_xlsx_is_what_the_book_holds(one: Bench) -> None:
    """Read back by another program: values, formulas of the place in the file's own way, merges."""
    one.fresh("de_DE")
    one.put("A1", [["Preis", "1,5"], ['=SUMME(B1;2,5)&"; 1,5"', "31.12.2025"]])
    one.batch(
        {"mergeCells": {"range": box("C1:D1")}}, {"addSheet": {"properties": {"title": "Zwei"}}}
    )
    mime = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    reply = one.call("GET", f"/drive/v3/files/{one.book}/export", mimeType=mime)
    book = openpyxl.load_workbook(io.BytesIO(reply.content))
    page = book["Sheet1"]
    assert book.sheetnames == ["Sheet1", "Zwei"]
    assert (page["A1"].value, page["B1"].value) == ("Preis", 1.5)
    assert page["A2"].value == '=SUMME(B1,2.5)&"; 1,5"'
    assert page["B2"].value == datetime(2025, 12, 31)  # noqa: DTZ001 - cells know no zone
    assert [str(merge) for merge in page.merged_cells.ranges] == ["C1:D1"]
