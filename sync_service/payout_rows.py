"""The rows of the payout book: new lines with what was typed last, figures, what was paid."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from kpi.errors import Problem
from kpi.model import Language
from kpi.payout import PayLine, PayState, Reason
from kpi.rewards import applied_rewards
from kpi.tables import CellValue, ErrorValue
from sheet_templates.layout import Owner
from sheet_templates.start import StartRow
from sheet_templates.words import show
from sync_service.compute import Computed
from sync_service.payout_reading import PayTyped, TypedLine
from sync_service.payout_slips import NONE, Confirmed, Slips
from sync_service.payout_store import Kept, Key
from sync_service.refresh import Order
from sync_service.workbooks.port import TablePatch, Written

UNKNOWN = ErrorValue("#N/A")
KEY = ("month", "person")


@dataclass(frozen=True, slots=True)
class Paying:
    """What to pay: a month of a team's book, into which file."""

    order: Order
    month: str  # 2026-10, or a quarter: 2026-Q3
    out: Path
    provisional: bool = False  # before the closing day: shown, marked, nothing payable
    language: Language | None = None  # of a new file; None: the team's book
    slips: Path | None = None  # folder of the pay slips; None: none are made or read


@dataclass(frozen=True, slots=True)
class Worked:
    """A run before it is written."""

    paying: Paying
    done: Computed  # the month
    state: PayState
    typed: PayTyped
    lines: Mapping[str, PayLine]  # by person, those that are not paid yet
    fresh: Mapping[Key, TypedLine]  # lines that the book does not have yet, as proposed
    recorded: tuple[PayLine, ...]
    why: Mapping[str, str]  # by person: the months of the true-up
    kept: Mapping[Key, Kept]  # as it was before the run
    language: Language
    problems: tuple[Problem, ...]
    slips: Slips = NONE  # as they came back
    answers: Mapping[Key, Confirmed] = field(default_factory=dict)  # what lines show of them


def first_rows(language: Language) -> Mapping[str, Sequence[StartRow]]:
    """The sample rules of a new book; their parameters are the defaults, said in full."""
    zh = language == "zh"
    rows = (
        ("bonus", "coef_bonus", (None,) * 4, "基数×等级系数" if zh else "base x coefficient"),
        ("direct", "direct", (None,) * 4, "按总分比例" if zh else "in proportion to the total"),
        ("curve", "payout_curve", (0.7, 1.0, 2.0, 0.0), "70% 起付" if zh else "from 70 %"),
    )
    return {
        "tblPayRule": [
            {
                "rule": code,
                "method": method,
                "currency": "CNY",
                **{f"p{n}": value for n, value in enumerate(params, 1)},
                "veto_zero": "yes",
                "note": note,
            }
            for code, method, params, note in rows
        ]
    }


def patches(worked: Worked) -> Iterator[TablePatch]:
    """Lines of the month and marks of what was paid; proposals of rewards by grade."""
    fresh, known = [], []
    for person, line in worked.lines.items():
        row = figures(line, worked)
        proposed = worked.fresh.get((worked.paying.month, person))
        if proposed is None:
            known.append(row)
        else:
            fresh.append({**row, **_typed(proposed)})
    computed: dict[tuple[CellValue, ...], Mapping[str, Written]] = {
        (line.basis.period, line.basis.person): formulas(line, worked.language)
        for line in worked.lines.values()
    }
    owners = (Owner.SERVICE, Owner.MANAGER, Owner.PARTNER)
    rows = [_answered(row, worked) for row in (*known, *fresh, *_paid(worked))]
    yield TablePatch("tblPay", KEY, rows, prune=False, computed=computed, owners=owners)
    proposals = list(_by_grade(worked))
    if proposals:
        yield TablePatch("tblApplied", ("no",), proposals, prune=False, owners=owners)


def _answered(row: Mapping[str, Written], worked: Worked) -> Mapping[str, Written]:
    """A row with what its person said of the pay slip."""
    found = worked.answers.get((str(row["month"]), str(row["person"])))
    return row if found is None else {**row, **found.cells}


def figures(line: PayLine, worked: Worked) -> dict[str, Written]:
    """The service's cells of a line."""
    basis = line.basis
    names = {person.code: person.name for person in worked.done.book.people}
    return {
        "month": basis.period,
        "person": basis.person,
        "name": names.get(basis.person),
        "total": _known(basis.total),
        "grade": UNKNOWN if basis.grade is None else basis.grade,
        "coefficient": _known(basis.coefficient),
        "vetoes": basis.vetoes,
        "forfeits": basis.forfeits,
        "state": show("pay_state", line.state, worked.language),
        "loss_in": _known(basis.loss_in),
        "team": None if basis.team is None else float(basis.team),
        "true_up": float(basis.true_up),
        "true_up_of": worked.why.get(basis.person) if basis.true_up else None,
        "paid": None,
        "paid_on": None,
        "kpi_amount": _by_kpi(line, basis.kpi_amount),
        "kpi_goal": _by_kpi(line, basis.kpi_goal),
        "amount_from": basis.amount_from or None,
    }


def _by_kpi(line: PayLine, value: float | None) -> Written:
    """A figure of the rule's KPI; empty where the rule names none."""
    return _known(value) if line.basis.amount_from else None


def formulas(line: PayLine, language: Language) -> dict[str, Written]:
    """What the formulas of a line give, for readers that never calculate."""
    reason = "" if line.reason is Reason.NOTHING else show("pay_reason", line.reason, language)
    return {
        "net": _known(line.net),
        "loss_out": _known(line.loss_out),
        "gross": _known(line.gross),
        "prorated": _known(line.prorated),
        "earned": _money(line.earned),
        "rewards": float(line.basis.rewards),
        "payable": _money(line.payable),
        "currency": line.rule.currency if line.rule else "",
        "why": reason,
        "typed": "✎" if line.basis.typed_over else "",
    }


def _known(value: float | None) -> Written:
    return UNKNOWN if value is None else value


def _money(value: Decimal | None) -> Written:
    return UNKNOWN if value is None else float(value)


def _typed(line: TypedLine) -> dict[str, CellValue]:
    """The cells of a proposal; an empty weight or attendance is 1."""
    weight = None if line.weight == 1 else line.weight
    here = None if line.attendance == 1 else line.attendance
    return {"rule": line.rule or None, "base": line.base, "attendance": here, "weight": weight}


def _paid(worked: Worked) -> Iterator[dict[str, Written]]:
    """Every line that was paid keeps saying so."""
    for (month, person), one in worked.kept.items():
        if one.paid is not None and (month, person) in worked.typed.lines:
            yield {
                "month": month,
                "person": person,
                "paid": float(one.paid),
                "paid_on": one.at.date(),
            }


def _by_grade(worked: Worked) -> Iterator[dict[str, Written]]:
    """Rewards that a grade brings, as applications that wait for approval; each once."""
    typed, month = worked.typed, worked.paying.month
    done = applied_rewards(typed.rewards, typed.applications)
    listed = {(a.application.person, a.rule.code) for a in done if a.application.period == month}
    number = max((a.number for a in typed.applications), default=0)
    for person, line in worked.lines.items():
        for rule in typed.rewards:
            if rule.grade and rule.grade == line.basis.grade and (person, rule.code) not in listed:
                number += 1
                yield {"no": number, "month": month, "person": person, "reward": rule.code}
