"""A small book of two shops and two people, its days of facts, and the cards made of both."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from kpi.actuals import Actuals
from kpi.book import Book
from kpi.calendar import period
from kpi.catalog import shipped
from kpi.model import Better, Region
from kpi.money import DayRates
from kpi.person_cards import PersonCard
from kpi.scope_values import GAPS
from kpi.scorecards import Scoring
from kpi.totals import Converter, Totals
from kpi.trade import Person, Shop
from kpi.typed_rows import Bound, Settings, TargetRow, WeightRow
from tests.leaf_support import Leaf, leaf_sums

OCT = period("2026-10")
D1 = date(2026, 10, 1)
LAST = date(2026, 10, 10)  # ten of thirty-one days are over
CATALOG = shipped()
SHOP = Shop("DE", "amazon", "DE", Region.EU, "EUR", "Europe/Berlin", "OPS1")
FR = Shop("FR", "amazon", "FR", Region.EU, "EUR", "Europe/Paris", "OPS2")
PEOPLE = tuple(
    Person(code, code, "", "operations", None, None, None, None, None, scored=True)
    for code in ("OPS1", "OPS2")
)


def weight(metric: str, points: float, **changes: object) -> WeightRow:
    row = WeightRow(
        role="operations",
        region=Region.EU,
        metric=metric,
        on=True,
        weight=points,
        method="ratio_up",
        better=Better.HIGHER,
        warn=0.95,
        breach=0.85,
        bound=Bound.STRICT,
        veto=False,
        start=date(2026, 1, 1),
        cap=120.0,
        floor=0.0,
        params=(None, None, None, None),
        missing="exclude",
        address="权重!A5",
    )
    return replace(row, **changes)  # type: ignore[arg-type]  # fields by name


def target(scope: str, metric: str, month: float | None, currency: str = "EUR") -> TargetRow:
    months = tuple(month if n == 9 else None for n in range(12))
    return TargetRow(2026, Region.EU, scope, metric, "OPS1", None, months, currency, "目标!A5")


def book(**changes: object) -> Book:
    start = Book(
        Settings("2026-10", "", currency="USD", fixed_rates={"EUR": 1.1}),
        shops=(SHOP, FR),
        people=PEOPLE,
        weights=(
            weight("net_sales", 60),
            weight("acos", 40, method="mirror_down", better=Better.LOWER),
        ),
        targets=(
            target("DE", "net_sales", 31_000.0),
            target("FR", "net_sales", 6_200.0),
            target("EU", "acos", 0.25),
        ),
    )
    return replace(start, **changes)  # type: ignore[arg-type]  # fields by name


def day_of(shop: str, day: date, sales: int, spend: int | None, ad_sales: int = 400) -> list[Leaf]:
    """A day in euros: the orders know sales and nothing else, the ads spend and sales."""
    sold = {"gross_sales": sales * 10_000, "discounts": 0, "returns_amount": 0}
    ads = {
        "ad_spend": None if spend is None else spend * 10_000,
        "ad_sales": None if spend is None else ad_sales * 10_000,
    }
    return [
        ("amazon.orders", shop, day, "", "EUR", sold),
        ("amazon_ads.all", shop, day, "", "EUR", ads),
    ]


def sources(_platform: str, measure: str) -> tuple[tuple[str, ...], ...]:
    known = {"gross_sales": "orders", "discounts": "orders", "returns_amount": "orders"}
    if measure in known:
        return (("amazon.orders",),)
    return (("amazon_ads.all",),) if measure in {"ad_spend", "ad_sales"} else ()


def actuals(*days: list[Leaf], stale: frozenset[tuple[str, str]] = frozenset()) -> Actuals:
    leaves = leaf_sums([leaf for day in days for leaf in day])
    platforms = dict.fromkeys(leaves.shops, "amazon")
    totals = Totals(leaves, platforms, sources, {**CATALOG.measures, **GAPS})
    rates = DayRates({"USD": 0}, (D1,), {D1: ("1.2",)})
    money = Converter("USD", {"EUR": 1.1}, rates)
    return Actuals(totals, CATALOG, money, dict.fromkeys(("DE", "FR"), LAST), stale)


def run(shop: str, sales: int, spend: int | None, days: int = 10) -> list[Leaf]:
    return [leaf for n in range(days) for leaf in day_of(shop, D1 + timedelta(n), sales, spend)]


def card(found: Actuals, of: Book, person: str = "OPS1") -> PersonCard:
    return next(c for c in Scoring(of, found).people(OCT) if c.person.code == person)


def year_ago_and_last_month(spend: int | None = None) -> Actuals:
    """ACoS was 0.5 in October 2025 and 0.25 in September 2026; this October has sales alone,
    or a spend a day."""
    old = [day_of("DE", date(2025, 10, 1) + timedelta(n), 1_000, 200) for n in range(31)]
    last = [day_of("DE", date(2026, 9, 1) + timedelta(n), 1_000, 100) for n in range(30)]
    return actuals(*old, *last, run("DE", 1_000, spend))
