"""Clock, buckets, retries, secrets, settings, redaction: the small parts that must not be wrong."""

from __future__ import annotations

import logging
import socket
import stat
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from kpi.errors import KpiError
from kpi.model import Window
from sync_service import schema
from sync_service.clock import FakeClock, SystemClock
from sync_service.connectors.buckets import Bucket, Buckets
from sync_service.connectors.kernel import Limit, Observed, ShopRef
from sync_service.control import Control, acquire
from sync_service.due import (
    SPAN,
    Progress,
    chunks,
    history,
    last_finished_day,
    recent,
    runs,
    still_served,
)
from sync_service.holding import take
from sync_service.redaction import Redacting, redact
from sync_service.retries import Patience, repeated
from sync_service.secrets import Secrets, keys_from_folder
from sync_service.settings import KNOWN, from_environment
from sync_service.troubles import BadRequest, Parked, RateLimited, Retryable
from tests.kernel_support import MORNING, Place, installed
from tests.kernel_toy import ORDERS


@pytest.fixture
def store(tmp_path: Path) -> Control:
    return Control(f"sqlite:///{tmp_path / 'control.db'}")


# --- clock ---------------------------------------------------------------------------------


def test_a_jump_moves_the_time_but_not_the_monotonic_seconds() -> None:
    clock = FakeClock(MORNING)
    clock.sleep(5)
    clock.jump(-600)
    assert (clock.monotonic(), clock.now()) == (5, MORNING - timedelta(seconds=595))


def test_the_hosts_clock_is_in_utc() -> None:
    assert SystemClock().now().utcoffset() == timedelta(0)


# --- buckets -------------------------------------------------------------------------------


def drained(store: Control, clock: FakeClock, limit: Limit, calls: int) -> list[float]:
    """The seconds at which each call may go, from the first."""
    buckets = Buckets(store, clock)
    times = []
    for _ in range(calls):
        buckets.take("b", limit)
        times.append((clock.now() - MORNING).total_seconds())
    return times


def test_a_burst_goes_at_once_and_the_rest_at_the_rate(store: Control) -> None:
    # 15 at once, then one a minute: createReport
    times = drained(store, FakeClock(MORNING), Limit(1 / 60, 15), 18)
    assert times == pytest.approx([0] * 15 + [60, 120, 180])


def test_an_idle_bucket_fills_up_to_its_burst(store: Control) -> None:
    clock = FakeClock(MORNING)
    drained(store, clock, Limit(1, 3), 5)
    clock.jump(3600)
    begun = clock.now()
    buckets = Buckets(store, clock)
    for _ in range(4):
        buckets.take("b", Limit(1, 3))
    assert (clock.now() - begun).total_seconds() == pytest.approx(1)


def test_the_state_outlives_the_process(store: Control) -> None:
    drained(store, FakeClock(MORNING), Limit(0.1, 2), 2)
    later = FakeClock(MORNING + timedelta(seconds=4))
    assert Buckets(store, later).reserve("b", Limit(0.1, 2)) == pytest.approx(6)


def test_a_clock_set_back_refills_nothing_and_does_not_lock_the_bucket(store: Control) -> None:
    clock = FakeClock(MORNING)
    drained(store, clock, Limit(1, 1), 1)
    clock.jump(-86_400)
    buckets = Buckets(store, clock)
    assert buckets.reserve("b", Limit(1, 1)) == pytest.approx(1)
    assert buckets.reserve("b", Limit(1, 1)) == pytest.approx(2)


def test_a_wait_over_fifteen_minutes_parks_and_takes_nothing(store: Control) -> None:
    buckets = Buckets(store, FakeClock(MORNING))
    limit = Limit(1 / 180, 1)
    assert [buckets.reserve("b", limit) for _ in range(6)] == pytest.approx(
        [0, 180, 360, 540, 720, 900]
    )
    for _ in range(2):
        with pytest.raises(Parked) as raised:
            buckets.reserve("b", limit)
        assert (raised.value.until - MORNING).total_seconds() == pytest.approx(1080)


def test_the_platforms_word_wins(store: Control) -> None:
    buckets = Buckets(store, FakeClock(MORNING))
    limit = Limit(1, 10)
    buckets.correct("b", limit, Observed(rate=0.5, burst=4, tokens=1))
    assert [buckets.reserve("b", limit) for _ in range(3)] == pytest.approx([0, 2, 4])


def test_after_a_429_nobody_calls_before_the_wait_is_over(store: Control) -> None:
    buckets = Buckets(store, FakeClock(MORNING))
    buckets.drain("b", Limit(2, 15), 30)
    assert buckets.reserve("b", Limit(2, 15)) == pytest.approx(30)
    assert buckets.reserve("b", Limit(2, 15)) == pytest.approx(30.5)


@given(
    st.floats(0.001, 100),
    st.integers(1, 50),
    st.lists(st.tuples(st.floats(0, 200), st.integers(1, 5)), max_size=40),
)
def test_no_window_of_time_ever_holds_more_than_rate_and_burst_allow(
    rate: float, burst: int, calls: list[tuple[float, int]]
) -> None:
    bucket, now, granted = Bucket(float(burst), MORNING, rate, float(burst)), MORNING, []
    for pause, count in calls:
        now += timedelta(seconds=pause)
        for _ in range(count):
            bucket = bucket.refilled(now).without(1)
            granted.append((now - MORNING).total_seconds() + bucket.wait)
    for first in range(len(granted)):
        for last in range(first, len(granted)):
            allowed = burst + rate * (granted[last] - granted[first])
            assert last - first + 1 <= allowed + 1e-3 * (1 + rate)


CALLER = """
import sys, time
from datetime import UTC, datetime
from sync_service.clock import SystemClock
from sync_service.connectors.buckets import Buckets
from sync_service.connectors.kernel import Limit
from sync_service.control import Control, acquire
buckets = Buckets(Control(sys.argv[1]), SystemClock())
for _ in range(10):
    wait = buckets.reserve("shared", Limit(10, 5))
    print(datetime.now(UTC).timestamp() + wait)
"""


def test_two_processes_share_one_bucket(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'control.db'}"
    Control(url).close()
    root = Path(__file__).resolve().parent.parent
    runs_ = [
        subprocess.Popen([sys.executable, "-c", CALLER, url], cwd=root, stdout=subprocess.PIPE)
        for _ in range(2)
    ]
    times = sorted(float(line) for run in runs_ for line in run.communicate()[0].split())
    assert [run.returncode for run in runs_] == [0, 0]
    assert len(times) == 20
    # 15 calls beyond the burst, one each 0.1 s; the first times are told a little late
    assert times[-1] - times[0] >= 1.5 - 0.3


def test_fifty_threads_share_one_bucket(store: Control) -> None:
    buckets = Buckets(store, FakeClock(MORNING))
    waits: list[float] = []
    threads = [
        threading.Thread(target=lambda: waits.append(buckets.reserve("b", Limit(1, 5))))
        for _ in range(50)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(waits) == pytest.approx([0] * 5 + list(range(1, 46)))


# --- retries -------------------------------------------------------------------------------


def failing(*troubles: Exception) -> list[Exception]:
    return list(troubles)


def attempts_of(troubles: list[Exception], clock: FakeClock) -> int:
    made = 0

    def attempt() -> int:
        nonlocal made
        made += 1
        if troubles:
            raise troubles.pop(0)
        return made

    return repeated(attempt, clock, Patience(), clock.sleep, jitter=lambda: 1.0)


def test_a_failure_is_repeated_after_2_4_8_16_seconds_and_five_attempts() -> None:
    clock = FakeClock(MORNING)
    assert attempts_of([Retryable("x")] * 4, clock) == 5
    assert clock.slept == [2, 4, 8, 16]
    with pytest.raises(Retryable):
        attempts_of([Retryable("x")] * 5, FakeClock(MORNING))


def test_jitter_only_shortens_by_half() -> None:
    clock = FakeClock(MORNING)
    repeated(lambda: 1, clock, Patience(), clock.sleep)
    troubles: list[Exception] = [Retryable("x")] * 4
    repeated(
        lambda: (_ for _ in ()).throw(troubles.pop()) if troubles else 1,
        clock,
        Patience(),
        clock.sleep,
    )
    for slept, full in zip(clock.slept, (2, 4, 8, 16), strict=True):
        assert full / 2 <= slept <= full


def test_429_never_counts_as_a_failed_attempt() -> None:
    clock = FakeClock(MORNING)
    limits: list[Exception] = [RateLimited("x", retry_after=20) for _ in range(30)]
    assert attempts_of([*limits, *[Retryable("y")] * 4], clock) == 35
    assert clock.slept[:30] == [20] * 30


@pytest.mark.parametrize(
    ("asked", "until"),
    [
        pytest.param([901.0], 901.0, id="one wait over fifteen minutes"),
        pytest.param([1e9], 86_400.0, id="thirty years become a day"),
        pytest.param([500.0, 500.0], 1000.0, id="two waits that are too long together"),
        pytest.param([0.0] * 2000, None, id="zero seconds without end"),
        pytest.param([None] * 2000, None, id="no word without end"),
    ],
)
def test_a_platform_that_makes_us_wait_too_long_parks_the_job(
    asked: list[float | None], until: float | None
) -> None:
    clock = FakeClock(MORNING)
    with pytest.raises(Parked) as raised:
        attempts_of([RateLimited("x", retry_after=wait) for wait in asked], clock)
    if until is not None:
        assert (raised.value.until - MORNING).total_seconds() == pytest.approx(until)


def test_a_wrong_request_is_never_repeated() -> None:
    with pytest.raises(BadRequest):
        attempts_of([BadRequest("x")], FakeClock(MORNING))


# --- secrets -------------------------------------------------------------------------------

CANARY = "Atzr|IwEBIA-canary-refresh-token"


@pytest.fixture
def place(tmp_path: Path) -> Place:
    with installed(tmp_path / "data", []) as found:
        return found


def test_a_secret_comes_back_and_is_nowhere_in_the_data_folder(place: Place) -> None:
    secrets = place.kit.secrets
    secrets.put("acc", {"refresh_token": CANARY, "client_id": "id"})
    assert secrets.get("acc", "refresh_token") == CANARY
    assert secrets.names("acc") == ("client_id", "refresh_token")
    key = next(place.kit.settings.keys_folder.iterdir())
    assert place.home not in key.parents
    for path in place.home.rglob("*"):
        if path.is_file():
            assert CANARY.encode() not in path.read_bytes()
            assert key.read_bytes() not in path.read_bytes()


def test_the_key_file_is_for_its_owner_alone(place: Place) -> None:
    key = next(place.kit.settings.keys_folder.iterdir())
    assert stat.S_IMODE(key.stat().st_mode) == 0o400
    key.chmod(0o444)
    with pytest.raises(KpiError, match="chmod 400"):
        keys_from_folder(key.parent)


def column(place: Place, account: str, field: str, **values: object) -> None:
    table = schema.credentials
    with place.store.begin() as connection:
        same = (table.c.account == account) & (table.c.field == field)
        connection.execute(update(table).where(same).values(**values))


def row(place: Place, account: str, field: str) -> dict[str, bytes]:
    table = schema.credentials
    with place.store.read() as connection:
        query = table.select().where((table.c.account == account) & (table.c.field == field))
        found = connection.execute(query).mappings().one()
        return {"nonce": found["nonce"], "ciphertext": found["ciphertext"]}


@pytest.mark.parametrize("place_of_flip", [0, 5, -1])
def test_one_flipped_bit_is_refused(place: Place, place_of_flip: int) -> None:
    place.kit.secrets.put("acc", {"refresh_token": CANARY})
    sealed = bytearray(row(place, "acc", "refresh_token")["ciphertext"])
    sealed[place_of_flip] ^= 1
    column(place, "acc", "refresh_token", ciphertext=bytes(sealed))
    with pytest.raises(KpiError, match="connect SHOP --account acc") as raised:
        place.kit.secrets.get("acc", "refresh_token")
    assert CANARY not in str(raised.value)


@pytest.mark.parametrize(
    ("account", "field"),
    [
        pytest.param("other", "refresh_token", id="moved to another account"),
        pytest.param("acc", "client_id", id="moved to another field"),
    ],
)
def test_a_moved_secret_does_not_open(place: Place, account: str, field: str) -> None:
    for name in ("acc", "other"):
        place.kit.secrets.put(name, {"refresh_token": CANARY, "client_id": "x"})
    column(place, account, field, **row(place, "acc", "refresh_token"))
    with pytest.raises(KpiError):
        place.kit.secrets.get(account, field)


def test_a_data_key_of_another_account_does_not_open(place: Place) -> None:
    for name in ("acc", "other"):
        place.kit.secrets.put(name, {"refresh_token": CANARY})
    column(place, "other", ".data_key", **row(place, "acc", ".data_key"))
    column(place, "other", "refresh_token", **row(place, "acc", "refresh_token"))
    with pytest.raises(KpiError):
        place.kit.secrets.get("other", "refresh_token")


def test_another_wrapping_key_opens_nothing(place: Place, tmp_path: Path) -> None:
    place.kit.secrets.put("acc", {"refresh_token": CANARY})
    stranger = Secrets(place.store, keys_from_folder(tmp_path / "elsewhere"), place.clock.now)
    with pytest.raises(KpiError):
        stranger.get("acc", "refresh_token")


def test_wrapping_keys_are_rotated_without_touching_a_secret(place: Place) -> None:
    place.kit.secrets.put("acc", {"refresh_token": CANARY})
    before = row(place, "acc", "refresh_token")
    folder = place.kit.settings.keys_folder
    fresh = keys_from_folder(folder.with_name("new"))
    assert fresh.newest == "k0001"
    (folder.with_name("new") / "k0001.key").rename(folder / "k0002.key")
    rotated = Secrets(place.store, keys_from_folder(folder), place.clock.now)
    assert (rotated.rewrap(), rotated.rewrap()) == (1, 0)
    assert row(place, "acc", "refresh_token") == before
    (folder / "k0001.key").unlink()
    alone = Secrets(place.store, keys_from_folder(folder), place.clock.now)
    assert alone.get("acc", "refresh_token") == CANARY


def test_a_missing_secret_says_how_to_give_it(place: Place) -> None:
    with pytest.raises(KpiError, match="connect SHOP --account nobody"):
        place.kit.secrets.get("nobody", "refresh_token")


# --- redaction -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "Authorization: Bearer CANARYCANARY.abc-def",
        "x-amz-access-token: Atza|IwEBICANARY_x",
        "refresh_token=Atzr|IwEBICANARY&grant_type=refresh_token",
        '{"refresh_token": "CANARY", "client_secret":"CANARY"}',
        "amzn1.oa2-cs.v1.CANARY0123",
        "X-Shopify-Access-Token: shpat_0123CANARY",
        "token shpca_CANARY and shpss_CANARY",
        "eyJhbGciOiJIUzI1NiJ9.CANARY.CANARY-sig",
        "GET https://bucket.s3.amazonaws.com/doc?X-Amz-Signature=CANARY&x=CANARY 200",
        "https://user:CANARY@host/path",
        "ConnectError for url 'https://h/p?code=CANARY'",
    ],
)
def test_no_secret_survives_a_message(text: str) -> None:
    assert "CANARY" not in redact(text)


def test_ordinary_words_stay() -> None:
    text = "AMZ-DE amazon.traffic: HTTP 503 from api.amazon.com/reports/2021-06-30/reports, 3 tries"
    assert redact(text) == text


def test_a_log_line_with_a_traceback_is_clean_and_cannot_be_forged() -> None:
    formatter = Redacting("%(levelname)s %(message)s")
    error = ValueError("Bearer CANARYCANARY")
    record = logging.LogRecord(
        "x", 30, "p", 1, "a\nERROR forged %s", ("shpat_CANARY",), (ValueError, error, None)
    )
    text = formatter.format(record)
    assert "CANARY" not in text
    plain = logging.LogRecord("x", 30, "p", 1, "a\nERROR forged", (), None)
    assert formatter.format(plain) == "WARNING a ERROR forged"


# --- settings ------------------------------------------------------------------------------


def test_the_defaults_need_no_environment() -> None:
    found = from_environment({})
    assert found.home.name == ".work"
    assert found.database.startswith("sqlite:///")
    assert found.home not in found.keys_folder.parents
    assert found.loopback == frozenset()


@pytest.mark.parametrize(
    ("name", "text", "mend"),
    [
        ("LINKSTAR_PORT", "http", "whole number"),
        ("LINKSTAR_PORT", "70000", "65535"),
        ("LINKSTAR_LANGUAGE", "de", "en or zh"),
        ("LINKSTAR_KEYS", "cloud", "folder or keyring"),
        ("LINKSTAR_LOOPBACK", "localhost:80", "127.0.0.1:PORT"),
        ("LINKSTAR_LOOPBACK", "10.0.0.1:80", "127.0.0.1:PORT"),
        ("LINKSTAR_WORKERS", "0", "from 1"),
        ("LINKSTAR_HOMER", "/x", "LINKSTAR_HOME"),
    ],
)
def test_a_wrong_setting_says_the_mend(name: str, text: str, mend: str) -> None:
    with pytest.raises(KpiError, match=name) as raised:
        from_environment({name: text})
    assert mend in str(raised.value)


def test_each_setting_is_in_the_table_of_the_module() -> None:
    assert len(KNOWN) == 9


def test_only_settings_read_the_environment() -> None:
    root = Path(__file__).resolve().parent.parent
    folders = [root / name for name in ("kpi", "sheet_templates", "sync_service", "addin")]
    files = [path for folder in folders for path in folder.rglob("*.py")]
    users = [path.name for path in files if "os.environ" in path.read_text("utf-8")]
    # recalculate.py hands what it inherited to LibreOffice and decides nothing by it
    assert set(users) <= {"settings.py", "recalculate.py"}


# --- what is due ---------------------------------------------------------------------------


def shop(zone: str, opened: date | None = None) -> ShopRef:
    return ShopRef("S", "toy", "a", "DE", "M", "EUR", zone, {}, {}, opened)


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        ("Europe/Berlin", date(2026, 10, 21)),  # 03:00 of the 22nd
        ("America/Los_Angeles", date(2026, 10, 20)),  # 18:00 of the 21st
        ("Pacific/Auckland", date(2026, 10, 21)),  # 14:00 of the 22nd
    ],
)
def test_the_last_finished_day_is_the_shops_own(zone: str, day: date) -> None:
    assert last_finished_day(shop(zone), MORNING) == day


BERLIN = shop("Europe/Berlin")
TODAY = date(2026, 10, 22)
D = timedelta(days=1)


@pytest.mark.parametrize(
    ("has", "start"),
    [
        pytest.param(Progress(), TODAY - 14 * D, id="never fetched: the long look-back"),
        pytest.param(
            Progress(TODAY - 50 * D, TODAY - D, TODAY - D),
            TODAY - 3 * D,
            id="yesterday: the short one",
        ),
        pytest.param(
            Progress(TODAY - 50 * D, TODAY - D, TODAY - 7 * D),
            TODAY - 14 * D,
            id="a week ago: the long",
        ),
        pytest.param(
            Progress(TODAY - 50 * D, TODAY - 31 * D, TODAY - D),
            TODAY - 30 * D,
            id="a gap is closed",
        ),
        pytest.param(
            Progress(TODAY - 999 * D, TODAY - 500 * D, TODAY - D),
            TODAY - 100 * D,
            id="a gap beyond what is served",
        ),
    ],
)
def test_the_window_of_a_sync(has: Progress, start: date) -> None:
    assert recent(ORDERS, BERLIN, has, MORNING) == Window(start, TODAY)


def test_a_shop_opened_last_week_is_not_asked_about_earlier_days() -> None:
    young = shop("Europe/Berlin", TODAY - 5 * D)
    assert recent(ORDERS, young, Progress(), MORNING) == Window(TODAY - 5 * D, TODAY)
    assert history(ORDERS, young, Progress(TODAY - 5 * D), MORNING, 400) == ()


@given(st.integers(0, 500), st.integers(1, 500))
def test_history_and_recent_days_meet_without_gap_or_overlap(covered: int, back: int) -> None:
    has = Progress(TODAY - covered * D, TODAY - D, TODAY)
    spans = history(ORDERS, BERLIN, has, MORNING, back)
    edge = TODAY - covered * D
    for span in spans:
        assert span.end == edge
        assert 0 < span.days <= max(SPAN, ORDERS.chunk_days)
        edge = span.start
    assert edge == min(TODAY - covered * D, TODAY - min(back, 100) * D)


def test_what_one_report_answers_is_one_span() -> None:
    listings = replace(ORDERS, chunk_days=720, history_days=720)
    has = Progress(TODAY - 35 * D, TODAY - D, TODAY)
    spans = history(listings, BERLIN, has, MORNING, 400)
    assert spans == (Window(TODAY - 400 * D, TODAY - 35 * D),)


@pytest.mark.parametrize(
    ("later", "start"),
    [
        pytest.param(0, TODAY - 100 * D, id="at once: as planned"),
        pytest.param(2, TODAY - 98 * D, id="two days later the platform has forgotten two"),
        pytest.param(50, TODAY - 70 * D, id="long after, nothing is left"),
    ],
)
def test_days_that_a_platform_has_forgotten_meanwhile_are_not_asked_for(
    later: int, start: date
) -> None:
    planned = Window(TODAY - 100 * D, TODAY - 70 * D)
    assert still_served(ORDERS, BERLIN, planned, MORNING + later * D) == Window(start, planned.end)


def test_a_lease_of_a_dead_process_is_taken_over_and_a_living_one_is_not(store: Control) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    host = socket.gethostname()[:40]
    for holder, free in ((f"{host}:{gone.pid}:x", True), ("elsewhere:1:x", False)):
        acquire(store, holder, holder, datetime.now(UTC), timedelta(minutes=5))
        assert (take(store, holder) is not None) is free
    mine = take(store, "mine")
    assert mine is not None
    assert take(store, "mine") is None


@given(st.integers(0, 300), st.integers(1, 40))
def test_chunks_make_up_the_window(days: int, size: int) -> None:
    window = Window(TODAY, TODAY + days * D)
    pieces = chunks(window, size)
    assert [day for piece in pieces for day in piece.each()] == list(window.each())
    assert all(piece.days <= size for piece in pieces)


@given(st.sets(st.integers(0, 60)))
def test_runs_are_the_same_days(days: set[int]) -> None:
    wanted = [TODAY + n * D for n in sorted(days)]
    found = runs(wanted)
    assert [day for window in found for day in window.each()] == wanted
    assert all(a.end < b.start for a, b in pairwise(found))


def test_clock_changes_make_no_day_twice() -> None:
    # Berlin leaves summer time on 25 October 2026: 25 hours, one day
    hours = [datetime(2026, 10, 24, tzinfo=MORNING.tzinfo) + timedelta(hours=n) for n in range(72)]
    seen = [last_finished_day(BERLIN, hour) for hour in hours]
    assert [seen.count(date(2026, 10, 23) + n * D) for n in range(3)] == [22, 25, 24]
