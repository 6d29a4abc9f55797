"""How a value moved against another, as a formula: relative, or in points for a ratio."""

from __future__ import annotations

from sheet_templates.book import Book


def change(book: Book, now: str, then: str, unit: str) -> str:
    """Relative to the other value; of a ratio the difference. Nothing without both."""
    ratio = book.literal("unit", "ratio")
    relative = f'IF({then}>0,{now}/{then}-1,"")'
    moved = f"IF({unit}={ratio},{now}-{then},{relative})"
    return f'IF(AND(ISNUMBER({now}),ISNUMBER({then})),{moved},"")'
