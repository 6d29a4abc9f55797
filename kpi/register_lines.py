"""The register by country, category and company: what was due this year, done, and what it costs.

Counts run from 1 January to the end of the month under review and follow the rules of
`compliance`. Amounts are those of the year, with what is still open from before; each stands in
its own currency, and a line for each currency adds up its amounts. A line for each category adds up
its counts over countries and duties.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from kpi.compliance import (
    NUMBERED,
    Moment,
    counts,
    in_time,
    is_done,
    is_registered,
    is_required,
    moment,
    quantity,
    quantity_done,
    quantity_passed,
    requirement,
)
from kpi.fees import Money, is_fee, money_of
from kpi.model import Region, Window
from kpi.standing import standing_of
from kpi.typed_rows import TaskRow

CHECKED = frozenset({"ce_check", "ftc", "claims"})  # a task plans several checks
JUDGED = frozenset({"ftc", "claims"})  # what counts is that they were passed
EVERY = "ALL"  # the lines that add up a currency
ZERO, ONE = Decimal(), Decimal(1)


@dataclass(frozen=True, slots=True)
class Counts:
    """What was due in a span and what became of it; None where it is not asked."""

    due: Decimal
    done: Decimal
    passed: Decimal | None
    on_time: Decimal | None


@dataclass(frozen=True, slots=True)
class Line:
    """One duty of one country, category and company, or the sums of a currency or category."""

    country: str
    regime: str  # code; empty for a sum
    currency: str | None
    region: Region | None
    counts: Counts | None
    late: int  # not done, and the due day is over
    next_due: date | None  # of those not done
    ends: date | None  # the first day on which a valid registration or certificate ends
    standing: str | None
    money: Money | None  # None: nothing has to be paid
    category: str | None = None  # None: of tasks that name none
    company: str | None = None


def lines(
    tasks: Iterable[TaskRow], span: Window, today: date, *, fine: bool = True
) -> tuple[Line, ...]:
    """A line for each country, duty, category, company and currency, then the sums.

    Not `fine` leaves category and company out, for a table without these columns.
    """
    at = Moment(today, today)
    duties = [task for task in tasks if task.type == "compliance" and task.regime]
    if not fine:
        whole = [replace(task, category=None, company=None) for task in duties]
        found = _grouped(duties, whole)
        return (*_lines_of(found, span, at), *_sums(duties, span, at))
    found = _grouped(duties, duties)
    return (*_lines_of(found, span, at), *_categories(duties, span, at), *_sums(duties, span, at))


Key = tuple[str, str, str, str, str]  # country, regime, category, company, currency
Grouped = Mapping[Key, Sequence[TaskRow]]


def _grouped(duties: Sequence[TaskRow], named: Sequence[TaskRow]) -> Grouped:
    """Tasks by what `named` says of each; without a currency on the first line of their duty."""
    first: dict[tuple[str, ...], str] = {}
    for task in named:
        if task.currency:
            first.setdefault(_place(task), task.currency)
    found: dict[Key, list[TaskRow]] = {}
    for task, name in zip(duties, named, strict=True):
        place = _place(name)
        found.setdefault((*place, name.currency or first.get(place, "")), []).append(task)
    return found


def _place(task: TaskRow) -> tuple[str, str, str, str]:
    country = task.country or str(task.region or "–")
    return (country, task.regime or "", task.category or "", task.company or "")


def _lines_of(found: Grouped, span: Window, at: Moment) -> Iterator[Line]:
    return (_line(key, mine, span, at) for key, mine in sorted(found.items(), key=lambda x: x[0]))


def _line(key: Key, mine: Sequence[TaskRow], span: Window, at: Moment) -> Line:
    country, regime, category, company, currency = key
    waiting = [task for task in mine if not is_done(task, at)]
    shown = [t for t in mine if regime in NUMBERED or is_of_year(t, span, at)]
    fees = [task for task in mine if is_fee(task) and is_of_year(task, span, at)]
    valid = [task.valid_to for task in mine if task.valid_to and is_registered(task, at)]
    return Line(
        country=country,
        regime=regime,
        currency=currency or None,
        region=next((task.region for task in mine if task.region), None),
        counts=counted(regime, mine, span, at.today),
        late=sum(task.due is not None and task.due < at.day for task in waiting),
        next_due=min((task.due for task in waiting if task.due), default=None),
        ends=min(valid, default=None) if regime in NUMBERED else None,
        standing=standing_of(shown, at),
        money=money_of(fees, at) if fees else None,
        category=category or None,
        company=company or None,
    )


def is_of_year(task: TaskRow, span: Window, at: Moment) -> bool:
    """Due in the year of a span, or still open from before; a duty without a day is open."""
    if task.due is None or task.due.year == span.start.year:
        return True
    return task.due < span.start and not is_done(task, at)


def counted(regime: str, tasks: Sequence[TaskRow], span: Window, today: date) -> Counts | None:
    """The counts of one duty; None when nothing was due."""
    at = moment(span, today)
    if regime in NUMBERED:
        needed = {requirement(task) for task in tasks if is_required(task, span, at)}
        valid = {requirement(task) for task in tasks if is_registered(task, at)}
        kept = Decimal(len(needed & valid))
        return Counts(Decimal(len(needed)), kept, None, None) if needed else None
    due = [task for task in tasks if counts(task, span, at)]
    return _flow(regime, due, at) if due else None


def _flow(regime: str, due: Sequence[TaskRow], at: Moment) -> Counts:
    sizes = [quantity(task, at) if regime in CHECKED else ONE for task in due]
    done = (
        quantity_done(task, at) if regime in CHECKED else Decimal(is_done(task, at)) for task in due
    )
    passed = (quantity_passed(task, at) for task in due)
    on_time = (size for size, task in zip(sizes, due, strict=True) if in_time(task, at))
    return Counts(
        due=sum(sizes, ZERO),
        done=sum(done, ZERO),
        passed=sum(passed, ZERO) if regime in JUDGED else None,
        on_time=sum(on_time, ZERO),
    )


def _categories(duties: Sequence[TaskRow], span: Window, at: Moment) -> Iterator[Line]:
    """What was due of each category in all countries and duties together; amounts stand apart."""
    for category in sorted({task.category for task in duties if task.category}):
        mine = [task for task in duties if task.category == category]
        waiting = [task for task in mine if not is_done(task, at)]
        shown = [t for t in mine if t.regime in NUMBERED or is_of_year(t, span, at)]
        yield Line(
            country=EVERY,
            regime="",
            currency=None,
            region=None,
            counts=_added(mine, span, at.today),
            late=sum(task.due is not None and task.due < at.day for task in waiting),
            next_due=min((task.due for task in waiting if task.due), default=None),
            ends=None,
            standing=standing_of(shown, at),
            money=None,
            category=category,
        )


def _added(tasks: Sequence[TaskRow], span: Window, today: date) -> Counts | None:
    """The counts of several duties; of a check what was passed is what is done."""
    by_regime: dict[str, list[TaskRow]] = {}
    for task in tasks:
        by_regime.setdefault(task.regime or "", []).append(task)
    found = [c for r, mine in by_regime.items() if (c := counted(r, mine, span, today)) is not None]
    if not found:
        return None
    done = (one.done if one.passed is None else one.passed for one in found)
    return Counts(sum((one.due for one in found), ZERO), sum(done, ZERO), None, None)


def _sums(duties: Sequence[TaskRow], span: Window, at: Moment) -> Iterator[Line]:
    """The amounts of each currency over all countries; currencies are never added up."""
    fees = [t for t in duties if is_fee(t) and t.currency and is_of_year(t, span, at)]
    for currency in sorted({task.currency or "" for task in fees}):
        mine = [task for task in fees if task.currency == currency]
        waiting = [task for task in mine if not is_done(task, at)]
        yield Line(
            country=EVERY,
            regime="",
            currency=currency,
            region=None,
            counts=None,
            late=sum(task.due is not None and task.due < at.day for task in waiting),
            next_due=min((task.due for task in waiting if task.due), default=None),
            ends=None,
            standing=standing_of(mine, at),
            money=money_of(mine, at),
        )
