"""今日 Today: what must I do today? Six tiles, ten lines of focus, eight markets, two charts."""

from __future__ import annotations

from xlsxwriter.chart import Chart
from xlsxwriter.worksheet import Worksheet

from sheet_templates.book import Book, formula, put, quote
from sheet_templates.frame import frame, setting
from sheet_templates.layout import DAY_ROWS, FOCUS_ROWS, MARKETS, TILES
from sheet_templates.pages.setup import steps_done
from sheet_templates.places import letters
from sheet_templates.style import FONT, NUMBER, SHORT_MONEY, UNKNOWN
from sheet_templates.table import TableSpec, put_table, signs

LABEL, VALUE, DUE, TREND = 4, 5, 6, 7  # zero-based rows of a tile
SECTION = 9
MARKET_COLUMN = 10
CHART_ROW = 22
SPANS = ((0, 2), (3, 5), (6, 7), (8, 11), (12, 14), (15, 16))  # first and last column of a tile
MARKET_WIDTHS = (11.0, 8.5, 9.0, 9.0, 9.0, 12.0, 14.0)
TILE_FILL = "#F7F9FC"

TILE_TEXTS = {
    "net_sales": ("净销售额", "Net sales"),
    "contribution_profit": ("边际贡献额", "Contribution"),
    "tacos": ("TACoS", "TACoS"),
    "return_rate": ("退货率", "Return rate"),
    "compliance": ("合规完成", "Compliance done"),
    "breaches": ("未关闭预警", "Open breaches"),
}
TILE_TREND = {
    "net_sales": "net_sales",
    "contribution_profit": "contribution",
    "tacos": "tacos",
    "return_rate": "return_rate",
}


def page(book: Book) -> None:
    """The first tab: phones and chat previews show it, so it answers the one question."""
    tab = frame(
        book,
        "today",
        "从上往下看：■ 先处理，▲ 今天安排，○ 等数据；这一页不用填写。",
        "Read from the top: ■ act now, ▲ plan today, ○ wait for data; nothing to type here.",
        freeze=(3, 0),
    )
    _status_line(book, tab)
    for tile, span in zip(TILES, SPANS, strict=True):
        _tile(book, tab, tile, span)
    _sections(book, tab)
    keys = tuple({"no": float(n)} for n in range(1, FOCUS_ROWS + 1))
    put_table(book, TableSpec("tblFocus", keys=keys, autofilter=False))
    _markets(book, tab)
    _charts(book, tab)
    tab.fit_to_pages(1, 1)
    tab.print_area(0, 0, CHART_ROW + 12, SPANS[-1][1])


def _status_line(book: Book, tab: Worksheet) -> None:
    """Set-up progress and the service's one line on what is stale."""
    setup = book.text("设置 ", "Set-up ")
    text = f'{quote(setup)}&nmSetupDone&IF(nmServiceNote="","","   ◇ "&nmServiceNote)'
    look = book.styles.get(font_color="#7F7F7F", font_size=9)
    formula(tab, 3, 0, text, look, f"{setup}{sum(steps_done(book))}/7")


def _source(book: Book, tile: str, column: str) -> str:
    """A tile's value on Lists; a dash while there is none, never a zero."""
    col = book.column("tblTile")
    found = f"INDEX({col(column)},MATCH({quote(tile)},{col('tile')},0))"
    return f'IF(ISNUMBER({found}),{found},IF(ISNA({found}),NA(),"–"))'


def _tile(book: Book, tab: Worksheet, tile: str, span: tuple[int, int]) -> None:
    first, last = span
    _fill(book, tab, span)
    zh, en = TILE_TEXTS[tile]
    label = book.styles.get(
        bg_color=TILE_FILL, font_color="#595959", top=2, top_color="#2F75B5", indent=1
    )
    for row in (VALUE, DUE, TREND):
        if last - first > 1:  # the first column of a tile may be too narrow for a number
            tab.merge_range(row, first, row, last - 1, "", book.styles.get(bg_color=TILE_FILL))
    if tile in ("net_sales", "contribution_profit"):
        name = book.text(zh, en) + " · "
        known = f"{name}{setting(book, 'currency')}"
        formula(tab, LABEL, first, f"{quote(name)}&nmCurrency", label, known)
    else:
        tab.write_string(LABEL, first, book.text(zh, en), label)
    big = book.styles.get(
        bg_color=TILE_FILL,
        bold=True,
        font_size=16,
        align="left",
        indent=1,
        num_format=_value_format(tile),
    )
    formula(tab, VALUE, first, _value(book, tile), big, "–")
    tab.conditional_format(VALUE, first, VALUE, first, _unknown(book))
    _due(book, tab, tile, span)
    _trend(book, tab, tile, last)
    col = book.column("tblTile")
    state = f'INDEX({col("status")},MATCH({quote(tile)},{col("tile")},0))&""'
    sign = book.styles.get(
        bg_color=TILE_FILL, align="center", bold=True, right=2, right_color="#FFFFFF"
    )
    formula(tab, VALUE, last, state, sign)
    signs(book, tab, (VALUE, last, VALUE, last))


def _fill(book: Book, tab: Worksheet, span: tuple[int, int]) -> None:
    first, last = span
    for row in (LABEL, VALUE, DUE, TREND):
        for column in range(first, last + 1):
            edge = {"right": 2, "right_color": "#FFFFFF"} if column == last else {}
            top = {"top": 2, "top_color": "#2F75B5"} if row == LABEL else {}
            look = book.styles.get(bg_color=TILE_FILL, **edge, **top)
            tab.write_blank(row, column, None, look)
    tab.set_row(LABEL, 18)
    tab.set_row(VALUE, 30)
    tab.set_row(TREND, 24)


def _value(book: Book, tile: str) -> str:
    value = _source(book, tile, "value")
    if tile != "compliance":
        return value
    due = _source(book, tile, "due")
    return f'IF(AND(ISNUMBER({value}),ISNUMBER({due})),{value}&" / "&{due},"–")'


def _value_format(tile: str) -> str:
    if tile in ("tacos", "return_rate"):
        return "0.0%"
    return SHORT_MONEY if tile in ("net_sales", "contribution_profit") else NUMBER["count"]


def _due(book: Book, tab: Worksheet, tile: str, span: tuple[int, int]) -> None:
    """What is due by now, and the pace; a limit for a ratio, the red ones for the breaches."""
    first, last = span
    due = book.text("应达 ", "Due ")
    forms = {
        "tacos": '"≤ "0.0%',
        "return_rate": '"≤ "0.0%',
        "breaches": f'"■ "#,##0"{book.text(" 条", " red")}"',
        "compliance": ";;;",  # already in the value
    }
    money = ";".join(
        part.replace("]", f']"{due}"', 1) if "]" in part else f'"{due}"{part}'
        for part in SHORT_MONEY.split(";")
    )
    look = book.styles.get(
        bg_color=TILE_FILL,
        font_color="#595959",
        align="left",
        indent=1,
        num_format=forms.get(tile, money),
    )
    formula(tab, DUE, first, _source(book, tile, "due"), look, "–")
    pace = book.styles.get(
        bg_color=TILE_FILL,
        bold=True,
        align="right",
        num_format="0%",
        right=2,
        right_color="#FFFFFF",
    )
    text = _source(book, tile, "pace").replace('"–"', '""')
    formula(tab, DUE, last, text, pace)
    for column in (first, last):
        tab.conditional_format(DUE, column, DUE, column, _unknown(book))
    if tile in ("net_sales", "contribution_profit"):
        forecast = book.text("预测 ", "Forecast ")
        shown = book.styles.get(
            bg_color=TILE_FILL,
            font_color="#595959",
            align="left",
            indent=1,
            num_format=f'"{forecast}"0%',
        )
        formula(tab, TREND, first, _source(book, tile, "forecast"), shown, "–")
        tab.conditional_format(TREND, first, TREND, first, _unknown(book))


def _unknown(book: Book) -> dict[str, object]:
    return {"type": "errors", "format": book.styles.rule(**UNKNOWN)}


def _trend(book: Book, tab: Worksheet, tile: str, column: int) -> None:
    """The last 31 days, from Lists."""
    if tile not in TILE_TREND:
        return
    place = book.places["tblDay"]
    letter = letters(place.offset(TILE_TREND[tile]))
    first, last = place.row + 2, place.row + 1 + DAY_ROWS
    tab.add_sparkline(
        TREND,
        column,
        {
            "range": book.at("lists", f"{letter}{first}:{letter}{last}"),
            "series_color": "#2F75B5",
            "show_hidden": True,
            "weight": 1.5,
        },
    )


def _sections(book: Book, tab: Worksheet) -> None:
    look = book.styles.get(bold=True, font_size=11, font_color="#1F4E79")
    tab.write_string(SECTION, 0, book.text("今日关注", "Focus today"), look)
    tab.write_string(SECTION, MARKET_COLUMN, book.text("市场", "Markets"), look)


def _markets(book: Book, tab: Worksheet) -> None:
    """Eight lines beside the focus, by formula from Lists."""
    place = book.places["tblMarket"]
    head = book.places["tblFocus"].row
    tab.set_column(MARKET_COLUMN - 1, MARKET_COLUMN - 1, 2)
    for offset, column in enumerate(place.table.columns):
        at = MARKET_COLUMN + offset
        tab.set_column(at, at, MARKET_WIDTHS[offset])
        tab.write_string(head, at, column.header(book.language), book.styles.header(column.owner))
    names = {"STORE": book.text("独立站", "Own store"), "ALL": book.text("合计", "All")}
    for number, code in enumerate(MARKETS):
        row = head + 1 + number
        bold = {"bold": True} if code in ("US", "EU", "ALL") else {}
        line = {"bottom": 1, "bottom_color": "#D9D9D9", **bold}
        put(tab, row, MARKET_COLUMN, names.get(code, code), book.styles.get(indent=1, **line))
        for offset, column in enumerate(place.table.columns[1:], 1):
            shown = "0.0%" if column.kind == "ratio" else "General"
            shown = "0%" if column.code in ("pace", "compliance") else shown
            align = "right" if column.kind == "ratio" else "left"
            look = book.styles.get(
                num_format=shown, align=align, indent=0 if align == "right" else 1, **line
            )
            formula(tab, row, MARKET_COLUMN + offset, _market(book, code, column.code), look, "–")
    last = head + len(MARKETS)
    tab.conditional_format(head + 1, MARKET_COLUMN + 1, last, MARKET_COLUMN + 5, _unknown(book))
    signs(book, tab, (head + 1, MARKET_COLUMN + 6, last, MARKET_COLUMN + 6))


def _market(book: Book, code: str, column: str) -> str:
    col = book.column("tblMarket")
    found = f"INDEX({col(column)},MATCH({quote(code)},{col('scope')},0))"
    if column == "status":
        return f'{found}&""'
    return f'IF(ISNUMBER({found}),{found},IF(ISNA({found}),NA(),"–"))'


def _charts(book: Book, tab: Worksheet) -> None:
    """Daily net sales against what is due; ad spend against its budget."""
    sales = book.workbook.add_chart({"type": "line"})
    _series(book, sales, "net_sales", book.text("净销售额", "Net sales"), _line("#2F75B5", 2.25))
    _series(book, sales, "due", book.text("应达", "Due"), _line("#A6A6A6", 1.5, "dash"))
    spend = book.workbook.add_chart({"type": "column"})
    filled = {"fill": {"color": "#F4B183"}, "gap": 60}
    _series(book, spend, "ad_spend", book.text("广告花费", "Ad spend"), filled)
    budget = book.workbook.add_chart({"type": "line"})
    _series(book, budget, "ad_budget", book.text("广告预算", "Ad budget"), _line("#C55A11", 1.75))
    spend.combine(budget)
    titles = (
        book.text("每日净销售额与应达", "Net sales by day, and what is due"),
        book.text("广告花费与预算", "Ad spend and budget"),
    )
    for chart, title, column, wide in ((sales, titles[0], 0, 800), (spend, titles[1], 8, 620)):
        _dress(book, chart, title, wide)
        tab.insert_chart(CHART_ROW, column, chart, {"object_position": 2, "x_offset": 4})


def _series(book: Book, chart: Chart, code: str, name: str, look: dict[str, object]) -> None:
    place = book.places["tblDay"]
    first, last = place.row + 1, place.row + DAY_ROWS
    title = book.sheet("lists").title(book.language)

    def area(column: str) -> list[object]:
        number = place.offset(column)
        return [title, first, number, last, number]

    chart.add_series({"name": name, "categories": area("day"), "values": area(code), **look})


def _line(colour: str, wide: float, dash: str = "solid") -> dict[str, object]:
    return {"line": {"color": colour, "width": wide, "dash_type": dash}}


def _dress(book: Book, chart: Chart, title: str, wide: int) -> None:
    font = {"name": FONT[book.language], "size": 9, "color": "#595959"}
    head = {**font, "size": 10, "bold": True}
    chart.set_title({"name": title, "name_font": head, "overlay": False})
    days: dict[str, object] = {"date_axis": True, "num_format": "mm-dd", "num_font": font}
    weekly = {"major_unit": 7, "major_unit_type": "days", "line": {"color": "#BFBFBF"}}
    chart.set_x_axis({**days, **weekly})
    grid = {"visible": True, "line": {"color": "#E7E6E6"}}
    money: dict[str, object] = {"num_format": SHORT_MONEY, "num_font": font}
    chart.set_y_axis({**money, "major_gridlines": grid, "line": {"none": True}})
    chart.set_legend({"position": "top", "font": font})
    chart.set_size({"width": wide, "height": 240})
    chart.show_hidden_data()
    chart.show_blanks_as("gap")
