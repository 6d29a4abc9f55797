"""Streams of an own store: Shopify's orders, refunds, traffic and payments."""

from __future__ import annotations

import numpy as np

from sync_service.sandbox.daily import seen_visits, visits
from sync_service.sandbox.simulator import NEVER, Book, Ints
from sync_service.sandbox.view import Sheet, View


def shop_orders(view: View) -> Sheet:
    """shopify.orders: cancelled orders stay in every count, as in the store's own reports."""
    lines = view.book.lines
    there = lines.bought <= view.now
    return Sheet(
        rows={
            "gross_sales": view.by_sku(lines.bought, lines.price),
            "discounts": view.by_sku(lines.bought, lines.discount),
            "gmv_amount": view.by_sku(lines.bought, lines.price),
            "units_ordered": view.by_sku(lines.bought, lines.quantity),
            "units_shipped": view.by_sku(lines.shipped, lines.quantity),
            "sales_shipped": view.by_sku(lines.shipped, lines.price - lines.discount),
        },
        whole={
            "orders_shipped": view.orders(lines.shipped < NEVER, lines.shipped),
            "orders_count": view.orders(there, lines.bought),
            "order_items_count": view.by_day(lines.bought, there.astype(np.int64)),
        },
    )


def shop_refunds(view: View) -> Sheet:
    """shopify.refunds: refunds of returned goods, and whole refunds of cancelled orders.

    On the day of the order or parcel stands what has come back of it until now.
    """
    lines = view.book.lines
    paid = lines.price - lines.discount
    added = view.book.shop.region == "US"  # tax on top of the price
    tax, whole_tax = (lines.refund_tax, lines.tax) if added else (0 * paid, 0 * paid)
    came, back = lines.returned < NEVER, lines.returned <= view.now
    paid_back, gone = lines.refunded <= view.now, lines.cancelled <= view.now
    return Sheet(
        rows={
            "units_refunded_orderday": view.by_sku(
                lines.bought, lines.refund_quantity * paid_back + lines.quantity * gone
            ),
            "units_returned_shipday": view.by_sku(lines.shipped, lines.return_quantity * back),
            "returns_amount_shipday": view.by_sku(lines.shipped, lines.refund * paid_back),
            "returns_amount": view.by_sku(lines.refunded, lines.refund)
            + view.by_sku(lines.cancelled, paid),
            "units_refunded": view.by_sku(lines.refunded, lines.refund_quantity)
            + view.by_sku(lines.cancelled, lines.quantity),
            "units_restocked": view.by_sku(lines.refunded, lines.refund_quantity * came),
            "units_returned": view.by_sku(lines.returned, lines.return_quantity),
        },
        whole={
            "refund_amount": view.by_day(lines.refunded, lines.refund + tax)
            + view.by_day(lines.cancelled, paid + whole_tax),
            "orders_returned": view.orders(came, lines.returned),
            "orders_returned_shipday": view.orders(back, lines.shipped),
        },
    )


def shop_traffic(view: View) -> Sheet:
    """shopify.traffic: visits, and gross sales as the store's own reports count them."""
    seen = visits(view.world, view.book.shop.code)
    sales = shop_orders(view).rows["gross_sales"].sum(axis=0)
    return Sheet(whole={"sessions": seen_visits(seen.sessions, view.ages), "gross_sales": sales})


def order_fees(one: Book) -> Ints:
    """Shopify Payments' fee of each order in cents: 2.9 % and 30 cents, by index of the order."""
    lines = one.lines
    taxed = lines.price - lines.discount + (lines.tax if one.shop.region == "US" else 0)
    total = np.bincount(lines.order, weights=taxed.astype(np.float64)).astype(np.int64)
    return (total * 29 + 500) // 1000 + 30


def payments(view: View) -> Sheet:
    """shopify.payments: fees are charged with the order and not given back."""
    lines = view.book.lines
    first = np.unique(lines.order, return_index=True)[1]
    fee = np.zeros_like(lines.price)
    fee[first] = order_fees(view.book)
    whole = view.by_day(lines.bought, fee)
    return Sheet(whole={"payment_fees": whole, "platform_fees": np.zeros_like(whole)})
