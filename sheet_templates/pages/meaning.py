"""说明口径 Definitions: the person's own items, each with what it counts and what it leaves out."""

from __future__ import annotations

from sheet_templates.book import Book
from sheet_templates.frame import frame
from sheet_templates.table import TableSpec, put_table


def page(book: Book) -> None:
    """A tab of a person's book; read only."""
    frame(
        book,
        "meaning",
        "我的每个指标：权重、目标、怎么算、数据从哪里来；只读。",
        "Each of my KPIs: weight, target, how it is worked out, where the data come from.",
        freeze=(4, 2),
    )
    put_table(book, TableSpec("tblMeaning"))
