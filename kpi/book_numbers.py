"""The number of a workbook that is known by its place: the same for all who ask about it."""

from __future__ import annotations

from uuid import NAMESPACE_URL, uuid5


def book_number(place: str) -> str:
    """A UUID of a file's full name; Windows does not tell large letters from small ones."""
    return str(uuid5(NAMESPACE_URL, place.strip().replace("\\", "/").casefold()))
