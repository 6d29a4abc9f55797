"""The pane's refreshes over HTTP: offered, written, recorded; or nothing at all."""

from __future__ import annotations

import copy
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from kpi.tables import Table
from sheet_templates.build import build
from sheet_templates.layout import TABLES
from sheet_templates.start import BookStart
from sync_service import runs, schema, sent_store
from sync_service import written as memory
from sync_service.house import House
from sync_service.panes import MOST_OPEN, Panes
from sync_service.refresh import Order, Outcome, Step, refresh
from sync_service.settings import PROJECT
from sync_service.told import ToldError
from sync_service.web.access import Parts
from sync_service.workbooks.grids import Grid, table_of
from sync_service.workbooks.port import TablePatch, Written
from tests.sent_support import Body, body_of, written
from tests.service_support import Service, service

BOOK = "0a1b2c3d-1111-4222-8333-444455556666"
OTHER = "0a1b2c3d-1111-4222-8333-444455557777"


@pytest.fixture
def one(tmp_path: Path) -> Iterator[Service]:
    with service(tmp_path) as made:
        yield made


@pytest.fixture(scope="session")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Body:
    """What a pane sends of a workbook without shops: quick to refresh."""
    path = tmp_path_factory.mktemp("pane") / "book.xlsx"
    start = BookStart(settings={"month": "2026-10"})
    return body_of(build(path, "manager", "en", start), BOOK)


@pytest.fixture
def body(plain: Body) -> Body:
    return copy.deepcopy(plain)


def panes(one: Service) -> Panes:
    found: Parts = one.web.application.extensions["linkstar"]
    return found.panes


def post(one: Service, address: str, body: Any, **headers: str) -> TestResponse:
    return one.web.post(f"/api/v1/{address}", json=body, headers={**one.key, **headers})


def get(one: Service, address: str) -> TestResponse:
    return one.web.get(f"/api/v1/{address}", headers=one.key)


def read(answer: TestResponse) -> Any:
    return answer.get_json()


def order(one: Service, body: Body, **headers: str) -> str:
    answer = post(one, "panes/refresh", body, **headers)
    assert answer.status_code == 202, answer.text
    assert read(answer)["href"] == f"/api/v1/runs/{read(answer)['run']}"
    return str(read(answer)["run"])


def until(one: Service, run: str, *states: str) -> Any:
    """What the service says of a run once it is in one of these states."""
    for _ in range(600):
        found = one.web.application.extensions["linkstar"].panes.find(run)
        if found is not None and found.told["state"] in states:
            return read(get(one, f"runs/{run}"))
        time.sleep(0.02)
    raise AssertionError(f"{run} is {found and found.told}")


def offered(one: Service, body: Body) -> tuple[str, Body]:
    """A refresh that waits for the pane to write, and its result."""
    run = order(one, body)
    assert until(one, run, "done", "failed")["state"] == "done"
    answer = get(one, f"runs/{run}/result")
    assert answer.status_code == 200, answer.text
    return run, read(answer)


def recorded(one: Service) -> tuple[int, int, int]:
    """Scorecards, remembered cells and refreshes in the audit chain."""
    chain = schema.audit
    counts = [
        select(func.count()).select_from(schema.scorecards),
        select(func.count()).select_from(schema.written_cells),
        select(func.count()).select_from(chain).where(chain.c.action == "refresh"),
    ]
    with one.house.store.read() as connection:
        found = [connection.execute(wanted).scalar_one() for wanted in counts]
    return found[0], found[1], found[2]


def test_a_refresh_is_offered_written_recorded_and_then_finds_nothing_new(
    one: Service, body: Body
) -> None:
    del body["tables"]["tblLog"]  # a finding
    run, result = offered(one, body)
    assert recorded(one) == (0, 0, 0)
    assert {told["table"] for told in result["tables"]} >= {"tblDaily", "tblTile"}
    assert (result["revision"], result["summary"]["state"]) == (run, "written")
    assert {"zh", "en", "level", "code", "mend_zh", "mend_en", "sheet", "cell"} <= set(
        result["problems"][0]
    )
    said = post(one, f"runs/{run}/written", {"ok": True})
    assert (read(said)["state"], read(said)["recorded"], read(said)["revision"]) == (
        "done", True, run,
    )  # fmt: skip
    assert recorded(one)[0] == recorded(one)[2] == 1
    assert read(post(one, f"runs/{run}/written", {"ok": True})) == read(said)
    again, nothing = offered(one, written(body, result))
    assert again != run
    assert (nothing["tables"], nothing["names"], nothing["revision"]) == ([], {}, run)
    assert nothing["summary"]["state"] == "unchanged"
    assert nothing["problems"] == result["problems"]
    assert recorded(one)[2] == 1


def test_the_steps_are_told_in_both_languages_and_counted(one: Service, body: Body) -> None:
    run, _ = offered(one, body)
    step = read(get(one, f"runs/{run}"))["step"]
    assert (step["n"], step["of"]) == (5, 5)
    assert step["zh"] != step["en"]


def test_a_pane_that_could_not_write_leaves_nothing_recorded(one: Service, body: Body) -> None:
    run, _ = offered(one, body)
    said = read(post(one, f"runs/{run}/written", {"ok": False}))
    assert (said["state"], said["recorded"], said["revision"]) == ("failed", False, None)
    assert set(said["problem"]) == {"zh", "en"}
    assert recorded(one) == (0, 0, 0)
    kept = sent_store.kept(one.house.store, sent_store.book_name(BOOK))
    assert kept is not None
    assert kept.revision == ""
    found = runs.find(one.house.store, run)
    assert found is not None
    assert found.state == "failed"
    offered(one, body)  # the workbook is free


def test_a_pane_that_never_answers_frees_its_workbook(one: Service, body: Body) -> None:
    panes(one).patience = 0.3
    run, _ = offered(one, body)
    told = until(one, run, "failed")
    assert "minute" in told["problem"]["en"]
    assert get(one, f"runs/{run}/result").status_code == 409
    late = post(one, f"runs/{run}/written", {"ok": True})
    assert (late.status_code, read(late)["reason"]) == (409, "late")
    assert recorded(one) == (0, 0, 0)


def test_what_a_silent_pane_wrote_all_the_same_is_not_taken_for_typed_over(
    one: Service, body: Body
) -> None:
    first, result = offered(one, body)
    post(one, f"runs/{first}/written", {"ok": True})
    body = written(body, result)
    one.clock.jump(90_000)  # the next day: the days of the tables move on
    panes(one).patience = 0.3
    run, second = offered(one, body)
    assert any(told["cells"] for told in second["tables"])
    until(one, run, "failed")
    panes(one).patience = 60.0
    body = {**written(body, second), "base": first}  # in the sheet, but nobody was told
    one.clock.jump(60)
    _, third = offered(one, body)
    cells = schema.written_cells
    believed = select(func.count()).where(cells.c.at == one.clock.now())
    with one.house.store.read() as connection:
        assert connection.execute(believed).scalar_one() > 0
    assert "typed_over" not in {problem["code"] for problem in third["problems"]}


@pytest.mark.parametrize(
    ("held", "over"),
    [
        pytest.param(1.0, 0, id="still the old value"),
        pytest.param(2.0, 0, id="what was offered"),
        pytest.param(3.0, 1, id="what a person typed"),
    ],
)
def test_what_was_offered_is_believed_and_what_was_typed_is_not(
    one: Service, held: float, over: int
) -> None:
    store, now, tables = one.house.store, one.clock.now(), team(held)
    memory.remember(store, "b", [share(1.0)], now)
    memory.believe(store, "b", tables, [share(2.0)], now)
    found = list(memory.over_since(store, "b", tables))
    assert len(found) == over


def share(value: float) -> TablePatch:
    return TablePatch("tblTeam", ("person",), [{"person": "OPS1", "us_share": value}])


def team(held: float) -> dict[str, Table]:
    """A team table with one line."""
    layout = TABLES["tblTeam"]
    headers = tuple(column.zh for column in layout.columns)
    known: dict[str, Written] = {"person": "OPS1", "us_share": held}
    line = tuple(known.get(column.code) for column in layout.columns)
    return {"tblTeam": table_of(Grid(layout, "团队", 4, 1, headers, (line,)))}


def test_one_of_two_at_once_wins_and_the_other_is_told_who(one: Service, body: Body) -> None:
    run, result = offered(one, {**body, "who": "张敏"})
    busy = post(one, "panes/refresh", {**body, "who": "李雷"})
    assert (busy.status_code, read(busy)["reason"], read(busy)["who"]) == (409, "busy", "张敏")
    assert read(busy)["since"].startswith("2026-10-22T01:00:00")
    assert "张敏" in read(busy)["zh"]
    post(one, f"runs/{run}/written", {"ok": True})
    stale = post(one, "panes/refresh", {**body, "who": "李雷"})
    assert (stale.status_code, read(stale)["reason"], read(stale)["revision"]) == (
        409, "stale", run,
    )  # fmt: skip
    _, rebased = offered(one, {**written(body, result), "base": "", "rebased": run})
    assert rebased["revision"] == run


def test_books_do_not_wait_for_one_another(one: Service, body: Body) -> None:
    waiting = [offered(one, {**body, "book": BOOK[:-4] + f"{n:04d}"})[0] for n in range(4)]
    for run in reversed(waiting):  # more wait to be written than may compute at once
        assert read(post(one, f"runs/{run}/written", {"ok": True}))["recorded"]


def test_twenty_panes_at_once_all_end_well(one: Service, body: Body) -> None:
    found: list[bool] = []

    def pane(number: int) -> None:
        mine = {**body, "book": BOOK[:-4] + f"{number:04d}"}
        run, _ = offered(one, mine)
        found.append(read(post(one, f"runs/{run}/written", {"ok": True}))["recorded"])

    threads = [threading.Thread(target=pane, args=(n,)) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [True] * 20


def test_a_refresh_that_waits_is_cancelled_and_nothing_is_recorded(
    one: Service, body: Body
) -> None:
    run, _ = offered(one, body)
    assert read(post(one, f"runs/{run}/cancel", {}))["state"] == "cancelled"
    assert read(post(one, f"runs/{run}/cancel", {}))["state"] == "cancelled"
    assert get(one, f"runs/{run}/result").status_code == 409
    assert read(post(one, f"runs/{run}/written", {"ok": True}))["reason"] == "late"
    found = panes(one).find(run)
    assert found is not None
    assert found.ended.wait(5)
    assert recorded(one) == (0, 0, 0)
    offered(one, body)


def test_a_refresh_that_computes_is_cancelled_at_its_next_step(
    one: Service, body: Body, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go = threading.Event(), threading.Event()

    def slow(house: House, given: Order, tell: Step, watch: Any) -> Outcome:
        begun.set()
        assert go.wait(5)
        return refresh(house, given, tell, watch)

    monkeypatch.setattr("sync_service.panes.refresh", slow)
    run = order(one, body)
    assert begun.wait(5)
    assert get(one, f"runs/{run}/result").status_code == 409
    assert read(get(one, f"runs/{run}"))["state"] == "running"
    assert read(post(one, f"runs/{run}/cancel", {}))["state"] == "cancelled"
    go.set()
    found = panes(one).find(run)
    assert found is not None
    assert found.ended.wait(5)
    assert recorded(one) == (0, 0, 0)


def test_what_is_recorded_is_not_cancelled(one: Service, body: Body) -> None:
    run, _ = offered(one, body)
    post(one, f"runs/{run}/written", {"ok": True})
    assert read(post(one, f"runs/{run}/cancel", {}))["state"] == "done"


@pytest.mark.parametrize(
    "error", [ToldError("No.", "不行。"), OSError(28, "No space left"), KeyError("x")]
)
def test_a_failure_is_told_and_frees_the_workbook(
    one: Service, body: Body, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def broken(*_: object) -> Outcome:
        raise error

    with monkeypatch.context() as patched:
        patched.setattr("sync_service.panes.refresh", broken)
        told = until(one, order(one, body), "failed")
        assert told["problem"]["zh"]
        assert told["problem"]["en"]
    offered(one, body)


def test_a_stop_of_all_writing_writes_the_stop_only(one: Service, body: Body) -> None:
    post(one, "pause", {"reason": "wrong prices"})
    run, result = offered(one, body)
    assert (result["tables"], result["revision"], result["summary"]["state"]) == ([], "", "paused")
    assert result["names"] == {"nmPaused": result["names"]["nmPaused"]}
    assert read(post(one, f"runs/{run}/written", {"ok": True}))["recorded"] is False
    assert recorded(one) == (0, 0, 0)


def test_the_same_key_gives_the_same_run(one: Service, body: Body) -> None:
    first = order(one, body, **{"Idempotency-Key": "click-1"})
    assert order(one, body, **{"Idempotency-Key": "click-1"}) == first
    until(one, first, "done")
    assert post(one, "panes/refresh", body, **{"Idempotency-Key": "k" * 201}).status_code == 422


def test_more_open_refreshes_than_the_service_takes_are_refused(one: Service, body: Body) -> None:
    mine = panes(one)
    run, _ = offered(one, body)
    held = mine.find(run)
    assert held is not None
    mine._working.update({f"pane:{n}": held for n in range(MOST_OPEN)})  # full
    answer = post(one, "panes/refresh", {**body, "book": OTHER})
    assert answer.status_code == 429


def test_a_refresh_that_a_stopped_service_left_open_has_failed(one: Service) -> None:
    runs.order(one.house.store, "r1", "pane", one.clock.now(), {"book": "pane:x", "who": "x"})
    told = read(get(one, "runs/r1"))
    assert told["state"] == "failed"
    assert "stopped" in told["problem"]["en"]
    assert get(one, "runs/r1/result").status_code == 404


def test_a_service_that_stops_ends_what_waits_and_records_nothing(one: Service, body: Body) -> None:
    run, _ = offered(one, body)
    panes(one).stop()
    told = read(get(one, f"runs/{run}"))
    assert (told["state"], "stopped" in told["problem"]["en"]) == ("failed", True)
    kept = runs.find(one.house.store, run)
    assert kept is not None
    assert kept.state == "failed"
    assert recorded(one) == (0, 0, 0)
    for thread in threading.enumerate():
        if thread.name == f"pane-{run[:8]}":
            thread.join(5)
            assert not thread.is_alive()


def test_a_partners_slice_is_refused(one: Service, body: Body) -> None:
    body["tables"]["tblContract"] = {"sheet": "x", "at": "A5", "headers": [], "rows": []}
    answer = post(one, "panes/refresh", body)
    assert answer.status_code == 422
    assert "partner" in read(answer)["error"]["en"]
    assert runs.latest(one.house.store) == ()


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"book": "../../etc"}, id="no number"),
        pytest.param({"book": 7}, id="a number that is none"),
        pytest.param({"book": None}, id="none"),
        pytest.param({"tables": {}}, id="no tables"),
        pytest.param({"tables": "tblScore"}, id="tables are a text"),
        pytest.param({"names": []}, id="names are a list"),
    ],
)
def test_a_wrong_shape_is_refused_with_a_sentence(
    one: Service, body: Body, change: dict[str, object]
) -> None:
    answer = post(one, "panes/refresh", {**body, **change})
    assert answer.status_code == 422
    assert set(read(answer)["error"]) == {"zh", "en"}


@pytest.mark.parametrize(
    ("data", "kind", "status"),
    [
        pytest.param(b"{", "application/json", 400, id="broken JSON"),
        pytest.param(b"[1]", "application/json", 422, id="a list"),
        pytest.param(b"[" * 900_000, "application/json", 400, id="a million brackets"),
        pytest.param(b"book=x", "application/x-www-form-urlencoded", 415, id="a form"),
        pytest.param(b'"' + b"x" * 2_000_000 + b'"', "application/json", 422, id="2 MB"),
        pytest.param(b'"' + b"x" * 16_000_001 + b'"', "application/json", 413, id="above 16 MB"),
    ],
)
def test_a_body_that_is_no_json_object_is_refused(
    one: Service, data: bytes, kind: str, status: int
) -> None:
    answer = one.web.post("/api/v1/panes/refresh", data=data, content_type=kind, headers=one.key)
    assert answer.status_code == status
    assert set(read(answer)["error"]) == {"zh", "en"}
    if status == 413:
        assert "16 MB" in read(answer)["error"]["en"]


def test_an_answer_of_the_pane_is_true_or_false(one: Service, body: Body) -> None:
    run, _ = offered(one, body)
    assert post(one, f"runs/{run}/written", {"ok": "yes"}).status_code == 422
    assert post(one, "runs/unknown/written", {"ok": True}).status_code == 404


def test_asking_how_far_it_is_uses_few_of_the_calls_allowed(one: Service, body: Body) -> None:
    run, _ = offered(one, body)
    seen = {get(one, f"runs/{run}").status_code for _ in range(150)}
    assert seen == {200}


def test_every_route_of_the_service_is_in_its_documentation(one: Service) -> None:
    told = (PROJECT / "docs" / "api.md").read_text(encoding="utf-8")
    rules = [rule for rule in one.web.application.url_map.iter_rules() if "/api/" in str(rule)]
    methods = {(str(rule), method) for rule in rules for method in rule.methods or ()}
    wanted = {f"`{m} {at}`" for at, m in methods if m in {"GET", "POST"}}
    assert len(wanted) > 10
    assert sorted(one for one in wanted if one not in told) == []
