"""The step table that a sheet function is given: numbers in one row, or rows of from and points."""

from __future__ import annotations

from kpi.methods import PARAMETERS, Params
from kpi.sheet_calls import BadArgumentError, Call, Cell, is_number, text_of
from kpi.step_reading import WAYS
from kpi.step_table import FROM, MOST_BANDS, STEP_NAMES


def step_params(given: Call, method: str) -> Params | None:
    """Four flags and the bands; None where no table is given.

    A flag that is left out is the method's own way; which way limits go is seen from them.
    """
    cells = [cell for row in given.columns.get("table", ()) for cell in row]
    if len(cells) % 2 == 0:
        _check_open(cells[:1])
        cells = cells[1:]
    steps = [_number(cell) for cell in cells]
    if not steps or steps[0] is None:
        return None
    if any(one is not None for one in steps[len(STEP_NAMES) :]):
        raise BadArgumentError(
            f"分档最多 {MOST_BANDS} 档。", f"table has {MOST_BANDS} bands at most."
        )
    whole = (*steps, *[None] * len(STEP_NAMES))[: len(STEP_NAMES)]
    return (*_flags(given, method, whole), *whole)


def _check_open(first: list[Cell]) -> None:
    """Rows of from and points begin with what lies below the first limit."""
    if first and text_of(first[0]):
        raise BadArgumentError("分档第一行的起点应留空。", "The first band of table has no from.")


def _number(cell: Cell) -> float | None:
    if is_number(cell):
        return float(cell)
    if text_of(cell):
        raise BadArgumentError("分档只能是数字。", "table must hold numbers.")
    return None


def _flags(given: Call, method: str, steps: Params) -> Params:
    named = dict(zip(STEP_NAMES, steps, strict=True))
    one, two = named[FROM[0]], named[FROM[1]]
    falls = one is not None and two is not None and two < one
    actual, linear, _ = WAYS.get(method, (False, False, False))
    usual = (float(actual), float(linear), 0.0, -1.0 if falls else 1.0)
    typed = (given.number(name) for name in PARAMETERS)
    return tuple(own if flag is None else flag for flag, own in zip(typed, usual, strict=True))
