"""Amazon's flat files of one window: orders, returns, stock ledger, listings; columns as printed.

Columns with buyers' data hold the word CANARY: nothing that the product keeps may hold it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np

from sync_service.sandbox.amazon_answers import Report, Seller, cents, iso, order_id
from sync_service.sandbox.daily import stock
from sync_service.sandbox.simulator import DAYS, Book, Ints, Lines
from sync_service.sandbox.world import SandboxProduct, SandboxShop

CANARY = "CANARY"
ORDERS = [
    "amazon-order-id",
    "merchant-order-id",
    "purchase-date",
    "last-updated-date",
    "order-status",
    "fulfillment-channel",
    "sales-channel",
    "order-channel",
    "ship-service-level",
    "product-name",
    "sku",
    "asin",
    "item-status",
    "quantity",
    "currency",
    "item-price",
    "item-tax",
    "shipping-price",
    "shipping-tax",
    "gift-wrap-price",
    "gift-wrap-tax",
    "item-promotion-discount",
    "ship-promotion-discount",
    "ship-city",
    "ship-state",
    "ship-postal-code",
    "ship-country",
    "promotion-ids",
    "is-business-order",
    "purchase-order-number",
    "price-designation",
]
RETURNS = [
    "return-date",
    "order-id",
    "sku",
    "asin",
    "fnsku",
    "product-name",
    "quantity",
    "fulfillment-center-id",
    "detailed-disposition",
    "reason",
    "status",
    "license-plate-number",
    "customer-comments",
]
LEDGER = [
    "Date",
    "FNSKU",
    "ASIN",
    "MSKU",
    "Title",
    "Disposition",
    "Starting Warehouse Balance",
    "In Transit Between Warehouses",
    "Receipts",
    "Customer Shipments",
    "Customer Returns",
    "Vendor Returns",
    "Warehouse Transfer In/Out",
    "Found",
    "Lost",
    "Damaged",
    "Disposed",
    "Other Events",
    "Ending Warehouse Balance",
    "Unknown Events",
    "Location",
]
LISTINGS = [
    "item-name",
    "item-description",
    "listing-id",
    "seller-sku",
    "price",
    "quantity",
    "open-date",
    "image-url",
    "item-is-marketplace",
    "product-id-type",
    "zshop-shipping-fee",
    "item-note",
    "item-condition",
    "zshop-category1",
    "zshop-browse-path",
    "zshop-storefront-feature",
    "asin1",
    "asin2",
    "asin3",
    "will-ship-internationally",
    "expedited-shipping",
    "zshop-boldface",
    "product-id",
    "bid-for-featured-placement",
    "add-delete",
    "pending-quantity",
    "fulfillment-channel",
    "merchant-shipping-group",
    "status",
]
_ZONES = {"PST": "PST", "PDT": "PDT", "CET": "MEZ", "CEST": "MESZ"}


def content_type(report: Report) -> str:
    """European flat files come in Windows-1252, the others in UTF-8."""
    if report.fatal or report.kind == "GET_SALES_AND_TRAFFIC_REPORT":
        return "application/json;charset=UTF-8"
    european = report.shops[0].market != "US"
    return f"text/plain;charset={'Cp1252' if european else 'UTF-8'}"


def table(header: Sequence[str], rows: Iterable[Sequence[object]], shop: SandboxShop) -> bytes:
    """A tab-separated file; empty when it has no row."""
    lines = ["\t".join(map(str, row)) for row in rows]
    if not lines:
        return b""
    text = "\n".join(["\t".join(header), *lines]) + "\n"
    return text.encode("utf-8" if shop.market == "US" else "cp1252")


def orders_by_date(seller: Seller, report: Report) -> bytes:
    """Order lines by purchase date."""
    return _orders(seller, report, by_update=False)


def orders_by_update(seller: Seller, report: Report) -> bytes:
    """Order lines by the date of their last change."""
    return _orders(seller, report, by_update=True)


def _orders(seller: Seller, report: Report, *, by_update: bool) -> bytes:
    rows: list[Sequence[object]] = []
    for shop in report.shops:
        one = seller.book(shop)
        when = last_update(one.lines, report.asked) if by_update else one.lines.bought
        first, last = report.start.timestamp(), report.end.timestamp()
        inside = (when >= first) & (when < last) & (one.lines.bought <= report.asked)
        rows += order_rows(one, np.flatnonzero(inside), report.asked)
    return table(ORDERS, rows, report.shops[0])


def last_update(lines: Lines, now: float) -> Ints:
    """When a line changed last: shipped, cancelled, or bought."""
    when = lines.bought.copy()
    for events in (lines.shipped, lines.cancelled):
        when = np.where(events <= now, events, when)
    return when


def order_rows(one: Book, chosen: Ints, now: float) -> list[Sequence[object]]:
    """The rows of an orders report."""
    lines, shop = one.lines.pick(chosen), one.shop
    bought, changed = iso(lines.bought), iso(last_update(lines, now))
    country = "US" if shop.market == "US" else shop.market
    state = np.where(lines.cancelled <= now, 2, np.where(lines.shipped <= now, 1, 0)).tolist()
    return [
        _order_row(one, n, (bought[n], changed[n]), state[n], country, lines)
        for n in range(len(chosen))
    ]


_STATES = (("Pending", "Unshipped"), ("Shipped", "Shipped"), ("Cancelled", "Cancelled"))


def _order_row(
    one: Book, n: int, dates: tuple[str, str], state: int, country: str, lines: Lines
) -> Sequence[object]:
    product: SandboxProduct = one.products[lines.sku[n]]
    shop = one.shop
    price, discount, tax = int(lines.price[n]), int(lines.discount[n]), int(lines.tax[n])
    name = order_id(shop, int(lines.order[n]))
    order_state, item_state = _STATES[state]
    return (
        *(name, name, *dates, order_state, "Amazon", shop.marketplace_name, "", "Expedited"),
        *(product.title, product.sku, product.asin, item_state, int(lines.quantity[n])),
        *(shop.currency, cents(price), cents(tax), "0.00", "0.00", "", ""),
        *(cents(discount) if discount else "", "", CANARY, CANARY, f"{CANARY}-00000", country),
        *("PAWS-V2" if discount else "", "false", CANARY, ""),
    )


def returns(seller: Seller, report: Report) -> bytes:
    """FBA returns by the day the goods arrived."""
    rows: list[Sequence[object]] = []
    for shop in report.shops:
        one = seller.book(shop)
        when = one.lines.returned
        first, last = report.start.timestamp(), report.end.timestamp()
        inside = (when >= first) & (when < last) & (when <= report.asked)
        rows += _return_rows(one, np.flatnonzero(inside))
    return table(RETURNS, rows, report.shops[0])


def _return_rows(one: Book, chosen: Ints) -> list[Sequence[object]]:
    lines = one.lines.pick(chosen[np.argsort(one.lines.returned[chosen], kind="stable")])
    dates = iso(lines.returned)
    rows: list[Sequence[object]] = []
    for n, date in enumerate(dates):
        product = one.products[lines.sku[n]]
        order = order_id(one.shop, int(lines.order[n]))
        why = ("UNWANTED_ITEM", "DEFECTIVE", "NOT_AS_DESCRIBED")[int(lines.returned[n]) % 3]
        rows.append(
            (
                *(date, order, product.sku, product.asin, product.fnsku, product.title),
                *(int(lines.return_quantity[n]), "ONT8", "SELLABLE", why, "Unit returned"),
                *(f"LPN{order.replace('-', '')[-9:]}", f"{CANARY} comment"),
            )
        )
    return rows


def ledger(seller: Seller, report: Report) -> bytes:
    """The stock ledger, day by day; sellable stock, and a few unsellable units beside it."""
    rows: list[Sequence[object]] = []
    for shop in report.shops:
        one, held = seller.book(shop), stock(seller.world, shop.code)
        days = one.clock.day(np.array([report.start.timestamp(), report.end.timestamp() - 1]))
        last = min(int(days[1]), one.clock.finished(report.asked) - 1)
        for day in range(max(0, int(days[0])), last + 1):
            date = f"{DAYS[day]:%m/%d/%Y}"
            for n, product in enumerate(one.products):
                end = int(held.available[n, day])
                moved = [int(a[n, day]) for a in (held.receipts, held.shipped, held.returned)]
                other = int(held.other[n, day])
                start = end - moved[0] + moved[1] - moved[2] - other
                head = (date, product.fnsku, product.asin, product.sku, product.title)
                flow = (0, moved[0], -moved[1], moved[2], 0, 0, 0, 0, 0, 0, other)
                rows.append((*head, "SELLABLE", start, *flow, end, 0, shop.market))
                if (n + day) % 40 == 0:
                    none = (0,) * 11
                    rows.append((*head, "CUSTOMER_DAMAGED", 1, *none, 1, 0, shop.market))
    return table(LEDGER, rows, report.shops[0])


def listings(seller: Seller, report: Report) -> bytes:
    """All listings as they are: products, and their parents without price and quantity."""
    rows: list[Sequence[object]] = []
    for shop in report.shops:
        one = seller.book(shop)
        today = DAYS[min(one.clock.finished(report.asked), len(DAYS) - 1)]
        there = [p for p in one.products if p.opened <= today]
        held = stock(seller.world, shop.code).available
        level = dict(zip((p.sku for p in one.products), held[:, 0].tolist(), strict=True))
        parents: dict[str, SandboxProduct] = {}
        for product in sorted(there, key=lambda p: (p.opened, p.sku)):
            parents.setdefault(product.parent, product)
        rows += [
            _listing(shop, p, p.sku, p.asin, cents(p.price_cents), level[p.sku]) for p in there
        ]
        rows += [_listing(shop, p, name, p.parent_asin, "", "") for name, p in parents.items()]
    return table(LISTINGS, rows, report.shops[0])


def _listing(
    shop: SandboxShop, product: SandboxProduct, sku: str, asin: str, price: str, quantity: object
) -> Sequence[object]:
    day = product.opened
    noon = datetime(day.year, day.month, day.day, 12, 5, tzinfo=ZoneInfo(shop.time_zone))
    return (
        *(product.title, "", f"{product.number:04d}L{shop.key}", sku, price, quantity),
        *(open_date(shop, noon), "", "y", 1, "", "", 11, "", "", "", asin, "", "", "", "", ""),
        *(asin, "", "", 0, "AMAZON_NA" if shop.market == "US" else "AMAZON_EU", "", "Active"),
    )


def open_date(shop: SandboxShop, moment: datetime) -> str:
    """`2026-03-10 12:05:00 PDT` in the US, `10/03/2026 12:05:00 MEZ` in Europe."""
    zone = _ZONES.get(moment.tzname() or "", "UTC")
    form = "%Y-%m-%d %H:%M:%S" if shop.market == "US" else "%d/%m/%Y %H:%M:%S"
    return f"{moment.strftime(form)} {zone}"


def utc(seconds: int) -> datetime:
    """An instant as a date-time."""
    return datetime.fromtimestamp(seconds, UTC)
