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

from sync_service.web.addin import addin
from sync_service.web.app import _headers

Json = dict[str, Any]
TOKEN = "a-token-of-the-tests"
STEPS = (("读取事实", "Reading facts"), ("计分", "Scoring"), ("准备写入", "Preparing the write"))


def busy(who: str = "OPS2") -> tuple[int, Json]:
    """Somebody else refreshes the book."""
    said = {
        "zh": f"{who} 正在刷新此工作簿。",
        "en": f"{who} is refreshing this workbook.",
    }
    return 409, {"reason": "busy", "who": who, "since": "09:02", **said}


def stale(revision: str) -> tuple[int, Json]:
    """The book was written since."""
    said = {"zh": "工作簿已被写入。", "en": "The workbook was written."}
    return 409, {"reason": "stale", "revision": revision, **said}


@dataclass(slots=True)
class Stub:
    """What the service answers next, and what it was asked."""

    address: str = ""
    token: str = TOKEN
    paused: str = ""
    revision: str = "facts-1"
    asked: list[tuple[str, Json]] = field(default_factory=list)
    refusals: list[tuple[int, Json]] = field(default_factory=list)  # of the next refreshes
    faults: list[str] = field(default_factory=list)  # of the next polls: "drop" or "fail"
    held: threading.Event = field(default_factory=threading.Event)  # a run ends when it is set
    delay: float = 0.0  # of functions
    too_many: int = 0  # so many calls of functions are refused
    down: bool = False
    problem: Json | None = None  # a run that fails
    result: Callable[[Json], Json] = lambda _: {"revision": "book-1", "tables": []}
    answers: Callable[[list[Any]], Any] = lambda _: 1.0
    pack: Json = field(default_factory=dict)
    formulas: list[Json] = field(default_factory=list)
    runs: dict[str, Json] = field(default_factory=dict)

    def of(self, path: str) -> list[Json]:
        """Bodies that came to an address."""
        return [body for at, body in self.asked if at.endswith(path)]


@contextmanager
def serving() -> Iterator[Stub]:
    """A stub on a port of its own."""
    stub = Stub()
    stub.held.set()
    server = make_server("127.0.0.1", 0, application(stub), threaded=True)
    stub.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield stub
    finally:
        stub.held.set()
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
        if request.path.startswith("/addin/"):
            return None
        if stub.down:
            request.environ["werkzeug.socket"].shutdown(2)
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
        return {"now": "2026-10-22T09:00:00+08:00", "paused": stub.paused, "shops": []}


def _runs(app: Flask, stub: Stub) -> None:
    @app.post("/api/v1/panes/refresh")
    def refresh() -> Response:
        if stub.refusals:
            return said(*stub.refusals.pop(0))
        run = f"run-{len(stub.runs) + 1}"
        stub.runs[run] = {"order": request.get_json(), "polls": 0, "cancelled": False}
        return said(202, {"run": run, "href": f"/api/v1/runs/{run}"})

    @app.get("/api/v1/runs/<run>")
    def look(run: str) -> Response:
        if stub.faults:
            if stub.faults.pop(0) == "drop":
                request.environ["werkzeug.socket"].shutdown(2)
            return said(500, {"error": {"zh": "服务出错。", "en": "It broke."}})
        return said(200, _state(stub, stub.runs[run]))

    @app.post("/api/v1/runs/<run>/cancel")
    def cancel(run: str) -> Json:
        stub.runs[run]["cancelled"] = True
        return {"state": "cancelled"}

    @app.get("/api/v1/runs/<run>/result")
    def result(run: str) -> Json:
        return stub.result(stub.runs[run]["order"])

    @app.post("/api/v1/runs/<run>/written")
    def written(run: str) -> Json:
        stub.runs[run]["written"] = request.get_json()["ok"]
        return {"ok": True}


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
        return EXPLAINED

    @app.post("/api/v1/whatif")
    def whatif() -> Json:
        asked = request.get_json()
        truth = {"score": 88.5, "points": 17.7, "total": 91.2}
        better = 4.5 if asked.get("target") else 0.0
        return {"score": 88.5 + better, "points": 18.6, "total": 92.1, "truth": truth}

    @app.get("/api/v1/packs")
    def packs() -> Json:
        return {"packs": PACKS}

    @app.post("/api/v1/panes/pack")
    def pack() -> Json:
        return stub.pack

    @app.post("/api/v1/panes/convert")
    def convert() -> Json:
        return {"formulas": stub.formulas}


EXPLAINED: Json = {
    "value": 0.1184,
    "formula": {"zh": "广告花费 ÷ 广告销售额", "en": "ad spend ÷ ad sales"},
    "definition": {
        "zh": "广告花费占广告销售额的比例，越低越好。",
        "en": "Ad spend as a part of ad sales; lower is better.",
    },
    "sources": [
        {
            "stream": "amazon.ads",
            "shop": "AMZ-US",
            "covered": "2026-10-20",
            "fetched": "2026-10-21T01:00:00+00:00",
        },
        {
            "stream": "amazon.ads",
            "shop": "AMZ-DE",
            "covered": "2026-10-20",
            "fetched": "2026-10-21T01:04:00+00:00",
        },
    ],
    "contributions": [
        {"part": "AMZ-US / SP", "value": 0.0121},
        {"part": "AMZ-DE / SB", "value": -0.0043},
        {"part": "AMZ-US / SD", "value": 0.0016},
    ],
    "version": "v7",
}
PACKS: list[Json] = [
    {"role": "operations", "names": {"zh": "运营", "en": "Operations"}, "region": "US", "kpis": 12},
    {"role": "operations", "names": {"zh": "运营", "en": "Operations"}, "region": "EU", "kpis": 14},
    {
        "role": "advertising",
        "names": {"zh": "广告", "en": "Advertising"},
        "region": "US",
        "kpis": 9,
    },
]
