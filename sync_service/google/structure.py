"""The one structural batch of a refresh: rows that a grid lacks, and what is to be seen.

Nothing here addresses a cell's content: a column that a person inserts in the gap between reading
and writing can shift no value.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sheet_templates.layout import SHEETS
from sheet_templates.purpose import Shown
from sync_service.google.locate import GoogleBook, Located
from sync_service.google.new_rows import row_looks
from sync_service.google.spreadsheet import Span
from sync_service.workbooks.areas import address
from sync_service.workbooks.grids import GridPlan
from sync_service.workbooks.refusals import TableRefusedError

Request = dict[str, Any]
MOST_CELLS = 10_000_000  # of a spreadsheet (spreadsheets.md 3.1)
SPARE = 200  # rows that a grid which is too short gets beyond the ones needed
_TABLES = {sheet.code: frozenset(t.name for t in sheet.tables) for sheet in SHEETS}


def structural(
    book: GoogleBook, plans: Mapping[str, GridPlan], shown: Shown | None
) -> list[Request]:
    """What no value write can do; empty for most refreshes.

    Raises:
        TableRefusedError: The cells below a table that must grow are taken.
    """
    made: list[Request] = []
    for name, plan in plans.items():
        made += _grown(book, book.tables[name], plan)
    if shown is not None:
        made += _seen(book, shown)
    return made


# --- rows -----------------------------------------------------------------------------------------


def _grown(book: GoogleBook, one: Located, plan: GridPlan) -> Iterator[Request]:
    """Rows for a table that needs more; nothing is ever shifted."""
    before, after = len(one.grid.rows), plan.count
    if after <= before:
        return
    last = one.row(after)  # not included
    tab = book.sheet.tabs[one.span.tab]
    if last > one.span.bottom:
        _refuse_taken(book, one, last)
    if last > tab.rows:
        rows = last - tab.rows + SPARE
        _refuse_too_many(book, rows * tab.columns, one.grid.layout.name)
        yield {"appendDimension": {"sheetId": tab.id, "dimension": "ROWS", "length": rows}}
    if tab.code:  # of the template; a tab that people made has a look of their own
        yield from row_looks(one, (before, after), book.sent.language)
    number = book.sheet.named_ids.get(one.grid.layout.name)
    if number and last > one.span.bottom:
        yield _longer(one, last, number)


def _refuse_too_many(book: GoogleBook, more: int, name: str) -> None:
    """Raise where the spreadsheet would have more cells than Google allows."""
    cells = sum(tab.rows * tab.columns for tab in book.sheet.tabs.values())
    if cells + more > MOST_CELLS:
        raise TableRefusedError(
            f"{name} needs {more:,} more cells, but the spreadsheet has {cells:,} of Google's "
            f"{MOST_CELLS:,}. Delete empty rows and columns of other tabs, or old rows.",
            f"{name} 还需要 {more:,} 个单元格，而表格已有 {cells:,} 个"
            f"（Google 上限 {MOST_CELLS:,}）。请删除其他工作表的空行空列或旧数据。",
        )


def _longer(one: Located, last: int, number: str) -> Request:
    """Rows below the reserved ones belong to the table."""
    area = Span(one.span.tab, one.span.top, one.span.left, last, one.span.right)
    wider = {
        "namedRangeId": number,
        "name": one.grid.layout.name,
        "range": area.range,
    }
    return {"updateNamedRange": {"namedRange": wider, "fields": "range"}}


def _refuse_taken(book: GoogleBook, one: Located, last: int) -> None:
    """Raise where something stands below the table."""
    tab, name = book.sheet.tabs[one.span.tab], one.grid.layout.name
    for row in range(one.span.bottom, last):
        for at in range(one.span.left, one.span.right):
            cell = tab.cell(row, at)
            if cell.value is not None or cell.formula:
                where = f"{tab.title}!{address(row + 1, at + 1)}"
                need = last - one.span.bottom
                raise TableRefusedError(
                    f"{name} needs {need} more rows, but {where} below it is filled. Move it away.",
                    f"{name} 需要再增加 {need} 行，但其下方 {where} 非空。请先移走。",
                )


# --- what is seen ---------------------------------------------------------------------------------


def _seen(book: GoogleBook, shown: Shown) -> Iterator[Request]:
    """Tabs and columns of a purpose or a mode; what is not there is passed over."""
    wanted = {
        one.span.tab: shown.tabs[code]
        for code in shown.tabs
        for name, one in book.tables.items()
        if name in _TABLES[code]
    }
    codes = {tab.code: tab.id for tab in book.sheet.tabs.values() if tab.code}
    wanted |= {codes[code]: seen for code, seen in shown.tabs.items() if code in codes}
    tabs = book.sheet.tabs
    left = [tab.id for tab in tabs.values() if wanted.get(tab.id, not tab.hidden)]
    changed = {at: seen for at, seen in wanted.items() if tabs[at].hidden is seen}
    if left:  # a spreadsheet shows at least one tab
        for at in sorted(changed, key=lambda at: not changed[at]):  # first show, then hide
            properties = {"sheetId": at, "hidden": not changed[at]}
            yield {"updateSheetProperties": {"properties": properties, "fields": "hidden"}}
    for name, columns in shown.columns.items():
        table = book.tables.get(name)
        for code, visible in columns.items():
            place = table.column(code) if table else None
            if table is not None and place is not None:
                yield from _column(book, table, place, visible=visible)


def _column(book: GoogleBook, one: Located, at: int, *, visible: bool) -> Iterator[Request]:
    hidden = at in book.sheet.tabs[one.span.tab].hidden_columns
    if hidden is visible:
        where = {"sheetId": one.span.tab, "dimension": "COLUMNS"}
        change = {"range": {**where, "startIndex": at, "endIndex": at + 1}}
        hide = {"properties": {"hiddenByUser": not visible}, "fields": "hiddenByUser"}
        yield {"updateDimensionProperties": {**change, **hide}}
