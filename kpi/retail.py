"""Retail events and logistics stops of any year: by rule, or dated where a platform announces them.

`retail_events.toml` is the table. A year that nobody announced has no Prime Day: its absence is
told by `unannounced`, and it is never guessed.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, lru_cache
from pathlib import Path

from kpi.calendar import RetailEvent
from kpi.model import Region, Texts, Window
from kpi.retail_days import anchor

_TABLE = Path(__file__).with_name("retail_events.toml")


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the table; a stop moves no orders but goods: factories or carriers rest."""

    code: str
    names: Texts
    region: Region | None  # None: both
    platforms: tuple[str, ...]  # empty: every platform
    factor: float  # orders of a day against an ordinary one; 1 for a stop
    stop: bool
    carriers: bool  # of a stop: parcels in the US and the EU rest; else goods in China
    on: str  # a day of `retail_days.anchor`; empty for dated events
    shift: int  # days after that day
    length: int  # days
    dates: tuple[Window, ...]
    season: bool = False  # weeks long: its days are like the days before them
    markets: tuple[str, ...] = ()  # countries (ISO 3166); empty: all of the region
    until: str = ""  # MM-DD, the last day; empty: `length` days
    expected: int | None = None  # the month in which a year without dates will have it
    source: str = ""  # where its days or their rule stand

    @property
    def dated(self) -> bool:
        """Whether somebody announces the days year by year."""
        return not self.on

    def windows(self, year: int) -> tuple[Window, ...]:
        """The days of the event in a year."""
        if self.dated:
            return tuple(days for days in self.dates if days.start.year == year)
        day = anchor(self.on, year)
        if day is None:
            return ()
        start = day + timedelta(days=self.shift)
        if self.until:
            return (_days(str(start), f"{year:04d}-{self.until}"),)
        return (Window(start, start + timedelta(days=self.length)),)

    def event(self, days: Window) -> RetailEvent:
        """The event of some days; a stop weighs nothing."""
        factor = 0.0 if self.stop else self.factor
        return RetailEvent(self.code, self.names, self.region, days, factor, self.markets)

    def on_platform(self, platform: str | None) -> bool:
        """Whether shops of a platform take part; None asks for any."""
        return platform is None or not self.platforms or platform in self.platforms


@cache
def rules() -> tuple[Rule, ...]:
    """The table, read once."""
    with _TABLE.open("rb") as file:
        return tuple(_rule(code, row) for code, row in tomllib.load(file).items())


def _rule(code: str, row: Mapping[str, object]) -> Rule:
    names, dates, region = row["names"], row.get("dates", []), row.get("region")
    return Rule(
        code=code,
        names={"zh": names["zh"], "en": names["en"]} if isinstance(names, dict) else {},
        region=Region(str(region)) if region else None,
        platforms=_texts(row.get("platforms")),
        factor=float(str(row.get("factor", 1.0))),
        stop=row.get("stop") is True,
        carriers=row.get("carriers") is True,
        on=str(row.get("on", "")),
        shift=int(str(row.get("shift", 0))),
        length=int(str(row.get("days", 1))),
        dates=tuple(_days(*pair) for pair in dates) if isinstance(dates, list) else (),
        season=row.get("season") is True,
        markets=_texts(row.get("markets")),
        until=str(row.get("until", "")),
        expected=int(str(row["expected"])) if "expected" in row else None,
        source=str(row.get("source", "")),
    )


def _texts(given: object) -> tuple[str, ...]:
    return tuple(map(str, given)) if isinstance(given, list) else ()


def _days(first: str, last: str) -> Window:
    """First and last day, both in."""
    return Window(date.fromisoformat(first), date.fromisoformat(last) + timedelta(days=1))


@lru_cache(maxsize=64)
def events(year: int, platform: str | None = None) -> tuple[RetailEvent, ...]:
    """The sales events of a year, by first day; without a platform those of all platforms."""
    found = (
        rule.event(days)
        for rule in rules()
        if not rule.stop and rule.on_platform(platform)
        for days in rule.windows(year)
    )
    return tuple(sorted(found, key=lambda event: (event.days, event.code)))


@lru_cache(maxsize=64)
def stops(year: int, *, carriers: bool) -> tuple[RetailEvent, ...]:
    """The stops of a year: parcels of the markets, or goods in China. They weigh 0 for dispatch."""
    found = (
        rule.event(days)
        for rule in rules()
        if rule.stop and rule.carriers is carriers
        for days in rule.windows(year)
    )
    return tuple(sorted(found, key=lambda event: (event.days, event.code)))


def unannounced(year: int) -> Iterator[Rule]:
    """Events of the table that nobody had announced for a year when the table was written."""
    return (rule for rule in rules() if rule.dated and not rule.windows(year))
