"""区域 Regions: an investor's lines of US, EU and the whole; no shop and no person."""

from __future__ import annotations

from sheet_templates.book import Book
from sheet_templates.changes import change
from sheet_templates.frame import frame, money_tail
from sheet_templates.pages.lists import pace_status
from sheet_templates.places import Ref
from sheet_templates.scoring import guarded
from sheet_templates.table import TableSpec, put_table


def page(book: Book) -> None:
    """A tab of an investor's book; read only."""
    frame(
        book,
        "regions",
        "各区域本月实际、目标与去年同期；比率的同比为百分点之差。只读。",
        "Each region's month against target and last year; a ratio's change is in points.",
        freeze=(4, 2),
        tail=money_tail(book),
    )
    formulas = {
        "change": guarded(lambda r: change(book, r("actual"), r("last_year"), r("unit")), "region"),
        "status": guarded(lambda r: _status(book, r), "region"),
    }
    put_table(book, TableSpec("tblRegion", formulas, parted=True))


def _status(book: Book, ref: Ref) -> str:
    """The sign of the pace; a ratio has none."""
    pace = ref("pace")
    return f'IF(ISNA({pace}),{pace_status(book, pace)},IF({pace}="","",{pace_status(book, pace)}))'
