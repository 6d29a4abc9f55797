"""Amazon's sales figures and visits: order metrics and the sales and traffic report.

- `amazon.order_metrics`: one row a day, the running day too; an interval is cut at a clock change.
  A day that is not in the answer is unknown.
- `amazon.traffic` takes the by-date block, one report for the whole window.
- `amazon.traffic_asin` needs a report a day, so it goes back two weeks; ASINs get their SKU from
  the shop's option `skus` (JSON asin -> sku) or from the listings report.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from kpi.model import Window
from sync_service.connectors import amazon_traffic
from sync_service.connectors.amazon_goods import skus_of
from sync_service.connectors.amazon_reports import TRAFFIC, ReportOrder, by_days, json_report
from sync_service.connectors.amazon_traffic import Traffic
from sync_service.connectors.json_values import answered, items
from sync_service.connectors.kernel import FetchResult, Session, ShopRef
from sync_service.connectors.shop_days import DAY, clipped, midnight, same_offset, today
from sync_service.connectors.tally import Doubts, Tally


def metrics_params(shop: ShopRef, window: Window, now: datetime) -> dict[str, str]:
    """The query of getOrderMetrics for days of one offset."""
    start = midnight(window.start, shop.time_zone)
    end = midnight(window.end, shop.time_zone)
    if end > now:
        end = now.astimezone(start.tzinfo).replace(microsecond=0)
    return {
        "marketplaceIds": shop.marketplace,
        "interval": f"{start.isoformat()}--{end.isoformat()}",
        "granularity": "Day",
        "granularityTimeZone": shop.time_zone,
    }


def order_metrics(session: Session, shop: ShopRef, window: Window) -> FetchResult:
    """Sales, units and orders by day, also of the running day."""
    until = clipped(window, today(session.now(), shop.time_zone) + DAY)
    tally = Tally(until, shop.currency)
    for piece in same_offset(until, shop.time_zone):
        answer = session.call(
            "getOrderMetrics",
            "GET",
            f"{shop.urls['api']}/sales/v1/orderMetrics",
            params=metrics_params(shop, piece, session.now()),
        )
        session.keep_raw(answer)
        read_metrics(answered(answer), tally)
    return FetchResult(rows=tally.rows())


def read_metrics(answer: Mapping[str, object], tally: Tally) -> None:
    """Each interval is a day, named by its start."""
    for block in items(answer, "payload"):
        day = datetime.fromisoformat(str(block.get("interval")).split("--")[0]).date()
        sales, currency = amazon_traffic.amount(block, "totalSales")
        tally.add(day, "gross_sales", sales, currency=currency)
        for measure, name in (("units_ordered", "unitCount"), ("orders_count", "orderCount")):
            value = amazon_traffic.number(block, name)
            if value is not None:
                tally.add(day, measure, value, currency=currency)


def traffic_order(shop: ShopRef, window: Window, grain: str) -> ReportOrder:
    """The order of a sales and traffic report by day."""
    options = {"dateGranularity": "DAY", "asinGranularity": grain}
    return by_days(TRAFFIC, shop, window, options)


def traffic(session: Session, shop: ShopRef, window: Window) -> FetchResult:
    """The by-date block: one report for the whole window."""
    days = clipped(window, today(session.now(), shop.time_zone))
    if not days.days:
        return FetchResult(rows=[])
    document = json_report(session, traffic_order(shop, days, "PARENT"))
    if document is None:  # an empty answer for days that should have data is missing, not zero
        return FetchResult(rows=[], not_ready_days=frozenset(days.each()))
    doubts = Doubts("amazon.traffic", shop.code)
    now = today(session.now(), shop.time_zone)
    found = amazon_traffic.by_date(document, shop, days, now, doubts)
    return FetchResult(found.rows, found.not_ready, found.unknown, doubts.problems())


def traffic_asin(session: Session, shop: ShopRef, window: Window) -> FetchResult:
    """The by-ASIN block covers the whole report: a report for each day."""
    days = clipped(window, today(session.now(), shop.time_zone))
    doubts = Doubts("amazon.traffic_asin", shop.code)
    skus = skus_of(session, shop) if days.days else {}
    found = [_one_day(session, shop, Window(day, day + DAY), skus, doubts) for day in days.each()]
    return FetchResult(
        rows=[row for one in found for row in one.rows],
        not_ready_days=frozenset().union(*(one.not_ready for one in found)),
        unknown=frozenset().union(*(one.unknown for one in found)),
        warnings=doubts.problems(),
    )


def _one_day(
    session: Session, shop: ShopRef, day: Window, skus: Mapping[str, str], doubts: Doubts
) -> Traffic:
    document = json_report(session, traffic_order(shop, day, "CHILD"))
    if document is None:
        return Traffic([], frozenset(day.each()))
    return amazon_traffic.by_asin(document, shop, day, skus, doubts)
