"""How far each newcomer is: gates passed, late or missed, the next one, under which mentor.

A gate passed on its day counts 1, later the late factor of one half, otherwise nothing; the rate
is over the gates whose day is over, or that were passed before it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from kpi.book import Book
from kpi.compliance import Moment, gate_value, is_done
from kpi.newcomer_plans import plan_of
from kpi.standing import standing
from kpi.trade import Person
from kpi.typed_rows import TaskRow

SHOWN_DAYS = 90  # a plan that is over is shown this long after its last day
ZERO = Decimal()


@dataclass(frozen=True, slots=True)
class Progress:
    """One newcomer's plan as it stands on a day."""

    person: str
    mentor: str  # empty: nobody is named
    plan: str  # code
    start: date | None
    day: int | None  # of the plan: the first day is 1
    gates: tuple[TaskRow, ...]  # by due day
    passed: int  # in time
    passed_late: int
    missed: int  # the day is over and it is not passed, or it was failed
    rate: float | None  # fraction; None before the first gate is due
    next: TaskRow | None  # the first that is not passed

    @property
    def finished(self) -> bool:
        """Whether every gate is passed."""
        return bool(self.gates) and self.next is None


def newcomers(book: Book, today: date) -> tuple[Progress, ...]:
    """Everybody with gates that are open or were lately, and who began and has none; by mentor."""
    found = [one for person in _candidates(book) if (one := _progress(book, person, today))]
    return tuple(sorted(found, key=lambda one: (one.mentor, one.person)))


def _candidates(book: Book) -> list[Person]:
    """People of the book; an owner of gates that People lacks is a newcomer too."""
    known = {person.code for person in book.people}
    owners = dict.fromkeys(t.owner for t in book.tasks if t.type == "gate" and t.owner)
    strangers = (
        Person(owner, "", "", "", None, None, None, None, None, scored=False)
        for owner in owners
        if owner not in known
    )
    return [*book.people, *strangers]


def _progress(book: Book, person: Person, today: date) -> Progress | None:
    gates = _gates(book, person.code)
    plan, start = plan_of(person.plan), person.start
    if person.end is not None and person.end < today:
        return None
    if not gates and (start is None or not start <= today < start + timedelta(plan.last_day)):
        return None
    if gates and _is_over(gates, today):
        return None
    at = Moment(today, today)
    states = [standing(gate, at) for gate in gates]
    waiting = [g for g, s in zip(gates, states, strict=True) if s in ("due", "late", "failed")]
    return Progress(
        person=person.code,
        mentor=person.mentor or next((gate.reviewer for gate in gates if gate.reviewer), ""),
        plan=plan.code,
        start=start,
        day=(today - start).days + 1 if start is not None and start <= today else None,
        gates=gates,
        passed=states.count("passed"),
        passed_late=states.count("passed_late"),
        missed=states.count("late") + states.count("failed"),
        rate=_rate(gates, at),
        next=waiting[0] if waiting else None,
    )


def _gates(book: Book, person: str) -> tuple[TaskRow, ...]:
    mine = (task for task in book.tasks if task.type == "gate" and task.owner == person)
    return tuple(sorted(mine, key=lambda task: (task.due or date.max, task.number)))


def _is_over(gates: Sequence[TaskRow], today: date) -> bool:
    """All done, or all late, for so long that nobody looks at them any more."""
    last = max((gate.due for gate in gates if gate.due), default=None)
    return last is not None and last + timedelta(days=SHOWN_DAYS) < today


def _rate(gates: Sequence[TaskRow], at: Moment) -> float | None:
    """What counts of the gates that are due by now."""
    due = [gate for gate in gates if gate.due and (gate.due < at.today or is_done(gate, at))]
    counted = sum((gate_value(gate, at) for gate in due), ZERO)
    return float(counted) / len(due) if due else None
