"""补录 Inputs."""

from __future__ import annotations

from sheet_templates.book import Book
from sheet_templates.frame import frame
from sheet_templates.table import TableSpec, put_table


def page(book: Book) -> None:
    """The tab: its sentence and its one table."""
    frame(
        book,
        "inputs",
        "平台不提供的数字在这里补录；采用后处处显示 ✎。",
        "Figures no platform delivers; once used they show ✎ everywhere.",
        freeze=(4, 3),
    )
    put_table(book, TableSpec("tblInput"))
