"""The methods of spreadsheets.values."""

from __future__ import annotations

from typing import Any

from sync_service.sandbox.google import metadata, values
from sync_service.sandbox.google.access import Caller
from sync_service.sandbox.google.batch_sheets import need_size
from sync_service.sandbox.google.model import Book
from sync_service.sandbox.google.ranges import Area
from sync_service.sandbox.google.sheets_service import Call, Method
from sync_service.sandbox.google.spans import Change
from sync_service.sandbox.google.structure import apply
from sync_service.sandbox.google.values import Options, Writer, Written
from sync_service.sandbox.google.work import Work

Json = dict[str, Any]


def _options(call: Call) -> Options:
    """How a query wants values."""
    return Options(
        call.one("valueRenderOption") or "FORMATTED_VALUE",
        call.one("dateTimeRenderOption") or "SERIAL_NUMBER",
        call.one("majorDimension") or "ROWS",
    )


def _options_of(body: Json, prefix: str = "") -> Options:
    """How a body wants values."""

    def named(name: str, usual: str) -> str:
        key = f"{prefix}{name[0].upper()}{name[1:]}" if prefix else name
        return str(body.get(key, usual))

    return Options(
        named("valueRenderOption", "FORMATTED_VALUE"),
        named("dateTimeRenderOption", "SERIAL_NUMBER"),
        str(body.get("majorDimension", "ROWS")),
    )


def get(call: Call) -> Json:
    """One range."""
    options = _options(call)
    text = call.path["range"]
    return call.store.read(
        call.book_id, call.caller, lambda b, _: values.read(b, b.area(text), options)
    )


def batch_get(call: Call) -> Json:
    """Several ranges."""
    options, texts = _options(call), call.query.get("ranges", [])

    def look(book: Book, _: Caller) -> Json:
        ranges = [values.read(book, book.area(text), options) for text in texts]
        return {"spreadsheetId": book.book_id, "valueRanges": ranges}

    return call.store.read(call.book_id, call.caller, look)


def batch_get_by_filter(call: Call) -> Json:
    """Ranges that data filters select."""
    options = _options_of(call.body)

    def look(book: Book, _: Caller) -> Json:
        out = [
            {"valueRange": values.read(book, area, options), "dataFilters": [one]}
            for one in call.body.get("dataFilters", [])
            for area in metadata.areas(book, one)
        ]
        return {"spreadsheetId": book.book_id, "valueRanges": out}

    return call.store.read(call.book_id, call.caller, look)


def update(call: Call) -> Json:
    """One range."""

    def act(work: Work) -> Json:
        area = work.book.area(call.path["range"])
        writer = Writer(work.caller, call.one("valueInputOption"), work.today)
        return values.write(work.book, area, call.body, writer).reply

    done = call.store.change(call.book_id, call.caller, act)
    if call.flag("includeValuesInResponse"):
        done["updatedData"] = _read_back(call, done["updatedRange"], _response_options(call))
    return done


def _response_options(call: Call) -> Options:
    return Options(
        call.one("responseValueRenderOption") or "FORMATTED_VALUE",
        call.one("responseDateTimeRenderOption") or "SERIAL_NUMBER",
        call.body.get("majorDimension", "ROWS"),
    )


def _read_back(call: Call, text: str, options: Options) -> Json:
    return call.store.read(
        call.book_id, call.caller, lambda b, _: values.read(b, b.area(text), options)
    )


def _write_all(call: Call, parts: list[Json], *, by_filter: bool) -> list[Written]:
    """Write several ranges; all or none."""

    def act(work: Work) -> list[Written]:
        writer = Writer(work.caller, call.body.get("valueInputOption", ""), work.today)
        done = []
        for part in parts:
            if by_filter:
                kept = part.get("dataFilter", {})
                for area in metadata.areas(work.book, kept):
                    one = values.write(work.book, area, part, writer)
                    one.reply.pop("spreadsheetId")
                    one.reply["dataFilter"] = kept
                    done.append(one)
            else:
                area = work.book.area(part.get("range", ""))
                done.append(values.write(work.book, area, part, writer))
        return done

    return call.store.change(call.book_id, call.caller, act)


def _totals(call: Call, written: list[Written]) -> Json:
    """The reply of a batch of writes: rows and columns that several ranges share count once."""
    done = [one.reply for one in written]
    cells = [cell for one in written for cell in one.cells]
    if call.body.get("includeValuesInResponse"):
        options = _options_of(call.body, "response")
        for one in done:
            one["updatedData"] = _read_back(call, one["updatedRange"], options)
    totals = {
        "totalUpdatedRows": len({(tab, row) for tab, row, _ in cells}),
        "totalUpdatedColumns": len({(tab, column) for tab, _, column in cells}),
        "totalUpdatedCells": len(cells),
        "totalUpdatedSheets": len({tab for tab, _, _ in cells}),
    }
    kept = {name: number for name, number in totals.items() if number}
    return {"spreadsheetId": call.book_id, **kept, "responses": done}


def batch_update(call: Call) -> Json:
    """Several ranges."""
    return _totals(call, _write_all(call, call.body.get("data", []), by_filter=False))


def batch_update_by_filter(call: Call) -> Json:
    """What data filters select."""
    return _totals(call, _write_all(call, call.body.get("data", []), by_filter=True))


def clear(call: Call) -> Json:
    """One range."""

    def act(work: Work) -> str:
        return values.clear(work.book, work.book.area(call.path["range"]), work.caller)

    cleared = call.store.change(call.book_id, call.caller, act)
    return {"spreadsheetId": call.book_id, "clearedRange": cleared}


def batch_clear(call: Call) -> Json:
    """Several ranges."""

    def act(work: Work) -> list[str]:
        areas = [work.book.area(text) for text in call.body.get("ranges", [])]
        return [values.clear(work.book, area, work.caller) for area in areas]

    cleared = call.store.change(call.book_id, call.caller, act)
    return {"spreadsheetId": call.book_id, "clearedRanges": cleared}


def batch_clear_by_filter(call: Call) -> Json:
    """What data filters select."""

    def act(work: Work) -> list[str]:
        filters = call.body.get("dataFilters", [])
        areas = [area for one in filters for area in metadata.areas(work.book, one)]
        return [values.clear(work.book, area, work.caller) for area in areas]

    cleared = call.store.change(call.book_id, call.caller, act)
    return {"spreadsheetId": call.book_id, "clearedRanges": cleared}


def append(call: Call) -> Json:
    """Rows after the table that the range touches."""
    found: list[str] = []

    def act(work: Work) -> Json:
        book = work.book
        rows = values.lines_of(call.body)
        by_columns = call.body.get("majorDimension") == "COLUMNS"
        across, down = max((len(row) for row in rows), default=0), len(rows)
        height, width = (across, down) if by_columns else (down, across)
        table, place = values.append_place(book, book.area(call.path["range"]), height, width)
        if table is not None:
            found.append(book.label(table))
        if not height or not width:
            place = Area(place.sheet, place.top, place.top + 1, place.left, place.left + 1)
        _make_room(work, call, place)
        writer = Writer(work.caller, call.one("valueInputOption"), work.today)
        return values.write(book, place, call.body, writer).reply

    done = call.store.change(call.book_id, call.caller, act)
    if call.flag("includeValuesInResponse"):
        done["updatedData"] = _read_back(call, done["updatedRange"], _response_options(call))
    head: Json = {"spreadsheetId": call.book_id}
    if found:
        head["tableRange"] = found[0]
    return head | {"updates": done}


def _make_room(work: Work, call: Call, place: Area) -> None:
    """New rows for what is appended, or a larger grid."""
    sheet = work.book.sheet(place.sheet)
    if call.one("insertDataOption") == "INSERT_ROWS" and place.top < sheet.row_count:
        apply(work.book, Change(place.sheet, True, "insert", place.top, place.bottom))
    values.grow(sheet, place)
    need_size(work.book)


METHODS: dict[str, Method] = {
    "spreadsheets.values.get": get,
    "spreadsheets.values.batchGet": batch_get,
    "spreadsheets.values.batchGetByDataFilter": batch_get_by_filter,
    "spreadsheets.values.update": update,
    "spreadsheets.values.batchUpdate": batch_update,
    "spreadsheets.values.batchUpdateByDataFilter": batch_update_by_filter,
    "spreadsheets.values.clear": clear,
    "spreadsheets.values.batchClear": batch_clear,
    "spreadsheets.values.batchClearByDataFilter": batch_clear_by_filter,
    "spreadsheets.values.append": append,
}
