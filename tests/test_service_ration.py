"""C1 as it really runs: two hundred shops, 96 reports a day, every sync through the kernel.

A small platform on loopback keeps the ration itself and refuses what goes beyond it; the service's
scheduler looks each quarter of an hour of a clock that nobody waits for.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from sqlalchemy import insert, select

from kpi.model import Region, Window
from kpi.trade import Shop
from sheet_templates.build import build
from sheet_templates.start import BookStart
from sync_service import mornings, rations, schema, spent
from sync_service.accounts import Account, Link, save_account, save_shop
from sync_service.clock import FakeClock
from sync_service.connectors.amazon_sp_api import AMAZON, RATIONED
from sync_service.connectors.buckets import Bucket
from sync_service.house import House, open_house, wanted_streams
from sync_service.jobs import Jobs
from sync_service.next_fetches import due_streams
from sync_service.orders import at_once
from sync_service.refresh import Order, refresh
from sync_service.schedule import DAILY
from sync_service.settings import Settings
from sync_service.workbooks.xlsx import XlsxPort
from tests.fault_support import Small, site
from tests.kernel_support import Answer, Asked, Server, answer

SHOPS = 200
STREAM = "amazon.traffic"
OTHERS = [one.name for one in AMAZON.streams if one.name != STREAM]
START = datetime(2026, 10, 22, 1, 0, tzinfo=UTC)
QUARTER = 900
HOUR = 3_600
LIMIT = AMAZON.limits[RATIONED]
REPORTS = "/reports/2021-06-30/"


@dataclass(slots=True)
class Platform:
    """Amazon with one door: sales and traffic reports, and the ration of them."""

    clock: FakeClock
    left: Bucket = field(init=False)
    asked: dict[str, dict[str, Any]] = field(default_factory=dict)  # report -> body
    served: list[tuple[datetime, str]] = field(default_factory=list)  # when, which shop
    refused: int = 0
    calls: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.left = Bucket(LIMIT.burst, self.clock.now(), LIMIT.rate, LIMIT.burst)

    def __call__(self, asked: Asked) -> Answer:
        path = urlsplit(asked.target).path
        name = path.rpartition("/")[2]
        self.calls[path.removesuffix(name)] += 1
        if path == "/token":
            return answer(b'{"access_token": "t", "expires_in": 3600}')
        if asked.method == "POST":
            return self._create(json.loads(asked.body))
        if path.startswith(f"{REPORTS}reports/"):
            return _json({"processingStatus": "DONE", "reportDocumentId": name})
        if path.startswith(f"{REPORTS}documents/"):
            return _json({"url": f"http://{asked.headers['host']}/link/{name}"})
        return _json(document(self.asked[name]))

    def _create(self, body: dict[str, Any]) -> Answer:
        self.left = self.left.refilled(self.clock.now())
        if self.left.tokens < 1:
            self.refused += 1
            return answer(b'{"errors":[{"code":"QuotaExceeded","message":"no"}]}', 429)
        self.left = self.left.without(1)
        report = f"R{len(self.asked) + 1}"
        self.asked[report] = body
        self.served.append((self.clock.now(), body["marketplaceIds"][0]))
        return answer(json.dumps({"reportId": report}).encode(), 202)


def _json(value: object) -> bytes:
    return answer(json.dumps(value).encode())


def document(body: dict[str, Any]) -> dict[str, Any]:
    """Ten units, a hundred euro and fifty sessions a day."""
    first, last = (date.fromisoformat(body[f"data{end}Time"][:10]) for end in ("Start", "End"))
    days = Window(first, last + timedelta(days=1))
    sales = {
        "orderedProductSales": {"amount": 100.0, "currencyCode": "EUR"},
        "unitsOrdered": 10, "totalOrderItems": 10, "unitsRefunded": 0, "refundRate": 0.0,
    }  # fmt: skip
    traffic = {
        "pageViews": 80, "sessions": 50, "buyBoxPercentage": 95.0, "feedbackReceived": 0,
        "orderItemSessionPercentage": 20.0, "unitSessionPercentage": 20.0,
        "negativeFeedbackReceived": 0, "receivedNegativeFeedbackRate": 0.0,
    }  # fmt: skip
    return {
        "reportSpecification": {
            "reportType": body["reportType"],
            "reportOptions": body["reportOptions"],
            "dataStartTime": str(first),
            "dataEndTime": str(last),
            "marketplaceIds": body["marketplaceIds"],
        },
        "salesAndTrafficByDate": [
            {"date": str(day), "salesByDate": sales, "trafficByDate": traffic}
            for day in days.each()
        ],
        "salesAndTrafficByAsin": [],
    }


@dataclass(frozen=True, slots=True)
class Provider:
    """A service that two hundred sellers use."""

    house: House
    clock: FakeClock
    jobs: Jobs
    platform: Platform
    server: Server

    def tick(self) -> None:
        """A quarter of an hour later, one look at what is due."""
        self.clock.jump(QUARTER)
        self.jobs.tick()

    def age(self, shop: str) -> timedelta | None:
        """How old a shop's data are."""
        table = schema.stream_state.c
        with self.house.store.read() as connection:
            wanted = select(table.last_success).where(table.shop == shop, table.stream == STREAM)
            last = connection.execute(wanted).scalar()
        return None if last is None else self.clock.now() - last


def code(number: int) -> str:
    return f"S{number:03d}"


def noun(number: int) -> Shop:
    """A shop that opened three days ago: nothing lies in its past."""
    opened = START.date() - timedelta(days=3)
    return Shop(code(number), "amazon", "DE", Region.EU, "EUR", "Europe/Berlin", opened=opened)


def fill(house: House, url: str) -> None:
    """Two hundred accounts with a shop each; only the rationed stream is fetched."""
    secrets = {"client_id": "a", "client_secret": "b", "refresh_token": "c"}
    for number in range(SHOPS):
        account = f"A{number:03d}"
        urls = {"api": url, "token": f"{url}/token"}
        save_account(house.store, Account(account, "amazon", "", urls))
        house.secrets.put(account, secrets)
        save_shop(house.store, noun(number), {"amazon": Link(account, code(number))})
    resting = [
        {"shop": code(n), "stream": s, "every_seconds": DAILY, "next_run": START, "paused": True}
        for n in range(SHOPS)
        for s in OTHERS
    ]
    with house.store.begin() as connection:
        connection.execute(insert(schema.schedule), resting)


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provider]:
    """The provider after two and a half days: each shop was served, a part of them twice."""
    clock, home = FakeClock(START), tmp_path_factory.mktemp("provider") / "data"
    platform = Platform(clock)
    with Server(platform) as server:
        settings = Settings(
            home=home,
            database=f"sqlite:///{home / 'control.db'}",
            loopback=frozenset({server.place}),
            workers=2,
        )
        with open_house(settings, clock) as house:
            fill(house, server.url)
            jobs = Jobs(house, at_once())
            yield Provider(house, clock, jobs, platform, server)
            jobs.stop()


def test_before_anything_is_fetched_each_shop_knows_its_turn(provider: Provider) -> None:
    """Sixteen reports are there at once, then one a quarter: the last turn is in 46 hours."""
    now = provider.clock.now()
    turns = rations.turns(provider.house.store, due_streams(provider.house, now), now)
    waits = sorted((at - now).total_seconds() for at in turns.values())
    assert waits == [max(0, (n + 1 - 16) * QUARTER) for n in range(SHOPS)]


def test_two_hundred_shops_are_served_in_turn_within_the_ration(provider: Provider) -> None:
    served = provider.platform.served
    while len(served) < SHOPS + 24:
        before = len(served)
        provider.tick()
        assert len(served) > before  # no token is left lying
    shops = [shop for _, shop in served]
    assert provider.platform.refused == 0
    assert Counter(shops[:SHOPS]) == Counter(map(code, range(SHOPS)))  # each once before any twice
    assert shops[SHOPS:] == shops[: len(shops) - SHOPS]  # then the one that waited longest
    assert provider.house.facts.pairs() == tuple((STREAM, code(n)) for n in range(SHOPS))


def test_no_day_takes_more_than_the_ration(provider: Provider) -> None:
    """96 a day and the sixteen that were saved up before the first look."""
    times = [at for at, _ in provider.platform.served]
    for at in times:
        day = sum(at <= other < at + timedelta(days=1) for other in times)
        assert day <= 96 + 16


def test_no_shop_is_older_than_one_round_of_all(provider: Provider) -> None:
    """200 reports at one a quarter are 50 hours: nobody waits longer, nobody is preferred."""
    ages = [provider.age(code(n)) for n in range(SHOPS)]
    known = [age for age in ages if age is not None]
    assert len(known) == SHOPS
    assert max(known) <= timedelta(hours=51)
    first: dict[str, datetime] = {}
    again: dict[str, datetime] = {}
    for at, shop in provider.platform.served:
        (again if shop in first else first)[shop] = at
    gaps = [again[shop] - first[shop] for shop in again]
    assert len(gaps) >= 24
    assert timedelta(hours=45) <= min(gaps) <= max(gaps) <= timedelta(hours=51)


def test_a_refresh_starts_no_report_and_shows_the_next_turn(
    provider: Provider, tmp_path: Path
) -> None:
    """The shop that was served last waits a day; one that is due shows when its turn comes."""
    house, now = provider.house, provider.clock.now()
    turns = rations.turns(house.store, due_streams(house, now), now)
    waiting = max(turns, key=lambda who: turns[who])[1]
    fresh = provider.platform.served[-1][1]
    rows = [
        {"shop": shop, "platform": "amazon", "market": "DE", "currency": "EUR",
         "time_zone": "Europe/Berlin"}
        for shop in (waiting, fresh)
    ]  # fmt: skip
    settings = {"month": "2026-10", "time_zone": "Asia/Shanghai"}
    start = BookStart(shops=rows, settings=settings)
    path = build(tmp_path / "book.xlsx", "manager", "en", start)
    asked = len(provider.server.asked)
    order = Order(str(path), XlsxPort(path, now=provider.clock.now, recalculate="never"), "test")
    assert refresh(house, order).state == "written"
    assert len(provider.server.asked) == asked
    shown = {
        row.value("shop"): row.value("next_pull")
        for row in order.port.read().tables["tblShop"].rows
    }
    local = turns[STREAM, waiting] + timedelta(hours=8)
    assert turns[STREAM, waiting] > now
    assert shown[waiting] == local.replace(tzinfo=None, microsecond=0)
    pulled = shown[fresh]
    assert isinstance(pulled, datetime)
    hours = (pulled - now.replace(tzinfo=None)).total_seconds() / HOUR - 8
    assert 22 <= hours <= 24  # a day after it was served


def test_a_morning_orders_no_report_beyond_the_ration(provider: Provider) -> None:
    """Before a morning file old facts are due at once, but the ration still pays one by one."""
    house = provider.house
    book = Path(house.settings.home) / "morning.xlsx"
    mornings.register(
        house.store, book, "09:30", "Asia/Shanghai", [code(n) for n in range(SHOPS)],
        provider.clock.now(),
    )  # fmt: skip
    before, since = len(provider.platform.served), provider.clock.now()
    for _ in range(8):
        provider.tick()
    quarters = (provider.clock.now() - since).total_seconds() / QUARTER
    assert len(provider.platform.served) - before <= quarters + 1
    assert provider.platform.refused == 0
    mornings.remove(house.store, book)


# --- what a fetch takes, as declared and as counted -----------------------------------------------


def test_what_is_counted_is_what_the_platform_counted(tmp_path: Path) -> None:
    """A second, usual fetch of every stream of a shop, against the sandbox's own counts."""
    with site(tmp_path / "data", world=Small("HY-AMZ-IT")) as now:
        names = [stream.name for stream in AMAZON.streams]
        pairs = [("HY-AMZ-IT", name) for name in names]
        assert now.sync(*pairs).problems == ()
        now.clock.sleep(86_400)
        before = dict(now.server.faults.calls)
        assert now.sync(*pairs).problems == ()
        after = now.server.faults.calls
        counted = spent.recorded(now.house.store)
        ours: Counter[str] = Counter()
        for name in names:
            ours.update(counted[name, "HY-AMZ-IT"])
        ours["createReport"] += ours.pop(RATIONED)  # the sandbox has one door for both
        made = {op: n - before.get((p, op), 0) for (p, op), n in after.items() if p == "amazon"}
        assert {op: ours[op] for op in made if op != "token"} == {
            op: n for op, n in made.items() if op != "token"
        }
        for wanted in wanted_streams(now.house):
            if wanted[0].platform == "amazon":
                same_as_declared(wanted, counted)


def same_as_declared(wanted: rations.Wanted, counted: rations.Counted) -> None:
    """Reports are declared exactly; pages are at least one."""
    declared = rations.spending(wanted)
    took = rations.spending(wanted, counted)
    assert declared, wanted[1].name
    for operation, calls in declared.items():
        if operation in {"createReport", RATIONED, "getOrderMetrics"}:
            assert took[operation] == calls, (wanted[1].name, operation)
        else:
            assert took[operation] >= calls


def test_pages_that_were_counted_slow_a_stream_down(tmp_path: Path) -> None:
    """900 pages at one in two seconds are 1,800 s: half an hour instead of five minutes."""
    with site(tmp_path / "data", world=Small("HY-AMZ-IT")) as now:
        everything = wanted_streams(now.house)
        money = next(w for w in everything if w[1].name == "amazon.finances")
        assert rations.fastest(money, everything).seconds == 300
        spent.record(now.house.store, "amazon.finances", "HY-AMZ-IT", {"listTransactions": 900})
        counted = spent.recorded(now.house.store)
        assert rations.fastest(money, everything, counted).seconds == 1_800
