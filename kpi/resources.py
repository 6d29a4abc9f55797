"""Budget and heads by market: what each returns, and a shift whose arithmetic is shown.

Average returns are not marginal ones: the next dollar brings less than the last. So a proposal
states its effect at average returns and half of it, and is made only where the period before says
the same. Nothing is proposed on unknown figures.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from kpi.numbers import R

SHIFT_OF_SPEND = 0.1  # of the giver's advertising
SHIFT_OF_HEADS = 0.5  # of a person
LEAST_HEADS = 2.0  # what a giver must have: the last person of a market stays
CLEARLY = 1.1  # times better, below which two markets return alike
CAUTIOUS = 0.5  # of the effect at average returns
LEAST_SUPPLY = 21.0  # days; more advertising on empty shelves sells nothing


@dataclass(frozen=True, slots=True)
class Returns:
    """A market in one period; money in the report currency, None where unknown."""

    market: str
    sales: float | None
    profit: float | None  # contribution
    ad_spend: float | None
    heads: float | None  # full-time people
    supply: float | None = None  # days of supply

    @property
    def roi(self) -> float | None:
        """Contribution for one unit of advertising, the advertising itself added back."""
        if self.profit is None or not self.ad_spend or not self.ad_spend > 0:
            return None
        return R((self.profit + self.ad_spend) / self.ad_spend)

    @property
    def sales_per_head(self) -> float | None:
        """Net sales of a person."""
        return _each(self.sales, self.heads)

    @property
    def profit_per_head(self) -> float | None:
        """Contribution of a person."""
        return _each(self.profit, self.heads)


class Resource(StrEnum):
    """What is shifted."""

    BUDGET = "budget"
    HEADS = "heads"


class Why(StrEnum):
    """Why nothing is proposed."""

    UNKNOWN = "unknown"  # fewer than two markets are known
    ALIKE = "alike"  # the best and the worst return alike
    CONTRARY = "contrary"  # the period before says otherwise, or is not known
    TOO_FEW = "too_few"  # the giver would be left without anybody


@dataclass(frozen=True, slots=True)
class Shift:
    """A proposal: `amount` from the worst to the best, and each figure of its effect."""

    resource: Resource
    giver: str
    taker: str
    amount: float  # money, or heads
    from_return: float  # of the giver, for one unit
    to_return: float
    effect: float  # amount x (to - from)
    cautious: float
    skipped: tuple[str, ...] = ()  # better markets that cannot take more: too little stock


@dataclass(frozen=True, slots=True)
class Nothing:
    """No proposal, and why."""

    resource: Resource
    why: Why


def _each(amount: float | None, heads: float | None) -> float | None:
    return None if amount is None or not heads or not heads > 0 else R(amount / heads)


def proposals(now: Sequence[Returns], before: Sequence[Returns]) -> tuple[Shift | Nothing, ...]:
    """One proposal, or the reason for none, for budget and for heads."""
    return (_budget(now, before), _heads(now, before))


Return = Callable[[Returns], float | None]


def _roi(one: Returns) -> float | None:
    return one.roi


def _per_head(one: Returns) -> float | None:
    return one.profit_per_head


def _budget(now: Sequence[Returns], before: Sequence[Returns]) -> Shift | Nothing:
    ranked = _ranked(now, _roi)
    if len(ranked) < 2:  # noqa: PLR2004 - a giver and a taker
        return Nothing(Resource.BUDGET, Why.UNKNOWN)
    giver = ranked[0]
    short = [one for one in ranked[1:] if one.supply is not None and one.supply < LEAST_SUPPLY]
    takers = [one for one in ranked[1:] if one not in short]
    if not takers:
        return Nothing(Resource.BUDGET, Why.ALIKE)
    found = _told(Resource.BUDGET, giver, takers[-1], before, _roi, giver.ad_spend or 0.0)
    better = [one.market for one in short if (one.roi or 0.0) > (takers[-1].roi or 0.0)]
    return _with_skipped(found, tuple(better))


def _heads(now: Sequence[Returns], before: Sequence[Returns]) -> Shift | Nothing:
    ranked = _ranked(now, _per_head)
    if len(ranked) < 2:  # noqa: PLR2004 - a giver and a taker
        return Nothing(Resource.HEADS, Why.UNKNOWN)
    givers = [one for one in ranked[:-1] if (one.heads or 0.0) >= LEAST_HEADS]
    if not givers:
        return Nothing(Resource.HEADS, Why.TOO_FEW)
    return _told(Resource.HEADS, givers[0], ranked[-1], before, _per_head, 0.0)


def _ranked(rows: Sequence[Returns], of: Return) -> list[Returns]:
    """Markets whose return is known, the lowest first."""
    known = [(value, one.market, one) for one in rows if (value := of(one)) is not None]
    return [one for _, _, one in sorted(known, key=lambda row: row[:2])]


def _told(
    resource: Resource,
    giver: Returns,
    taker: Returns,
    before: Sequence[Returns],
    of: Return,
    spend: float,
) -> Shift | Nothing:
    """The shift, when it is clear now and was so before."""
    low, high = of(giver) or 0.0, of(taker) or 0.0
    if not _clear(low, high):
        return Nothing(resource, Why.ALIKE)
    then = {one.market: of(one) for one in before}
    was_low, was_high = then.get(giver.market), then.get(taker.market)
    if was_low is None or was_high is None or not _clear(was_low, was_high):
        return Nothing(resource, Why.CONTRARY)
    amount = round(spend * SHIFT_OF_SPEND, 2) if resource is Resource.BUDGET else SHIFT_OF_HEADS
    effect = round(amount * (high - low), 2)
    return Shift(
        resource,
        giver.market,
        taker.market,
        amount,
        low,
        high,
        effect,
        round(effect * CAUTIOUS, 2),
    )


def _clear(low: float, high: float) -> bool:
    """Whether the better one is clearly better; beside a loss any gain is."""
    return high > low * CLEARLY if low > 0 else high > max(low, 0.0)


def _with_skipped(found: Shift | Nothing, skipped: tuple[str, ...]) -> Shift | Nothing:
    return replace(found, skipped=skipped) if isinstance(found, Shift) else found
