"""Tasks that follow from what people decided, accepted or disputed; proposals, nothing is added.

Each has a number made from the row that it comes from, so the same task never stands twice.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from kpi.tables import Row, Table
from kpi.typed_rows import TaskRow

ACTION_DAYS = 28  # an action without a day is looked at after four weeks, as the review is
ANSWER_DAYS = 5  # a dispute is answered within a working week
Decode = Callable[[str, str], str | None]


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A task that should be in the book and is not."""

    number: str
    type: str  # action or dispute
    what: str
    about: str  # the row or item it comes from
    owner: str | None
    due: date
    quantity: float | None = None  # of a dispute: the claimed value


def from_decisions(table: Table | None, tasks: Sequence[TaskRow], today: date) -> list[FollowUp]:
    """An action for each decision of the review record that names no task yet."""
    return [
        FollowUp(
            f"A-{number}",
            "action",
            text(row, "decision"),
            number,
            text(row, "owner") or None,
            day(row, "due") or (day(row, "date") or today) + timedelta(days=ACTION_DAYS),
        )
        for row in (table.rows if table else ())
        if (number := text(row, "no")) and text(row, "decision") and not text(row, "task_no")
        if f"A-{number}" not in _numbers(tasks)
    ]


def from_feedback(
    table: Table | None, tasks: Sequence[TaskRow], today: date, decode: Decode
) -> list[FollowUp]:
    """A change request for each feedback that was accepted."""
    return [
        FollowUp(
            f"C-{number}",
            "action",
            text(row, "wish") or text(row, "what"),
            number,
            text(row, "owner") or None,
            today + timedelta(days=ACTION_DAYS),
        )
        for row in (table.rows if table else ())
        if (number := text(row, "no")) and decode("feedback", text(row, "decision")) == "accepted"
        if request_of(number, tasks) is None
    ]


def from_disputes(
    table: Table | None,
    tasks: Sequence[TaskRow],
    reviewer: str | None,
    today: date,
    days: int = ANSWER_DAYS,
) -> list[FollowUp]:
    """A dispute for each line of a person's book that no task answers; the line manager's.

    It is due so many days after it was raised: those of the contract of an agency.
    """
    answered = {task.about for task in tasks if task.type == "dispute"}
    found = []
    for row in table.rows if table else ():
        item, reason = text(row, "item"), text(row, "reason")
        if item and reason and item not in answered:
            claimed = row.value("claimed")
            value = claimed if isinstance(claimed, float) else None
            due = (day(row, "raised") or today) + timedelta(days=days)
            found.append(FollowUp(f"D-{item}", "dispute", reason, item, reviewer, due, value))
    return found


def request_of(number: str, tasks: Sequence[TaskRow]) -> TaskRow | None:
    """The task that came of a feedback: it is about its number, or has the number made of it."""
    return next((t for t in tasks if number == t.about or t.number == f"C-{number}"), None)


def named_in(number: str, reason: str) -> bool:
    """Whether a text names a number as a word of its own: `F-3` is not in `F-31`."""
    return number in re.split(r"[\s,;:.()，、；：。（）]+", reason)


def _numbers(tasks: Sequence[TaskRow]) -> frozenset[str]:
    return frozenset(task.number for task in tasks)


def text(row: Row, code: str) -> str:
    """A cell as text without blanks around it; nothing for a number or an error."""
    value = row.value(code)
    return value.strip() if isinstance(value, str) else ""


def day(row: Row, code: str) -> date | None:
    """A cell as a day."""
    value = row.value(code)
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else None
