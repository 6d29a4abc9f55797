"""One Shopify order with its lines, refunds, returns and parcels, as of an instant."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sync_service.sandbox.shopify_paging import Entry, bag, fixed, money, text
from sync_service.sandbox.simulator import NEVER, Book, Ints, Lines
from sync_service.sandbox.view import View
from sync_service.sandbox.wire import Json

FIRST_NUMBER = 5_000_000_000_000
_ALL = slice(None)


def paid(one: Book, rows: slice = _ALL) -> Ints:
    """What the buyer paid for each line, tax included, in cents."""
    lines = one.lines
    net = lines.price[rows] - lines.discount[rows]
    return net + lines.tax[rows] if one.shop.market == "US" else net


def refund_paid(one: Book, row: int) -> int:
    """What a buyer got back for a line, tax included."""
    lines = one.lines
    added = int(lines.refund_tax[row]) if one.shop.market == "US" else 0
    return int(lines.refund[row]) + added


def order_number(one: Book, index: int) -> int:
    """Shopify's number of an order."""
    return FIRST_NUMBER + one.shop.key % 1_000_000 * 1_000_000 + index


@dataclass(frozen=True, slots=True)
class Order:
    """The lines from `start` to `end` as one order."""

    view: View
    start: int
    end: int
    product: Callable[[int], Json]  # of the SKU's index
    variant: Callable[[int], Json]

    @property
    def lines(self) -> Lines:
        """All lines of the shop."""
        return self.view.book.lines

    @property
    def currency(self) -> str:
        """The shop's money."""
        return self.view.book.shop.currency

    @property
    def number(self) -> int:
        """The order's number."""
        return order_number(self.view.book, int(self.lines.order[self.start]))

    def gid(self, kind: str, row: int) -> str:
        """A global id of something that belongs to a line."""
        return f"gid://shopify/{kind}/{self.number * 10 + row - self.start}"

    def happened(self, event: int) -> bool:
        """Whether an event has come."""
        return event <= self.view.now

    def json(self, changed: int) -> Json:
        """The order as the API shows it."""
        lines, rows = self.lines, range(self.start, self.end)
        cancelled = self.happened(int(lines.cancelled[self.start]))
        made = text(int(lines.bought[self.start]))
        return {
            "__typename": "Order",
            "id": f"gid://shopify/Order/{self.number}",
            "name": f"#{1000 + int(lines.order[self.start])}",
            "createdAt": made,
            "processedAt": made,
            "updatedAt": text(changed),
            "cancelledAt": text(int(lines.cancelled[self.start])) if cancelled else None,
            "currencyCode": self.currency,
            "taxesIncluded": self.view.book.shop.market != "US",
            "test": False,
            "displayFinancialStatus": "REFUNDED" if cancelled else "PAID",
            "displayFulfillmentStatus": "FULFILLED" if self._sent() else "UNFULFILLED",
            "subtotalLineItemsQuantity": int(lines.quantity[self.start : self.end].sum()),
            **self._amounts(),
            "refunds": lambda _: self.refunds(),
            "returns": fixed(self._returns()),
            "fulfillments": lambda _: self.fulfilments(),
            "lineItems": fixed([Entry(row, row, self._line_maker(row)) for row in rows]),
        }

    def _amounts(self) -> Json:
        """Amounts of the whole order; made when asked for, a year of orders is many."""
        lines, span = self.lines, slice(self.start, self.end)
        rows = range(self.start, self.end)

        def sums(values: Callable[[], Ints]) -> Callable[[object], Json]:
            return lambda _: bag(int(values().sum()), self.currency)

        back = [self._refunded(row) for row in rows]
        return {
            "totalPriceSet": sums(lambda: paid(self.view.book, span)),
            "subtotalPriceSet": sums(lambda: lines.price[span] - lines.discount[span]),
            "totalRefundedSet": bag(sum(back), self.currency),
            "totalDiscountsSet": sums(lambda: lines.discount[span]),
            "totalTaxSet": sums(lambda: lines.tax[span]),
            "totalShippingPriceSet": bag(0, self.currency),
        }

    def _sent(self) -> bool:
        return self.happened(int(self.lines.shipped[self.start]))

    def _refunded(self, row: int) -> int:
        if self.happened(int(self.lines.cancelled[row])):
            return int(paid(self.view.book, slice(row, row + 1))[0])
        back = self.happened(int(self.lines.refunded[row]))
        return refund_paid(self.view.book, row) if back else 0

    def _line_maker(self, row: int) -> Callable[[], Json]:
        return lambda: self.line(row)

    def line(self, row: int) -> Json:
        """One line item."""
        lines, currency = self.lines, self.currency
        sku = int(lines.sku[row])
        product = self.view.book.products[sku]
        price, discount = int(lines.price[row]), int(lines.discount[row])
        quantity = int(lines.quantity[row])
        allocation = {
            "allocatedAmount": money(discount, currency),
            "allocatedAmountSet": bag(discount, currency),
        }
        return {
            "id": self.gid("LineItem", row),
            "sku": product.sku,
            "title": product.title,
            "name": product.title,
            "quantity": quantity,
            "currentQuantity": quantity - self._gone(row),
            "originalTotalSet": bag(price, currency),
            "originalUnitPriceSet": bag(price // quantity, currency),
            "discountedTotalSet": bag(price - discount, currency),
            "totalDiscountSet": bag(discount, currency),
            "discountAllocations": [allocation] if discount else [],
            "variant": lambda _: self.variant(sku),
            "product": lambda _: self.product(sku),
        }

    def _gone(self, row: int) -> int:
        """Units that are no longer in the order."""
        lines = self.lines
        if self.happened(int(lines.cancelled[row])):
            return int(lines.quantity[row])
        return int(lines.refund_quantity[row]) if self.happened(int(lines.refunded[row])) else 0

    def refunds(self) -> list[Json]:
        """The whole order when cancelled; else a refund for each line that had one."""
        rows = range(self.start, self.end)
        if self.happened(int(self.lines.cancelled[self.start])):
            return [self._cancellation(list(rows))]
        return [self._refund(row) for row in rows if self.happened(int(self.lines.refunded[row]))]

    def _cancellation(self, rows: list[int]) -> Json:
        lines = self.lines
        values = [
            (row, int(lines.quantity[row]), int(lines.price[row] - lines.discount[row]), "CANCEL")
            for row in rows
        ]
        total = int(paid(self.view.book, slice(self.start, self.end)).sum())
        return self._refund_json(int(lines.cancelled[rows[0]]), values, total, None)

    def _refund(self, row: int) -> Json:
        lines = self.lines
        goods = int(lines.returned[row]) < NEVER
        how = "RETURN" if goods else "NO_RESTOCK"
        values = [(row, int(lines.refund_quantity[row]), int(lines.refund[row]), how)]
        total = refund_paid(self.view.book, row)
        back = self.return_json(row) if goods else None
        return self._refund_json(int(lines.refunded[row]), values, total, back)

    def _refund_json(
        self, at: int, values: list[tuple[int, int, int, str]], total: int, back: Json | None
    ) -> Json:
        entries = [Entry(one[0], one[0], self._refund_line(*one)) for one in values]
        return {
            "__typename": "Refund",
            "id": self.gid("Refund", values[0][0]),
            "createdAt": text(at),
            "processedAt": text(at),
            "updatedAt": text(at),
            "totalRefundedSet": bag(total, self.currency),
            "return": back,
            "refundLineItems": fixed(entries),
            "refundShippingLines": fixed([]),
            "orderAdjustments": fixed([]),
        }

    def _refund_line(self, row: int, units: int, amount: int, how: str) -> Callable[[], Json]:
        return lambda: {
            "id": self.gid("RefundLineItem", row),
            "quantity": units,
            "restockType": how,
            "restocked": how != "NO_RESTOCK",
            "subtotalSet": bag(amount, self.currency),
            "totalTaxSet": bag(int(self.lines.refund_tax[row]), self.currency),
            "priceSet": bag(amount // units, self.currency),
            "lineItem": self.line(row),
        }

    def _returns(self) -> list[Entry]:
        rows = range(self.start, self.end)
        return [
            Entry(int(self.lines.returned[row]), row, self._return_maker(row))
            for row in rows
            if self.happened(int(self.lines.returned[row]))
        ]

    def _return_maker(self, row: int) -> Callable[[], Json]:
        return lambda: self.return_json(row)

    def return_json(self, row: int) -> Json:
        """The return of a line; it closes with the refund."""
        lines = self.lines
        units, at, closed_at = (
            int(of[row]) for of in (lines.return_quantity, lines.returned, lines.refunded)
        )
        closed = self.happened(closed_at)
        return {
            "__typename": "Return",
            "id": self.gid("Return", row),
            "name": f"#{1000 + int(lines.order[row])}-R{row - self.start + 1}",
            "status": "CLOSED" if closed else "OPEN",
            "createdAt": text(at),
            "requestApprovedAt": text(at),
            "closedAt": text(closed_at) if closed else None,
            "totalQuantity": units,
            "returnLineItems": fixed([Entry(row, row, self._return_line(row, closed=closed))]),
            "refunds": fixed([]),
        }

    def _return_line(self, row: int, *, closed: bool) -> Callable[[], Json]:
        units = int(self.lines.return_quantity[row])
        return lambda: {
            "__typename": "ReturnLineItem",
            "id": self.gid("ReturnLineItem", row),
            "quantity": units,
            "refundedQuantity": units if closed else 0,
            "processedQuantity": units,
            "returnReason": "UNWANTED",
            "fulfillmentLineItem": self._fulfilled(row),
        }

    def _fulfilled(self, row: int) -> Json:
        return {
            "id": self.gid("FulfillmentLineItem", row),
            "quantity": int(self.lines.quantity[row]),
            "lineItem": self.line(row),
        }

    def fulfilments(self) -> list[Json]:
        """One parcel for the whole order."""
        if not self._sent():
            return []
        at = text(int(self.lines.shipped[self.start]))
        rows = range(self.start, self.end)
        entries = [Entry(row, row, self._fulfilled_maker(row)) for row in rows]
        parcel = {
            "__typename": "Fulfillment",
            "id": self.gid("Fulfillment", self.start),
            "createdAt": at,
            "updatedAt": at,
            "deliveredAt": None,
            "displayStatus": "FULFILLED",
            "status": "SUCCESS",
            "totalQuantity": int(self.lines.quantity[self.start : self.end].sum()),
            "fulfillmentLineItems": fixed(entries),
        }
        return [parcel]

    def _fulfilled_maker(self, row: int) -> Callable[[], Json]:
        return lambda: self._fulfilled(row)
