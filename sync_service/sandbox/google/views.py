"""`spreadsheets.get`: the book as JSON, with or without the cells."""

from __future__ import annotations

from typing import Any

from sync_service.sandbox.google.access import Caller, may_edit
from sync_service.sandbox.google.locales import Locale, locale_of
from sync_service.sandbox.google.masks import Mask, wants
from sync_service.sandbox.google.model import Book, Sheet
from sync_service.sandbox.google.ranges import Area
from sync_service.sandbox.google.showing import shown
from sync_service.sandbox.google.values import effective
from sync_service.sandbox.google.work import bare

Json = dict[str, Any]

URL = "https://docs.google.com/spreadsheets/d/{}/edit"
PIXELS = {"ROWS": 21, "COLUMNS": 100}
COMPUTED = ("userEnteredValue", "effectiveValue")


def book_json(
    book: Book, caller: Caller, mask: Mask, areas: list[Area] | None, *, with_data: bool
) -> Json:
    """A Spreadsheet; only what the mask may keep is made, areas bound the cells and the tabs."""
    out: Json = {
        "spreadsheetId": book.book_id,
        "properties": book.properties,
        "spreadsheetUrl": URL.format(book.book_id),
    }
    if wants(mask, "sheets"):
        below = mask.get("sheets", {})
        out["sheets"] = [
            sheet_json(book, place, caller, below, areas, with_data=with_data)
            for place, sheet in enumerate(book.sheets)
            if areas is None or any(area.sheet == sheet.sheet_id for area in areas)
        ]
    if book.named:
        out["namedRanges"] = bare(book.named)
    own = [one for one in book.metadata if one["location"]["locationType"] == "SPREADSHEET"]
    if own:
        out["developerMetadata"] = bare(own)
    return out


def properties_json(book: Book, sheet: Sheet) -> Json:
    """SheetProperties with the place of the tab."""
    place = next(n for n, one in enumerate(book.sheets) if one is sheet)
    head = {k: sheet.properties[k] for k in ("sheetId", "title")}
    return {**head, "index": place, **sheet.properties}


def sheet_json(
    book: Book,
    place: int,
    caller: Caller,
    mask: Mask,
    areas: list[Area] | None,
    *,
    with_data: bool,
) -> Json:
    """A Sheet."""
    sheet = book.sheets[place]
    out: Json = {"properties": properties_json(book, sheet)}
    if with_data and wants(mask, "data"):
        mine = [a for a in areas or [] if a.sheet == sheet.sheet_id] or [Area(sheet.sheet_id)]
        below = mask.get("data", {})
        out["data"] = [grid_json(book, sheet, area, below) for area in mine]
    for name, items in sheet.lists.items():
        if items:
            out[name] = bare(_with_rights(items, caller) if name == "protectedRanges" else items)
    if sheet.basic_filter is not None:
        out["basicFilter"] = bare(sheet.basic_filter)
    hung = [
        one
        for one in book.metadata
        if one["location"]["locationType"] == "SHEET"
        and one["location"]["sheetId"] == sheet.sheet_id
    ]
    if hung:
        out["developerMetadata"] = bare(hung)
    return out


def _with_rights(items: list[Json], caller: Caller) -> list[Json]:
    """Protected ranges as this caller sees them: the editors only when it may edit."""
    out = []
    for one in items:
        if may_edit(one, caller):
            out.append(one | {"requestingUserCanEdit": True})
        else:
            out.append({k: v for k, v in one.items() if k != "editors"})
    return out


def grid_json(book: Book, sheet: Sheet, area: Area, mask: Mask) -> Json:
    """The cells of an area: GridData."""
    inside = book.within(area)
    out: Json = {}
    if inside.top:
        out["startRow"] = inside.top
    if inside.left:
        out["startColumn"] = inside.left
    if wants(mask, "rowData"):
        rows = _row_data(book, sheet, inside, mask)
        if rows:
            out["rowData"] = rows
    if wants(mask, "rowMetadata"):
        span = range(inside.top, inside.bottom)
        out["rowMetadata"] = _lines(book, sheet, "ROWS", span)
    if wants(mask, "columnMetadata"):
        span = range(inside.left, inside.right)
        out["columnMetadata"] = _lines(book, sheet, "COLUMNS", span)
    return out


def _row_data(book: Book, sheet: Sheet, inside: Area, mask: Mask) -> list[Json]:
    """RowData up to the last row that holds anything."""
    where, below = locale_of(book.locale), mask.get("rowData", {}).get("values", {})
    lines: dict[int, dict[int, Json]] = {}
    for row, column, cell in sheet.cells(inside):
        fresh = cell_json(book, cell, where, below)
        lines.setdefault(row - inside.top, {})[column - inside.left] = fresh
    out: list[Json] = []
    for line in range(max(lines, default=-1) + 1):
        cells = lines.get(line, {})
        values = [cells.get(n, {}) for n in range(max(cells, default=-1) + 1)]
        out.append({"values": values} if values else {})
    return out


def cell_json(book: Book, cell: Json, where: Locale, mask: Mask) -> Json:
    """CellData with what is computed: the effective value and format, and the shown text."""
    out = {k: v for k, v in cell.items() if k not in COMPUTED}
    value = cell.get("userEnteredValue")
    look = cell.get("userEnteredFormat", {})
    if value is not None:
        result = effective(cell)
        out = {"userEnteredValue": value, "effectiveValue": result} | out
        if wants(mask, "formattedValue"):
            out["formattedValue"] = shown(result, look.get("numberFormat"), where)
    if (value is not None or look) and wants(mask, "effectiveFormat"):
        out["effectiveFormat"] = book.properties["defaultFormat"] | look
    return out


def _lines(book: Book, sheet: Sheet, dimension: str, span: range) -> list[Json]:
    """DimensionProperties of rows or columns with their metadata."""
    kept = sheet.row_properties if dimension == "ROWS" else sheet.column_properties
    hung: dict[int, list[Json]] = {}
    for one in book.metadata:
        place = one["location"].get("dimensionRange")
        if place and place["dimension"] == dimension and place["sheetId"] == sheet.sheet_id:
            hung.setdefault(place.get("startIndex", 0), []).append(one)
    out = []
    for index in span:
        line: Json = {"pixelSize": PIXELS[dimension], **kept.get(index, {})}
        if index in hung:
            line["developerMetadata"] = bare(hung[index])
        out.append(line)
    return out
