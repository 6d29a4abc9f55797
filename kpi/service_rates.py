"""Rates that a platform prints: recomputed from their counts, differences shown, never trusted."""

from __future__ import annotations

from dataclasses import dataclass

from kpi.numbers import R

PRINTED_DIGITS = 1e-6  # a printed rate may be rounded this far


@dataclass(frozen=True, slots=True)
class Recomputed:
    """A rate from its counts, beside the one that was printed."""

    value: float | None
    swapped: bool  # the numerator was above the denominator: the fields were exchanged
    differs: bool  # the printed rate does not follow from the counts


def recomputed(
    numerator: float | None,
    denominator: float | None,
    printed: float | None = None,
    tolerance: float = PRINTED_DIGITS,
) -> Recomputed:
    """A share of a whole: at most 1, so a numerator above its denominator is exchanged and said."""
    if numerator is None or denominator is None or not max(numerator, denominator) > 0:
        return Recomputed(None, swapped=False, differs=printed is not None)
    swapped = numerator > denominator
    top, bottom = (denominator, numerator) if swapped else (numerator, denominator)
    value = R(top / bottom)
    differs = printed is not None and (value is None or abs(value - printed) > tolerance)
    return Recomputed(value, swapped, differs)


@dataclass(frozen=True, slots=True)
class UnitProfit:
    """What one sold unit leaves."""

    net: float | None  # money
    margin: float | None  # fraction of the price
    roi: float | None  # fraction of the product cost alone


def unit_profit(price: float, cost: float, *others: float) -> UnitProfit:
    """Price minus product cost and every other cost of the unit."""
    left = price - cost
    for other in others:
        left -= other
    net = R(left)
    if net is None:
        return UnitProfit(None, None, None)
    margin = R(net / price) if price else None
    return UnitProfit(net, margin, R(net / cost) if cost else None)
