"""Amazon's goods: orders, returns, stock and listings. How a report is read: `amazon_parse`.

`amazon.stock` is the state at the instant of asking and belongs to the shop's running day:
available = fulfillable, inbound = working + shipped + receiving. The others deliver finished days.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Final

from kpi.errors import KpiError
from kpi.model import Window
from sync_service.connectors import amazon_parse
from sync_service.connectors.amazon_reports import (
    ALL_ORDERS,
    LEDGER,
    LISTINGS,
    RETURNS,
    Columns,
    ReportOrder,
    by_instants,
    flat_report,
)
from sync_service.connectors.amazon_traffic import number
from sync_service.connectors.json_values import answered, items, part
from sync_service.connectors.keep_lists import names
from sync_service.connectors.kernel import (
    BadRequest,
    ContractBroken,
    FetchResult,
    Session,
    ShopRef,
    walk,
)
from sync_service.connectors.marketplaces import BY_ID
from sync_service.connectors.shop_days import clipped, snapshot_day, today
from sync_service.connectors.tally import Doubts, Tally

ORDERS_COLUMNS: Final = Columns(
    amazon_parse.ORDERS_KEPT, amazon_parse.ORDERS_DROPPED, frozenset({"amazon-order-id"})
)
RETURNS_COLUMNS: Final = Columns(
    amazon_parse.RETURNS_KEPT, amazon_parse.RETURNS_DROPPED, frozenset({"order-id"})
)
LEDGER_COLUMNS: Final = Columns(amazon_parse.LEDGER_KEPT, amazon_parse.LEDGER_DROPPED)
LISTINGS_COLUMNS: Final = Columns(amazon_parse.LISTINGS_KEPT, amazon_parse.LISTINGS_DROPPED)
WALKS: Final = 4  # of one listing, each from its first page
STOCK_KEPT: Final = names(
    """payload inventorySummaries sellerSku asin inventoryDetails fulfillableQuantity
    inboundWorkingQuantity inboundShippedQuantity inboundReceivingQuantity pagination nextToken
    granularity granularityType granularityId"""
)


def _days(session: Session, shop: ShopRef, window: Window) -> Window:
    return clipped(window, today(session.now(), shop.time_zone))


def orders(session: Session, shop: ShopRef, window: Window) -> FetchResult:
    """Order lines by day of purchase, and by day of shipment."""
    days, doubts = _days(session, shop, window), Doubts("amazon.orders", shop.code)
    if not days.days:
        return FetchResult(rows=[])
    asked = Window(days.start - timedelta(days=amazon_parse.SHIPPING_LEAD), days.end)
    order = by_instants(ALL_ORDERS, shop, asked, session.now())
    payload = flat_report(session, order, ORDERS_COLUMNS, doubts)
    if payload is None:
        return FetchResult(rows=[])
    place = BY_ID.get(shop.marketplace)
    rows = amazon_parse.orders(payload, shop, days, place.channel if place else None, doubts)
    return FetchResult(rows, warnings=doubts.problems())


def returns(session: Session, shop: ShopRef, window: Window) -> FetchResult:
    """Units that came back, by day of return."""
    days, doubts = _days(session, shop, window), Doubts("amazon.returns", shop.code)
    if not days.days:
        return FetchResult(rows=[])
    order = by_instants(RETURNS, shop, days, session.now())
    payload = flat_report(session, order, RETURNS_COLUMNS, doubts)
    rows = [] if payload is None else amazon_parse.returns(payload, shop, days)
    return FetchResult(rows, warnings=doubts.problems())


def stock_ledger(session: Session, shop: ShopRef, window: Window) -> FetchResult:
    """Stock at the end of past days."""
    days, doubts = _days(session, shop, window), Doubts("amazon.stock_ledger", shop.code)
    if not days.days:
        return FetchResult(rows=[])
    options = {"aggregateByLocation": "COUNTRY", "aggregatedByTimePeriod": "DAILY"}
    order = by_instants(LEDGER, shop, days, session.now(), options)
    payload = flat_report(session, order, LEDGER_COLUMNS, doubts)
    rows = [] if payload is None else amazon_parse.ledger(payload, shop, days, shop.market)
    return FetchResult(rows, warnings=doubts.problems())


def listings_order(session: Session, shop: ShopRef) -> ReportOrder:
    """The listings as they are today; a new report each day of the shop."""
    today_only = Window(today(session.now(), shop.time_zone), today(session.now(), shop.time_zone))
    return by_instants(LISTINGS, shop, today_only, session.now())


def listings(session: Session, shop: ShopRef, window: Window) -> FetchResult:
    """New listings by day of opening."""
    days, doubts = _days(session, shop, window), Doubts("amazon.listings", shop.code)
    payload = flat_report(session, listings_order(session, shop), LISTINGS_COLUMNS, doubts)
    if payload is None:
        return FetchResult(rows=[])
    rows = amazon_parse.listings(payload, shop, days, named(shop, "parents"), doubts)
    return FetchResult(rows, warnings=doubts.problems())


def skus_of(session: Session, shop: ShopRef) -> Mapping[str, str]:
    """ASIN -> SKU: the shop's own table, else the listings."""
    own = named(shop, "skus")
    if own:
        return own
    doubts = Doubts("amazon.traffic_asin", shop.code)
    payload = flat_report(session, listings_order(session, shop), LISTINGS_COLUMNS, doubts)
    return {} if payload is None else amazon_parse.skus_by_asin(payload)


def named(shop: ShopRef, option: str) -> Mapping[str, str]:
    """A table of texts in the shop's options; absent is empty."""
    text = shop.options.get(option, "")
    table = json.loads(text) if text else {}
    if not isinstance(table, dict):
        raise KpiError(
            f"Shop {shop.code}, option {option}: write a JSON object of texts.",
            f"店铺 {shop.code} 的选项 {option}：请写文本的 JSON 对象。",
        )
    return {str(name): str(value or "") for name, value in table.items()}


def stock_params(shop: ShopRef, token: str | None) -> dict[str, str]:
    """The query of getInventorySummaries."""
    params = {
        "details": "true",
        "granularityType": "Marketplace",
        "granularityId": shop.marketplace,
        "marketplaceIds": shop.marketplace,
    }
    return params | ({"nextToken": token} if token else {})


def stock(session: Session, shop: ShopRef, window: Window) -> FetchResult:
    """Stock now."""
    day = snapshot_day(session.now(), shop.time_zone)
    if not window.start <= day < window.end:
        return FetchResult(rows=[])
    tally = Tally(window, shop.currency)
    for summary in _summaries(session, shop):
        _stock_line(summary, tally, day)
    return FetchResult(rows=tally.rows())


class _DeadTokenError(BadRequest):
    """A later page was refused: its token has died."""


def _summaries(session: Session, shop: ShopRef) -> Sequence[Mapping[str, object]]:
    """All pages; a page token dies after 30 s, and a dead one starts the walk anew."""

    def page(token: str | None) -> tuple[Sequence[Mapping[str, object]], str | None]:
        try:
            return _stock_page(session, shop, token)
        except BadRequest as trouble:
            if token is None:
                raise
            raise _DeadTokenError(trouble.detail, request_id=trouble.request_id) from trouble

    for _ in range(WALKS - 1):
        try:
            return each_once(walk(page))
        except _DeadTokenError:
            continue
    return each_once(walk(page))


def each_once(summaries: Iterable[Mapping[str, object]]) -> Sequence[Mapping[str, object]]:
    """A page that comes twice has a token of its own each time: its goods are counted once."""
    names = ("sellerSku", "fnSku", "condition")
    return list({tuple(str(one.get(name)) for name in names): one for one in summaries}.values())


def _stock_page(
    session: Session, shop: ShopRef, token: str | None
) -> tuple[Sequence[Mapping[str, object]], str | None]:
    answer = session.call(
        "getInventorySummaries",
        "GET",
        f"{shop.urls['api']}/fba/inventory/v1/summaries",
        params=stock_params(shop, token),
    )
    session.keep_raw(answer)
    return stock_page(answered(answer))


def stock_page(
    answer: Mapping[str, object],
) -> tuple[Sequence[Mapping[str, object]], str | None]:
    """The summaries of a page and the token of the next one."""
    paging = answer.get("pagination")
    token = paging.get("nextToken") if isinstance(paging, Mapping) else None
    return items(part(answer, "payload"), "inventorySummaries"), str(token) if token else None


def _stock_line(summary: Mapping[str, object], tally: Tally, day: date) -> None:
    sku = summary.get("sellerSku")
    if not isinstance(sku, str) or not sku:
        raise ContractBroken("an inventory summary has no sellerSku")
    details = part(summary, "inventoryDetails")
    available = number(details, "fulfillableQuantity")
    if available is not None:
        tally.add(day, "available_units", available, sku)
    names = ("inboundWorkingQuantity", "inboundShippedQuantity", "inboundReceivingQuantity")
    inbound = [number(details, name) for name in names]
    if any(value is not None for value in inbound):
        tally.add(day, "inbound_units", sum(value or 0 for value in inbound), sku)
