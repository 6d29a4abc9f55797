"""The values collection: get, update, append and clear, by range and by data filter."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from sync_service.sandbox.google import access
from sync_service.sandbox.google.access import Caller
from sync_service.sandbox.google.entering import Entered, entered, misread, raw
from sync_service.sandbox.google.errors import Refusal, bad, violation
from sync_service.sandbox.google.locales import Locale, locale_of
from sync_service.sandbox.google.model import Book, Sheet
from sync_service.sandbox.google.ranges import Area, letters
from sync_service.sandbox.google.showing import DATES, shown, unformatted

Json = dict[str, Any]

LONGEST = 50_000  # characters of a cell
TOO_LONG = "Your input contains more than the maximum of 50000 characters in a single cell."
ZERO: Json = {"numberValue": 0}
NO_VALUE: Json = {}
MISREAD: Json = {"errorValue": {"type": "ERROR", "message": "Formula parse error."}}
VALUE = frozenset({"userEnteredValue", "effectiveValue"})


@dataclass(frozen=True, slots=True)
class Options:
    """How values are read out."""

    render: str = "FORMATTED_VALUE"
    dates: str = "SERIAL_NUMBER"
    major: str = "ROWS"


def effective(cell: Json) -> Json:
    """A cell's value after calculation."""
    value: Json = cell.get("userEnteredValue", {})
    if "formulaValue" in value:
        return cell.get("effectiveValue", ZERO)  # type: ignore[no-any-return]  # an ExtendedValue
    return value


def rendered(cell: Json, options: Options, where: Locale) -> object:
    """A cell as a values reply has it; '' when it is empty."""
    value = cell.get("userEnteredValue")
    if value is None:
        return ""
    if options.render == "FORMULA" and "formulaValue" in value:
        return value["formulaValue"]
    result = effective(cell)
    form = cell.get("userEnteredFormat", {}).get("numberFormat")
    dated = (form or {}).get("type") in DATES and "numberValue" in result
    if options.render == "FORMATTED_VALUE" or (dated and options.dates == "FORMATTED_STRING"):
        return shown(result, form, where)
    return unformatted(result)


def read(book: Book, area: Area, options: Options) -> Json:
    """A ValueRange; empty cells at the ends of rows and empty rows at the end are left out."""
    inside = book.within(area)
    sheet, where = book.sheet(area.sheet), locale_of(book.locale)
    by_columns = options.major == "COLUMNS"
    lines: dict[int, dict[int, object]] = {}
    for row, column, cell in sheet.cells(inside):
        value = rendered(cell, options, where)
        if value == "" and "userEnteredValue" not in cell:
            continue
        line, place = row - inside.top, column - inside.left
        if by_columns:
            line, place = place, line
        lines.setdefault(line, {})[place] = value
    out: Json = {"range": book.label(inside), "majorDimension": options.major}
    rows = [_line(lines.get(n, {})) for n in range(max(lines, default=-1) + 1)]
    while rows and not any(value != "" for value in rows[-1]):
        rows.pop()
    if rows:
        out["values"] = rows
    return out


def _line(cells: dict[int, object]) -> list[object]:
    """One line, with '' for gaps, and nothing after the last value."""
    filled = [place for place, value in cells.items() if value != ""]
    return [cells.get(place, "") for place in range(max(filled, default=-1) + 1)]


@dataclass(frozen=True, slots=True)
class Writer:
    """Who writes, how the values are read, and which day is today for dates without a year."""

    caller: Caller
    option: str  # RAW or USER_ENTERED
    today: date

    def entered(self, value: object, where: Locale) -> Entered:
        """What a cell gets."""
        if isinstance(value, dict | list):
            kind = "struct_value" if isinstance(value, dict) else "list_value"
            raise bad(f"Invalid values[0][0]: {kind} {{}}")
        if isinstance(value, str) and len(value) > LONGEST:
            raise bad(TOO_LONG)
        if self.option == "RAW":
            return raw(value)
        return entered(value, where, self.today)


class Written(NamedTuple):
    """The reply of a write, and the cells (tab, row, column) that got a value."""

    reply: Json
    cells: frozenset[tuple[int, int, int]]


def write(book: Book, area: Area, given: Json, writer: Writer) -> Written:
    """Put a ValueRange's values from the area's corner; None leaves a cell, '' empties it."""
    if writer.option not in {"RAW", "USER_ENTERED"}:
        raise bad("'valueInputOption' is required but not specified")
    rows = _as_rows(lines_of(given), given.get("majorDimension", "ROWS"))
    inside = book.within(area)
    height, width = len(rows), max((len(row) for row in rows), default=0)
    if not height or not width:
        corner = Area(area.sheet, inside.top, inside.top + 1, inside.left, inside.left + 1)
        nothing = {"spreadsheetId": book.book_id, "updatedRange": book.label(corner)}
        return Written(nothing, frozenset())
    target = Area(area.sheet, inside.top, inside.top + height, inside.left, inside.left + width)
    _need_room(book, area, inside, target)
    access.need_cells(book, target, writer.caller)
    sheet, where = book.sheet(area.sheet), locale_of(book.locale)
    touched = set()
    for row, line in enumerate(rows, target.top):
        for column, value in enumerate(line, target.left):
            if value is not None:
                touched.add((area.sheet, row, column))
                old = sheet.cell(row, column)
                sheet.put(row, column, _typed_over(old, value, writer, where))
    book.dirty = True
    reply = {
        "spreadsheetId": book.book_id,
        "updatedRange": book.label(target),
        "updatedRows": len({row for _, row, _ in touched}),
        "updatedColumns": len({column for _, _, column in touched}),
        "updatedCells": len(touched),
    }
    return Written({k: v for k, v in reply.items() if v}, frozenset(touched))


def _typed_over(old: Json, value: object, writer: Writer, where: Locale) -> Json:
    """The cell after a value was written: a formula with a stranger's separators is an error."""
    if old and isinstance(value, str) and value and _for_texts(old):
        return filled(old, Entered({"stringValue": value}))
    one = writer.entered(value, where)
    fresh = filled(old, one)
    formula = (one.value or NO_VALUE).get("formulaValue")
    if formula is not None and misread(formula, where):
        fresh["effectiveValue"] = MISREAD
    return fresh


def lines_of(given: Json) -> list[list[object]]:
    """The lines of a ValueRange.

    Raises:
        Refusal: A line is no list.
    """
    lines = given.get("values", [])
    if not isinstance(lines, list):
        raise _no_list("data.values", lines)
    for place, line in enumerate(lines):
        if not isinstance(line, list):
            raise _no_list(f"data.values[{place}]", line)
    return lines


def _no_list(field: str, value: object) -> Refusal:
    shown_value = json.dumps(value, ensure_ascii=False)
    kind = "type.googleapis.com/google.protobuf.ListValue"
    return violation(field, f"Invalid value at '{field}' ({kind}), {shown_value}")


def _as_rows(lines: list[list[object]], major: str) -> list[list[object]]:
    """Lines of columns turned into rows; a short column leaves cells alone."""
    if major != "COLUMNS":
        return lines
    height = max((len(line) for line in lines), default=0)
    return [[line[n] if n < len(line) else None for line in lines] for n in range(height)]


def _need_room(book: Book, asked: Area, inside: Area, target: Area) -> None:
    """Values must fit the range, unless it is one cell, and the grid."""
    sheet = book.sheet(asked.sheet)
    single = asked.height == 1 and asked.width == 1
    if not single and target.bottom > asked.bottom:
        raise bad(
            f"Requested writing within range [{book.label(inside)}], "
            f"but tried writing to row [{asked.bottom + 1}]"
        )
    if not single and target.right > asked.right:
        raise bad(
            f"Requested writing within range [{book.label(inside)}], "
            f"but tried writing to column [{letters(asked.right)}]"
        )
    if target.bottom > sheet.row_count or target.right > sheet.column_count:
        raise bad(
            f"Range ({book.label(target)}) exceeds grid limits. "
            f"Max rows: {sheet.row_count}, max columns: {sheet.column_count}"
        )


def put(sheet: Sheet, row: int, column: int, given: Entered) -> None:
    """Enter a value; its format comes along when the cell has no number format of its own."""
    sheet.put(row, column, filled(sheet.cell(row, column), given))


def filled(cell: Json, given: Entered) -> Json:
    """The cell with another value; look, note and validation stay."""
    out = {k: v for k, v in cell.items() if k not in VALUE} if cell else {}
    if given.value is not None:
        out["userEnteredValue"] = given.value
    look = out.get("userEnteredFormat", {})
    if given.form is not None and "numberFormat" not in look:
        out["userEnteredFormat"] = look | {"numberFormat": given.form}
    return out


def _for_texts(cell: Json) -> bool:
    """Whether a cell is formatted as plain text: what is typed there stays a text."""
    form = cell.get("userEnteredFormat", {}).get("numberFormat", {})
    return bool(form.get("type") == "TEXT")


def clear(book: Book, area: Area, caller: Caller) -> str:
    """Empty the values of an area, nothing else; gives the area's name."""
    inside = book.within(area)
    access.need_cells(book, inside, caller)
    sheet = book.sheet(area.sheet)
    for row, column, _ in list(sheet.cells(inside)):
        sheet.enter(row, column, None)
    book.dirty = True
    return book.label(inside)


def table_around(book: Book, area: Area) -> Area | None:
    """The last block of filled cells that touches an area: where `append` goes on."""
    sheet = book.sheet(area.sheet)
    filled = [
        (row, column)
        for row, column, cell in sheet.cells(sheet.clip(area))
        if "userEnteredValue" in cell
    ]
    if not filled:
        return None
    row, column = filled[-1]
    block = Area(area.sheet, row, row + 1, column, column + 1)
    while (wider := _ring(sheet, block)) != block:
        block = wider
    return block


def _ring(sheet: Sheet, block: Area) -> Area:
    """The block grown to every side where a neighbour is filled."""
    top, bottom, left, right = block.top, block.bottom, block.left, block.right

    def any_filled(rows: range, columns: range) -> bool:
        return any("userEnteredValue" in sheet.cell(r, c) for r in rows for c in columns)

    wide, high = range(left - 1, right + 1), range(top - 1, bottom + 1)
    return Area(
        block.sheet,
        top - 1 if top and any_filled(range(top - 1, top), wide) else top,
        bottom + 1 if any_filled(range(bottom, bottom + 1), wide) else bottom,
        left - 1 if left and any_filled(high, range(left - 1, left)) else left,
        right + 1 if any_filled(high, range(right, right + 1)) else right,
    )


def append_place(book: Book, area: Area, height: int, width: int) -> tuple[Area | None, Area]:
    """The table that was found, and where new rows go."""
    table = table_around(book, area)
    if table is None:
        top, left = area.top, area.left
        if area.height > 1 or area.width > 1:
            inside = book.within(area)
            top, left = inside.top, inside.left
        return None, Area(area.sheet, top, top + height, left, left + width)
    place = Area(area.sheet, table.bottom, table.bottom + height, table.left, table.left + width)
    return table, place


def grow(sheet: Sheet, area: Area) -> None:
    """Make the grid large enough for an area."""
    sheet.resize(max(sheet.row_count, area.bottom), max(sheet.column_count, area.right))
