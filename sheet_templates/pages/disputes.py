"""异议 Disputes: what the person holds against an item, and what became of it."""

from __future__ import annotations

from sheet_templates.book import Book
from sheet_templates.frame import frame
from sheet_templates.table import TableSpec, put_table

LINES = 12  # a locked tab cannot grow in Excel, so that empty lines are there


def page(book: Book) -> None:
    """A tab of whoever is scored: one line an item, answered by a task of the manager."""
    frame(
        book,
        "disputes",
        "对某项有异议：选明细中的项，写应为多少、理由和证据；主管答复后这里显示结论。",
        "Choose the item, say what it should be, why, and the evidence; the answer appears here.",
    )
    put_table(book, TableSpec("tblDispute", blanks=LINES))
