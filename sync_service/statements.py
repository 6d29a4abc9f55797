"""The statement of an agency for a month: scores and profit of its own shops under typed terms.

Terms are typed in the statement itself and read back from it, or from the last month's; the team's
workbook holds no word of money that is paid. A month that was closed is stated as it was signed;
else the statement says that it is provisional.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from kpi.agency import (
    Delivery,
    Measured,
    MonthDays,
    in_contract,
    objections_until,
    statement,
)
from kpi.agency_rows import contract_days, value_of
from kpi.calendar import period
from kpi.card_problems import outdated_items
from kpi.contract_rows import key_of
from kpi.errors import KpiError, Problem
from kpi.model import PeriodKind
from kpi.money import cross
from kpi.person_cards import PersonCard
from sheet_templates.statement import build_statement
from sync_service.agency_figures import Figures, as_signed, figures_of, key
from sync_service.agency_terms import Agreed, agreed, contracted
from sync_service.compute import Computed, compute
from sync_service.house import House
from sync_service.payout_periods import closed_about
from sync_service.refresh import look
from sync_service.stated import Asked, keep, number, said_of_month
from sync_service.statement_rows import PAYABLE, Made, statement_rows
from sync_service.told import ToldError
from sync_service.workbooks.replace import refuse_if_open, replace_atomically


def make_statement(house: House, asked: Asked) -> Made:
    """Write the statement of a partner's month.

    Raises:
        ToldError: The person is no partner or has no card, or the terms cannot be read.
    """
    refuse_if_open(asked.out)
    done = of_month(look(house, asked.order).done, asked.month)
    card = card_of(done, asked.person)
    made = month_made(house, asked, done, card, asked.out if asked.out.exists() else None)
    rows = statement_rows(done, card, made, asked.language or done.given.language)
    aside = house.settings.home / f".{asked.out.name}"
    try:
        replace_atomically(asked.out, [build_statement(aside, rows).read_bytes()])
    finally:
        aside.unlink(missing_ok=True)
    keep(
        house,
        asked,
        {
            "state": made.state,
            "number": made.number,
            "stated": said_of_month(made.lines, made.currency) if made.stated else None,
            "payable": None if made.lines.payable is None else str(made.lines.payable),
        },
    )
    return made


def month_made(
    house: House, asked: Asked, done: Computed, card: PersonCard, before: Path | None = None
) -> Made:
    """What a month comes to; `before` is an earlier statement whose typed terms hold."""
    figures, problems = _figures(house, asked, done, card)
    typed = _agreed(asked, done, figures.currency, before)
    currency = typed.currency or figures.currency
    last = min(done.month.window.end - timedelta(days=1), figures.day)
    quote = cross(house.rates, figures.currency, currency, last)
    profit = in_contract(figures.profit, quote, typed.terms.decimals)
    late, missing = (figures.count(state) for state in (Delivery.LATE, Delivery.MISSING))
    final = figures.state in PAYABLE
    measured = Measured(
        *(figures.total, profit, late, missing, final),
        days=_days(done, asked.person, typed, figures),
        disputes=_disputes(done, asked.person, objections_until(figures.day, typed.terms)),
    )
    lines = statement(typed.terms, measured)
    stated = final and lines.payable is not None
    draft = f"{asked.person}-{asked.month}-DRAFT"
    name = number(house, asked, said_of_month(lines, currency)) if stated else draft
    signed = bool(figures.file) and figures.total is not None  # whatever is lacking by now
    found = problems if signed else (*problems, *outdated_items([card]))
    return Made(asked.out, name, figures, typed, currency, quote, measured, lines, found)


def _agreed(asked: Asked, done: Computed, report: str, before: Path | None) -> Agreed:
    """The terms of the contract that counts for the month, else those typed in a statement."""
    typed = agreed(asked.terms or before, report)
    return contracted(done.book.terms, asked.person, done.month, typed, report)


def _days(done: Computed, person: str, terms: Agreed, figures: Figures) -> MonthDays:
    window = done.month.window
    return MonthDays(
        window.days,
        contract_days(done.book.terms, person, window),
        int(value_of(terms.lines, "outage_days") or 0),
        figures.due,
    )


def _disputes(done: Computed, person: str, until: date | None) -> int:
    """Disputes about items of the partner's month, raised in time and not decided yet."""
    items = key_of(done.month.code, person, "")
    tasks = (task for task in done.typed.tasks if task.type == "dispute" and task.outcome is None)
    mine = [task for task in tasks if task.about.startswith(items)]
    return sum(until is None or task.opened is None or task.opened <= until for task in mine)


def _figures(
    house: House, asked: Asked, done: Computed, card: PersonCard
) -> tuple[Figures, tuple[Problem, ...]]:
    """As they were signed where the month is closed, else as they are now."""
    about, file, problems = closed_about(house, asked.order.book, done.month.code)
    said = about.get("partners", {}).get(key(done.month.code, card.person.code))
    live = figures_of(done, card)
    return (live if said is None else as_signed(said, file)), problems


def of_month(done: Computed, code: str) -> Computed:
    """The book as it computes the month that was asked for.

    Raises:
        ToldError: It is no month.
    """
    try:
        month = period(code)
    except KpiError:
        month = None
    if month is None or month.kind is not PeriodKind.MONTH:
        raise ToldError(
            f"--month {code}: write a month such as 2026-10, a quarter (2026-Q4) or a year (2026).",
            f"--month {code}：请写月份（2026-10）、季度（2026-Q4）或年份（2026）。",
        )
    given = done.given
    if month == done.month or given.typed is None:
        return done
    typed = given.typed
    book = replace(typed.book, settings=replace(typed.book.settings, month=code))
    return compute(replace(given, book=book, catalog=typed.catalog, typed=None))


def card_of(done: Computed, person: str) -> PersonCard:
    """The card of a partner.

    Raises:
        ToldError: The person is no partner or has no card in the month.
    """
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
