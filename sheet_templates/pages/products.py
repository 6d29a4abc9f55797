"""产品 Products: unit costs; made for pasting from an ERP export."""

from __future__ import annotations

from sheet_templates.book import Book, formula, quote
from sheet_templates.frame import frame
from sheet_templates.table import TableSpec, put_table


def page(book: Book) -> None:
    """The tab; row 2 says which costs to fill first, as the service stamps it."""
    hint = book.text(
        "从 ERP 粘贴 SKU、起始日和采购成本；站点留空表示全部站点。没有成本的 SKU 利润显示为未知。",
        "Paste SKU, start date and unit cost from your ERP; an empty market means all. "
        "Without a cost the profit of a SKU is unknown.",
    )
    tab = frame(book, "products", hint, hint)
    look = book.styles.get(font_color="#7F7F7F")
    formula(tab, 1, 0, f'IF(nmCostCover="",{quote(hint)},nmCostCover)', look, hint)
    put_table(book, TableSpec("tblProduct"))
