"""Set free cells of any workbook: what may be set, what is refused and why."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from kpi.tables import ErrorValue
from sync_service.workbooks.areas import Area, address, area, position
from sync_service.workbooks.book import Book, SheetPart
from sync_service.workbooks.day_styles import DayStyles
from sync_service.workbooks.finishing import Work, edit_sheet
from sync_service.workbooks.markup import LONGEST, elements
from sync_service.workbooks.pen import SheetEdits
from sync_service.workbooks.refusals import CellRefusedError
from sync_service.workbooks.serials import FIRST_DAY, FIRST_DAY_1904
from sync_service.workbooks.sheetxml import cells, grid, has_formulas, rows
from sync_service.workbooks.tableparts import tables
from sync_service.workbooks.values import Written, formula_of

_ERRORS = ("#N/A", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#NULL!")
_WORDS: dict[str, Written] = {"TRUE": True, "FALSE": False, **{e: ErrorValue(e) for e in _ERRORS}}
_PLACE = re.compile(
    r"(?:'((?:[^']|'')+)'|([^'!]+))!(\$?[A-Za-z]{1,3}\$?[0-9]{1,7})=(.*)", re.DOTALL
)
_FORM = (
    "Write sheet!cell=value with a cell from A1 to XFD1048576, such as 'Targets!C5=120000'.",
    "请写成 工作表!单元格=值，单元格为 A1 到 XFD1048576，例如 '目标!C5=120000'。",
)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?")


@dataclass(frozen=True, slots=True)
class Assignment:
    """One cell to set."""

    sheet: str
    row: int
    column: int
    value: Written

    def __str__(self) -> str:
        """The place as a reader writes it."""
        return f"{self.sheet}!{address(self.row, self.column)}"


def assignment(text: str) -> Assignment:
    """`Sheet!A1=3.5`; text after an apostrophe, in double quotes, or when it is nothing else."""
    found = _PLACE.fullmatch(text)
    place = position(found[3]) if found else None
    if found is None or place is None:
        raise CellRefusedError(
            text, "it is not of the form Sheet!A1=value", "格式应为 工作表!A1=值", _FORM
        )
    title = found[1].replace("''", "'") if found[1] else found[2]
    return Assignment(title, *place, value(found[4]))


def value(text: str) -> Written:
    """A value as typed: number, TRUE, FALSE, ISO day, error, nothing, else text."""
    if text == "":
        return None
    if text.startswith("'"):
        return text[1:]
    if len(text) > 1 and text[0] == text[-1] == '"':
        return text[1:-1]
    if text in _WORDS:
        return _WORDS[text]
    return _day(text) if _DAY.fullmatch(text) else _number(text)


def _day(text: str) -> Written:
    try:
        return (
            date.fromisoformat(text)
            if len(text) == len("2026-10-22")
            else (datetime.fromisoformat(text))
        )
    except ValueError:
        return text


def _number(text: str) -> Written:
    if not re.fullmatch(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", text):
        return text
    found = float(text)
    return found if found - found == 0 else text


def set_cells(work: Work, wanted: Sequence[Assignment]) -> None:
    """Set every cell, or raise for the first that cannot be set."""
    by_sheet = _by_sheet(work.book, wanted)
    dress = DayStyles(work.book, work.problems)
    for sheet in work.book.sheets:
        edits = by_sheet.get(sheet.part)
        if edits:
            refuse_bound(work.book, sheet, edits)
            edit_sheet(work, sheet, dress.dressed(sheet, edits), "cells set")


def _by_sheet(book: Book, wanted: Sequence[Assignment]) -> dict[str, SheetEdits]:
    """Edits by sheet part; titles ignore case, and no cell may come twice."""
    by_title: dict[str, SheetEdits] = {}
    found: dict[str, SheetEdits] = {}
    first_day = FIRST_DAY_1904 if book.date1904 else FIRST_DAY
    for one in wanted:
        edits = by_title.get(one.sheet)
        if edits is None:
            part = _sheet(book, one.sheet).part
            edits = by_title[one.sheet] = found.setdefault(part, {})
        line = edits.get(one.row)
        if line is None:
            line = edits[one.row] = {}
        column, value = one.column, one.value
        if column in line:
            raise _twice(one)
        if isinstance(value, float):
            pass  # nearly all of many cells are numbers
        elif isinstance(value, str):
            _refuse_long(one, value)
        elif isinstance(value, date):
            _refuse_early(one, value, first_day)
        line[column] = value
    return found


def _sheet(book: Book, title: str) -> SheetPart:
    sheet = book.sheet(title)
    if sheet is None or not sheet.grid:
        known = ", ".join(s.title for s in book.sheets if s.grid)
        raise CellRefusedError(
            title,
            f"there is no such sheet (there are: {known})",
            f"没有该工作表（现有：{known}）",
            ("Write one of these.", "请写其中一个。"),
        )
    return sheet


def _twice(one: Assignment) -> CellRefusedError:
    return CellRefusedError(
        str(one), "it is given twice", "它给出了两次", ("Name it once.", "请只写一次。")
    )


def _refuse_long(one: Assignment, text: str) -> None:
    """A text beyond what Excel holds: it counts in UTF-16, so most emoji count twice."""
    if len(text) * 2 <= LONGEST:
        return
    count = len(text.encode("utf-16-le", "surrogatepass")) // 2
    if count > LONGEST:
        raise CellRefusedError(
            str(one),
            f"the text has {count:,} characters, a cell holds {LONGEST:,}",
            f"文字有 {count:,} 个字符，一个单元格最多 {LONGEST:,} 个",
            ("Shorten it, or use several cells.", "请缩短，或分到几个单元格。"),
        )


def _refuse_early(one: Assignment, day: date, first: date) -> None:
    """A day for which the workbook's dates have no serial that every program reads alike."""
    if (day.date() if isinstance(day, datetime) else day) < first:
        raise CellRefusedError(
            str(one),
            f"dates of this workbook begin on {first}",
            f"本工作簿的日期从 {first} 开始",
            (
                "Write a later day, or put an apostrophe before it to keep it as text.",
                "请写更晚的日期，或在前面加一个撇号按文字保存。",
            ),
        )


def refuse_bound(book: Book, sheet: SheetPart, edits: Mapping[int, Mapping[int, object]]) -> None:
    """Raise for a cell that is not free: formula, array, data table, merged, header of a table."""
    for taken, en, zh in _bound(book, sheet, edits):
        one_line = taken.top == taken.bottom
        near = (taken.top,) if one_line else [n for n in edits if taken.top <= n <= taken.bottom]
        for row in near:
            for column in edits.get(row, ()):
                if taken.left <= column <= taken.right:
                    raise CellRefusedError(f"{sheet.title}!{address(row, column)}", en, zh)


def _bound(
    book: Book, sheet: SheetPart, edits: Mapping[int, Mapping[int, object]]
) -> Iterator[tuple[Area, str, str]]:
    """Every area with a reason why it is not free."""
    xml = book.xml(sheet.part)
    for merge in elements(xml, (b"mergeCell",), xml.rfind(b"sheetData")):
        merged = area(merge.get("ref") or "")
        if merged:
            yield from _merged(merged)
    if book.links(sheet.part):
        for table in tables(book):
            if table.sheet.part == sheet.part and table.header_rows:
                ref = table.ref
                header = Area(ref.top, ref.left, table.first - 1, ref.right)
                yield header, f"it is a header of table {table.name}", f"它是表 {table.name} 的表头"
    if has_formulas(xml):
        yield from _formulas(book, sheet, edits)


def _merged(merged: Area) -> Iterator[tuple[Area, str, str]]:
    """All cells of a merged range but its first."""
    en = f"it is merged into {address(merged.top, merged.left)}"
    zh = f"它已合并到 {address(merged.top, merged.left)}"
    if merged.right > merged.left:
        yield Area(merged.top, merged.left + 1, merged.top, merged.right), en, zh
    if merged.bottom > merged.top:
        yield Area(merged.top + 1, merged.left, merged.bottom, merged.right), en, zh


def _formulas(
    book: Book, sheet: SheetPart, edits: Mapping[int, Mapping[int, object]]
) -> Iterator[tuple[Area, str, str]]:
    """Formula cells among the edited ones, and ranges that a formula owns."""
    found = grid(book.xml(sheet.part))
    for row in rows(found):
        owner = b"ref=" in row.body or b"ref =" in row.body
        if row.number not in edits and not owner:
            continue
        for cell in cells(found, row):
            formula = formula_of(cell) if cell.has_formula else None
            if formula is None:
                continue
            kind, ref = formula[0].get("t", "normal"), area(formula[0].get("ref", ""))
            if kind == "array" and ref:
                yield ref, "it is part of an array formula", "它属于数组公式"
            elif kind == "dataTable" and ref:
                yield ref, "it is part of a data table", "它属于模拟运算表"
            own = Area(row.number, cell.column, row.number, cell.column)
            yield own, "it holds a formula", "它含有公式"
