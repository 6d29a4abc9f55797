"""实际值 Actuals."""

from __future__ import annotations

from sheet_templates.book import Book
from sheet_templates.frame import frame
from sheet_templates.table import TableSpec, put_table


def page(book: Book) -> None:
    """The tab: its sentence and its one table."""
    frame(
        book,
        "actuals",
        "每次刷新的全部数值，供透视表和自建图表使用。",
        "Every value of the last refresh, for pivots and own charts.",
        freeze=(4, 4),
    )
    put_table(book, TableSpec("tblActual"))
