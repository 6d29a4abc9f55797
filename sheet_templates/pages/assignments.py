"""分工 Assignments."""

from __future__ import annotations

from sheet_templates.book import Book
from sheet_templates.frame import frame
from sheet_templates.table import TableSpec, put_table


def page(book: Book) -> None:
    """The tab: its sentence and its one table."""
    frame(
        book,
        "assignments",
        "月中换人或多人共管一店时填写，也可写站点或平台；这里的行优先于店铺负责人。",
        "For a change in mid-month, a shared shop, a whole market; wins over the shop's owner.",
        freeze=(4, 1),
    )
    put_table(book, TableSpec("tblAssign"))
