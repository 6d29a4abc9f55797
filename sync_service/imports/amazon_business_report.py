"""Amazon's Business Report as CSV: "Sales and Traffic" by date, and by child ASIN for one day.

By date every row is a day of the marketplace. Where units were ordered and nobody visited, Amazon
has not counted the visits yet: they are unknown, not zero. By child ASIN the file names no day, so
the user states the one day it was exported for.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal

from kpi.model import Shop
from sync_service.connectors.kernel import FactRow
from sync_service.imports.columns import Columns
from sync_service.imports.dates import day_in
from sync_service.imports.layout import Batch, FileStream, Found, Layout, Source, finished, span
from sync_service.imports.refusals import FileRefusedError
from sync_service.imports.whose import check_symbols, shop_of

TRAFFIC = ("sessions", "page_views", "buy_box_page_views")
BY_DATE = FileStream(
    "file.business_report",
    (*TRAFFIC, "units_refunded", "feedback_negative_orders", "gross_sales", "units_ordered"),
    "missing",
)
BY_CHILD = FileStream(
    "file.business_report_asin", (*TRAFFIC, "gross_sales", "units_ordered"), "zero"
)
_SESSIONS = ("sessions - total", "sessions")
_VIEWS = ("page views - total", "page views")
_BOX = (
    "featured offer (buy box) percentage",
    "featured offer percentage",
    "buy box percentage",
)
Cells = Mapping[str, Decimal | int | None]


def _measures(columns: Columns) -> dict[str, list[Decimal | None] | list[int | None]]:
    """The columns that both forms have."""
    views = columns.counts(*_VIEWS)
    shares = columns.shares(*_BOX)
    box = [_box(v, s) for v, s in zip(views, shares, strict=True)]
    return {
        "sessions": columns.counts(*_SESSIONS),
        "page_views": views,
        "buy_box_page_views": box,
        "gross_sales": columns.money("ordered product sales"),
        "units_ordered": columns.counts("units ordered"),
    }


def _box(views: int | None, share: Decimal | None) -> int | None:
    """Page views with the Buy Box, so that the share can be weighted."""
    if views is None or share is None:
        return None
    return int((views * share).quantize(Decimal(1), ROUND_HALF_EVEN))


def _shop(source: Source) -> Shop:
    shop = shop_of(source, "amazon")
    check_symbols(source, shop, source.columns.text("ordered product sales"))
    return shop


def by_date(source: Source) -> Found:
    """One row a day."""
    columns, shop = source.columns, _shop(source)
    days = [None if m is None else day_in(m, shop.time_zone) for m in columns.moments("date")]
    values = _measures(columns)
    for name, header in (
        ("units_refunded", "units refunded"),
        ("feedback_negative_orders", "negative feedback received"),
    ):
        if columns.find(header) is not None:
            values[name] = columns.counts(header)
    rows: dict[date, FactRow] = {}
    for place in columns.good():
        day = days[place]
        if day is None or day in rows:
            columns.refuse(place, None, "No day, or a day that came before.", "无日期或日期重复。")
            continue
        rows[day] = FactRow(day, _counted({name: of[place] for name, of in values.items()}))
    kept = finished(source, shop, sorted(rows)) if rows else []
    _tell_late(source, [rows[day] for day in kept])
    if not kept:
        return Found()
    batch = Batch(BY_DATE, shop, span(kept), tuple(rows[day] for day in kept))
    return Found((batch,))


def _counted(cells: dict[str, Decimal | int | None]) -> Cells:
    """Visits that have not been counted yet are unknown."""
    if cells["units_ordered"] and not cells["sessions"]:
        return cells | dict.fromkeys(TRAFFIC)
    return cells


def _tell_late(source: Source, rows: list[FactRow]) -> None:
    late = [row.day for row in rows if row.measures["sessions"] is None]
    if late:
        source.warn(
            "traffic_late",
            (f"No visits yet on {len(late)} days, first {late[0]}.", "They stay unknown."),
            (f"有 {len(late)} 天尚无流量数据，首日 {late[0]}。", "这些天的流量视为未知。"),
        )


def by_child(source: Source) -> Found:
    """One row a child ASIN; the day is stated."""
    columns, shop = source.columns, _shop(source)
    period = source.options.period
    if period is None or period.days != 1:
        raise FileRefusedError(
            f"{source.name} is by ASIN and names no day. Export it for one day and state that day, "
            "for example --period 2026-10-21.",
            f"{source.name} 按 ASIN 汇总，未写日期。请按单日导出并注明，例如 --period 2026-10-21。",
        )
    (day,) = finished(source, shop, [period.start])
    values = _measures(columns)
    skus = columns.ids("sku") if columns.find("sku") is not None else columns.ids("(child) asin")
    sums: dict[str, dict[str, Decimal | int | None]] = {}
    for place in columns.good():
        cells = sums.setdefault(skus[place], {})
        for name, of in values.items():
            cells[name] = (cells.get(name) or 0) + (of[place] or 0)
    rows = tuple(FactRow(day, cells, sku=sku) for sku, cells in sorted(sums.items()))
    return Found((Batch(BY_CHILD, shop, span([day]), rows),))


BUSINESS_REPORT = Layout(
    "business_report", frozenset({"date", "units ordered", "ordered product sales"}), by_date
)
BUSINESS_REPORT_ASIN = Layout(
    "business_report_asin",
    frozenset({"(child) asin", "units ordered", "ordered product sales"}),
    by_child,
    absent=frozenset({"date"}),
)
