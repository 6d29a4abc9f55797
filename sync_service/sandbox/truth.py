"""The simulator's truth as fact rows: exactly what a perfect connector would have stored.

Rules that a connector must share to be equal (compare with `same`, which forgives zero rows only):

- Every finished day of the window (by the shop's clock at `as_of`) has one row with sku `*`. It
  holds the shop-level measures of the stream and an explicit 0 for each measure counted by SKU.
  Unfinished days have no row, except in amazon.order_metrics and the stock streams.
- A SKU row exists where at least one of its measures has something to tell.
- amazon.orders, by day of purchase: `gross_sales` = item-price, `units_ordered`, `orders_count`,
  `order_items_count`, `discounts` (item and ship promotion) all without cancelled lines;
  `gmv_amount` = item-price with cancelled lines; `orders_cancelled_buyer` = cancelled orders.
  `units_shipped` by the day of `last-updated-date` of lines with order-status Shipped.
- amazon.finances by day of `postedDate`, whatever the status, costs positive: see `finances`.
- shopify.orders, by day of createdAt, cancelled orders included: `gross_sales` = `gmv_amount` =
  original price times quantity; `discounts` = all discounts; `units_shipped` by day of the
  fulfilment's createdAt.
- shopify.refunds by day of the refund's createdAt (a cancellation refunds everything);
  `units_returned` and `orders_returned` by day of the return's createdAt.
- shopify.payments: `payment_fees` = sum of `fee` by transactionDate; `platform_fees` is zero.
"""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kpi.model import WHOLE_SHOP, Window
from sync_service.sandbox.sheets import STREAMS
from sync_service.sandbox.simulator import DAYS, Book, Bools, Ints, book
from sync_service.sandbox.view import Sheet, View
from sync_service.sandbox.world import SandboxShop, World

MONEY = frozenset(
    (
        *("gross_sales", "discounts", "gmv_amount", "refund_amount", "returns_amount"),
        *("platform_fees", "fulfilment_fees", "storage_fees", "payment_fees", "return_costs"),
        *("sales_shipped", "returns_amount_shipday"),
        *("ad_spend", "ad_sales"),
    )
)
MONEY_TYPE = pa.decimal128(18, 4)
KEYS = ("stream", "shop", "day", "month", "sku", "part", "currency")
ADS_KEPT_DAYS = {"amazon_ads.sp": 95, "amazon_ads.sb": 60, "amazon_ads.sd": 65}
RUNNING = frozenset({"amazon.order_metrics", "amazon.stock", "shopify.stock"})
SNAPSHOTS = frozenset({"amazon.stock", "shopify.stock"})


def truth(
    world: World,
    shop: SandboxShop | str,
    stream: str,
    window: Window,
    as_of: datetime,
    *,
    forgotten: bool = False,
) -> pa.Table:
    """The facts of a window as the platform knew them at `as_of`; see the module's rules.

    With `forgotten` also the days that the platform no longer serves (older ads come as files).
    """
    one = book(world, shop)
    view = View(world, one, as_of.timestamp())
    start, end = _served(one, stream, window, view.now, forgotten=forgotten)
    return _table(one, stream, STREAMS[stream](view), start, end)


def streams_of(shop: SandboxShop) -> tuple[str, ...]:
    """The streams that a shop's platform delivers."""
    heads = ("amazon.", "amazon_ads.") if shop.platform == "amazon" else ("shopify.",)
    return (*(name for name in STREAMS if name.startswith(heads)), "file.mapped")


def _served(
    one: Book, stream: str, window: Window, now: float, *, forgotten: bool
) -> tuple[int, int]:
    """The window's days that the platform can answer for, as indexes."""
    finished = one.clock.finished(now)
    start = max(0, one.clock.index(window.start))
    end = min(one.clock.index(window.end), finished + (stream in RUNNING))
    if stream in SNAPSHOTS:
        counted = one.clock.counted(now)
        start, end = max(start, counted), min(end, counted + 1)
    if stream in ADS_KEPT_DAYS and not forgotten:
        start = max(start, finished - ADS_KEPT_DAYS[stream])
    return start, max(start, end)


def _table(one: Book, stream: str, sheet: Sheet, start: int, end: int) -> pa.Table:
    """Whole-shop rows of every day first, then the rows by SKU or campaign that say something."""
    span = slice(start, end)
    rows = {name: values[:, span] for name, values in sheet.rows.items()}
    days = np.arange(start, end)
    some = np.zeros((0, len(days)), dtype=np.bool_)
    for values in rows.values():
        some = (values != 0) if not some.size else some | (values != 0)
    row, col = np.nonzero(some)
    count = len(days)
    arrays = _keys(one, stream, sheet, np.concatenate([days, days[col]]), row, count)
    hidden = np.zeros(count, dtype=np.bool_) if sheet.unknown is None else sheet.unknown[span]
    blank = np.concatenate([hidden, hidden[col]])
    for name in sorted({*rows, *sheet.whole}):
        head = sheet.whole[name][span] if name in sheet.whole else np.zeros(count, dtype=np.int64)
        tail = rows[name][row, col] if name in rows else np.zeros(len(row), dtype=np.int64)
        absent = np.arange(count + len(row)) >= count if name not in rows else blank & False
        mask = absent | (blank if name in sheet.hidden else blank & False)
        arrays[name] = _column(name, np.concatenate([head, tail]), mask)
    return pa.table(arrays)


def _keys(
    one: Book, stream: str, sheet: Sheet, days: Ints, row: Ints, count: int
) -> dict[str, pa.Array]:
    skus = np.array([p.sku for p in one.products], dtype=object)
    named = sheet.names is not None
    sku = [WHOLE_SHOP] * count + ([WHOLE_SHOP] * len(row) if named else list(skus[row]))
    part = [""] * count + ([sheet.names[n] for n in row] if sheet.names else [""] * len(row))
    calendar = [DAYS[int(n)] for n in days]
    total = count + len(row)
    return {
        "stream": pa.array([stream] * total, pa.string()),
        "shop": pa.array([one.shop.code] * total, pa.string()),
        "day": pa.array(calendar, pa.date32()),
        "month": pa.array([f"{day:%Y-%m}" for day in calendar], pa.string()),
        "sku": pa.array(sku, pa.string()),
        "part": pa.array(part, pa.string()),
        "currency": pa.array([one.shop.currency] * total, pa.string()),
    }


def _column(name: str, values: Ints, mask: Bools) -> pa.Array:
    """Cents to decimal(18,4), counts as they are; masked values are unknown."""
    if name not in MONEY:
        return pa.array(values, pa.int64(), mask=mask)
    wide = np.empty((len(values), 2), dtype=np.int64)
    wide[:, 0] = values * 100
    wide[:, 1] = wide[:, 0] >> 63
    full = pa.Array.from_buffers(MONEY_TYPE, len(values), [None, pa.py_buffer(wide.tobytes())])
    return pc.if_else(pa.array(mask), pa.scalar(None, MONEY_TYPE), full)


def same(got: pa.Table, wanted: pa.Table) -> list[str]:
    """What differs between two tables of facts of one stream, in words; zero rows are forgiven."""
    ours, theirs = _facts(got), _facts(wanted)
    return [
        f"{key}: {ours.get(key)} instead of {theirs.get(key)}"
        for key in sorted({*ours, *theirs})
        if ours.get(key) != theirs.get(key)
    ]


def _facts(table: pa.Table) -> dict[tuple[str, ...], str]:
    """Every non-zero fact, and for each day and measure whether it is known."""
    measures = [name for name in table.column_names if name not in KEYS]
    facts: dict[tuple[str, ...], str] = {}
    for row in table.to_pylist():
        for name in measures:
            if row[name] is None:
                continue
            facts[(str(row["day"]), name, "known")] = "yes"
            if row[name]:
                key = (str(row["day"]), name, row["sku"], row["part"], row["currency"])
                facts[key] = str(row[name].normalize() if name in MONEY else row[name])
    return facts
