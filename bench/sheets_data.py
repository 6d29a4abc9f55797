"""Twelve tabs of numbers for sheets_calls, and what a contender asks the counting server."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode
from urllib.request import urlopen

import numpy as np

Numbers = np.ndarray[Any, np.dtype[np.float64]]  # tab, row, column

TABS, COLUMNS = 12, 40
FULL, SMALL = 500, 10  # data rows of a tab
CHANGED = (7, 23)  # columns that the incremental run brings anew
HOSTS = ("https://sheets.googleapis.com", "https://www.googleapis.com")
SCOPES = ("https://www.googleapis.com/auth/spreadsheets", "https://www.googleapis.com/auth/drive")


def rows_of(*, small: bool) -> int:
    """Data rows of a tab."""
    return SMALL if small else FULL


def numbers(*, small: bool, later: bool = False) -> Numbers:
    """The cells; `later` two of the columns have changed."""
    generator = np.random.default_rng(1)
    shape = (TABS, rows_of(small=small), COLUMNS)
    made: Numbers = np.round(generator.random(shape) * 10_000, 4)
    if later:
        made[:, :, CHANGED] = np.round(generator.random((*shape[:2], len(CHANGED))) * 10_000, 4)
    return made


def title(tab: int) -> str:
    """A tab's title."""
    return f"Numbers {tab:02d}"


def headers(tab: int) -> list[str]:
    """The first row of a tab; no other tab has the same."""
    return [f"Measure {tab:02d}.{column:02d}" for column in range(COLUMNS)]


def lines(tab: int, cells: Numbers) -> list[list[Any]]:
    """A tab as it should stand: headers, then rows."""
    found: list[list[Any]] = cells[tab].tolist()
    return [headers(tab), *found]


def ask(port: int, what: str, **query: object) -> Any:  # noqa: ANN401 - any JSON
    """An answer of the counting server itself."""
    with urlopen(f"http://127.0.0.1:{port}/bench/{what}?{urlencode(query)}") as answer:
        return json.load(answer)


def told(port: int, who: str, book: str, cells: Numbers) -> dict[str, Any]:
    """The calls of a contender since the last time, cells that differ, and the person's words."""
    calls = ask(port, "calls", who=who)
    there = ask(port, "cells", book=book)
    wrong = sum(
        is_there != should_be
        for tab, found in enumerate(there["tabs"])
        for line, wanted in zip(found, lines(tab, cells), strict=True)
        for is_there, should_be in zip(line, wanted, strict=True)
    )
    return {"calls": calls, "wrong": wrong, "kept": there["words"]}
