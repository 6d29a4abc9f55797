"""A stand-in of the service: the contract of the pane on loopback, with faults on order."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, Response, jsonify, request
from werkzeug.serving import make_server

from kpi.errors import Problem
from sheet_templates.scoring_kinds import FormulaKind
from sync_service.pane_packs import retold
from sync_service.web.addin import addin
from sync_service.web.app import _headers
from sync_service.web.files_api import XLSX, attachment, remarks
from sync_service.workbooks.sent import sent_book
from tests.pane_answers import (
    COMPARED,
    EXPLAINED,
    KPI_SET,
    LIBRARY,
    LINES,
    PACK,
    REVIEW,
    SOURCES,
    TEAMS,
    Json,
)

TOKEN = "a-token-of-the-tests"
STEPS = (("读取事实", "Reading facts"), ("计分", "Scoring"), ("准备写入", "Preparing the write"))


def busy(who: str = "OPS2") -> tuple[int, Json]:
    """Somebody else refreshes the book."""
    said = {
        "zh": f"{who} 正在刷新此工作簿。",
        "en": f"{who} is refreshing this workbook.",
    }
    return 409, {"reason": "busy", "who": who, "since": "09:02", **said, "error": said}


def stale(revision: str) -> tuple[int, Json]:
    """The book was written since."""
    said = {"zh": "工作簿已被写入。", "en": "The workbook was written."}
    return 409, {"reason": "stale", "revision": revision, **said, "error": said}


@dataclass(slots=True)
class Stub:
    """What the service answers next, and what it was asked."""

    address: str = ""
    token: str = TOKEN
    paused: str = ""
    revision: str = "facts-1"
    facts: int = 1  # version of the stored facts
    asked: list[tuple[str, Json]] = field(default_factory=list)
    refusals: list[tuple[int, Json]] = field(default_factory=list)  # of the next refreshes
    faults: list[str] = field(default_factory=list)  # of the next polls: "drop" or "fail"
    held: threading.Event = field(default_factory=threading.Event)  # a run ends when it is set
    arrived: threading.Event = field(default_factory=threading.Event)  # an order came
    answering: threading.Event = field(default_factory=threading.Event)  # orders are answered
    lost: int = 0  # so many answers to orders never come
    delay: float = 0.0  # of functions
    too_many: int = 0  # so many calls of functions are refused
    down: bool = False  # only the files of the pane are served
    gone: bool = False  # nothing is served
    problem: Json | None = None  # a run that fails
    result: Callable[[Json], Json] = lambda _: {"revision": "book-1", "tables": []}
    answers: Callable[[list[Any]], Any] = lambda _: 1.0
    explained: Json = field(default_factory=lambda: EXPLAINED)
    parts: dict[str, Json] = field(default_factory=dict)  # of the explanation, by what was asked
    pack: Json = field(default_factory=lambda: PACK)
    proposed: Json = field(default_factory=dict)  # in place of parts of what Needs proposes
    reviewed: Json = field(default_factory=dict)  # in place of parts of the meeting pack
    review: str | None = None  # the day of the next one
    file: tuple[str, bytes] = ("李雷-2026-10.xlsx", b"PK\x03\x04 of Li Lei")  # name and bytes
    remarks: tuple[Problem, ...] = ()  # about it
    unshared: tuple[int, Json] | None = None  # in place of a person's file
    retell: Callable[[Json], Json] | None = None  # in place of the service's own conversion
    runs: dict[str, Json] = field(default_factory=dict)

    def of(self, path: str) -> list[Json]:
        """Bodies that came to an address."""
        return [body for at, body in self.asked if at.endswith(path)]


@contextmanager
def serving() -> Iterator[Stub]:
    """A stub on a port of its own."""
    stub = Stub()
    stub.held.set()
    stub.answering.set()
    server = make_server("127.0.0.1", 0, application(stub), threaded=True)
    stub.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield stub
    finally:
        stub.held.set()
        stub.answering.set()
        server.shutdown()
        thread.join()
        server.server_close()


def application(stub: Stub) -> Flask:
    """The pane's own files as the product serves them, and the routes of the contract."""
    app = Flask("stub", static_folder=None)
    app.register_blueprint(addin)
    app.after_request(_headers)

    @app.before_request
    def check() -> Response | None:
        if stub.gone or (stub.down and not request.path.startswith("/addin/")):
            request.environ["werkzeug.socket"].shutdown(2)
        if request.path.startswith("/addin/"):
            return None
        if (
            request.path != "/health"
            and request.headers.get("Authorization") != f"Bearer {stub.token}"
        ):
            return said(401, {"error": {"zh": "令牌不对。", "en": "The token is wrong."}})
        stub.asked.append((request.path, request.get_json(silent=True) or {}))
        return None

    _looks(app, stub)
    _runs(app, stub)
    _questions(app, stub)
    _setting_up(app, stub)
    return app


def said(status: int, body: Json) -> Response:
    """An answer with its status."""
    answer = jsonify(body)
    answer.status_code = status
    return answer


def _looks(app: Flask, stub: Stub) -> None:
    @app.get("/health")
    def health() -> Json:
        return {"ok": True}

    @app.get("/api/v1/status")
    def status() -> Json:
        known: Json = {"facts": stub.facts, "shops": [], "streams": [], "books": [], "runs": []}
        return {"now": "2026-10-22T09:00:00+08:00", "paused": stub.paused, **known}


def _ordered(stub: Stub) -> str:
    """The run of an order; the same key gives the same, and its answer may be held or lost."""
    key = request.headers.get("Idempotency-Key", "")
    known = [run for run, one in stub.runs.items() if key and one["key"] == key]
    run = known[0] if known else f"run-{len(stub.runs) + 1}"
    order = {"order": request.get_json(), "polls": 0, "cancelled": False, "key": key}
    stub.runs.setdefault(run, order)
    stub.arrived.set()
    stub.answering.wait(20)
    if stub.lost:
        stub.lost -= 1
        request.environ["werkzeug.socket"].shutdown(2)
    return run


def _runs(app: Flask, stub: Stub) -> None:
    @app.post("/api/v1/panes/refresh")
    def refresh() -> Response:
        if stub.refusals:
            return said(*stub.refusals.pop(0))
        run = _ordered(stub)
        return said(202, {"run": run, "href": f"/api/v1/runs/{run}"})

    @app.get("/api/v1/runs/<run>")
    def look(run: str) -> Response:
        if stub.faults:
            if stub.faults.pop(0) == "drop":
                request.environ["werkzeug.socket"].shutdown(2)
            return said(500, {"error": {"zh": "服务出错。", "en": "It broke."}})
        return said(200, {"id": run, "kind": "pane", **_state(stub, stub.runs[run])})

    @app.post("/api/v1/panes/cancel")
    def cancel() -> Json:
        key = request.get_json()["key"]
        found = [run for run, one in stub.runs.items() if one["key"] == key]
        for run in found:
            stub.runs[run]["cancelled"] = True
        return {"run": found[0] if found else None, "state": "cancelled"}

    @app.get("/api/v1/runs/<run>/result")
    def result(run: str) -> Json:
        return stub.result(stub.runs[run]["order"])

    @app.post("/api/v1/runs/<run>/written")
    def written(run: str) -> Json:
        told = request.get_json()
        wrote = stub.runs[run]["written"] = told["ok"]
        stub.runs[run]["unsure"] = told.get("unsure", False)
        state = "done" if wrote else "failed"
        revision = "book-1" if wrote else None
        more = {"step": None, "problem": None, "recorded": wrote, "revision": revision}
        return {"state": state, **more}


def _state(stub: Stub, one: Json) -> Json:
    """One look at a run: a step further each time, held before its end on order."""
    one["polls"] += 1
    if one["cancelled"]:
        return {"state": "cancelled", "step": None, "problem": None}
    if one["polls"] <= len(STEPS) or not stub.held.is_set():
        n = min(one["polls"], len(STEPS))
        step = dict(zip(("zh", "en"), STEPS[n - 1], strict=True)) | {"n": n, "of": len(STEPS)}
        return {"state": "running", "step": step, "problem": None}
    return {"state": "failed" if stub.problem else "done", "step": None, "problem": stub.problem}


def _questions(app: Flask, stub: Stub) -> None:
    @app.post("/api/v1/functions")
    def functions() -> Response:
        if stub.too_many:
            stub.too_many -= 1
            return said(429, {"error": {"zh": "过多。", "en": "Wait."}})
        calls = request.get_json()["calls"]
        assert len(calls) <= 5000
        time.sleep(stub.delay)
        answers = [stub.answers(one) for one in calls]
        return said(200, {"revision": stub.revision, "answers": answers})

    @app.post("/api/v1/explain")
    def explain() -> Json:
        by = request.get_json().get("by", "shop")
        return {**stub.explained, "by": by, **stub.parts.get(by, {})}

    @app.post("/api/v1/whatif")
    def whatif() -> Json:
        asked = request.get_json()
        base = asked.get("base")
        truth: Json = {
            "value": 0.1184, "target": 0.12, "weight": 40.0, "due": 0.12, "attainment": 1.013,
            "score": 88.5, "status": "ok", "points": 17.7, "card": 91.2, "total": 91.2,
            "grade": "A", "coefficient": 1.0, "bonus": base,
        }  # fmt: skip
        better = 4.5 if asked.get("target") else 0.0
        tried: Json = {"score": 88.5 + better, "points": 18.6, "total": 92.1, "grade": "S"}
        tried |= {"coefficient": 1.5, "bonus": base and 1.5 * base}
        return {**truth, **tried, "truth": truth}

    @app.get("/api/v1/packs")
    def packs() -> Json:
        return LIBRARY

    @app.post("/api/v1/panes/pack")
    def pack() -> Json:
        return stub.pack

    @app.post("/api/v1/panes/convert")
    def convert() -> Json:
        body = request.get_json()
        return (stub.retell or converted)(body)


def _setting_up(app: Flask, stub: Stub) -> None:
    @app.post("/api/v1/panes/setup")
    def setup() -> Json:
        return {"shops": SOURCES, "compared": COMPARED, "review": stub.review}

    @app.post("/api/v1/panes/propose")
    def propose() -> Json:
        return {"tables": [], "names": {}, "shown": None, "lines": LINES, **stub.proposed}

    @app.post("/api/v1/panes/review")
    def review() -> Json:
        kind = request.get_json()["kind"]
        quarter = {"kpis": KPI_SET, "teams": TEAMS} if kind == "quarter" else {}
        return {**REVIEW, "kind": kind, **quarter, **stub.reviewed}

    @app.post("/api/v1/panes/share")
    def share() -> Response:
        stub.held.wait(20)
        if stub.unshared is not None:
            return said(*stub.unshared)
        name, data = stub.file
        headers = {"Content-Disposition": attachment(name), "KPI-Remarks": remarks(stub.remarks)}
        return Response(data, mimetype=XLSX, headers=headers)

    @app.post("/api/v1/panes/plan")
    def plan() -> Json:
        stub.review = "2026-12-01"
        rows = [["R-2026-12-01", 46_357.0, None, "Monthly review 2026-11", *[None] * 6]]
        cells = [[0, at, value] for at, value in enumerate(rows[0]) if value is not None]
        made = {"table": "tblReview", "cells": cells, "append": [], "rows": 1}
        told = [{"day": "2026-12-01", "topic": "Monthly review 2026-11"}]
        return {"tables": [made], "names": {}, "shown": None, "reviews": told}


def converted(body: Json) -> Json:
    """As the service converts."""
    return retold(sent_book(body), FormulaKind(body["to"]), body)
