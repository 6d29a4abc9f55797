"""Raw loopback servers that answer what a script says, byte by byte, and a small platform."""

from __future__ import annotations

import socket
import socketserver
import struct
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from kpi.model import Region
from kpi.trade import Shop
from sync_service.accounts import Account, Link, save_account, save_shop
from sync_service.clock import Clock, FakeClock
from sync_service.connectors.session import Kit
from sync_service.control import Control
from sync_service.http import Client, Timeouts
from sync_service.secrets import Secrets, keys_from_folder
from sync_service.settings import Settings

MORNING = datetime(2026, 10, 22, 1, 0, tzinfo=UTC)  # 09:00 in Shenzhen
Answer = bytes | Callable[[socket.socket], None]


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as it came over the wire."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes


Script = Callable[[Asked], Answer]


class Server:
    """Answers each request of a loopback port as its script says; keeps what was asked."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.asked: list[Asked] = []
        self.connections = 0
        outer = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                outer.connections += 1
                while (asked := _read(self.request)) is not None:
                    outer.asked.append(asked)
                    answer = outer.script(asked)
                    if not isinstance(answer, bytes):
                        answer(self.request)
                        return
                    self.request.sendall(answer)
                    if b"connection: close" in answer.split(b"\r\n\r\n", 1)[0].lower():
                        return

        class Threads(socketserver.ThreadingTCPServer):
            daemon_threads = True
            allow_reuse_address = True

            def handle_error(self, _request: object, _client: object) -> None:
                """A client that hangs up is what several tests are about."""

        self._server = Threads(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: object, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self._server.server_address[1]}"

    @property
    def url(self) -> str:
        return f"http://{self.place}"


def _read(connection: socket.socket) -> Asked | None:
    """Read one request; None when the client has hung up."""
    data = b""
    try:
        while b"\r\n\r\n" not in data:
            part = connection.recv(65_536)
            if not part:
                return None
            data += part
        head, body = data.split(b"\r\n\r\n", 1)
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {n.lower(): v.strip() for n, v in (line.split(":", 1) for line in lines)}
        while len(body) < int(headers.get("content-length", "0")):
            body += connection.recv(65_536)
    except ConnectionError:
        return None
    method, target, _ = first.split(" ", 2)
    return Asked(method, target, headers, body)


def answer(
    body: bytes = b"{}", status: int = 200, headers: Sequence[tuple[str, str]] = ()
) -> bytes:
    """A well-formed answer with its length."""
    lines = [
        f"HTTP/1.1 {status} X",
        f"content-length: {len(body)}",
        "content-type: application/json",
    ]
    lines += [f"{name}: {value}" for name, value in headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def in_turn(*answers: Answer) -> Script:
    """Give the answers one after the other; the last one again and again."""
    left = list(answers)
    guard = threading.Lock()

    def script(_asked: Asked) -> Answer:
        with guard:
            return left.pop(0) if len(left) > 1 else left[0]

    return script


def then_close(data: bytes) -> Answer:
    """Send exactly these bytes and hang up."""

    def act(connection: socket.socket) -> None:
        connection.sendall(data)
        connection.shutdown(socket.SHUT_RDWR)

    return act


def then_reset(data: bytes) -> Answer:
    """Send exactly these bytes and reset the connection."""

    def act(connection: socket.socket) -> None:
        connection.sendall(data)
        time.sleep(0.02)  # a reset overtakes bytes that were not read yet
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()

    return act


def drip(data: bytes, pause: float = 0.05) -> Answer:
    """Send a byte at a time, without end in sight."""

    def act(connection: socket.socket) -> None:
        for byte in data:
            try:
                connection.sendall(bytes([byte]))
            except OSError:
                return
            time.sleep(pause)

    return act


def silence(seconds: float = 2.0) -> Answer:
    """Say nothing."""
    return lambda _connection: time.sleep(seconds)


QUICK = Timeouts(connect=1.0, read=0.3, total=0.8)


@contextmanager
def client_for(
    server: Server, timeouts: Timeouts = QUICK, max_body: int = 1 << 24
) -> Iterator[Client]:
    """A client that may call the server and nobody else."""
    client = Client((), loopback=[server.place], timeouts=timeouts, max_body=max_body)
    try:
        yield client
    finally:
        client.close()


@dataclass(slots=True)
class Place:
    """A data folder with everything a session needs."""

    home: Path
    store: Control
    kit: Kit
    clock: Clock
    servers: list[Server] = field(default_factory=list)


@contextmanager
def installed(
    home: Path, loopback: Sequence[str], clock: Clock | None = None, workers: int = 4
) -> Iterator[Place]:
    """Open a data folder as the service does; the clock stands still unless somebody sleeps."""
    clock = clock or FakeClock(MORNING)
    settings = Settings(
        home=home,
        database=f"sqlite:///{home / 'control.db'}",
        loopback=frozenset(loopback),
        workers=workers,
    )
    store = Control(settings.database)
    secrets = Secrets(store, keys_from_folder(settings.keys_folder), clock.now)
    kit = Kit(settings, store, secrets, clock)
    kit.timeouts = QUICK
    try:
        yield Place(home, store, kit, clock)
    finally:
        kit.close()
        store.close()


def connect(place: Place, server: Server, *codes: str, platform: str = "toy") -> None:
    """Authorise one account per shop at the toy platform."""
    for code in codes:
        account = f"acc-{code}"
        urls = {"api": server.url, "token": f"{server.url}/token"}
        save_account(place.store, Account(account, platform, "demo", urls))
        shop = Shop(code, platform, "DE", Region.EU, "EUR", "Europe/Berlin")
        save_shop(place.store, shop, {platform: Link(account, "M1")})
        place.kit.secrets.put(account, {"refresh_token": "first", "client_secret": "s3"})
