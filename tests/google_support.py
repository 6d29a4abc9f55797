"""The stand-in of Google in this process, gspread pointed at it, and plain HTTP calls."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import gspread
import pytest
import requests
from gspread.http_client import HTTPClient

from sync_service.clock import FakeClock
from sync_service.sandbox.google import discovery
from sync_service.sandbox.google.access import AUTH
from sync_service.sandbox.google.ranges import Area, a1, cells_area, sides_of
from sync_service.sandbox.google.running import GoogleHandle, GoogleSandbox

Json = dict[str, Any]

NOW = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
OWNER, ROBOT, READER = "owner@team.example", "robot@project.example", "reader@team.example"
SCOPES = (f"{AUTH}spreadsheets", f"{AUTH}drive")
DOCUMENTS = discovery.documents()
needs_documents = pytest.mark.skipif(
    DOCUMENTS is None, reason="install google-api-python-client: requirements-dev.txt"
)


@dataclass(slots=True)
class Bench:
    """A running stand-in, its clock, and a book of OWNER that ROBOT may write and READER read."""

    google: GoogleHandle
    clock: FakeClock
    session: requests.Session
    book: str

    def fresh(self, locale: str = "en_US") -> str:
        """Another book with the same rights; the later calls are about it."""
        share = {ROBOT: "writer", READER: "reader"}
        self.book = self.google.book(OWNER, "Book", locale=locale, share=share)
        return self.book

    def call(
        self,
        verb: str,
        path: str,
        body: Any = None,
        *,
        who: str = ROBOT,
        scopes: tuple[str, ...] = SCOPES,
        **query: Any,
    ) -> requests.Response:
        """A call of Sheets (`/values/A1` is about the book) or Drive (`/drive/v3/...`)."""
        sheets = f"/v4/spreadsheets/{self.book}{path}"
        url = self.google.base + (path if path.startswith(("/drive", "/v4")) else sheets)
        token = self.google.google.tokens.give(who, *scopes)
        headers = {"Authorization": f"Bearer {token}"}
        return self.session.request(verb, url, params=query, json=body, headers=headers)

    def ok(self, verb: str, path: str, body: Any = None, **query: Any) -> Json:
        """The same, which must go well."""
        reply = self.call(verb, path, body, **query)
        assert reply.status_code == 200, reply.text
        answer: Json = reply.json()
        return answer

    def batch(self, *asked: Json, **query: Any) -> list[Json]:
        """A batchUpdate; gives its replies."""
        body = {"requests": list(asked)}
        replies: list[Json] = self.ok("POST", ":batchUpdate", body, **query)["replies"]
        return replies

    def refused(self, verb: str, path: str, body: Any = None, **query: Any) -> Json:
        """The error of a call that must be refused."""
        reply = self.call(verb, path, body, **query)
        assert reply.status_code >= 400, reply.text
        error: Json = reply.json()["error"]
        assert error["code"] == reply.status_code
        return error

    def put(self, place: str, rows: list[list[Any]], option: str = "USER_ENTERED") -> Json:
        """Write values."""
        return self.ok("PUT", f"/values/{place}", {"values": rows}, valueInputOption=option)

    def get(self, place: str, render: str = "FORMATTED_VALUE", **query: Any) -> list[list[Any]]:
        """Read values."""
        found = self.ok("GET", f"/values/{place}", valueRenderOption=render, **query)
        values: list[list[Any]] = found.get("values", [])
        return values

    def formulas(self, place: str) -> list[list[Any]]:
        """Read values with formulas as they stand."""
        return self.get(place, "FORMULA")

    def look(self, fields: str, **query: Any) -> Json:
        """A `spreadsheets.get` with a mask."""
        return self.ok("GET", "", fields=fields, **query)


@contextmanager
def bench(**settings: Any) -> Iterator[Bench]:
    """A stand-in without narrow quotas, on a clock that stands still."""
    clock = FakeClock(NOW)
    settings = {"per_user": 100_000, "per_project": 100_000} | settings
    google = GoogleSandbox(clock, **settings).start()
    with requests.Session() as session:
        one = Bench(google, clock, session, "")
        one.fresh()
        try:
            yield one
        finally:
            google.stop()


@pytest.fixture(scope="module")
def running() -> Iterator[Bench]:
    """The stand-in of a test file."""
    with bench() as one:
        yield one


@pytest.fixture
def one(running: Bench) -> Bench:
    """The same with a new book, and without faults of the test before."""
    running.fresh()
    running.google.faults.clear()
    return running


def redirected(hosts: Mapping[str, str]) -> type[HTTPClient]:
    """gspread's own client, which asks loopback in place of Google's hosts."""

    class Redirected(HTTPClient):
        def request(self, method: str, endpoint: str, *args: Any, **more: Any) -> Any:
            for host, base in hosts.items():
                endpoint = endpoint.replace(host, base)
            return super().request(method, endpoint, *args, **more)

    return Redirected


def client(google: GoogleHandle, info: Json) -> gspread.Client:
    """gspread signed in as a service account, with a really signed grant."""
    return gspread.service_account_from_dict(
        info, scopes=list(SCOPES), http_client=redirected(google.base_urls)
    )


def rows(start: int, end: int, sheet: int = 0) -> Json:
    return {"sheetId": sheet, "dimension": "ROWS", "startIndex": start, "endIndex": end}


def columns(start: int, end: int) -> Json:
    return rows(start, end) | {"dimension": "COLUMNS"}


def box(text: str) -> Json:
    """A bounded GridRange of the first tab."""
    area = cells_area(text, 0)
    assert area is not None
    return dict(sides_of(area))


def unbox(grid: Json) -> str:
    """The same back."""
    names = ("startRowIndex", "endRowIndex", "startColumnIndex", "endColumnIndex")
    return a1(Area(0, *(grid[name] for name in names)))
