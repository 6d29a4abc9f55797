"""The statement of an agency for a month: scores and profit of its own shops under typed terms.

Terms are typed in the statement itself and read back from it, or from the last month's; the team's
workbook holds no word of money that is paid.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook

from kpi.actuals import Actual
from kpi.agency import Delivery, Measured, Statement, Terms, cents, delivery, due_in, statement
from kpi.calendar import period
from kpi.card_problems import outdated_items
from kpi.closing import month_state
from kpi.errors import KpiError, Level, Problem
from kpi.model import Language, PeriodKind, Region, TaskRow
from kpi.pack_reading import contract_terms
from kpi.scorecards import PersonCard
from sheet_templates.statement import TERMS, TITLES, Number, StatementRows, build_statement
from sheet_templates.words import show
from sync_service import audit
from sync_service.compute import Computed, compute
from sync_service.house import House
from sync_service.refresh import Order, look
from sync_service.told import ToldError
from sync_service.workbooks.replace import refuse_if_open, replace_atomically

CODES = tuple(code for code, *_ in TERMS)
DEFAULTS: Mapping[str, Decimal] = {  # proposals of a new statement; fee and baseline have none
    "reward_rate": Decimal("0.2"),
    "deduct_rate": Decimal("0.1"),
    "late_each": Decimal(0),
    "missing_each": Decimal(0),
    "tax_rate": Decimal(0),
}
LEVELS = ((Decimal(85), Decimal(1)), (Decimal(70), Decimal("0.9")), (Decimal(0), Decimal("0.8")))
DELIVERY: Mapping[Delivery, tuple[str, str]] = {
    Delivery.IN_TIME: ("● 按期验收", "● In time"),
    Delivery.LATE: ("▲ 迟交", "▲ Late"),
    Delivery.MISSING: ("■ 未交或未验收", "■ Missing"),
    Delivery.OPEN: ("○ 未到期", "○ Not due"),
}
METRIC = "contribution_profit"


@dataclass(frozen=True, slots=True)
class Asked:
    """A statement that is wanted."""

    order: Order
    person: str
    month: str
    out: Path
    terms: Path | None = None  # an earlier statement whose terms hold; None: those of `out`
    language: Language | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """A statement that was written."""

    path: Path
    state: str  # pilot, open, provisional, final
    currency: str
    terms: Terms
    measured: Measured
    lines: Statement
    problems: tuple[Problem, ...]  # what keeps the score from being known


def make_statement(house: House, asked: Asked) -> Made:
    """Write the statement of a partner's month.

    Raises:
        ToldError: The person is no partner or has no card, or the terms cannot be read.
    """
    refuse_if_open(asked.out)
    done = _of_month(look(house, asked.order).done, asked.month)
    card = _card(done, asked.person)
    terms = _terms(asked.terms or (asked.out if asked.out.exists() else None))
    state = month_state(done.month, done.book.settings, done.today)
    measured = _measured(done, card, final=state == "final")
    made = Made(
        *(asked.out, state, done.book.settings.currency),
        *(terms, measured, statement(terms, measured)),
        tuple(outdated_items([card])),
    )
    rows = _rows(done, card, made, asked.language or done.given.language)
    aside = house.settings.home / f".{asked.out.name}"
    try:
        replace_atomically(asked.out, [build_statement(aside, rows).read_bytes()])
    finally:
        aside.unlink(missing_ok=True)
    _record(house, asked, made)
    return made


def _of_month(done: Computed, code: str) -> Computed:
    """The book as it computes the month that was asked for."""
    try:
        month = period(code)
    except KpiError:
        month = None
    if month is None or month.kind is not PeriodKind.MONTH:
        raise ToldError(
            f"--month {code}: write a month such as 2026-10.",
            f"--month {code}：请写月份，例如 2026-10。",
        )
    given = done.given
    if month == done.month or given.typed is None:
        return done
    typed = given.typed
    book = replace(typed.book, settings=replace(typed.book.settings, month=code))
    return compute(replace(given, book=book, catalog=typed.catalog, typed=None))


def _card(done: Computed, person: str) -> PersonCard:
    found = next((card for card in done.people if card.person.code == person), None)
    if found is None or not found.person.partner:
        partners = ", ".join(c.person.code for c in done.people if c.person.partner)
        raise ToldError(
            f"{person} is no partner with a card in {done.month.code}. Partners are: "
            f"{partners or 'nobody'}. The column Partner of People names the agency.",
            f"{person} 在 {done.month.code} 不是有计分卡的伙伴。伙伴有：{partners or '无'}。"
            "请在人员页“伙伴”列填写代运营公司。",
        )
    return found


# --- terms ----------------------------------------------------------------------------------------


def _terms(path: Path | None) -> Terms:
    """The terms of an earlier statement; a first one proposes rates, fee and baseline are open."""
    if path is None:
        return _made_terms(DEFAULTS, LEVELS)
    typed, levels = _typed(path)
    return _made_terms(typed, levels)


def _made_terms(typed: Mapping[str, Decimal], levels: Sequence[tuple[Decimal, Decimal]]) -> Terms:
    return Terms(**{code: typed.get(code) for code in CODES}, levels=tuple(levels))


def _typed(path: Path) -> tuple[dict[str, Decimal], list[tuple[Decimal, Decimal]]]:
    """Values by the codes of the tab Terms, in whichever language it is."""
    try:
        with CalamineWorkbook.from_path(str(path)) as book:
            title = next(t for t in TITLES["terms"].values() if t in book.sheet_names)
            rows = book.get_sheet_by_name(title).to_python(skip_empty_area=False)
    except (CalamineError, StopIteration, OSError) as error:
        raise ToldError(
            f"{path} is no statement of ours with a tab Terms.",
            f"{path} 不是含“条款”页的结算单。",
        ) from error
    typed: dict[str, Decimal] = {}
    levels: list[tuple[Decimal, Decimal]] = []
    for start, value, code in (row[:3] for row in rows if len(row) > 2):  # noqa: PLR2004 - code
        if code in CODES and isinstance(value, int | float):
            typed[str(code)] = _exact(path, value)
        elif str(code).startswith("level") and _numbers(start, value):
            levels.append((_exact(path, start), _exact(path, value)))
    return typed, levels


def _numbers(*cells: object) -> bool:
    return all(isinstance(cell, int | float) for cell in cells)


def _exact(path: Path, value: object) -> Decimal:
    """A typed number; terms are never below zero."""
    found = Decimal(repr(value))
    if found < 0:
        raise ToldError(
            f"{path}: {found:g} stands in Terms; write amounts and rates of 0 or more.",
            f"{path}：条款中有 {found:g}；金额和比例请写 0 或正数。",
        )
    return found


# --- what the month brought -----------------------------------------------------------------------


def _measured(done: Computed, card: PersonCard, *, final: bool) -> Measured:
    states = Counter(delivery(task, done.today) for task in _tasks(done, card))
    late, missing = states[Delivery.LATE], states[Delivery.MISSING]
    return Measured(card.total, _profit(done, card.person.code, final=final), late, missing, final)


def _tasks(done: Computed, card: PersonCard) -> Sequence[TaskRow]:
    return due_in(done.typed.tasks, card.person.code, done.month.window)


def _ends_early(done: Computed, actual: Actual, *, final: bool) -> bool:
    """Whether a value of a closed month lacks days; no reward is paid on a part of a month."""
    return final and actual.covered.end < done.month.window.end


def _profit(done: Computed, person: str, *, final: bool) -> Decimal | None:
    """The profit of the partner's shops on the partner's days, in cents; unknown with one side."""
    keys = [(region, person) for region in Region if (region, person) in done.scopes]
    total = Decimal(0)
    for key in keys:
        actual = done.value(METRIC, key)
        if actual is None or actual.value is None or _ends_early(done, actual, final=final):
            return None
        total += cents(Decimal(repr(actual.value)))
    return total if keys else None


# --- rows -----------------------------------------------------------------------------------------


def _rows(done: Computed, card: PersonCard, made: Made, language: Language) -> StatementRows:
    at = 0 if language == "zh" else 1
    terms = made.terms
    return StatementRows(
        language=language,
        head=_head(done, card, made, language),
        terms={code: getattr(terms, code) for code in CODES},
        levels=terms.levels,
        lines=_lines(made),
        deliverables=[
            (
                *(task.number, task.what, task.due, task.delivered),
                show("outcome", task.outcome, language) if task.outcome else "",
                DELIVERY[delivery(task, done.today)][at],
            )
            for task in _tasks(done, card)
        ],
        states={
            "late": DELIVERY[Delivery.LATE][at],
            "missing": DELIVERY[Delivery.MISSING][at],
        },
        clauses=[one[language] for one in contract_terms()],
    )


def _lines(made: Made) -> dict[str, Number]:
    lines, measured = made.lines, made.measured
    return {
        "total": measured.total,
        "level": lines.level,
        "fee_due": lines.fee,
        "profit": measured.profit,
        "gap": lines.gap,
        "reward": lines.reward,
        "shortfall": lines.shortfall,
        "late": measured.late,
        "missing": measured.missing,
        "deliverables": lines.deliverables,
        "deductions": lines.deductions,
        "net": lines.net,
        "tax": lines.tax,
        "final": int(measured.final),
        "payable": lines.payable,
    }


def _head(done: Computed, card: PersonCard, made: Made, language: Language) -> Sequence[str]:
    """Four lines: who to whom, the month, the currency and the version, how final it is."""
    settings, person = done.book.settings, card.person
    zh = language == "zh"
    version = f"V{done.version}" if done.version else show("band", "draft", language)
    state = show("team_state", made.state, language)
    blocked = [one.what[language] for one in made.problems if one.level is Level.ERROR]
    payable = made.state == "final"
    note = " ".join(blocked) or (
        ("得分已定稿，可开票。" if payable else "尚未定稿，不可开票。")
        if zh
        else ("Scores are final, it may be invoiced." if payable else "Not final: no invoice yet.")
    )
    return (
        f"{settings.company} ← {person.partner} ({person.code})",
        f"{'月份' if zh else 'Month'} {done.month.code} · {made.currency}",
        f"{'合同版本' if zh else 'Contract version'} {version}",
        f"{state} · {note}",
    )


def _record(house: House, asked: Asked, made: Made) -> None:
    with house.store.begin() as connection:
        audit.record(
            connection,
            at=house.clock.now(),
            actor=asked.order.who,
            action="statement",
            about=str(asked.out.resolve()),
            after={
                "person": asked.person,
                "month": asked.month,
                "state": made.state,
                "payable": None if made.lines.payable is None else str(made.lines.payable),
            },
        )
