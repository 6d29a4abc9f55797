"""What runs when: mornings, made-up mornings, the ration, and one service that really runs."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from kpi.errors import KpiError
from sync_service import control, mornings, rations, runs, schema
from sync_service.clock import FakeClock
from sync_service.connectors.amazon_sp_api import AMAZON, RATIONED
from sync_service.connectors.kernel import ShopRef
from sync_service.house import open_house
from sync_service.jobs import Jobs
from sync_service.next_fetches import refetch
from sync_service.orders import JsonOrders, open_queue
from sync_service.settings import Settings
from tests.service_support import NINE, SHENZHEN, Service, service

DAY = timedelta(days=1)


@pytest.fixture
def one(tmp_path: Path) -> Iterator[Service]:
    with service(tmp_path) as made:
        yield made


def kinds(one: Service) -> list[tuple[str, str]]:
    return [(run.kind, run.state) for run in reversed(runs.latest(one.house.store))]


def go(one: Service, hours: float) -> list[str]:
    one.clock.jump(hours * 3600)
    return one.jobs.tick()


# 09:00 in Shenzhen on 22 October: today's half past eight is over.
@pytest.mark.parametrize(
    ("hours", "ordered"),
    [
        pytest.param(0.0, 0, id="registered after its time: nothing today"),
        pytest.param(23.4, 0, id="08:24 the next day"),
        pytest.param(23.5, 1, id="08:30 the next day"),
        pytest.param(23.9, 1, id="08:54: still before nine"),
    ],
)
def test_a_workbook_is_refreshed_at_its_own_half_past_eight(
    one: Service, hours: float, ordered: int
) -> None:
    one.book()
    assert len(go(one, hours)) == ordered


def test_a_morning_is_done_once(one: Service) -> None:
    one.book()
    assert len(go(one, 23.5)) == 1
    assert kinds(one) == [("morning", "done")]
    assert go(one, 1 / 60) == []
    assert mornings.mornings(one.house.store)[0].last_day == date(2026, 10, 23)


def test_the_time_is_the_workbooks_own() -> None:
    """08:30 in New York is 12:30 UTC in October and 13:30 in November."""
    one = mornings.Morning("/a.xlsx", "08:30", "America/New_York", (), None)
    for now, hour in (
        (datetime(2026, 10, 30, 20, tzinfo=UTC), 12),
        (datetime(2026, 11, 2, 20, tzinfo=UTC), 13),
    ):
        assert one.slot(now).astimezone(UTC) == now.replace(hour=hour, minute=30)


def audit_lines(one: Service) -> list[str]:
    wanted = select(schema.audit.c.reason).where(schema.audit.c.action == "morning_made_up")
    with one.house.store.read() as connection:
        return list(connection.execute(wanted).scalars())


def test_mornings_that_were_missed_are_made_up_once_and_logged(one: Service) -> None:
    """Off from the 22nd to the 26th at 11:00: the 26th comes late, 23rd to 25th never."""
    one.book()
    assert len(go(one, 4 * 24 + 2)) == 1
    assert kinds(one) == [("morning", "done")]
    assert audit_lines(one) == [
        "2026-10-26 08:30 comes 150 min late; 3 earlier mornings are not repeated"
    ]
    assert go(one, 1 / 60) == []
    assert runs.latest(one.house.store)[0].summary["made_up"] is True


def test_a_workbook_that_is_open_is_tried_again_until_nine(one: Service) -> None:
    book = one.book()
    lock = book.with_name(f"~${book.name}")
    lock.write_bytes(b"\x03Ann".ljust(165))
    go(one, 23.5)
    assert kinds(one) == [("morning", "failed")]
    assert go(one, 1 / 60) == []  # not at once again
    lock.unlink()
    assert len(go(one, 5 / 60)) == 1
    assert kinds(one) == [("morning", "done")]


def test_a_morning_that_never_works_is_given_up(one: Service) -> None:
    book = one.book()
    book.unlink()
    go(one, 23.5)
    for _ in range(10):
        go(one, 6 / 60)
    told = runs.latest(one.house.store)[0]
    assert (told.state, told.summary["tries"]) == ("failed", 6)
    assert "not where it was registered" in str(told.summary["error"])
    assert mornings.mornings(one.house.store)[0].last_day == date(2026, 10, 23)


def test_a_time_of_day_must_be_one(one: Service) -> None:
    for text in ("8:30", "24:00", "08:60", "half past eight"):
        with pytest.raises(KpiError, match="no time of day"):
            mornings.register(one.house.store, one.root / "a.xlsx", text, SHENZHEN, (), NINE)


def test_what_is_older_than_six_hours_is_fetched_before_the_morning_file(one: Service) -> None:
    store, later = one.house.store, NINE + DAY
    states = {
        "OLD": ("ok", NINE - timedelta(hours=7)),
        "NEW": ("ok", NINE - timedelta(hours=2)),
        "BAD": ("broken", NINE - timedelta(hours=7)),
    }
    with store.begin() as connection:
        for shop, (state, last) in states.items():
            row = {"stream": "s", "shop": shop, "state": state, "last_success": last}
            control.put(connection, schema.stream_state, {**row, "next_run": later})
    morning = mornings.Morning("/a.xlsx", "09:30", SHENZHEN, tuple(states), None)
    refetch(one.house, morning, NINE)
    with store.read() as connection:
        rows = connection.execute(select(schema.stream_state)).mappings().all()
    assert {row["shop"]: row["next_run"] for row in rows} == {
        "OLD": NINE, "NEW": later, "BAD": later,
    }  # fmt: skip


# --- the ration ---------------------------------------------------------------------------------


def wanted(stream: str, shop: str = "AMZ-DE", account: str = "A") -> rations.Wanted:
    found = next(one for one in AMAZON.streams if one.name == stream)
    ref = ShopRef(shop, "amazon", account, "DE", "M", "EUR", "Europe/Berlin", {})
    return AMAZON, found, ref


@pytest.mark.parametrize(
    ("stream", "everything", "seconds"),
    [
        pytest.param(
            "amazon.traffic", [wanted("amazon.traffic")], 900, id="one shop: one report a quarter"
        ),
        pytest.param(
            "amazon.traffic",
            [wanted("amazon.traffic", f"S{n}", f"A{n}") for n in range(9)],
            8_100,
            id="nine shops share the provider's ration: 9 x 15 min, whatever their account",
        ),
        pytest.param(
            "amazon.traffic",
            [wanted("amazon.traffic"), wanted("amazon.traffic_asin")],
            3_600,
            id="one report and three by ASIN: four quarters of an hour",
        ),
        pytest.param(
            "amazon.orders",
            [wanted("amazon.orders", f"S{n}") for n in range(11)],
            900,
            id="eleven reports of one account at one a minute: 659 s, in steps of five minutes",
        ),
        pytest.param(
            "amazon.orders",
            [wanted("amazon.orders"), wanted("amazon.orders", "X", "other")],
            300,
            id="another account has a budget of its own",
        ),
    ],
)
def test_the_fastest_frequency_is_what_the_budget_leaves(
    stream: str, everything: list[rations.Wanted], seconds: int
) -> None:
    limit = rations.fastest(everything[0], everything)
    assert everything[0][1].name == stream
    assert limit.seconds == seconds
    assert limit.reason["zh"]


def test_the_ration_is_sixteen_reports_and_then_one_in_a_quarter_of_an_hour(one: Service) -> None:
    store = one.house.store
    assert rations.spend(store, [1] * 20, NINE) == 16
    assert rations.spend(store, [1], NINE + timedelta(minutes=14)) == 0
    assert rations.spend(store, [1, 1], NINE + timedelta(minutes=16)) == 1
    assert rations.spend(store, [1] * 200, NINE + DAY * 30) == 16


def test_every_amazon_stream_declares_what_it_spends() -> None:
    for stream in AMAZON.streams:
        calls = rations.spending(wanted(stream.name))
        assert calls
        assert set(calls) <= set(AMAZON.limits)
    assert rations.rationed(wanted("amazon.traffic")[1])
    assert rations.spending(wanted("amazon.traffic_asin")) == {RATIONED: 3, "createReport": 4}


# --- the queue ----------------------------------------------------------------------------------


def installation(root: Path) -> Settings:
    home = root / "data"
    return Settings(home=home, database=f"sqlite:///{home / 'control.db'}")


def test_orders_are_json_and_survive_the_process(tmp_path: Path) -> None:
    settings = installation(tmp_path)
    with service(tmp_path) as made:
        book = str(made.book())
    with open_house(settings, FakeClock(NINE)) as house:
        first = Jobs(house)
        run = first.order_refresh(book, "test")
        first.stop()
        with sqlite3.connect(house.settings.home / "queue.db") as database:
            data = database.execute("select data from task").fetchall()
        database.close()
        assert json.loads(data[0][0])[1].endswith("refresh_book")
        second = Jobs(house)
        second.start()
        try:
            wait_for(second, run)
        finally:
            second.stop()
        done = runs.find(house.store, run)
    assert done is not None
    assert (done.state, done.summary["result"]) == ("done", "written")


def wait_for(jobs: Jobs, run: str) -> None:
    for _ in range(400):
        found = runs.find(jobs.house.store, run)
        if found is not None and not found.open:
            return
        time.sleep(0.05)


def test_two_services_do_not_keep_one_data_folder(tmp_path: Path) -> None:
    with open_house(installation(tmp_path), FakeClock(NINE)) as house:
        first, second = Jobs(house), Jobs(house)
        first.start()
        try:
            with pytest.raises(KpiError, match="Another service"):
                second.start()
        finally:
            first.stop()
            second.stop()
        third = Jobs(house)
        third.start()
        third.stop()


def test_what_a_dead_process_left_at_work_is_closed(one: Service) -> None:
    store = one.house.store
    for state in ("queued", "running"):
        runs.order(store, state, "sync", NINE, {})
        runs.note(store, state, state)
    runs.interrupt(store, NINE)
    assert {run.id: run.state for run in runs.latest(store)} == {
        "queued": "queued", "running": "interrupted",
    }  # fmt: skip


def test_an_open_run_is_not_ordered_twice_until_it_is_forgotten(one: Service) -> None:
    store = one.house.store
    assert runs.order(store, "r", "sync", NINE, {})
    assert not runs.order(store, "r", "sync", NINE + timedelta(hours=5), {})
    assert runs.order(store, "r", "sync", NINE + timedelta(hours=7), {})


def test_redis_is_chosen_by_one_url(tmp_path: Path) -> None:
    settings = installation(tmp_path)
    settings.home.mkdir(parents=True)
    queue = open_queue(settings)
    assert type(queue).__name__ == "SqliteHuey"
    assert isinstance(queue.serializer, JsonOrders)
    queue.storage.close()
