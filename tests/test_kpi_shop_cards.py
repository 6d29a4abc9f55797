"""Cards of shops: an own store's own lines, targets of its role, tasks of its market."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from kpi.actuals import Actuals
from kpi.book import Book
from kpi.book_checks import check_book
from kpi.card_problems import without_target
from kpi.model import Better, DataState, Region
from kpi.organisation import shop_roles
from kpi.part_codes import parts_of
from kpi.person_cards import PersonCard
from kpi.register import Register
from kpi.scope_goals import scope_goal
from kpi.scopes import scopes
from kpi.scorecards import Scoring
from kpi.shop_cards import around
from kpi.target_scopes import TargetKind, kind_of, shops_of
from kpi.trade import Shop
from kpi.typed_rows import TaskRow, WeightRow
from tests.card_support import CATALOG, LAST, OCT, actuals, book, run, target, weight
from tests.target_support import DE, FR, WEB, line, room, sales

AMZ = Shop("DE", "amazon", "DE", Region.EU, "EUR", "Europe/Berlin", "OPS1")
STORE = replace(AMZ, code="FR", platform="shopify", market="EU")
OTHER = replace(STORE, platform="own_site")
ACOS_LINE = {"method": "mirror_down", "better": Better.LOWER}


def of_shop(metric: str, points: float, role: str = "shop", **changes: object) -> WeightRow:
    return weight(metric, points, role=role, **changes)


def shop_cards(of: Book, found: Actuals | None = None) -> dict[str, PersonCard]:
    """Both shops sell 1,000 a day for ten days; advertising is 100 of 400 a day."""
    known = found or actuals(run("DE", 1_000, 100), run("FR", 1_000, 100))
    return {card.person.code: card for card in Scoring(of, known).shops(OCT)}


@pytest.mark.parametrize(
    ("shop", "roles"),
    [
        pytest.param(AMZ, ("shop",), id="a marketplace has one card"),
        pytest.param(STORE, ("own_store", "shop"), id="Shopify: its own, else that of shops"),
        pytest.param(OTHER, ("own_store", "shop"), id="another own store alike"),
    ],
)
def test_which_card_scores_a_shop(shop: Shop, roles: tuple[str, ...]) -> None:
    assert shop_roles(shop) == roles


BOTH = (of_shop("net_sales", 100), of_shop("acos", 100, "own_store", **ACOS_LINE))


@pytest.mark.parametrize(
    ("lines", "roles"),
    [
        pytest.param(BOTH, {"DE": "shop", "FR": "own_store"}, id="each its own"),
        pytest.param(BOTH[:1], {"DE": "shop", "FR": "shop"}, id="without lines of own stores"),
        pytest.param(BOTH[1:], {"FR": "own_store"}, id="a marketplace is no own store"),
        pytest.param(
            (BOTH[0], replace(BOTH[1], start=date(2026, 11, 1))),
            *({"DE": "shop", "FR": "shop"},),
            id="lines that begin later do not score yet",
        ),
        pytest.param(
            (BOTH[0], replace(BOTH[1], on=False)),
            *({"DE": "shop", "FR": "shop"},),
            id="nor do lines that are switched off",
        ),
    ],
)
def test_an_own_store_has_its_own_card_where_there_are_lines(
    lines: tuple[WeightRow, ...], roles: dict[str, str]
) -> None:
    found = shop_cards(book(shops=(AMZ, STORE), weights=lines))
    assert {code: card.person.role for code, card in found.items()} == roles


def test_a_target_of_own_stores_is_not_that_of_the_region() -> None:
    """ACoS 0.25: on target of the region's 0.25; of the own stores' 0.2 it is 2 - 1.25 = 75 %."""
    lines = (of_shop("acos", 100, **ACOS_LINE), of_shop("acos", 100, "own_store", **ACOS_LINE))
    asked = (target("EU", "acos", 0.25), target("own_store", "acos", 0.2))
    of = book(shops=(AMZ, STORE), weights=lines, targets=asked)
    assert {code: card.total for code, card in shop_cards(of).items()} == {"DE": 100.0, "FR": 75.0}
    own = replace(of, targets=(*asked, target("FR", "acos", 0.25)))
    assert shop_cards(own)["FR"].total == 100.0  # the one store's line goes first
    assert [p for p in check_book(of) if p.code == "unknown_scope"] == []


@pytest.mark.parametrize(
    ("asked", "wanted"),
    [
        pytest.param({"EU": 0.25}, 0.25, id="the region's"),
        pytest.param({"EU": 0.25, "shop": 0.3}, 0.3, id="that of shops goes before it"),
        pytest.param({"EU": 0.25, "shop": 0.3, "own_store": 0.2}, 0.2, id="own stores' before all"),
        pytest.param({"own_store": 0.2, "FR": 0.22}, 0.22, id="the one store's first"),
    ],
)
def test_a_store_has_one_target_on_its_card_and_elsewhere(
    asked: dict[str, float], wanted: float
) -> None:
    """By the card of shops too: what is asked of own stores is asked whichever card scores them."""
    rows = tuple(target(scope, "acos", value) for scope, value in asked.items())
    of = book(shops=(AMZ, STORE), weights=(of_shop("acos", 100, **ACOS_LINE),), targets=rows)
    [item] = shop_cards(of)["FR"].cards[0].items
    found = next(one for one in scopes(of) if one.scope.code == "FR" and one.parts[0].shop == "FR")
    goal = scope_goal(of, OCT, CATALOG.metrics["acos"], found, LAST)
    assert item.goal is not None
    assert goal is not None
    assert (item.goal.value, goal.value) == (wanted, wanted)


@pytest.mark.parametrize(
    ("scope", "shops"),
    [
        pytest.param("own_store", [WEB], id="own stores"),
        pytest.param("shop", [DE, FR], id="all other shops"),
    ],
)
def test_the_shops_of_a_target_of_shops(scope: str, shops: list[Shop]) -> None:
    row = line(scope, 0.2)
    of = room(row)
    assert kind_of(of, row) is TargetKind.ROLE
    assert list(shops_of(of, row)) == shops


def test_a_card_of_shops_takes_no_target_from_the_people() -> None:
    """Sales are on the card of shops alone: both people may still be given the region's target."""
    of = room(sales("EU", 1_200.0), weights=(of_shop("net_sales", 100),))
    assert parts_of(of, of.targets[0], TargetKind.PERSON) == ("OPS1", "OPS2")


# --- tasks ----------------------------------------------------------------------------------------


def task(number: str, country: str | None, about: str, done: float) -> TaskRow:
    """Due on 8 October, two days before the last day that is over."""
    return TaskRow(
        *(number, "compliance", Region.EU, country, number, None, date(2026, 10, 8), done),
        address="任务!A5",
        about=about,
        delivered=date(2026, 10, 7) if done == 1 else None,
        evidence="a.pdf",
    )


def with_tasks(*tasks: TaskRow) -> tuple[Book, Actuals]:
    lines = (of_shop("compliance_task_rate", 100), of_shop("buy_box_share", 0))
    of = book(shops=(AMZ, STORE), weights=lines, targets=(target("EU", "compliance_task_rate", 1),))
    found = replace(actuals(run("DE", 1_000, 100)), register=Register(of, CATALOG, LAST).actual)
    of = replace(of, tasks=tasks)
    return of, replace(found, register=Register(of, CATALOG, LAST).actual)


@pytest.mark.parametrize(
    ("tasks", "rates"),
    [
        pytest.param(
            [("A", "DE", "DE", 1), ("B", "DE", "", 0)],
            {"DE": 1.0, "FR": 0.5},
            id="a task about the shop goes before those of its market",
        ),
        pytest.param(
            [("A", "DE", "", 1), ("B", "DE", "", 0), ("C", "FR", "", 0), ("D", "FR", "", 0)],
            {"DE": 0.5, "FR": 0.25},
            id="else the market's tasks; a store of the whole EU has all of them",
        ),
        pytest.param([("A", "IT", "", 0)], {"DE": None, "FR": 0.0}, id="none in its market"),
    ],
)
def test_a_shop_answers_for_the_tasks_of_its_market(
    tasks: list[tuple[str, str, str, float]], rates: dict[str, float | None]
) -> None:
    of, found = with_tasks(*(task(*one) for one in tasks))
    cards = shop_cards(of, found)
    items = {code: card.cards[0].items for code, card in cards.items()}
    assert {code: some[0].actual.value for code, some in items.items()} == rates
    # what no platform of the shop delivers is never taken from the market
    assert {some[1].actual.state for some in items.values()} == {DataState.NOT_APPLICABLE}


def test_where_a_shop_sells() -> None:
    assert (around(AMZ).code, around(AMZ).kind) == ("DE", "market")
    assert (around(STORE).code, around(STORE).kind) == ("EU", "region")


def test_a_shops_item_without_a_target_is_named() -> None:
    of = book(shops=(AMZ, STORE), weights=BOTH, targets=(target("DE", "net_sales", 31_000.0),))
    cards = tuple(shop_cards(of).values())
    [found] = without_target(of, cards)
    assert (found.code, found.place.text) == ("no_target", "FR EU")


# --- the card of a shop --------------------------------------------------------------------------


def test_a_shop_is_scored_by_the_lines_of_its_role_as_a_person_is() -> None:
    """Sales on target 100 of 60 points, ACoS 0.375 of 0.25 is 2 - 1.5 = 50 of 40: 80 points."""
    lines = (
        of_shop("net_sales", 60),
        of_shop("acos", 40, method="mirror_down", better=Better.LOWER),
    )
    found = actuals(run("DE", 1_000, 150), run("FR", 100, 100))
    cards = Scoring(book(weights=(*book().weights, *lines)), found).shops(OCT)
    assert [(c.person.code, c.total) for c in cards] == [("DE", 80.0), ("FR", 70.0)]
    sales = cards[0].cards[0].items[0]
    assert (sales.key, sales.goal and sales.goal.basis) == ("2026-10｜DE｜EU｜net_sales", "DE")


def test_without_such_lines_no_shop_has_a_card() -> None:
    assert Scoring(book(), actuals(run("DE", 1_000, 100))).shops(OCT) == ()


def test_a_closed_shop_has_no_card() -> None:
    shops = (replace(AMZ, closed=date(2026, 9, 30)), replace(AMZ, code="FR"))
    closed = book(weights=(of_shop("net_sales", 100),), shops=shops)
    cards = Scoring(closed, actuals(run("DE", 1_000, 100))).shops(OCT)
    assert [card.person.code for card in cards] == ["FR"]


def test_a_breached_veto_leaves_a_shop_the_lowest_grade() -> None:
    lines = (of_shop("net_sales", 100, veto=True),)
    one = Scoring(book(weights=lines), actuals(run("DE", 500, 100))).shops(OCT)[0]
    assert (one.total, one.vetoes, one.grade and one.grade.name) == (50.0, 1, "D")
