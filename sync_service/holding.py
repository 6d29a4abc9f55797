"""Leases of a living process: beaten while it works, taken over at once when it is dead.

Leases count real seconds, like sockets: the holder is a process that really lives or really died,
also while a sandbox hour takes one.
"""

from __future__ import annotations

import contextlib
import os
import socket
import threading
import uuid
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Self

from sqlalchemy.exc import SQLAlchemyError

from sync_service import control, schema
from sync_service.control import Control, Lease, LeaseLostError

TTL = timedelta(seconds=120)
BEAT = 30.0  # seconds between two renewals


def take(store: Control, name: str, ttl: timedelta = TTL) -> Lease | None:
    """Take a lease under a holder of its own; None while a living process has it.

    Each call is a new holder, so threads exclude each other too. A holder whose process on this
    host is gone is succeeded under its name: the new fencing token locks out what it left behind.
    """
    mine = f"{socket.gethostname()[:40]}:{os.getpid()}:{uuid.uuid4().hex[:12]}"
    lease = control.acquire(store, name, mine, datetime.now(UTC), ttl)
    if lease is not None:
        return lease
    with store.read() as connection:
        held = control.get(connection, schema.leases, name=name)
    holder = held["holder"] if held else None
    if holder is None or not is_dead(holder):
        return None
    return control.acquire(store, name, holder, datetime.now(UTC), ttl)


def is_dead(holder: str) -> bool:
    """Say whether a holder is certainly gone; on other hosts and on Windows nobody can tell."""
    host, _, rest = holder.partition(":")
    number = rest.partition(":")[0]
    if os.name != "posix" or host != socket.gethostname()[:40] or not number.isdecimal():
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False  # it lives and belongs to somebody else
    return False


class Holding:
    """The leases of one run, renewed in the background until it ends."""

    def __init__(self, store: Control) -> None:
        """Hold nothing yet."""
        self.store = store
        self._held: dict[str, Lease] = {}
        self._guard = threading.Lock()
        self._end = threading.Event()
        self._beats = threading.Thread(target=self._beat, name="leases", daemon=True)

    def __enter__(self) -> Self:
        """Start to renew."""
        self._beats.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: object, trace: TracebackType | None
    ) -> None:
        """Stop to renew; leases that are left are given back."""
        self._end.set()
        self._beats.join()
        for lease in list(self._held.values()):
            self.release(lease)

    def take(self, name: str) -> Lease | None:
        """Take a lease and keep it alive; None while somebody else has it."""
        lease = take(self.store, name)
        if lease is not None:
            with self._guard:
                self._held[name] = lease
        return lease

    def release(self, lease: Lease) -> None:
        """Give a lease back."""
        with self._guard:
            self._held.pop(lease.name, None)
        control.release(self.store, lease)

    def _beat(self) -> None:
        while not self._end.wait(BEAT):
            with self._guard:
                held = list(self._held.values())
            for lease in held:
                # a lost lease is found by the commit, which checks the token itself
                with contextlib.suppress(LeaseLostError, SQLAlchemyError):
                    control.renew(self.store, lease, datetime.now(UTC), TTL)
