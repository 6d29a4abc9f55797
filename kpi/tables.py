"""A workbook's tables as values: what a port reads, what the domain takes, nothing of a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

CellValue = str | float | bool | date | datetime | None
"""A cell as read: numbers are floats, an empty cell is None; see `ErrorValue` for #N/A."""


@dataclass(frozen=True, slots=True)
class ErrorValue:
    """An error cell such as #N/A; `#N/A` is how a sheet says unknown."""

    text: str


class Cell(NamedTuple):
    """One cell of a table: its value, whether a formula made it, and where it is.

    A tuple, because a workbook has tens of thousands and most are made again at each refresh.
    """

    value: CellValue | ErrorValue
    address: str  # A1, without the sheet
    formula: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table by column code; columns the layout does not know are in `own`."""

    number: int  # 1-based row of the sheet
    cells: Mapping[str, Cell]
    own: Mapping[str, Cell]  # the reader's own columns, by header text

    def value(self, column: str) -> CellValue | ErrorValue:
        """The value of a column; None where the column or the value is absent."""
        cell = self.cells.get(column)
        return None if cell is None else cell.value


@dataclass(frozen=True, slots=True)
class Table:
    """One table: found by its name, columns by header text in either language."""

    name: str  # tblTarget
    sheet: str  # the tab's title as the reader sees it
    columns: tuple[str, ...]  # codes in sheet order; own columns by header text
    rows: tuple[Row, ...]

    def place(self, row: Row, column: str) -> tuple[str, str]:
        """Sheet and A1 address of a cell, for messages."""
        cell = row.cells.get(column)
        return self.sheet, cell.address if cell else f"A{row.number}"
