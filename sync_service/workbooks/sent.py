"""A workbook whose tables came in a request: a task pane sends them and writes what comes back.

The road waits in `write` until the pane says that the cells are in the sheet; only then is the
refresh recorded. A pane that fails or goes away leaves the old values and nothing recorded.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import TypeVar, cast

import orjson

from kpi.tables import ErrorValue
from sheet_templates.layout import TABLES, Language, Owner, TableLayout
from sheet_templates.purpose import Shown
from sync_service.lately import LARGE, Lately
from sync_service.told import ToldError
from sync_service.workbooks.areas import position
from sync_service.workbooks.grids import Grid, GridPlan, missing_columns, plan_grid, table_of
from sync_service.workbooks.port import (
    BookContents,
    NamePatch,
    TablePatch,
    WriteReport,
    Written,
)
from sync_service.workbooks.serials import from_serial, to_serial

MOST_ROWS, MOST_COLUMNS, MOST_TEXT = 20_000, 200, 32_767
MOST_NAMES = 500
DATED = frozenset({"date", "time"})  # kinds of columns whose numbers are days
Json = dict[str, object]
R = TypeVar("R")


@dataclass(frozen=True)
class SentBook:
    """The tables and names of a workbook as they were sent."""

    grids: Mapping[str, Grid]
    names: Mapping[str, Written]
    language: Language
    date1904: bool = False  # its days are counted from 1904, as they travel; here they are days
    lately: Lately = field(default_factory=Lately, compare=False, repr=False)

    @cached_property
    def fingerprint(self) -> str:
        """A hash of what the service reads; what formulas gave follows from the rest."""
        said = [(name, self.made(_digest, grid)) for name, grid in sorted(self.grids.items())]
        names = sorted((name, _plain(value)) for name, value in self.names.items())
        return hashlib.sha256(orjson.dumps([said, names])).hexdigest()

    def contents(self) -> BookContents:
        """As a port reads a workbook."""
        tables = {name: self.made(table_of, grid) for name, grid in self.grids.items()}
        lacking = tuple(one for grid in self.grids.values() for one in missing_columns(grid))
        return BookContents(tables, self.names, self.language, self.fingerprint, lacking)

    def plan(self, patch: TablePatch) -> GridPlan:
        """What a patch does to its table; never changed afterwards."""
        return self.made(plan_grid, self.grids[patch.table], patch)

    def made(self, make: Callable[..., R], grid: Grid, *more: object) -> R:
        """`make` of a table; of a large one as it was made before, and never changed afterwards."""
        if len(grid.rows) < LARGE:
            return make(grid, *more)
        return self.lately.of(make, grid, *more)


def _used(rows: Sequence[Sequence[Written]]) -> Sequence[Sequence[Written]]:
    """The rows without the empty ones at the end: a table may keep more room than it needs."""
    last = len(rows)
    while last and all(value in (None, "") for value in rows[last - 1]):
        last -= 1
    return rows[:last]


def _digest(grid: Grid) -> str:
    """A hash of the cells that count."""
    return hashlib.sha256(orjson.dumps(_known(grid))).hexdigest()


def _known(grid: Grid) -> list[dict[str, object]]:
    """The cells that count, row by row."""
    columns = [
        (at, code)
        for at, code in enumerate(grid.codes)
        if code is not None and grid.layout.column(code).owner is not Owner.FORMULA
    ]
    return [
        {
            code: value if value.__class__ is str else _plain(value)  # half of all cells
            for at, code in columns
            if (value := row[at]) is not None and value != ""
        }
        for row in _used(grid.rows)
    ]


def _plain(value: Written) -> object:
    """A cell in one form: 1 and 1.0 are alike, and so are an empty text and an empty cell."""
    if isinstance(value, str):
        return value or None
    if isinstance(value, float) and math.isfinite(value):
        return value
    said = to_json(value)
    return float(said) if isinstance(said, int) and not isinstance(said, bool) else said


@dataclass(frozen=True, slots=True)
class Offer:
    """What a refresh wants written: a plan a table, values for names, what is to be seen."""

    book: SentBook  # as it was sent
    plans: Mapping[str, GridPlan]
    names: Mapping[str, Written]
    shown: Shown | None
    patches: Sequence[TablePatch] = ()  # what the plans were made from

    def after(self) -> SentBook:
        """The book once this was written; formula cells keep what they showed."""
        grids = dict(self.book.grids)
        for name, plan in self.plans.items():
            if plan.cells or plan.count != len(grids[name].rows):
                grids[name] = self.book.made(_after, grids[name], plan)
        return replace(self.book, grids=grids, names={**self.book.names, **self.names})


def _after(grid: Grid, plan: GridPlan) -> Grid:
    """A table once a plan was written."""
    rows = [list(row) for row in grid.rows[: plan.count]]
    rows += [[None] * len(grid.headers) for _ in range(plan.count - len(rows))]
    for (row, column), value in plan.cells.items():
        if row < plan.count:
            rows[row][column] = value
    return replace(grid, rows=tuple(map(tuple, rows)))


@dataclass(slots=True)
class SentPort:
    """A sent workbook as a port; `deliver` hands the offer on and says whether it was written."""

    book: SentBook
    deliver: Callable[[Offer], bool]
    written: SentBook | None = None

    def fingerprint(self) -> str:
        """Of the book as sent, or as it is once the offer was written."""
        return (self.written or self.book).fingerprint

    def read(self) -> BookContents:
        """The tables as they were sent."""
        return self.book.contents()

    def write(
        self,
        tables: Sequence[TablePatch],
        names: Sequence[NamePatch],
        fingerprint: str,  # noqa: ARG002  # the pane keeps its own watch on what it sent
        shown: Shown | None = None,
    ) -> WriteReport:
        """Plan, deliver, and report what was written.

        Raises:
            ToldError: The other side did not write it.
        """
        plans = {one.table: self.book.plan(one) for one in tables if one.table in self.book.grids}
        known = {one.name: one.value for one in names if one.name in self.book.names}
        offer = Offer(self.book, plans, known, shown, tables)
        if not self.deliver(offer):
            raise ToldError(
                "The workbook did not take the new values; it holds the old ones. Refresh again.",
                "工作簿没有写入新数值，仍为旧数值。请重新刷新。",
            )
        self.written = offer.after()
        changed = {name: "sent to the open workbook" for name, p in plans.items() if p.cells}
        problems = tuple(problem for plan in plans.values() for problem in plan.problems)
        cells = sum(len(plan.cells) for plan in plans.values())
        kept = sum(len(one.rows) * len(one.codes()) for one in tables) - cells
        return WriteReport(cells, max(kept, 0), len(plans) - len(changed), changed, None, problems)


# --- what travels ---------------------------------------------------------------------------------


def to_json(value: Written, *, date1904: bool = False) -> object:
    """A cell for the pane: numbers as numbers, days as serials, #N/A as an object."""
    if value is None or value.__class__ is str:  # most cells
        return value
    if isinstance(value, ErrorValue):
        return {"error": value.text}
    if isinstance(value, date):
        return to_serial(value, date1904=date1904)
    if isinstance(value, float) and not math.isfinite(value):
        return {"error": "#N/A"}
    return value


def body_of(book: SentBook) -> Json:
    """A workbook as a pane would send it: `sent_book` of it is the same workbook."""
    tables = {
        name: {
            "sheet": grid.sheet,
            "at": grid.address(0, 0),
            "headers": list(grid.headers),
            "rows": [[to_json(v, date1904=book.date1904) for v in row] for row in grid.rows],
            "formulas": [list(at) for at in sorted(grid.formulas)],
            "noted": sorted(grid.noted),
        }
        for name, grid in book.grids.items()
    }
    names = {name: to_json(v, date1904=book.date1904) for name, v in book.names.items()}
    more = {"date1904": True} if book.date1904 else {}
    return {"language": book.language, "tables": tables, "names": names, **more}


def sent_book(body: Mapping[str, object], lately: Lately | None = None) -> SentBook:
    """The workbook in a request; large tables that were sent before are read no more.

    Raises:
        ToldError: It is no workbook of ours, or larger than a workbook may be.
    """
    language = body.get("language")
    tables, names = body.get("tables"), body.get("names", {})
    if not isinstance(tables, dict) or not isinstance(names, dict) or len(names) > MOST_NAMES:
        raise _unreadable("tables")
    date1904, known = body.get("date1904") is True, lately or Lately()
    grids = {
        name: _read(known, TABLES[name], cast("Json", given), date1904=date1904)
        for name, given in tables.items()
        if name in TABLES and isinstance(given, dict)
    }
    if not grids:
        raise ToldError(
            "This workbook holds none of our tables. Open the KPI workbook and try again.",
            "该工作簿中没有本系统的表。请打开 KPI 工作簿后重试。",
        )
    values = {str(name): _cell(value) for name, value in names.items()}
    shown: Language = "en" if language == "en" else "zh"
    return SentBook(grids, values, shown, date1904, known)


@dataclass(frozen=True, slots=True)
class _Sent:
    """A table as it was sent; equal where its text is: for Python, 1 and TRUE were equal too."""

    text: bytes
    given: Json = field(compare=False)


def _read(lately: Lately, layout: TableLayout, given: Json, *, date1904: bool) -> Grid:
    """The table in a request; a large one that was sent before is that one again."""
    rows = given.get("rows")
    if not isinstance(rows, list) or len(rows) < LARGE:
        return _grid(layout, given, date1904=date1904)
    sent = lately.alike(layout.name, _Sent(orjson.dumps(given), given))
    return lately.of(_grid_of_1904 if date1904 else _grid_of_1900, layout, sent)


def _grid_of_1900(layout: TableLayout, sent: _Sent) -> Grid:
    return _grid(layout, sent.given, date1904=False)


def _grid_of_1904(layout: TableLayout, sent: _Sent) -> Grid:
    return _grid(layout, sent.given, date1904=True)


def _grid(layout: TableLayout, given: Json, *, date1904: bool) -> Grid:
    headers, rows = given.get("headers"), given.get("rows")
    at = position(str(given.get("at", "")))  # the first cell of the data
    if not isinstance(headers, list) or not isinstance(rows, list) or at is None or at[0] == 1:
        raise _unreadable(layout.name)
    if len(rows) > MOST_ROWS or len(headers) > MOST_COLUMNS:
        raise ToldError(
            f"{layout.name} has more than {MOST_ROWS} rows or {MOST_COLUMNS} columns. "
            "Move old rows to another workbook.",
            f"{layout.name} 超过 {MOST_ROWS} 行或 {MOST_COLUMNS} 列。请将旧数据移到其他工作簿。",
        )
    grid = Grid(layout, str(given.get("sheet", "")), at[0] - 1, at[1], tuple(map(str, headers)), ())
    dated = [code is not None and layout.column(code).kind in DATED for code in grid.codes]
    lines = []
    for row in rows:
        if not isinstance(row, list) or len(row) != len(headers):
            raise _unreadable(layout.name)
        cells = map(_cell, row)
        lines.append(
            tuple(
                from_serial(v, date1904=date1904) if d and isinstance(v, float) else v
                for v, d in zip(cells, dated, strict=True)
            )
        )
    formulas, noted = given.get("formulas", []), given.get("noted", [])
    if not isinstance(formulas, list) or not isinstance(noted, list):
        raise _unreadable(layout.name)
    places = frozenset((int(one[0]), int(one[1])) for one in formulas if _is_place(one))
    notes = frozenset(one for one in noted if isinstance(one, int))
    return replace(grid, rows=tuple(lines), formulas=places, noted=notes)


def _is_place(given: object) -> bool:
    return (
        isinstance(given, list)
        and len(given) == 2  # noqa: PLR2004 - row and column
        and all(isinstance(one, int) for one in given)
    )


def _cell(value: object) -> Written:
    """A cell as it was sent; days are still numbers."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return float(value)
    if isinstance(value, dict):
        return ErrorValue(str(value.get("error", "#N/A"))[:20])
    text = str(value)
    if len(text) > MOST_TEXT:
        raise _unreadable("text")
    return text


def _unreadable(what: str) -> ToldError:
    return ToldError(
        f"The workbook was not sent as it should be ({what}). Reload the add-in.",
        f"发送的工作簿不完整（{what}）。请重新加载加载项。",
    )
