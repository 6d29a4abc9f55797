"""Shopify Admin GraphQL 2026-10: what an own store offers, and which fields are kept.

Fetching: `shopify_streams`. Reading: `shopify_parse`, `shopify_facts`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from kpi.model import Window
from sync_service.connectors.keep_lists import names
from sync_service.connectors.kernel import Connector, FetchResult, Limit, Session, ShopRef, Stream
from sync_service.connectors.shopify_desk import judge, observe
from sync_service.connectors.shopify_streams import (
    orders,
    payments,
    products,
    refunds,
    stock,
    traffic,
)


def authorise(session: Session, _access: str) -> Mapping[str, str]:
    """The admin token of the app; it does not expire."""
    return {"x-shopify-access-token": session.secret("access_token")}


Fetch = Callable[[Session, ShopRef, Window], FetchResult]


def _stream(
    name: str, fetch: Fetch, measures: str, *, days: int, provisional: int, weekly: int = 35
) -> Stream:
    """A stream of events; `days` are fetched again daily, `weekly` days once a week."""
    return Stream(
        name=name,
        measures=tuple(measures.split()),
        fetch=fetch,
        look_back_days=days,
        weekly_look_back_days=weekly,
        provisional_days=provisional,
        chunk_days=720,
        history_days=720,
        empty_day="zero",
        freshness_hours=30,
    )


STREAMS: Final = (
    _stream(
        "shopify.orders",
        orders,
        """gross_sales discounts gmv_amount units_ordered units_shipped orders_count
        orders_shipped sales_shipped order_items_count""",
        days=7,
        provisional=2,
    ),
    _stream(
        "shopify.refunds",
        refunds,
        """returns_amount units_refunded units_returned refund_amount orders_returned
        units_refunded_orderday units_returned_shipday orders_returned_shipday
        returns_amount_shipday units_restocked""",
        days=7,
        provisional=2,
        weekly=90,  # an order is refunded weeks later, and then its own day changes
    ),
    Stream(
        name="shopify.traffic",
        measures=("sessions", "gross_sales"),
        fetch=traffic,
        look_back_days=7,
        weekly_look_back_days=35,
        provisional_days=2,
        chunk_days=365,
        history_days=720,
        empty_day="missing",
        freshness_hours=30,
    ),
    _stream("shopify.payments", payments, "platform_fees payment_fees", days=10, provisional=3),
    Stream(
        name="shopify.stock",
        measures=("available_units", "inbound_units"),
        fetch=stock,
        look_back_days=1,
        weekly_look_back_days=1,
        provisional_days=0,
        chunk_days=1,
        history_days=None,
        empty_day="missing",
        freshness_hours=30,
    ),
    _stream("shopify.products", products, "listings_new_parent", days=7, provisional=0),
)

_ENVELOPE: Final = names("data pageInfo hasNextPage endCursor nodes id __parentId shop")
_MONEY: Final = names("shopMoney amount currencyCode")
_SHOP: Final = names("ianaTimezone currencyCode myshopifyDomain")

KEPT: Final = {
    "shopify.orders": _ENVELOPE
    | _MONEY
    | _SHOP
    | names(
        """orders order node lineItems sku quantity originalTotalSet discountAllocations
        allocatedAmountSet createdAt test totalDiscountsSet fulfillments status totalQuantity
        fulfillmentLineItems lineItem"""
    ),
    "shopify.refunds": _ENVELOPE
    | _MONEY
    | names(
        """orders order node return test refunds createdAt totalRefundedSet returns status
        returnLineItems quantity fulfillmentLineItem lineItem sku refundLineItems subtotalSet
        subtotalLineItemsQuantity restockType fulfillments totalQuantity fulfillmentLineItems"""
    ),
    "shopify.traffic": _ENVELOPE
    | names(
        """shopifyqlQuery tableData columns name dataType rows parseErrors day sessions
        gross_sales"""
    ),
    "shopify.payments": _ENVELOPE
    | names(
        """shopifyPaymentsAccount balanceTransactions type test transactionDate amount
        currencyCode fee"""
    ),
    "shopify.stock": _ENVELOPE
    | names(
        """inventoryItems inventoryItem sku tracked inventoryLevels quantities name
        quantity"""
    ),
    "shopify.products": _ENVELOPE | names("products publishedAt"),
}

SHOPIFY: Final = Connector(
    platform="shopify",
    streams=STREAMS,
    hosts=("*.myshopify.com", "storage.googleapis.com", "*.shopifycloud.com"),
    # Points of the standard plan; every answer corrects them.
    limits={"graphql": Limit(100, 2000), "document": Limit(10, 10)},
    kept=KEPT,
    authorise=authorise,
    judge=judge,
    observe=observe,
    secrets=("access_token",),
)
