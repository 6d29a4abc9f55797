"""管理逻辑 Management logic, before any KPI: who owns what, what matters, what success is."""

from __future__ import annotations

from sheet_templates.book import Book
from sheet_templates.duty_rows import duty_rows
from sheet_templates.frame import frame
from sheet_templates.table import TableSpec, put_table


def page(book: Book) -> None:
    """The tab; the rows it starts with are examples to change."""
    frame(
        book,
        "logic",
        "先谈清再定指标：谁负责什么、哪些动作重要、成功是什么；逐行确认。",
        "Agree on this before any KPI: who owns what, what matters, what success is.",
    )
    put_table(book, TableSpec("tblLogic", keys=duty_rows(book.language)["tblLogic"]))
