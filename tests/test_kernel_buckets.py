"""Clock, buckets, retries, leases: how often and how long a platform is asked."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from sync_service.clock import FakeClock, SystemClock
from sync_service.connectors.buckets import Bucket, Buckets, light
from sync_service.connectors.kernel import Limit, Observed
from sync_service.control import Control, acquire
from sync_service.holding import take
from sync_service.retries import Patience, repeated
from sync_service.troubles import BadRequest, Parked, RateLimited, Retryable
from tests.kernel_support import MORNING


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


def test_after_a_light_transaction_nothing_may_be_lost_again(store: Control) -> None:
    """Connections are kept: also one whose light transaction failed."""
    with light(store) as connection:
        assert connection.execute(text("PRAGMA synchronous")).scalar() == 1
    with pytest.raises(OperationalError), light(store) as connection:
        connection.execute(text("INSERT INTO nowhere VALUES (1)"))
    with store.begin() as connection:
        assert connection.execute(text("PRAGMA synchronous")).scalar() == 2


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
