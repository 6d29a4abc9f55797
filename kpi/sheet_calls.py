"""What the local sheet functions compute: cells and ranges in, cells and ranges out.

The same texts in the KPI language that score a workbook, with the words of a sheet read first.
`functions.js` is this module for the programs that run JavaScript; the parity tests hold the two
together. Scalar scoring needs the standard library alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Literal, TypeGuard

from kpi.functions import Argument, Kind, SheetFunction
from kpi.model import Texts
from kpi.sheet_words import METHODS_FULL, SHEET_ALIASES, SHEET_WORDS, plain

EPOCH = date(1899, 12, 30)  # day 0 of a sheet's serial numbers
LAST_DAY = 2_958_465  # 9999-12-31
WORDS = {**SHEET_WORDS, "method": METHODS_FULL}


@dataclass(frozen=True, slots=True)
class SheetError:
    """An error cell: #N/A for what is unknown, #VALUE! for a wrong argument; with its sentence."""

    code: Literal["na", "value"]
    texts: Texts

    def __str__(self) -> str:
        """As a sheet shows it."""
        return "#N/A" if self.code == "na" else "#VALUE!"


Cell = float | str | bool | date | SheetError | None
Grid = Sequence[Sequence[Cell]]
Value = float | str | None
Values = Mapping[str, Value]


class BadArgumentError(Exception):
    """A wrong argument; its sentence is shown in the cell."""

    def __init__(self, zh: str, en: str) -> None:
        """Both languages."""
        super().__init__(en)
        self.texts: Texts = {"zh": zh, "en": en}


@dataclass(frozen=True, slots=True)
class Call:
    """One answer to compute: the cell values by argument, and the whole columns and tables."""

    values: Values
    columns: Mapping[str, Grid]

    def number(self, name: str) -> float | None:
        """A number; None where it is unknown or was left out."""
        found = self.values.get(name)
        return found if isinstance(found, float) else None

    def text(self, name: str, fallback: str = "") -> str:
        """A text or code; the fallback where it was left out."""
        found = self.values.get(name)
        return found if isinstance(found, str) else fallback


Compute = Callable[[Call], Value]


def call(
    function: SheetFunction, arguments: Sequence[object], compute: Compute
) -> list[list[Cell]]:
    """The answers of a function over cells and ranges, as rows of cells.

    `arguments` are cells, or ranges as rows of cells, in the order of the function; those at the
    end may be left out. Wrong arguments and unknown answers are `SheetError` cells.
    """
    grids = {
        one.name: grid
        for one, given in zip(function.arguments, arguments, strict=False)
        if given is not None and not _left_out(one, grid := as_grid(given))
    }
    for one in function.arguments:
        if not (one.optional or _spreads(one) or one.name in grids):
            return [[_value_error(function, f"缺少{one.short}。", f"{one.name} is missing.")]]
    spread = [a for a in function.arguments if a.name in grids and _spreads(a)]
    columns = {
        a.name: grids[a.name] for a in function.arguments if a.name in grids and not _spreads(a)
    }
    rows, width = _size([grids[a.name] for a in spread])
    if any(_misfits(grids[a.name], rows, width) for a in spread):
        return [[_value_error(function, "各区域大小不一致。", "The ranges differ in size.")]]
    return [
        [
            _answer(
                function, {a: _at(grids[a.name], row, column) for a in spread}, columns, compute
            )
            for column in range(width)
        ]
        for row in range(rows)
    ]


def as_grid(given: object) -> Grid:
    """A cell or a range as rows of cells; a flat list is one row."""
    if not isinstance(given, list | tuple):
        return [[given]]  # type: ignore[list-item]  # whatever a sheet gives is a cell
    if given and not isinstance(given[0], list | tuple):
        return [list(given)]
    return given


def _left_out(argument: Argument, grid: Grid) -> bool:
    """Whether one empty cell stands where a whole column may."""
    if not argument.optional or _spreads(argument) or len(grid) != 1 or len(grid[0]) != 1:
        return False
    cell = grid[0][0]
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _spreads(argument: Argument) -> bool:
    return argument.kind not in (Kind.COLUMN, Kind.TABLE)


def _size(grids: Sequence[Grid]) -> tuple[int, int]:
    return max(map(len, grids), default=1), max((len(g[0]) for g in grids if g), default=1)


def _misfits(grid: Grid, rows: int, width: int) -> bool:
    return len(grid) not in (1, rows) or any(len(row) not in (1, width) for row in grid)


def _at(grid: Grid, row: int, column: int) -> Cell:
    line = grid[row if len(grid) > 1 else 0]
    return line[column if len(line) > 1 else 0]


def _answer(
    function: SheetFunction,
    cells: Mapping[Argument, Cell],
    columns: Mapping[str, Grid],
    compute: Compute,
) -> Cell:
    try:
        values = {one.name: read(one, cell) for one, cell in cells.items()}
        spoilt = {one.name for one, cell in cells.items() if _spoils(one, cell)}
        found = None if spoilt else compute(Call(values, columns))
    except BadArgumentError as error:
        return _value_error(function, error.texts["zh"], error.texts["en"])
    return _unknown(function, values, spoilt) if found is None else found


def _spoils(argument: Argument, cell: Cell) -> bool:
    """Whether an error leaves no answer: the default would stand in for what is unknown."""
    return isinstance(cell, SheetError) and argument.optional and not argument.spared


def _value_error(function: SheetFunction, zh: str, en: str) -> SheetError:
    return SheetError("value", {"zh": f"{function.name}：{zh}", "en": f"{function.name}: {en}"})


def _unknown(function: SheetFunction, values: Values, spoilt: AbstractSet[str]) -> SheetError:
    """#N/A that names the arguments without which there is no answer."""
    lacking = [
        one
        for one in function.arguments
        if one.name in spoilt
        or (not one.optional and _spreads(one) and values.get(one.name) is None)
    ]
    if not lacking:
        zh, en = "无法算出。", "There is no answer for these values."
    else:
        zh = f"缺少{'、'.join(one.short for one in lacking)}。"
        en = f"Unknown: {', '.join(one.name for one in lacking)}."
    return SheetError("na", {"zh": f"{function.name}：{zh}", "en": f"{function.name}: {en}"})


# --- reading cells --------------------------------------------------------------------------------


def read(argument: Argument, cell: Cell) -> Value:
    """A cell as its argument wants it; None for an empty cell or an error.

    Raises:
        BadArgumentError: The cell holds something else.
    """
    if cell is None or isinstance(cell, SheetError) or (isinstance(cell, str) and not cell.strip()):
        return None
    if argument.kind is Kind.TEXT:
        return _said(cell).strip()
    if argument.kind is Kind.WORD:
        return _word(argument, cell)
    if argument.kind is Kind.DATE:
        return float(_serial(argument, cell))
    return _number(argument, cell)


def _number(argument: Argument, cell: Cell) -> float:
    if not is_number(cell):
        raise BadArgumentError(
            f"{argument.short}应为数字，而单元格是“{_said(cell)}”。",
            f"{argument.name} must be a number, the cell holds “{_said(cell)}”.",
        )
    return float(cell)


def _said(cell: Cell) -> str:
    """A cell as a sheet shows it without a format."""
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)


def _word(argument: Argument, cell: Cell) -> str:
    found = _spellings(argument.words).get(plain(_said(cell)))
    if found is None:
        known = WORDS[argument.words]
        raise BadArgumentError(
            f"{argument.short}没有“{_said(cell)}”，可用：{'、'.join(w[1] for w in known)}。",
            f"{argument.name} knows no “{_said(cell)}”; use {', '.join(w[2] for w in known)}.",
        )
    return found


@cache
def _spellings(words: str) -> Mapping[str, str]:
    """Every way to write a word of a list, and its code; the first of a list goes before others."""
    found = dict(SHEET_ALIASES.get(words, {}))
    for code, zh, en in reversed(WORDS[words]):
        found |= dict.fromkeys((code, plain(zh), plain(en)), code)
    return found


def _serial(argument: Argument, cell: Cell) -> int:
    if isinstance(cell, date):
        return (cell - EPOCH).days
    if is_number(cell) and 1 <= cell <= LAST_DAY:
        return int(cell)
    raise BadArgumentError(
        f"{argument.short}应为日期，而单元格是“{_said(cell)}”。",
        f"{argument.name} must be a date, the cell holds “{_said(cell)}”.",
    )


def is_number(cell: object) -> TypeGuard[float]:
    """Whether a cell holds a number; true and false are none."""
    return isinstance(cell, int | float) and not isinstance(cell, bool)


def text_of(cell: Cell) -> str:
    """A cell's text without outer blanks; empty for an empty cell or an error."""
    return "" if isinstance(cell, SheetError | None) else _said(cell).strip()


def same_text(cell: Cell, text: str) -> bool:
    """Whether a cell says a text, as a sheet's conditions compare: case does not count."""
    return (
        not isinstance(cell, SheetError | None)
        and _said(cell).strip().casefold() == text.casefold()
    )


def spelled(words: str, code: str, language: str) -> str:
    """The word of a code."""
    place = 1 if language == "zh" else 2
    return next(one[place] for one in WORDS[words] if one[0] == code)
