"""Which days are worked: by the calendar of a country, and by the rows that a book adds to it."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from functools import lru_cache

from kpi.calendar import RetailEvent, is_working_day, public_holidays
from kpi.errors import KpiError
from kpi.model import Region, Window
from kpi.typed_events import Effect, typed_days
from kpi.typed_rows import Settings
from kpi.zones import country_of_zone

Team = tuple[str, str]
"""A country, and the rows that the book adds to its calendar, as typed."""

DEFAULT_COUNTRY = "CN"
EU_COUNTRIES = frozenset({"DE", "FR", "IT", "ES", "NL", "PL", "SE", "BE", "IE", "GB"})
_SATURDAY = 5
_ANY_YEAR = 2026


class Proration(StrEnum):
    """By which days a target and a bonus are cut for who came or left within the month."""

    CALENDAR = "calendar"
    WORKING = "working"


def team_country(settings: Settings) -> str:
    """Whose working days a team keeps: the setting, else its time zone's, else China's."""
    by_zone = country_of_zone(settings.time_zone)
    return settings.team_country or by_zone or DEFAULT_COUNTRY


@lru_cache(maxsize=256)
def holidays_of(country: str, year: int) -> frozenset[date]:
    """The public holidays of a country; none where none are known."""
    try:
        return frozenset(public_holidays(country, year))
    except KpiError:
        return frozenset()


def has_holidays(country: str) -> bool:
    """Whether the holidays of a country are known."""
    return bool(holidays_of(country, _ANY_YEAR))


def is_free(day: date, country: str, region: Region | None, own: str = "") -> bool:
    """Whether a day is a holiday of a market; the book's own rows (`own`, as typed) win."""
    if _says(own, Effect.WORK, day, country, region):
        return False
    off = _says(own, Effect.OFF, day, country, region)
    return off or day in holidays_of(country, day.year)


def works(day: date, country: str, own: str = "") -> bool:
    """Whether the team of a country works on a day; rows without a place are the team's."""
    region = region_of_country(country)
    if _says(own, Effect.WORK, day, country, region, team=True):
        return True
    if _says(own, Effect.OFF, day, country, region, team=True):
        return False
    return is_working_day(day, country) if has_holidays(country) else day.weekday() < _SATURDAY


def work_factors(window: Window, country: str, own: str = "") -> tuple[float, ...]:
    """1 for each working day, 0 for the others; make-up days count."""
    return tuple(float(works(day, country, own)) for day in window.each())


def counted_days(days: Window, team: Team | None) -> int:
    """The days of a window that a proration counts: all, or those on which a team works."""
    return days.days if team is None else int(sum(work_factors(days, *team)))


def proration_of(settings: Settings) -> Team | None:
    """Whose working days prorate entry and leave; None for calendar days."""
    if settings.proration == Proration.CALENDAR:
        return None
    return team_country(settings), settings.events


def region_of_country(country: str) -> Region | None:
    """The region that a country belongs to; None for one of neither, such as China."""
    if country == Region.US:
        return Region.US
    return Region.EU if country in EU_COUNTRIES else None


def _says(
    own: str, effect: Effect, day: date, country: str, region: Region | None, *, team: bool = False
) -> bool:
    days = (event for event in typed_days(own, effect) if event.holds(day))
    return any(event.counts_in(country, region) and (team or _placed(event)) for event in days)


def _placed(event: RetailEvent) -> bool:
    return event.region is not None or bool(event.markets)
