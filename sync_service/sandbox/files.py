"""The files that a seller has beside the APIs, consistent with the truth: `write_files`.

ads-<shop>-sp.csv, ads-<shop>-sb.xlsx, ads-<shop>-sd.csv   days before the API's retention
costs.csv                         unit costs of an ERP, GBK; some SKUs are missing
reviews.csv, own-stores.csv       Chinese headers, for the generic mapping
business-report-<shop>.csv        by date; and -by-child.csv by ASIN
settlement-<shop>.txt             Flat File V2 of two weeks
all-orders-<shop>.txt             the last four weeks
orders_export-<shop>.csv          Shopify's own export
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import numpy as np

from sync_service.sandbox import amazon_flat
from sync_service.sandbox.ads_files import ads_files
from sync_service.sandbox.amazon_answers import cents
from sync_service.sandbox.business_files import business_files
from sync_service.sandbox.file_forms import Rows, csv_bytes
from sync_service.sandbox.settlement_file import settlement
from sync_service.sandbox.sheets import STREAMS
from sync_service.sandbox.shopify_export import export_file
from sync_service.sandbox.simulator import DAYS, Book, book
from sync_service.sandbox.view import Sheet, View
from sync_service.sandbox.world import HISTORY_START, SandboxShop, World

ORDERS_DAYS = 28

REVIEWS_HEADER = "日期,店铺,评价数,差评数,三星评价数"
OUTSIDE_HEADER = (
    "日期,店铺,广告费,广告销售额,广告订单数,点击,曝光,仓配费,仓储费,退货处理费,"
    "有效访问,加购访问,进入结账,完成结账,老客订单"
)
COSTS_HEADER = "SKU,品类,采购成本(元),头程运费(元),生效日期"
_OUTSIDE = [
    "ad_spend",
    "ad_sales",
    "ad_orders",
    "ad_clicks",
    "ad_impressions",
    "fulfilment_fees",
    "storage_fees",
    "return_costs",
    "engaged_visits",
    "cart_visits",
    "checkout_visits",
    "checkout_done",
    "returning_orders",
]
_COUNTS = frozenset({"ad_orders", "ad_clicks", "ad_impressions", *_OUTSIDE[8:]})


def write_files(
    world: World, folder: Path, as_of: datetime, shops: Sequence[str] | None = None
) -> list[Path]:
    """Write every file as it would look at `as_of`; equal worlds give equal bytes.

    `shops` limits the files of single shops; the files of all shops hold all of them anyway.
    """
    folder.mkdir(parents=True, exist_ok=True)
    made = {
        "costs.csv": csv_bytes(COSTS_HEADER, _costs(world), encoding="gbk"),
        "reviews.csv": csv_bytes(REVIEWS_HEADER, _reviews(world, as_of)),
        "own-stores.csv": csv_bytes(OUTSIDE_HEADER, _outside(world, as_of)),
    }
    for shop in world.shops:
        if shops is not None and shop.code not in shops:
            continue
        if shop.platform == "amazon":
            made |= _amazon_files(world, shop, as_of)
        else:
            made |= export_file(book(world, shop), as_of)
    paths = []
    for name, content in sorted(made.items()):
        path = folder / name
        path.write_bytes(content)
        paths.append(path)
    return paths


def _sheet(world: World, shop: SandboxShop, stream: str, as_of: datetime) -> Sheet:
    return STREAMS[stream](View(world, book(world, shop), as_of.timestamp()))


def _finished(one: Book, as_of: datetime) -> range:
    return range(one.clock.finished(as_of.timestamp()))


def _costs(world: World) -> Rows:
    """One row a SKU; those without a cost are not in the ERP."""
    seen: dict[str, Sequence[object]] = {}
    for shop in world.shops:
        for p in world.products(shop):
            if p.unit_cost is not None and p.sku not in seen:
                start = HISTORY_START.isoformat()
                seen[p.sku] = (p.sku, p.category, p.unit_cost, p.freight, start)
    return [seen[sku] for sku in sorted(seen)]


def _reviews(world: World, as_of: datetime) -> Rows:
    for shop in world.shops:
        whole = _sheet(world, shop, "file.mapped", as_of).whole
        for n in _finished(book(world, shop), as_of):
            names = ("reviews_total", "reviews_negative", "reviews_three_star")
            counts = [int(whole[name][n]) for name in names]
            yield (DAYS[n].isoformat(), shop.code, *counts)


def _outside(world: World, as_of: datetime) -> Rows:
    for shop in world.shops:
        if shop.platform != "shopify":
            continue
        whole = _sheet(world, shop, "file.mapped", as_of).whole
        for n in _finished(book(world, shop), as_of):
            values = [
                int(whole[m][n]) if m in _COUNTS else cents(int(whole[m][n])) for m in _OUTSIDE
            ]
            yield (DAYS[n].isoformat(), shop.code, *values)


def history_files(world: World, as_of: datetime, since: date) -> dict[str, bytes]:
    """What no platform serves any more, or never did: older ads, reviews, own stores' costs.

    Advertising begins at `since`.
    """
    made = {
        "reviews.csv": csv_bytes(REVIEWS_HEADER, _reviews(world, as_of)),
        "own-stores.csv": csv_bytes(OUTSIDE_HEADER, _outside(world, as_of)),
    }
    for shop in world.shops:
        if shop.platform == "amazon":
            made |= ads_files(world, shop, as_of, since)
    return made


def _amazon_files(world: World, shop: SandboxShop, as_of: datetime) -> dict[str, bytes]:
    one = book(world, shop)
    days = [DAYS[n] for n in _finished(one, as_of)][-ORDERS_DAYS:]
    reports = ads_files(world, shop, as_of) | business_files(world, one, as_of)
    return reports | {
        f"settlement-{shop.code}.txt": settlement(world, one, days[0], days[13]),
        f"all-orders-{shop.code}.txt": _all_orders(one, days[0], as_of),
    }


def _all_orders(one: Book, first: date, as_of: datetime) -> bytes:
    start = int(one.clock.midnights[one.clock.index(first)])
    now = as_of.timestamp()
    inside = (one.lines.bought >= start) & (one.lines.bought <= now)
    rows = amazon_flat.order_rows(one, np.flatnonzero(inside), now)
    return amazon_flat.table(amazon_flat.ORDERS, rows, one.shop)
