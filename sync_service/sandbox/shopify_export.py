"""Shopify's own export of orders, the buyer's columns marked so that tests find them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from sync_service.sandbox.amazon_answers import cents
from sync_service.sandbox.amazon_flat import CANARY
from sync_service.sandbox.file_forms import Rows, csv_bytes
from sync_service.sandbox.simulator import Book, seconds

SHOPIFY_HEADER = (
    "Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Accepts Marketing,"
    "Currency,Subtotal,Shipping,Taxes,Total,Discount Code,Discount Amount,Shipping Method,"
    "Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem compare at price,"
    "Lineitem sku,Lineitem requires shipping,Lineitem taxable,Lineitem fulfillment status,"
    "Billing Name,Billing Phone,Shipping Name,Shipping City,Notes,Cancelled at,Payment Method,"
    "Refunded Amount,Vendor,Id"
)


def export_file(one: Book, as_of: datetime) -> dict[str, bytes]:
    """Name and content of the export of a store's last ninety days."""
    content = csv_bytes(SHOPIFY_HEADER, _rows(one, as_of), "utf-8")
    return {f"orders_export-{one.shop.code}.csv": content}


def _rows(one: Book, as_of: datetime) -> Rows:
    """Shopify's export: order columns stand on the first line of an order only."""
    now, lines = seconds(as_of), one.lines
    since = seconds(as_of - timedelta(days=90))
    low, high = np.searchsorted(lines.bought, (since, now)).tolist()
    for row in range(low, high):
        first = row == low or lines.order[row] != lines.order[row - 1]
        yield _export_row(one, row, now, first=first)


def _export_row(one: Book, row: int, now: int, *, first: bool) -> Sequence[object]:
    lines = one.lines
    product = one.products[lines.sku[row]]
    order = np.flatnonzero(lines.order[row : row + 2] == lines.order[row]) + row
    net, tax, off = (
        int((values[order]).sum())
        for values in (lines.price - lines.discount, lines.tax, lines.discount)
    )
    total = net + tax if one.shop.market == "US" else net
    sent, lost = int(lines.shipped[row]) <= now, int(lines.cancelled[row]) <= now
    back = sum(int(lines.refund[n]) for n in order if lines.refunded[n] <= now)
    made = _local(one, int(lines.bought[row]))
    number = int(lines.order[row])
    quantity, price = int(lines.quantity[row]), int(lines.price[row])
    head = (
        *(CANARY, "refunded" if lost else "paid", made, "fulfilled" if sent else "unfulfilled"),
        *(_local(one, int(lines.shipped[row])) if sent else "", "no", one.shop.currency),
        *(cents(net), "0.00", cents(tax), cents(total), "", cents(off), "Standard"),
    )
    tail = (CANARY, CANARY, CANARY, CANARY, CANARY)
    end = (_local(one, int(lines.cancelled[row])) if lost else "", "Shopify Payments")
    gone = cents(total if lost else back)
    return (
        *(f"#{1000 + number}", *(head if first else (CANARY, *[""] * 13)), made),
        *(quantity, product.title, cents(price // quantity), "", product.sku, "true", "true"),
        *("fulfilled" if sent else "pending", *(tail if first else [""] * 5)),
        *(*(end if first else ("", "")), gone if first else "", "", number if first else ""),
    )


def _local(one: Book, second: int) -> str:
    """`2026-10-20 18:05:44 -0700`, as the store's zone has it."""
    moment = datetime.fromtimestamp(second, ZoneInfo(one.shop.time_zone))
    return moment.strftime("%Y-%m-%d %H:%M:%S %z")
