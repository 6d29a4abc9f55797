"""A spreadsheet as one read gives it: tabs, cells, named ranges, developer metadata."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sync_service.google.cells import EMPTY, Seen, seen

COLUMN_KEY = "linkstar.column"  # metadata of a column: tblScore.score
TAB_KEY = "linkstar.tab"  # metadata of a tab: its code
FIELDS = (
    "spreadsheetId,spreadsheetUrl,properties(title,locale,timeZone),"
    "namedRanges(namedRangeId,name,range),"
    "sheets(properties(sheetId,title,index,hidden,gridProperties(rowCount,columnCount)),"
    "developerMetadata(metadataKey,metadataValue),"
    "protectedRanges(range,namedRangeId,description,warningOnly,requestingUserCanEdit,"
    "unprotectedRanges),"
    "data(startRow,startColumn,"
    "rowData(values(userEnteredValue/formulaValue,effectiveValue,note)),"
    "columnMetadata(hiddenByUser,developerMetadata(metadataId,metadataKey,metadataValue))))"
)
Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Span:
    """A rectangle of a tab; counted from 0, ends not included."""

    tab: int  # sheetId
    top: int
    left: int
    bottom: int
    right: int

    @property
    def range(self) -> dict[str, int]:
        """As a `GridRange` of the API."""
        return {
            "sheetId": self.tab,
            "startRowIndex": self.top,
            "endRowIndex": self.bottom,
            "startColumnIndex": self.left,
            "endColumnIndex": self.right,
        }


@dataclass(frozen=True, slots=True)
class Closed:
    """Cells that a protection keeps our account out of."""

    span: Span
    free: tuple[Span, ...] = ()  # ranges of a protected tab that are left open
    words: str = ""  # what its makers wrote to it

    def meets(self, area: Span) -> bool:
        """Whether an edit of an area would be refused."""
        return _cross(self.span, area) and not any(_holds(one, area) for one in self.free)


def _cross(one: Span, other: Span) -> bool:
    rows = one.top < other.bottom and other.top < one.bottom
    return one.tab == other.tab and rows and one.left < other.right and other.left < one.right


def _holds(one: Span, other: Span) -> bool:
    rows = one.top <= other.top and other.bottom <= one.bottom
    return one.tab == other.tab and rows and one.left <= other.left and other.right <= one.right


@dataclass(frozen=True, slots=True)
class Marked:
    """A column of ours by its developer metadata."""

    column: int
    metadata: int  # metadataId


@dataclass(frozen=True, slots=True)
class GoogleTab:
    """One tab and its cells."""

    id: int
    title: str
    hidden: bool
    rows: int  # of the grid
    columns: int
    cells: Sequence[Sequence[Seen]]
    marked: Mapping[str, Marked] = field(default_factory=dict)  # tblScore.score -> its column
    hidden_columns: frozenset[int] = frozenset()
    code: str = ""  # of the layout, by developer metadata
    texts: frozenset[str] = frozenset()  # every text that stands in it
    closed: tuple[Closed, ...] = ()

    def cell(self, row: int, column: int) -> Seen:
        """A cell; beyond what was given it is empty."""
        line = self.cells[row] if row < len(self.cells) else ()
        return line[column] if column < len(line) else EMPTY

    def text(self, row: int, column: int) -> str:
        """A cell's text; empty for anything else."""
        value = self.cell(row, column).value
        return value if isinstance(value, str) else ""

    def is_closed(self, area: Span) -> bool:
        """Whether a protection keeps our account out of an area."""
        return any(one.meets(area) for one in self.closed)


@dataclass(frozen=True, slots=True)
class Spreadsheet:
    """A spreadsheet as it was read."""

    id: str
    title: str
    locale: str
    zone: str
    tabs: Mapping[int, GoogleTab]  # by sheetId, in order
    named: Mapping[str, Span]
    named_ids: Mapping[str, str]  # name -> namedRangeId


def spreadsheet(answer: Json) -> Spreadsheet:
    """What `spreadsheets.get` with `FIELDS` gave."""
    properties = answer.get("properties", {})
    tabs = [_tab(one) for one in answer.get("sheets", ()) if _has_grid(one)]
    known = {tab.id: tab for tab in tabs}
    named, ids = {}, {}
    for one in answer.get("namedRanges", ()):
        span = _span(one.get("range", {}), known)
        if span is not None:
            named[one["name"]] = span
            ids[one["name"]] = one.get("namedRangeId", "")
    by_id = {number: named[name] for name, number in ids.items()}
    for sheet in answer.get("sheets", ()):
        closed = tuple(_closed(sheet, known, by_id))
        if closed:
            number = closed[0].span.tab
            known[number] = replace(known[number], closed=closed)
    return Spreadsheet(
        str(answer.get("spreadsheetId", "")),
        properties.get("title", ""),
        properties.get("locale", ""),
        properties.get("timeZone", ""),
        known,
        named,
        ids,
    )


def _has_grid(sheet: Json) -> bool:
    """A tab that is one big chart has no cells."""
    return "gridProperties" in sheet.get("properties", {})


def _tab(sheet: Json) -> GoogleTab:
    properties = sheet["properties"]
    size = properties["gridProperties"]
    cells: list[list[Seen]] = []
    marked: dict[str, Marked] = {}
    hidden: set[int] = set()
    for data in sheet.get("data", ()):
        _lay(cells, data)
        start = data.get("startColumn", 0)
        for at, column in enumerate(data.get("columnMetadata", ()), start):
            if column.get("hiddenByUser"):
                hidden.add(at)
            for value, number in _marks(column, COLUMN_KEY):
                marked[value] = Marked(at, number)
    codes = [value for value, _ in _marks(sheet, TAB_KEY)]
    return GoogleTab(
        properties.get("sheetId", 0),
        properties.get("title", ""),
        properties.get("hidden", False),
        size.get("rowCount", 0),
        size.get("columnCount", 0),
        cells,
        marked,
        frozenset(hidden),
        codes[0] if codes else "",
        frozenset(cell.value for line in cells for cell in line if isinstance(cell.value, str)),
    )


def _marks(thing: Json, key: str) -> Iterator[tuple[str, int]]:
    """Values of the developer metadata of a key, and their ids."""
    for one in thing.get("developerMetadata", ()):
        if one.get("metadataKey") == key:
            yield one.get("metadataValue", ""), one.get("metadataId", 0)


def _lay(cells: list[list[Seen]], data: Json) -> None:
    """Put a block of cells where it belongs."""
    top, left = data.get("startRow", 0), data.get("startColumn", 0)
    for n, row in enumerate(data.get("rowData", ()), top):
        while len(cells) <= n:
            cells.append([])
        line = cells[n]
        line.extend([EMPTY] * (left - len(line)))
        given = [seen(one) if one else EMPTY for one in row.get("values", ())]
        line[left : left + len(given)] = given


def _closed(
    sheet: Json, tabs: Mapping[int, GoogleTab], named: Mapping[str, Span]
) -> Iterator[Closed]:
    """The protections of a tab that bind us; who may edit is told so, a false is left out."""
    for one in sheet.get("protectedRanges", ()):
        if one.get("warningOnly") or one.get("requestingUserCanEdit"):
            continue
        by_name = named.get(one.get("namedRangeId", ""))
        span = _span(one["range"], tabs) if "range" in one else by_name
        if span is not None:
            free = (_span(hole, tabs) for hole in one.get("unprotectedRanges", ()))
            words = str(one.get("description", ""))
            yield Closed(span, tuple(hole for hole in free if hole is not None), words)


def _span(given: Json, tabs: Mapping[int, GoogleTab]) -> Span | None:
    """A `GridRange`; an open end reaches to the end of the grid."""
    tab = tabs.get(given.get("sheetId", 0))
    if tab is None:
        return None
    return Span(
        tab.id,
        given.get("startRowIndex", 0),
        given.get("startColumnIndex", 0),
        given.get("endRowIndex", tab.rows),
        given.get("endColumnIndex", tab.columns),
    )
