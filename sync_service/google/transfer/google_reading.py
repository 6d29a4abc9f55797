"""A spreadsheet of Google as the model: two reads, whatever its size.

The first brings everything but data validations and rows: Google repeats a validation in every
cell that it reaches (90,000 in a manager's book) and tells of every row of the grid (260,000). The
second asks for both where anything stands and two rows more; a check that goes on there goes on
below.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from kpi.tables import ErrorValue
from sync_service.google.transfer.colours import from_google
from sync_service.google.transfer.google_charts import chart_from_google, spark_from_google
from sync_service.google.transfer.google_checks import LINES, checks_of, window
from sync_service.google.transfer.google_formats import runs_from_google, style_of
from sync_service.google.transfer.google_found import Found
from sync_service.google.transfer.google_rules import rule_from_google
from sync_service.google.transfer.google_writing import GUARDED, KEY_TABLE, KEY_TEMPLATE
from sync_service.google.transfer.model import (
    Cell,
    Chart,
    Group,
    Loss,
    Name,
    Protection,
    Rule,
    Run,
    Scalar,
    Sheet,
    Spark,
    Spot,
    Table,
    Workbook,
)
from sync_service.google.transfer.references import Reference, quoted, written
from sync_service.google.transfer.sending import area_of
from sync_service.workbooks.areas import Area, address, area

Json = dict[str, Any]
PLAIN_WIDTH, PLAIN_HEIGHT = 64, 21
MARKS = "developerMetadata(metadataId,metadataKey,metadataValue)"
FIELDS = (
    f"spreadsheetUrl,properties(title,locale,timeZone),namedRanges,{MARKS},"
    "sheets(properties,merges,conditionalFormats,basicFilter/range,protectedRanges,charts,"
    f"columnGroups,rowGroups,{MARKS},slicers/slicerId,bandedRanges/bandedRangeId,"
    "filterViews/title,tables(name,range),"
    "data(startRow,startColumn,rowData/values(userEnteredValue,effectiveValue,userEnteredFormat,"
    "note,textFormatRuns,pivotTable/source),"
    f"columnMetadata(pixelSize,hiddenByUser,{MARKS})))"
)
_ERRORS = {
    "N_A": "#N/A",
    "DIVIDE_BY_ZERO": "#DIV/0!",
    "VALUE": "#VALUE!",
    "REF": "#REF!",
    "NAME": "#NAME?",
    "NUM": "#NUM!",
    "NULL_VALUE": "#NULL!",
    "ERROR": "#VALUE!",
}
_OTHER = {"slicers": "slicer", "bandedRanges": "banding", "filterViews": "filter_view"}


class Reader(Protocol):
    """Whoever can ask Google."""

    def get(self, book: str, fields: str, ranges: Sequence[str] = ()) -> Json:
        """A spreadsheet, only the `fields` named."""


def read_google(reader: Reader, book: str) -> tuple[Workbook, Found]:
    """A spreadsheet as the model, and what it says of itself."""
    answer = reader.get(book, FIELDS)
    found = _found(answer)
    sheets = [_sheet(one, found) for one in answer.get("sheets", ()) if _is_grid(one)]
    lines = reader.get(book, LINES, [window(sheet) for sheet in sheets]) if sheets else {}
    found.lines = {int(one["properties"].get("sheetId", 0)): one for one in lines.get("sheets", ())}
    tables = _tables(answer, found)
    checks = checks_of(lines, found)
    made = []
    for sheet in sheets:
        number = found.ids[sheet.title]
        whole = _completed(sheet, found.lines.get(number, {}), tables)
        made.append(replace(whole, checks=tuple(checks.get(number, ()))))
    names = tuple(_names(answer, found, tables))
    title = str(answer.get("properties", {}).get("title", ""))
    return Workbook(tuple(made), names, tuple(found.losses), title), found


def _is_grid(sheet: Json) -> bool:
    return str(sheet["properties"].get("sheetType", "GRID")) == "GRID"


def _found(answer: Json) -> Found:
    properties = answer.get("properties", {})
    found = Found(
        locale=properties.get("locale", ""),
        zone=properties.get("timeZone", ""),
        link=answer.get("spreadsheetUrl", ""),
        answer=answer,
    )
    for mark in answer.get("developerMetadata", ()):
        if mark.get("metadataKey") == KEY_TEMPLATE:
            found.template = str(mark.get("metadataValue", ""))
    for sheet in answer.get("sheets", ()):
        one = sheet["properties"]
        number, title = int(one.get("sheetId", 0)), str(one["title"])
        if not _is_grid(sheet):
            found.losses.append(Loss("chart_tab", title))
            continue
        grid = one.get("gridProperties", {})
        found.ids[title], found.titles[number] = number, title
        found.sizes[number] = (int(grid.get("rowCount", 1)), int(grid.get("columnCount", 1)))
    return found


def _tables(answer: Json, found: Found) -> dict[str, Reference]:
    """Named ranges that are tables by the mark of their header row, and Google's own tables."""
    marked = {
        str(mark.get("metadataValue", ""))
        for sheet in found.lines.values()
        for data in sheet.get("data", ())
        for row in data.get("rowMetadata", ())
        for mark in row.get("developerMetadata", ())
        if mark.get("metadataKey") == KEY_TABLE
    }
    tables: dict[str, Reference] = {}
    for one in answer.get("namedRanges", ()):
        where = found.reference(one.get("range", {}))
        if where and (one["name"] in marked or one["name"].startswith("tbl")):
            tables[one["name"]] = where
    for sheet in answer.get("sheets", ()):
        for one in sheet.get("tables", ()):
            where = found.reference(one.get("range", {}))
            if where:
                tables.setdefault(str(one["name"]), where)
    return tables


def _names(answer: Json, found: Found, tables: Mapping[str, Reference]) -> Iterator[Name]:
    for one in answer.get("namedRanges", ()):
        where = found.reference(one.get("range", {}))
        if where and one["name"] not in tables:
            yield Name(one["name"], written(where))


def _completed(sheet: Sheet, lines: Json, tables: Mapping[str, Reference]) -> Sheet:
    """A tab with its rows and tables, which the second read tells."""
    seen = _Dimensions(lines)
    own = tuple(_own_tables(sheet.title, tables, sheet.filter))
    return replace(
        sheet,
        heights=seen.sizes("rowMetadata", PLAIN_HEIGHT),
        hidden_rows=seen.hidden("rowMetadata"),
        tables=own,
        filter=None if any(one.filtered for one in own) else sheet.filter,
    )


def _sheet(sheet: Json, found: Found) -> Sheet:
    properties = sheet["properties"]
    number, title = int(properties.get("sheetId", 0)), str(properties["title"])
    rows, columns = found.sizes[number]
    grid = properties.get("gridProperties", {})
    colour = properties.get("tabColorStyle") or properties.get("tabColor")
    cells, sparks = _cells(sheet, title, found)
    seen = _Dimensions(sheet)
    for key, kind in _OTHER.items():
        found.losses += [Loss(kind, title) for _ in sheet.get(key, ())]
    if properties.get("rightToLeft"):
        found.losses.append(Loss("right_to_left", title))
    shown = sheet.get("basicFilter", {}).get("range")
    return Sheet(
        title=title,
        cells=cells,
        rows=rows,
        columns=columns,
        hidden=bool(properties.get("hidden", False)),
        colour=from_google(colour) if colour else None,
        frozen=(int(grid.get("frozenRowCount", 0)), int(grid.get("frozenColumnCount", 0))),
        lines=not grid.get("hideGridlines", False),
        widths=seen.sizes("columnMetadata", PLAIN_WIDTH),
        hidden_columns=seen.hidden("columnMetadata"),
        column_groups=tuple(_group(one) for one in sheet.get("columnGroups", ())),
        row_groups=tuple(_group(one) for one in sheet.get("rowGroups", ())),
        merges=tuple(area_of(one, rows, columns) for one in sheet.get("merges", ())),
        rules=tuple(_rules(sheet, title, found)),
        filter=area_of(shown, rows, columns) if shown else None,
        charts=tuple(_charts(sheet, title, found)),
        sparks=tuple(sparks),
        protections=tuple(_protections(sheet, rows, columns)),
    )


def _own_tables(
    title: str, tables: Mapping[str, Reference], filtered: Area | None
) -> Iterator[Table]:
    for name, where in tables.items():
        if where.title == title:
            top = where.area
            same = filtered is not None and (filtered.top, filtered.left, filtered.right) == (
                top.top,
                top.left,
                top.right,
            )
            yield Table(name, top, same)


@dataclass(slots=True)
class _Dimensions:
    """Widths, heights and what is hidden."""

    sheet: Json

    def _each(self, key: str) -> Iterator[tuple[int, Json]]:
        start = "startColumn" if key == "columnMetadata" else "startRow"
        for data in self.sheet.get("data", ()):
            yield from enumerate(data.get(key, ()), int(data.get(start, 0)) + 1)

    def sizes(self, key: str, plain_size: int) -> dict[int, int]:
        """Sizes that are not the plain one."""
        found = ((n, int(one.get("pixelSize", plain_size))) for n, one in self._each(key))
        return {n: size for n, size in found if size != plain_size}

    def hidden(self, key: str) -> frozenset[int]:
        """Those that a person, or we, hid."""
        return frozenset(n for n, one in self._each(key) if one.get("hiddenByUser"))


def _group(found: Json) -> Group:
    span = found.get("range", {})
    first, last = int(span.get("startIndex", 0)) + 1, int(span.get("endIndex", 0))
    return Group(first, last, int(found.get("depth", 1)), bool(found.get("collapsed", False)))


def _rules(sheet: Json, title: str, found: Found) -> Iterator[Rule]:
    for one in sheet.get("conditionalFormats", ()):
        places = [found.reference(grid) for grid in one.get("ranges", ())]
        areas = tuple(place.area for place in places if place)
        rule = rule_from_google(one, areas) if areas else None
        if rule is None:
            found.losses.append(Loss("rule", title, str(areas[0]) if areas else ""))
        else:
            yield rule


def _charts(sheet: Json, title: str, found: Found) -> Iterator[Chart]:
    for one in sheet.get("charts", ()):
        chart = chart_from_google(one, found.reference)
        if chart is None:
            found.losses.append(Loss("chart", title, str(one.get("spec", {}).get("title", ""))))
        else:
            yield chart


def _protections(sheet: Json, rows: int, columns: int) -> Iterator[Protection]:
    for one in sheet.get("protectedRanges", ()):
        grid = one.get("range")
        if grid is None:
            continue
        whole = not {"startRowIndex", "startColumnIndex", "endRowIndex", "endColumnIndex"} & {*grid}
        about = str(one.get("description", ""))
        yield Protection(
            None if whole else area_of(grid, rows, columns),
            tuple(area_of(hole, rows, columns) for hole in one.get("unprotectedRanges", ())),
            about="" if about == GUARDED else about,
        )


# --- cells ----------------------------------------------------------------------------------------


def _cells(sheet: Json, title: str, found: Found) -> tuple[dict[Spot, Cell], list[Spark]]:
    cells: dict[Spot, Cell] = {}
    sparks: list[Spark] = []
    for data in sheet.get("data", ()):
        top, left = int(data.get("startRow", 0)) + 1, int(data.get("startColumn", 0)) + 1
        for row, line in enumerate(data.get("rowData", ()), top):
            for column, one in enumerate(line.get("values", ()), left):
                if one:
                    cell = _cell(one, (row, column), title, found)
                    spark = spark_from_google(cell.formula or "", row, column)
                    if spark is not None:
                        sparks.append(spark)
                        cell = replace(cell, formula=None, value=None)
                    if cell != Cell():
                        cells[row, column] = cell
    return cells, sparks


def _cell(one: Json, spot: Spot, title: str, found: Found) -> Cell:
    if one.get("pivotTable"):
        found.losses.append(Loss("pivot", title, address(*spot)))
    shape = one.get("userEnteredFormat", {})
    style = style_of(shape)
    typed = one.get("userEnteredValue", {})
    link = _link(shape.get("textFormat", {}).get("link", {}).get("uri", ""), found)
    note = str(one.get("note", ""))
    if "formulaValue" in typed:
        text, array = _formula(str(typed["formulaValue"])[1:], spot)
        value = _value(one.get("effectiveValue", {}))
        return Cell(value, text, array, style, note, link=link)
    value = _value(typed)
    runs: tuple[Run, ...] = ()
    if isinstance(value, str) and one.get("textFormatRuns"):
        runs = runs_from_google(value, one["textFormatRuns"], style.font)
    return Cell(value, style=style, note=note, runs=runs, link=link)


def _formula(text: str, spot: Spot) -> tuple[str, str]:
    """The formula inside an ARRAYFORMULA that is all of it."""
    head = "ARRAYFORMULA("
    if text.upper().startswith(head) and text.endswith(")") and _closed(text[len(head) : -1]):
        return text[len(head) : -1], address(*spot)
    return text, ""


def _closed(text: str) -> bool:
    """Whether brackets close in their order, texts aside."""
    depth, inside = 0, False
    for sign in text:
        if sign == '"':
            inside = not inside
        elif not inside:
            depth += (sign == "(") - (sign == ")")
            if depth < 0:
                return False
    return depth == 0


def _value(found: Json) -> Scalar | None:
    if "errorValue" in found:
        return ErrorValue(_ERRORS.get(found["errorValue"].get("type", ""), "#VALUE!"))
    if "numberValue" in found:
        return float(found["numberValue"])
    if "boolValue" in found:
        return bool(found["boolValue"])
    return str(found["stringValue"]) if "stringValue" in found else None


def _link(uri: str, found: Found) -> str:
    if not uri.startswith("#gid="):
        return uri
    number, _, place = uri.removeprefix("#gid=").partition("&range=")
    title = found.titles.get(int(number)) if number.isdigit() else None
    where = area(place.replace("$", ""))
    if title is None:
        return ""
    return f"#{quoted(title)}{where or 'A1'}"
