"""A stateful Excel under the real xlwings: its objects are those of a user, the program is ours.

Only what xlwings calls of an engine stands here, over the workbook model that the Office.js tests
use too (`excel_book`). A table grows only into free cells, an error reads as Windows or as a Mac
gives it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import xlwings as xw

from tests.excel_book import Model
from tests.fake_excel_cells import FakeRange
from tests.fake_excel_program import TEXTS, ComError, Program, corners


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
