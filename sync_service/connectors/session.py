"""A session: what one fetch gets to touch the world with, for one shop, stream and window.

It adds to a bare call, in this order: the bucket's token, the authorisation, the checked client,
the connector's judgement, the status, the correction of the bucket; and around all of it repeats.
"""

from __future__ import annotations

import math
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from kpi.errors import KpiError
from kpi.model import Window
from sync_service.bodies import Response, gunzip
from sync_service.clock import Clock
from sync_service.connectors.buckets import EVERYBODY, Buckets, bucket_name
from sync_service.connectors.kernel import Connector, Form, Limit, ReportState, ShopRef
from sync_service.connectors.raw import RawStore, filtered
from sync_service.connectors.reports import Order, Reports, Steps, order_key
from sync_service.connectors.tokens import REFRESH, Tokens
from sync_service.control import Control
from sync_service.http import Client, Request, Timeouts, check_status
from sync_service.retries import Patience, repeated
from sync_service.secrets import Secrets
from sync_service.settings import Settings
from sync_service.troubles import AuthRevoked, Forbidden, LinkExpired, TokenExpired


class Kit:
    """What all sessions of a process share."""

    def __init__(self, settings: Settings, store: Control, secrets: Secrets, clock: Clock) -> None:
        """Build the shared parts once; clients are made when a platform is first called."""
        self.settings = settings
        self.store = store
        self.secrets = secrets
        self.clock = clock
        self.buckets = Buckets(store, clock)
        self.tokens = Tokens(store, secrets, clock)
        self.reports = Reports(store, clock)
        self.raw = RawStore(settings.home, store, clock)
        self.timeouts = Timeouts()
        self._clients: dict[str, Client] = {}
        self._guard = threading.Lock()

    def client(self, connector: Connector) -> Client:
        """Give the platform's client, which keeps its connections alive."""
        with self._guard:
            if connector.platform not in self._clients:
                self._clients[connector.platform] = Client(
                    connector.hosts, loopback=self.settings.loopback, timeouts=self.timeouts
                )
            return self._clients[connector.platform]

    def close(self) -> None:
        """Close every connection."""
        with self._guard:
            for client in self._clients.values():
                client.close()
            self._clients.clear()


@dataclass(frozen=True, slots=True)
class LiveSession:
    """One fetch's access to the world; see `kernel.Session` for what each method promises."""

    kit: Kit
    connector: Connector
    shop: ShopRef
    stream: str
    window: Window
    known: dict[str, str] = field(default_factory=dict, repr=False)  # credentials read so far
    made: Counter[str] = field(default_factory=Counter)  # tokens taken by operation

    def call(
        self,
        operation: str,
        method: str,
        url: str,
        *,
        params: Mapping[str, str | int] | None = None,
        json: object = None,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: bool = True,
        accept: tuple[int, ...] = (),
        cost: float = 1.0,
        document: bool = False,
    ) -> Response:
        """One checked call with waits, authorisation and repeats."""
        limit = self._limit(operation)
        bucket = self._bucket(operation)
        spoken_of = self._spoken_of(operation)

        def attempt() -> Response:
            self.kit.buckets.take(bucket, limit, cost)
            self.made[operation] += math.ceil(cost)
            if limit.also:
                self.kit.buckets.take(*spoken_of, cost)
            request = Request(method, url, params, json, form, dict(headers or {}))
            answer = (
                self._authorised(request, operation, accept)
                if auth
                else self._plain(request, operation, accept)
            )
            return _unpacked(answer) if document else answer

        patience = Patience(deadline=limit.deadline)
        return repeated(
            attempt, self.kit.clock, patience, lambda s: self.kit.buckets.drain(*spoken_of, s)
        )

    def _limit(self, operation: str) -> Limit:
        limit = self.connector.limits.get(operation)
        if limit is None:
            message = f"Connector {self.connector.platform} has no limit for {operation}; add it."
            raise KpiError(message)
        return limit

    def _spoken_of(self, operation: str) -> tuple[str, Limit]:
        """The bucket that an answer's rate and refusal mean: never the ration of the whole app."""
        named = self._limit(operation).also or operation
        return self._bucket(named), self._limit(named)

    def _bucket(self, operation: str) -> str:
        app = self.shop.options.get("app", "default")
        whole = self._limit(operation).scope == "app"
        account = EVERYBODY if whole else self.shop.account
        return bucket_name(self.connector.platform, app, account, operation)

    def _authorised(self, request: Request, operation: str, accept: tuple[int, ...]) -> Response:
        """Send with a token; one that is refused is renewed once and the call repeated once."""
        token = self._token(None)
        try:
            return self._sent(self._signed(request, token), operation, accept)
        except TokenExpired as trouble:
            if self.connector.refresh is None:
                raise AuthRevoked(trouble.detail, request_id=trouble.request_id) from trouble
        try:
            renewed = self._token(token)
            return self._sent(self._signed(request, renewed), operation, accept)
        except TokenExpired as trouble:
            raise AuthRevoked(trouble.detail, request_id=trouble.request_id) from trouble

    def _token(self, not_this: str | None) -> str:
        refresh = self.connector.refresh
        if refresh is None:
            return ""
        return self.kit.tokens.access(self.shop.account, lambda: refresh(self), not_this)

    def _signed(self, request: Request, token: str) -> Request:
        headers = {**request.headers, **self.connector.authorise(self, token)}
        return Request(
            request.method, request.url, request.params, request.json, request.form, headers
        )

    def _plain(self, request: Request, operation: str, accept: tuple[int, ...]) -> Response:
        """Send without authorisation; a refused GET is a signed link that has died."""
        try:
            return self._sent(request, operation, accept)
        except (TokenExpired, Forbidden) as trouble:
            if request.method != "GET":
                raise
            raise LinkExpired(trouble.detail, request_id=trouble.request_id) from trouble

    def _sent(self, request: Request, operation: str, accept: tuple[int, ...]) -> Response:
        answer = self.kit.client(self.connector).send(request)
        seen = self.connector.observe(operation, answer)
        if seen is not None:
            self.kit.buckets.correct(*self._spoken_of(operation), seen)
        self.connector.judge(answer)
        check_status(answer, self.kit.clock.now(), accept)
        return answer

    def report(
        self,
        key: Mapping[str, str],
        create: Callable[[], str],
        poll: Callable[[str], ReportState],
        download: Callable[[str], bytes],
        form: Form = "json",
    ) -> bytes | None:
        """A report's document after the keep-list filter; None when it is empty."""
        order = Order(
            order_key(self.shop.code, self.stream, self.window, key),
            self.stream,
            self.shop.code,
            self.window,
            key,
        )
        steps = Steps(
            create=create,
            poll=poll,
            download=download,
            keep=lambda document: self.keep_raw(document, form),
            kept=self.kit.raw.read,
        )
        return self.kit.reports.obtain(order, steps)

    def keep_raw(
        self,
        payload: bytes | Response,
        form: Form = "json",
        hide: Callable[[bytes], bytes] | None = None,
    ) -> str:
        """Keep an answer for replay, after the keep-list filter."""
        kept = self.connector.kept[self.stream]
        only = filtered(payload, kept, form)
        safe = hide(only) if hide else only
        return self.kit.raw.keep(safe, self.stream, self.shop.code, self.window)

    def secret(self, name: str) -> str:
        """A credential of the account."""
        if name == REFRESH:  # it rotates under our feet
            return self.kit.secrets.get(self.shop.account, name)
        if name not in self.known:
            self.known[name] = self.kit.secrets.get(self.shop.account, name)
        return self.known[name]

    def setting(self, name: str) -> str:
        """A choice of the shop's options, else of the settings."""
        for options in (self.shop.options, self.kit.settings.options):
            if name in options:
                return options[name]
        raise KpiError(
            f"Shop {self.shop.code} needs the option {name}. "
            f"Set LINKSTAR_OPTION_{name.upper()} or give it with `connect`.",
            f"店铺 {self.shop.code} 缺少选项 {name}。"
            f"请设置 LINKSTAR_OPTION_{name.upper()}，或用 `connect` 给出。",
        )

    def now(self) -> datetime:
        """The time in UTC, by the service's clock."""
        return self.kit.clock.now()

    def sleep(self, seconds: float) -> None:
        """Wait on the service's clock."""
        self.kit.clock.sleep(seconds)


def _unpacked(answer: Response) -> Response:
    """Unpack a body that is a gzip file itself; a cut one is repeated like a cut answer."""
    return Response(answer.status, answer.headers, gunzip(answer.content), answer.url)
