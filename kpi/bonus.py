"""From a total to money: payout rules, ladders, coefficients; forced distribution of grades.

Everything is in doubles whose steps go through R; what is paid is rounded once, by `paid`.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from kpi.apportion import apportion
from kpi.errors import KpiError
from kpi.numbers import R
from kpi.typed_rows import Tie

MIN_GROUP = 25  # smaller groups get a proposal only


def paid(amount: float | None, decimals: int = 2) -> Decimal | None:
    """Money as it is paid: half away from zero on the shortest decimal form, rounded once."""
    if amount is None:
        return None
    return Decimal(repr(amount)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def coef_bonus(base: float, coefficient: float | None, proration: float = 1.0) -> float | None:
    """Base times the grade's coefficient times the part of the period worked."""
    return None if coefficient is None else R(base * coefficient * proration)


def direct_bonus(base: float, total: float | None) -> float | None:
    """Base times the total in points."""
    return None if total is None else R(base * total / 100)


@dataclass(frozen=True, slots=True)
class Curve:
    """A payout curve; attainments are fractions of the target."""

    threshold: float = 0.7  # nothing below
    accelerator: float = 1.0  # share of the bonus per unit of attainment above 1
    cap: float = 2.0  # at most so many bonuses
    start_at: float = 0.0  # share paid at the threshold

    def __post_init__(self) -> None:
        """A threshold of 1 leaves no line between threshold and target."""
        if not 0 <= self.threshold < 1:
            raise KpiError(
                f"Payout threshold {self.threshold}: write a fraction from 0 up to 1.",
                f"发放门槛 {self.threshold}：请写 0 到 1（不含 1）的小数。",
            )


def payout_curve(attained: float | None, bonus: float, curve: Curve) -> float | None:
    """Nothing below the threshold, a line to the bonus at 1, then the accelerator up to the cap."""
    reached = R(attained)
    if reached is None:
        return None
    if reached < curve.threshold:
        return 0.0
    if reached > 1:
        return R(min(curve.cap * bonus, bonus * (1 + (reached - 1) * curve.accelerator)))
    way = (reached - curve.threshold) / (1 - curve.threshold)
    share = curve.start_at + way * (1 - curve.start_at)
    return R(min(curve.cap, share) * bonus)


class LadderMode(StrEnum):
    """How the slices of a ladder are paid."""

    MARGINAL = "marginal"  # each slice at its own rate
    WHOLE = "whole"  # the whole amount at the rate of the slice it reaches


@dataclass(frozen=True, slots=True)
class Slice:
    """A slice of a ladder, half-open [start, end); the last has no end."""

    start: float
    end: float | None
    rate: float  # fraction


def checked_ladder(slices: Sequence[Slice]) -> tuple[Slice, ...]:
    """Slices in order without gap or overlap; the message names the first that is wrong."""
    ordered = tuple(sorted(slices, key=lambda one: one.start))
    for one, following in itertools.pairwise(ordered):
        if one.end != following.start:
            raise KpiError(
                f"Ladder: the slice from {one.start:g} ends at {one.end}, the next starts at "
                f"{following.start:g}; let each slice end where the next one starts.",
                f"阶梯：起于 {one.start:g} 的一段止于 {one.end}，下一段起于 {following.start:g}；"
                "请让每一段止于下一段的起点。",
            )
    return ordered


def ladder(amount: float | None, slices: Sequence[Slice], mode: LadderMode) -> float | None:
    """What a ladder pays for an amount; a loss pays nothing."""
    reached = R(amount)
    if reached is None:
        return None
    if mode is LadderMode.WHOLE:
        rates = [s.rate for s in checked_ladder(slices) if reached >= s.start]
        return R(max(reached, 0.0) * rates[-1]) if rates else 0.0
    parts = [
        R(max(0.0, (reached if one.end is None else min(reached, one.end)) - one.start) * one.rate)
        for one in checked_ladder(slices)
    ]
    return _added(parts)


def _added(parts: Sequence[float | None]) -> float | None:
    """The sum of steps; unknown with one that is."""
    total = 0.0
    for part in parts:
        if part is None:
            return None
        total += part
    return R(total)


def accelerated(
    actual: float | None, target: float, rate: float, start: float = 1.2, multiplier: float = 1.5
) -> float | None:
    """A commission that rises above `start` times the target; a loss pays nothing."""
    if actual is None:
        return None
    edge = R(start * target)
    if edge is None:
        return None
    below = R(rate * min(max(actual, 0.0), edge))
    return _added((below, R(rate * multiplier * max(0.0, actual - edge))))


def coef_commission(
    profit: float | None, parts: Sequence[tuple[float, float | None]], rate: float = 0.1
) -> float | None:
    """Profit times rate times the weighted coefficients; a loss pays nothing."""
    if profit is None:
        return None
    total = _added([None if share is None else R(weight * share) for weight, share in parts])
    return None if total is None else R(max(0.0, profit) * rate * total)


def team_split(pool: Decimal, shares: Sequence[float], decimals: int = 2) -> tuple[Decimal, ...]:
    """A pool by shares (weight x score x days) in minor units; the parts add up to the pool."""
    unit = Decimal(1).scaleb(-decimals)
    units = apportion(int((pool / unit).to_integral_value(ROUND_HALF_UP)), shares)
    return tuple(n * unit for n in units)


def forced_distribution(
    people: int, percents: Sequence[float], tie: Tie = Tie.FIRST
) -> tuple[int, ...]:
    """How many people a class holds, by largest remainder."""
    return apportion(people, percents, tie)


def is_proposal_only(people: int, min_group: int = MIN_GROUP) -> bool:
    """Whether a group is too small for a forced distribution to be more than a proposal."""
    return people < min_group


def ramp(month: int, steps: Sequence[float] = (0.0, 0.25, 0.5, 0.75, 1.0)) -> float:
    """The step of a month since start, counted from 1; after the last step it stays."""
    return steps[min(max(month, 1), len(steps)) - 1]


def prorated(target: float | None, days_in: float, days: float) -> float | None:
    """The part of an additive target for the days someone was there; both ends included."""
    return None if target is None or not days > 0 else R(target * days_in / days)
