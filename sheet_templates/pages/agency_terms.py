"""代运营条款 Agency terms: what is agreed with an agency beside its KPIs; signed when published."""

from __future__ import annotations

from kpi.agency_rows import TERM_UNITS
from kpi.model import Unit
from sheet_templates.book import Book
from sheet_templates.frame import frame
from sheet_templates.places import Ref, quote
from sheet_templates.table import TableSpec, put_table
from sheet_templates.words import LISTS


def page(book: Book) -> None:
    """The tab."""
    frame(
        book,
        "agency_terms",
        "与代运营约定的条款：值参与结算，约定写进合同。发布后签名生效；伙伴列为空的行适用所有伙伴。",
        "What is agreed with an agency: values are settled by, wordings stand in the contract. "
        "It counts once published; a line without a partner is for all partners.",
        freeze=(4, 2),
    )
    unit = {"unit": lambda r: _unit(book, r)}
    put_table(book, TableSpec("tblTerm", unit, fill_down=unit))


def _unit(book: Book, ref: Ref) -> str:
    """The unit of a term, found by its word in either language or its code."""
    shown = '""'
    for unit in (Unit.DAYS, Unit.COUNT, Unit.RATIO, Unit.MONEY):
        spelled = [
            text
            for words in LISTS["term"]
            if TERM_UNITS[words[0]] is unit
            for text in dict.fromkeys(words)
        ]
        tests = ",".join(f"{ref('term')}={quote(text)}" for text in spelled)
        shown = f"IF(OR({tests}),{book.literal('unit', unit)},{shown})"
    return f'IF({ref("term")}="","",{shown})'
