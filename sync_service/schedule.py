"""When each stream of each shop is fetched next: a frequency per shop, kept in the database."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, select

from sync_service import control, schema
from sync_service.connectors.kernel import ShopRef, Stream
from sync_service.control import Control
from sync_service.troubles import AuthRevoked, BadRequest, ContractBroken, Parked, Trouble

EVERY_STREAM = "*"
DAILY = 86_400  # seconds
EARLY = 0.95  # a daily job that starts at 08:00:05 must be due again at 08:00:00 tomorrow
NOT_READY = timedelta(hours=6)  # then a late platform is asked again
AFTER_FAILURE = timedelta(hours=1)
HOPELESS = timedelta(days=1)  # asking sooner would change nothing


@dataclass(frozen=True, slots=True)
class Frequency:
    """How often a shop's streams are fetched."""

    every_seconds: int = DAILY
    paused: bool = False


def set_frequency(
    store: Control, shop: str, frequency: Frequency, now: datetime, stream: str = EVERY_STREAM
) -> None:
    """Set the frequency of a shop, or of one of its streams."""
    row = {
        "shop": shop,
        "stream": stream,
        "every_seconds": frequency.every_seconds,
        "next_run": now,
        "paused": frequency.paused,
    }
    with store.begin() as connection:
        control.put(connection, schema.schedule, row)
        _count_anew(connection, shop, stream, frequency, now)


def _count_anew(
    connection: Connection, shop: str, stream: str, frequency: Frequency, now: datetime
) -> None:
    """The next fetch follows the new frequency from the last one; failures keep their own wait."""
    key = {"stream": stream, "shop": shop}
    row = control.get(connection, schema.stream_state, **key)
    if row is None or row["state"] not in {"ok", "partial"} or row["last_success"] is None:
        return
    again = row["last_success"] + timedelta(seconds=frequency.every_seconds * EARLY)
    control.put(connection, schema.stream_state, {**key, "next_run": max(again, now)})


def frequency(store: Control, shop: str, stream: str) -> Frequency:
    """Give the frequency of a stream: its own, else the shop's, else daily."""
    with store.read() as connection:
        for name in (stream, EVERY_STREAM):
            row = control.get(connection, schema.schedule, shop=shop, stream=name)
            if row is not None:
                return Frequency(row["every_seconds"], row["paused"])
    return Frequency()


@dataclass(frozen=True, slots=True)
class Plan:
    """Every frequency and next time at once: hundreds of shops would else take a read each."""

    frequencies: Mapping[tuple[str, str], Frequency]  # (shop, stream or *)
    next_runs: Mapping[tuple[str, str], datetime | None]  # (shop, stream)

    @classmethod
    def of(cls, store: Control) -> Plan:
        """Read it."""
        often, states = schema.schedule.c, schema.stream_state.c
        with store.read() as connection:
            frequencies = connection.execute(
                select(often.shop, often.stream, often.every_seconds, often.paused)
            ).all()
            runs = connection.execute(select(states.shop, states.stream, states.next_run)).all()
        return cls(
            {
                (shop, stream): Frequency(every, paused)
                for shop, stream, every, paused in frequencies
            },
            {(shop, stream): when for shop, stream, when in runs},
        )

    def is_due(self, stream: str, shop: str, now: datetime) -> bool:
        """Say whether a stream's time has come."""
        own = self.frequencies.get((shop, stream), self.frequencies.get((shop, EVERY_STREAM)))
        if own is not None and own.paused:
            return False
        when = self.next_runs.get((shop, stream))
        return when is None or when <= now


def next_run(
    store: Control, stream: Stream, shop: ShopRef, started: datetime, late: Collection[date]
) -> datetime:
    """Give the time of the next fetch: sooner where days were not ready."""
    every = timedelta(seconds=frequency(store, shop.code, stream.name).every_seconds * EARLY)
    return started + (min(every, NOT_READY) if late else every)


STATES: tuple[tuple[type[Trouble], str, timedelta], ...] = (
    (AuthRevoked, "needs_authorisation", HOPELESS),
    (ContractBroken, "broken", HOPELESS),
    (BadRequest, "broken", HOPELESS),
    (Trouble, "error", AFTER_FAILURE),
)


def note_trouble(store: Control, stream: str, shop: str, trouble: Trouble, now: datetime) -> None:
    """Write down why a stream stopped, and when it is tried again."""
    if isinstance(trouble, Parked):
        state, again = "parked", trouble.until
    else:
        state, pause = next((s, wait) for kind, s, wait in STATES if isinstance(trouble, kind))
        again = now + pause
    row = {
        "stream": stream,
        "shop": shop,
        "state": state,
        "last_error": now,
        "error_text": trouble.detail,
        "next_run": again,
    }
    with store.begin() as connection:
        control.put(connection, schema.stream_state, row)
