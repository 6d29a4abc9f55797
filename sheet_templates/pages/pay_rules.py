"""发放规则 Pay rules: how a score becomes money, and the slices of the ladders."""

from __future__ import annotations

from sheet_templates.book import Book
from sheet_templates.frame import frame
from sheet_templates.table import TableSpec, put_table


def page(book: Book) -> None:
    """The tab: rules on the left, slices on the right."""
    frame(
        book,
        "pay_rules",
        "每条规则一行；参数含义见“说明”。已批准的月份按批准时的规则，不受改动影响。",
        "One rule a line; How it is worked out explains the parameters. Approved months keep the "
        "rule they were approved with.",
    )
    put_table(book, TableSpec("tblPayRule"))
    put_table(book, TableSpec("tblPaySlice", autofilter=False))
