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
        "双方确认的指标、目标、来源、计算、奖励和扣减；只读。其余条款见“合同条款”页，异议写在“异议”页。",
        "The KPIs both sides agreed to, with source, calculation, reward and deduction; read only. "
        "The other terms are on Contract terms; what you hold against an item goes on Disputes.",
    )
    put_table(book, TableSpec("tblContract"))
