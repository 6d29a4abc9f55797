"""What finance and HR typed in a payout book, as nouns; what cannot be read is a Problem."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from types import MappingProxyType

from kpi.bonus import Slice, checked_ladder
from kpi.book_rows import RowReader
from kpi.errors import KpiError, Place, Problem
from kpi.messages import problem
from kpi.model import Metric
from kpi.pay_amounts import pays_on
from kpi.payout import ON_AMOUNT, PayMethod, PayRule
from kpi.rewards import Application, RewardEffect, RewardRule
from kpi.tables import Table
from sheet_templates.words import decode
from sync_service.workbooks.port import BookContents

LADDERS = (PayMethod.LADDER, PayMethod.LADDER_WHOLE)
MOST_MONEY = 1e9
NO_METRICS: Mapping[str, Metric] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class TypedLine:
    """What stands in a line of tblPay beside the service's figures."""

    month: str
    person: str
    rule: str
    base: float | None
    attendance: float  # 1 where nothing is typed; below zero where it cannot be used
    amount: float | None
    goal: float | None
    weight: float
    approved_by: str
    shown: float | None  # the payable that its formula showed; None: not calculated
    place: Place
    slip: str = ""  # version of the pay slip as it was last shown
    answered: bool = False  # a confirmation or an objection stands in the line


@dataclass(slots=True)
class PayTyped:
    """A payout book as typed."""

    rules: dict[str, PayRule] = field(default_factory=dict)
    rewards: tuple[RewardRule, ...] = ()
    applications: tuple[Application, ...] = ()
    lines: dict[tuple[str, str], TypedLine] = field(default_factory=dict)  # (month, person)
    first_rule: str = ""
    problems: list[Problem] = field(default_factory=list)


def read_payout(contents: BookContents, metrics: Mapping[str, Metric] = NO_METRICS) -> PayTyped:
    """Rules, rewards and lines of a payout book; `metrics` are those of the team's book."""
    found = PayTyped()
    names = {text: code for code, one in metrics.items() for text in (code, *one.names.values())}
    slices = _slices(contents.tables.get("tblPaySlice"), found.problems)
    for reader in _readers(contents.tables.get("tblPayRule"), found.problems, names):
        rule = _rule(reader, slices)
        if rule is not None:
            rule = _on_kpi(reader, rule, metrics)
            found.rules[rule.code] = rule
            found.first_rule = found.first_rule or rule.code
    rewards = _readers(contents.tables.get("tblReward"), found.problems)
    found.rewards = tuple(one for one in map(_reward, rewards) if one is not None)
    codes = {one.code for one in found.rewards}
    applied = _readers(contents.tables.get("tblApplied"), found.problems)
    read = (_application(reader, codes) for reader in applied)
    found.applications = tuple(one for one in read if one is not None)
    for reader in _readers(contents.tables.get("tblPay"), found.problems):
        line = _line(reader, found.rules)
        found.lines[line.month, line.person] = line
    return found


def _readers(
    table: Table | None, problems: list[Problem], names: Mapping[str, str] | None = None
) -> Iterator[RowReader]:
    if table is not None:
        for row in table.rows:
            yield RowReader(table, row, decode, names or {}, problems)


def _slices(table: Table | None, problems: list[Problem]) -> Mapping[str, Sequence[Slice]]:
    found: dict[str, list[Slice]] = {}
    for reader in _readers(table, problems):
        start, rate = reader.number("start", 0.0), reader.number("rate")
        end = reader.number("end")
        if rate is None:
            reader.wrong("rate", "empty")
        elif not reader.bad:
            found.setdefault(reader.needed("slice_of"), []).append(Slice(start or 0.0, end, rate))
    return found


def _rule(reader: RowReader, slices: Mapping[str, Sequence[Slice]]) -> PayRule | None:
    code, method = reader.needed("rule"), reader.word("method", "pay_method")
    currency = reader.currency("currency", "CNY")
    params = [reader.number(f"p{number}") for number in (1, 2, 3, 4)]
    cap, veto = reader.number("cap"), reader.yes("veto_zero", default=True)
    carry = reader.yes("carry_loss", default=False)
    if reader.bad or method is None:
        return None
    how = PayMethod(method)
    if carry and how not in ON_AMOUNT:
        reader.wrong("carry_loss", "no_loss_here", rule=code)
    try:
        mine = checked_ladder(slices.get(code, ())) if how in LADDERS else ()
        first, second, third, fourth = params
        made = (first, second, third, fourth)
        return PayRule(code, how, currency, made, cap, veto, mine, carry)
    except KpiError as error:
        reader.wrong("rule", "pay_rule", rule=code, **_why(error))
        return None


def _on_kpi(reader: RowReader, rule: PayRule, metrics: Mapping[str, Metric]) -> PayRule:
    """The rule with the KPI that it pays on; one that cannot be paid on is a Problem."""
    if not reader.text("on_kpi"):
        return rule
    code, kpi = reader.metric("on_kpi"), reader.text("on_kpi")
    if not code:
        return rule
    if rule.method not in ON_AMOUNT:
        reader.wrong("on_kpi", "no_kpi_here", rule=rule.code)
        return rule
    if not pays_on(metrics[code]):
        reader.wrong("on_kpi", "pay_kpi_kind", rule=rule.code, kpi=kpi)
        return rule
    return replace(rule, on_kpi=code, on_scope=reader.text("on_scope"))


def _why(error: KpiError) -> dict[str, str]:
    return {f"why_{language}": text for language, text in error.texts.items()}


def _reward(reader: RowReader) -> RewardRule | None:
    code, effect = reader.needed("reward"), reader.word("effect", "reward_effect")
    value, cap = reader.exact("value") or Decimal(0), reader.exact("cap")
    if reader.bad or effect is None:
        return None
    condition, grade = reader.text("condition"), reader.text("grade") or None
    return RewardRule(code, condition, RewardEffect(effect), value, cap, grade)


def _application(reader: RowReader, codes: set[str]) -> Application | None:
    number, times = reader.number("no"), reader.exact("times")
    month, person, reward = (reader.needed(code) for code in ("month", "person", "reward"))
    if reward and reward not in codes:
        reader.wrong("reward", "no_such_rule", rule=reward)
    if reader.bad or number is None:
        return None
    counted = Decimal(1) if times is None else times
    return Application(int(number), month, person, reward, counted, reader.text("approved_by"))


def _line(reader: RowReader, rules: Mapping[str, PayRule]) -> TypedLine:
    rule = reader.text("rule")
    if rule and rule not in rules:
        reader.wrong("rule", "no_such_rule", rule=rule)
    shown = reader.raw("payable")
    sheet, cell = reader.table.place(reader.row, "payable")
    return TypedLine(
        month=reader.text("month"),
        person=reader.text("person"),
        rule=rule,
        base=_within(reader, "base", MOST_MONEY),
        attendance=_attendance(reader),
        amount=reader.number("amount"),
        goal=reader.number("goal"),
        weight=reader.number("weight", 1.0) or 0.0,
        approved_by=reader.text("approved_by"),
        shown=shown if isinstance(shown, float) else None,
        place=Place(sheet=sheet, cell=cell, table=reader.table.name),
        slip=reader.text("slip"),
        answered=bool(reader.raw("confirmed") or reader.text("said")),
    )


def _within(reader: RowReader, code: str, high: float) -> float | None:
    """A number from 0 to `high`; another one is a Problem and unknown."""
    value = reader.number(code)
    if value is None or 0 <= value <= high:
        return value
    reader.wrong(code, "out_of_range", shown=value, low=0.0, high=high)
    return None


def _attendance(reader: RowReader) -> float:
    """A part of 1; empty is all of it, what cannot be read leaves the line without an amount."""
    if reader.raw("attendance") in (None, ""):
        return 1.0
    value = _within(reader, "attendance", 1.0)
    return -1.0 if value is None else value


def proposed(
    typed: PayTyped, month: str, people: Mapping[str, float]
) -> dict[tuple[str, str], TypedLine]:
    """Lines for people who have none in a month: rule, base and weight of their last one.

    `people` has the part of the month on which each was employed, which is the attendance.
    """
    return {
        (month, person): _proposed(typed, month, person, here)
        for person, here in people.items()
        if (month, person) not in typed.lines
    }


def _proposed(typed: PayTyped, month: str, person: str, attendance: float) -> TypedLine:
    mine = [line for (_, who), line in typed.lines.items() if who == person]
    last = max(mine, key=lambda line: line.month, default=None)
    return TypedLine(
        month=month,
        person=person,
        rule=last.rule if last else typed.first_rule,
        base=last.base if last else None,
        attendance=attendance,
        amount=None,
        goal=None,
        weight=last.weight if last else 1.0,
        approved_by="",
        shown=None,
        place=Place(table="tblPay", text=f"{month} {person}"),
    )


def told(code: str, line: TypedLine, **values: object) -> Problem:
    """A Problem about a line."""
    return problem(code, line.place, person=line.person, month=line.month, **values)
