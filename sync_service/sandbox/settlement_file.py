"""Amazon's settlement, Flat File V2: every charge of some days on a line of its own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime

import numpy as np

from sync_service.sandbox.amazon_answers import cents, iso, order_id
from sync_service.sandbox.amazon_ledger import REFUND, RETURN_FEE, SHIPMENT, ledger, parts_of
from sync_service.sandbox.simulator import Book
from sync_service.sandbox.world import World

SETTLEMENT_HEADER = (
    "settlement-id,settlement-start-date,settlement-end-date,deposit-date,total-amount,currency,"
    "transaction-type,order-id,merchant-order-id,adjustment-id,shipment-id,marketplace-name,"
    "amount-type,amount-description,amount,fulfillment-id,posted-date,posted-date-time,"
    "order-item-code,merchant-order-item-id,merchant-adjustment-item-id,sku,quantity-purchased,"
    "promotion-id"
)


def settlement(world: World, one: Book, first: date, last: date) -> bytes:
    """The transactions of some days as a settlement; the first line carries the total."""
    start, end = one.clock.index(first), one.clock.index(last) + 1
    low, high = (int(one.clock.midnights[n]) for n in (start, end))
    rows: list[list[object]] = []
    total = 0
    number = f"{20_000_000_000 + one.shop.key}"
    book_ = ledger(world, one)
    names = {SHIPMENT: "Order", REFUND: "Refund", RETURN_FEE: "other-transaction"}
    for n in range(*np.searchsorted(book_.posted, (low, high)).tolist()):
        kind, posted = int(book_.kind[n]), int(book_.posted[n])
        if kind not in names:
            continue
        for row, units, kinds in parts_of(one, book_, n):
            for group, charges in kinds.items():
                for charge, value in charges.items():
                    if value:
                        total += value
                        line = (names[kind], group, charge, value)
                        rows.append(_settled(one, number, posted, row, units, line))
    dates = [f"{iso([at])[0][:19].replace('T', ' ')} UTC" for at in (low, high - 1)]
    head = [number, *dates, dates[1], cents(total), one.shop.currency, *[""] * 18]
    table: list[Sequence[object]] = [SETTLEMENT_HEADER.split(","), head, *rows]
    lines = ["\t".join(map(str, row)) for row in table]
    return ("\n".join(lines) + "\n").encode("utf-8" if one.shop.market == "US" else "cp1252")


_SETTLED = {  # group of the finance breakdown -> amount-type and our name for the charge
    "ProductCharges": "ItemPrice",
    "Tax": "ItemPrice",
    "PromotionRebates": "Promotion",
    "TaxWithheld": "ItemFees",
    "AmazonFees": "ItemFees",
}
_DESCRIPTIONS = {
    "OurPricePrincipal": "Principal",
    "OurPriceTax": "Tax",
    "PromotionDiscount": "Principal",
    "MarketplaceFacilitatorTax-Principal": "MarketplaceFacilitatorTax-Principal",
}


def _settled(
    one: Book, number: str, posted: int, row: int, units: int, line: tuple[str, str, str, int]
) -> list[object]:
    kind, group, charge, value = line
    when = f"{datetime.fromtimestamp(posted, UTC):%Y-%m-%d %H:%M:%S} UTC"
    order = order_id(one.shop, int(one.lines.order[row]))
    known = kind != "other-transaction"
    return [
        *(number, "", "", "", "", one.shop.currency, kind, order, "", "", f"D{row:09d}"),
        *(one.shop.marketplace_name.lower(), _SETTLED[group] if known else kind),
        *(_DESCRIPTIONS.get(charge, charge), cents(value), "AFN", f"{when[:10]} 00:00:00 UTC"),
        *(when, f"{row:014d}", "", "", one.products[one.lines.sku[row]].sku, units, ""),
    ]
