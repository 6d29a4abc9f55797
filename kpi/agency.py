"""What an agency is owed for a month: fee by service level, reward over and deduction under profit.

Every line is exact money in cents, rounded half away from zero where it is worked out. Unknown
stays unknown: without a score, a profit or a term that was agreed there is no amount.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from kpi.model import TaskRow, Window

CENT = Decimal("0.01")
ZERO = Decimal(0)


class Delivery(StrEnum):
    """How a deliverable of the month came in."""

    IN_TIME = "in_time"  # accepted, received on or before the due day
    LATE = "late"  # accepted, received after it
    MISSING = "missing"  # not received, or not accepted
    OPEN = "open"  # not due yet


@dataclass(frozen=True, slots=True)
class Terms:
    """What both sides agreed; None is not agreed yet, but for caps, where it is no cap."""

    fee: Decimal | None  # a month
    baseline: Decimal | None  # profit of the month above which a reward begins
    reward_rate: Decimal | None  # of the profit above
    deduct_rate: Decimal | None  # of the profit below
    late_each: Decimal | None
    missing_each: Decimal | None
    tax_rate: Decimal | None
    reward_cap: Decimal | None = None
    deduct_cap: Decimal | None = None  # of all deductions together
    levels: tuple[tuple[Decimal, Decimal], ...] = ()  # (from points, part of the fee), best first


@dataclass(frozen=True, slots=True)
class Measured:
    """What the month brought."""

    total: float | None  # points of the card
    profit: Decimal | None  # cents
    late: int
    missing: int
    final: bool  # the scores may be paid on


@dataclass(frozen=True, slots=True)
class Statement:
    """Every step from the terms to the amount of the invoice."""

    level: Decimal | None  # part of the fee
    fee: Decimal | None
    gap: Decimal | None  # profit less baseline
    reward: Decimal | None
    shortfall: Decimal | None  # deduction for profit
    deliverables: Decimal | None  # deduction for what came late or not
    deductions: Decimal | None  # both, within their cap
    net: Decimal | None  # never below zero
    tax: Decimal | None
    payable: Decimal | None  # zero until the month is final


def statement(terms: Terms, measured: Measured) -> Statement:
    """The lines of a month."""
    level = _level(terms.levels, measured.total)
    fee = _times(terms.fee, level)
    gap = _less(measured.profit, terms.baseline)
    reward = _within(_times(_above(gap), terms.reward_rate), terms.reward_cap)
    shortfall = _times(_above(_less(ZERO, gap)), terms.deduct_rate)
    counted = ((terms.late_each, measured.late), (terms.missing_each, measured.missing))
    deliverables = _sum(_times(each, Decimal(number)) for each, number in counted)
    deductions = _within(_sum((shortfall, deliverables)), terms.deduct_cap)
    net = _above(_less(_sum((fee, reward)), deductions))
    tax = _times(net, terms.tax_rate)
    whole = _sum((net, tax))
    payable = whole if measured.final else ZERO
    return Statement(
        *(level, fee, gap, reward, shortfall),
        *(deliverables, deductions, net, tax, payable),
    )


def _level(levels: Sequence[tuple[Decimal, Decimal]], total: float | None) -> Decimal | None:
    """The part of the first level whose points are reached."""
    if total is None:
        return None
    reached = Decimal(repr(total))
    return next((part for start, part in levels if reached >= start), None)


def _times(amount: Decimal | None, part: Decimal | None) -> Decimal | None:
    return None if amount is None or part is None else cents(amount * part)


def cents(amount: Decimal) -> Decimal:
    """Money to the cent, half away from zero."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def _less(amount: Decimal | None, other: Decimal | None) -> Decimal | None:
    return None if amount is None or other is None else amount - other


def _above(amount: Decimal | None) -> Decimal | None:
    return None if amount is None else max(ZERO, amount)


def _within(amount: Decimal | None, cap: Decimal | None) -> Decimal | None:
    return amount if amount is None or cap is None else min(amount, cap)


def _sum(parts: Iterable[Decimal | None]) -> Decimal | None:
    total = ZERO
    for part in parts:
        if part is None:
            return None
        total += part
    return total


# --- deliverables ---------------------------------------------------------------------------------


def due_in(tasks: Iterable[TaskRow], owner: str, days: Window) -> tuple[TaskRow, ...]:
    """The deliverables of a partner that fall due on these days."""
    return tuple(
        task
        for task in tasks
        if task.type == "deliverable"
        and task.owner == owner
        and task.due is not None
        and days.start <= task.due < days.end
    )


def delivery(task: TaskRow, today: date) -> Delivery:
    """Sent is not accepted; what is due today or later and not there yet is open."""
    due = task.due or today
    if task.delivered is not None and task.outcome == "passed":
        return Delivery.IN_TIME if task.delivered <= due else Delivery.LATE
    return Delivery.MISSING if due < today else Delivery.OPEN
