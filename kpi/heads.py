"""The one count of people: who is in place on which days, by employment, assignments and shares.

A full-time person is 1, a part-time person the typed fraction, from the first day to the last. On a
day the time goes to what the person holds on that day, by its shares; roles that stand beside each
other on a shop are each a head of it. Who holds nothing (leaders, finance) belongs to no shop:
the whole has them, and a department. An average counts days of the calendar.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise

from kpi.book import Book
from kpi.model import Scope, ScopeKind, Window
from kpi.organisation import Part, below, clip, employed, ownership
from kpi.trade import Assignment, Person, Shop

HEADCOUNT = "headcount"  # the measure that KPIs per head divide by
STREAM = "book.people"  # its source; a figure of Inputs goes before it
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
    """Whose time on what counts."""

    shops: frozenset[str]
    category: str | None = None  # of the shops, this category alone
    people: frozenset[str] | None = None  # the time of these alone; None: of everybody
    idle: bool = False  # who holds nothing counts too
    own: bool = False  # people of partners do not count

    def holds(self, part: Part) -> bool:
        """Whether the time on a part is time on this place."""
        return part.shop in self.shops and self.category in {None, part.category}

    def counts(self, person: Person) -> bool:
        """Whether a person's time is counted at all."""
        mine = self.people is None or person.code in self.people
        return mine and not (self.own and person.partner)


def crew_of(book: Book) -> Crew:
    """Who holds what in a book."""
    return Crew(book.shops, book.people, book.assignments)


# --- averages -------------------------------------------------------------------------------------


NARROW = frozenset({ScopeKind.SKU, ScopeKind.CAMPAIGN})  # whose people hold more than that


@dataclass(frozen=True, slots=True)
class Headcount:
    """The average headcount of a book's scopes: own people, full-time ones as 1."""

    book: Book

    def __call__(self, scope: Scope, parts: Sequence[Part], days: Window) -> Fraction | None:
        """Of some days; None where the book names nobody, and of a product or campaign."""
        if not self.book.people or not days.days or scope.kind in NARROW:
            return None
        return average(people_in_place(crew_of(self.book), self._place(scope, parts), days), days)

    def _place(self, scope: Scope, parts: Sequence[Part]) -> Place:
        """The shops of a scope; a person is the person's own time with that of all below."""
        shops = frozenset(part.shop for part in parts)
        if scope.kind is ScopeKind.COMPANY:
            return Place(shops, idle=True, own=True)
        if scope.kind is ScopeKind.CATEGORY:
            return Place(shops, category=scope.code, own=True)
        if scope.kind is ScopeKind.PERSON:
            team = below(self.book, (scope.code,)) | {scope.code}
            return Place(shops, people=team, idle=scope.region is None, own=True)
        return Place(shops, own=True)


def average(heads: Heads, days: Window) -> Fraction:
    """The mean of some days; a day without anybody counts as 0."""
    return sum((n * clip(when, days).days for when, n in heads), Fraction()) / days.days


def heads_by_shop(book: Book, days: Window) -> Mapping[str, Fraction]:
    """The average of each shop that has anybody: own people, by their time on it."""
    places = {shop.code: Place(frozenset({shop.code}), own=True) for shop in book.shops}
    found = {
        code: average(people_in_place(crew_of(book), place, days), days)
        for code, place in places.items()
    }
    return {code: heads for code, heads in found.items() if heads}


def shared_heads(book: Book, days: Window) -> Fraction:
    """Own people less those on shops: leaders, finance, compliance. No market has them."""
    everybody = Place(frozenset(shop.code for shop in book.shops), idle=True, own=True)
    whole = average(people_in_place(crew_of(book), everybody, days), days)
    return whole - sum(heads_by_shop(book, days).values(), Fraction())


# --- days -----------------------------------------------------------------------------------------


@lru_cache(maxsize=4096)
def people_in_place(crew: Crew, place: Place, within: Window) -> Heads:
    """How many people a place has, stretch by stretch; days without anybody are left out.

    An employment that begins or ends in the window cuts a stretch.
    """
    changes: dict[date, Fraction] = {}
    for person, parts in _holdings(crew).items():
        for days, time in _times(person, parts, place, clip(employed(person), within)):
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
    """Which part of a full-time person goes to a place, on which days."""
    if not place.counts(person):
        return
    mine = [(days, part) for part in parts if (days := clip(part.days, within)).days]
    cuts = {day for days, _ in mine for day in (days.start, days.end)}
    for start, end in pairwise(sorted(cuts | {within.start, within.end})):
        held = [part for days, part in mine if days.start <= start and end <= days.end]
        time = _time(held, place) * Fraction(str(person.fte))
        if time:
            yield Window(start, end), time


def _time(held: Iterable[Part], place: Place) -> Fraction:
    """The part of one stretch; who holds nothing is idle."""
    shares = [(part, Fraction(str(part.share))) for part in held]
    whole = sum((share for _, share in shares), Fraction())
    if not whole:
        return Fraction(place.idle)
    return sum((share for part, share in shares if place.holds(part)), Fraction()) / whole
