"""Processes that compute for open workbooks: the same answers, a desk each, none left over."""

from __future__ import annotations

import copy
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from sheet_templates.build import build
from sheet_templates.start import BookStart
from sync_service import schema
from sync_service.clock import FakeClock
from sync_service.settings import PROJECT
from sync_service.web.desk import Answered, Desk, DeskGoneError, Passed
from sync_service.web.desks import KEPT, LATELY, QUIET, Desks, named, passed
from tests.sent_support import Body, body_of
from tests.service_support import NINE, Service, service

BOOKS = [f"0a1b2c3d-1111-4222-8333-44445555{number}" for number in (6666, 7777, 8888)]

NUMBER = BOOKS[0].encode()


@dataclass(slots=True)
class Served:
    """A service with two desks, asked as a pane asks."""

    service: Service
    desks: Desks

    def post(self, address: str, body: Any, **headers: str) -> TestResponse:
        self.service.clock.sleep(1)  # calls that are allowed come back with time
        key = {**self.service.key, **headers}
        return self.service.web.post(f"/api/v1/{address}", json=body, headers=key)

    def get(self, address: str) -> TestResponse:
        self.service.clock.sleep(1)
        return self.service.web.get(f"/api/v1/{address}", headers=self.service.key)

    def offered(self, body: Body) -> tuple[str, Body]:
        """A refresh that waits for the pane, and its result."""
        answer = self.post("panes/refresh", body)
        assert answer.status_code == 202, answer.text
        run = str(answer.get_json()["run"])
        until(lambda: self.get(f"runs/{run}").get_json()["state"] == "done")
        return run, cast("Body", self.get(f"runs/{run}/result").get_json())

    @property
    def pids(self) -> list[int | None]:
        return [desk.pid for desk in self.desks.desks]


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not true():
        assert time.monotonic() < end
        time.sleep(0.1)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    with service(tmp_path) as made:
        clock, settings = made.house.clock, made.house.settings
        desks = Desks((Desk(settings, clock), Desk(settings, clock)), clock)
        desks.join(made.web.application)
        try:
            yield Served(made, desks)
        finally:
            desks.stop()


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Body:
    """What a pane sends of a workbook without shops: quick to refresh."""
    path = tmp_path_factory.mktemp("pane") / "book.xlsx"
    return body_of(build(path, "manager", "en", BookStart(settings={"month": "2026-10"})), BOOKS[0])


@pytest.fixture
def bodies(plain: Body) -> list[Body]:
    return [{**copy.deepcopy(plain), "book": book} for book in BOOKS]


def test_two_workbooks_are_refreshed_by_two_processes_as_one_would(
    served: Served, bodies: list[Body], tmp_path: Path
) -> None:
    found = [served.offered(body) for body in bodies[:2]]
    with service(tmp_path / "alone") as alone:
        panes = alone.web.application.extensions["linkstar"].panes
        run = alone.web.post("/api/v1/panes/refresh", json=bodies[0], headers=alone.key).get_json()
        until(lambda: panes.find(run["run"]).told["state"] == "done")
        result = alone.web.get(f"/api/v1/runs/{run['run']}/result", headers=alone.key).get_json()
    for _, one in found:
        assert {**one, "revision": ""} == {**result, "revision": ""}
    assert None not in served.pids
    assert len({*served.pids, os.getpid()}) == 3
    for run, _ in found:
        said = served.post(f"runs/{run}/written", {"ok": True}).get_json()
        assert (said["recorded"], said["revision"]) == (True, run)
    chain = schema.audit
    wanted = select(func.count()).select_from(chain).where(chain.c.action == "refresh")
    with served.service.house.store.read() as connection:
        assert connection.execute(wanted).scalar_one() == 2
    assert served.service.web.application.extensions["linkstar"].panes.find(found[0][0]) is None
    answer = served.post("functions", {"book": BOOKS[0], "calls": [["SOURCE", "none", "ALL"]]})
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"


def test_what_is_said_of_one_workbook_goes_to_one_process(
    served: Served, bodies: list[Body]
) -> None:
    served.offered(bodies[0])
    other = served.post("panes/refresh", bodies[0])
    assert (other.status_code, other.get_json()["reason"]) == (409, "busy")
    served.post("panes/cancel", {"book": BOOKS[1], "key": "click-1"})
    late = served.post("panes/refresh", bodies[1], **{"Idempotency-Key": "click-1"})
    assert (late.status_code, late.get_json()["reason"]) == (409, "cancelled")


def test_a_process_that_dies_is_told_and_followed_by_another(
    served: Served, bodies: list[Body]
) -> None:
    run, _ = served.offered(bodies[0])
    first = served.pids[0]
    assert first is not None
    os.kill(first, signal.SIGSTOP)  # it does not answer
    killer = threading.Timer(0.5, os.kill, (first, signal.SIGKILL))
    killer.start()
    said = served.post(f"runs/{run}/written", {"ok": True})
    killer.join()
    assert said.status_code == 503
    assert set(said.get_json()["error"]) == {"zh", "en"}
    told = served.get(f"runs/{run}").get_json()
    assert (told["state"], "stopped during" in told["problem"]["en"]) == ("failed", True)
    again, _ = served.offered(bodies[0])
    assert again != run
    assert served.pids[0] not in {None, first}


def test_a_call_that_is_refused_reaches_no_process(served: Served, bodies: list[Body]) -> None:
    web = served.service.web
    assert web.post("/api/v1/panes/refresh", json=bodies[0]).status_code == 401
    foreign = {**served.service.key, "Origin": "https://elsewhere.example"}
    assert web.post("/api/v1/panes/refresh", json=bodies[0], headers=foreign).status_code == 403
    assert served.post("panes/refresh", {"book": "no number"}).status_code == 422
    large = served.post("panes/refresh", {"book": BOOKS[0], "more": "x" * 16_000_001})
    assert (large.status_code, "16 MB" in large.get_json()["error"]["en"]) == (413, True)
    assert served.get("runs/nobody").status_code == 404
    assert served.pids == [None, None]


@pytest.mark.parametrize(
    ("body", "book"),
    [
        pytest.param(b'{"book": "%b"}' % NUMBER, f"pane:{BOOKS[0]}", id="named"),
        pytest.param(b'{"book": "%b"}' % NUMBER.upper(), f"pane:{BOOKS[0]}", id="large"),
        pytest.param(b'{"a":{"book":"x"},"book" : "%b"}' % NUMBER, f"pane:{BOOKS[0]}", id="below"),
        pytest.param(b'{"a": "\\"book\\":", "book":"%b"}' % NUMBER, f"pane:{BOOKS[0]}", id="text"),
        pytest.param(b'{"a\\"book":"1-1","book":"%b"}' % NUMBER, f"pane:{BOOKS[0]}", id="escaped"),
        pytest.param(b'{"book":"%b","t":["book"]}' % NUMBER, f"pane:{BOOKS[0]}", id="a cell"),
        pytest.param(b'{"book":"1-1","book":"%b"}' % NUMBER, f"pane:{BOOKS[0]}", id="the last"),
        pytest.param(b'{"book": "book.xlsx"}', None, id="a file"),
        pytest.param(b'{"book": 7}', None, id="a figure"),
        pytest.param(b'["book"]', None, id="no object"),
        pytest.param(b'{"book"', None, id="cut off"),
        pytest.param(b"", None, id="nothing"),
    ],
)
def test_the_workbook_of_a_body(body: bytes, book: str | None) -> None:
    assert named(body) == book


def test_a_call_in_pieces_is_passed_on_with_its_length() -> None:
    environ = {"HTTP_TRANSFER_ENCODING": "chunked", "PATH_INFO": "/a", "wsgi.multithread": True}
    said = passed(environ, b"four")
    assert said == Passed({"PATH_INFO": "/a", "CONTENT_LENGTH": "4"}, b"four")


# --- who gets what --------------------------------------------------------------------------------


@dataclass(slots=True, eq=False)
class Sitting:
    """A desk that only says what it has to do."""

    resting: bool = True
    asked: list[str] = field(default_factory=list)

    def rests(self, book: str) -> bool:
        self.asked.append(book)
        return self.resting


def chosen(desks: Desks, book: str) -> Any:
    """The desk of a call, which is answered at once."""
    heard = desks._place(book)
    heard.calls -= 1
    return heard.desk


@pytest.fixture
def pair() -> tuple[Sitting, Sitting, Desks, FakeClock]:
    first, second, clock = Sitting(), Sitting(), FakeClock(NINE)
    return first, second, Desks((cast("Desk", first), cast("Desk", second)), clock), clock


Pair = tuple[Sitting, Sitting, Desks, FakeClock]


def test_workbooks_stay_together_until_their_desk_is_busy(pair: Pair) -> None:
    first, second, desks, clock = pair
    assert chosen(desks, "a") is first
    clock.sleep(LATELY + 1)
    assert chosen(desks, "b") is first
    assert [chosen(desks, str(number)) for number in range(5)] == [
        second, first, second, first, second,
    ]  # fmt: skip
    assert chosen(desks, "a") is first


@pytest.mark.parametrize(
    ("silent", "busy", "resting", "moves"),
    [
        pytest.param(QUIET + 1, True, True, True, id="quiet, and its desk has more to do"),
        pytest.param(QUIET - 1, True, True, False, id="a pane of it may still write"),
        pytest.param(QUIET + 1, False, True, False, id="its desk has nothing to do"),
        pytest.param(QUIET + 1, True, False, False, id="a refresh is open or in doubt there"),
    ],
)
def test_a_workbook_moves_where_nothing_of_it_is_lost(
    pair: Pair, silent: float, busy: bool, resting: bool, moves: bool
) -> None:
    first, second, desks, clock = pair
    assert chosen(desks, "a") is first
    clock.sleep(LATELY + 1)
    assert chosen(desks, "b") is first
    clock.sleep(silent - LATELY - 1)
    first.resting = resting
    if busy:
        assert chosen(desks, "b") is first
    assert chosen(desks, "a") is (second if moves else first)


def test_a_workbook_with_a_call_on_its_way_stays(pair: Pair) -> None:
    first, _, desks, clock = pair
    desks._place("a")
    clock.sleep(QUIET + 1)
    assert (chosen(desks, "a"), first.asked) == (first, [])


def test_the_oldest_workbooks_are_forgotten(pair: Pair) -> None:
    _, _, desks, _ = pair
    for number in range(KEPT + 5):
        chosen(desks, str(number))
    assert (len(desks._books), "4" in desks._books, "5" in desks._books) == (KEPT, False, True)


# --- the process ----------------------------------------------------------------------------------


def test_a_desk_that_is_gone_rests_and_starts_anew(served: Served, bodies: list[Body]) -> None:
    desk = served.desks.desks[0]
    assert desk.rests("pane:a")  # nothing was started for that
    assert desk.pid is None
    run, _ = served.offered(bodies[0])
    assert not desk.rests(f"pane:{BOOKS[0]}")
    served.post(f"runs/{run}/written", {"ok": True})
    until(lambda: desk.rests(f"pane:{BOOKS[0]}"))
    desk.stop()
    until(lambda: desk.pid is None)
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/health", "HTTP_HOST": "127.0.0.1"}
    more = {"SERVER_NAME": "127.0.0.1", "SERVER_PORT": "1", "wsgi.url_scheme": "http"}
    said = desk.call(Passed({**environ, **more}, b""))
    assert isinstance(said, Answered)
    assert (said.status, json.loads(said.body)) == (200, {"ok": True})


def test_a_call_that_breaks_the_application_is_answered(served: Served) -> None:
    said = served.desks.desks[0].call(Passed({"REQUEST_METHOD": "GET"}, b""))  # no host, no path
    assert said.status == 500
    assert set(json.loads(said.body)["error"]) == {"zh", "en"}


def test_a_desk_that_cannot_be_told_is_gone(served: Served) -> None:
    desk = served.desks.desks[0]
    desk.start()
    pid = desk.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    killer = threading.Timer(0.5, os.kill, (pid, signal.SIGKILL))
    killer.start()
    with pytest.raises(DeskGoneError):
        desk.call(Passed({}, b"x" * 10_000_000))  # more than the pipe holds
    killer.join()


def children(pid: int) -> set[int]:
    """The processes that a process has started."""
    found: set[int] = set()
    for task in Path(f"/proc/{pid}/task").iterdir():
        found |= {int(one) for one in (task / "children").read_text().split()}
    return found


def lives(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state != "Z"


@pytest.mark.parametrize(
    "end", [pytest.param(signal.SIGINT, id="Ctrl-C"), pytest.param(signal.SIGKILL, id="killed")]
)
def test_no_process_outlives_the_service(end: signal.Signals, tmp_path: Path) -> None:
    words = [sys.executable, "-m", "sync_service", "--json", "--home", str(tmp_path / "data")]
    mine = {**os.environ, "LINKSTAR_PORT": "0", "LINKSTAR_COMPUTING": "2"}
    with (
        subprocess.Popen(
            [*words, "serve"], cwd=PROJECT, env=mine, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, start_new_session=True,
        ) as server,
        ExitStack() as after,
    ):  # fmt: skip
        after.callback(server.kill)
        assert server.stdout is not None
        address = json.loads(server.stdout.readline())["address"]
        assert not children(server.pid)  # none before it is needed
        assert httpx.get(f"{address}/addin/pane.html", timeout=60).status_code == 200
        until(lambda: bool(children(server.pid)))
        started = children(server.pid)
        if end is signal.SIGINT:
            os.killpg(server.pid, end)  # as a terminal does
        else:
            server.kill()
        _, faults = server.communicate(timeout=60)
    assert end is signal.SIGKILL or "Traceback" not in faults
    until(lambda: not any(map(lives, started)))
