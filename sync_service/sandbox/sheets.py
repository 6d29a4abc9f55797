"""One function a stream: the simulator's truth as matrices, before it becomes fact rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

import numpy as np

from sync_service.sandbox.ads_sheets import advertised
from sync_service.sandbox.amazon_sheets import (
    finances,
    order_metrics,
    orders,
    returns,
    traffic,
    traffic_asin,
)
from sync_service.sandbox.daily import by_sku_day, reviews, stock, visits
from sync_service.sandbox.shopify_sheets import payments, shop_orders, shop_refunds, shop_traffic
from sync_service.sandbox.simulator import DAYS, Ints
from sync_service.sandbox.view import Sheet, View, spread
from sync_service.sandbox.world import HISTORY_START


def stock_now(view: View) -> Sheet:
    """amazon.stock and shopify.stock: the running day only, the level of its end."""
    held = stock(view.world, view.book.shop.code)
    return Sheet(rows={"available_units": held.available, "inbound_units": held.inbound})


def stock_ledger(view: View) -> Sheet:
    """amazon.stock_ledger: the ending balance of finished days."""
    return Sheet(rows={"available_units": stock(view.world, view.book.shop.code).available})


def listings(view: View) -> Sheet:
    """shopify.products: parents by the day they were listed."""
    first: dict[str, date] = {}
    for product in view.book.products:
        day = min(first.get(product.parent, product.opened), product.opened)
        first[product.parent] = day
    days = [(day - HISTORY_START).days for day in first.values() if day >= HISTORY_START]
    ones = np.ones(len(days), dtype=np.int64)
    return Sheet(whole={"listings_new_parent": spread(np.array(days, dtype=np.int64), ones)})


def listings_and_variants(view: View) -> Sheet:
    """amazon.listings: parents, and the products under them, each by its own day."""
    days = [(p.opened - HISTORY_START).days for p in view.book.products]
    new = np.array([day for day in days if day >= 0], dtype=np.int64)
    variants = spread(new, np.ones(len(new), dtype=np.int64))
    return Sheet(whole={**listings(view).whole, "listings_new_variant": variants})


def mapped(view: View) -> Sheet:
    """file.mapped: reviews; of own stores also advertising elsewhere, the warehouse, the visits."""
    seen = reviews(view.world, view.book.shop.code)
    whole = {
        "reviews_total": seen.total,
        "reviews_negative": seen.negative,
        "reviews_three_star": seen.three,
    }
    if view.book.shop.platform == "shopify":
        whole |= _outside(view) | _funnel(view)
    return Sheet(whole=whole)


def _outside(view: View) -> dict[str, Ints]:
    """An own store's costs that no platform tells: other ad networks, a local warehouse."""
    lines, one = view.book.lines, view.book
    rng = np.random.default_rng([view.world.seed, one.shop.key, 5])
    sales = by_sku_day(one, lines.bought, lines.price - lines.discount).sum(axis=0)
    spend = np.rint(sales * rng.uniform(0.09, 0.14, len(DAYS))).astype(np.int64)
    clicks = spend // 95
    orders = (clicks * 0.05).astype(np.int64)
    held = stock(view.world, one.shop.code).available.sum(axis=0)
    return {
        "ad_spend": spend,
        "ad_sales": np.minimum(orders * 6_500, sales),
        "ad_orders": orders,
        "ad_clicks": clicks,
        "ad_impressions": clicks * 140,
        "fulfilment_fees": by_sku_day(one, lines.shipped, lines.quantity).sum(axis=0) * 540,
        "storage_fees": held * 2,
        "return_costs": by_sku_day(one, lines.returned, lines.return_quantity).sum(axis=0) * 310,
    }


def _funnel(view: View) -> dict[str, Ints]:
    """How an own store's visits go on, as its analytics export it; and who ordered before."""
    one, lines = view.book, view.book.lines
    rng = np.random.default_rng([view.world.seed, one.shop.key, 6])
    seen = visits(view.world, one.shop.code).sessions
    done = np.minimum(view.orders(lines.bought <= view.now, lines.bought), seen)
    reached = np.minimum((done / rng.uniform(0.52, 0.66, len(DAYS))).astype(np.int64), seen)
    cart = np.maximum(reached, (seen * rng.uniform(0.055, 0.08, len(DAYS))).astype(np.int64))
    engaged = np.maximum(cart, (seen * rng.uniform(0.48, 0.62, len(DAYS))).astype(np.int64))
    return {
        "engaged_visits": engaged,
        "cart_visits": cart,
        "checkout_visits": reached,
        "checkout_done": done,
        "returning_orders": (done * rng.uniform(0.14, 0.24, len(DAYS))).astype(np.int64),
    }


STREAMS: Mapping[str, Callable[[View], Sheet]] = {
    "amazon.orders": orders,
    "amazon.order_metrics": order_metrics,
    "amazon.traffic": traffic,
    "amazon.traffic_asin": traffic_asin,
    "amazon.returns": returns,
    "amazon.finances": finances,
    "amazon.stock": stock_now,
    "amazon.stock_ledger": stock_ledger,
    "amazon.listings": listings_and_variants,
    "amazon_ads.sp": lambda view: advertised(view, "sp"),
    "amazon_ads.sb": lambda view: advertised(view, "sb"),
    "amazon_ads.sd": lambda view: advertised(view, "sd"),
    "shopify.orders": shop_orders,
    "shopify.refunds": shop_refunds,
    "shopify.traffic": shop_traffic,
    "shopify.payments": payments,
    "shopify.stock": stock_now,
    "shopify.products": listings,
    "file.mapped": mapped,
}
