"""Amazon's business reports: sales and traffic by date, and one day by child ASIN."""

from __future__ import annotations

from datetime import datetime

import numpy as np

from sync_service.sandbox.file_forms import Rows, csv_bytes
from sync_service.sandbox.sheets import STREAMS
from sync_service.sandbox.simulator import DAYS, Book
from sync_service.sandbox.view import View, live
from sync_service.sandbox.world import SandboxShop, World

BUSINESS_HEADER = (
    "Date,Ordered Product Sales,Units Ordered,Total Order Items,Sessions - Total,"
    "Page Views - Total,Featured Offer (Buy Box) Percentage,Unit Session Percentage,"
    "Units Refunded,Refund Rate,Feedback Received,Negative Feedback Received"
)
CHILD_HEADER = (
    "(Parent) ASIN,(Child) ASIN,Title,SKU,Sessions - Total,Page Views - Total,"
    "Featured Offer (Buy Box) Percentage,Units Ordered,Unit Session Percentage,"
    "Ordered Product Sales,Total Order Items"
)


def business_files(world: World, one: Book, as_of: datetime) -> dict[str, bytes]:
    """Name and content of the two reports of a shop."""
    dates = csv_bytes(BUSINESS_HEADER, _by_date(world, one, as_of))
    children = csv_bytes(CHILD_HEADER, _by_child(world, one, as_of))
    name = f"business-report-{one.shop.code}"
    return {f"{name}.csv": dates, f"{name}-by-child.csv": children}


def _by_date(world: World, one: Book, as_of: datetime) -> Rows:
    """Sales and traffic by date, in the marketplace's own way to print money."""
    view = View(world, one, as_of.timestamp())
    sheet = STREAMS["amazon.traffic"](view)
    whole, late = sheet.whole, sheet.unknown
    items = STREAMS["amazon.orders"](view).whole["order_items_count"]
    for n in range(one.clock.finished(view.now)):
        sales, units, refunds, views, sessions, box, bad = (
            int(whole[name][n])
            for name in (
                *("gross_sales", "units_ordered", "units_refunded", "page_views", "sessions"),
                *("buy_box_page_views", "feedback_negative_orders"),
            )
        )
        if late is not None and late[n]:  # Amazon prints zeros until it has counted the visits
            views = sessions = box = 0
        shares = (_share(box, views), _share(units, sessions))
        yield (
            *(f"{DAYS[n]:%m/%d/%Y}", _price(one.shop, sales), units, int(items[n])),
            *(f"{sessions:,}", f"{views:,}", *shares, refunds, _share(refunds, units)),
            *(bad * 3 + 1, bad),
        )


def _share(above: int, below: int) -> str:
    return f"{above / below:.2%}" if below else "0.00%"


def _price(shop: SandboxShop, value: int) -> str:
    """`US$1,234.56` in the US, `1.234,56 €` in Europe."""
    text = f"{value / 100:,.2f}"
    if shop.market == "US":
        return f"US${text}"
    return text.translate(str.maketrans(",.", ".,")) + " €"


def _by_child(world: World, one: Book, as_of: datetime) -> Rows:
    """One finished day by child ASIN: the last one."""
    view = View(world, one, as_of.timestamp())
    rows = STREAMS["amazon.traffic_asin"](view).rows
    kept = live(one.lines, view.now).astype(np.int64)
    items = view.by_sku(one.lines.bought, kept)
    n = one.clock.finished(view.now) - 1 - one.shop.late_days
    for row, p in enumerate(one.products):
        units, sales, sessions, views, box = (
            int(rows[name][row, n])
            for name in (
                *("units_ordered", "gross_sales", "sessions", "page_views"),
                "buy_box_page_views",
            )
        )
        if units or views:
            yield (
                *(p.parent_asin, p.asin, p.title, p.sku, sessions, views, _share(box, views)),
                *(units, _share(units, sessions), _price(one.shop, sales), int(items[row, n])),
            )
