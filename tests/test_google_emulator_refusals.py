"""What the stand-in of Google refuses, in the service's words: rights, quotas, faults."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
import requests

from sync_service.sandbox.google.access import AUTH
from sync_service.sandbox.google.errors import NO_PERMISSION, PROTECTED, Refusal
from tests.google_support import (
    DOCUMENTS,
    OWNER,
    READER,
    ROBOT,
    Bench,
    Json,
    bench,
    needs_documents,
    one,
    running,
)

__all__ = ["one", "running"]


STRANGER = "stranger@else.example"
RAW: dict[str, Any] = {"valueInputOption": "RAW"}
A1 = {"values": [["x"]]}
CELL = {
    "sheetId": 0,
    "startRowIndex": 0,
    "endRowIndex": 1,
    "startColumnIndex": 0,
    "endColumnIndex": 1,
}


@pytest.mark.parametrize(
    ("verb", "path", "who", "code", "message"),
    [
        ("GET", "/v4/spreadsheets/unknown", ROBOT, 404, "Requested entity was not found."),
        ("GET", "", STRANGER, 403, NO_PERMISSION),
        ("GET", "/values/A1", READER, 200, ""),
        ("PUT", "/values/A1?valueInputOption=RAW", READER, 403, NO_PERMISSION),
        ("POST", ":batchUpdate", READER, 403, NO_PERMISSION),
        ("GET", "/values/Nowhere!A1", ROBOT, 400, "Unable to parse range: Nowhere!A1"),
        ("GET", "/values/A0", ROBOT, 400, "Unable to parse range: A0"),
        (
            "GET",
            "/values/A1001",
            ROBOT,
            400,
            "Range (Sheet1!A1001) exceeds grid limits. Max rows: 1000, max columns: 26",
        ),
        ("GET", "/drive/v3/files/unknown", ROBOT, 404, "File not found: unknown."),
        ("GET", "/developerMetadata/7", ROBOT, 404, "No developer metadata with id 7."),
    ],
)
def test_rights_and_unknown_places(
    one: Bench, verb: str, path: str, who: str, code: int, message: str
) -> None:
    reply = one.call(verb, path, A1 if verb == "PUT" else None, who=who)
    assert reply.status_code == code
    assert reply.json().get("error", {}).get("message", "") == message


@pytest.mark.parametrize(
    ("code", "status", "path", "who"),
    [
        (404, "NOT_FOUND", "/v4/spreadsheets/unknown", ROBOT),
        (403, "PERMISSION_DENIED", "", STRANGER),
        (400, "INVALID_ARGUMENT", "/values/Nowhere!A1", ROBOT),
    ],
)
def test_an_error_has_code_message_and_status(
    one: Bench, code: int, status: str, path: str, who: str
) -> None:
    error = one.refused("GET", path, who=who)
    assert (error["code"], error["status"]) == (code, status)


def test_an_error_of_drive_has_domain_and_reason(one: Bench) -> None:
    error = one.refused("GET", "/drive/v3/files/unknown")
    [inner] = error["errors"]
    assert (inner["domain"], inner["reason"], inner["location"]) == ("global", "notFound", "fileId")
    other = one.refused("DELETE", f"/drive/v3/files/{one.book}")
    assert (other["code"], other["errors"][0]["reason"]) == (403, "insufficientFilePermissions")


# --- protected ranges ------------------------------------------------------------------------

WRITES = [
    ("PUT", "/values/A1", A1, RAW),
    ("POST", "/values/A1:clear", {}, {}),
    ("POST", ":batchUpdate", {"requests": [{"repeatCell": {
        "range": CELL, "cell": {"note": "n"}, "fields": "note"}}]}, {}),
    ("POST", ":batchUpdate", {"requests": [{"deleteDimension": {
        "range": {"sheetId": 0, "dimension": "ROWS", "endIndex": 1}}}]}, {}),
    ("POST", ":batchUpdate", {"requests": [{"deleteSheet": {"sheetId": 0}}]}, {}),
]  # fmt: skip


@pytest.mark.parametrize(("verb", "path", "body", "query"), WRITES)
@pytest.mark.parametrize("robot_may", [False, True])
def test_protected_cells(
    one: Bench, verb: str, path: str, body: Json, query: Json, robot_may: bool
) -> None:
    hands = one.google.person(OWNER).on(one.book)
    hands.add_tab("Other")
    hands.protect("Sheet1!A1:B2", *([ROBOT] if robot_may else []))
    reply = one.call(verb, path, body, **query)
    assert reply.status_code == (200 if robot_may else 400)
    if not robot_may:
        assert reply.json()["error"]["message"].endswith(PROTECTED)
        assert reply.json()["error"]["status"] == "INVALID_ARGUMENT"
    one.ok("PUT", "/values/D4", A1, **RAW)  # beside it everybody may write


def test_a_protected_range_in_a_tab_leaves_the_tab_to_all(one: Bench) -> None:
    """Rename, move, rows above and below: nothing of the protected cells changes."""
    one.google.person(OWNER).on(one.book).protect("A2:B3")
    robot = one.google.person(ROBOT).on(one.book)
    robot.rename("Sheet1", "Fresh")
    robot.insert_rows("Fresh", 2)
    robot.insert_rows("Fresh", 5)
    with pytest.raises(Refusal, match="protected cell"):
        robot.insert_rows("Fresh", 4)
    with pytest.raises(Refusal, match="protected cell"):
        robot.move_rows("Fresh", 9, 4)
    one.google.person(OWNER).on(one.book).do(
        {"addProtectedRange": {"protectedRange": {"range": {"sheetId": 0}}}}
    )
    with pytest.raises(Refusal, match="protected cell"):
        robot.rename("Fresh", "Other")


def test_a_warning_refuses_nobody_and_a_stranger_to_the_protection_may_not_lift_it(
    one: Bench,
) -> None:
    hands = one.google.person(OWNER).on(one.book)
    hands.protect("A1:A1", warning_only=True)
    one.put("A1", [["x"]])
    number = hands.protect("B1:B1")
    gone = {"requests": [{"deleteProtectedRange": {"protectedRangeId": number}}]}
    assert one.refused("POST", ":batchUpdate", gone)["message"].endswith(PROTECTED)
    assert one.call("POST", ":batchUpdate", gone, who=OWNER).status_code == 200


def test_a_protected_tab_with_a_free_place(one: Bench) -> None:
    given = {"range": {"sheetId": 0}, "unprotectedRanges": [CELL], "editors": {"users": [OWNER]}}
    one.google.person(OWNER).on(one.book).do({"addProtectedRange": {"protectedRange": given}})
    one.put("A1", [["x"]])
    assert one.refused("PUT", "/values/A2", A1, **RAW)["message"] == PROTECTED
    person = one.google.person(ROBOT).on(one.book)
    with pytest.raises(Refusal, match="protected cell"):
        person.type("B7", "x")


# --- all or nothing --------------------------------------------------------------------------


def test_one_bad_subrequest_undoes_all(one: Bench) -> None:
    before = one.ok("GET", "", includeGridData="true")
    asked = [
        {"addSheet": {"properties": {"title": "Fresh"}}},
        {"updateCells": {"start": {}, "rows": [{"values": [{"note": "n"}]}], "fields": "note"}},
        {"insertDimension": {"range": {"dimension": "ROWS", "endIndex": 1}}},
        {"deleteNamedRange": {"namedRangeId": "none"}},
    ]
    error = one.refused("POST", ":batchUpdate", {"requests": asked})
    assert error["message"] == "Invalid requests[3].deleteNamedRange: No named range with id: none"
    assert one.ok("GET", "", includeGridData="true") == before


def test_one_bad_range_undoes_all_values(one: Bench) -> None:
    data = [{"range": "A1", "values": [["x"]]}, {"range": "Nowhere!A1", "values": [["y"]]}]
    body = {"valueInputOption": "RAW", "data": data}
    error = one.refused("POST", "/values:batchUpdate", body)
    assert error["message"] == "Unable to parse range: Nowhere!A1"
    assert one.get("A1") == []


@pytest.mark.parametrize(
    ("place", "values", "message"),
    [
        ("A1:B1", [["a", "b", "c"]], ("Requested writing within range [Sheet1!A1:B1], "
         "but tried writing to column [C]")),
        ("A1:B1", [["a"], ["b"]], ("Requested writing within range [Sheet1!A1:B1], "
         "but tried writing to row [2]")),
        ("Z1000", [["a", "b"]], ("Range (Sheet1!Z1000:AA1000) exceeds grid limits. "
         "Max rows: 1000, max columns: 26")),
        ("A1", [["a" * 50_001]],
         "Your input contains more than the maximum of 50000 characters in a single cell."),
        ("A1", "X", ("Invalid value at 'data.values' "
         '(type.googleapis.com/google.protobuf.ListValue), "X"')),
    ],
)  # fmt: skip
def test_values_that_do_not_fit(one: Bench, place: str, values: Any, message: str) -> None:
    error = one.refused("PUT", f"/values/{place}", {"values": values}, **RAW)
    assert error["message"] == message


# --- quotas ----------------------------------------------------------------------------------


def test_quotas_of_a_minute() -> None:
    """Reads and writes count apart; a batch is one; a user's minute ends, a project's too."""
    with bench(per_user=3, per_project=5) as one:
        for _ in range(3):
            one.batch({"addSheet": {}}, {"addSheet": {}})
            one.get("A1")
        error = one.refused("POST", ":batchUpdate", {"requests": [{"addSheet": {}}]})
        assert (error["code"], error["status"]) == (429, "RESOURCE_EXHAUSTED")
        assert error["message"] == (
            "Quota exceeded for quota metric 'Write requests' and limit 'Write requests per minute "
            "per user' of service 'sheets.googleapis.com' for consumer 'project_number:1'."
        )
        assert error["details"][0]["metadata"]["quota_limit_value"] == "3"
        assert one.refused("GET", "/values/A1")["message"].startswith(
            "Quota exceeded for quota metric 'Read requests' and limit 'Read requests per minute "
            "per user'"
        )
        for _ in range(2):
            one.get("A1", who=OWNER)
        assert "'Read requests per minute' of" in one.refused("GET", "", who=READER)["message"]
        one.clock.sleep(59.9)
        assert one.refused("GET", "")["code"] == 429
        one.clock.sleep(0.1)
        one.get("A1")


# --- faults ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "code", "status"),
    [
        ("503", 503, "UNAVAILABLE"),
        ("429", 429, "RESOURCE_EXHAUSTED"),
        ("500", 500, "INTERNAL"),
        ("expired_token", 401, "UNAUTHENTICATED"),
    ],
)
def test_scripted_faults_answer_in_googles_words(
    one: Bench, kind: Any, code: int, status: str
) -> None:
    one.google.faults.add("google", "spreadsheets.values.update", kind, retry_after=30)
    reply = one.call("PUT", "/values/A1", A1, **RAW)
    error = reply.json()["error"]
    assert (reply.status_code, error["code"], error["status"]) == (code, code, status)
    assert reply.headers["Retry-After"] == "30"
    assert one.get("A1") == []
    one.ok("PUT", "/values/A1", A1, **RAW)


def test_an_answer_that_is_lost_after_the_write_was_done(one: Bench) -> None:
    one.google.faults.add("google", "spreadsheets.batchUpdate", "reset", account=ROBOT)
    asked = {"requests": [{"addSheet": {"properties": {"title": "Written"}}}]}
    with pytest.raises(requests.exceptions.RequestException):
        one.call("POST", ":batchUpdate", asked)
    titles = [s["properties"]["title"] for s in one.look("sheets.properties.title")["sheets"]]
    assert titles == ["Sheet1", "Written"]


def test_a_slow_answer_arrives(one: Bench) -> None:
    fault = one.google.faults.add("google", "spreadsheets.values.get", "slow")
    began = time.monotonic()
    assert one.get("A1") == []
    assert fault.fired == 1
    assert time.monotonic() - began > 0.5  # twenty drips of a twentieth of a second


# --- the discovery document ------------------------------------------------------------------

BEGIN = "Invalid JSON payload received. Unknown name"


@needs_documents
@pytest.mark.parametrize(
    ("verb", "path", "body", "message"),
    [
        ("POST", ":batchUpdate", {"request": []}, f'{BEGIN} "request": Cannot find field.'),
        ("POST", ":batchUpdate", {"requests": [{"addSheet": {"title": "x"}}]},
         f"{BEGIN} \"title\" at 'requests[0].add_sheet': Cannot find field."),
        ("POST", ":batchUpdate", {"requests": [{"addSheets": {}}]},
         f"{BEGIN} \"addSheets\" at 'requests[0]': Cannot find field."),
        ("POST", ":batchUpdate", {"requests": [{"addSheet": {"properties": {"index": "x"}}}]},
         "Invalid value at 'requests[0].add_sheet.properties.index' (TYPE_INT32), \"x\""),
        ("POST", ":batchUpdate", {"requests": [{"appendDimension": {"dimension": "ROW"}}]},
         "Invalid value at 'requests[0].append_dimension.dimension' (TYPE_ENUM), \"ROW\""),
        ("PUT", "/values/A1?valueInputOption=RAW", {"value": 1},
         f"{BEGIN} \"value\" at 'data': Cannot find field."),
        ("GET", "/values/A1?render=x", None, (f'{BEGIN} "render": Cannot bind query parameter. '
         "Field 'render' could not be found in request message.")),
        ("GET", "/values/A1?valueRenderOption=x", None,
         "Invalid value at 'value_render_option' (TYPE_ENUM), \"x\""),
        ("GET", "?fields=sheets.title", None, "Request contains an invalid argument."),
        ("POST", ":batchUpdate", {"requests": [{"updateSheetProperties": {
            "properties": {"title": "x"}, "fields": "titel"}}]},
         "Invalid requests[0].updateSheetProperties: Invalid field: titel"),
    ],
)  # fmt: skip
def test_what_the_document_does_not_know(
    one: Bench, verb: str, path: str, body: Json | None, message: str
) -> None:
    assert one.refused(verb, path, body)["message"] == message


@needs_documents
def test_every_request_of_the_document_is_known() -> None:
    """Played, or refused with 501 and no doubt about why."""
    from sync_service.sandbox.google import batch  # noqa: PLC0415 - only this test looks inside

    assert DOCUMENTS is not None
    document = json.loads((DOCUMENTS / "sheets.v4.json").read_text(encoding="utf-8"))
    kinds = set(document["schemas"]["Request"]["properties"])
    assert kinds == set(batch.HANDLERS) | batch.NOT_PLAYED


def test_a_body_that_is_no_json_and_a_path_that_is_none(one: Bench) -> None:
    headers = {"Authorization": f"Bearer {one.google.google.tokens.give(ROBOT, AUTH + 'drive')}"}
    url = f"{one.google.base}/v4/spreadsheets/{one.book}"
    broken = one.session.post(f"{url}:batchUpdate", data=b"{", headers=headers)
    assert (broken.status_code, broken.json()["error"]["status"]) == (400, "INVALID_ARGUMENT")
    assert one.session.post(f"{url}:batch", headers=headers).status_code == 404
