"""Tasks that follow from what people decided, accepted and disputed, as rows of Tasks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from kpi.agency_rows import counted, value_of
from kpi.follow_ups import ANSWER_DAYS, FollowUp, from_decisions, from_disputes, from_feedback, text
from sheet_templates.layout import TABLES, Owner
from sheet_templates.words import decode, show
from sync_service.house import House
from sync_service.partner_answers import shares
from sync_service.refresh import Order, Seen
from sync_service.workbooks.port import TablePatch, Written
from sync_service.workbooks.xlsx import XlsxPort


def follow_ups(house: House, order: Order, seen: Seen) -> Iterator[FollowUp]:
    """What people decided, accepted and disputed and no task stands for yet."""
    tables, tasks, today = seen.contents.tables, seen.done.typed.tasks, seen.done.today
    yield from from_decisions(tables.get("tblReview"), tasks, today)
    yield from from_feedback(tables.get("tblFeedback"), tasks, today, decode)
    managers = {person.code: person.manager for person in seen.done.typed.people}
    for person, file in shares(house, order.book):
        if Path(file).is_file():
            theirs = XlsxPort(Path(file)).read().tables.get("tblDispute")
            agreed = counted(seen.done.book.terms, person, seen.done.month)
            days = int(value_of(agreed, "answer_days") or ANSWER_DAYS)
            yield from from_disputes(theirs, tasks, managers.get(person), today, days)


def task_patches(seen: Seen, found: Sequence[FollowUp]) -> Iterator[TablePatch]:
    """The tasks as rows of Tasks, and their numbers beside the decisions they come from."""
    language = seen.done.given.language
    if not found:
        return
    tasks = tuple(_task(one, language) for one in found)
    yield TablePatch("tblTask", ("no",), tasks, prune=False, owners=(Owner.MANAGER,))
    decided = {one.about: one.number for one in found if one.number.startswith("A-")}
    table = seen.contents.tables.get("tblReview")
    rows: list[dict[str, Written]] = [
        {"no": row.value("no"), "task_no": decided[number]}
        for row in (table.rows if table else ())
        if (number := text(row, "no")) in decided
    ]
    if rows:
        key = TABLES["tblReview"].key
        yield TablePatch("tblReview", key, rows, prune=False, owners=(Owner.MANAGER,))


def _task(one: FollowUp, language: str) -> dict[str, Written]:
    return {
        "no": one.number,
        "type": show("task_type", one.type, "en" if language == "en" else "zh"),
        "what": one.what,
        "about": one.about,
        "owner": one.owner,
        "due": one.due,
        "quantity": one.quantity,
        "done": 0.0,
    }
