"""The program behind the stateful Excel: a workbook, what typing does to a cell, and what was done.

Typing turns texts into dates, numbers and formulas as Excel does. What was done is counted, and any
write can be made to fail.
"""

from __future__ import annotations

import copy
import datetime as dt
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from openpyxl.utils import get_column_letter, range_boundaries

from tests.excel_book import Model, model, opened

CODES = {  # what Windows gives for an error
    "#DIV/0!": -2146826281,
    "#N/A": -2146826246,
    "#NAME?": -2146826259,
    "#NULL!": -2146826288,
    "#NUM!": -2146826252,
    "#REF!": -2146826265,
    "#VALUE!": -2146826273,
}
TEXTS = {code: text for text, code in CODES.items()}
NUMBER = re.compile(r"[+-]?[\d,]*\.?\d+(?:e[+-]?\d+)?%?", re.IGNORECASE)
DAY = re.compile(r"(\d{4})[-/](\d{1,2})(?:[-/](\d{1,2}))?")
DATED = re.compile(r"[yd]")
EPOCH = dt.date(1899, 12, 30)


class ComError(Exception):
    """What Excel raises."""


def typed(given: Any) -> Model | None:  # noqa: PLR0911 - a ladder of what a text may be
    """A cell after something was typed or assigned."""
    if given is None or given == "":
        return None
    if isinstance(given, bool | int | float):
        return {"value": given, "formula": given}
    assert isinstance(given, str), f"Excel cannot take {given!r}"
    if given.startswith("'"):
        return {"value": given[1:], "formula": given[1:], "quoted": True}
    if given.startswith("="):
        return {"value": 0.0, "formula": given}
    if given in CODES:
        return {"value": given, "formula": given}
    if given.casefold() in {"true", "false"}:
        return {"value": given.casefold() == "true", "formula": given.casefold() == "true"}
    if NUMBER.fullmatch(given):
        number = float(given.replace(",", "").rstrip("%")) / (100 if given.endswith("%") else 1)
        return {"value": number, "formula": number}
    day = DAY.fullmatch(given)  # 2026-10 becomes a day
    if day:
        serial = (dt.date(int(day[1]), int(day[2]), int(day[3] or 1)) - EPOCH).days
        return {"value": float(serial), "formula": float(serial), "format": "yyyy-mm-dd"}
    return {"value": given, "formula": given}


def corners(ref: str) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of an address, from 1."""
    left, top, right, bottom = (int(one or 0) for one in range_boundaries(ref))
    return left, top, right, bottom


@dataclass
class Program:
    """One running Excel with one workbook."""

    path: Path
    mac: bool = False
    state: Model = field(default_factory=dict)
    before: Model = field(default_factory=dict)
    writes: list[str] = field(default_factory=list)  # of cells: sheet!A1:B2
    resized: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)  # message boxes
    fails_at: int | None = None  # the write that Excel refuses, from 0
    stays_broken: bool = False  # and all after it
    selected: str = ""
    flags: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        tabs = opened(self.path).sheetnames
        self.state = model(self.path, tabs)
        for table in self.state["tables"]:
            left, top, right, bottom = corners(table["ref"])
            table |= {"row": top - 1, "column": left - 1}
            table |= {"rows": bottom - top + 1, "columns": right - left + 1}
        notes = {
            one.title: [(c.row, c.column) for row in one.iter_rows() for c in row if c.comment]
            for one in opened(self.path)
        }
        for sheet in self.state["sheets"]:
            sheet |= {"hidden": set(), "notes": notes[sheet["name"]]}
        self.before = copy.deepcopy(self.state)
        self.flags = {"screen_updating": True, "enable_events": True, "calculation": "automatic"}

    def sheet(self, name: str) -> Model:
        return next(one for one in self.state["sheets"] if one["name"] == name)

    def cell(self, sheet: str, row: int, column: int) -> Model | None:
        found: Model | None = self.sheet(sheet)["cells"].get(f"{get_column_letter(column)}{row}")
        return found

    def put(self, sheet: str, row: int, column: int, given: Any) -> None:
        """Type into a cell; its format stays."""
        cells = self.sheet(sheet)["cells"]
        at = f"{get_column_letter(column)}{row}"
        made, old = typed(given), cells.get(at)
        if made is None:
            if old and "format" in old:
                cells[at] = {"value": "", "formula": "", "format": old["format"]}
            else:
                cells.pop(at, None)
            return
        cells[at] = {**({"format": old["format"]} if old and "format" in old else {}), **made}

    def order(self, what: str) -> None:
        """Count a write, or refuse it."""
        number = len(self.writes)
        self.writes.append(what)
        at = self.fails_at
        if at is not None and (number == at or (self.stays_broken and number > at)):
            raise ComError("Exception from HRESULT: 0x800A03EC")
