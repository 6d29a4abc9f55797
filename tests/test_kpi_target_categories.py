"""What who holds a category of a shop is asked of money and counts, by hand.

DE1 is asked 37,200 of the year, 3,100 of October. In the October before it brought 1,000, lamps 250
and chairs 100 of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from kpi.book import EVER, NEVER, Book
from kpi.calendar import period
from kpi.contracts import Version, contract_of
from kpi.model import Period, Region, Window
from kpi.money import DayRates
from kpi.organisation import Part, in_region, joined, person_parts
from kpi.person_targets import Goal, Goals
from kpi.target_scopes import part_code
from kpi.targets import Past
from kpi.trade import Assignment
from kpi.typed_rows import TargetRow
from sync_service.compute import Computed, Inputs, compute
from sync_service.past_months import history_asked
from tests.contract_support import weight
from tests.leaf_support import leaf_sums
from tests.target_support import (
    CATALOG,
    DE,
    FR,
    LAMPS,
    OCT,
    SALES,
    WEB,
    person,
    room,
    row,
    sales,
)

ALL = Window(EVER, NEVER)
LI, MA = person("LI"), person("MA")
YEAR: dict[str, float | None] = {"": 1_000.0, "lamps": 250.0, "chairs": 100.0}


def past(**changes: float | None) -> Past:
    """Every month of the year before like its October; the whole shop is `shop`."""
    brought = YEAR | {("" if code == "shop" else code): value for code, value in changes.items()}
    return {
        (2026, Region.EU, part_code("DE1", code) if code else "DE1", "net_sales"): (value,) * 12
        for code, value in brought.items()
    }


def held(
    category: str, who: str, share: float = 1.0, first: date = EVER, shop: str = "DE1"
) -> Assignment:
    return Assignment(shop, category, who, share, Window(first, NEVER))


LINE = sales("DE1", 37_200.0)
CATEGORY = sales("lamps", 1_200.0)
LAMPS_OF_LI = (held("lamps", "LI"),)
EVERY_SHOP = tuple(held("lamps", "LI", shop=shop.code) for shop in (DE, FR, WEB))


def asked(book: Book, who: str, of: Period = OCT) -> Goal | None:
    parts = in_region(book, person_parts(book, who), Region.EU)
    return Goals(book, of).of(SALES, Region.EU, (who,), parts, of.window.end)


def team(*rows: TargetRow, **parts: object) -> Book:
    people = (person("OPS1"), person("OPS2"), LI, MA)
    start: dict[str, object] = {"people": people, "assignments": LAMPS_OF_LI, "past": past()}
    return room(*(rows or (LINE,)), **(start | parts))


@pytest.mark.parametrize(
    ("book", "who", "value"),
    [
        pytest.param(team(), "LI", 775.0, id="a quarter of 3,100"),
        pytest.param(team(), "OPS1", 2_325.0, id="the rest of the shop"),
        pytest.param(
            team(assignments=(*LAMPS_OF_LI, held("chairs", "MA"))), "OPS1", 2_015.0, id="less both"
        ),
        pytest.param(
            team(assignments=(held("lamps", "LI", 0.5), held("lamps", "MA", 0.5))),
            *("LI", 387.5),
            id="half of the lamps",
        ),
        pytest.param(
            team(assignments=(held("lamps", "LI", first=date(2026, 10, 11)),)),
            *("LI", 525.0),
            id="21 of 31 days",
        ),
        pytest.param(
            team(LINE, CATEGORY, shops=(DE,)), "LI", 100.0, id="the category's own line: one shop"
        ),
        pytest.param(
            team(LINE, CATEGORY), "LI", 775.0, id="lamps of the region are more than those of DE1"
        ),
        pytest.param(
            team(
                LINE,
                CATEGORY,
                assignments=EVERY_SHOP,
            ),
            *("LI", 100.0),
            id="who holds the lamps of every shop is asked all of them",
        ),
        pytest.param(
            team(LINE, CATEGORY, shops=(DE,), assignments=(held("lamps", "LI", 0.5),)),
            *("LI", 387.5),
            id="half of the lamps is not the category",
        ),
        pytest.param(
            team(LINE, CATEGORY, shops=(DE, replace(FR, closed=date(2026, 9, 30)))),
            *("LI", 100.0),
            id="a shop that is closed sells none",
        ),
        pytest.param(team(past={}), "LI", None, id="nothing known of last year"),
        pytest.param(team(past={}), "OPS1", None, id="nor of the rest"),
        pytest.param(team(past=past(lamps=None)), "LI", None, id="the category unknown"),
        pytest.param(team(past=past(shop=None)), "LI", None, id="the shop unknown"),
        pytest.param(team(past=past(shop=0.0, lamps=0.0)), "LI", None, id="a shop of nothing"),
        pytest.param(team(past=past(lamps=-1.0)), "OPS1", None, id="a loss"),
        pytest.param(team(past=past(lamps=1_001.0)), "LI", None, id="more than the shop"),
        pytest.param(team(past=past(lamps=0.0)), "OPS1", 3_100.0, id="no lamps last year"),
        pytest.param(team(CATEGORY), "LI", None, id="no line of the shop"),
        pytest.param(team(LINE, sales("LI", 120.0)), "LI", 10.0, id="an own line wins"),
    ],
)
def test_what_is_asked_of_a_category(book: Book, who: str, value: float | None) -> None:
    goal = asked(book, who)
    assert (None if goal is None else goal.value) == value


def test_who_leads_the_holders_of_all_parts_is_asked_the_whole_shop() -> None:
    """Nothing needs to be known of last year: the parts are the shop again."""
    led = tuple(replace(p, manager="HEAD") for p in (person("OPS1"), LI))
    book = team(people=(*led, person("HEAD")), shops=(DE,), past={})
    goal = asked(book, "HEAD")
    assert goal is not None
    assert goal.value == 3_100.0


REST = Part("DE1", ALL, excluding=frozenset({"lamps"}))
HALF = Part("DE1", ALL, 0.5, "lamps")


@pytest.mark.parametrize(
    ("parts", "whole"),
    [
        pytest.param((REST, HALF, HALF), True, id="two halves and the rest"),
        pytest.param((REST, HALF), False, id="a half is missing"),
        pytest.param((HALF, HALF), False, id="the rest is missing"),
        pytest.param((REST,), False, id="the category is missing"),
        pytest.param((Part("DE1", ALL),), True, id="a whole shop"),
        pytest.param(
            (REST, Part("DE1", Window(EVER, OCT.window.start), 1.0, "lamps")),
            False,
            id="other days",
        ),
    ],
)
def test_parts_are_a_shop_again_where_all_of_them_are_there(
    parts: tuple[Part, ...], whole: bool
) -> None:
    assert joined(parts) == ((Part("DE1", ALL),) if whole else parts)


def test_the_parts_of_a_shop_are_asked_all_of_it() -> None:
    book = team(assignments=(*LAMPS_OF_LI, held("chairs", "MA")))
    found = [goal.value for who in ("LI", "MA", "OPS1") if (goal := asked(book, who))]
    assert sum(found) == pytest.approx(3_100.0)


# --- on the road --------------------------------------------------------------------------------

A_DAY: Mapping[str, int] = {"lamps": 20, "chairs": 30, "": 30}  # 80 a day, a quarter of it lamps


def computed(months: tuple[str, ...] = ("2025-10",), lamps: bool = True) -> Computed:
    """October 2025 of even days, by category; LI has the lamps of DE1."""
    leaves = [
        (
            *("amazon.orders", "DE1", day, category, "USD"),
            {"gross_sales": amount * 10_000, "units_ordered": amount, "discounts": 0},
        )
        for code in months
        for day in period(code).window.each()
        for category, amount in A_DAY.items()
    ]
    line = replace(LINE, metric="gross_sales_total")
    book = team(
        line,
        assignments=LAMPS_OF_LI if lamps else (),
        past={},
        weights=(replace(weight("gross_sales_total"), region=Region.EU),),
        products=LAMPS,
    )
    now = datetime(2026, 10, 12, 12, tzinfo=UTC)
    return compute(Inputs(book, CATALOG, leaf_sums(leaves), DayRates({}, (), {}), now, "en", {}))


def goals(done: Computed) -> dict[str, float | None]:
    return {
        card.person.code: item.goal.value if item.goal else None
        for card in done.people
        for one in card.cards
        for item in one.items
    }


def test_the_shares_come_from_the_same_month_of_last_year() -> None:
    done = computed()
    found = goals(done)
    assert (found["LI"], found["OPS1"]) == (775.0, 2_325.0)
    assert [p.code for p in done.problems if p.code == "no_category_target"] == []


def test_without_last_year_nobody_is_asked_the_whole_shop_and_the_mend_is_said() -> None:
    done = computed(("2025-09",))
    found = goals(done)
    assert (found["LI"], found["OPS1"]) == (None, None)
    told = {p.place.text: p for p in done.problems if p.code == "no_category_target"}
    assert set(told) == {"LI EU", "OPS1 EU"}
    assert "some categories of DE1 (lamps)" in told["LI EU"].what["en"]
    assert "（≠ lamps）" in told["OPS1 EU"].what["zh"]
    assert "Write a target of LI" in told["LI EU"].mend["en"]


def test_a_signed_line_of_a_category_is_asked_for_its_history_too() -> None:
    done = computed(lamps=False)
    contract = contract_of(replace(done.given.book, assignments=LAMPS_OF_LI), CATALOG)
    signed = Version(1, date(2026, 10, 1), date(2026, 10, 1), contract)
    live = done.given.book
    assert not history_asked(live, ())
    assert history_asked(live, (signed,))
    assert history_asked(replace(live, assignments=LAMPS_OF_LI), ())


def test_other_years_targets_do_not_count() -> None:
    book = team(replace(row(1.0, scope="DE1", region=Region.EU), year=2025))
    assert asked(book, "LI") is None
