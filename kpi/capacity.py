"""Capacity: the person-days that a target's scope has, the weights of a split by capacity.

A working day of the team weighs as many people as are in place that day. A person's time goes to
what the person holds on that day, by its shares, as in `kpi.heads`; people of partners count too,
for a target asks for the work, whoever is paid for it. A line that asks each person alone (a
person's or a role's) weighs its working days: who enters or leaves is prorated when it is scored.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise

from kpi.book import Book
from kpi.calendar import month_period
from kpi.model import Assignment, Person, Shop, TargetRow, Window
from kpi.organisation import Part, clip, employed, ownership
from kpi.season import Flow, day_weights, team_country, work_factors
from kpi.target_scopes import TargetKind, kind_of, shops_of

MONTHS = range(1, 13)
ALONE = frozenset({TargetKind.PERSON, TargetKind.ROLE})  # what is asked of each person
Heads = tuple[tuple[Window, Fraction], ...]
"""How many people are in place on which days; on other days nobody is."""


@dataclass(frozen=True, slots=True, eq=False)
class Crew:
    """Who holds what in a book. The same tables are the same crew, so that it is remembered."""

    shops: tuple[Shop, ...]
    people: tuple[Person, ...]
    lines: tuple[Assignment, ...]

    def __eq__(self, other: object) -> bool:
        """The very same tables; what is equal and another object is only worked out again."""
        return isinstance(other, Crew) and self._ids() == other._ids()

    def __hash__(self) -> int:
        """Of the tables, which the crew keeps alive."""
        return hash(self._ids())

    def _ids(self) -> tuple[int, int, int]:
        return id(self.shops), id(self.people), id(self.lines)


@dataclass(frozen=True, slots=True)
class Place:
    """Whose time counts: of these shops (or one category), or of a department's people."""

    shops: frozenset[str]
    category: str | None = None
    department: str | None = None
    person: str | None = None  # this person's time alone

    def holds(self, part: Part) -> bool:
        """Whether the time on a part is time on this place."""
        return part.shop in self.shops and self.category in {None, part.category}


def month_capacity(book: Book, row: TargetRow) -> tuple[Fraction, ...] | None:
    """The person-days of each month of a line's year; None where it has none in the whole year."""
    if kind_of(book, row) in ALONE:
        found = _working_days(row.year, book.settings.time_zone)
    else:
        found = place_capacity(book, place_of(book, row), row.year)
    return found if any(found) else None


def day_capacity(book: Book, row: TargetRow, window: Window) -> tuple[Fraction, ...]:
    """The people of each working day of a month; 1 for every day of a month that has nobody."""
    works = day_weights(Flow.WORK, (), window, book.settings)
    if kind_of(book, row) in ALONE:
        return works
    heads = people_in_place(_crew(book), place_of(book, row), row.year)
    days = tuple(
        work * sum((n for when, n in heads if when.start <= day < when.end), Fraction())
        for day, work in zip(window.each(), works, strict=True)
    )
    return days if any(days) else (Fraction(1),) * window.days


def place_of(book: Book, row: TargetRow) -> Place:
    """The place of a line: a department is its people, a category those who hold the category."""
    kind, shops = kind_of(book, row), frozenset(shop.code for shop in shops_of(book, row))
    if kind is TargetKind.DEPARTMENT:
        mine = frozenset(shop.code for shop in book.shops if shop.region is row.region)
        return Place(mine, department=row.scope)
    return Place(shops, category=row.scope if kind is TargetKind.CATEGORY else None)


def place_capacity(book: Book, place: Place, year: int) -> tuple[Fraction, ...]:
    """The person-days of each month of a year on a place."""
    return _capacity(_crew(book), place, year, book.settings.time_zone)


def _crew(book: Book) -> Crew:
    return Crew(book.shops, book.people, book.assignments)


@lru_cache(maxsize=256)
def _working_days(year: int, zone: str) -> tuple[Fraction, ...]:
    return tuple(Fraction(_worked(month_period(year, n).window, zone)) for n in MONTHS)


@lru_cache(maxsize=1024)
def _capacity(crew: Crew, place: Place, year: int, zone: str) -> tuple[Fraction, ...]:
    """Remembered: every day and person of a refresh asks for the same line."""
    heads = people_in_place(crew, place, year)
    months = (month_period(year, number).window for number in MONTHS)
    return tuple(
        sum((n * _worked(clip(when, month), zone) for when, n in heads), Fraction())
        for month in months
    )


def _worked(days: Window, zone: str) -> int:
    return int(sum(work_factors(days, team_country(zone))))


@lru_cache(maxsize=1024)
def people_in_place(crew: Crew, place: Place, year: int) -> Heads:
    """How many people a place has, stretch by stretch of a year; days without anybody are left out.

    A year is its days in the calendar; an employment that begins or ends in it cuts a stretch.
    """
    whole = Window(date(year, 1, 1), date(year + 1, 1, 1))
    changes: dict[date, Fraction] = {}
    for person, parts in _holdings(crew).items():
        for days, time in _times(person, parts, place, clip(employed(person), whole)):
            changes[days.start] = changes.get(days.start, Fraction()) + time
            changes[days.end] = changes.get(days.end, Fraction()) - time
    return tuple(_stretches(changes))


def _stretches(changes: Mapping[date, Fraction]) -> Iterator[tuple[Window, Fraction]]:
    heads = Fraction()
    for start, end in pairwise(sorted(changes)):
        heads += changes[start]
        if heads:
            yield Window(start, end), heads


@lru_cache(maxsize=16)
def _holdings(crew: Crew) -> Mapping[Person, tuple[Part, ...]]:
    """What each person of the book holds, on any days."""
    people = {person.code: person for person in crew.people}
    found: dict[Person, list[Part]] = {person: [] for person in crew.people}
    for shop in crew.shops:
        for owner, part in ownership(shop, crew.lines, crew.people):
            if owner in people:
                found[people[owner]].append(part)
    return {person: tuple(parts) for person, parts in found.items()}


def _times(
    person: Person, parts: Sequence[Part], place: Place, within: Window
) -> Iterator[tuple[Window, Fraction]]:
    """Which part of a person's time goes to a place, on which days."""
    if place.person not in {None, person.code} or place.department not in {None, person.department}:
        return
    mine = [(days, part) for part in parts if (days := clip(part.days, within)).days]
    cuts = {day for days, _ in mine for day in (days.start, days.end)}
    for start, end in pairwise(sorted(cuts | {within.start, within.end})):
        held = [part for days, part in mine if days.start <= start and end <= days.end]
        time = _time(held, place)
        if time:
            yield Window(start, end), time


def _time(held: Iterable[Part], place: Place) -> Fraction:
    """Of one stretch; who holds nothing works for the department, or for nobody's shop."""
    shares = [(part, Fraction(str(part.share))) for part in held]
    whole = sum((share for _, share in shares), Fraction())
    if not whole:
        return Fraction(place.department is not None)
    return sum((share for part, share in shares if place.holds(part)), Fraction()) / whole
