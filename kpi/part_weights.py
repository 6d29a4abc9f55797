"""What a line of targets is given to its parts by: equal parts, last year, capacity, assignments.

Who is employed for a part of a month weighs as if for all of it: the days are taken off when the
month is scored, and must not be taken off twice. A hand-over of shops does weigh by its days.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from enum import StrEnum
from fractions import Fraction

from kpi.apportion import exact
from kpi.book import Book
from kpi.calendar import month_period
from kpi.capacity import place_capacity, place_of
from kpi.errors import UnansweredError
from kpi.heads import Place
from kpi.model import Window
from kpi.organisation import Part, clip, employed, open_days, person_parts
from kpi.target_scopes import TargetKind, market_parts, person_of, shops_of
from kpi.targets import MONTHS
from kpi.trade import Person
from kpi.typed_rows import TargetRow

Weights = Mapping[str, Sequence[Fraction]]
"""The weight of each part in the twelve months."""


class Way(StrEnum):
    """What parts are given a line by."""

    EVEN = "even"
    HISTORY = "history_share"
    CAPACITY = "capacity"
    ASSIGNMENT = "assignment"  # the days and shares of Assignments, of people alone


def even_weights(book: Book, parent: TargetRow, codes: Sequence[str]) -> Weights:
    """1 for each month in which a shop is open, or a person employed or on the market, else 0."""
    days = {shop.code: [open_days(shop)] for shop in book.shops}
    days |= {person.code: [employed(person)] for person in book.people}
    held = {code: days.get(code) or _windows(market_parts(book, code)) for code in codes}
    return {
        code: [Fraction(any(clip(one, month).days for one in held[code])) for month in months]
        for code in codes
        for months in (_months(parent.year),)
    }


def _windows(parts: Iterable[Part]) -> list[Window]:
    return [part.days for part in parts]


def _months(year: int) -> tuple[Window, ...]:
    return tuple(month_period(year, n + 1).window for n in range(MONTHS))


def capacity_weights(
    book: Book, parent: TargetRow, kind: TargetKind, codes: Sequence[str]
) -> Weights:
    """The person-days of each part by month: those on a shop, or a person's on the line's place."""
    if kind is TargetKind.SHOP:
        shops = {code: Place(frozenset({code})) for code in codes}
        return {code: place_capacity(book, place, parent.year) for code, place in shops.items()}
    around, whole = place_of(book, parent), in_whole_months(book)
    places = {code: replace(around, people=frozenset({person_of(code)})) for code in codes}
    return {code: place_capacity(whole, place, parent.year) for code, place in places.items()}


def assignment_weights(book: Book, parent: TargetRow, codes: Sequence[str]) -> Weights:
    """The days by shares that each person holds of the line's shops, by month."""
    shops, whole = {shop.code for shop in shops_of(book, parent)}, in_whole_months(book)
    found = {}
    for code in codes:
        mine = [p for p in person_parts(whole, person_of(code)) if p.shop in shops]
        found[code] = [_held(mine, month) for month in _months(parent.year)]
    return found


def _held(parts: Iterable[Part], month: Window) -> Fraction:
    return sum((clip(p.days, month).days * Fraction(str(p.share)) for p in parts), Fraction())


def in_whole_months(book: Book) -> Book:
    """The book as if everybody came on the first day of a month and left on the last one."""
    return replace(book, people=tuple(_in_whole_months(person) for person in book.people))


def _in_whole_months(person: Person) -> Person:
    start = person.start.replace(day=1) if person.start else None
    return replace(person, start=start, end=_last_day(person.end) if person.end else None)


def _last_day(day: date) -> date:
    end = month_period(day.year, day.month).window.end
    return date.fromordinal(end.toordinal() - 1)


def history_weights(past: Mapping[str, Sequence[float | None]]) -> Weights:
    """What each part reached in the months of the year before.

    Raises:
        UnansweredError: A month of a part is unknown or a loss.
    """
    found = {}
    for code, months in past.items():
        known = [exact(value) for value in months if value is not None and value >= 0]
        if len(known) < MONTHS:
            raise UnansweredError(
                f"Last year's months of {code} are not all known, or one is a loss.",
                f"{code} 去年各月数据不全或有亏损月。",
            )
        found[code] = known
    return found
