"""A shop's own days by IANA zone: midnights as instants, instants as days of 23 to 25 hours."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from kpi.model import Window
from sync_service.connectors.kernel import ContractBroken

DAY = timedelta(days=1)
SMALL_HOURS = time(6)  # until then a stock counts for the day before


@lru_cache(maxsize=64)
def zone(name: str) -> ZoneInfo:
    """The zone by its IANA name."""
    return ZoneInfo(name)


def midnight(day: date, time_zone: str) -> datetime:
    """The instant at which a shop's day begins, with the offset of that moment."""
    return datetime.combine(day, time(), zone(time_zone))


def utc(instant: datetime) -> str:
    """An instant as Amazon and Shopify take it: 2026-10-01T07:00:00Z."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def moment(text: str) -> datetime:
    """Read an ISO 8601 instant; one without an offset is not an instant."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise ContractBroken(f"{text[:40]!r} is no date and time") from error
    if instant.tzinfo is None:
        raise ContractBroken(f"{text[:40]!r} names no time zone")
    return instant


def day_of(text: str, time_zone: str) -> date:
    """The shop's day of an ISO 8601 instant."""
    return moment(text).astimezone(zone(time_zone)).date()


def iso_day(text: str) -> date:
    """Read a day that is printed as such: 2026-10-01, with or without a time behind it."""
    try:
        return date.fromisoformat(text[:10])
    except ValueError as error:
        raise ContractBroken(f"{text[:40]!r} is no day") from error


def today(now: datetime, time_zone: str) -> date:
    """The shop's day at an instant."""
    return now.astimezone(zone(time_zone)).date()


def snapshot_day(now: datetime, time_zone: str) -> date:
    """The day that a stock of now stands for: in the small hours the close of the day before.

    A shop ships and receives little before six; later the day that runs has begun to count.
    """
    local = now.astimezone(zone(time_zone))
    return local.date() - DAY if local.time() < SMALL_HOURS else local.date()


def clipped(window: Window, before: date) -> Window:
    """The part of a window that lies before a day; it may be empty."""
    return Window(window.start, max(window.start, min(window.end, before)))


def same_offset(window: Window, time_zone: str) -> Iterator[Window]:
    """Cut a window so that each piece begins and ends at one offset; a change day stands alone."""
    start = window.start
    for day in window.each():
        changes = _offset(day, time_zone) != _offset(day + DAY, time_zone)
        if changes and start < day:
            yield Window(start, day)
        if changes:
            yield Window(day, day + DAY)
            start = day + DAY
    if start < window.end:
        yield Window(start, window.end)


def _offset(day: date, time_zone: str) -> timedelta | None:
    return midnight(day, time_zone).utcoffset()
