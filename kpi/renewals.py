"""Tasks that follow from others: the renewal of a registration, the gates of a newcomer.

Proposals only: nothing is added to a workbook until somebody says so. Each has its own number, so
the same proposal never stands twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from kpi.book import Book
from kpi.compliance import NUMBERED, Moment, is_done, requirement
from kpi.model import Region, Texts
from kpi.newcomer_plans import Plan, plan_of, regions_of, task_name
from kpi.trade import Person
from kpi.typed_rows import TaskRow

Follows = Literal["renewal", "gate", "filing", "duty"]
RENEW_DAYS = 30  # the renewal is done this long before the registration ends


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
    after: TaskRow | None = None  # the registration that it renews, the filing that it follows
    like: TaskRow | None = None  # of a duty that no task is of: its country, regime and goods
    source: str = ""  # the law behind its day or behind the duty
    kind: Follows = "renewal"


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
        start, plan = person.start, plan_of(person.plan)
        if start is None or person.code in planned or start + timedelta(plan.last_day) <= today:
            continue
        if person.end is not None and person.end < today:
            continue
        yield from _gates(person, start, plan)


def _gates(person: Person, start: date, plan: Plan) -> Iterator[Proposal]:
    regions = regions_of(person.us_share)
    for stage in plan.stages:
        mine = regions & frozenset(stage.regions)
        if mine:
            yield Proposal(
                number=f"G-{person.code}-{stage.day:02d}",
                type="gate",
                names=task_name(stage),
                region=next(iter(mine)) if len(mine) == 1 else None,
                owner=person.code,
                due=start + timedelta(days=stage.day - 1),
                reviewer=person.mentor,
                kind="gate",
            )
