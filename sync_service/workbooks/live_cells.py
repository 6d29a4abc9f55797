"""Cells of a running Excel as xlwings gives and takes them: values, formulas, blocks to write."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from kpi.tables import ErrorValue
from sync_service.workbooks.port import Written
from sync_service.workbooks.serials import from_serial, to_serial

if TYPE_CHECKING:
    from xlwings import Range

ERRORS = frozenset({"#N/A", "#VALUE!", "#REF!", "#DIV/0!", "#NUM!", "#NAME?", "#NULL!"})
Rows = list[list[Any]]
At = tuple[int, int]
_LOOKS = re.compile(r"\d|^[=+\-@'#]|^(?:true|false)$", re.IGNORECASE)


def rows_of(values: object) -> Rows:
    """What a program gives for a range as rows: one cell comes bare, one row may come flat."""
    if not isinstance(values, list | tuple):
        return [[values]]
    if not values or not isinstance(values[0], list | tuple):
        return [list(values)]
    return [list(row) for row in values]


def values_of(area: Range, *, mac: bool) -> Rows:
    """The values of a range, errors as their texts.

    On a Mac errors come as empty cells; xlwings' own way to have their texts (`err_to_str`) fails
    there for more than one row, so the shown texts are asked for.
    """
    if not mac:
        return rows_of(area.options(ndim=2, err_to_str=True).value)
    values, shown = rows_of(area.options(ndim=2).value), rows_of(area.api.string_value.get())
    return [
        [text if text in ERRORS else value for value, text in zip(row, texts, strict=True)]
        for row, texts in zip(values, shown, strict=True)
    ]


def read_cell(value: object, *, dated: bool) -> Written:
    """A value as the service reads it; `dated` columns hold days, also as bare numbers."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return value
    if isinstance(value, datetime | date):
        return from_serial(to_serial(value, date1904=False), date1904=False)
    if isinstance(value, int | float | Decimal):
        number = float(value)
        return from_serial(number, date1904=False) if dated else number
    text = str(value)
    return ErrorValue(text) if text in ERRORS else text


def typed(value: Written) -> object:
    """A value as it is typed into a cell: a text stays a text, whatever it looks like."""
    if isinstance(value, ErrorValue):
        return value.text
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, date):
        return to_serial(value, date1904=False)  # the cell's own format shows it as a day
    if isinstance(value, str):
        return f"'{value}" if _LOOKS.search(value) else value
    return float(value) if math.isfinite(value) else "#N/A"


def is_formula(text: object, value: object) -> bool:
    """Whether a cell holds a formula, and not a text that begins like one."""
    return isinstance(text, str) and text.startswith("=") and text != value


# --- blocks ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Block:
    """A rectangle of cells that one assignment writes; places count from 0 in the table's data."""

    row: int
    column: int
    values: tuple[tuple[Written, ...], ...]

    @property
    def size(self) -> At:
        """Rows and columns."""
        return len(self.values), len(self.values[0])


def blocks(
    cells: Mapping[At, Written], before: Sequence[Sequence[Written]], fixed: frozenset[At]
) -> list[Block]:
    """The changed cells as few rectangles; cells between them are written as they were.

    `fixed` cells (formulas, a person's columns) are in no rectangle.
    """
    spans: dict[At, list[int]] = {}  # (first row, last row) -> columns
    for column in sorted({column for _, column in cells}):
        rows = sorted(row for row, at in cells if at == column)
        for first, last in _runs(rows, column, fixed):
            spans.setdefault((first, last), []).append(column)
    made = []
    for (first, last), columns in sorted(spans.items()):
        for left, right in _neighbours(columns):
            made.append(_block(cells, before, first, last, left, right))
    return made


def _runs(rows: Sequence[int], column: int, fixed: frozenset[At]) -> Iterator[At]:
    """Stretches of rows of a column without a fixed cell inside."""
    first = last = rows[0]
    for row in rows[1:]:
        if any((between, column) in fixed for between in range(last + 1, row)):
            yield first, last
            first = row
        last = row
    yield first, last


def _neighbours(columns: Sequence[int]) -> Iterator[At]:
    """Stretches of columns that stand side by side."""
    first = last = columns[0]
    for column in columns[1:]:
        if column > last + 1:
            yield first, last
            first = column
        last = column
    yield first, last


def _block(
    cells: Mapping[At, Written],
    before: Sequence[Sequence[Written]],
    first: int,
    last: int,
    left: int,
    right: int,
) -> Block:
    def value(row: int, column: int) -> Written:
        if (row, column) in cells:
            return cells[row, column]
        return before[row][column] if row < len(before) else None

    lines = (
        tuple(value(row, column) for column in range(left, right + 1))
        for row in range(first, last + 1)
    )
    return Block(first, left, tuple(lines))
