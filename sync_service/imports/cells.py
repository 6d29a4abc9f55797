"""Cells of a file: text as printed, and what a workbook stores as numbers and dates."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

Cell = str | Decimal | date
"""Text as printed; numbers and dates only where a workbook stores them as such."""
_LOST = re.compile(r"[+-]?\d(?:[.,]\d+)?[eE]\+\d+")
_SAFE_DIGITS = 15  # a workbook keeps no more of a number


def id_text(cell: Cell) -> str | None:
    """An identifier as text; None when digits were lost, as in 1.23E+15."""
    if isinstance(cell, Decimal):
        digits = format(cell.normalize(), "f")
        return digits if "." not in digits and len(digits.lstrip("-")) <= _SAFE_DIGITS else None
    if isinstance(cell, date):
        return None
    return None if _LOST.fullmatch(cell) else cell
