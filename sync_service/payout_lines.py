"""Pay lines of a month from cards and typed figures; what was approved; what is trued up. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from kpi.calendar import period
from kpi.errors import KpiError, Place, Problem
from kpi.losses import Turn, loss_before
from kpi.messages import problem
from kpi.model import Period
from kpi.payout import (
    ZERO,
    Member,
    PayBasis,
    PayLine,
    PayMethod,
    PayRule,
    PayState,
    Settled,
    pay_line,
    team_parts,
    true_up,
)
from kpi.person_cards import PersonCard
from kpi.rewards import RewardEffect, applied_rewards, counted_in, money_of
from sync_service.payout_reading import PayTyped, TypedLine, told
from sync_service.payout_store import Kept, Key

CENT = Decimal("0.005")
Cards = Mapping[str, PersonCard]
"""By person."""


@dataclass(frozen=True, slots=True)
class Correction:
    """What a paid month adds to the next one."""

    settled: Settled
    currency: str


@dataclass(frozen=True, slots=True)
class ByKpi:
    """What a line may pay on by the KPI of its rule, in the currency of pay."""

    amount: float | None = None
    goal: float | None = None
    said: str = ""  # where both came from; empty where the rule names no KPI


NOT_BY_KPI = ByKpi()
KpiAmounts = Callable[[str, str, PayRule | None], ByKpi]
"""(period, person, rule) -> what the line may pay on."""


def no_kpi(_period: str, _person: str, _rule: PayRule | None) -> ByKpi:
    """No rule names a KPI."""
    return NOT_BY_KPI


Losses = Mapping[tuple[str, str], Sequence[Turn]]
"""The periods that carry losses, by person and currency."""


def basis_of(
    card: PersonCard,
    line: TypedLine | None,
    rewards: Decimal,
    loss: float | None = 0.0,
    by_kpi: ByKpi = NOT_BY_KPI,
) -> PayBasis:
    """What a line starts from: the card's figures and what was typed beside them."""
    grade = card.grade
    amount, goal = (line.amount, line.goal) if line else (None, None)
    return PayBasis(
        person=card.person.code,
        period=card.month,
        total=card.total,
        grade=grade.name if grade else None,
        coefficient=grade.coefficient if grade else None,
        base=line.base if line else None,
        attendance=line.attendance if line else 1.0,
        amount=by_kpi.amount if amount is None else amount,
        goal=by_kpi.goal if goal is None else goal,
        vetoes=card.vetoes,
        forfeits=card.forfeits,
        rewards=rewards,
        loss_in=loss,
        weight=line.weight if line else 1.0,
        kpi_amount=by_kpi.amount,
        kpi_goal=by_kpi.goal,
        amount_from=by_kpi.said,
        typed_over=bool(by_kpi.said) and not amount is goal is None,
    )


def lines_of(
    month: str,
    cards: Cards,
    typed: PayTyped,
    state: PayState,
    rules: Mapping[str, PayRule] | None = None,
    losses: Losses | None = None,
    amounts: KpiAmounts = no_kpi,
) -> dict[str, PayLine]:
    """The lines of a month without true-up; `rules` by person instead of those that are typed."""
    applied = applied_rewards(typed.rewards, typed.applications)
    chosen = rules or {}
    bases, used = {}, {}
    for person, card in cards.items():
        line = typed.lines.get((month, person))
        rule = chosen.get(person) or typed.rules.get(line.rule if line else "")
        turns = (losses or {}).get((person, rule.currency if rule else ""), ())
        loss = loss_before(turns, month)
        rewards = money_of(applied, person, month, typed.lines)
        bases[person] = basis_of(card, line, rewards, loss, amounts(month, person, rule))
        used[person] = rule
    parts = _teams(bases, used)
    return {
        person: pay_line(replace(basis, team=parts.get(person)), used[person], state)
        for person, basis in bases.items()
    }


def losses_of(
    month: str, kept: Mapping[Key, Kept], typed: PayTyped, amounts: KpiAmounts = no_kpi
) -> dict[tuple[str, str], list[Turn]]:
    """The periods before a month that carry losses, as they stand today.

    A paid period keeps its rule; its amount is the one typed now, that of the rule's KPI, or the
    one that it was paid with.
    Pilots carry nothing. Quarters follow quarters, months months.
    """
    found: dict[tuple[str, str], list[Turn]] = {}
    for of, person in sorted({*typed.lines, *kept}):
        line, before = typed.lines.get((of, person)), kept.get((of, person))
        paid = before is not None and before.paid is not None
        rule = before.rule if before and paid else typed.rules.get(line.rule if line else "")
        pilot = before is not None and before.state is PayState.PILOT
        if rule is None or not rule.carries or pilot or not _before(of, month):
            continue
        amount = line.amount if line else None
        if amount is None:
            amount = amounts(of, person, rule).amount
        if amount is None and before:
            amount = before.basis.amount if paid else before.basis.kpi_amount
        found.setdefault((person, rule.currency), []).append(Turn(of, amount))
    return found


def unplaced(now: Period, typed: PayTyped, known: Collection[Key]) -> Iterator[Problem]:
    """Approved rewards in money of this or an earlier period that no line of pay holds."""
    money = {rule.code for rule in typed.rewards if rule.effect is RewardEffect.MONEY}
    for one in typed.applications:
        if not one.approved_by or one.rule not in money:
            continue
        counted = counted_in(one, {*typed.lines, *known})
        if (counted, one.person) in typed.lines or (counted, one.person) in known:
            continue
        if _ends(counted) <= now.window.end:
            place = Place(table="tblApplied", text=str(one.number))
            values = {"person": one.person, "period": counted, "reward": one.rule}
            yield problem("reward_nowhere", place, **values)


def _ends(code: str) -> date:
    """The end of a period; of what is none, long ago."""
    try:
        return period(code).window.end
    except KpiError:
        return date.min


def _before(earlier: str, month: str) -> bool:
    """Quarters correct quarters, months months: nothing counts twice."""
    return "" < earlier < month and ("Q" in earlier) is ("Q" in month)


def _teams(bases: Mapping[str, PayBasis], used: Mapping[str, PayRule | None]) -> dict[str, Decimal]:
    """Every pool over those who share it."""
    members: dict[PayRule, list[Member]] = {}
    for person, rule in used.items():
        if rule is not None and rule.method is PayMethod.TEAM_SPLIT:
            basis = bases[person]
            member = Member(person, basis.weight, basis.total, max(0.0, basis.attendance))
            members.setdefault(rule, []).append(member)
    return {
        person: part
        for rule, sharing in members.items()
        for person, part in team_parts(rule, sharing).items()
    }


def approved(typed: PayTyped, kept: Mapping[Key, Kept]) -> Iterator[PayLine | Problem]:
    """Lines that somebody approved since: what they pay, or why it cannot be recorded.

    The figures are those that the service showed, so a total that was typed over pays nothing.
    """
    applied = applied_rewards(typed.rewards, typed.applications)
    for key, line in typed.lines.items():
        known = kept.get(key)
        if not line.approved_by or known is None or known.paid is not None:
            continue
        rewards = money_of(applied, line.person, line.month, typed.lines)
        rule = typed.rules.get(line.rule)
        by_kpi = _kept_kpi(known, rule)
        basis = replace(
            known.basis,
            base=line.base,
            attendance=line.attendance,
            amount=by_kpi.amount if line.amount is None else line.amount,
            goal=by_kpi.goal if line.goal is None else line.goal,
            rewards=rewards,
        )
        made = pay_line(basis, rule, known.state)
        yield _refused(line, made) or made


def _kept_kpi(known: Kept, rule: PayRule | None) -> ByKpi:
    """What was shown of the rule's KPI; nothing once another rule was chosen."""
    before, basis = known.rule, known.basis
    if rule is None or before is None:
        return NOT_BY_KPI
    asked = [(one.on_kpi, one.on_scope, one.currency) for one in (rule, before)]
    if asked[0] != asked[1]:
        return NOT_BY_KPI
    return ByKpi(basis.kpi_amount, basis.kpi_goal, basis.amount_from)


def _refused(line: TypedLine, made: PayLine) -> Problem | None:
    if made.state is not PayState.FINAL:
        return told("pay_not_final", line)
    if made.payable is None:
        return told("pay_unknown", line)
    if line.shown is not None and abs(Decimal(repr(line.shown)) - made.payable) > CENT:
        return told("pay_differs", line, theirs=line.shown, ours=made.payable)
    return None


def corrections(
    month: str,
    kept: Mapping[Key, Kept],
    now: Mapping[str, Cards],
    typed: PayTyped,
    amounts: KpiAmounts = no_kpi,
) -> dict[str, list[Correction]]:
    """By person: every paid month before this one, as paid and as it would be today."""
    found: dict[str, list[Correction]] = {}
    losses = losses_of(month, kept, typed, amounts)
    for earlier in sorted({key[0] for key, one in kept.items() if one.paid is not None}):
        if not _before(earlier, month):
            continue
        paid = {who: one for (when, who), one in kept.items() if when == earlier}
        rules = {who: one.rule for who, one in paid.items() if one.rule is not None}
        whole, lost = _with_lost(earlier, paid, typed)
        cards = now.get(earlier, {})
        today = lines_of(earlier, cards, whole, PayState.FINAL, rules, losses, amounts)
        for person, one in paid.items():
            if one.paid is not None and one.rule is not None:
                owed = _owed(today.get(person), one.basis.rewards if person in lost else None)
                settled = Settled(earlier, one.paid, owed)
                found.setdefault(person, []).append(Correction(settled, one.rule.currency))
    return found


def _with_lost(
    month: str, paid: Mapping[str, Kept], typed: PayTyped
) -> tuple[PayTyped, frozenset[str]]:
    """What is typed, and for lines that the book has no more what they were paid with; whose."""
    lost = frozenset(
        person
        for person, one in paid.items()
        if one.paid is not None and (month, person) not in typed.lines
    )
    again = {(month, person): kept_line(paid[person].basis) for person in lost}
    return replace(typed, lines={**typed.lines, **again}), lost


def kept_line(basis: PayBasis) -> TypedLine:
    """The typed figures of a line as they were kept."""
    return TypedLine(
        month=basis.period,
        person=basis.person,
        rule="",
        base=basis.base,
        attendance=basis.attendance,
        amount=basis.amount,
        goal=basis.goal,
        weight=basis.weight,
        approved_by="",
        shown=None,
        place=Place(table="tblPay", text=f"{basis.period} {basis.person}"),
    )


def _owed(line: PayLine | None, rewards: Decimal | None) -> Decimal | None:
    """Earned and rewards of a line by today's figures; `rewards` where the book lost them."""
    if line is None or line.earned is None:
        return None
    return line.earned + (line.basis.rewards if rewards is None else rewards)


def trued_up(line: PayLine, found: Sequence[Correction]) -> PayLine:
    """A line with what earlier months of its currency correct."""
    if line.rule is None:
        return line
    mine = [one.settled for one in found if one.currency == line.rule.currency]
    return pay_line(replace(line.basis, true_up=true_up(mine)), line.rule, line.state)


def sources(line: PayLine, found: Sequence[Correction]) -> str:
    """Which months a true-up comes from: `2026-09: 9120.00 → 9600.00`."""
    if line.rule is None:
        return ""
    return " · ".join(
        f"{one.settled.period}: {one.settled.paid} → {one.settled.owed}"
        for one in found
        if one.currency == line.rule.currency and one.settled.rest != ZERO
    )
