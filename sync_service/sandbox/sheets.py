"""One function a stream: the simulator's truth as matrices, before it becomes fact rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from sync_service.sandbox.charges import charges, storage
from sync_service.sandbox.daily import (
    Adverts,
    adverts,
    age,
    by_sku_day,
    late,
    reviews,
    seen_adverts,
    seen_visits,
    stock,
    visits,
)
from sync_service.sandbox.simulator import DAYS, NEVER, Book, Bools, Ints, Lines
from sync_service.sandbox.world import CATEGORIES, HISTORY_START, SandboxShop, World


@dataclass(slots=True)
class Sheet:
    """A stream before it becomes rows: matrices by SKU (or campaign) and day, arrays by day."""

    rows: dict[str, Ints] = field(default_factory=dict)  # measure -> (row, day)
    whole: dict[str, Ints] = field(default_factory=dict)  # measure -> (day,)
    unknown: Bools | None = None  # days whose `hidden` measures are not known yet
    hidden: frozenset[str] = frozenset()
    names: tuple[str, ...] | None = None  # part of each row where rows are campaigns


@dataclass(frozen=True, slots=True)
class View:
    """What a stream's function gets: the shop, the instant of asking, days by index."""

    world: World
    book: Book
    now: float

    @property
    def ages(self) -> Ints:
        """Age of every day of the history at the instant."""
        return age(self.book, np.arange(len(DAYS)), self.now)

    def by_day(self, instants: Ints, values: Ints) -> Ints:
        """Values of events by shop day, as far as they have happened."""
        days: Ints = by_sku_day(self.book, instants, values, self.now).sum(axis=0)
        return days

    def by_sku(self, instants: Ints, values: Ints) -> Ints:
        """The same by SKU and day."""
        return by_sku_day(self.book, instants, values, self.now)

    def orders(self, lines: Ints | Bools, instants: Ints) -> Ints:
        """Distinct orders of some lines by day of an event."""
        order, when = self.book.lines.order[lines], instants[lines]
        day = self.book.clock.day(when)
        ok = (when <= self.now) & (day >= 0) & (day < len(DAYS))
        pairs = np.unique(order[ok] * len(DAYS) + day[ok])
        return np.bincount(pairs % len(DAYS), minlength=len(DAYS)).astype(np.int64)


def live(lines: Lines, now: float) -> Bools:
    """Lines bought and not cancelled at an instant."""
    return (lines.bought <= now) & ~(lines.cancelled <= now)


def orders(view: View) -> Sheet:
    """amazon.orders."""
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
        },
        whole={
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
        rows={"units_returned": view.by_sku(lines.returned, lines.return_quantity)},
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
        whole={"storage_fees": _spread(day[ok], amount[ok])},
    )


def _spread(days: Ints, values: Ints) -> Ints:
    """Sums by day."""
    out = np.zeros(len(DAYS), dtype=np.int64)
    np.add.at(out, days, values)
    return out


def stock_now(view: View) -> Sheet:
    """amazon.stock and shopify.stock: the running day only, the level of its end."""
    held = stock(view.world, view.book.shop.code)
    return Sheet(rows={"available_units": held.available, "inbound_units": held.inbound})


def stock_ledger(view: View) -> Sheet:
    """amazon.stock_ledger: the ending balance of finished days."""
    return Sheet(rows={"available_units": stock(view.world, view.book.shop.code).available})


def listings(view: View) -> Sheet:
    """amazon.listings and shopify.products: parents by the day they were listed."""
    first: dict[str, date] = {}
    for product in view.book.products:
        day = min(first.get(product.parent, product.opened), product.opened)
        first[product.parent] = day
    days = [(day - HISTORY_START).days for day in first.values() if day >= HISTORY_START]
    ones = np.ones(len(days), dtype=np.int64)
    return Sheet(whole={"listings_new_parent": _spread(np.array(days, dtype=np.int64), ones)})


def _adverts(view: View, product: str) -> Sheet:
    seen = seen_adverts(adverts(view.world, view.book.shop.code)[product], view.ages)
    return Sheet(rows=_advert_rows(seen), names=_campaign_ids(view) if product == "sb" else None)


def _advert_rows(seen: Adverts) -> dict[str, Ints]:
    return {
        "ad_spend": seen.spend,
        "ad_sales": seen.sales,
        "ad_orders": seen.orders,
        "ad_clicks": seen.clicks,
        "ad_impressions": seen.impressions,
    }


def campaign_id(shop: SandboxShop, product: str, category: int) -> str:
    """Number of the campaign of an ad product and category; it is the fact's part for sb."""
    kind = ("sp", "sb", "sd").index(product)
    return str(100_000_000_000_000 + shop.key * 100 + kind * 10 + category)


def _campaign_ids(view: View) -> tuple[str, ...]:
    return tuple(campaign_id(view.book.shop, "sb", n) for n in range(len(CATEGORIES)))


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
        },
        whole={
            "orders_count": view.orders(there, lines.bought),
            "order_items_count": view.by_day(lines.bought, there.astype(np.int64)),
        },
    )


def shop_refunds(view: View) -> Sheet:
    """shopify.refunds: refunds of returned goods, and whole refunds of cancelled orders."""
    lines = view.book.lines
    paid = lines.price - lines.discount
    added = view.book.shop.region == "US"  # tax on top of the price
    tax, whole_tax = (lines.refund_tax, lines.tax) if added else (0 * paid, 0 * paid)
    came = lines.returned < NEVER
    return Sheet(
        rows={
            "returns_amount": view.by_sku(lines.refunded, lines.refund)
            + view.by_sku(lines.cancelled, paid),
            "units_refunded": view.by_sku(lines.refunded, lines.refund_quantity)
            + view.by_sku(lines.cancelled, lines.quantity),
            "units_returned": view.by_sku(lines.returned, lines.return_quantity),
        },
        whole={
            "refund_amount": view.by_day(lines.refunded, lines.refund + tax)
            + view.by_day(lines.cancelled, paid + whole_tax),
            "orders_returned": view.orders(came, lines.returned),
        },
    )


def shop_traffic(view: View) -> Sheet:
    """shopify.traffic."""
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


def mapped(view: View) -> Sheet:
    """file.mapped: reviews; for own stores also advertising elsewhere and the warehouse's bills."""
    seen = reviews(view.world, view.book.shop.code)
    whole = {"reviews_total": seen.total, "reviews_negative": seen.negative}
    if view.book.shop.platform == "shopify":
        whole |= _outside(view)
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


STREAMS: Mapping[str, Callable[[View], Sheet]] = {
    "amazon.orders": orders,
    "amazon.order_metrics": order_metrics,
    "amazon.traffic": traffic,
    "amazon.traffic_asin": traffic_asin,
    "amazon.returns": returns,
    "amazon.finances": finances,
    "amazon.stock": stock_now,
    "amazon.stock_ledger": stock_ledger,
    "amazon.listings": listings,
    "amazon_ads.sp": lambda view: _adverts(view, "sp"),
    "amazon_ads.sb": lambda view: _adverts(view, "sb"),
    "amazon_ads.sd": lambda view: _adverts(view, "sd"),
    "shopify.orders": shop_orders,
    "shopify.refunds": shop_refunds,
    "shopify.traffic": shop_traffic,
    "shopify.payments": payments,
    "shopify.stock": stock_now,
    "shopify.products": listings,
    "file.mapped": mapped,
}
