"""A product of a shop as a scope: what names it, which facts are its own, what is unknown of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from kpi.book import Book
from kpi.book_checks import check_book
from kpi.catalog import shipped
from kpi.cells import cell
from kpi.heads import Headcount
from kpi.model import WHOLE_SHOP, Region, Scope, ScopeKind, Window
from kpi.money import DayRates
from kpi.organisation import Part
from kpi.scope_values import ScopeValues
from kpi.scopes import same, scopes
from kpi.sku_scopes import asked_skus
from kpi.target_scopes import TargetKind, kind_of, shops_of
from kpi.totals import Converter, Totals
from kpi.trade import Product, Shop
from kpi.typed_rows import Settings
from tests.alarm_support import rule
from tests.leaf_support import Leaf, leaf_sums
from tests.target_support import line, person

SHOPS = (
    Shop("DE1", "amazon", "DE", Region.EU, "EUR", "Europe/Berlin"),
    Shop("US1", "shopify", "US", Region.US, "USD", "America/New_York"),
)
PRODUCTS = tuple(
    Product(sku, market, date(2026, 1, 1), category, None, None, None, "USD")
    for sku, market, category in (("A", None, "Pans"), ("B/2", "DE", "Lids"), ("C", "US", None))
)


def book(*scopes_of_rules: str, **changes: object) -> Book:
    rules = tuple(rule(code=f"R{n}", scope=scope) for n, scope in enumerate(scopes_of_rules))
    start = Book(Settings("2026-10", ""), shops=SHOPS, products=PRODUCTS, rules=rules)
    return replace(start, **changes)  # type: ignore[arg-type]  # fields by name


@pytest.mark.parametrize(
    ("scope", "found"),
    [
        pytest.param("DE1/A", ("DE1", "A"), id="a product of every market"),
        pytest.param("US1/A", ("US1", "A"), id="the same one in another shop"),
        pytest.param("DE1/B/2", ("DE1", "B/2"), id="a SKU with the sign in it"),
        pytest.param("US1/C", ("US1", "C"), id="a product of the shop's market"),
        pytest.param("DE1/C", None, id="not sold in that market"),
        pytest.param("DE1/X", None, id="not in Products"),
        pytest.param("XX1/A", None, id="no such shop"),
        pytest.param("A", None, id="a product without its shop"),
        pytest.param("*", None, id="each shop"),
    ],
)
def test_what_names_a_product_of_a_shop(scope: str, found: tuple[str, str] | None) -> None:
    asked = asked_skus(book(scope))
    assert [(one.shop.code, one.sku) for one in asked.values()] == ([found] if found else [])
    kinds = [(one.scope.kind, one.scope.code) for one in scopes(book(scope))]
    assert ((ScopeKind.SKU, scope) in kinds) is (found is not None)


def test_only_what_rows_ask_for_is_a_scope() -> None:
    assert asked_skus(book()) == {}
    off = book(rules=(rule(scope="DE1/A", on=False),))
    assert asked_skus(off) == {}
    target = book(targets=(line("DE1/A", 0.2),))
    assert list(asked_skus(target)) == ["DE1/A"]


def test_a_target_of_a_product_is_one_of_its_shop() -> None:
    good, bad = line("DE1/A", 0.2), line("DE1/X", 0.2)
    given = book(targets=(good, bad))
    assert (kind_of(given, good), kind_of(given, bad)) == (TargetKind.SKU, None)
    assert shops_of(given, good) == (SHOPS[0],)
    told = [one for one in check_book(given) if one.code == "unknown_scope"]
    assert [one.what["en"] for one in told] == ['There is no scope "DE1/X".']
    assert "SHOP/SKU" in told[0].mend["en"]


DAYS = Window(date(2026, 10, 1), date(2026, 10, 3))
EVER = Window(date(1970, 1, 1), date(9999, 1, 1))
STAR = cell("", WHOLE_SHOP)
A, B = cell("Pans", "A"), cell("Lids", "B/2")


def reviews(day: int, category: str, bad: int | None, every: int | None = None) -> Leaf:
    figures = {"reviews_negative": bad, "reviews_total": every}
    return ("reviews", "DE1", date(2026, 10, day), category, "EUR", figures)


def values(leaves: list[Leaf], **of: str) -> ScopeValues:
    totals = Totals(
        leaf_sums(leaves), {"DE1": "amazon"}, lambda *_: (("reviews",),), shipped().measures
    )
    money = Converter("USD", {}, DayRates({}, (), {}))
    part = Part("DE1", EVER, **of)  # type: ignore[arg-type]  # fields by name
    covered = totals.covered(["reviews_negative"], [part], DAYS)
    return ScopeValues(totals, shipped(), money, [part], covered)


BY_PRODUCT = [
    reviews(1, A, 3, 20),
    reviews(1, B, 1, 5),
    reviews(1, "Pans", 2, 40),  # another product of the category, which nobody asked for
    reviews(1, STAR, 0, 0),
    reviews(2, A, 1, 20),
    reviews(2, "", 4, 10),  # a product without a category
]


@pytest.mark.parametrize(
    ("of", "count", "every"),
    [
        pytest.param({"sku": "A"}, 4.0, 40.0, id="3 + 1 of 20 + 20"),
        pytest.param({"sku": "B/2"}, 1.0, 5.0, id="1, and none on the second day"),
        pytest.param({"sku": "Z"}, 0.0, 0.0, id="no row of the product: none"),
        pytest.param({"category": "Pans"}, 6.0, 80.0, id="a category holds its asked products"),
        pytest.param({"category": "Lids"}, 1.0, 5.0, id="also where they are all of it"),
        pytest.param({}, 11.0, 95.0, id="the shop is what it was"),
        pytest.param({"excluding": frozenset({"Pans"})}, 5.0, 15.0, id="a shop less a category"),
    ],
)
def test_reviews_of_a_product(of: dict[str, str], count: float, every: float) -> None:
    found = values(BY_PRODUCT, **of)
    assert found.window == DAYS
    assert found.value("negative_review_count") == count
    assert found.value("reviews_total") == every
    assert found.value("negative_review_rate") == (count / every if every else None)


def test_a_figure_of_the_whole_shop_says_nothing_of_a_product() -> None:
    """The first day is by product; of the second the file knows four for the shop alone."""
    found = values([reviews(1, A, 3), reviews(2, STAR, 4)], sku="A")
    assert found.window == Window(date(2026, 10, 1), date(2026, 10, 2))
    assert found.value("negative_review_count") == 3
    plain = values([reviews(1, "Pans", 3)], sku="A")  # the pass kept no product apart
    assert plain.window.days == 0
    assert plain.value("negative_review_count") is None


def test_no_people_are_of_a_product() -> None:
    given = book("DE1/A", people=(person("OPS1"),))
    scope = Scope("DE1/A", ScopeKind.SKU, Region.EU, same("DE1/A"))
    parts = (Part("DE1", EVER, sku="A"),)
    assert Headcount(given)(scope, parts, DAYS) is None
    shop = Scope("DE1", ScopeKind.SHOP, Region.EU, same("DE1"))
    assert Headcount(given)(shop, parts, DAYS) is not None
