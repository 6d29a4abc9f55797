"""What an agency is owed: every line of a statement worked by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from kpi.agency import Delivery, Measured, Statement, Terms, delivery, due_in, statement
from kpi.model import TaskRow, Window

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
        gap=Decimal("6500.55"),
        reward=Decimal("1300.11"),
        shortfall=Decimal(0),
        deliverables=Decimal(0),
        deductions=Decimal(0),
        net=Decimal("4300.11"),
        tax=Decimal("258.01"),
        payable=Decimal("4558.12"),
    )


def test_profit_below_and_poor_service_are_deducted() -> None:
    """70 points: 2,700 of the fee; 4,000 below: 400; one late, one missing: 250; 2,050 left."""
    found = statement(TERMS, Measured(70.0, Decimal(16_000), 1, 1, final=True))
    assert (found.level, found.fee, found.gap) == (Decimal("0.9"), Decimal(2700), Decimal(-4000))
    assert (found.shortfall, found.deliverables, found.deductions) == (
        Decimal(400),
        Decimal(250),
        Decimal(650),
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
    )
    assert [task.number for task in due_in(tasks, "AG", october)] == ["D-1", "D-6"]
