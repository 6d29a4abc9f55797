"""Shopify's orders, refunds, stock and fees as facts. Pure: what was read in, rows out.

Readings: shop money only; days by the shop's zone; test orders are out, cancelled and unpaid in.

- `shopify.orders` by `createdAt`: `gross_sales` = `originalTotalSet` (before discounts), equal to
  `gmv_amount`, as Shopify's gross already holds cancelled orders. `discounts` are the allocations
  of the lines; what `totalDiscountsSet` has beyond them (shipping discounts) stands under sku `-`.
  `units_shipped`, `orders_shipped` and `sales_shipped` (after discounts) by `createdAt` of
  fulfilments that did not fail. One fulfilment that holds all units of its order needs no second
  question; lines of other fulfilments are asked for by id.
- `shopify.refunds` by `createdAt` of the refund: `returns_amount` = `subtotalSet` of its lines,
  `refund_amount` = `totalRefundedSet`, `units_restocked` = units of `restockType` RETURN.
  `units_returned`, `orders_returned` by `createdAt` of
  returns that are open or closed (not merely requested, declined or cancelled). The same by
  cohort, as far as it is known when asked: `units_refunded_orderday` on the day of the order,
  `units_returned_shipday`, `orders_returned_shipday` and `returns_amount_shipday` (goods refunded)
  on the day of the parcel; what was refunded before it was sent is in no cohort of parcels.
- `shopify.payments` by `transactionDate`: `payment_fees` = `fee` of every transaction;
  `platform_fees` = what transactions of the kinds in `PLATFORM_FEES` took.
- `shopify.stock`: available and incoming of tracked items, added over locations, at the instant of
  asking. `shopify.products`: a product is a parent; by `publishedAt`.
- A line without a SKU stands under `-`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Final

from kpi.model import Window
from sync_service.connectors.json_values import Json, part, text
from sync_service.connectors.kernel import ContractBroken, FactRow, ShopRef
from sync_service.connectors.shop_days import day_of, iso_day
from sync_service.connectors.shopify_parse import GivenBack, Line, Order, ParcelLine, Refund
from sync_service.connectors.shopify_values import decimal, sku_of, things, whole
from sync_service.connectors.tally import NO_PRODUCT, Distinct, Tally

MOST_EXACT: Final = Decimal("0.0001")  # of an amount of the facts
PLATFORM_FEES: Final = frozenset(
    {
        "REFERRAL_FEE",
        "REFERRAL_FEE_TAX",
        "MARKETPLACE_FEE_CREDIT",
        "MARKETPLACE_FEE_CREDIT_REVERSAL",
        "BILLING_DEBIT",
        "BILLING_DEBIT_REVERSAL",
        "APPLICATION_FEE_REFUND",
    }
)


def order_facts(
    orders: Iterable[Order],
    parcels: Mapping[str, Sequence[ParcelLine]],
    shop: ShopRef,
    window: Window,
) -> list[FactRow]:
    """Orders of a window, and what was shipped in it; `parcels` by id of the fulfilment."""
    tally, sent = Tally(window, shop.currency), Distinct()
    for order in orders:
        _placed(order, day_of(order.created, shop.time_zone), tally)
        for parcel in order.fulfilments:
            day = day_of(parcel.created, shop.time_zone)
            sent.add(day, order.id)
            _sent(order, parcels.get(parcel.id, _all_units(order)), day, tally)
    sent.into(tally, "orders_shipped")
    return tally.rows()


def _all_units(order: Order) -> list[ParcelLine]:
    return [ParcelLine(line.sku, line.quantity, "", line.item) for line in order.lines]


def _sent(order: Order, parcel: Iterable[ParcelLine], day: date, tally: Tally) -> None:
    """Units of a parcel and what they were sold for, to the hundredth of a cent."""
    paid = {line.item: line.paid_each for line in order.lines}
    for line in parcel:
        value = (paid.get(line.item, Decimal(0)) * line.units).quantize(MOST_EXACT)
        tally.add(day, "units_shipped", line.units, line.sku, currency=order.currency)
        tally.add(day, "sales_shipped", value, line.sku, currency=order.currency)


def _placed(order: Order, day: date, tally: Tally) -> None:
    tally.add(day, "orders_count", 1)
    tally.add(day, "order_items_count", len(order.lines))
    rest = order.discounts
    for line in order.lines:
        rest -= line.discount
        cells: dict[str, Decimal | int] = {
            "gross_sales": line.amount,
            "gmv_amount": line.amount,
            "discounts": line.discount,
            "units_ordered": line.quantity,
        }
        for measure, value in cells.items():
            tally.add(day, measure, value, line.sku, currency=line.currency)
    if rest:
        tally.add(day, "discounts", rest, NO_PRODUCT, currency=order.currency)


def split_parcels(orders: Iterable[Order], shop: ShopRef, window: Window) -> list[str]:
    """Fulfilments of the window whose lines have to be asked for."""
    return [
        parcel.id
        for order in orders
        if not order.whole_parcel
        for parcel in order.fulfilments
        if window.start <= day_of(parcel.created, shop.time_zone) < window.end
    ]


def refunds_asked(backs: Iterable[GivenBack], shop: ShopRef, window: Window) -> list[Refund]:
    """Refunds of the window, and those of orders or parcels of the window."""
    return [
        refund
        for back in backs
        for refund in back.refunds
        if any(
            window.start <= day_of(moment, shop.time_zone) < window.end
            for moment in (refund.created, back.created, *(p.created for p in back.fulfilments))
        )
    ]


def split_cohorts(backs: Iterable[GivenBack]) -> list[str]:
    """Parcels of which it has to be asked what was in them, to know which one came back."""
    return [
        parcel.id
        for back in backs
        if (back.refunds or back.returns) and not back.whole_parcel
        for parcel in back.fulfilments
    ]


def refund_facts(
    backs: Sequence[GivenBack],
    lines: Mapping[str, Sequence[Line]],
    parcels: Mapping[str, Sequence[ParcelLine]],
    shop: ShopRef,
    window: Window,
) -> list[FactRow]:
    """Refunds and returns of a window and its cohorts; `lines` and `parcels` by their ids."""
    tally, orders_back, parcels_back = Tally(window, shop.currency), Distinct(), Distinct()
    for back in backs:
        sent = _Sent(back, parcels, shop)
        ordered = day_of(back.created, shop.time_zone)
        for refund in back.refunds:
            day = day_of(refund.created, shop.time_zone)
            tally.add(day, "refund_amount", refund.amount, currency=refund.currency)
            for line in lines.get(refund.id, ()):
                _refunded(line, (day, ordered, sent.day(line.item)), tally)
        for one in back.returns:
            day = day_of(one.created, shop.time_zone)
            orders_back.add(day, back.order)
            for came in one.lines:
                tally.add(day, "units_returned", came.units, came.sku)
                parcel = sent.day(came.id)
                if parcel is not None:
                    tally.add(parcel, "units_returned_shipday", came.units, came.sku)
                    parcels_back.add(parcel, back.order)
    orders_back.into(tally, "orders_returned")
    parcels_back.into(tally, "orders_returned_shipday")
    return tally.rows()


def _refunded(line: Line, days: tuple[date, date, date | None], tally: Tally) -> None:
    """A line of a refund on its own day, on the day of the order and on that of the parcel."""
    day, ordered, sent = days
    tally.add(day, "returns_amount", line.amount, line.sku, currency=line.currency)
    tally.add(day, "units_refunded", line.quantity, line.sku, currency=line.currency)
    tally.add(ordered, "units_refunded_orderday", line.quantity, line.sku, currency=line.currency)
    restocked = line.quantity if line.restocked else 0
    tally.add(day, "units_restocked", restocked, line.sku, currency=line.currency)
    if sent is not None:
        tally.add(sent, "returns_amount_shipday", line.amount, line.sku, currency=line.currency)


class _Sent:
    """On which day each line of an order was sent; of a line in two parcels the first."""

    def __init__(
        self, back: GivenBack, parcels: Mapping[str, Sequence[ParcelLine]], shop: ShopRef
    ) -> None:
        self._days: dict[str, date] = {}
        self._whole: date | None = None
        for parcel in sorted(back.fulfilments, key=lambda one: one.created):
            day = day_of(parcel.created, shop.time_zone)
            self._whole = day if back.whole_parcel else None
            for line in parcels.get(parcel.id, ()):
                self._days.setdefault(line.id, day)
                self._days.setdefault(line.item, day)

    def day(self, line: str) -> date | None:
        """The day of a line by its id in the parcel or in the order; None: not sent."""
        return self._whole or self._days.get(line)


def stock_facts(
    items: Iterable[Json],
    levels: Mapping[str, Sequence[Json]],
    shop: ShopRef,
    day: date,
) -> list[FactRow]:
    """Stock of tracked items, added over locations; `levels` by id of the item."""
    names = {"available": "available_units", "incoming": "inbound_units"}
    tally = Tally(Window(day, day.fromordinal(day.toordinal() + 1)), shop.currency)
    for item in items:
        if item.get("tracked") is False:
            continue
        for level in levels[text(item, "id")]:
            for quantity in things(level, "quantities"):
                measure = names.get(str(quantity.get("name")))
                if measure:
                    tally.add(day, measure, whole(quantity, "quantity"), sku_of(item))
    return tally.rows()


def product_facts(nodes: Iterable[Json], shop: ShopRef, window: Window) -> list[FactRow]:
    """Products by day of publication."""
    tally = Tally(window, shop.currency)
    for node in nodes:
        if node.get("publishedAt"):
            day = day_of(text(node, "publishedAt"), shop.time_zone)
            tally.add(day, "listings_new_parent", 1)
    return tally.rows()


def fee_facts(nodes: Iterable[Json], shop: ShopRef, window: Window) -> list[FactRow]:
    """What Shopify Payments and the platform took."""
    tally = Tally(window, shop.currency)
    for node in nodes:
        if node.get("test"):
            continue
        day = day_of(text(node, "transactionDate"), shop.time_zone)
        fee = part(node, "fee")
        tally.add(day, "payment_fees", decimal(fee), currency=text(fee, "currencyCode"))
        if node.get("type") in PLATFORM_FEES:
            taken = part(node, "amount")
            tally.add(day, "platform_fees", -decimal(taken), currency=text(taken, "currencyCode"))
    return tally.rows()


def by_day(answer: Json, measure: str, tally: Tally) -> None:
    """One measure of a ShopifyQL answer; a day without a row is unknown."""
    errors = answer.get("parseErrors")
    if errors:
        raise ContractBroken(f"ShopifyQL: {errors}")
    table = part(answer, "tableData")
    columns = [text(column, "name") for column in things(table, "columns")]
    rows = table.get("rows")
    if not isinstance(rows, list) or not {"day", measure} <= set(columns):
        raise ContractBroken(f"ShopifyQL gave the columns {columns}")
    for row in rows:
        cells = row if isinstance(row, Mapping) else dict(zip(columns, row, strict=True))
        tally.add(iso_day(str(cells["day"])), measure, _told(cells[measure], measure))


def _told(value: object, measure: str) -> int | Decimal:
    try:
        return Decimal(str(value)) if measure == "gross_sales" else int(str(value))
    except (ValueError, InvalidOperation) as error:
        raise ContractBroken(f"{value!r} is no value of {measure}") from error
