"""A running stand-in of Google, and the people who work in its books.

google = GoogleSandbox(clock).start()
info = google.service_account("robot@project.example")  # for gspread.service_account_from_dict
book = google.book("manager@team.example", "KPI", share={"robot@project.example": "writer"})
google.person("manager@team.example").on(book).type("Sheet1!B3", "12%")
google.faults.add("google", "spreadsheets.values.update", "503")
google.stop()
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

from sync_service.clock import Clock, SystemClock
from sync_service.sandbox.faults import Faults
from sync_service.sandbox.google import discovery
from sync_service.sandbox.google.front import Google
from sync_service.sandbox.google.model import Book
from sync_service.sandbox.google.people import Person
from sync_service.sandbox.google.quotas import Quotas
from sync_service.sandbox.google.store import Evaluate, Place, Store
from sync_service.sandbox.google.tokens import Tokens
from sync_service.sandbox.server import HOST, listen
from sync_service.sandbox.wire import SandboxTime

Json = dict[str, Any]

REAL_HOSTS = ("https://sheets.googleapis.com", "https://www.googleapis.com")


@dataclass(slots=True)
class GoogleHandle:
    """A stand-in that listens."""

    port: int
    google: Google
    faults: Faults
    _server: ThreadingHTTPServer
    _thread: threading.Thread

    @property
    def base(self) -> str:
        """What stands in place of Google's hosts."""
        return f"http://{HOST}:{self.port}/google"

    @property
    def base_urls(self) -> dict[str, str]:
        """The real hosts, and what a client has to ask instead."""
        return dict.fromkeys(REAL_HOSTS, self.base)

    @property
    def store(self) -> Store:
        """The files."""
        return self.google.store

    def service_account(self, email: str, project: str = "1") -> Json:
        """Register a service account; the content of its key file."""
        return self.google.tokens.service_account(email, project)

    def consent(self, email: str, *scopes: str, project: str = "1") -> Json:
        """A person's consent; the content of an authorised-user file."""
        return self.google.tokens.consent(email, *scopes, project=project)

    def book(
        self,
        owner: str,
        title: str,
        *,
        locale: str = "en_US",
        share: Mapping[str, str] | None = None,
    ) -> str:
        """A new spreadsheet; `share` gives roles to addresses. Gives its id."""
        file = self.store.add_book(owner, title, locale)
        for email, role in (share or {}).items():
            self.store.share(file.file_id, email, role)
        return file.file_id

    def person(self, email: str) -> Person:
        """Somebody who works in the books by hand."""
        return Person(self.store, email)

    def stop(self) -> None:
        """Close the port and wait for the server's thread."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=5)


@dataclass(slots=True)
class GoogleSandbox:
    """Google over one clock.

    `clock` is of quotas, file times and today; `token_clock` of assertions and expiry, the host's
    by default because clients sign with it. `documents` is the folder of the discovery documents.
    """

    clock: Clock = field(default_factory=SystemClock)
    token_clock: Clock = field(default_factory=SystemClock)
    faults: Faults = field(default_factory=Faults)
    evaluate: Evaluate | None = None
    documents: Path | None = field(default_factory=discovery.documents)
    per_user: int = 60
    per_project: int = 300

    def start(self, port: int = 0) -> GoogleHandle:
        """Listen on loopback; port 0 takes a free one."""
        time = SandboxTime(self.clock)
        tokens = Tokens(self.token_clock)
        quotas = Quotas(time, self.per_user, self.per_project)
        google = Google(Store(time, self.evaluate), tokens, quotas, self.documents)
        server, thread = listen({"google": google}, self.faults, port)
        number = int(server.server_address[1])
        tokens.endpoint = f"http://{HOST}:{number}/google/token"
        return GoogleHandle(number, google, self.faults, server, thread)


def not_available(book: Book) -> dict[Place, object]:
    """What formulas give where nothing calculates: #N/A of `=NA()`; the rest stays as it was."""
    found: dict[Place, object] = {}
    for sheet in book.sheets:
        for row, column, cell in sheet.cells(sheet.whole()):
            if cell.get("userEnteredValue", {}).get("formulaValue") == "=NA()":
                found[sheet.sheet_id, row, column] = "#N/A"
    return found
