"""How a dated duty stands: a fee due, late or paid in part, a certificate that ends, a gate passed.

One word for one task, judged on a day; the due day itself is in time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

from kpi.compliance import NUMBERED, Moment, in_time, is_done, is_registered, requirement
from kpi.fees import is_fee, paid_of
from kpi.renewals import RENEW_DAYS
from kpi.typed_rows import TaskRow

GOOD = ("valid", "paid", "done", "passed")
WORST = (  # codes of the word list `standing`, what needs somebody first
    *("expired", "invalid", "failed", "late", "part_paid", "ending", "due"),
    *("paid_late", "done_late", "passed_late", *GOOD),
)


def standing(task: TaskRow, at: Moment) -> str | None:
    """A code of the word list `standing`; None for a task that is no duty and no gate."""
    if task.type == "gate":
        return _gate(task, at)
    if task.type != "compliance" or task.regime is None:
        return None
    if task.regime in NUMBERED:
        return _numbered(task, at)
    return _fee(task, at) if is_fee(task) else _duty(task, at)


def standing_of(tasks: Iterable[TaskRow], at: Moment) -> str | None:
    """The worst of some duties; a registration stands as well as its best row does."""
    rows: dict[object, list[TaskRow]] = {}
    for task in tasks:
        numbered = task.regime in NUMBERED
        rows.setdefault(requirement(task) if numbered else task.number, []).append(task)
    found = [_of_requirement(group, at) for group in rows.values()]
    return min((one for one in found if one), key=WORST.index, default=None)


def _of_requirement(rows: Sequence[TaskRow], at: Moment) -> str | None:
    """Valid or ending where one row is; else what is worst."""
    found = [one for task in rows if (one := standing(task, at))]
    for good in ("valid", "ending"):
        if good in found:
            return good
    return min(found, key=WORST.index, default=None)


def _open(task: TaskRow, at: Moment) -> str:
    return "late" if task.due is not None and task.due < at.day else "due"


def _fee(task: TaskRow, at: Moment) -> str:
    if is_done(task, at):
        return "paid_late" if _was_late(task) else "paid"
    if _open(task, at) == "late":
        return "late"
    paid = paid_of(task, at)
    begun = bool(task.done) if paid is None else paid > 0
    return "part_paid" if begun else "due"


def _duty(task: TaskRow, at: Moment) -> str:
    if not is_done(task, at):
        return _open(task, at)
    if task.outcome == "failed":
        return "failed"
    return "done_late" if _was_late(task) else "done"


def _was_late(task: TaskRow) -> bool:
    """Done on a later day than the due day; a day that nobody wrote is no proof."""
    return task.delivered is not None and task.due is not None and task.delivered > task.due


def _numbered(task: TaskRow, at: Moment) -> str:
    if not is_done(task, at):
        return _open(task, at)
    if not is_registered(task, at):
        ended = task.valid_to is not None and task.valid_to < at.day
        return "expired" if ended and task.registration else "invalid"
    if task.valid_to is not None and task.valid_to - timedelta(days=RENEW_DAYS) <= at.day:
        return "ending"
    return "valid"


def _gate(task: TaskRow, at: Moment) -> str:
    """Passed in time, passed late (it counts half), failed, or still open."""
    if not is_done(task, at):
        return _open(task, at)
    if task.outcome == "failed":
        return "failed"
    return "passed" if in_time(task, at) else "passed_late"
