"""人员 People."""

from __future__ import annotations

from sheet_templates.book import Book
from sheet_templates.frame import frame
from sheet_templates.table import TableSpec, put_table


def page(book: Book) -> None:
    """The tab: its sentence and its one table."""
    frame(
        book,
        "people",
        "一人一行，按短码匹配；调岗再写一行并填“变动起”。离职填日期，不要删行。",
        "One line a person, matched by short code; a move is a second line with From. Delete none.",
        freeze=(4, 5),
    )
    put_table(book, TableSpec("tblPeople"))
