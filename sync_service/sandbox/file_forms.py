"""The forms that files come in: CSV in any encoding, and a workbook of one sheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

import xlsxwriter

MADE = datetime(2026, 10, 22, tzinfo=UTC)  # the date inside workbooks, so that bytes repeat
LONGEST_NAME = 31  # characters of a sheet name

Rows = Iterable[Sequence[object]]


def csv_bytes(header: str, rows: Rows, encoding: str = "utf-8-sig") -> bytes:
    """A CSV file; `header` holds the column names with commas between them."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(header.split(","))
    writer.writerows(rows)
    return text.getvalue().encode(encoding)


def xlsx_bytes(title: str, header: str, rows: Rows) -> bytes:
    """A workbook of one sheet; text stays text, numbers are numbers; a long title is cut."""
    target = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(target, options) as workbook:
        workbook.set_properties({"created": MADE})
        sheet = workbook.add_worksheet(title[:LONGEST_NAME])
        sheet.write_row(0, 0, header.split(","))
        for n, row in enumerate(rows, 1):
            sheet.write_row(n, 0, row)
    return target.getvalue()
