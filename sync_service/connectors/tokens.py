"""Access tokens: one refresh at a time for an account, in any process, stored before it is used."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sync_service import control
from sync_service.clock import Clock
from sync_service.connectors.kernel import Token
from sync_service.control import Control, Lease
from sync_service.holding import take
from sync_service.secrets import Secrets
from sync_service.troubles import AuthRevoked, BadRequest, Retryable, TokenExpired

ACCESS = ".access"  # the cached access token, encrypted like any credential
REFRESH = "refresh_token"
FRESH = 5 / 6  # of the lifetime: an hour's token is renewed at fifty minutes
PATIENCE = 150.0  # real seconds that a second worker waits for the first


@dataclass(frozen=True, slots=True)
class Cached:
    """An access token and the instant from which it counts as old."""

    access: str
    until: datetime


class Tokens:
    """The access tokens of all accounts."""

    def __init__(self, store: Control, secrets: Secrets, clock: Clock) -> None:
        """Keep tokens with the credentials in `store`."""
        self.store = store
        self.secrets = secrets
        self.clock = clock
        self._memory: dict[str, Cached] = {}
        self._turns: dict[str, threading.Lock] = {}
        self._guard = threading.Lock()

    def access(
        self, account: str, refresh: Callable[[], Token], not_this: str | None = None
    ) -> str:
        """Give a valid access token; `not_this` was refused by the platform just now."""
        cached = self._cached(account, not_this)
        if cached:
            return cached.access
        with self._turn(account):
            cached = self._cached(account, not_this)
            return cached.access if cached else self._new(account, refresh, not_this)

    def _turn(self, account: str) -> threading.Lock:
        """Give the queue of this process's threads; the lease is for other processes."""
        with self._guard:
            return self._turns.setdefault(account, threading.Lock())

    def _new(self, account: str, refresh: Callable[[], Token], not_this: str | None) -> str:
        """Take the lease, or what its holder stored meanwhile."""
        give_up = time.monotonic() + PATIENCE
        while time.monotonic() < give_up:
            lease = take(self.store, f"token/{account}")
            cached = self._stored(account, not_this)
            if cached or lease is not None:
                break
            time.sleep(0.02)
        else:
            raise Retryable(f"another process has been renewing the token of {account} for long")
        return self._renewed(account, refresh, lease, cached)

    def _renewed(
        self,
        account: str,
        refresh: Callable[[], Token],
        lease: Lease | None,
        cached: Cached | None,
    ) -> str:
        """Refresh under the lease, unless somebody else just did."""
        try:
            if cached is None and lease is not None:
                cached = self._store(account, self._ask(account, refresh), lease)
        finally:
            if lease is not None:
                control.release(self.store, lease)
        assert cached is not None  # noqa: S101 - the loop above ends with one of the two
        with self._guard:
            self._memory[account] = cached
        return cached.access

    def _ask(self, account: str, refresh: Callable[[], Token]) -> Token:
        """Call the token endpoint; ask twice only when the credential changed under our feet."""
        before = self._credential(account)
        try:
            return refresh()
        except (AuthRevoked, BadRequest, TokenExpired) as trouble:
            if self._credential(account) == before:
                raise AuthRevoked(f"account {account}: {trouble.detail}") from trouble
        try:
            return refresh()
        except (BadRequest, TokenExpired) as trouble:
            raise AuthRevoked(f"account {account}: {trouble.detail}") from trouble

    def _credential(self, account: str) -> str | None:
        """Give the refresh token, for platforms that have one."""
        names = self.secrets.names(account)
        return self.secrets.get(account, REFRESH) if REFRESH in names else None

    def _store(self, account: str, token: Token, lease: Lease) -> Cached:
        """Store a rotated refresh token and the access token in one step, before any use."""
        until = self.clock.now() + timedelta(seconds=token.lifetime * FRESH)
        values = {ACCESS: json.dumps({"access": token.access, "until": until.isoformat()})}
        if token.refresh:
            values[REFRESH] = token.refresh
        with self.store.begin() as connection:
            control.check_fencing(connection, lease.name, lease.fencing)
            self.secrets.put_in(connection, account, values)
        return Cached(token.access, until)

    def _cached(self, account: str, not_this: str | None) -> Cached | None:
        with self._guard:
            cached = self._memory.get(account)
        return self._usable(cached, not_this) or self._stored(account, not_this)

    def _stored(self, account: str, not_this: str | None) -> Cached | None:
        if ACCESS not in self.secrets.names(account):
            return None
        row = json.loads(self.secrets.get(account, ACCESS))
        found = Cached(row["access"], datetime.fromisoformat(row["until"]))
        return self._usable(found, not_this)

    def _usable(self, cached: Cached | None, not_this: str | None) -> Cached | None:
        if cached is None or cached.access == not_this or cached.until <= self.clock.now():
            return None
        return cached
