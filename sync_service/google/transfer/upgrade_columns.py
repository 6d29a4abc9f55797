"""Columns and tables that an older spreadsheet lacks, put in at their place.

Columns come first and alone, then the spreadsheet is read again: from there on every place is as
Google has it, and nothing has to be counted over.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from sheet_templates.layout import Column, Owner
from sync_service.google.transfer.google_cells import cell_to_google, formats, values
from sync_service.google.transfer.google_formats import format_of
from sync_service.google.transfer.google_rules import check_to_google, rule_to_google
from sync_service.google.transfer.google_writing import (
    GUARDED,
    KEY_COLUMN,
    KEY_TABLE,
    metadata,
    reserved,
    table_names,
)
from sync_service.google.transfer.google_writing import checks as check_requests
from sync_service.google.transfer.model import Cell, Rule, Sheet, Table
from sync_service.google.transfer.ours import columns_of, marks
from sync_service.google.transfer.sending import Json, dimension, grid_range
from sync_service.google.transfer.upgrade_map import TabMap
from sync_service.google.transfer.upgrading import Upgrade, grown
from sync_service.workbooks.areas import Area, address
from sync_service.workbooks.formulas import shifted


@dataclass(frozen=True, slots=True)
class _Missing:
    """A column that is missing."""

    sheet: Sheet  # of the template
    table: Table
    there: TabMap
    place: int  # in the template
    column: Column

    @property
    def name(self) -> str:
        """As its mark has it."""
        return f"{self.table.name}.{self.column.code}"


def inserted(one: Upgrade) -> Iterator[Json]:
    """Missing columns, each behind the one that stands before it in the template."""
    for sheet, live, there in one.old():
        for table in _tables_at(one, sheet, there):
            for place, column in sorted(columns_of(sheet, table).items()):
                if place in there.columns:
                    continue
                made = _Missing(sheet, table, there, place, column)
                at = _spot(made)
                if any(merge.left < at <= merge.right for merge in live.merges):
                    one.note("no_room", there.title, made.name)
                    continue
                yield from _inserted(one, made, at)


def _tables_at(one: Upgrade, sheet: Sheet, there: TabMap) -> Iterator[Table]:
    """Tables of a tab that are on it there too."""
    for table in sheet.tables:
        located = one.book.tables.get(table.name)
        if located is not None and located.span.tab == there.number:
            yield table


def _spot(made: _Missing) -> int:
    """Behind the nearest column of the table that is there, else before the first one."""
    area, known = made.table.area, made.there.columns
    before = [known[n] for n in range(area.left, made.place) if n in known]
    after = [known[n] for n in range(made.place + 1, area.right + 1) if n in known]
    return before[-1] + 1 if before else min(after, default=made.place)


def _inserted(one: Upgrade, made: _Missing, at: int) -> Iterator[Json]:
    """The column with its header, look and mark; what stood there moves to the right."""
    there, sheet, number = made.there, made.sheet, made.there.number
    where = dimension(number, "COLUMNS", at, at)
    yield {"insertDimension": {"range": where, "inheritFromBefore": at > 1}}
    for tab in one.maps.tabs.values():
        if tab.number == number:
            tab.columns = {n: to + (to >= at) for n, to in tab.columns.items()}
    there.columns[made.place] = at
    one.note("column", there.title, made.name)
    located, top = one.book.tables[made.table.name], there.row(made.table.area.top)
    header = sheet.cells.get((made.table.area.top, made.place), Cell())
    first = sheet.cells.get((made.table.area.top + 1, made.place), Cell())
    last = top + max(len(located.grid.rows), 1)
    for area, style in (
        (Area(top, at, top, at), header.style),
        (Area(top + 1, at, last, at), first.style),
    ):
        look = {"userEnteredFormat": format_of(style)}
        spot = grid_range(number, area)
        yield {"repeatCell": {"range": spot, "cell": look, "fields": "userEnteredFormat"}}
    corner = {"sheetId": number, "rowIndex": top - 1, "columnIndex": at - 1}
    rows = [{"values": [cell_to_google(header)]}]
    yield {"updateCells": {"start": corner, "rows": rows, "fields": "userEnteredValue,note"}}
    yield metadata(KEY_COLUMN, made.name, {"dimensionRange": where})
    shown: Json = {"hiddenByUser": made.place in sheet.hidden_columns}
    shown["pixelSize"] = sheet.widths.get(made.place, 64)
    fields = "hiddenByUser,pixelSize"
    yield {"updateDimensionProperties": {"range": where, "properties": shown, "fields": fields}}
    if made.column.owner in (Owner.SERVICE, Owner.FORMULA):
        below = Area(top + 1, at, located.span.bottom, at)
        guard = {"range": grid_range(number, below), "description": GUARDED, "warningOnly": True}
        yield {"addProtectedRange": {"protectedRange": guard}}


# --- after the columns, as Google has everything now ----------------------------------------------


def computed(one: Upgrade, fresh: frozenset[str]) -> Iterator[Json]:
    """Formulas of the columns that were put in, in every row that the table has."""
    for sheet, _, there in one.old():
        for table in _tables_at(one, sheet, there):
            for place, column in columns_of(sheet, table).items():
                first = sheet.cells.get((table.area.top + 1, place), Cell())
                at = there.columns.get(place)
                if f"{table.name}.{column.code}" not in fresh or not first.formula or at is None:
                    continue
                text = one.maps.formula(first.formula, sheet.title)
                lines = [
                    {"values": [{"userEnteredValue": {"formulaValue": f"={shifted(text, n)}"}}]}
                    for n in range(max(len(one.book.tables[table.name].grid.rows), 1))
                ]
                top = there.row(table.area.top + 1)
                corner = {"sheetId": there.number, "rowIndex": top - 1, "columnIndex": at - 1}
                fields = "userEnteredValue"
                yield {"updateCells": {"start": corner, "rows": lines, "fields": fields}}


def widened(one: Upgrade) -> Iterator[Json]:
    """Named ranges of tables over all our columns; those that are missing are set again."""
    for sheet, _, there in one.old():
        for table in _tables_at(one, sheet, there):
            span = one.book.tables[table.name].span
            places = [there.columns[n] for n in columns_of(sheet, table) if n in there.columns]
            held = one.book.sheet.named.get(table.name)
            left, right = min(places), max(places)
            if held is not None:
                left, right = min(left, held.left + 1), max(right, held.right)
            area = Area(span.top + 1, left, span.bottom, right)
            named = {"name": table.name, "range": grid_range(there.number, area)}
            if held is None:
                yield {"addNamedRange": {"namedRange": named}}
                one.note("name", there.title, table.name)
            elif (held.left + 1, held.right) != (left, right):
                named["namedRangeId"] = one.book.sheet.named_ids[table.name]
                yield {"updateNamedRange": {"namedRange": named, "fields": "range"}}
            yield from _remarked(one, sheet, table, there)


def _remarked(one: Upgrade, sheet: Sheet, table: Table, there: TabMap) -> Iterator[Json]:
    """Marks of the header row and of columns that were found by their headers alone."""
    located = one.book.tables[table.name]
    marked = {
        str(mark.get("metadataValue", ""))
        for data in one.found.lines.get(there.number, {}).get("data", ())
        for row in data.get("rowMetadata", ())
        for mark in row.get("developerMetadata", ())
    }
    if table.name not in marked:
        row = located.span.top + 1
        place = {"dimensionRange": dimension(there.number, "ROWS", row, row)}
        yield metadata(KEY_TABLE, table.name, place)
        one.note("mark", there.title, table.name)
    for number, column in columns_of(sheet, table).items():
        at = there.columns.get(number)
        if at is not None and column.code not in located.marked:
            name = f"{table.name}.{column.code}"
            where = dimension(there.number, "COLUMNS", at, at)
            yield metadata(KEY_COLUMN, name, {"dimensionRange": where})
            one.note("mark", there.title, name)


def added_tables(one: Upgrade) -> Iterator[Json]:
    """Tables that a tab lacks, where nothing stands in their place."""
    for sheet, live, there in one.old():
        for table in sheet.tables:
            if table.name in one.book.tables:
                continue
            moved = there.area(reserved(sheet, table))
            if any(moved.holds(*spot) for spot in live.cells):
                one.note("no_room", there.title, table.name)
                continue
            yield from grown(there.number, one.found.sizes, moved)
            made, ground = _alone(one, sheet, table, there), one.ground
            yield from table_names(ground, made)
            yield from formats(made, there.number)
            yield from values(made, there.number)
            yield from check_requests(ground, made)
            yield from (mark for mark in marks(ground, made) if KEY_COLUMN in str(mark))
            one.note("table", there.title, table.name)


def _alone(one: Upgrade, sheet: Sheet, table: Table, there: TabMap) -> Sheet:
    """A tab with nothing but one table, at its place there."""
    area = table.area
    whole = one.maps.sheet(sheet)
    cells = {
        (there.row(row), there.column(column)): cell
        for (row, column), cell in whole.cells.items()
        if row >= area.top and area.left <= column <= area.right
    }
    checks = tuple(
        replace(check, areas=tuple(map(there.area, check.areas)))
        for check in whole.checks
        if area.left <= check.areas[0].left <= area.right
    )
    tables = (replace(table, area=there.area(area)),)
    return Sheet(there.title, cells, sheet.rows, sheet.columns, tables=tables, checks=checks)


def checked(one: Upgrade) -> Iterator[Json]:
    """Checks of our cells that have none, or whose list is gone."""
    for sheet, _, there in one.old():
        held = one.found.held.get(there.number, [])
        absent = {
            n for table in sheet.tables for n in columns_of(sheet, table) if n not in there.columns
        }
        for check in one.maps.sheet(sheet).checks:
            area = there.area(check.areas[0])
            if check.areas[0].left in absent or any(area.meets(other) for other in held):
                continue
            spot = grid_range(there.number, area)
            yield {"setDataValidation": {"range": spot, "rule": check_to_google(check)}}
            one.note("check", there.title, address(area.top, area.left))


def ruled(one: Upgrade) -> Iterator[Json]:
    """Conditional formats of ours that are missing, known by what they say and where they begin."""
    for sheet, live, there in one.old():
        held = {_key(rule) for rule in live.rules}
        count = len(one.found.rules_of(there.number))
        for rule in one.maps.sheet(sheet).rules:
            areas = tuple(map(there.area, rule.areas))
            moved = replace(rule, areas=areas)
            if _key(moved) in held:
                continue
            ranges = [grid_range(there.number, area) for area in areas]
            made = rule_to_google(moved, ranges, one.ground.words, there.title)
            yield {"addConditionalFormatRule": {"rule": made, "index": count}}
            count += 1
            one.note("rule", there.title, address(areas[0].top, areas[0].left))


def _key(rule: Rule) -> tuple[object, ...]:
    """What a rule says, and the column it begins in."""
    return rule.formula, rule.look, rule.stops, rule.areas[0].left
