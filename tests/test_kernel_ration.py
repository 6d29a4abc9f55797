"""A ration of a whole app (C1): one bucket for all accounts, and every shop gets its turn."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from kpi.model import Window
from sync_service.chains import Chain, in_turn
from sync_service.clock import FakeClock
from sync_service.connectors.amazon_sp_api import AMAZON, RATIONED
from sync_service.connectors.buckets import Buckets
from sync_service.connectors.kernel import ShopRef
from sync_service.control import Control
from sync_service.troubles import Parked
from tests.connector_support import sandbox_bench
from tests.kernel_support import MORNING

TRAFFIC = next(one for one in AMAZON.streams if one.name == "amazon.traffic")
ORDERS = next(one for one in AMAZON.streams if one.name == "amazon.orders")
TODAY = MORNING.date()


def chain(number: int, known_until: date = date.min, stream: str = "amazon.traffic") -> Chain:
    shop = ShopRef(
        code=f"S{number:03d}",
        platform="amazon",
        account=f"A{number:03d}",
        market="DE",
        marketplace="A1PA6795UKMFR9",
        currency="EUR",
        time_zone="Europe/Berlin",
        urls={},
    )
    of = TRAFFIC if stream == TRAFFIC.name else ORDERS
    return Chain(
        AMAZON, of, shop, (Window(TODAY, TODAY + timedelta(days=1)),), known_until=known_until
    )


def test_the_oldest_data_come_first_and_rations_before_all() -> None:
    day = timedelta(days=1)
    young, old, none = chain(1, TODAY - day), chain(2, TODAY - 3 * day), chain(3)
    free = chain(4, stream="amazon.orders")
    assert in_turn([free, young, none, old]) == [none, old, young, free]


def test_both_streams_of_the_report_say_that_they_are_rationed() -> None:
    found = {one.name for one in AMAZON.streams if one.rationed}
    assert found == {"amazon.traffic", "amazon.traffic_asin"}
    assert all(AMAZON.limits[one.rationed].scope == "app" for one in AMAZON.streams if one.rationed)


def test_two_hundred_shops_with_a_ration_of_ninety_six_a_day_are_served_fairly(
    tmp_path: Path,
) -> None:
    """Four days of 96 are 384 reports, and a full bucket of 96 more: 480 for 200 shops."""
    store = Control(f"sqlite:///{tmp_path / 'control.db'}")
    clock = FakeClock(MORNING)
    buckets, limit = Buckets(store, clock), AMAZON.limits[RATIONED]
    known = {number: TODAY - timedelta(days=10) for number in range(200)}
    served = dict.fromkeys(known, 0)
    for day in range(4):
        today = TODAY + timedelta(days=day)
        waiting = in_turn(chain(n, until) for n, until in known.items() if until < today)
        midnight = MORNING + timedelta(days=day + 1)
        while waiting and clock.now() < midnight:
            try:
                clock.sleep(buckets.reserve("amazon/default/*/traffic", limit))
            except Parked as parked:
                clock.sleep((parked.until - clock.now()).total_seconds())
                continue
            number = int(waiting.pop(0).shop.code[1:])
            known[number] = today
            served[number] += 1
        assert day < 1 or min(known.values()) >= today - timedelta(days=3)
    store.close()
    assert set(served.values()) <= {1, 2, 3}  # 8 shops wait for the second day and come again
    assert sum(served.values()) == pytest.approx(480, abs=2)


def test_a_refused_report_does_not_empty_the_ration(tmp_path: Path) -> None:
    """The answer speaks of the account's bucket: the app's ration has lost one token, not all."""
    with sandbox_bench(tmp_path, "amazon", "AMZ-IT") as ready:
        end = ready.clock.now().date() - timedelta(days=1)
        ready.fetch("amazon.traffic", Window(end - timedelta(days=3), end))
        session = ready.session("amazon.traffic", Window(end, end))
        name, limit = session._spoken_of(RATIONED)
        ready.kit.buckets.drain(name, limit, 60)
        with ready.kit.store.read() as connection:
            rows = connection.exec_driver_sql("SELECT name, tokens FROM buckets").all()
    tokens = {row[0]: row[1] for row in rows}
    assert tokens["amazon/default/*/createTrafficReport"] == pytest.approx(95, abs=0.5)
    assert tokens["amazon/default/acc/createReport"] <= 0


def test_another_account_of_the_app_shares_the_ration(tmp_path: Path) -> None:
    with sandbox_bench(tmp_path, "amazon", "AMZ-IT") as ready:
        day = Window(TODAY, TODAY)
        mine = ready.session("amazon.traffic", day)
        other = replace(mine, shop=replace(ready.shop, account="other"))
        assert mine._bucket(RATIONED) == other._bucket(RATIONED)
        assert mine._bucket("createReport") != other._bucket("createReport")
