"""Each kind of batchUpdate request that the stand-in of Google plays, with what it must do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sync_service.sandbox.google.batch import HANDLERS, NOT_PLAYED
from tests.google_block_cases import GRID, fills, orders, pastes, ranges, words
from tests.google_support import OWNER, ROBOT, Bench, Json, box, columns, rows, running

__all__ = ["running"]


Case = Callable[[Bench], object]  # true when the requests did what they are for
RED, BLUE = {"red": 1}, {"blue": 1}
RULE = {"condition": {"type": "NUMBER_GREATER", "values": [{"userEnteredValue": "=$A$1"}]},
        "format": {"backgroundColor": RED}}  # fmt: skip


def part(one: Bench, fields: str, place: int = 0) -> Any:
    """A part of a tab, by a path of names."""
    found: Any = one.look(f"sheets.{fields}")["sheets"][place]
    for name in fields.split("."):
        found = found.get(name, [])
    return found


def cells(one: Bench, fields: str, place: str = "Sheet1!A1:D4") -> Any:
    """CellData of some cells, without empty ends."""
    data = one.look(f"sheets.data.rowData.values({fields})", ranges=place)["sheets"][0]["data"][0]
    return [row.get("values", []) for row in data.get("rowData", [])]


def titles(one: Bench) -> list[str]:
    return [s["properties"]["title"] for s in one.look("sheets.properties.title")["sheets"]]


def sheets(one: Bench) -> Any:
    fresh = {"title": "Plan", "index": 0, "sheetId": 7, "gridProperties": {"rowCount": 5}}
    [made, *_] = one.batch(
        {"addSheet": {"properties": fresh}},
        {"duplicateSheet": {"sourceSheetId": 0, "newSheetName": "Twin", "insertSheetIndex": 9}},
        {"updateSheetProperties": {
            "properties": {"sheetId": 7, "title": "Plan B", "hidden": True, "tabColor": RED},
            "fields": "title,hidden,tabColor"}},
    )  # fmt: skip
    got = made["addSheet"]["properties"]
    assert got["gridProperties"] == {"rowCount": 5, "columnCount": 26}
    look = part(one, "properties")
    assert (look["hidden"], look["tabColorStyle"]) == (True, {"rgbColor": RED})
    one.batch({"deleteSheet": {"sheetId": 0}})
    return titles(one) == ["Plan B", "Twin"]


def book_properties(one: Bench) -> Any:
    given = {"title": "Fresh", "locale": "zh_CN"}
    asked = {"properties": given, "fields": "title,locale"}
    one.batch({"updateSpreadsheetProperties": asked})
    drive = one.ok("GET", f"/drive/v3/files/{one.book}")
    return one.look("properties(title,locale)")["properties"] == given and drive["name"] == "Fresh"


def update_cells(one: Bench) -> Any:
    """Into a range: cells that are not given are cleared of the fields."""
    given = [{"values": [{"userEnteredValue": {"numberValue": 9}, "note": "n"}]}]
    one.put("A1", GRID)
    one.batch({"updateCells": {"range": box("A1:B2"), "rows": given, "fields": "userEnteredValue"}})
    assert "note" not in cells(one, "note,userEnteredValue")[0][0]
    formula = {"userEnteredValue": {"formulaValue": "=A1"}, "effectiveValue": {"numberValue": 9}}
    start = {"rowIndex": 0, "columnIndex": 3}
    asked = {"start": start, "rows": [{"values": [formula]}], "fields": "userEnteredValue"}
    one.batch({"updateCells": asked})
    return one.get("A1:D3") == [["9", "", "", "9"], [], ["b", "2"]]


def repeat_cell(one: Bench) -> Any:
    cell = {"userEnteredValue": {"formulaValue": "=A1*$B$1"}}
    one.batch({"repeatCell": {"range": box("C1:D2"), "cell": cell, "fields": "userEnteredValue"}})
    return one.formulas("C1:D2") == [["=A1*$B$1", "=B1*$B$1"], ["=A2*$B$1", "=B2*$B$1"]]


def append_cells(one: Bench) -> Any:
    one.put("A1", GRID)
    row = {"values": [{"userEnteredValue": {"stringValue": "end"}}]}
    one.batch({"appendCells": {"sheetId": 0, "rows": [row], "fields": "userEnteredValue"}})
    return one.get("A4") == [["end"]]


def dimensions(one: Bench) -> Any:
    one.put("A1", [["a", "b", "c"]])
    size = {"range": columns(0, 1), "properties": {"pixelSize": 50}, "fields": "pixelSize"}
    one.batch(
        {"appendDimension": {"dimension": "ROWS", "length": 2}},
        {"updateDimensionProperties": size},
        {"autoResizeDimensions": {"dimensions": columns(1, 2)}},
        {"moveDimension": {"source": columns(0, 1), "destinationIndex": 3}},
        {"insertDimension": {"range": columns(0, 1)}},
        {"deleteDimension": {"range": columns(1, 2)}},
    )
    widths = _widths(one)
    count = part(one, "properties.gridProperties")
    assert (count["rowCount"], count["columnCount"]) == (1002, 26)
    return one.get("A1:D1") == [["", "c", "a"]] and widths[:3] == [100, 100, 50]


def _widths(one: Bench) -> list[int]:
    data = one.look("sheets.data.columnMetadata.pixelSize")["sheets"][0]["data"][0]
    return [line["pixelSize"] for line in data["columnMetadata"]]


def groups(one: Bench) -> Any:
    group = {"range": rows(1, 3), "depth": 1}
    one.batch(
        {"addDimensionGroup": {"range": rows(1, 5)}},
        {"addDimensionGroup": {"range": rows(2, 3)}},
        {"deleteDimensionGroup": {"range": rows(3, 5)}},
    )
    assert [g["depth"] for g in part(one, "rowGroups")] == [1, 2]
    folded = group | {"collapsed": True}
    one.batch({"updateDimensionGroup": {"dimensionGroup": folded, "fields": "collapsed"}})
    return part(one, "rowGroups")[0]["collapsed"]


def names(one: Bench) -> Any:
    [made] = one.batch({"addNamedRange": {"namedRange": {"name": "n", "range": box("A1:B2")}}})
    number = made["addNamedRange"]["namedRange"]["namedRangeId"]
    again = {"namedRange": {"name": "N", "range": box("A1:B2")}}
    assert "already exists" in one.refused(
        "POST", ":batchUpdate", {"requests": [{"addNamedRange": again}]}
    )["message"]  # fmt: skip
    fresh = {"namedRangeId": number, "name": "m"}
    one.batch({"updateNamedRange": {"namedRange": fresh, "fields": "name"}})
    assert one.look("namedRanges")["namedRanges"][0]["name"] == "m"
    one.batch({"deleteNamedRange": {"namedRangeId": number}})
    return "namedRanges" not in one.look("namedRanges")


def protections(one: Bench) -> Any:
    given = {"range": box("A1:B2"), "editors": {"users": [ROBOT]}}
    [made] = one.batch({"addProtectedRange": {"protectedRange": given}})
    number = made["addProtectedRange"]["protectedRange"]["protectedRangeId"]
    change = {"protectedRangeId": number, "description": "ours"}
    one.batch({"updateProtectedRange": {"protectedRange": change, "fields": "description"}})
    [found] = part(one, "protectedRanges")
    assert (found["description"], found["editors"]["users"]) == ("ours", [ROBOT, OWNER])
    one.batch({"deleteProtectedRange": {"protectedRangeId": number}})
    return part(one, "protectedRanges") == []


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "Must specify exactly one of range, namedRangeId or tableId."),
        (
            {"range": {"sheetId": 0}, "warningOnly": True, "editors": {"users": [ROBOT]}},
            "Cannot specify editors if warningOnly is true.",
        ),
        (
            {"range": box("A1:B2"), "unprotectedRanges": [box("A1:A1")]},
            "unprotectedRanges are only supported on protected sheets.",
        ),
    ],
)
def test_protections_that_cannot_be(running: Bench, given: Json, message: str) -> None:
    running.fresh()
    body = {"requests": [{"addProtectedRange": {"protectedRange": given}}]}
    assert running.refused("POST", ":batchUpdate", body)["message"].endswith(message)


def metadata(one: Bench) -> Any:
    tag = {"metadataKey": "k", "metadataValue": "1", "visibility": "DOCUMENT"}
    places = [{"spreadsheet": True}, {"sheetId": 0}, {"dimensionRange": rows(1, 2)}]
    one.batch(*({"createDeveloperMetadata": {"developerMetadata": tag | {"location": p}}}
                for p in places))  # fmt: skip
    look = {"developerMetadataLookup": {"metadataKey": "k", "locationType": "SHEET"}}
    change = {"dataFilters": [look], "developerMetadata": {"metadataValue": "2"}}
    [done] = one.batch({"updateDeveloperMetadata": change | {"fields": "metadataValue"}})
    assert len(done["updateDeveloperMetadata"]["developerMetadata"]) == 1
    found = one.look("developerMetadata,sheets(developerMetadata)")
    assert found["developerMetadata"][0]["metadataValue"] == "1"
    [mine] = found["sheets"][0]["developerMetadata"]
    assert one.ok("GET", f"/developerMetadata/{mine['metadataId']}")["metadataValue"] == "2"
    filters = {"dataFilters": [look], "includeGridData": False}
    assert len(one.ok("POST", ":getByDataFilter", filters)["sheets"]) == 1
    everything = {"developerMetadataLookup": {"metadataKey": "k"}}
    [gone] = one.batch({"deleteDeveloperMetadata": {"dataFilter": everything}})
    return len(gone["deleteDeveloperMetadata"]["deletedDeveloperMetadata"]) == 3


def rules(one: Bench) -> Any:
    blue = {"condition": {"type": "BLANK"}, "format": {"backgroundColor": BLUE}}
    first, second = (
        {"rule": {"ranges": [box("A1:A9")], "booleanRule": one_rule}, "index": 0}
        for one_rule in (RULE, blue)
    )
    one.batch({"addConditionalFormatRule": first}, {"addConditionalFormatRule": second})
    move = {"sheetId": 0, "index": 0, "newIndex": 1}
    [moved, gone] = one.batch(
        {"updateConditionalFormatRule": move},
        {"deleteConditionalFormatRule": {"sheetId": 0, "index": 0}},
    )
    assert moved["updateConditionalFormatRule"]["newIndex"] == 1
    assert (
        gone["deleteConditionalFormatRule"]["rule"]["booleanRule"]["condition"] == RULE["condition"]
    )
    [left] = part(one, "conditionalFormats")
    style = left["booleanRule"]["format"]["backgroundColorStyle"]
    wrong = {"requests": [{"deleteConditionalFormatRule": {"sheetId": 0, "index": 5}}]}
    assert one.refused("POST", ":batchUpdate", wrong)["message"] == (
        "Invalid requests[0].deleteConditionalFormatRule: "
        "No conditional format on sheet: 0 at index: 5"
    )
    return style == {"rgbColor": BLUE}


def validations(one: Bench) -> Any:
    rule = {"condition": {"type": "BOOLEAN"}, "strict": True}
    one.batch({"setDataValidation": {"range": box("A1:A2"), "rule": rule}})
    assert cells(one, "dataValidation")[0][0]["dataValidation"] == rule
    one.batch({"setDataValidation": {"range": box("A1:A1")}})
    return cells(one, "dataValidation") == [[], [{"dataValidation": rule}]]


def borders(one: Bench) -> Any:
    line = {"style": "SOLID", "color": RED}
    one.batch({"updateBorders": {"range": box("A1:B2"), "top": line, "innerVertical": line}})
    found = [sorted(c["userEnteredFormat"]["borders"]) if c else [] for c in _flat(one)]
    assert found == [["right", "top"], ["left", "top"], ["right"], ["left"]]
    one.batch({"updateBorders": {"range": box("A1:B2"), "top": {"style": "NONE"}}})
    return sorted(_flat(one)[0]["userEnteredFormat"]["borders"]) == ["right"]


def _flat(one: Bench) -> list[Json]:
    return [cell for row in cells(one, "userEnteredFormat.borders") for cell in row]


def merges(one: Bench) -> Any:
    one.put("A1", [["", "b"], ["c", "d"]])
    one.batch({"mergeCells": {"range": box("A1:B2"), "mergeType": "MERGE_ALL"}})
    assert one.get("A1:B2") == [["b"]]
    part_of = {"requests": [{"unmergeCells": {"range": box("A1:A2")}}]}
    assert "select all cells" in one.refused("POST", ":batchUpdate", part_of)["message"]
    one.batch({"unmergeCells": {"range": box("A1:C3")}})
    return part(one, "merges") == []


def filters(one: Bench) -> Any:
    view = {"range": box("A1:B3"), "title": "mine", "filterViewId": 5,
            "criteria": {"1": {"hiddenValues": ["2"]}}}  # fmt: skip
    one.batch(
        {"setBasicFilter": {"filter": {"range": box("A1:B3")}}},
        {"addFilterView": {"filter": view}},
        {"duplicateFilterView": {"filterId": 5}},
        {"updateFilterView": {"filter": {"filterViewId": 5, "title": "new"}, "fields": "title"}},
        {"insertDimension": {"range": columns(0, 1)}},
    )
    first, second = part(one, "filterViews")
    assert (first["title"], second["title"]) == ("new", "Copy of mine")
    assert list(first["criteria"]) == ["2"]
    one.batch({"deleteFilterView": {"filterId": 5}}, {"clearBasicFilter": {"sheetId": 0}})
    return len(part(one, "filterViews")) == 1 and part(one, "basicFilter") == []


def bands(one: Bench) -> Any:
    look = {"headerColor": RED, "firstBandColor": BLUE}
    one.batch({"addBanding": {"bandedRange": {"bandedRangeId": 3, "range": box("A1:B3"),
                                              "rowProperties": look}}})  # fmt: skip
    change = {"bandedRangeId": 3, "rowProperties": {"headerColor": BLUE}}
    one.batch({"updateBanding": {"bandedRange": change, "fields": "rowProperties.headerColor"}})
    [found] = part(one, "bandedRanges")
    assert found["rowProperties"]["headerColor"] == BLUE
    assert found["rowProperties"]["firstBandColor"] == BLUE
    one.batch({"deleteBanding": {"bandedRangeId": 3}})
    return part(one, "bandedRanges") == []


def tables(one: Bench) -> Any:
    one.put("A1", [["sku", "units"], ["A", 1]])
    [made] = one.batch({"addTable": {"table": {"name": "t", "range": box("A1:B2")}}})
    number = made["addTable"]["table"]["tableId"]
    row = {"values": [{"userEnteredValue": {"stringValue": "B"}}]}
    asked = {"sheetId": 0, "tableId": number, "rows": [row], "fields": "userEnteredValue"}
    renamed = {"tableId": number, "name": "stock"}
    one.batch({"appendCells": asked}, {"updateTable": {"table": renamed, "fields": "name"}})
    [found] = part(one, "tables")
    assert (found["name"], found["range"]["endRowIndex"]) == ("stock", 3)
    assert one.get("stock") == [["sku", "units"], ["A", "1"], ["B"]]
    one.batch({"deleteTable": {"tableId": number}})
    return part(one, "tables") == [] and one.get("A1:B3") == []


def charts(one: Bench) -> Any:
    place = {"overlayPosition": {"anchorCell": {"sheetId": 0, "rowIndex": 5, "columnIndex": 1}}}
    spec = {"title": "Sales", "basicChart": {"chartType": "LINE"}}
    [made, slicer] = one.batch(
        {"addChart": {"chart": {"spec": spec, "position": place}}},
        {"addSlicer": {"slicer": {"spec": {"dataRange": box("A1:B3")}, "position": place}}},
    )
    chart = made["addChart"]["chart"]["chartId"]
    number = slicer["addSlicer"]["slicer"]["slicerId"]
    one.batch(
        {"updateChartSpec": {"chartId": chart, "spec": spec | {"title": "More"}}},
        {"updateSlicerSpec": {"slicerId": number, "spec": {"title": "s"}, "fields": "title"}},
        {"updateEmbeddedObjectPosition": {"objectId": chart, "fields": "offsetXPixels",
            "newPosition": {"overlayPosition": {"offsetXPixels": 4}}}},
        {"updateEmbeddedObjectBorder": {"objectId": chart, "border": {"color": RED},
                                        "fields": "color"}},
        {"insertDimension": {"range": rows(0, 2)}},
    )  # fmt: skip
    [found] = part(one, "charts")
    overlay = found["position"]["overlayPosition"]
    assert (found["spec"]["title"], found["border"]["color"]) == ("More", RED)
    assert (overlay["anchorCell"]["rowIndex"], overlay["offsetXPixels"]) == (7, 4)
    assert part(one, "slicers")[0]["spec"]["title"] == "s"
    one.batch({"deleteEmbeddedObject": {"objectId": chart}})
    return part(one, "charts") == []


CASES: dict[Case, str] = {
    sheets: "addSheet duplicateSheet updateSheetProperties deleteSheet",
    book_properties: "updateSpreadsheetProperties",
    update_cells: "updateCells",
    repeat_cell: "repeatCell",
    append_cells: "appendCells",
    dimensions: "appendDimension updateDimensionProperties autoResizeDimensions moveDimension "
    "insertDimension deleteDimension",
    groups: "addDimensionGroup deleteDimensionGroup updateDimensionGroup",
    names: "addNamedRange updateNamedRange deleteNamedRange",
    protections: "addProtectedRange updateProtectedRange deleteProtectedRange",
    metadata: "createDeveloperMetadata updateDeveloperMetadata deleteDeveloperMetadata",
    rules: "addConditionalFormatRule updateConditionalFormatRule deleteConditionalFormatRule",
    validations: "setDataValidation",
    borders: "updateBorders",
    merges: "mergeCells unmergeCells",
    filters: "setBasicFilter clearBasicFilter addFilterView duplicateFilterView updateFilterView "
    "deleteFilterView",
    bands: "addBanding updateBanding deleteBanding",
    tables: "addTable updateTable deleteTable",
    charts: "addChart addSlicer updateChartSpec updateSlicerSpec updateEmbeddedObjectPosition "
    "updateEmbeddedObjectBorder deleteEmbeddedObject",
    pastes: "copyPaste cutPaste",
    ranges: "insertRange deleteRange",
    fills: "autoFill",
    orders: "sortRange deleteDuplicates randomizeRange",
    words: "findReplace trimWhitespace textToColumns pasteData",
}


def test_every_kind_that_is_played_has_a_case() -> None:
    assert {kind for kinds in CASES.values() for kind in kinds.split()} == set(HANDLERS)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_requests(running: Bench, case: Case) -> None:
    running.fresh()
    assert case(running)


@pytest.mark.parametrize("kind", sorted(NOT_PLAYED))
def test_kinds_that_are_not_played_say_so(running: Bench, kind: str) -> None:
    running.fresh()
    error = running.refused("POST", ":batchUpdate", {"requests": [{kind: {}}]})
    assert (error["code"], error["status"]) == (501, "UNIMPLEMENTED")
