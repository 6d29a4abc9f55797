"""Addresses: A1 notation, grid ranges (half-open, None is unbounded), and how they meet."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]

PLAIN_TITLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")  # any other title is quoted
LOOKS_LIKE_CELL = re.compile(r"[A-Za-z]{1,3}\d+\Z|[Rr]\d*[Cc]\d*\Z")
CORNER = re.compile(r"\$?([A-Za-z]{1,3})?\$?([1-9]\d*)?\Z")
FAR = 1 << 40


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle of a sheet; starts inclusive, ends exclusive."""

    sheet: int
    top: int = 0
    bottom: int = FAR
    left: int = 0
    right: int = FAR

    @property
    def height(self) -> int:
        """How many rows."""
        return max(0, self.bottom - self.top)

    @property
    def width(self) -> int:
        """How many columns."""
        return max(0, self.right - self.left)

    @property
    def empty(self) -> bool:
        """Whether no cell is inside."""
        return not (self.height and self.width)

    def clipped(self, rows: int, columns: int) -> Area:
        """The part inside a grid of that size."""
        return Area(
            self.sheet, self.top, min(self.bottom, rows), self.left, min(self.right, columns)
        )

    def meets(self, other: Area) -> bool:
        """Whether they share a cell."""
        return (
            self.sheet == other.sheet
            and max(self.top, other.top) < min(self.bottom, other.bottom)
            and max(self.left, other.left) < min(self.right, other.right)
        )

    def holds(self, other: Area) -> bool:
        """Whether the other lies inside."""
        return (
            self.sheet == other.sheet
            and self.top <= other.top
            and other.bottom <= self.bottom
            and self.left <= other.left
            and other.right <= self.right
        )

    def has(self, row: int, column: int) -> bool:
        """Whether a cell lies inside."""
        return self.top <= row < self.bottom and self.left <= column < self.right


def area_of(grid: Json) -> Area:
    """A GridRange; a missing bound is unbounded."""
    return Area(
        grid.get("sheetId", 0),
        grid.get("startRowIndex", 0),
        grid.get("endRowIndex", FAR),
        grid.get("startColumnIndex", 0),
        grid.get("endColumnIndex", FAR),
    )


def sides_of(area: Area) -> dict[str, int]:
    """The four bounds by their names in a GridRange."""
    return {
        "startRowIndex": area.top,
        "endRowIndex": area.bottom,
        "startColumnIndex": area.left,
        "endColumnIndex": area.right,
    }


def grid_of(area: Area, *, bounded: bool = True) -> Json:
    """The GridRange of an area; unbounded sides are left out unless everything is bounded."""
    kept = {k: v for k, v in sides_of(area).items() if v < FAR and (bounded or v)}
    return {"sheetId": area.sheet, **kept}


def letters(column: int) -> str:
    """0 is A, 26 is AA."""
    text, rest = "", column + 1
    while rest > 0:
        rest, digit = divmod(rest - 1, 26)
        text = chr(65 + digit) + text
    return text


def number(text: str) -> int:
    """A is 0, AA is 26."""
    value = 0
    for char in text.upper():
        value = value * 26 + ord(char) - 64
    return value - 1


def quoted(title: str) -> str:
    """A tab's title as it stands in A1 notation."""
    if PLAIN_TITLE.match(title) and not LOOKS_LIKE_CELL.match(title):
        return title
    return "'" + title.replace("'", "''") + "'"


def split(text: str) -> tuple[str | None, str]:
    """The title (unquoted; None when there is none) and the cells' part ('' for the whole tab)."""
    if text.startswith("'"):
        end = 1
        while (end := text.find("'", end)) != -1 and text[end + 1 : end + 2] == "'":
            end += 2
        title = text[1:end].replace("''", "'")
        rest = text[end + 1 :]
        return (title, rest[1:]) if rest.startswith("!") else (title, "")
    title, mark, cells = text.rpartition("!")
    return (title, cells) if mark else (None, text)


def corner(text: str) -> tuple[int | None, int | None] | None:
    """Row and column of `B3`, `B` or `3`; None when it is none of these."""
    found = CORNER.match(text)
    if not text or found is None:
        return None
    column, row = found.groups()
    return (int(row) - 1 if row else None, number(column) if column else None)


def cells_area(text: str, sheet: int) -> Area | None:
    """The area of `A1`, `A1:B2`, `A:B`, `2:5`, `A5:B`; None when the text is no address."""
    first, colon, last = text.partition(":")
    start, end = corner(first), corner(last if colon else first)
    if start is None or end is None or (not colon and None in start):
        return None
    rows = [part for part in (start[0], end[0]) if part is not None]
    columns = [part for part in (start[1], end[1]) if part is not None]
    return Area(
        sheet,
        min(rows) if rows else 0,
        max(rows) + 1 if len(rows) == 2 else FAR,  # noqa: PLR2004 - both corners name a row
        min(columns) if columns else 0,
        max(columns) + 1 if len(columns) == 2 else FAR,  # noqa: PLR2004 - the same of columns
    )


def a1(area: Area) -> str:
    """The cells of a bounded area in A1 notation, without the tab."""
    first = f"{letters(area.left)}{area.top + 1}"
    last = f"{letters(area.right - 1)}{area.bottom}"
    return first if first == last else f"{first}:{last}"
