"""ShopifyQL: the questions about visits and sales by day that the sandbox understands."""

from __future__ import annotations

import re
from datetime import date, timedelta

from sync_service.sandbox.amazon_answers import cents
from sync_service.sandbox.daily import seen_visits, visits
from sync_service.sandbox.shopify_sheets import shop_orders
from sync_service.sandbox.simulator import DAYS, Ints
from sync_service.sandbox.view import View
from sync_service.sandbox.wire import Json
from sync_service.sandbox.world import HISTORY_START

_QL = re.compile(
    r"FROM\s+(sessions|sales)\s+SHOW\s+([\w\s,]+?)\s+(?:GROUP\s+BY|TIMESERIES)\s+day"
    r"\s+SINCE\s+(\S+)(?:\s+UNTIL\s+(\S+))?(?:\s+ORDER\s+BY\s+day(?:\s+ASC)?)?",
    re.IGNORECASE,
)
_MONEY = frozenset({"gross_sales", "discounts"})


def shopifyql(view: View, query: str) -> Json:
    """Visits or sales by day; any other question is a parse error, as a text it cannot read."""
    asked = _QL.fullmatch(" ".join(query.split()))
    if asked is None:
        return _wrong(f"Unable to parse: {query[:60]}")
    today = DAYS[view.book.clock.finished(view.now)]
    start, end = _day(asked[3], today), _day(asked[4] or "today", today)
    if start is None or end is None:
        return _wrong("SINCE or UNTIL is not a date")
    names = [name.strip() for name in asked[2].split(",") if name.strip() != "day"]
    known = _metrics(view, asked[1].lower())
    unknown = [name for name in names if name not in known]
    if unknown:
        return _wrong(f"Unknown column: {', '.join(unknown)}")
    last = min(view.book.clock.finished(view.now), (end - HISTORY_START).days + 1)
    span = range(max(0, (start - HISTORY_START).days), last)
    rows = [
        {"day": DAYS[n].isoformat()} | {name: _text(name, int(known[name][n])) for name in names}
        for n in span
    ]
    columns = [_column("day", "DAY_TIMESTAMP")]
    columns += [_column(name, "MONEY" if name in _MONEY else "INTEGER") for name in names]
    return {"parseErrors": [], "tableData": {"columns": columns, "rows": rows}}


def _metrics(view: View, source: str) -> dict[str, Ints]:
    """The columns of a data set, by day."""
    if source == "sessions":
        settled = visits(view.world, view.book.shop.code).sessions
        return {"sessions": seen_visits(settled, view.ages)}
    sheet = shop_orders(view)
    return {
        "gross_sales": sheet.rows["gross_sales"].sum(axis=0),
        "discounts": -sheet.rows["discounts"].sum(axis=0),
        "orders": sheet.whole["orders_count"],
    }


def _text(name: str, value: int) -> str:
    return cents(value) if name in _MONEY else str(value)


def _column(name: str, kind: str) -> Json:
    return {"name": name, "dataType": kind, "displayName": name.replace("_", " ").title()}


def _wrong(words: str) -> Json:
    return {"parseErrors": [words], "tableData": None}


def _day(word: str, today: date) -> date | None:
    """A date, `today`, `yesterday`, or so many days ago: `-30d`."""
    if word in {"today", "yesterday"}:
        return today - timedelta(days=word == "yesterday")
    ago = re.fullmatch(r"-(\d+)d", word)
    if ago:
        return today - timedelta(days=int(ago[1]))
    try:
        return date.fromisoformat(word)
    except ValueError:
        return None
