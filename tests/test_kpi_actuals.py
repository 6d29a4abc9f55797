"""Values of a scope: stock at both ends, days, products without a cost, one door for each state."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from kpi.actuals import Actual, Actuals, is_money
from kpi.calendar import period
from kpi.catalog import shipped
from kpi.model import DataState, Measure, Scope, ScopeKind, Window
from kpi.money import DayRates
from kpi.organisation import Part, ScopeParts
from kpi.scope_values import GAPS, ScopeValues
from kpi.scopes import same
from kpi.totals import Alternatives, Converter, Totals
from tests.leaf_support import Leaf, leaf_sums

CATALOG = shipped()
D1 = date(2026, 10, 1)
OCT = period("2026-10")
ALWAYS = Window(date(1970, 1, 1), date(9999, 1, 1))
DE, FR = Part("DE", ALWAYS), Part("FR", ALWAYS)
MEASURES: dict[str, Measure] = {**CATALOG.measures, **GAPS}
EURO = Converter("EUR", {}, DayRates({"USD": 0}, (), {}))
FLOWS = ("gross_sales", "discounts", "returns_amount", "cogs", "units_without_cost")
STOCKS = ("available_units", "inventory_value_cost", "stock_without_cost")


def sources(_: str, measure: str) -> Alternatives:
    if measure in FLOWS:
        return (("orders",), ("book.inputs",))
    return (("stock",),) if measure in STOCKS else ()


def day(n: int) -> date:
    return D1 + timedelta(days=n - 1)


def flow(n: int, shop: str = "DE", stream: str = "orders", **sums: int | None) -> Leaf:
    return (stream, shop, day(n), "", "EUR", sums)


def stock(n: int, shop: str = "DE", **sums: int | None) -> Leaf:
    return ("stock", shop, day(n), "", "EUR", sums)


def totals(*leaves: Leaf) -> Totals:
    found = leaf_sums(leaves)
    scaled = {**found.scaled, "inventory_value_cost": False}
    return Totals(
        replace(found, scaled=scaled), dict.fromkeys(("DE", "FR"), "x"), sources, MEASURES
    )


def over(found: Totals, first: int, last: int, *parts: Part) -> ScopeValues:
    """Days `first` to `last`, both included."""
    return ScopeValues(found, CATALOG, EURO, parts or (DE,), Window(day(first), day(last + 1)))


UNITS = totals(*(stock(n, available_units=n * 10) for n in (1, 2, 3, 4)), flow(5, cogs=0))


def test_a_stock_has_both_ends_and_a_mean() -> None:
    """10, 20, 30, 40 units on the first four days; days 2 to 4 open with 10 and mean 30."""
    values = over(UNITS, 2, 4)
    assert values.opening("available_units") == 10.0
    assert values.closing("available_units") == values.value("available_units") == 40.0
    assert values.mean("available_units") == 30.0
    assert values.days == 3.0


def test_a_stock_is_added_over_shops_and_unknown_when_one_is() -> None:
    found = totals(stock(1, available_units=4), stock(1, "FR", available_units=5))
    assert over(found, 1, 1, DE, FR).closing("available_units") == 9.0
    assert over(UNITS, 1, 1, DE, FR).closing("available_units") is None


def test_a_mean_needs_half_of_the_days() -> None:
    """A stock stands for three days: three of six are known, and three of seven."""
    found = totals(stock(1, available_units=7), flow(9, cogs=0))
    assert over(found, 1, 6).mean("available_units") == 7.0
    assert over(found, 1, 7).mean("available_units") is None
    assert over(found, 8, 9).mean("available_units") is None


def test_a_measure_rolls_up_its_own_way() -> None:
    """Stock value 100 and 300: its value over two days is their mean, 200."""
    found = totals(
        *(stock(n, inventory_value_cost=v, stock_without_cost=0) for n, v in ((1, 100), (2, 300)))
    )
    assert over(found, 1, 2).value("inventory_value_cost") == 200.0


def test_no_scope_has_no_stock() -> None:
    assert replace(over(UNITS, 1, 1), parts=()).closing("available_units") is None


def test_a_window_without_days_knows_nothing() -> None:
    values = over(totals(flow(1, gross_sales=10)), 1, 0)
    assert (values.days, values.value("gross_sales")) == (None, None)


def test_a_derived_measure_and_a_kpi_are_worked_out() -> None:
    """100 less 10 of discounts less 20 of returns are 70; half of it is the cost of the goods."""
    sold = flow(1, gross_sales=1_000_000, discounts=100_000, returns_amount=200_000, cogs=350_000)
    values = over(totals(sold), 1, 1)
    assert values.value("net_sales_amount") == 70.0
    assert values.value("gross_margin") == 0.5


def test_a_unit_without_a_cost_makes_the_cost_unknown() -> None:
    whole, lacking = (totals(flow(1, cogs=50_000, units_without_cost=n)) for n in (0, 1))
    assert over(whole, 1, 1).value("cogs") == 5.0
    assert over(lacking, 1, 1).value("cogs") is None


def test_stock_without_a_cost_makes_its_value_unknown() -> None:
    whole, lacking = (
        totals(stock(1, inventory_value_cost=9, stock_without_cost=n)) for n in (0, 2)
    )
    assert over(whole, 1, 1).closing("inventory_value_cost") == 9.0
    assert over(lacking, 1, 1).closing("inventory_value_cost") is None


def test_money_without_a_rate_is_unknown_as_a_sum_and_as_a_stock() -> None:
    found = totals(flow(1, gross_sales=10), stock(1, inventory_value_cost=9, stock_without_cost=0))
    values = replace(over(found, 1, 1), money=replace(EURO, currency="JPY"))
    assert values.value("gross_sales") is None
    assert values.closing("inventory_value_cost") is None


def test_each_day_stands_for_itself() -> None:
    found = totals(flow(1, gross_sales=20_000), flow(2, gross_sales=30_000))
    days = over(found, 1, 2).each_day()
    assert [one.value("gross_sales") for one in days] == [2.0, 3.0]


SCOPE = Scope("DE", ScopeKind.SHOP, None, same("DE"))


def of(found: Totals, metric: str, *parts: Part) -> Actual:
    actuals = Actuals(found, CATALOG, EURO, {"DE": day(2)}, frozenset())
    return actuals.of(CATALOG.metrics[metric], ScopeParts(SCOPE, parts), OCT)


def test_a_figure_typed_by_hand_is_marked() -> None:
    typed = [flow(n, stream="book.inputs", gross_sales=10_000) for n in (1, 2)]
    actual = of(totals(*typed), "gross_sales_total", DE)
    assert (actual.value, actual.state) == (2.0, DataState.MANUAL)
    assert actual.covered_until == day(2)


def test_a_scope_without_shops_has_nothing_to_tell() -> None:
    actual = of(UNITS, "gross_sales_total")
    assert (actual.state, actual.covered_until) == (DataState.NOT_APPLICABLE, None)


@pytest.mark.parametrize(
    ("metric", "money"),
    [("net_sales", True), ("sales_per_head", True), ("acos", False), ("orders", False)],
)
def test_which_values_are_money(metric: str, money: bool) -> None:
    assert is_money(CATALOG.metrics[metric]) is money


# --- which values other books over the same facts share ------------------------------------------

MINE = Scope("ANN", ScopeKind.PERSON, None, same("ANN"))


TASKS = {"register": lambda *_: None}  # that say nothing


@pytest.mark.parametrize(
    ("metric", "scope", "beside", "shared", "by_facts"),
    [
        pytest.param("net_sales", SCOPE, {}, True, True, id="a shop's sales"),
        pytest.param(
            *("net_sales", MINE, {}, False, True),
            id="a person's: moves and ratings decide too; the facts say it of these shops",
        ),
        pytest.param("sales_per_head", SCOPE, {}, True, True, id="by a typed headcount"),
        pytest.param(
            *("sales_per_head", SCOPE, {"heads": lambda *_: None}, False, False),
            id="by that of People",
        ),
        pytest.param(
            *("net_sales", SCOPE, TASKS, True, False), id="no task says a thing, though one may"
        ),
        pytest.param(
            *("net_sales", SCOPE, {**TASKS, "beside": frozenset({"acos"})}, True, True),
            id="the tasks are about another KPI",
        ),
        pytest.param(
            *("net_sales", SCOPE, {"register": lambda *_: of(UNITS, "net_sales", DE)}),
            *(False, False),
            id="which tasks of the book say",
        ),
        pytest.param(
            *("acos", SCOPE, {"campaigns": lambda _: ()}, True, True), id="advertising of a shop"
        ),
        pytest.param(
            *("acos", SCOPE, {"campaigns": lambda _: (FR,)}, False, False),
            id="of campaigns of the book",
        ),
    ],
)
def test_what_hangs_on_the_facts_alone(
    metric: str, scope: Scope, beside: dict[str, Any], shared: bool, by_facts: bool
) -> None:
    actuals = Actuals(UNITS, CATALOG, EURO, {"DE": day(2)}, frozenset(), **beside)
    asked = CATALOG.metrics[metric], ScopeParts(scope, (DE,))
    assert (actuals.shared(*asked, OCT), actuals.by_facts(*asked)) == (shared, by_facts)


@pytest.mark.parametrize(
    ("metric", "silent", "applies"),
    [
        pytest.param("net_sales", None, False, id="any task may say it"),
        pytest.param("net_sales", lambda *_: False, False, id="a task says something"),
        pytest.param("net_sales", lambda *_: True, True, id="no task, no value of one"),
        pytest.param("sales_per_head", lambda *_: True, False, id="heads of People decide"),
    ],
)
def test_what_applies_by_the_facts_where_no_task_says_more(
    metric: str, silent: Callable[[str, Scope], bool] | None, applies: bool
) -> None:
    actuals = Actuals(
        UNITS,
        CATALOG,
        EURO,
        {"DE": day(2)},
        frozenset(),
        register=lambda *_: None,
        silent=silent,
        heads=lambda *_: None,
    )
    found = ScopeParts(SCOPE, (DE,))
    assert actuals.applies_by_facts(CATALOG.metrics[metric], found) is applies


def test_a_source_beside_is_asked_only_for_what_it_may_know() -> None:
    actuals = Actuals(
        UNITS,
        CATALOG,
        EURO,
        {"DE": day(2)},
        frozenset(),
        register=lambda metric, *_: of(UNITS, metric.code, DE),
        beside=frozenset({"orders"}),
    )
    found = ScopeParts(SCOPE, (DE,))
    assert not actuals.shared(CATALOG.metrics["orders"], found, OCT)
    assert actuals.shared(CATALOG.metrics["net_sales"], found, OCT)


def test_equal_scopes_are_the_one_that_was_seen_first() -> None:
    actuals = Actuals(UNITS, CATALOG, EURO, {"DE": day(2)}, frozenset())
    first, equal, other = (ScopeParts(SCOPE, (one,)) for one in (DE, DE, FR))
    assert actuals.same(first) is first
    assert actuals.same(equal) is first
    assert actuals.same(other) is other
