"""What the managers of the two sandbox companies typed into their workbooks; all invented."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from kpi.catalog import shipped
from kpi.model import Language
from sheet_templates.shipped_rows import kpi_rows, rules
from sheet_templates.start import BookStart, StartRow
from sync_service.sandbox.world import SandboxShop, World

EUR_USD = 1.13  # the company's fixed rate of the year 2026
YEAR = 2026
MONTH = "2026-10"
CARD_FROM = date(2026, 1, 1)
# Sales of a month against the mean month of a shop; autumn is strong, August weak in the EU.
SEASON = {
    "US": (0.88, 0.86, 0.92, 0.94, 0.98, 1.00, 1.16, 0.98, 0.98, 1.06, 1.36, 1.24),
    "EU": (0.92, 0.90, 0.94, 0.96, 0.98, 0.98, 1.06, 0.80, 1.00, 1.06, 1.34, 1.22),
}
NET_OF_GROSS = Decimal("0.90")
CONTRIBUTION = Decimal("0.26")
# metric, weight, method, better, warn, breach, parameters; money against what is due by now
Line = tuple[str, int, str, str, float | None, float | None, tuple[float, ...]]
OPERATIONS: tuple[Line, ...] = (
    ("net_sales", 20, "ratio_up", "higher", 0.95, 0.85, ()),
    ("contribution_profit", 15, "ratio_up", "higher", 0.95, 0.85, ()),
    ("acos", 10, "mirror_down", "lower", 0.28, 0.35, ()),
    ("tacos", 5, "mirror_down", "lower", 0.14, 0.18, ()),
    ("return_rate", 10, "mirror_down", "lower", 0.065, 0.08, ()),
    ("negative_review_rate", 5, "mirror_down", "lower", 0.06, 0.09, ()),
    ("inventory_turnover_days", 5, "band", "band", None, None, (40, 90, 30, 60)),
    ("buy_box_share", 10, "ratio_up", "higher", 0.88, 0.8, ()),
    ("new_listings", 10, "ratio_up", "higher", 0.8, 0.5, ()),
    ("days_of_supply", 10, "band", "band", None, None, (30, 75, 20, 60)),
)
SUPERVISOR: tuple[Line, ...] = (
    ("net_sales", 25, "ratio_up", "higher", 0.95, 0.85, ()),
    ("contribution_profit", 25, "ratio_up", "higher", 0.95, 0.85, ()),
    ("acos", 10, "mirror_down", "lower", 0.28, 0.35, ()),
    ("return_rate", 10, "mirror_down", "lower", 0.065, 0.08, ()),
    ("unit_session_rate", 10, "ratio_up", "higher", 0.09, 0.07, ()),
    ("new_listings", 10, "ratio_up", "higher", 0.8, 0.5, ()),
    ("days_of_supply", 10, "band", "band", None, None, (30, 75, 20, 60)),
)
RATIOS = {
    "acos": 0.26,
    "tacos": 0.12,
    "return_rate": 0.06,
    "negative_review_rate": 0.05,
    "buy_box_share": 0.92,
    "unit_session_rate": 0.11,
}


@dataclass(frozen=True, slots=True)
class Staff:
    """A member of the team: a short code, what they do and which shops are theirs."""

    code: str
    zh: str
    en: str
    role: str
    us_share: float
    shops: tuple[str, ...] = ()
    manager: str = "HEAD"


OCT = {day: date(2026, 10, day) for day in (15, 20, 25, 30)}
TEAMS: dict[str, tuple[Staff, ...]] = {
    "XH": (
        Staff("HEAD", "运营总监", "Head of operations", "supervisor", 0.6, manager=""),
        Staff("OPS1", "运营一组", "Operations 1", "operations", 1.0, ("AMZ-US",)),
        Staff("OPS2", "运营二组", "Operations 2", "operations", 0.0, ("AMZ-DE", "AMZ-FR")),
        Staff("OPS3", "运营三组", "Operations 3", "operations", 0.0, ("AMZ-IT", "AMZ-ES")),
        Staff("OPS4", "独立站组", "Own stores", "operations", 0.65, ("SHP-US", "SHP-EU")),
    ),
    "HY": (
        Staff("HEAD", "运营总监", "Head of operations", "supervisor", 0.6, manager=""),
        Staff("OPS5", "运营五组", "Operations 5", "operations", 1.0, ("HY-AMZ-US", "HY-SHP-US")),
        Staff(
            "OPS6",
            "运营六组",
            "Operations 6",
            "operations",
            0.0,
            ("HY-AMZ-DE", "HY-AMZ-FR", "HY-AMZ-IT"),
        ),
    ),
}
# number, country, what, regime, due, done, whether it is the head's own
TASKS = (
    ("T-001", "FR", "法国包装EPR申报", "French packaging EPR", "epr_packaging", OCT[30], 0.6, True),
    ("T-002", "DE", "德国WEEE费用缴纳", "German WEEE fees", "weee_fee", OCT[15], 0.5, False),
    ("T-003", "IT", "意大利VAT三季度", "Italian VAT, quarter 3", "vat", OCT[25], 0.2, False),
    ("T-004", "ES", "西班牙VAT三季度", "Spanish VAT, quarter 3", "vat", OCT[20], 1.0, False),
    (
        "T-005",
        "DE",
        "充电产品CE文件复核",
        "CE files of chargers",
        "ce",
        date(2026, 11, 20),
        0.0,
        True,
    ),
)
PARTNER = "OPS6"  # the agency of the second company: its slice is the partner edition


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
        weights=list(_weights()),
        rules=rules(language),
        tasks=list(_tasks(company, language)),
        inputs=list(_overheads(shops, language)),
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
        for metric, value in RATIOS.items():
            yield {**_target(region, region, metric, "HEAD"), "year_total": value}
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


def _weights() -> Iterator[StartRow]:
    for role, lines in (("operations", OPERATIONS), ("supervisor", SUPERVISOR)):
        for region in ("US", "EU"):
            for metric, weight, method, better, warn, breach, params in lines:
                yield {
                    "role": role,
                    "region": region,
                    "metric": metric,
                    "on": "yes",
                    "weight": float(weight),
                    "method": method,
                    "better": better,
                    "warn": warn,
                    "breach": breach,
                    "bound": "strict",
                    "veto": "no",
                    "start": CARD_FROM,
                    **{f"p{n}": float(p) for n, p in enumerate(params, 1)},
                    "missing": "exclude",
                }


def _tasks(company: str, language: Language) -> Iterator[StartRow]:
    last = TEAMS[company][-1].code
    for number, country, zh, en, regime, due, done, is_head in TASKS:
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
