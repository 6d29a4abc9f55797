"""A loss that is carried on: it comes off the amounts of later periods before they are paid on.

Only rules that pay on an amount know it, and only where their row says so (`carry_loss`). A loss
belongs to a person in one currency, goes on from period to period until profits have used it up,
and starts at nothing. A period in pilot, and one whose rule carries nothing, leaves it as it is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kpi.numbers import R


@dataclass(frozen=True, slots=True)
class Turn:
    """A period of a person under a rule that carries losses."""

    period: str  # of one kind: months or quarters; their codes sort as they follow
    amount: float | None  # sales or profit, in the currency of pay; None: not known


def net_amount(amount: float | None, loss: float | None, *, carries: bool) -> float | None:
    """What a rule pays on: the amount less the loss that came in; below zero it is a loss."""
    less = loss if carries else 0.0
    return None if amount is None or less is None else R(amount - less)


def loss_after(amount: float | None, loss: float | None, *, carries: bool) -> float | None:
    """The loss that goes on to the next period, zero or more; unknown once an amount is."""
    if not carries:
        return loss
    net = net_amount(amount, loss, carries=True)
    return None if net is None else max(0.0, -net)


def loss_before(turns: Iterable[Turn], period: str) -> float | None:
    """The loss that comes into a period from all that lie before it, in their order."""
    loss: float | None = 0.0
    for turn in sorted(turns, key=lambda one: one.period):
        if turn.period < period:
            loss = loss_after(turn.amount, loss, carries=True)
    return loss
