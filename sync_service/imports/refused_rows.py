"""The refused rows as a sheet: row, column, what stood there, why; texts stay texts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import xlsxwriter

from sync_service.imports.refusals import RefusedRow

HEADS = ("行 Row", "列 Column", "内容 Cell", "原因", "Reason")
_WIDTHS = (10, 28, 28, 48, 60)


def write_refused(path: Path, refused: Sequence[RefusedRow]) -> None:
    """Write the sheet; a cell that starts with = + - @ is never evaluated."""
    path.parent.mkdir(parents=True, exist_ok=True)
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(str(path), options) as workbook:
        sheet = workbook.add_worksheet("拒绝 Refused")
        sheet.freeze_panes(1, 0)
        bold = workbook.add_format({"bold": True})
        for at, (head, width) in enumerate(zip(HEADS, _WIDTHS, strict=True)):
            sheet.write_string(0, at, head, bold)
            sheet.set_column(at, at, width)
        for n, one in enumerate(refused, 1):
            sheet.write_number(n, 0, one.row)
            for at, text in enumerate((one.column, one.shown, one.zh, one.en), 1):
                sheet.write_string(n, at, text)
