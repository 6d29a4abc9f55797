"""A connector on the real kernel, with a platform that is a function: request -> response."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pyarrow as pa

from kpi.model import Window
from sync_service import http
from sync_service.bodies import Response
from sync_service.clock import FakeClock
from sync_service.connectors.amazon_ads import AMAZON_ADS
from sync_service.connectors.amazon_sp_api import AMAZON
from sync_service.connectors.batches import to_table
from sync_service.connectors.kernel import Connector, FetchResult, ShopRef, Stream
from sync_service.connectors.session import Kit, LiveSession
from sync_service.connectors.shopify import SHOPIFY
from sync_service.control import Control
from sync_service.sandbox import truth, wire
from sync_service.sandbox.amazon import Amazon, Logins
from sync_service.sandbox.amazon_ads import AmazonAds
from sync_service.sandbox.shopify import Shopify
from sync_service.sandbox.world import (
    ADS_CLIENT_ID,
    ADS_CLIENT_SECRET,
    SP_CLIENT_ID,
    SP_CLIENT_SECRET,
    World,
)
from sync_service.secrets import Secrets, keys_from_folder
from sync_service.settings import Settings
from tests.kernel_support import MORNING


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as it would go over the wire."""

    method: str
    url: str  # without its query
    params: Mapping[str, str]
    body: bytes
    headers: Mapping[str, str]  # names in lower case

    @property
    def path(self) -> str:
        return urlsplit(self.url).path

    def json(self) -> object:
        return json.loads(self.body)


Platform = Callable[[Asked], Response]


def as_json(value: object, status: int = 200, **headers: str) -> Response:
    """An answer with a JSON body."""
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return Response(
        status, {"content-type": "application/json", **named}, json.dumps(value).encode()
    )


class FunctionClient:
    """Stands where the checked client stands; keeps what was asked."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.asked: list[Asked] = []

    def send(self, request: http.Request) -> Response:
        body = b""
        headers = {name.lower(): text for name, text in request.headers.items()}
        if request.json is not None:
            body = json.dumps(request.json).encode()
            headers.setdefault("content-type", "application/json")
        if request.form is not None:
            body = urlencode(dict(request.form)).encode()
            headers.setdefault("content-type", "application/x-www-form-urlencoded")
        params = {name: str(value) for name, value in (request.params or {}).items()}
        asked = Asked(request.method, request.url, params, body, headers)
        self.asked.append(asked)
        answer = self.platform(asked)
        return Response(answer.status, answer.headers, answer.content, request.url)

    def close(self) -> None:
        """Nothing to close."""


class FunctionKit(Kit):
    """The kernel's kit, with a function for a platform."""

    function: FunctionClient

    def client(self, connector: Connector) -> http.Client:  # noqa: ARG002 - one platform only
        return self.function  # type: ignore[return-value]  # the same method, no sockets


@dataclass(slots=True)
class Bench:
    """One shop of a connector, ready to fetch."""

    connector: Connector
    shop: ShopRef
    kit: FunctionKit
    clock: FakeClock

    @property
    def asked(self) -> list[Asked]:
        return self.kit.function.asked

    def stream(self, name: str) -> Stream:
        return next(one for one in self.connector.streams if one.name == name)

    def session(self, name: str, window: Window) -> LiveSession:
        return LiveSession(self.kit, self.connector, self.shop, name, window)

    def fetch(self, name: str, window: Window) -> FetchResult:
        return self.stream(name).fetch(self.session(name, window), self.shop, window)

    def table(self, name: str, window: Window) -> pa.Table:
        """The facts of a window, with the kernel's explicit zeros."""
        result = self.fetch(name, window)
        stream = self.stream(name)
        types = {
            measure: pa.decimal128(18, 4) if measure in truth.MONEY else pa.int64()
            for measure in stream.measures
        }
        return to_table(stream, self.shop.currency, window, result, types)

    def forget_reports(self) -> None:
        """Let the next fetch ask anew, as after a commit."""
        with self.kit.store.begin() as connection:
            connection.exec_driver_sql("UPDATE reports SET state = 'committed'")


@contextmanager
def bench(
    home: Path,
    connector: Connector,
    shop: ShopRef,
    platform: Platform,
    *,
    secrets: Mapping[str, str],
    clock: FakeClock | None = None,
) -> Iterator[Bench]:
    """Open a data folder for one shop."""
    clock = clock or FakeClock(MORNING)
    settings = Settings(home=home, database=f"sqlite:///{home / 'control.db'}")
    store = Control(settings.database)
    kept = Secrets(store, keys_from_folder(settings.keys_folder), clock.now)
    kept.put(shop.account, secrets)
    kit = FunctionKit(settings, store, kept, clock)
    kit.function = FunctionClient(platform)
    try:
        yield Bench(connector, shop, kit, clock)
    finally:
        store.close()


Twist = Callable[[Asked, Response], Response]


def unchanged(_asked: Asked, answer: Response) -> Response:
    """What the platform says, as it says it."""
    return answer


BASE = "http://127.0.0.1:9"


def over(platform: wire.Platform) -> Platform:
    """A sandbox platform as a function, without a port."""

    def answer(asked: Asked) -> Response:
        split = urlsplit(asked.url)
        reply = platform.answer(
            wire.Request(
                asked.method,
                split.path,
                split.query or urlencode(asked.params),
                dict(asked.headers),
                asked.body,
                BASE,
            )
        )
        headers = {name.lower(): text for name, text in reply.headers.items()}
        return Response(reply.status, {"content-type": reply.content_type, **headers}, reply.body)

    return answer


WORLD = World()


@contextmanager
def sandbox_bench(
    home: Path, platform: str, code: str, twist: Twist = unchanged
) -> Iterator[Bench]:
    """A shop of the sandbox's world at its platform; `twist` may change what the platform says."""
    clock, shop = FakeClock(MORNING), WORLD.shop(code)
    time = wire.SandboxTime(clock)
    logins = Logins(WORLD, time)
    at: wire.Platform
    match platform:
        case "amazon":
            connector, at, number = AMAZON, Amazon(WORLD, time, logins), shop.marketplace_id
            secrets = _login(SP_CLIENT_ID, SP_CLIENT_SECRET, shop.refresh_token)
        case "amazon_ads":
            connector, at, number = (
                AMAZON_ADS,
                AmazonAds(WORLD, time, logins),
                str(shop.ads_profile_id),
            )
            secrets = _login(ADS_CLIENT_ID, ADS_CLIENT_SECRET, shop.ads_refresh_token)
        case _:
            connector, at, number = SHOPIFY, Shopify(WORLD, time), shop.domain
            secrets = {"access_token": shop.access_token}
    api = f"{BASE}/{shop.domain}" if platform == "shopify" else BASE
    ref = ShopRef(
        code=code,
        platform=platform,
        account="acc",
        market=shop.market,
        marketplace=number,
        currency=shop.currency,
        time_zone=shop.time_zone,
        urls={"api": api, "token": f"{BASE}/auth/o2/token"},
    )
    answer = over(at)

    def platform_says(asked: Asked) -> Response:
        return twist(asked, answer(asked))

    with bench(home, connector, ref, platform_says, secrets=secrets, clock=clock) as ready:
        yield ready


def _login(client: str, secret: str, refresh: str) -> dict[str, str]:
    return {"client_id": client, "client_secret": secret, "refresh_token": refresh}


def zipped(value: object) -> bytes:
    """A JSON document as a gzip file."""
    return gzip.compress(json.dumps(value).encode(), mtime=0)
