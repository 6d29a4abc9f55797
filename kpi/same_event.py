"""The same day of the same sales event a year before: what an event day may be compared with.

Black Friday beside an ordinary week looks like a surge of everything. The day is found by its
event and its place in it: the second day of Prime Day beside last year's second day. A season of
weeks (Christmas shopping) is no event: its days are compared with the weeks before them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date

from kpi.model import Region, Texts, Window
from kpi.quiet_days import events_named
from kpi.retail import Rule, rules
from kpi.typed_events import typed_events


@dataclass(frozen=True, slots=True)
class Twin:
    """The event of a day, and its day of last year."""

    names: Texts
    day: date | None  # None: nobody said when it was, or it was shorter then


@dataclass(frozen=True, slots=True)
class Events:
    """The events that a scope takes part in."""

    region: Region | None  # None: both
    platforms: frozenset[str]
    own: str  # the book's own events, as typed
    countries: Collection[str] = ()  # of its markets; none: those of all

    def twin(self, days: Window) -> Twin | None:
        """That of the first event day of a period; None where none of its days is one."""
        found = (self._typed(day) or self._shipped(day) for day in days.each())
        return next((one for one in found if one is not None), None)

    def _typed(self, day: date) -> Twin | None:
        """An own event: its namesake of last year, typed too or of the table."""
        mine = (one for one in typed_events(self.own) if one.region in {None, self.region})
        every = [one for one in mine if self._sells_in(one.markets)]
        found = next((one for one in reversed(every) if one.holds(day)), None)
        if found is None:
            return None
        name, year = found.names["en"], found.days.start.year - 1
        own = [
            one.days
            for one in every
            if one.names["en"].casefold() == name.casefold() and one.days.start.year == year
        ]
        return Twin(found.names, _same(found.days, day, own or _of(events_named(name), year)))

    def _shipped(self, day: date) -> Twin | None:
        """An event of the table; of several the one that moves most."""
        held = [
            (rule, days)
            for rule in rules()
            if self._takes_part(rule)
            for days in rule.windows(day.year)
            if _holds(days, day)
        ]
        if not held:
            return None
        rule, days = max(held, key=lambda one: (one[0].factor, one[0].code))
        return Twin(rule.names, _same(days, day, list(rule.windows(day.year - 1))))

    def _takes_part(self, rule: Rule) -> bool:
        here = rule.region is None or self.region in {None, rule.region}
        on = not rule.platforms or not self.platforms.isdisjoint(rule.platforms)
        sells = here and on and self._sells_in(rule.markets)
        return sells and not rule.stop and not rule.season

    def _sells_in(self, markets: Collection[str]) -> bool:
        return not markets or not self.countries or not set(markets).isdisjoint(self.countries)


def _holds(days: Window, day: date) -> bool:
    return days.start <= day < days.end


def _of(named: Collection[Rule], year: int) -> list[Window]:
    """The days of several events in a row as one: Black Friday to Cyber Monday."""
    found: Iterator[Window] = (days for rule in named for days in rule.windows(year))
    every = sorted(found)
    return [Window(every[0].start, max(days.end for days in every))] if every else []


def _same(now: Window, day: date, before: list[Window]) -> date | None:
    """The day of last year's event that has the place of `day` in this year's."""
    if not before:
        return None
    then = before[0].start + (day - now.start)
    return then if then < before[0].end else None
