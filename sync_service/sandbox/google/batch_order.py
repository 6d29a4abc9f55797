"""Subrequests that go through many cells: sort, shuffle, find and replace, split, trim."""

from __future__ import annotations

import re
import secrets
from typing import Any

from sync_service.sandbox.google import access
from sync_service.sandbox.google.entering import entered
from sync_service.sandbox.google.errors import Refusal, bad
from sync_service.sandbox.google.formulas import copied
from sync_service.sandbox.google.locales import locale_of
from sync_service.sandbox.google.model import Sheet
from sync_service.sandbox.google.ranges import Area, area_of
from sync_service.sandbox.google.showing import shown
from sync_service.sandbox.google.values import effective, grow, put
from sync_service.sandbox.google.work import Handlers, Work

Json = dict[str, Any]
Key = tuple[int, float, str]

MARKS = {"COMMA": ",", "SEMICOLON": ";", "PERIOD": ".", "SPACE": " "}
GROUP = re.compile(r"\$(\d)")
LAST = 9  # empty cells come last in both directions


def _key(cell: Json) -> Key:
    """Numbers, texts (without case), false and true, errors, and empty cells at the end."""
    value = effective(cell) if "userEnteredValue" in cell else {}
    if "numberValue" in value:
        return (0, float(value["numberValue"]), "")
    if "stringValue" in value:
        return (1, 0.0, str(value["stringValue"]).casefold())
    if "boolValue" in value:
        return (2, float(value["boolValue"]), "")
    return (3, 0.0, "") if "errorValue" in value else (LAST, 0.0, "")


def sort_range(work: Work, asked: Json) -> None:
    """Cells change rows; what hangs on rows, such as metadata and rules, stays where it is."""
    area, specs = work.edited(asked.get("range", {})), asked.get("sortSpecs", [])
    sheet = work.sheet(area)
    if any(area_of(one).meets(area) for one in sheet.lists["merges"]):
        raise bad("You can't sort a range that contains merged cells.")
    order = list(range(area.top, area.bottom))
    for spec in reversed(specs):
        column = spec.get("dimensionIndex", 0)
        if not area.left <= column < area.right:
            raise bad(f"Sort column {column} is outside of the range.")
        down = spec.get("sortOrder") == "DESCENDING"
        filled = [r for r in order if _key(sheet.cell(r, column))[0] != LAST]
        empty = [r for r in order if _key(sheet.cell(r, column))[0] == LAST]
        filled.sort(key=lambda r: _key(sheet.cell(r, column)), reverse=down)
        order = filled + empty
    _reorder(sheet, area, order)
    work.book.dirty = True


def _reorder(sheet: Sheet, area: Area, order: list[int]) -> None:
    """Put the rows of an area into another order; formulas count from their new row."""
    span = range(area.left, area.right)
    lines = {row: [sheet.cell(row, column) for column in span] for row in order}
    for row, old in zip(range(area.top, area.bottom), order, strict=True):
        for column, cell in zip(span, lines[old], strict=True):
            value = cell.get("userEnteredValue", {})
            moved = cell
            if "formulaValue" in value and row != old:
                text = copied(value["formulaValue"], row - old, 0)
                moved = cell | {"userEnteredValue": {"formulaValue": text}}
            sheet.put(row, column, moved)


def randomize(work: Work, asked: Json) -> None:
    """Rows in any order."""
    area = work.edited(asked.get("range", {}))
    order = list(range(area.top, area.bottom))
    secrets.SystemRandom().shuffle(order)
    _reorder(work.sheet(area), area, order)
    work.book.dirty = True


def delete_duplicates(work: Work, asked: Json) -> Json:
    """Rows that say the same as one above go; the ones below move up."""
    area = work.edited(asked.get("range", {}))
    sheet = work.sheet(area)
    columns = _compared(asked.get("comparisonColumns") or [{}], area)
    seen: set[tuple[Key, ...]] = set()
    kept = []
    for row in range(area.top, area.bottom):
        key = tuple(_key(sheet.cell(row, column)) for column in columns)
        if key not in seen:
            seen.add(key)
            kept.append(row)
    gone = [row for row in range(area.top, area.bottom) if row not in kept]
    for row in gone:
        for column in range(area.left, area.right):
            sheet.put(row, column, {})
    _reorder(sheet, area, kept + gone)
    work.book.dirty = True
    return {"duplicatesRemovedCount": len(gone)}


def _compared(spans: list[Json], area: Area) -> list[int]:
    """The columns of an area by which its rows are compared."""
    out: list[int] = []
    for one in spans:
        start, end = one.get("startIndex", area.left), one.get("endIndex", area.right)
        if not area.left <= start <= end <= area.right:
            raise bad(f"Comparison columns {start} to {end} are outside of the range.")
        out += range(start, end)
    return out


def find_replace(work: Work, asked: Json) -> Json:
    """Replace texts; a changed cell is read anew as if it were typed."""
    if not asked.get("find"):
        raise bad("Must specify find.")
    pattern = _pattern(asked)
    counts = dict.fromkeys(("valuesChanged", "formulasChanged", "rowsChanged"), 0)
    occurrences, tabs = 0, 0
    for area in _searched(work, asked):
        sheet, rows = work.sheet(area), set()
        for row, column, _ in list(sheet.cells(area)):
            found, kind = _replace(work, sheet, (row, column), pattern, asked)
            occurrences += found
            if found:
                counts[kind] += 1
                rows.add(row)
        counts["rowsChanged"] += len(rows)
        tabs += bool(rows)
    work.book.dirty = True
    counts |= {"sheetsChanged": tabs, "occurrencesChanged": occurrences}
    return {name: number for name, number in counts.items() if number}


def _pattern(asked: Json) -> re.Pattern[str]:
    text = asked["find"] if asked.get("searchByRegex") else re.escape(asked["find"])
    text = rf"\A(?:{text})\Z" if asked.get("matchEntireCell") else text
    try:
        return re.compile(text, 0 if asked.get("matchCase") else re.IGNORECASE)
    except re.error as error:
        raise bad(f"Invalid regular expression: {asked['find']}") from error


def _searched(work: Work, asked: Json) -> list[Area]:
    if asked.get("allSheets"):
        areas = [sheet.whole() for sheet in work.book.sheets]
    elif "range" in asked:
        areas = [work.area(asked["range"])]
    elif "sheetId" in asked:
        areas = [work.book.sheet(asked["sheetId"]).whole()]
    else:
        raise bad("Must specify one of range, sheetId or allSheets.")
    for area in areas:
        access.need_cells(work.book, area, work.caller)
    return areas


def _replace(
    work: Work, sheet: Sheet, at: tuple[int, int], pattern: re.Pattern[str], asked: Json
) -> tuple[int, str]:
    """Replace within one cell; gives how often, and whether it was a formula."""
    cell, where = sheet.cell(*at), locale_of(work.book.locale)
    value = cell.get("userEnteredValue", {})
    formula = value.get("formulaValue")
    if not value or (formula is not None and not asked.get("includeFormulas")):
        return 0, ""
    form = cell.get("userEnteredFormat", {}).get("numberFormat")
    text = formula if formula is not None else shown(value, form, where)
    fresh, count = pattern.subn(lambda hit: _replacement(hit, asked), text)
    if count:
        put(sheet, *at, entered(fresh, where, work.today))
    return count, "valuesChanged" if formula is None else "formulasChanged"


def _replacement(hit: re.Match[str], asked: Json) -> str:
    """What comes in place of a hit; of a regular expression `$1` is its first group."""
    word: str = asked.get("replacement", "")
    if not asked.get("searchByRegex"):
        return word
    groups = {str(n): hit.group(n) or "" for n in range(hit.re.groups + 1)}
    if unknown := [n for n in GROUP.findall(word) if n not in groups]:
        raise bad(f"Invalid replacement: there is no group ${unknown[0]}")
    return GROUP.sub(lambda one: groups[one[1]], word)


def trim_whitespace(work: Work, asked: Json) -> Json:
    """No blanks at the ends of texts, and single ones inside."""
    area = work.edited(asked.get("range", {}))
    sheet, changed = work.sheet(area), 0
    for row, column, cell in list(sheet.cells(area)):
        text = cell.get("userEnteredValue", {}).get("stringValue")
        fresh = " ".join(text.split()) if text is not None else None
        if fresh != text:
            changed += 1
            sheet.enter(row, column, {"stringValue": fresh})
    return {"cellsChangedCount": changed} if changed else {}


def _split(text: str, asked: Json) -> list[str]:
    kind = asked.get("delimiterType", "AUTODETECT")
    if kind not in {*MARKS, "CUSTOM"}:
        kind = "AUTODETECT"
    if kind == "CUSTOM":
        mark = asked.get("delimiter", "")
    elif kind == "AUTODETECT":
        mark = next((one for one in (",", ";", ".", " ") if one in text), ",")
    else:
        mark = MARKS[kind]
    if not mark:
        raise bad("Must specify delimiter.")
    return [part.strip() for part in text.split(mark)]


def text_to_columns(work: Work, asked: Json) -> None:
    """Split the texts of one column over the columns beside it."""
    area = work.edited(asked.get("source", {}))
    if area.width != 1:
        raise bad("Text to columns works on one column.")
    sheet, where = work.sheet(area), locale_of(work.book.locale)
    for row, column, cell in list(sheet.cells(area)):
        text = cell.get("userEnteredValue", {}).get("stringValue")
        if text is None:
            continue
        parts = _split(text, asked)
        line = Area(area.sheet, row, row + 1, column, column + len(parts))
        access.need_cells(work.book, line, work.caller)
        grow(sheet, line)
        for step, part in enumerate(parts):
            put(sheet, row, column + step, entered(part, where, work.today))
    work.book.dirty = True


def paste_data(work: Work, asked: Json) -> None:
    """Text with a delimiter, typed from a corner on; HTML is not played."""
    if asked.get("html"):
        raise Refusal(501, "This stand-in pastes no HTML.")
    sheet, top, left = work.corner(asked.get("coordinate", {}))
    mark, where = asked.get("delimiter") or "\t", locale_of(work.book.locale)
    rows = [line.split(mark) for line in asked.get("data", "").splitlines()]
    width = max((len(row) for row in rows), default=0)
    area = Area(sheet.sheet_id, top, top + len(rows), left, left + width)
    access.need_cells(work.book, area, work.caller)
    grow(sheet, area)
    for row, line in enumerate(rows, top):
        for column, text in enumerate(line, left):
            put(sheet, row, column, entered(text, where, work.today))
    work.book.dirty = True


HANDLERS: Handlers = {
    "sortRange": sort_range,
    "randomizeRange": randomize,
    "deleteDuplicates": delete_duplicates,
    "findReplace": find_replace,
    "trimWhitespace": trim_whitespace,
    "textToColumns": text_to_columns,
    "pasteData": paste_data,
}
