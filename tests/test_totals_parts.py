"""Totals of a part of a shop: one product, some campaigns, and the best place of products."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from kpi.campaigns import AD_BUDGET, CAMPAIGN_BUDGET
from kpi.catalog import shipped
from kpi.cells import campaign_cell, cell
from kpi.model import WHOLE_SHOP, Window
from kpi.organisation import Part
from kpi.totals import Totals, of_part
from tests.leaf_support import Leaf, leaf_sums

D1 = date(2026, 10, 1)
WEEK = Window(D1, D1 + timedelta(days=7))
FOREVER = Window(date(1970, 1, 1), date(9999, 1, 1))
A, B = cell("pans", "A"), cell("lids", "B")
STAR = cell("", WHOLE_SHOP)
BRAND, VIDEO = campaign_cell("Brand"), campaign_cell("Video")
WHOLE, ONE = Part("DE", FOREVER), Part("DE", FOREVER, sku="A")


def day(n: int) -> date:
    return D1 + timedelta(days=n - 1)


def totals(*leaves: Leaf, printed: bool = False) -> Totals:
    """`printed`: places are decimals, as the store keeps them."""
    found = leaf_sums(leaves)
    scaled = {**found.scaled, "bsr_position": printed}
    return Totals(
        replace(found, scaled=scaled),
        {"DE": "amazon", "FR": "amazon"},
        lambda *_: (("api",), ("file",)),
        shipped().measures,
    )


def leaf(n: int, category: str, stream: str = "api", shop: str = "DE", **sums: int | None) -> Leaf:
    return (stream, shop, day(n), category, "EUR", sums)


# --- products -------------------------------------------------------------------------------------


def test_a_product_is_known_up_to_the_first_figure_of_the_whole_shop() -> None:
    """A nought of the whole shop on day 1 takes nothing away, the 5 of day 2 may be anybody's."""
    found = totals(
        leaf(1, A, units_ordered=30),
        leaf(1, STAR, units_ordered=0),
        leaf(2, A, units_ordered=10),
        leaf(2, STAR, units_ordered=5),
        leaf(3, B, units_ordered=7),
    )
    assert found.covered(["units_ordered"], [ONE], WEEK) == Window(day(1), day(2))
    assert found.amounts(ONE, "units_ordered", Window(day(1), day(2))) == {"EUR": 30}
    assert found.any_day(ONE, "units_ordered", Window(day(3), day(4)))
    assert not found.any_day(ONE, "units_ordered", Window(day(2), day(3)))


def test_products_that_no_pass_kept_apart_are_unknown() -> None:
    found = totals(leaf(1, "pans", units_ordered=30))
    assert found.covered(["units_ordered"], [ONE], WEEK).days == 0
    assert found.covered(["units_ordered"], [WHOLE], WEEK).days == 1


@pytest.mark.parametrize(
    ("first", "end", "known"),
    [
        pytest.param(-5, 1, False, id="all before the facts"),
        pytest.param(-5, 2, True, id="up to the first day, which is known"),
        pytest.param(2, 3, False, id="the day between, a null"),
        pytest.param(3, 9, True, id="from the last day on"),
        pytest.param(4, 9, False, id="all after the facts"),
    ],
)
def test_whether_some_day_is_known(first: int, end: int, known: bool) -> None:
    found = totals(
        leaf(1, A, units_ordered=3), leaf(2, A, units_ordered=None), leaf(3, A, units_ordered=0)
    )
    assert found.any_day(WHOLE, "units_ordered", Window(day(first), day(end))) is known


# --- campaigns ------------------------------------------------------------------------------------


def campaigns(*names: str) -> Part:
    return Part("DE", FOREVER, campaigns=frozenset(names))


@pytest.mark.parametrize(
    ("part", "measure", "kept"),
    [
        pytest.param(campaigns("Brand"), AD_BUDGET, CAMPAIGN_BUDGET, id="a campaign's budget"),
        pytest.param(campaigns("Brand"), "ad_spend", "ad_spend", id="its spend is spend"),
        pytest.param(WHOLE, AD_BUDGET, AD_BUDGET, id="the shop's own budget"),
        pytest.param(ONE, "ad_spend", "ad_spend", id="a product's spend"),
    ],
)
def test_the_measure_of_a_part(part: Part, measure: str, kept: str) -> None:
    assert of_part(part, measure) == kept


SPENT = totals(
    *(leaf(n, A, ad_spend=300_000) for n in (1, 2, 3)),
    leaf(1, BRAND, ad_spend=1_200_000),
    leaf(3, BRAND, ad_spend=800_000),
    leaf(2, VIDEO, ad_spend=None),
    leaf(2, campaign_cell("Paris"), shop="FR", ad_spend=500_000),
)


def test_a_campaign_without_a_row_on_a_day_spent_nothing_that_day() -> None:
    """Brand spends 120 and 80 EUR on days 1 and 3; the ads of day 2 are known, none are its own."""
    brand = campaigns("Brand")
    assert SPENT.covered(["ad_spend"], [brand], WEEK).days == 3
    assert SPENT.amounts(brand, "ad_spend", WEEK) == {"EUR": 2_000_000}
    assert SPENT.amounts(brand, "ad_spend", Window(day(2), day(3))) == {"EUR": 0}


@pytest.mark.parametrize(
    "names",
    [
        pytest.param(("Brnad",), id="a name that no fact has"),
        pytest.param(("Video",), id="only a null names it"),
        pytest.param(("Paris",), id="another shop's"),
        pytest.param(("Brand", "Video"), id="one that is known beside one that is not"),
    ],
)
def test_a_campaign_that_no_fact_of_the_shop_names_is_unknown(names: tuple[str, ...]) -> None:
    assert SPENT.covered(["ad_spend"], [campaigns(*names)], WEEK).days == 0


def test_campaigns_have_a_budget_on_the_days_on_which_each_has_one() -> None:
    """Brand has one on three days, Video on the first alone; the shop's 999 are neither's."""
    found = totals(
        *(leaf(n, BRAND, campaign_budget=100) for n in (1, 2, 3)),
        leaf(1, VIDEO, campaign_budget=50),
        *(leaf(n, STAR, ad_budget=999) for n in (1, 2, 3, 4)),
    )
    both = campaigns("Brand", "Video")
    assert found.covered([AD_BUDGET], [campaigns("Brand")], WEEK).days == 3
    assert found.covered([AD_BUDGET], [both], WEEK).days == 1
    assert found.amounts(both, CAMPAIGN_BUDGET, Window(day(1), day(2))) == {"EUR": 150}


# --- places ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("unit", "printed"),
    [pytest.param(10_000, True, id="decimals"), pytest.param(1, False, id="whole numbers")],
)
def test_the_best_place_counts_and_places_are_never_added(unit: int, printed: bool) -> None:
    """Day 1: A 7th, B 4th. Day 2: A 9th, B null. Day 3: the file's first place alone is there."""
    found = totals(
        leaf(1, A, bsr_position=7 * unit),
        leaf(1, B, bsr_position=4 * unit),
        leaf(1, B, "file", bsr_position=1 * unit),
        leaf(2, A, bsr_position=9 * unit),
        leaf(2, B, bsr_position=None),
        leaf(3, B, "file", bsr_position=1 * unit),
        printed=printed,
    )
    places = {
        part: [found.placed(part, "bsr_position", day(n)) for n in range(5)]
        for part in (WHOLE, ONE)
    }
    assert places[WHOLE] == [None, Decimal(4), Decimal(9), Decimal(1), None]
    assert places[ONE] == [None, Decimal(7), Decimal(9), None, None]


def test_a_stranger_and_a_measure_without_facts_have_no_place() -> None:
    found = totals(leaf(1, A, bsr_position=7))
    assert found.placed(Part("XX", FOREVER), "bsr_position", day(1)) is None
    assert found.placed(WHOLE, "sessions", day(1)) is None
