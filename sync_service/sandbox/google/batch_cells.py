"""Subrequests that write cells: values, looks, notes, validations, borders, merges."""

from __future__ import annotations

from typing import Any

from sync_service.sandbox.google import access
from sync_service.sandbox.google.errors import bad
from sync_service.sandbox.google.formulas import copied
from sync_service.sandbox.google.looks import twin_mask, twinned
from sync_service.sandbox.google.masks import Mask, parse, written
from sync_service.sandbox.google.model import Sheet
from sync_service.sandbox.google.ranges import Area, area_of, grid_of
from sync_service.sandbox.google.values import LONGEST, TOO_LONG, grow
from sync_service.sandbox.google.work import Handlers, Work

Json = dict[str, Any]

VALUE = "userEnteredValue"
SIDES = ("top", "bottom", "left", "right")


def cell_mask(text: str) -> Mask:
    """The mask of a cell update; colours with their twins.

    Raises:
        Refusal: It is missing.
    """
    if not text:
        raise bad(
            "At least one field must be listed in 'fields'. (Use '*' to indicate all fields.)"
        )
    return twin_mask(parse(text))


def cell_written(old: Json, given: Json, mask: Mask) -> Json:
    """A cell with the fields of a mask as given."""
    if len(given.get(VALUE, {}).get("stringValue", "")) > LONGEST:
        raise bad(TOO_LONG)
    fresh = written(old, twinned(given), mask)
    for computed in ("formattedValue", "effectiveFormat"):
        fresh.pop(computed, None)
    if VALUE in mask or "*" in mask or "effectiveValue" in mask:
        fresh.pop("effectiveValue", None)
        if "effectiveValue" in given and "formulaValue" in fresh.get(VALUE, {}):
            fresh["effectiveValue"] = given["effectiveValue"]
    empty = [name for name, value in fresh.items() if value in ({}, "", [])]
    return {name: value for name, value in fresh.items() if name not in empty}


def update_cells(work: Work, asked: Json) -> None:
    """RowData from a corner, or into a range whose other cells are cleared of the fields."""
    mask = cell_mask(asked.get("fields", ""))
    lines = [row.get("values", []) for row in asked.get("rows", [])]
    if "range" in asked:
        area = work.edited(asked["range"])
        _need_fit(lines, area)
    else:
        area = _from_corner(work, asked.get("start", {}), lines)
    sheet = work.sheet(area)
    for row in range(area.top, area.bottom):
        line = lines[row - area.top] if row - area.top < len(lines) else []
        width = area.width if "range" in asked else len(line)
        for step in range(width):
            given = line[step] if step < len(line) else {}
            column = area.left + step
            sheet.put(row, column, cell_written(sheet.cell(row, column), given, mask))
    work.book.dirty = True


def _need_fit(lines: list[list[Json]], area: Area) -> None:
    if len(lines) > area.height or any(len(line) > area.width for line in lines):
        raise bad("Attempting to write data outside of the range specified.")


def _from_corner(work: Work, start: Json, lines: list[list[Json]]) -> Area:
    """The area that RowData fills from its start."""
    sheet, top, left = work.corner(start)
    width = max((len(line) for line in lines), default=0)
    area = Area(sheet.sheet_id, top, top + len(lines), left, left + width)
    if area.bottom > sheet.row_count:
        raise bad(
            f"Attempting to write row: {sheet.row_count}, beyond the last row of: "
            f"{sheet.row_count - 1}"
        )
    if area.right > sheet.column_count:
        raise bad(
            f"Attempting to write column: {sheet.column_count}, beyond the last column of: "
            f"{sheet.column_count - 1}"
        )
    access.need_cells(work.book, area, work.caller)
    return area


def repeat_cell(work: Work, asked: Json) -> None:
    """The same cell over a range; formulas count from the first cell."""
    mask, given = cell_mask(asked.get("fields", "")), asked.get("cell", {})
    area = work.edited(asked.get("range", {}))
    sheet = work.sheet(area)
    formula = given.get(VALUE, {}).get("formulaValue")
    fresh = cell_written({}, given, mask)  # of all empty cells: cells are never changed in place
    for row in range(area.top, area.bottom):
        for column in range(area.left, area.right):
            one, old = given, sheet.cell(row, column)
            if formula:
                text = copied(formula, row - area.top, column - area.left)
                one = given | {VALUE: {"formulaValue": text}}
            same = not old and not formula
            sheet.put(row, column, fresh if same else cell_written(old, one, mask))
    work.book.dirty = True


def append_cells(work: Work, asked: Json) -> None:
    """Rows after the last row of a tab, or of a table, that holds data."""
    mask = cell_mask(asked.get("fields", ""))
    lines = [row.get("values", []) for row in asked.get("rows", [])]
    sheet, place = _append_start(work, asked)
    width = max((len(line) for line in lines), default=0)
    area = Area(sheet.sheet_id, place[0], place[0] + len(lines), place[1], place[1] + width)
    access.need_cells(work.book, area, work.caller)
    grow(sheet, area)
    for row, line in enumerate(lines, area.top):
        for column, given in enumerate(line, area.left):
            sheet.put(row, column, cell_written(sheet.cell(row, column), given, mask))
    work.book.dirty = True


def _append_start(work: Work, asked: Json) -> tuple[Sheet, tuple[int, int]]:
    """The tab and the first free row; a table grows by the rows that come."""
    if "tableId" not in asked:
        sheet = work.book.sheet(asked.get("sheetId", 0))
        filled = [row for row, _, cell in sheet.cells(sheet.whole()) if VALUE in cell]
        return sheet, (max(filled, default=-1) + 1, 0)
    for sheet in work.book.sheets:
        for place, table in enumerate(sheet.lists["tables"]):
            if table["tableId"] == asked["tableId"]:
                area = area_of(table["range"])
                rows = len(asked.get("rows", []))
                new = Area(area.sheet, area.top, area.bottom + rows, area.left, area.right)
                sheet.lists["tables"][place] = table | {"range": grid_of(new)}
                return sheet, (area.bottom, area.left)
    raise bad(f"No table with id: {asked['tableId']}")


def set_data_validation(work: Work, asked: Json) -> None:
    """A rule on a range, or none."""
    area = work.edited(asked.get("range", {}))
    sheet, rule = work.sheet(area), asked.get("rule")
    for row in range(area.top, area.bottom):
        for column in range(area.left, area.right):
            cell = {k: v for k, v in sheet.cell(row, column).items() if k != "dataValidation"}
            sheet.put(row, column, cell | ({"dataValidation": rule} if rule else {}))


def update_borders(work: Work, asked: Json) -> None:
    """Lines around a range and between its cells."""
    area = work.edited(asked.get("range", {}))
    sheet = work.sheet(area)
    for row in range(area.top, area.bottom):
        for column in range(area.left, area.right):
            edges = {
                "top": row == area.top,
                "bottom": row == area.bottom - 1,
                "left": column == area.left,
                "right": column == area.right - 1,
            }
            chosen = {side: _border(asked, side, outer=edges[side]) for side in SIDES}
            _set_borders(sheet, row, column, {k: v for k, v in chosen.items() if v is not None})


def _border(asked: Json, side: str, *, outer: bool) -> Json | None:
    """The border that a request gives to one side of a cell."""
    if outer:
        return asked.get(side)
    return asked.get("innerHorizontal" if side in {"top", "bottom"} else "innerVertical")


def _set_borders(sheet: Sheet, row: int, column: int, sides: Json) -> None:
    cell = sheet.cell(row, column)
    look = cell.get("userEnteredFormat", {})
    borders = look.get("borders", {}) | twinned(sides)
    kept = {k: v for k, v in borders.items() if v.get("style") not in {None, "NONE"}}
    fresh = {k: v for k, v in look.items() if k != "borders"}
    if kept:
        fresh["borders"] = kept
    rest = {k: v for k, v in cell.items() if k != "userEnteredFormat"}
    sheet.put(row, column, rest | ({"userEnteredFormat": fresh} if fresh else {}))


def merge_cells(work: Work, asked: Json) -> None:
    """One cell of many: all, by row or by column; only the first keeps its value."""
    area = work.edited(asked.get("range", {}))
    sheet, kind = work.sheet(area), asked.get("mergeType", "MERGE_ALL")
    kept = []
    for merge in sheet.lists["merges"]:
        old = area_of(merge)
        if old.meets(area) and not area.holds(old):
            raise bad("You must select all cells in a merged range to merge or unmerge them.")
        if not old.meets(area):
            kept.append(merge)
    for part in _parts(area, kind):
        if part.height * part.width > 1:
            kept.append(grid_of(part))
            _keep_first(sheet, part)
    sheet.lists["merges"] = kept
    work.book.dirty = True


def _parts(area: Area, kind: str) -> list[Area]:
    if kind == "MERGE_ROWS":
        rows = range(area.top, area.bottom)
        return [Area(area.sheet, r, r + 1, area.left, area.right) for r in rows]
    if kind == "MERGE_COLUMNS":
        columns = range(area.left, area.right)
        return [Area(area.sheet, area.top, area.bottom, c, c + 1) for c in columns]
    return [area]


def _keep_first(sheet: Sheet, area: Area) -> None:
    """The value that is kept is the first in reading order."""
    filled = [(r, c, cell[VALUE]) for r, c, cell in sheet.cells(area) if VALUE in cell]
    for row, column, _ in filled:
        sheet.enter(row, column, None)
    if filled:
        sheet.enter(area.top, area.left, filled[0][2])


def unmerge_cells(work: Work, asked: Json) -> None:
    """Merged cells come apart."""
    area = work.edited(asked.get("range", {}))
    sheet = work.sheet(area)
    for merge in sheet.lists["merges"]:
        old = area_of(merge)
        if old.meets(area) and not area.holds(old):
            raise bad("You must select all cells in a merged range to merge or unmerge them.")
    sheet.lists["merges"] = [m for m in sheet.lists["merges"] if not area_of(m).meets(area)]


HANDLERS: Handlers = {
    "updateCells": update_cells,
    "repeatCell": repeat_cell,
    "appendCells": append_cells,
    "setDataValidation": set_data_validation,
    "updateBorders": update_borders,
    "mergeCells": merge_cells,
    "unmergeCells": unmerge_cells,
}
