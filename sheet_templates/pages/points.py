"""加减分 Points."""

from __future__ import annotations

from sheet_templates.book import Book
from sheet_templates.frame import frame
from sheet_templates.table import TableSpec, put_table


def page(book: Book) -> None:
    """The tab: its sentence and its one table."""
    frame(
        book,
        "points",
        "每条加减分写明原因、证据和批准人；加分上限 10，扣分上限 20。",
        "Each entry needs reason, evidence and approval; additions stop at 10, deductions at 20.",
        freeze=(4, 3),
    )
    put_table(book, TableSpec("tblPoint"))
