"""The Python half of the sheet functions in LibreOffice: Basic calls `answer` for each formula.

LibreOffice's own Python runs it, from 3.11 on, with `kpi` in the folder `pythonpath` beside it; it
needs nothing else. A range arrives as rows of cells: an empty cell is "", an error None, a date
its serial number.
"""

from __future__ import annotations

import struct

from kpi.function_answers import answer as answers
from kpi.sheet_calls import Cell, SheetError

NOT_AVAILABLE, NO_VALUE = 32_767, 519  # LibreOffice's numbers of #N/A and #VALUE!
_QUIET_NAN = 0x7FF8 << 48
Shown = float | str


def _error(number: int) -> float:
    """An error as LibreOffice holds it in a cell: a NaN with the error's number in its low bits."""
    made: float = struct.unpack("<d", struct.pack("<Q", _QUIET_NAN | number))[0]
    return made


UNKNOWN = SheetError("na", {"zh": "", "en": ""})
ERRORS = {"na": _error(NOT_AVAILABLE), "value": _error(NO_VALUE)}


def answer(code: str, arguments: tuple[object, ...]) -> tuple[tuple[Shown, ...], ...]:
    """The answers of a function as rows; the arguments are cells or ranges, in their order."""
    return tuple(tuple(map(_shown, row)) for row in answers(code, *map(_cells, arguments)))


def _cells(given: object) -> object:
    """A range with its errors as such; what is no range as it came."""
    if not isinstance(given, tuple):
        return given
    return [[UNKNOWN if cell is None else cell for cell in row] for row in given]


def _shown(cell: Cell) -> Shown:
    if isinstance(cell, SheetError):
        return ERRORS[cell.code]
    return cell if isinstance(cell, str) else float(cell)  # type: ignore[arg-type]  # no date, no None


g_exportedScripts = (answer,)  # noqa: N816 - LibreOffice wants this name
