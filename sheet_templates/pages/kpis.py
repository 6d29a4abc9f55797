"""指标 KPIs: shipped definitions, and rows of one's own."""

from __future__ import annotations

from sheet_templates.book import Book
from sheet_templates.frame import frame
from sheet_templates.table import TableSpec, put_table


def page(book: Book) -> None:
    """The tab; a row of one's own holds a name, a formula, a unit and a direction."""
    frame(
        book,
        "kpis",
        "勾选要用的指标；自建指标在最后一行下填写名称、公式、单位和方向，公式检查会立即说明对错。"
        "平台没有的数（如直播场次）在右侧“自定量”表中添加，到补录页录入。",
        "Switch KPIs on; add one of your own below the last line: name, formula, unit, direction. "
        "Check says what is wrong. Figures that only you know (live shows) are named in Own "
        "measures, to the right, and typed in Inputs.",
        freeze=(4, 5),
    )
    put_table(book, TableSpec("tblKpi"))
    put_table(book, TableSpec("tblMeasure", autofilter=False))
