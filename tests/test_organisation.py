"""Who answers for what: dated lines win over the owner, categories leave the rest, circles end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest

from kpi.book import Book
from kpi.book_nouns import EVER, NEVER
from kpi.model import OWN_STORES, Region, ScopeKind, Window
from kpi.organisation import (
    Part,
    below,
    clip,
    employed,
    in_days,
    in_region,
    joined,
    open_days,
    ownership,
    person_parts,
    shared_parts,
    shop_roles,
)
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


# --- several roles, leaders, and what makes a shop whole again ------------------------------------

OPS, ADS = person("OPS2"), replace(person("ADS1"), role="advertising")


def team(
    *people: Person, shops: tuple[Shop, ...] = (FR,), lines: Sequence[Assignment] = ()
) -> Book:
    settings, given = Settings("2026-10", ""), tuple(lines)
    return Book(settings, shops=shops, people=people, assignments=given)


@pytest.mark.parametrize(
    ("lines", "people", "wanted"),
    [
        pytest.param(
            [line("FR", "ADS1", ALWAYS)],
            *((OPS, ADS), [("OPS2", 1.0), ("ADS1", 1.0)]),
            id="another role stands beside the owner",
        ),
        pytest.param(
            [line("FR", "OPS3", ALWAYS, 0.5)],
            *((OPS, person("OPS3")), [("OPS3", 0.5)]),
            id="the owner's role takes the owner's place",
        ),
        pytest.param(
            [line("FR", "OPS3", ALWAYS), line("FR", "ADS1", ALWAYS, 0.3)],
            *((OPS, ADS, person("OPS3")), [("OPS3", 1.0), ("ADS1", 0.3)]),
            id="both",
        ),
        pytest.param(
            [line("FR", "NEW", ALWAYS)], (OPS, ADS), [("NEW", 1.0)], id="a role that nobody knows"
        ),
    ],
)
def test_roles_beside_each_other_on_a_shop(
    lines: list[Assignment], people: tuple[Person, ...], wanted: list[tuple[str, float]]
) -> None:
    found = ownership(FR, lines, people)
    assert [(who, part.share) for who, part in found] == wanted
    assert {part.days for _, part in found} == {ALWAYS}


def test_lines_of_two_stretches_hold_on_their_own_days_alone() -> None:
    """A has FR to the 11th, B from the 20th, the owner in between."""
    late = Window(date(2026, 10, 20), NEVER)
    found = ownership(FR, [line("FR", "A", Window(EVER, MID)), line("FR", "B", late)])
    assert [(who, part.days) for who, part in found] == [
        ("A", Window(EVER, MID)),
        ("OPS2", Window(MID, late.start)),
        ("B", late),
    ]


def test_a_shop_without_an_owner_is_nobodys_outside_its_lines() -> None:
    nobody = replace(FR, owner=None)
    assert ownership(nobody, [line("FR", "A", FROM_MID)]) == (("A", Part("FR", FROM_MID)),)
    assert ownership(nobody, []) == ()


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        pytest.param(None, None, ALWAYS, id="always"),
        pytest.param(date(2026, 10, 1), None, Window(date(2026, 10, 1), NEVER), id="from its day"),
        pytest.param(None, date(2026, 10, 11), Window(EVER, MID), id="the last day counts"),
    ],
)
def test_nobody_answers_for_a_shop_outside_the_employment(
    start: date | None, end: date | None, days: Window
) -> None:
    one = replace(person("OPS2"), start=start, end=end)
    assert employed(one) == days
    assert person_parts(team(one), "OPS2") == (Part("FR", days),)


def test_who_left_before_a_line_begins_has_no_part_of_it() -> None:
    gone = replace(person("A"), end=date(2026, 10, 11))
    assert person_parts(team(gone, OPS, lines=[line("FR", "A", FROM_MID)]), "A") == ()


def test_who_is_in_no_table_still_has_the_shops_that_name_him() -> None:
    assert person_parts(team(), "OPS2") == (Part("FR", ALWAYS),)


@pytest.mark.parametrize(
    ("people", "found"),
    [
        pytest.param(("HEAD",), {"LEAD", "OPS2", "ADS1"}, id="however many lie between"),
        pytest.param(("LEAD",), {"OPS2", "ADS1"}, id="two of one manager"),
        pytest.param(("OPS2",), set(), id="nobody"),
        pytest.param(("OPS2", "HEAD"), {"LEAD", "OPS2", "ADS1"}, id="of several people"),
    ],
)
def test_everybody_below(people: tuple[str, ...], found: set[str]) -> None:
    staff = (
        *(person("HEAD"), person("LEAD", "HEAD")),
        *(person("OPS2", "LEAD"), replace(ADS, manager="LEAD")),
    )
    assert below(team(*staff), people) == found


def test_a_circle_of_managers_below_ends() -> None:
    assert below(team(person("A", "B"), person("B", "A")), ("A",)) == {"A", "B"}


@pytest.mark.parametrize(
    ("lines", "wanted"),
    [
        pytest.param([], [Part("FR", ALWAYS)], id="the owner's alone"),
        pytest.param(
            [line("FR", "ADS1", ALWAYS, 0.6)], [Part("FR", ALWAYS)], id="the role with most of it"
        ),
        pytest.param(
            [line("FR", "OPS2", ALWAYS, 0.5), line("FR", "ADS1", ALWAYS, 0.6)],
            [Part("FR", ALWAYS, 0.6)],
            id="60 % of one role against 50 % of another",
        ),
        pytest.param(
            [line("FR", "OPS2", ALWAYS, category="home"), line("FR", "ADS1", ALWAYS, 0.2)],
            [Part("FR", ALWAYS, 0.2)],
            id="a fifth of the whole shop before all but a category",
        ),
        pytest.param(
            [
                line("FR", "OPS2", ALWAYS, category="home"),
                line("FR", "ADS1", ALWAYS, category="home"),
            ],
            [
                Part("FR", ALWAYS, category="home"),
                Part("FR", ALWAYS, excluding=frozenset({"home"})),
            ],
            id="a category and the rest before the category alone",
        ),
    ],
)
def test_a_shop_that_several_roles_hold_counts_once(
    lines: list[Assignment], wanted: list[Part]
) -> None:
    book = team(OPS, ADS, lines=lines)
    assert shared_parts(book, {"OPS2", "ADS1"}) == tuple(wanted)
    assert shared_parts(book, {"HEAD"}) == ()


def test_of_two_roles_that_hold_categories_the_larger_share_counts() -> None:
    nobody = replace(FR, owner=None)
    lines = [line("FR", "OPS2", ALWAYS, 0.4, "home"), line("FR", "ADS1", ALWAYS, 0.5, "home")]
    book = team(OPS, ADS, shops=(nobody,), lines=lines)
    assert shared_parts(book, {"OPS2", "ADS1"}) == (Part("FR", ALWAYS, 0.5, "home"),)


HOME, REST = Part("FR", ALWAYS, category="home"), Part("FR", ALWAYS, excluding=frozenset({"home"}))


@pytest.mark.parametrize(
    ("parts", "wanted"),
    [
        pytest.param([HOME, REST], [Part("FR", ALWAYS)], id="a category and what it leaves"),
        pytest.param([HOME], [HOME], id="a category alone"),
        pytest.param([REST], [REST], id="the rest alone"),
        pytest.param(
            [replace(HOME, share=0.3), replace(HOME, share=0.7), REST],
            [Part("FR", ALWAYS)],
            id="30 and 70 % of the category",
        ),
        pytest.param([replace(HOME, share=0.5), REST], [replace(HOME, share=0.5), REST], id="half"),
        pytest.param(
            [HOME, replace(REST, days=FROM_MID)], [HOME, replace(REST, days=FROM_MID)], id="days"
        ),
        pytest.param(
            [HOME, replace(REST, shop="DE")], [HOME, replace(REST, shop="DE")], id="two shops"
        ),
        pytest.param(
            [replace(HOME, share=0.1), replace(HOME, share=0.2), replace(HOME, share=0.7), REST],
            [Part("FR", ALWAYS)],
            id="tenths add up exactly",
        ),
    ],
)
def test_all_of_a_shop_is_the_shop_again(parts: list[Part], wanted: list[Part]) -> None:
    assert joined(parts) == tuple(wanted)


def test_windows_that_share_no_day_share_an_empty_one() -> None:
    assert clip(Window(MID, NEVER), Window(EVER, MID)).days == 0
    assert clip(ALWAYS, FROM_MID) == FROM_MID


def test_which_cards_score_a_shop() -> None:
    assert shop_roles(FR) == ("shop",)
    assert shop_roles(replace(FR, platform="shopify")) == ("own_store", "shop")
    assert shop_roles(replace(FR, platform="own_site")) == ("own_store", "shop")
