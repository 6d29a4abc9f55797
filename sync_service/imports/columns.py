"""A grid by column: text, identifiers, amounts, counts, moments; a bad cell refuses its row."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import chain

from sync_service.imports.cells import Cell, id_text
from sync_service.imports.dates import (
    DateOrder,
    DateReadings,
    Moment,
    day_in,
    read_dates,
    readings,
)
from sync_service.imports.numbers import DecimalSign, as_money, read_numbers
from sync_service.imports.reading import Grid
from sync_service.imports.refusals import FileRefusedError, RefusedRow

_CURRENCY_TAIL = re.compile(r" ?\((?:[$¥€£元]|[A-Za-z]{3})\)$")


@dataclass(slots=True)
class Columns:
    """The columns of one file; `refused` grows while they are read."""

    grid: Grid
    decimal: DecimalSign | None = None
    dates: DateOrder | None = None
    refused: dict[int, RefusedRow] = field(default_factory=dict)  # by place of the row

    def find(self, *names: str) -> int | None:
        """The place of the first of these headers that is there; a currency behind it may stand.

        Raises:
            FileRefusedError: Two columns have this header, so nobody knows which is meant.
        """
        bare = [_CURRENCY_TAIL.sub("", name) for name in self.grid.names]
        for name in names:
            for headers in (list(self.grid.names), bare):
                if headers.count(name) > 1:
                    raise _twice(self.grid, headers, name)
                if name in headers:
                    return headers.index(name)
        return None

    def good(self) -> list[int]:
        """The places of rows that nothing was wrong with, in the file's order."""
        return [n for n in range(len(self.grid.rows)) if n not in self.refused]

    def refuse(self, place: int, column: int | None, en: str, zh: str) -> None:
        """Refuse a row; its first reason stays."""
        header = "" if column is None else self.grid.headers[column]
        shown = "" if column is None else str(self.grid.rows[place][column])
        number = self.grid.numbers[place]
        self.refused.setdefault(place, RefusedRow(number, header, shown[:80], en, zh))

    def text(self, *names: str) -> list[str]:
        """A column as text; empty where it is not there."""
        at = self.find(*names)
        return (
            [""] * len(self.grid.rows) if at is None else [str(row[at]) for row in self.grid.rows]
        )

    def ids(self, *names: str) -> list[str]:
        """A column of identifiers: leading zeros stay, digits that were lost refuse the row."""
        at = self._required(names)
        found = []
        for place, row in enumerate(self.grid.rows):
            text = id_text(row[at])
            if text is None:
                self.refuse(
                    place,
                    at,
                    "The identifier lost its digits in a spreadsheet; export it again as text.",
                    "编号已被表格软件改写而丢失数字；请以文本格式重新导出。",
                )
            found.append(text or "")
        return found

    def money(self, *names: str) -> list[Decimal | None]:
        """A column of amounts; None for empty cells."""
        return [None if v is None else as_money(v) for v in self._numbers(names, whole=False)]

    def shares(self, *names: str) -> list[Decimal | None]:
        """A column of ratios, 12% is 0.12.

        Spain's reports print 97.80 without the sign: a column that never has the sign and goes
        beyond 1 is in percent. Of texts that stay below nobody knows; their rows are refused.
        """
        at = self._required(names)
        found, cells = list(self._numbers(names, whole=False, share=True)), self._cells(at)
        signed = {n for n, cell in enumerate(cells) if isinstance(cell, str) and "%" in cell}
        bare = {n for n, share in enumerate(found) if share} - signed
        in_percent = not signed and any((found[n] or 0) > 1 for n in bare)
        for place, share in enumerate(found):
            if share is None:
                continue
            if place in bare and in_percent:
                found[place] = share / 100
            doubtful = place in bare and not in_percent and isinstance(cells[place], str)
            if doubtful or not 0 <= (found[place] or 0) <= 1:
                self.refuse(
                    place, at, "This is no share of 0 to 100 %.", "这不是 0 至 100 % 的比例。"
                )
        return found

    def counts(self, *names: str) -> list[int | None]:
        """A column of whole numbers; None for empty cells."""
        return [None if v is None else int(v) for v in self._numbers(names, whole=True)]

    def moments(self, *names: str) -> list[Moment | None]:
        """A column of days or instants; None for empty cells."""
        at = self._required(names)
        found = read_dates(self.grid.headers[at], self._cells(at), self.dates)
        for place in found.bad:
            self.refuse(place, at, "This is no date.", "这不是日期。")
        return list(found.values)

    def lost_days(self, moments: Sequence[Moment | None], time_zone: str) -> frozenset[date]:
        """The days of refused and broken rows; `moments` is of every row."""
        refused = {day_in(m, time_zone) for p in self.refused if (m := moments[p]) is not None}
        return frozenset(refused | self.broken_days(time_zone))

    def broken_days(self, time_zone: str) -> set[date]:
        """The days that rows of another length may speak of: what is known of them is not whole."""
        found: set[date] = set()
        for cell in chain.from_iterable(self.grid.broken):
            both = readings(cell) if isinstance(cell, str) else DateReadings(None, None)
            moments = (cell if isinstance(cell, date) else None, both.dmy, both.mdy)
            found |= {day_in(one, time_zone) for one in moments if one is not None}
        return found

    def _numbers(
        self, names: Sequence[str], *, whole: bool, share: bool = False
    ) -> Sequence[Decimal | None]:
        at = self._required(names)
        found = read_numbers(
            self.grid.headers[at], self._cells(at), self.decimal, whole=whole, share=share
        )
        for place in found.bad:
            if whole:
                self.refuse(place, at, "This is no whole number.", "这不是整数。")
            else:
                self.refuse(place, at, "This is no number.", "这不是数字。")
        return found.values

    def _cells(self, at: int) -> list[Cell]:
        return [row[at] for row in self.grid.rows]

    def _required(self, names: Sequence[str]) -> int:
        at = self.find(*names)
        if at is None:
            raise FileRefusedError(
                f"{self.grid.name} has no column {names[0]!r}. Export the report with all columns.",
                f"{self.grid.name} 缺少列“{names[0]}”。请导出包含全部列的报表。",
            )
        return at


def _twice(grid: Grid, headers: Sequence[str], name: str) -> FileRefusedError:
    found = ", ".join(repr(grid.headers[n]) for n, one in enumerate(headers) if one == name)
    return FileRefusedError(
        f"{grid.name} has more than one column {name!r} ({found}). Keep the right one.",
        f"{grid.name} 有多列“{name}”（{found}）。请只保留正确的一列。",
    )
