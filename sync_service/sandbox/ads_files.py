"""Amazon's advertising reports of the days before its API's memory, as the console exports them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

import numpy as np

from sync_service.sandbox.amazon_answers import cents
from sync_service.sandbox.daily import adverts, age, seen_adverts
from sync_service.sandbox.file_forms import Rows, csv_bytes, xlsx_bytes
from sync_service.sandbox.simulator import DAYS, Book, book
from sync_service.sandbox.truth import ADS_KEPT_DAYS
from sync_service.sandbox.world import CATEGORIES, HISTORY_START, SandboxShop, World

ADS_HEADER = (
    "Date,Portfolio name,Currency,Campaign Name,Ad Group Name,Country,Advertised SKU,"
    "Advertised ASIN,Impressions,Clicks,Click-Thru Rate (CTR),Cost Per Click (CPC),Spend,"
    "7 Day Total Sales,Total Advertising Cost of Sales (ACOS),Total Return on Advertising Spend "
    "(ROAS),7 Day Total Orders (#),7 Day Total Units (#)"
)
BRANDS_TITLE = "Sponsored Brands Campaign Report"
BRANDS_HEADER = (
    "Date,Portfolio name,Currency,Campaign Name,Country,Impressions,Clicks,"
    "Click-Thru Rate (CTR),Cost Per Click (CPC),Spend,14 Day Total Sales,"
    "Total Advertising Cost of Sales (ACOS),14 Day Total Orders (#)"
)


def ads_files(
    world: World, shop: SandboxShop, as_of: datetime, since: date = HISTORY_START
) -> dict[str, bytes]:
    """Name and content of the three reports of a shop, from the day `since`."""
    one, first = book(world, shop), (since - HISTORY_START).days
    products = [*_sku_ads(world, one, "sp", as_of, first)]
    display = [*_sku_ads(world, one, "sd", as_of, first)]
    brands = [*_brand_ads(world, one, as_of, first)]
    return {
        f"ads-{shop.code}-sp.csv": csv_bytes(ADS_HEADER, products),
        f"ads-{shop.code}-sd.csv": csv_bytes(ADS_HEADER.replace("7 Day", "14 Day"), display),
        f"ads-{shop.code}-sb.xlsx": xlsx_bytes(BRANDS_TITLE, BRANDS_HEADER, brands),
    }


AdLine = tuple[int, int, tuple[object, ...]]  # day, SKU or campaign, what was counted


def _old_ads(world: World, one: Book, key: str, as_of: datetime, first: int) -> Iterator[AdLine]:
    """Advertising that the API has forgotten, settled long ago; empty lines are absent."""
    now = as_of.timestamp()
    end = max(0, one.clock.finished(now) - ADS_KEPT_DAYS[f"amazon_ads.{key}"])
    ages = age(one, np.arange(len(DAYS)), now)
    seen = seen_adverts(adverts(world, one.shop.code)[key], ages)
    counts = [a[:, :end] for a in (seen.impressions, seen.clicks, seen.spend, seen.sales)]
    some = (counts[0] | counts[1] | seen.orders[:, :end]) > 0
    some[:, :first] = False
    days, rows = np.nonzero(some.T)
    columns = [a[rows, days].tolist() for a in (*counts, seen.orders[:, :end])]
    for day, row, *values in zip(days.tolist(), rows.tolist(), *columns, strict=True):
        yield day, row, _ad_values(*values)


def _ad_values(shown: int, clicks: int, spend: int, sales: int, orders: int) -> tuple[object, ...]:
    """Impressions, clicks, rates, spend, sales, rates, orders, as the console prints them."""
    rate = f"{clicks / shown:.4%}" if shown else ""
    price = cents(round(spend / clicks)) if clicks else ""
    acos = f"{spend / sales:.4%}" if sales else ""
    roas = f"{sales / spend:.2f}" if spend else ""
    return (shown, clicks, rate, price, cents(spend), cents(sales), acos, roas, orders)


def _sku_ads(world: World, one: Book, key: str, as_of: datetime, first: int) -> Rows:
    dates = [day.isoformat() for day in DAYS]
    currency, market = one.shop.currency, one.shop.market
    for day, n, values in _old_ads(world, one, key, as_of, first):
        product = one.products[n]
        head = (dates[day], "", currency, f"{key.upper()} {product.category}", "default")
        yield (*head, market, product.sku, product.asin, *values, values[-1])


def _brand_ads(world: World, one: Book, as_of: datetime, first: int) -> Rows:
    for day, n, values in _old_ads(world, one, "sb", as_of, first):
        shown, clicks, rate, price, spend, sales, acos, _, orders = values
        head = (DAYS[day].isoformat(), "", one.shop.currency, f"SB {CATEGORIES[n][0]}")
        money = (float(str(spend)), float(str(sales)))
        yield (*head, one.shop.market, shown, clicks, rate, price, *money, acos, orders)
