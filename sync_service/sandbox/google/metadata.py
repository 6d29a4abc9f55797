"""Developer metadata: where it hangs, how it is looked up, and what a data filter selects."""

from __future__ import annotations

from typing import Any

from sync_service.sandbox.google.errors import Refusal, bad
from sync_service.sandbox.google.model import Book
from sync_service.sandbox.google.ranges import Area

Json = dict[str, Any]

KINDS = {"ROWS": "ROW", "COLUMNS": "COLUMN"}  # dimension to type of location
BUDGET = 30_000  # characters of keys and values, for a book and for each tab


def location(book: Book, given: Json) -> Json:
    """A checked DeveloperMetadataLocation with its type.

    Raises:
        Refusal: It names nothing, more than one thing, or what is not there.
    """
    if given.get("spreadsheet"):
        return {"locationType": "SPREADSHEET", "spreadsheet": True}
    if "dimensionRange" in given:
        span = dict(given["dimensionRange"])
        book.sheet(span.setdefault("sheetId", 0))
        if span.get("endIndex", 0) - span.get("startIndex", 0) != 1:
            raise bad("Developer metadata can only be associated with a single row or column.")
        if span.get("dimension") not in KINDS:
            raise bad("No dimension specified.")
        return {"locationType": KINDS[span["dimension"]], "dimensionRange": span}
    if "sheetId" in given:
        book.sheet(given["sheetId"])
        return {"locationType": "SHEET", "sheetId": given["sheetId"]}
    raise bad("No location specified for developer metadata.")


def sheet_of(place: Json) -> int | None:
    """The tab on which metadata hangs; None for the book."""
    if "dimensionRange" in place:
        return int(place["dimensionRange"].get("sheetId", 0))
    return place.get("sheetId")


def need_budget(book: Book) -> None:
    """Refuse more text than a book or a tab may hold (believed: 30,000 characters each)."""
    sizes: dict[int | None, int] = {}
    for one in book.metadata:
        where = sheet_of(one["location"])
        size = len(one.get("metadataKey", "")) + len(one.get("metadataValue", ""))
        sizes[where] = sizes.get(where, 0) + size
    if any(size > BUDGET for size in sizes.values()):
        raise bad("The developer metadata exceeds the storage quota of 30000 characters.")


def area(one: Json) -> Area | None:
    """What metadata stands for: a row, a column, a tab; None for the book."""
    place = one["location"]
    if place["locationType"] == "SPREADSHEET":
        return None
    if place["locationType"] == "SHEET":
        return Area(place["sheetId"])
    span = place["dimensionRange"]
    start, end = span.get("startIndex", 0), span["endIndex"]
    if span["dimension"] == "ROWS":
        return Area(span["sheetId"], top=start, bottom=end)
    return Area(span["sheetId"], left=start, right=end)


def matches(one: Json, lookup: Json) -> bool:
    """Whether metadata is what a DeveloperMetadataLookup looks for."""
    for name in ("metadataId", "metadataKey", "metadataValue", "visibility"):
        if name in lookup and lookup[name] != one.get(name):
            return False
    kind = lookup.get("locationType")
    if kind and kind != one["location"]["locationType"]:
        return False
    wanted = lookup.get("metadataLocation")
    if not wanted:
        return True
    exact = lookup.get("locationMatchingStrategy") != "INTERSECTING_LOCATION"
    return _same_place(one["location"], wanted) if exact else _meets(one, wanted)


def _same_place(place: Json, wanted: Json) -> bool:
    if wanted.get("spreadsheet"):
        return bool(place["locationType"] == "SPREADSHEET")
    if "dimensionRange" in wanted:
        return bool(place.get("dimensionRange") == {"sheetId": 0} | wanted["dimensionRange"])
    return bool(place["locationType"] == "SHEET" and place["sheetId"] == wanted.get("sheetId", 0))


def _meets(one: Json, wanted: Json) -> bool:
    """Whether metadata's place and the wanted one overlap; the book holds every place."""
    if wanted.get("spreadsheet") or one["location"]["locationType"] == "SPREADSHEET":
        return bool(wanted.get("spreadsheet"))
    mine = area(one)
    if "dimensionRange" in wanted:
        span = {"sheetId": 0} | wanted["dimensionRange"]
        bounds = (span.get("startIndex", 0), span.get("endIndex", 1 << 40))
        other = (
            Area(span["sheetId"], *bounds)
            if span.get("dimension") == "ROWS"
            else Area(span["sheetId"], left=bounds[0], right=bounds[1])
        )
        return mine is not None and mine.meets(other)
    return mine is not None and mine.sheet == wanted.get("sheetId", 0)


def selected(book: Book, data_filter: Json) -> list[Json]:
    """The metadata that a DataFilter selects."""
    if "developerMetadataLookup" in data_filter:
        return [m for m in book.metadata if matches(m, data_filter["developerMetadataLookup"])]
    wanted = areas(book, data_filter)
    return [
        one
        for one in book.metadata
        if (mine := area(one)) is not None and any(part.meets(mine) for part in wanted)
    ]


def areas(book: Book, data_filter: Json) -> list[Area]:
    """The areas that a DataFilter selects.

    Raises:
        Refusal: It selects in no way that is known.
    """
    if "a1Range" in data_filter:
        return [book.area(data_filter["a1Range"])]
    if "gridRange" in data_filter:
        return [book.grid_area(data_filter["gridRange"])]
    if "developerMetadataLookup" in data_filter:
        found = (area(one) for one in selected(book, data_filter))
        return [one for one in found if one is not None]
    raise bad("Must specify a filter in DataFilter.")


def search(book: Book, filters: list[Json]) -> Json:
    """The reply of developerMetadata:search."""
    out = []
    for one in book.metadata:
        hits = [f for f in filters if one in selected(book, f)]
        if hits:
            out.append({"developerMetadata": one, "dataFilters": hits})
    return {"matchedDeveloperMetadata": out} if out else {}


def get(book: Book, metadata_id: int) -> Json:
    """Metadata by its number.

    Raises:
        Refusal: 404.
    """
    for one in book.metadata:
        if one["metadataId"] == metadata_id:
            return one
    raise Refusal(404, f"No developer metadata with id {metadata_id}.")
