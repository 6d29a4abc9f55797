"""Advertising budgets by day, and what is spent above them: hand-worked months of two shops."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from kpi.actuals import Actuals
from kpi.budget import lasting_budgets, planned_budgets
from kpi.model import DataState, Region
from kpi.money import DayRates
from kpi.scope_values import GAPS
from kpi.scopes import scopes
from kpi.targets import AD_BUDGET
from kpi.totals import Converter, Totals
from kpi.typed_rows import InputRow, TargetRow
from sync_service.hand_inputs import with_inputs, with_plans
from sync_service.sources import INPUTS, PLANS
from tests.card_support import CATALOG, D1, FR, OCT, SHOP, book
from tests.leaf_support import leaf_sums

OCTOBER_DAYS = 31
Typed = Mapping[str, Mapping[int, int]]
CURRENCIES = {shop.code: shop.currency for shop in (SHOP, FR)}


def typed_rows(typed: Typed) -> list[InputRow]:
    """By shop: day of October -> amount."""
    return [
        InputRow(date(2026, 10, day), shop, AD_BUDGET, Decimal(amount), "", "")
        for shop, amounts in typed.items()
        for day, amount in amounts.items()
    ]


def line(total: float, scope: str = "DE", currency: str | None = "EUR") -> TargetRow:
    """A budget of October alone."""
    months = tuple(total if n == 9 else None for n in range(12))
    return TargetRow(
        2026, Region.EU, scope, AD_BUDGET, "OPS1", None, months, currency, "目标!A6", "manual"
    )


def known(typed: Typed, lines: tuple[TargetRow, ...] = ()) -> Actuals:
    """Two shops that spend 1,000 EUR a day each."""
    spent = [
        ("amazon_ads.all", shop, D1 + timedelta(n), "", "EUR", {"ad_spend": 10_000_000})
        for shop in ("DE", "FR")
        for n in range(OCTOBER_DAYS)
    ]
    plans = planned_budgets(replace(book(), targets=lines), date(2026, 10, 10))
    leaves = with_inputs(leaf_sums(spent), typed_rows(typed), CURRENCIES)
    streams = {"ad_spend": (("amazon_ads.all",),), AD_BUDGET: ((INPUTS,), (PLANS,))}
    totals = Totals(
        with_plans(leaves, plans, CURRENCIES),
        dict.fromkeys(leaves.shops, "amazon"),
        lambda _platform, measure: streams.get(measure, ()),
        {**CATALOG.measures, **GAPS},
    )
    money = Converter("EUR", {"EUR": 1.1}, DayRates({"USD": 0}, (D1,), {D1: ("1.2",)}))
    last = dict.fromkeys(("DE", "FR"), date(2026, 10, OCTOBER_DAYS))
    return Actuals(totals, CATALOG, money, last, frozenset())


def value(actuals: Actuals, metric: str, scope: str) -> float | None:
    """October of a scope."""
    found = {one.scope.code: one for one in scopes(book())}[scope]
    return actuals.of(CATALOG.metrics[metric], found, OCT).value


EVERY_DAY = range(1, OCTOBER_DAYS + 1)


@pytest.mark.parametrize(
    ("typed", "over"),
    [
        pytest.param(
            {"DE": dict.fromkeys(EVERY_DAY, 900), "FR": dict.fromkeys(EVERY_DAY, 1_100)},
            {"DE": 3_100.0, "FR": 0.0, "EU": 3_100.0},
            id="what one shop spends too much is not made good by another",
        ),
        pytest.param(
            {"DE": {1: 31_000}, "FR": {17: 31_000}},
            {"DE": 0.0, "FR": 0.0, "EU": 0.0},
            id="a month's budget typed once is kept by spending it evenly",
        ),
        pytest.param(
            {"DE": {1: 16_000, 17: 12_000}, "FR": {1: 31_000}},
            {"DE": 3_000.0, "FR": 0.0, "EU": 3_000.0},  # 15 days of 800 a day
            id="a figure lasts until the next one",
        ),
        pytest.param(
            {"DE": {11: 21_000, 12: 20_000}, "FR": {1: 31_000}},
            {"DE": None, "FR": 0.0, "EU": None},
            id="the days before the first of several have no budget",
        ),
        pytest.param(
            {"DE": {1: 31_000}}, {"DE": 0.0, "FR": None, "EU": None}, id="no budget row is unknown"
        ),
    ],
)
def test_overspend_is_worked_by_day_and_shop(
    typed: Typed, over: Mapping[str, float | None]
) -> None:
    actuals = known(typed)
    assert {scope: value(actuals, "ad_overspend", scope) for scope in over} == over


def test_two_figures_of_one_day_are_one_budget() -> None:
    rows = [*typed_rows({"DE": {5: 100}}), *typed_rows({"DE": {5: 210}})]
    found = list(lasting_budgets(rows))
    assert [row.day.day for row in found] == list(EVERY_DAY)
    assert {row.value for row in found} == {Decimal(10)}


def test_a_budget_line_of_the_targets_is_the_budget_of_its_shop() -> None:
    """27,900 for DE, and 34,100 EUR written as 37,510 USD at 1.1 for FR; 31,000 are spent."""
    lines = (line(27_900.0), line(37_510.0, "FR", "USD"))
    actuals = known({}, lines)
    assert value(actuals, "ad_budget_used", "DE") == pytest.approx(31_000 / 27_900, rel=1e-13)
    assert value(actuals, "ad_budget_used", "FR") == pytest.approx(31_000 / 34_100, rel=1e-13)
    assert value(actuals, "ad_budget_used", "EU") == 1.0
    assert value(actuals, "ad_overspend", "EU") == 3_100.0
    de = {one.scope.code: one for one in scopes(book())}["DE"]
    used = actuals.of(CATALOG.metrics["ad_budget_used"], de, OCT)
    assert used.state is DataState.COMPLETE  # a plan is no hand-typed actual
    assert "book.targets@DE" in used.streams


def test_what_is_typed_by_day_goes_before_the_line() -> None:
    actuals = known({"DE": {1: 31_000}}, (line(27_900.0),))
    assert value(actuals, "ad_budget_used", "DE") == 1.0


def test_days_of_a_line_follow_the_season_where_the_book_is_paced_so() -> None:
    """Black Friday week of November weighs more; the days add up to the month."""
    months = tuple(30_000.0 if n == 10 else None for n in range(12))
    row = replace(line(0.0), months=months)
    given = book()
    seasonal = replace(given, targets=(row,), settings=replace(given.settings, pacing="seasonal"))
    found = {one.day: one.value for one in planned_budgets(seasonal, date(2026, 11, 30))}
    assert sum(found.values()) == 30_000
    assert found[date(2026, 11, 27)] > found[date(2026, 11, 10)]
    even = planned_budgets(replace(seasonal, settings=given.settings), date(2026, 11, 30))
    assert {one.value for one in even} == {Decimal(1_000)}


@pytest.mark.parametrize(
    "row",
    [
        pytest.param(line(100.0, "EU"), id="a region's budget belongs to no shop"),
        pytest.param(line(100.0, "DE", "PLN"), id="no fixed rate"),
        pytest.param(replace(line(100.0), year=2027), id="a year that has not begun"),
        pytest.param(replace(line(100.0), metric="net_sales"), id="another KPI"),
        pytest.param(line(-1.0), id="below zero"),
        pytest.param(replace(line(0.0), months=(None,) * 12), id="nothing asked"),
    ],
)
def test_other_lines_give_no_budget(row: TargetRow) -> None:
    given = book()
    assert planned_budgets(replace(given, targets=(row,)), date(2026, 10, 31)) == ()
