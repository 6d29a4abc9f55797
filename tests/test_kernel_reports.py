"""Reports and tokens survive kills: nothing is asked for twice, nothing rotated is lost."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from kpi.errors import KpiError
from kpi.model import Window
from sync_service import control
from sync_service.clock import FakeClock
from sync_service.connectors import tokens as tokens_module
from sync_service.connectors.kernel import ReportState, Token
from sync_service.connectors.reports import Order, Reports, Steps, order_key
from sync_service.connectors.tokens import Tokens
from sync_service.control import Control
from sync_service.troubles import (
    AuthRevoked,
    LinkExpired,
    NotFound,
    Parked,
    ReportFailed,
    Retryable,
    Trouble,
)
from tests.kernel_support import MORNING, Place, Server, connect, installed
from tests.kernel_toy import Toy

WINDOW = Window(date(2026, 10, 1), date(2026, 10, 8))
KEY = {"type": "visits"}


class Killed(BaseException):
    """The process dies here."""


class Desk:
    """A platform's report desk that counts, and kills the caller where a test says."""

    def __init__(self) -> None:
        self.asks = self.polls = self.downloads = self.keeps = 0
        self.kept: dict[str, bytes] = {}
        self.states: list[ReportState] = [ReportState("processing"), ReportState("ready", "D1")]
        self.kill_at: str = ""
        self.troubles: list[Trouble] = []

    def _die(self, place: str) -> None:
        if self.kill_at == place:
            self.kill_at = ""
            raise Killed

    def create(self) -> str:
        self._die("before create")
        self.asks += 1
        self._die("after create")
        return f"R{self.asks}"

    def poll(self, report: str) -> ReportState:
        assert report == f"R{self.asks}"
        self._die("before poll")
        self.polls += 1
        self._die("after poll")
        return self.states.pop(0) if len(self.states) > 1 else self.states[0]

    def download(self, document: str) -> bytes:
        assert document == "D1"
        self._die("before download")
        self.downloads += 1
        if self.troubles:
            raise self.troubles.pop(0)
        self._die("after download")
        return b"the rows"

    def keep(self, document: bytes) -> str:
        self.keeps += 1
        self._die("before keep")
        self.kept["hash"] = document
        self._die("after keep")
        return "hash"

    def steps(self) -> Steps:
        return Steps(self.create, self.poll, self.download, self.keep, self.kept.get)


@pytest.fixture
def store(tmp_path: Path) -> Control:
    return Control(f"sqlite:///{tmp_path / 'control.db'}")


def order() -> Order:
    return Order(order_key("S1", "toy.visits", WINDOW, KEY), "toy.visits", "S1", WINDOW, KEY)


def test_a_report_is_polled_after_30_60_120_and_then_300_seconds(store: Control) -> None:
    desk, clock = Desk(), FakeClock(MORNING)
    desk.states = [ReportState("processing")] * 4 + [ReportState("ready", "D1")]
    assert Reports(store, clock).obtain(order(), desk.steps()) == b"the rows"
    assert clock.slept == [30, 60, 120, 300, 300]


KILLS = (
    "before create",
    "before poll",
    "after poll",
    "before download",
    "after download",
    "before keep",
    "after keep",
)


@pytest.mark.parametrize("place", KILLS)
def test_a_kill_asks_for_nothing_twice(store: Control, place: str) -> None:
    desk, clock = Desk(), FakeClock(MORNING)
    desk.kill_at = place
    with pytest.raises(Killed):
        Reports(store, clock).obtain(order(), desk.steps())
    again = Reports(store, FakeClock(MORNING + timedelta(minutes=5)))
    assert again.obtain(order(), desk.steps()) == b"the rows"
    assert desk.asks == 1


def test_a_document_that_was_kept_is_not_fetched_again(store: Control) -> None:
    desk = Desk()
    reports = Reports(store, FakeClock(MORNING))
    reports.obtain(order(), desk.steps())
    assert reports.obtain(order(), desk.steps()) == b"the rows"
    assert (desk.asks, desk.downloads) == (1, 1)
    desk.kept.clear()  # the file was lost: the same report, a second download
    assert reports.obtain(order(), desk.steps()) == b"the rows"
    assert (desk.asks, desk.downloads) == (1, 2)


def test_after_the_commit_the_same_window_is_asked_for_anew(store: Control) -> None:
    desk = Desk()
    reports = Reports(store, FakeClock(MORNING))
    reports.obtain(order(), desk.steps())
    reports.committed("toy.visits", "S1", WINDOW)
    desk.states = [ReportState("ready", "D1")]
    reports.obtain(order(), desk.steps())
    assert desk.asks == 2


def test_an_answer_that_nobody_could_commit_is_asked_for_anew_after_a_day(store: Control) -> None:
    desk, clock = Desk(), FakeClock(MORNING)
    reports = Reports(store, clock)
    reports.obtain(order(), desk.steps())
    clock.jump(90_000)
    reports.obtain(order(), desk.steps())
    assert desk.asks == 2


def test_an_empty_report_is_known_to_be_empty(store: Control) -> None:
    desk = Desk()
    desk.states = [ReportState("empty")]
    reports = Reports(store, FakeClock(MORNING))
    assert reports.obtain(order(), desk.steps()) is None
    assert reports.obtain(order(), desk.steps()) is None
    assert (desk.asks, desk.polls, desk.downloads) == (1, 1, 0)


def test_a_failed_report_is_asked_for_once_more_and_then_told(store: Control) -> None:
    desk = Desk()
    desk.states = [ReportState("failed", reason="too many rows")]
    reports = Reports(store, FakeClock(MORNING))
    for _ in range(2):
        with pytest.raises(ReportFailed, match="too many rows"):
            reports.obtain(order(), desk.steps())
    assert desk.asks == 2


def test_a_dead_link_is_replaced_by_a_fresh_one(store: Control) -> None:
    desk = Desk()
    desk.troubles = [LinkExpired("x"), Retryable("y")]
    assert Reports(store, FakeClock(MORNING)).obtain(order(), desk.steps()) == b"the rows"
    assert (desk.asks, desk.downloads) == (1, 3)
    desk = Desk()
    desk.troubles = [NotFound("x")]
    with pytest.raises(NotFound):
        Reports(store, FakeClock(MORNING)).obtain(
            Order("other", "toy.visits", "S1", WINDOW, KEY), desk.steps()
        )


def test_a_slow_report_parks_the_job_and_goes_on_where_it_was(store: Control) -> None:
    desk, clock = Desk(), FakeClock(MORNING)
    desk.states = [ReportState("processing")] * 20 + [ReportState("ready", "D1")]
    reports, parked = Reports(store, clock), 0
    while True:
        begun = clock.now()
        try:
            document = reports.obtain(order(), desk.steps())
        except Parked as trouble:
            assert clock.now() - begun <= timedelta(seconds=900)
            clock.sleep((trouble.until - clock.now()).total_seconds())
            parked += 1
        else:
            break
    assert document == b"the rows"
    assert (desk.asks, parked > 3) == (1, True)


def until_the_end(reports: Reports, desk: Desk, clock: FakeClock) -> bytes | None:
    """Take the job up again whenever its time has come."""
    while True:
        try:
            return reports.obtain(order(), desk.steps())
        except Parked as trouble:
            clock.sleep((trouble.until - clock.now()).total_seconds())


def test_a_report_that_never_comes_is_given_up_after_twelve_hours(store: Control) -> None:
    desk, clock = Desk(), FakeClock(MORNING)
    desk.states = [ReportState("processing")]
    with pytest.raises(ReportFailed, match="12 hours"):
        until_the_end(Reports(store, clock), desk, clock)
    assert desk.asks == 2
    assert clock.now() - MORNING < timedelta(hours=25)


def test_no_link_is_ever_stored(tmp_path: Path) -> None:
    toy = Toy()
    with Server(toy) as server, installed(tmp_path / "d", [server.place]) as place:
        connect(place, server, "S1")
        from sync_service.sync import sync  # noqa: PLC0415 - one use
        from tests.kernel_toy import parts  # noqa: PLC0415

        assert sync(parts(place), streams=["toy.visits"]).problems == ()
        assert toy.downloads == 1
        for path in place.home.rglob("*.db*"):
            assert b"/link/" not in path.read_bytes()


# --- tokens --------------------------------------------------------------------------------


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with installed(tmp_path / "data", []) as found:
        found.kit.secrets.put("acc", {"refresh_token": "t0"})
        yield found


class Rotating:
    """A token endpoint that rotates and notices a reused refresh token."""

    def __init__(self, place: Place) -> None:
        self.place, self.valid, self.count, self.reused = place, "t0", 0, 0
        self.guard = threading.Lock()

    def __call__(self) -> Token:
        given = self.place.kit.secrets.get("acc", "refresh_token")
        with self.guard:
            if given != self.valid:
                self.reused += 1
                raise AuthRevoked("invalid_grant")
            self.count += 1
            self.valid = f"t{self.count}"
            return Token(f"a{self.count}", 3600, self.valid)


def fresh_tokens(place: Place) -> Tokens:
    """As another process has it: nothing in memory."""
    return Tokens(place.store, place.kit.secrets, place.clock)


def in_threads(count: int, work: Callable[[], str]) -> list[str]:
    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.append(work())) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def test_fifty_threads_and_two_memories_make_one_refresh(place: Place) -> None:
    endpoint, memories = Rotating(place), [fresh_tokens(place), fresh_tokens(place)]
    turns = iter(range(50))
    found = in_threads(50, lambda: memories[next(turns) % 2].access("acc", endpoint))
    assert set(found) == {"a1"}
    assert (endpoint.count, endpoint.reused) == (1, 0)


def test_a_token_is_renewed_at_fifty_minutes(place: Place) -> None:
    endpoint, tokens = Rotating(place), fresh_tokens(place)
    assert isinstance(place.clock, FakeClock)
    assert tokens.access("acc", endpoint) == "a1"
    place.clock.jump(2999)
    assert tokens.access("acc", endpoint) == "a1"
    place.clock.jump(2)
    assert tokens.access("acc", endpoint) == "a2"


def test_a_refused_token_is_renewed_once_for_all(place: Place) -> None:
    endpoint, tokens = Rotating(place), fresh_tokens(place)
    refused = tokens.access("acc", endpoint)
    found = in_threads(20, lambda: tokens.access("acc", endpoint, not_this=refused))
    assert set(found) == {"a2"}
    assert (endpoint.count, endpoint.reused) == (2, 0)


def test_the_rotated_token_is_stored_before_the_access_token_is_used(place: Place) -> None:
    endpoint = Rotating(place)
    fresh_tokens(place).access("acc", endpoint)
    assert place.kit.secrets.get("acc", "refresh_token") == endpoint.valid == "t1"


def test_a_revoked_token_is_asked_once(place: Place) -> None:
    endpoint = Rotating(place)
    endpoint.valid = "gone"
    with pytest.raises(AuthRevoked, match="acc"):
        fresh_tokens(place).access("acc", endpoint)
    assert endpoint.reused == 1


def test_a_credential_that_changed_meanwhile_is_read_again(place: Place) -> None:
    endpoint = Rotating(place)
    endpoint.valid = "new"

    def refresh() -> Token:
        try:
            return endpoint()
        finally:
            place.kit.secrets.put("acc", {"refresh_token": "new"})  # somebody authorised again

    assert fresh_tokens(place).access("acc", refresh) == "a1"


def test_a_holder_that_lost_its_lease_stores_nothing(place: Place) -> None:
    endpoint = Rotating(place)

    def slow() -> Token:
        token = endpoint()
        from datetime import UTC, datetime  # noqa: PLC0415 - one use

        late = datetime.now(UTC) + timedelta(hours=1)
        lease = control.acquire(place.store, "token/acc", "other", late, timedelta(minutes=1))
        assert lease is not None
        return token

    with pytest.raises(KpiError):
        fresh_tokens(place).access("acc", slow)
    assert place.kit.secrets.get("acc", "refresh_token") == "t0"


def test_a_failed_refresh_gives_the_lease_back(place: Place) -> None:
    endpoint = Rotating(place)

    def fails() -> Token:
        raise Retryable("503")

    with pytest.raises(Retryable):
        fresh_tokens(place).access("acc", fails)
    assert fresh_tokens(place).access("acc", endpoint) == "a1"


def test_waiting_for_another_process_ends(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    from datetime import UTC, datetime  # noqa: PLC0415 - one use

    monkeypatch.setattr(tokens_module, "PATIENCE", 0.2)
    control.acquire(place.store, "token/acc", "other", datetime.now(UTC), timedelta(minutes=5))
    with pytest.raises(Retryable, match="acc"):
        fresh_tokens(place).access("acc", Rotating(place))


KILLED = """
import sys
from pathlib import Path
from tests.kernel_support import installed
from tests.kernel_toy import parts
from sync_service.clock import FakeClock
from sync_service.connectors import reports
from sync_service.sync import sync
from tests.kernel_support import MORNING
import os
left = int(sys.argv[3])
save = reports.Reports._save
def counted(self, order, row):
    global left
    left -= 1
    if left == 0:
        os._exit(9)
    found = save(self, order, row)
    return found
reports.Reports._save = counted
with installed(Path(sys.argv[1]), [sys.argv[2]], FakeClock(MORNING)) as place:
    sync(parts(place), streams=["toy.visits"], force=True)
"""


def test_a_process_killed_between_any_two_report_states_loses_nothing(tmp_path: Path) -> None:
    # the row is written before the next call, so only a kill between the answer of `create` and its
    # row (the second state) leaves a report that nobody knows
    from sync_service.sync import sync  # noqa: PLC0415 - one use
    from tests.kernel_toy import parts  # noqa: PLC0415

    root = Path(__file__).resolve().parent.parent
    for state in range(1, 7):
        toy = Toy()
        home = tmp_path / f"d{state}"
        with Server(toy) as server:
            with installed(home, [server.place]) as place:
                connect(place, server, "S1")
            run = [sys.executable, "-c", KILLED, str(home), server.place, str(state)]
            died = subprocess.run(run, cwd=root, check=False).returncode
            assert died == 9
            toy.polls_needed = 0
            with installed(home, [server.place]) as place:
                works = parts(place)
                assert [p.line("en") for p in sync(works, streams=["toy.visits"]).problems] == []
                assert works.facts.rows("toy.visits", "S1", WINDOW).num_rows == 0
                window = Window(date(2026, 10, 8), date(2026, 10, 22))
                assert works.facts.rows("toy.visits", "S1", window).num_rows == 14
            assert len(toy.reports) == (2 if state == 2 else 1)
