"""How far the cells of a sheet reach, told before a reader asks for memory for all between.

A real XML parser looks, because the reader would too: a place can stand on the row, be implied, or
be written with entities.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from xml.parsers import expat

from sync_service.workbooks.areas import LAST_COLUMN, LAST_ROW, position


@dataclass(slots=True)
class Extent:
    """The last row and column of a sheet that hold something; 0 where nothing does."""

    bottom: int = 0
    right: int = 0
    _row: int = 0  # of the row's own tag
    _cell: tuple[int, int] = (0, 0)

    def start(self, name: str, given: Mapping[str, str]) -> None:
        """See a tag: a row, a cell, or what a cell holds."""
        tag = name.rpartition(":")[2]
        if tag == "row":
            self._row = int(given.get("r", self._row + 1))
            self._place((self._row, 1), given.get("r"))
            self._cell = (self._row, 0)
        elif tag == "c":
            at = given.get("r")
            self._place((self._row, self._cell[1] + 1) if at is None else position(at), at)
        elif tag in ("v", "is", "f"):
            self.bottom = max(self.bottom, self._cell[0])
            self.right = max(self.right, self._cell[1])

    def _place(self, place: tuple[int, int] | None, given: str | None) -> None:
        if place is None or not (0 < place[0] <= LAST_ROW and place[1] <= LAST_COLUMN):
            raise ValueError(f"a cell at {(given or place)!s:.20}")
        self._cell = place


def extent(xml: bytes) -> Extent:
    """The extent of a sheet part.

    Raises:
        ValueError: It is no well-formed XML, declares entities, or places a cell outside a sheet.
    """
    found = Extent()
    parser = expat.ParserCreate()
    parser.StartElementHandler = found.start
    parser.StartDoctypeDeclHandler = _refuse_doctype
    try:
        parser.Parse(xml, True)
    except (expat.ExpatError, LookupError) as error:  # LookupError: an encoding that is none
        raise ValueError(str(error)) from error
    return found


def _refuse_doctype(*_: object) -> None:
    raise ValueError("a document type declaration")
