"""合规 Compliance: the register by country, duty, category and company, with rates and fees."""

from __future__ import annotations

from sheet_templates.book import Book, quote
from sheet_templates.frame import Tail, frame, setting
from sheet_templates.table import TableSpec, put_table


def page(book: Book) -> None:
    """The tab; the duties themselves are lines of Tasks."""
    sign = book.text(" │ 折算为 ", " │ Converted into ")
    frame(
        book,
        "register",
        "按国家、法规、品类、公司：先看 ■，再看到期；本年1月1日起计，金额按原币，明细在任务页。",
        "By country, duty, category, company, ■ first: since 1 January, fees in their currency.",
        tail=Tail(f"{quote(sign)}&nmCurrency", f"{sign}{setting(book, 'currency')}"),
    )
    put_table(book, TableSpec("tblRegister"))
