"""The calls of Google as the product makes them, who makes them, and a stranger's server."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from sync_service.clock import FakeClock
from sync_service.google.accounts import MAKE_AND_SHARE, keep
from sync_service.google.client import SheetsClient, open_client
from sync_service.sandbox.faults import Kind
from sync_service.sandbox.world import SANDBOX_NOW
from sync_service.settings import Settings
from tests.google_house import MANAGER, ROBOT, Google, google_at
from tests.google_support import box

GET, BATCH, CREATE = "spreadsheets.get", "spreadsheets.batchUpdate", "spreadsheets.create"
WRITE, FILE = "spreadsheets.values.batchUpdateByDataFilter", "files.create"
ENDLESS = 10_000
Json = dict[str, Any]


@dataclass(slots=True)
class Road:
    """An installation, the stand-in, their clock, and a book that the robot may write."""

    google: Google
    clock: FakeClock
    info: Json
    client: SheetsClient  # of the robot, with a token already
    book: str = ""

    def opened(self) -> SheetsClient:
        """A new client of the account that is stored now."""
        return open_client(self.google.house, MAKE_AND_SHARE)

    def fault(self, operation: str, kind: Kind, **more: Any) -> None:
        self.google.handle.faults.add("google", operation, kind, **more)

    def cells(self) -> list[list[Any]]:
        return self.google.hands(self.book).look("Sheet1!A1:B2", "UNFORMATTED_VALUE")

    def calls(self) -> dict[str, int]:
        return self.google.calls()


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Road]:
    clock = FakeClock(SANDBOX_NOW)
    with google_at(tmp_path_factory.mktemp("http") / "data", clock) as google:
        google.handle.google.quotas.per_user = google.handle.google.quotas.per_project = ENDLESS
        info = google.handle.service_account(ROBOT)
        keep(google.house.secrets, info)
        yield Road(google, clock, info, open_client(google.house, MAKE_AND_SHARE))


@pytest.fixture
def road(started: Road) -> Road:
    """No fault, full buckets, the robot's own key, a new book."""
    handle = started.google.handle
    handle.faults.clear()
    started.clock.jump(600)
    keep(started.google.house.secrets, started.info)
    started.book = handle.book(MANAGER, "Book", share={ROBOT: "writer"})
    started.calls()
    started.clock.slept.clear()
    return started


Call = Callable[[SheetsClient, str], Json]


def get(client: SheetsClient, book: str) -> Json:
    return client.get(book, "spreadsheetId")


def write(client: SheetsClient, book: str) -> Json:
    piece = {"dataFilter": {"gridRange": {"sheetId": 0} | box("A1:B2")}, "majorDimension": "ROWS"}
    return client.write_values(book, [piece | {"values": [["=1", 2], [3.5, "x"]]}])


def batch(client: SheetsClient, book: str) -> Json:
    return client.batch_update(book, [{"addSheet": {"properties": {"title": "More"}}}])


def create(client: SheetsClient, book: str) -> Json:
    return client.create({"properties": {"title": f"Another {book}"}})


def file(client: SheetsClient, book: str) -> Json:
    return client.drive("post", "", json={"name": book, "mimeType": "application/x"})


WRITTEN = [["=1", 2], [3.5, "x"]]
OPERATIONS = {GET: get, WRITE: write, BATCH: batch, CREATE: create, FILE: file}


TOKENS = b'{"access_token": "t", "token_type": "Bearer", "expires_in": 3599, "refresh_token": "r"}'


@dataclass(slots=True)
class Elsewhere:
    """A server that is not Google's: it notes what it is asked, and sends on whoever asks."""

    to: str = ""
    tokens_by: int = 200  # the status with which it answers who asks for a token
    asked: list[str] = field(default_factory=list)
    base: str = ""

    @property
    def netloc(self) -> str:
        return self.base.partition("//")[2].partition("/")[0]

    def as_google(self, settings: Settings) -> Settings:
        """Settings whose Google is this server."""
        pairs = settings.loopback | {self.netloc}
        return replace(settings, loopback=pairs, options={"google": self.base})


@contextmanager
def elsewhere(to: str, tokens_by: int = 200) -> Iterator[Elsewhere]:
    one = Elsewhere(to, tokens_by)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            one.asked.append(self.path)
            self.rfile.read(int(self.headers["Content-Length"] or 0))
            asks_for_token = self.path.endswith("/token")
            if asks_for_token and one.tokens_by == 200:
                self._say(200, TOKENS, "Content-Type", "application/json")
            else:
                status = one.tokens_by if asks_for_token else 307
                self._say(status, b"", "Location", one.to + self.path)

        def do_GET(self) -> None:
            one.asked.append(self.path)
            self._say(302, b"", "Location", one.to + self.path)

        def _say(self, status: int, body: bytes, name: str, value: str) -> None:
            self.send_response(status)
            self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    one.base = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield one
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
