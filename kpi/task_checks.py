"""What is wrong with a task although each of its cells can be read."""

from __future__ import annotations

from collections.abc import Iterator

from kpi.book import Book
from kpi.compliance import EPR, is_part_paid
from kpi.errors import Place, Problem
from kpi.fees import FEES
from kpi.messages import problem
from kpi.number_check import check_number, is_wrong
from kpi.typed_rows import TaskRow

TIMED = frozenset({"compliance", "deliverable", "gate"})  # their rates ask for the day
WHY = {
    "length": ("位数不对", "the number of digits"),
    "format": ("写法不对", "the form"),
    "checksum": ("校验位不符", "the check digit"),
    "country": ("不是该国号码", "it is another country's"),
}
JUDGED = frozenset({"ftc", "claims"})


def check_tasks(book: Book) -> Iterator[Problem]:
    """Wrong numbers, and what a done task lacks before it can count."""
    for task in book.tasks:
        yield from _number(task)
        yield from _lacking(task, staffed=book.staffed)
        yield from _money(task)
        if (task.done or 0.0) >= 1:
            yield from _closed(task)


def _number(task: TaskRow) -> Iterator[Problem]:
    found = check_number(task.regime, task.country, task.registration)
    if is_wrong(found):
        why, why_en = WHY[found]
        place = _place(task.registration_at)
        yield problem("number_wrong", place, number=task.registration, why=why, why_en=why_en)


def _lacking(task: TaskRow, *, staffed: bool) -> Iterator[Problem]:
    """A compliance task has a country, a due day, and an owner once People holds somebody."""
    if task.type != "compliance":
        return
    lacks = [
        names
        for value, names in (
            (task.country, ("国家", "a country")),
            (task.owner or not staffed, ("负责人", "an owner")),
            (task.due or task.valid_to, ("到期日", "a due day")),
        )
        if not value
    ]
    if lacks:
        zh, en = "、".join(n for n, _ in lacks), " and ".join(n for _, n in lacks)
        yield problem(
            "task_incomplete", _place(task.address), number=task.number, lacks=zh, lacks_en=en
        )


def _money(task: TaskRow) -> Iterator[Problem]:
    """Amounts that cannot be added up, and payments that contradict them or the 100 %."""
    amount, paid, done = task.amount, task.paid, (task.done or 0.0) >= 1
    without = amount is None and bool(task.amount_at)
    needs = (
        ("fee_without_amount", without and task.regime in FEES and paid is None),
        ("paid_without_amount", amount is None and paid is not None),
        ("fee_without_currency", (amount is not None or paid is not None) and not task.currency),
        ("fee_below_zero", min(amount or 0, paid or 0) < 0),
        ("fee_overpaid", None not in (amount, paid) and (paid or 0) > (amount or 0)),
        ("done_part_paid", done and is_part_paid(task)),
        ("paid_not_done", not done and bool(amount) and amount == paid),
    )
    for code, wrong in needs:
        if wrong:
            yield problem(code, _place(task.amount_at or task.address), number=task.number)


def _closed(task: TaskRow) -> Iterator[Problem]:
    """What a done task needs for its rate."""
    needs = (
        ("done_without_day", task.type in TIMED and task.delivered is None),
        ("done_without_number", task.regime in EPR | {"ce"} and not task.registration),
        ("done_without_outcome", _is_judged(task) and task.outcome is None),
        ("finding_without_day", task.regime == "finding" and task.opened is None),
    )
    for code, lacking in needs:
        if lacking:
            yield problem(code, _place(task.address), number=task.number)


def _is_judged(task: TaskRow) -> bool:
    return task.type == "deliverable" or task.regime in JUDGED


def _place(address: str) -> Place:
    sheet, _, cell = address.rpartition("!")
    return Place(sheet=sheet, cell=cell, table="tblTask")
