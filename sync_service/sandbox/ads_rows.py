"""The rows of an advertising report, as they were known at an instant."""

from __future__ import annotations

from datetime import date

import numpy as np

from sync_service.sandbox.ads_requests import TYPES
from sync_service.sandbox.ads_sheets import campaign_id
from sync_service.sandbox.daily import Adverts, adverts, age, seen_adverts
from sync_service.sandbox.simulator import DAYS, Book
from sync_service.sandbox.wire import Json
from sync_service.sandbox.world import CATEGORIES, HISTORY_START, World

_PER_SKU = frozenset({"spAdvertisedProduct", "sdAdvertisedProduct"})


def report_rows(world: World, one: Book, asked: Json, now: float) -> list[Json]:
    """The report's rows as of an instant: only what had an impression, a click or a sale."""
    settings = asked["configuration"]
    kind = str(settings["reportTypeId"])
    key = TYPES[kind].key
    ages = age(one, np.arange(len(DAYS)), now)
    seen = seen_adverts(adverts(world, one.shop.code)[key], ages)
    start, end = (date.fromisoformat(asked[name]) for name in ("startDate", "endDate"))
    last = min((end - HISTORY_START).days + 1, one.clock.finished(now))
    span = range(max(0, (start - HISTORY_START).days), last)
    if key != "sb" and kind not in _PER_SKU:
        seen = _by_category(one, seen)
    return [
        {name: values[name] for name in settings["columns"]}
        for n in range(len(seen.spend))
        for day in span
        if seen.impressions[n, day] or seen.clicks[n, day] or seen.orders[n, day]
        for values in (_row(one, key, kind, seen, n, day),)
    ]


def _by_category(one: Book, seen: Adverts) -> Adverts:
    """Sums by category: a campaign each."""
    groups = [[n for n, p in enumerate(one.products) if p.category == c] for c, *_ in CATEGORIES]
    return Adverts(
        **{
            name: np.array([getattr(seen, name)[rows].sum(axis=0) for rows in groups])
            for name in seen.__dataclass_fields__
        }
    )


def _row(one: Book, key: str, kind: str, seen: Adverts, n: int, day: int) -> Json:
    """Every column that the type knows; the caller picks."""
    product = one.products[n] if kind in _PER_SKU else None
    category = _category(product.category) if product else n
    spend, sales = int(seen.spend[n, day]) / 100, int(seen.sales[n, day]) / 100
    orders, clicks = int(seen.orders[n, day]), int(seen.clicks[n, day])
    row: Json = {
        "date": DAYS[day].isoformat(),
        "impressions": int(seen.impressions[n, day]),
        "clicks": clicks,
        "cost": spend,
        "spend": spend,
        "campaignId": int(campaign_id(one.shop, key, category)),
        "campaignName": f"{key.upper()} {CATEGORIES[category][0]}",
        "campaignStatus": "ENABLED",
        "campaignBudgetAmount": 100.0,
        "campaignBudgetType": "DAILY_BUDGET",
        "campaignBudgetCurrencyCode": one.shop.currency,
    }
    names = ("1d", "7d", "14d", "30d") if key == "sp" else ("", "Clicks")
    row |= {f"sales{name}": sales for name in names}
    row |= {f"purchases{name}": orders for name in names}
    row |= {"unitsSoldClicks7d": orders, "unitsSoldClicks14d": orders, "unitsSold": orders}
    row |= {"clickThroughRate": 0.0, "costPerClick": 0.0, "portfolioId": 0}
    row |= {"adGroupId": n + 1, "adGroupName": "default", "adId": n + 1}
    if product:
        row |= {"advertisedAsin": product.asin, "advertisedSku": product.sku}
        row |= {"promotedAsin": product.asin, "promotedSku": product.sku}
    return row


def _category(name: str) -> int:
    return next(n for n, (known, *_) in enumerate(CATEGORIES) if known == name)
