"""Who was there when: entry and leave take days off a target, newcomers grow in steps.

A step is a part of the additive targets of one month since the start, the first month is 1; after
the last step it stays. Ratio targets stay: a ratio that grows in stages is typed month by month
in the person's own line of Targets, and such a line takes no step either.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import overload

from kpi.bonus import prorated, ramp
from kpi.book import Book
from kpi.errors import Place, Problem
from kpi.messages import problem
from kpi.model import Period, Window
from kpi.numbers import R, normalise
from kpi.organisation import clip, employed, ownership
from kpi.person_targets import Goal, within
from kpi.trade import Person
from kpi.working_days import Team, counted_days

MONTHS = 12


@dataclass(frozen=True, slots=True)
class Presence:
    """A person's part of a month."""

    days: Window  # of the month, on which the person was there
    month: Window
    number: int  # of the month since the start, the first is 1; 0 without a step
    step: float  # part of the additive targets; 1 is all
    team: Team | None = None  # whose working days count; None: calendar days

    @property
    def share(self) -> float:
        """The part of the month's days that the person was there."""
        there, whole = (counted_days(days, self.team) for days in (self.days, self.month))
        return prorated(1.0, there, whole) or 0.0


def presence(person: Person, month: Period, team: Team | None = None) -> Presence:
    """How much of a month a person is there, and which step of their own it is."""
    inside = clip(employed(person), month.window)
    number = _number(person.start, month.window.start) if person.start and person.ramp else 0
    if number < 1:
        return Presence(inside, month.window, 0, 1.0, team)
    return Presence(inside, month.window, number, ramp(number, person.ramp), team)


def _number(start: date, first: date) -> int:
    return (first.year - start.year) * MONTHS + first.month - start.month + 1


@overload
def fitted(goal: Goal, here: Presence, person: Person, until: date) -> Goal: ...


@overload
def fitted(goal: Goal | None, here: Presence, person: Person, until: date) -> Goal | None: ...


def fitted(goal: Goal | None, here: Presence, person: Person, until: date) -> Goal | None:
    """A person's additive goal: the step first, then the days; `until` is the covered day.

    What is summed over shops knows its days already; what is typed for the person or the role
    does not. What is typed for this very person is the person's own plan and takes no step. The
    part of the month, by which limits in the KPI's unit are cut, takes both.
    """
    if goal is None:
        return None
    typed = goal.basis in (person.code, person.role, "")
    stepped = goal if goal.basis == person.code else _times(goal, here.step)
    return within(stepped, here.days, here.month, until, here.team) if typed else stepped


def _times(goal: Goal, part: float) -> Goal:
    if part == 1 or goal.typed_in_full:
        return goal
    value = R(goal.own + (goal.value - goal.own) * part) or 0.0
    left = value / goal.value if goal.own else part
    return replace(goal, value=value, part=normalise(goal.part * left))


# --- who left -------------------------------------------------------------------------------------


def left_behind(book: Book, month: Period) -> Iterator[Problem]:
    """Shops that on some day of the month belong to somebody who was not there."""
    people = {person.code: person for person in book.people}
    for shop in book.shops:
        for owner, part in ownership(shop, book.assignments, book.people):
            days = clip(part.days, month.window)
            if owner in people and clip(days, employed(people[owner])).days < days.days:
                place = Place(table="tblShop", text=shop.code)
                yield problem("owner_absent", place, shop=shop.code, person=owner, month=month.code)
