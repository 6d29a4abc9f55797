"""A target given to parts of every kind, and added up from them, by hand.

Acme has DE1 and FR1, of which DE1 sells Lux alone; WEB is Bolt's and sells Lux too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from kpi.book import Book
from kpi.book_nouns import EVER, NEVER
from kpi.errors import UnansweredError
from kpi.model import Region, Unit, Window
from kpi.part_codes import PARTS, outside, parts_of
from kpi.part_weights import (
    Weights,
    capacity_weights,
    even_weights,
    hand_weights,
    season_shares,
)
from kpi.season import Flow
from kpi.target_gaps import BELOW, gaps
from kpi.target_parts import Division, divided
from kpi.target_scopes import TargetKind
from kpi.target_sums import Sum, Typed, summed
from kpi.trade import Assignment, Product, Shop
from kpi.typed_rows import TargetRow
from tests.card_support import weight
from tests.target_support import DE, FR, NONE, WEB, person, room, sales

KIND = TargetKind
DE_ACME = replace(DE, company="Acme", brand="Lux")
FR_ACME = replace(FR, company="Acme", brand="Noir")
WEB_BOLT = replace(WEB, company="Bolt", brand="Lux")
SHOPS = (DE_ACME, FR_ACME, WEB_BOLT)
US1 = Shop("US1", "amazon", "US", Region.US, "USD", "America/New_York", "OPS9")
TEAM = (
    person("OPS1"),
    person("OPS2"),
    person("BUY", "Purchasing", "buyer"),
    person("OPS9", "US team"),
)


def monthly(scope: str, month: float, currency: str = "USD") -> TargetRow:
    return replace(sales(scope, None, currency), months=(month,) * 12)


def all_of(*targets: TargetRow, **parts: object) -> Book:
    return room(*targets, **{"shops": (*SHOPS, US1), "people": TEAM, **parts})


def give(book: Book, kind: TargetKind, weights: Weights) -> Division:
    return divided(book, book.targets[0], Unit.MONEY, Flow.ORDERS, kind, weights)


def first(made: Division, month: int = 0) -> dict[str, float | None]:
    return {one.row.scope: one.row.months[month] for one in made.parts}


# --- which parts ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scope", "kind", "wanted"),
    [
        pytest.param("EU", KIND.ENTITY, ("Acme", "Bolt"), id="companies of a region"),
        pytest.param("EU", KIND.BRAND, ("Lux", "Noir"), id="brands of a region"),
        pytest.param("EU", KIND.MARKET, ("DE", "FR"), id="markets of a region"),
        pytest.param("EU", KIND.PLATFORM, ("amazon", "shopify"), id="platforms of a region"),
        pytest.param("EU", KIND.CATEGORY, ("lamps", "chairs"), id="categories of a region"),
        pytest.param("EU", KIND.STAGE, ("new", "mature"), id="stages that products have"),
        pytest.param(
            "EU",
            *(KIND.DEPARTMENT, ("EU team", "Purchasing")),
            id="departments with shops of the region, and those without any",
        ),
        pytest.param("Acme", KIND.BRAND, ("Noir",), id="Lux is of two companies"),
        pytest.param("Acme", KIND.SHOP, ("DE1", "FR1"), id="shops of a company"),
        pytest.param("Lux", KIND.SHOP, ("DE1", "WEB"), id="shops of a brand"),
        pytest.param("amazon", KIND.SHOP, ("DE1", "FR1"), id="shops of a platform"),
        pytest.param("OPS2", KIND.MARKET, ("FR:OPS2", "DE:OPS2"), id="markets of a person"),
        pytest.param("EU team", KIND.PERSON, ("OPS1", "OPS2"), id="people of a department"),
    ],
)
def test_what_a_line_is_made_of(scope: str, kind: TargetKind, wanted: tuple[str, ...]) -> None:
    assert parts_of(all_of(), monthly(scope, 1.0), kind) == wanted


def test_every_kind_of_part_has_its_words_and_some_line_above_it() -> None:
    kinds = {kind for parts in BELOW.values() for kind in parts} - {KIND.MARKET_PERSON}
    assert set(PARTS) == kinds


def test_a_product_of_another_region_makes_no_category_here() -> None:
    mine = Product("S1", "US", date(2025, 1, 1), "sofas", None, None, None, "CNY")
    book = all_of(products=(mine, replace(mine, sku="S2", market="DE", category="beds")))
    assert parts_of(book, monthly("EU", 1.0), KIND.CATEGORY) == ("beds",)


def test_departments_whose_cards_score_the_kpi_share_it() -> None:
    book = all_of(weights=(weight("net_sales", 100.0, role="operations"),))
    assert parts_of(book, monthly("EU", 1.0), KIND.DEPARTMENT) == ("EU team",)


@pytest.mark.parametrize(
    ("scope", "kind", "wanted"),
    [
        pytest.param("EU", KIND.MARKET, (), id="every shop has a market"),
        pytest.param("EU", KIND.BRAND, ("FR1",), id="a shop without a brand"),
        pytest.param("Acme", KIND.BRAND, ("DE1", "FR1"), id="the brand of two companies is none's"),
        pytest.param("EU", KIND.CATEGORY, (), id="categories are no shops"),
        pytest.param("OPS2", KIND.MARKET, (), id="nor are people's parts of markets"),
    ],
)
def test_shops_that_are_in_no_part(scope: str, kind: TargetKind, wanted: tuple[str, ...]) -> None:
    gone = replace(FR_ACME, code="FR0", brand="", closed=date(2025, 12, 31))
    book = all_of(shops=(DE_ACME, replace(FR_ACME, brand=""), WEB_BOLT, gone))
    assert outside(book, monthly(scope, 1.0), kind) == wanted


# --- by what --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scope", "kind", "wanted"),
    [
        pytest.param("EU", KIND.MARKET, {"DE": 50.01, "FR": 50.0}, id="the odd cent to the first"),
        pytest.param("EU", KIND.CATEGORY, {"lamps": 50.01, "chairs": 50.0}, id="categories"),
        pytest.param("EU", KIND.DEPARTMENT, {"EU team": 50.01, "Purchasing": 50.0}, id="teams"),
        pytest.param("OPS2", KIND.MARKET, {"FR:OPS2": 50.01, "DE:OPS2": 50.0}, id="of a person"),
    ],
)
def test_equal_parts(scope: str, kind: TargetKind, wanted: Mapping[str, float]) -> None:
    book = all_of(monthly(scope, 100.01))
    codes = parts_of(book, book.targets[0], kind)
    assert first(give(book, kind, even_weights(book, book.targets[0], codes))) == wanted


@pytest.mark.parametrize(
    ("scope", "kind", "wanted"),
    [
        pytest.param("EU", KIND.MARKET, {"DE": 75.0, "FR": 25.0}, id="OPS1, and OPS2 by half"),
        pytest.param("EU", KIND.ENTITY, {"Acme": 75.0, "Bolt": 25.0}, id="companies"),
        pytest.param("EU", KIND.DEPARTMENT, {"EU team": 66.67, "Purchasing": 33.33}, id="heads"),
        pytest.param("OPS2", KIND.MARKET, {"FR:OPS2": 50.0, "DE:OPS2": 50.0}, id="of a person"),
    ],
)
def test_by_capacity(scope: str, kind: TargetKind, wanted: Mapping[str, float]) -> None:
    book = all_of(monthly(scope, 100.0))
    codes = parts_of(book, book.targets[0], kind)
    weights = capacity_weights(book, book.targets[0], kind, codes)
    assert first(give(book, kind, weights)) == wanted


def test_a_category_has_the_time_of_those_who_hold_it() -> None:
    held = (Assignment("DE1", "lamps", "OPS2", 1.0, Window(EVER, NEVER)),)
    book = all_of(monthly("EU", 10.0), assignments=held)
    weights = capacity_weights(book, book.targets[0], KIND.CATEGORY, ("lamps", "chairs"))
    assert first(give(book, KIND.CATEGORY, weights)) == {"lamps": 10.0, "chairs": 0.0}


def test_by_season_each_shop_is_one_with_its_own_calendar() -> None:
    """October 2026 of Amazon: 30.9 days in Germany (3 October is 0.9), 31 in France; WEB 30.9.

    2 x 30.9 against 31 of 92.8 days; FR1 opens in March: all of January is Germany's.
    """
    late = replace(FR_ACME, opened=date(2026, 3, 15))
    book = all_of(monthly("EU", 928.0), shops=(replace(DE_ACME, platform="ebay"), late, WEB_BOLT))
    weights = season_shares(book, book.targets[0], Flow.ORDERS, ("DE", "FR"))
    made = give(book, KIND.MARKET, weights)
    assert first(made) == {"DE": 928.0, "FR": 0.0}
    assert [weights[code][9] for code in ("DE", "FR")] == [Fraction("61.8"), 31]
    assert first(made, 9) == {"DE": 618.0, "FR": 310.0}


def test_by_hand_the_rest_is_shown_and_a_line_of_its_own_comes_out_of_it() -> None:
    """60 % and 10 % of 100.01: 60.01 and 10.00; 20 are FR1's own, 10.00 nobody's."""
    book = all_of(monthly("EU", 100.01), monthly("FR1", 20.0))
    codes = parts_of(book, book.targets[0], KIND.SHOP)
    made = give(book, KIND.SHOP, hand_weights({"DE1": Fraction(60), "WEB": Fraction(10)}, codes))
    assert first(made) == {"DE1": 60.01, "WEB": 10.0}
    assert (made.rest[0], [row.scope for row in made.kept]) == (Decimal("10.00"), ["FR1"])


@pytest.mark.parametrize(
    ("work", "said"),
    [
        pytest.param(
            lambda _: hand_weights({"IT": Fraction(1)}, ("DE", "FR")),
            "IT is no part of the line; its parts are DE, FR",
            id="a stranger",
        ),
        pytest.param(
            lambda _: hand_weights({"DE": Fraction(101)}, ("DE",)),
            "more than 100",
            id="too much",
        ),
        pytest.param(
            lambda _: hand_weights({"DE": Fraction(-1)}, ("DE",)), "below 0", id="below nothing"
        ),
        pytest.param(
            lambda book: give(
                book, KIND.SHOP, hand_weights({"DE1": Fraction(90)}, ("DE1", "FR1", "WEB"))
            ),
            "Month 1: the parts ask 10.00 more",
            id="with a line of its own too much",
        ),
        pytest.param(
            lambda book: season_shares(book, book.targets[0], Flow.ORDERS, ("lamps",)),
            "lamps has no shops of its own",
            id="a category has no season of its own",
        ),
        pytest.param(
            lambda book: capacity_weights(book, book.targets[0], KIND.STAGE, ("new",)),
            "a stage of products alone",
            id="a stage has no people",
        ),
    ],
)
def test_what_cannot_be_weighed_is_said(work: object, said: str) -> None:
    with pytest.raises(UnansweredError, match=said) as caught:
        work(all_of(monthly("EU", 100.0), monthly("FR1", 20.0)))  # type: ignore[operator]  # a case
    assert caught.value.texts["zh"] != caught.value.texts["en"]


# --- the other way round --------------------------------------------------------------------------


def add_up(book: Book, kind: TargetKind, unit: Unit = Unit.MONEY) -> Sum:
    return summed(book, book.targets[0], unit, Flow.ORDERS, kind)


def test_a_line_is_the_sum_of_its_parts_and_has_no_gap_then() -> None:
    """10.10 and 20.20 dollars of DE1 and WEB with 8.33 EUR of FR1 at 1.25: 40.71."""
    parts = (monthly("DE1", 10.1), monthly("WEB", 20.2), monthly("FR1", 8.33, "EUR"))
    book = all_of(sales("EU", None), *parts)
    made = add_up(book, KIND.SHOP)
    assert (made.row.months, made.row.year_total) == ((40.71,) * 12, None)
    assert ([row.scope for row in made.lines], made.typed) == (["DE1", "WEB", "FR1"], ())
    [gap] = gaps(
        all_of(made.row, *(replace(p, currency="USD") for p in parts)), made.row, Unit.MONEY
    )
    assert gap.rest == Decimal("24.96")  # 12 x 2.08: 8.33 dollars are not 10.41
    even = all_of(monthly("EU", 40.71), *parts)
    assert add_up(even, KIND.SHOP).typed == ()


def test_what_is_typed_otherwise_is_named() -> None:
    line = replace(sales("EU", 300.0), months=(30.0, 31.0, *NONE[2:]))
    parts = (monthly("DE", 20.0), monthly("FR", 10.0))
    made = add_up(all_of(line, *parts), KIND.MARKET)
    assert (made.row.months, made.row.year_total) == ((30.0,) * 12, 360.0)
    assert made.typed == (Typed(2, 31.0, 30.0), Typed(None, 300.0, 360.0))


@pytest.mark.parametrize(
    ("targets", "said"),
    [
        pytest.param((sales("EU", None), monthly("DE", 1.0)), "net_sales: FR", id="no line of FR"),
        pytest.param(
            (sales("EU", None), monthly("DE", 1.0), sales("FR", None)),
            "FR net_sales does not ask something of every month",
            id="an empty line of FR",
        ),
        pytest.param(
            (sales("EU", None), monthly("DE", 1.0), monthly("FR", 1.0, "SEK")),
            "no fixed rate",
            id="no rate",
        ),
        pytest.param(
            (
                replace(sales("EU", None), baseline=1.0, uplift=5.0, uplift_unit="percent"),
                monthly("DE", 1.0),
                monthly("FR", 1.0),
            ),
            "empty the uplift first",
            id="an uplift",
        ),
        pytest.param((monthly("operations", 1.0),), "asked of each", id="a role is no sum"),
    ],
)
def test_what_cannot_be_added_up_is_said(targets: tuple[TargetRow, ...], said: str) -> None:
    with pytest.raises(UnansweredError, match=said) as caught:
        add_up(all_of(*targets), KIND.MARKET)
    assert caught.value.texts["zh"] != caught.value.texts["en"]


def test_a_shop_without_a_brand_and_a_line_without_parts_leave_the_sum_unknown() -> None:
    shops = (DE_ACME, replace(FR_ACME, brand=""), WEB_BOLT)
    book = all_of(sales("EU", None), monthly("Lux", 1.0), shops=shops)
    with pytest.raises(UnansweredError, match=r"net_sales: FR1 \(0 is an answer too\)"):
        add_up(book, KIND.BRAND)
    with pytest.raises(UnansweredError, match="net_sales: EU "):
        add_up(all_of(sales("EU", None), shops=()), KIND.SHOP)


def test_a_shop_that_was_closed_before_the_year_needs_no_line() -> None:
    shops = (DE_ACME, replace(FR_ACME, closed=date(2025, 12, 31)))
    made = add_up(all_of(sales("EU", None), monthly("DE1", 7.0), shops=shops), KIND.SHOP)
    assert made.row.months == (7.0,) * 12


def test_what_was_given_adds_up_to_the_line_again() -> None:
    book = all_of(monthly("EU", 100.01))
    codes = parts_of(book, book.targets[0], KIND.SHOP)
    made = give(book, KIND.SHOP, capacity_weights(book, book.targets[0], KIND.SHOP, codes))
    again = all_of(sales("EU", None), *(part.row for part in made.parts))
    assert add_up(again, KIND.SHOP).row.months == (100.01,) * 12


# --- a role's line --------------------------------------------------------------------------------

BUYERS = (
    person("BUY1", "Purchasing", "buyer"),
    replace(person("BUY2", "Purchasing", "buyer"), start=date(2026, 3, 16)),
    replace(person("BUY3", "Purchasing", "buyer"), us_share=1.0),
)


def of_role(*targets: TargetRow, weights: Weights | None = None) -> Division:
    book = all_of(*targets, people=(*TEAM[:2], *BUYERS))
    codes = parts_of(book, book.targets[0], KIND.PERSON)
    given = weights or even_weights(book, book.targets[0], codes)
    return give(book, KIND.PERSON, given)


def test_a_role_asks_each_of_its_people_in_the_region() -> None:
    """BUY3 works for the US; in January BUY2 is not there yet, in March he is for half of it."""
    made = of_role(monthly("buyer", 100.0))
    assert first(made) == {"BUY1": 100.0, "BUY2": 0.0}
    assert first(made, 2) == {"BUY1": 100.0, "BUY2": 100.0}
    assert [one.row.owner for one in made.parts] == ["BUY1", "BUY2"]


def test_what_a_role_asks_together_is_given_by_weights() -> None:
    """Twice 100 from March on, 3 to 1: 150 and 50; in January 100 in all, 75 and 25."""
    weights = {"BUY1": (Fraction(3),) * 12, "BUY2": (Fraction(1),) * 12}
    made = of_role(monthly("buyer", 100.0), weights=weights)
    assert first(made, 5) == {"BUY1": 150.0, "BUY2": 50.0}
    assert first(made) == {"BUY1": 75.0, "BUY2": 25.0}


def test_what_one_of_a_role_asks_already_is_left_out_of_the_rest() -> None:
    """BUY1 keeps 120; what the role asks of BUY2 stays 100, and in January he is not there."""
    other = replace(monthly("BUY1", 7.0), metric="units_sold")
    kept = monthly("BUY1", 120.0)
    made = of_role(replace(monthly("buyer", 100.0)), kept, other)
    assert made.kept == (kept,)
    assert (first(made), first(made, 5)) == ({"BUY2": 0.0}, {"BUY2": 100.0})
    by_hand = {"BUY2": (Fraction(30),) * 12, "": (Fraction(70),) * 12}
    with pytest.raises(UnansweredError, match="Month 1: the parts ask 30"):
        of_role(monthly("buyer", 100.0), kept, weights=by_hand)
    both = (BUYERS[0], replace(BUYERS[1], start=None))
    made = give(all_of(monthly("buyer", 100.0), kept, people=both), KIND.PERSON, by_hand)
    assert (first(made, 5), made.rest[5]) == ({"BUY2": 60.0}, Decimal(40))


def test_capacity_of_a_role_is_its_peoples_days_shops_or_none() -> None:
    """Both are there the whole of April."""
    book = all_of(monthly("buyer", 100.0), people=(*TEAM, *BUYERS))
    weights = capacity_weights(book, book.targets[0], KIND.PERSON, ("BUY1", "BUY2"))
    assert weights["BUY1"][3] == weights["BUY2"][3] > 0
    assert weights["BUY2"][0] == 0


def test_people_do_not_add_up_to_a_role() -> None:
    with pytest.raises(UnansweredError, match="it is no sum"):
        add_up(all_of(monthly("operations", 1.0), monthly("OPS1", 1.0)), KIND.PERSON)
