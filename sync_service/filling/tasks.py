"""The service's columns of Tasks: whether a number can be right, which reminders have fallen."""

from __future__ import annotations

from collections.abc import Iterator

from kpi.compliance import Moment
from kpi.errors import Place, Problem
from kpi.messages import problem
from kpi.number_check import check_number
from kpi.proposals import next_filings
from kpi.reminders import Step, ladder_of, reached
from kpi.renewals import Proposal, renewals
from kpi.standing import standing
from kpi.typed_rows import TaskRow
from sync_service.compute import Computed
from sync_service.filling.cells import FilledRow, short_day


def tasks(done: Computed) -> Iterator[FilledRow]:
    """A line for each task of the book."""
    for task in done.book.tasks:
        yield {
            "no": task.number,
            "standing": standing(task, Moment(done.today, done.today)),
            "number_check": check_number(task.regime, task.country, task.registration) or None,
            "reminders": _reminders(done, task),
        }


def fallen(done: Computed, task: TaskRow) -> tuple[Step, ...]:
    """The reminders of an open task that have fallen by today."""
    if task.due is None or (task.done or 0.0) >= 1:
        return ()
    steps = ladder_of(done.book.settings.ladders, task.regime)
    return reached(task.due, done.today, task.opened, steps)


def _reminders(done: Computed, task: TaskRow) -> str | None:
    """`30: 11-01, 14: 11-17`: days before the due day, and the day of the reminder."""
    return ", ".join(f"{step.before}: {short_day(step.day)}" for step in fallen(done, task)) or None


def proposed(done: Computed) -> tuple[Proposal, ...]:
    """Renewals and next filings that nobody has added yet."""
    tasks = done.book.tasks
    return (*renewals(tasks, done.today), *next_filings(tasks, done.today))


def notes(done: Computed) -> Iterator[Problem]:
    """One note a missing renewal or filing, for the log."""
    for one in proposed(done):
        if one.after is None:
            continue
        sheet, _, cell = one.after.address.rpartition("!")
        place = Place(sheet=sheet, cell=cell, table="tblTask")
        number, code = one.after.number, f"{one.kind}_proposed"
        day = one.after.valid_to if one.kind == "renewal" else one.due
        yield problem(code, place, number=number, day=day, renewal=one.number, source=one.source)
