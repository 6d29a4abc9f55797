"""Who answers for what: dated lines win over the owner, categories leave the rest, circles end."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from kpi.book import Book
from kpi.book_nouns import EVER, NEVER
from kpi.model import OWN_STORES, Region, ScopeKind, Window
from kpi.organisation import Part, in_days, in_region, open_days, ownership, person_parts
from kpi.scopes import scopes
from kpi.trade import Assignment, Person, Product, Shop
from kpi.typed_rows import Settings

MID = date(2026, 10, 12)
ALWAYS = Window(EVER, NEVER)
FROM_MID = Window(MID, NEVER)


def shop(code: str, market: str, owner: str | None) -> Shop:
    region = Region.US if market == "US" else Region.EU
    return Shop(code, "amazon", market, region, "EUR", "Europe/Berlin", owner)


def person(code: str, manager: str | None = None) -> Person:
    return Person(code, code, "", "operations", manager, None, None, None, None, scored=True)


def line(shop: str, who: str, days: Window, share: float = 1.0, category: str = "") -> Assignment:
    return Assignment(shop, category or None, who, share, days)


FR = shop("FR", "FR", "OPS2")


def test_a_shop_without_lines_belongs_to_its_owner() -> None:
    assert ownership(FR, ()) == (("OPS2", Part("FR", ALWAYS)),)


def test_a_hand_over_keeps_the_former_owners_days() -> None:
    found = ownership(FR, [line("FR", "OPS3", FROM_MID)])
    assert found == (("OPS2", Part("FR", Window(EVER, MID))), ("OPS3", Part("FR", FROM_MID)))


def test_two_people_share_a_shop() -> None:
    lines = [line("FR", "A", ALWAYS, 0.4), line("FR", "B", ALWAYS, 0.6)]
    shares = {who: part.share for who, part in ownership(FR, lines)}
    assert shares == {"A": 0.4, "B": 0.6}


def test_a_category_line_leaves_the_other_categories_to_the_owner() -> None:
    found = dict(ownership(FR, [line("FR", "A", ALWAYS, category="home")]))
    assert found["A"] == Part("FR", ALWAYS, category="home")
    assert found["OPS2"] == Part("FR", ALWAYS, excluding=frozenset({"home"}))


def test_a_manager_without_shops_answers_for_the_line_below() -> None:
    people = (person("HEAD"), person("LEAD", "HEAD"), person("OPS2", "LEAD"))
    book = Book(Settings("2026-10", ""), shops=(FR, shop("US", "US", "LEAD")), people=people)
    assert {part.shop for part in person_parts(book, "HEAD")} == {"FR", "US"}
    assert in_region(book, person_parts(book, "HEAD"), Region.US) == (Part("US", ALWAYS),)


def test_a_manager_who_had_a_shop_answers_for_the_line_below_on_the_other_days() -> None:
    """LEAD stood in for FR from the 5th to the 11th; only before and after it is FR of OPS2."""
    stood_in = Window(date(2026, 10, 5), MID)
    book = Book(
        Settings("2026-10", ""),
        shops=(FR, shop("DE", "DE", "OPS2")),
        people=(person("LEAD"), person("OPS2", "LEAD")),
        assignments=(line("FR", "LEAD", stood_in),),
    )
    assert set(person_parts(book, "LEAD")) == {
        Part("FR", stood_in),
        Part("FR", Window(EVER, stood_in.start)),
        Part("FR", FROM_MID),
        Part("DE", Window(EVER, stood_in.start)),
        Part("DE", FROM_MID),
    }


@pytest.mark.parametrize(
    ("start", "end", "kept"),
    [
        pytest.param(1, 5, [], id="ended the day before"),
        pytest.param(1, 6, ["FR"], id="has the first day"),
        pytest.param(9, 20, ["FR"], id="has the last day"),
        pytest.param(10, 20, [], id="begins the day after"),
    ],
)
def test_parts_that_hold_none_of_the_days_are_dropped(
    start: int, end: int, kept: list[str]
) -> None:
    part = Part("FR", Window(date(2026, 10, start), date(2026, 10, end)))
    asked = Window(date(2026, 10, 5), date(2026, 10, 10))
    assert [one.shop for one in in_days((part,), asked)] == kept


def test_a_circle_of_managers_ends() -> None:
    people = (person("A", "B"), person("B", "A"))
    book = Book(Settings("2026-10", ""), shops=(shop("DE", "DE", None),), people=people)
    assert person_parts(book, "A") == ()


def test_the_company_is_us_and_eu_and_markets_lie_inside() -> None:
    book = Book(
        Settings("2026-10", ""),
        shops=(FR, shop("DE", "DE", "OPS2"), shop("US", "US", "OPS2")),
        people=(person("OPS2"),),
    )
    found = {(s.scope.region, s.scope.code): {p.shop for p in s.parts} for s in scopes(book)}
    assert found[None, "ALL"] == {"FR", "DE", "US"}
    assert found[Region.EU, "EU"] == {"FR", "DE"}
    assert found[Region.EU, "DE"] == {"DE"}
    assert found[Region.US, "OPS2"] == {"US"}
    assert (Region.US, "FR") not in found


def test_own_stores_are_a_scope_of_their_own_and_a_category_one_of_each_region() -> None:
    store = replace(shop("SHP-EU", "DE", "OPS2"), platform="shopify")
    kitchen = Product("S1", None, EVER, "kitchen", None, None, None, "CNY", None)
    book = Book(
        Settings("2026-10", ""),
        shops=(FR, store),
        people=(person("OPS2"), person("IDLE")),
        products=(kitchen,),
    )
    found = {str(s.scope.code): s for s in scopes(book)}
    assert [part.shop for part in found[OWN_STORES].parts] == ["SHP-EU"]
    assert [part.category for part in found["kitchen"].parts] == ["kitchen", "kitchen"]
    assert [part.shop for part in found["OPS2"].parts] == ["FR", "SHP-EU"]
    assert "IDLE" not in found


def test_only_a_part_without_categories_has_the_figures_of_the_whole_shop() -> None:
    assert Part("FR", ALWAYS).whole
    assert not Part("FR", ALWAYS, category="home").whole
    assert not Part("FR", ALWAYS, excluding=frozenset({"home"})).whole


def test_a_shop_counts_from_its_first_day_to_its_last() -> None:
    closed = replace(FR, opened=date(2026, 1, 5), closed=date(2026, 1, 9))
    assert open_days(closed) == Window(date(2026, 1, 5), date(2026, 1, 10))


def test_lines_of_other_shops_and_of_no_days_change_nothing() -> None:
    lines = [line("DE", "A", ALWAYS), line("FR", "B", Window(MID, MID))]
    assert ownership(FR, lines) == (("OPS2", Part("FR", ALWAYS)),)


def test_a_line_that_begins_or_ends_with_the_shop_makes_no_empty_stretch() -> None:
    open_ = replace(FR, opened=MID, closed=date(2026, 10, 31))
    days = Window(MID, date(2026, 11, 1))
    assert ownership(open_, [line("FR", "A", days)]) == (("A", Part("FR", days)),)


def test_markets_platforms_and_shops_gather_their_own() -> None:
    """The market US is the region itself; a shop without a name is called by its code."""
    shops = (
        replace(shop("AMZ-DE", "DE", "OPS2"), name="Berlin"),
        replace(shop("SHP-FR", "FR", "OPS2"), platform="shopify"),
        shop("AMZ-US", "US", "OPS2"),
    )
    nameless = replace(shops[2], name="")
    book = Book(Settings("2026-10", ""), shops=(*shops[:2], nameless))
    found = [
        (str(s.scope.kind), s.scope.code, s.scope.names["en"], [part.shop for part in s.parts])
        for s in scopes(book)
        if s.scope.region is not None and s.scope.kind is not ScopeKind.REGION
    ]
    assert found == [
        ("platform", "amazon", "amazon", ["AMZ-US"]),
        ("shop", "AMZ-US", "AMZ-US", ["AMZ-US"]),
        ("market", "DE", "DE", ["AMZ-DE"]),
        ("market", "FR", "FR", ["SHP-FR"]),
        ("platform", "amazon", "amazon", ["AMZ-DE"]),
        ("platform", "shopify", "shopify", ["SHP-FR"]),
        ("shop", "AMZ-DE", "Berlin", ["AMZ-DE"]),
        ("shop", "SHP-FR", "SHP-FR", ["SHP-FR"]),
    ]
