"""What a commission pays on: a KPI of the month and its target in the currency of pay, by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from kpi.actuals import Actuals
from kpi.book import Book
from kpi.catalog import shipped
from kpi.model import Language, Region
from kpi.money import DayRates
from kpi.pay_amounts import (
    MonthAmount,
    PayAmount,
    known_scope,
    month_amount,
    month_values,
    pays_on,
    said,
    signed_key,
)
from kpi.scope_values import GAPS
from kpi.totals import Converter, Totals
from tests.card_support import CATALOG, D1, OCT, PEOPLE, SHOP, book, run, sources, target
from tests.leaf_support import leaf_sums

SALES, UNITS, ACOS = (CATALOG.metrics[code] for code in ("net_sales", "units_sold", "acos"))
US_SHOP = replace(SHOP, code="US", market="US", region=Region.US, currency="EUR")


def actuals(de: int = 31, us: int = 31, *, last: int = 31, rate: str = "7.8") -> Actuals:
    """Whole days of 1,000 EUR in DE and FR and of 100 EUR in US; 1.1 USD are a euro."""
    days = [*run("DE", 1_000, 100, de), *run("FR", 200, 20, de), *run("US", 100, 10, us)]
    leaves = leaf_sums(days)
    totals = Totals(
        leaves, dict.fromkeys(leaves.shops, "amazon"), sources, {**CATALOG.measures, **GAPS}
    )
    sheet = date(2026, 10, 30)
    rates = DayRates({"USD": 0, "CNY": 1}, (sheet,), {sheet: ("1.2", rate)})
    until = D1 + timedelta(last - 1)
    money = Converter("USD", {"EUR": 1.1}, rates)
    return Actuals(totals, CATALOG, money, dict.fromkeys(("DE", "FR", "US"), until), frozenset())


def mine(**changes: object) -> Book:
    """OPS1 holds DE and US, OPS2 holds FR; both are of the department Sales."""
    people = tuple(replace(one, department="Sales") for one in PEOPLE)
    us = replace(target("US", "net_sales", 3_100.0), region=Region.US)
    of = book(people=people, shops=(*book().shops, US_SHOP))
    return replace(of, targets=(*of.targets, us), **changes)  # type: ignore[arg-type]  # by name


def found(
    of: Book, at: Actuals, scope: str = "", wanted: str = "USD", person: str = "OPS1"
) -> PayAmount:
    whose = next(one for one in of.people if one.code == person)
    made = month_amount(of, at, (whose, SALES, scope, wanted), OCT)
    return PayAmount(SALES, scope, "USD", wanted, (made,))


@pytest.mark.parametrize(
    ("scope", "wanted", "amount", "goal"),
    [
        pytest.param("", "USD", 37_510.0, 37_510.0, id="own shops of both regions: 34,100 + 3,410"),
        pytest.param("", "EUR", 34_100.0, 34_100.0, id="the book's fixed rate, back to euros"),
        pytest.param("", "CNY", 243_815.0, 243_815.0, id="x 7.8 / 1.2 = 6.5 of October 30"),
        pytest.param("DE", "USD", 34_100.0, 34_100.0, id="one shop, which is the market too"),
        pytest.param("US", "USD", 3_410.0, 3_410.0, id="a region"),
        pytest.param("ALL", "USD", 44_330.0, 44_330.0, id="the company: 37,510 + 6,820"),
        pytest.param("OPS2", "USD", 6_820.0, 6_820.0, id="somebody below"),
        pytest.param("Sales", "USD", 44_330.0, 44_330.0, id="a department, each shop once"),
    ],
)
def test_amount_and_target(scope: str, wanted: str, amount: float, goal: float) -> None:
    one = found(mine(), actuals(), scope, wanted)
    assert (one.amount, one.goal, one.without_rate) == (amount, goal, False)


def test_data_that_end_early_give_no_amount_and_keep_the_target() -> None:
    one = found(mine(), actuals(de=30))
    assert (one.amount, one.goal) == (None, 37_510.0)


def test_an_open_month_is_looked_at_to_the_last_day_that_is_over() -> None:
    """Ten days of 1,100 and 110 USD; the target is of the whole month."""
    one = found(mine(), actuals(10, 10, last=10))
    assert (one.amount, one.goal) == (12_100.0, 37_510.0)


def test_a_region_without_a_target_leaves_it_unknown() -> None:
    of = mine()
    assert found(replace(of, targets=of.targets[:-1]), actuals()).goal is None
    assert found(replace(of, targets=()), actuals(), "ALL").goal is None


def test_who_holds_no_shop_has_neither() -> None:
    of = mine()
    nobody = replace(of.people[0], code="NEW")
    one = found(replace(of, people=(*of.people, nobody)), actuals(), person="NEW")
    assert (one.amount, one.goal) == (None, None)


def test_who_came_in_mid_month_is_asked_the_days_that_were_theirs() -> None:
    """An own target of 31,000 EUR; 16 of 31 days are left of it: 16,000 EUR are 17,600 USD."""
    came = replace(PEOPLE[1], start=date(2026, 10, 16))
    own = target("OPS2", "net_sales", 31_000.0)
    of = mine(people=(PEOPLE[0], came))
    one = found(replace(of, targets=(*of.targets, own)), actuals(), person="OPS2")
    assert one.goal == 17_600.0


def test_a_missing_rate_leaves_both_unknown() -> None:
    one = found(mine(), actuals(rate="N/A"), wanted="CNY")
    assert (one.amount, one.goal, one.without_rate) == (None, None, True)


def test_a_count_has_no_currency() -> None:
    made = month_amount(mine(), actuals(), (PEOPLE[0], UNITS, "", "CNY"), OCT)
    assert (made.rate, made.value) == (Decimal(1), None)
    one = PayAmount(UNITS, "", "", "", (replace(made, value=1234.0),))
    assert one.amount == 1234.0
    assert said(one, "en").endswith(": 1,234")


SIGNED = month_values(mine(), actuals(), (SALES, UNITS, ACOS), OCT)


@pytest.mark.parametrize(
    ("scope", "value"),
    [("", 37_510.0), ("DE", 34_100.0), ("ALL", 44_330.0), ("OPS2", 6_820.0), ("Sales", 44_330.0)],
)
def test_a_month_is_closed_with_every_value_that_may_be_paid_on(scope: str, value: float) -> None:
    assert SIGNED[signed_key("2026-10", "OPS1", scope, "net_sales")] == value
    assert SIGNED["2026-10｜OPS2｜｜net_sales"] == 6_820.0
    assert SIGNED["2026-10｜OPS1｜｜units_sold"] is None  # the facts know none
    assert not [key for key in SIGNED if key.endswith("acos")]


def test_what_a_month_was_closed_with_goes_before_the_facts_of_today() -> None:
    asked = (PEOPLE[0], SALES, "", "EUR")
    restated = actuals(de=30)
    made = month_amount(mine(), restated, asked, OCT, SIGNED)
    assert (made.value, made.closed) == (37_510.0, True)
    one = PayAmount(SALES, "", "USD", "EUR", (made,))
    assert one.amount == 34_100.0
    assert said(one, "en").endswith(" EUR; actual as the month was closed")
    assert said(one, "zh").endswith("；实际按封存值")
    older = month_amount(mine(), restated, asked, OCT, {})  # closed before amounts were signed
    assert (older.value, older.closed) == (None, False)
    nothing = {signed_key("2026-10", "OPS1", "", "net_sales"): None}
    unknown = month_amount(mine(), actuals(), asked, OCT, nothing)
    assert (unknown.value, unknown.closed) == (None, True)


def test_only_what_adds_up_is_paid_on() -> None:
    assert [pays_on(one) for one in (SALES, UNITS, ACOS)] == [True, True, False]
    assert pays_on(shipped().metrics["contribution_profit"])


@pytest.mark.parametrize(
    ("scope", "known"),
    [("", True), ("DE", True), ("ALL", True), ("Sales", True), ("OPS2", True), ("Mars", False)],
)
def test_scopes_that_a_rule_may_name(scope: str, *, known: bool) -> None:
    assert known_scope(mine(), scope) is known


QUARTER = (
    MonthAmount("2026-07", 1000.0, None, Decimal("6.5"), date(2026, 7, 31)),
    MonthAmount("2026-08", 2000.5, None, Decimal(7), None),
)


@pytest.mark.parametrize(
    ("months", "wanted", "language", "text"),
    [
        pytest.param(
            (MonthAmount("2026-10", 12_000.0, 10_000.0, Decimal(1), None),),
            *("USD", "en"),
            "Net sales, own shops · 2026-10: 12,000.00 USD; target 2026-10: 10,000.00 USD",
            id="in the report currency",
        ),
        pytest.param(
            QUARTER,
            *("CNY", "zh"),
            "销售额(净)，本人店铺 · 2026-07: 1,000.00 USD × 6.5 (2026-07-31) + "
            "2026-08: 2,000.50 USD × 7 = 20,503.50 CNY",
            id="6,500 + 14,003.5, without a target",
        ),
        pytest.param(
            (MonthAmount("2026-10", None, 10.0, None, None),),
            *("CNY", "en"),
            "Net sales, own shops · 2026-10: ? × ? = ?; target 2026-10: 10.00 USD × ? = ?",
            id="unknown is a question mark",
        ),
    ],
)
def test_where_it_came_from_is_said_on_one_line(
    months: tuple[MonthAmount, ...], wanted: str, language: Language, text: str
) -> None:
    assert said(PayAmount(SALES, "", "USD", wanted, months), language) == text
