"""A stateful Excel under the real xlwings: its objects are those of a user, the program is ours.

Only what xlwings calls of an engine stands here, over the workbook model that the Office.js tests
use too (`excel_book`): typing turns texts into dates, numbers and formulas as Excel does, a table
grows only into free cells, an error reads as Windows or as a Mac gives it. What was done is
counted, and any write can be made to fail.
"""

from __future__ import annotations

import copy
import datetime as dt
import itertools
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import xlwings as xw
from openpyxl.formula.translate import Translator
from openpyxl.utils import get_column_letter, range_boundaries
from openpyxl.utils.datetime import from_excel

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


class FakeEngine:
    """The engine of xlwings."""

    name, type = "excel", "desktop"

    def __init__(self, program: Program) -> None:
        self.program = program

    @property
    def apps(self) -> Any:
        return [FakeApp(self.program)]

    def prepare_xl_data_element(self, x: Any, _options: Any) -> Any:
        return "" if x is None else x

    def clean_value_data(
        self, data: Any, datetime_builder: Any, empty_as: Any, number_builder: Any, err_to_str: bool
    ) -> Any:
        def clean(value: Any) -> Any:
            if value in ("", None):
                return empty_as
            if isinstance(value, dt.datetime):
                parts = ("year", "month", "day", "hour", "minute", "second", "microsecond")
                return datetime_builder(**{p: getattr(value, p) for p in parts}, tzinfo=None)
            if number_builder is not None and isinstance(value, float):
                return number_builder(value)
            if not self.program.mac and isinstance(value, int) and value in TEXTS:
                return TEXTS[value] if err_to_str else None
            return value

        return [[clean(value) for value in row] for row in data]


class FakeApp:
    def __init__(self, program: Program) -> None:
        self.program = program

    @property
    def engine(self) -> Any:
        return FakeEngine(self.program)

    @property
    def pid(self) -> int:
        return 1

    def alert(self, prompt: str, title: Any, buttons: Any, mode: Any, callback: Any) -> str:
        del title, buttons, mode, callback
        self.program.said.append(prompt)
        return "ok"

    @property
    def selection(self) -> Any:
        sheet, _, at = self.program.selected.rpartition("!")
        return FakeSheet(self.program, sheet).range(at)


def _flag(name: str) -> property:
    def read(app: FakeApp) -> Any:
        return app.program.flags.get(name)

    def write(app: FakeApp, value: Any) -> None:
        app.program.flags[name] = value

    return property(read, write)


for _name in ("screen_updating", "enable_events", "calculation", "status_bar"):
    setattr(FakeApp, _name, _flag(_name))


class FakeBook:
    def __init__(self, program: Program) -> None:
        self.program = program

    @property
    def app(self) -> Any:
        return FakeApp(self.program)

    @property
    def name(self) -> str:
        return self.program.path.name

    @property
    def fullname(self) -> str:
        return str(self.program.path)

    @property
    def sheets(self) -> Any:
        return FakeSheets(self.program)

    @property
    def names(self) -> Any:
        return FakeNames(self.program)


class FakeSheets:
    def __init__(self, program: Program) -> None:
        self.program = program

    def __iter__(self) -> Iterator[Any]:
        return (FakeSheet(self.program, one["name"]) for one in self.program.state["sheets"])

    def __call__(self, name: Any) -> Any:
        return FakeSheet(self.program, self.program.sheet(name)["name"])


class FakeNames:
    def __init__(self, program: Program) -> None:
        self.program = program

    def snapshot(self) -> list[tuple[str, Any]]:
        return [(code, FakeName(self.program, code)) for code in self.program.state["names"]]


class FakeName:
    def __init__(self, program: Program, code: str) -> None:
        self.program, self.code = program, code

    @property
    def name(self) -> str:
        return self.code

    @property
    def refers_to(self) -> str:
        one = self.program.state["names"][self.code]
        return f"='{one['sheet']}'!{one['ref']}"

    @property
    def refers_to_range(self) -> Any:
        one = self.program.state["names"][self.code]
        return FakeSheet(self.program, one["sheet"]).range(one["ref"])


class FakeSheet:
    def __init__(self, program: Program, title: str) -> None:
        self.program, self.title = program, title

    @property
    def api(self) -> Any:
        return self

    @property
    def name(self) -> str:
        return self.title

    @property
    def book(self) -> Any:
        return FakeBook(self.program)

    @property
    def tables(self) -> Any:
        return [
            FakeTable(self.program, one)
            for one in self.program.state["tables"]
            if one["sheet"] == self.title
        ]

    @property
    def notes(self) -> Any:
        return [FakeNote(self, row, column) for row, column in self.state["notes"]]

    @property
    def state(self) -> Model:
        return self.program.sheet(self.title)

    def range(self, arg1: Any, arg2: Any = None) -> Any:
        if isinstance(arg1, str):
            left, top, right, bottom = corners(arg1.replace("$", ""))
            return FakeRange(self, top, left, bottom - top + 1, right - left + 1)
        if isinstance(arg1, FakeRange):
            arg1 = (arg1.row, arg1.column)
        if isinstance(arg2, FakeRange):
            arg2 = (arg2.row, arg2.column)
        if arg2 is None:
            row, column, rows, columns = (*arg1, 1, 1)[:4]
            return FakeRange(self, row, column, rows, columns)
        row, column = arg1
        return FakeRange(self, row, column, arg2[0] - row + 1, arg2[1] - column + 1)

    @property
    def visible(self) -> bool:
        return bool(self.state["visibility"] == "Visible")

    @visible.setter
    def visible(self, value: bool) -> None:
        self.program.order(f"{self.title} visible {value}")
        others = [s for s in self.program.state["sheets"] if s["visibility"] == "Visible"]
        if not value and others == [self.state]:
            raise ComError("a workbook must show at least one sheet")
        self.state["visibility"] = "Visible" if value else "Hidden"


class FakeNote:
    def __init__(self, sheet: FakeSheet, row: int, column: int) -> None:
        self.sheet, self.row, self.column = sheet, row, column

    @property
    def location(self) -> Any:
        return FakeRange(self.sheet, self.row, self.column, 1, 1)


class FakeRange:
    def __init__(self, sheet: FakeSheet, row: int, column: int, rows: int, columns: int) -> None:
        assert min(row, column, rows, columns) > 0
        self.at_sheet, self.at = sheet, (row, column, rows, columns)
        self.options: dict[str, Any] = {}

    @property
    def program(self) -> Program:
        return self.at_sheet.program

    @property
    def api(self) -> Any:
        return self

    @property
    def string_value(self) -> Any:
        return self

    def get(self) -> Any:
        """Of `string_value`, on a Mac: the texts as they are shown."""
        assert self.program.mac
        return self._bare(
            [[str(one["value"]) if one else "" for one in row] for row in self._cells()]
        )

    @property
    def coords(self) -> tuple[int, int, int, int]:
        return self.at

    @property
    def row(self) -> int:
        return self.at[0]

    @property
    def column(self) -> int:
        return self.at[1]

    @property
    def shape(self) -> tuple[int, int]:
        return self.at[2], self.at[3]

    @property
    def sheet(self) -> Any:
        return self.at_sheet

    @property
    def address(self) -> str:
        last = f"{get_column_letter(self.at[1] + self.at[3] - 1)}{self.at[0] + self.at[2] - 1}"
        return f"{get_column_letter(self.column)}{self.row}:{last}"

    @property
    def max_cells_per_read(self) -> Any:
        return None

    @property
    def max_cells_per_write(self) -> Any:
        return None

    def __call__(self, *key: int) -> Any:
        row, column = key if len(key) == 2 else divmod(key[0] - 1, self.at[3])
        if len(key) == 1:
            row, column = row + 1, column + 1
        return FakeRange(self.at_sheet, self.row + row - 1, self.column + column - 1, 1, 1)

    def __len__(self) -> int:
        return self.at[2] * self.at[3]

    def _places(self) -> list[list[tuple[int, int]]]:
        row, column, rows, columns = self.at
        return [[(r, c) for c in range(column, column + columns)] for r in range(row, row + rows)]

    def _cells(self) -> list[list[Model | None]]:
        where = self.at_sheet.title
        return [[self.program.cell(where, *at) for at in line] for line in self._places()]

    def _bare(self, rows: list[list[Any]]) -> Any:
        """As COM and AppleScript hand it over: one cell bare, rows as tuples or lists."""
        if self.shape == (1, 1):
            return rows[0][0]
        return rows if self.program.mac else tuple(map(tuple, rows))

    @property
    def raw_value(self) -> Any:
        assert not (self.program.mac and self.options.get("err_to_str")), "fails on a real Mac"
        return self._bare([[self._raw(one) for one in row] for row in self._cells()])

    @raw_value.setter
    def raw_value(self, value: Any) -> None:
        self._type(value)

    def _raw(self, one: Model | None) -> Any:
        value = one["value"] if one else ""
        if value in CODES:
            return "" if self.program.mac else CODES[value]
        if isinstance(value, int | float) and not isinstance(value, bool):
            assert one is not None
            if DATED.search(one.get("format", "").replace("[Red]", "").casefold()) and value >= 61:
                moment = from_excel(value)
                if isinstance(moment, dt.datetime):
                    return moment
                return dt.datetime.combine(moment, dt.time())
            return float(value)
        return "" if self.program.mac and value is None else value

    @property
    def formula(self) -> Any:
        def text(one: Model | None) -> str:
            found = one["formula"] if one else ""
            return f"{found:.15g}" if isinstance(found, float) else str(found)

        return self._bare([[text(one) for one in row] for row in self._cells()])

    @formula.setter
    def formula(self, value: Any) -> None:
        self._type(value)

    def _type(self, value: Any) -> None:
        where = self.at_sheet.title
        self.program.order(f"{where}!{self.address}")
        rows = value if isinstance(value, list | tuple) else [[value]]
        assert len(rows) == self.at[2], (self.address, len(rows))
        for line, places in zip(rows, self._places(), strict=True):
            for one, at in zip(line, places, strict=True):
                self.program.put(where, *at, one)

    def clear_contents(self) -> None:
        self.program.order(f"{self.at_sheet.title}!{self.address} cleared")
        for at in itertools.chain.from_iterable(self._places()):
            self.program.put(self.at_sheet.title, *at, None)

    def autofill(self, destination: Any, type_: str) -> None:
        assert type_ == "fill_copy"
        self.program.order(f"{self.at_sheet.title}!{destination.address} filled")
        [[source]] = self._cells()
        assert source is not None
        start = f"{get_column_letter(self.column)}{self.row}"
        for row, column in itertools.chain.from_iterable(destination.impl._places()):
            at = f"{get_column_letter(column)}{row}"
            if at != start:
                moved = Translator(source["formula"], start).translate_formula(at)
                self.program.put(self.at_sheet.title, row, column, moved)

    @property
    def column_hidden(self) -> bool:
        return self.column in self.at_sheet.state["hidden"]

    @column_hidden.setter
    def column_hidden(self, value: bool) -> None:
        self.program.order(f"{self.at_sheet.title} column {self.column} hidden {value}")
        hidden = self.at_sheet.state["hidden"]
        (hidden.add if value else hidden.discard)(self.column)


class FakeTable:
    def __init__(self, program: Program, state: Model) -> None:
        self.program, self.state = program, state

    @property
    def api(self) -> Any:
        return self

    @property
    def name(self) -> str:
        return str(self.state["name"])

    @property
    def show_totals(self) -> bool:
        return bool(self.state.get("totals"))

    @property
    def range(self) -> Any:
        one, sheet = self.state, FakeSheet(self.program, self.state["sheet"])
        return FakeRange(sheet, one["row"] + 1, one["column"] + 1, one["rows"], one["columns"])

    def resize(self, area: Any) -> None:
        row, column, rows, columns = area.impl.coords
        one = self.state
        self.program.order(f"{self.name} resized to {rows}")
        self.program.resized.append(f"{self.name} {rows}")
        if (row, column, columns) != (one["row"] + 1, one["column"] + 1, one["columns"]):
            raise ComError("the header row must stay where it is")
        if rows < 2:
            raise ComError("a table has at least one row")
        one["rows"] = rows


@contextmanager
def running(
    path: Path, monkeypatch: pytest.MonkeyPatch, *, mac: bool = False
) -> Iterator[tuple[Program, xw.Book]]:
    """Excel with this workbook open; xlwings finds it as its engine."""
    program = Program(path, mac)
    engine = xw.Engine(impl=FakeEngine(program))
    monkeypatch.setattr(xw.engines, "engines", [engine])
    monkeypatch.setattr(xw.engines, "engines_by_name", {"excel": engine})
    monkeypatch.setattr(xw.engines, "active", engine)
    book = xw.Book(impl=FakeBook(program))
    monkeypatch.setattr(xw.Book, "_mock_caller", book, raising=False)
    yield program, book
