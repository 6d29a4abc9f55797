"""Whether a table may grow: nothing is ever shifted, so the cells below it must be free."""

from __future__ import annotations

from sync_service.workbooks.areas import LAST_ROW, Area, address, areas
from sync_service.workbooks.book import Book
from sync_service.workbooks.markup import elements
from sync_service.workbooks.reading import Placed, SheetRows
from sync_service.workbooks.refusals import TableRefusedError
from sync_service.workbooks.sheetxml import cells, grid
from sync_service.workbooks.tableparts import tables


def refuse_growth(book: Book, one: Placed, count: int) -> None:
    """Raise where the cells below the table are not free; nothing is ever shifted."""
    table, ref = one.found, one.found.ref
    wanted = Area(table.last + 1, ref.left, table.last + count, ref.right)
    if table.totals_rows:
        raise _no_room(one, count, address(ref.bottom, ref.left), "the totals row", "汇总行")
    if wanted.bottom > LAST_ROW:
        raise _no_room(one, count, address(LAST_ROW, ref.left), "the end of the sheet", "表尾")
    for other in tables(book):
        beside = other.sheet.part == table.sheet.part and other.part != table.part
        if beside and other.ref.meets(wanted):
            at = address(other.ref.top, other.ref.left)
            raise _no_room(one, count, at, f"table {other.name}", f"表 {other.name}")
    xml = book.xml(table.sheet.part)
    for merge in elements(xml, (b"mergeCell",), xml.rfind(b"sheetData")):
        for area in areas(merge.get("ref") or ""):
            if area.meets(wanted):
                raise _no_room(one, count, str(area), "merged cells", "合并单元格")
    _refuse_filled(book, one, count, wanted)


def _refuse_filled(book: Book, one: Placed, count: int, wanted: Area) -> None:
    sheet = grid(book.xml(one.found.sheet.part))
    for raw in SheetRows(book, {}).of(one.found.sheet):
        if wanted.top <= raw.number <= wanted.bottom:
            for cell in cells(sheet, raw):
                if cell.inner and wanted.holds(raw.number, cell.column):
                    at = address(raw.number, cell.column)
                    raise _no_room(one, count, at, "a filled cell", "非空单元格")


def _no_room(one: Placed, count: int, at: str, en: str, zh: str) -> TableRefusedError:
    name, sheet = one.layout.name, one.found.sheet.title
    return TableRefusedError(
        f"{name} needs {count} more rows, but {sheet}!{at} below it holds {en}. Move it away.",
        f"{name} 需要再增加 {count} 行，但其下方 {sheet}!{at} 有{zh}。请先移走。",
    )
