"""A workbook that desktop Excel holds open, as a workbook port: xlwings, its free part only.

Read and planned as every workbook that another program holds (`grids`). Written in one step: the
workbook is read again and must be the one that was read before; then the service's own cells, a
rectangle an assignment, with the screen still and calculation held back; where anything fails, what
was written is taken back, newest first. The file itself is saved by the person who has it open.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sheet_templates.layout import SHEETS
from sheet_templates.purpose import Shown
from sync_service.told import ToldError
from sync_service.workbooks.areas import address
from sync_service.workbooks.grids import GridPlan, plan_grid
from sync_service.workbooks.live_book import LiveBook, LiveTable, open_now
from sync_service.workbooks.live_cells import Block, blocks, is_formula, rows_of, typed
from sync_service.workbooks.port import BookContents, NamePatch, TablePatch, WriteReport, Written
from sync_service.workbooks.refusals import BookChangedError, TableRefusedError
from sync_service.workbooks.visibility import CARD_NAME

if TYPE_CHECKING:
    from xlwings import App, Book, Range

Undo = list[Callable[[], object]]


@dataclass(slots=True)
class LiveExcelPort:
    """A workbook that is open in Excel on this computer."""

    book: Book
    mac: bool = field(default=sys.platform == "darwin", kw_only=True)

    def fingerprint(self) -> str:
        """A hash of what the service reads, as for every workbook that is sent."""
        return self.now().sent.fingerprint

    def read(self) -> BookContents:
        """All tables of the layout, as they are now."""
        return self.now().sent.contents()

    def now(self) -> LiveBook:
        """The open workbook."""
        return open_now(self.book, mac=self.mac)

    def write(
        self,
        tables: Sequence[TablePatch],
        names: Sequence[NamePatch],
        fingerprint: str,
        shown: Shown | None = None,
    ) -> WriteReport:
        """Write in one atomic step, or not at all; raises KpiError with the mend."""
        book = self.now()
        if book.sent.fingerprint != fingerprint:
            raise BookChangedError(str(self.book.name))
        plans = {
            one.table: plan_grid(book.tables[one.table].grid, one)
            for one in tables
            if one.table in book.tables
        }
        for name, plan in plans.items():
            _refuse_growth(book.tables[name], plan.count)
        values = {one.name: one.value for one in names if one.name in book.names}
        with undone_unless_whole(self.book.app) as undo:
            for name, plan in plans.items():
                _write_table(book.tables[name], plan, undo)
            for name, value in values.items():
                _write_name(book.names[name], book.sent.names[name], value, undo)
            if shown is not None:
                _show(book, shown, undo)
        return _report(plans, tables)


def _report(plans: Mapping[str, GridPlan], tables: Sequence[TablePatch]) -> WriteReport:
    cells = sum(len(plan.cells) for plan in plans.values())
    kept = sum(len(one.rows) * len(one.codes()) for one in tables) - cells
    changed = {name: "written in the open workbook" for name, p in plans.items() if p.cells}
    problems = tuple(problem for plan in plans.values() for problem in plan.problems)
    return WriteReport(cells, max(kept, 0), len(plans) - len(changed), changed, None, problems)


# --- writing --------------------------------------------------------------------------------------


@contextmanager
def undone_unless_whole(app: App) -> Iterator[Undo]:
    """Hold screen, events and calculation still; what was done is undone where the rest fails.

    Raises:
        ToldError: Excel refused something; the workbook holds its old values, or says that not.
    """
    undo: Undo = []
    before = app.screen_updating, app.enable_events, app.calculation
    app.screen_updating, app.enable_events, app.calculation = False, False, "manual"
    try:
        yield undo
    except Exception as error:
        _put_back(undo, error)
        raise ToldError(
            f"Excel refused ({_short(error)}); the workbook holds its old values. "
            "Finish typing in the cell, lift sheet protection, and press Refresh again.",
            f"Excel 拒绝写入（{_short(error)}），工作簿仍为旧数值。"
            "请结束单元格编辑、取消工作表保护后再刷新。",
        ) from error
    finally:
        app.screen_updating, app.enable_events, app.calculation = before


def _put_back(undo: Undo, error: Exception) -> None:
    try:
        for back in reversed(undo):
            back()
    except Exception as worse:  # noqa: BLE001 - Excel's errors have no class in common
        raise ToldError(
            f"Excel refused ({_short(error)}), and the old values could not be put back "
            f"({_short(worse)}). Close the workbook without saving.",
            f"Excel 拒绝写入（{_short(error)}），且旧数值未能恢复（{_short(worse)}）。"
            "请不保存关闭工作簿。",
        ) from error


def _short(error: Exception) -> str:
    return str(error).strip()[:200] or type(error).__name__


def _write_table(one: LiveTable, plan: GridPlan, undo: Undo) -> None:
    """The cells of one table; it grows before and shrinks after."""
    count, width = len(one.grid.rows), len(one.grid.headers)
    if plan.count > count:
        _grow(one, count, plan.count, undo)
    kept = {at: value for at, value in plan.cells.items() if at[0] < plan.count}
    for block in blocks(kept, one.grid.rows, one.fixed):
        _write_block(one, block, undo)
    if plan.count > count:
        _fill_down(one, count, plan.count)
    if plan.count < count:
        surplus = one.area(plan.count, 0, count - 1, width - 1)
        texts = one.texts[plan.count : count]
        old = [
            [
                text if is_formula(text, value) else typed(value)
                for text, value in zip(texts[n], one.grid.rows[plan.count + n], strict=True)
            ]
            for n in range(count - plan.count)
        ]
        undo.append(lambda: setattr(surplus, "formula", old))
        surplus.clear_contents()
        _resize(one, plan.count, count, undo)


def _write_block(one: LiveTable, block: Block, undo: Undo) -> None:
    height, width = block.size
    area = one.area(block.row, block.column, block.row + height - 1, block.column + width - 1)
    known = one.grid.rows[block.row : block.row + height]
    old = [[typed(v) for v in row[block.column : block.column + width]] for row in known]
    if old:
        there = one.area(
            block.row, block.column, block.row + len(old) - 1, block.column + width - 1
        )
        undo.append(lambda: setattr(there, "value", old))
    area.value = [[typed(value) for value in row] for row in block.values]


def _grow(one: LiveTable, before: int, after: int, undo: Undo) -> None:
    fresh = one.area(before, 0, after - 1, len(one.grid.headers) - 1)
    undo.append(fresh.clear_contents)
    _resize(one, after, before, undo)


def _resize(one: LiveTable, after: int, before: int, undo: Undo) -> None:
    """Give the table so many data rows."""
    last = len(one.grid.headers) - 1
    undo.append(lambda: one.table.resize(one.area(-1, 0, before - 1, last)))
    one.table.resize(one.area(-1, 0, after - 1, last))


def _fill_down(one: LiveTable, before: int, after: int) -> None:
    """New rows take the formulas of the row above, where Excel did not fill them itself."""
    last = len(one.grid.headers) - 1
    fresh = rows_of(one.area(before, 0, after - 1, last).formula)
    for at, text in enumerate(one.texts[before - 1]):
        lacks = any(row[at] in (None, "") for row in fresh)
        if is_formula(text, one.grid.rows[before - 1][at]) and lacks:
            source = one.area(before - 1, at, before - 1, at)
            source.autofill(one.area(before - 1, at, after - 1, at), "fill_copy")


def _refuse_growth(one: LiveTable, count: int) -> None:
    """Raise where the cells below the table are not free; nothing is ever shifted."""
    before, width = len(one.grid.rows), len(one.grid.headers)
    if count <= before:
        return
    below = one.area(before, 0, count - 1, width - 1)
    texts = rows_of(below.formula)
    filled = [
        (n, at) for n, row in enumerate(texts) for at, t in enumerate(row) if t not in (None, "")
    ]
    if not filled and not one.totals:
        return
    row, column = filled[0] if filled else (0, 0)
    at = address(one.grid.top + 1 + before + row, one.grid.left + column)
    name, sheet = one.grid.layout.name, one.grid.sheet
    raise TableRefusedError(
        f"{name} needs {count - before} more rows, but {sheet}!{at} below it is filled. "
        "Move it away.",
        f"{name} 需要再增加 {count - before} 行，但其下方 {sheet}!{at} 非空。请先移走。",
    )


def _write_name(cell: Range, before: Written, value: Written, undo: Undo) -> None:
    """The cell of a name; a formula there is left alone."""
    if is_formula(rows_of(cell.formula)[0][0], before):
        return
    undo.append(lambda: setattr(cell, "value", typed(before)))
    cell.value = typed(value)


# --- what is seen ---------------------------------------------------------------------------------

_TABLES = {sheet.code: frozenset(t.name for t in sheet.tables) for sheet in SHEETS}


def _show(book: LiveBook, shown: Shown, undo: Undo) -> None:
    """Tabs and columns of a purpose or a mode; what is not there is passed over."""
    tabs = {
        code: one.sheet
        for code in shown.tabs
        for name, one in book.tables.items()
        if name in _TABLES[code]
    }
    if CARD_NAME in book.names and "card" in shown.tabs:
        tabs["card"] = book.names[CARD_NAME].sheet
    for code in sorted(tabs, key=lambda code: not shown.tabs[code]):  # first show, then hide
        _see(tabs[code], "visible", shown.tabs[code], undo)
    for name, columns in shown.columns.items():
        one = book.tables.get(name)
        for at, known in enumerate(one.grid.codes if one else ()):
            if one and known is not None and known in columns:
                _see(one.area(-1, at, -1, at).columns, "hidden", not columns[known], undo)


def _see(thing: object, name: str, value: bool, undo: Undo) -> None:
    before = bool(getattr(thing, name))
    if before != value:
        undo.append(lambda: setattr(thing, name, before))
        setattr(thing, name, value)
