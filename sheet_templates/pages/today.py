"""今日 Today: what must I do today? Six tiles, ten lines of focus, ten markets, two charts."""

from __future__ import annotations

from xlsxwriter.worksheet import Worksheet

from sheet_templates.book import Book, formula, quote
from sheet_templates.colours import signs
from sheet_templates.frame import NO_TAIL, Tail, frame, setting
from sheet_templates.layout import FOCUS_ROWS, MARKET_LINES, MARKETS, Column
from sheet_templates.pages.setup import steps_done
from sheet_templates.pages.tiles import PIXELS, SPANS, tiles
from sheet_templates.pages.today_charts import charts
from sheet_templates.places import letters
from sheet_templates.style import UNKNOWN, header_align
from sheet_templates.table import TableSpec, put_table

NOTE = 3  # zero-based rows
SECTION = 9
CHART_ROW = 22
CHART_ROWS = 12
FOCUS_HEIGHT = 27.0  # points: two small lines
EFFECT_COLUMN = 4
CALM = (" · 没有要处理的事", " · nothing to act on")
MARKET_COLUMN = 10


def page(book: Book) -> None:
    """The first tab: phones and chat previews show it, so it answers the one question."""
    tab = frame(
        book,
        "today",
        "从上往下看：■ 先处理，▲ 今天安排，○ 等数据；这一页不用填写。",
        "Read from the top: ■ act now, ▲ plan today, ○ wait for data; nothing to type here.",
        freeze=(3, 0),
        tail=_set_up(book),
    )
    _service_note(book, tab)
    _sections(book, tab)
    keys = tuple({"no": float(n)} for n in range(1, FOCUS_ROWS + 1))
    focus = TableSpec(
        "tblFocus", keys=keys, autofilter=False, style_columns=False, row_height=FOCUS_HEIGHT
    )
    put_table(book, focus)
    _quiet_numbers(book, tab)
    _markets(book, tab)
    tiles(book, tab)
    left, right = (sum(sum(line) for line in half) for half in (PIXELS[:3], PIXELS[3:]))
    charts(book, tab, CHART_ROW, ((0, left - 16), (SPANS[3][0], right)))
    tab.fit_to_pages(1, 1)
    tab.print_area(0, 0, CHART_ROW + CHART_ROWS, SPANS[-1][1])


def _set_up(book: Book) -> Tail:
    """How far the set-up is; a slice has none."""
    if not book.has("setup"):
        return NO_TAIL
    setup = book.text(" │ 设置 ", " │ Set-up ")
    return Tail(f"{quote(setup)}&nmSetupDone", f"{setup}{sum(steps_done(book))}/7")


def _service_note(book: Book, tab: Worksheet) -> None:
    """The service's one line on what is stale or missing."""
    text = 'IF(nmServiceNote="","","◇ "&nmServiceNote)'
    note = book.start.names.get("nmServiceNote")
    look = book.styles.get(font_color="#7F6000")
    formula(tab, NOTE, 0, text, look, f"◇ {note}" if note else "")


def _sections(book: Book, tab: Worksheet) -> None:
    """Titles of the two lists, and the currency of the effects."""
    look = book.styles.get(bold=True, font_size=11, font_color="#1F4E79")
    tab.set_row(SECTION, 24)
    title, calm = book.text("今日关注", "Focus today"), book.text(*CALM)
    nothing = f'COUNTIFS({book.column("tblFocus")("what")},"?*")=0'
    any_row = any(row.get("what") for row in book.start.rows("tblFocus"))
    formula(
        tab,
        SECTION,
        0,
        f"{quote(title)}&IF({nothing},{quote(calm)},{quote('')})",
        look,
        title if any_row else title + calm,
    )
    name = book.text("市场", "Markets")
    count = f"COUNTIFS({book.column('tblMarket')('place')},{quote('>0')})"
    more = f'IF({count}>{MARKET_LINES}," · {MARKET_LINES}/"&{count},"")'
    formula(tab, SECTION, MARKET_COLUMN, f"{quote(name)}&{more}", look, name)
    unit = book.styles.get(font_color="#7F7F7F", font_size=9, align="right")
    formula(tab, SECTION, EFFECT_COLUMN, "nmCurrency", unit, str(setting(book, "currency")))


def _quiet_numbers(book: Book, tab: Worksheet) -> None:
    """A line without a text shows no number."""
    place = book.places["tblFocus"]
    first, last = place.row + 1, place.row + FOCUS_ROWS
    what = f"${letters(place.offset('what'))}{first + 1}"
    white = book.styles.rule(font_color="#FFFFFF")
    rule = {"type": "formula", "criteria": f'={what}=""', "format": white}
    tab.conditional_format(first, place.column, last, place.column, rule)


def _markets(book: Book, tab: Worksheet) -> None:
    """Ten lines beside the focus, by formula from Lists."""
    layout = book.places["tblMarket"].table
    head = book.places["tblFocus"].row
    for at, column in enumerate(_shown_columns(book), MARKET_COLUMN):
        room = 0 if column.kind == "ratio" else 1
        look = book.styles.header(column.owner, align=header_align(layout, column), room=room)
        tab.write_string(head, at, column.header(book.language), look)
    for number in range(1, MARKET_LINES + 1):
        _market_line(book, tab, head + number, number)
    last = head + MARKET_LINES
    unknown = {"type": "errors", "format": book.styles.rule(**UNKNOWN)}
    tab.conditional_format(head + 1, MARKET_COLUMN + 1, last, MARKET_COLUMN + 5, unknown)
    signs(book, tab, (head + 1, MARKET_COLUMN + 6, last, MARKET_COLUMN + 6))
    label = f"${letters(MARKET_COLUMN)}{head + 2}"
    sums = ",".join(f"{label}={quote(name)}" for name in ("US", "EU", _names(book)["ALL"]))
    bold = {
        "type": "formula",
        "criteria": f"=OR({sums})",
        "format": book.styles.rule(bold=True),
    }
    tab.conditional_format(head + 1, MARKET_COLUMN, last, MARKET_COLUMN + 6, bold)


def _shown_columns(book: Book) -> tuple[Column, ...]:
    """The columns of a line; its place is no figure."""
    return tuple(c for c in book.places["tblMarket"].table.columns if c.code != "place")


def _names(book: Book) -> dict[str, str]:
    return {"STORE": book.text("独立站", "Own store"), "ALL": book.text("合计", "All")}


def _market_line(book: Book, tab: Worksheet, row: int, number: int) -> None:
    line = {"bottom": 1, "bottom_color": "#D9D9D9"}
    rows = book.start.rows("tblMarket")
    placed = sorted((float(str(r["place"])), str(r["scope"])) for r in rows if r.get("place"))
    codes = [code for _, code in placed] or list(MARKETS)
    code = codes[number - 1] if number <= len(codes) else ""
    names, found = _names(book), _found(book, number, "scope")
    named = found
    for other, name in names.items():
        named = f"IF({found}={quote(other)},{quote(name)},{named})"
    look = book.styles.get(indent=1, shrink=True, **line)
    formula(tab, row, MARKET_COLUMN, f'IFERROR({named},"")', look, names.get(code, code))
    for at, column in enumerate(_shown_columns(book)[1:], MARKET_COLUMN + 1):
        right = column.kind == "ratio"
        look = book.styles.get(
            num_format=_market_format(column),
            align="right" if right else "left",
            indent=0 if right else 1,
            **line,
        )
        text = _market(book, row, number, column.code)
        formula(tab, row, at, text, look, "–" if code else "")


def _market_format(column: Column) -> str:
    if column.kind != "ratio":
        return "General"
    return "0%" if column.code in ("pace", "compliance") else "0.0%"


def _market(book: Book, row: int, number: int, column: str) -> str:
    found, label = _found(book, number, column), f"${letters(MARKET_COLUMN)}{row + 1}"
    if column == "status":
        return f'IF({label}="","",{found}&"")'
    return f'IF({label}="","",IF(ISNUMBER({found}),{found},IF(ISNA({found}),NA(),"–")))'


def _found(book: Book, number: int, column: str) -> str:
    """A figure of the market that has a line of the page."""
    col = book.column("tblMarket")
    return f"INDEX({col(column)},MATCH({number},{col('place')},0))"
