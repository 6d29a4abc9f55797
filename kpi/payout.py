"""What a scored person is paid: one line of arithmetic, from the total to money rounded once.

A rule says how; the line keeps every step. Unknown stays unknown: a line without a total has no
amount. What was paid is never changed: a later correction of a paid period is the true-up of the
next one. Steps are doubles that go through R, as in a sheet; money is Decimal in minor units.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from kpi.bonus import (
    Curve,
    LadderMode,
    Slice,
    accelerated,
    coef_bonus,
    coef_commission,
    direct_bonus,
    ladder,
    paid,
    payout_curve,
    team_split,
)
from kpi.losses import loss_after, net_amount
from kpi.numbers import R

WITHOUT_CENTS = frozenset({"ISK", "JPY", "KRW"})
ZERO = Decimal(0)
Params = tuple[float | None, float | None, float | None, float | None]


class PayMethod(StrEnum):
    """How a rule turns a score into money; the parameters stand in the rule's row, 1 to 4."""

    COEF_BONUS = "coef_bonus"  # base x coefficient of the grade
    DIRECT = "direct"  # base x total / 100
    PAYOUT_CURVE = "payout_curve"  # threshold, accelerator, cap in bonuses, share at threshold
    LADDER = "ladder"  # each slice of the amount at its own rate
    LADDER_WHOLE = "ladder_whole"  # the whole amount at the rate of the slice it reaches
    ACCELERATE = "accelerate"  # rate, from how many targets it rises, multiplier
    COEF_COMMISSION = "coef_commission"  # rate; the amount is a profit
    TEAM_SPLIT = "team_split"  # the pool of the team


ON_BASE = frozenset({PayMethod.COEF_BONUS, PayMethod.DIRECT, PayMethod.PAYOUT_CURVE})
ON_AMOUNT = frozenset(PayMethod) - ON_BASE - {PayMethod.TEAM_SPLIT}
DEFAULTS: Mapping[PayMethod, Params] = {  # None: there is no default, the row must say it
    PayMethod.PAYOUT_CURVE: (0.7, 1.0, 2.0, 0.0),
    PayMethod.ACCELERATE: (None, 1.2, 1.5, None),
    PayMethod.COEF_COMMISSION: (0.1, None, None, None),
}
NO_PARAMS: Params = (None, None, None, None)


class PayState(StrEnum):
    """Whether the score of a line is one that may be paid."""

    FINAL = "final"
    PROVISIONAL = "provisional"  # before the closing day: shown, nothing is payable
    PILOT = "pilot"  # scores are tried out: shown, nothing is payable


class Reason(StrEnum):
    """Why a line pays nothing, or not what the rule gave; the first that holds is shown."""

    NO_RULE = "no_rule"
    NO_TOTAL = "no_total"
    NO_BASE = "no_base"
    NO_AMOUNT = "no_amount"
    LOSS_OPEN = "loss_open"  # an earlier amount is missing, so the loss it leaves is not known
    INCOMPLETE = "incomplete"  # a parameter is missing, or the attendance is no part of 1
    PILOT = "pilot"
    PROVISIONAL = "provisional"
    CARRIED = "carried"  # more to take back than is earned: the rest goes to the next period
    VETO = "veto"
    CAPPED = "capped"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class PayRule:
    """A payout rule: one row of the rule table, with its slices where it is a ladder."""

    code: str
    method: PayMethod
    currency: str  # of pay, ISO 4217
    params: Params = NO_PARAMS
    cap: float | None = None  # at most so many bases; None: no cap
    veto_zero: bool = True  # a veto item in breach takes the bonus
    slices: tuple[Slice, ...] = ()
    carry_loss: bool = False  # a loss comes off the amounts of later periods
    on_kpi: str = ""  # code of the KPI whose value is the amount; empty: it is typed
    on_scope: str = ""  # of what; empty: the shops of the person

    def __post_init__(self) -> None:
        """Refuse a threshold that leaves no line to the target."""
        if self.method is PayMethod.PAYOUT_CURVE:
            self.curve()

    def param(self, number: int) -> float | None:
        """A parameter, 1 to 4, or its method's default."""
        typed = self.params[number - 1]
        return DEFAULTS.get(self.method, NO_PARAMS)[number - 1] if typed is None else typed

    def curve(self) -> Curve:
        """The payout curve of the parameters."""
        return Curve(*(self.param(number) or 0.0 for number in (1, 2, 3, 4)))

    @property
    def carries(self) -> bool:
        """Whether a loss goes on; only a rule that pays on an amount can know one."""
        return self.carry_loss and self.method in ON_AMOUNT

    @property
    def decimals(self) -> int:
        """Decimals of the currency's minor unit."""
        return decimals_of(self.currency)


@dataclass(frozen=True, slots=True)
class PayBasis:
    """What a line starts from; None is unknown, and attendance was filled by who read it."""

    person: str
    period: str  # 2026-10
    total: float | None  # points
    grade: str | None
    coefficient: float | None
    base: float | None  # bonus at full score, in the rule's currency
    attendance: float = 1.0  # part of the period worked, 0 to 1
    amount: float | None = None  # sales or profit that a ladder or commission pays on
    goal: float | None = None  # target of that amount, for an accelerator
    team: Decimal | None = None  # this person's part of the team's pool
    vetoes: int = 0  # veto items in breach that the rule may take the bonus for
    forfeits: int = 0  # those that take it under any rule
    rewards: Decimal = ZERO  # rewards and penalties in money, after their caps
    true_up: Decimal = ZERO  # of earlier periods that were paid
    loss_in: float | None = 0.0  # loss that earlier periods left, zero or more
    weight: float = 1.0  # in a team's pool
    kpi_amount: float | None = None  # by the rule's KPI; `amount` is what was typed, else this
    kpi_goal: float | None = None
    amount_from: str = ""  # where both came from, said in the language of the book
    typed_over: bool = False  # an amount or goal was typed in place of the KPI's


@dataclass(frozen=True, slots=True)
class PayLine:
    """One person's pay of one period, every step of it."""

    basis: PayBasis
    rule: PayRule | None
    state: PayState
    gross: float | None  # by the rule, R
    prorated: float | None  # times attendance, R
    cap: float | None  # money; None: there is none
    earned: Decimal | None  # capped, after veto, rounded: the one rounding of money
    payable: Decimal | None  # with rewards and true-up; never below zero
    reason: Reason

    @property
    def net(self) -> float | None:
        """The amount that the rule pays on, after the loss that came in."""
        return _net(self.basis, self.rule)

    @property
    def loss_out(self) -> float | None:
        """The loss that goes on; a pilot leaves it as it came."""
        carries = self.rule is not None and self.rule.carries and self.state is not PayState.PILOT
        return loss_after(self.basis.amount, self.basis.loss_in, carries=carries)


def decimals_of(currency: str) -> int:
    """Decimals of a currency's minor unit."""
    return 0 if currency in WITHOUT_CENTS else 2


def pay_line(basis: PayBasis, rule: PayRule | None, state: PayState) -> PayLine:
    """The arithmetic of one person; an unknown step leaves the rest unknown and says why."""
    if rule is None:
        payable = None if state is PayState.FINAL else ZERO
        return PayLine(basis, None, state, None, None, None, None, payable, Reason.NO_RULE)
    gross = _gross(basis, rule)
    prorated = _prorated(basis, rule, gross)
    cap = None if rule.cap is None or basis.base is None else R(basis.base * rule.cap)
    earned = _earned(basis, rule, prorated, cap)
    payable = _payable(basis, rule, state, earned)
    line = PayLine(basis, rule, state, gross, prorated, cap, earned, payable, Reason.NOTHING)
    return replace(line, reason=_reason(line))


def _gross(basis: PayBasis, rule: PayRule) -> float | None:
    """What the rule gives before attendance and cap."""
    if basis.total is None:
        return None
    if rule.method in ON_BASE:
        return _on_base(basis, rule, basis.total)
    if rule.method is PayMethod.TEAM_SPLIT:
        return None if basis.team is None else float(basis.team)
    return _on_amount(basis, rule, basis.total)


def _on_base(basis: PayBasis, rule: PayRule, total: float) -> float | None:
    if basis.base is None:
        return None
    if rule.method is PayMethod.COEF_BONUS:
        return coef_bonus(basis.base, basis.coefficient)
    if rule.method is PayMethod.DIRECT:
        return direct_bonus(basis.base, total)
    return payout_curve(total / 100, basis.base, rule.curve())


def _net(basis: PayBasis, rule: PayRule | None) -> float | None:
    carries = rule is not None and rule.carries
    return net_amount(basis.amount, basis.loss_in, carries=carries)


def _on_amount(basis: PayBasis, rule: PayRule, total: float) -> float | None:
    amount = _net(basis, rule)
    if rule.method in (PayMethod.LADDER, PayMethod.LADDER_WHOLE):
        whole = rule.method is PayMethod.LADDER_WHOLE
        mode = LadderMode.WHOLE if whole else LadderMode.MARGINAL
        return ladder(amount, rule.slices, mode) if rule.slices else None
    rate = rule.param(1)
    if rate is None:
        return None
    if rule.method is PayMethod.COEF_COMMISSION:
        return coef_commission(amount, ((1.0, total / 100),), rate)
    if basis.goal is None:
        return None
    return accelerated(amount, basis.goal, rate, rule.param(2) or 0.0, rule.param(3) or 0.0)


def _prorated(basis: PayBasis, rule: PayRule, gross: float | None) -> float | None:
    """Times attendance; a team's parts know the days already."""
    if gross is None or not 0 <= basis.attendance <= 1:
        return None
    return gross if rule.method is PayMethod.TEAM_SPLIT else R(gross * basis.attendance)


def _earned(
    basis: PayBasis, rule: PayRule, prorated: float | None, cap: float | None
) -> Decimal | None:
    """Within the cap, nothing after a veto; rounded once."""
    if prorated is None or (rule.cap is not None and cap is None):
        return None
    if _forfeited(basis, rule):
        return paid(0.0, rule.decimals)
    return paid(prorated if cap is None else min(cap, prorated), rule.decimals)


def _forfeited(basis: PayBasis, rule: PayRule) -> bool:
    """Whether a veto takes the bonus."""
    return bool(basis.forfeits) or bool(basis.vetoes and rule.veto_zero)


def _payable(
    basis: PayBasis, rule: PayRule, state: PayState, earned: Decimal | None
) -> Decimal | None:
    """Earned, rewards and true-up; nothing while the score may not be paid, never below zero."""
    nothing = in_units(ZERO, rule.decimals)
    if state is not PayState.FINAL:
        return nothing
    if earned is None:
        return None
    return max(nothing, in_units(earned + basis.rewards + basis.true_up, rule.decimals))


def in_units(amount: Decimal, decimals: int) -> Decimal:
    """An exact amount in minor units, half away from zero."""
    return amount.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def _reason(line: PayLine) -> Reason:
    """The first thing a reader must know about a line."""
    unknown = _unknown(line)
    if unknown is not None:
        return unknown
    if line.state is not PayState.FINAL:
        return Reason(line.state.value)
    basis = line.basis
    if (line.earned or ZERO) + basis.rewards + basis.true_up < 0:
        return Reason.CARRIED
    if line.rule is not None and _forfeited(basis, line.rule):
        return Reason.VETO
    capped = line.cap is not None and line.prorated is not None and line.prorated > line.cap
    return Reason.CAPPED if capped else Reason.NOTHING


def _unknown(line: PayLine) -> Reason | None:
    """Why an amount is unknown."""
    basis, rule = line.basis, line.rule
    if line.earned is not None or rule is None:
        return None
    if basis.total is None:
        return Reason.NO_TOTAL
    if basis.base is None and (rule.method in ON_BASE or rule.cap is not None):
        return Reason.NO_BASE
    if basis.amount is None and rule.method in ON_AMOUNT:
        return Reason.NO_AMOUNT
    if rule.carries and basis.loss_in is None:
        return Reason.LOSS_OPEN
    return Reason.INCOMPLETE


# --- teams --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Member:
    """Who shares a pool; an unknown total has no share."""

    person: str
    weight: float
    total: float | None
    days: float  # days, or the part of the period, the same for all


def team_parts(rule: PayRule, members: Sequence[Member]) -> Mapping[str, Decimal]:
    """Each member's part of the rule's pool; they add up to it to the last minor unit.

    Nobody gets a part while one member's total is unknown: it would have to be taken back.
    """
    pool = rule.param(1)
    shares = [_share(member) for member in members]
    known = [share for share in shares if share is not None]
    if pool is None or len(known) < len(shares) or not sum(known) > 0:
        return {}
    parts = team_split(Decimal(repr(pool)), known, rule.decimals)
    return {member.person: part for member, part in zip(members, parts, strict=True)}


def _share(member: Member) -> float | None:
    return None if member.total is None else R(member.weight * member.total * member.days)


# --- what was paid ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Settled:
    """A period that was approved: what was paid, and what it would be by today's figures."""

    period: str
    paid: Decimal
    owed: Decimal | None  # earned and rewards by today's figures; None: unknown, so it stays

    @property
    def rest(self) -> Decimal:
        """What is still owed (above zero) or to be taken back (below)."""
        return ZERO if self.owed is None else self.owed - self.paid


def true_up(settled: Iterable[Settled]) -> Decimal:
    """What the next period corrects: all that is owed for paid periods, less all that was paid.

    A true-up that was paid is in `paid` of its period, so nothing is corrected twice, and what
    could not be taken back from one period goes on to the next.
    """
    return sum((one.rest for one in settled), ZERO)
