"""加减分 Points."""

from __future__ import annotations

from sheet_templates.book import Book
from sheet_templates.frame import frame
from sheet_templates.table import TableSpec, put_table


def page(book: Book) -> None:
    """The tab: its sentence and its tables; a person's own book shows the entries alone."""
    kinds = "tblPointKind" in book.places
    frame(
        book,
        "points",
        "左表每条写明原因、证据和批准人；右表定类型的分值、免扣次数和封顶。总上限见设置。"
        if kinds
        else "你的加减分，每条有原因、证据和批准人。计入列已按上限封顶。",
        "Entries on the left with reason, evidence and approval; kinds with free misses and caps "
        "on the right. What counts in all stops at the caps of Setup."
        if kinds
        else "Your points, each with reason, evidence and approval; what counts stops at the caps.",
        freeze=(4, 3),
    )
    put_table(book, TableSpec("tblPoint"))
    if kinds:
        put_table(book, TableSpec("tblPointKind", autofilter=False))
