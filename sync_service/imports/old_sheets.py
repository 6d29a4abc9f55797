"""An old KPI workbook as plain grids: each sheet of an xlsx or xls, or a csv; merges filled."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from sync_service.imports.refusals import FileRefusedError
from sync_service.imports.text_files import text_lines
from sync_service.imports.workbook_files import check_extent
from sync_service.workbooks.uploads import check_upload_bytes

MOST_BYTES = 50 * 1024 * 1024
ENDINGS = (".xlsx", ".xls", ".csv")
OldCell = str | float | date | None
Grid = list[list[OldCell]]


@dataclass(frozen=True, slots=True)
class OldSheet:
    """One sheet; the first row and column of the grid are A1."""

    title: str
    rows: Grid


def old_sheets(path: Path) -> tuple[OldSheet, ...]:
    """Every sheet that holds something.

    Raises:
        FileRefusedError: It is none of xlsx, xls, csv, too large, damaged, or empty.
    """
    ending = path.suffix.casefold()
    if ending not in ENDINGS:
        raise FileRefusedError(
            f"{path.name}: an old book must be {', '.join(ENDINGS)}. Save it as one of them.",
            f"{path.name}：旧表应为 {'、'.join(ENDINGS)}。请另存后再导入。",
        )
    data = _bytes(path)
    sheets = tuple(_csv(path, data) if ending == ".csv" else _workbook(path.name, ending, data))
    found = tuple(one for one in sheets if one.rows)
    if not found:
        raise FileRefusedError(
            f"{path.name} holds nothing. Name the workbook that has the KPIs.",
            f"{path.name} 中没有内容。请指定含有考核数据的工作簿。",
        )
    return found


def _bytes(path: Path) -> bytes:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise FileRefusedError(
            f"{path.name} cannot be read ({error.strerror}). Check the path and retry.",
            f"{path.name} 无法读取（{error.strerror}）。请检查路径后重试。",
        ) from error
    if len(data) > MOST_BYTES:
        raise FileRefusedError(
            f"{path.name} is larger than 50 MB. Keep its KPI sheets alone and retry.",
            f"{path.name} 超过 50 MB。请只保留考核相关的工作表后重试。",
        )
    return data


def _csv(path: Path, data: bytes) -> Iterator[OldSheet]:
    _, _, lines = text_lines(path.name, data)
    rows: Grid = []
    for number, cells in lines:
        rows += [[] for _ in range(number - len(rows) - 1)]  # empty lines keep their numbers
        rows.append([_cell(cell) for cell in cells])
    yield OldSheet(path.stem, rows)


def _workbook(name: str, ending: str, data: bytes) -> Iterator[OldSheet]:
    if ending == ".xlsx":
        check_upload_bytes(data, name)
        check_extent(name, data)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        for title in book.sheet_names:
            yield OldSheet(title, _grid(book.get_sheet_by_name(title)))
    except CalamineError as error:
        raise FileRefusedError(
            f"{name} is damaged ({error}). Open it in Excel, save it again, and retry.",
            f"{name} 已损坏（{error}）。请用 Excel 打开并另存后重试。",
        ) from error


def _grid(sheet: CalamineSheet) -> Grid:
    rows: Grid = [[_cell(v) for v in row] for row in sheet.to_python(skip_empty_area=False)]
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or ():
        if top >= len(rows) or left >= len(rows[top]):
            continue
        for row in rows[top : bottom + 1]:
            for column in range(left, min(right + 1, len(row))):
                row[column] = rows[top][left]
    return rows if any(cell is not None for row in rows for cell in row) else []


def _cell(value: object) -> OldCell:
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return float(value)
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    return str(value).strip() or None
