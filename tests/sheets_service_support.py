"""A service with one connected spreadsheet; its tables are held here instead of at Google."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from sheet_templates.build import build
from sheet_templates.start import BookStart, StartRow
from sync_service.clock import FakeClock
from sync_service.house import House, open_house
from sync_service.jobs import Jobs
from sync_service.orders import at_once
from sync_service.refresh import Order, Outcome, Step, refresh
from sync_service.settings import Settings
from sync_service.sheets import links
from sync_service.sheets.links import Scope, book_name
from sync_service.sheets.signing import Call, headers_of
from sync_service.sheets.spreadsheets import Watch
from sync_service.web.app import create_app
from sync_service.web.tokens import make_token
from sync_service.workbooks.port import WorkbookPort
from sync_service.workbooks.sent import Offer, SentBook, SentPort, sent_book
from tests.apps_script_support import ADDRESS, SHEET, Json
from tests.sent_support import body_of
from tests.service_support import NINE

HOST = {"Host": urlsplit(ADDRESS).netloc}


@dataclass(slots=True)
class Held:
    """One spreadsheet's tables; what is done to it is counted."""

    book: SentBook
    reads: int = 0
    writes: int = 0
    deleted: list[str] = field(default_factory=list)  # tabs that `rebuild` makes anew
    broken: Exception | None = None  # what the next refresh ends with

    def port(self, house: House, sheet: str) -> WorkbookPort:
        del house, sheet
        self.reads += 1
        return SentPort(self.book, self._written)

    def _written(self, offer: Offer) -> bool:
        self.book = offer.after()
        self.writes += 1
        return True

    def refresh(self, house: House, sheet: str, who: str, tell: Step, watch: Watch) -> Outcome:
        if self.broken is not None:
            tell("读取工作簿", "Reading the workbook")
            raise self.broken
        order = Order(book_name(sheet), self.port(house, sheet), who)
        return refresh(house, order, tell, watch)

    def rebuild(self, house: House, sheet: str) -> Sequence[str]:
        del house, sheet
        made, self.deleted = self.deleted, []
        return made


@dataclass(slots=True)
class Sheets:
    """A service that answers the script of one spreadsheet."""

    house: House
    clock: FakeClock
    web: FlaskClient
    google: Held
    key: str
    token: str
    down: bool = False  # nobody answers
    sheet: str = SHEET

    @property
    def code(self) -> str:
        """What `google connect` prints."""
        return f"{ADDRESS}#{self.key}"

    def call(self, method: str, path: str, body: Any = None, **more: Any) -> Call:
        """A call as the script makes it."""
        text = b"" if body is None else json.dumps(body).encode()
        now = int(self.clock.now().timestamp())
        given = {
            "sheet": self.sheet,
            "version": "1.0.0",
            "time": str(now),
            "nonce": secrets.token_hex(16),
        }
        return Call(method, path, **{**given, **more}, body=text)

    def send(self, call: Call, key: str | None = None, **headers: str) -> TestResponse:
        """Send it, signed."""
        signed = headers_of(call, self.key if key is None else key)
        return self.web.open(
            call.path,
            method=call.method,
            data=call.body,
            content_type="application/json",
            headers={**HOST, **signed, **headers},
        )

    def post(self, path: str, body: Any = None, **more: Any) -> TestResponse:
        return self.send(self.call("POST", path, {} if body is None else body, **more))

    def get(self, path: str) -> TestResponse:
        return self.send(self.call("GET", path))

    def fetch(self, request: Json) -> Json:
        """What UrlFetchApp of the script gets."""
        if self.down:
            return {"down": True}
        address = urlsplit(request["address"])
        answer = self.web.open(
            address.path,
            method=request["method"].upper(),
            data=request.get("payload", ""),
            content_type=request.get("contentType"),
            headers={"Host": address.netloc, **request["headers"]},
        )
        return {"status": answer.status_code, "text": answer.get_data(as_text=True), "took": 50}


@cache
def plain() -> SentBook:
    """A workbook without shops and with one fault; it takes a while to build."""
    fault: StartRow = {"no": "1", "month": "10/2026", "person": "OPS1", "points": 1.0}  # Points!B5
    start = BookStart(settings={"month": "2026-10"}, points=[fault])
    with TemporaryDirectory() as folder:
        return sent_book(body_of(build(Path(folder) / "book.xlsx", "manager", "en", start)))


@contextmanager
def sheets(root: Path, scope: Scope = Scope.WRITE) -> Iterator[Sheets]:
    """A service over that workbook."""
    clock, home = FakeClock(NINE), root / "data"
    settings = Settings(home=home, database=f"sqlite:///{home / 'control.db'}")
    google = Held(plain())
    with open_house(settings, clock) as house:
        jobs = Jobs(house, at_once())
        app = create_app(house, jobs, google)
        key = links.connect(house, SHEET, ADDRESS, scope)
        token = make_token(house)
        assert token is not None
        yield Sheets(house, clock, app.test_client(), google, key, token)
        app.extensions["linkstar"].panes.stop()
        jobs.stop()
