"""Data validations of a spreadsheet, which Google has in each cell, as areas."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from sync_service.google.transfer.google_found import Found
from sync_service.google.transfer.google_rules import check_from_google
from sync_service.google.transfer.grid import AHEAD
from sync_service.google.transfer.model import Check, Loss, Sheet
from sync_service.google.transfer.references import quoted
from sync_service.workbooks.areas import Area, letters
from sync_service.workbooks.formulas import shifted

Json = dict[str, Any]
LINES = (
    "sheets(properties/sheetId,data(startRow,startColumn,rowData/values/dataValidation,"
    "rowMetadata(pixelSize,hiddenByUser,developerMetadata(metadataId,metadataKey,metadataValue))))"
)


def window(sheet: Sheet) -> str:
    """The rows of a tab that hold anything, and some below."""
    rows = [row for row, _ in sheet.cells] + [one.row for one in sheet.sparks] + [1]
    bottom = min(max(rows) + AHEAD, sheet.rows)
    return f"{quoted(sheet.title)}A1:{letters(sheet.columns)}{bottom}"


def checks_of(answer: Json, found: Found) -> dict[int, list[Check]]:
    """The checks of each tab, by its number."""
    made: dict[int, list[Check]] = {}
    for sheet in answer.get("sheets", ()):
        number = int(sheet.get("properties", {}).get("sheetId", 0))
        title = found.titles.get(number, "")
        for data in sheet.get("data", ()):
            top, left = int(data.get("startRow", 0)) + 1, int(data.get("startColumn", 0)) + 1
            for where, rule in _runs(data, top, left):
                if "#REF!" not in json.dumps(rule):
                    found.held.setdefault(number, []).append(where)
                check = check_from_google(rule, where)
                if check is None:
                    found.losses.append(Loss("check", title, str(where)))
                else:
                    made.setdefault(number, []).append(check)
    return made


def _runs(data: Json, top: int, left: int) -> Iterator[tuple[Area, Json]]:
    """Each column's stretches of one rule; a formula may move with its row."""
    open_runs: dict[int, tuple[int, int, Json, str]] = {}
    for row, line in enumerate(data.get("rowData", ()), top):
        for column, one in enumerate(line.get("values", ()), left):
            rule = one.get("dataValidation")
            run = open_runs.get(column)
            if rule and run and run[1] == row - 1 and _goes_on(run[3], rule):
                open_runs[column] = (run[0], row, run[2], json.dumps(rule, sort_keys=True))
                continue
            if run:
                yield Area(run[0], column, run[1], column), run[2]
                del open_runs[column]
            if rule:
                open_runs[column] = (row, row, rule, json.dumps(rule, sort_keys=True))
    for column, run in sorted(open_runs.items()):
        yield Area(run[0], column, run[1], column), run[2]


def _goes_on(before: str, rule: Json) -> bool:
    """Whether a rule is the one above it, as it stands or one row further."""
    if json.dumps(rule, sort_keys=True) == before:
        return True
    above: Json = json.loads(before)
    values = [one.get("userEnteredValue", "") for one in above["condition"].get("values", ())]
    now = [one.get("userEnteredValue", "") for one in rule["condition"].get("values", ())]
    same = {**above["condition"], "values": ()} == {**rule["condition"], "values": ()}
    return same and bool(values) and [shifted(text, 1) for text in values] == now
