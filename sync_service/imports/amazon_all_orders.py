"""Amazon's All Orders report as a file, read as the connector reads it.

`gross_sales` is `item-price` of lines that are not cancelled, `gmv_amount` also of cancelled ones.
The report prints no day of shipment: a shipped line left on the day of its last change. Orders that
were placed before the file's days and shipped in them are not in the file, so the shipments of its
first days are unknown.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import product

from kpi.model import Window
from kpi.trade import Shop
from sync_service.connectors.tally import Distinct, Tally
from sync_service.imports.dates import Moment, day_in
from sync_service.imports.layout import Batch, FileStream, Found, Layout, Source, whole_days
from sync_service.imports.refusals import FileRefusedError
from sync_service.imports.whose import channel_of, check_channels, check_currency, shop_of

SHIPPING_LEAD = timedelta(days=6)  # from order to shipment at the longest, nearly always
LATE_EXPORT = timedelta(days=10)
PROMOTIONS = ("item-promotion-discount", "ship-promotion-discount")  # a file may lack either
SHIPPED = ("units_shipped", "orders_shipped", "sales_shipped")
STREAM = FileStream(
    "file.all_orders",
    (
        *("gross_sales", "discounts", "gmv_amount", "units_ordered", *SHIPPED),
        *("orders_count", "order_items_count", "orders_cancelled_buyer"),
    ),
    "zero",
)


def read(source: Source) -> Found:
    """The lines as facts by day of purchase."""
    columns = source.columns
    channels = [text.strip().lower() for text in columns.text("sales-channel")]
    currencies = [text.strip().upper() for text in columns.text("currency")]
    shop = shop_of(source, "amazon")
    check_channels(source, shop, channels)
    check_currency(source, shop, currencies)
    bought, changed = columns.moments("purchase-date"), columns.moments("last-updated-date")
    quantities, prices = columns.counts("quantity"), columns.money("item-price")
    off = [columns.money(name) for name in PROMOTIONS if columns.find(name) is not None]
    reduced = columns.money(PROMOTIONS[0]) if columns.find(PROMOTIONS[0]) is not None else None
    orders, skus = columns.ids("amazon-order-id"), columns.ids("sku")
    states = list(zip(columns.text("order-status"), columns.text("item-status"), strict=True))
    ours = {channel_of(shop), ""}
    places = [p for p in columns.good() if channels[p] in ours and bought[p] is not None]
    days = {p: day_in(m, shop.time_zone) for p in places if (m := bought[p]) is not None}
    window = _window(source, shop, list(days.values()), changed)
    tally = Tally(window, shop.currency)
    placed, gone, parcels = Distinct(), Distinct(), Distinct()
    known = lead(window).end  # the first day whose shipments are all in the file
    for place, day in days.items():
        state = {word.lower() for word in states[place]}
        cancelled = "cancelled" in state
        (gone if cancelled else placed).add(day, orders[place])
        price, sku, currency = prices[place] or Decimal(0), skus[place], currencies[place]
        tally.add(day, "gmv_amount", price, sku, currency=currency)
        if cancelled:
            continue
        discount = sum((abs(part[place] or Decimal(0)) for part in off), Decimal(0))
        units = quantities[place] or 0
        tally.add(day, "gross_sales", price, sku, currency=currency)
        tally.add(day, "discounts", discount, sku, currency=currency)
        tally.add(day, "units_ordered", units, sku, currency=currency)
        tally.add(day, "order_items_count", 1)
        moved = changed[place]
        if states[place][1].lower() != "shipped" or moved is None:
            continue
        sent = day_in(moved, shop.time_zone)
        if sent >= known:
            item_off = abs(reduced[place] or Decimal(0)) if reduced else Decimal(0)
            parcels.add(sent, orders[place])
            tally.add(sent, "units_shipped", units, sku, currency=currency)
            tally.add(sent, "sales_shipped", price - item_off, sku, currency=currency)
    placed.into(tally, "orders_count")
    parcels.into(tally, "orders_shipped")
    for day, names in gone.seen.items():
        tally.add(day, "orders_cancelled_buyer", len(names - placed.seen.get(day, set())))
    for day, measure in product(lead(window).each(), SHIPPED):
        tally.forget(day, measure)
    out = columns.lost_days(bought, shop.time_zone)
    return Found((Batch(STREAM, shop, window, tuple(tally.rows()), out),))


def lead(window: Window) -> Window:
    """The first days, whose shipments belong in part to orders outside the file."""
    return Window(window.start, min(window.end, window.start + SHIPPING_LEAD))


def _window(source: Source, shop: Shop, days: list[date], changed: list[Moment | None]) -> Window:
    """The complete days; a report by last update holds the older ones in part only."""
    if not days:
        raise FileRefusedError(
            f"{source.name} has no usable order line of {shop.code}. See the refused rows.",
            f"{source.name} 没有 {shop.code} 的可用订单行。请看被拒绝的行。",
        )
    updates = [day_in(m, shop.time_zone) for m in changed if m is not None]
    if updates and not source.options.period and min(updates) > min(days) + LATE_EXPORT:
        raise FileRefusedError(
            f"{source.name} seems to be a report by last update: its older days are incomplete. "
            "Export All Orders by order date, or state the complete days with --period.",
            f"{source.name} 似乎是按更新时间导出的报表，较早日期不完整。"
            "请按下单日期导出，或用 --period 注明完整的日期。",
        )
    return whole_days(source, shop, days)


ALL_ORDERS = Layout(
    "all_orders",
    frozenset(
        {"amazon-order-id", "purchase-date", "last-updated-date", "order-status", "item-price"}
    ),
    read,
)
