"""加减分 Points."""

from __future__ import annotations

from sheet_templates.book import Book
from sheet_templates.frame import frame
from sheet_templates.table import TableSpec, put_table


def page(book: Book) -> None:
    """The tab: its sentence and its two tables."""
    frame(
        book,
        "points",
        "左表每条写明原因、证据和批准人；右表定类型的分值、免扣次数和封顶。加分上限 10，扣分 20。",
        "Entries on the left with reason, evidence and approval; kinds with free misses and caps "
        "on the right. Additions stop at 10, deductions at 20.",
        freeze=(4, 3),
    )
    put_table(book, TableSpec("tblPoint"))
    put_table(book, TableSpec("tblPointKind", autofilter=False))
