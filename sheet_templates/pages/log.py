"""日志 Log."""

from __future__ import annotations

from sheet_templates.book import Book
from sheet_templates.frame import frame
from sheet_templates.table import TableSpec, put_table


def page(book: Book) -> None:
    """The tab: its sentence and its one table."""
    frame(
        book,
        "log",
        "最近 500 条：发生了什么，怎么办。",
        "The last 500 entries: what happened and how to mend it.",
        freeze=(4, 1),
    )
    put_table(book, TableSpec("tblLog"))
