"""What the pane's refreshes remember: earlier writes, clicks that were cancelled, other dates."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from kpi.errors import Place
from kpi.messages import problem
from sheet_templates.layout import TABLES
from sync_service import pane_results
from sync_service import written as memory
from sync_service.workbooks.sent import DATED, body_of, sent_book
from sync_service.workbooks.serials import SHIFT_1904
from tests.sent_support import Body, written
from tests.service_support import Service
from tests.test_panes import BOOK, body, offered, one, order, plain, post, read, share, team

DAY = 46_315.0  # 2026-10-20
__all__ = ["body", "one", "plain"]  # the fixtures


@pytest.mark.parametrize(
    ("held", "bases", "over"),
    [
        pytest.param(2.0, ("r2",), 0, id="the last write"),
        pytest.param(1.0, ("r1",), 0, id="closed without saving: the write before"),
        pytest.param(1.0, ("r1", "r2"), 0, id="read again, and still the write before"),
        pytest.param(2.0, ("r1", "r2"), 0, id="read again, and written by another"),
        pytest.param(1.0, (), 0, id="a file that says no revision"),
        pytest.param(1.0, ("r2",), 1, id="a person typed the old value"),
        pytest.param(3.0, ("r1", "r2"), 1, id="a person typed"),
        pytest.param(3.0, (), 1, id="a person typed into a file"),
        pytest.param(0.0, ("r0",), 1, id="a write that is forgotten"),
        pytest.param(1.0, ("r0", "r2"), 0, id="forgotten, and one that is known fits"),
    ],
)
def test_typed_over_is_held_against_the_write_that_the_book_stands_on(
    one: Service, held: float, bases: tuple[str, ...], over: int
) -> None:
    store, now = one.house.store, one.clock.now()
    memory.remember(store, "b", [share(0.0)], now, "r0")
    for n in range(memory.KEPT - 2):
        memory.remember(store, "b", [share(50.0 + n)], now, f"x{n}")
    memory.remember(store, "b", [share(1.0)], now, "r1")
    memory.remember(store, "b", [share(2.0)], now, "r2")
    assert len(memory.generations(store, "b")) == memory.KEPT
    assert len(memory.over_since(store, "b", team(held), bases)) == over


def test_a_book_closed_without_saving_is_written_again(one: Service, body: Body) -> None:
    first, result = offered(one, body)
    post(one, f"runs/{first}/written", {"ok": True})
    saved = written(body, result)
    one.clock.jump(90_000)
    second, result = offered(one, saved)
    post(one, f"runs/{second}/written", {"ok": True})
    one.clock.jump(90_000)  # closed without saving: what was saved is sent
    stale = post(one, "panes/refresh", saved)
    assert read(stale)["revision"] == second
    _, third = offered(one, {**saved, "rebased": second})
    assert "typed_over" not in {problem["code"] for problem in third["problems"]}
    assert any(told["cells"] for told in third["tables"])


def test_a_half_written_book_is_not_taken_for_typed_over(one: Service, body: Body) -> None:
    first, result = offered(one, body)
    post(one, f"runs/{first}/written", {"ok": True})
    body = written(body, result)
    one.clock.jump(90_000)
    run, half = offered(one, body)
    said = read(post(one, f"runs/{run}/written", {"ok": False, "unsure": True}))
    assert (said["state"], said["recorded"]) == ("failed", False)
    one.clock.jump(60)
    body = {**written(body, half), "base": first}
    _, third = offered(one, body)
    assert "typed_over" not in {problem["code"] for problem in third["problems"]}


def test_a_click_is_cancelled_by_its_key_before_and_after_it_came(one: Service, body: Body) -> None:
    key = {"Idempotency-Key": "click-2"}
    run = order(one, body, **key)
    told = read(post(one, "panes/cancel", {"book": BOOK, "key": "click-2"}))
    assert told == {"run": run, "state": "cancelled"}
    early = read(post(one, "panes/cancel", {"book": BOOK, "key": "click-3"}))
    assert early == {"run": None, "state": "cancelled"}
    late = post(one, "panes/refresh", body, **{"Idempotency-Key": "click-3"})
    assert (late.status_code, read(late)["reason"]) == (409, "cancelled")
    assert post(one, "panes/cancel", {"book": BOOK, "key": "ü"}).status_code == 422
    offered(one, body)  # the workbook is free


def test_findings_that_are_left_out_are_counted() -> None:
    many = [problem("table_missing", Place(table="tblKpi"), table=str(n)) for n in range(503)]
    told = list(pane_results.problems_data(many))
    assert len(told) == 501
    assert told[-1]["en"] == "3 more are not listed."
    assert len(list(pane_results.problems_data(many[:500]))) == 500


def test_a_book_that_counts_from_1904_holds_the_same_days(body: Body) -> None:
    """Sent with other numbers it is the same workbook, and it is answered in its own numbers."""
    given: Body = {**body, "date1904": True, "tables": {}}
    days = 0
    for name, table in body["tables"].items():
        codes = [TABLES[name].by_header(header) for header in table["headers"]]
        dated = [at for at, one in enumerate(codes) if one is not None and one.kind in DATED]
        for at in dated:
            table["rows"][0][at] = DAY
        rows = [list(row) for row in table["rows"]]
        for row in rows:
            for at in dated:
                row[at] = row[at] - SHIFT_1904 if isinstance(row[at], float) else row[at]
        days += len(dated)
        given["tables"][name] = {**table, "rows": rows}
    assert days > 10
    sent = sent_book(given)
    assert sent.fingerprint == sent_book(body).fingerprint
    assert sent.contents().tables["tblTask"].rows[0].value("due") == date(2026, 10, 20)
    again = body_of(sent)
    assert again["date1904"] is True
    assert sent_book(again).fingerprint == sent.fingerprint
    tables: Any = again["tables"]
    assert all(tables[name]["rows"] == given["tables"][name]["rows"] for name in tables)
