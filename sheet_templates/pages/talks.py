"""面谈 Talks: one-to-one notes; they stand in the person's own book and nowhere else."""

from __future__ import annotations

from sheet_templates.book import Book
from sheet_templates.frame import frame
from sheet_templates.pages.disputes import LINES
from sheet_templates.table import TableSpec, put_table


def page(book: Book) -> None:
    """A tab of a person's book; a later share leaves every line as it is."""
    frame(
        book,
        "talks",
        "本人与直属主管的面谈记录：只在这个文件里，不进团队工作簿；刷新不改动。",
        "Notes of you and your line manager: in this file only, never in the team's book.",
    )
    put_table(book, TableSpec("tblTalk", blanks=LINES, row_height=42.0))
