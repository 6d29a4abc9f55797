"""What the stand-in keeps: books, their tabs and cells.

A cell is a CellData without what is computed, plus `effectiveValue` of formulas. Cells are never
changed in place: a change puts a new one, so a copy of a book is a copy of its rows of references.
Without an `evaluate` hook (see `service.py`) a formula's value is what the last hook, or an
`updateCells` that brought `effectiveValue`, gave; before that it is 0.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sync_service.sandbox.google.errors import bad
from sync_service.sandbox.google.ranges import (
    Area,
    a1,
    area_of,
    cells_area,
    quoted,
    split,
)

Json = dict[str, Any]
ROWS, COLUMNS = 1000, 26  # of a new tab
MOST_CELLS = 10_000_000
LISTS = (
    "merges",
    "conditionalFormats",
    "filterViews",
    "protectedRanges",
    "charts",
    "bandedRanges",
    "rowGroups",
    "columnGroups",
    "slicers",
    "tables",
)
NOTHING: Json = {}


@dataclass(slots=True)
class Sheet:
    """One tab."""

    properties: Json  # SheetProperties without the index, which is the place in the book
    rows: dict[int, dict[int, Json]] = field(default_factory=dict)
    row_properties: dict[int, Json] = field(default_factory=dict)  # what is not the default
    column_properties: dict[int, Json] = field(default_factory=dict)
    lists: dict[str, list[Json]] = field(default_factory=lambda: {name: [] for name in LISTS})
    basic_filter: Json | None = None

    @property
    def sheet_id(self) -> int:
        """The tab's number, which never changes."""
        return int(self.properties["sheetId"])

    @property
    def title(self) -> str:
        """The tab's title."""
        return str(self.properties["title"])

    @property
    def row_count(self) -> int:
        """Rows of the grid."""
        return int(self.properties["gridProperties"]["rowCount"])

    @property
    def column_count(self) -> int:
        """Columns of the grid."""
        return int(self.properties["gridProperties"]["columnCount"])

    def resize(self, rows: int, columns: int) -> None:
        """Set the grid's size; cells outside go."""
        grid = self.properties["gridProperties"]
        grid["rowCount"], grid["columnCount"] = rows, columns

    def cell(self, row: int, column: int) -> Json:
        """The cell, an empty one when nothing is there."""
        cells = self.rows.get(row)
        return NOTHING if cells is None else cells.get(column, NOTHING)

    def put(self, row: int, column: int, cell: Json) -> None:
        """Replace a cell; an empty one is forgotten."""
        if cell:
            self.rows.setdefault(row, {})[column] = cell
        elif row in self.rows:
            self.rows[row].pop(column, None)
            if not self.rows[row]:
                del self.rows[row]

    def enter(self, row: int, column: int, value: Json | None) -> None:
        """Replace a cell's value and keep its look, note and validation."""
        old = self.cell(row, column)
        kept = {k: v for k, v in old.items() if k not in {"userEnteredValue", "effectiveValue"}}
        if value is not None:
            kept["userEnteredValue"] = value
        self.put(row, column, kept)

    def clip(self, area: Area) -> Area:
        """The part of an area that lies in the grid."""
        return area.clipped(self.row_count, self.column_count)

    def cells(self, area: Area) -> Iterator[tuple[int, int, Json]]:
        """Cells that hold anything, by row and column."""
        within = area.top, area.bottom
        numbers = (
            sorted(row for row in self.rows if within[0] <= row < within[1])
            if area.height > len(self.rows)
            else [row for row in range(*within) if row in self.rows]
        )
        for row in numbers:
            for column in sorted(self.rows[row]):
                if area.left <= column < area.right:
                    yield row, column, self.rows[row][column]

    def whole(self) -> Area:
        """The whole grid."""
        return Area(self.sheet_id, 0, self.row_count, 0, self.column_count)

    def copy(self) -> Sheet:
        """A tab that can be changed without changing this one."""
        return Sheet(
            copy.deepcopy(self.properties),
            {row: dict(cells) for row, cells in self.rows.items()},
            copy.deepcopy(self.row_properties),
            copy.deepcopy(self.column_properties),
            copy.deepcopy(self.lists),
            copy.deepcopy(self.basic_filter),
        )


@dataclass(slots=True)
class Book:
    """One spreadsheet."""

    book_id: str
    properties: Json
    sheets: list[Sheet] = field(default_factory=list)
    named: list[Json] = field(default_factory=list)
    metadata: list[Json] = field(default_factory=list)  # DeveloperMetadata of every place
    next_id: int = 1
    dirty: bool = False  # formulas may have other values than what stands in the cells

    @property
    def locale(self) -> str:
        """The book's locale, such as de_DE."""
        return str(self.properties["locale"])

    def sheet(self, sheet_id: int) -> Sheet:
        """A tab by its number."""
        for one in self.sheets:
            if one.sheet_id == sheet_id:
                return one
        raise bad(f"No grid with id: {sheet_id}")

    def titled(self, title: str) -> Sheet | None:
        """A tab by its title; case does not count."""
        return next((s for s in self.sheets if s.title.lower() == title.lower()), None)

    def new_id(self) -> int:
        """A number that nothing in this book has."""
        self.next_id += 1
        return 1_000_000 + self.next_id * 7919

    def copy(self) -> Book:
        """A book that can be changed without changing this one."""
        return Book(
            self.book_id,
            copy.deepcopy(self.properties),
            [sheet.copy() for sheet in self.sheets],
            copy.deepcopy(self.named),
            copy.deepcopy(self.metadata),
            self.next_id,
            self.dirty,
        )

    def area(self, text: str) -> Area:
        """The area that A1 notation or a named range means, unbounded where it says nothing.

        Raises:
            Refusal: "Unable to parse range", as the service says it.
        """
        title, cells = split(text)
        if title is None:
            by_name = self.named_area(text) or self.table_area(text)
            if by_name is not None:
                return by_name
            first = cells_area(cells, self.sheets[0].sheet_id)
            sheet = self.titled(text)
            if first is not None and sheet is None:
                return first
            title, cells = text, ""
        sheet = self.titled(title)
        if sheet is None:
            raise bad(f"Unable to parse range: {text}")
        area = cells_area(cells, sheet.sheet_id) if cells else Area(sheet.sheet_id)
        area = area or self.named_area(cells)
        if area is None:
            raise bad(f"Unable to parse range: {text}")
        return area

    def grid_area(self, grid: Json) -> Area:
        """The area of a GridRange, unbounded where it says nothing.

        Raises:
            Refusal: There is no such tab, or no cell can be meant.
        """
        self.sheet(grid.get("sheetId", 0))
        area = area_of(grid)
        if min(area.top, area.left) < 0 or area.empty:
            raise bad("range is empty: its start must not be negative, its end lies after it")
        return area

    def named_area(self, name: str) -> Area | None:
        """The area of a named range; case does not count."""
        found = (one for one in self.named if one["name"].lower() == name.lower())
        return next((area_of(one["range"]) for one in found), None)

    def table_area(self, name: str) -> Area | None:
        """The area of a table by its name."""
        tables = (one for sheet in self.sheets for one in sheet.lists["tables"])
        return next((area_of(t["range"]) for t in tables if t["name"] == name), None)

    def label(self, area: Area) -> str:
        """The area in A1 notation with its tab."""
        return f"{quoted(self.sheet(area.sheet).title)}!{a1(area)}"

    def within(self, area: Area) -> Area:
        """The part inside the grid.

        Raises:
            Refusal: The area begins outside.
        """
        sheet = self.sheet(area.sheet)
        if area.top >= sheet.row_count or area.left >= sheet.column_count:
            shown = self.label(area.clipped(area.top + 1, area.left + 1))
            raise bad(
                f"Range ({shown}) exceeds grid limits. "
                f"Max rows: {sheet.row_count}, max columns: {sheet.column_count}"
            )
        return sheet.clip(area)


def new_sheet(sheet_id: int, title: str, rows: int = ROWS, columns: int = COLUMNS) -> Sheet:
    """An empty tab."""
    return Sheet(
        {
            "sheetId": sheet_id,
            "title": title,
            "sheetType": "GRID",
            "gridProperties": {"rowCount": rows, "columnCount": columns},
        }
    )


def new_book(book_id: str, title: str, locale: str = "en_US") -> Book:
    """A book with one empty tab, as Google makes it."""
    properties = {
        "title": title,
        "locale": locale,
        "autoRecalc": "ON_CHANGE",
        "timeZone": "Etc/GMT",
        "defaultFormat": {
            "backgroundColor": {"red": 1, "green": 1, "blue": 1},
            "padding": {"top": 2, "right": 3, "bottom": 2, "left": 3},
            "verticalAlignment": "BOTTOM",
            "wrapStrategy": "OVERFLOW_CELL",
            "textFormat": {
                "foregroundColor": {},
                "fontFamily": "arial,sans,sans-serif",
                "fontSize": 10,
                "bold": False,
                "italic": False,
                "strikethrough": False,
                "underline": False,
            },
        },
    }
    return Book(book_id, properties, [new_sheet(0, "Sheet1")])
