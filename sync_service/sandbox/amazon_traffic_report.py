"""GET_SALES_AND_TRAFFIC_REPORT as its official JSON schema has it: by date and by ASIN.

Late visits: the by-date block prints 0 for them although there are sales, and the by-ASIN list of a
window that holds such a day is empty.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from sync_service.sandbox.amazon_answers import Report, Seller, money
from sync_service.sandbox.amazon_sheets import spoil
from sync_service.sandbox.daily import Visits, late, seen_visits, visits
from sync_service.sandbox.simulator import DAYS, Book, Ints
from sync_service.sandbox.view import View, live
from sync_service.sandbox.wire import Json
from sync_service.sandbox.world import HISTORY_START

ASIN_GRAINS = frozenset({"PARENT", "CHILD", "SKU"})
SERVED = ("DAY",)  # longer grains exist at Amazon; nobody here asks for them


def wrong_options(options: Mapping[str, str]) -> str:
    """Why the options cannot be served."""
    if options.get("dateGranularity", "DAY") not in SERVED:
        return f"dateGranularity must be one of {', '.join(SERVED)}."
    if options.get("asinGranularity", "PARENT") not in ASIN_GRAINS:
        return f"asinGranularity must be one of {', '.join(sorted(ASIN_GRAINS))}."
    return ""


@dataclass(frozen=True, slots=True)
class Counts:
    """Every count of the report, by day or by (SKU, day)."""

    sales: Ints
    units: Ints
    items: Ints
    sessions: Ints
    views: Ints
    buy_box: Ints  # percent x 100


def body(seller: Seller, report: Report) -> bytes:
    """The document; days are the marketplace's, both ends included, as plain dates."""
    shop = report.shops[0]
    one = seller.book(shop)
    view = View(seller.world, one, report.asked)
    first, last = report.start.date(), report.end.date()
    days = _days(one, first, last, report.asked)
    seen = visits(seller.world, shop.code)
    waiting = late(one, np.array(days, dtype=np.int64), report.asked)
    grain = report.options.get("asinGranularity", "PARENT")
    by_asin = [] if waiting.any() else _by_asin(view, seen, days, grain)
    options = {"dateGranularity": "DAY", "asinGranularity": "PARENT"} | report.options
    value = {
        "reportSpecification": {
            "reportType": report.kind,
            "reportOptions": options,
            "dataStartTime": first.isoformat(),
            "dataEndTime": last.isoformat(),
            "marketplaceIds": report.marketplaces,
        },
        "salesAndTrafficByDate": _by_date(view, seen, days, waiting.tolist()),
        "salesAndTrafficByAsin": by_asin,
    }
    return json.dumps(value, ensure_ascii=False).encode()


def _days(one: Book, first: date, last: date, now: float) -> list[int]:
    """Finished days of the range, as indexes."""
    start = max(0, (first - HISTORY_START).days)
    end = min(one.clock.finished(now) - 1, (last - HISTORY_START).days)
    return list(range(start, end + 1))


def _by_date(view: View, seen: Visits, days: list[int], waiting: list[bool]) -> list[Json]:
    lines = view.book.lines
    keep = live(lines, view.now)
    counts = Counts(
        sales=spoil(view.book.shop, view.by_day(lines.bought, lines.price * keep)),
        units=view.by_day(lines.bought, lines.quantity * keep),
        items=view.by_day(lines.bought, keep.astype(np.int64)),
        sessions=seen_visits(seen.sessions, view.ages),
        views=seen_visits(seen.page_views, view.ages),
        buy_box=seen.buy_box,
    )
    refunds = view.by_day(lines.refunded, lines.refund_quantity)
    sent = view.by_day(lines.shipped, lines.quantity)
    sent_sales = view.by_day(lines.shipped, lines.price)
    sent_orders = view.orders(lines.shipped <= view.now, lines.shipped)
    currency = view.book.shop.currency
    found = []
    for n, late_day in zip(days, waiting, strict=True):
        sales = _sales_by_date(counts, n, currency) | {
            "unitsRefunded": int(refunds[n]),
            "refundRate": _percent(int(refunds[n]), int(counts.units[n])),
            "claimsGranted": 0,
            "claimsAmount": money(0, currency),
            "shippedProductSales": money(int(sent_sales[n]), currency),
            "unitsShipped": int(sent[n]),
            "ordersShipped": int(sent_orders[n]),
        }
        traffic = _traffic_by_date(counts, seen, n, late=late_day)
        found.append({"date": DAYS[n].isoformat(), "salesByDate": sales, "trafficByDate": traffic})
    return found


def _sales_by_date(counts: Counts, n: int, currency: str) -> Json:
    sales, units, items = int(counts.sales[n]), int(counts.units[n]), int(counts.items[n])
    return {
        "orderedProductSales": money(sales, currency),
        "unitsOrdered": units,
        "totalOrderItems": items,
        "averageSalesPerOrderItem": money(_mean(sales, items), currency),
        "averageUnitsPerOrderItem": round(units / items, 2) if items else 0.0,
        "averageSellingPrice": money(_mean(sales, units), currency),
    }


def _traffic_by_date(counts: Counts, seen: Visits, n: int, *, late: bool) -> Json:
    sessions = 0 if late else int(counts.sessions[n])
    views = 0 if late else int(counts.views[n])
    feedback = int(seen.negative[n]) * 3 + 1
    return {
        **_split(sessions, views),
        "buyBoxPercentage": 0.0 if late else int(counts.buy_box[n]) / 100,
        "orderItemSessionPercentage": _percent(int(counts.items[n]), sessions),
        "unitSessionPercentage": _percent(int(counts.units[n]), sessions),
        "averageOfferCount": 120,
        "averageParentItems": 60,
        "feedbackReceived": feedback,
        "negativeFeedbackReceived": int(seen.negative[n]),
        "receivedNegativeFeedbackRate": _percent(int(seen.negative[n]), feedback),
    }


def _split(sessions: int, views: int) -> Json:
    """Visits by browser and by app."""
    return {
        "browserPageViews": views - views // 3,
        "mobileAppPageViews": views // 3,
        "pageViews": views,
        "browserSessions": sessions - sessions // 3,
        "mobileAppSessions": sessions // 3,
        "sessions": sessions,
    }


def _by_asin(view: View, seen: Visits, days: list[int], grain: str) -> list[Json]:
    """The by-ASIN block covers the whole window; `SKU` leaves out what was not ordered."""
    lines = view.book.lines
    keep = live(lines, view.now)
    ages = view.ages
    views = seen_visits(seen.sku_page_views, ages)[:, days]
    whole = Counts(
        sales=spoil(view.book.shop, view.by_sku(lines.bought, lines.price * keep))[:, days],
        units=view.by_sku(lines.bought, lines.quantity * keep)[:, days],
        items=view.by_sku(lines.bought, keep.astype(np.int64))[:, days],
        sessions=seen_visits(seen.sku_sessions, ages)[:, days],
        views=views,
        buy_box=seen.sku_buy_box[:, days] * views,
    )
    groups: dict[str, list[int]] = {}
    for n, product in enumerate(view.book.products):
        groups.setdefault(product.parent if grain == "PARENT" else product.sku, []).append(n)
    totals = (int(whole.sessions.sum()), int(whole.views.sum()))
    rows = [_asin(view.book, whole, rows, grain, totals) for rows in groups.values()]
    return [row for row in rows if row is not None]


def _asin(
    one: Book, whole: Counts, rows: list[int], grain: str, totals: tuple[int, int]
) -> Json | None:
    sales, units, items = (int(a[rows].sum()) for a in (whole.sales, whole.units, whole.items))
    sessions, views = int(whole.sessions[rows].sum()), int(whole.views[rows].sum())
    if not units and (grain == "SKU" or not views):
        return None
    product = one.products[rows[0]]
    share = int(whole.buy_box[rows].sum()) / views / 100 if views else 0.0
    value: Json = {"parentAsin": product.parent_asin}
    if grain != "PARENT":
        value["childAsin"] = product.asin
    if grain == "SKU":
        value["sku"] = product.sku
    value["salesByAsin"] = {
        "unitsOrdered": units,
        "orderedProductSales": money(sales, one.shop.currency),
        "totalOrderItems": items,
    }
    value["trafficByAsin"] = {
        **_split(sessions, views),
        "browserSessionPercentage": _percent(sessions, totals[0]),
        "mobileAppSessionPercentage": _percent(sessions, totals[0]),
        "sessionPercentage": _percent(sessions, totals[0]),
        "browserPageViewsPercentage": _percent(views, totals[1]),
        "mobileAppPageViewsPercentage": _percent(views, totals[1]),
        "pageViewsPercentage": _percent(views, totals[1]),
        "buyBoxPercentage": round(share, 2),
        "unitSessionPercentage": _percent(units, sessions),
    }
    return value


def _percent(above: int, below: int) -> float:
    return round(above * 100 / below, 2) if below else 0.0


def _mean(cents: int, count: int) -> int:
    return round(cents / count) if count else 0
