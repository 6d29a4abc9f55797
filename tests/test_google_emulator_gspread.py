"""Every public member of gspread 6.2.1 against the stand-in of Google, but Worksheet's.

The members are found by looking at gspread; one without a line in the tables fails the run.
"""

from __future__ import annotations

import inspect
from typing import Any

import gspread
import pytest
from google.oauth2.credentials import Credentials
from gspread.cell import Cell
from gspread.client import Client
from gspread.http_client import HTTPClient
from gspread.spreadsheet import Spreadsheet
from gspread.utils import ExportFormat
from gspread.worksheet import ValueRange

from sync_service.sandbox.google.access import AUTH
from tests.google_desk import Check, Desk, desk, did, missing, shared
from tests.google_support import OWNER, ROBOT, Bench, client, redirected

__all__ = ["desk", "shared"]

CSV = "a,b\r\n1,2"
NEW = "new@team.example"


def _key_of(files: Any) -> set[str]:
    return {file["id"] for file in files}


def _client_copy(d: Desk) -> bool:
    d.bench.google.store.files[d.key].comments.append({"content": "look", "anchor": "A1"})
    d.sh.share(NEW, "user", "reader")
    fresh = d.gc.copy(d.key, "Twin", copy_permissions=True)
    file = d.bench.google.store.files[fresh.id]
    return (
        fresh.title == "Twin"
        and fresh.sheet1.get_all_values() == d.ws.get_all_values()
        and [one["content"] for one in file.comments] == ["look"]
        and {one["emailAddress"] for one in file.permissions} == {ROBOT, NEW}
    )


def _client_delete(d: Desk) -> bool:
    d.gc.del_spreadsheet(d.key)
    with pytest.raises(gspread.SpreadsheetNotFound):
        d.gc.open_by_key(d.key)
    return True


def _client_import(d: Desk) -> bool:
    d.gc.import_csv(d.key, CSV)
    return [w.title for w in d.sh.worksheets()] == ["Desk"] and d.sh.sheet1.get() == [
        ["a", "b"],
        ["1", "2"],
    ]


def _removed(d: Desk) -> bool:
    d.gc.insert_permission(d.key, NEW, "user", "writer")
    [mine] = [p for p in d.gc.list_permissions(d.key) if p.get("emailAddress") == NEW]
    d.gc.remove_permission(d.key, mine["id"])
    return len(d.gc.list_permissions(d.key)) == 1


CLIENT: dict[str, Check] = {
    "expiry": lambda d: d.gc.expiry is not None,
    "set_timeout": lambda d: did(d.gc.set_timeout(10)) and d.gc.http_client.timeout == 10,
    "get_file_drive_metadata": lambda d: d.gc.get_file_drive_metadata(d.key)["name"] == "Desk",
    "list_spreadsheet_files": lambda d: d.key in _key_of(d.gc.list_spreadsheet_files("Desk")),
    "open": lambda d: d.gc.open("Desk").title == "Desk",
    "open_by_key": lambda d: d.gc.open_by_key(d.key).id == d.key,
    "open_by_url": lambda d: d.gc.open_by_url(d.sh.url).id == d.key,
    "openall": lambda d: d.key in {sh.id for sh in d.gc.openall("Desk")},
    "create": lambda d: d.gc.create("Made", folder_id="F").sheet1.title == "Sheet1",
    "export": lambda d: d.gc.export(d.key, ExportFormat.CSV).startswith(b"name,units,price\r\n"),
    "copy": _client_copy,
    "del_spreadsheet": _client_delete,
    "import_csv": _client_import,
    "list_permissions": lambda d: d.gc.list_permissions(d.key)[0]["role"] == "owner",
    "insert_permission": lambda d: (
        d.gc.insert_permission(d.key, "team.example", "domain", "reader").json()["role"] == "reader"
    ),
    "remove_permission": _removed,
}


def _reordered(d: Desk) -> bool:
    third = d.sh.add_worksheet("Third", 2, 2)
    d.sh.reorder_worksheets([third, d.other])
    return [w.title for w in d.sh.worksheets()] == ["Third", "Other", "Sheet1"]


def _handed_over(d: Desk, *, accept: bool) -> bool:
    d.sh.share(NEW, "user", "writer")
    [theirs] = [p for p in d.sh.list_permissions() if p.get("emailAddress") == NEW]
    d.sh.transfer_ownership(theirs["id"])
    store = d.bench.google.store
    if not accept:
        return any(p.get("pendingOwner") for p in store.files[d.key].permissions)
    taker = client(d.bench.google, d.bench.google.service_account(NEW))
    taker.open_by_key(d.key).accept_ownership(theirs["id"])
    taker.http_client.session.close()
    return store.files[d.key].role(NEW) > store.files[d.key].role(ROBOT)


def _last_update(d: Desk) -> bool:
    with pytest.warns(DeprecationWarning, match="get_lastUpdateTime"):
        return bool(d.sh.lastUpdateTime == "2026-11-29T12:00:00.000Z")


def _deleted(d: Desk, *, by_id: bool) -> bool:
    if by_id:
        d.sh.del_worksheet_by_id(str(d.other.id))
    else:
        d.sh.del_worksheet(d.other)
    return [w.title for w in d.sh.worksheets()] == ["Sheet1"]


def _protections(d: Desk) -> bool:
    d.ws.add_protected_range("A1:B2", [ROBOT])
    return len(d.sh.list_protected_ranges(d.ws.id)) == 1


def _removed_by_address(d: Desk) -> bool:
    d.sh.share(NEW, "user", "writer")
    return len(d.sh.remove_permissions(NEW)) == 1 and len(d.sh.list_permissions()) == 1


SPREADSHEET: dict[str, Check] = {
    "id": lambda d: d.sh.id == d.bench.book,
    "title": lambda d: d.sh.title == "Desk",
    "url": lambda d: d.sh.url.endswith(d.key),
    "creationTime": lambda d: d.sh.creationTime == "2026-11-29T12:00:00.000Z",
    "lastUpdateTime": _last_update,
    "timezone": lambda d: d.sh.timezone == "Etc/GMT",
    "locale": lambda d: d.sh.locale == "en_US",
    "sheet1": lambda d: d.sh.sheet1.id == 0,
    "batch_update": lambda d: (
        d.sh.batch_update({"requests": [{"addSheet": {}}]})["replies"][0]["addSheet"]["properties"][
            "title"
        ]
        == "Sheet3"
    ),
    "values_append": lambda d: (
        d.sh.values_append("Sheet1", {"valueInputOption": "RAW"}, {"values": [["x"]]})["tableRange"]
        == "Sheet1!A1:C4"
    ),
    "values_clear": lambda d: d.sh.values_clear("A2:C9")["clearedRange"] == "Sheet1!A2:C9",
    "values_batch_clear": lambda d: (
        d.sh.values_batch_clear(body={"ranges": ["A1", "Other!B2"]})["clearedRanges"]
        == ["Sheet1!A1", "Other!B2"]
    ),
    "values_get": lambda d: d.sh.values_get("A1:B1")["values"] == [["name", "units"]],
    "values_batch_get": lambda d: (
        [one["values"] for one in d.sh.values_batch_get(["A1", "B2"])["valueRanges"]]
        == [[["name"]], [["3"]]]
    ),
    "values_update": lambda d: (
        d.sh.values_update("E1", {"valueInputOption": "RAW"}, {"values": [[1, 2]]})["updatedCells"]
        == 2
    ),
    "values_batch_update": lambda d: (
        d.sh.values_batch_update(
            {"valueInputOption": "RAW", "data": [{"range": "E1", "values": [["x"]]}]}
        )["totalUpdatedCells"]
        == 1
    ),
    "fetch_sheet_metadata": lambda d: len(d.sh.fetch_sheet_metadata()["sheets"]) == 2,
    "get_worksheet": lambda d: d.sh.get_worksheet(1).title == "Other",
    "get_worksheet_by_id": lambda d: d.sh.get_worksheet_by_id(d.other.id).title == "Other",
    "worksheets": lambda d: [w.title for w in d.sh.worksheets()] == ["Sheet1", "Other"],
    "worksheet": lambda d: d.sh.worksheet("Other").id == d.other.id,
    "add_worksheet": lambda d: d.sh.add_worksheet("Front", 3, 4, index=0).index == 0,
    "duplicate_sheet": lambda d: d.sh.duplicate_sheet(0, new_sheet_name="Twin").get() == d.ws.get(),
    "del_worksheet": lambda d: _deleted(d, by_id=False),
    "del_worksheet_by_id": lambda d: _deleted(d, by_id=True),
    "reorder_worksheets": _reordered,
    "share": lambda d: d.sh.share(NEW, "user", "reader", notify=False).json()["type"] == "user",
    "export": lambda d: d.sh.export(ExportFormat.TSV).startswith(b"name\tunits"),
    "list_permissions": lambda d: d.sh.list_permissions()[0]["emailAddress"] == ROBOT,
    "remove_permissions": _removed_by_address,
    "transfer_ownership": lambda d: _handed_over(d, accept=False),
    "accept_ownership": lambda d: _handed_over(d, accept=True),
    "named_range": lambda d: (
        did(d.ws.define_named_range("A1:A2", "names"))
        and [c.value for c in d.sh.named_range("names")] == ["name", "Lamp"]
    ),
    "list_named_ranges": lambda d: (
        did(d.ws.define_named_range("A1:A2", "names")) and len(d.sh.list_named_ranges()) == 1
    ),
    "update_title": lambda d: (
        did(d.sh.update_title("Fresh")) and d.gc.open_by_key(d.key).title == "Fresh"
    ),
    "update_timezone": lambda d: (
        did(d.sh.update_timezone("Europe/Berlin"))
        and d.gc.open_by_key(d.key).timezone == "Europe/Berlin"
    ),
    "update_locale": lambda d: (
        did(d.sh.update_locale("de_DE")) and d.ws.get("C2") == [["1,5"]]  # shown the German way
    ),
    "list_protected_ranges": _protections,
    "get_lastUpdateTime": lambda d: d.sh.get_lastUpdateTime().startswith("2026-11-29"),
    "update_drive_metadata": lambda d: did(d.sh.update_drive_metadata()),
}


CELL: dict[str, Check] = {
    "from_address": lambda d: d.ws.acell("B2") == Cell.from_address("B2", "3"),
    "row": lambda d: d.ws.acell("B2").row == 2,
    "col": lambda d: d.ws.acell("B2").col == 2,
    "numeric_value": lambda d: d.ws.acell("C2").numeric_value == 1.5,
    "address": lambda d: d.ws.acell("C2").address == "C2",
}


def _http(d: Desk) -> Any:
    return d.gc.http_client


HTTP: dict[str, Check] = {
    "login": lambda d: did(_http(d).login()) and d.ws.acell("B2").value == "3",
    "set_timeout": lambda d: did(_http(d).set_timeout(9)) and _http(d).timeout == 9,
    "request": lambda d: (
        _http(d).request("get", f"https://sheets.googleapis.com/v4/spreadsheets/{d.key}").ok
    ),
    "batch_update": lambda d: (
        _http(d).batch_update(d.key, {"requests": [{"addSheet": {}}]})["spreadsheetId"] == d.key
    ),
    "values_update": lambda d: (
        _http(d).values_update(d.key, "E1", {"valueInputOption": "RAW"}, {"values": [[1]]})[
            "updatedCells"
        ]
        == 1
    ),
    "values_append": lambda d: (
        _http(d).values_append(d.key, "A1", {"valueInputOption": "RAW"}, {"values": [[1]]})[
            "updates"
        ]["updatedRange"]
        == "Sheet1!A5"
    ),
    "values_clear": lambda d: _http(d).values_clear(d.key, "A1")["clearedRange"] == "Sheet1!A1",
    "values_batch_clear": lambda d: (
        _http(d).values_batch_clear(d.key, body={"ranges": ["A1"]})["clearedRanges"]
        == ["Sheet1!A1"]
    ),
    "values_get": lambda d: _http(d).values_get(d.key, "A1")["values"] == [["name"]],
    "values_batch_get": lambda d: (
        len(_http(d).values_batch_get(d.key, ["A1", "B1"])["valueRanges"]) == 2
    ),
    "values_batch_update": lambda d: (
        _http(d).values_batch_update(
            d.key, {"valueInputOption": "RAW", "data": [{"range": "A1", "values": [["x"]]}]}
        )["totalUpdatedCells"]
        == 1
    ),
    "spreadsheets_get": lambda d: _http(d).spreadsheets_get(d.key)["spreadsheetId"] == d.key,
    "spreadsheets_sheets_copy_to": lambda d: (
        _http(d).spreadsheets_sheets_copy_to(d.key, 0, d.key)["index"] == 2
    ),
    "fetch_sheet_metadata": lambda d: "sheets" in _http(d).fetch_sheet_metadata(d.key),
    "get_file_drive_metadata": lambda d: _http(d).get_file_drive_metadata(d.key)["id"] == d.key,
    "export": lambda d: _http(d).export(d.key, ExportFormat.CSV).count(b"\r\n") == 3,
    "insert_permission": lambda d: (
        _http(d).insert_permission(d.key, None, "anyone", "reader").json()["type"] == "anyone"
    ),
    "list_permissions": lambda d: len(_http(d).list_permissions(d.key)) == 1,
    "remove_permission": _removed,
    "import_csv": lambda d: _http(d).import_csv(d.key, CSV)["title"] == "Desk",
}

VALUE_RANGE: dict[str, Check] = {
    "from_json": lambda d: ValueRange.from_json(d.sh.values_get("A1")).first() == "name",
    "range": lambda d: d.ws.get("A1:B1").range == "Sheet1!A1:B1",
    "major_dimension": lambda d: d.ws.get("A1").major_dimension == "ROWS",
    "first": lambda d: d.ws.get("B2").first() == "3",
}

TABLES: dict[type, dict[str, Check]] = {
    Client: CLIENT,
    Spreadsheet: SPREADSHEET,
    Cell: CELL,
    HTTPClient: HTTP,
    ValueRange: VALUE_RANGE,
}


@pytest.mark.parametrize("owner", TABLES)
def test_every_public_member_of_gspread_has_a_line(owner: type) -> None:
    assert missing(owner, TABLES[owner]) == set()


@pytest.mark.parametrize(
    ("owner", "name"), [(owner, name) for owner, table in TABLES.items() for name in table]
)
def test_gspread(desk: Desk, owner: type, name: str) -> None:
    assert TABLES[owner][name](desk)


SIGN_IN = {"authorize", "service_account_from_dict"}
NOT_HERE = {
    "service_account": "reads the same key from a file",
    "oauth": "opens a browser when no consent is stored",
    "oauth_from_dict": "google-auth sends stored consents to Google's own endpoint only",
    "api_key": "Google gives keys only to public books; the stand-in asks for tokens",
}


def test_every_way_to_sign_in_is_looked_at() -> None:
    found = {name for name, one in vars(gspread).items() if inspect.isfunction(one)}
    assert found == SIGN_IN | NOT_HERE.keys()


def test_a_person_signs_in_with_a_stored_consent(shared: tuple[Bench, Any]) -> None:
    """A refresh_token grant: gspread asks for a new access token by itself."""
    one, _ = shared
    info = one.google.consent(OWNER, f"{AUTH}spreadsheets", f"{AUTH}drive")
    kept = ("refresh_token", "token_uri", "client_id", "client_secret", "scopes")
    stored = Credentials(  # type: ignore[no-untyped-call]  # the library has no types here
        None, **{name: info[name] for name in kept}
    )
    gc = gspread.authorize(stored, http_client=redirected(one.google.base_urls))
    assert gc.open_by_key(one.fresh()).title == "Book"
    gc.http_client.session.close()
