"""A block of cells goes to another place: what pointed into it points there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sync_service.sandbox.google.formulas import cut
from sync_service.sandbox.google.model import Book
from sync_service.sandbox.google.ranges import Area, area_of
from sync_service.sandbox.google.structure import cell_rewritten, rewrite_formulas

Json = dict[str, Any]


def moved_area(area: Area, number: int, down: int, right: int) -> Area:
    """An area on another place, perhaps of another tab."""
    return Area(number, area.top + down, area.bottom + down, area.left + right, area.right + right)


def relocate(book: Book, source: Area, number: int, down: int, right: int) -> None:
    """Move a block of cells; what lies at its new place is overwritten."""
    origin, target = book.sheet(source.sheet), book.sheet(number)
    taken = list(origin.cells(source))
    for row, column, _ in taken:
        origin.put(row, column, {})
    goal = moved_area(source, number, down, right)
    for row, column, _ in list(target.cells(goal)):
        target.put(row, column, {})
    for sheet in book.sheets:
        own = sheet.title
        rewrite_formulas(sheet, _rewriter(book, source, number, down, right, (own, own)))
    follow = _rewriter(book, source, number, down, right, (origin.title, target.title))
    for row, column, cell in taken:
        target.put(row + down, column + right, cell_rewritten(cell, follow))
    _move_ranges(book, source, number, down, right)
    book.dirty = True


def _rewriter(
    book: Book, source: Area, number: int, down: int, right: int, tabs: tuple[str, str]
) -> Callable[[str], str]:
    """What a formula becomes that stood on one tab and stands on another."""
    from_tab, to_tab = book.sheet(source.sheet).title, book.sheet(number).title
    inside = replace(source, sheet=0)

    def place(tab: str, area: Area) -> tuple[str, Area]:
        if tab.lower() != from_tab.lower() or not inside.holds(area):
            return tab, area
        return to_tab, moved_area(area, 0, down, right)

    return lambda text: cut(text, *tabs, place)


def _move_ranges(book: Book, source: Area, number: int, down: int, right: int) -> None:
    """Objects that lie wholly inside the block go along."""

    def fresh(grid: Json) -> Json:
        area = area_of(grid)
        bounded = {"startRowIndex", "endRowIndex", "startColumnIndex", "endColumnIndex"}
        if not bounded <= grid.keys() or not source.holds(area):
            return grid
        to = moved_area(area, number, down, right)
        return {
            "sheetId": to.sheet,
            "startRowIndex": to.top,
            "endRowIndex": to.bottom,
            "startColumnIndex": to.left,
            "endColumnIndex": to.right,
        }

    for one in book.named:
        one["range"] = fresh(one["range"])
    origin, target = book.sheet(source.sheet), book.sheet(number)
    merges = origin.lists["merges"]
    going = [one for one in merges if source.holds(area_of(one))]
    origin.lists["merges"] = [one for one in merges if one not in going]
    target.lists["merges"] += [fresh(one) for one in going]
    for name in ("protectedRanges", "bandedRanges", "tables", "filterViews"):
        for one in list(origin.lists[name]):
            if "range" in one and fresh(one["range"]) != one["range"]:
                origin.lists[name].remove(one)
                target.lists[name].append(one | {"range": fresh(one["range"])})
    for rule in origin.lists["conditionalFormats"]:
        if number == source.sheet:
            rule["ranges"] = [fresh(one) for one in rule["ranges"]]
