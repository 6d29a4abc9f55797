"""One data folder with the sandbox companies' facts, made without a network, and their workbooks.

The folder is made once for all test processes; a test that changes something works on a copy.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest
from sqlalchemy import update

from kpi.catalog import shipped
from kpi.model import Language, Window
from sheet_templates.build import build
from sync_service import control, schema
from sync_service.accounts import Link, save_shop
from sync_service.clock import Clock, FakeClock
from sync_service.house import House, open_house
from sync_service.refresh import Order, Outcome, book_name, refresh
from sync_service.sandbox.books import book_start
from sync_service.sandbox.truth import streams_of, truth
from sync_service.sandbox.world import SANDBOX_NOW, SandboxShop, World
from sync_service.settings import Settings
from sync_service.workbooks.xlsx import XlsxPort

SEEN = Window(date(2026, 8, 10), date(2026, 10, 23))  # nine weeks and the month before
FEW = frozenset({"HY-AMZ-DE", "HY-SHP-US"})  # the smallest company with both regions


class Few(World):
    """The sandbox with two shops only: a book that is refreshed quickly."""

    def __init__(self) -> None:
        super().__init__()
        self.shops = tuple(shop for shop in self.shops if shop.code in FEW)


WORLD = World()
COMPANIES: Mapping[str, tuple[World, str, Language]] = {
    "XH": (WORLD, "XH", "zh"),
    "HY": (WORLD, "HY", "en"),
    "FEW": (Few(), "HY", "en"),
}


def settings_of(home: Path, language: Language = "en") -> Settings:
    return Settings(home=home, database=f"sqlite:///{home / 'control.db'}", language=language)


@contextmanager
def house_at(home: Path, clock: Clock | None = None) -> Iterator[House]:
    with open_house(settings_of(home), clock or FakeClock(SANDBOX_NOW)) as house:
        yield house


# --- facts ----------------------------------------------------------------------------------------


def facts_of(
    shop: SandboxShop, stream: str, window: Window = SEEN, as_of: datetime = SANDBOX_NOW
) -> pa.Table:
    """What a perfect connector would have stored."""
    found = truth(WORLD, shop, stream, window, as_of, forgotten=True)
    columns = {code for code, measure in shipped().measures.items() if measure.derived is None}
    kept = columns | {"day", "sku", "part", "currency"}
    return found.select([name for name in found.column_names if name in kept])


def fill(house: House, shops: Iterable[SandboxShop], window: Window = SEEN) -> None:
    """Commit the truth of each stream of each shop, and note it as a sync would."""
    for shop in shops:
        save_shop(house.store, shop.noun(), {shop.platform: Link("ACCOUNT", shop.code)})
        for stream in streams_of(shop):
            commit(house, shop.code, stream, window, facts_of(shop, stream, window))


def commit(
    house: House, shop: str, stream: str, window: Window, rows: pa.Table, at: datetime = SANDBOX_NOW
) -> None:
    """One commit with its cursor and the stream's state; nothing for a stream without a row."""
    if not rows.num_rows:
        return
    number = house.facts.number(stream, shop) + 1
    house.facts.commit(stream, shop, window, rows, number=number, meta={})
    key = {"stream": stream, "shop": shop}
    cursor = {
        "number": number,
        "window_start": window.start,
        "window_end": window.end,
        "covered_until": window.end - timedelta(days=1),
        "fetched_at": at,
        "fencing": 0,
    }
    state = {"state": "ok", "last_success": at, "next_run": at + timedelta(hours=6)}
    with house.store.begin() as connection:
        control.put(connection, schema.cursors, key | cursor)
        control.put(connection, schema.stream_state, key | state)


# --- books ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Folder:
    """A data folder and the workbooks beside it; `refreshed` are the untouched originals."""

    root: Path

    @property
    def home(self) -> Path:
        return self.root / "data"

    def book(self, company: str) -> Path:
        return self.root / f"{company}.xlsx"

    def fresh(self, company: str, path: Path | None = None) -> Path:
        """A workbook as its manager filled it, not refreshed yet."""
        world, code, language = COMPANIES[company]
        start = book_start(world, code, language)
        return build(path or self.book(company), "manager", language, start)

    def refresh(self, company: str, house: House | None = None, mode: str = "auto") -> Outcome:
        """Refresh one of the folder's workbooks."""
        if house is not None:
            return refresh_book(house, self.book(company), mode)
        with house_at(self.home) as opened:
            return refresh_book(opened, self.book(company), mode)


def order_of(house: House, path: Path, mode: str = "auto") -> Order:
    port = XlsxPort(path, now=house.clock.now, recalculate=mode, backups=house.backups)
    return Order(book_name(path), port, "test")


def refresh_book(house: House, path: Path, mode: str = "auto") -> Outcome:
    return refresh(house, order_of(house, path, mode))


def copied(original: Folder, root: Path, *companies: str) -> Folder:
    """A copy that may be changed: facts are immutable files and linked, the rest is copied."""
    target = Folder(root)
    log = shutil.ignore_patterns("*.db-wal", "*.db-shm")  # of others who only look: it may go
    shutil.copytree(original.home, target.home, copy_function=_linked, ignore=log)
    keys = original.home.with_name("data-keys")
    shutil.copytree(keys, target.home.with_name("data-keys"))
    for company in companies:
        shutil.copy(original.book(company), target.book(company))
    with house_at(target.home) as house:
        _renamed(house, original, target, companies)
    return target


def _linked(source: str, target: str) -> None:
    if source.endswith(".parquet"):
        os.link(source, target)
    else:
        shutil.copy2(source, target)


def _renamed(house: House, original: Folder, target: Folder, companies: Iterable[str]) -> None:
    """The service knows a workbook by its path."""
    for company in companies:
        old, new = book_name(original.book(company)), book_name(target.book(company))
        with house.store.begin() as connection:
            for table in (schema.books, schema.scorecards, schema.written_cells):
                connection.execute(update(table).where(table.c.book == old).values(book=new))


def made(root: Path) -> Folder:
    """Make the folder, once: facts of every shop, and the three workbooks refreshed."""
    root.mkdir(parents=True, exist_ok=True)
    with (root / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        ready = root / "ready"
        if not ready.exists():
            _make(Folder(root / "road"))
            ready.touch()
    return Folder(root / "road")


def _make(folder: Folder) -> None:
    folder.root.mkdir()
    with house_at(folder.home) as house:
        fill(house, WORLD.shops)
        for company in COMPANIES:
            folder.fresh(company)
            folder.refresh(company, house)


@pytest.fixture(scope="session")
def road(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    """The folder that all test processes of a session share; nobody changes it."""
    base = tmp_path_factory.getbasetemp()
    return made((base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "shared-road")
