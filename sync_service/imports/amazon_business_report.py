"""Amazon's Business Report as CSV: "Sales and Traffic" by date, and by child ASIN for one day.

By date every row is a day of the marketplace. Where units were ordered and nobody visited, Amazon
has not counted the visits yet: they are unknown, not zero. By child ASIN the file names no day, so
the user states the one day it was exported for.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal

from kpi.trade import Shop
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
_DATE = ("date", "datum", "fecha", "日期")
_CHILD = ("(child) asin", "(untergeordnete) asin", "asin (child)", "(子)asin", "子asin")
_SALES = (
    *("ordered product sales", "durch bestellte produkte erzielter umsatz"),
    *("ventas de productos encargados", "ventas de productos pedidos", "已订购商品销售额"),
)
_UNITS = (
    *("units ordered", "bestellte einheiten", "unidades encargadas", "unidades pedidas"),
    "已订购商品数量",
)
_SESSIONS = (
    *("sessions - total", "sessions", "sitzungen - summe", "sitzungen - gesamt", "sitzungen"),
    *("sesiones: total", "sesiones", "会话数 - 总计", "会话数-总计", "会话 - 总计", "会话数"),
    "买家访问次数",
)
_VIEWS = (
    *("page views - total", "page views", "seitenaufrufe - summe", "seitenaufrufe"),
    *("页面浏览量 - 总计", "页面浏览量-总计", "页面浏览量", "页面浏览次数"),
)
_BOX = (
    *("featured offer (buy box) percentage", "featured offer percentage", "buy box percentage"),
    *("porcentaje de ofertas destacadas (buy box)", "推荐报价(推荐报价展示位)百分比"),
)
_REFUNDED = ("units refunded", "已退款的商品数量")
_FEEDBACK = ("negative feedback received",)
Cells = Mapping[str, Decimal | int | None]
Values = dict[str, list[Decimal | None] | list[int | None]]


def _measures(source: Source) -> Values:
    """The columns that both forms have; one that is not there is unknown, and told."""
    columns = source.columns
    none: list[None] = [None] * len(columns.grid.rows)
    absent = [names[0] for names in (_SESSIONS, _VIEWS, _BOX) if columns.find(*names) is None]
    if absent:
        source.warn(
            "columns_absent",
            (f"It has no column {', '.join(absent)}.", "What they hold stays unknown."),
            (f"缺少列 {'、'.join(absent)}。", "相应数据视为未知。"),
        )
    sessions = none if columns.find(*_SESSIONS) is None else columns.counts(*_SESSIONS)
    views = none if columns.find(*_VIEWS) is None else columns.counts(*_VIEWS)
    shares = none if columns.find(*_BOX) is None else columns.shares(*_BOX)
    return {
        "sessions": list(sessions),
        "page_views": list(views),
        "buy_box_page_views": [_box(v, s) for v, s in zip(views, shares, strict=True)],
        "gross_sales": columns.money(*_SALES),
        "units_ordered": columns.counts(*_UNITS),
    }


def _box(views: int | None, share: Decimal | None) -> int | None:
    """Page views with the Buy Box, so that the share can be weighted."""
    if views is None or share is None:
        return None
    return int((views * share).quantize(Decimal(1), ROUND_HALF_EVEN))


def _shop(source: Source) -> Shop:
    shop = shop_of(source, "amazon")
    check_symbols(source, shop, source.columns.text(*_SALES))
    return shop


def by_date(source: Source) -> Found:
    """One row a day."""
    columns, shop = source.columns, _shop(source)
    days = [None if m is None else day_in(m, shop.time_zone) for m in columns.moments(*_DATE)]
    values = _measures(source)
    for name, headers in (("units_refunded", _REFUNDED), ("feedback_negative_orders", _FEEDBACK)):
        if columns.find(*headers) is not None:
            values[name] = columns.counts(*headers)
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
    if late and source.columns.find(*_SESSIONS) is not None:
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
    values = _measures(source)
    skus = columns.ids("sku") if columns.find("sku") is not None else columns.ids(*_CHILD)
    sums: dict[str, dict[str, Decimal | int | None]] = {}
    for place in columns.good():
        line = {name: of[place] for name, of in values.items()}
        before = sums.get(skus[place])
        sums[skus[place]] = line if before is None else _added(before, line)
    rows = tuple(FactRow(day, cells, sku=sku) for sku, cells in sorted(sums.items()))
    out = {day} if columns.refused or columns.grid.broken else set()
    return Found((Batch(BY_CHILD, shop, span([day]), rows, frozenset(out)),))


def _added(before: Cells, line: Cells) -> dict[str, Decimal | int | None]:
    """Two lines of one product; a part that is unknown makes the sum unknown."""
    pairs = {name: (value, line[name]) for name, value in before.items()}
    return {n: None if a is None or b is None else a + b for n, (a, b) in pairs.items()}


def _by_date(columns: Columns) -> bool:
    return all(columns.find(*names) is not None for names in (_DATE, _SALES, _UNITS))


def _by_child(columns: Columns) -> bool:
    there = all(columns.find(*names) is not None for names in (_CHILD, _SALES, _UNITS))
    return there and columns.find(*_DATE) is None


BUSINESS_REPORT = Layout(
    "business_report", frozenset({_DATE[0], _SALES[0], _UNITS[0]}), by_date, fits=_by_date
)
BUSINESS_REPORT_ASIN = Layout(
    "business_report_asin", frozenset({_CHILD[0], _SALES[0], _UNITS[0]}), by_child, fits=_by_child
)
