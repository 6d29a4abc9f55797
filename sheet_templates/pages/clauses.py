"""合同条款 Contract terms: what both sides agreed to beside the KPIs; locked, of one partner."""

from __future__ import annotations

from sheet_templates.book import Book
from sheet_templates.frame import frame
from sheet_templates.table import TableSpec, put_table


def page(book: Book) -> None:
    """The second tab of a partner's book."""
    frame(
        book,
        "clauses",
        "双方签名的条款；只读。结算单按这里的值计算，金额为合同币种。",
        "The terms both sides signed; read only. Statements are worked out by these values; money "
        "is in the contract's currency.",
        freeze=(4, 2),
    )
    put_table(book, TableSpec("tblClause", autofilter=False))
