"""Shopify's orders export: one line an item, the order's own columns on its first line only.

Only named columns are read: names, addresses, e-mail, phone and notes never leave the file. A
discount of an order with several items belongs to no product. Orders placed before the file's days
and fulfilled in them are missing, so the shipments of its first days are unknown.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sync_service.connectors.tally import NO_PRODUCT, Distinct, Tally
from sync_service.imports.amazon_all_orders import lead
from sync_service.imports.columns import Columns
from sync_service.imports.dates import Moment, day_in
from sync_service.imports.layout import Batch, FileStream, Found, Layout, Source, whole_days
from sync_service.imports.refusals import FileRefusedError
from sync_service.imports.whose import check_currency, shop_of

STREAM = FileStream(
    "file.shopify_orders",
    (
        *("gross_sales", "discounts", "gmv_amount", "units_ordered", "units_shipped"),
        *("orders_shipped", "orders_count", "order_items_count"),
    ),
    "zero",
)


@dataclass(frozen=True, slots=True)
class _Order:
    """What the first line says about the whole order."""

    day: date
    sent: Moment | None
    discount: Decimal
    currency: str
    lines: list[int]  # places of its lines


def read(source: Source) -> Found:
    """The orders as facts by day of creation, cancelled ones included as in the store's reports."""
    columns = source.columns
    shop = shop_of(source, "shopify")
    check_currency(source, shop, set(columns.text("currency")))
    quantities, prices = columns.counts("lineitem quantity"), columns.money("lineitem price")
    own = "lineitem discount"
    offs = columns.money(own) if columns.find(own) is not None else [None] * len(prices)
    skus, states = columns.ids("lineitem sku"), columns.text("lineitem fulfillment status")
    found, out = _orders(columns, shop.time_zone)
    if not found:
        raise FileRefusedError(
            f"{source.name} has no usable order. See the refused rows.",
            f"{source.name} 没有可用的订单。请看被拒绝的行。",
        )
    window = whole_days(source, shop, [order.day for order in found.values()])
    tally, placed, parcels = Tally(window, shop.currency), Distinct(), Distinct()
    first_sent = lead(window).end
    for name, order in found.items():
        day, currency = order.day, order.currency
        placed.add(day, name)
        whole = skus[order.lines[0]] if len(order.lines) == 1 else NO_PRODUCT
        tally.add(day, "discounts", order.discount, whole or NO_PRODUCT, currency=currency)
        sent = None if order.sent is None else day_in(order.sent, shop.time_zone)
        for place in order.lines:
            units, sku = quantities[place] or 0, skus[place] or NO_PRODUCT
            worth = units * (prices[place] or Decimal(0))
            for measure in ("gross_sales", "gmv_amount"):
                tally.add(day, measure, worth, sku, currency=currency)
            tally.add(day, "discounts", offs[place] or Decimal(0), sku, currency=currency)
            tally.add(day, "units_ordered", units, sku, currency=currency)
            tally.add(day, "order_items_count", 1)
            if sent and sent >= first_sent and states[place].lower() == "fulfilled":
                parcels.add(sent, name)
                tally.add(sent, "units_shipped", units, sku, currency=currency)
    placed.into(tally, "orders_count")
    parcels.into(tally, "orders_shipped")
    for day in lead(window).each():
        tally.forget(day, "units_shipped")
        tally.forget(day, "orders_shipped")
    out |= columns.broken_days(shop.time_zone)
    return Found((Batch(STREAM, shop, window, tuple(tally.rows()), frozenset(out)),))


def _orders(columns: Columns, time_zone: str) -> tuple[dict[str, _Order], set[date]]:
    """The orders by name, and the days of which a line was refused."""
    names, currencies = columns.ids("name"), columns.text("currency")
    made, sent = columns.moments("created at"), columns.moments("fulfilled at")
    discounts = columns.money("discount amount")
    found: dict[str, _Order] = {}
    out: set[date] = set()
    for place, (name, moment) in enumerate(zip(names, made, strict=True)):
        day = None if moment is None else day_in(moment, time_zone)
        if place in columns.refused:
            out |= {day} if day else set()
        elif name in found:
            found[name].lines.append(place)
        elif day is not None:
            off, currency = discounts[place] or Decimal(0), currencies[place].upper()
            found[name] = _Order(day, sent[place], off, currency, [place])
    return found, out


SHOPIFY_ORDERS = Layout(
    "shopify_orders",
    frozenset({"name", "financial status", "created at", "lineitem quantity", "lineitem price"}),
    read,
)
