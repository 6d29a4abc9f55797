"""tblTerm: what is agreed with agencies beside their KPIs, and which line counts for a month.

A partner with lines of its own for a term has only these; else the lines of all partners count.
The line of one month (2026-11) comes before that of the same month of every year (11), and both
before one without a period; a later first day wins. Levels of service count together. A line
without a value says that nothing is agreed: no cap, no fee yet.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from kpi.book_links import Codes
from kpi.book_rows import LARGEST, RowReader
from kpi.model import Period, Unit, Window

TERM_UNITS: Mapping[str, Unit | None] = {  # None: a rule in words, which nothing is worked out from
    "contract": None,  # its days are the days that are paid
    "currency": None,
    "fee": Unit.MONEY,  # a month
    "level": Unit.RATIO,  # part of the fee from so many points on
    "baseline": Unit.MONEY,  # profit of a month
    "reward_rate": Unit.RATIO,
    "reward_cap": Unit.MONEY,  # a month
    "reward_cap_quarter": Unit.MONEY,
    "reward_cap_year": Unit.MONEY,
    "deduct_rate": Unit.RATIO,
    "late_each": Unit.MONEY,
    "missing_each": Unit.MONEY,
    "deduct_cap": Unit.MONEY,  # a month
    "deduct_cap_quarter": Unit.MONEY,
    "deduct_cap_year": Unit.MONEY,
    "tax_rate": Unit.RATIO,
    "payment_day": Unit.COUNT,  # day of the month after the period
    "data_rule": None,
    "change_rule": None,
    "outage_days": Unit.DAYS,  # of a month, taken off its baseline
    "correction": Unit.MONEY,  # of a month, with its sign; for what was restated after closing
    "dispute_days": Unit.DAYS,
    "answer_days": Unit.DAYS,
    "dispute_part": Unit.RATIO,  # of the amount payable while a dispute is open
    "access_end": Unit.DAYS,  # after the contract's last day
}
NUMBERED = tuple(code for code, unit in TERM_UNITS.items() if unit and code != "level")
WHOLE = frozenset({Unit.COUNT, Unit.DAYS})
MOST: Mapping[Unit, float] = {Unit.RATIO: 1, Unit.COUNT: 28, Unit.DAYS: 366}
EVERY_YEAR = re.compile(r"0?[1-9]|1[0-2]")
MONTH = re.compile(r"20\d\d-(?:0[1-9]|1[0-2])")
CORRECTION = "correction"
ALL = ""  # in place of a partner


@dataclass(frozen=True, slots=True)
class TermRow:
    """One line of tblTerm."""

    person: str  # ALL: every partner
    term: str  # a code of TERM_UNITS
    period: str  # 2026-11, 11 for every November, or empty
    points: float | None  # of a level of service: from so many points of the card
    value: float | None  # money in the contract's currency; None: not agreed
    start: date | None
    end: date | None  # the last day
    wording: str
    address: str = ""


def read_term(row: RowReader, people: Codes) -> TermRow | None:
    """A line of tblTerm; a line without a term is nobody's."""
    if not row.text("term"):
        return None
    person, term = row.text("person"), row.word("term", "term") or ""
    if people.strange(person):
        row.doubt("person", "unknown_person", shown=person)
    start, end = row.day("start"), row.day("end")
    row.in_order("end", start, end)
    points = row.between("points", 0, 999)
    if term == "level" and points is None and not row.bad:
        row.needed("points")
    value, wording = _value(row, term), row.text("wording")
    if term == "currency":
        wording = row.currency("wording")
    return TermRow(person, term, _period(row), points, value, start, end, wording, row.address)


def _value(row: RowReader, term: str) -> float | None:
    """An amount of 0 or more, a part of one, whole days; a correction has its month and a sign."""
    unit = TERM_UNITS.get(term)
    if unit is None:
        return None
    lowest = -LARGEST if term == CORRECTION else 0
    value = row.between("value", lowest, MOST.get(unit, LARGEST))
    if term == CORRECTION and value is not None:
        row.needed("period")
    if value is not None and unit in WHOLE and not value.is_integer():
        row.wrong("value", "not_whole", shown=value)
    return value


def _period(row: RowReader) -> str:
    """A month, the same month of every year, or nothing."""
    if isinstance(row.raw("period"), date):
        return row.month("period", "empty")
    text = row.text("period")
    if EVERY_YEAR.fullmatch(text):
        return f"{int(text):02d}"
    if text and not MONTH.fullmatch(text):
        row.wrong("period", "not_a_term_period", shown=text)
    return text


def term_order(row: TermRow) -> tuple[str, str, str, str, str]:
    """What may stand only once."""
    return (row.person, row.term, row.period, str(row.points), str(row.start))


# --- which line counts ----------------------------------------------------------------------------


def lines_of(rows: Iterable[TermRow], person: str) -> tuple[TermRow, ...]:
    """All lines of a partner's contract, term by term; a line without a wording has the general."""
    every = tuple(rows)
    return tuple(
        row if row.wording else replace(row, wording=_wording(every, code))
        for code in TERM_UNITS
        for row in _lines(every, person, code)
    )


def counted(rows: Iterable[TermRow], person: str, month: Period) -> tuple[TermRow, ...]:
    """The lines that count for a partner and month, term by term; levels best first."""
    mine = [row for row in lines_of(rows, person) if _covers(row, month)]
    found: list[TermRow] = []
    for code in TERM_UNITS:
        lines = [row for row in mine if row.term == code]
        top = max(map(_rank, lines), default=None)
        best = [row for row in lines if _rank(row) == top]
        found += sorted(best, key=lambda row: -(row.points or 0.0)) if code == "level" else best
    return tuple(found)


def agreed_with(rows: Iterable[TermRow], person: str) -> bool:
    """Whether anything at all is agreed with a partner."""
    return any(row.person in (person, ALL) for row in rows)


def _lines(rows: Iterable[TermRow], person: str, code: str) -> list[TermRow]:
    """The lines of a term: those of the partner where it has one, else those of all partners."""
    lines = [row for row in rows if row.term == code]
    return [row for row in lines if row.person == person] or [r for r in lines if r.person == ALL]


def _wording(rows: Iterable[TermRow], code: str) -> str:
    return next((r.wording for r in rows if (r.term, r.person) == (code, ALL) and r.wording), "")


def _covers(row: TermRow, month: Period) -> bool:
    days = month.window
    begun = row.start is None or row.start < days.end
    lasts = row.end is None or row.end >= days.start
    return begun and lasts and row.period in ("", month.code, month.code[-2:])


def _rank(row: TermRow) -> tuple[int, date]:
    return (len(row.period), row.start or date.min)


def value_of(rows: Iterable[TermRow], term: str) -> Decimal | None:
    """The value of a term among the lines that count, exactly as it was typed."""
    value = next((row.value for row in rows if row.term == term), None)
    return None if value is None else Decimal(repr(value))


def wording_of(rows: Iterable[TermRow], term: str) -> str:
    """The wording of a term among the lines that count."""
    return next((row.wording for row in rows if row.term == term), "")


def contract_days(rows: Iterable[TermRow], person: str, month: Window) -> int:
    """How many days of a month lie within the contract; all of them where it names no days."""
    mine = _lines(rows, person, "contract")
    if not mine:
        return month.days
    return sum(any(_holds(row, day) for row in mine) for day in month.each())


def _holds(row: TermRow, day: date) -> bool:
    return (row.start or day) <= day <= (row.end or day)
