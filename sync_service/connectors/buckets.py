"""Rate budgets: one token bucket per (platform, app, account, operation), shared by all processes.

Virtual scheduling: a call takes its token at once, even below zero, and then sleeps until the
bucket would have refilled to it. First come first served, no polling, and a wait holds nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from sync_service import control, schema
from sync_service.clock import Clock
from sync_service.connectors.kernel import Limit, Observed
from sync_service.control import Control
from sync_service.troubles import Parked

EVERYBODY = "*"  # in the name of a bucket that all accounts of an app share
LONGEST_WAIT = 900.0  # seconds; a longer wait parks the job instead of holding a worker


@dataclass(frozen=True, slots=True)
class Bucket:
    """The state of one bucket at an instant."""

    tokens: float  # below zero: calls already promised
    at: datetime
    rate: float  # tokens a second
    burst: float

    def refilled(self, now: datetime) -> Bucket:
        """The bucket at `now`; a clock that was set back refills nothing and starts anew."""
        passed = max(0.0, (now - self.at).total_seconds())
        return Bucket(min(self.burst, self.tokens + passed * self.rate), now, self.rate, self.burst)

    def without(self, cost: float) -> Bucket:
        """The bucket after a call that costs so many tokens."""
        return Bucket(self.tokens - cost, self.at, self.rate, self.burst)

    @property
    def wait(self) -> float:
        """Seconds until the tokens that were promised are there."""
        return max(0.0, -self.tokens / self.rate)


@contextmanager
def light(store: Control) -> Iterator[Connection]:
    """Open a transaction that a power cut may lose: SQLite then waits for no disk (8 ms each).

    A kill loses nothing. Only for what can be lost: tokens refill, raw answers are fetched again.
    """
    with store.writers, store.engine.connect() as connection:
        driver = connection.connection.cursor()  # beside SQLAlchemy, which would begin first
        if store.is_sqlite:
            driver.execute("PRAGMA synchronous=NORMAL")
        try:
            with connection.begin():
                yield connection
        finally:  # the next who gets this connection may not lose anything
            if store.is_sqlite:
                driver.execute("PRAGMA synchronous=FULL")
            driver.close()


class Buckets:
    """The buckets in the control database."""

    def __init__(self, store: Control, clock: Clock) -> None:
        """Share `store` with every process of the service."""
        self.store = store
        self.clock = clock
        self._told: dict[str, Observed] = {}

    def take(self, name: str, limit: Limit, cost: float = 1.0) -> None:
        """Take `cost` tokens and wait for them; Parked, nothing taken, when that is too long."""
        wait = self.reserve(name, limit, cost)
        if wait > 0:
            self.clock.sleep(wait)

    def reserve(self, name: str, limit: Limit, cost: float = 1.0) -> float:
        """Take `cost` tokens; returns the seconds until they may be used."""
        with light(self.store) as connection:
            now = self.clock.now()  # as the only writer: an older time would refill twice
            before = _load(connection, name, limit, now)
            after = before.without(min(cost, before.burst))
            if after.wait > LONGEST_WAIT:
                raise Parked(
                    f"{name} has no call free for {after.wait:,.0f} s",
                    until=now + timedelta(seconds=before.wait + cost / before.rate),
                )
            _save(connection, name, after)
        return after.wait

    def drain(self, name: str, limit: Limit, wait: float) -> None:
        """Let nobody call for `wait` seconds: the platform said so."""
        with light(self.store) as connection:
            now = self.clock.now()  # as the only writer: an older time would refill twice
            found = _load(connection, name, limit, now)
            tokens = min(found.tokens, 1.0 - wait * found.rate)
            _save(connection, name, Bucket(tokens, now, found.rate, found.burst))

    def correct(self, name: str, limit: Limit, seen: Observed) -> None:
        """Believe the platform's own numbers; calls already promised stay promised."""
        if seen.tokens is None and self._told.get(name) == seen:
            return  # most answers repeat the rate of the last one
        self._told[name] = seen
        with light(self.store) as connection:
            now = self.clock.now()  # as the only writer: an older time would refill twice
            found = _load(connection, name, limit, now)
            rate = seen.rate if seen.rate and seen.rate > 0 else found.rate
            burst = float(seen.burst) if seen.burst and seen.burst > 0 else found.burst
            tokens = found.tokens
            if seen.tokens is not None:
                tokens = seen.tokens if tokens >= 0 else min(tokens, seen.tokens)
            _save(connection, name, Bucket(min(tokens, burst), now, rate, burst))


def bucket_name(platform: str, app: str, account: str, operation: str) -> str:
    """Name the bucket of an operation; platforms count by all four."""
    return f"{platform}/{app}/{account}/{operation}"


def _load(connection: Connection, name: str, limit: Limit, now: datetime) -> Bucket:
    row = control.get(connection, schema.buckets, name=name)
    if row is None:
        return Bucket(float(limit.burst), now, limit.rate, float(limit.burst))
    return Bucket(row["tokens"], row["at"], row["rate"], row["burst"]).refilled(now)


def _save(connection: Connection, name: str, bucket: Bucket) -> None:
    row = {"tokens": bucket.tokens, "at": bucket.at, "rate": bucket.rate, "burst": bucket.burst}
    control.put(connection, schema.buckets, {"name": name, **row})
