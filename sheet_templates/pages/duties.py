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
        "每个岗位为什么存在、做什么、能自己决定什么；按本公司情况修改。",
        "What each role is there for, does, and may decide alone; change it to your company.",
    )
    put_table(book, TableSpec("tblDuty", keys=duty_rows(book.language)["tblDuty"]))
