"""What a dated duty costs: the amount, what is paid of it and what is open; exact, by currency.

Nothing is added over currencies. An amount without a currency, or a part payment that nobody put
a figure to, is unknown, and so is every sum that holds it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from kpi.compliance import Moment, is_done
from kpi.totals import Converter
from kpi.typed_rows import TaskRow

FEES = frozenset({"weee_fee"})  # duties that are nothing but a payment
ZERO = Decimal()


@dataclass(frozen=True, slots=True)
class Money:
    """The fees of a line in one currency; None where one of them is unknown."""

    amount: Decimal | None
    paid: Decimal | None
    open: Decimal | None
    late: Decimal | None  # the open part whose due day is over


def is_fee(task: TaskRow) -> bool:
    """Whether a task has to do with money."""
    return task.regime in FEES or amount_of(task) is not None


def amount_of(task: TaskRow) -> Decimal | None:
    """What is due in all, in the task's currency; None without an amount or a currency."""
    return task.amount if task.currency else None


def paid_of(task: TaskRow, at: Moment) -> Decimal | None:
    """What is paid of it: as typed; all of it once done, nothing of it while nothing is done.

    Begun without a figure is unknown; a payment on a later day is a plan.
    """
    amount = amount_of(task)
    if task.delivered is not None and task.delivered > min(at.day, at.today):
        return ZERO
    if amount is None or task.paid is not None:
        return None if amount is None else task.paid
    if is_done(task, at):
        return amount
    return None if task.done else ZERO


def open_of(task: TaskRow, at: Moment) -> Decimal | None:
    """What is still to be paid; nothing when more was paid than is due."""
    amount, paid = amount_of(task), paid_of(task, at)
    return None if amount is None or paid is None else max(ZERO, amount - paid)


def money_of(tasks: Iterable[TaskRow], at: Moment) -> Money:
    """The sums of fees of one currency."""
    fees = tuple(tasks)
    late = [task for task in fees if task.due is not None and task.due < at.day]
    return Money(
        amount=_sum(amount_of(task) for task in fees),
        paid=_sum(paid_of(task, at) for task in fees),
        open=_sum(open_of(task, at) for task in fees),
        late=_sum(open_of(task, at) for task in late),
    )


def _sum(values: Iterable[Decimal | None]) -> Decimal | None:
    """The exact sum; unknown when one value is."""
    total = ZERO
    for value in values:
        if value is None:
            return None
        total += value
    return total


def in_report_currency(
    amount: Decimal | None, currency: str | None, day: date, money: Converter
) -> Decimal | None:
    """An amount at the workbook's fixed rate, else at the day's; None where there is neither."""
    if amount is None or currency is None:
        return None
    rate = money.constant(currency) or money.of_day(currency, day)
    return None if rate is None else amount * rate


def said(task: TaskRow, at: Moment) -> str:
    """`1,200.00 EUR`: what is to be paid yet; nothing for a task without money."""
    left = open_of(task, at)
    return "" if left is None or not left else f"{left:,.2f} {task.currency}"
