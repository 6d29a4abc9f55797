"""The part of a workbook that Excel and Google Sheets have in common, and what is not in it.

Whatever leaves a workbook on the way is a `Loss`, made where it is dropped: nothing is said that
was not found in this very workbook.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sync_service.google.transfer.common_cells import Reducer
from sync_service.google.transfer.common_rules import (
    Ground,
    common_charts,
    common_checks,
    common_rules,
)
from sync_service.google.transfer.formulas import Words
from sync_service.google.transfer.grid import AHEAD, bottom_of, grids, room_below
from sync_service.google.transfer.model import (
    Cell,
    Group,
    Loss,
    Sheet,
    Spark,
    Spot,
    Table,
    Workbook,
)
from sync_service.google.transfer.names import kept_names, words_of
from sync_service.google.transfer.references import Reference, plain, written
from sync_service.workbooks.areas import Area, address

PLAIN_HEIGHT = 21  # pixels of a row that nobody changed, in Google
PLAIN_WIDTH = 64


def common(book: Workbook) -> tuple[Workbook, tuple[Loss, ...]]:
    """A workbook as both worlds have it, with everything that is not."""
    losses = list(book.losses)
    words = words_of(book, losses)
    sizes = grids(book)
    made = []
    for sheet in book.sheets:
        rows, columns = sizes[sheet.title]
        made.append(_sheet(book, replace(sheet, rows=rows, columns=columns), words, losses))
    names = tuple(kept_names(book, words))
    return Workbook(tuple(made), names, (), book.title), tuple(losses)


def _sheet(book: Workbook, sheet: Sheet, words: Words, losses: list[Loss]) -> Sheet:
    cells = dict(Reducer(sheet, words, losses).cells())
    deep = bottom_of(cells, sheet)
    seen = min(deep + AHEAD, sheet.rows)  # an empty row below all content has no look
    ground = Ground(book, sheet, words, losses, deep)
    guarded = (one.area for one in sheet.protections if one.area is not None)
    losses += [Loss("protected_range", sheet.title, str(area)) for area in guarded]
    tables = tuple(_tables(sheet, cells, losses))
    return replace(
        sheet,
        cells=cells,
        frozen=_frozen(sheet, losses),
        widths=_inside(sheet.widths, sheet.columns, PLAIN_WIDTH),
        heights=_inside(sheet.heights, seen, PLAIN_HEIGHT),
        hidden_columns=frozenset(n for n in sheet.hidden_columns if n <= sheet.columns),
        hidden_rows=frozenset(n for n in sheet.hidden_rows if n <= seen),
        column_groups=_groups(sheet.column_groups, sheet.columns),
        row_groups=_groups(sheet.row_groups, sheet.rows),
        merges=tuple(sorted(ground.inside(sheet.merges), key=_order)),
        checks=tuple(sorted(common_checks(ground), key=lambda one: _order(one.areas[0]))),
        rules=tuple(common_rules(ground)),
        tables=tables,
        filter=_filter(sheet, tables, losses),
        charts=tuple(common_charts(ground)),
        sparks=tuple(_sparks(book, sheet, losses)),
        protections=tuple(
            replace(one, holes=tuple(sorted(ground.inside(one.holes), key=_order)))
            for one in sheet.protections
            if one.area is None
        ),
    )


def _frozen(sheet: Sheet, losses: list[Loss]) -> tuple[int, int]:
    """Frozen rows and columns; Google refuses a border that cuts merged cells."""
    rows, columns = sheet.frozen
    for merge in sorted(sheet.merges, key=_order, reverse=True):
        if merge.top <= rows < merge.bottom:
            rows = merge.top - 1
        if merge.left <= columns < merge.right:
            columns = merge.left - 1
    if (rows, columns) != sheet.frozen:
        losses.append(Loss("frozen", sheet.title))
    return rows, columns


def _order(area: Area) -> tuple[int, int]:
    return area.top, area.left


def _inside(sizes: Mapping[int, int], last: int, plain_size: int) -> dict[int, int]:
    return {n: size for n, size in sizes.items() if n <= last and size not in (plain_size, 0)}


def _groups(groups: tuple[Group, ...], last: int) -> tuple[Group, ...]:
    made = (replace(one, last=min(one.last, last)) for one in groups if one.first <= last)
    return tuple(sorted(made, key=lambda one: (one.depth, one.first)))


def _tables(sheet: Sheet, cells: Mapping[Spot, Cell], losses: list[Loss]) -> list[Table]:
    """Tables down to their last row with a value; one filter a tab, of the widest table."""
    shown = [one for one in sheet.tables if one.filtered]
    main = max(shown, key=lambda one: one.area.right - one.area.left, default=None)
    if sheet.filter is not None or (main and _merged(sheet, main.area)):
        main = None
    made = []
    for one in sheet.tables:
        if one.filtered and one is not main:
            losses.append(Loss("filter", sheet.title, one.name))
        area = one.area
        body = Area(area.top + 1, area.left, max(area.bottom, area.top + 1), area.right)
        filled = [
            spot[0]
            for spot, cell in cells.items()
            if body.holds(*spot) and (cell.value is not None or cell.formula is not None)
        ]
        bottom = max([area.top + 1, *filled])
        trimmed = Area(area.top, area.left, bottom, area.right)
        made.append(replace(one, area=trimmed, filtered=one is main))
    return sorted(made, key=lambda one: one.name)


def _merged(sheet: Sheet, area: Area) -> bool:
    """Whether a filter would hold merged cells, which Google refuses."""
    reach = Area(area.top, area.left, room_below(sheet, area), area.right)
    return any(merge.meets(reach) for merge in sheet.merges)


def _filter(sheet: Sheet, tables: tuple[Table, ...], losses: list[Loss]) -> Area | None:
    if sheet.filter is None or any(one.filtered for one in tables):
        return None
    if any(merge.meets(sheet.filter) for merge in sheet.merges):
        losses.append(Loss("filter", sheet.title, str(sheet.filter)))
        return None
    return Area(
        sheet.filter.top,
        sheet.filter.left,
        min(sheet.filter.bottom, sheet.rows),
        min(sheet.filter.right, sheet.columns),
    )


def _sparks(book: Workbook, sheet: Sheet, losses: list[Loss]) -> list[Spark]:
    made = []
    for one in sheet.sparks:
        found = plain(one.data)
        target = book.sheet(found.title or sheet.title) if found else None
        if found is None or target is None:
            losses.append(Loss("spark", sheet.title, address(one.row, one.column)))
            continue
        weight = one.weight if one.kind == "line" else 1.0
        data = written(Reference(target.title, found.area))
        made.append(replace(one, data=data, weight=weight))
    return sorted(made, key=lambda one: (one.row, one.column))
