"""One good request of each kind of batchUpdate, and a book that they fit."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

A1B3 = {"sheetId": 0, "startRowIndex": 0, "endRowIndex": 3, "startColumnIndex": 0}
BLOCK = A1B3 | {"endColumnIndex": 2}
FREE = BLOCK | {"startRowIndex": 10, "endRowIndex": 13}
ROWS = {"sheetId": 0, "dimension": "ROWS", "startIndex": 1, "endIndex": 3}
RED = {"red": 1}
RULE: Json = {
    "ranges": [BLOCK],
    "booleanRule": {
        "condition": {"type": "NUMBER_GREATER", "values": [{"userEnteredValue": "=B1"}]},
        "format": {"backgroundColor": RED},
    },
}
SCALE: Json = {
    "ranges": [BLOCK],
    "gradientRule": {
        "minpoint": {"color": RED, "type": "MIN"},
        "maxpoint": {"colorStyle": {"rgbColor": RED}, "type": "NUMBER", "value": "9"},
    },
}
CELL: Json = {
    "userEnteredValue": {"formulaValue": "=A1"},
    "userEnteredFormat": {"numberFormat": {"type": "DATE", "pattern": "yyyy"}},
    "note": "n",
    "dataValidation": {"condition": {"type": "ONE_OF_LIST", "values": [{"userEnteredValue": "a"}]}},
}
CORNER = {"sheetId": 0, "rowIndex": 4, "columnIndex": 1}
AT = {"overlayPosition": {"anchorCell": CORNER, "widthPixels": 300}}
CHART: Json = {
    "title": "c",
    "basicChart": {
        "chartType": "LINE",
        "series": [{"series": {"sourceRange": {"sources": [BLOCK]}}}],
    },
}
FILTER = {"range": BLOCK, "criteria": {"0": {"hiddenValues": ["a"]}}}
SORTED = FILTER | {"sortSpecs": [{"dimensionIndex": 0, "sortOrder": "DESCENDING"}]}
NAMED = {"namedRangeId": "n1", "name": "first", "range": BLOCK}
GUARD: Json = {"protectedRangeId": 13, "range": BLOCK, "editors": {"users": ["a@b.example"]}}
LINE = {"style": "SOLID", "color": RED}
META: Json = {
    "metadataKey": "k",
    "metadataValue": "v",
    "visibility": "DOCUMENT",
    "location": {"dimensionRange": ROWS | {"endIndex": 2}},
}
LOOKUP = {"developerMetadataLookup": {"metadataKey": "k"}}
NEAR = {"developerMetadataLookup": {
    "locationType": "ROW", "metadataId": 16, "metadataKey": "k", "metadataValue": "v",
    "visibility": "DOCUMENT", "metadataLocation": META["location"],
    "locationMatchingStrategy": "INTERSECTING_LOCATION"}}  # fmt: skip
TABLE: Json = {
    "tableId": "t1",
    "name": "tbl",
    "range": BLOCK | {"startColumnIndex": 3, "endColumnIndex": 5},
    "columnProperties": [{"columnIndex": 0, "columnName": "x", "columnType": "TEXT"}],
}
FILTER_VIEW = SORTED | {"filterViewId": 12, "title": "view"}
BANDS = {"bandedRangeId": 11, "range": FREE, "rowProperties": {"headerColor": RED}}
SLICER: Json = {
    "slicerId": 15,
    "spec": {"dataRange": BLOCK, "columnIndex": 0, "title": "s"},
    "position": AT,
}

MADE: list[Json] = [  # what the book holds before each request
    {"updateCells": {"start": {"sheetId": 0}, "fields": "*", "rows": [
        {"values": [{"userEnteredValue": {"stringValue": "a, b"}}, CELL]},
        {"values": [{"userEnteredValue": {"numberValue": 2}},
                    {"userEnteredValue": {"boolValue": True}}]},
        {"values": [{"userEnteredValue": {"stringValue": "a, b"}},
                    {"userEnteredValue": {"errorValue": {"type": "N_A"}}}]},
    ]}},
    {"updateSheetProperties": {"fields": "gridProperties", "properties": {
        "gridProperties": {"rowCount": 20, "columnCount": 12}}}},
    {"addSheet": {"properties": {"sheetId": 1, "title": "Other"}}},
    {"addConditionalFormatRule": {"rule": RULE}},
    {"addBanding": {"bandedRange": BANDS}},
    {"addNamedRange": {"namedRange": NAMED}},
    {"addProtectedRange": {"protectedRange": GUARD}},
    {"addTable": {"table": TABLE}},
    {"setBasicFilter": {"filter": SORTED}},
    {"addFilterView": {"filter": FILTER_VIEW}},
    {"addChart": {"chart": {"chartId": 14, "spec": CHART, "position": AT}}},
    {"addSlicer": {"slicer": SLICER}},
    {"addDimensionGroup": {"range": ROWS}},
    {"mergeCells": {"range": FREE | {"startColumnIndex": 7, "endColumnIndex": 9}}},
    {"createDeveloperMetadata": {"developerMetadata": META | {"metadataId": 16}}},
    {"createDeveloperMetadata": {"developerMetadata": META | {"location": {"sheetId": 0}}}},
    {"createDeveloperMetadata": {"developerMetadata": META | {"location": {"spreadsheet": True}}}},
    {"addProtectedRange": {"protectedRange": {"namedRangeId": "n1"}}},
    {"addProtectedRange": {"protectedRange": {"tableId": "t1"}}},
]  # fmt: skip

GOOD: list[Json] = [
    {"addBanding": {"bandedRange": BANDS | {"bandedRangeId": 21, "range": BLOCK}}},
    {"addChart": {"chart": {"chartId": 24, "spec": CHART, "position": AT}}},
    {"addConditionalFormatRule": {"index": 1, "rule": RULE}},
    {"addConditionalFormatRule": {"rule": SCALE}},
    {"addDimensionGroup": {"range": ROWS}},
    {"addFilterView": {"filter": FILTER_VIEW | {"filterViewId": 22}}},
    {"addNamedRange": {"namedRange": {"namedRangeId": "n2", "name": "other", "range": BLOCK}}},
    {"addProtectedRange": {"protectedRange": GUARD | {"protectedRangeId": 23}}},
    {"addSheet": {"properties": {
        "sheetId": 7, "title": "New", "index": 1, "tabColor": RED, "hidden": True,
        "gridProperties": {"rowCount": 9, "columnCount": 9, "frozenRowCount": 1}}}},
    {"addSlicer": {"slicer": SLICER | {"slicerId": 25}}},
    {"addTable": {"table": TABLE | {"tableId": "t2", "name": "more", "range": FREE}}},
    {"appendCells": {"sheetId": 0, "rows": [{"values": [CELL]}], "fields": "*"}},
    {"appendCells": {"tableId": "t1", "rows": [{"values": [CELL]}], "fields": "*"}},
    {"appendDimension": {"sheetId": 0, "dimension": "ROWS", "length": 2}},
    {"autoFill": {"range": FREE, "useAlternateSeries": True}},
    {"autoFill": {"sourceAndDestination": {
        "source": BLOCK, "dimension": "COLUMNS", "fillLength": 2}}},
    {"autoResizeDimensions": {"dimensions": ROWS | {"dimension": "COLUMNS"}}},
    {"clearBasicFilter": {"sheetId": 0}},
    {"copyPaste": {"source": BLOCK, "destination": FREE, "pasteType": "PASTE_NORMAL",
                   "pasteOrientation": "NORMAL"}},
    {"createDeveloperMetadata": {"developerMetadata": META | {"metadataId": 26}}},
    {"cutPaste": {"source": BLOCK, "destination": CORNER, "pasteType": "PASTE_NORMAL"}},
    {"deleteBanding": {"bandedRangeId": 11}},
    {"deleteConditionalFormatRule": {"sheetId": 0, "index": 0}},
    {"deleteDeveloperMetadata": {"dataFilter": LOOKUP}},
    {"deleteDeveloperMetadata": {"dataFilter": NEAR}},
    {"deleteDeveloperMetadata": {"dataFilter": {"a1Range": "A1:B2"}}},
    {"deleteDeveloperMetadata": {"dataFilter": {"gridRange": BLOCK}}},
    {"deleteDimension": {"range": ROWS}},
    {"deleteDimensionGroup": {"range": ROWS}},
    {"deleteDuplicates": {"range": BLOCK, "comparisonColumns": [
        {"sheetId": 0, "dimension": "COLUMNS", "startIndex": 0, "endIndex": 1}]}},
    {"deleteEmbeddedObject": {"objectId": 14}},
    {"deleteFilterView": {"filterId": 12}},
    {"deleteNamedRange": {"namedRangeId": "n1"}},
    {"deleteProtectedRange": {"protectedRangeId": 13}},
    {"deleteRange": {"range": BLOCK, "shiftDimension": "ROWS"}},
    {"deleteSheet": {"sheetId": 0}},
    {"deleteTable": {"tableId": "t1"}},
    {"duplicateFilterView": {"filterId": 12}},
    {"duplicateSheet": {"sourceSheetId": 0, "insertSheetIndex": 1, "newSheetId": 8,
                        "newSheetName": "Twin"}},
    {"findReplace": {"find": "(a)", "replacement": "$1", "matchCase": True, "searchByRegex": True,
                     "includeFormulas": True, "range": BLOCK}},
    {"findReplace": {"find": "a", "replacement": "b", "matchEntireCell": True, "sheetId": 0}},
    {"insertDimension": {"range": ROWS, "inheritFromBefore": True}},
    {"insertRange": {"range": BLOCK, "shiftDimension": "COLUMNS"}},
    {"mergeCells": {"range": BLOCK, "mergeType": "MERGE_ROWS"}},
    {"moveDimension": {"source": ROWS, "destinationIndex": 5}},
    {"pasteData": {"coordinate": CORNER, "data": "1\t=A1\nx", "delimiter": "\t",
                   "type": "PASTE_NORMAL"}},
    {"randomizeRange": {"range": BLOCK}},
    {"repeatCell": {"range": FREE, "cell": CELL, "fields": "*"}},
    {"setBasicFilter": {"filter": SORTED}},
    {"setDataValidation": {"range": BLOCK, "rule": CELL["dataValidation"]}},
    {"sortRange": {"range": BLOCK, "sortSpecs": SORTED["sortSpecs"]}},
    {"textToColumns": {"source": BLOCK | {"endColumnIndex": 1}, "delimiter": "-",
                       "delimiterType": "CUSTOM"}},
    {"trimWhitespace": {"range": BLOCK}},
    {"unmergeCells": {"range": BLOCK}},
    {"updateBanding": {"bandedRange": BANDS, "fields": "*"}},
    {"updateBorders": {"range": BLOCK, "top": LINE, "innerHorizontal": LINE}},
    {"updateCells": {"range": BLOCK, "rows": [{"values": [CELL]}], "fields": "*"}},
    {"updateCells": {"start": CORNER, "rows": [{"values": [CELL]}], "fields": "note"}},
    {"updateChartSpec": {"chartId": 14, "spec": CHART}},
    {"updateConditionalFormatRule": {"sheetId": 0, "index": 0, "newIndex": 0}},
    {"updateConditionalFormatRule": {"index": 0, "rule": RULE}},
    {"updateDeveloperMetadata": {"dataFilters": [LOOKUP], "developerMetadata": META,
                                 "fields": "metadataValue"}},
    {"updateDimensionGroup": {"dimensionGroup": {"range": ROWS, "depth": 1, "collapsed": True},
                              "fields": "*"}},
    {"updateDimensionProperties": {"range": ROWS, "properties": {"pixelSize": 30},
                                   "fields": "pixelSize"}},
    {"updateEmbeddedObjectBorder": {"objectId": 14, "border": {"color": RED}, "fields": "*"}},
    {"updateEmbeddedObjectPosition": {"objectId": 14, "newPosition": AT,
                                      "fields": "anchorCell(rowIndex,columnIndex)"}},
    {"updateFilterView": {"filter": FILTER_VIEW, "fields": "*"}},
    {"updateNamedRange": {"namedRange": NAMED, "fields": "*"}},
    {"updateProtectedRange": {"protectedRange": GUARD, "fields": "*"}},
    {"updateSheetProperties": {"properties": {
        "sheetId": 0, "title": "Fresh", "index": 1, "tabColorStyle": {"rgbColor": RED},
        "gridProperties": {"rowCount": 20, "columnCount": 9, "frozenColumnCount": 1}},
        "fields": "*"}},
    {"updateSlicerSpec": {"slicerId": 15, "spec": SLICER["spec"], "fields": "*"}},
    {"updateSpreadsheetProperties": {"properties": {
        "title": "T", "locale": "de_DE", "timeZone": "Asia/Shanghai",
        "iterativeCalculationSettings": {"maxIterations": 5}}, "fields": "*"}},
    {"updateTable": {"table": TABLE, "fields": "*"}},
]  # fmt: skip
