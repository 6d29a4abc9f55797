"""Small workbooks with the tables of the layout, made by XlsxWriter for the tests of the patch."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path

import openpyxl
import xlsxwriter

from sheet_templates.layout import TABLES, Language, Owner, TableLayout
from sync_service.workbooks.xlsx import XlsxPort

Extra = Callable[[xlsxwriter.Workbook, xlsxwriter.worksheet.Worksheet], None]
Rows = Sequence[Mapping[str, object]]
HEADER_ROW = 4  # tables start at A4


def make_book(
    path: Path,
    tables: Mapping[str, Rows],
    *,
    language: Language = "en",
    own: Mapping[str, Sequence[str]] | None = None,
    formulas: Mapping[str, str] | None = None,
    extra: Extra | None = None,
    options: dict[str, object] | None = None,
) -> Path:
    """One tab a table; `formulas` by column code, `own` columns by table, `extra` per last tab."""
    book = xlsxwriter.Workbook(str(path), options or {})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    sheet = None
    for name, rows in tables.items():
        layout = TABLES[name]
        sheet = book.add_worksheet(f"T {name}")
        _table(sheet, layout, rows, language, (own or {}).get(name, ()), formulas or {}, day)
    if extra is not None:
        assert sheet is not None
        extra(book, sheet)
    book.close()
    return path


def _table(
    sheet: xlsxwriter.worksheet.Worksheet,
    layout: TableLayout,
    rows: Rows,
    language: Language,
    own: Sequence[str],
    formulas: Mapping[str, str],
    day: xlsxwriter.format.Format,
) -> None:
    headers: list[dict[str, object]] = []
    for column in layout.columns:
        header: dict[str, object] = {"header": column.header(language)}
        if column.owner is Owner.FORMULA and column.code in formulas:
            header["formula"] = formulas[column.code]
        headers.append(header)
    headers += [{"header": text} for text in own]
    last = HEADER_ROW - 1 + max(len(rows), 1)
    sheet.add_table(
        HEADER_ROW - 1,
        0,
        last,
        len(headers) - 1,
        {"name": layout.name, "columns": headers},
    )
    codes = [*(c.code for c in layout.columns), *own]
    for down, row in enumerate(rows):
        for code, value in row.items():
            at = (HEADER_ROW + down, codes.index(code))
            if isinstance(value, date):
                sheet.write_datetime(*at, value, day)
            elif isinstance(value, bool):
                sheet.write_boolean(*at, value)
            elif isinstance(value, (int, float)):
                sheet.write_number(*at, value)
            else:
                sheet.write_string(*at, str(value))


def column(table: str, code: str) -> int:
    """The sheet column (A is 1) of a code in a book of `make_book`."""
    return [c.code for c in TABLES[table].columns].index(code) + 1


def parts(path: Path) -> dict[str, bytes]:
    """All members, inflated."""
    with zipfile.ZipFile(path) as package:
        assert package.testzip() is None
        return {name: package.read(name) for name in package.namelist()}


def values(path: Path, sheet: str) -> dict[str, object]:
    """Non-empty cells as openpyxl reads them."""
    book = openpyxl.load_workbook(io.BytesIO(path.read_bytes()), data_only=True)
    found: dict[str, object] = {
        cell.coordinate: cell.value
        for row in book[sheet].iter_rows()
        for cell in row
        if cell.value is not None
    }
    book.close()
    return found


def port(path: Path, recalculate: str = "never") -> XlsxPort:
    """A port that keeps its backups beside the workbook."""
    return XlsxPort(path, recalculate=recalculate)
