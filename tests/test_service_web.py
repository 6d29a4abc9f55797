"""The routes: one check before each, nothing of the inside in an answer, registered books only."""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Blueprint
from werkzeug.test import TestResponse

from kpi.errors import KpiError
from sync_service import audit, control, orders, runs
from sync_service.web import access
from sync_service.web.access import Bucket, check_policies, need_of, needs
from sync_service.web.app import HEADERS, create_app
from sync_service.web.tokens import BYTES, SETTING, is_token, make_token
from tests.service_support import Service, service


@pytest.fixture
def one(tmp_path: Path) -> Iterator[Service]:
    with service(tmp_path) as made:
        yield made


def read(answer: TestResponse) -> Any:
    """The JSON of an answer."""
    return answer.get_json()


def routes(one: Service) -> list[tuple[str, str, str]]:
    """(method, address, need) of everything that is served."""
    app = one.web.application
    return [
        (method, re.sub(r"<\w+>", "x", str(rule)), str(need_of(app, rule.endpoint)))
        for rule in app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    ]


def test_every_route_states_its_need(one: Service) -> None:
    found = routes(one)
    assert {need for _, _, need in found} <= access.NEEDS
    assert {address for _, address, need in found if need == "open"} == {
        "/", "/addin/<path:name>", "/addin/manifest.xml", "/health", "/style.css",
    }  # fmt: skip


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({}, id="no token"),
        pytest.param({"Authorization": "Bearer "}, id="an empty token"),
        pytest.param({"Authorization": "Bearer wrong"}, id="a wrong token"),
        pytest.param({"Authorization": "Basic d3Jvbmc6"}, id="another scheme"),
        pytest.param({"Authorization": "Bearer tökén"}, id="a token that is no ASCII"),
    ],
)
def test_nothing_but_the_open_routes_answers_without_the_token(
    one: Service, headers: dict[str, str]
) -> None:
    for method, address, need in routes(one):
        if need != "open":
            one.clock.sleep(10)  # guesses are slowed down; see below
            answer = one.web.open(address, method=method, headers=headers)
            assert answer.status_code == 401, (method, address)
            assert set(read(answer)["error"]) == {"zh", "en"}


def test_a_route_without_a_policy_stops_the_start(one: Service) -> None:
    app = create_app(one.house, one.jobs)
    bare = Blueprint("bare", __name__)
    bare.add_url_rule("/bare", view_func=lambda: "all open")
    app.register_blueprint(bare)
    with pytest.raises(KpiError, match="/bare"):
        check_policies(app)


def test_a_need_that_does_not_exist_is_refused() -> None:
    with pytest.raises(KpiError, match="everything"):
        needs("everything")


def test_the_token_is_long_kept_as_a_hash_and_shown_once(one: Service) -> None:
    kept = str(control.setting(one.house.store, SETTING))
    assert len(base64.urlsafe_b64decode(one.token + "==")) == BYTES >= 16
    assert one.token not in kept
    assert len(kept) == 64
    assert make_token(one.house) is None
    fresh = make_token(one.house, fresh=True)
    assert fresh
    assert is_token(one.house, fresh)
    assert not is_token(one.house, one.token)


def test_health_says_nothing_but_ok(one: Service) -> None:
    answer = one.web.get("/health")
    assert (answer.status_code, read(answer)) == (200, {"ok": True})


@pytest.mark.parametrize("address", ["/health", "/", "/api/v1/status", "/nowhere"])
def test_every_answer_carries_the_headers(one: Service, address: str) -> None:
    answer = one.web.get(address)
    for name, value in HEADERS.items():
        assert answer.headers[name] == value
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert "script" not in answer.headers["Content-Security-Policy"]


def test_a_refresh_is_ordered_done_and_read_back(one: Service) -> None:
    book = one.book()
    answer = one.web.post("/api/v1/refreshes", json={"book": book.name}, headers=one.key)
    assert answer.status_code == 202
    told = read(one.web.get(read(answer)["href"], headers=one.key))
    assert (told["state"], told["result"], told["kind"]) == ("done", "written", "refresh")
    assert told["step"]["zh"]
    assert isinstance(told["problems"], list)
    assert str(one.root) not in str(told)
    state = one.web.get("/api/v1/status", headers=one.key)
    assert read(state)["books"][0]["name"] == "book.xlsx"
    assert str(one.root) not in state.text
    card = one.web.get(
        f"/api/v1/scorecards/{read(state)['books'][0]['id']}/2026-10", headers=one.key
    )
    assert read(card)["month"] == "2026-10"


def test_the_same_key_gives_the_same_run_and_another_book_is_a_conflict(one: Service) -> None:
    first, second = one.book("a.xlsx"), one.book("b.xlsx")
    key = {**one.key, "Idempotency-Key": "click-1"}
    asked = [
        one.web.post("/api/v1/refreshes", json={"book": first.name}, headers=key) for _ in range(2)
    ]
    assert read(asked[0]) == read(asked[1])
    assert len(runs.latest(one.house.store)) == 1
    other = one.web.post("/api/v1/refreshes", json={"book": second.name}, headers=key)
    assert other.status_code == 409


@pytest.mark.parametrize(
    "name",
    [
        "../book.xlsx",
        "/etc/passwd",
        "..\\book.xlsx",
        "other.xlsx",
        "",
        "book.xlsx\x00",
        "./book.xlsx",
        "%2e%2e/book.xlsx",
    ],
)
def test_only_registered_workbooks_have_a_name(one: Service, name: str) -> None:
    one.book()
    (one.root / "other.xlsx").write_bytes((one.root / "book.xlsx").read_bytes())
    answer = one.web.post("/api/v1/refreshes", json={"book": name}, headers=one.key)
    assert answer.status_code == 404
    assert runs.latest(one.house.store) == ()


def test_a_link_put_in_the_place_of_a_workbook_is_not_followed(one: Service) -> None:
    book = one.book()
    elsewhere = one.root / "elsewhere.xlsx"
    book.rename(elsewhere)
    before = elsewhere.read_bytes()
    book.symlink_to(elsewhere)
    answer = one.web.post("/api/v1/refreshes", json={"book": book.name}, headers=one.key)
    told = read(one.web.get(read(answer)["href"], headers=one.key))
    assert told["state"] == "failed"
    assert "registered" in told["error"]["en"]
    assert elsewhere.read_bytes() == before


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        pytest.param(b"{", "application/json", 400, id="broken JSON"),
        pytest.param(b"[" * 900_000, "application/json", 400, id="a million brackets"),
        pytest.param(b'{"a":"\xff"}', "application/json", 400, id="no UTF-8"),
        pytest.param(b"[1]", "application/json", 422, id="a list"),
        pytest.param(b"book=a.xlsx", "application/x-www-form-urlencoded", 415, id="a form"),
        pytest.param(b'"' + b"x" * 1_000_001 + b'"', "application/json", 413, id="above 1 MB"),
    ],
)
def test_a_body_that_is_no_small_json_object_is_refused(
    one: Service, body: bytes, kind: str, status: int
) -> None:
    answer = one.web.post("/api/v1/refreshes", data=body, content_type=kind, headers=one.key)
    assert answer.status_code == status
    assert set(read(answer)["error"]) == {"zh", "en"}


def test_a_fault_inside_shows_nothing_of_the_inside(
    one: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> None:
        raise OSError(5, "secret path /srv/data")

    monkeypatch.setattr("sync_service.web.api.stream_states", broken)
    answer = one.web.get("/api/v1/status", headers=one.key)
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text


def test_pause_and_resume_are_written_into_the_audit_chain(one: Service) -> None:
    said = one.web.post("/api/v1/pause", json={"reason": "wrong prices"}, headers=one.key)
    assert read(said) == {"paused": "wrong prices"}
    assert read(one.web.get("/api/v1/status", headers=one.key))["paused"] == "wrong prices"
    assert read(one.web.post("/api/v1/resume", headers=one.key)) == {"paused": ""}
    with one.house.store.read() as connection:
        assert audit.faults(connection) == []
        assert audit.head(connection)[0] == 3  # the token, the pause, the end of it


def test_a_foreign_host_or_page_is_refused(one: Service) -> None:
    for headers in FOREIGN:
        answer = one.web.get("/api/v1/status", headers={**one.key, **headers})
        assert answer.status_code == 403, headers
        assert "Access-Control-Allow-Origin" not in answer.headers


FOREIGN: list[dict[str, str]] = [
    {"Host": "evil.example"},
    {"Host": "127.0.0.1.evil.example"},
    {"Host": "127.0.0.1@evil.example"},
    {"Host": "2130706433"},
    {"Host": "evil.example", "X-Forwarded-Host": "localhost"},
    {"Origin": "https://evil.example"},
    {"Origin": "http://localhost.evil.example"},
    {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"},
    {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "cors"},
]


def test_pages_elsewhere_do_not_use_up_the_calls_of_this_machine(one: Service) -> None:
    for _ in range(100):
        answer = one.web.get("/health", headers={"Origin": "https://evil.example"})
        assert answer.status_code == 403
    assert one.web.get("/health").status_code == 200


def test_a_person_may_follow_a_link_to_the_page(one: Service) -> None:
    followed = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    assert one.web.get("/", headers={**followed, "Host": "LOCALHOST"}).status_code == 200
    sent = one.web.post("/", data={"token": one.token}, headers=followed)
    assert sent.status_code == 403


@pytest.mark.parametrize("place", ["token", "access_token"])
def test_a_token_in_the_address_opens_nothing(one: Service, place: str) -> None:
    assert one.web.get(f"/api/v1/status?{place}={one.token}").status_code == 401
    assert one.web.get(f"/?{place}={one.token}").text == one.web.get("/").text


def test_what_people_typed_is_text_on_the_page(one: Service) -> None:
    typed = "<script>alert(1)</script>"
    one.web.post("/api/v1/pause", json={"reason": typed}, headers=one.key)
    page = one.web.post("/", data={"token": one.token}).text
    assert typed not in page
    assert "&lt;script&gt;alert(1)" in page


@pytest.mark.skipif(os.name == "nt", reason="Windows rights are those of the user's folder")
def test_only_the_owner_reads_the_databases(one: Service) -> None:
    home = one.root / "data"
    orders.open_queue(one.house.settings)
    found = {path.name: path.stat().st_mode & 0o777 for path in home.glob("*.db*")}
    assert {"control.db", "queue.db"} <= set(found)
    assert set(found.values()) == {0o600}


def test_guesses_of_the_token_run_dry(one: Service) -> None:
    wrong = {"Authorization": "Bearer guess"}
    seen = [one.web.get("/api/v1/status", headers=wrong).status_code for _ in range(12)]
    assert seen == [401] * 10 + [429] * 2
    assert one.web.get("/api/v1/status", headers=one.key).status_code == 200


def test_the_bucket_fills_again_with_time() -> None:
    bucket = Bucket(burst=2, rate=0.5)
    assert [bucket.take(0.0), bucket.take(0.0), bucket.take(0.0)] == [True, True, False]
    assert bucket.take(2.0)
    assert not bucket.take(2.0)


@pytest.mark.parametrize(
    ("accept", "text"), [("zh-CN,zh;q=0.9", "访问令牌"), ("en-GB,en", "Token"), ("", "Token")]
)
def test_the_page_tells_nothing_before_the_token(one: Service, accept: str, text: str) -> None:
    book = one.book()
    answer = one.web.get("/", headers={"Accept-Language": accept} if accept else {})
    assert text in answer.text
    assert book.name not in answer.text
    wrong = one.web.post("/", data={"token": "wrong"})
    assert wrong.status_code == 401
    assert book.name not in wrong.text


def test_the_page_shows_books_and_jobs_and_no_script(one: Service) -> None:
    book = one.book("<b>book.xlsx")
    one.jobs.order_refresh(str(book), "test")
    page = one.web.post("/", data={"token": one.token}, headers={"Accept-Language": "zh"}).text
    assert "&lt;b&gt;book.xlsx" in page
    assert "● 完成" in page
    assert "<script" not in page
    assert "style=" not in page
    assert one.token not in page
