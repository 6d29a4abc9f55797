"""The service's columns of Feedback and Adjustments: which task and version came of a row."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from kpi.compliance import Moment, is_done
from kpi.follow_ups import named_in, request_of, text
from kpi.tables import Table
from kpi.typed_rows import TaskRow
from sync_service.compute import Computed
from sync_service.contract_store import label
from sync_service.filling.cells import FilledRow


def feedback(done: Computed, table: Table) -> Iterator[FilledRow]:
    """The change request of each feedback, and the version that names its number."""
    for row in table.rows:
        number = text(row, "no")
        if number:
            task = request_of(number, done.typed.tasks)
            yield {
                "no": number,
                "task_no": task.number if task else None,
                "task_state": _state(done, task) if task else None,
                "version": _versions(done, number)[0],
            }


def adjustments(done: Computed, table: Table) -> Iterator[FilledRow]:
    """The version that names an adjustment's number, and the day it was published."""
    for row in table.rows:
        number = text(row, "no")
        if number:
            version, published = _versions(done, number)
            yield {"no": number, "version": version, "published": published}


def _state(done: Computed, task: TaskRow) -> str:
    if is_done(task, Moment(done.today, done.today)):
        return "done"
    return "late" if task.due is not None and task.due < done.today else "open"


def _versions(done: Computed, number: str) -> tuple[str | None, date | None]:
    """The first version whose reason names a number: that one brought it into force."""
    for version in sorted(done.given.versions, key=lambda one: one.number):
        if named_in(number, done.given.reasons.get(version.number, "")):
            return label(version.number), version.published
    return None, None
