"""What a subrequest of a batchUpdate works on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sync_service.sandbox.google.access import Caller, need_cells
from sync_service.sandbox.google.errors import bad
from sync_service.sandbox.google.model import Book, Sheet
from sync_service.sandbox.google.ranges import Area

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Work:
    """A copy of the book that becomes the book when all subrequests went well; and who asks."""

    book: Book
    caller: Caller
    owner: str
    today: date

    def area(self, grid: Json) -> Area:
        """A GridRange of an existing tab, cut to its grid.

        Raises:
            Refusal: There is no such tab, or the range lies outside.
        """
        sheet = self.book.sheet(grid.get("sheetId", 0))
        area = self.book.grid_area(grid)
        if area.top >= sheet.row_count or area.left >= sheet.column_count:
            raise bad(
                f"range.startRowIndex[{area.top}] or startColumnIndex[{area.left}] is out of "
                f"bounds: rows {sheet.row_count}, columns {sheet.column_count}"
            )
        return sheet.clip(area)

    def corner(self, place: Json) -> tuple[Sheet, int, int]:
        """Tab, row and column of a GridCoordinate.

        Raises:
            Refusal: There is no such tab, or the place lies before its first cell.
        """
        sheet = self.book.sheet(place.get("sheetId", 0))
        row, column = place.get("rowIndex", 0), place.get("columnIndex", 0)
        if min(row, column) < 0:
            raise bad(f"Invalid place: rowIndex {row}, columnIndex {column}")
        return sheet, row, column

    def edited(self, grid: Json) -> Area:
        """The same for a change: protected cells refuse."""
        area = self.area(grid)
        need_cells(self.book, area, self.caller)
        return area

    def sheet(self, area: Area) -> Sheet:
        """The tab of an area."""
        return self.book.sheet(area.sheet)


PLACES = (  # GridRange, GridCoordinate, DimensionRange
    {"sheetId", "startRowIndex", "endRowIndex", "startColumnIndex", "endColumnIndex"},
    {"sheetId", "rowIndex", "columnIndex"},
    {"sheetId", "dimension", "startIndex", "endIndex"},
)
Handler = Callable[[Work, Json], Json | None]
Handlers = Mapping[str, Handler]


def bare(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """JSON of objects as replies have it: the tab 0 is left out of ranges."""
    if isinstance(value, list):
        return [bare(one) for one in value]
    if not isinstance(value, dict):
        return value
    out = {name: bare(one) for name, one in value.items()}
    if out.get("sheetId") == 0 and any(out.keys() <= kind for kind in PLACES):
        del out["sheetId"]
    return out


def with_sheet(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """JSON of an object with the tab of every range spelt out: 0 may be left out by callers."""
    if isinstance(value, list):
        return [with_sheet(one) for one in value]
    if not isinstance(value, dict):
        return value
    out = {name: with_sheet(one) for name, one in value.items()}
    if out and "sheetId" not in out and any(out.keys() <= kind for kind in PLACES):
        return {"sheetId": 0, **out}
    if out.get("range") == {}:
        out["range"] = {"sheetId": 0}
    return out
