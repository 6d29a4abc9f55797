"""What the xlwings functions do with cells: Excel's values in, rows of answers out.

xlwings gives a range as rows of cells: an empty cell is None, an error its text, a day a datetime,
money a Decimal; an argument that was left out is None and no rows. pywin32 cannot give Excel an
error value of our choice (VT_ERROR always means "parameter not found" there), so an error leaves
as a text that starts with #N/A or #VALUE! and goes on with its sentence; the functions of the
add-in file make the real error of it and keep the sentence for its Explain button.
"""

from __future__ import annotations

import locale
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import cache

import xlwings as xw

from addin.service_answers import Answers, Call, Reply, ServiceError, from_settings
from kpi.book_numbers import book_number
from kpi.function_answers import answer
from kpi.functions import SheetFunction, function
from kpi.model import Texts
from kpi.sheet_calls import EPOCH, Cell, SheetError

Shown = float | str
Rows = list[list[Shown]]
WIDTH = {"SOURCE": 3, "FORECAST": 3, "WHY": 2}  # columns of one answer
STALE = "◇ "  # before a text that is not of today; a number stays a number, so that it calculates
DAY = 86_400
ERRORS = frozenset({"#N/A", "#VALUE!", "#REF!", "#DIV/0!", "#NUM!", "#NAME?", "#NULL!"})
UNKNOWN = SheetError("na", {"zh": "", "en": ""})
MISSING: Texts = {"zh": "缺少参数。", "en": "An argument is empty."}
SIZES: Texts = {"zh": "各区域大小不一致。", "en": "The ranges differ in size."}
TOO_MANY: Texts = {
    "zh": "KPI_WHY 一次只问一个单元格。",
    "en": "KPI_WHY takes one question a cell, no range.",
}
NO_ANSWER: Texts = {"zh": "没有结果。", "en": "There is no answer."}


def local(code: str, *given: object) -> Rows:
    """The answers of a function that is computed here."""
    return [[_shown(cell) for cell in row] for row in answer(code, *map(cells, given))]


def cells(given: object) -> object:
    """An argument as the function list wants it; None where it was left out."""
    if given is None:
        return None
    if not isinstance(given, list | tuple):
        return plain(given)
    return [
        [plain(cell) for cell in (row if isinstance(row, list | tuple) else [row])] for row in given
    ]


def plain(cell: object) -> Cell:
    """One cell of Excel."""
    if isinstance(cell, str) and cell in ERRORS:
        return UNKNOWN
    if cell is None or isinstance(cell, str | bool):
        return cell
    if isinstance(cell, int | float | Decimal):
        return float(cell)
    if isinstance(cell, datetime):
        seconds = cell.hour * 3600 + cell.minute * 60 + cell.second + cell.microsecond / 1e6
        return (cell.date() - EPOCH).days + seconds / DAY
    return float((cell - EPOCH).days) if isinstance(cell, date) else str(cell)


def _shown(cell: Cell) -> Shown:
    if isinstance(cell, SheetError):
        return f"{cell} {said(cell.texts)}"
    return cell if isinstance(cell, str) else float(cell)  # type: ignore[arg-type]  # no date, no None


def said(texts: Texts) -> str:
    """A sentence in the language of this computer."""
    return texts["zh"] if _chinese() else texts["en"]


@cache
def _chinese() -> bool:
    return (locale.getlocale()[0] or "").casefold().startswith(("zh", "chinese"))


# --- the functions that the service answers -------------------------------------------------------


def remote(code: str, *given: object) -> Rows:
    """The answers of a function that the service knows: one request for all cells of a range."""
    return asked(_answers(), current_book(), code, given)


@cache
def _answers() -> Answers:
    return Answers(from_settings())


def current_book() -> str:
    """The number under which the service knows the workbook that calculates."""
    return book_number(xw.Book.caller().fullname)


def asked(answers: Answers, book: str, code: str, given: Sequence[object]) -> Rows:
    """The rows of a call; several questions are answered by their first row each."""
    one = function(code)
    rows = questions(one, [cells(argument) for argument in given])
    if rows is None:
        return [[_error("value", SIZES)]]
    several = sum(map(len, rows)) > 1
    if several and code == "WHY":
        return [[_error("value", TOO_MANY)]]
    calls = [call for row in rows for call in row if call is not None]
    replies = iter(answers.ask(book, calls))
    made: Rows = []
    for row in rows:
        blocks = [
            _block(one, MISSING if call is None else next(replies), several=several) for call in row
        ]
        made += [[cell for part in line for cell in part] for line in zip(*blocks, strict=True)]
    return made


def questions(one: SheetFunction, given: Sequence[object]) -> list[list[Call | None]] | None:
    """A question for each cell, None where an argument is empty; None for ranges that differ."""
    padded = [*given, *[None] * (len(one.arguments) - len(given))]
    grids = [_grid(argument) for argument in padded]
    height, width = max(map(len, grids)), max(len(grid[0]) for grid in grids)
    if any(len(g) not in (1, height) or len(g[0]) not in (1, width) for g in grids):
        return None
    return [
        [_question(one, [_at(g, r, c) for g in grids]) for c in range(width)] for r in range(height)
    ]


def _grid(given: object) -> list[list[Cell]]:
    if isinstance(given, list):
        return given or [[None]]
    return [[given]]  # type: ignore[list-item]  # `cells` gave it


def _at(grid: Sequence[Sequence[Cell]], row: int, column: int) -> Cell:
    line = grid[row if len(grid) > 1 else 0]
    return line[column if len(line) > 1 else 0]


def _question(one: SheetFunction, found: Sequence[Cell]) -> Call | None:
    asked_ = [_asked_with(cell) for cell in found]
    pairs = zip(one.arguments, asked_, strict=True)
    if any(cell in (None, "") and not argument.optional for argument, cell in pairs):
        return None
    while asked_ and asked_[-1] in (None, ""):
        asked_.pop()
    return (one.code, *asked_)


def _asked_with(cell: Cell) -> object:
    """A cell as a question names it; an error is as good as nothing."""
    if isinstance(cell, SheetError):
        return None
    return cell.strip() if isinstance(cell, str) else cell


def _block(one: SheetFunction, found: Reply | ServiceError | Texts, *, several: bool) -> Rows:
    """The cells of one answer; one row of the function's width where several stand together."""
    wide = WIDTH.get(one.code, 1)
    if not isinstance(found, Reply):
        texts = found.texts if isinstance(found, ServiceError) else found
        return [[_error("na", texts)] * (wide if several else 1)]
    rows = found.answer if isinstance(found.answer, list) else [[found.answer]]
    made = [[_cell(cell, stale=found.stale) for cell in row] for row in rows]
    made = made or [[_error("na", NO_ANSWER)] * wide]
    return [made[0] if len(made[0]) == wide else made[0][:1] * wide] if several else made


def _cell(cell: object, *, stale: bool) -> Shown:
    if isinstance(cell, dict):
        return _error(cell["error"], {"zh": cell["zh"], "en": cell["en"]})
    if isinstance(cell, str):
        return STALE + cell if stale else cell
    return float(cell) if isinstance(cell, int | float) else ""


def _error(code: str, texts: Texts) -> str:
    return f"{'#N/A' if code == 'na' else '#VALUE!'} {said(texts)}"
