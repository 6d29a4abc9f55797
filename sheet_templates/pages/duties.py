"""岗位职责 Duties: what each role is there for, and what it may decide alone."""

from __future__ import annotations

from sheet_templates.book import Book
from sheet_templates.duty_rows import duty_rows
from sheet_templates.frame import frame
from sheet_templates.table import TableSpec, put_table


def page(book: Book) -> None:
    """The tab; the rows it starts with are examples to change."""
    frame(
        book,
        "duties",
        "每个岗位为什么存在、做什么、能自己决定什么；自定岗位在此新增一行。",
        "What each role is for, does and may decide alone; a role of your own is a new row here.",
    )
    put_table(book, TableSpec("tblDuty", keys=duty_rows(book.language)["tblDuty"]))
