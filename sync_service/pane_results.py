"""What a task pane is told and given: patches of cells, findings, stale streams, comparisons."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import itemgetter

from kpi.errors import Level, Problem
from sheet_templates.purpose import Shown
from sync_service.compute import Computed
from sync_service.reconcile import Compared
from sync_service.scorecard import Card
from sync_service.workbooks.grids import Grid, GridPlan
from sync_service.workbooks.port import Written
from sync_service.workbooks.sent import Offer, to_json

Json = dict[str, object]
MOST_PROBLEMS = 500  # shown of one refresh


def patches_of(offer: Offer) -> Json:
    """Tables, names and visibility to write."""
    planned = ((offer.book.grids[name], plan) for name, plan in offer.plans.items())
    return {
        "tables": [
            offer.book.made(_table, grid, plan, offer.book.date1904)
            for grid, plan in planned
            if plan.cells or plan.count != len(grid.rows)
        ],
        "names": {n: to_json(v, date1904=offer.book.date1904) for n, v in offer.names.items()},
        "shown": _shown(offer.shown),
    }


def nothing_to_write() -> Json:
    """The patches of a refresh that found nothing new."""
    return {"tables": [], "names": {}, "shown": None}


def _table(grid: Grid, plan: GridPlan, date1904: bool) -> Json:
    """Cells of rows that are there, whole new rows, and how many rows the table has then."""
    there = len(grid.rows)
    new: list[list[Written]] = [[None] * len(grid.headers) for _ in range(there, plan.count)]
    cells = []
    for (row, column), value in sorted(plan.cells.items(), key=itemgetter(0)):
        if row < there:
            cells.append([row, column, to_json(value, date1904=date1904)])
        else:
            new[row - there][column] = value
    append = [[to_json(value, date1904=date1904) for value in row] for row in new]
    return {"table": grid.layout.name, "cells": cells, "append": append, "rows": plan.count}


def _shown(shown: Shown | None) -> Json | None:
    if shown is None:
        return None
    columns = {table: dict(codes) for table, codes in shown.columns.items()}
    return {"code": shown.code, "tabs": dict(shown.tabs), "columns": columns}


def findings(done: Computed, problems: Sequence[Problem], compared: Iterable[Compared]) -> Json:
    """What a person must know, beside the cells."""
    return {
        "problems": list(problems_data(problems)),
        "stale": [
            {
                "shop": shop,
                "stream": stream,
                "last": state.last_success.isoformat() if state.last_success else None,
                "error": state.error,
            }
            for (stream, shop), state in sorted(done.given.states.items())
            if state.stale or state.error
        ],
        "compared": [_compared(one) for one in compared],
    }


def problems_data(problems: Sequence[Problem]) -> Iterator[Json]:
    """The findings; where there are more than are shown, the last says so."""
    yield from map(problem_data, problems[:MOST_PROBLEMS])
    count = len(problems) - MOST_PROBLEMS
    if count > 0:
        yield {
            "level": Level.NOTE.value,
            "code": "more_findings",
            "zh": f"另有 {count} 条未列出。",
            "en": f"{count} more are not listed.",
            "mend_zh": "请先处理上面各条，再刷新。",
            "mend_en": "Mend those above first and refresh again.",
            "sheet": None,
            "cell": None,
        }


def problem_data(one: Problem) -> Json:
    """A finding with the cell to jump to."""
    return {
        "level": one.level.value,
        "code": one.code,
        "zh": one.what["zh"],
        "en": one.what["en"],
        "mend_zh": one.mend["zh"],
        "mend_en": one.mend["en"],
        "sheet": one.place.sheet,
        "cell": one.place.cell,
    }


def _compared(one: Compared) -> Json:
    return {
        "shop": one.shop,
        "first": str(one.ends[0]) if one.ends else None,
        "last": str(one.ends[1]) if one.ends else None,
        "ours": one.ours,
        "platform": one.other,
        "difference": one.difference,
        "green": one.green,
    }


def summary(state: str, cells: int, card: Card | None) -> Json:
    """The refresh in a few figures: what happened, cells, the total of each person."""
    people: Sequence[Mapping[str, object]] = card["people"] if card else ()
    return {
        "state": state,
        "cells": cells,
        "month": card["month"] if card else None,
        "people": [
            {"person": one["person"], "total": one["total"], "grade": one["grade"]}
            for one in people
        ],
    }
