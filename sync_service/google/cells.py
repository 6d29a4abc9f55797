"""Cells of Google Sheets: what its answers hold, and the values that are sent."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kpi.tables import ErrorValue
from sync_service.workbooks.port import Written
from sync_service.workbooks.sent import to_json

NA = "=NA()"  # unknown: an error cannot be sent as a value, only as the formula that gives it
ERRORS = {  # ErrorType of the Sheets API -> what a cell shows
    "N_A": "#N/A",
    "VALUE": "#VALUE!",
    "REF": "#REF!",
    "DIVIDE_BY_ZERO": "#DIV/0!",
    "NUM": "#NUM!",
    "NAME": "#NAME?",
    "NULL_VALUE": "#NULL!",
    "ERROR": "#ERROR!",
    "LOADING": "#N/A",
}


@dataclass(frozen=True, slots=True)
class Seen:
    """One cell as it was read; days are still numbers."""

    value: Written = None
    formula: str = ""
    note: str = ""


EMPTY = Seen()


def seen(data: Mapping[str, Any]) -> Seen:
    """A `CellData` of the API."""
    formula = data.get("userEnteredValue", {}).get("formulaValue", "")
    return Seen(value_of(data.get("effectiveValue", {})), formula, data.get("note", ""))


def value_of(given: Mapping[str, Any]) -> Written:
    """An `ExtendedValue` of the API; an empty text is an empty cell."""
    for name, value in given.items():
        if name == "errorValue":
            return ErrorValue(ERRORS.get(str(value.get("type")), "#N/A"))
        if name == "numberValue":
            return float(value)
        return value if isinstance(value, bool) else str(value) or None
    return None


def is_unknown(value: Written) -> bool:
    """Whether a value is shown as #N/A."""
    return isinstance(value, ErrorValue) or (isinstance(value, float) and not math.isfinite(value))


def sent(value: Written) -> object:
    """A value as a values request takes it: RAW, days as serials, "" empties the cell."""
    return "" if value is None else to_json(value)
