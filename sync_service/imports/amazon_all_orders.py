"""Amazon's All Orders report as a file, read as the connector reads it.

`gross_sales` is `item-price` of lines that are not cancelled, `gmv_amount` also of cancelled ones.
The report prints no day of shipment: a shipped line left on the day of its last change. Orders that
were placed before the file's days and shipped in them are not in the file, so the shipments of its
first days are unknown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import product

from kpi.model import Window
from kpi.trade import Shop
from sync_service.connectors.tally import Distinct, Tally
from sync_service.imports.columns import Columns
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


@dataclass(frozen=True, slots=True)
class _Line:
    """One line of an order; amounts are in its currency, what the file leaves empty is none."""

    order: str
    sku: str
    currency: str
    cancelled: bool  # the line or its order
    units: int
    price: Decimal  # of all its units
    promotion: Decimal  # off the item and its shipping
    item_promotion: Decimal  # off the item alone
    shipped: Moment | None  # its last change, of a line that is shipped


def read(source: Source) -> Found:
    """The lines as facts by day of purchase."""
    columns = source.columns
    channels = [text.strip().lower() for text in columns.text("sales-channel")]
    currencies = [text.strip().upper() for text in columns.text("currency")]
    shop = shop_of(source, "amazon")
    check_channels(source, shop, channels)
    check_currency(source, shop, currencies)
    bought, changed = columns.moments("purchase-date"), columns.moments("last-updated-date")
    lines = _lines(columns, currencies, changed)
    ours = {channel_of(shop), ""}
    places = [p for p in columns.good() if channels[p] in ours and bought[p] is not None]
    days = {p: day_in(m, shop.time_zone) for p in places if (m := bought[p]) is not None}
    window = _window(source, shop, list(days.values()), changed)
    tally = _tallied([(day, lines[place]) for place, day in days.items()], window, shop)
    out = columns.lost_days(bought, shop.time_zone)
    return Found((Batch(STREAM, shop, window, tuple(tally.rows()), out),))


def _lines(
    columns: Columns, currencies: Sequence[str], changed: Sequence[Moment | None]
) -> list[_Line]:
    """Every line of the file, by its place in it."""
    quantities, prices = columns.counts("quantity"), columns.money("item-price")
    none: list[Decimal | None] = [None] * len(prices)
    item_off, ship_off = (
        columns.money(name) if columns.find(name) is not None else none for name in PROMOTIONS
    )
    orders, skus = columns.ids("amazon-order-id"), columns.ids("sku")
    states = zip(columns.text("order-status"), columns.text("item-status"), strict=True)
    made: list[_Line] = []
    for place, (of_order, of_item) in enumerate(states):
        item, ship = (abs(one[place] or Decimal(0)) for one in (item_off, ship_off))
        made.append(
            _Line(
                order=orders[place],
                sku=skus[place],
                currency=currencies[place],
                cancelled="cancelled" in {of_order.lower(), of_item.lower()},
                units=quantities[place] or 0,
                price=prices[place] or Decimal(0),
                promotion=item + ship,
                item_promotion=item,
                shipped=changed[place] if of_item.lower() == "shipped" else None,
            )
        )
    return made


def _tallied(lines: Sequence[tuple[date, _Line]], window: Window, shop: Shop) -> Tally:
    """The measures of all lines, each with its day of purchase."""
    tally = Tally(window, shop.currency)
    placed, gone, parcels = Distinct(), Distinct(), Distinct()
    known = lead(window).end  # the first day whose shipments are all in the file
    for day, line in lines:
        (gone if line.cancelled else placed).add(day, line.order)
        tally.add(day, "gmv_amount", line.price, line.sku, currency=line.currency)
        if line.cancelled:
            continue
        tally.add(day, "gross_sales", line.price, line.sku, currency=line.currency)
        tally.add(day, "discounts", line.promotion, line.sku, currency=line.currency)
        tally.add(day, "units_ordered", line.units, line.sku, currency=line.currency)
        tally.add(day, "order_items_count", 1)
        sent = None if line.shipped is None else day_in(line.shipped, shop.time_zone)
        if sent is not None and sent >= known:
            parcels.add(sent, line.order)
            worth = line.price - line.item_promotion
            tally.add(sent, "units_shipped", line.units, line.sku, currency=line.currency)
            tally.add(sent, "sales_shipped", worth, line.sku, currency=line.currency)
    placed.into(tally, "orders_count")
    parcels.into(tally, "orders_shipped")
    for day, names in gone.seen.items():
        tally.add(day, "orders_cancelled_buyer", len(names - placed.seen.get(day, set())))
    for day, measure in product(lead(window).each(), SHIPPED):
        tally.forget(day, measure)
    return tally


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
