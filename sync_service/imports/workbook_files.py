"""An uploaded workbook becomes lines of cells: stored values only, never the formulas."""

from __future__ import annotations

import io
import math
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from python_calamine import CalamineError, CalamineWorkbook

from sync_service.imports.cells import Cell
from sync_service.imports.extent import extent
from sync_service.imports.refusals import FileRefusedError
from sync_service.workbooks.areas import address
from sync_service.workbooks.book import open_book
from sync_service.workbooks.package import UPLOAD, open_package
from sync_service.workbooks.uploads import check_upload_bytes

MOST_CELLS = 10_000_000  # of the rectangle from A1; the reader below keeps all of it in memory
_Lines = list[tuple[int, list[Cell]]]


def workbook_lines(name: str, data: bytes) -> _Lines:
    """The rows of the first sheet with a table, numbered as the sheet counts.

    Raises:
        FileRefusedError: It holds no table, is damaged, or a cell lies absurdly far out.
        RefusedBookError: It holds what may not come in.
    """
    check_upload_bytes(data, name)
    check_extent(name, data)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        for title in book.sheet_names:
            lines = _lines(book.get_sheet_by_name(title).to_python(skip_empty_area=False))
            if lines and len(lines[0][1]) > 1:
                return lines
    except CalamineError as error:
        raise _damaged(name, str(error)) from error
    raise FileRefusedError(
        f"{name} holds no table. Import the workbook that has one.",
        f"{name} 中没有表格。请导入含有表格的工作簿。",
    )


def _lines(rows: Iterable[Sequence[object]]) -> _Lines:
    return [
        (n, [_cell(value) for value in row])
        for n, row in enumerate(rows, 1)
        if any(value != "" for value in row)
    ]


def check_extent(name: str, data: bytes) -> None:
    """Refuse a sheet with a cell far out: its reader would ask for memory for all between."""
    package = open_package(data, name, UPLOAD)
    book = open_book(package, name)
    for sheet in book.sheets:
        if not sheet.grid:
            continue
        try:
            found = extent(package.read(sheet.part))
        except ValueError as error:
            raise _damaged(name, f"{sheet.title}: {error}") from error
        if found.bottom * found.right > MOST_CELLS:
            far = address(found.bottom, found.right)
            raise FileRefusedError(
                f"{name}, sheet {sheet.title}: its cells reach to {far}, more than "
                f"{MOST_CELLS:,} cells. Delete what lies far below or to the right, and save.",
                f"{name} 的工作表 {sheet.title}：单元格延伸到 {far}，超过 {MOST_CELLS:,} 个。"
                "请删除远处的多余单元格后保存。",
            )


def _damaged(name: str, what: str) -> FileRefusedError:
    return FileRefusedError(
        f"{name} is damaged ({what}). Open it in Excel, save it again, and retry.",
        f"{name} 已损坏（{what}）。请用 Excel 打开并另存后重试。",
    )


def _cell(value: object) -> Cell:
    """A workbook's value: numbers keep the digits that the workbook shows."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return Decimal(repr(value)) if math.isfinite(value) else str(value)
    if isinstance(value, int):
        return Decimal(value)
    if isinstance(value, datetime):
        return value.date() if value.time() == time() else value
    if isinstance(value, (time, timedelta)):
        return str(value)
    return value if isinstance(value, date) else str(value).strip()
