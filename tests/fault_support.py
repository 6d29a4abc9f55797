"""Small shops on a real sandbox server: synced once, copied for each test, a day older."""

from __future__ import annotations

import mmap
import shutil
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import select

from kpi.model import Window
from kpi.trade import Shop
from sync_service import schema
from sync_service.clock import Clock, FakeClock, RealWork
from sync_service.connectors.kernel import Stream
from sync_service.house import CONNECTORS, House, open_house
from sync_service.sandbox.connections import connect_sandbox
from sync_service.sandbox.server import Sandbox, SandboxHandle
from sync_service.sandbox.truth import same, truth
from sync_service.sandbox.world import SANDBOX_NOW, SandboxShop, World
from sync_service.settings import Settings
from sync_service.sync import SyncReport, sync

OPENED = date(2026, 10, 12)  # ten days: a world small enough for a test of a second
NEXT_DAY = SANDBOX_NOW + timedelta(days=1)
STREAMS: Mapping[str, tuple[str, ...]] = {
    "HY-AMZ-IT": (
        "amazon.orders",
        "amazon.traffic",
        "amazon.finances",
        "amazon.stock",
        "amazon_ads.sp",
    ),
    "HY-SHP-US": ("shopify.orders", "shopify.traffic"),
}
BY_NAME: Mapping[str, Stream] = {
    stream.name: stream for connector in CONNECTORS for stream in connector.streams
}


class SharedClock(RealWork):
    """A clock in a file, which moves when some process sleeps: also one that is killed later."""

    def __init__(self, file: Path) -> None:
        """Map the seconds that have been slept since `NEXT_DAY`."""
        if not file.exists():
            file.write_bytes(bytes(8))
        with file.open("r+b") as opened:
            self._place = memoryview(mmap.mmap(opened.fileno(), 8)).cast("d")
        self._guard = threading.Lock()

    def now(self) -> datetime:
        return NEXT_DAY + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        return float(self._place[0])

    def sleep(self, seconds: float) -> None:
        with self._guard:
            self._place[0] += max(0.0, seconds)


@dataclass(frozen=True, slots=True)
class Young(SandboxShop):
    """A shop that the company knows since a few days or weeks only."""

    since: date = OPENED

    def noun(self) -> Shop:
        return replace(SandboxShop.noun(self), opened=self.since)


class Small(World):
    """Some of the sandbox's shops."""

    def __init__(self, *codes: str, opened: date = OPENED) -> None:
        super().__init__()
        self.opened = opened
        names = [one.name for one in fields(SandboxShop)]
        self.shops = tuple(
            Young(**{name: getattr(shop, name) for name in names}, since=opened)
            for shop in self.shops
            if shop.code in codes
        )


WORLD = Small(*STREAMS)


@dataclass(slots=True)
class Site:
    """An open house beside a running sandbox."""

    house: House
    server: SandboxHandle
    clock: Clock
    started: datetime
    opened: date

    def sync(self, *pairs: tuple[str, str], force: bool = True) -> SyncReport:
        """Fetch streams of shops in one run, due or not."""
        self.started = self.clock.now()
        shops, streams = {shop for shop, _ in pairs}, {stream for _, stream in pairs}
        return sync(self.house.syncing, shops=shops, streams=streams, force=force)

    def facts(self, shop: str, stream: str, version: int | None = None) -> pa.Table:
        """What the store holds, all columns of the stream."""
        window = Window(self.opened, date(2026, 12, 1))
        found = self.house.facts.rows(stream, shop, window, version)
        keys = ("day", "sku", "part", "currency")
        return found.select([*keys, *BY_NAME[stream].measures])

    def wrong(self, shop: str, stream: str, before: pa.Table | None = None) -> list[str]:
        """What differs from the truth; `before` holds the days that are not looked at again.

        A platform answers for the instant in which it is asked: that of the report, or of the call.
        """
        got = self.facts(shop, stream)
        today = self.clock.now().astimezone(ZoneInfo(self.server.world.shop(shop).time_zone)).date()
        one = BY_NAME[stream]
        first = today - timedelta(days=max(1, one.look_back_days))
        if before is not None:
            assert older(got, first).equals(older(before, first))
        reach = first if before is not None else today - timedelta(days=one.history_days or 1)
        start = max(self.opened, reach)
        window = Window(start, today if one.history_days else today + timedelta(days=1))
        found = [
            same(since(got, start), truth(self.server.world, shop, stream, window, at))
            for at in self._instants(stream, shop)
        ]
        return min(found, key=len)

    def _instants(self, stream: str, shop: str) -> list[datetime]:
        table = schema.reports
        wanted = select(table.c.options).where(table.c.stream == stream, table.c.shop == shop)
        with self.house.store.read() as connection:
            asked = [
                datetime.fromisoformat(one["asked_at"])
                for one in connection.execute(wanted).scalars()
            ]
        return [self.started, *(at for at in asked if at >= self.started), self.clock.now()]


def older(facts: pa.Table, day: date) -> pa.Table:
    return facts.filter(pc.less(facts["day"], pa.scalar(day)))


def since(facts: pa.Table, day: date) -> pa.Table:
    return facts.filter(pc.greater_equal(facts["day"], pa.scalar(day)))


@contextmanager
def site(
    home: Path, now: datetime = SANDBOX_NOW, clock: Clock | None = None, world: Small = WORLD
) -> Iterator[Site]:
    """A sandbox at this instant, and the house whose shops are connected to it."""
    time = clock or FakeClock(now)
    server = Sandbox(world, time).start()
    try:
        with open_house(settings_of(home, server.netloc), time) as house:
            connect_sandbox(house, server)
            yield Site(house, server, time, time.now(), world.opened)
    finally:
        server.stop()


def settings_of(home: Path, netloc: str) -> Settings:
    return Settings(
        home=home,
        database=f"sqlite:///{home / 'control.db'}",
        loopback=frozenset({netloc}),
        workers=3,
    )


def copied(base: Path, home: Path) -> Path:
    """A data folder of its own, with its keys."""
    shutil.copytree(base, home)
    shutil.copytree(base.with_name(f"{base.name}-keys"), home.with_name(f"{home.name}-keys"))
    return home
