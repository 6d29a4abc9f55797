"""A spreadsheet of ours in the stand-in of Google, and an installation that may call it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from sheet_templates.build import build
from sync_service.clock import Clock, FakeClock
from sync_service.google.accounts import READ_WRITE, keep
from sync_service.google.client import SheetsClient, open_client
from sync_service.google.refreshing import PREFIX, google_port
from sync_service.google.transfer.common import common
from sync_service.google.transfer.making import Order as Making
from sync_service.google.transfer.making import make
from sync_service.google.transfer.xlsx_reading import read_xlsx
from sync_service.house import House, open_house
from sync_service.refresh import Order, Outcome, refresh
from sync_service.sandbox.books import book_start
from sync_service.sandbox.google.people import Hands
from sync_service.sandbox.google.running import GoogleHandle, GoogleSandbox, not_available
from sync_service.sandbox.world import SANDBOX_NOW
from sync_service.workbooks.google import GooglePort
from tests.road_support import COMPANIES, fill, settings_of

MANAGER = "manager@team.example"
ROBOT = "robot@project.iam.gserviceaccount.com"
Json = dict[str, Any]


@dataclass(slots=True)
class Google:
    """An installation whose Google is the stand-in."""

    house: House
    handle: GoogleHandle
    client: SheetsClient

    def hands(self, sheet: str, who: str = MANAGER) -> Hands:
        """A person at work in a spreadsheet."""
        return self.handle.person(who).on(sheet)

    def load(self, path: Path) -> str:
        """A spreadsheet that holds what a workbook holds; gives its id."""
        book, _ = common(read_xlsx(path.read_bytes(), path.name))
        language = "zh" if "今日" in {sheet.title for sheet in book.sheets} else "en"
        made = make(self.client, book, Making(path.stem, language, edition="manager"))
        self.handle.store.share(made.id, MANAGER, "writer")
        return made.id

    def port(self, sheet: str) -> GooglePort:
        return google_port(self.house, sheet)

    def refresh(self, sheet: str, port: GooglePort | None = None) -> Outcome:
        order = Order(PREFIX + sheet, port or self.port(sheet), "test")
        return refresh(self.house, order)

    def calls(self) -> dict[str, int]:
        """Operations that the stand-in was asked for since the last look, tokens left out."""
        counted = {name: count for (_, name), count in self.handle.faults.calls.items()}
        self.handle.faults.calls.clear()
        return {name: count for name, count in counted.items() if name != "token"}


@contextmanager
def google_at(home: Path, clock: Clock | None = None) -> Iterator[Google]:
    """The stand-in and an installation over one clock."""
    time = clock or FakeClock(SANDBOX_NOW)
    handle = GoogleSandbox(time, evaluate=not_available).start()
    settings = replace(
        settings_of(home),
        loopback=frozenset({f"127.0.0.1:{handle.port}"}),
        options={"google": handle.base},
    )
    try:
        with open_house(settings, time) as house:
            keep(house.secrets, handle.service_account(ROBOT))
            yield Google(house, handle, open_client(house, READ_WRITE))
    finally:
        handle.stop()


@pytest.fixture(scope="module")
def google(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Google]:
    """The stand-in and an empty installation, of a test file."""
    with google_at(tmp_path_factory.mktemp("google") / "data") as one:
        yield one


@contextmanager
def with_few(root: Path) -> Iterator[tuple[Google, Path]]:
    """The small company: its workbook, and an installation that holds its facts."""
    world, code, language = COMPANIES["FEW"]
    path = build(root / "FEW.xlsx", "manager", language, book_start(world, code, language))
    with google_at(root / "data") as one:
        fill(one.house, world.shops)
        yield one, path
