"""Rewards and penalties: rules with a cap of each period, and every time that one was applied."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from kpi.calendar import period, period_of
from kpi.errors import KpiError
from kpi.model import PeriodKind
from kpi.payout import ZERO, in_units


class RewardEffect(StrEnum):
    """What a reward or penalty changes."""

    POINTS = "points"  # of the total: entered in the team's book
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
