"""What an agency is owed: every line of a statement worked by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal as D

import pytest

from kpi.agency import Delivery, Measured, Statement, Terms, delivery, due_in, statement
from kpi.model import TaskRow, Window

LEVELS = ((D(85), D(1)), (D(70), D("0.9")), (D(0), D("0.8")))
TERMS = Terms(
    fee=D(3000),
    baseline=D(20_000),
    reward_rate=D("0.2"),
    deduct_rate=D("0.1"),
    late_each=D(50),
    missing_each=D(200),
    tax_rate=D("0.06"),
    levels=LEVELS,
)
GOOD = Measured(total=92.5, profit=D("26500.55"), late=0, missing=0, final=True)


def test_profit_above_the_baseline_is_rewarded() -> None:
    """6,500.55 above: 20 % are 1,300.11; 4,300.11 and 6 % tax of 258.01 (258.0066)."""
    assert statement(TERMS, GOOD) == Statement(
        level=D(1), fee=D(3000), gap=D("6500.55"), reward=D("1300.11"), shortfall=D(0),
        deliverables=D(0), deductions=D(0), net=D("4300.11"), tax=D("258.01"),
        payable=D("4558.12"),
    )  # fmt: skip


def test_profit_below_and_poor_service_are_deducted() -> None:
    """70 points: 2,700 of the fee. 4,000 below: 400; one late and one missing: 250. 2,050 are left."""
    found = statement(TERMS, Measured(70.0, D(16_000), 1, 1, final=True))
    assert (found.level, found.fee, found.gap) == (D("0.9"), D(2700), D(-4000))
    assert (found.shortfall, found.deliverables, found.deductions) == (D(400), D(250), D(650))
    assert (found.net, found.tax, found.payable) == (D(2050), D(123), D(2173))


@pytest.mark.parametrize(
    ("terms", "measured", "net"),
    [
        pytest.param({"reward_cap": D(500)}, GOOD, D(3500), id="the reward stops at its cap"),
        pytest.param(
            {"deduct_cap": D(300)}, replace(GOOD, profit=D(10_000), missing=2), D(2700),
            id="1,400 of deductions stop at 300",
        ),
        pytest.param({}, replace(GOOD, profit=D(-40_000)), D(0), id="never below zero"),
        pytest.param({}, replace(GOOD, total=69.999), D("3700.11"), id="just below 70: 80 %"),
        pytest.param({"fee": None}, GOOD, None, id="no fee was agreed"),
        pytest.param({"baseline": None}, GOOD, None, id="no baseline was agreed"),
        pytest.param({"levels": ((D(95), D(1)),)}, GOOD, None, id="no level for these points"),
        pytest.param({}, replace(GOOD, total=None), None, id="no score"),
        pytest.param({}, replace(GOOD, profit=None), None, id="no profit"),
        pytest.param({"late_each": None}, GOOD, None, id="what lateness costs was not agreed"),
    ],
)  # fmt: skip
def test_net_of_other_months(terms: dict[str, D], measured: Measured, net: D | None) -> None:
    assert statement(replace(TERMS, **terms), measured).net == net  # type: ignore[arg-type]  # by name


def test_nothing_is_payable_before_the_month_is_final() -> None:
    found = statement(TERMS, replace(GOOD, final=False))
    assert (found.net, found.payable) == (D("4300.11"), D(0))


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
