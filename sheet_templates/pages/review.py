"""复盘 Review: the week against the week before on top, decisions below."""

from __future__ import annotations

from xlsxwriter.worksheet import Worksheet

from sheet_templates.book import Book, formula, quote
from sheet_templates.colours import signs
from sheet_templates.frame import frame, setting
from sheet_templates.layout import REVIEW_COLUMNS, REVIEW_METRICS, REVIEW_SCOPES, review_slot
from sheet_templates.places import Ref, letters
from sheet_templates.style import UNKNOWN
from sheet_templates.table import TableSpec, put_table

HEAD = 4  # zero-based row of the upper part's header
FOCUS = HEAD + 2 * len(REVIEW_METRICS) + 2
FOCUS_LINES = 6
CAUSES = FOCUS + FOCUS_LINES + 2
CAUSE_LINES = 4
METRIC_TEXTS: dict[str, tuple[str, str, str]] = {
    "net_sales": ("净销售额", "Net sales", "#,##0"),
    "contribution_profit": ("边际贡献额", "Contribution", "#,##0"),
    "contribution_margin": ("边际贡献率", "Contribution margin", "0.0%"),
    "acos": ("ACoS", "ACoS", "0.0%"),
    "tacos": ("TACoS", "TACoS", "0.0%"),
    "return_rate": ("退货率", "Return rate", "0.0%"),
    "unit_session_rate": ("单位会话转化率", "Unit session rate", "0.0%"),
    "units_sold": ("销量", "Units sold", "#,##0"),
    "compliance_task_rate": ("合规任务完成率", "Compliance tasks on time", "0.0%"),
}
COLUMNS = range(1, REVIEW_COLUMNS + 1)
IN_MONEY = ("net_sales", "contribution_profit")
WIDTHS = (22.0, 20.0, 20.0, 20.0, 20.0, 20.0, 11.0, 12.0, 12.0, 24.0)  # nine markets


def page(book: Book) -> None:
    """The tab: print the upper part for the meeting, type decisions in the table."""
    tab = frame(
        book,
        "review",
        "会前打印上半部分；会上在下表记决定，并给每个决定一个任务编号。",
        "Print the upper part for the meeting; note decisions below, each with a task number.",
        freeze=(3, 0),
    )
    _weeks(book, tab)
    _focus(book, tab)
    _causes(book, tab)
    formulas = {"result": lambda r: _result(book, r)}
    put_table(book, TableSpec("tblReview", formulas, fill_down=formulas))
    for column, wide in enumerate(WIDTHS):
        tab.set_column(column, column, wide)


def _weeks(book: Book, tab: Worksheet) -> None:
    """The KPIs of each market: this week, and under it the change against the week before."""
    head = book.styles.get(bold=True, bg_color="#F2F2F2", bottom=2, bottom_color="#1F4E79")
    middle = book.styles.get(
        bold=True, bg_color="#F2F2F2", bottom=2, bottom_color="#1F4E79", align="center"
    )
    week = _found(book, REVIEW_METRICS[0], 1, "week")
    plain, change = (
        book.text("本周 / 较上周", "This week / change"),
        book.text(" / 较上周", " / change"),
    )
    any_column = quote(review_slot(REVIEW_METRICS[0], "*"))
    count = f"COUNTIFS({book.column('tblWeekKpi')('slot')},{any_column})"
    more = f'IF({count}>{REVIEW_COLUMNS}," · {REVIEW_COLUMNS}/"&{count},"")'
    named = f'IFERROR(IF({week}="",{quote(plain)},{week}&{quote(change)}),{quote(plain)})'
    formula(tab, HEAD, 0, f"{named}&{more}", head, plain)
    for column in COLUMNS:
        scope = _found(book, REVIEW_METRICS[0], column, "scope")
        formula(tab, HEAD, column, f'IFERROR({scope},"")', middle, _starting(column))
    for number, metric in enumerate(REVIEW_METRICS):
        _week_line(book, tab, HEAD + 1 + 2 * number, metric)
    last = HEAD + 2 * len(REVIEW_METRICS)
    unknown = {"type": "errors", "format": book.styles.rule(**UNKNOWN)}
    tab.conditional_format(HEAD + 1, 1, last, REVIEW_COLUMNS, unknown)


def _starting(column: int) -> str:
    """The market of a column before the service has written any."""
    return REVIEW_SCOPES[column - 1] if column <= len(REVIEW_SCOPES) else ""


def _week_line(book: Book, tab: Worksheet, row: int, metric: str) -> None:
    """A KPI of each market, and under it the change."""
    zh, en, shown = METRIC_TEXTS[metric]
    name, bold = book.text(zh, en), book.styles.get(bold=True)
    if metric in IN_MONEY:
        known = f"{name} · {setting(book, 'currency')}"
        formula(tab, row, 0, f"{quote(name + ' · ')}&nmCurrency", bold, known)
    else:
        tab.write_string(row, 0, name, bold)
    line = {"bottom": 1, "bottom_color": "#D9D9D9"}
    tab.write_blank(row + 1, 0, None, book.styles.get(**line))
    tab.set_row(row + 1, 14)
    for column in COLUMNS:
        value = book.styles.get(num_format=shown, align="center")
        known = "–" if _starting(column) else ""
        formula(tab, row, column, _week(book, metric, column), value, known)
        small = book.styles.get(
            num_format="+0.0%;-0.0%;0.0%",
            align="center",
            font_size=9,
            font_color="#7F7F7F",
            **line,
        )
        formula(tab, row + 1, column, _change(book, metric, column, shown), small)


def _found(book: Book, metric: str, column: int, code: str) -> str:
    """A cell of the KPI of the market that has a column (one-based) of the page."""
    col = book.column("tblWeekKpi")
    return f"INDEX({col(code)},MATCH({quote(review_slot(metric, column))},{col('slot')},0))"


def _week(book: Book, metric: str, column: int) -> str:
    cell, head = _found(book, metric, column, "this_week"), f"{letters(column)}${HEAD + 1}"
    return f'IF({head}="","",IF(ISNUMBER({cell}),{cell},IF(ISNA({cell}),NA(),"–")))'


def _change(book: Book, metric: str, column: int, shown: str) -> str:
    """Relative for money and counts, in points for a ratio."""
    now = _found(book, metric, column, "this_week")
    before = _found(book, metric, column, "last_week")
    both = f"AND(ISNUMBER({now}),ISNUMBER({before}))"
    if shown.endswith("%"):
        return f'IF({both},{now}-{before},"")'
    return f'IF({both},IF({before}>0,{now}/{before}-1,""),"")'


def _focus(book: Book, tab: Worksheet) -> None:
    """Misses with their owner and actions due: the first lines of Today's focus."""
    text = book.text("未达标与待办（取自今日关注）", "Misses and actions due (Today's focus)")
    codes = ((0, "level"), (1, "scope"), (2, "owner"), (3, "what"), (5, "next_step"))
    _lines(book, tab, FOCUS, FOCUS_LINES, text, ("tblFocus", codes))


def _causes(book: Book, tab: Worksheet) -> None:
    """The largest causes: what moved most behind the first breaches."""
    text = book.text("主要原因（取自预警）", "Largest causes (Breaches)")
    codes = ((0, "level"), (1, "scope"), (2, "owner"), (3, "metric"), (4, "cause"))
    _lines(book, tab, CAUSES, CAUSE_LINES, text, ("tblBreach", codes))


def _lines(  # a title, and under it the first rows of a table
    book: Book,
    tab: Worksheet,
    top: int,
    count: int,
    text: str,
    of: tuple[str, tuple[tuple[int, str], ...]],
) -> None:
    table, codes = of
    tab.write_string(top, 0, text, book.styles.get(bold=True, font_color="#1F4E79"))
    col = book.column(table)
    look = book.styles.get(bottom=1, bottom_color="#D9D9D9", indent=1)
    for number in range(1, count + 1):
        for column in range(len(WIDTHS)):
            tab.write_blank(top + number, column, None, look)
        for column, code in codes:
            formula(tab, top + number, column, f'INDEX({col(code)},{number})&""', look)
    signs(book, tab, (top + 1, 0, top + count, 0))


def _result(book: Book, ref: Ref) -> str:
    """Four weeks later: the state of the task that came of the decision."""
    col = book.column("tblTask")
    status = f"INDEX({col('status')},MATCH({ref('task_no')},{col('no')},0))"
    soon, later = book.text("… 还有 ", "… in "), book.text(" 天", " days")
    wait = f"{quote(soon)}&({ref('date')}+28-nmToday)&{quote(later)}"
    young = f'AND(nmToday<>"",nmToday<{ref("date")}+28)'
    known = f'IF({young},{wait},IFERROR({status}&"","○"))'
    return f'IF(OR({ref("no")}="",{ref("date")}=""),"",{known})'
