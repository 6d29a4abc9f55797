"""The meeting pack from the pane: a week, a month, a quarter, and what is written of it."""

from __future__ import annotations

import copy
import time
from pathlib import Path

import pytest

from sheet_templates.build import build
from sync_service.filling import reports
from sync_service.kpi_review import kpi_lines, month_cards, quarter_of
from sync_service.pausing import switch_writing
from tests.sent_support import Body, body_of, written
from tests.test_sheet_answers import Asking, one

__all__ = ["one"]  # the fixture


def review(one: Asking, body: Body, kind: str) -> Body:
    answer = one.post("panes/review", {**body, "kind": kind})
    assert answer.status_code == 200, answer.text
    told: Body = answer.get_json()
    return told


@pytest.mark.parametrize("kind", ["week", "month"])
def test_the_figures_are_those_of_the_report_pages(one: Asking, kind: str) -> None:
    told = review(one, one.body, kind)
    of = reports.week(one.done) if kind == "week" else reports.month(one.done)
    assert (told["period"], told["before"]) == (of.now.code, of.before.code)
    found = {(line["scope"], line["names"]["zh"]): line for line in told["lines"]}
    for scope, key in reports.shown(one.done):
        for code in reports.reported(one.done) if key in one.done.scopes else ():
            assert key is not None
            line = found[scope, one.done.metric(code).names["zh"]]
            actual = one.done.value(code, key, of.now)
            assert line["value"] == (actual.value if actual else None)
            assert line["due"] == reports.due_of(one.done, of.now, key, code)
    assert len(told["misses"]) == sum(alarm.open for alarm in one.done.alarms)
    assert (told["kpis"], told["teams"], told["paused"]) == ([], [], "")


def test_a_quarter_looks_at_the_kpi_set_and_writes_its_tables(one: Asking) -> None:
    started = time.monotonic()
    told = review(one, one.body, "quarter")
    assert time.monotonic() - started < 50  # the pane waits a minute
    quarter = quarter_of(one.done, None)
    lines = kpi_lines(one.done, quarter, month_cards(one.done, quarter))
    assert len(told["kpis"]) == sum(bool(line.items) for line in lines)
    assert told["teams"][0]["team"] == "ALL"
    assert {table["table"] for table in told["tables"]} >= {"tblKpiReview", "tblAdoption"}
    again = review(one, written(one.body, told), "quarter")
    assert again["tables"] == []


def test_a_decision_becomes_a_task_once(one: Asking) -> None:
    body = copy.deepcopy(one.body)
    table = body["tables"]["tblReview"]
    row: list[object] = [None] * len(table["headers"])
    row[0], row[4] = "R1", "Halve the bids"
    table["rows"] = [row]
    told = review(one, body, "week")
    assert [(task["no"], task["what"]) for task in told["follow"]] == [("A-R1", "Halve the bids")]
    assert {table["table"] for table in told["tables"]} == {"tblTask", "tblReview"}
    after = review(one, written(body, told), "week")
    assert (after["follow"], after["tables"]) == ([], [])


def test_a_stop_of_writing_leaves_the_pack_to_read(one: Asking) -> None:
    switch_writing(one.house, "stock-taking", "test")
    try:
        told = review(one, one.body, "quarter")
    finally:
        switch_writing(one.house, "", "test")
    assert (told["paused"], told["tables"]) == ("stock-taking", [])
    assert told["lines"]


def test_who_may_not_review_is_refused(one: Asking, tmp_path: Path) -> None:
    assert one.web.post("/api/v1/panes/review", json=one.body).status_code == 401
    assert one.post("panes/review", {**one.body, "kind": "year"}).status_code == 422
    slice_ = body_of(build(tmp_path / "p.xlsx", "partner", "en"))
    answer = one.post("panes/review", {**slice_, "kind": "week"})
    assert answer.status_code == 422
    assert "share BOOK" in answer.get_json()["error"]["en"]
