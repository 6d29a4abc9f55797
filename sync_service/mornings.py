"""Workbooks that are refreshed by themselves each morning, and which of them is due.

The time is the workbook's own: 08:30 in its time zone, so that the file is there before nine. A
morning that was missed (the machine was off) is made up once, however many there were.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select, update

from sync_service import control, schema
from sync_service.control import Control
from sync_service.told import ToldError

DEFAULT_AT = "08:30"
EARLY = timedelta(minutes=60)  # reports take minutes to build: they are asked for before
LATE = timedelta(minutes=30)  # a morning that starts later than this is made up
CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


@dataclass(frozen=True, slots=True)
class Morning:
    """One workbook and its time of day."""

    book: str  # path of a file, google:ID of a spreadsheet
    at: str  # 08:30
    time_zone: str
    shops: tuple[str, ...]
    last_day: date | None  # done or given up

    @property
    def id(self) -> str:
        """A short name for addresses; it tells nothing of the path."""
        return book_id(self.book)

    @property
    def name(self) -> str:
        """What a person calls it."""
        return Path(self.book).name

    def slot(self, now: datetime) -> datetime:
        """The last time of the day that has come, in the workbook's time zone."""
        local = now.astimezone(ZoneInfo(self.time_zone))
        hour, minute = map(int, self.at.split(":"))
        today = datetime.combine(local.date(), time(hour, minute), local.tzinfo)
        return today if today <= local else today - timedelta(days=1)

    def next_time(self, now: datetime) -> datetime:
        """When it comes next."""
        slot = self.slot(now)
        due = self.last_day is not None and self.last_day < slot.date()
        return slot if due else slot + timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Due:
    """A morning whose time has come."""

    morning: Morning
    day: date
    late: timedelta
    missed: int  # mornings between the last one and this one

    @property
    def made_up(self) -> bool:
        """Whether the time was missed and the run comes instead."""
        return self.late > LATE or self.missed > 0


def book_id(book: str) -> str:
    """The short name of a path."""
    return hashlib.sha256(book.encode()).hexdigest()[:12]


def book_of(book: Path | str) -> str:
    """What the control database calls a workbook: a file by its path, any other as it is."""
    return str(book.resolve()) if isinstance(book, Path) else book


def register(
    store: Control, book: Path | str, at: str, time_zone: str, shops: Sequence[str], now: datetime
) -> Morning:
    """Put a workbook on the list; its first morning is the next one, never one of the past."""
    if not CLOCK.fullmatch(at):
        raise ToldError(
            f"{at!r} is no time of day. Write hours and minutes, for example 08:30.",
            f"{at!r} 不是时刻。请写小时和分钟，例如 08:30。",
        )
    found = Morning(book_of(book), at, time_zone, tuple(shops), None)
    last = found.slot(now).date()
    row = {
        "book": found.book,
        "at": at,
        "time_zone": time_zone,
        "shops": list(shops),
        "last_day": last,
    }
    with store.begin() as connection:
        control.put(connection, schema.mornings, row)
    return Morning(found.book, at, time_zone, tuple(shops), last)


def remove(store: Control, book: Path | str) -> bool:
    """Take a workbook off the list; False when it was not on it."""
    rows = schema.mornings
    with store.begin() as connection:
        gone = connection.execute(delete(rows).where(rows.c.book == book_of(book)))
    return bool(gone.rowcount)


def mornings(store: Control) -> tuple[Morning, ...]:
    """Every registered workbook."""
    with store.read() as connection:
        rows = connection.execute(select(schema.mornings)).mappings().all()
    return tuple(
        Morning(r["book"], r["at"], r["time_zone"], tuple(r["shops"] or ()), r["last_day"])
        for r in rows
    )


def registered(store: Control, book: str) -> Morning | None:
    """The registered workbook of an id, a path or a file name; nothing else can be named."""
    known = mornings(store)
    for same in (
        [one for one in known if book in (one.id, one.book)],
        [one for one in known if one.name == book],
    ):
        if len(same) == 1:
            return same[0]
    return None


def due(store: Control, now: datetime) -> tuple[Due, ...]:
    """The mornings whose time has come."""
    found = []
    for one in mornings(store):
        slot = one.slot(now)
        last = one.last_day or slot.date() - timedelta(days=1)
        if last < slot.date():
            late, missed = now - slot, (slot.date() - last).days - 1
            found.append(Due(one, slot.date(), late, missed))
    return tuple(found)


def soon(store: Control, now: datetime) -> tuple[Morning, ...]:
    """The workbooks whose time comes within the hour: their shops' data should be fetched."""
    return tuple(one for one in mornings(store) if timedelta() < one.next_time(now) - now <= EARLY)


def finished(store: Control, book: str, day: date) -> None:
    """This day's morning is done or given up."""
    rows = schema.mornings
    with store.begin() as connection:
        connection.execute(update(rows).where(rows.c.book == book).values(last_day=day))


def keep(store: Control, book: str, time_zone: str, shops: Sequence[str]) -> None:
    """What the workbook said when it was last read."""
    rows = schema.mornings
    with store.begin() as connection:
        connection.execute(
            update(rows).where(rows.c.book == book).values(time_zone=time_zone, shops=list(shops))
        )
