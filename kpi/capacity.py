"""Capacity: the person-days that a target's scope has, the weights of a split by capacity.

A working day of the team weighs as many people as are in place that day (`kpi.heads`); people of
partners count too, for a target asks for the work, whoever is paid for it. A line that asks each
person alone (a person's or a role's) weighs its working days: who enters or leaves is prorated when
it is scored.
"""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from functools import lru_cache

from kpi.book import Book
from kpi.calendar import month_period
from kpi.heads import Crew, Place, crew_of, people_in_place
from kpi.model import Window
from kpi.organisation import clip
from kpi.season import Flow, day_weights
from kpi.target_scopes import TargetKind, kind_of, person_of, shops_of
from kpi.typed_rows import Settings, TargetRow
from kpi.working_days import team_country, work_factors

MONTHS = range(1, 13)
ALONE = frozenset({TargetKind.PERSON, TargetKind.ROLE})  # what is asked of each person


def month_capacity(book: Book, row: TargetRow) -> tuple[Fraction, ...] | None:
    """The person-days of each month of a line's year; None where it has none in the whole year."""
    if kind_of(book, row) in ALONE:
        found = _working_days(row.year, *_team(book.settings))
    else:
        found = place_capacity(book, place_of(book, row), row.year)
    return found if any(found) else None


def day_capacity(book: Book, row: TargetRow, window: Window) -> tuple[Fraction, ...]:
    """The people of each working day of a month; 1 for every day of a month that has nobody."""
    works = day_weights(Flow.WORK, (), window, book.settings)
    if kind_of(book, row) in ALONE:
        return works
    heads = people_in_place(crew_of(book), place_of(book, row), _days_of(row.year))
    days = tuple(
        work * sum((n for when, n in heads if when.start <= day < when.end), Fraction())
        for day, work in zip(window.each(), works, strict=True)
    )
    return days if any(days) else (Fraction(1),) * window.days


def place_of(book: Book, row: TargetRow) -> Place:
    """The place of a line: a department or role is its people, a category those who hold it."""
    kind, shops = kind_of(book, row), frozenset(shop.code for shop in shops_of(book, row))
    if kind in {TargetKind.DEPARTMENT, TargetKind.ROLE}:
        mine = frozenset(shop.code for shop in book.shops if shop.region is row.region)
        team = frozenset(p.code for p in book.people if row.scope in {p.department, p.role})
        return Place(mine, people=team, idle=True)
    if kind is TargetKind.MARKET_PERSON:
        return Place(shops, people=frozenset({person_of(row.scope)}))
    return Place(shops, category=row.scope if kind is TargetKind.CATEGORY else None)


def place_capacity(book: Book, place: Place, year: int) -> tuple[Fraction, ...]:
    """The person-days of each month of a year on a place."""
    return _capacity(crew_of(book), place, year, *_team(book.settings))


@lru_cache(maxsize=256)
def _working_days(year: int, country: str, own: str) -> tuple[Fraction, ...]:
    return tuple(Fraction(_worked(month_period(year, n).window, country, own)) for n in MONTHS)


@lru_cache(maxsize=1024)
def _capacity(crew: Crew, place: Place, year: int, country: str, own: str) -> tuple[Fraction, ...]:
    """Remembered: every day and person of a refresh asks for the same line."""
    heads = people_in_place(crew, place, _days_of(year))
    months = (month_period(year, number).window for number in MONTHS)
    return tuple(
        sum((n * _worked(clip(when, month), country, own) for when, n in heads), Fraction())
        for month in months
    )


def _days_of(year: int) -> Window:
    return Window(date(year, 1, 1), date(year + 1, 1, 1))


def _team(settings: Settings) -> tuple[str, str]:
    """Whose working days count: the country, and the rows that the book adds."""
    return team_country(settings), settings.events


def _worked(days: Window, country: str, own: str) -> int:
    return int(sum(work_factors(days, country, own)))
