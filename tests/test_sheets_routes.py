"""The routes of a spreadsheet's script: signed, on time, once, in scope; jobs and questions."""

from __future__ import annotations

import argparse
import hashlib
import hmac
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from kpi.model import Texts
from sheet_templates.build import build
from sheet_templates.start import BookStart
from sync_service import control, runs, schema
from sync_service.clock import FakeClock
from sync_service.commands.google_schedule import schedule
from sync_service.console import Exit, Terminal
from sync_service.google.refreshing import spreadsheet_id
from sync_service.jobs import Jobs
from sync_service.orders import at_once
from sync_service.sheets import links
from sync_service.sheets.links import Scope, address_of, book_name
from sync_service.sheets.signing import Call, call_of, headers_of, sign, signed
from sync_service.sheets.work import Kind
from sync_service.told import ToldError
from sync_service.web.access import Parts, need_of
from sync_service.web.app import create_app
from tests.apps_script_support import ADDRESS, SHEET
from tests.google_house import Google, google_at
from tests.sheets_service_support import HOST, Held, Sheets, plain, sheets

OTHER = "1otherSheet_0123456789"


@pytest.fixture
def one(tmp_path: Path) -> Iterator[Sheets]:
    with sheets(tmp_path) as made:
        yield made


def read(answer: TestResponse) -> Any:
    return answer.get_json()


def en(answer: TestResponse) -> str:
    """The sentence of a refusal; it always has both languages."""
    texts: Texts = read(answer)["error"]
    assert set(texts) == {"zh", "en"}
    return texts["en"]


# --- the signature --------------------------------------------------------------------------------


def test_the_signature_is_hmac_sha256_over_eight_lines() -> None:
    """Worked by hand with another way to the same digest."""
    call = Call("POST", "/sheets/check", SHEET, "1.0.0", "1792630800", "n" * 16, b'{"a":1}')
    text = "\n".join(
        ("linkstar-sheets-1", "POST", "/sheets/check", SHEET, "1.0.0", "1792630800", "n" * 16)
    )
    text += "\n" + hashlib.sha256(b'{"a":1}').hexdigest()
    assert sign(call, "key") == hmac.digest(b"key", text.encode(), "sha256").hex()


@given(
    st.sampled_from(("method", "path", "sheet", "version", "time", "nonce", "body")), st.binary()
)
def test_whatever_changes_breaks_the_signature(part: str, noise: bytes) -> None:
    call = Call("POST", "/sheets/check", SHEET, "1.0.0", "1792630800", "n" * 16, b"{}")
    before = getattr(call, part)
    changed: Any = before + (noise or b"x") if part == "body" else before + f"{noise.hex()}x"
    other = replace(call, **{part: changed})
    assert not signed(other, sign(call, "key"), "key")
    assert signed(call, sign(call, "key"), "key")
    assert not signed(call, sign(call, "key"), "kez")


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("X-LinkStar-Sheet", "../etc"), ("X-LinkStar-Version", "1.0"), ("X-LinkStar-Time", "-1"),
        ("X-LinkStar-Nonce", "short"), ("X-LinkStar-Signature", "A" * 64),
    ],
)  # fmt: skip
def test_headers_of_another_shape_are_no_call(header: str, value: str) -> None:
    call = Call("GET", "/sheets/jobs/x", SHEET, "1.0.0", "1", "n" * 16, b"")
    right = headers_of(call, "key")
    assert call_of("GET", "/sheets/jobs/x", right, b"") == (call, sign(call, "key"))
    assert call_of("GET", "/sheets/jobs/x", {**right, header: value}, b"") is None
    del right[header]
    assert call_of("GET", "/sheets/jobs/x", right, b"") is None


# --- the door -------------------------------------------------------------------------------------


def test_a_signed_call_is_answered(one: Sheets) -> None:
    answer = one.post("/sheets/hello")
    assert (answer.status_code, read(answer)["scope"]) == (200, "write")


def test_a_replay_is_refused_also_by_a_service_started_anew(one: Sheets) -> None:
    call = one.call("POST", "/sheets/hello", {})
    assert one.send(call).status_code == 200
    assert one.send(call).status_code == 409
    anew = replace(one, web=create_app(one.house, None, one.google).test_client())
    again = anew.send(call)
    assert again.status_code == 409
    assert "before" in en(again)


@pytest.mark.parametrize(
    ("off", "status"), [(-299, 200), (299, 200), (-302, 401), (302, 401), (86_400, 401)]
)
def test_a_call_counts_for_five_minutes(one: Sheets, off: int, status: int) -> None:
    time = str(int(one.clock.now().timestamp()) + off)
    answer = one.post("/sheets/hello", time=time)
    assert answer.status_code == status
    if status != 200:
        assert f"{abs(off)} s" in en(answer)


def test_a_number_is_remembered_as_long_as_its_call_counts(one: Sheets) -> None:
    """A call from a clock five minutes ahead counts for ten minutes of ours."""
    time = str(int(one.clock.now().timestamp()) + 299)
    call = one.call("POST", "/sheets/hello", {}, time=time)
    assert one.send(call).status_code == 200
    one.clock.sleep(590)
    assert one.post("/sheets/hello").status_code == 200  # old numbers are thrown away here
    assert one.send(call).status_code == 409
    one.clock.sleep(700)
    assert one.post("/sheets/hello").status_code == 200
    with one.house.store.read() as connection:
        left = connection.execute(schema.sheet_nonces.select()).all()
    assert len(left) == 1


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"key": "x" * 43}, id="another key"),
        pytest.param({"X-LinkStar-Sheet": OTHER}, id="another spreadsheet"),
        pytest.param({"X-LinkStar-Version": "9.9.9"}, id="another version than was signed"),
        pytest.param({"X-LinkStar-Signature": ""}, id="none"),
        pytest.param({"Authorization": "Bearer {token}", "X-LinkStar-Signature": ""}, id="a token"),
    ],
)
def test_what_is_not_signed_is_refused(one: Sheets, change: dict[str, str]) -> None:
    key = change.pop("key", None)
    headers = {name: value.format(token=one.token) for name, value in change.items()}
    answer = one.send(one.call("POST", "/sheets/hello", {}), key, **headers)
    assert answer.status_code == 401
    assert "not signed" in en(answer)


def test_forged_calls_are_slowed_down_and_hold_up_nobody(one: Sheets) -> None:
    codes = [
        one.send(one.call("POST", "/sheets/hello", {}), "x" * 43).status_code for _ in range(25)
    ]
    assert codes == [401] * 20 + [429] * 5
    assert one.post("/sheets/hello").status_code == 200
    assert (
        one.web.get("/api/v1/status", headers={"Authorization": f"Bearer {one.token}"}).status_code
        == 200
    )


def test_a_spreadsheet_has_thirty_calls_at_once_and_three_a_second(one: Sheets) -> None:
    codes = [one.post("/sheets/hello").status_code for _ in range(31)]
    assert codes == [200] * 30 + [429]
    one.clock.sleep(1)
    assert [one.post("/sheets/hello").status_code for _ in range(4)] == [200] * 3 + [429]


@pytest.mark.parametrize(("version", "status"), [("0.9.9", 426), ("1.0.0", 200), ("1.2.0", 200)])
def test_an_old_script_is_told_how_to_mend_it(one: Sheets, version: str, status: int) -> None:
    answer = one.post("/sheets/hello", version=version)
    assert answer.status_code == status
    if status != 200:
        assert "addin/generated/apps_script" in en(answer)


def test_a_key_for_reading_opens_no_writing(tmp_path: Path) -> None:
    with sheets(tmp_path, scope=Scope.READ) as one:
        codes = {path: one.post(f"/sheets/{path}").status_code for path in ("refresh", "rebuild")}
        assert codes == {"refresh": 403, "rebuild": 403}
        assert one.post("/sheets/check").status_code == 202


def test_only_these_routes_answer_under_the_public_address(one: Sheets) -> None:
    token = {"Authorization": f"Bearer {one.token}", **HOST}
    for rule in one.web.application.url_map.iter_rules():
        path = str(rule).replace("<run>", "0").replace("<book>", "0").replace("<month>", "0")
        path = path.replace("<path:name>", "pane.html")
        method = "GET" if "GET" in (rule.methods or ()) else "POST"
        code = one.web.open(path, method=method, headers=token).status_code
        wanted = 401 if need_of(one.web.application, rule.endpoint) == "sheet" else 403
        one.clock.sleep(5)
        assert code == wanted, path
    strange = one.send(one.call("POST", "/sheets/hello", {}), Host="evil.example.com")
    assert strange.status_code == 403


# --- keys -----------------------------------------------------------------------------------------


def test_a_new_key_closes_the_old_one_and_removing_closes_all(one: Sheets) -> None:
    fresh = links.connect(one.house, SHEET, ADDRESS, Scope.WRITE)
    assert fresh != one.key
    assert one.post("/sheets/hello").status_code == 401
    assert replace(one, key=fresh).post("/sheets/hello").status_code == 200
    assert links.disconnect(one.house, SHEET)
    assert not links.disconnect(one.house, SHEET)
    one.clock.sleep(30)
    assert one.web.open("/sheets/hello", method="POST", headers=HOST).status_code == 403


def test_the_key_is_not_readable_in_the_database(one: Sheets) -> None:
    with one.house.store.read() as connection:
        row = control.get(connection, schema.credentials, account=book_name(SHEET), field="key")
    assert row is not None
    assert one.key.encode() not in bytes(row["ciphertext"])
    assert len(one.key) == 43


def test_an_address_is_https_and_a_host() -> None:
    assert address_of("https://kpi.example.com/") == ADDRESS
    for text in (
        "http://kpi.example.com",
        "https://kpi.example.com/x",
        "https://u@h.com",
        "kpi",
        "",
    ):
        with pytest.raises(ToldError, match="https"):
            address_of(text)


# --- jobs -----------------------------------------------------------------------------------------


def ended(one: Sheets, path: str, **body: object) -> Any:
    answer = one.post(path, body)
    assert answer.status_code == 202, answer.text
    return read(one.get(read(answer)["href"]))


def test_a_refresh_is_written_by_the_service(one: Sheets) -> None:
    job = ended(one, "/sheets/refresh", who="OPS1", key="click-1")
    assert (job["kind"], job["state"], job["result"]["state"]) == (
        "sheet_refresh",
        "done",
        "written",
    )
    assert job["step"] == {"zh": "写回工作簿", "en": "Writing the workbook", "n": 4, "of": 4}
    assert job["result"]["cells"] > 0
    places = {(one["code"], one["sheet"], one["cell"]) for one in job["result"]["problems"]}
    assert ("not_a_month", "Points", "B5") in places
    assert one.google.writes == 1
    again = ended(one, "/sheets/refresh", who="OPS1", key="click-2")
    assert again["result"]["state"] == "unchanged"
    assert again["result"]["problems"] == job["result"]["problems"]
    token = {"Authorization": f"Bearer {one.token}"}
    listed = read(one.web.get("/api/v1/status", headers=token))["runs"]
    assert sorted(run["result"] for run in listed) == ["unchanged", "written"]
    assert {run["kind"] for run in listed} == {"sheet_refresh"}
    assert "found" not in listed[0]


def test_the_same_click_is_one_run(one: Sheets) -> None:
    first, second = (read(one.post("/sheets/refresh", {"key": "click"}))["run"] for _ in range(2))
    assert first == second
    assert one.google.reads == 1


def test_a_check_changes_nothing(one: Sheets) -> None:
    job = ended(one, "/sheets/check")
    assert (job["state"], job["result"]["state"]) == ("done", "checked")
    assert job["result"]["problems"]
    assert one.google.writes == 0


def test_a_rebuild_says_what_it_made(one: Sheets) -> None:
    one.google.deleted = ["Card"]
    assert ended(one, "/sheets/rebuild")["result"] == {"state": "rebuilt", "tabs": ["Card"]}


def test_a_refresh_that_fails_says_why(one: Sheets) -> None:
    one.google.broken = ToldError(
        "Share it with robot@example.com.", "请与 robot@example.com 共享。"
    )
    job = ended(one, "/sheets/refresh")
    assert (job["state"], job["result"]) == ("failed", None)
    assert job["problem"] == {
        "en": "Share it with robot@example.com.", "zh": "请与 robot@example.com 共享。",
    }  # fmt: skip


def test_two_jobs_of_one_spreadsheet_do_not_meet(one: Sheets) -> None:
    about = {"book": book_name(SHEET), "who": "OPS2"}
    runs.order(one.house.store, "a" * 32, Kind.REFRESH.value, one.clock.now(), about)
    answer = one.post("/sheets/check")
    assert answer.status_code == 409
    told = read(answer)
    assert (told["reason"], told["who"], told["run"]) == ("busy", "OPS2", "a" * 32)
    assert read(one.get(f"/sheets/jobs/{told['run']}"))["state"] == "queued"
    runs.note(one.house.store, "a" * 32, "running")
    runs.interrupt(one.house.store, one.clock.now())
    gone = read(one.get(f"/sheets/jobs/{told['run']}"))
    assert (gone["state"], "stopped" in gone["problem"]["en"]) == ("failed", True)
    assert one.post("/sheets/check").status_code == 202


def test_a_job_of_another_spreadsheet_is_not_there(one: Sheets) -> None:
    about = {"book": book_name(OTHER), "who": "OPS2"}
    runs.order(one.house.store, "b" * 32, Kind.CHECK.value, one.clock.now(), about)
    assert one.get(f"/sheets/jobs/{'b' * 32}").status_code == 404
    assert one.get("/sheets/jobs/unknown").status_code == 404


def test_an_installation_without_an_account_says_so(one: Sheets) -> None:
    bare = replace(
        one,
        web=create_app(one.house, one.web.application.extensions["linkstar"].jobs).test_client(),
    )
    job = ended(bare, "/sheets/refresh")
    assert "google account" in job["problem"]["en"]
    assert "google account" in ended(bare, "/sheets/rebuild")["problem"]["en"]
    answer = bare.post("/sheets/functions", {"calls": [["ACTUAL", "net_sales", "ALL", "2026-10"]]})
    assert (answer.status_code, "google account" in en(answer)) == (422, True)


# --- questions ------------------------------------------------------------------------------------


def test_functions_are_answered_from_one_read(one: Sheets) -> None:
    calls = [["ACTUAL", "net_sales", "ALL", "2026-10"], ["KPI_ACTUAL", "nothing", "ALL", "2026-10"]]
    for _ in range(2):
        told = read(one.post("/sheets/functions", {"calls": calls}))
    assert [answer["error"] for answer in told["answers"]] == ["na", "value"]
    assert one.google.reads == 1
    one.clock.sleep(3_600)  # another hour computes again from what was read
    later = read(one.post("/sheets/functions", {"calls": calls}))
    assert later["revision"] != told["revision"]
    assert one.google.reads == 1
    mine: Parts = one.web.application.extensions["linkstar"]
    mine.work.answers.forget(book_name(SHEET))
    one.post("/sheets/functions", {"calls": calls})
    assert one.google.reads == 2


@pytest.mark.parametrize(
    "body", [{}, {"calls": [["ACTUAL"] * 9]}, {"calls": "x"}, {"calls": [[[1]]]}]
)
def test_calls_that_are_none_are_refused(one: Sheets, body: Any) -> None:
    assert one.post("/sheets/functions", body).status_code == 422


HEAD = [["Items"], [], ["Item", "Month", "Person", "Region", "KPI", "Value"]]


def test_the_selected_line_is_explained(one: Sheets) -> None:
    row = ["x", "2026-10", "", "", "net_sales", None]
    told = read(one.post("/sheets/explain", {"head": HEAD, "row": row}))
    assert (told["kpi"], told["scope"], told["period"]) == ("net_sales", "ALL", "2026-10")
    assert told["value"] is None
    assert told["unknown"]["zh"]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({"head": HEAD, "row": ["x"]}, id="a line without a KPI"),
        pytest.param({"head": [], "row": ["net_sales"]}, id="no headers"),
        pytest.param({"head": HEAD, "row": [{"error": "na"}] * 6}, id="errors only"),
        pytest.param({"head": [[]] * 31, "row": []}, id="too many rows"),
        pytest.param({"head": "x", "row": []}, id="no rows"),
        pytest.param({"head": HEAD, "row": [None] * 201}, id="too many cells"),
        pytest.param({}, id="nothing"),
    ],
)
def test_what_is_no_line_of_ours_is_told(one: Sheets, body: Any) -> None:
    answer = one.post("/sheets/explain", body)
    assert answer.status_code == 422
    assert en(answer)


@pytest.mark.parametrize("body", [b"[]", b"{", b'"x"', json.dumps({"key": "a b"}).encode()])
def test_bodies_that_are_none_are_refused(one: Sheets, body: bytes) -> None:
    call = replace(one.call("POST", "/sheets/check"), body=body)
    assert one.send(call).status_code in {400, 422}


# --- the stand-in of Google -----------------------------------------------------------------------


def test_the_service_reads_and_writes_at_google_with_its_own_account(tmp_path: Path) -> None:
    """Refresh, check and functions through the port of Google; nothing new is not written again."""
    start = BookStart(settings={"month": "2026-10"})
    path = build(tmp_path / "book.xlsx", "manager", "en", start)
    with google_at(tmp_path / "data") as google:
        sheet = google.load(path)
        jobs = Jobs(google.house, at_once())
        web = create_app(google.house, jobs).test_client()
        key = links.connect(google.house, sheet, ADDRESS, Scope.WRITE)
        clock = google.house.clock
        assert isinstance(clock, FakeClock)
        one = Sheets(google.house, clock, web, Held(plain()), key, "", sheet=sheet)
        google.calls()
        first = ended(one, "/sheets/refresh", who="OPS1")
        assert (first["state"], first["result"]["state"]) == ("done", "written"), first
        assert google.calls()["spreadsheets.get"] == 1
        assert ended(one, "/sheets/refresh")["result"]["state"] == "unchanged"
        told = read(
            one.post("/sheets/functions", {"calls": [["ACTUAL", "acos", "ALL", "2026-10"]]})
        )
        assert told["answers"][0]["error"] == "na"
        assert google.calls() == {"spreadsheets.get": 1}  # of the second refresh
        assert ended(one, "/sheets/check")["result"]["state"] == "checked"
        _each_morning(google, jobs, sheet)
        jobs.stop()


def _each_morning(google: Google, jobs: Jobs, sheet: str) -> None:
    """The service's own schedule refreshes it the next day, once."""
    words = argparse.Namespace(sheet=sheet, at="08:30", remove=False)
    terminal = Terminal("en", as_json=True)
    assert schedule(terminal, google.house, words) == Exit.OK
    assert terminal.result["book"] == f"google:{sheet}"
    assert jobs.tick() == []
    google.house.clock.sleep(86_400)
    [run] = jobs.tick()
    done = runs.find(google.house.store, run)
    assert done is not None
    assert (done.kind, done.state) == ("morning", "done"), done.summary
    assert jobs.tick() == []
    words.remove = True
    assert schedule(terminal, google.house, words) == Exit.OK
    with pytest.raises(ToldError, match="not on the list"):
        schedule(terminal, google.house, words)


@pytest.mark.parametrize("text", [f"/d/{SHEET}/edit#gid=0", f"/u/1/d/{SHEET}/edit?usp=sharing"])
def test_a_spreadsheet_is_named_by_its_address(text: str) -> None:
    assert spreadsheet_id(f"https://docs.google.com/spreadsheets{text}") == SHEET
