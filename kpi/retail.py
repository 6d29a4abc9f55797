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

from kpi.calendar import RetailEvent, black_friday, public_holidays
from kpi.model import Region, Texts, Window

_TABLE = Path(__file__).with_name("retail_events.toml")
_NEW_YEAR = "Chinese New Year (Spring Festival)"  # the first day, as `holidays` names it


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the table; a stop moves no orders but goods: factories or carriers rest."""

    code: str
    names: Texts
    region: Region | None  # None: both
    platform: str | None  # None: every platform
    factor: float  # orders of a day against an ordinary one; 1 for a stop
    stop: bool
    carriers: bool  # of a stop: parcels in the US and the EU rest; else goods in China
    on: str  # black_friday, lunar_new_year or MM-DD; empty for dated events
    shift: int  # days after that day
    length: int  # days
    dates: tuple[Window, ...]
    season: bool = False  # weeks long: its days are like the days before them

    @property
    def dated(self) -> bool:
        """Whether somebody announces the days year by year."""
        return not self.on

    def windows(self, year: int) -> tuple[Window, ...]:
        """The days of the event in a year."""
        if self.dated:
            return tuple(days for days in self.dates if days.start.year == year)
        anchor = _anchor(self.on, year)
        if anchor is None:
            return ()
        start = anchor + timedelta(days=self.shift)
        return (Window(start, start + timedelta(days=self.length)),)


def _anchor(on: str, year: int) -> date | None:
    if on == "black_friday":
        return black_friday(year)
    if on == "lunar_new_year":
        return lunar_new_year(year)
    return date.fromisoformat(f"{year:04d}-{on}")


def lunar_new_year(year: int) -> date | None:
    """The first day of the Chinese year; None outside 1950 to 2100, whose holidays are known."""
    named = public_holidays("CN", year)
    return next((day for day, name in named.items() if _NEW_YEAR in name), None)


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
        platform=str(row["platform"]) if "platform" in row else None,
        factor=float(str(row.get("factor", 1.0))),
        stop=row.get("stop") is True,
        carriers=row.get("carriers") is True,
        on=str(row.get("on", "")),
        shift=int(str(row.get("shift", 0))),
        length=int(str(row.get("days", 1))),
        dates=tuple(_days(*pair) for pair in dates) if isinstance(dates, list) else (),
        season=row.get("season") is True,
    )


def _days(first: str, last: str) -> Window:
    """First and last day, both in."""
    return Window(date.fromisoformat(first), date.fromisoformat(last) + timedelta(days=1))


@lru_cache(maxsize=64)
def events(year: int, platform: str | None = None) -> tuple[RetailEvent, ...]:
    """The sales events of a year, by first day; without a platform those of all platforms."""
    found = (
        RetailEvent(rule.code, rule.names, rule.region, days, rule.factor)
        for rule in rules()
        if not rule.stop and (platform is None or rule.platform in {None, platform})
        for days in rule.windows(year)
    )
    return tuple(sorted(found, key=lambda event: (event.days, event.code)))


@lru_cache(maxsize=64)
def stops(year: int, *, carriers: bool) -> tuple[RetailEvent, ...]:
    """The stops of a year: parcels of the markets, or goods in China. They weigh 0 for dispatch."""
    found = (
        RetailEvent(rule.code, rule.names, rule.region, days, 0.0)
        for rule in rules()
        if rule.stop and rule.carriers is carriers
        for days in rule.windows(year)
    )
    return tuple(sorted(found, key=lambda event: (event.days, event.code)))


def unannounced(year: int) -> Iterator[Rule]:
    """Events of the table that nobody had announced for a year when the table was written."""
    return (rule for rule in rules() if rule.dated and not rule.windows(year))
