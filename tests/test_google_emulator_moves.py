"""Rows and columns come, go, move and are sorted: what lies there goes along as in Google."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync_service.sandbox.google.formulas import copied, led, renamed, rewritten
from sync_service.sandbox.google.ranges import letters, number
from sync_service.sandbox.google.spans import Change
from tests.google_support import (
    OWNER,
    ROBOT,
    Bench,
    Json,
    box,
    columns,
    one,
    rows,
    running,
    unbox,
)

__all__ = ["one", "running"]


INSERT_2 = {"insertDimension": {"range": rows(2, 4)}}  # two rows before row 3
DELETE_3 = {"deleteDimension": {"range": rows(2, 3)}}  # row 3 goes
MOVE_3 = {"moveDimension": {"source": rows(2, 3), "destinationIndex": 6}}  # row 3 behind row 6
INSERT_B = {"insertDimension": {"range": columns(1, 2)}}
DELETE_B = {"deleteDimension": {"range": columns(1, 2)}}
MOVE_B = {"moveDimension": {"source": columns(1, 2), "destinationIndex": 4}}  # B behind D


@pytest.mark.parametrize(
    ("change", "before", "after"),
    [
        (INSERT_2, "=A3", "=A5"),
        (INSERT_2, "=A2", "=A2"),
        (INSERT_2, "=SUM(A1:A5)", "=SUM(A1:A7)"),
        (INSERT_2, "=SUM(A1:A2)", "=SUM(A1:A2)"),
        (INSERT_2, "=SUM($A$3:$A$5)", "=SUM($A$5:$A$7)"),
        (INSERT_2, "=SUM(A:A)", "=SUM(A:A)"),
        (INSERT_2, "=SUM(A3:A)", "=SUM(A5:A)"),
        (INSERT_2, "=SUM(3:4)", "=SUM(5:6)"),
        (INSERT_2, '="A3"&A3', '="A3"&A5'),
        (INSERT_2, "=Sheet1!A3", "=Sheet1!A5"),
        (INSERT_2, "='Other tab'!A3", "='Other tab'!A3"),
        (INSERT_2, "=LOG10(A3)", "=LOG10(A5)"),
        (DELETE_3, "=A3", "=#REF!"),
        (DELETE_3, "=A4", "=A3"),
        (DELETE_3, "=SUM(A2:A4)", "=SUM(A2:A3)"),
        (DELETE_3, "=SUM(A3:A3)", "=SUM(#REF!)"),
        (DELETE_3, "=SUM(A3:B5)", "=SUM(A3:B4)"),
        (MOVE_3, "=A3", "=A6"),
        (MOVE_3, "=A4", "=A3"),
        (MOVE_3, "=A7", "=A7"),
        (MOVE_3, "=SUM(A1:A9)", "=SUM(A1:A9)"),
        (INSERT_B, "=B1+A1", "=C1+A1"),
        (INSERT_B, "=SUM(A1:C1)", "=SUM(A1:D1)"),
        (INSERT_B, "=SUM(B:C)", "=SUM(C:D)"),
        (DELETE_B, "=B1", "=#REF!"),
        (DELETE_B, "=C1", "=B1"),
        (MOVE_B, "=B1&C1&D1", "=D1&B1&C1"),
    ],
)
def test_formulas_follow_what_they_point_at(
    one: Bench, change: Json, before: str, after: str
) -> None:
    one.batch({"addSheet": {"properties": {"title": "Other tab"}}})
    one.put("H20", [[before]])
    one.batch(change)
    [found] = [cell for row in one.formulas("A1:Z30") for cell in row if cell]
    assert found == after


@pytest.mark.parametrize(
    ("change", "before", "after"),
    [
        (INSERT_2, "A2:B4", "A2:B6"),
        (INSERT_2, "A3:B4", "A5:B6"),
        (DELETE_3, "A2:B4", "A2:B3"),
        (DELETE_3, "A3:B3", None),
        (MOVE_3, "A3:B3", "A6:B6"),
        (MOVE_3, "A4:B5", "A3:B4"),
        (INSERT_B, "A2:B4", "A2:C4"),
        (DELETE_B, "B2:C4", "B2:B4"),
    ],
)
def test_every_kind_of_object_follows_its_range(
    one: Bench, change: Json, before: str, after: str | None
) -> None:
    """Named and protected ranges, rules, merges, bands, filters and tables, each on its own."""
    for kind, asked, path in OBJECTS:
        one.fresh()
        one.batch({kind: asked(before)})
        if kind == "mergeCells" and change is MOVE_3 and before == "A4:B5":
            continue  # its rows move as one block of the grid; covered by the others
        one.batch(change)
        found = _ranges(one, path)
        assert found == ([after] if after else []), kind


RULE = {"condition": {"type": "NOT_BLANK"}, "format": {"backgroundColor": {"red": 1}}}
OBJECTS: list[tuple[str, Any, str]] = [
    ("addNamedRange", lambda r: {"namedRange": {"name": "n", "range": box(r)}}, "namedRanges"),
    (
        "addProtectedRange",
        lambda r: {"protectedRange": {"range": box(r), "editors": {"users": [ROBOT]}}},
        "protectedRanges",
    ),
    (
        "addConditionalFormatRule",
        lambda r: {"rule": {"ranges": [box(r)], "booleanRule": RULE}},
        "conditionalFormats",
    ),
    ("mergeCells", lambda r: {"range": box(r)}, "merges"),
    ("addBanding", lambda r: {"bandedRange": {"range": box(r)}}, "bandedRanges"),
    ("setBasicFilter", lambda r: {"filter": {"range": box(r)}}, "basicFilter"),
    ("addFilterView", lambda r: {"filter": {"range": box(r)}}, "filterViews"),
    ("addTable", lambda r: {"table": {"name": "t", "range": box(r)}}, "tables"),
]


def _ranges(one: Bench, path: str) -> list[str]:
    if path == "namedRanges":
        return [unbox(item["range"]) for item in one.look(path).get(path, [])]
    found = one.look(f"sheets.{path}")["sheets"][0].get(path, [])
    items = [found] if isinstance(found, dict) else found
    return [unbox(item.get("range", item.get("ranges", [item])[0])) for item in items]


def test_notes_validations_and_looks_move_with_their_cells(one: Bench) -> None:
    cell = {
        "note": "why",
        "userEnteredValue": {"numberValue": 1},
        "userEnteredFormat": {"textFormat": {"bold": True}},
        "dataValidation": {"condition": {"type": "ONE_OF_RANGE", "values": [
            {"userEnteredValue": "=A10:A12"}]}},
    }  # fmt: skip
    start = {"rowIndex": 4, "columnIndex": 1}
    one.batch({"updateCells": {"start": start, "rows": [{"values": [cell]}], "fields": "*"}})
    one.batch(INSERT_2, {"deleteDimension": {"range": columns(0, 1)}})
    kept = "note,userEnteredFormat.textFormat,dataValidation"
    data = one.look(f"sheets.data.rowData.values({kept})", ranges="Sheet1!A7")
    [found] = data["sheets"][0]["data"][0]["rowData"][0]["values"]
    assert (found["note"], found["userEnteredFormat"]) == ("why", {"textFormat": {"bold": True}})
    [value] = found["dataValidation"]["condition"]["values"]
    assert value["userEnteredValue"] == "=#REF!"  # column A is gone, and what pointed there


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (INSERT_2, (6, 7)),
        (DELETE_3, (3, 4)),
        (MOVE_3, (3, 4)),
        ({"deleteDimension": {"range": rows(4, 5)}}, None),
        ({"deleteSheet": {"sheetId": 0}}, None),
        ({"sortRange": {"range": box("A1:C9"), "sortSpecs": [{"dimensionIndex": 0}]}}, (4, 5)),
    ],
)
def test_metadata_of_a_row_follows_it_and_dies_with_it(
    one: Bench, change: Json, place: tuple[int, int] | None
) -> None:
    one.batch({"addSheet": {}})
    tag = {
        "metadataKey": "row",
        "visibility": "DOCUMENT",
        "location": {"dimensionRange": rows(4, 5)},
    }
    one.batch({"createDeveloperMetadata": {"developerMetadata": tag}}, change)
    asked = {"dataFilters": [{"developerMetadataLookup": {"metadataKey": "row"}}]}
    found = one.ok("POST", "/developerMetadata:search", asked).get("matchedDeveloperMetadata", [])
    spans = [hit["developerMetadata"]["location"]["dimensionRange"] for hit in found]
    assert [(s["startIndex"], s["endIndex"]) for s in spans] == ([place] if place else [])


def test_values_are_found_by_metadata_after_a_column_came(one: Bench) -> None:
    one.put("A1", [["k", "v"], ["a", 1]])
    tag = {
        "metadataKey": "v",
        "visibility": "PROJECT",
        "location": {"dimensionRange": columns(1, 2)},
    }
    one.batch({"createDeveloperMetadata": {"developerMetadata": tag}})
    one.google.person(OWNER).on(one.book).insert_columns("Sheet1", 1)
    asked = {"developerMetadataLookup": {"metadataKey": "v"}}
    found = one.ok("POST", "/values:batchGetByDataFilter", {"dataFilters": [asked]})
    [hit] = found["valueRanges"]
    assert hit["valueRange"]["range"] == "Sheet1!C1:C1000"
    assert hit["valueRange"]["values"] == [["v"], ["1"]]
    data = [{"dataFilter": asked, "values": [["w"], [2]]}]
    body = {"valueInputOption": "RAW", "data": data}
    assert one.ok("POST", "/values:batchUpdateByDataFilter", body)["totalUpdatedCells"] == 2
    assert one.get("B1:C2") == [["k", "w"], ["a", "2"]]
    one.ok("POST", "/values:batchClearByDataFilter", {"dataFilters": [asked]})
    assert one.get("B1:C2") == [["k"], ["a"]]


@pytest.mark.parametrize(
    ("descending", "order"),
    [
        (False, ["2", "10", "apple", "Pear", "TRUE", "#N/A", ""]),
        (True, ["#N/A", "TRUE", "Pear", "apple", "10", "2", ""]),
    ],
)
def test_a_sort_puts_kinds_in_googles_order(one: Bench, descending: bool, order: list[str]) -> None:
    """Numbers, texts without case, truth, errors; empty cells last both ways."""
    one.put("A1", [["Pear", 1], [10, 2], ["", 3], [True, 4], ["apple", 5], ["#N/A", 6], [2, 7]])
    one.google.person(OWNER).on(one.book).sort("A1:B7", 1, descending=descending)
    assert [row[0] for row in one.get("A1:B7")] == order
    assert {row[1] for row in one.get("A1:B7")} == {"1", "2", "3", "4", "5", "6", "7"}


def test_a_sort_carries_notes_and_keeps_rules_where_they_are(one: Bench) -> None:
    one.put("A1", [[3, "=A1*2"], [1, "=A2*2"], [2, "=$A$1+A3"]])
    note = {"start": {"rowIndex": 0}, "rows": [{"values": [{"note": "three"}]}], "fields": "note"}
    one.batch(
        {"updateCells": note},
        {"addConditionalFormatRule": {"rule": {"ranges": [box("A1:A1")], "booleanRule": RULE}}},
        {"sortRange": {"range": box("A1:B3"), "sortSpecs": [{"dimensionIndex": 0}]}},
    )
    assert one.formulas("A1:B3") == [[1, "=A1*2"], [2, "=$A$1+A2"], [3, "=A3*2"]]
    data = one.look("sheets.data.rowData.values.note")["sheets"][0]["data"][0]["rowData"]
    assert data[2]["values"][0] == {"note": "three"}
    assert _ranges(one, "conditionalFormats") == ["A1"]


def test_two_people_at_once(one: Bench) -> None:
    """A manager inserts, sorts, renames and moves tabs between two writes of the robot."""
    hands = one.google.person(OWNER).on(one.book)
    one.put("A1", [["sku", "units"], ["B", 2], ["A", 1]])
    one.batch({"addNamedRange": {"namedRange": {"name": "data", "range": box("A2:B3")}}})
    hands.add_tab("Notes")
    hands.type("Notes!A1", ["=SUM(Sheet1!B2:B3)"])
    hands.insert_rows("Sheet1", 1, 2)
    hands.insert_columns("Sheet1", 2)
    hands.sort("A4:C5", 1)
    hands.rename("Sheet1", "四月")
    hands.move_tab("Notes", 1)
    assert one.get("data") == [["A", "", "1"], ["B", "", "2"]]
    assert hands.look("Notes!A1", "FORMULA") == [["=SUM('四月'!C4:C5)"]]
    titles = [s["properties"]["title"] for s in one.look("sheets.properties.title")["sheets"]]
    assert titles == ["Notes", "四月"]
    hands.delete_tab("四月")
    assert hands.look("Notes!A1", "FORMULA") == [["=SUM(#REF!)"]]


def test_table_columns_follow_their_header(one: Bench) -> None:
    one.put("A1", [["sku", "units"], ["A", 1]])
    [made] = one.batch({"addTable": {"table": {"name": "t", "range": box("A1:B3")}}})
    assert [c["columnName"] for c in made["addTable"]["table"]["columnProperties"]] == [
        "sku",
        "units",
    ]
    one.batch(INSERT_B)
    one.put("C1", [["pieces"]])
    [table] = one.look("sheets.tables")["sheets"][0]["tables"]
    names = [c["columnName"] for c in table["columnProperties"]]
    assert (unbox(table["range"]), names) == ("A1:C3", ["sku", "Column 2", "pieces"])


@given(st.integers(0, 40), st.integers(1, 9), st.integers(0, 60), st.booleans())
def test_an_insertion_and_its_deletion_leave_every_reference(
    at: int, size: int, row: int, fixed: bool
) -> None:
    """Law: insert rows, delete them again, and each formula is what it was."""
    mark = "$" * fixed
    formula = f"=SUM(A{mark}{row + 1}:B{mark}{row + 3})+A{row + 1}"
    insert = Change(0, True, "insert", at, at + size)
    delete = Change(0, True, "delete", at, at + size)
    assert led(led(formula, "S", "S", insert.area), "S", "S", delete.area) == formula


@given(st.integers(0, 20_000))
def test_column_letters(column: int) -> None:
    assert number(letters(column)) == column


@pytest.mark.parametrize(
    ("formula", "result"),
    [
        ("=A1+$A1+A$1+$A$1", "=C2+$A2+C$1+$A$1"),
        ("=SUM(A:A)", "=SUM(C:C)"),
        ("=Sheet1!A1", "=Sheet1!C2"),
        ('="A1"', '="A1"'),
    ],
)
def test_a_copy_shifts_what_is_relative(formula: str, result: str) -> None:
    assert copied(formula, 1, 2) == result
    assert copied("=A1", -1, 0) == "=#REF!"


def test_a_tab_gets_another_title_in_formulas() -> None:
    assert renamed("=Old!A1+'old'!B2+Other!C3", "Old", "New tab") == (
        "='New tab'!A1+'New tab'!B2+Other!C3"
    )
    assert rewritten("=A1:B2+C3", lambda _, ref: ref) == "=A1:B2+C3"
