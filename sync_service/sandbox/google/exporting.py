"""A book as .xlsx: what Drive exports, and what a calculating program can read.

Values, formulas with the value they have, number formats, bold and fill, merges, tabs, names.
Charts, rules, validations and protections are left out.
"""

from __future__ import annotations

import io
from typing import Any

import xlsxwriter

from sync_service.sandbox.google.formulas import english
from sync_service.sandbox.google.locales import Locale, locale_of
from sync_service.sandbox.google.model import Book, Sheet
from sync_service.sandbox.google.ranges import area_of, letters, quoted
from sync_service.sandbox.google.showing import error_text, usual_pattern
from sync_service.sandbox.google.values import effective

Json = dict[str, Any]

XLSX_MIME = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LAST_ROW, LAST_COLUMN = 1 << 20, 1 << 14


def xlsx(book: Book) -> bytes:
    """The workbook; tabs keep their titles (cut to 31 characters) and order."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_urls": False, "nan_inf_to_errors": True}
    workbook = xlsxwriter.Workbook(out, options)
    where = locale_of(book.locale)
    looks: dict[str, Any] = {}
    for sheet in book.sheets:
        page = workbook.add_worksheet(sheet.title[:31])
        _merge(page, sheet)
        for row, column, cell in sheet.cells(sheet.whole()):
            look = _look(cell.get("userEnteredFormat", {}), where)
            shape = looks.get(repr(look)) or workbook.add_format(look)
            looks[repr(look)] = shape
            _write(page, row, column, cell, shape, where)
    for one in book.named:
        workbook.define_name(one["name"], f"={_absolute(book, one['range'])}")
    workbook.close()
    return out.getvalue()


def _look(look: Json, where: Locale) -> Json:
    """The properties of a format."""
    form, out = look.get("numberFormat", {}), {}
    pattern = form.get("pattern") or usual_pattern(form.get("type", ""), where)
    if pattern:
        out["num_format"] = pattern
    if look.get("textFormat", {}).get("bold"):
        out["bold"] = True
    fill = look.get("backgroundColorStyle", {}).get("rgbColor")
    if fill is not None:
        parts = (round(fill.get(name, 0) * 255) for name in ("red", "green", "blue"))
        out["bg_color"] = "#" + "".join(f"{part:02X}" for part in parts)
    return out


def _write(page: Any, row: int, column: int, cell: Json, shape: Any, where: Locale) -> None:  # noqa: ANN401 - the library has no types
    value, result = cell.get("userEnteredValue", {}), effective(cell)
    if "formulaValue" in value:
        shown = result.get("numberValue", result.get("stringValue", result.get("boolValue", "")))
        shown = error_text(result) if "errorValue" in result else shown
        page.write_formula(row, column, english(value["formulaValue"], where), shape, shown)
    elif "numberValue" in value:
        page.write_number(row, column, value["numberValue"], shape)
    elif "boolValue" in value:
        page.write_boolean(row, column, value["boolValue"], shape)
    elif "errorValue" in value:
        page.write_formula(row, column, f"={error_text(value)}", shape, error_text(value))
    elif "stringValue" in value:
        page.write_string(row, column, value["stringValue"], shape)
    else:
        page.write_blank(row, column, None, shape)


def _merge(page: Any, sheet: Sheet) -> None:  # noqa: ANN401 - the library has no types
    """Merge before anything is written: a merge writes its first cell."""
    for merge in sheet.lists["merges"]:
        area = area_of(merge)
        page.merge_range(area.top, area.left, area.bottom - 1, area.right - 1, "")


def _absolute(book: Book, grid: Json) -> str:
    """A range as a name of a workbook has it."""
    area = area_of(grid).clipped(LAST_ROW, LAST_COLUMN)
    first = f"${letters(area.left)}${area.top + 1}"
    last = f"${letters(area.right - 1)}${area.bottom}"
    return f"{quoted(book.sheet(area.sheet).title)}!{first}:{last}"
