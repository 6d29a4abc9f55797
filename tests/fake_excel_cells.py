"""A range of the stateful Excel, as xlwings asks for it: read as Windows or as a Mac gives it."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

from openpyxl.formula.translate import Translator
from openpyxl.utils import get_column_letter
from openpyxl.utils.datetime import from_excel

from tests.excel_book import Model
from tests.fake_excel_program import CODES, DATED, Program


class FakeRange:
    def __init__(self, sheet: Any, row: int, column: int, rows: int, columns: int) -> None:
        assert min(row, column, rows, columns) > 0
        self.at_sheet, self.at = sheet, (row, column, rows, columns)
        self.program: Program = sheet.program
        self.options: dict[str, Any] = {}

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
        return bool(self.column in self.at_sheet.state["hidden"])

    @column_hidden.setter
    def column_hidden(self, value: bool) -> None:
        self.program.order(f"{self.at_sheet.title} column {self.column} hidden {value}")
        hidden = self.at_sheet.state["hidden"]
        (hidden.add if value else hidden.discard)(self.column)
