"""Shops as tables of days for the alarms: one letter or number a day, every rule by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from kpi.actuals import Actuals
from kpi.alarms import Alarm, alarms
from kpi.book import Book
from kpi.catalog import Catalog, shipped
from kpi.model import PeriodKind, Region
from kpi.money import DayRates
from kpi.scope_values import GAPS
from kpi.scopes import scopes
from kpi.totals import Converter, Totals
from kpi.trade import Shop
from kpi.typed_rows import Rule, Settings
from tests.leaf_support import Leaf, leaf_sums

CATALOG = shipped()
SHOP = Shop("US1", "amazon", "US", Region.US, "USD", "America/New_York", "CHEN")
Figures = Mapping[str, Sequence[int | None]]
"""Measure -> its days, the last one last; None is a day without a row."""
STREAMS = {
    "reviews_negative": "amazon.reviews",
    "orders_count": "amazon.orders",
    "gross_sales": "amazon.orders",
    "ad_spend": "amazon_ads.all",
    "ad_sales": "amazon_ads.all",
}


def sources(_platform: str, measure: str) -> tuple[tuple[str, ...], ...]:
    return ((STREAMS[measure],),) if measure in STREAMS else ()


def leaves_of(last: date, figures: Figures, shop: str = SHOP.code) -> list[Leaf]:
    """The rows of a shop up to a last day; amounts are in dollars."""
    rows: list[Leaf] = []
    for measure, days in figures.items():
        scale = 10_000 if measure in {"gross_sales", "ad_spend", "ad_sales"} else 1
        for back, value in enumerate(reversed(days)):
            if value is not None:
                day = last - timedelta(days=back)
                stream = STREAMS[measure]
                rows.append((stream, shop, day, "", "USD", {measure: value * scale}))
    return rows


def actuals_of(
    last: date,
    figures: Figures,
    *,
    over: date | None = None,
    stale: frozenset[tuple[str, str]] = frozenset(),
    failed: frozenset[tuple[str, str]] = frozenset(),
    catalog: Catalog = CATALOG,
    leaves: Sequence[Leaf] = (),
) -> Actuals:
    """The values behind the figures; `over` is the shop's last finished day, else the last one."""
    rows = leaf_sums([*leaves_of(last, figures), *leaves])
    totals = Totals(rows, {SHOP.code: "amazon"}, sources, {**catalog.measures, **GAPS})
    money = Converter("USD", {}, DayRates({}, (), {}))
    return Actuals(totals, catalog, money, {SHOP.code: over or last}, stale, failed=failed)


def rule(**changes: object) -> Rule:
    """More than three bad reviews of a shop on one day."""
    start = Rule(
        "many", True, "negative_review_count", "*", PeriodKind.DAY, ">", 3.0, 1, "breach", "R!A5"
    )
    return replace(start, **changes)  # type: ignore[arg-type]  # fields by name


def book_of(*rules: Rule, **changes: object) -> Book:
    start = Book(Settings("2026-10", ""), shops=(SHOP,), rules=rules)
    return replace(start, **changes)  # type: ignore[arg-type]  # fields by name


def found_in(found: Actuals, today: date, *rules: Rule) -> tuple[Alarm, ...]:
    given = book_of(*rules)
    return alarms(given, found, scopes(given), today)
