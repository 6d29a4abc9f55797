"""Advertising by campaign: who owns which, its budget, and what an owner spends above it.

The shop DE1 spends on two campaigns; their budgets of October are 3,100 and 1,550 EUR: 100 and 50 a
day.

    day      1    2    3    4
    Brand  120   80  100   90
    Video   50   60   40   70
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

import pytest

from kpi.actuals import Actual, Actuals
from kpi.alarms import alarms
from kpi.book import EVER, NEVER, Book
from kpi.book_checks import check_book
from kpi.budget import planned_budgets
from kpi.calendar import period
from kpi.campaigns import CAMPAIGN_BUDGET, Owners, asked_campaigns, campaign_in, owned_campaigns
from kpi.catalog import shipped
from kpi.cells import campaign_cell
from kpi.model import DataState, PeriodKind, Region, Scope, ScopeKind, Window
from kpi.money import DayRates
from kpi.organisation import Part
from kpi.scope_values import GAPS
from kpi.scopes import same, scopes
from kpi.target_scopes import TargetKind, kind_of, shops_of
from kpi.totals import Converter, Totals
from kpi.trade import Assignment, Shop
from kpi.typed_rows import Rule, Settings, TargetRow
from sync_service.hand_inputs import with_plans
from sync_service.sources import alternatives
from tests.leaf_support import Leaf, leaf_sums
from tests.target_support import person

OCT_1 = date(2026, 10, 1)
SHOPS = (
    Shop("DE1", "amazon", "DE", Region.EU, "EUR", "Europe/Berlin"),
    Shop("US1", "amazon", "US", Region.US, "USD", "America/New_York"),
)
SPENT: Mapping[str, tuple[int, ...]] = {"Brand": (120, 80, 100, 90), "Video": (50, 60, 40, 70)}
BUDGETS = {"DE1#Brand": 3100.0, "DE1#Video": 1550.0}


def budget(scope: str, amount: float) -> TargetRow:
    months = tuple(amount if n == 9 else None for n in range(12))
    row = (2026, Region.EU, scope, "ad_budget", "ANN", None, months, "EUR", f"T!{scope}", "manual")
    return TargetRow(*row)


def held(campaign: str, who: str, first: int = 0, end: int = 0, share: float = 1.0) -> Assignment:
    """A line of Assignments, from one day of October up to another, which is out; 0 is open."""
    days = Window(date(2026, 10, first) if first else EVER, date(2026, 10, end) if end else NEVER)
    return Assignment(campaign, None, who, share, days)


def book(
    *lines: Assignment, budgets: Mapping[str, float] = BUDGETS, rules: tuple[Rule, ...] = ()
) -> Book:
    return Book(
        Settings("2026-10", "", currency="EUR"),
        shops=SHOPS,
        people=(person("ANN"), person("BOB")),
        assignments=lines,
        targets=tuple(budget(scope, amount) for scope, amount in budgets.items()),
        rules=rules,
    )


def leaves() -> list[Leaf]:
    """Spend by campaign, and 30 a day that stand on products."""
    found: list[Leaf] = []
    for name, amounts in {"": (30, 30, 30, 30), **SPENT}.items():
        for n, amount in enumerate(amounts):
            figures = {"ad_spend": amount * 10_000, "ad_sales": amount * 40_000, "orders_count": 1}
            category = campaign_cell(name) if name else ""
            found.append(("ads", "DE1", OCT_1 + timedelta(n), category, "EUR", figures))
    return found


def sources(platform: str, measure: str) -> tuple[tuple[str, ...], ...]:
    planned = measure in {"ad_budget", CAMPAIGN_BUDGET}
    return alternatives(platform, measure) if planned else (("ads",),)


def actuals(given: Book) -> Actuals:
    plans = planned_budgets(given, date(2026, 10, 5))
    both = with_plans(leaf_sums(leaves()), plans, {shop.code: shop.currency for shop in SHOPS})
    totals = Totals(
        both, dict.fromkeys(("DE1", "US1"), "amazon"), sources, {**shipped().measures, **GAPS}
    )
    money = Converter("EUR", {}, DayRates({}, (), {}))
    last = {"DE1": date(2026, 10, 4), "US1": date(2026, 10, 4)}
    return Actuals(totals, shipped(), money, last, frozenset(), campaigns=Owners(given))


def actual(given: Book, metric: str, code: str, of: str = "2026-10") -> Actual:
    [scope] = [one for one in scopes(given) if one.scope.code == code]
    return actuals(given).of(shipped().metrics[metric], scope, period(of))


BOTH = (held("DE1#Brand", "ANN"), held("DE1#Video", "ANN"))


@pytest.mark.parametrize(
    ("lines", "who", "spent", "over"),
    [
        pytest.param(BOTH, "ANN", 610.0, 30.0, id="170, 140, 140, 160 of 150: 20 + 10"),
        pytest.param(BOTH, "DE1#Brand", 390.0, 20.0, id="one campaign: 120 of 100"),
        pytest.param(BOTH, "DE1#Video", 220.0, 30.0, id="the other: 10 + 20 of 50"),
        pytest.param(
            (held("DE1#Brand", "ANN", end=3), held("DE1#Brand", "BOB", 3)),
            *("ANN", 200.0, 20.0),
            id="handed over on the third: two days",
        ),
        pytest.param(
            (held("DE1#Brand", "ANN", end=3), held("DE1#Brand", "BOB", 3)),
            *("BOB", 190.0, 0.0),
            id="the successor's days have 100 and 90 of 100",
        ),
        pytest.param(
            (held("DE1#Brand", "ANN"), held("DE1#Video", "ANN", 4)),
            *("ANN", 460.0, 30.0),
            id="a second one from the fourth: 20, and 160 of 150",
        ),
        pytest.param(
            (held("DE1#Brand", "ANN", share=0.5), held("DE1#Video", "ANN")),
            *("ANN", 415.0, 40.0),
            id="half of one (10), and the other by itself (30)",
        ),
        pytest.param(
            (held("DE1", "BOB"), *BOTH),
            *("DE1", 730.0, None),
            id="the shop has all spend, and no budget of its own",
        ),
    ],
)
def test_overspend_of_an_owner(
    lines: tuple[Assignment, ...], who: str, spent: float, over: float | None
) -> None:
    given = book(*lines)
    assert actual(given, "ad_cost", who).value == spent
    assert actual(given, "ad_overspend", who).value == over


def test_budget_used_and_acos_of_an_owner() -> None:
    given = book(*BOTH)
    used = actual(given, "ad_budget_used", "ANN")
    assert used.value == pytest.approx(610 / 600)
    assert used.denominator == 600
    assert actual(given, "acos", "ANN").value == 0.25
    assert actual(given, "ad_overspend", "ANN", "2026-10-04").value == 10


def test_a_person_of_a_shop_and_of_no_campaign_has_the_shop() -> None:
    given = book(held("DE1", "BOB"), *BOTH)
    assert actual(given, "ad_cost", "BOB").value == 730
    assert actual(given, "orders", "BOB").value == 12
    both = book(held("DE1", "ANN"), *BOTH)
    assert actual(both, "ad_cost", "ANN").value == 610  # advertising by campaign,
    assert actual(both, "orders", "ANN").value == 12  # all else of the shop


@pytest.mark.parametrize(
    ("lines", "budgets", "metric"),
    [
        pytest.param(BOTH, {"DE1#Brand": 3100.0}, "ad_overspend", id="one without a budget"),
        pytest.param(BOTH, {}, "ad_overspend", id="none with one"),
        pytest.param(
            (*BOTH, held("DE1#Brnad", "ANN")), BUDGETS, "ad_cost", id="a name that no fact has"
        ),
    ],
)
def test_what_is_unknown_of_an_owner(
    lines: tuple[Assignment, ...], budgets: Mapping[str, float], metric: str
) -> None:
    found = actual(book(*lines, budgets=budgets), metric, "ANN")
    assert (found.value, found.state) == (None, DataState.MISSING)


def test_other_kpis_do_not_apply_to_a_campaign() -> None:
    assert actual(book(*BOTH), "orders", "DE1#Brand").state is DataState.NOT_APPLICABLE
    assert actual(book(*BOTH), "orders", "ANN").state is DataState.NOT_APPLICABLE


def test_budgets_of_campaigns_are_no_second_budget_of_the_shop() -> None:
    """DE1 has 6,200 of its own: 200 a day of 730 / 4 that are spent."""
    given = book(*BOTH, budgets={**BUDGETS, "DE1": 6200.0})
    assert actual(given, "ad_budget_used", "DE1").value == pytest.approx(730 / 800)
    assert actual(given, "ad_overspend", "ANN").value == 30


def test_a_rule_on_the_budget_of_an_owner_fires_when_it_is_passed() -> None:
    """Of 150 and 15 EUR for the month, 390 + 220 are far beyond."""
    rule = Rule(
        *("used", True, "ad_budget_used", "ANN", PeriodKind.MONTH, ">", 1.0, 1, "breach", "R!A5")
    )
    given = book(*BOTH, budgets={"DE1#Brand": 310.0, "DE1#Video": 155.0}, rules=(rule,))
    [one] = alarms(given, actuals(given), scopes(given), date(2026, 10, 5))
    assert (one.last.numerator, one.last.denominator) == (610.0, 465.0)


# --- codes ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scope", "found"),
    [
        pytest.param("DE1#Brand", ("DE1", "Brand"), id="shop and name"),
        pytest.param("DE1 # Brand #2", ("DE1", "Brand #2"), id="blanks, and the sign in the name"),
        pytest.param("DE1#", None, id="no name"),
        pytest.param("XX#Brand", None, id="no such shop"),
        pytest.param("DE1", None, id="a shop"),
    ],
)
def test_the_campaign_of_a_code(scope: str, found: tuple[str, str] | None) -> None:
    one = campaign_in(SHOPS, scope)
    assert (one and (one.shop.code, one.name)) == found


def test_a_budget_line_of_a_campaign_is_one_of_its_shop() -> None:
    given = book(*BOTH)
    [row, _] = given.targets
    assert kind_of(given, row) is TargetKind.CAMPAIGN
    assert shops_of(given, row) == (SHOPS[0],)
    assert list(asked_campaigns(given)) == ["DE1#Brand", "DE1#Video"]
    assert not [one for one in check_book(given) if one.code == "unknown_scope"]


def test_campaigns_belong_to_people_and_to_a_region() -> None:
    given = book(*BOTH, held("US1#Tv", "ANN"), held("XX#Tv", "ANN"))
    assert {part.shop for part in owned_campaigns(given, "ANN")} == {"DE1", "US1"}
    assert owned_campaigns(given, "BOB") == ()
    of = Owners(given)
    everywhere = of(Scope("ANN", ScopeKind.PERSON, None, same("ANN")))
    assert {part.shop for part in everywhere} == {"DE1", "US1"}
    [us] = of(Scope("ANN", ScopeKind.PERSON, Region.US, same("ANN")))
    assert us == Part("US1", us.days, campaigns=frozenset({"Tv"}))
    assert of(Scope("DE1", ScopeKind.SHOP, Region.EU, same("DE1"))) == ()


def test_a_partner_who_is_not_in_people_owns_them_for_as_long_as_the_line_says() -> None:
    given = replace(book(held("DE1#Brand", "AGENCY", 2, 4)), people=())
    [part] = owned_campaigns(given, "AGENCY")
    assert part.days == Window(date(2026, 10, 2), date(2026, 10, 4))


def test_no_campaign_of_a_shop_of_others_is_theirs() -> None:
    given = book(held("DE1#Brand", "ANN", 2, 2))  # of no day
    assert owned_campaigns(given, "ANN") == ()


def test_a_campaign_is_written_without_the_blanks_that_were_typed() -> None:
    found = campaign_in(book().shops, "DE1 # Brand ")
    assert found is not None
    assert found.code == "DE1#Brand"
