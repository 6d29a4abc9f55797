"""合同 Contract: what an agency is measured by; locked, the version travels with it."""

from __future__ import annotations

from sheet_templates.book import Book
from sheet_templates.frame import frame
from sheet_templates.table import TableSpec, put_table


def page(book: Book) -> None:
    """The first tab of a partner's book."""
    frame(
        book,
        "contract",
        "双方确认的指标、权重、目标和来源；只读。有异议请写在“异议”页。",
        "The KPIs, weights, targets and sources both sides agreed to; read only. What you hold "
        "against an item goes on the tab Disputes.",
    )
    put_table(book, TableSpec("tblContract"))
