"""What Google would answer for a workbook of ours: built from the .xlsx by openpyxl."""

from __future__ import annotations

import warnings
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl

from sheet_templates.layout import NAMES, TABLES
from sync_service.workbooks.areas import area
from sync_service.workbooks.serials import to_serial

Json = dict[str, Any]
ERRORS = {"#N/A": "N_A", "#VALUE!": "VALUE", "#REF!": "REF", "#DIV/0!": "DIVIDE_BY_ZERO"}


def answer_of(path: Path, *, marks: bool = True, names: bool = True) -> Json:
    """`spreadsheets.get` of the workbook; tables as named ranges, columns by metadata."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what it does not read is not compared
        formulas: Any = openpyxl.load_workbook(BytesIO(path.read_bytes()))
        values: Any = openpyxl.load_workbook(BytesIO(path.read_bytes()), data_only=True)
    sheets, named, number = [], [], 0
    for index, tab in enumerate(formulas.worksheets):
        rows = []
        shown = values[tab.title]
        for line, seen in zip(tab.iter_rows(), shown.iter_rows(), strict=True):
            cells = [_cell(a.value, b.value) for a, b in zip(line, seen, strict=True)]
            rows.append({"values": cells})
        columns: list[Json] = [{} for _ in range(tab.max_column)]
        for table in tab.tables.values():
            left, top, right, bottom = _bounds(table.ref)
            lower = [_bounds(one.ref) for one in tab.tables.values()]
            below = [one[1] for one in lower if one[1] > top and one[0] <= right and left <= one[2]]
            end = bottom if below else max(2000, tab.max_row)  # down to the end of the grid
            spot = {"sheetId": index, "startRowIndex": top - 1, "endRowIndex": end}
            spot |= {"startColumnIndex": left - 1, "endColumnIndex": right}
            named.append({"name": table.name, "namedRangeId": table.name, "range": spot})
            layout = TABLES.get(table.name)
            for at in range(left, right + 1):
                known = layout.by_header(str(tab.cell(top, at).value)) if layout else None
                if known and layout:
                    number += 1
                    mark = {"metadataId": number, "metadataKey": "linkstar.column"}
                    mark["metadataValue"] = f"{layout.name}.{known.code}"
                    columns[at - 1].setdefault("developerMetadata", []).append(mark)
        size = {"rowCount": max(2000, tab.max_row), "columnCount": tab.max_column + 5}
        properties = {"sheetId": index, "title": tab.title, "gridProperties": size}
        data: Json = {"rowData": rows}
        if marks:
            data["columnMetadata"] = columns
        sheets.append({"properties": properties, "data": [data]})
    for name in NAMES:
        found = formulas.defined_names.get(name.code)
        if found is not None:
            named.append({"name": name.code, "range": _spot(formulas, found.attr_text or "")})
    answer: Json = {"spreadsheetId": "book", "sheets": sheets}
    if names:
        answer["namedRanges"] = named
    return answer


def _bounds(text: str) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of a reference, from 1."""
    found = area(text)
    assert found is not None
    return found.left, found.top, found.right, found.bottom


def _spot(book: Any, text: str) -> Json:  # openpyxl's workbook
    title, _, cell = text.rpartition("!")
    left, top, right, bottom = _bounds(cell.replace("$", ""))
    index = book.sheetnames.index(title.strip("'").replace("''", "'"))
    spot = {"sheetId": index, "startRowIndex": top - 1, "endRowIndex": bottom}
    return spot | {"startColumnIndex": left - 1, "endColumnIndex": right}


def _cell(entered: object, shown: object) -> Json:
    made: Json = {}
    text = getattr(entered, "text", entered)
    if isinstance(text, str) and text.startswith("=") and text != shown:
        made["userEnteredValue"] = {"formulaValue": text}
    value = _value(shown)
    if value:
        made["effectiveValue"] = value
    return made


def _value(shown: object) -> Json | None:
    if shown is None:
        return None
    if isinstance(shown, bool):
        return {"boolValue": shown}
    if isinstance(shown, datetime | date):
        return {"numberValue": to_serial(shown, date1904=False)}
    if isinstance(shown, int | float):
        return {"numberValue": shown}
    text = str(shown)
    return {"errorValue": {"type": ERRORS[text]}} if text in ERRORS else {"stringValue": text}
