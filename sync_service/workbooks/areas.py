"""Addresses: A1 to numbers and back, and rectangles of cells."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
_CELL = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})$")


@lru_cache(maxsize=LAST_COLUMN)
def letters(column: int) -> str:
    """1 is A, 27 is AA."""
    text = ""
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text


@lru_cache(maxsize=LAST_COLUMN)
def column_number(text: str) -> int:
    """A is 1, AA is 27; case is ignored."""
    number = 0
    for letter in text.upper():
        number = number * 26 + ord(letter) - 64
    return number


def address(row: int, column: int) -> str:
    """Row and column as A1."""
    return f"{letters(column)}{row}"


def position(text: str) -> tuple[int, int] | None:
    """A1 as row and column; None when it is no address of a sheet."""
    found = _CELL.match(text)
    if not found:
        return None
    row, column = int(found[2]), column_number(found[1])
    return (row, column) if 1 <= row <= LAST_ROW and column <= LAST_COLUMN else None


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle of cells; both ends are inside."""

    top: int
    left: int
    bottom: int
    right: int

    def __str__(self) -> str:
        """The area as A1:B2, a single cell as A1."""
        first, last = address(self.top, self.left), address(self.bottom, self.right)
        return first if first == last else f"{first}:{last}"

    def holds(self, row: int, column: int) -> bool:
        """True when the cell lies inside."""
        return self.top <= row <= self.bottom and self.left <= column <= self.right

    def meets(self, other: Area) -> bool:
        """True when the two share a cell."""
        return (
            self.top <= other.bottom
            and other.top <= self.bottom
            and self.left <= other.right
            and other.left <= self.right
        )


def area(text: str) -> Area | None:
    """A1:B2 or A1 as an area; None for anything else."""
    first, _, last = text.partition(":")
    start, end = position(first), position(last or first)
    if start is None or end is None:
        return None
    return Area(
        min(start[0], end[0]), min(start[1], end[1]), max(start[0], end[0]), max(start[1], end[1])
    )


def areas(text: str) -> list[Area]:
    """A list of areas parted by blanks, as `sqref` holds it."""
    return [found for found in map(area, text.split()) if found]
