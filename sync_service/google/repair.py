"""What a person did between reading and writing: found by the keys that came back, put right.

A sort or an inserted row in the gap lets values land on another row. The spreadsheet is read again
and planned anew, which puts each value back by its key. Only a key that was itself written over
needs more: the row is known by what people wrote on it, and gets its key back first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from kpi.errors import Level, Place, Problem
from sync_service.google.locate import Located
from sync_service.workbooks.grids import PERSONS, At, Grid, GridPlan
from sync_service.workbooks.keyed_rows import Key, key_text
from sync_service.workbooks.port import TablePatch, Written

Words = tuple[object, ...]


def with_keys_back(
    before: Located, plan: GridPlan, now: Located, patch: TablePatch
) -> tuple[Grid, dict[At, Written]]:
    """The grid as it should be planned from, and the key cells to write back."""
    places = [now.grid.codes.index(code) for code in patch.key if code in now.grid.codes]
    if len(places) != len(patch.key) or not all(map(patch.owns, patch.key)):
        return now.grid, {}
    rows, cells = [list(row) for row in now.grid.rows], dict[At, Written]()
    for n, old in _known_again(before, plan, now, patch).items():
        for at, code in zip(places, patch.key, strict=True):
            value = before.grid.rows[old][before.grid.codes.index(code)]
            rows[n][at] = value
            cells[n, at] = value
    return replace(now.grid, rows=tuple(map(tuple, rows))), cells


def _known_again(
    before: Located, plan: GridPlan, now: Located, patch: TablePatch
) -> dict[int, int]:
    """Rows whose key was written over -> the row that it was, by what people wrote on it.

    What they wrote since the reading tells a row only where one key alone is missing.
    """
    if not plan.cells:
        return {}
    keys = _keys(now.grid, _places(now.grid, patch))
    missing = _missing(before, set(keys), patch)
    by_words: dict[Words, list[int]] = {}
    for old in missing:
        by_words.setdefault(_words(before, old, patch), []).append(old)
    seen = {_words(before, n, patch) for n in range(len(before.grid.rows))}
    taken = _written_keys(before, plan, patch) | {("",) * len(patch.key)}
    found: dict[int, int] = {}
    strange = []
    for n, key in enumerate(keys):
        words = _words(now, n, patch) if key in taken else ()
        if words and by_words.get(words):
            found[n] = by_words[words].pop(0)
        elif words and words not in seen:
            strange.append(n)
    left = set(missing) - set(found.values())
    if len(left) == len(strange) == 1:
        found[strange[0]] = left.pop()
    return found


def _missing(before: Located, there: set[Key], patch: TablePatch) -> list[int]:
    """Rows as they were read whose key stands nowhere any more."""
    keys = enumerate(_keys(before.grid, _places(before.grid, patch)))
    return [n for n, key in keys if any(key) and key not in there]


def _places(grid: Grid, patch: TablePatch) -> list[int]:
    return [grid.codes.index(code) for code in patch.key if code in grid.codes]


def _keys(grid: Grid, places: list[int]) -> list[Key]:
    return [tuple(key_text(row[at]) for at in places) for row in grid.rows]


def _written_keys(before: Located, plan: GridPlan, patch: TablePatch) -> set[Key]:
    """Keys that the plan put into rows."""
    places = _places(before.grid, patch)
    rows = {n for n, at in plan.cells if at in places}
    found = set()
    for n in rows:
        old = before.grid.rows[n] if n < len(before.grid.rows) else (None,) * len(before.grid.codes)
        found.add(tuple(key_text(plan.cells.get((n, at), old[at])) for at in places))
    return found


def _words(one: Located, n: int, patch: TablePatch) -> Words:
    """What people wrote on a row, column by column; empty where they wrote nothing."""
    grid = one.grid
    said: list[tuple[str, object]] = []
    for at, code in enumerate(grid.codes):
        theirs = code is None or (
            not patch.owns(code) and grid.layout.column(code).owner in PERSONS
        )
        value = grid.rows[n][at]
        if theirs and (n, at) not in grid.formulas and value not in (None, ""):
            said.append((code or grid.headers[at], value))
    if n in one.notes:
        said.append(("note", one.notes[n]))
    return tuple(sorted(said, key=repr))


def gap_problem(tables: Mapping[str, Located], names: set[str], seconds: float) -> Problem:
    """That somebody worked in the tables while they were written."""
    titles = ", ".join(sorted({tables[name].grid.sheet for name in names}))
    first = tables[min(names)].grid
    return Problem(
        "changed_in_between",
        Level.NOTE,
        Place(sheet=first.sheet, table=first.layout.name),
        {
            "en": f"Rows of {titles} were moved in the {seconds:.1f} s between reading and "
            "writing; the values were put right.",
            "zh": f"在读取与写入之间的 {seconds:.1f} 秒内，{titles} 的行被移动；数值已改正。",
        },
        {"en": "Nothing to do.", "zh": "无需处理。"},
    )
