"""Subrequests about rows and columns: insert, delete, move, resize, group."""

from __future__ import annotations

from typing import Any

from sync_service.sandbox.google import access
from sync_service.sandbox.google.batch_sheets import need_size
from sync_service.sandbox.google.errors import bad
from sync_service.sandbox.google.masks import parse, written
from sync_service.sandbox.google.model import Sheet
from sync_service.sandbox.google.ranges import FAR, Area
from sync_service.sandbox.google.spans import Change
from sync_service.sandbox.google.structure import apply
from sync_service.sandbox.google.work import Handlers, Work

Json = dict[str, Any]

DEEPEST = 8  # groups within groups


def _span(work: Work, given: Json) -> tuple[Sheet, bool, int, int]:
    """Tab, rows or columns, start and end of a DimensionRange."""
    sheet = work.book.sheet(given.get("sheetId", 0))
    if given.get("dimension") not in {"ROWS", "COLUMNS"}:
        raise bad("No dimension specified.")
    rows = given["dimension"] == "ROWS"
    count = sheet.row_count if rows else sheet.column_count
    start, end = given.get("startIndex", 0), given.get("endIndex", count)
    if not 0 <= start < end:
        raise bad(f"Invalid range: startIndex {start} must be below endIndex {end}")
    return sheet, rows, start, end


def _inside(work: Work, given: Json) -> tuple[Sheet, bool, int, int]:
    """The same cut to the grid."""
    sheet, rows, start, end = _span(work, given)
    count = sheet.row_count if rows else sheet.column_count
    if start >= count:
        raise bad(f"Invalid range: startIndex {start} is out of bounds of {count}")
    return sheet, rows, start, min(end, count)


def _area(sheet: Sheet, start: int, end: int, *, rows: bool) -> Area:
    if rows:
        return Area(sheet.sheet_id, start, end, 0, FAR)
    return Area(sheet.sheet_id, 0, FAR, start, end)


def insert_dimension(work: Work, asked: Json) -> None:
    """New rows or columns, which look like the ones before or after."""
    sheet, rows, start, end = _span(work, asked.get("range", {}))
    count = sheet.row_count if rows else sheet.column_count
    before = bool(asked.get("inheritFromBefore"))
    if start > count or (start == count and not before):
        name = "rows" if rows else "columns"
        raise bad(
            f"range.startIndex[{start}] is after last {name[:-1]} in grid[{count}]; "
            "use inheritFromBefore to add at the end"
        )
    if before and start == 0:
        raise bad("Cannot inherit from before when inserting at index 0")
    access.need_gap(work.book, sheet, start, work.caller, rows=rows)
    apply(work.book, Change(sheet.sheet_id, rows, "insert", start, end))
    need_size(work.book)
    model = start - 1 if before else end
    _inherit(sheet, model, range(start, end), rows=rows)


def _inherit(sheet: Sheet, model: int, fresh: range, *, rows: bool) -> None:
    """New cells take the look and the validation of a neighbour."""
    lines = (
        [(0, c, cell) for c, cell in sheet.rows.get(model, {}).items()]
        if rows
        else [(r, 0, cells[model]) for r, cells in sheet.rows.items() if model in cells]
    )
    for row, column, cell in lines:
        look = {k: v for k, v in cell.items() if k in {"userEnteredFormat", "dataValidation"}}
        for at in fresh if look else ():
            sheet.put(*((at, column) if rows else (row, at)), look)


def delete_dimension(work: Work, asked: Json) -> None:
    """Rows or columns go with all that lies there."""
    sheet, rows, start, end = _span(work, asked.get("range", {}))
    count = sheet.row_count if rows else sheet.column_count
    name = "rows" if rows else "columns"
    if start >= count:
        raise bad(f"Cannot delete a {name[:-1]} that doesn't exist. Tried to delete index {start}")
    end = min(end, count)
    if end - start >= count:
        raise bad(f"You can't delete all the {name} on the sheet.")
    frozen = sheet.properties["gridProperties"].get(f"frozen{name[:-1].title()}Count", 0)
    if frozen and frozen >= count - (end - start) and start >= frozen:
        raise bad(f"Sorry, it is not possible to delete all non-frozen {name}.")
    access.need_cells(work.book, _area(sheet, start, end, rows=rows), work.caller)
    apply(work.book, Change(sheet.sheet_id, rows, "delete", start, end))


def append_dimension(work: Work, asked: Json) -> None:
    """Rows or columns at the end."""
    sheet = work.book.sheet(asked.get("sheetId", 0))
    length = asked.get("length", 0)
    if length < 1:
        raise bad("length must be greater than 0")
    rows = asked.get("dimension", "ROWS") == "ROWS"
    sheet.resize(sheet.row_count + length * rows, sheet.column_count + length * (not rows))
    need_size(work.book)


def move_dimension(work: Work, asked: Json) -> None:
    """Rows or columns move to before another; the index counts as before the move."""
    sheet, rows, start, end = _span(work, asked.get("source", {}))
    count, to = sheet.row_count if rows else sheet.column_count, asked.get("destinationIndex", 0)
    if not 0 <= to <= count or end > count:
        raise bad(f"Invalid destinationIndex {to} of {count}")
    access.need_cells(work.book, _area(sheet, start, end, rows=rows), work.caller)
    access.need_gap(work.book, sheet, to, work.caller, rows=rows)
    if start <= to <= end:
        return
    for merge in sheet.lists["merges"]:
        side = "Row" if rows else "Column"
        first, last = merge[f"start{side}Index"], merge[f"end{side}Index"]
        if first < to < last or (
            first < end and start < last and not start <= first <= last <= end
        ):
            raise bad("Can't move only a part of a merged cell.")
    apply(work.book, Change(sheet.sheet_id, rows, "move", start, end, to))


def update_dimension_properties(work: Work, asked: Json) -> None:
    """Size and visibility of rows or columns."""
    sheet, rows, start, end = _inside(work, asked.get("range", {}))
    places = sheet.row_properties if rows else sheet.column_properties
    mask = parse(asked.get("fields", ""))
    for index in range(start, end):
        fresh = written(places.get(index, {}), asked.get("properties", {}), mask)
        fresh = {name: value for name, value in fresh.items() if value is not False}
        if fresh:
            places[index] = fresh
        else:
            places.pop(index, None)


def auto_resize(work: Work, asked: Json) -> None:
    """As wide or high as what stands there: widths are guessed by the number of characters."""
    sheet, rows, start, end = _inside(work, asked.get("dimensions", {}))
    if rows:
        for index in range(start, end):
            sheet.row_properties.pop(index, None)
        return
    for column in range(start, end):
        texts = [str(c.get("userEnteredValue", {})) for _, _, c in sheet.cells(
            Area(sheet.sheet_id, 0, FAR, column, column + 1)
        )]  # fmt: skip
        longest = max((len(text) - len("{'stringValue': ''}") for text in texts), default=0)
        sheet.column_properties[column] = {"pixelSize": max(21, 7 * longest + 10)}


def _groups(*, rows: bool) -> str:
    return "rowGroups" if rows else "columnGroups"


def add_group(work: Work, asked: Json) -> Json:
    """A group, one level below the groups that hold its rows or columns."""
    sheet, rows, start, end = _inside(work, asked.get("range", {}))
    name = _groups(rows=rows)
    depths = _depths(sheet, name)
    for index in range(start, end):
        depths[index] = depths.get(index, 0) + 1
    if max(depths.values()) > DEEPEST:
        raise bad("You have reached the maximum group depth.")
    _regroup(sheet, name, depths, rows=rows)
    grid = sheet.properties["gridProperties"]
    grid.setdefault("rowGroupControlAfter" if rows else "columnGroupControlAfter", True)
    return {"dimensionGroups": sheet.lists[name]}


def delete_group(work: Work, asked: Json) -> Json:
    """The innermost level of a range's groups goes."""
    sheet, rows, start, end = _inside(work, asked.get("range", {}))
    name = _groups(rows=rows)
    depths = _depths(sheet, name)
    if not any(depths.get(index) for index in range(start, end)):
        raise bad("There are no groups at this range to delete.")
    for index in range(start, end):
        depths[index] = max(0, depths.get(index, 0) - 1)
    _regroup(sheet, name, depths, rows=rows)
    left = sheet.lists[name]
    return {"dimensionGroups": left} if left else {}


def _depths(sheet: Sheet, name: str) -> dict[int, int]:
    """How deep each row or column lies in groups."""
    out: dict[int, int] = {}
    for group in sheet.lists[name]:
        for index in range(group["range"].get("startIndex", 0), group["range"]["endIndex"]):
            out[index] = out.get(index, 0) + 1
    return out


def _regroup(sheet: Sheet, name: str, depths: dict[int, int], *, rows: bool) -> None:
    """The groups that make these depths: at each level the unbroken runs."""
    folded = [g for g in sheet.lists[name] if g.get("collapsed")]
    groups: list[Json] = []
    for depth in range(1, max(depths.values(), default=0) + 1):
        run: list[int] = []
        for index in [*sorted(i for i, d in depths.items() if d >= depth), FAR]:
            if run and index != run[-1] + 1:
                dimension = "ROWS" if rows else "COLUMNS"
                span = {"sheetId": sheet.sheet_id, "dimension": dimension}
                place = {"range": {**span, "startIndex": run[0], "endIndex": run[-1] + 1}}
                groups.append(place | {"depth": depth})
                run = []
            run.append(index)
    for group in groups:
        if any(f["range"] == group["range"] and f["depth"] == group["depth"] for f in folded):
            group["collapsed"] = True
    sheet.lists[name] = groups


def update_group(work: Work, asked: Json) -> None:
    """Fold or unfold a group."""
    given = asked.get("dimensionGroup", {})
    sheet, rows, start, end = _span(work, given.get("range", {}))
    name = _groups(rows=rows)
    for place, group in enumerate(sheet.lists[name]):
        span = group["range"]
        same = (span["startIndex"], span["endIndex"]) == (start, end)
        if same and group["depth"] == given.get("depth", group["depth"]):
            sheet.lists[name][place] = written(group, given, parse(asked.get("fields", "")))
            return
    raise bad("There is no group at this range and depth.")


HANDLERS: Handlers = {
    "insertDimension": insert_dimension,
    "deleteDimension": delete_dimension,
    "appendDimension": append_dimension,
    "moveDimension": move_dimension,
    "updateDimensionProperties": update_dimension_properties,
    "autoResizeDimensions": auto_resize,
    "addDimensionGroup": add_group,
    "deleteDimensionGroup": delete_group,
    "updateDimensionGroup": update_group,
}
