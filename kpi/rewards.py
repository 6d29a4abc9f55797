"""Rewards and penalties: rules with a cap of each period, and every time that one was applied."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from kpi.book_rows import is_month
from kpi.calendar import period, period_of
from kpi.errors import KpiError
from kpi.model import PeriodKind
from kpi.payout import ZERO, in_units
from kpi.typed_rows import PointRow


class RewardEffect(StrEnum):
    """What a reward or penalty changes."""

    POINTS = "points"  # of the total: an entry of Points of the team's book
    MONEY = "money"  # of the payable amount
    TEXT = "text"  # a mention


@dataclass(frozen=True, slots=True)
class RewardRule:
    """One row of the rewards and penalties table."""

    code: str
    condition: str
    effect: RewardEffect
    value: Decimal  # for one time; below zero is a penalty
    cap: Decimal | None = None  # at most so much of it in a period, without sign
    grade: str | None = None  # the grade that brings it; None: an event


@dataclass(frozen=True, slots=True)
class Application:
    """One time that a rule was applied to a person."""

    number: int
    period: str  # a month or a quarter: 2026-10, 2026-Q4
    person: str
    rule: str
    times: Decimal
    approved_by: str


@dataclass(frozen=True, slots=True)
class Applied:
    """An application and what of it counts."""

    application: Application
    rule: RewardRule
    counted: Decimal  # points or money, after the cap of the period


def applied_rewards(
    rules: Iterable[RewardRule], applications: Sequence[Application]
) -> tuple[Applied, ...]:
    """Every application in the order of its number; without approval, it counts nothing."""
    known = {rule.code: rule for rule in rules}
    before: dict[tuple[str, str, str], Decimal] = {}
    found = []
    for one in sorted(applications, key=lambda a: a.number):
        rule = known.get(one.rule)
        if rule is None:
            raise KpiError(
                f"Application {one.number}: there is no reward rule {one.rule}.",
                f"奖惩记录 {one.number}：没有奖惩规则 {one.rule}。",
            )
        key = (one.period, one.person, one.rule)
        start = before.get(key, ZERO)
        before[key] = start + (one.times * rule.value if one.approved_by else ZERO)
        counted = _within(before[key], rule.cap) - _within(start, rule.cap)
        found.append(Applied(one, rule, in_units(counted, 2)))
    return tuple(found)


def _within(amount: Decimal, cap: Decimal | None) -> Decimal:
    return amount if cap is None else max(-cap, min(cap, amount))


def counted_in(application: Application, paid: Collection[tuple[str, str]]) -> str:
    """The period in whose pay an application counts; `paid` has the (period, person) of each line.

    Its own, where the person has a line of it. Who has none of that month is paid by quarter, and
    it counts there: so it counts once, whatever was chosen.
    """
    if (application.period, application.person) in paid:
        return application.period
    try:
        of = period(application.period)
    except KpiError:
        return application.period
    if of.kind is not PeriodKind.MONTH:
        return application.period
    return period_of(of.window.start, PeriodKind.QUARTER).code


def money_of(
    applied: Iterable[Applied], person: str, period: str, paid: Collection[tuple[str, str]]
) -> Decimal:
    """Rewards and penalties in money that count in a person's pay of a period."""
    return sum(
        (
            one.counted
            for one in applied
            if one.rule.effect is RewardEffect.MONEY
            and one.application.person == person
            and counted_in(one.application, paid) == period
        ),
        ZERO,
    )


# --- points ---------------------------------------------------------------------------------------

FROM_REWARDS = "tblApplied"
"""The address of an entry of points that a reward brought."""


def entry_number(application: Application) -> str:
    """The number of the entry of Points: `R-2026-10-5`."""
    return f"R-{application.period}-{application.number}"


def reward_points(applied: Iterable[Applied]) -> tuple[PointRow, ...]:
    """The entries of Points that approved rewards in points make, one for each application.

    What counts is what the cap of the reward leaves; kinds and caps of Points come after it. Points
    belong to a month: those of a quarter make no entry.
    """
    return tuple(
        PointRow(
            *(one.application.period, one.application.person, float(one.counted)),
            " · ".join(filter(None, (one.rule.code, one.rule.condition))),
            *(one.application.approved_by, FROM_REWARDS, entry_number(one.application)),
            kind=one.rule.code,
        )
        for one in applied
        if one.rule.effect is RewardEffect.POINTS
        and one.application.approved_by
        and is_month(one.application.period)
    )


def with_rewards(
    typed: Sequence[PointRow], flowed: Iterable[PointRow], kinds: Collection[str]
) -> tuple[PointRow, ...]:
    """The entries of a book with those of rewards, each number once and in the book's order.

    A reward whose name is a kind of points follows the rule of that kind. An entry of 0 points was
    withdrawn: it empties a row that is there and adds none. What somebody typed by hand of the same
    reward, person, month and points is counted there and not again.
    """
    hands = [row for row in typed if not row.number.startswith("R-")]
    fresh = {
        row.number: replace(row, kind=row.kind if row.kind in kinds and row.points else "")
        for row in flowed
        if not any(same_reward(row, one) for one in hands)
    }
    kept = [fresh.pop(row.number, row) for row in typed]
    return (*kept, *(row for row in fresh.values() if row.points))


def same_reward(flowed: PointRow, typed: PointRow) -> bool:
    """Whether somebody typed by hand what a reward brings: its name stands in the reason."""
    same = (flowed.person, flowed.month, flowed.points) == (typed.person, typed.month, typed.points)
    return same and flowed.reason.split(" · ")[0] in typed.reason
