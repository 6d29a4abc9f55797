"""The store follows the platforms: killed syncs, restated days, late visits, the schedule."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa
import pytest
from sqlalchemy import delete

from sync_service import runs, schema
from sync_service.house import open_house
from sync_service.jobs import Jobs
from sync_service.orders import at_once
from sync_service.sandbox.faults import Kind
from sync_service.sync import sync
from tests.fault_support import BY_NAME, SharedClock, Site, Small, older, settings_of, site

ORDERS = ("HY-AMZ-IT", "amazon.orders")
TRAFFIC = ("HY-AMZ-IT", "amazon.traffic")
ADS = ("HY-AMZ-IT", "amazon_ads.sp")
STORE = ("HY-SHP-US", "shopify.orders")
LATE = ("AMZ-FR", "amazon.traffic")


def synced_by_another(home: Path, netloc: str, clock: Path, pair: tuple[str, str]) -> None:
    """A process of its own syncs one stream."""
    with open_house(settings_of(home, netloc), SharedClock(clock)) as house:
        sync(house.syncing, shops={pair[0]}, streams={pair[1]}, force=True)


@pytest.mark.parametrize(
    ("pair", "operation", "kind"),
    [
        pytest.param(ORDERS, "createReport", "crash_after", id="asked for, the answer never came"),
        pytest.param(ADS, "getReport", "crash", id="while the report was built"),
        pytest.param(STORE, "orders", "crash_after", id="after the first page"),
    ],
)
def test_a_killed_sync_is_made_good_by_the_next_one(
    tmp_path: Path, pair: tuple[str, str], operation: str, kind: Kind
) -> None:
    clock = tmp_path / "clock"
    with site(tmp_path / "data", clock=SharedClock(clock)) as now:
        words = (tmp_path / "data", now.server.netloc, clock, pair)
        other = multiprocessing.get_context("spawn").Process(target=synced_by_another, args=words)

        gone = threading.Event()

        def kill() -> None:
            os.kill(int(other.pid or 0), signal.SIGKILL)
            gone.wait(10)  # the platform answers to nobody

        platform = pair[1].partition(".")[0]
        now.server.faults.add(platform, operation, kind, on_reach=kill)
        other.start()
        other.join(60)
        gone.set()
        assert other.exitcode == -signal.SIGKILL
        assert now.facts(*pair).num_rows == 0
        assert now.sync(pair).problems == ()
        assert now.wrong(*pair) == []
        assert now.server.faults.calls.get((platform, "createReport"), 0) <= 2


def test_a_restatement_is_taken_over_and_the_old_version_stays_readable(tmp_path: Path) -> None:
    pairs = (ORDERS, TRAFFIC, ADS, STORE)
    with site(tmp_path / "data") as now:
        assert [now.sync(pair).problems for pair in pairs] == [()] * 4
        before = {pair: now.facts(*pair) for pair in pairs}
        version = now.house.facts.version
        now.clock.sleep(3 * 86_400)
        changed = {pair for pair in pairs if restated(now, pair, before[pair])}
        assert {TRAFFIC, ADS} <= changed
        assert now.house.facts.version > version
        for pair in pairs:
            assert now.facts(*pair, version).equals(before[pair])


def restated(now: Site, pair: tuple[str, str], before: pa.Table) -> bool:
    """Sync once more: the truth of now; whether days that were known then read otherwise."""
    assert now.sync(pair).problems == ()
    assert now.wrong(*pair, before) == []
    return not older(now.facts(*pair), date(2026, 10, 22)).equals(before)


def test_visits_that_come_late_are_unknown_until_they_are_there(tmp_path: Path) -> None:
    late = (date(2026, 10, 20), date(2026, 10, 21))
    with site(tmp_path / "data", world=Small("AMZ-FR")) as now:
        report = now.sync(LATE)
        assert [problem.code for problem in report.problems] == ["traffic_late"]
        rows = {row["day"]: row for row in now.facts(*LATE).to_pylist()}
        for day in late:
            assert (rows[day]["sessions"], rows[day]["page_views"]) == (None, None)
            assert rows[day]["gross_sales"] > 0
        assert now.wrong(*LATE) == []
        now.clock.sleep((datetime(2026, 11, 1, 3, tzinfo=UTC) - now.clock.now()).total_seconds())
        assert now.sync(LATE).problems == ()
        rows = {row["day"]: row for row in now.facts(*LATE).to_pylist()}
        assert all(rows[day]["sessions"] > 0 for day in late)
        assert now.wrong(*LATE) == []


def test_the_schedule_fetches_what_is_due(tmp_path: Path) -> None:
    with site(tmp_path / "data", world=Small("HY-AMZ-IT")) as now:
        jobs = Jobs(now.house, at_once())
        first = now.clock.now()
        assert tick(now, jobs) == [("sync", "done", [])]
        while waiting := tick(now, jobs):  # reports that took too long for a worker to wait
            assert waiting == [("sync", "done", [])]
        now.started = first
        amazon = [one for one in BY_NAME if one.startswith("amazon")]
        assert [one for one in amazon if now.wrong("HY-AMZ-IT", one)] == []
        now.clock.sleep(86_400)
        assert tick(now, jobs) == [("sync", "done", [])]
        jobs.stop()


def test_the_schedule_goes_into_the_past_when_nothing_is_due(tmp_path: Path) -> None:
    with site(tmp_path / "data", world=Small("HY-SHP-US", opened=date(2026, 9, 1))) as now:
        jobs = Jobs(now.house, at_once())
        assert tick(now, jobs) == [("sync", "done", [])]
        asked = now.started
        steps = [tick(now, jobs) for _ in range(4)]  # refunds looked 90 days back at once
        assert steps == [[("backfill", "done", [])]] * 4
        assert tick(now, jobs) == []
        now.started = asked
        for stream in ("shopify.orders", "shopify.refunds", "shopify.traffic"):
            assert now.facts("HY-SHP-US", stream)["day"].to_pylist()[0] == date(2026, 9, 1)
            assert now.wrong("HY-SHP-US", stream) == []
        jobs.stop()


def tick(now: Site, jobs: Jobs) -> list[tuple[str, str, object]]:
    """What a minute's look orders, how it ended, and its problems."""
    now.clock.sleep(300)
    now.started = now.clock.now()
    found = [runs.find(now.house.store, run) for run in jobs.tick()]
    return [(one.kind, one.state, one.summary.get("problems")) for one in found if one is not None]


def test_a_shop_without_its_account_stops_alone(tmp_path: Path) -> None:
    with site(tmp_path / "data") as now:
        with now.house.store.begin() as connection:
            gone = schema.accounts.c.account == "ads-HY-EU"
            connection.execute(delete(schema.accounts).where(gone))
        report = now.sync(ORDERS, ADS)
        assert [problem.code for problem in report.problems] == ["account_missing"]
        assert "HY-AMZ-IT amazon_ads" in report.problems[0].line("zh")
        assert (report.chains, now.wrong(*ORDERS)) == (1, [])
        assert now.sync(STORE).problems == ()
        assert now.wrong(*STORE) == []
