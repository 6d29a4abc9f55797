"""Tables: their columns' names and order, which follow the cells under the header."""

from __future__ import annotations

from typing import Any

from sync_service.sandbox.google.errors import bad
from sync_service.sandbox.google.model import Sheet
from sync_service.sandbox.google.ranges import Area, area_of
from sync_service.sandbox.google.spans import Change

Json = dict[str, Any]


def after(before: Json, moved: Json, change: Change) -> Json:
    """A table after columns came, went or moved: its column properties are numbered anew."""
    if change.rows or "columnProperties" not in before or "range" not in moved:
        return moved
    old, new = area_of(before["range"]), area_of(moved["range"])
    columns: dict[int, Json] = {}
    for column in before["columnProperties"]:
        place = change.place(old.left + column.get("columnIndex", 0))
        if place is not None and new.left <= place < new.right:
            columns[place - new.left] = column
    names = {str(one.get("columnName", "")) for one in columns.values()}
    out = []
    for place in range(new.width):
        own = columns.get(place) or {"columnName": free_name(names, place)}
        names.add(str(own.get("columnName", "")))
        out.append(own | {"columnIndex": place})
    return moved | {"columnProperties": out}


def free_name(taken: set[str], place: int) -> str:
    """Column 3, or the next number that no column has."""
    number = place + 1
    while f"Column {number}" in taken:
        number += 1
    return f"Column {number}"


def head(sheet: Sheet, table: Json) -> None:
    """Complete a table's columns: given names go into the header, missing ones come from there."""
    area = area_of(table["range"])
    given = {one.get("columnIndex", 0): one for one in table.get("columnProperties", [])}
    names: set[str] = set()
    columns = []
    for place in range(area.width):
        own = dict(given.get(place, {}))
        name = own.get("columnName") or _header(sheet, area, place) or free_name(names, place)
        if name in names:
            raise bad(f"Table column names must be unique: {name}")
        names.add(name)
        if _header(sheet, area, place) != name:
            sheet.enter(area.top, area.left + place, {"stringValue": name})
        columns.append(own | {"columnIndex": place, "columnName": name})
    table["columnProperties"] = columns


def _header(sheet: Sheet, area: Area, place: int) -> str:
    value = sheet.cell(area.top, area.left + place).get("userEnteredValue", {})
    return str(value.get("stringValue", value.get("numberValue", "")))


def renamed_columns(sheet: Sheet) -> None:
    """After an edit of the cells: the columns are called what their header cells say."""
    for table in sheet.lists["tables"]:
        area = area_of(table["range"])
        for column in table.get("columnProperties", []):
            said = _header(sheet, area, column["columnIndex"])
            if said:
                column["columnName"] = said
