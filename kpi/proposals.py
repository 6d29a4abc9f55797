"""Every task that should be in a book and is not: renewals, next filings, gates, legal duties."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from kpi.book import Book
from kpi.compliance import Moment, is_registered
from kpi.filings import (
    Node,
    filing_number,
    first_node,
    following,
    plain,
)
from kpi.legal_duties import Kinds, Owed, owed
from kpi.model import Region, Texts
from kpi.newcomer_plans import regions_of
from kpi.renewals import Proposal, gates, renewals
from kpi.typed_rows import TaskRow

DUTY_DAYS = 30  # to do what is owed at once: the first step of the reminder ladder
COMPLIANCE_ROLE = "compliance"


def proposals(book: Book, today: date, kinds: Kinds | None = None) -> tuple[Proposal, ...]:
    """All of them; `kinds` says what goods a category is of."""
    return (
        *renewals(book.tasks, today),
        *next_filings(book.tasks, today),
        *gates(book, today),
        *duties(book, today, kinds),
    )


# --- filings -------------------------------------------------------------------------------------


def next_filings(tasks: Sequence[TaskRow], today: date) -> Iterator[Proposal]:
    """What follows each closed filing, and the first filing of each VAT number without any."""
    numbers = {task.number for task in tasks}
    for one in following(tasks, today):
        made = _filing(one.after, one.node, one.source, one.after.regime or "")
        if made.number not in numbers:
            yield made
    filed = {(task.country, task.company) for task in tasks if task.regime == "vat"}
    for task in tasks:
        if task.regime != "vat_registration" or (task.country, task.company) in filed:
            continue
        first = first_node("vat", task.country or "", today)
        if first is not None and is_registered(task, Moment(today, today)):
            filed.add((task.country, task.company))
            yield _filing(task, *first, "vat")


def _filing(after: TaskRow, node: Node, source: str, regime: str) -> Proposal:
    of_itself = after.regime == regime
    what = plain(after.what) if of_itself else f"{after.country} VAT"
    names: Texts = {"zh": f"{what}（{node.period}）", "en": f"{what} ({node.period})"}
    return Proposal(
        filing_number(after.number, node.due),
        "compliance",
        names,
        after.region,
        after.owner,
        node.due,
        after.reviewer,
        after if of_itself else None,
        None if of_itself else _row(names, regime, after.country, after.region, after.company),
        source,
        "filing",
    )


# --- legal duties --------------------------------------------------------------------------------


def duties(book: Book, today: date, kinds: Kinds | None = None) -> Iterator[Proposal]:
    """What the markets and categories bring, due in a month."""
    for one in owed(book, today, kinds):
        yield _duty(book, one, today)


def _duty(book: Book, one: Owed, today: date) -> Proposal:
    about = one.category or one.company
    names: Texts = {
        "zh": "，".join(filter(None, (f"{one.country} {one.duty.names['zh']}", about))),
        "en": ", ".join(filter(None, (f"{one.country} {one.duty.names['en']}", about))),
    }
    like = _row(names, one.duty.regime, one.country, one.region, one.company, one.category)
    return Proposal(
        number=one.number,
        type="compliance",
        names=names,
        region=one.region,
        owner=_answers(book, one.region, today),
        due=today + timedelta(days=DUTY_DAYS),
        like=like,
        source=one.duty.source,
        kind="duty",
    )


def _answers(book: Book, region: Region, today: date) -> str | None:
    """The one person of the compliance role in a region; nobody where there are several."""
    found = [
        person.code
        for person in book.people
        if person.role == COMPLIANCE_ROLE
        and region in regions_of(person.us_share)
        and (person.end is None or person.end >= today)
    ]
    return found[0] if len(found) == 1 else None


def _row(
    names: Texts,
    regime: str,
    country: str | None,
    region: Region | None,
    company: str | None,
    category: str | None = None,
) -> TaskRow:
    """A task in the making: what it is of."""
    return TaskRow(
        number="",
        type="compliance",
        region=region,
        country=country,
        what=names["zh"],
        owner=None,
        due=None,
        done=None,
        address="",
        category=category,
        regime=regime,
        company=company,
    )
