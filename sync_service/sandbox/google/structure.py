"""Rows and columns come, go and move: cells, formulas and every object on the tab go along."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sync_service.sandbox.google.formulas import led
from sync_service.sandbox.google.model import Book, Sheet
from sync_service.sandbox.google.ranges import FAR, Area, area_of, sides_of
from sync_service.sandbox.google.spans import Change
from sync_service.sandbox.google.tables import after as table_after

Json = dict[str, Any]

GRID = frozenset({"sheetId", "startRowIndex", "endRowIndex", "startColumnIndex", "endColumnIndex"})
COORDINATE = frozenset({"sheetId", "rowIndex", "columnIndex"})
NEEDS_RANGE = frozenset(
    {"filterViews", "protectedRanges", "bandedRanges", "tables", "rowGroups", "columnGroups"}
)
Rewrite = Callable[[str], str]


def apply(book: Book, change: Change) -> None:
    """Carry a change through the whole book."""
    sheet = book.sheet(change.sheet)
    _move_cells(sheet, change)
    _resize(sheet, change)
    move_formulas(book, sheet.title, change.area)
    for one in book.sheets:
        _move_objects(one, change, sheet.title)
    book.named = [n for n in (_moved(n, change) for n in book.named) if n and "range" in n]
    book.metadata = [m for m in (_moved_metadata(m, change) for m in book.metadata) if m]
    book.dirty = True


def _move_cells(sheet: Sheet, change: Change) -> None:
    """Cells and the sizes of rows or columns go to their new places."""
    if change.rows:
        rows = ((change.place(row), cells) for row, cells in sheet.rows.items())
        sheet.rows = {row: cells for row, cells in rows if row is not None}
        sheet.row_properties = _replaced(sheet.row_properties, change)
        return
    sheet.rows = {row: _replaced(cells, change) for row, cells in sheet.rows.items()}
    sheet.rows = {row: cells for row, cells in sheet.rows.items() if cells}
    sheet.column_properties = _replaced(sheet.column_properties, change)


def _replaced(places: dict[int, Json], change: Change) -> dict[int, Json]:
    moved = ((change.place(place), one) for place, one in places.items())
    return {place: one for place, one in moved if place is not None}


def _resize(sheet: Sheet, change: Change) -> None:
    """The grid's size, and how much of it is frozen."""
    grid = sheet.properties["gridProperties"]
    name = "row" if change.rows else "column"
    sign = {"insert": 1, "delete": -1, "move": 0}[change.kind]
    grid[f"{name}Count"] += sign * change.size
    frozen = grid.get(f"frozen{name.title()}Count", 0)
    if change.kind == "insert" and change.start < frozen:
        grid[f"frozen{name.title()}Count"] = frozen + change.size
    if change.kind == "delete" and change.start < frozen:
        left = frozen - (min(frozen, change.end) - change.start)
        grid[f"frozen{name.title()}Count"] = left
        if not left:
            del grid[f"frozen{name.title()}Count"]


def move_formulas(book: Book, tab: str, moved: Callable[[Area], Area | None]) -> None:
    """Every formula of the book, in cells, rules and validations, follows what it points at."""
    for sheet in book.sheets:
        own = sheet.title

        def rewrite(text: str, own: str = own) -> str:
            return led(text, own, tab, moved)

        rewrite_formulas(sheet, rewrite)


def rewrite_formulas(sheet: Sheet, rewrite: Rewrite) -> None:
    """Put every formula of a tab through a function."""
    for row, cells in sheet.rows.items():
        for column, cell in cells.items():
            fresh = cell_rewritten(cell, rewrite)
            if fresh is not cell:
                sheet.rows[row][column] = fresh
    for name in ("conditionalFormats", "filterViews", "tables", "charts"):
        sheet.lists[name] = [conditions_rewritten(one, rewrite) for one in sheet.lists[name]]
    if sheet.basic_filter is not None:
        sheet.basic_filter = conditions_rewritten(sheet.basic_filter, rewrite)


def cell_rewritten(cell: Json, rewrite: Rewrite) -> Json:
    """A cell with its formula and its validation put through a function; the same if unchanged."""
    value = cell.get("userEnteredValue", {})
    out = cell
    if "formulaValue" in value:
        text = rewrite(value["formulaValue"])
        if text != value["formulaValue"]:
            out = out | {"userEnteredValue": {"formulaValue": text}}
    if "dataValidation" in cell:
        rule = conditions_rewritten(cell["dataValidation"], rewrite)
        if rule != cell["dataValidation"]:
            out = out | {"dataValidation": rule}
    return out


def conditions_rewritten(value: Any, rewrite: Rewrite) -> Any:  # noqa: ANN401 - any JSON
    """JSON whose conditions' formulas (`userEnteredValue` texts) went through a function."""
    if isinstance(value, list):
        return [conditions_rewritten(one, rewrite) for one in value]
    if not isinstance(value, dict):
        return value
    out = {}
    for name, one in value.items():
        if name == "userEnteredValue" and isinstance(one, str) and one.startswith("="):
            out[name] = rewrite(one)
        else:
            out[name] = conditions_rewritten(one, rewrite)
    return out


def _move_objects(sheet: Sheet, change: Change, tab: str) -> None:
    """What lies on a tab: each object follows its ranges, and goes when they are gone."""
    mine = sheet.title == tab
    for name, items in sheet.lists.items():
        kept = []
        for item in items:
            fresh = _moved(item, change)
            if name == "tables" and mine and fresh:
                fresh = table_after(item, fresh, change)
            if fresh and _stands(name, item, fresh):
                kept.append(_columns_moved(fresh, change) if mine else fresh)
        sheet.lists[name] = kept
    if sheet.basic_filter is not None:
        fresh = _moved(sheet.basic_filter, change)
        sheet.basic_filter = (
            (_columns_moved(fresh, change) if mine else fresh)
            if fresh and "range" in fresh
            else None
        )


def _stands(name: str, before: Json, after: Json) -> bool:
    """Whether an object still has what it needs."""
    if name == "merges":
        area = area_of(after)
        return area.height > 1 or area.width > 1
    if name == "conditionalFormats":
        return bool(after.get("ranges"))
    return name not in NEEDS_RANGE or "range" not in before or "range" in after


def _moved(value: Any, change: Change) -> Any:  # noqa: ANN401 - any JSON
    """JSON with every range and place of the changed tab moved; what is gone is left out."""
    if isinstance(value, list):
        moved = [_moved(one, change) for one in value]
        return [one for one in moved if one is not None]
    if not isinstance(value, dict) or not value:
        return value
    if value.keys() <= GRID and "sheetId" in value:
        return _grid_moved(value, change)
    if value.keys() <= COORDINATE and "sheetId" in value:
        return _coordinate_moved(value, change)
    if {"dimension", "sheetId"} <= value.keys():
        return _dimension_moved(value, change)
    moved_items = ((name, _moved(one, change)) for name, one in value.items())
    return {name: one for name, one in moved_items if one is not None}


def _grid_moved(value: Json, change: Change) -> Json | None:
    if value["sheetId"] != change.sheet:
        return value
    area = change.area(area_of(value))
    if area is None:
        return None
    return value | {side: at for side, at in sides_of(area).items() if side in value}


def _coordinate_moved(value: Json, change: Change) -> Json:
    if value["sheetId"] != change.sheet:
        return value
    name = "rowIndex" if change.rows else "columnIndex"
    place = change.place(value.get(name, 0))
    return value | {name: change.start if place is None else place}


def _dimension_moved(value: Json, change: Change) -> Json | None:
    if value["sheetId"] != change.sheet or (value["dimension"] == "ROWS") != change.rows:
        return value
    span = change.span(value.get("startIndex", 0), value.get("endIndex", FAR))
    if span is None:
        return None
    return value | {"startIndex": span[0]} | ({"endIndex": span[1]} if span[1] < FAR else {})


def _moved_metadata(one: Json, change: Change) -> Json | None:
    """Metadata of a row or a column follows it and dies with it."""
    place = _moved(one["location"], change)
    kind = one["location"]["locationType"]
    if kind in {"ROW", "COLUMN"} and "dimensionRange" not in place:
        return None
    return one | {"location": place}


def _columns_moved(item: Json, change: Change) -> Json:
    """Filters name columns by their number: `criteria`, `filterSpecs` and `sortSpecs`."""
    if change.rows or not {"criteria", "filterSpecs", "sortSpecs"} & item.keys():
        return item
    out = dict(item)
    if "criteria" in item:
        moved = {change.place(int(n)): one for n, one in item["criteria"].items()}
        out["criteria"] = {str(n): one for n, one in moved.items() if n is not None}
    for name, key in (("filterSpecs", "columnIndex"), ("sortSpecs", "dimensionIndex")):
        if name in item:
            specs = [(change.place(one.get(key, 0)), one) for one in item[name]]
            out[name] = [one | {key: n} for n, one in specs if n is not None]
    return out
