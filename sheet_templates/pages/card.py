"""记分卡 Card: one person or shop, one region, one month, one screen; three dropdowns drive it.

One screen is 28 rows, so nothing stands under the strip of weeks but the line to sign on: what
pulled the score up or down stands beside it, under the widest column.
"""

from __future__ import annotations

from xlsxwriter.worksheet import Worksheet

from kpi.sheet_scoring import card_tests
from kpi.typed_rows import VetoEffect
from sheet_templates.book import Book, formula, put, quote
from sheet_templates.colours import signs
from sheet_templates.frame import frame, setting
from sheet_templates.layout import CARD_LINES, CARD_WEEKS
from sheet_templates.pages.items import attainment_bar
from sheet_templates.pages.month_total import month_total
from sheet_templates.places import letters
from sheet_templates.scoring import (
    card_by_hand,
    card_coverage,
    coefficient,
    if_card,
    person_points,
    veto_count,
    vetoes_unchecked,
)
from sheet_templates.scoring_kinds import CARD, shown_grade, shown_total
from sheet_templates.style import GRID, UNIT_FORMAT, UNKNOWN

PICK_ROW = 3  # zero-based: the dropdowns stand in row 4
HEAD = 5
FIRST = HEAD + 1
SUMS = FIRST + CARD_LINES
WEEKS = SUMS + 2
TEXTS = WEEKS
SIGN = WEEKS + 3
TEXT_COLUMN = 11
# header zh, en, column of tblScore, width, number format (None: by the row's unit)
COLUMNS: tuple[tuple[str, str, str, float, str | None], ...] = (
    ("行", "No", "line", 5.5, "0"),
    ("指标", "KPI", "metric", 24, "General"),
    ("类", "Kind", "kind", 8, "General"),
    ("权重", "Weight", "weight", 8, "0.0"),
    ("目标", "Target", "target", 11, None),
    ("应达", "Due", "due", 11, None),
    ("实际", "Actual", "actual", 11, None),
    ("达成", "Attainment", "attainment", 10.5, "0.0%"),
    ("得分", "Score", "score", 9, "0.0"),
    ("贡献", "Points", "points", 9, "0.00"),
    ("状态", "Status", "status", 10.5, "General"),
    ("数据至", "Data until", "data_until", 12.5, "yyyy-mm-dd"),
    ("口径", "Meaning", "meaning", 56.5, "General"),
    ("单位", "Unit", "unit", 8, "General"),
    ("行位", "Row", "", 8, "0"),
    ("差", "Pull", "", 8, "0.00"),
)
CODES = tuple(c[2] for c in COLUMNS)
ROW_COLUMN, PULL_COLUMN = 14, 15
LOOKS: dict[str, dict[str, object]] = {  # one line, never cut
    "metric": {"shrink": True},
    "data_until": {"shrink": True},
    "meaning": {"font_size": 8, "font_color": "#595959", "shrink": True},
}


def page(book: Book) -> None:
    """The tab; nobody types here but in the three dropdowns."""
    tab = frame(
        book,
        "card",
        "选人员或店铺、区域和月份，整页自动更新；不要在下面填写。",
        "Choose person or shop, region and month and the page follows; nothing is typed below.",
        freeze=(HEAD + 1, 2),
    )
    _pick(book, tab)
    _headers(book, tab)
    for number in range(CARD_LINES):
        _line(book, tab, FIRST + number, number + 1)
    _looks(book, tab)
    _sums(book, tab)
    _weeks(book, tab)
    _texts(book, tab)
    _signature(book, tab)
    tab.fit_to_pages(1, 1)
    tab.print_area(0, 0, SIGN, 12)


def _pick(book: Book, tab: Worksheet) -> None:
    look = book.styles.get(
        bold=True,
        font_size=12,
        bg_color="#DDEBF7",
        border=1,
        border_color="#2F75B5",
        indent=1,
        locked=False,
    )
    label = book.styles.get(align="right", bold=True, indent=1)
    people = [str(p["person"]) for p in book.start.people]
    spots = (
        ("nmCardPerson", "对象", "Who", 1, "person", people[0] if people else ""),
        ("nmCardRegion", "区域", "Region", 4, "region", "US"),
        ("nmCardMonth", "月份", "Month", 7, "month", str(setting(book, "month"))),
    )
    for name, zh, en, column, code, default in spots:
        if column > 1:
            tab.write_string(PICK_ROW, column - 1, book.text(zh, en), label)
        else:
            tab.write_string(PICK_ROW, 0, book.text(zh, en), book.styles.get(bold=True))
        put(tab, PICK_ROW, column, book.start.card.get(code, default), look)
        book.define(name, "card", f"${letters(column)}${PICK_ROW + 1}")
        has_list = code != "person" or book.edition == "manager"
        listed = {"person": "Carded"}.get(code, code.capitalize())
        source: object = f"=lst{listed}" if has_list else people or [""]
        tab.data_validation(
            PICK_ROW, column, PICK_ROW, column, {"validate": "list", "source": source}
        )
    _no_card(book, tab)
    tab.set_row(PICK_ROW, 22)
    tab.set_row(HEAD - 1, 6)


def _no_card(book: Book, tab: Worksheet) -> None:
    """Why the page is empty: nobody is scored in the region and month that were chosen."""
    tests = card_tests(book.column("tblScore"), *CARD)
    said = book.text(
        "○ 没有这张卡：请换区域或月份", "○ No such card: choose another region or month"
    )
    look = book.styles.get(font_color="#7F6000", indent=1)
    shown = f'IF(OR(nmCardPerson="",COUNTIFS({tests})>0),"",{quote(said)})'
    formula(tab, PICK_ROW, 9, shown, look)


def _headers(book: Book, tab: Worksheet) -> None:
    look = book.styles.get(
        bold=True, bg_color="#F2F2F2", top=1, bottom=2, bottom_color="#1F4E79", indent=1
    )
    number = book.styles.get(
        bold=True,
        bg_color="#F2F2F2",
        top=1,
        bottom=2,
        bottom_color="#1F4E79",
        align="right",
    )
    for column, (zh, en, code, wide, _) in enumerate(COLUMNS):
        hidden = {"level": 1, "hidden": True} if column > PULL_COLUMN - 3 else {}
        tab.set_column(column, column, wide, None, hidden)
        right = code in ("weight", "target", "due", "actual", "attainment", "score", "points")
        tab.write_string(HEAD, column, book.text(zh, en), number if right else look)
    tab.set_column(PULL_COLUMN + 1, PULL_COLUMN + 1, None, None, {"collapsed": True})


def _line(book: Book, tab: Worksheet, row: int, number: int) -> None:
    """One line: its place in tblScore once, then every column from there."""
    col = book.column("tblScore")
    spot = f"${letters(ROW_COLUMN)}{row + 1}"
    for column, (_, _, code, _, shown) in enumerate(COLUMNS):
        left = column in (0, 1, 2, 10, 11, 12, 13)
        look = book.styles.get(
            num_format=shown or "#,##0.00",
            align="left" if left else "right",
            indent=1 if left else 0,
            bottom=1,
            bottom_color=GRID,
            **LOOKS.get(code, {}),
        )
        if column == ROW_COLUMN:
            key = f'nmCardMonth&"｜"&nmCardPerson&"｜"&nmCardRegion&"｜{number}"'
            text = f'IFERROR(MATCH({key},{col("card_key")},0),"")'
        elif column == PULL_COLUMN:
            text = _pull(book, row, spot)
        else:
            found = f"INDEX({col(code)},{spot})"
            empty = (
                f'{found}&""'
                if shown == "General"
                else f'IF(ISNA({found}),NA(),IF({found}="","",{found}))'
            )
            text = f'IF({spot}="","",{empty})'
        formula(tab, row, column, text, look)


def _pull(book: Book, row: int, spot: str) -> str:
    """How far a line pulls the card from 100: its points less its share."""
    col = book.column("tblScore")
    points, share = f"INDEX({col('points')},{spot})", f"INDEX({col('share')},{spot})"
    score = _cell("score", row)
    return f'IF({spot}="","",IF(ISNUMBER({score}),ROUND({points}-{share},9),""))'


def _cell(code: str, row: int) -> str:
    return f"${letters(CODES.index(code))}{row + 1}"


def _area(code: str) -> str:
    letter = letters(CODES.index(code))
    return f"${letter}${FIRST + 1}:${letter}${FIRST + CARD_LINES}"


def _looks(book: Book, tab: Worksheet) -> None:
    last = FIRST + CARD_LINES - 1
    numbers = (FIRST, 4, last, 9)
    unknown = {"type": "errors", "format": book.styles.rule(**UNKNOWN), "stop_if_true": True}
    tab.conditional_format(*numbers, unknown)
    unit = f"$N{FIRST + 1}"
    for code, shown in UNIT_FORMAT.items():
        tests = ",".join(f'{unit}="{word}"' for word in sorted({code, book.word("unit", code)}))
        rule = {"type": "formula", "criteria": f"=OR({tests})"}
        tab.conditional_format(
            FIRST, 4, last, 6, {**rule, "format": book.styles.rule(num_format=shown)}
        )
    tab.conditional_format(FIRST, 7, last, 7, attainment_bar())
    signs(book, tab, (FIRST, 10, last, 10))


def _sums(book: Book, tab: Worksheet) -> None:
    """Total, points by hand, veto, grade, coefficient, coverage, version, what was typed."""
    card = CARD
    row = SUMS + 1
    total = f"$B${row + 1}"
    fields = (
        (1, "合计", "Total", shown_total(book, book.formulas), "0.00"),
        (3, "加减分", "Points", person_points(book, *card[:2]), "0.0"),
        (4, "一票否决", "Veto", _veto(book, card), "General"),
        (5, "等级", "Grade", shown_grade(book, book.formulas, total), "General"),
        (6, "系数", "Coefficient", if_card(total, coefficient(book, f"$F${row + 1}")), "0.0"),
        (7, "覆盖率", "Coverage", card_coverage(book, *card), "0%"),
        (8, "版本", "Version", 'nmVersion&""', "General"),
        (9, "✎ 人工", "✎ By hand", card_by_hand(book, *card), "0%"),
    )
    label = book.styles.get(font_color="#595959", top=2, top_color="#1F4E79", align="right")
    for column in range(13):
        tab.write_blank(SUMS, column, None, label)
    for column, zh, en, text, shown in fields:
        tab.write_string(SUMS, column, book.text(zh, en), label)
        look = book.styles.get(bold=True, font_size=14, align="right", num_format=shown)
        formula(tab, row, column, text, look)
    tab.conditional_format(
        row, 1, row, 9, {"type": "errors", "format": book.styles.rule(**UNKNOWN)}
    )
    month_total(book, tab, SUMS)
    tab.set_row(row, 24)


def _veto(book: Book, card: tuple[str, str, str]) -> str:
    """The strongest veto in breach, then what nobody could check; clear only when all are known."""
    clear, unknown = book.text("● 无", "● None"), book.text("○ 未检查", "○ Not checked")
    said = f"IF({vetoes_unchecked(book, *card[:2])}>0,{quote(unknown)},{quote(clear)})"
    for effect in VetoEffect:  # from the weakest
        word = f"■ {book.word('veto_hit', effect)}"
        said = f"IF({veto_count(book, *card[:2], effect)}>0,{quote(word)},{said})"
    return said


def _weeks(book: Book, tab: Worksheet) -> None:
    """The strip of weekly attainment for sales and profit."""
    col = book.column("tblWeek")
    under = {"bottom": 1, "bottom_color": GRID}
    head = book.styles.get(font_color="#595959", align="right", **under)
    left = book.styles.get(font_color="#595959", indent=1, **under)
    look = book.styles.get(num_format="0%", align="right", **under)
    labels = (
        ("week", book.text("每周达成", "Weekly attainment")),
        ("net_sales", book.text("净销售额", "Net sales")),
        ("profit", book.text("边际贡献额", "Contribution")),
    )
    for offset, (code, text) in enumerate(labels):
        tab.write_string(WEEKS + offset, 1, text, left)
        tab.write_blank(WEEKS + offset, 2, None, left)
        for week in range(1, CARD_WEEKS + 1):
            key = f'nmCardPerson&"｜"&nmCardRegion&"｜{week}"'
            found = f"INDEX({col(code)},MATCH({key},{col('strip')},0))"
            column = 2 + week
            known = f'IF(ISNUMBER({found}),{found},"")'
            shown = f'IFERROR({found}&"","")' if code == "week" else known
            formula(tab, WEEKS + offset, column, shown, head if code == "week" else look)
    area = (WEEKS + 1, 3, WEEKS + 2, 2 + CARD_WEEKS)
    low, ok = book.styles.rule(font_color="#9C0006"), book.styles.rule(font_color="#1E6B2E")
    first = f"{letters(3)}{WEEKS + 2}"
    tab.conditional_format(
        *area,
        {"type": "formula", "criteria": f"=AND(ISNUMBER({first}),{first}<0.85)", "format": low},
    )
    tab.conditional_format(
        *area, {"type": "formula", "criteria": f"=AND(ISNUMBER({first}),{first}>=1)", "format": ok}
    )


def _texts(book: Book, tab: Worksheet) -> None:
    """What pulled the score up, what pulled it down, what is missing."""
    pull = f"${letters(PULL_COLUMN)}${FIRST + 1}:${letters(PULL_COLUMN)}${FIRST + CARD_LINES}"
    name = _area("metric")

    def named(best: str) -> str:
        return f"INDEX({name},MATCH({best}({pull}),{pull},0))"

    def line(best: str, sign: str) -> str:
        plus = '"+"&' if best == "MAX" else ""
        points = quote(book.text(" 分", " points"))
        text = f'{named(best)}&" "&{plus}ROUND({best}({pull}),2)&{points}'
        return f'IF(COUNTIFS({pull},"{sign}0")=0,"–",{text})'

    none = book.word("status", "no_data")[0]
    missing = "&".join(
        f'IF(COUNTIFS({_cell("status", row)},"{none}*")>0,{_cell("metric", row)}&"  ","")'
        for row in range(FIRST, FIRST + CARD_LINES)
    )
    under = {"bottom": 1, "bottom_color": "#D9D9D9", "indent": 1}
    label = book.styles.get(font_color="#595959", **under)
    look = book.styles.get(bold=True, **under)
    rows = (
        (book.text("拉高得分", "Pulled up"), line("MAX", ">")),
        (book.text("拉低得分", "Pulled down"), line("MIN", "<")),
        (book.text("缺数据", "Missing"), f'IF({missing}="","–",{missing})'),
    )
    for offset, (text, what) in enumerate(rows):
        tab.write_string(TEXTS + offset, TEXT_COLUMN, text, label)
        formula(tab, TEXTS + offset, TEXT_COLUMN + 1, what, look)


def _signature(book: Book, tab: Worksheet) -> None:
    tab.set_row(SIGN, 24)
    look = book.styles.get(font_color="#595959", bottom=1, valign="bottom", indent=1)
    for column, zh, en in ((1, "本人", "Signed"), (4, "主管", "Supervisor"), (8, "日期", "Date")):
        for offset in range(2):
            tab.write_blank(SIGN, column + offset, None, look)
        tab.write_string(SIGN, column, book.text(zh, en), look)
