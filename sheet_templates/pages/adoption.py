"""推行 Adoption: is the system used, team by team."""

from __future__ import annotations

from sheet_templates.book import Book
from sheet_templates.frame import frame
from sheet_templates.table import TableSpec, put_table


def page(book: Book) -> None:
    """The tab."""
    frame(
        book,
        "adoption",
        "每季度运行 review --kpis 更新；不用的团队由发起人跟进（设置页的“发起人”）。",
        "Filled by review --kpis; the sponsor named in Setup follows up teams that do not use it.",
    )
    put_table(book, TableSpec("tblAdoption"))
