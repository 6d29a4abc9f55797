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
        "一人一行；“人员”用短码，全表都按它匹配。离职填日期，不要删行。",
        "One line a person; every tab matches the short code. Fill the end date, delete no line.",
        freeze=(4, 5),
    )
    put_table(book, TableSpec("tblPeople"))
