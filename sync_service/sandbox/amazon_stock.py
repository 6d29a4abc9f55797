"""`getInventorySummaries`: today's stock of a marketplace, page by page."""

from __future__ import annotations

import base64
import itertools
import json
from datetime import UTC, datetime

from sync_service.sandbox.amazon_answers import Seller, bad, chosen, instant, needed
from sync_service.sandbox.daily import Stock, stock
from sync_service.sandbox.simulator import Book
from sync_service.sandbox.wire import Json, Reply, Request, as_json, page

PAGE = 50
_TOKENS = itertools.count()  # no two tokens are equal, also within one instant
TOKEN_LIFE = 30  # seconds
MAX_SKUS = 50


def summaries(seller: Seller, request: Request) -> Reply:
    """GET /fba/inventory/v1/summaries."""
    needed(request, "granularityType")
    chosen(request, "granularityType", frozenset({"Marketplace"}), "")
    needed(request, "granularityId")
    shop = seller.shop(needed(request, "marketplaceIds"))
    details = chosen(request, "details", frozenset({"true", "false"}), "false") == "true"
    since = request.one("startDateTime")
    if since is not None:
        instant(since, "startDateTime")
    skus = request.all("sellerSkus")
    if len(skus) > MAX_SKUS:
        raise bad("sellerSkus holds more than 50 values")
    one, held = seller.book(shop), stock(seller.world, shop.code)
    rows = [n for n, p in enumerate(one.products) if not skus or p.sku in skus]
    span, following = page(len(rows), PAGE, _offset(seller, request), request.twist)
    today = one.clock.counted(seller.time.seconds())
    found = [_summary(one, held, n, today, details=details) for n in rows[span]]
    value: Json = {
        "payload": {
            "granularity": {
                "granularityType": "Marketplace",
                "granularityId": shop.marketplace_id,
            },
            "inventorySummaries": found,
        }
    }
    if following is not None:
        same = request.one("nextToken") if request.twist == "cursor_loop" else None
        value["pagination"] = {"nextToken": same or _token(seller, following)}
    return as_json(200, value)


def _token(seller: Seller, offset: int) -> str:
    text = json.dumps([offset, seller.time.seconds(), next(_TOKENS)])
    return base64.urlsafe_b64encode(text.encode()).decode()


def _offset(seller: Seller, request: Request) -> int:
    """Where a token points; after half a minute nowhere."""
    token = request.one("nextToken")
    if token is None:
        return 0
    try:
        offset, made, _ = json.loads(base64.urlsafe_b64decode(token))
    except ValueError as trouble:
        raise bad("nextToken is invalid") from trouble
    if seller.time.seconds() - made > TOKEN_LIFE + seller.time.leeway(2.0):
        raise bad("nextToken has expired")
    return int(offset)


def _summary(one: Book, held: Stock, row: int, day: int, *, details: bool) -> Json:
    product = one.products[row]
    available, inbound = int(held.available[row, day]), int(held.inbound[row, day])
    value: Json = {
        "asin": product.asin,
        "fnSku": product.fnsku,
        "sellerSku": product.sku,
        "condition": "NewItem",
        "lastUpdatedTime": _midnight(one, day),
        "productName": product.title,
        "totalQuantity": available + inbound,
        "stores": [],
    }
    if details:
        value["inventoryDetails"] = _details(available, inbound)
    return value


def _details(available: int, inbound: int) -> Json:
    """Inbound units are announced, on the way, and being received."""
    working, receiving = inbound // 5, inbound // 4
    return {
        "fulfillableQuantity": available,
        "inboundWorkingQuantity": working,
        "inboundShippedQuantity": inbound - working - receiving,
        "inboundReceivingQuantity": receiving,
        "reservedQuantity": {"totalReservedQuantity": 0},
        "researchingQuantity": {"totalResearchingQuantity": 0},
        "unfulfillableQuantity": {"totalUnfulfillableQuantity": 0},
    }


def _midnight(one: Book, day: int) -> str:
    moment = datetime.fromtimestamp(int(one.clock.midnights[day]), UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
