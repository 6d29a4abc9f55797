"""A payout book with one line for each rule and each reason, and the same lines as values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from random import Random
from typing import Any

from kpi.bonus import Slice
from kpi.payout import PayBasis, PayLine, PayMethod, PayRule, PayState, pay_line
from kpi.rewards import (
    Application,
    Applied,
    RewardEffect,
    RewardRule,
    applied_rewards,
    money_of,
)
from kpi.tables import CellValue, ErrorValue
from sheet_templates import words
from sheet_templates.layout import Language
from sheet_templates.start import BookStart, StartRow

MONTH, QUARTER = "2026-10", "2026-Q4"
UNKNOWN = ErrorValue("#N/A")
GRADES = ((110.0, "S", 1.5), (100.0, "A", 1.2), (85.0, "B", 1.0), (70.0, "C", 0.8), (0.0, "D", 0.0))
SLICES = (Slice(0.0, 100.0, 0.1), Slice(100.0, 200.0, 0.2), Slice(200.0, None, 0.3))
COARSE = (
    Slice(0.0, 50_000.0, 0.012),
    Slice(50_000.0, 120_000.5, 0.0175),
    Slice(120_000.5, None, 0.031),
)
RULES = (
    PayRule("coef", PayMethod.COEF_BONUS, "CNY", cap=1.3),
    PayRule("straight", PayMethod.DIRECT, "CNY", veto_zero=False),
    PayRule("yen", PayMethod.DIRECT, "JPY"),
    PayRule("curve", PayMethod.PAYOUT_CURVE, "CNY", (0.7, 2.0, 2.0, None)),
    PayRule("curve half", PayMethod.PAYOUT_CURVE, "EUR", (0.6, 1.5, 1.2, 0.5), cap=1.1),
    PayRule("ladder", PayMethod.LADDER, "CNY", slices=SLICES),
    PayRule("ladder fine", PayMethod.LADDER, "CNY", slices=COARSE),
    PayRule("ladder all", PayMethod.LADDER_WHOLE, "CNY", slices=COARSE),
    PayRule("ladder bare", PayMethod.LADDER, "CNY"),
    PayRule("speed", PayMethod.ACCELERATE, "USD", (0.01, None, None, None)),
    PayRule("speed bare", PayMethod.ACCELERATE, "USD"),
    PayRule("profit", PayMethod.COEF_COMMISSION, "CNY", cap=2.0),
    PayRule("profit on", PayMethod.COEF_COMMISSION, "CNY", cap=1.5, carry_loss=True),
    PayRule("ladder on", PayMethod.LADDER, "CNY", slices=COARSE, carry_loss=True),
    PayRule("whole on", PayMethod.LADDER_WHOLE, "CNY", slices=SLICES, carry_loss=True),
    PayRule("speed on", PayMethod.ACCELERATE, "USD", (0.01, None, None, None), carry_loss=True),
    PayRule("straight on", PayMethod.DIRECT, "CNY", carry_loss=True),  # without effect
    PayRule("team", PayMethod.TEAM_SPLIT, "CNY", (10_000.0, None, None, None)),
)
REWARDS = (
    RewardRule("praise", "customer letter", RewardEffect.MONEY, Decimal("50.5"), Decimal(120)),
    RewardRule("late report", "after the 5th", RewardEffect.MONEY, Decimal(-30), Decimal(70)),
    RewardRule("idea", "idea used", RewardEffect.POINTS, Decimal(2), None),
    RewardRule("mention", "in the meeting", RewardEffect.TEXT, Decimal(0), None),
    RewardRule("excellent", "grade S", RewardEffect.MONEY, Decimal(300), None, "S"),
)
APPLICATIONS = (
    Application(1, MONTH, "P001", "praise", Decimal(2), "HR"),  # 101
    Application(2, MONTH, "P001", "praise", Decimal(1), "HR"),  # 19 of 50.5: the cap is 120
    Application(3, MONTH, "P001", "late report", Decimal(1), "HR"),  # -30
    Application(4, MONTH, "P002", "late report", Decimal(4), "HR"),  # -70 of -120
    Application(5, MONTH, "P002", "idea", Decimal(1), "HR"),  # no money
    Application(6, MONTH, "P003", "praise", Decimal(1), ""),  # nobody approved it
    Application(7, "2026-09", "P003", "praise", Decimal(1), "HR"),  # another month
    Application(8, MONTH, "P004", "mention", Decimal(1), "HR"),
    Application(9, QUARTER, "P005", "praise", Decimal(1), "HR"),  # who is paid by month
    Application(10, MONTH, "P049", "praise", Decimal(1), "HR"),  # who is paid by quarter
    Application(11, QUARTER, "P049", "late report", Decimal(1), "HR"),
)


def graded(total: float) -> tuple[str, float]:
    """The grade and coefficient of a total, by the default table."""
    return next((name, coefficient) for start, name, coefficient in GRADES if total >= start)


def applied() -> tuple[Applied, ...]:
    return applied_rewards(REWARDS, APPLICATIONS)


def period_of(number: int) -> str:
    """Some are paid by quarter."""
    return QUARTER if number % 50 == 49 else MONTH


def lines(count: int = 400) -> list[PayLine]:
    """Random lines over every rule, with the awkward values mixed in; the same in each run."""
    chance, counted = Random(83), applied()
    return [_line(number, chance, counted) for number in range(1, count + 1)]


def _line(number: int, chance: Random, counted: tuple[Applied, ...]) -> PayLine:
    person, period = f"P{number:03d}", period_of(number)
    rule = None if number % 41 == 0 else RULES[number % len(RULES)]
    total = (
        None if number % 19 == 0 else chance.choice([70.0, 100.0, round(chance.uniform(0, 120), 9)])
    )
    grade, coefficient = (None, None) if total is None else graded(total)
    amount = chance.choice(
        [None, -50.25, 100.0, 250.0, 120_000.5, round(chance.uniform(0, 9e5), 2)]
    )
    basis = PayBasis(
        person=person,
        period=period,
        total=total,
        grade=grade,
        coefficient=coefficient,
        base=None
        if number % 17 == 0
        else chance.choice([8000.0, 0.0, round(chance.uniform(1, 40_000), 2)]),
        attendance=chance.choice([1.0, 0.5, round(chance.uniform(0, 1), 4)]),
        team=None if number % 29 == 0 else Decimal("333.34"),
        vetoes=int(number % 13 == 0),
        forfeits=int(number % 19 == 0),
        rewards=money_of(counted, person, period, {(period, person)}),
        **_by_kpi(number, amount),
        loss_in=None
        if number % 31 == 0
        else chance.choice([0.0, 0.0, 50.25, 60_000.0, round(chance.uniform(0, 3e5), 6)]),
        true_up=Decimal(chance.choice(["0", "0", "-12.34", "480.05", "-99999"])),
    )
    state = (PayState.FINAL, PayState.FINAL, PayState.FINAL, PayState.PROVISIONAL, PayState.PILOT)
    return pay_line(basis, rule, state[number % 5])


def _by_kpi(number: int, amount: float | None) -> dict[str, Any]:
    """Every third line has an amount by its rule's KPI; of those every second is typed over."""
    goal = None if number % 23 == 0 else 100_000.0
    if number % 3:
        return {"amount": amount, "goal": goal}
    over = number % 2 == 0 and amount is not None
    return {
        "amount": amount,
        "goal": goal,
        "kpi_amount": 4321.0 if over else amount,
        "kpi_goal": goal,
        "amount_from": "Net sales, own shops",
        "typed_over": over,
    }


def start(pay: list[PayLine], language: Language) -> BookStart:
    """A payout book that holds these lines."""
    service: Mapping[str, list[StartRow]] = {
        "tblPay": [row(line, language) for line in pay],
        "tblPayRule": [rule_row(rule) for rule in RULES],
        "tblPaySlice": list(slice_rows()),
        "tblReward": [reward_row(one) for one in REWARDS],
        "tblApplied": [application_row(one) for one in APPLICATIONS],
    }
    settings: dict[str, CellValue] = {"month": MONTH, "company": "Xinghe", "pilot": False}
    return BookStart(
        service=service, settings=settings, names={"nmState": "", "nmToday": date(2026, 11, 12)}
    )


def row(line: PayLine, language: Language) -> StartRow:
    basis = line.basis
    typed: dict[str, Any] = {
        "month": basis.period,
        "person": basis.person,
        "total": UNKNOWN if basis.total is None else basis.total,
        "grade": UNKNOWN if basis.grade is None else basis.grade,
        "coefficient": UNKNOWN if basis.coefficient is None else basis.coefficient,
        "vetoes": float(basis.vetoes),
        "forfeits": float(basis.forfeits),
        "state": words.show("pay_state", line.state, language),
        "rule": line.rule.code if line.rule else None,
        "base": basis.base,
        "attendance": None if basis.attendance == 1 else basis.attendance,
        **amounts(basis),
        "loss_in": UNKNOWN if basis.loss_in is None else basis.loss_in,
        "team": None if basis.team is None else float(basis.team),
        "true_up": float(basis.true_up),
    }
    return typed


def amounts(basis: PayBasis) -> dict[str, Any]:
    """The cells of amount and goal: typed, by the KPI, or typed over it."""
    if not basis.amount_from:
        return {"amount": basis.amount, "goal": basis.goal}
    return {
        "amount": basis.amount if basis.typed_over else None,
        "kpi_amount": UNKNOWN if basis.kpi_amount is None else basis.kpi_amount,
        "kpi_goal": UNKNOWN if basis.kpi_goal is None else basis.kpi_goal,
        "amount_from": basis.amount_from,
    }


def rule_row(rule: PayRule) -> StartRow:
    params = {f"p{n}": value for n, value in enumerate(rule.params, 1)}
    return {
        "rule": rule.code,
        "method": rule.method.value,
        "currency": rule.currency,
        **params,
        "cap": rule.cap,
        "veto_zero": None if rule.veto_zero else "no",
        "carry_loss": "yes" if rule.carry_loss else None,
    }


def slice_rows() -> Iterator[StartRow]:
    for rule in RULES:
        for one in rule.slices:
            yield {"slice_of": rule.code, "start": one.start, "end": one.end, "rate": one.rate}


def reward_row(one: RewardRule) -> StartRow:
    return {
        "reward": one.code,
        "condition": one.condition,
        "effect": one.effect.value,
        "value": float(one.value),
        "cap": None if one.cap is None else float(one.cap),
        "grade": one.grade,
    }


def application_row(one: Application) -> StartRow:
    return {
        "no": float(one.number),
        "month": one.period,
        "person": one.person,
        "reward": one.rule,
        "times": None if one.times == 1 else float(one.times),
        "approved_by": one.approved_by or None,
    }
