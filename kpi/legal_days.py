"""Requests whose time the law sets: the due day that follows from the day they came in.

A task without a due day, or with one beyond the legal time, would count as on time too long.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from kpi.book import Book
from kpi.book_checks import place_of
from kpi.errors import Problem
from kpi.messages import problem
from kpi.policy import legal_days
from kpi.typed_rows import TaskRow


def legal_due(task: TaskRow) -> date | None:
    """The last day that the law gives; None where it sets none, or nobody wrote the first day."""
    if task.region is None or task.regime is None or task.opened is None:
        return None
    days = legal_days(task.region, task.regime)
    return None if days is None else task.opened + timedelta(days=days)


def legal_deadlines(book: Book) -> Iterator[Problem]:
    """Tasks whose due day is absent or later than the law allows, with the day that it is."""
    for task in book.tasks:
        last = legal_due(task)
        if last is None or task.opened is None or (task.due is not None and task.due <= last):
            continue
        code = "legal_due_absent" if task.due is None else "legal_due_late"
        yield problem(
            code,
            place_of(task.address, "tblTask"),
            number=task.number,
            opened=task.opened,
            due=task.due,
            last=last,
            days=(last - task.opened).days,
        )
