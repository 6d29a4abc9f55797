"""指标评审 KPI review: is each KPI used, known, telling apart, and undisputed; once a quarter."""

from __future__ import annotations

from sheet_templates.book import Book
from sheet_templates.frame import frame
from sheet_templates.table import TableSpec, put_table


def page(book: Book) -> None:
    """The tab."""
    frame(
        book,
        "kpi_review",
        "每季度运行 review --kpis 更新；逐项决定保留、修改或停用。",
        "Filled each quarter by review --kpis; decide line by line: keep, change or drop.",
    )
    put_table(book, TableSpec("tblKpiReview"))
