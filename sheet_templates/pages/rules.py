"""规则 Rules: what makes a breach."""

from __future__ import annotations

from sheet_templates.book import Book
from sheet_templates.frame import frame
from sheet_templates.pages.targets import unit_of
from sheet_templates.table import TableSpec, put_table


def page(book: Book) -> None:
    """The tab; eight rules ship, the first: more than 3 bad reviews of one shop in one day."""
    frame(
        book,
        "rules",
        "连续几个完整周期越过界限才算突破；* 表示逐店判断。改动下次刷新起生效。",
        "A breach needs this many complete bad periods in a row; * means each shop. "
        "Changes count from the next refresh.",
    )
    formulas = {"unit": lambda r: unit_of(book, r)}
    put_table(book, TableSpec("tblRule", formulas, fill_down=formulas))
