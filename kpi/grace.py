"""Days of grace of the method `points`: a report that comes inside them is no miss."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

from kpi.book_rows import RowReader
from kpi.catalog import Catalog
from kpi.compliance import REGISTERED
from kpi.methods import Params
from kpi.typed_rows import TaskRow

MOST_DAYS = 31
METHOD = "points"
_AT = 3  # the fourth parameter


def days_of_grace(method: str, params: Params) -> int:
    """How many days after its due day a task is still no miss."""
    typed = params[_AT] if method == METHOD else None
    return int(typed or 0)


def check_grace(row: RowReader, method: str, metric: str, catalog: Catalog) -> None:
    """Whole days, and of a KPI that stands on dated tasks: another one has no day to forgive."""
    days = row.between("p4", 0, MOST_DAYS) if method == METHOD and not row.bad else None
    if not days:
        return
    measures = catalog.needs(metric) if metric in catalog.metrics else frozenset()
    if not days.is_integer():
        row.wrong("p4", "not_whole", shown=days)
    elif not measures or not measures <= REGISTERED:
        row.doubt("p4", "grace_of_nothing", metric=metric)


def forgiven(tasks: Iterable[TaskRow], grace: int, today: date) -> tuple[TaskRow, ...]:
    """Tasks as they count: what came inside the grace came on its due day, the rest may yet come.

    A task stays in the period of its due day once it is delivered; while its grace runs it is due
    on the last day of it.
    """
    return tuple(_forgiven(task, timedelta(days=grace), today) for task in tasks)


def _forgiven(task: TaskRow, grace: timedelta, today: date) -> TaskRow:
    if task.due is None:
        return task
    last = task.due + grace
    came = (task.delivered or today) if (task.done or 0.0) >= 1 else None
    if came is None or came > today:  # a day of delivery after today is a plan
        return replace(task, due=last) if today <= last else task
    return replace(task, delivered=task.due) if task.due < came <= last else task
