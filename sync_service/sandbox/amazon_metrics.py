"""`getOrderMetrics`: sales, units, orders of an interval; and the seller's marketplaces."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np

from sync_service.sandbox.amazon_answers import Seller, bad, cents, chosen, instant, needed
from sync_service.sandbox.simulator import Book, Bools
from sync_service.sandbox.view import live
from sync_service.sandbox.wire import Json, Reply, Request, as_json

GRANULARITY = frozenset({"Hour", "Day", "Week", "Month", "Year", "Total"})
TWO_YEARS = timedelta(days=732)
HOURS_KEPT = timedelta(days=30)
Cuts = list[tuple[datetime, datetime]]


def metrics(seller: Seller, request: Request) -> Reply:
    """GET /sales/v1/orderMetrics."""
    shop = seller.shop(needed(request, "marketplaceIds"))
    start, end = _interval(needed(request, "interval"))
    needed(request, "granularity")
    granularity = chosen(request, "granularity", GRANULARITY, "")
    buyers = chosen(request, "buyerType", frozenset({"B2B", "B2C", "All"}), "All")
    monday = chosen(request, "firstDayOfWeek", frozenset({"Monday", "Sunday"}), "Monday")
    _check_age(seller, start, granularity)
    zone = _zone(request, granularity, start, end)
    one = seller.book(shop)
    mask = _chosen_lines(one, request, buyers)
    pieces = _cuts(start, end, granularity, zone, monday)
    now = seller.time.seconds()
    payload = [_metric(one, mask, a, b, now, shop.currency) for a, b in pieces]
    return as_json(200, {"payload": payload})


def participations(seller: Seller, _: Request) -> Reply:
    """GET /sellers/v1/marketplaceParticipations."""
    found = [
        {
            "marketplace": {
                "id": shop.marketplace_id,
                "countryCode": shop.market,
                "name": shop.marketplace_name,
                "defaultCurrencyCode": shop.currency,
                "defaultLanguageCode": "en_US",
                "domainName": f"www.{shop.marketplace_name.lower()}",
            },
            "participation": {"isParticipating": True, "hasSuspendedListings": False},
            "storeName": shop.code,
        }
        for shop in seller.shops
    ]
    return as_json(200, {"payload": found})


def _interval(text: str) -> tuple[datetime, datetime]:
    start, mark, end = text.partition("--")
    if not mark:
        raise bad("interval must be start--end in ISO 8601")
    first, last = instant(start, "interval"), instant(end, "interval")
    if first >= last:
        raise bad("interval must start before it ends")
    return first, last


def _check_age(seller: Seller, start: datetime, granularity: str) -> None:
    past = seller.time.now() - start
    if past > TWO_YEARS:
        raise bad("interval starts more than two years ago")
    if granularity == "Hour" and past > HOURS_KEPT + timedelta(days=1):
        raise bad("Hour granularity is available for the last 30 days only")


def _zone(request: Request, granularity: str, start: datetime, end: datetime) -> ZoneInfo | None:
    """The zone of days and longer pieces; it must agree with the offsets of the interval."""
    name = request.one("granularityTimeZone")
    if granularity in {"Hour", "Total"} and name is None:
        return None
    if name is None:
        raise bad("granularityTimeZone is required for granularity above Hour")
    try:
        zone = ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as trouble:
        raise bad(f"granularityTimeZone is unknown: {name}") from trouble
    for moment in (start, end):
        if moment.utcoffset() != moment.astimezone(zone).utcoffset():
            raise bad(f"interval's offset does not agree with {name}")
    return zone


def _chosen_lines(one: Book, request: Request, buyers: str) -> Bools:
    """Lines of one product, or all; there are no business buyers in the sandbox."""
    sku, asin = request.one("sku"), request.one("asin")
    if sku and asin:
        raise bad("asin and sku exclude each other")
    fits = [
        (sku is None or p.sku == sku) and (asin is None or p.asin == asin) for p in one.products
    ]
    return np.array(fits)[one.lines.sku] & (buyers != "B2B")


def _cuts(
    start: datetime, end: datetime, granularity: str, zone: ZoneInfo | None, monday: str
) -> Cuts:
    if granularity == "Total":
        return [(start, end)]
    pieces: Cuts = []
    at = start
    while at < end:
        following = min(end, _next(at, granularity, zone, monday))
        pieces.append((at, following))
        at = following
    return pieces


def _next(at: datetime, granularity: str, zone: ZoneInfo | None, monday: str) -> datetime:
    """The end of the piece that holds an instant."""
    if granularity == "Hour" or zone is None:
        return at.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    day = at.astimezone(zone).date()
    match granularity:
        case "Day":
            after = day + timedelta(days=1)
        case "Week":
            into = day.weekday() if monday == "Monday" else (day.weekday() + 1) % 7
            after = day + timedelta(days=7 - into)
        case "Month":
            after = date(day.year + day.month // 12, day.month % 12 + 1, 1)
        case _:
            after = date(day.year + 1, 1, 1)
    return datetime(after.year, after.month, after.day, tzinfo=zone)


def _metric(
    one: Book, chosen_lines: Bools, start: datetime, end: datetime, now: float, currency: str
) -> Json:
    lines = one.lines
    first, last = np.searchsorted(lines.bought, (start.timestamp(), end.timestamp()))
    span = slice(int(first), int(last))
    keep = chosen_lines[span] & live(lines.pick(np.arange(first, last)), now)
    units = int(lines.quantity[span][keep].sum())
    sales = int(lines.price[span][keep].sum())
    mean = round(sales / units) if units else 0
    return {
        "interval": f"{_minutes(start)}--{_minutes(end)}",
        "unitCount": units,
        "orderItemCount": int(keep.sum()),
        "orderCount": len(np.unique(lines.order[span][keep])),
        "averageUnitPrice": {"amount": cents(mean), "currencyCode": currency},
        "totalSales": {"amount": cents(sales), "currencyCode": currency},
    }


def _minutes(moment: datetime) -> str:
    return moment.isoformat(timespec="minutes").replace("+00:00", "Z")
