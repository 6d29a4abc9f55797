"""新人 Newcomers: each mentor's newcomers, how far they are, and what was typed for them."""

from __future__ import annotations

from sheet_templates.book import Book
from sheet_templates.frame import frame
from sheet_templates.table import TableSpec, put_table


def page(book: Book) -> None:
    """The tab; the gates are tasks, quiz and rating are lines of Inputs under the person's code."""
    frame(
        book,
        "newcomers",
        "按带教筛选，看每位新人的关卡；关卡在任务页，测验和评分在补录页“店铺”列填新人短码。",
        "Filter by mentor. Gates stand in Tasks; type quiz and rating in Inputs, person as Shop.",
    )
    put_table(book, TableSpec("tblNewcomer"))
