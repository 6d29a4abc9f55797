"""Whatever is wrong with a request: the stand-in of Google answers, with an error in its words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from sync_service.sandbox.google import batch, discovery
from sync_service.sandbox.google.discovery import Description
from sync_service.sandbox.google.errors import STATUS
from sync_service.sandbox.google.model import Book
from sync_service.sandbox.wire import Reply, Request
from tests.google_request_cases import BLOCK, GOOD, LOOKUP, MADE
from tests.google_spoiled import requests, resolved, spoiled
from tests.google_support import DOCUMENTS, OWNER, SCOPES, Bench, Json, bench, needs_documents

ROW = {"sheetId": 0, "dimension": "ROWS", "startIndex": 1, "endIndex": 2}
AFTERWARDS = {"insertDimension": {"range": ROW}}  # walks through all that lies on a tab


@dataclass(slots=True)
class Front:
    """The stand-in without its port, and a book that is as before at each call."""

    one: Bench
    ready: Book
    token: str

    def ask(self, verb: str, path: str, body: object = None, query: str = "") -> Reply:
        """A call of Sheets (`:batchUpdate` is of the book) or of Drive."""
        google = self.one.google
        google.store.files[self.one.book].book = self.ready
        sheets = f"/v4/spreadsheets/{self.one.book}{path}"
        data = b"" if body is None else json.dumps(body).encode()
        headers = {"authorization": f"Bearer {self.token}"}
        whole = path if path.startswith(("/drive", "/v4", "/token", "/upload")) else sheets
        return google.google.answer(Request(verb, whole, query, headers, data, ""))


@pytest.fixture(scope="module")
def front() -> Iterator[Front]:
    with bench() as one:
        one.batch(*MADE)
        book = one.google.store.files[one.book].book
        assert book is not None
        yield Front(one, book, one.google.google.tokens.give(OWNER, *SCOPES))


@pytest.fixture(scope="module")
def sheets() -> Description:
    assert DOCUMENTS is not None
    return discovery.load(DOCUMENTS, "sheets.v4")


def need_answer(reply: Reply, asked: object) -> None:
    """An answer of success, or an error as the service words it; 501 is what is not played."""
    if reply.status in {200, 204}:
        return
    assert reply.status in {400, 403, 404, 409, 501}, (reply.status, asked)
    error = json.loads(reply.body)["error"]
    assert error["code"] == reply.status, asked
    assert error["message"], asked
    assert error.get("status", STATUS[reply.status]) == STATUS[reply.status], asked


def kind_of(request: Json) -> str:
    return next(iter(request))


def test_every_request_that_is_played_is_spoiled(front: Front) -> None:
    assert {kind_of(one) for one in GOOD} == set(batch.HANDLERS)
    for one in GOOD:
        reply = front.ask("POST", ":batchUpdate", {"requests": [one]})
        assert reply.status == 200, (one, reply.body)


@needs_documents
@pytest.mark.parametrize("kind", sorted(batch.HANDLERS))
def test_a_spoiled_request_is_answered(front: Front, sheets: Description, kind: str) -> None:
    """Where it is taken, the book can still be changed and read."""
    for good in GOOD:
        for asked in requests(sheets, good) if kind in good else ():
            body = {"requests": [asked, AFTERWARDS], "includeSpreadsheetInResponse": True}
            more = body | {"responseIncludeGridData": True, "responseRanges": ["A1:L20"]}
            need_answer(front.ask("POST", ":batchUpdate", more), asked)


VALUES = {"range": "A1:B2", "majorDimension": "COLUMNS", "values": [["x", 1], [None, True]]}
BY_FILTER = {"dataFilter": {"a1Range": "A1:B2"}, "majorDimension": "ROWS", "values": [["y"]]}
HOW = {"valueInputOption": "RAW", "includeValuesInResponse": True}
SHOWN = {"responseValueRenderOption": "FORMULA", "responseDateTimeRenderOption": "SERIAL_NUMBER"}
READ = {"valueRenderOption": "UNFORMATTED_VALUE", "dateTimeRenderOption": "SERIAL_NUMBER"}
FILTERS: list[Json] = [{"gridRange": BLOCK}, LOOKUP]
BODIES: list[tuple[str, str, str, Json]] = [  # method, verb, path with query, a good body
    ("spreadsheets.create", "POST", "/v4/spreadsheets", {
        "properties": {"title": "T", "locale": "de_DE"},
        "sheets": [{"properties": {"title": "One", "index": 0}, "data": [{
            "startRow": 1, "startColumn": 1,
            "rowData": [{"values": [{"userEnteredValue": {"numberValue": 1}}]}]}]}],
        "namedRanges": [{"name": "all", "range": BLOCK}]}),
    ("spreadsheets.batchUpdate", "POST", ":batchUpdate", {
        "requests": [AFTERWARDS], "includeSpreadsheetInResponse": True,
        "responseRanges": ["A1"], "responseIncludeGridData": True}),
    ("spreadsheets.getByDataFilter", "POST", ":getByDataFilter", {
        "dataFilters": FILTERS, "includeGridData": True}),
    ("spreadsheets.sheets.copyTo", "POST", "/sheets/0:copyTo", {"destinationSpreadsheetId": "x"}),
    ("spreadsheets.developerMetadata.search", "POST", "/developerMetadata:search", {
        "dataFilters": FILTERS}),
    ("spreadsheets.values.update", "PUT", "/values/A1:B2?valueInputOption=RAW", VALUES),
    ("spreadsheets.values.append", "POST", "/values/A1:B2:append?valueInputOption=RAW", VALUES),
    ("spreadsheets.values.clear", "POST", "/values/A1:B2:clear", {}),
    ("spreadsheets.values.batchUpdate", "POST", "/values:batchUpdate", {
        "data": [VALUES], **HOW, **SHOWN}),
    ("spreadsheets.values.batchUpdateByDataFilter", "POST", "/values:batchUpdateByDataFilter", {
        "data": [BY_FILTER], **HOW, **SHOWN}),
    ("spreadsheets.values.batchGetByDataFilter", "POST", "/values:batchGetByDataFilter", {
        "dataFilters": FILTERS, "majorDimension": "ROWS", **READ}),
    ("spreadsheets.values.batchClear", "POST", "/values:batchClear", {"ranges": ["A1", "B2"]}),
    ("spreadsheets.values.batchClearByDataFilter", "POST", "/values:batchClearByDataFilter", {
        "dataFilters": FILTERS}),
    ("files.create", "POST", "/drive/v3/files", {
        "mimeType": "application/vnd.google-apps.folder", "name": "F", "parents": ["p"]}),
    ("files.update", "PATCH", "/drive/v3/files/BOOK?addParents=x", {"name": "F", "trashed": False}),
    ("files.copy", "POST", "/drive/v3/files/BOOK/copy", {"name": "F", "parents": ["p"]}),
    ("permissions.create", "POST", "/drive/v3/files/BOOK/permissions", {
        "type": "user", "role": "writer", "emailAddress": "a@b.example"}),
    ("permissions.update", "PATCH", "/drive/v3/files/BOOK/permissions/OWNER", {"role": "reader"}),
    ("comments.create", "POST", "/drive/v3/files/BOOK/comments", {"content": "c", "anchor": "{}"}),
]  # fmt: skip


@needs_documents
@pytest.mark.parametrize(("method", "verb", "path", "good"), BODIES, ids=lambda one: str(one)[:40])
def test_a_spoiled_body_is_answered(
    front: Front, method: str, verb: str, path: str, good: Json
) -> None:
    assert DOCUMENTS is not None
    api = "sheets.v4" if method.startswith("spreadsheets") else "drive.v3"
    description = discovery.load(DOCUMENTS, api)
    permissions = front.one.google.store.files[front.one.book].permissions
    there = path.replace("BOOK", front.one.book).replace("OWNER", permissions[0]["id"])
    place, _, query = there.partition("?")
    schema = resolved(description, description.method(method)["request"])
    for body in (good, *spoiled(description, good, schema)):
        need_answer(front.ask(verb, place, body, query), (method, body))
    front.one.google.store.files[front.one.book].permissions[:] = permissions


ODD_TEXTS = ("", "x", "-1", "7", "99999999999999999999", "A0", "'", "(", "a,b(", "*", "é")
READINGS = [
    ("spreadsheets.get", ""),
    ("spreadsheets.values.get", "/values/A1:B2"),
    ("spreadsheets.values.batchGet", "/values:batchGet"),
    ("spreadsheets.developerMetadata.get", "/developerMetadata/16"),
    ("files.list", "/drive/v3/files"),
    ("files.export", "/drive/v3/files/BOOK/export"),
    ("permissions.list", "/drive/v3/files/BOOK/permissions"),
]


@needs_documents
@pytest.mark.parametrize(("method", "path"), READINGS)
def test_an_odd_query_is_answered(front: Front, method: str, path: str) -> None:
    assert DOCUMENTS is not None
    api = "sheets.v4" if method.startswith("spreadsheets") else "drive.v3"
    description = discovery.load(DOCUMENTS, api)
    known = description.document["parameters"] | description.method(method)["parameters"]
    there = path.replace("BOOK", front.one.book)
    for name in (*known, "nothing"):
        for text in ODD_TEXTS:
            query = f"{name}={text}"
            need_answer(front.ask("GET", there, query=query), query)


PARTS = [
    "/values/%27", "/values/!", "/values/A1:", "/values/A1:B0", "/values/%00", "/values/Other!",
    "/values/%27Other%27!B2:A1", "/values/AAAA9999999", "/values/first!A1",
    "/developerMetadata/x", "/developerMetadata/99999999999999999999", "/developerMetadata/%C2%B2",
    "/drive/v3/files/%C3%A9", "/drive/v3/files/x/permissions/y",
]  # fmt: skip


@pytest.mark.parametrize("path", PARTS)
def test_an_odd_path_is_answered(front: Front, path: str) -> None:
    need_answer(front.ask("GET", path), path)


RUBBISH = [
    b"{",
    b"[]",
    b"null",
    b"\xff\xfe",
    b"[" * 99_999,
    b"1e999",
    b'{"requests": NaN}',
    b"{}" * 2,
]


@pytest.mark.parametrize("body", RUBBISH, ids=lambda body: repr(body[:20]))
@pytest.mark.parametrize("path", ["/v4/spreadsheets/x:batchUpdate", "/drive/v3/files"])
def test_a_body_that_is_no_object_is_refused(front: Front, path: str, body: bytes) -> None:
    headers = {"authorization": f"Bearer {front.token}"}
    google = front.one.google.google
    reply = google.answer(Request("POST", path, "", headers, body, ""))
    assert reply.status >= 400
    need_answer(reply, body)


def test_a_fault_of_the_stand_in_itself_is_an_answer_too(
    front: Front, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(Book, "area", None)  # any programming error
    reply = front.ask("GET", "/values/A1")
    assert reply.status == 500
    assert json.loads(reply.body)["error"]["status"] == "INTERNAL"
    assert "the stand-in failed at spreadsheets.values.get" in caplog.text


def test_an_upload_that_is_no_text_is_refused(front: Front) -> None:
    headers = {"authorization": f"Bearer {front.token}"}
    path = f"/upload/drive/v2/files/{front.one.book}"
    reply = front.one.google.google.answer(Request("PUT", path, "", headers, b"\xff\xfe", ""))
    assert (reply.status, json.loads(reply.body)["error"]["code"]) == (400, 400)
