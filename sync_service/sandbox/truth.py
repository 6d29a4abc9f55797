"""The simulator's truth as fact rows: exactly what a perfect connector would have stored.

Rules that a connector must share to be equal (compare with `same`, which forgives zero rows only):

- Every finished day of the window (by the shop's clock at `as_of`) has one row with sku `*`. It holds the
  shop-level measures of the stream and an explicit 0 for each measure that is counted by SKU.
  Unfinished days have no row, except in amazon.order_metrics and the stock streams.
- A SKU row exists where at least one of its measures has something to tell.
- amazon.orders, by day of purchase: `gross_sales` = item-price, `units_ordered`, `orders_count`,
  `order_items_count`, `discounts` (item and ship promotion) all without cancelled lines;
  `gmv_amount` = item-price with cancelled lines; `orders_cancelled_buyer` = cancelled orders.
  `units_shipped` by the day of `last-updated-date` of lines with order-status Shipped.
- amazon.finances by day of `postedDate`, whatever the status, costs positive: see `finances`.
- shopify.orders, by day of createdAt, cancelled orders included: `gross_sales` = `gmv_amount` = original
  price times quantity; `discounts` = all discounts; `units_shipped` by day of the fulfilment's createdAt.
- shopify.refunds by day of the refund's createdAt (a cancellation refunds everything);
  `units_returned` and `orders_returned` by day of the return's createdAt.
- shopify.payments: `payment_fees` = sum of `fee` by transactionDate; `platform_fees` is a known zero.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute  # noqa: F401 - pa.compute

from kpi.model import WHOLE_SHOP, Window
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
from sync_service.sandbox.simulator import DAYS, NEVER, Book, Bools, Ints, Lines, book
from sync_service.sandbox.world import CATEGORIES, HISTORY_START, SandboxShop, World

MONEY = frozenset(
    (
        *("gross_sales", "discounts", "gmv_amount", "refund_amount", "returns_amount"),
        *("platform_fees", "fulfilment_fees", "storage_fees", "payment_fees", "return_costs"),
        *("ad_spend", "ad_sales"),
    )
)
MONEY_TYPE = pa.decimal128(18, 4)
KEYS = ("stream", "shop", "day", "month", "sku", "part", "currency")
ADS_KEPT_DAYS = {"amazon_ads.sp": 95, "amazon_ads.sb": 60, "amazon_ads.sd": 65}


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
        return by_sku_day(self.book, instants, values, self.now).sum(axis=0)

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
    return np.rint(cents * shop.spoiled).astype(np.int64)


def _half_even(products: Ints, by: int) -> Ints:
    """An exact quotient rounded half to even."""
    low, rest = np.divmod(products, by)
    up = (2 * rest > by) | ((2 * rest == by) & (low % 2 == 1))
    return low + up


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
    """amazon.finances: refund_amount with tax, returns_amount without; storage has no SKU."""
    lines, cost = view.book.lines, charges(view.book)
    fees = view.by_sku(lines.shipped, cost.commission)
    fees += view.by_sku(lines.refunded, cost.refund_commission - cost.commission_back)
    tax = lines.refund_tax if view.book.shop.region == "US" else np.zeros_like(lines.refund)
    stored = storage(view.world, view.book)
    posted = np.array([one.posted for one in stored], dtype=np.int64)
    amount = np.array([one.amount for one in stored], dtype=np.int64)
    day = view.book.clock.day(posted)
    ok = (posted <= view.now) & (day >= 0) & (day < len(DAYS))
    return Sheet(
        rows={
            "refund_amount": view.by_sku(lines.refunded, lines.refund + tax),
            "returns_amount": view.by_sku(lines.refunded, lines.refund),
            "platform_fees": fees,
            "fulfilment_fees": view.by_sku(lines.shipped, cost.fulfilment),
            "return_costs": view.by_sku(lines.returned, cost.return_fee),
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
    return str(
        100_000_000_000_000 + shop.key * 100 + ("sp", "sb", "sd").index(product) * 10 + category
    )


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
    return Sheet(whole={"sessions": seen_visits(seen.sessions, view.ages)})


def order_fees(one: Book) -> Ints:
    """Shopify Payments' fee of each order in cents: 2.9 % and 30 cents, on the first line's index."""
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
    """file.mapped: reviews, known only from a file."""
    seen = reviews(view.world, view.book.shop.code)
    return Sheet(whole={"reviews_total": seen.total, "reviews_negative": seen.negative})


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
RUNNING = frozenset({"amazon.order_metrics", "amazon.stock", "shopify.stock"})
SNAPSHOTS = frozenset({"amazon.stock", "shopify.stock"})


def truth(
    world: World, shop: SandboxShop | str, stream: str, window: Window, as_of: datetime
) -> pa.Table:
    """The facts of a window as the platform knew them at `as_of`; see the module's rules."""
    one = book(world, shop)
    view = View(world, one, as_of.timestamp())
    start, end = _served(one, stream, window, view.now)
    return _table(one, stream, STREAMS[stream](view), start, end)


def streams_of(shop: SandboxShop) -> tuple[str, ...]:
    """The streams that a shop's platform delivers."""
    heads = ("amazon.", "amazon_ads.") if shop.platform == "amazon" else ("shopify.",)
    return tuple(name for name in STREAMS if name.startswith(heads)) + ("file.mapped",)


def _served(one: Book, stream: str, window: Window, now: float) -> tuple[int, int]:
    """The window's days that the platform can answer for, as indexes."""
    finished = one.clock.finished(now)
    start = max(0, one.clock.index(window.start))
    end = min(one.clock.index(window.end), finished + (stream in RUNNING))
    if stream in SNAPSHOTS:
        start = max(start, finished)
    if stream in ADS_KEPT_DAYS:
        start = max(start, finished - ADS_KEPT_DAYS[stream])
    return start, max(start, end)


def _table(one: Book, stream: str, sheet: Sheet, start: int, end: int) -> pa.Table:
    """Whole-shop rows of every day first, then the rows by SKU or campaign that say something."""
    span = slice(start, end)
    rows = {name: values[:, span] for name, values in sheet.rows.items()}
    days = np.arange(start, end)
    some = np.zeros((0, len(days)), dtype=np.bool_)
    for values in rows.values():
        some = (values != 0) if not some.size else some | (values != 0)
    row, col = np.nonzero(some)
    count = len(days)
    arrays = _keys(one, stream, sheet, np.concatenate([days, days[col]]), row, count)
    hidden = np.zeros(count, dtype=np.bool_) if sheet.unknown is None else sheet.unknown[span]
    blank = np.concatenate([hidden, hidden[col]])
    for name in sorted({*rows, *sheet.whole}):
        head = sheet.whole[name][span] if name in sheet.whole else np.zeros(count, dtype=np.int64)
        tail = rows[name][row, col] if name in rows else np.zeros(len(row), dtype=np.int64)
        absent = np.arange(count + len(row)) >= count if name not in rows else blank & False
        mask = absent | (blank if name in sheet.hidden else blank & False)
        arrays[name] = _column(name, np.concatenate([head, tail]), mask)
    return pa.table(arrays)


def _keys(
    one: Book, stream: str, sheet: Sheet, days: Ints, row: Ints, count: int
) -> dict[str, pa.Array]:
    skus = np.array([p.sku for p in one.products], dtype=object)
    named = sheet.names is not None
    sku = [WHOLE_SHOP] * count + ([WHOLE_SHOP] * len(row) if named else list(skus[row]))
    part = [""] * count + ([sheet.names[n] for n in row] if sheet.names else [""] * len(row))
    calendar = [DAYS[int(n)] for n in days]
    total = count + len(row)
    return {
        "stream": pa.array([stream] * total, pa.string()),
        "shop": pa.array([one.shop.code] * total, pa.string()),
        "day": pa.array(calendar, pa.date32()),
        "month": pa.array([f"{day:%Y-%m}" for day in calendar], pa.string()),
        "sku": pa.array(sku, pa.string()),
        "part": pa.array(part, pa.string()),
        "currency": pa.array([one.shop.currency] * total, pa.string()),
    }


def _column(name: str, values: Ints, mask: Bools) -> pa.Array:
    """Cents to decimal(18,4), counts as they are; masked values are unknown."""
    if name not in MONEY:
        return pa.array(values, pa.int64(), mask=mask)
    wide = np.empty((len(values), 2), dtype=np.int64)
    wide[:, 0] = values * 100
    wide[:, 1] = wide[:, 0] >> 63
    full = pa.Array.from_buffers(MONEY_TYPE, len(values), [None, pa.py_buffer(wide.tobytes())])
    return pa.compute.if_else(pa.array(mask), pa.scalar(None, MONEY_TYPE), full)


def same(got: pa.Table, wanted: pa.Table) -> list[str]:
    """What differs between two tables of facts of one stream, in words; zero rows are forgiven."""
    ours, theirs = _facts(got), _facts(wanted)
    lines = []
    for key in sorted({*ours, *theirs}):
        if ours.get(key) != theirs.get(key):
            lines.append(f"{key}: {ours.get(key)} instead of {theirs.get(key)}")
    return lines


def _facts(table: pa.Table) -> dict[tuple[str, ...], str]:
    """Every non-zero fact, and for each day and measure whether it is known."""
    measures = [name for name in table.column_names if name not in KEYS]
    facts: dict[tuple[str, ...], str] = {}
    for row in table.to_pylist():
        for name in measures:
            if row[name] is None:
                continue
            facts[(str(row["day"]), name, "known")] = "yes"
            if row[name]:
                key = (str(row["day"]), name, row["sku"], row["part"], row["currency"])
                facts[key] = str(row[name].normalize() if name in MONEY else row[name])
    return facts
