"""Days into cells that show numbers: a style of the workbook that differs in its format alone.

The styles part never changes, so a day takes a style that is there already, or stays a number and
the reader is told.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from kpi.errors import Level, Place, Problem
from sync_service.workbooks.areas import address
from sync_service.workbooks.book import Book, CellFormat, SheetPart, cell_formats
from sync_service.workbooks.markup import number_text
from sync_service.workbooks.pen import SheetEdits
from sync_service.workbooks.serials import shows_hours, to_serial
from sync_service.workbooks.sheetxml import cells, grid, rows
from sync_service.workbooks.values import Restyled


@dataclass(slots=True)
class DayStyles:
    """The cell formats of a workbook; `problems` collects the days that stay numbers."""

    book: Book
    problems: list[Problem] = field(default_factory=list)
    _known: list[CellFormat] | None = None

    def dressed(self, sheet: SheetPart, edits: SheetEdits) -> SheetEdits:
        """The edits of a sheet, each day with the style that shows it."""
        kinds = {kind for line in edits.values() for kind in map(type, line.values())}
        if not any(issubclass(kind, date) for kind in kinds):
            return edits
        days = [
            (row, column, value)
            for row, line in edits.items()
            for column, value in line.items()
            if isinstance(value, date)
        ]
        known = _styles(self.book, sheet, {row for row, _, _ in days})
        for row, column, value in days:
            style = known.get((row, column), 0)
            if self.book.is_date(style):
                continue
            twin = self._twin(style, isinstance(value, datetime))
            if twin is None:
                self.problems.append(self._told(sheet, address(row, column), value))
            else:
                edits[row][column] = Restyled(value, twin)
        return edits

    def _twin(self, style: int, moment: bool) -> int | None:
        """The style that looks like this General one and shows days, with hours for a moment."""
        formats = self._formats()
        if style >= len(formats) or formats[style].number != 0:
            return None
        found: dict[bool, int] = {}
        for at, one in enumerate(formats):
            hours = shows_hours(one.number, one.code)
            if hours is not None and one.look == formats[style].look:
                found.setdefault(hours, at)
        return found.get(moment, found.get(not moment))

    def _formats(self) -> list[CellFormat]:
        if self._known is None:
            part = self.book.linked("styles")
            self._known = cell_formats(self.book.xml(part)) if part else []
        return self._known

    def _told(self, sheet: SheetPart, cell: str, value: date) -> Problem:
        number = number_text(to_serial(value, date1904=self.book.date1904)).decode()
        return Problem(
            "day_as_number",
            Level.WARNING,
            Place(sheet=sheet.title, cell=cell),
            {
                "en": f"The cell's format shows the day as the number {number}.",
                "zh": f"该单元格的格式会把日期显示为数字 {number}。",
            },
            {
                "en": "Give the cell a date format in Excel.",
                "zh": "请在 Excel 中把该单元格设为日期格式。",
            },
        )


def _styles(book: Book, sheet: SheetPart, wanted: Iterable[int]) -> dict[tuple[int, int], int]:
    """The style of every cell in these rows."""
    found, numbers = grid(book.xml(sheet.part)), set(wanted)
    return {
        (row.number, cell.column): cell.style
        for row in rows(found)
        if row.number in numbers
        for cell in cells(found, row)
    }
