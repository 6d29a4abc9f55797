"""Exchange rates over HTTP: a whole newer history is kept, anything else leaves the stored one."""

from __future__ import annotations

import io
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from kpi.errors import KpiError
from kpi.money import packaged_rates
from sync_service.clock import FakeClock
from sync_service.http import Client
from sync_service.rates import FILE, HOSTS, refresh_rates, stored_rates
from sync_service.troubles import Trouble

NOW = datetime(2026, 11, 2, 16, tzinfo=UTC)


def history(*lines: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("eurofxref-hist.csv", "\n".join(["Date,USD,CNY,", *lines]))
    return out.getvalue()


@contextmanager
def server(*answers: bytes | int) -> Iterator[str]:
    left = list(answers)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer = left.pop(0) if len(left) > 1 else left[0]
            body = answer if isinstance(answer, bytes) else b""
            self.send_response(200 if isinstance(answer, bytes) else answer)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    running = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=running.serve_forever)
    thread.start()
    try:
        yield f"127.0.0.1:{running.server_port}"
    finally:
        running.shutdown()
        thread.join()
        running.server_close()


def fetch(home: Path, netloc: str) -> date:
    client = Client(HOSTS, loopback={netloc})
    try:
        return refresh_rates(home, client, FakeClock(NOW), f"http://{netloc}").days[-1]
    finally:
        client.close()


def test_before_the_first_fetch_the_packaged_history_counts(tmp_path: Path) -> None:
    assert stored_rates(tmp_path).days[-1] == packaged_rates().days[-1]


def test_a_newer_history_is_kept_after_a_server_error(tmp_path: Path) -> None:
    with server(503, history("2026-11-02,1.15,8.20,")) as netloc:
        assert fetch(tmp_path, netloc) == date(2026, 11, 2)
    rates = stored_rates(tmp_path)
    assert str(rates.per_euro("USD", date(2026, 11, 2))) == "1.15"


@pytest.mark.parametrize(
    ("answer", "refusal"),
    [
        pytest.param(b"<html>sign in</html>", KpiError, id="a page instead of a zip"),
        pytest.param(history("2026-11-02,abc,8.20,"), KpiError, id="a word instead of a rate"),
        pytest.param(history("2020-01-02,1.1,7.8,"), KpiError, id="it ends before the stored one"),
        pytest.param(404, Trouble, id="not there"),
    ],
)
def test_what_cannot_be_used_changes_nothing(
    tmp_path: Path, answer: bytes | int, refusal: type[Exception]
) -> None:
    with server(answer) as netloc, pytest.raises(refusal):
        fetch(tmp_path, netloc)
    assert not (tmp_path / FILE).exists()
