"""The statement of an agency for a quarter or a year: its months as signed, capped, trued up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from kpi.agency import objections_until, payment_due, summed
from kpi.agency_periods import Settled, Sums, month_sums, quarter_sums, settled, year_sums
from kpi.agency_rows import contract_days
from kpi.calendar import period, period_of, shifted
from kpi.errors import Problem
from kpi.model import Language, Period, PeriodKind
from kpi.person_cards import PersonCard
from sheet_templates.statement_paper import Number, StatementRows
from sheet_templates.statement_period import Column, PeriodRows, build_period
from sheet_templates.words import show
from sync_service.agency_terms import CODES
from sync_service.compute import Computed
from sync_service.house import House
from sync_service.refresh import look
from sync_service.stated import SAID, SETTLED, Asked, keep, net_stated, number, said_of_period
from sync_service.statement_rows import Made, clauses, month_lines
from sync_service.statements import card_of, month_made, of_month
from sync_service.told import ToldError
from sync_service.workbooks.replace import refuse_if_open, replace_atomically

LENGTH = {PeriodKind.QUARTER: 3, PeriodKind.YEAR: 12}  # months
LINES_OF_SUMS = (  # of the statement, and where `Sums` has them
    *(("fee_due", "fee"), ("profit_due", "profit"), ("baseline_due", "baseline"), ("gap", "gap")),
    *(("reward", "reward"), ("shortfall", "shortfall"), ("deliverables", "deliverables")),
    *(("deductions", "deductions"), ("correction", "correction"), ("net", "net")),
)


@dataclass(frozen=True, slots=True)
class Month:
    """A month of the period."""

    code: str
    made: Made
    stated: Decimal | None  # net amount of its last statement

    @property
    def sums(self) -> Sums:
        """The month as an addend."""
        return month_sums(self.made.lines, self.made.measured.profit)


@dataclass(frozen=True, slots=True)
class PeriodMade:
    """A statement of a quarter or a year that was written."""

    path: Path
    number: str
    code: str
    currency: str
    months: tuple[Month, ...]
    quarters: tuple[tuple[str, Sums, Decimal | None], ...]  # of a year: code, sums, stated true-up
    sums: Sums
    settled: Settled
    closed: bool  # every month of it
    problems: tuple[Problem, ...]


def make_period(house: House, asked: Asked) -> PeriodMade:
    """Write the statement of a partner's quarter or year.

    Raises:
        ToldError: The person is no partner, had no contract then, or months differ in currency.
    """
    refuse_if_open(asked.out)
    done = look(house, asked.order).done
    of = period(asked.month)
    found = list(_months(house, asked, done, of))
    if not found:
        card_of(done, asked.person)
        raise _nothing(asked)
    last_done, card = found[-1][0], found[-1][1]
    wanted = _under_contract(last_done, asked.person, of)
    made = _settle(house, asked, of, tuple(month for *_, month in found), wanted)
    rows = _rows(last_done, card, made, of, asked.language or done.given.language)
    aside = house.settings.home / f".{asked.out.name}"
    try:
        replace_atomically(asked.out, [build_period(aside, rows).read_bytes()])
    finally:
        aside.unlink(missing_ok=True)
    known = made.closed and made.settled.payable is not None
    said = said_of_period(made.settled, made.currency) if known else None
    state = "frozen" if made.closed else "open"
    payable = None if made.settled.payable is None else str(made.settled.payable)
    keep(house, asked, {"state": state, "number": made.number, "stated": said, "payable": payable})
    return made


def is_period(code: str) -> bool:
    """Whether a text is a quarter or a year."""
    return len(code) == 4 or "Q" in code  # noqa: PLR2004 - 2026


def _months(
    house: House, asked: Asked, done: Computed, of: Period
) -> Iterator[tuple[Computed, PersonCard, Month]]:
    """The months that have begun and lie under contract, each by the terms that count for it."""
    first = period_of(of.window.start, PeriodKind.MONTH)
    for step in range(LENGTH[of.kind]):
        month = shifted(first, step)
        if month.window.start > done.today:
            return
        here = of_month(done, month.code)
        if not contract_days(here.book.terms, asked.person, month.window):
            continue
        card = card_of(here, asked.person)
        made = month_made(house, replace(asked, month=month.code), here, card)
        before = net_stated(house, asked, month.code, SAID, "net", made.currency)
        yield here, card, Month(month.code, made, before)


def _nothing(asked: Asked) -> ToldError:
    return ToldError(
        f"{asked.person} had no month under contract in {asked.month}. The line Contract period "
        "of Agency terms names its days.",
        f"{asked.person} 在 {asked.month} 没有合同有效的月份。"
        "合同起止日见“代运营条款”页“合同期与双方”。",
    )


def _under_contract(done: Computed, person: str, of: Period) -> int:
    """How many months of the period lie under contract, those to come among them."""
    first = period_of(of.window.start, PeriodKind.MONTH)
    months = (shifted(first, step).window for step in range(LENGTH[of.kind]))
    return sum(contract_days(done.book.terms, person, month) > 0 for month in months)


def _settle(
    house: House, asked: Asked, of: Period, months: tuple[Month, ...], wanted: int
) -> PeriodMade:
    last = months[-1].made
    if len({month.made.currency for month in months}) > 1:
        raise ToldError(
            f"The months of {asked.month} are in different currencies; state them month by month.",
            f"{asked.month} 各月的合同币种不同；请按月结算。",
        )
    quarters = tuple(_quarters(house, asked, months)) if of.kind is PeriodKind.YEAR else ()
    terms = last.agreed.terms
    sums = (
        year_sums([sums for _, sums, _ in quarters], terms)
        if quarters
        else quarter_sums([month.sums for month in months], terms)
    )
    closed = len(months) == wanted and all(month.made.state == "frozen" for month in months)
    before = summed([*(m.stated for m in months), *(stated for *_, stated in quarters)])
    made = settled(sums, terms, before, final=closed)
    known = closed and made.payable is not None
    draft = f"{asked.person}-{asked.month}-DRAFT"
    name = number(house, asked, said_of_period(made, last.currency)) if known else draft
    problems = tuple(one for month in months for one in month.made.problems)
    about = (asked.out, name, asked.month, last.currency)
    return PeriodMade(*about, months, quarters, sums, made, closed, problems)


def _quarters(
    house: House, asked: Asked, months: Sequence[Month]
) -> Iterator[tuple[str, Sums, Decimal | None]]:
    """The quarters of a year, each by the caps of its last month."""
    groups: dict[str, list[Month]] = {}
    for month in months:
        quarter = period_of(period(month.code).window.start, PeriodKind.QUARTER)
        groups.setdefault(quarter.code, []).append(month)
    for code, group in groups.items():
        last = group[-1].made
        sums = quarter_sums([month.sums for month in group], last.agreed.terms)
        yield code, sums, net_stated(house, asked, code, SETTLED, "true_up", last.currency)


# --- what stands in it ----------------------------------------------------------------------------


def _rows(
    done: Computed, card: PersonCard, made: PeriodMade, of: Period, language: Language
) -> PeriodRows:
    last = made.months[-1].made
    return PeriodRows(
        StatementRows(
            language=language,
            head=_head(done, card, made, language),
            terms={},
            levels=(),
            lines={},
            deliverables=(),
            states={},
            clauses=clauses(last.agreed, language),
            currency=made.currency,
            report=last.figures.currency,
            decimals=last.agreed.terms.decimals,
            texts=last.agreed.texts,
            invoice=_invoice(done, card, made, of, language),
        ),
        _columns(made, of, language),
    )


def _head(done: Computed, card: PersonCard, made: PeriodMade, language: Language) -> list[str]:
    zh = language == "zh"
    note = _note(made, language)
    return [
        f"{done.book.settings.company} ← {card.person.partner} ({card.person.code})",
        f"{'编号' if zh else 'Number'} {made.number}",
        f"{'期间' if zh else 'Period'} {made.code} · {made.currency}",
        note,
    ]


def _note(made: PeriodMade, language: Language) -> str:
    if made.closed:
        return (
            "各月均已关账，可开票。"
            if language == "zh"
            else "All months are closed: it may be invoiced."
        )
    if language == "zh":
        return "尚有未关账的月份，不可开票。"
    return "Months are not closed yet: no invoice."


def _columns(made: PeriodMade, of: Period, language: Language) -> list[Column]:
    """Months, each quarter of a year after its months, and the whole at the end."""
    found: list[Column] = []
    every: list[int] = []
    quarters = {code: (sums, stated) for code, sums, stated in made.quarters}
    for code, months in _grouped(made.months, split=bool(quarters)):
        found += [_month_column(month, language) for month in months]
        parts = tuple(range(len(found) - len(months), len(found)))
        if code in quarters:
            sums, stated = quarters[code]
            lines = _sum_lines(sums, found, parts) | {"stated": stated}
            found.append(Column(code, "", lines, parts=parts, span="quarter"))
            every.append(len(found) - 1)
        else:
            every += parts
    lines = _sum_lines(made.sums, found, every) | _whole(made)
    span = str(of.kind)
    return [*found, Column(of.code, "", lines, parts=tuple(every), span=span)]


def _grouped(months: Sequence[Month], *, split: bool) -> list[tuple[str, list[Month]]]:
    groups: dict[str, list[Month]] = {}
    for month in months:
        quarter = period_of(period(month.code).window.start, PeriodKind.QUARTER)
        groups.setdefault(quarter.code if split else "", []).append(month)
    return list(groups.items())


def _month_column(month: Month, language: Language) -> Column:
    terms = month.made.agreed.terms
    return Column(
        month.code,
        show("team_state", month.made.state, language),
        {**month_lines(month.made), "stated": month.stated},
        {code: getattr(terms, code) for code in CODES},
        terms.levels,
    )


def _sum_lines(sums: Sums, columns: Sequence[Column], parts: Sequence[int]) -> dict[str, Number]:
    """The lines of a sum; what it adds up before its caps among them."""
    return {
        **{code: getattr(sums, name) for code, name in LINES_OF_SUMS},
        "reward_sum": _total(columns, parts, "reward"),
        "deductions_sum": _total(columns, parts, "deductions"),
        "late": _total(columns, parts, "late"),
        "missing": _total(columns, parts, "missing"),
    }


def _total(columns: Sequence[Column], parts: Sequence[int], code: str) -> Number:
    values = (columns[part].lines[code] for part in parts)
    return summed(None if value is None else Decimal(value) for value in values)


def _whole(made: PeriodMade) -> dict[str, Number]:
    done = made.settled
    return {
        "stated": done.stated,
        "true_up": done.true_up,
        "tax": done.tax,
        "final": int(made.closed),
        "payable": done.payable,
    }


def _invoice(
    done: Computed, card: PersonCard, made: PeriodMade, of: Period, language: Language
) -> list[tuple[str, str | date | float]]:
    last = made.months[-1].made
    texts, terms = last.agreed.texts, last.agreed.terms
    days = f"{of.window.start} – {of.window.end - timedelta(days=1)}"
    rows: list[tuple[str, str, str | date | None]] = [
        ("编号", "Number", made.number),
        ("日期", "Date", done.today),
        ("结算期间", "Period", days),
        ("收款方", "Payee", texts.get("seller") or card.person.partner or card.person.code),
        ("付款方", "Payer", texts.get("buyer") or done.book.settings.company),
        ("币种", "Currency", made.currency),
        ("付款期限", "Payment due", payment_due(of.window, terms)),
        ("异议期限", "Objections until", objections_until(last.figures.day, terms)),
        ("状态", "State", _note(made, language)),
    ]
    zh = language == "zh"
    return [(a if zh else b, value) for a, b, value in rows if value is not None]
