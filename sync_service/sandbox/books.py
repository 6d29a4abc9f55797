"""What the managers of the two sandbox companies typed into their workbooks; all invented."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from kpi.catalog import shipped
from kpi.model import Language
from kpi.organisation import OWN_STORE_ROLE
from sheet_templates.shipped_rows import kpi_rows, rules
from sheet_templates.start import BookStart, StartRow
from sync_service.sandbox.book_plans import (
    CARD_FROM,
    CONTRIBUTION,
    EUR_USD,
    FEES,
    IN_TIME,
    MONTH,
    NET_OF_GROSS,
    PARTNER,
    RATIOS,
    SEASON,
    SHOP_RATIOS,
    STORE_RATIOS,
    TASKS,
    TEAMS,
    YEAR,
    Staff,
)
from sync_service.sandbox.cards import weights
from sync_service.sandbox.world import SandboxShop, World


def book_start(world: World, company: str, language: Language) -> BookStart:
    """The rows that a company's manager has typed before the first refresh."""
    shops = [shop for shop in world.shops if shop.company == company]
    names = next(c.names for c in world.companies if c.code == company)
    return BookStart(
        shops=[_shop(shop, company, names[language], language) for shop in shops],
        people=[_person(one, language) for one in TEAMS[company]],
        assignments=list(_handover(company)),
        products=list(_products(world, shops)),
        targets=list(_targets(company, shops)),
        weights=list(weights(CARD_FROM)),
        rules=[*rules(language), _surge(language)],
        tasks=list(_tasks(company, language)),
        inputs=[*_overheads(shops, language)],
        kpis=kpi_rows(shipped(), language),
        settings={
            "month": MONTH,
            "company": names[language],
            "purpose": "team",
            "mode": "team",
            "language": language,
            "currency": "USD",
            "fixed_rate": EUR_USD,
            "week_start": "monday",
            "time_zone": "Asia/Shanghai",
            "min_coverage": 0.7,
            "item_cap": 120.0,
            "provisional_day": 3.0,
            "closing_day": 10.0,
            "pilot": "yes",
            "contact": "HEAD",
        },
        card={"person": TEAMS[company][1].code, "month": MONTH},
    )


def _surge(language: Language) -> StartRow:
    """Bad reviews against the shop's own four weeks, and more than two of them."""
    name = (
        "单店差评突增：3 倍于近 28 天" if language == "zh" else "Bad reviews at 3 times their usual"
    )
    return {
        "rule": name,
        "on": "yes",
        "metric": "negative_review_count",
        "scope": "*",
        "window": "day",
        "operator": ">",
        "value": 3.0,
        "against": "mean",
        "beyond": 2.0,
        "periods": 1.0,
        "history": 28.0,
        "level": "warn",
    }


def _shop(shop: SandboxShop, company: str, name: str, language: Language) -> StartRow:
    owner = next(one.code for one in TEAMS[company] if shop.code in one.shops)
    noun = shop.noun()
    return {
        "shop": shop.code,
        "platform": shop.platform,
        "market": shop.market,
        "owner": owner,
        "name": noun.name,
        "company": name,
        "currency": shop.currency,
        "time_zone": shop.time_zone,
        "logistics": "fba" if shop.platform == "amazon" else "third_party",
        "language": "中文" if language == "zh" else "English",
        "opened": noun.opened,
    }


def _person(one: Staff, language: Language) -> StartRow:
    return {
        "person": one.code,
        "name": one.zh if language == "zh" else one.en,
        "department": "运营部" if language == "zh" else "Operations",
        "role": one.role,
        "manager": one.manager or None,
        "start": date(2024, 3, 1),
        "us_share": one.us_share,
        "partner": "AGENCY-1" if one.code == PARTNER else None,
        "scored": "yes",
    }


def _handover(company: str) -> Iterator[StartRow]:
    """AMZ-FR changes hands in mid-month: the former owner keeps the days before."""
    if company == "XH":
        start = date(2026, 10, 12)
        yield {"shop": "AMZ-FR", "person": "OPS3", "share": 1.0, "start": start}


def _products(world: World, shops: Iterable[SandboxShop]) -> Iterator[StartRow]:
    seen: set[str] = set()
    for shop in shops:
        for product in world.products(shop):
            if product.sku not in seen:
                seen.add(product.sku)
                yield {
                    "sku": product.sku,
                    "start": date(2025, 1, 1),
                    "category": product.category,
                    "stage": "new" if product.opened >= CARD_FROM else "mature",
                    "unit_cost": _float(product.unit_cost),
                    "freight": _float(product.freight),
                    "currency": "CNY",
                    "parent": product.parent,
                }


def _float(amount: Decimal | None) -> float | None:
    return None if amount is None else float(amount)


@dataclass(slots=True)
class _Sums:
    """Months of several shops added up."""

    months: list[Decimal] = field(default_factory=lambda: [Decimal()] * 12)

    def add(self, months: Iterable[Decimal]) -> None:
        """Twelve months of one more shop, in the currency of the others."""
        self.months = [a + b for a, b in zip(self.months, months, strict=True)]


def _targets(company: str, shops: list[SandboxShop]) -> Iterator[StartRow]:
    for region in ("US", "EU"):
        inside = [s for s in shops if s.region == region]
        sales, profit = _Sums(), _Sums()
        rows: list[StartRow] = []
        for shop in inside:
            months = _sales_months(shop)
            gains = [_thousand(m * CONTRIBUTION) for m in months]
            sales.add(months)
            profit.add(gains)
            owner = next(one.code for one in TEAMS[company] if shop.code in one.shops)
            rows.append(_months_row(region, shop.code, "net_sales", owner, months))
            rows.append(_months_row(region, shop.code, "contribution_profit", owner, gains))
            rows.append(_months_row(region, shop.code, "new_listings", owner, [Decimal(4)] * 12))
            budget = [_thousand(m * Decimal("0.115")) for m in months]
            rows.append(_months_row(region, shop.code, "ad_budget", owner, budget))
        yield _months_row(region, region, "net_sales", "HEAD", sales.months)
        yield _months_row(region, region, "contribution_profit", "HEAD", profit.months)
        ratios = RATIOS | SHOP_RATIOS | (IN_TIME if region == "EU" else {})
        for metric, value in ratios.items():
            yield {**_target(region, region, metric, "HEAD"), "year_total": value}
        for metric, value in STORE_RATIOS.items():
            yield {**_target(region, OWN_STORE_ROLE, metric, "HEAD"), "year_total": value}
        yield from rows


def _sales_months(shop: SandboxShop) -> list[Decimal]:
    rate = Decimal(str(EUR_USD)) if shop.currency == "EUR" else Decimal(1)
    mean = Decimal(shop.monthly_sales) * rate * NET_OF_GROSS
    return [_thousand(mean * Decimal(str(factor))) for factor in SEASON[shop.region]]


def _thousand(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("1E2"), ROUND_HALF_UP)


def _months_row(
    region: str, scope: str, metric: str, owner: str, months: Iterable[Decimal]
) -> StartRow:
    typed = {f"m{n:02d}": float(amount) for n, amount in enumerate(months, 1)}
    return {**_target(region, scope, metric, owner), **typed, "year_total": sum(typed.values())}


def _target(region: str, scope: str, metric: str, owner: str) -> StartRow:
    money = metric in {"net_sales", "contribution_profit", "ad_budget"}
    return {
        "year": float(YEAR),
        "region": region,
        "scope": scope,
        "metric": metric,
        "owner": owner,
        "basis": "own_plan",
        "currency": "USD" if money else None,
        "split": "manual" if money else None,
    }


def _tasks(company: str, language: Language) -> Iterator[StartRow]:
    last = TEAMS[company][-1].code
    for number, country, zh, en, regime, due, done, is_head in TASKS:
        amount, currency, paid = FEES.get(number, (None, None, None))
        yield {
            "no": number,
            "type": "compliance",
            "region": "EU",
            "country": country,
            "what": zh if language == "zh" else en,
            "owner": "HEAD" if is_head else last,
            "due": due,
            "done": done,
            "regime": regime,
            "delivered": due - timedelta(days=2) if done == 1 else None,
            "evidence": f"{number}.pdf" if done == 1 else None,
            "amount": amount,
            "currency": currency,
            "paid": paid,
        }


def _overheads(shops: list[SandboxShop], language: Language) -> Iterator[StartRow]:
    """Overhead and VAT that no platform knows, typed once a month."""
    evidence = "总账" if language == "zh" else "Ledger"
    for shop in shops:
        sales = Decimal(shop.monthly_sales)
        vat = Decimal("0.16") if shop.market != "US" else Decimal()
        for month in range(4, 11):
            for measure, share in (("overhead", Decimal("0.04")), ("vat_amount", vat)):
                yield {
                    "day": date(YEAR, month, 1),
                    "shop": shop.code,
                    "measure": measure,
                    "value": float(_thousand(sales * share)),
                    "evidence": evidence,
                    "by": "FIN1",
                }
