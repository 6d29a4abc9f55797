"""预警 Breaches."""

from __future__ import annotations

from sheet_templates.book import Book
from sheet_templates.frame import frame
from sheet_templates.table import TableSpec, put_table


def page(book: Book) -> None:
    """The tab: its sentence and its one table."""
    frame(
        book,
        "breaches",
        "先处理 ■，再处理 ▲；写下处理和处理人，暂不处理就填静默至。",
        "Take ■ first, then ▲; write what was done and by whom, or silence until a date.",
        freeze=(4, 1),
    )
    put_table(book, TableSpec("tblBreach"))
