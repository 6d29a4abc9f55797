"""The xlwings functions' way to the service: address, token, refusals, a second try."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from addin import udfs
from addin.service_answers import (
    EXPIRED,
    FAILED,
    LATER,
    OFFLINE,
    UNSAFE,
    Answers,
    ServiceError,
    from_settings,
    post,
)
from kpi.functions import function
from sheet_templates.build import build
from sheet_templates.scoring_kinds import FormulaKind
from tests.paths import ROOT
from tests.xlsx_support import parts

ASKED = ("ACTUAL", "acos", "US", "2026-10")
BUSY = {"zh": "请稍候。", "en": "Wait a moment."}


class Stub(HTTPServer):
    """A service on loopback that gives the answers it was told, one a request."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.replies: list[tuple[int, bytes]] = []
        self.seen: list[tuple[str, str, Any]] = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/"


class Handler(BaseHTTPRequestHandler):
    server: Stub
    moved = ""

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.seen.append((self.path, self.headers["Authorization"], body))
        status, answer = self.server.replies.pop(0)
        self.send_response(status)
        if self.moved:
            self.send_header("Location", self.moved)
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def stub() -> Iterator[Stub]:
    with Stub() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def settings(path: Path, **told: str) -> Path:
    path.write_text(json.dumps(told), encoding="utf-8")
    return path


def told(answers: list[object]) -> bytes:
    return json.dumps({"revision": "r", "answers": answers}).encode()


def test_a_question_travels_with_its_token(stub: Stub, tmp_path: Path) -> None:
    place = settings(tmp_path / "linkstar.json", service=stub.address, token="T")
    stub.replies = [(200, told([0.25]))]
    [reply] = Answers(from_settings(place)).ask("book", [ASKED])
    assert not isinstance(reply, ServiceError)
    assert (reply.answer, reply.stale) == (0.25, False)
    body = {"book": "book", "calls": [list(ASKED)]}
    assert stub.seen == [("/api/v1/functions", "Bearer T", body)]


@pytest.mark.parametrize(
    ("status", "body", "texts"),
    [
        pytest.param(401, b"{}", EXPIRED, id="another token"),
        pytest.param(404, json.dumps({"error": BUSY}).encode(), BUSY, id="the service's own words"),
        pytest.param(500, json.dumps({"error": BUSY}).encode(), FAILED, id="a failure of its own"),
        pytest.param(400, b"<html>", FAILED, id="not our service"),
        pytest.param(200, b"<html>", OFFLINE, id="a page instead of an answer"),
        pytest.param(200, b"[]", FAILED, id="an answer of another shape"),
    ],
)
def test_a_refusal_is_a_sentence(stub: Stub, status: int, body: bytes, texts: object) -> None:
    stub.replies = [(status, body)]
    [reply] = Answers(lambda given: post(stub.address, "T", given)).ask("book", [ASKED])
    assert isinstance(reply, ServiceError)
    assert reply.texts == texts


@pytest.mark.parametrize("address", ["http://kpi.example", "ftp://127.0.0.1", "kpi", ""])
def test_the_token_goes_to_no_open_line(address: str) -> None:
    with pytest.raises(ServiceError) as refused:
        post(address, "T", {})
    assert refused.value.texts == UNSAFE


def test_a_redirection_is_not_followed(stub: Stub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Handler, "moved", stub.address)
    stub.replies = [(302, b""), (200, told([1.0]))]
    with pytest.raises(ServiceError):
        post(stub.address, "T", {})
    assert len(stub.seen) == 1


def test_told_to_wait_it_asks_once_more(stub: Stub) -> None:
    refusal = (429, json.dumps({"error": BUSY}).encode())
    waited: list[float] = []
    stub.replies = [refusal, (200, told([1.0])), refusal, refusal]
    answers = Answers(lambda given: post(stub.address, "T", given), wait=waited.append)
    assert not isinstance(answers.ask("book", [ASKED])[0], ServiceError)
    [reply] = answers.ask("book", [("ACTUAL", "other", "US", "2026-10")])
    assert isinstance(reply, ServiceError)
    assert waited == [LATER, LATER]


@pytest.mark.parametrize("text", ["", "[]", '{"service": "http://127.0.0.1:1"}'])
def test_without_a_token_nothing_is_sent(tmp_path: Path, text: str) -> None:
    place = tmp_path / "linkstar.json"
    if text:
        place.write_text(text, encoding="utf-8")
    with pytest.raises(ServiceError) as refused:
        from_settings(place)({})
    assert refused.value.texts == EXPIRED


def test_a_service_that_is_not_there_is_offline() -> None:
    with pytest.raises(ServiceError) as refused:
        post("http://127.0.0.1:1", "T", {})
    assert refused.value.texts == OFFLINE


def test_a_workbook_of_this_kind_calls_functions_of_the_module_only(tmp_path: Path) -> None:
    """`convert --to xlwings` gives the builder's bytes (test_convert), so the builder's count."""
    path = build(tmp_path / "book.xlsx", "manager", "zh", None, FormulaKind.XLWINGS)
    texts = [
        text
        for name, data in parts(path).items()
        if name.startswith("xl/worksheets/sheet")
        for text in re.findall(r"<f[^>]*>([^<]*KPI_[^<]*)</f>", data.decode())
    ]
    called = {name for text in texts for name in re.findall(r"(?:_xldudf_)?KPI_[A-Z_]+", text)}
    assert {"KPI_SCORE", "KPI_STATUS", "KPI_TOTAL", "KPI_GRADE"} <= called
    for name in called:
        assert callable(getattr(udfs, name))
        assert not function(name).service
    assert (ROOT / "addin" / "udfs.py").read_text(encoding="utf-8").count("@xw.func") == 13
