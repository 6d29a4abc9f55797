"""The model as requests: one body that creates, then updates in bodies of at most 2 MB.

How many requests there are depends on the size alone, never on the number of tabs or cells.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sync_service.google.transfer.colours import as_google
from sync_service.google.transfer.common import PLAIN_WIDTH
from sync_service.google.transfer.formulas import Words
from sync_service.google.transfer.google_cells import formats, links, values
from sync_service.google.transfer.google_charts import chart_to_google
from sync_service.google.transfer.google_rules import check_to_google, rule_to_google
from sync_service.google.transfer.grid import room_below
from sync_service.google.transfer.grouping import stretches
from sync_service.google.transfer.model import Group, Protection, Sheet, Table, Workbook
from sync_service.google.transfer.names import words_of
from sync_service.google.transfer.references import plain
from sync_service.google.transfer.sending import Json, dimension, grid_range
from sync_service.workbooks.areas import Area

FIRST_ID = 1  # of the tabs; Google gives 0 to the tab that it makes by itself
KEY_TABLE, KEY_COLUMN = "linkstar.table", "linkstar.column"
KEY_TAB, KEY_TEMPLATE = "linkstar.tab", "linkstar.template"
_ROWS, _COLUMNS = "ROWS", "COLUMNS"
GUARDED = "LinkStar: 由系统或公式写入 · written by the service or a formula"


@dataclass(frozen=True, slots=True)
class Ground:
    """What requests of one workbook share."""

    book: Workbook  # the common part
    ids: Mapping[str, int]  # title -> number of the tab
    words: Words

    def grid(self, title: str, area: Area) -> Json:
        """An area of a tab as `GridRange`."""
        return grid_range(self.ids[title], area)


def ground_of(book: Workbook, ids: Mapping[str, int] | None = None) -> Ground:
    """The ground of a workbook, with numbers for its tabs."""
    made = {sheet.title: number for number, sheet in enumerate(book.sheets, FIRST_ID)}
    return Ground(book, ids if ids is not None else made, words_of(book, []))


def creation(ground: Ground, title: str, locale: str, time_zone: str) -> Json:
    """The body of `spreadsheets.create`: the tabs with their grids."""
    return {
        "properties": {"title": title, "locale": locale, "timeZone": time_zone},
        "sheets": [
            {"properties": {**properties(sheet, ground.ids[sheet.title]), "index": number}}
            for number, sheet in enumerate(ground.book.sheets)
        ],
    }


def properties(sheet: Sheet, number: int) -> Json:
    """A tab: its title, colour and grid."""
    grid: Json = {"rowCount": sheet.rows, "columnCount": sheet.columns}
    if sheet.frozen[0]:
        grid["frozenRowCount"] = sheet.frozen[0]
    if sheet.frozen[1]:
        grid["frozenColumnCount"] = sheet.frozen[1]
    if not sheet.lines:
        grid["hideGridlines"] = True
    made: Json = {"sheetId": number, "title": sheet.title, "gridProperties": grid}
    if sheet.colour:
        made["tabColorStyle"] = as_google(sheet.colour)
    if sheet.hidden:
        made["hidden"] = True
    return made


def filling(ground: Ground, sheets: Sequence[Sheet]) -> Iterator[Json]:
    """Everything of these tabs; names first, because formulas read them."""
    for sheet in sheets:
        yield from table_names(ground, sheet)
    for sheet in sheets:
        number = ground.ids[sheet.title]
        yield from formats(sheet, number)
        yield from links(sheet, number, ground.ids)
        yield from _sizes(sheet, number)
        yield from _groups(sheet.column_groups, number, _COLUMNS)
        yield from _groups(sheet.row_groups, number, _ROWS)
        yield from _hidden(sheet, number)
        yield from (_merge(number, one) for one in sheet.merges)
    for sheet in sheets:
        yield from values(sheet, ground.ids[sheet.title])
    for sheet in sheets:
        yield from checks(ground, sheet)
        yield from rules(ground, sheet)
        yield from _filters(ground, sheet)
        yield from _charts(ground, sheet)


def names(ground: Ground) -> Iterator[Json]:
    """The defined names as named ranges."""
    for one in ground.book.names:
        found = plain(one.text)
        if found is not None and found.title in ground.ids:
            area = ground.grid(found.title, found.area)
            yield {"addNamedRange": {"namedRange": {"name": one.name, "range": area}}}


def table_names(ground: Ground, sheet: Sheet) -> Iterator[Json]:
    """Each table as a named range down to the last row it may grow to, marked on its header."""
    number = ground.ids[sheet.title]
    for table in sheet.tables:
        area = reserved(sheet, table)
        named = {"name": table.name, "range": grid_range(number, area)}
        yield {"addNamedRange": {"namedRange": named}}
        place = dimension(number, _ROWS, table.area.top, table.area.top)
        yield metadata(KEY_TABLE, table.name, {"dimensionRange": place})


def reserved(sheet: Sheet, table: Table) -> Area:
    """A table with the room below it."""
    area = table.area
    return Area(area.top, area.left, room_below(sheet, area), area.right)


def metadata(key: str, value: str, location: Json) -> Json:
    """A mark that moves with its rows, columns or tab."""
    made = {
        "metadataKey": key,
        "metadataValue": value,
        "location": location,
        "visibility": "DOCUMENT",
    }
    return {"createDeveloperMetadata": {"developerMetadata": made}}


def _sizes(sheet: Sheet, number: int) -> Iterator[Json]:
    yield _sized(number, _COLUMNS, 1, sheet.columns, PLAIN_WIDTH)
    for first, last, size in stretches(sheet.widths):
        yield _sized(number, _COLUMNS, first, last, size)
    for first, last, size in stretches(sheet.heights):
        yield _sized(number, _ROWS, first, last, size)


def _sized(number: int, kind: str, first: int, last: int, size: int) -> Json:
    return {
        "updateDimensionProperties": {
            "range": dimension(number, kind, first, last),
            "properties": {"pixelSize": size},
            "fields": "pixelSize",
        }
    }


def _groups(groups: Sequence[Group], number: int, kind: str) -> Iterator[Json]:
    """Groups from the outer ones inwards, then folded."""
    for one in groups:
        yield {"addDimensionGroup": {"range": dimension(number, kind, one.first, one.last)}}
    for one in groups:
        if one.folded:
            made = {
                "range": dimension(number, kind, one.first, one.last),
                "depth": one.depth,
                "collapsed": True,
            }
            yield {"updateDimensionGroup": {"dimensionGroup": made, "fields": "collapsed"}}


def _hidden(sheet: Sheet, number: int) -> Iterator[Json]:
    for kind, hidden in ((_COLUMNS, sheet.hidden_columns), (_ROWS, sheet.hidden_rows)):
        for first, last, _ in stretches(dict.fromkeys(hidden, True)):
            yield {
                "updateDimensionProperties": {
                    "range": dimension(number, kind, first, last),
                    "properties": {"hiddenByUser": True},
                    "fields": "hiddenByUser",
                }
            }


def _merge(number: int, area: Area) -> Json:
    return {"mergeCells": {"range": grid_range(number, area), "mergeType": "MERGE_ALL"}}


def checks(ground: Ground, sheet: Sheet) -> Iterator[Json]:
    """Data validations."""
    for check in sheet.checks:
        for area in check.areas:
            made = ground.grid(sheet.title, area)
            yield {"setDataValidation": {"range": made, "rule": check_to_google(check)}}


def rules(ground: Ground, sheet: Sheet, first: int = 0) -> Iterator[Json]:
    """Conditional formats, the strongest first; they begin behind `first` others."""
    for index, rule in enumerate(sheet.rules, first):
        areas = [ground.grid(sheet.title, area) for area in rule.areas]
        made = rule_to_google(rule, areas, ground.words, sheet.title)
        yield {"addConditionalFormatRule": {"rule": made, "index": index}}


def _filters(ground: Ground, sheet: Sheet) -> Iterator[Json]:
    area = sheet.filter
    for table in sheet.tables:
        if table.filtered:
            area = reserved(sheet, table)
    if area is not None:
        yield {"setBasicFilter": {"filter": {"range": ground.grid(sheet.title, area)}}}


def _charts(ground: Ground, sheet: Sheet) -> Iterator[Json]:
    for chart in sheet.charts:
        made = chart_to_google(chart, ground.ids[sheet.title], ground.grid)
        yield {"addChart": {"chart": made}}


def protections(
    ground: Ground, sheet: Sheet, guards: Sequence[Protection], editors: Sequence[str]
) -> Iterator[Json]:
    """Guarded cells: a warning, or for a scoped tab `editors` alone may write outside its holes."""
    number = ground.ids[sheet.title]
    for one in (*sheet.protections, *guards):
        made: Json = {"range": {"sheetId": number}, "description": one.about or GUARDED}
        if one.area is not None:
            made["range"] = grid_range(number, one.area)
        elif one.holes:
            made["unprotectedRanges"] = [grid_range(number, hole) for hole in one.holes]
        if editors and one.area is None:
            made["editors"] = {"users": list(editors)}
        else:
            made["warningOnly"] = True
        yield {"addProtectedRange": {"protectedRange": made}}
