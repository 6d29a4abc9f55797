"""Streams of an Amazon shop: orders, traffic, returns, money."""

from __future__ import annotations

import numpy as np

from sync_service.sandbox.charges import charges, storage
from sync_service.sandbox.daily import late, seen_visits, visits
from sync_service.sandbox.simulator import DAYS, NEVER, Ints
from sync_service.sandbox.view import Sheet, View, live, spread
from sync_service.sandbox.world import SandboxShop


def orders(view: View) -> Sheet:
    """amazon.orders: what was cancelled until now is in no sum but its own, and in GMV."""
    lines = view.book.lines
    keep = live(lines, view.now)
    lost = lines.cancelled <= view.now
    return Sheet(
        rows={
            "gross_sales": view.by_sku(lines.bought, lines.price * keep),
            "discounts": view.by_sku(lines.bought, lines.discount * keep),
            "gmv_amount": view.by_sku(lines.bought, lines.price),
            "units_ordered": view.by_sku(lines.bought, lines.quantity * keep),
            "units_shipped": view.by_sku(lines.shipped, lines.quantity),
            "sales_shipped": view.by_sku(lines.shipped, lines.price - lines.discount),
        },
        whole={
            "orders_shipped": view.orders(lines.shipped < NEVER, lines.shipped),
            "orders_count": view.orders(keep, lines.bought),
            "order_items_count": view.by_day(lines.bought, keep.astype(np.int64)),
            "orders_cancelled_buyer": view.orders(lost, lines.bought),
        },
    )


def order_metrics(view: View) -> Sheet:
    """amazon.order_metrics: the running day too."""
    lines = view.book.lines
    keep = live(lines, view.now)
    return Sheet(
        whole={
            "gross_sales": view.by_day(lines.bought, lines.price * keep),
            "units_ordered": view.by_day(lines.bought, lines.quantity * keep),
            "orders_count": view.orders(keep, lines.bought),
        }
    )


def traffic(view: View) -> Sheet:
    """amazon.traffic: the by-date block; late visits are unknown, sales are there."""
    seen = visits(view.world, view.book.shop.code)
    views = seen_visits(seen.page_views, view.ages)
    sales = order_metrics(view).whole
    lines = view.book.lines
    return Sheet(
        whole={
            "sessions": seen_visits(seen.sessions, view.ages),
            "page_views": views,
            "buy_box_page_views": _half_even(views * seen.buy_box, 10_000),
            "units_refunded": view.by_day(lines.refunded, lines.refund_quantity),
            "feedback_negative_orders": seen.negative,
            "gross_sales": spoil(view.book.shop, sales["gross_sales"]),
            "units_ordered": sales["units_ordered"],
        },
        unknown=late(view.book, np.arange(len(DAYS)), view.now),
        hidden=frozenset({"sessions", "page_views", "buy_box_page_views"}),
    )


def spoil(shop: SandboxShop, cents: Ints) -> Ints:
    """Sales as the platform's own traffic report prints them: wrong on purpose in one shop."""
    printed: Ints = np.rint(cents * shop.spoiled).astype(np.int64)
    return printed


def _half_even(products: Ints, by: int) -> Ints:
    """An exact quotient rounded half to even."""
    low, rest = np.divmod(products, by)
    up = (2 * rest > by) | ((2 * rest == by) & (low % 2 == 1))
    rounded: Ints = low + up
    return rounded


def traffic_asin(view: View) -> Sheet:
    """amazon.traffic_asin: the by-ASIN block; late days are unknown as a whole."""
    seen = visits(view.world, view.book.shop.code)
    views = seen_visits(seen.sku_page_views, view.ages)
    lines = view.book.lines
    keep = live(lines, view.now)
    return Sheet(
        rows={
            "sessions": seen_visits(seen.sku_sessions, view.ages),
            "page_views": views,
            "buy_box_page_views": _half_even(views * seen.sku_buy_box, 10_000),
            "gross_sales": spoil(view.book.shop, view.by_sku(lines.bought, lines.price * keep)),
            "units_ordered": view.by_sku(lines.bought, lines.quantity * keep),
        },
        unknown=late(view.book, np.arange(len(DAYS)), view.now),
        hidden=frozenset(
            {"sessions", "page_views", "buy_box_page_views", "gross_sales", "units_ordered"}
        ),
    )


def returns(view: View) -> Sheet:
    """amazon.returns, by the day the goods arrive."""
    lines = view.book.lines
    came = lines.returned < NEVER
    return Sheet(
        rows={
            "units_returned": view.by_sku(lines.returned, lines.return_quantity),
            "units_restocked": view.by_sku(lines.returned, lines.return_quantity),
        },
        whole={"orders_returned": view.orders(came, lines.returned)},
    )


def finances(view: View) -> Sheet:
    """amazon.finances; refunded tax was withheld by the platform, so it is no money of the shop.

    What the platform keeps of a commission (`RefundCommission`) is a cost of returns.
    """
    lines, cost = view.book.lines, charges(view.book)
    fees = view.by_sku(lines.shipped, cost.commission)
    fees -= view.by_sku(lines.refunded, cost.commission_back)
    refunds = view.by_sku(lines.refunded, lines.refund)
    kept = view.by_sku(lines.refunded, cost.refund_commission)
    stored = storage(view.world, view.book)
    posted = np.array([one.posted for one in stored], dtype=np.int64)
    amount = np.array([one.amount for one in stored], dtype=np.int64)
    day = view.book.clock.day(posted)
    ok = (posted <= view.now) & (day >= 0) & (day < len(DAYS))
    return Sheet(
        rows={
            "refund_amount": refunds,
            "returns_amount": refunds,
            "platform_fees": fees,
            "fulfilment_fees": view.by_sku(lines.shipped, cost.fulfilment),
            "return_costs": kept + view.by_sku(lines.returned, cost.return_fee),
        },
        whole={"storage_fees": spread(day[ok], amount[ok])},
    )
