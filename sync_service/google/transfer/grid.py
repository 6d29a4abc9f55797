"""How large the grid of a tab must be: Google has no cell beyond it, Excel has a million rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

from sync_service.google.transfer.formulas import TOKEN
from sync_service.google.transfer.model import Cell, Sheet, Spot, Workbook
from sync_service.google.transfer.references import bare, clipped, growing, plain
from sync_service.told import ToldError
from sync_service.workbooks.areas import LAST_COLUMN, LAST_ROW, Area

AHEAD = 2  # rows below all content that are looked at
LEAST_ROWS = 100
ROOM = 500  # rows below all content that a check reaches; Google stores and sends it by the cell
LEAST_BELOW = 1000  # rows for a table to grow into, where no formula asks for more
MOST_CELLS = 10_000_000  # of a spreadsheet in Google


def grids(book: Workbook) -> dict[str, tuple[int, int]]:
    """Rows and columns of each tab, for its content and for every reference to it.

    Raises:
        ToldError: Google has not that many cells.
    """
    needed = {sheet.title: _own(sheet) for sheet in book.sheets}
    keys = {title.casefold(): title for title in needed}
    for title, area in _references(book):
        name = keys.get(title.casefold())
        if name is None:
            continue
        rows, columns = needed[name]
        if area.bottom < LAST_ROW:
            rows = max(rows, area.bottom)
        if area.right < LAST_COLUMN:
            columns = max(columns, area.right)
        needed[name] = (rows, columns)
    _refuse_too_many(needed)
    return needed


def _refuse_too_many(needed: Mapping[str, tuple[int, int]]) -> None:
    cells = sum(rows * columns for rows, columns in needed.values())
    if cells <= MOST_CELLS:
        return
    largest = max(needed, key=lambda title: needed[title][0] * needed[title][1])
    rows, columns = needed[largest]
    raise ToldError(
        f"The workbook needs {cells:,} cells, Google Sheets has {MOST_CELLS:,}. The largest tab is "
        f"{largest} ({rows:,} rows, {columns:,} columns): shorten it or the ranges that read it.",
        f"工作簿需要 {cells:,} 个单元格，Google 表格上限为 {MOST_CELLS:,}。"
        f"最大的工作表是“{largest}”（{rows:,} 行、{columns:,} 列）：请缩短它或引用它的范围。",
    )


def _own(sheet: Sheet) -> tuple[int, int]:
    """What the tab's own content needs."""
    if sheet.rows:
        return sheet.rows, sheet.columns
    areas = [*sheet.merges, *(table.area for table in sheet.tables)]
    deep = bottom_of(sheet.cells, sheet) + ROOM
    areas += [clipped(a, deep, a.right) or a for check in sheet.checks for a in check.areas]
    areas += [Area(one.row, one.column, one.row, one.column) for one in sheet.charts]
    areas += [Area(one.row, one.column, one.row, one.column) for one in sheet.sparks]
    areas += [Area(1, 1, one.area.top + LEAST_BELOW, 1) for one in sheet.tables]
    spots = [*sheet.cells, *((a.bottom, a.right) for a in areas), (sheet.frozen[0] + 1, 1)]
    columns = max(column for _, column in spots)
    return max(LEAST_ROWS, *(row for row, _ in spots)), max(columns, sheet.frozen[1] + 1)


def _references(book: Workbook) -> Iterator[tuple[str, Area]]:
    """Every rectangle that a formula, name, check, rule, chart or sparkline reads."""
    for sheet in book.sheets:
        if sheet.rows:
            continue
        texts = [cell.formula for cell in sheet.cells.values() if cell.formula]
        texts += [value for check in sheet.checks for value in check.values]
        texts += [rule.formula for rule in sheet.rules if rule.formula]
        for text in texts:
            for title, area in _reads(text):
                yield title or sheet.title, area
        for plain_text in _plain_texts(sheet):
            found = plain(plain_text)
            if found:
                yield found.title or sheet.title, found.area
    for name in book.names:
        found = plain(name.text) or growing(name.text)
        if found:
            yield found.title, found.area


@lru_cache(maxsize=8192)
def _reads(text: str) -> tuple[tuple[str, Area], ...]:
    """Tabs and rectangles in a formula; a text of letters is no reference."""
    return tuple(_parsed(text))


def _parsed(text: str) -> Iterator[tuple[str, Area]]:
    title = ""
    for token in TOKEN.finditer(text):
        kind = token.lastgroup
        if kind == "sheet":
            title = bare(token[0])
            continue
        if kind == "cells":
            found = plain(token[0])
            if found:
                yield title, found.area
        title = ""


def _plain_texts(sheet: Sheet) -> Iterator[str]:
    for chart in sheet.charts:
        for series in chart.series:
            yield from (series.values, series.categories)
    yield from (spark.data for spark in sheet.sparks)


def bottom_of(cells: Mapping[Spot, Cell], sheet: Sheet) -> int:
    """The last row that holds anything."""
    rows = [row for row, _ in cells] + [one.row for one in sheet.sparks]
    return max(rows, default=1)


def room_below(sheet: Sheet, area: Area) -> int:
    """The last row that a table may grow to: what stands below it begins after that."""
    below = [
        row
        for row, column in sheet.cells
        if row > area.bottom and area.left <= column <= area.right
    ]
    below += [one.top for one in sheet.merges if one.top > area.bottom and _beside(one, area)]
    below += [chart.row for chart in sheet.charts if chart.row > area.bottom]
    below += [
        one.area.top
        for one in sheet.tables
        if one.area.top > area.bottom and _beside(one.area, area)
    ]
    return max(area.bottom, min([sheet.rows, *(row - 1 for row in below)]))


def _beside(one: Area, other: Area) -> bool:
    return one.left <= other.right and other.left <= one.right
