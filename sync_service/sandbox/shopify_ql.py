"""ShopifyQL: the one question about visits by day that the sandbox understands."""

from __future__ import annotations

import re
from datetime import date, timedelta

from sync_service.sandbox.daily import seen_visits, visits
from sync_service.sandbox.sheets import View
from sync_service.sandbox.simulator import DAYS
from sync_service.sandbox.wire import Json
from sync_service.sandbox.world import HISTORY_START

_QL = re.compile(
    r"FROM\s+sessions\s+SHOW\s+(?:day\s*,\s*)?sessions\s+(?:GROUP\s+BY|TIMESERIES)\s+day"
    r"(?:\s+WITH\s+[\w\s,]+?)?\s+SINCE\s+(\S+)(?:\s+UNTIL\s+(\S+))?(?:\s+ORDER\s+BY\s+day(?:\s+ASC)?)?",
    re.IGNORECASE,
)


def shopifyql(view: View, query: str) -> Json:
    """Sessions by day; any other question is a parse error, as a text that Shopify cannot read."""
    found = _QL.fullmatch(" ".join(query.split()))
    if found is None:
        return {"parseErrors": [f"Unable to parse: {query[:60]}"], "tableData": None}
    today = DAYS[view.book.clock.finished(view.now)]
    start, end = _day(found[1], today), _day(found[2] or "today", today)
    if start is None or end is None:
        return {"parseErrors": ["SINCE or UNTIL is not a date"], "tableData": None}
    sessions = seen_visits(visits(view.world, view.book.shop.code).sessions, view.ages)
    span = range(
        max(0, (start - HISTORY_START).days),
        min(view.book.clock.finished(view.now), (end - HISTORY_START).days + 1),
    )
    rows = [{"day": DAYS[n].isoformat(), "sessions": str(int(sessions[n]))} for n in span]
    columns = [
        {"name": "day", "dataType": "DAY_TIMESTAMP", "displayName": "Day"},
        {"name": "sessions", "dataType": "INTEGER", "displayName": "Sessions"},
    ]
    return {"parseErrors": [], "tableData": {"columns": columns, "rows": rows}}


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
