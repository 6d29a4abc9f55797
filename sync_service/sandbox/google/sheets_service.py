"""The methods of Sheets v4 but for the values: get, create, batchUpdate, metadata, copyTo."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sync_service.sandbox.google import batch, metadata, views
from sync_service.sandbox.google.access import RANK, Caller
from sync_service.sandbox.google.batch_sheets import copied_sheet, free_title
from sync_service.sandbox.google.errors import bad
from sync_service.sandbox.google.masks import Mask, wants
from sync_service.sandbox.google.model import Book
from sync_service.sandbox.google.store import Store
from sync_service.sandbox.google.work import Work, bare

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a method."""

    store: Store
    caller: Caller
    path: dict[str, str]  # spreadsheetId, range, sheetId, metadataId
    query: dict[str, list[str]]
    body: Json
    mask: Mask  # of the reply; empty for all

    @property
    def book_id(self) -> str:
        """The spreadsheet."""
        return self.path["spreadsheetId"]

    def one(self, name: str, usual: str = "") -> str:
        """A parameter of the query."""
        return self.query.get(name, [usual])[0]

    def flag(self, name: str) -> bool:
        """A parameter that is true or false."""
        return self.one(name).lower() == "true"


Method = Callable[[Call], Json]


def bare_json(value: Json) -> Json:
    """A reply whose ranges leave the tab 0 out."""
    out: Json = bare(value)
    return out


def get(call: Call) -> Json:
    """`spreadsheets.get`; a mask decides about the cells, else `includeGridData`."""
    with_data = wants(call.mask, "sheets", "data") if call.mask else call.flag("includeGridData")
    texts = call.query.get("ranges", [])

    def look(book: Book, caller: Caller) -> Json:
        areas = [book.area(text) for text in texts] if texts else None
        return views.book_json(book, caller, call.mask, areas, with_data=with_data)

    return call.store.read(call.book_id, call.caller, look)


def get_by_data_filter(call: Call) -> Json:
    """`spreadsheets.getByDataFilter`."""
    asked = bool(call.body.get("includeGridData"))
    with_data = wants(call.mask, "sheets", "data") if call.mask else asked

    def look(book: Book, caller: Caller) -> Json:
        filters = call.body.get("dataFilters", [])
        areas = [area for one in filters for area in metadata.areas(book, one)]
        return views.book_json(
            book, caller, call.mask, areas if filters else None, with_data=with_data
        )

    return call.store.read(call.book_id, call.caller, look)


def create(call: Call) -> Json:
    """`spreadsheets.create`: a book with the given properties and tabs."""
    given = call.body.get("properties", {})
    caller = call.caller
    file = call.store.add_book(
        caller.email,
        given.get("title") or "Untitled spreadsheet",
        given.get("locale") or "en_US",
        caller.project,
    )

    def fill(work: Work) -> None:
        book = work.book
        book.properties = book.properties | given | {"title": book.properties["title"]}
        sheets = call.body.get("sheets", [])
        for place, one in enumerate(sheets):
            asked = {"properties": {"index": place} | one.get("properties", {})}
            if place == 0:
                book.sheets = []
            batch.HANDLERS["addSheet"](work, asked)
            _fill_cells(work, one.get("data", []), book.sheets[place].sheet_id)
        for named in call.body.get("namedRanges", []):
            batch.HANDLERS["addNamedRange"](work, {"namedRange": named})

    call.store.change(file.file_id, caller, fill)
    return call.store.read(
        file.file_id, caller, lambda b, c: views.book_json(b, c, {}, None, with_data=False)
    )


def _fill_cells(work: Work, data: list[Json], number: int) -> None:
    for grid in data:
        start = {
            "sheetId": number,
            "rowIndex": grid.get("startRow", 0),
            "columnIndex": grid.get("startColumn", 0),
        }
        asked = {"start": start, "rows": grid.get("rowData", []), "fields": "*"}
        batch.HANDLERS["updateCells"](work, asked)


def batch_update(call: Call) -> Json:
    """`spreadsheets.batchUpdate`."""

    def act(work: Work) -> list[Json]:
        return batch.run(work, call.body.get("requests", []))

    replies = call.store.change(call.book_id, call.caller, act)
    out: Json = {"spreadsheetId": call.book_id, "replies": replies}
    if call.body.get("includeSpreadsheetInResponse"):
        texts = call.body.get("responseRanges", [])

        def look(book: Book, caller: Caller) -> Json:
            areas = [book.area(text) for text in texts] if texts else None
            with_data = bool(call.body.get("responseIncludeGridData"))
            return views.book_json(book, caller, {}, areas, with_data=with_data)

        out["updatedSpreadsheet"] = call.store.read(call.book_id, call.caller, look)
    return out


def metadata_get(call: Call) -> Json:
    """`spreadsheets.developerMetadata.get`."""
    text = call.path["metadataId"]
    if not text.isdecimal():
        raise bad(f"Invalid value at 'metadata_id' (TYPE_INT32), \"{text}\"")
    return call.store.read(
        call.book_id, call.caller, lambda b, _: bare_json(metadata.get(b, int(text)))
    )


def metadata_search(call: Call) -> Json:
    """`spreadsheets.developerMetadata.search`."""
    filters = call.body.get("dataFilters", [])
    if not filters:
        raise bad("Must specify at least one data filter.")
    return call.store.read(
        call.book_id, call.caller, lambda b, _: bare_json(metadata.search(b, filters))
    )


def copy_to(call: Call) -> Json:
    """`spreadsheets.sheets.copyTo`: a copy of a tab at the end of another book."""
    store, caller = call.store, call.caller
    target = call.body.get("destinationSpreadsheetId", "")
    number = int(call.path["sheetId"])
    with store.lock:
        _, source_book, _ = store.opened(call.book_id, caller, RANK["reader"])
        source = source_book.sheet(number)

        def act(work: Work) -> Json:
            book = work.book
            title = f"Copy of {source.title}"
            title = free_title(book) if book.titled(title) else title
            fresh = copied_sheet(book, source, book.new_id(), title)
            book.sheets.append(fresh)
            return views.properties_json(book, fresh)

        return store.change(target, caller, act)


METHODS: dict[str, Method] = {
    "spreadsheets.get": get,
    "spreadsheets.getByDataFilter": get_by_data_filter,
    "spreadsheets.create": create,
    "spreadsheets.batchUpdate": batch_update,
    "spreadsheets.developerMetadata.get": metadata_get,
    "spreadsheets.developerMetadata.search": metadata_search,
    "spreadsheets.sheets.copyTo": copy_to,
}
