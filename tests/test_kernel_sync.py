"""Sync and backfill against a toy platform over real sockets: what is due, what survives."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from kpi.errors import KpiError
from kpi.model import Window
from sync_service import control, schema
from sync_service.chains import Parts
from sync_service.clock import FakeClock
from sync_service.commits import progress
from sync_service.connectors.kernel import (
    Connector,
    ContractBroken,
    FactRow,
    FetchResult,
    Limit,
    Session,
    ShopRef,
)
from sync_service.connectors.session import LiveSession
from sync_service.schedule import Frequency, set_frequency
from sync_service.sync import SyncReport, backfill, sync
from tests.kernel_support import Place, Server, answer, connect, installed, then_close, then_reset
from tests.kernel_toy import CANARY, ORDERS, TOY, VISITS, Toy, parts, sales, traffic

YESTERDAY = date(2026, 10, 21)
TODAY = date(2026, 10, 22)
WHOLE = Window(date(2025, 1, 1), date(2027, 1, 1))


@pytest.fixture
def toy() -> Toy:
    return Toy()


@pytest.fixture
def place(tmp_path: Path, toy: Toy) -> Iterator[Place]:
    with Server(toy) as server, installed(tmp_path / "data", [server.place]) as found:
        connect(found, server, "S1")
        found.servers.append(server)
        yield found


def facts_of(works: Parts, stream: str, shop: str = "S1") -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = works.facts.rows(stream, shop, WHOLE).to_pylist()
    return rows


def state_of(place: Place, stream: str, shop: str = "S1") -> dict[str, Any]:
    with place.store.read() as connection:
        found = control.get(connection, schema.stream_state, stream=stream, shop=shop)
    assert found is not None
    return found


def clean(report: SyncReport) -> SyncReport:
    assert [problem.line("en") for problem in report.problems] == []
    return report


def test_the_first_sync_takes_the_long_look_back(place: Place) -> None:
    works = parts(place)
    report = clean(sync(works))
    assert (report.chains, report.spans, report.rows) == (2, 2, 28)
    for stream in ("toy.orders", "toy.visits"):
        rows = facts_of(works, stream)
        assert [row["day"] for row in rows] == list(Window(date(2026, 10, 8), TODAY).each())
    assert {row["gross_sales"] for row in facts_of(works, "toy.orders")} == {
        sales(day) for day in Window(date(2026, 10, 8), TODAY).each()
    }
    assert facts_of(works, "toy.visits")[-1]["sessions"] == traffic(YESTERDAY)
    assert progress(place.store, "toy.visits", "S1").covered_until == YESTERDAY
    state = state_of(place, "toy.visits")
    assert (state["state"], state["provisional_from"]) == ("ok", date(2026, 10, 19))


def test_a_sync_is_due_again_a_day_later_with_the_short_look_back(place: Place, toy: Toy) -> None:
    works = parts(place)
    clean(sync(works))
    assert sync(works).chains == 0
    assert isinstance(place.clock, FakeClock)
    place.clock.jump(86_400)
    toy.polls_needed = 0
    report = clean(sync(works))
    assert (report.chains, report.rows) == (2, 6)
    assert facts_of(works, "toy.visits")[-1]["day"] == TODAY
    assert toy.reports["R2"] == Window(date(2026, 10, 20), date(2026, 10, 23))


def test_after_a_week_the_long_look_back_is_due_and_a_gap_is_closed(place: Place, toy: Toy) -> None:
    works = parts(place)
    clean(sync(works))
    assert isinstance(place.clock, FakeClock)
    place.clock.jump(30 * 86_400)
    toy.polls_needed = 0
    clean(sync(works))
    assert toy.reports["R2"] == Window(TODAY, date(2026, 11, 21))
    days = [row["day"] for row in facts_of(works, "toy.orders")]
    assert days == list(Window(date(2026, 10, 8), date(2026, 11, 21)).each())


def test_backfill_goes_back_as_far_as_the_platform_serves(place: Place, toy: Toy) -> None:
    works = parts(place)
    clean(sync(works))
    toy.polls_needed = 0
    seen: list[tuple[int, int]] = []
    report = clean(backfill(works, progress=lambda event: seen.append((event.done, event.total))))
    assert report.spans == 2  # one commit a stream, however many pieces
    assert len(facts_of(works, "toy.orders")) == 100
    assert len(facts_of(works, "toy.visits")) == 60
    assert seen[-1] == (5, 5)  # 86 days in pieces of 30, and 46
    assert backfill(works).chains == 0


def test_a_stopped_backfill_goes_on_and_asks_for_nothing_twice(place: Place, toy: Toy) -> None:
    works = parts(place)
    clean(sync(works))
    toy.polls_needed = 0
    stop = threading.Event()
    backfill(works, streams=["toy.visits"], stop=stop, progress=lambda _event: stop.set())
    assert len(toy.reports) == 2  # the look-back's and the first piece's
    assert progress(place.store, "toy.visits", "S1").covered_from == date(2026, 10, 8)
    clean(backfill(works, streams=["toy.visits"]))
    assert len(toy.reports) == 3
    assert len(facts_of(works, "toy.visits")) == 60


def test_a_day_without_orders_is_a_known_zero(place: Place, toy: Toy) -> None:
    toy.empty_days = {date(2026, 10, 12), YESTERDAY}
    works = parts(place)
    clean(sync(works, streams=["toy.orders"]))
    zeros = [row for row in facts_of(works, "toy.orders") if row["sku"] == "*"]
    assert [(row["day"], row["gross_sales"], row["units_shipped"]) for row in zeros] == [
        (date(2026, 10, 12), Decimal("0.0000"), 0),
        (YESTERDAY, Decimal("0.0000"), 0),
    ]
    assert {row["currency"] for row in zeros} == {"EUR"}


def test_no_buyer_reaches_the_disk(place: Place) -> None:
    works = parts(place)
    clean(sync(works))
    with place.store.read() as connection:
        assert len(connection.execute(schema.raw.select()).all()) >= 2
    for path in place.home.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            if path.suffix == ".gz":
                import gzip  # noqa: PLC0415 - only raw answers are packed

                content = gzip.decompress(content)
            assert CANARY.encode() not in content, path


GOOD_ORDERS = "/orders"


@pytest.mark.parametrize(
    ("path", "first"),
    [
        pytest.param("/orders", [answer(b"", 503)] * 4, id="four 503 in a row"),
        pytest.param("/orders", [then_reset(b"HTTP/1.1 200 OK\r\n")], id="reset in the headers"),
        pytest.param(
            "/orders",
            [then_close(b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{")],
            id="cut in the body",
        ),
        pytest.param(
            "/orders", [answer(b"", 429, [("retry-after", "60")])] * 10, id="ten 429 of a minute"
        ),
        pytest.param("/orders", [answer(b"", 401)], id="a token that dies early"),
        pytest.param("/link/R1-0", [answer(b"gone", 403)], id="a link that died"),
        pytest.param("/link/R1-0", [answer(b"\x1f\x8b\x08cut")], id="a cut document"),
        pytest.param("/reports", [answer(b"", 500)], id="a report that is refused at first"),
        pytest.param("/token", [answer(b"", 500)] * 3, id="a token endpoint in trouble"),
    ],
)
def test_faults_that_pass_leave_no_trace(
    place: Place, toy: Toy, path: str, first: list[Any]
) -> None:
    toy.fault[path] = list(first)
    works = parts(place)
    clean(sync(works))
    assert toy.fault[path] == []
    assert len(facts_of(works, "toy.orders")) == 14
    assert len(facts_of(works, "toy.visits")) == 14


def test_a_429_waits_as_long_as_it_says_and_is_no_failed_attempt(place: Place, toy: Toy) -> None:
    toy.fault["/orders"] = [answer(b"", 429, [("retry-after", "60")])] * 10
    begun = place.clock.now()
    clean(sync(parts(place), streams=["toy.orders"]))
    assert place.clock.now() - begun >= timedelta(seconds=600)


@pytest.mark.parametrize(
    ("fault", "code", "state"),
    [
        pytest.param(answer(b"<html>sign in"), "contract_broken", "broken", id="a page with 200"),
        pytest.param(
            answer(b'{"rows": [{"day": 5}]}'),
            "contract_broken",
            "broken",
            id="other fields",
        ),
        pytest.param(answer(b"", 400), "bad_request", "broken", id="400"),
        pytest.param(answer(b"", 500), "platform_unreachable", "error", id="500 for long"),
        pytest.param(answer(b"", 403), "missing_permission", "needs_authorisation", id="no role"),
        pytest.param(
            answer(b"", 302, [("location", "/x")]),
            "call_refused",
            "error",
            id="a redirect",
        ),
        pytest.param(
            answer(b"", 429, [("retry-after", "1000000000")]),
            "parked",
            "error",
            id="a wait of thirty years",
        ),
    ],
)
def test_a_broken_stream_keeps_its_facts_and_hides_no_other(
    place: Place, toy: Toy, fault: bytes, code: str, state: str
) -> None:
    works = parts(place)
    clean(sync(works))
    before = facts_of(works, "toy.orders")
    toy.fault["/orders"] = [fault] * 300
    toy.polls_needed = 0
    report = sync(works, force=True)
    assert [problem.code for problem in report.problems] == [code]
    assert "S1 toy.orders" in report.problems[0].line("en")
    assert report.spans == 1
    assert facts_of(works, "toy.orders") == before
    if code != "parked":
        assert state_of(place, "toy.orders")["state"] == state


def test_one_revoked_account_stops_alone_and_once(tmp_path: Path) -> None:
    good, bad = Toy(), Toy()
    bad.current.clear()
    with (
        Server(good) as first,
        Server(bad) as second,
        installed(tmp_path / "d", [first.place, second.place], workers=1) as place,
    ):
        connect(place, first, "GOOD")
        connect(place, second, "BAD")
        works = parts(place)
        report = sync(works)
        assert [problem.code for problem in report.problems] == ["needs_authorisation"]
        assert len(facts_of(works, "toy.visits", "GOOD")) == 14
        assert bad.reuses == 1  # no storm: one refusal is enough for the whole account


def snapshot(_session: Session, _shop: ShopRef, window: Window) -> FetchResult:
    assert window.days == 1
    return FetchResult([FactRow(window.start, {"available_units": 7}, sku="A")])


def with_stream(fetch: Callable[..., FetchResult], **changes: Any) -> Connector:
    stream = replace(ORDERS, fetch=fetch, **changes)
    return replace(TOY, streams=(stream,))


def test_a_snapshot_belongs_to_the_day_that_the_shop_is_in_from_six_on(place: Place) -> None:
    toy = with_stream(snapshot, measures=("available_units",), history_days=None, look_back_days=0)
    works = parts(place, toy)
    clean(sync(works))  # 03:00 in Berlin: the close of the day before
    assert isinstance(place.clock, FakeClock)
    place.clock.jump(3 * 3600)
    clean(sync(works, force=True))  # 06:00: the running day
    assert [row["day"] for row in facts_of(works, "toy.orders")] == [YESTERDAY, TODAY]
    assert backfill(works).chains == 0


def test_days_that_are_not_ready_keep_their_rows_and_are_asked_again_in_six_hours(
    place: Place,
) -> None:
    late: set[date] = set()

    def fetch(_session: Session, _shop: ShopRef, window: Window) -> FetchResult:
        rows = [FactRow(day, {"sessions": 1 if not late else 2}) for day in window.each()]
        return FetchResult(rows, not_ready_days=frozenset(late))

    works = parts(place, with_stream(fetch, measures=("sessions",), empty_day="zero"))
    clean(sync(works))
    late |= {YESTERDAY, date(2026, 10, 19)}
    clean(sync(works, force=True))
    rows = {row["day"]: row["sessions"] for row in facts_of(works, "toy.orders")}
    assert (rows[date(2026, 10, 19)], rows[date(2026, 10, 20)], rows[YESTERDAY]) == (1, 2, 1)
    state = state_of(place, "toy.orders")
    assert state["state"] == "partial"
    assert state["next_run"] - place.clock.now() <= timedelta(hours=6)


BAD_RESULTS: dict[str, FetchResult] = {
    "a day outside the window": FetchResult([FactRow(TODAY, {"gross_sales": Decimal(1)})]),
    "a measure that is not declared": FetchResult([FactRow(YESTERDAY, {"sessions": 1})]),
    "one measure in two grains": FetchResult(
        [
            FactRow(YESTERDAY, {"gross_sales": Decimal(1)}, sku="A"),
            FactRow(YESTERDAY, {"gross_sales": Decimal(1)}),
        ]
    ),
    "one key twice": FetchResult([FactRow(YESTERDAY, {"gross_sales": Decimal(1)}, sku="A")] * 2),
    "a fifth decimal": FetchResult([FactRow(YESTERDAY, {"gross_sales": Decimal("0.00001")})]),
    "half a unit": FetchResult([FactRow(YESTERDAY, {"units_shipped": Decimal("0.5")})]),
    "a table of binary floats": FetchResult(
        pa.table(
            {
                "day": pa.array([YESTERDAY], pa.date32()),
                "sku": ["A"],
                "part": [""],
                "currency": ["EUR"],
                "gross_sales": [1.5],
            }
        )
    ),
    "a table of amounts as texts": FetchResult(
        pa.table(
            {
                "day": pa.array([YESTERDAY], pa.date32()),
                "sku": ["A"],
                "part": [""],
                "currency": ["EUR"],
                "gross_sales": ["1.1125369292536007e-308"],
            }
        )
    ),
}


@pytest.mark.parametrize("result", BAD_RESULTS.values(), ids=BAD_RESULTS.keys())
def test_rows_that_must_not_be_facts_stop_the_stream(place: Place, result: FetchResult) -> None:
    works = parts(place, with_stream(lambda *_all: result))
    report = sync(works)
    assert len(report.problems) == 1
    assert facts_of(works, "toy.orders") == []


def test_a_table_of_columns_is_taken_as_rows_are(place: Place) -> None:
    def fetch(_session: Session, _shop: ShopRef, window: Window) -> FetchResult:
        days = window.each()[1:]
        count = len(days)
        columns = {
            "day": pa.array(days, pa.date32()),
            "sku": pa.array(["*"] * count),
            "part": pa.array([""] * count),
            "currency": pa.array(["EUR"] * count),
            "gross_sales": pa.array([Decimal("1.25")] * count, pa.decimal128(10, 2)),
        }
        return FetchResult(pa.table(columns), unknown=frozenset({(YESTERDAY, "units_shipped")}))

    works = parts(place, with_stream(fetch))
    clean(sync(works))
    first, *middle, last = facts_of(works, "toy.orders")
    assert (first["gross_sales"], first["units_shipped"]) == (0, 0)
    assert {(row["gross_sales"], row["units_shipped"]) for row in middle} == {(Decimal("1.25"), 0)}
    assert (last["gross_sales"], last["units_shipped"]) == (Decimal("1.25"), None)


def test_a_measure_named_as_unknown_is_not_filled(place: Place) -> None:
    def fetch(_session: Session, _shop: ShopRef, _window: Window) -> FetchResult:
        return FetchResult([FactRow(YESTERDAY, {"gross_sales": Decimal(3), "units_shipped": None})])

    works = parts(place, with_stream(fetch))
    clean(sync(works))
    last = facts_of(works, "toy.orders")[-1]
    assert (last["day"], last["gross_sales"], last["units_shipped"]) == (YESTERDAY, 3, None)


def test_a_paused_shop_is_left_alone_until_forced(place: Place) -> None:
    set_frequency(place.store, "S1", Frequency(paused=True), place.clock.now())
    works = parts(place)
    assert sync(works).chains == 0
    assert sync(works, force=True).chains == 2


def test_an_hourly_shop_is_due_each_hour(place: Place, toy: Toy) -> None:
    set_frequency(place.store, "S1", Frequency(every_seconds=3600), place.clock.now())
    works = parts(place)
    clean(sync(works))
    toy.polls_needed = 0
    assert isinstance(place.clock, FakeClock)
    place.clock.jump(3600)
    assert sync(works).chains == 2


def test_a_connector_without_limits_deadlines_or_hosts_is_refused(place: Place) -> None:
    broken = replace(
        TOY,
        hosts=(),
        limits={"orders": Limit(0, 1), "create": Limit(1, 1, deadline=0)},
        kept={},
        streams=(ORDERS, VISITS, replace(ORDERS, measures=("moon_phase",))),
    )
    with pytest.raises(KpiError) as raised:
        sync(parts(place, broken))
    said = str(raised.value)
    for words in (
        "no hosts",
        "orders needs a rate",
        "create needs",
        "keep-list",
        "moon_phase",
        "twice",
    ):
        assert words in said


def test_an_operation_without_a_limit_is_never_called(place: Place, toy: Toy) -> None:
    limits = {name: limit for name, limit in TOY.limits.items() if name != "orders"}
    report = sync(parts(place, replace(TOY, limits=limits)))
    assert [problem.code for problem in report.problems] == ["misconfigured"]
    assert "/orders" not in {asked.target.split("?")[0] for asked in place.servers[0].asked}
    assert len(toy.reports) == 1


def session_of(place: Place, stream: str = "toy.orders") -> LiveSession:
    from sync_service.accounts import shop_refs  # noqa: PLC0415 - one use

    shop = shop_refs(place.store)[0]
    return LiveSession(place.kit, TOY, shop, stream, Window(YESTERDAY, TODAY))


def test_a_session_knows_its_options_and_says_which_is_missing(place: Place) -> None:
    with pytest.raises(KpiError, match="LINKSTAR_OPTION_PROFILE"):
        session_of(place).setting("profile")


def test_a_parser_fault_names_what_it_stumbled_on(place: Place) -> None:
    def fetch(_session: Session, _shop: ShopRef, _window: Window) -> FetchResult:
        raise KeyError("totalSales")

    report = sync(parts(place, with_stream(fetch)))
    assert [problem.code for problem in report.problems] == [ContractBroken.code]
    assert "totalSales" in report.problems[0].line("zh")
