"""What an agency's month brought: live, or as it was signed when the month was closed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from kpi.agency import Delivery, delivery, due_in
from kpi.closing import month_state
from kpi.model import Region, Window
from kpi.numbers import R
from kpi.payout import in_units
from kpi.person_cards import PersonCard
from kpi.person_targets import Goals
from kpi.typed_rows import TaskRow
from sync_service.compute import Computed

METRIC = "contribution_profit"
CENTS = 2


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of a partner's month that a statement stands on."""

    state: str  # pilot, open, provisional, final; frozen: as it was signed
    total: float | None  # points of the card
    profit: Decimal | None  # cents of the report currency
    currency: str  # of report
    version: int | None  # of the contract of KPIs
    day: date  # on which deliverables were looked at
    tasks: tuple[TaskRow, ...]  # deliverables that fell due in the month
    file: str = ""  # the closed file they were read from
    due: Decimal | None = Decimal(1)  # part of the month's baseline that is due by the data

    def count(self, state: Delivery) -> int:
        """How many deliverables are in a state."""
        return Counter(delivery(task, self.day) for task in self.tasks)[state]


def figures_of(done: Computed, card: PersonCard) -> Figures:
    """The live figures of a partner's card."""
    settings, person = done.book.settings, card.person.code
    state = month_state(done.month, settings, done.today)
    return Figures(
        state=state,
        total=card.total,
        profit=_profit(done, person, final=state == "final"),
        currency=settings.currency,
        version=done.version,
        day=done.today,
        tasks=due_in(done.typed.tasks, person, done.month.window),
        due=_due(done, person),
    )


def _due(done: Computed, person: str) -> Decimal | None:
    """The part of a month that its data cover, paced as the targets are; of two regions the later.

    An open month is held against what is due by now, as its scores are.
    """
    keys = [(region, person) for region in Region if (region, person) in done.scopes]
    found = [(done.scopes[key].parts, done.value(METRIC, key)) for key in keys]
    ends = [actual.covered.end for _, actual in found if actual is not None]
    if not ends or len(ends) < len(found):
        return None
    window = done.month.window
    days = Window(window.start, min(max(ends), window.end))
    parts = [part for parts, _ in found for part in parts]
    share = R(Goals(done.book, done.month).share(done.metric(METRIC), parts, days))
    return None if share is None else Decimal(repr(share))


def _profit(done: Computed, person: str, *, final: bool) -> Decimal | None:
    """The profit of the partner's shops on the partner's days; unknown with one side.

    A final month that lacks days is unknown: no reward is paid on a part of a month.
    """
    keys = [(region, person) for region in Region if (region, person) in done.scopes]
    total = Decimal(0)
    for key in keys:
        actual = done.value(METRIC, key)
        if actual is None or actual.value is None:
            return None
        if final and actual.covered.end < done.month.window.end:
            return None
        total += in_units(Decimal(repr(actual.value)), CENTS)
    return total if keys else None


# --- in the file that closed a month --------------------------------------------------------------


def signed_figures(months: Sequence[Computed]) -> dict[str, dict[str, object]]:
    """What the seal of a closed file says of every partner, by month｜person."""
    return {
        key(done.month.code, card.person.code): said_of(figures_of(done, card))
        for done in months
        for card in done.people
        if card.person.partner
    }


def key(month: str, person: str) -> str:
    """Where the figures of a partner's month stand in a seal."""
    return f"{month}｜{person}"


def said_of(found: Figures) -> dict[str, object]:
    """Figures as plain data: what `as_signed` reads back."""
    return {
        "pilot": found.state == "pilot",
        "total": found.total,
        "profit": None if found.profit is None else str(found.profit),
        "currency": found.currency,
        "version": found.version,
        "day": str(found.day),
        "tasks": [
            [
                *(task.number, task.what, task.owner, _text(task.due)),
                *(_text(task.delivered), task.outcome),
            ]
            for task in found.tasks
        ],
    }


def as_signed(said: Mapping[str, Any], file: str) -> Figures:
    """The figures that a seal holds."""
    profit = said["profit"]
    return Figures(
        state="pilot" if said["pilot"] else "frozen",
        total=said["total"],
        profit=None if profit is None else Decimal(profit),
        currency=said["currency"],
        version=said["version"],
        day=date.fromisoformat(said["day"]),
        tasks=tuple(_task(*one) for one in said["tasks"]),
        file=file,
    )


def _task(
    number: str, what: str, owner: str, due: str, delivered: str | None, outcome: str | None
) -> TaskRow:
    day = None if delivered is None else date.fromisoformat(delivered)
    due_day = date.fromisoformat(due)
    about = (number, "deliverable", None, None, what, owner, due_day, None, "")
    return TaskRow(*about, delivered=day, outcome=outcome)


def _text(day: date | None) -> str | None:
    return None if day is None else str(day)
