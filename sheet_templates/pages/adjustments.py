"""调整 Adjustments: the log of strategy: when, why, what, and what was expected."""

from __future__ import annotations

from sheet_templates.book import Book
from sheet_templates.frame import frame
from sheet_templates.table import TableSpec, put_table


def page(book: Book) -> None:
    """The tab."""
    frame(
        book,
        "adjustments",
        "每次调整记一行：日期、原因、内容、预期；发布时在原因里写编号，版本自动带出。",
        "A line a change: date, reason, effect expected; name its number when you publish.",
    )
    put_table(book, TableSpec("tblAdjust"))
