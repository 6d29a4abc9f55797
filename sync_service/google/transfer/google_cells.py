"""Requests that write the cells of a tab: formats by rectangles, values by blocks of rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from kpi.tables import ErrorValue
from sync_service.google.transfer.google_charts import spark_to_google
from sync_service.google.transfer.google_formats import format_of, runs_to_google
from sync_service.google.transfer.grouping import rectangles
from sync_service.google.transfer.model import Cell, Sheet, Spot, Style
from sync_service.google.transfer.references import plain
from sync_service.google.transfer.sending import Json, grid_range, weight
from sync_service.workbooks.areas import Area

BLOCK = 200_000  # bytes of one request of values
FIELDS = "userEnteredValue,note,textFormatRuns"
_NEW = Style()


def formats(sheet: Sheet, number: int) -> Iterator[Json]:
    """One request for each rectangle that looks the same."""
    looks = {spot: cell.style for spot, cell in sheet.cells.items() if cell.style != _NEW}
    for merge in sheet.merges:
        style = looks.get((merge.top, merge.left))
        if style is not None:
            looks |= {
                (row, column): style
                for row in range(merge.top, merge.bottom + 1)
                for column in range(merge.left, merge.right + 1)
            }
    for area, style in rectangles(looks):
        yield {
            "repeatCell": {
                "range": grid_range(number, area),
                "cell": {"userEnteredFormat": format_of(style)},
                "fields": "userEnteredFormat",
            }
        }


def links(sheet: Sheet, number: int, ids: Mapping[str, int]) -> Iterator[Json]:
    """Links of whole cells, over their formats."""
    for (row, column), cell in sorted(sheet.cells.items()):
        uri = link_to_google(cell.link, ids) if cell.link else ""
        if uri:
            yield {
                "repeatCell": {
                    "range": grid_range(number, Area(row, column, row, column)),
                    "cell": {"userEnteredFormat": {"textFormat": {"link": {"uri": uri}}}},
                    "fields": "userEnteredFormat.textFormat.link",
                }
            }


def link_to_google(link: str, ids: Mapping[str, int]) -> str:
    """An address; a place in the workbook by the number of its tab."""
    if not link.startswith("#"):
        return link
    found = plain(link[1:])
    if found is None or found.title not in ids:
        return ""
    return f"#gid={ids[found.title]}&range={found.area}"


def values(sheet: Sheet, number: int) -> Iterator[Json]:
    """Typed values, formulas, notes, from the first column that has any; empty rows are left out.

    What lies left of that column is not touched: a table may be put beside others.
    """
    cells = {spot: cell_to_google(cell) for spot, cell in sheet.cells.items()}
    for spark in sheet.sparks:
        text = {"formulaValue": f"={spark_to_google(spark)}"}
        cells.setdefault((spark.row, spark.column), {})["userEnteredValue"] = text
    filled = {spot: one for spot, one in cells.items() if one}
    rows: list[Json] = []
    start, size = 0, 0
    by_row: dict[int, dict[int, Json]] = {}
    for (row, column), one in filled.items():
        by_row.setdefault(row, {})[column] = one
    left = min((column for _, column in filled), default=1)
    for row in sorted(by_row):
        if rows and (row != start + len(rows) or size > BLOCK):
            yield _block(number, start, left, rows)
            rows, size = [], 0
        start = start if rows else row
        made = _row(by_row[row], left)
        rows.append(made)
        size += weight(made)
    if rows:
        yield _block(number, start, left, rows)


def _block(number: int, start: int, left: int, rows: list[Json]) -> Json:
    corner = {"sheetId": number, "rowIndex": start - 1, "columnIndex": left - 1}
    return {"updateCells": {"start": corner, "rows": rows, "fields": FIELDS}}


def _row(cells: Mapping[int, Json], left: int) -> Json:
    return {"values": [cells.get(column, {}) for column in range(left, max(cells) + 1)]}


def cell_to_google(cell: Cell) -> Json:
    """What a cell holds; a text is always a text, whatever it begins with."""
    made: Json = {}
    if cell.formula is not None:
        text = f"ARRAYFORMULA({cell.formula})" if cell.array else cell.formula
        made["userEnteredValue"] = {"formulaValue": f"={text}"}
    elif isinstance(cell.value, bool):
        made["userEnteredValue"] = {"boolValue": cell.value}
    elif isinstance(cell.value, float):
        made["userEnteredValue"] = {"numberValue": cell.value}
    elif isinstance(cell.value, str):
        made["userEnteredValue"] = {"stringValue": cell.value}
    elif isinstance(cell.value, ErrorValue):
        made["userEnteredValue"] = {"formulaValue": f"={cell.value.text}"}
    if cell.note:
        made["note"] = cell.note
    if cell.runs:
        made["textFormatRuns"] = runs_to_google(cell.runs)
    return made


def without_value(cell: Cell) -> Cell:
    """A cell without what a formula had computed."""
    return replace(cell, value=None) if cell.formula is not None else cell


def spots_of(area: Area) -> Iterator[Spot]:
    """Every cell of an area."""
    for row in range(area.top, area.bottom + 1):
        yield from ((row, column) for column in range(area.left, area.right + 1))
