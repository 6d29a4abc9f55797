"""The two charts of Today: net sales by day against what is due, ad spend against its budget."""

from __future__ import annotations

from functools import partial

from xlsxwriter.chart import Chart
from xlsxwriter.worksheet import Worksheet

from sheet_templates.book import Book
from sheet_templates.layout import DAY_ROWS
from sheet_templates.style import FONT, SHORT_MONEY

HEIGHT = 230  # pixels


def charts(book: Book, tab: Worksheet, row: int, spots: tuple[tuple[int, int], ...]) -> None:
    """Both charts side by side; a spot is a first column and a width in pixels."""
    drawn = (
        (_sales(book), book.text("每日净销售额与应达", "Net sales by day, and what is due")),
        (_spend(book), book.text("每日广告花费与预算", "Ad spend by day, and its budget")),
    )
    for (chart, title), (column, wide) in zip(drawn, spots, strict=True):
        _dress(book, chart, title, wide)
        tab.insert_chart(row, column, chart, {"object_position": 2})


def _sales(book: Book) -> Chart:
    chart = book.workbook.add_chart({"type": "line"})
    _series(book, chart, "net_sales", book.text("净销售额", "Net sales"), _line("#2F75B5", 2.25))
    _series(book, chart, "due", book.text("应达", "Due"), _line("#A6A6A6", 1.5, "dash"))
    return chart


def _spend(book: Book) -> Chart:
    chart = book.workbook.add_chart({"type": "column"})
    filled = {"fill": {"color": "#F4B183"}, "gap": 60}
    _series(book, chart, "ad_spend", book.text("广告花费", "Ad spend"), filled)
    budget = book.workbook.add_chart({"type": "line"})
    _series(book, budget, "ad_budget", book.text("广告预算", "Ad budget"), _line("#C55A11", 1.75))
    chart.combine(budget)
    return chart


def _series(book: Book, chart: Chart, code: str, name: str, look: dict[str, object]) -> None:
    place = book.places["tblDay"]
    first, last = place.row + 1, place.row + DAY_ROWS
    title = book.sheet("lists").title(book.language)

    def area(column: str) -> list[object]:
        """One column of tblDay, as XlsxWriter takes a range."""
        number = place.offset(column)
        return [title, first, number, last, number]

    chart.add_series({"name": name, "categories": area("day"), "values": area(code), **look})


def _line(colour: str, wide: float, dash: str = "solid") -> dict[str, object]:
    return {"line": {"color": colour, "width": wide, "dash_type": dash}}


def _dress(book: Book, chart: Chart, title: str, wide: int) -> None:
    font = {"name": FONT[book.language], "size": 9, "color": "#595959"}
    head = {**font, "size": 11, "bold": True, "color": "#1F4E79"}
    chart.set_title({"name": title, "name_font": head, "overlay": False})
    days: dict[str, object] = {"date_axis": True, "num_format": "mm-dd", "num_font": font}
    weekly = {"major_unit": 7, "major_unit_type": "days", "line": {"color": "#BFBFBF"}}
    chart.set_x_axis({**days, **weekly})
    grid = {"visible": True, "line": {"color": "#E7E6E6"}}
    money: dict[str, object] = {"num_format": SHORT_MONEY, "num_font": font, "min": 0}
    chart.set_y_axis({**money, "major_gridlines": grid, "line": {"none": True}})
    chart.set_legend({"position": "bottom", "font": font})
    chart.set_chartarea({"border": {"color": "#D9D9D9"}})
    chart.set_size({"width": wide, "height": HEIGHT})
    chart.show_hidden_data()
    _gaps(chart)


def _gaps(chart: Chart) -> None:
    """An unknown day is a gap: XlsxWriter leaves that word out, and then LibreOffice draws 0."""
    tag = chart._xml_empty_tag  # noqa: SLF001 - no call of its own writes the word
    write = partial(tag, "c:dispBlanksAs", [("val", "gap")])
    chart._write_disp_blanks_as = write  # noqa: SLF001 - the same
