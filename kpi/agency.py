"""What an agency is owed for a month: fee by service level, reward over and deduction under profit.

Every line is exact money in minor units of the contract's currency, rounded half away from zero
where it is worked out. What is taken off is below zero, so the lines of an invoice add up. Unknown
stays unknown: without a score, a profit or a term that was agreed there is no amount.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from kpi.model import Window
from kpi.money import Quote
from kpi.payout import in_units
from kpi.typed_rows import TaskRow

ZERO = Decimal(0)


class Delivery(StrEnum):
    """How a deliverable of the month came in."""

    IN_TIME = "in_time"  # accepted, received on or before the due day
    LATE = "late"  # accepted, received after it
    MISSING = "missing"  # not received, or not accepted
    OPEN = "open"  # not due yet


@dataclass(frozen=True, slots=True)
class Terms:
    """What both sides agreed, in the contract's currency; None is not agreed yet, a cap none."""

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
    decimals: int = 2  # of the currency's minor unit
    reward_cap_quarter: Decimal | None = None
    reward_cap_year: Decimal | None = None
    deduct_cap_quarter: Decimal | None = None
    deduct_cap_year: Decimal | None = None
    correction: Decimal | None = None  # agreed for this month, with its sign
    payment_day: Decimal | None = None  # of the month after the period
    dispute_days: Decimal | None = None  # to object, from the day of the statement
    dispute_part: Decimal | None = None  # of the amount, paid while a dispute is open; None: all


@dataclass(frozen=True, slots=True)
class MonthDays:
    """Which part of a month's fee and baseline counts."""

    month: int = 30  # days it has
    contract: int = 30  # of them under contract
    outage: int = 0  # of them agreed as lost, which take nothing but the baseline
    due: Decimal | None = Decimal(1)  # part of the month's baseline that is due by its data


@dataclass(frozen=True, slots=True)
class Measured:
    """What the month brought."""

    total: float | None  # points of the card
    profit: Decimal | None  # in the contract's currency, minor units
    late: int
    missing: int
    final: bool  # the scores may be paid on
    days: MonthDays = MonthDays()
    disputes: int = 0  # open ones about items of the month


@dataclass(frozen=True, slots=True)
class Statement:
    """Every step from the terms to the amount of the invoice."""

    level: Decimal | None  # part of the fee
    fee: Decimal | None
    baseline: Decimal | None  # due by the month's data
    gap: Decimal | None  # profit less baseline due
    reward: Decimal | None  # zero or more
    shortfall: Decimal | None  # deduction for profit, zero or less
    deliverables: Decimal | None  # deduction for what came late or not, zero or less
    deductions: Decimal | None  # both, within their cap, zero or less
    correction: Decimal | None  # with its sign; zero where none was agreed
    net: Decimal | None  # never below zero
    tax: Decimal | None
    held: Decimal | None  # back while a dispute is open, zero or less
    payable: Decimal | None  # zero until the month is final


def in_contract(profit: Decimal | None, quote: Quote | None, decimals: int) -> Decimal | None:
    """A profit in the contract's currency, minor units; unknown without a rate."""
    return None if profit is None or quote is None else in_units(profit * quote.rate, decimals)


def statement(terms: Terms, measured: Measured) -> Statement:
    """The lines of a month."""

    def times(amount: Decimal | None, part: Decimal | None) -> Decimal | None:
        return None if amount is None or part is None else in_units(amount * part, terms.decimals)

    level, days = _level(terms.levels, measured.total), measured.days
    fee = times(terms.fee, _part(level, days.contract, days.month))
    counted_days = max(0, days.contract - days.outage)
    baseline = times(terms.baseline, _part(days.due, counted_days, days.month))
    gap = _less(measured.profit, baseline)
    reward = within(times(above(gap), terms.reward_rate), terms.reward_cap, terms.decimals)
    shortfall = times(above(_less(ZERO, gap)), terms.deduct_rate)
    counted = ((terms.late_each, measured.late), (terms.missing_each, measured.missing))
    deliverables = summed(times(each, Decimal(number)) for each, number in counted)
    deductions = within(summed((shortfall, deliverables)), terms.deduct_cap, terms.decimals)
    correction = in_units(terms.correction or ZERO, terms.decimals)
    net = above(_less(summed((fee, reward, correction)), deductions))
    tax = times(net, terms.tax_rate)
    back = _less(Decimal(1), terms.dispute_part) if measured.disputes else None
    held = ZERO if back is None else off(times(summed((net, tax)), back))
    payable = summed((net, tax, held)) if measured.final else ZERO
    return Statement(
        *(level, fee, baseline, gap, reward, off(shortfall)),
        *(off(deliverables), off(deductions), correction, net, tax, held, payable),
    )


def within(amount: Decimal | None, cap: Decimal | None, decimals: int) -> Decimal | None:
    """An amount within its cap, which is none where it was not agreed."""
    if amount is None or cap is None:
        return amount
    return min(amount, in_units(cap, decimals))


def _part(rate: Decimal | None, days: int, month: int) -> Decimal | None:
    return None if rate is None else rate * days / month


def off(amount: Decimal | None) -> Decimal | None:
    """What is taken off, below zero; nothing is plain zero."""
    return None if amount is None else ZERO - amount


def _level(levels: Sequence[tuple[Decimal, Decimal]], total: float | None) -> Decimal | None:
    """The part of the first level whose points are reached."""
    if total is None:
        return None
    reached = Decimal(repr(total))
    return next((part for start, part in levels if reached >= start), None)


def _less(amount: Decimal | None, other: Decimal | None) -> Decimal | None:
    return None if amount is None or other is None else amount - other


def above(amount: Decimal | None) -> Decimal | None:
    """An amount, or zero where it is below."""
    return None if amount is None else max(ZERO, amount)


def summed(parts: Iterable[Decimal | None]) -> Decimal | None:
    """A sum, unknown with one of its parts."""
    total = ZERO
    for part in parts:
        if part is None:
            return None
        total += part
    return total


# --- days -----------------------------------------------------------------------------------------


def payment_due(days: Window, terms: Terms) -> date | None:
    """The payment day of the month after a period; None without one."""
    return None if terms.payment_day is None else days.end.replace(day=int(terms.payment_day))


def objections_until(stated: date, terms: Terms) -> date | None:
    """The last day to object to a statement of a day; None without an agreed time."""
    return None if terms.dispute_days is None else stated + timedelta(int(terms.dispute_days))


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
