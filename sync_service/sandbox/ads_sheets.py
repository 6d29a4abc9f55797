"""Streams of Amazon Ads: sums by SKU, brands by campaign."""

from __future__ import annotations

from sync_service.sandbox.daily import Adverts, adverts, seen_adverts
from sync_service.sandbox.simulator import Ints
from sync_service.sandbox.view import Sheet, View
from sync_service.sandbox.world import CATEGORIES, SandboxShop


def advertised(view: View, product: str) -> Sheet:
    """amazon_ads.sp, .sb and .sd; only brands (sb) have a row for each campaign."""
    seen = seen_adverts(adverts(view.world, view.book.shop.code)[product], view.ages)
    return Sheet(rows=_advert_rows(seen), names=_campaign_ids(view) if product == "sb" else None)


def _advert_rows(seen: Adverts) -> dict[str, Ints]:
    return {
        "ad_spend": seen.spend,
        "ad_sales": seen.sales,
        "ad_orders": seen.orders,
        "ad_clicks": seen.clicks,
        "ad_impressions": seen.impressions,
    }


def campaign_id(shop: SandboxShop, product: str, category: int) -> str:
    """Number of the campaign of an ad product and category; it is the fact's part for sb."""
    kind = ("sp", "sb", "sd").index(product)
    return str(100_000_000_000_000 + shop.key * 100 + kind * 10 + category)


def _campaign_ids(view: View) -> tuple[str, ...]:
    return tuple(campaign_id(view.book.shop, "sb", n) for n in range(len(CATEGORIES)))
