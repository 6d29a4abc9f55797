"""What an agency is owed: every line of a statement worked by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from kpi.agency import (
    Delivery,
    Measured,
    Statement,
    Terms,
    delivery,
    due_in,
    in_contract,
    statement,
)
from kpi.model import Window
from kpi.money import Quote
from kpi.typed_rows import TaskRow

LEVELS = ((Decimal(85), Decimal(1)), (Decimal(70), Decimal("0.9")), (Decimal(0), Decimal("0.8")))
TERMS = Terms(
    fee=Decimal(3000),
    baseline=Decimal(20_000),
    reward_rate=Decimal("0.2"),
    deduct_rate=Decimal("0.1"),
    late_each=Decimal(50),
    missing_each=Decimal(200),
    tax_rate=Decimal("0.06"),
    levels=LEVELS,
)
GOOD = Measured(total=92.5, profit=Decimal("26500.55"), late=0, missing=0, final=True)


def test_profit_above_the_baseline_is_rewarded() -> None:
    """6,500.55 above: 20 % are 1,300.11; 4,300.11 and 6 % tax of 258.01 (258.0066)."""
    assert statement(TERMS, GOOD) == Statement(
        level=Decimal(1),
        fee=Decimal(3000),
        baseline=TERMS.baseline,
        gap=Decimal("6500.55"),
        reward=Decimal("1300.11"),
        shortfall=Decimal(0),
        deliverables=Decimal(0),
        deductions=Decimal(0),
        correction=Decimal(0),
        net=Decimal("4300.11"),
        tax=Decimal("258.01"),
        held=Decimal(0),
        payable=Decimal("4558.12"),
    )


def test_profit_below_and_poor_service_are_deducted() -> None:
    """70 points: 2,700 of the fee; 4,000 below: 400; one late, one missing: 250; 2,050 left."""
    found = statement(TERMS, Measured(70.0, Decimal(16_000), 1, 1, final=True))
    assert (found.level, found.fee, found.gap) == (Decimal("0.9"), Decimal(2700), Decimal(-4000))
    assert (found.shortfall, found.deliverables, found.deductions) == (
        Decimal(-400),
        Decimal(-250),
        Decimal(-650),
    )
    assert (found.net, found.tax, found.payable) == (Decimal(2050), Decimal(123), Decimal(2173))


@pytest.mark.parametrize(
    ("terms", "measured", "net"),
    [
        pytest.param(
            {"reward_cap": Decimal(500)}, GOOD, Decimal(3500), id="the reward stops at its cap"
        ),
        pytest.param(
            {"deduct_cap": Decimal(300)},
            replace(GOOD, profit=Decimal(10_000), missing=2),
            Decimal(2700),
            id="1,400 of deductions stop at 300",
        ),
        pytest.param({}, replace(GOOD, profit=Decimal(-40_000)), Decimal(0), id="never below zero"),
        pytest.param({}, replace(GOOD, total=69.999), Decimal("3700.11"), id="just below 70: 80 %"),
        pytest.param({"fee": None}, GOOD, None, id="no fee was agreed"),
        pytest.param({"baseline": None}, GOOD, None, id="no baseline was agreed"),
        pytest.param(
            {"levels": ((Decimal(95), Decimal(1)),)}, GOOD, None, id="no level for these points"
        ),
        pytest.param({}, replace(GOOD, total=None), None, id="no score"),
        pytest.param({}, replace(GOOD, profit=None), None, id="no profit"),
        pytest.param({"late_each": None}, GOOD, None, id="what lateness costs was not agreed"),
    ],
)
def test_net_of_other_months(
    terms: dict[str, Decimal], measured: Measured, net: Decimal | None
) -> None:
    assert statement(replace(TERMS, **terms), measured).net == net  # type: ignore[arg-type]  # by name


@pytest.mark.parametrize(
    ("profit", "reward", "off"),
    [
        pytest.param("20000", "0", "0", id="just at the baseline neither rewards nor deducts"),
        pytest.param("20000.01", "0", "0", id="a fifth of a cent is none"),
        pytest.param("20010", "2", "0", id="over the baseline adds"),
        pytest.param("19990", "0", "-1", id="under it takes off"),
        pytest.param("-100", "0", "-2010", id="a loss is as far under as it is"),
    ],
)
def test_over_adds_and_under_takes_off(profit: str, reward: str, off: str) -> None:
    found = statement(TERMS, replace(GOOD, profit=Decimal(profit)))
    assert (found.reward, found.shortfall) == (Decimal(reward), Decimal(off))
    assert found.net == max(Decimal(0), 3000 + Decimal(reward) + Decimal(off))


def test_yen_have_no_cents() -> None:
    """90 % of 3,001 are 2,700.9: 2,701 yen; 6 % tax of it are 162."""
    terms = replace(TERMS, fee=Decimal(3001), decimals=0)
    found = statement(terms, Measured(70.0, Decimal(20_000), 0, 0, final=True))
    assert (found.fee, found.tax, found.payable) == (Decimal(2701), Decimal(162), Decimal(2863))


def test_terms_typed_with_cents_are_rounded_to_yen() -> None:
    """0.6 yen under are 1; a cap of 0.4 yen takes nothing."""
    terms = replace(TERMS, baseline=Decimal("20000.6"), deduct_cap=Decimal("0.4"), decimals=0)
    found = statement(terms, Measured(90.0, Decimal(20_000), 1, 0, final=True))
    assert [str(one) for one in (found.gap, found.deliverables, found.deductions)] == [
        *("-1", "-50", "0"),
    ]


DAY = date(2026, 9, 30)


@pytest.mark.parametrize(
    ("profit", "quote", "decimals", "found"),
    [
        ("1000.50", Quote(Decimal("0.92"), DAY), 2, "920.46"),
        ("1000.50", Quote(Decimal("157.31"), DAY), 0, "157389"),
        (None, Quote(Decimal(1), DAY), 2, None),
        ("1000.50", None, 2, None),
    ],
)
def test_a_profit_in_the_contracts_currency(
    profit: str | None, quote: Quote | None, decimals: int, found: str | None
) -> None:
    made = in_contract(None if profit is None else Decimal(profit), quote, decimals)
    assert made == (None if found is None else Decimal(found))


def test_nothing_is_payable_before_the_month_is_final() -> None:
    found = statement(TERMS, replace(GOOD, final=False))
    assert (found.net, found.payable) == (Decimal("4300.11"), Decimal(0))


TASK = TaskRow("D-1", "deliverable", None, None, "Report", "AG", date(2026, 10, 15), 1.0, "A5")
NOV_5 = date(2026, 11, 5)


@pytest.mark.parametrize(
    ("delivered", "outcome", "today", "state"),
    [
        (date(2026, 10, 15), "passed", NOV_5, Delivery.IN_TIME),
        (date(2026, 10, 16), "passed", NOV_5, Delivery.LATE),
        (date(2026, 10, 14), "failed", NOV_5, Delivery.MISSING),
        (date(2026, 10, 14), None, NOV_5, Delivery.MISSING),
        (None, None, NOV_5, Delivery.MISSING),
        (None, None, date(2026, 10, 15), Delivery.OPEN),
    ],
)
def test_a_deliverable_needs_its_day_and_acceptance(
    delivered: date | None, outcome: str | None, today: date, state: Delivery
) -> None:
    assert delivery(replace(TASK, delivered=delivered, outcome=outcome), today) is state


def test_deliverables_of_a_month_are_the_partners_own_that_fall_due() -> None:
    october = Window(date(2026, 10, 1), date(2026, 11, 1))
    tasks = (
        TASK,
        replace(TASK, number="D-2", owner="OTHER"),
        replace(TASK, number="D-3", due=date(2026, 11, 1)),
        replace(TASK, number="D-4", type="action"),
        replace(TASK, number="D-5", due=None),
        replace(TASK, number="D-6", due=date(2026, 10, 31)),
        replace(TASK, number="D-7", due=date(2026, 10, 1)),
    )
    assert [task.number for task in due_in(tasks, "AG", october)] == ["D-1", "D-6", "D-7"]
