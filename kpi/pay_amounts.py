"""The amount that a commission pays on: a KPI of a closed month and its target, in pay's currency.

The KPI is money or a count that adds up over time. It is of the shops that the person answered
for, or of a scope that the pay rule names. Money goes from the report currency to that of pay at
the month's rate: the book's fixed one where it stores both, else the sheet of the last day of the
month (`kpi.money`). It is rounded to minor units, so what is shown is what is paid on. A month
whose data end too early has no amount: nobody is paid on a part of a month.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from kpi.actuals import Actuals
from kpi.book import Book
from kpi.employment import fitted, presence
from kpi.model import Language, Metric, Period, Region, Scope, ScopeKind, Unit
from kpi.money import cross
from kpi.numbers import R
from kpi.organisation import ScopeParts, in_days, in_region, person_parts
from kpi.payout import decimals_of, in_units
from kpi.person_targets import Goals
from kpi.scope_goals import scope_goal
from kpi.scopes import same, scopes
from kpi.target_scopes import own_scopes
from kpi.teams import team_parts, teams
from kpi.trade import Person

Signed = Mapping[str, float | None]
"""The values that a month was closed with, by `signed_key`."""


@dataclass(frozen=True, slots=True)
class MonthAmount:
    """One month of it; None is unknown."""

    month: str  # 2026-10
    value: float | None  # in the report currency, or a count
    goal: float | None
    rate: Decimal | None  # units of pay's currency for one of the report's; 1 for a count
    rate_day: date | None  # of the rate's sheet; None: a fixed rate, or none was needed
    closed: bool = False  # the value is the one that the month was closed with


@dataclass(frozen=True, slots=True)
class PayAmount:
    """What a line of pay may pay on, in the currency of pay, and where it came from."""

    metric: Metric
    scope: str  # as the rule says it; empty: the person's own shops
    given: str  # report currency; empty for a count
    wanted: str  # currency of pay; empty for a count
    months: tuple[MonthAmount, ...]  # one, or the three of a quarter

    @property
    def amount(self) -> float | None:
        """The KPI, all months together; unknown as soon as one is."""
        return _summed([_converted(self, one, one.value) for one in self.months])

    @property
    def goal(self) -> float | None:
        """Its target."""
        return _summed([_converted(self, one, one.goal) for one in self.months])

    @property
    def without_rate(self) -> bool:
        """Whether a rate is missing."""
        return any(one.rate is None for one in self.months)


def pays_on(metric: Metric) -> bool:
    """Whether a KPI may be paid on: money or a count that adds up over days."""
    return metric.additive and metric.unit in (Unit.MONEY, Unit.COUNT)


def _converted(of: PayAmount, month: MonthAmount, value: float | None) -> float | None:
    if value is None or month.rate is None:
        return None
    exact = Decimal(repr(value)) * month.rate
    return float(in_units(exact, decimals_of(of.wanted))) if of.wanted else float(exact)


def _summed(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return R(sum(known)) if len(known) == len(values) else None


# --- one month ------------------------------------------------------------------------------------


def known_scope(book: Book, code: str) -> bool:
    """Whether a rule may name a scope; empty is the person's own shops."""
    if not code or any(team.code == code for team in teams(book)):
        return True
    return any(one.scope.code == code for one in scopes(book))


def month_amount(
    book: Book,
    actuals: Actuals,
    asked: tuple[Person, Metric, str, str],
    month: Period,
    signed: Signed | None = None,
) -> MonthAmount:
    """A month of the amount; `asked` is person, KPI, scope as typed and currency of pay.

    What the month was closed with goes before what the facts say today.
    """
    person, metric, scope, wanted = asked
    rate, day = _rate(actuals, metric, wanted, month)
    sides = _of_scope(book, scope) if scope else [_own(book, person)]
    goals = [_goal(book, person, metric, one, month, own=not scope) for one in sides]
    key = signed_key(month.code, person.code, scope, metric.code)
    closed = signed is not None and key in signed
    value = signed[key] if signed and closed else _month_value(actuals, metric, sides, month)
    return MonthAmount(month.code, value, _summed(goals), rate, day, closed)


def signed_key(month: str, person: str, scope: str, metric: str) -> str:
    """Under which a value is signed: of a scope, or of a person's own shops where none is named."""
    return "｜".join((month, "" if scope else person, scope, metric))


def month_values(
    book: Book, actuals: Actuals, metrics: Iterable[Metric], month: Period
) -> dict[str, float | None]:
    """What any rule of pay may pay on in a month, by `signed_key`: a month is closed with it."""
    own = {(one.code, ""): [_own(book, one)] for one in book.people}
    codes = dict.fromkeys(
        [*(one.code for one in teams(book)), *(one.scope.code for one in scopes(book))]
    )
    places = own | {("", code): _of_scope(book, code) for code in codes}
    return {
        signed_key(month.code, *place, metric.code): _month_value(actuals, metric, sides, month)
        for metric in metrics
        if pays_on(metric)
        for place, sides in places.items()
    }


def _month_value(
    actuals: Actuals, metric: Metric, sides: Sequence[ScopeParts], month: Period
) -> float | None:
    return _summed([_value(actuals, metric, one, month) for one in sides])


def _own(book: Book, person: Person) -> ScopeParts:
    scope = Scope(person.code, ScopeKind.PERSON, None, same(person.code))
    return ScopeParts(scope, person_parts(book, person.code))


def _of_scope(book: Book, code: str) -> list[ScopeParts]:
    """What gathers under a code: one scope over both regions, or one of each region."""
    team = next((one for one in teams(book) if one.code == code), None)
    if team is not None:
        scope = Scope(code, ScopeKind.DEPARTMENT, None, same(code))
        return [ScopeParts(scope, team_parts(book, code))]
    named = [one for one in scopes(book) if one.scope.code == code]
    found = [
        one for one in named if one.scope.kind is named[0].scope.kind
    ]  # a market before a shop
    whole = [one for one in found if one.scope.region is None]
    return whole or found


def _value(actuals: Actuals, metric: Metric, of: ScopeParts, month: Period) -> float | None:
    """The value where its data reach the last day that is over."""
    actual = actuals.of(metric, of, month)
    return actual.value if actual.covered.end >= actual.due_until else None


def _goal(
    book: Book, person: Person, metric: Metric, of: ScopeParts, month: Period, *, own: bool
) -> float | None:
    """The target of all regions together; the person's own for the days that the person was there.

    One region without a target leaves the sum unknown.
    """
    until = month.window.end
    if not own and of.scope.kind is not ScopeKind.DEPARTMENT:
        typed = scope_goal(book, month, metric, of, until)
        return None if typed is None else typed.value
    whose = person if own else next(t for t in teams(book) if t.code == of.scope.code)
    here, goals = presence(whose, month), Goals(book, month)
    found = []
    for region in Region:
        parts = in_days(in_region(book, of.parts, region), month.window)
        if parts:
            goal = goals.of(metric, region, own_scopes(whose, metric), parts, until)
            goal = fitted(goal, here, whose, until)
            found.append(None if goal is None else goal.value)
    return _summed(found) if found else None


def _rate(
    actuals: Actuals, metric: Metric, wanted: str, month: Period
) -> tuple[Decimal | None, date | None]:
    """The month's rate: the book's fixed one, else that of the last day of the month."""
    money = actuals.money
    if metric.unit is Unit.COUNT or wanted == money.currency:
        return Decimal(1), None
    fixed = money.constant(wanted)
    if fixed is not None:
        return 1 / fixed, None
    quote = cross(money.rates, money.currency, wanted, month.window.end - timedelta(days=1))
    return (None, None) if quote is None else (quote.rate, quote.day)


# --- said -----------------------------------------------------------------------------------------

OWN_SHOPS = {"zh": "本人店铺", "en": "own shops"}
GOAL = {"zh": "目标", "en": "target"}
CLOSED = {"zh": "实际按封存值", "en": "actual as the month was closed"}


def said(of: PayAmount, language: Language) -> str:
    """Where amount and target came from, on one line: the KPI, of what, and the conversion.

    `Net sales, own shops · 2026-10: 12,000.00 USD × 7.1 (2026-10-30) = 85,200.00 CNY`
    """
    comma, stop = ("，", "；") if language == "zh" else (", ", "; ")
    head = f"{of.metric.names[language]}{comma}{of.scope or OWN_SHOPS[language]}"
    parts = [_sum_said(of, [one.value for one in of.months], of.amount)]
    goals = [one.goal for one in of.months]
    if any(goal is not None for goal in goals):
        parts.append(f"{GOAL[language]} {_sum_said(of, goals, of.goal)}")
    if any(one.closed for one in of.months):
        parts.append(CLOSED[language])
    return f"{head} · {stop.join(parts)}"


def _sum_said(of: PayAmount, values: Sequence[float | None], total: float | None) -> str:
    pairs = zip(of.months, values, strict=True)
    terms = " + ".join(f"{month.month}: {_term(of, month, value)}" for month, value in pairs)
    plain = len(of.months) == 1 and of.given == of.wanted
    return terms if plain else f"{terms} = {_shown(of.wanted, total)}"


def _term(of: PayAmount, month: MonthAmount, value: float | None) -> str:
    shown = _shown(of.given, value)
    if of.given == of.wanted:
        return shown
    rate = "?" if month.rate is None else f"{month.rate:.6g}"
    day = "" if month.rate_day is None else f" ({month.rate_day})"
    return f"{shown} × {rate}{day}"


def _shown(currency: str, value: float | None) -> str:
    if value is None:
        return "?"
    decimals = decimals_of(currency) if currency else 0
    return f"{value:,.{decimals}f} {currency}".rstrip()
