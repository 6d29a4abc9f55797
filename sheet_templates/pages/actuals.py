"""实际值 Actuals."""

from __future__ import annotations

from sheet_templates.book import INPUT_ROWS, Book
from sheet_templates.frame import frame
from sheet_templates.places import letters
from sheet_templates.table import TableSpec, put_table


def page(book: Book) -> None:
    """The tab: its sentence and its one table."""
    tab = frame(
        book,
        "actuals",
        "每次刷新的全部数值，供透视表和自建图表使用。",
        "Every value of the last refresh, for pivots and own charts.",
        freeze=(4, 4),
    )
    put_table(book, TableSpec("tblActual"))
    place = book.places["tblActual"]
    first, last = place.offset("value"), place.offset("denominator")
    cell = f"{letters(first)}{place.row + 2}"
    small = f"=AND(ISNUMBER({cell}),ABS({cell})<10,{cell}<>ROUND({cell},0))"
    whole = f"=AND(ISNUMBER({cell}),{cell}=ROUND({cell},0))"
    for test, shown in ((small, "0.0000"), (whole, "#,##0")):
        rule = {"type": "formula", "criteria": test, "format": book.styles.rule(num_format=shown)}
        tab.conditional_format(place.row + 1, first, INPUT_ROWS, last, rule)
