"""Tasks that follow from others: the renewal of a registration, the gates of a newcomer.

Proposals only: nothing is added to a workbook until somebody says so. Each has its own number, so
the same proposal never stands twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from kpi.book import Book
from kpi.compliance import NUMBERED, Moment, is_done, requirement
from kpi.model import Person, Region, TaskRow, Texts

RENEW_DAYS = 30  # the renewal is done this long before the registration ends


@dataclass(frozen=True, slots=True)
class Gate:
    """A stage of a newcomer: to be passed by this day, the first day is 1."""

    day: int
    names: Texts
    regions: frozenset[Region]


BOTH = frozenset(Region)
GATES = (  # packs.md, Newcomer stages
    Gate(5, {"zh": "店铺导览与SOP测验通过", "en": "Shop tour and SOP quiz passed"}, BOTH),
    Gate(7, {"zh": "独立操作广告组", "en": "Runs an ad group alone"}, BOTH),
    Gate(30, {"zh": "完成3个上新", "en": "Three listings published"}, BOTH),
    Gate(60, {"zh": "独立完成周报", "en": "Weekly report done alone"}, BOTH),
    Gate(
        75,
        {"zh": "独立完成一项合规任务", "en": "One compliance task led alone"},
        frozenset({Region.EU}),
    ),
)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A task that should be in the book and is not."""

    number: str
    type: str
    names: Texts
    region: Region | None
    owner: str | None
    due: date
    reviewer: str | None = None
    after: TaskRow | None = None  # the registration that it renews


def renewals(tasks: Sequence[TaskRow], today: date) -> Iterator[Proposal]:
    """A renewal for each closed registration whose requirement has nothing later."""
    numbers = {task.number for task in tasks}
    for task in tasks:
        if task.regime not in NUMBERED or not is_done(task, Moment(today, today)):
            continue
        if not task.registration or task.valid_to is None:
            continue
        number = renewal_number(task.number, task.valid_to)
        if number not in numbers and not _followed(task, task.valid_to, tasks):
            names: Texts = {"zh": f"续办：{task.what}", "en": f"Renew: {task.what}"}
            due = task.valid_to - timedelta(days=RENEW_DAYS)
            yield Proposal(
                number, "compliance", names, task.region, task.owner, due, task.reviewer, task
            )


def renewal_number(number: str, valid_to: date) -> str:
    """T-001 valid to 2027-03-31 is renewed by T-001-R202703, whose renewal is T-001-R202803."""
    return f"{re.sub(r'-R[0-9]{6}$', '', number)}-R{valid_to:%Y%m}"


def _followed(task: TaskRow, valid_to: date, tasks: Sequence[TaskRow]) -> bool:
    """Whether another row of the requirement is valid longer, or is still to be done."""
    others = (t for t in tasks if t is not task and requirement(t) == requirement(task))
    return any(
        (t.valid_to is not None and t.valid_to > valid_to) or (t.done or 0.0) < 1 for t in others
    )


def gates(book: Book, today: date) -> Iterator[Proposal]:
    """The stages of everybody who started lately or will start, and has none yet."""
    planned = {task.owner for task in book.tasks if task.type == "gate"}
    for person in book.people:
        start = person.start
        if start is None or person.code in planned or start + timedelta(GATES[-1].day) <= today:
            continue
        if person.end is not None and person.end < today:
            continue
        yield from _gates(person, start)


def _gates(person: Person, start: date) -> Iterator[Proposal]:
    regions = _regions(person)
    for gate in GATES:
        if gate.regions & regions:
            side = next(iter(gate.regions & regions)) if len(gate.regions & regions) == 1 else None
            yield Proposal(
                number=f"G-{person.code}-{gate.day:02d}",
                type="gate",
                names=gate.names,
                region=side,
                owner=person.code,
                due=start + timedelta(days=gate.day - 1),
                reviewer=person.mentor,
            )


def _regions(person: Person) -> frozenset[Region]:
    """The sides a person works for, by the share of the US card."""
    if person.us_share is None or 0 < person.us_share < 1:
        return BOTH
    return frozenset({Region.US if person.us_share == 1 else Region.EU})
