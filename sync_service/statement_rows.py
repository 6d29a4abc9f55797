"""What stands in a statement of an agency: figures, terms, and what heads the invoice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from kpi.agency import (
    Delivery,
    Measured,
    Statement,
    delivery,
    objections_until,
    payment_due,
)
from kpi.errors import Problem
from kpi.model import Language, Window
from kpi.money import Quote
from kpi.pack_reading import contract_terms
from kpi.person_cards import PersonCard
from sheet_templates.statement_paper import Number, StatementRows
from sheet_templates.words import show
from sync_service.agency_figures import Figures
from sync_service.agency_terms import CODES, Agreed
from sync_service.compute import Computed

PAYABLE = frozenset({"final", "frozen"})  # states whose scores may be invoiced
DELIVERY: Mapping[Delivery, tuple[str, str]] = {
    Delivery.IN_TIME: ("● 按期验收", "● In time"),
    Delivery.LATE: ("▲ 迟交", "▲ Late"),
    Delivery.MISSING: ("■ 未交或未验收", "■ Missing"),
    Delivery.OPEN: ("○ 未到期", "○ Not due"),
}


@dataclass(frozen=True, slots=True)
class Made:
    """A statement that was written."""

    path: Path
    number: str  # of the statement; a draft says so
    figures: Figures
    agreed: Agreed
    currency: str  # of the contract
    quote: Quote | None  # of the contract's currency for one of the report currency
    measured: Measured
    lines: Statement
    problems: tuple[Problem, ...] = ()

    @property
    def state(self) -> str:
        """Pilot, open, provisional, final or frozen."""
        return self.figures.state

    @property
    def stated(self) -> bool:
        """Whether it states an amount that may be invoiced; otherwise it is a draft."""
        return self.state in PAYABLE and self.lines.payable is not None


def statement_rows(
    done: Computed, card: PersonCard, made: Made, language: Language
) -> StatementRows:
    """The rows of a statement."""
    at = 0 if language == "zh" else 1
    terms, figures = made.agreed.terms, made.figures
    return StatementRows(
        language=language,
        head=_head(done, card, made, language),
        terms={code: getattr(terms, code) for code in CODES},
        levels=terms.levels,
        lines=month_lines(made),
        deliverables=[
            (
                *(task.number, task.what, task.due, task.delivered),
                show("outcome", task.outcome, language) if task.outcome else "",
                DELIVERY[delivery(task, figures.day)][at],
            )
            for task in figures.tasks
        ],
        states={
            "late": DELIVERY[Delivery.LATE][at],
            "missing": DELIVERY[Delivery.MISSING][at],
        },
        clauses=clauses(made.agreed, language),
        currency=made.currency,
        report=figures.currency,
        decimals=terms.decimals,
        texts=made.agreed.texts,
        signed=_version(made, language).split(" ")[-1] if made.agreed.lines else "",
        invoice=_invoice(done, card, made, language),
    )


def clauses(agreed: Agreed, language: Language) -> list[str]:
    """The contract's own words; without one, what it should state."""
    if not agreed.lines:
        return [one[language] for one in contract_terms()]
    shown = ((show("term", line.term, language), line) for line in agreed.lines)
    return [
        f"{name}{'：' if language == 'zh' else ': '}{line.wording}"
        for name, line in shown
        if line.wording
    ]


def month_lines(made: Made) -> dict[str, Number]:
    """The lines of a month by their codes."""
    lines, measured = made.lines, made.measured
    return {
        "total": measured.total,
        "level": lines.level,
        "month_days": measured.days.month,
        "contract_days": measured.days.contract,
        "outage_days": measured.days.outage,
        "due_share": measured.days.due,
        "baseline_due": lines.baseline,
        "disputes": measured.disputes,
        "held": lines.held,
        "fee_due": lines.fee,
        "profit": made.figures.profit,
        "rate": made.quote.rate if made.quote else None,
        "profit_due": measured.profit,
        "gap": lines.gap,
        "reward": lines.reward,
        "shortfall": lines.shortfall,
        "late": measured.late,
        "missing": measured.missing,
        "deliverables": lines.deliverables,
        "deductions": lines.deductions,
        "correction": lines.correction,
        "net": lines.net,
        "tax": lines.tax,
        "final": int(measured.final),
        "payable": lines.payable,
    }


def _head(done: Computed, card: PersonCard, made: Made, language: Language) -> Sequence[str]:
    """Four lines: who to whom, number, month and rate, how final it is."""
    zh = language == "zh"
    rate = _rate(made, language)
    state = show("team_state", made.state, language)
    return (
        f"{done.book.settings.company} ← {card.person.partner} ({card.person.code})",
        f"{'编号' if zh else 'Number'} {made.number} · {_version(made, language)}",
        f"{'月份' if zh else 'Month'} {done.month.code} · {made.currency}{rate}",
        f"{state} · {_note(made, language)}",
    )


def _version(made: Made, language: Language) -> str:
    version = made.figures.version
    shown = f"V{version}" if version else show("band", "draft", language)
    return f"{'合同版本' if language == 'zh' else 'Contract version'} {shown}"


def _rate(made: Made, language: Language) -> str:
    """The rate and its day, where the contract has another currency."""
    report, wanted = made.figures.currency, made.currency
    if report == wanted:
        return ""
    zh = language == "zh"
    if made.quote is None:
        return f" · 缺 {report} 汇率" if zh else f" · no rate for {report}"
    shown = f"1 {report} = {made.quote.rate:.6f} {wanted}"
    return f" · {shown}（ECB {made.quote.day}）" if zh else f" · {shown} (ECB, {made.quote.day})"


def _note(made: Made, language: Language) -> str:
    """Whether it may be invoiced, and what its figures are."""
    zh = language == "zh"
    blocked = [one.what[language] for one in made.problems if one.code == "outdated_blocks"]
    if blocked:
        return " ".join(blocked)
    if made.state == "frozen":
        file = made.figures.file
        return f"已关账（{file}），可开票。" if zh else f"Closed in {file}: it may be invoiced."
    if made.state in PAYABLE:
        if zh:
            return "暂定：本期尚未关账（freeze），数字仍可能变动。"
        return "Provisional: the period is not closed (freeze), its figures may still move."
    return "尚未定稿，不可开票。" if zh else "Not final: no invoice yet."


def _invoice(
    done: Computed, card: PersonCard, made: Made, language: Language
) -> list[tuple[str, str | date | float]]:
    """What heads the invoice."""
    zh, texts = language == "zh", made.agreed.texts
    window = done.month.window
    days = f"{window.start} – {window.end - timedelta(days=1)}"
    rows: list[tuple[str, str, str | date | float]] = [
        ("编号", "Number", made.number),
        ("日期", "Date", done.today),
        ("结算期间", "Period", days),
        ("收款方", "Payee", texts.get("seller") or card.person.partner or card.person.code),
        ("付款方", "Payer", texts.get("buyer") or done.book.settings.company),
        ("合同版本", "Contract version", _version(made, language).split(" ")[-1]),
        ("币种", "Currency", made.currency),
    ]
    if made.quote is not None and made.currency != made.figures.currency:
        pair = f"1 {made.figures.currency} = {made.currency}"
        rows += [
            (f"汇率 {pair}", f"Exchange rate {pair}", float(made.quote.rate)),
            ("汇率日（ECB）", "Day of the rate (ECB)", made.quote.day),
        ]
    rows += _dates(made, window)
    rows.append(("状态", "State", _note(made, language)))
    return [(a if zh else b, value) for a, b, value in rows]


def _dates(made: Made, window: Window) -> list[tuple[str, str, str | date | float]]:
    """What the contract makes due: the payment, and objections to the statement."""
    terms = made.agreed.terms
    days = (
        ("付款期限", "Payment due", payment_due(window, terms)),
        ("异议期限", "Objections until", objections_until(made.figures.day, terms)),
    )
    return [(zh, en, day) for zh, en, day in days if day is not None]
