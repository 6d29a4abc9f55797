"""Fetching each stream of an own store.

Long windows of orders and refunds go by a bulk operation, short ones by pages of the orders that
changed since the window began. Both roads give the same orders, so the same facts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from kpi.model import Window
from sync_service.connectors import shopify_facts as count
from sync_service.connectors import shopify_parse as read
from sync_service.connectors import shopify_queries as queries
from sync_service.connectors.json_values import Json, part, text
from sync_service.connectors.kernel import FetchResult, Session, ShopRef
from sync_service.connectors.shop_days import DAY, clipped, midnight, snapshot_day, today, utc
from sync_service.connectors.shopify_desk import Desk, desk_for
from sync_service.connectors.shopify_values import assembled, bulk_objects, things
from sync_service.connectors.tally import Tally

BULK_DAYS: Final = 14  # longer windows go by a bulk operation; the daily look-back goes by pages
IDS: Final = 15  # nodes of one question by ids; more would pass 1,000 points


def _finished(session: Session, shop: ShopRef, window: Window) -> Window:
    return clipped(window, today(session.now(), shop.time_zone))


def _search(shop: ShopRef, window: Window) -> str:
    start, end = (midnight(day, shop.time_zone) for day in (window.start, window.end))
    return queries.touched(utc(start), utc(end))


def _key(kind: str, window: Window) -> dict[str, str]:
    return {"bulk": kind, "start": str(window.start), "end": str(window.end)}


def orders(session: Session, shop: ShopRef, window: Window) -> FetchResult:
    """Orders by day of creation, units shipped by day of the parcel."""
    days, desk = _finished(session, shop, window), desk_for(session, shop, "shopify.orders")
    if not days.days:
        return FetchResult(rows=[])
    zone_agrees(desk)
    found = _bulk_orders(desk, days) if days.days > BULK_DAYS else _paged_orders(desk, days)
    kept = [order for order in found if order is not None]
    parcels = _parcels(desk, count.split_parcels(kept, shop, days))
    rows = count.order_facts(kept, parcels, shop, days)
    return FetchResult(rows, warnings=desk.doubts.problems())


def zone_agrees(desk: Desk) -> None:
    """Days would shift in silence if the store's zone were another one than ours."""
    there = text(part(desk.ask(queries.SHOP), "shop"), "ianaTimezone")
    if there != desk.shop.time_zone:
        desk.doubts.add(f"other_zone:{there}", desk.shop.time_zone)


def _bulk_orders(desk: Desk, days: Window) -> list[read.Order | None]:
    payload = desk.bulk(queries.bulk_orders(_search(desk.shop, days)), _key("orders", days))
    roots = assembled(payload or b"", {"LineItem": "lineItems"})
    return [read.read_order(one, _children(one, "lineItems")) for one in roots]


def _children(of: Json, name: str) -> Sequence[Json]:
    return things(of, name) if name in of else ()


def _paged_orders(desk: Desk, days: Window) -> list[read.Order | None]:
    path = ("order", "lineItems")
    return [
        read.read_order(
            one,
            desk.all_of(part(one, "lineItems"), queries.ORDER_LINES, path, text(one, "id")),
        )
        for one in desk.pages(queries.ORDERS, ("orders",), query=_search(desk.shop, days))
    ]


def _parcels(desk: Desk, ids: Sequence[str]) -> dict[str, list[read.ParcelLine]]:
    path = ("node", "fulfillmentLineItems")
    return {
        text(node, "id"): [
            read.read_fulfilment_line(line)
            for line in desk.all_of(
                part(node, "fulfillmentLineItems"),
                queries.FULFILMENT_LINES,
                path,
                text(node, "id"),
            )
        ]
        for node in _by_ids(desk, queries.FULFILMENTS, ids)
    }


def _by_ids(desk: Desk, query: queries.Query, ids: Sequence[str]) -> Iterator[Json]:
    for at in range(0, len(ids), IDS):
        yield from things(desk.ask(query, ids=list(ids[at : at + IDS])), "nodes")


def refunds(session: Session, shop: ShopRef, window: Window) -> FetchResult:
    """Refunds and returns, each by its own day, and by the day of the order or parcel."""
    days, desk = _finished(session, shop, window), desk_for(session, shop, "shopify.refunds")
    if not days.days:
        return FetchResult(rows=[])
    found = _bulk_refunds(desk, days) if days.days > BULK_DAYS else _paged_refunds(desk, days)
    backs = [back for back in found if back is not None]
    lines = _refund_lines(desk, [one.id for one in count.refunds_asked(backs, shop, days)])
    parcels = _parcels(desk, count.split_cohorts(backs))
    rows = count.refund_facts(backs, lines, parcels, shop, days)
    return FetchResult(rows, warnings=desk.doubts.problems())


def _bulk_refunds(desk: Desk, days: Window) -> list[read.GivenBack | None]:
    payload = desk.bulk(queries.bulk_refunds(_search(desk.shop, days)), _key("refunds", days))
    kinds = {"Return": "returns", "ReturnLineItem": "returnLineItems"}
    roots = assembled(payload or b"", kinds)
    return [read.read_given_back(one, _children(one, "returns")) for one in roots]


def _paged_refunds(desk: Desk, days: Window) -> list[read.GivenBack | None]:
    found = desk.pages(queries.REFUNDED_ORDERS, ("orders",), query=_search(desk.shop, days))
    return [read.read_given_back(one, _returns(desk, one)) for one in found]


def _returns(desk: Desk, order: Json) -> list[Json]:
    gid = text(order, "id")
    returns = desk.all_of(part(order, "returns"), queries.RETURNS_MORE, ("order", "returns"), gid)
    path = ("return", "returnLineItems")
    return [
        {
            **one,
            "returnLineItems": desk.all_of(
                part(one, "returnLineItems"), queries.RETURN_LINES, path, text(one, "id")
            ),
        }
        for one in returns
    ]


def _refund_lines(desk: Desk, ids: Sequence[str]) -> dict[str, list[read.Line]]:
    path = ("node", "refundLineItems")
    return {
        text(node, "id"): [
            read.read_refund_line(line)
            for line in desk.all_of(
                part(node, "refundLineItems"), queries.REFUND_MORE, path, text(node, "id")
            )
        ]
        for node in _by_ids(desk, queries.REFUND_LINES, ids)
    }


def traffic(session: Session, shop: ShopRef, window: Window) -> FetchResult:
    """Visits by day, and gross sales as the store's own reports count them."""
    days, desk = _finished(session, shop, window), desk_for(session, shop, "shopify.traffic")
    if not days.days:
        return FetchResult(rows=[])
    tally = Tally(days, shop.currency)
    for words, measure in (
        (queries.sessions_text, "sessions"),
        (queries.sales_text, "gross_sales"),
    ):
        asked = words(str(days.start), str(days.end - DAY))
        answer = part(desk.ask(queries.SESSIONS, query=asked), "shopifyqlQuery")
        count.by_day(answer, measure, tally)
    return FetchResult(tally.rows(), warnings=desk.doubts.problems())


def payments(session: Session, shop: ShopRef, window: Window) -> FetchResult:
    """Fees of Shopify Payments; a store without it knows none of them."""
    days, desk = _finished(session, shop, window), desk_for(session, shop, "shopify.payments")
    start, end = (utc(midnight(day, shop.time_zone)) for day in (days.start, days.end))
    asked = f"processed_at:>='{start}' AND processed_at:<'{end}'"
    if not days.days:
        return FetchResult(rows=[])
    if not _has_payments(desk):
        unknown = {(day, name) for day in days.each() for name in ("platform_fees", "payment_fees")}
        return FetchResult(rows=[], unknown=frozenset(unknown))
    rows = count.fee_facts(_transactions(desk, days, asked), shop, days)
    return FetchResult(rows, warnings=desk.doubts.problems())


def _transactions(desk: Desk, days: Window, asked: str) -> Iterable[Json]:
    if days.days > BULK_DAYS:
        return bulk_objects(desk.bulk(queries.bulk_balance(asked), _key("balance", days)) or b"")
    path = ("shopifyPaymentsAccount", "balanceTransactions")
    return desk.pages(queries.BALANCE, path, query=asked)


def _has_payments(desk: Desk) -> bool:
    return desk.ask(queries.HAS_PAYMENTS).get("shopifyPaymentsAccount") is not None


def stock(session: Session, shop: ShopRef, window: Window) -> FetchResult:
    """Stock at the instant of asking."""
    day, desk = (
        snapshot_day(session.now(), shop.time_zone),
        desk_for(session, shop, "shopify.stock"),
    )
    if not window.start <= day < window.end:
        return FetchResult(rows=[])
    items = list(desk.pages(queries.STOCK, ("inventoryItems",)))
    path = ("inventoryItem", "inventoryLevels")
    levels = {
        text(one, "id"): desk.all_of(
            part(one, "inventoryLevels"), queries.STOCK_LEVELS, path, text(one, "id")
        )
        for one in items
    }
    rows = count.stock_facts(items, levels, shop, day)
    return FetchResult(rows, warnings=desk.doubts.problems())


def products(session: Session, shop: ShopRef, window: Window) -> FetchResult:
    """New products by day of publication."""
    days, desk = _finished(session, shop, window), desk_for(session, shop, "shopify.products")
    asked = f"published_at:>='{utc(midnight(days.start, shop.time_zone))}'"
    nodes = desk.pages(queries.PRODUCTS, ("products",), query=asked)
    rows = count.product_facts(nodes, shop, days)
    return FetchResult(rows, warnings=desk.doubts.problems())
