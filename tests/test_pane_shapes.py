"""The stand-in service of the pane's tests answers in the shapes of the real one, by route."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import pytest

from kpi.model import Window
from sync_service import sent_store
from sync_service.pane_results import _compared
from sync_service.reconcile import Compared
from tests.pane_answers import UNKNOWN
from tests.pane_results import result
from tests.pane_service import TOKEN, Stub, application, busy, stale
from tests.sent_support import Body
from tests.test_pane_library import body, path, with_designer
from tests.test_sheet_answers import BOOK, Asking, one

__all__ = ["body", "one", "path"]  # the fixtures
WHEN = date(2026, 10, 1)
ASKED = {"book": BOOK, "kpi": "net_sales", "scope": "ALL", "period": "2026-10"}


@pytest.fixture
def stub() -> Stub:
    made = Stub()
    made.held.set()
    made.answering.set()
    made.result = result
    return made


def differences(told: Any, real: Sequence[Any], at: str = "") -> Iterator[str]:
    """Where a stand-in's answer has a key or a kind of value that no real answer has."""
    if isinstance(told, dict):
        alike = [one for one in real if isinstance(one, dict) and one.keys() == told.keys()]
        if not alike:
            yield f"{at}: {sorted(told)} is none of {[sorted(one) for one in real if one]}"
        for key, value in told.items():
            yield from differences(value, [one[key] for one in alike], f"{at}.{key}")
    elif isinstance(told, list):
        lists = [one for one in real if isinstance(one, list)]
        if not lists:
            yield f"{at}: is no list"
        for value in told:
            yield from differences(value, [each for one in lists for each in one], f"{at}[]")
    elif kind(told) not in {kind(one) for one in real}:
        yield f"{at}: {told!r} is none of {sorted({kind(one) for one in real})}"


def kind(value: Any) -> str:
    """Numbers are alike, whole or not."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return "number" if number else type(value).__name__


def ask(web: Any, token: str, address: str, body: Body | None = None) -> tuple[int, Any]:
    key = {"Authorization": f"Bearer {token}"}
    path = f"/api/v1/{address}"
    answer = web.get(path, headers=key) if body is None else web.post(path, json=body, headers=key)
    return answer.status_code, answer.get_json()


def held(stub: Stub, one: Asking, address: str, *bodies: Body | None, told: Any = None) -> None:
    """The stand-in's answer against the real ones to these bodies."""
    web = application(stub).test_client()
    mine = ask(web, TOKEN, address, bodies[0])[1] if told is None else told
    real = [ask(one.web, one.token, address, body) for body in bodies]
    assert all(status < 300 for status, _ in real), real
    assert list(differences(mine, [answer for _, answer in real])) == []


def test_status_and_packs(stub: Stub, one: Asking) -> None:
    held(stub, one, "status", None)
    held(stub, one, "packs", None)


def test_set_up_and_planned_reviews(stub: Stub, one: Asking) -> None:
    name = sent_store.book_name(BOOK)
    alike = Compared("x", Window(date(2026, 10, 1), date(2026, 10, 8)), 1.0, 1.0, None)
    told = [_compared(alike), _compared(Compared("y", Window(WHEN, WHEN), None, None, None))]
    sent_store.wrote(one.house.store, name, "", {"compared": told})
    other = {
        **one.body["tables"]["tblShop"],
        "rows": [["NEW", *one.body["tables"]["tblShop"]["rows"][0][1:]]],
    }
    lacking = {**one.body, "tables": {**one.body["tables"], "tblShop": other}}
    held(stub, one, "panes/setup", one.body, lacking)
    quarter = {**one.body, "kind": "quarter"}
    real = ask(one.web, one.token, "panes/review", quarter)[1]
    mine = ask(application(stub).test_client(), TOKEN, "panes/review", quarter)[1]
    bare = [{**each, "owner": None, "cause": None} for each in real["misses"]]
    figures = [
        {**each, "before": value, "due": value} for each in real["lines"] for value in (None, 1.0)
    ]
    follow = [{"no": "", "what": "", "owner": "", "due": ""}]  # as `_task` tells one
    due = [{"what": "", "owner": "", "age": ""}]
    known = {**real, "misses": [*real["misses"], *bare], "lines": [*real["lines"], *figures]}
    assert list(differences(mine, [{**known, "follow": follow, "due": due}])) == []
    held(stub, one, "panes/plan", {**one.body, "rhythm": "monthly", "first": "2026-12-01"})


def test_explain_with_a_value_and_without(stub: Stub, one: Asking) -> None:
    ratio = {**ASKED, "kpi": "acos"}
    later = {**ASKED, "period": "2031-01"}
    real = [ask(one.web, one.token, "explain", body)[1] for body in (ASKED, ratio, later)]
    assert real[2]["unknown"]
    sources = [{**part, "fetched": None} for part in real[0]["sources"]]
    assert list(differences(stub.explained, [*real, {**real[1], "sources": sources}])) == []
    assert list(differences(UNKNOWN, real)) == []
    assert real[0]["currency"] == one.done.book.settings.currency
    assert (real[1]["unit"], real[1]["currency"]) == ("ratio", None)
    assert set(real[0]["state_said"]) == {"zh", "en"}


def test_what_if_and_functions(stub: Stub, one: Asking) -> None:
    card, part, item = next(
        (card, part, item)
        for card in one.done.people
        for part in card.cards
        for item in part.items
        if item.score is not None and card.total is not None and card.grade
    )
    body = {"book": BOOK, "month": "2026-10", "person": card.person.code, "region": part.region}
    held(stub, one, "whatif", {**body, "item": item.metric.code, "target": 1.0})
    calls = [["ACTUAL", "net_sales", "ALL", "2026-10"]]
    held(stub, one, "functions", {"book": BOOK, "calls": calls})


def test_a_pack_and_what_needs_asks_for(stub: Stub, one: Asking, body: Body) -> None:
    order = {**with_designer(body), "pack": "advertising", "region": "EU"}
    answers = {"stage": "launch", "history_months": 3, "team_size": 4, "cash_limited": True}
    pack = {**order, "answers": answers}
    mine = [
        ask(application(stub).test_client(), TOKEN, f"panes/{address}", pack)[1]
        for address in ("pack", "propose")
    ]
    real = [ask(one.web, one.token, f"panes/{a}", pack)[1] for a in ("pack", "propose")]
    lines = [{**line, "on": True} for answer in real for line in answer["lines"]]
    for told, found in zip(mine, real, strict=True):
        assert list(differences(told, [{**found, "lines": lines}])) == []


def test_a_conversion(stub: Stub, one: Asking) -> None:
    card = [["A1", "=1"]]
    cells = [{"table": "tblScore", "column": "score", "row": 0, "formula": "=42"}]
    held(stub, one, "panes/convert", {**one.body, "to": "officejs", "cells": cells, "card": card})


def test_a_refresh_from_order_to_written(stub: Stub, one: Asking) -> None:
    one.clock.jump(10 * 86_400)  # every stream is stale
    web = application(stub).test_client()
    tables = {name: told for name, told in one.body["tables"].items() if name != "tblLog"}
    order = {**one.body, "tables": tables, "book": BOOK, "who": "OPS1"}  # a finding
    mine = ask(web, TOKEN, "panes/refresh", order)
    real = ask(one.web, one.token, "panes/refresh", order)
    assert mine[0] == real[0] == 202
    assert list(differences(mine[1], [real[1]])) == []
    run = real[1]["run"]
    seen: list[Any] = []
    while not seen or seen[-1]["state"] in {"queued", "running"}:
        time.sleep(0.2)
        seen.append(ask(one.web, one.token, f"runs/{run}")[1])
    step = {**seen[-1], "step": {"zh": "", "en": "", "n": 1, "of": 5}}
    assert list(differences(ask(web, TOKEN, "runs/run-1")[1], [*seen, step])) == []
    conflict = ask(one.web, one.token, "panes/refresh", order)
    assert conflict[0] == busy()[0]
    assert list(differences(busy()[1], [conflict[1]])) == []
    found = ask(one.web, one.token, f"runs/{run}/result")[1]
    made = result(order)
    assert made["names"].keys() <= found["names"].keys()
    told = {**made, "names": found["names"], "tables": [], "stale": []}
    at_a_cell = {**found["problems"][0], "sheet": "Items", "cell": "G5"}
    bare = dict.fromkeys(("owner", "cause", "sheet", "cell"), None)
    breaches = [*found["breaches"], {**found["breaches"][0], **bare}]
    known = {**found, "breaches": breaches, "problems": [*found["problems"], at_a_cell]}
    assert list(differences(told, [known])) == []
    table = next(t for t in found["tables"] if t["table"] == "tblScore")
    kinds = {kind(value) for t in found["tables"] for row in t["append"] for value in row}
    for one_table in made["tables"]:
        assert one_table.keys() == table.keys()
        assert {kind(v) for row in one_table["append"] for v in row} <= kinds
        assert all(len(cell) == 3 for cell in one_table["cells"])
    assert made["stale"][0].keys() == found["stale"][0].keys()
    said = ask(one.web, one.token, f"runs/{run}/written", {"ok": True})[1]
    told = ask(web, TOKEN, "runs/run-1/written", {"ok": True})[1]
    assert list(differences({**told, "step": said["step"]}, [said])) == []
    again = ask(one.web, one.token, "panes/refresh", order)[1]
    assert list(differences(stale("r")[1], [again])) == []
    key = {"book": BOOK, "key": "click-9"}
    cancelled = ask(one.web, one.token, "panes/cancel", key)[1]
    assert list(differences(ask(web, TOKEN, "panes/cancel", key)[1], [cancelled])) == []
