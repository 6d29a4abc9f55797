"""Runs of neighbours: cells to areas, levels to groups, equal formats to rectangles."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import groupby
from typing import TypeVar

from sync_service.google.transfer.model import Group, Spot
from sync_service.workbooks.areas import Area

T = TypeVar("T")


def runs_of(spots: Iterable[Spot]) -> list[tuple[int, int, int]]:
    """Column, first and last row of each unbroken run of cells."""
    found: list[tuple[int, int, int]] = []
    for row, column in sorted(spots, key=lambda spot: (spot[1], spot[0])):
        if found and found[-1][0] == column and found[-1][2] == row - 1:
            found[-1] = (column, found[-1][1], row)
        else:
            found.append((column, row, row))
    return found


def rectangles(cells: Mapping[Spot, T]) -> list[tuple[Area, T]]:
    """Areas of equal values, as tall and then as wide as they go."""
    runs: dict[tuple[int, int, int], T] = {}
    for value, spots in _by_value(cells).items():
        runs |= {(top, bottom, column): value for column, top, bottom in runs_of(spots)}
    found: list[tuple[Area, T]] = []
    for (top, bottom, column), value in sorted(runs.items(), key=lambda one: one[0]):
        last = found[-1][0] if found else Area(0, 0, 0, 0)
        beside = (last.top, last.bottom, last.right) == (top, bottom, column - 1)
        if found and beside and found[-1][1] == value:
            found[-1] = (Area(top, last.left, bottom, column), value)
        else:
            found.append((Area(top, column, bottom, column), value))
    return found


def _by_value(cells: Mapping[Spot, T]) -> dict[T, list[Spot]]:
    by: dict[T, list[Spot]] = {}
    for spot, value in cells.items():
        by.setdefault(value, []).append(spot)
    return by


def stretches(numbers: Mapping[int, T]) -> Iterator[tuple[int, int, T]]:
    """First, last and value of neighbours that are equal."""
    ordered = sorted(numbers)
    for (_, value), part in groupby(
        enumerate(ordered), key=lambda one: (one[1] - one[0], numbers[one[1]])
    ):
        run = [number for _, number in part]
        yield run[0], run[-1], value


def groups(levels: Mapping[int, int], hidden: Collection[int]) -> tuple[Group, ...]:
    """The groups of rows or columns, the outer ones first; all hidden means folded."""
    found = []
    for depth in range(1, max(levels.values(), default=0) + 1):
        deep = {number: True for number, level in levels.items() if level >= depth}
        for first, last, _ in stretches(deep):
            folded = all(number in hidden for number in range(first, last + 1))
            found.append(Group(first, last, depth, folded))
    return tuple(found)
