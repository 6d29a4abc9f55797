"""Reading Shopify's answers: orders, refunds and returns as nouns; test orders are left out.

What becomes of them: `shopify_facts`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from sync_service.connectors.json_values import Json, part, text
from sync_service.connectors.shopify_values import shop_money, sku_of, things, whole

FAILED_FULFILMENTS: Final = frozenset({"CANCELLED", "ERROR", "FAILURE"})
RESTOCKED: Final = "RETURN"  # CANCEL is of goods that never left
RETURNED: Final = frozenset({"OPEN", "CLOSED"})


@dataclass(frozen=True, slots=True)
class Line:
    """A line of an order or of a refund."""

    sku: str
    quantity: int
    amount: Decimal  # before discounts; of a refund line its subtotal
    discount: Decimal
    currency: str
    item: str = ""  # id of the order's line
    restocked: bool = False  # of a refund line: the goods came back and are for sale again

    @property
    def paid_each(self) -> Decimal:
        """What a unit cost the buyer after discounts."""
        return (self.amount - self.discount) / self.quantity if self.quantity else Decimal(0)


@dataclass(frozen=True, slots=True)
class ParcelLine:
    """A line of a fulfilment."""

    sku: str
    units: int
    id: str
    item: str  # id of the order's line


@dataclass(frozen=True, slots=True)
class Fulfilment:
    """A parcel; its units are those of the whole parcel."""

    id: str
    created: str
    units: int


@dataclass(frozen=True, slots=True)
class Order:
    """What an order tells, and nothing about who bought."""

    id: str
    created: str
    discounts: Decimal
    currency: str
    lines: tuple[Line, ...]
    fulfilments: tuple[Fulfilment, ...]

    @property
    def whole_parcel(self) -> bool:
        """Whether one fulfilment holds all units of the order."""
        ordered = sum(line.quantity for line in self.lines)
        return len(self.fulfilments) == 1 and self.fulfilments[0].units == ordered


@dataclass(frozen=True, slots=True)
class Refund:
    """A refund as a whole."""

    id: str
    created: str
    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Return:
    """Goods on their way back."""

    created: str
    lines: tuple[ParcelLine, ...]  # of the parcels that they came with


@dataclass(frozen=True, slots=True)
class GivenBack:
    """Refunds and returns of one order."""

    order: str
    created: str
    units: int  # ordered
    fulfilments: tuple[Fulfilment, ...]
    refunds: tuple[Refund, ...]
    returns: tuple[Return, ...]

    @property
    def whole_parcel(self) -> bool:
        """Whether one fulfilment holds all units of the order."""
        return len(self.fulfilments) == 1 and self.fulfilments[0].units == self.units


def read_order(node: Json, lines: Sequence[Json]) -> Order | None:
    """An order; None for a test order."""
    if node.get("test"):
        return None
    discounts, currency = shop_money(node, "totalDiscountsSet")
    return Order(
        id=text(node, "id"),
        created=text(node, "createdAt"),
        discounts=discounts,
        currency=currency,
        lines=tuple(_line(line) for line in lines),
        fulfilments=_fulfilments(node),
    )


def _fulfilments(node: Json) -> tuple[Fulfilment, ...]:
    return tuple(
        Fulfilment(text(one, "id"), text(one, "createdAt"), whole(one, "totalQuantity"))
        for one in things(node, "fulfillments")
        if one.get("status") not in FAILED_FULFILMENTS
    )


def _line(line: Json) -> Line:
    amount, currency = shop_money(line, "originalTotalSet")
    discount = sum(
        (shop_money(one, "allocatedAmountSet")[0] for one in things(line, "discountAllocations")),
        Decimal(0),
    )
    units, item = whole(line, "quantity"), str(line.get("id", ""))
    return Line(sku_of(line), units, amount, discount, currency, item)


def read_refund_line(line: Json) -> Line:
    """A line of a refund."""
    amount, currency = shop_money(line, "subtotalSet")
    of = part(line, "lineItem")
    units, item = whole(line, "quantity"), str(of.get("id", ""))
    back = line.get("restockType") == RESTOCKED
    return Line(sku_of(of), units, amount, Decimal(0), currency, item, restocked=back)


def read_fulfilment_line(line: Json) -> ParcelLine:
    """A line of a fulfilment."""
    units, of = line.get("quantity"), part(line, "lineItem")
    known = int(units) if isinstance(units, int) else 0
    return ParcelLine(sku_of(of), known, str(line.get("id", "")), str(of.get("id", "")))


def read_given_back(node: Json, returns: Sequence[Json]) -> GivenBack | None:
    """Refunds and returns of an order; None for a test order."""
    if node.get("test"):
        return None
    return GivenBack(
        order=text(node, "id"),
        created=text(node, "createdAt"),
        units=whole(node, "subtotalLineItemsQuantity"),
        fulfilments=_fulfilments(node),
        refunds=tuple(_refund(one) for one in things(node, "refunds") if one.get("createdAt")),
        returns=tuple(_return(one) for one in returns if one.get("status") in RETURNED),
    )


def _refund(node: Json) -> Refund:
    amount, currency = shop_money(node, "totalRefundedSet")
    return Refund(text(node, "id"), text(node, "createdAt"), amount, currency)


def _return(node: Json) -> Return:
    lines = node.get("returnLineItems") or []
    found = things({"lines": lines}, "lines")
    return Return(text(node, "createdAt"), tuple(_return_line(one) for one in found if one))


def _return_line(line: Json) -> ParcelLine:
    sent = part(line, "fulfillmentLineItem")
    of = part(sent, "lineItem")
    return ParcelLine(sku_of(of), whole(line, "quantity"), str(sent.get("id", "")), "")
