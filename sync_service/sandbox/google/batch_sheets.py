"""Subrequests about whole tabs and the book: add, delete, copy, rename, move, resize."""

from __future__ import annotations

import copy
from typing import Any

from sync_service.sandbox.google.access import need_cells, need_sheet
from sync_service.sandbox.google.errors import bad
from sync_service.sandbox.google.formulas import renamed
from sync_service.sandbox.google.looks import twin_mask, twinned
from sync_service.sandbox.google.masks import parse, written
from sync_service.sandbox.google.model import COLUMNS, MOST_CELLS, ROWS, Book, Sheet, new_sheet
from sync_service.sandbox.google.ranges import FAR, Area
from sync_service.sandbox.google.spans import Change
from sync_service.sandbox.google.structure import apply, rewrite_formulas
from sync_service.sandbox.google.views import properties_json
from sync_service.sandbox.google.work import Handlers, Work

Json = dict[str, Any]

LONGEST_TITLE = 100
IDS = {
    "filterViews": "filterViewId",
    "protectedRanges": "protectedRangeId",
    "charts": "chartId",
    "bandedRanges": "bandedRangeId",
    "slicers": "slicerId",
    "tables": "tableId",
}


def add_sheet(work: Work, asked: Json) -> Json:
    """A new tab, at the end unless an index says where."""
    book = work.book
    given = twinned(asked.get("properties", {}))
    number = given.get("sheetId", book.new_id())
    if any(one.sheet_id == number for one in book.sheets):
        raise bad(f"A sheet with id {number} already exists.")
    title = given.get("title") or free_title(book)
    _need_title(book, title)
    sheet = new_sheet(number, title)
    grid = {"rowCount": ROWS, "columnCount": COLUMNS} | given.get("gridProperties", {})
    sheet.properties |= {k: v for k, v in given.items() if k not in {"sheetId", "title", "index"}}
    sheet.properties["gridProperties"] = grid
    place = given.get("index", len(book.sheets))
    if not 0 <= place <= len(book.sheets):
        raise bad(f"Sheet index {place} is out of bounds")
    book.sheets.insert(place, sheet)
    need_size(book)
    return {"properties": properties_json(book, sheet)}


def need_size(book: Book) -> None:
    """Refuse more cells than a book may have."""
    if sum(s.row_count * s.column_count for s in book.sheets) > MOST_CELLS:
        raise bad(
            "This action would increase the number of cells in the workbook above the limit of "
            "10000000 cells."
        )


def free_title(book: Book) -> str:
    """Sheet2, or the next number that is free."""
    number = len(book.sheets) + 1
    while book.titled(f"Sheet{number}"):
        number += 1
    return f"Sheet{number}"


def _need_title(book: Book, title: str, own: Sheet | None = None) -> None:
    if not title:
        raise bad("Sheet name cannot be empty.")
    if len(title) > LONGEST_TITLE:
        raise bad("Sheet name cannot be greater than 100 characters.")
    other = book.titled(title)
    if other is not None and other is not own:
        raise bad(f'A sheet with the name "{title}" already exists. Please enter another name.')


def delete_sheet(work: Work, asked: Json) -> None:
    """A tab goes; formulas that point at it are lost."""
    book = work.book
    gone = book.sheet(asked.get("sheetId", 0))
    if len(book.sheets) == 1:
        raise bad("You can't remove all the sheets in a document.")
    if all(one.properties.get("hidden") for one in book.sheets if one is not gone):
        raise bad("You can't remove all the visible sheets in a document.")
    need_cells(book, Area(gone.sheet_id), work.caller)
    book.sheets.remove(gone)
    for sheet in book.sheets:
        rewrite_formulas(sheet, lambda text: renamed(text, gone.title, ""))
    number = gone.sheet_id
    book.named = [one for one in book.named if one["range"].get("sheetId", 0) != number]
    book.metadata = [
        one
        for one in book.metadata
        if one["location"].get("sheetId") != number
        and one["location"].get("dimensionRange", {}).get("sheetId") != number
    ]
    book.dirty = True


def update_sheet_properties(work: Work, asked: Json) -> None:
    """Title, place, size, frozen part, colour, hidden."""
    book, given = work.book, asked.get("properties", {})
    sheet = book.sheet(given.get("sheetId", 0))
    mask = twin_mask(parse(asked.get("fields", "")))
    fixed = ("sheetId", "sheetType", "title", "gridProperties")
    fresh = written(sheet.properties, twinned(given), mask, fixed)
    place = fresh.pop("index", None)
    need_sheet(book, sheet, work.caller)
    title = fresh.setdefault("title", "")  # a mask that names what is not given empties it
    if title != sheet.title:
        _rename(book, sheet, title)
    fresh["sheetId"] = sheet.sheet_id
    _resized(work, sheet, fresh)
    if fresh.get("hidden") and all(s.properties.get("hidden") for s in book.sheets if s != sheet):
        raise bad("You can't hide all the sheets in a document.")
    if not fresh.get("hidden"):
        fresh.pop("hidden", None)
    if not fresh.get("tabColorStyle"):
        fresh.pop("tabColorStyle", None)
        fresh.pop("tabColor", None)
    sheet.properties = fresh
    if place is not None and ("index" in mask or "*" in mask):
        move_sheet(book, sheet, place)


def _rename(book: Book, sheet: Sheet, title: str) -> None:
    _need_title(book, title, sheet)
    old = sheet.title
    for one in book.sheets:
        rewrite_formulas(one, lambda text: renamed(text, old, title))


def _resized(work: Work, sheet: Sheet, fresh: Json) -> None:
    """A smaller grid loses its last rows and columns with all that lies there."""
    grid = fresh.setdefault("gridProperties", {})
    old = sheet.properties["gridProperties"]
    rows, columns = (
        grid.get("rowCount", old["rowCount"]),
        grid.get("columnCount", old["columnCount"]),
    )
    if rows < 1 or columns < 1:
        raise bad("You can't delete all the rows on the sheet.")
    if grid.get("frozenRowCount", 0) >= rows and rows > 0 and grid.get("frozenRowCount"):
        raise bad("You can't freeze all visible rows on the sheet.")
    if grid.get("frozenColumnCount", 0) >= columns and grid.get("frozenColumnCount"):
        raise bad("You can't freeze all visible columns on the sheet.")
    for is_rows, now, then in (
        (True, sheet.row_count, rows),
        (False, sheet.column_count, columns),
    ):
        if then < now:
            gone = (then, now, 0, FAR) if is_rows else (0, FAR, then, now)
            need_cells(work.book, Area(sheet.sheet_id, *gone), work.caller)
            apply(work.book, Change(sheet.sheet_id, is_rows, "delete", then, now))
    grid["rowCount"], grid["columnCount"] = rows, columns
    for name in ("frozenRowCount", "frozenColumnCount", "hideGridlines"):
        if not grid.get(name):
            grid.pop(name, None)
    need_size(work.book)


def move_sheet(book: Book, sheet: Sheet, place: int) -> None:
    """A tab moves to before the tab that now has the place."""
    if not 0 <= place <= len(book.sheets):
        raise bad(f"Sheet index {place} is out of bounds")
    now = next(n for n, one in enumerate(book.sheets) if one is sheet)
    if place in {now, now + 1}:
        return
    book.sheets.insert(place, sheet)
    del book.sheets[now if place > now else now + 1]


def update_spreadsheet_properties(work: Work, asked: Json) -> None:
    """Title, locale, time zone and the like."""
    fixed = ("title", "locale", "autoRecalc", "timeZone", "defaultFormat")
    mask = parse(asked.get("fields", ""))
    fresh = written(work.book.properties, asked.get("properties", {}), mask, fixed)
    if not fresh.get("title"):
        raise bad("Spreadsheet title must not be empty")
    work.book.properties = work.book.properties | fresh


def duplicate_sheet(work: Work, asked: Json) -> Json:
    """A copy of a tab in the same book."""
    book = work.book
    source = book.sheet(asked.get("sourceSheetId", 0))
    number = asked.get("newSheetId", book.new_id())
    title = asked.get("newSheetName") or _copy_title(book, source.title)
    _need_title(book, title)
    if any(one.sheet_id == number for one in book.sheets):
        raise bad(f"A sheet with id {number} already exists.")
    place = asked.get("insertSheetIndex", 0)
    fresh = copied_sheet(book, source, number, title)
    book.sheets.insert(place, fresh)
    need_size(book)
    return {"properties": properties_json(book, fresh)}


def _copy_title(book: Book, title: str) -> str:
    fresh, number = f"Copy of {title}", 2
    while book.titled(fresh):
        fresh, number = f"Copy of {title} {number}", number + 1
    return fresh


def copied_sheet(book: Book, source: Sheet, number: int, title: str) -> Sheet:
    """A tab like another, with numbers of its own; its ranges point at itself."""
    fresh = source.copy()
    old = source.sheet_id
    fresh.properties |= {"sheetId": number, "title": title}
    fresh.properties.pop("hidden", None)
    fresh.lists = {
        name: [_own(book, name, item, old, number) for item in items]
        for name, items in fresh.lists.items()
    }
    fresh.basic_filter = repointed(fresh.basic_filter, old, number)
    rewrite_formulas(fresh, lambda text: renamed(text, source.title, title))
    book.dirty = True
    return fresh


def _own(book: Book, name: str, item: Json, old: int, number: int) -> Json:
    fresh: Json = repointed(copy.deepcopy(item), old, number)
    key = IDS.get(name)
    if key:
        fresh[key] = str(book.new_id()) if key == "tableId" else book.new_id()
    if name == "tables":
        taken = {t["name"] for s in book.sheets for t in s.lists["tables"]}
        while fresh["name"] in taken:
            fresh["name"] += "_2"
    return fresh


def repointed(value: Any, old: int, number: int) -> Any:  # noqa: ANN401 - any JSON
    """JSON whose ranges of one tab are ranges of another."""
    if isinstance(value, list):
        return [repointed(one, old, number) for one in value]
    if not isinstance(value, dict):
        return value
    out = {name: repointed(one, old, number) for name, one in value.items()}
    if out.get("sheetId") == old:
        out["sheetId"] = number
    return out


HANDLERS: Handlers = {
    "addSheet": add_sheet,
    "deleteSheet": delete_sheet,
    "updateSheetProperties": update_sheet_properties,
    "updateSpreadsheetProperties": update_spreadsheet_properties,
    "duplicateSheet": duplicate_sheet,
}
