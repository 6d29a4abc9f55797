"""The six tiles of Today, all of one width: how much, against what, where to, and the sign."""

from __future__ import annotations

from dataclasses import dataclass

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from sheet_templates.book import Book, formula, quote
from sheet_templates.colours import signs
from sheet_templates.frame import setting
from sheet_templates.layout import DAY_ROWS, TILES
from sheet_templates.places import letters
from sheet_templates.style import NUMBER, SHORT_MONEY, UNKNOWN

LABEL, VALUE, DUE, TREND, STATE = 4, 5, 6, 7, 8  # zero-based rows of a tile
HEIGHTS = {LABEL: 18, VALUE: 28, DUE: 17, TREND: 26, STATE: 18}
SPANS = ((0, 2), (3, 5), (6, 7), (8, 11), (12, 14), (15, 16))  # first and last column of a tile
SPLITS = {0: 1, 3: 0, 6: 0, 8: 1, 12: 0, 15: 0}  # how many columns the left part takes beyond one
# Pixels of Today's columns; each line is one tile, and each adds up to 220.
PIXELS: tuple[tuple[int, ...], ...] = (
    (32, 38, 150),
    (84, 64, 72),
    (84, 136),
    (64, 16, 72, 68),
    (74, 73, 73),
    (100, 120),
)
FILL = "#F5F8FC"
QUIET = {"font_color": "#595959"}
IN_MONEY = ("net_sales", "contribution_profit")
TEXTS = {
    "net_sales": ("净销售额", "Net sales"),
    "contribution_profit": ("边际贡献额", "Contribution"),
    "tacos": ("TACoS", "TACoS"),
    "return_rate": ("退货率", "Return rate"),
    "compliance": ("合规完成", "Compliance done"),
    "breaches": ("未关闭预警", "Open breaches"),
}
TREND_COLUMN = {
    "net_sales": "net_sales",
    "contribution_profit": "contribution",
    "tacos": "tacos",
    "return_rate": "return_rate",
}


@dataclass(frozen=True, slots=True)
class Tile:
    """One tile: its code and its first and last column."""

    code: str
    first: int
    last: int

    @property
    def split(self) -> int:
        """The last column of the left part: texts stand there, pace and trend right of it."""
        return self.first + SPLITS[self.first]


def tiles(book: Book, tab: Worksheet) -> None:
    """The columns' widths, and the six tiles."""
    for column, wide in enumerate(pixels for line in PIXELS for pixels in line):
        tab.set_column_pixels(column, column, wide)
    for row, height in HEIGHTS.items():
        tab.set_row(row, height)
    for code, (first, last) in zip(TILES, SPANS, strict=True):
        _tile(book, tab, Tile(code, first, last))


def _tile(book: Book, tab: Worksheet, tile: Tile) -> None:
    _label(book, tab, tile)
    _value(book, tab, tile)
    _due(book, tab, tile)
    _trend(book, tab, tile)
    _state(book, tab, tile)


def _look(book: Book, **props: object) -> Format:
    return book.styles.get(**{"bg_color": FILL, **props})


def _put(  # as XlsxWriter orders them
    tab: Worksheet, row: int, columns: tuple[int, int], text: str, look: Format, shown: str = "–"
) -> None:
    """A formula over one column or over several made one."""
    first, last = columns
    if last > first:
        tab.merge_range(row, first, row, last, "", look)
    formula(tab, row, first, text, look, shown)


def _edge(tile: Tile, last: int) -> dict[str, object]:
    """White between two tiles."""
    return {"right": 5, "right_color": "#FFFFFF"} if last == tile.last else {}


def _label(book: Book, tab: Worksheet, tile: Tile) -> None:
    """The name, and the currency of money."""
    name = book.text(*TEXTS[tile.code])
    top = {"top": 5, "top_color": "#2F75B5", **_edge(tile, tile.last)}
    look = _look(book, indent=1, **QUIET, **top)
    money = tile.code in IN_MONEY
    text = f"{quote(name + ' · ')}&nmCurrency" if money else quote(name)
    shown = f"{name} · {setting(book, 'currency')}" if money else name
    _put(tab, LABEL, (tile.first, tile.last), text, look, shown)


def _source(book: Book, tile: Tile, column: str, none: str = "–") -> str:
    """A tile's value on Lists; a dash while there is none, never a zero."""
    found = _found(book, tile, column)
    return f"IF(ISNUMBER({found}),{found},IF(ISNA({found}),NA(),{quote(none)}))"


def _found(book: Book, tile: Tile, column: str) -> str:
    col = book.column("tblTile")
    return f"INDEX({col(column)},MATCH({quote(tile.code)},{col('tile')},0))"


def _value(book: Book, tab: Worksheet, tile: Tile) -> None:
    """The figure itself; compliance says done of all."""
    value = _source(book, tile, "value")
    if tile.code == "compliance":
        due = _source(book, tile, "due")
        value = f'IF(AND(ISNUMBER({value}),ISNUMBER({due})),{value}&" / "&{due},"–")'
    shown = "0.0%" if tile.code in ("tacos", "return_rate") else NUMBER["count"]
    look = _look(
        book,
        bold=True,
        font_size=18,
        align="left",
        indent=1,
        num_format=SHORT_MONEY if tile.code in IN_MONEY else shown,
        **_edge(tile, tile.last),
    )
    _put(tab, VALUE, (tile.first, tile.last), value, look)
    _grey_unknown(book, tab, VALUE, tile.first)


def _due(book: Book, tab: Worksheet, tile: Tile) -> None:
    """What is due by now and the pace; a limit for a ratio, the red ones for the breaches."""
    small = {"align": "left", "indent": 1, "font_size": 9, **QUIET}
    if tile.code == "compliance":
        look = _look(book, **small, **_edge(tile, tile.last))
        _put(tab, DUE, (tile.first, tile.last), f'{_found(book, tile, "note")}&""', look, "")
        return
    text, shown = _due_text(book, tile)
    _put(tab, DUE, (tile.first, tile.split), text, _look(book, **small, num_format=shown))
    right = _look(
        book, bold=True, align="right", indent=1, num_format="0%", **_edge(tile, tile.last)
    )
    pace = _source(book, tile, "pace", "")
    _put(tab, DUE, (tile.split + 1, tile.last), pace, right, "")
    for column in (tile.first, tile.split + 1):
        _grey_unknown(book, tab, DUE, column)


def _due_text(book: Book, tile: Tile) -> tuple[str, str]:
    """Formula and number format; money is a text, which a narrow cell never turns into ###."""
    due = _source(book, tile, "due")
    if tile.code in ("tacos", "return_rate"):
        return due, '"≤ "0.0%'
    if tile.code == "breaches":
        return due, f'"■ "#,##0"{book.text(" 条突破", " red")}"'
    found, name = _found(book, tile, "due"), quote(book.text("应达 ", "Due "))
    large = f'ROUND({found}/1000000,3)&"M"'
    middle = f'ROUND({found}/1000,0)&"k"'
    short = f"IF({found}>=1000000,{large},IF({found}>=1000,{middle},ROUND({found},0)))"
    unknown = f'IF(ISNA({found}),NA(),"–")'
    return f"IF(ISNUMBER({found}),{name}&{short},{unknown})", "General"


def _trend(book: Book, tab: Worksheet, tile: Tile) -> None:
    """Where the month will land, and the last days as a line."""
    left = _look(book, align="left", indent=1, font_size=9, **QUIET)
    found, name = _found(book, tile, "forecast"), quote(book.text("预测 ", "Est. "))
    note = _found(book, tile, "note")
    early = f'IF({note}="",""," "&{note})'  # from too few days to be acted on
    landing = f'{name}&ROUND(100*{found},0)&"%"&{early}'
    known = f'IF(ISNUMBER({found}),{landing},IF(ISNA({found}),NA(),""))'
    _put(tab, TREND, (tile.first, tile.split), known if tile.code in IN_MONEY else '""', left, "")
    _grey_unknown(book, tab, TREND, tile.first)
    right = _look(book, **_edge(tile, tile.last))
    _put(tab, TREND, (tile.split + 1, tile.last), '""', right, "")
    if tile.code in TREND_COLUMN:
        _sparkline(book, tab, tile)


def _sparkline(book: Book, tab: Worksheet, tile: Tile) -> None:
    place = book.places["tblDay"]
    letter = letters(place.offset(TREND_COLUMN[tile.code]))
    first, last = place.row + 2, place.row + 1 + DAY_ROWS
    tab.add_sparkline(
        TREND,
        tile.split + 1,
        {
            "range": book.at("lists", f"{letter}{first}:{letter}{last}"),
            "series_color": "#2F75B5",
            "last_point": True,
            "last_color": "#C55A11",
            "show_hidden": True,
            "weight": 1.5,
        },
    )


def _state(book: Book, tab: Worksheet, tile: Tile) -> None:
    """The sign with its colour, over the whole tile."""
    look = _look(book, align="left", indent=1, **_edge(tile, tile.last))
    _put(tab, STATE, (tile.first, tile.last), f'{_found(book, tile, "status")}&""', look, "")
    signs(book, tab, (STATE, tile.first, STATE, tile.last))


def _grey_unknown(book: Book, tab: Worksheet, row: int, column: int) -> None:
    rule = {"type": "errors", "format": book.styles.rule(**UNKNOWN)}
    tab.conditional_format(row, column, row, column, rule)
