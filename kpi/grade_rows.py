"""tblGrade read: the ladder of grades, the lowest first; a wrong one leaves the default ladder.

The sheet looks a total up in the order of the lines, so the order is a rule and no taste: each
line starts above the one before it, and the first one at 0 takes all that lies below.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from kpi.book_rows import RowReader
from kpi.errors import Place, Problem
from kpi.messages import problem
from kpi.methods import MOST_POINTS
from kpi.scoring import GRADES, Grade
from kpi.tables import Table

CELLS = ("grade", "start", "coefficient")
MOST_COEFFICIENT = 10.0
SIGNS = frozenset("*?~")  # a sheet's look-up takes them for anything


def read_grades(
    table: Table | None, rows: Sequence[RowReader], problems: list[Problem]
) -> tuple[Grade, ...]:
    """The ladder, the best grade first; the default one where the table is none or is wrong."""
    if table is None:
        return GRADES
    rows = _filled(rows)
    if not rows:
        problems.append(problem("grades_none", Place(sheet=table.sheet, table=table.name)))
        return GRADES
    read = [(row, _grade(row)) for row in rows]
    _in_order(read)
    if any(row.bad for row in rows):
        return GRADES
    lowest, *better = (one for _, one in read)
    return (*reversed(better), replace(lowest, start=None))


def _filled(rows: Sequence[RowReader]) -> Sequence[RowReader]:
    """The lines up to the last that holds anything: an empty one between would be looked up."""
    held = [n for n, row in enumerate(rows, 1) if any(row.raw(c) not in (None, "") for c in CELLS)]
    return rows[: max(held, default=0)]


def _grade(row: RowReader) -> Grade:
    """A line; all three cells must be there."""
    name = row.needed("grade")
    if SIGNS & set(name):
        row.wrong("grade", "grade_sign", shown=name)
    start = _needed(row, "start", MOST_POINTS)
    coefficient = _needed(row, "coefficient", MOST_COEFFICIENT)
    return Grade(name, start, coefficient or 0.0)


def _needed(row: RowReader, column: str, most: float) -> float | None:
    found = row.between(column, 0, most)
    if row.raw(column) in (None, ""):
        row.needed(column)
    return found


def _in_order(read: Sequence[tuple[RowReader, Grade]]) -> None:
    """Names that stand once, a first line at 0, and each line above the one before."""
    seen: dict[str, str] = {}
    for row, one in read:
        first = seen.setdefault(one.name.casefold(), row.address)
        if first != row.address:
            row.wrong("grade", "grade_twice", shown=one.name, first=first)
    first_row, lowest = read[0]
    if lowest.start:
        first_row.wrong("start", "grade_lowest", shown=lowest.start, grade=lowest.name)
    for row, start, before in _steps(read):
        if start <= before:
            row.wrong("start", "grade_order", shown=start, before=before)


def _steps(read: Sequence[tuple[RowReader, Grade]]) -> Iterator[tuple[RowReader, float, float]]:
    """Each known start with the one of the line before it."""
    for (_, before), (row, one) in pairwise(read):
        if one.start is not None and before.start is not None:
            yield row, one.start, before.start
