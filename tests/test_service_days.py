"""Days of a running service: frequencies, a stopped backfill, a pause and the morning file."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from kpi.tables import Table
from sync_service import mornings, runs, schema
from sync_service.cli import main
from sync_service.clock import FakeClock, SystemClock
from sync_service.commits import progress
from sync_service.jobs import Jobs
from sync_service.orders import at_once
from sync_service.pausing import switch_writing
from sync_service.sandbox.world import SANDBOX_NOW
from sync_service.schedule import Frequency, set_frequency
from sync_service.workbooks.xlsx import XlsxPort
from tests.fault_support import Site, Small, site
from tests.road_support import Folder, copied, house_at

HOUR = 3_600
STORE, SHOP = "HY-SHP-US", "HY-AMZ-IT"


# --- a frequency for each shop --------------------------------------------------------------------


def fetched(now: Site, shop: str, stream: str) -> datetime:
    """When a stream came last."""
    table = schema.stream_state.c
    with now.house.store.read() as connection:
        wanted = select(table.last_success).where(table.shop == shop, table.stream == stream)
        found = connection.execute(wanted).scalar()
    assert isinstance(found, datetime)
    return found


def test_an_hourly_shop_comes_each_hour_and_a_daily_one_each_day(tmp_path: Path) -> None:
    """24 looks an hour apart: the store every time, the marketplace once, a paused stream never."""
    with site(tmp_path / "data", world=Small(STORE, SHOP)) as now:
        store, jobs = now.house.store, Jobs(now.house, at_once())
        for pair in (
            (STORE, "shopify.traffic"),
            (SHOP, "amazon.orders"),
            (SHOP, "amazon.listings"),
        ):
            assert now.sync(pair).problems == ()
        rest = now.clock.now()
        for shop in (STORE, SHOP):
            set_frequency(store, shop, Frequency(86_400, paused=True), rest)
        set_frequency(store, STORE, Frequency(HOUR), rest, "shopify.traffic")
        set_frequency(store, SHOP, Frequency(), rest, "amazon.orders")
        came: dict[str, set[datetime]] = {"store": set(), "orders": set(), "listings": set()}
        for _ in range(24):
            now.clock.sleep(HOUR)
            jobs.tick()
            came["store"].add(fetched(now, STORE, "shopify.traffic"))
            came["orders"].add(fetched(now, SHOP, "amazon.orders"))
            came["listings"].add(fetched(now, SHOP, "amazon.listings"))
        jobs.stop()
    assert {name: len(times) for name, times in came.items()} == {
        "store": 24, "orders": 2, "listings": 1,
    }  # fmt: skip


# --- a backfill that is stopped by hand -----------------------------------------------------------


@contextmanager
def commanded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """A site whose data folder the command line uses too, on the same clock."""
    clock = FakeClock(SANDBOX_NOW)
    with site(tmp_path / "data", clock=clock, world=Small(SHOP, opened=date(2026, 1, 10))) as now:
        monkeypatch.setenv("LINKSTAR_LOOPBACK", now.server.netloc)
        monkeypatch.setattr(SystemClock, "now", lambda _clock: clock.now())
        monkeypatch.setattr(SystemClock, "sleep", lambda _clock, seconds: clock.sleep(seconds))
        yield now


def backfilled(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], stream: str
) -> tuple[int, dict[str, Any]]:
    capsys.readouterr()
    code = main(["--json", "--home", str(tmp_path / "data"), "backfill", "--stream", stream])
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert found["exit"] == code
    return code, found


def test_ctrl_c_stops_a_backfill_and_the_next_one_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two spans: Ctrl-C while the first is fetched ends after the piece in hand, with 75."""
    stream = "amazon.finances"
    with commanded(tmp_path, monkeypatch) as now:
        assert now.sync((SHOP, stream)).problems == ()
        recent = progress(now.house.store, stream, SHOP).covered_from
        now.server.faults.add(
            "amazon", "listTransactions", "crash",
            on_reach=lambda: os.kill(os.getpid(), signal.SIGINT),
        )  # fmt: skip
        code, said = backfilled(tmp_path, capsys, stream)
        assert (code, said["problems"]) == (75, [])
        assert progress(now.house.store, stream, SHOP).covered_from == recent
        code, said = backfilled(tmp_path, capsys, stream)
        assert (code, said["commits"], said["problems"]) == (0, 2, [])
        assert progress(now.house.store, stream, SHOP).covered_from == date(2026, 1, 10)
        assert now.wrong(SHOP, stream) == []
        assert backfilled(tmp_path, capsys, stream)[1]["chains"] == 0


# --- the morning file -----------------------------------------------------------------------------

SHENZHEN = ZoneInfo("Asia/Shanghai")
EVENING = datetime(2026, 10, 21, 12, tzinfo=UTC)  # 20:00 in Shenzhen, the evening before


def rows(book: Path, table: str) -> Table:
    return XlsxPort(book).read().tables[table]


def slept_until(clock: FakeClock, jobs: Jobs, end: datetime) -> list[tuple[datetime, str]]:
    """A look each ten minutes; when which jobs ran."""
    done = []
    while clock.now() < end:
        clock.jump(600)
        done += [(clock.now(), run) for run in jobs.tick()]
    return done


def test_the_morning_file_is_there_before_nine_with_ten_lines(road: Folder, tmp_path: Path) -> None:
    """Registered in the evening; nobody clicks; at nine the file holds today's ten lines."""
    mine = copied(road, tmp_path / "road")
    book = mine.fresh("HY")
    clock = FakeClock(EVENING)
    with house_at(mine.home, clock) as house:
        jobs = Jobs(house, at_once())
        codes = [row.value("shop") for row in rows(book, "tblShop").rows]
        mornings.register(
            house.store, book, "08:30", "Asia/Shanghai", list(map(str, codes)), clock.now()
        )
        nine = datetime(2026, 10, 22, 9, tzinfo=SHENZHEN)
        ran = slept_until(clock, jobs, nine)
        mornings_run = [at for at, run in ran if run.startswith("morning")]
        found = [runs.find(house.store, run) for _, run in ran if run.startswith("morning")]
        jobs.stop()
    assert [one.state for one in found if one is not None] == ["done"]
    assert mornings_run[0] < nine
    assert mornings_run[0] - nine <= -timedelta(minutes=20)
    contents = XlsxPort(book).read()
    assert str(contents.names["nmRefreshed"]).startswith("10-22 08:")
    focus = contents.tables["tblFocus"].rows
    assert [row.value("no") for row in focus] == [float(n) for n in range(1, 11)]
    lines = [row for row in focus if row.value("what")]
    assert len(lines) >= 5
    for row in lines:
        assert all(row.value(code) for code in ("level", "scope", "next_step", "link")), row
    assert all(row.value("net_sales") for row in contents.tables["tblShop"].rows)


def test_a_pause_stops_every_writer_and_each_workbook_shows_it(
    road: Folder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A click, a morning and the command line write the banner only; a share writes nothing."""
    mine = copied(road, tmp_path / "road", "FEW")
    book, out = mine.fresh("FEW"), tmp_path / "slice.xlsx"
    clock = FakeClock(EVENING)
    with house_at(mine.home, clock) as house:
        jobs = Jobs(house, at_once())
        mornings.register(house.store, book, "08:30", "Asia/Shanghai", (), clock.now())
        switch_writing(house, "wrong prices", "test")
        clicked = runs.find(house.store, jobs.order_refresh(str(book.resolve()), "test"))
        assert clicked is not None
        assert clicked.summary["result"] == "paused"
        shown(book, "wrong prices", written=False)
        slept_until(clock, jobs, datetime(2026, 10, 22, 9, tzinfo=SHENZHEN))
        jobs.stop()
        shown(book, "wrong prices", written=False)
    home = ["--home", str(mine.home), "--lang", "en"]
    assert main([*home, "refresh", str(book)]) in {0, 1}
    shown(book, "wrong prices", written=False)
    capsys.readouterr()
    assert main([*home, "share", str(book), "--person", "OPS6", "--out", str(out)]) == 3
    assert ("wrong prices" in capsys.readouterr().err, out.exists()) == (True, False)
    assert main([*home, "resume"]) == 0
    assert main([*home, "refresh", str(book)]) in {0, 1}
    shown(book, "", written=True)


def shown(book: Path, reason: str, *, written: bool) -> None:
    """The banner, and whether any figure of the service stands in the book."""
    contents = XlsxPort(book).read()
    assert (contents.names["nmPaused"] or "") == reason
    scores = [row for row in contents.tables["tblScore"].rows if row.value("item")]
    assert bool(scores) == written
