"""日报、周报、月报 Daily, Weekly, Monthly: the same KPIs of ALL, US and EU, ready to print."""

from __future__ import annotations

from sheet_templates.book import Book, quote
from sheet_templates.changes import change
from sheet_templates.frame import Tail, frame, money_tail
from sheet_templates.layout import REGION_METRICS, REPORT_SCOPES
from sheet_templates.pages.lists import pace_status
from sheet_templates.places import Ref
from sheet_templates.scoring import guarded
from sheet_templates.start import StartRow
from sheet_templates.table import TableSpec, put_table

SENTENCES = {
    "daily": (
        "最近一个完整日；上期为上周同一天，去年同期为 52 周前。",
        "The last whole day; before is the same weekday a week ago, year before 52 weeks ago.",
    ),
    "weekly": (
        "最近一个完整周；上期为前一周，去年同期为 52 周前。",
        "The last whole week; before is the week before it, year before 52 weeks ago.",
    ),
    "monthly": (
        "考核月至今；上期与去年同期只取相同天数。",
        "The month so far; the month before and last year are cut to as many days.",
    ),
}
PERIOD_NAMES = {"daily": "nmDay", "weekly": "nmWeek", "monthly": "nmMonth"}


def daily(book: Book) -> None:
    """The page of a day."""
    _page(book, "daily")


def weekly(book: Book) -> None:
    """The page of a week."""
    _page(book, "weekly")


def monthly(book: Book) -> None:
    """The page of the month under review."""
    _page(book, "monthly")


def _page(book: Book, code: str) -> None:
    name = PERIOD_NAMES[code]
    sign = book.text(" │ 本期 ", " │ Period ")
    period = "" if name == "nmMonth" else f'&IF({name}="","",{quote(sign)}&{name})'
    tail = Tail(f"{money_tail(book).formula}{period}", money_tail(book).shown)
    tab = frame(book, code, *SENTENCES[code], freeze=(4, 2), tail=tail)
    keys: tuple[StartRow, ...] = tuple(
        {"scope": scope, "metric": book.metric_names.get(metric, metric)}
        for scope in REPORT_SCOPES
        for metric in REGION_METRICS
    )
    formulas = {
        "change": guarded(lambda r: change(book, r("value"), r("before"), r("unit")), "scope"),
        "change_year": guarded(
            lambda r: change(book, r("value"), r("year_ago"), r("unit")), "scope"
        ),
        "status": guarded(lambda r: _status(book, r), "scope"),
    }
    put_table(book, TableSpec(f"tbl{code.capitalize()}", formulas, keys=keys, parted=True))
    tab.fit_to_pages(1, 1)


def _status(book: Book, ref: Ref) -> str:
    """The sign of the pace; a ratio has none."""
    pace = ref("pace")
    known = f"OR(ISNUMBER({pace}),ISNA({pace}))"
    return f'IF({known},{pace_status(book, pace)},"")'
