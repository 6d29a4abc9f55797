"""What an agency is owed for a quarter or a year: its months added up, capped again, trued up.

Each month comes with its own caps already; the sums of rewards and of deductions then stay within
the caps of the quarter, those of quarters within the caps of the year. A month that owed less than
nothing was stated as nothing; in the sum it counts as it is. What earlier statements of the same
period named is taken off: the rest is the true-up, below zero where too much was stated.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from kpi.agency import ZERO, Statement, Terms, above, off, summed, within
from kpi.payout import in_units


@dataclass(frozen=True, slots=True)
class Sums:
    """The amounts of a month or of several, in the contract's currency."""

    fee: Decimal | None
    profit: Decimal | None
    baseline: Decimal | None
    gap: Decimal | None
    reward: Decimal | None  # within the caps so far
    shortfall: Decimal | None
    deliverables: Decimal | None
    deductions: Decimal | None  # within the caps so far, zero or less
    correction: Decimal | None  # with its sign

    @property
    def net(self) -> Decimal | None:
        """Never below zero."""
        return above(summed((self.fee, self.reward, self.deductions, self.correction)))


@dataclass(frozen=True, slots=True)
class Settled:
    """From the sums of a period to the amount of its invoice."""

    net: Decimal | None
    stated: Decimal | None  # net amounts of earlier statements within the period
    true_up: Decimal | None  # net less stated
    tax: Decimal | None
    payable: Decimal | None  # zero until every month is closed


def month_sums(lines: Statement, profit: Decimal | None) -> Sums:
    """A month's statement as one addend."""
    return Sums(
        *(lines.fee, profit, lines.baseline, lines.gap),
        *(lines.reward, lines.shortfall, lines.deliverables, lines.deductions),
        lines.correction,
    )


def added(
    parts: Sequence[Sums], reward_cap: Decimal | None, deduct_cap: Decimal | None, decimals: int
) -> Sums:
    """The parts together, rewards and deductions within the caps of the whole."""

    def total(name: str) -> Decimal | None:
        return summed(getattr(part, name) for part in parts)

    return Sums(
        *(total("fee"), total("profit"), total("baseline"), total("gap")),
        within(total("reward"), reward_cap, decimals),
        *(total("shortfall"), total("deliverables")),
        off(within(off(total("deductions")), deduct_cap, decimals)),
        total("correction"),
    )


def quarter_sums(months: Sequence[Sums], terms: Terms) -> Sums:
    """The months of a quarter within its caps."""
    return added(months, terms.reward_cap_quarter, terms.deduct_cap_quarter, terms.decimals)


def year_sums(quarters: Sequence[Sums], terms: Terms) -> Sums:
    """The quarters of a year within its caps."""
    return added(quarters, terms.reward_cap_year, terms.deduct_cap_year, terms.decimals)


def settled(sums: Sums, terms: Terms, stated: Decimal | None, *, final: bool) -> Settled:
    """The invoice of a period; `stated` is unknown where an earlier one was in another currency."""
    net = sums.net
    true_up = None if net is None or stated is None else net - stated
    tax = None
    if true_up is not None and terms.tax_rate is not None:
        tax = in_units(true_up * terms.tax_rate, terms.decimals)
    return Settled(net, stated, true_up, tax, summed((true_up, tax)) if final else ZERO)
