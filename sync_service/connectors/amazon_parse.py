"""Amazon's flat files as facts. Pure: bytes in, rows out.

The readings that were chosen where the report leaves several open:

- **Orders** (`amazon.orders`, by order date). The day is the shop-local day of `purchase-date`.
  `gross_sales` is `item-price` (before promotions, as printed: with VAT in the EU, without tax in
  the US); `gmv_amount` also holds cancelled lines. `discounts` is `item-promotion-discount` plus
  `ship-promotion-discount`, as positive amounts, of lines that are not cancelled.
  A line is cancelled when `order-status` or `item-status` is `Cancelled`. `orders_count` counts
  orders with at least one line that is not cancelled, `orders_cancelled_buyer` the orders all of
  whose lines are cancelled (the report does not say who cancelled). `order_items_count` counts
  lines that are not cancelled.
- **Units shipped.** The report prints no day of shipment. A line whose `item-status` is `Shipped`
  was shipped on the local day of its `last-updated-date`, its last change. The report is asked
  from `SHIPPING_LEAD` days earlier, so that orders shipped in the window are in it. Likewise
  `orders_shipped`, and `sales_shipped` = `item-price` less `item-promotion-discount`.
- A line without `item-price` that is not cancelled is pending: its units count, its sales come
  when Amazon prints the price, and a warning says how many there are.
- Lines of another sales channel (`Non-Amazon`, another country's site) are left out.
- **Returns** (`amazon.returns`): the day is the local day of `return-date`; an order counts once
  a day in `orders_returned`, whatever the number of lines. `units_restocked` are those whose
  `detailed-disposition` is `SELLABLE`.
- **Stock ledger** (`amazon.stock_ledger`): `available_units` is the ending balance of disposition
  `SELLABLE` at the marketplace's country, added over its lines of the day.
- **Listings** (`amazon.listings`): a new listing is a parent or a product without variants, on the
  local day of `open-date`. The report has no column for it: where the shop's product table names
  parents (option `parents`, JSON sku -> parent), children are left out; otherwise lines without
  price and quantity are the parents; where there is neither, every line counts, with a warning.
  `listings_new_variant` are the other lines, unknown where nothing tells parents.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Final

from kpi.model import Window
from sync_service.connectors.flat_file import count, lines_of, money
from sync_service.connectors.keep_lists import names
from sync_service.connectors.kernel import ContractBroken, FactRow, ShopRef
from sync_service.connectors.shop_days import day_of
from sync_service.connectors.tally import Distinct, Doubts, Tally

SHIPPING_LEAD: Final = 6  # days; with windows of 24 days a report stays inside Amazon's 30

ORDERS_KEPT: Final = frozenset(
    {
        "amazon-order-id",
        "purchase-date",
        "last-updated-date",
        "order-status",
        "sales-channel",
        "sku",
        "item-status",
        "quantity",
        "currency",
        "item-price",
        "item-promotion-discount",
        "ship-promotion-discount",
    }
)
ORDERS_DROPPED: Final = names(
    """merchant-order-id fulfillment-channel order-channel url ship-service-level product-name asin
    item-tax shipping-price shipping-tax gift-wrap-price gift-wrap-tax ship-city ship-state
    ship-postal-code ship-country promotion-ids is-business-order purchase-order-number
    price-designation customized-url customized-page is-replacement-order original-order-id
    is-amazon-invoiced vat-exclusive-item-price vat-exclusive-shipping-price
    vat-exclusive-giftwrap-price licensee-name license-number license-state license-expiration-date
    order-invoice-type invoice-business-legal-name invoice-business-address
    invoice-business-tax-id invoice-business-tax-office is-iba is-transparency
    is-buyer-requested-cancellation buyer-requested-cancel-reason signature-confirmation-recommended
    default-ship-from-address-name number-of-items"""
)
RETURNS_KEPT: Final = frozenset(
    {"return-date", "order-id", "sku", "quantity", "detailed-disposition"}
)
RETURNS_DROPPED: Final = names(
    """asin fnsku product-name fulfillment-center-id reason status
    license-plate-number customer-comments"""
)
LEDGER_KEPT: Final = frozenset(
    {"date", "msku", "disposition", "ending warehouse balance", "location"}
)
LEDGER_DROPPED: Final = frozenset(
    {
        "fnsku",
        "asin",
        "title",
        "starting warehouse balance",
        "in transit between warehouses",
        "receipts",
        "customer shipments",
        "customer returns",
        "vendor returns",
        "warehouse transfer in/out",
        "found",
        "lost",
        "damaged",
        "disposed",
        "other events",
        "unknown events",
        "store",
    }
)
LISTINGS_KEPT: Final = frozenset({"seller-sku", "price", "quantity", "open-date", "asin1"})
LISTINGS_DROPPED: Final = names(
    """item-name item-description listing-id image-url item-is-marketplace product-id-type
    zshop-shipping-fee item-note item-condition zshop-category1 zshop-browse-path
    zshop-storefront-feature asin2 asin3 will-ship-internationally expedited-shipping zshop-boldface
    product-id bid-for-featured-placement add-delete pending-quantity fulfillment-channel
    optional-payment-type-exclusion merchant-shipping-group status minimum-seller-allowed-price
    maximum-seller-allowed-price business-price"""
)


def orders(
    payload: bytes, shop: ShopRef, window: Window, channel: str | None, doubts: Doubts
) -> list[FactRow]:
    """The orders report as facts of the window."""
    tally = Tally(window, shop.currency)
    placed, cancelled, sent = Distinct(), Distinct(), Distinct()
    for line in lines_of(payload, tuple(sorted(ORDERS_KEPT))):
        sold_on = line["sales-channel"].strip()
        if channel and sold_on and sold_on.lower() != channel.lower():
            doubts.add(f"outside_marketplace:{sold_on[:40]}", "")
            continue
        day = day_of(line["purchase-date"], shop.time_zone)
        gone = "cancelled" in {line["order-status"].lower(), line["item-status"].lower()}
        (cancelled if gone else placed).add(day, line["amazon-order-id"])
        _order_money(line, day, tally, doubts, gone=gone)
        if not gone:
            _order_units(line, day, tally)
            _order_sent(line, shop, tally, sent)
    placed.into(tally, "orders_count")
    sent.into(tally, "orders_shipped")
    for day, orders_gone in cancelled.seen.items():
        tally.add(day, "orders_cancelled_buyer", len(orders_gone - placed.seen.get(day, set())))
    return tally.rows()


def _order_money(
    line: Mapping[str, str], day: date, tally: Tally, doubts: Doubts, *, gone: bool
) -> None:
    price = money(line["item-price"])
    sku, currency = line["sku"], line["currency"]
    if price is None and not gone and tally.window.start <= day < tally.window.end:
        doubts.add("price_pending", day.isoformat())
    if price is not None:
        tally.add(day, "gmv_amount", price, sku, currency=currency)
    if gone:
        return
    off = (money(line["item-promotion-discount"]), money(line["ship-promotion-discount"]))
    tally.add(day, "gross_sales", price or Decimal(0), sku, currency=currency)
    discount = sum((abs(part) for part in off if part), Decimal(0))
    tally.add(day, "discounts", discount, sku, currency=currency)


def _order_units(line: Mapping[str, str], day: date, tally: Tally) -> None:
    units = count(line["quantity"]) or 0
    tally.add(day, "units_ordered", units, line["sku"], currency=line["currency"])
    tally.add(day, "order_items_count", 1)


def _order_sent(line: Mapping[str, str], shop: ShopRef, tally: Tally, sent: Distinct) -> None:
    if line["item-status"].lower() != "shipped":
        return
    day, sku = day_of(line["last-updated-date"], shop.time_zone), line["sku"]
    off = abs(money(line["item-promotion-discount"]) or Decimal(0))
    value = (money(line["item-price"]) or Decimal(0)) - off
    sent.add(day, line["amazon-order-id"])
    tally.add(day, "units_shipped", count(line["quantity"]) or 0, sku, currency=line["currency"])
    tally.add(day, "sales_shipped", value, sku, currency=line["currency"])


def returns(payload: bytes, shop: ShopRef, window: Window) -> list[FactRow]:
    """The returns report as facts of the window."""
    tally, orders_back = Tally(window, shop.currency), Distinct()
    for line in lines_of(payload, tuple(sorted(RETURNS_KEPT))):
        day = day_of(line["return-date"], shop.time_zone)
        units = count(line["quantity"]) or 0
        good = line["detailed-disposition"].strip().upper() == "SELLABLE"
        tally.add(day, "units_returned", units, line["sku"])
        tally.add(day, "units_restocked", units if good else 0, line["sku"])
        orders_back.add(day, line["order-id"])
    orders_back.into(tally, "orders_returned")
    return tally.rows()


def ledger(payload: bytes, shop: ShopRef, window: Window, country: str) -> list[FactRow]:
    """The stock ledger as facts of the window."""
    tally = Tally(window, shop.currency)
    for line in lines_of(payload, tuple(sorted(LEDGER_KEPT))):
        here = line["location"].strip().upper() in {country, ""}
        if not here or line["disposition"].strip().upper() != "SELLABLE":
            continue
        balance = count(line["ending warehouse balance"])
        if balance is not None:
            tally.add(_ledger_day(line["date"]), "available_units", balance, line["msku"])
    return tally.rows()


@lru_cache(maxsize=1024)
def _ledger_day(text: str) -> date:
    """The ledger prints 10/21/2026 in every marketplace; ISO is taken too."""
    for form in ("%m/%d/%Y", "%Y-%m-%d"):
        try:
            return datetime.strptime(text.strip()[:10], form).date()  # noqa: DTZ007 - a day, no instant
        except ValueError:
            continue
    raise ContractBroken(f"{text[:40]!r} is no day of the stock ledger")


ZONE_NAMES: Final = {
    "PST": "-08:00",
    "PDT": "-07:00",
    "MST": "-07:00",
    "EST": "-05:00",
    "EDT": "-04:00",
    "BRT": "-03:00",
    "GMT": "+00:00",
    "UTC": "+00:00",
    "BST": "+01:00",
    "CET": "+01:00",
    "MEZ": "+01:00",
    "CEST": "+02:00",
    "MEST": "+02:00",
    "MESZ": "+02:00",
    "JST": "+09:00",
    "AEST": "+10:00",
    "AEDT": "+11:00",
}


def open_day(text: str, time_zone: str) -> date:
    """The local day of an `open-date`: 2026-03-10 08:15:22 PDT, 10/03/2026 08:15:22 MEZ, ISO."""
    words = text.strip().split()
    if len(words) == 3 and words[2] in ZONE_NAMES:  # noqa: PLR2004 - day, time, zone
        day = words[0]
        if "/" in day:  # European sites print day/month/year
            first, month, year = day.split("/")
            day = f"{year}-{month}-{first}"
        return day_of(f"{day}T{words[1]}{ZONE_NAMES[words[2]]}", time_zone)
    return day_of(text.strip(), time_zone)


def listings(
    payload: bytes, shop: ShopRef, window: Window, parents: Mapping[str, str], doubts: Doubts
) -> list[FactRow]:
    """New parents and variants by day of opening."""
    lines = [line for line in lines_of(payload, tuple(sorted(LISTINGS_KEPT))) if line["open-date"]]
    tally, heads = Tally(window, shop.currency), _parents(lines, parents)
    for line, head in zip(lines, heads, strict=True):
        day = open_day(line["open-date"], shop.time_zone)
        tally.add(day, "listings_new_parent" if head else "listings_new_variant", 1)
    if lines and all(heads) and not parents:
        doubts.add("parents_unknown", "")
        for day in window.each():
            tally.forget(day, "listings_new_variant")
    return tally.rows()


def _parents(lines: Sequence[Mapping[str, str]], parents: Mapping[str, str]) -> list[bool]:
    """Of each line whether it is a parent or a product without variants; all where none tells."""
    if parents:
        return [not parents.get(line["seller-sku"]) for line in lines]
    bare = [not line["price"].strip() and not line["quantity"].strip() for line in lines]
    return bare if any(bare) else [True] * len(lines)


def skus_by_asin(payload: bytes) -> dict[str, str]:
    """ASIN -> SKU of the listings report; of several SKUs the first by name."""
    found: dict[str, str] = {}
    for line in lines_of(payload, ("asin1", "seller-sku")):
        asin, sku = line["asin1"].strip(), line["seller-sku"].strip()
        if asin and sku:
            found[asin] = min(sku, found.get(asin, sku))
    return found
