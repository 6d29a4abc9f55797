"""Relative weights and small unknown regions, worked by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest

from kpi.actuals import Actuals
from kpi.book import Book
from kpi.book_checks import check_book
from kpi.card_problems import left_out
from kpi.catalog import shipped
from kpi.contracts import Version, contract_of, in_force
from kpi.guards import guard
from kpi.model import Better, Region
from kpi.money import DayRates
from kpi.person_cards import PersonCard
from kpi.scope_values import GAPS
from kpi.scorecards import Scoring
from kpi.totals import Converter, Totals
from kpi.trade import Shop
from kpi.typed_rows import WeightRow
from kpi.weight_modes import in_points
from tests.card_support import (
    CATALOG,
    D1,
    LAST,
    OCT,
    PEOPLE,
    SHOP,
    actuals,
    book,
    card,
    run,
    sources,
    target,
    weight,
)
from tests.leaf_support import leaf_sums

SALES = weight("net_sales", 2)
ACOS = weight("acos", 1, method="mirror_down", better=Better.LOWER)


def relative(*rows: WeightRow, **changes: object) -> Book:
    given = book(weights=rows)
    settings = replace(given.settings, weight_mode="relative", **changes)  # type: ignore[arg-type]  # by name
    return replace(given, settings=settings)


# --- relative weights -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("weights", "points"),
    [
        pytest.param((2, 1), [66.666666667, 33.333333333], id="2 and 1 are two thirds and a third"),
        pytest.param((40, 40, 20), [40, 40, 20], id="100 in all stay what they are"),
        pytest.param((0, 5), [0, 100], id="a zero weighs nothing"),
        pytest.param((0.25, 0.75), [25, 75], id="parts of 1 are parts of 100"),
        pytest.param((0, 0), [0, 0], id="without any weight there is no whole"),
    ],
)
def test_relative_weights_are_parts_of_their_sum(
    weights: Sequence[float], points: list[float]
) -> None:
    rows = [weight("net_sales", one) for one in weights]
    assert [one.weight for one in in_points(rows, "relative")] == points
    assert in_points(rows, "absolute") == rows


def test_a_line_that_is_off_has_no_part() -> None:
    rows = (SALES, replace(ACOS, on=False))
    assert [one.weight for one in in_points(rows, "relative")] == [100.0, 1]


def test_a_card_of_relative_weights_is_scored_in_points() -> None:
    """Sales 100, ACoS 0.375 of 0.25 is 50: 66.67 + 16.67 = 83.33."""
    one = card(actuals(run("DE", 1_000, 150)), relative(SALES, ACOS))
    assert [item.rule.weight for item in one.cards[0].items] == [66.666666667, 33.333333333]
    assert (one.total, one.cards[0].total.coverage) == (83.333333334, 1.0)


def test_coverage_goes_by_the_same_parts() -> None:
    """Without ACoS two thirds are known, which is below 70 %."""
    one = card(actuals(run("DE", 1_000, None)), relative(SALES, ACOS))
    assert (one.total, one.cards[0].total.coverage) == (None, 0.666666667)


def test_the_mean_of_the_days_is_of_points_and_not_of_relative_weights() -> None:
    """Until the 15th 2 and 1, from the 16th 10 and 30: (15 x 66.67 + 16 x 25) / 31 = 45.16."""
    later = (replace(SALES, weight=10.0), replace(ACOS, weight=30.0))
    first, second = (
        replace(one, settings=replace(one.settings, weight_pick="day_weighted"))
        for one in (relative(SALES, ACOS), relative(*later))
    )
    versions = (
        Version(1, date(2026, 1, 1), D1, contract_of(first, CATALOG)),
        Version(2, date(2026, 10, 16), D1, contract_of(second, CATALOG)),
    )
    meant = in_force(second, CATALOG, versions, OCT).book
    found = [item.rule.weight for item in card(actuals(run("DE", 1, 1)), meant).cards[0].items]
    assert found == [45.161290323, 54.838709677]


def test_the_sum_of_relative_weights_is_free_but_not_nothing() -> None:
    def said(given: Book) -> list[str]:
        return [one.code for one in check_book(given) if one.code.startswith("weight")]

    assert said(book(weights=(SALES, ACOS))) == ["weight_sum"]
    assert said(relative(SALES, ACOS)) == []
    assert said(relative(replace(SALES, weight=0.0))) == ["weights_none"]
    assert said(relative(replace(SALES, on=False))) == []


RESULTS = ("net_sales", "contribution_profit", "acos", "tacos", "return_rate", "net_margin")


@pytest.mark.parametrize(
    ("given", "found"),
    [
        pytest.param(
            (*((code, 7) for code in RESULTS), ("epr_completion_rate", 9), ("new_listings", 9)),
            [],
            id="six times 11.666666667 are 70 points of results",
        ),
        pytest.param(
            (("contribution_profit", 3), ("epr_completion_rate", 2)),
            ["guard_item_max"],
            id="3 of 5 are 60 points in one item",
        ),
        pytest.param(
            (("contribution_profit", 3), ("acos", 3), ("return_rate", 2), ("new_listings", 2)),
            ["guard_result_max", "guard_eu_compliance_min"],
            id="8 of 10 are 80 points of results, none of compliance",
        ),
        pytest.param((("net_sales", 0),), [], id="nothing to judge"),
    ],
)
def test_the_balance_checks_go_by_points(
    given: Sequence[tuple[str, float]], found: list[str]
) -> None:
    rows = tuple(weight(code, points) for code, points in given)
    said = guard(relative(*rows), shipped().metrics, frozenset())
    assert [one.code for one in said] == found


# --- a small unknown region -----------------------------------------------------------------------


def both(us_share: float, *, drop: bool) -> PersonCard:
    """DE is known: 80 of 100; nothing is known of the shop US."""
    us = Shop("US", "amazon", "US", Region.US, "USD", "America/New_York", "OPS1")
    rows = (weight("net_sales", 100), weight("net_sales", 100, region=Region.US))
    goals = (
        target("DE", "net_sales", 31_000.0),
        replace(target("US", "net_sales", 31_000.0, "USD"), region=Region.US),
    )
    person = replace(PEOPLE[0], us_share=us_share)
    given = book(shops=(SHOP, us), weights=rows, targets=goals, people=(person,))
    given = replace(given, settings=replace(given.settings, drop_small=drop))
    leaves = leaf_sums(run("DE", 800, 1))
    known = {**CATALOG.measures, **GAPS}
    totals = Totals(leaves, {"DE": "amazon", "US": "amazon"}, sources, known)
    money = Converter("USD", {"EUR": 1.1}, DayRates({"USD": 0}, (D1,), {D1: ("1.1",)}))
    found = Actuals(totals, CATALOG, money, dict.fromkeys(("DE", "US"), LAST), frozenset())
    [one] = Scoring(given, found).people(OCT)
    assert {c.region: c.total.total for c in one.cards} == {Region.US: None, Region.EU: 80.0}
    return one


@pytest.mark.parametrize(
    ("us_share", "drop", "total", "said"),
    [
        pytest.param(0.09, True, 80.0, ["region_dropped"], id="9 % are left out: 80 of the rest"),
        pytest.param(0.09, False, None, [], id="not without the setting"),
        pytest.param(0.1, True, None, [], id="a tenth is not small"),
        pytest.param(0.95, True, None, [], id="the small region is the known one"),
        pytest.param(0.0, True, 80.0, [], id="what has no share is missed by nobody"),
    ],
)
def test_an_unknown_region_below_a_tenth(
    us_share: float, drop: bool, total: float | None, said: list[str]
) -> None:
    one = both(us_share, drop=drop)
    found = list(left_out([one]))
    assert (one.total, [each.code for each in found]) == (total, said)
    assert all("9%" in each.what["en"] and "US" in each.what["zh"] for each in found)
