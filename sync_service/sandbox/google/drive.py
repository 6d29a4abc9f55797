"""The calls of Drive v3 in use (and the one of v2 by which gspread imports CSV)."""

from __future__ import annotations

import csv
import io
import re
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sync_service.sandbox.google import access, drive_rights, values
from sync_service.sandbox.google.access import OWNER, WRITER, Caller
from sync_service.sandbox.google.drive_calls import file_of, reply
from sync_service.sandbox.google.entering import Entered, entered
from sync_service.sandbox.google.errors import DriveRefusal
from sync_service.sandbox.google.exporting import XLSX_MIME, xlsx
from sync_service.sandbox.google.locales import locale_of
from sync_service.sandbox.google.masks import Mask
from sync_service.sandbox.google.model import COLUMNS, ROWS, Sheet, new_sheet
from sync_service.sandbox.google.sheets_service import Call
from sync_service.sandbox.google.store import (
    FOLDER_MIME,
    SHEETS_MIME,
    File,
    may_see,
)
from sync_service.sandbox.google.work import Work
from sync_service.sandbox.wire import Reply, as_json

Json = dict[str, Any]
DriveMethod = Callable[[Call], Reply]

FEW: Mask = {"kind": {}, "id": {}, "name": {}, "mimeType": {}}  # what a reply has without `fields`
PAGE = 100
TERM = re.compile(
    r"""\s*(?:(?P<field>\w+)\s*(?P<how>=|!=|contains|in)\s*(?P<value>"[^"]*"|'[^']*'|true|false)"""
    r"""|(?P<parent>'[^']*'|"[^"]*")\s+in\s+parents)\s*(?:and\b|\Z)"""
)
NEVER_PASSED = "Export only supports Docs Editors files."


def _stamp(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


def file_json(file: File, caller: Caller) -> Json:
    """A File of Drive v3."""
    owners = [
        {"kind": "drive#user", "emailAddress": one["emailAddress"], "permissionId": one["id"]}
        for one in file.permissions
        if one["role"] == "owner"
    ]
    rank = file.role(caller.email)
    out: Json = {
        "kind": "drive#file",
        "id": file.file_id,
        "name": file.title,
        "mimeType": file.mime,
        "parents": file.parents,
        "trashed": file.trashed,
        "createdTime": _stamp(file.created),
        "modifiedTime": _stamp(file.modified),
        "owners": owners,
        "ownedByMe": rank >= OWNER,
        "shared": len(file.permissions) > 1,
        "capabilities": {"canEdit": rank >= WRITER, "canShare": rank >= WRITER},
    }
    if file.book is not None:
        out["webViewLink"] = f"https://docs.google.com/spreadsheets/d/{file.file_id}/edit"
    if rank >= WRITER:
        out["permissions"] = file.permissions
    return out


def list_files(call: Call) -> Reply:
    """`files.list` with the searches in use."""
    found = [
        file
        for file in call.store.files.values()
        if file.role(call.caller.email)
        and may_see(file, call.caller)
        and _fits(file, call.one("q"))
    ]
    found.sort(key=lambda file: file.modified, reverse=True)
    start, size = _paging(call, "pageToken", 0), _paging(call, "pageSize", PAGE)
    out: Json = {"kind": "drive#fileList", "incompleteSearch": False}
    if start + size < len(found):
        out["nextPageToken"] = str(start + size)
    out["files"] = [file_json(file, call.caller) for file in found[start : start + size]]
    usual = {"kind": {}, "incompleteSearch": {}, "nextPageToken": {}, "files": FEW}
    return reply(out, call.mask, usual)


def _paging(call: Call, name: str, usual: int) -> int:
    """A number of the query."""
    text = call.one(name) or str(usual)
    if text.isdecimal():
        return int(text)
    raise DriveRefusal(400, "Invalid Value", "invalid", name)


def _fits(file: File, query: str) -> bool:
    """Whether a file fits a search: terms joined by `and`."""
    at = 0
    while at < len(query):
        term = TERM.match(query, at)
        if term is None:
            raise DriveRefusal(400, "Invalid Value", "invalid", "q")
        at = term.end()
        if not _term(file, term):
            return False
    return True


def _term(file: File, term: re.Match[str]) -> bool:
    if term["parent"]:
        return term["parent"][1:-1] in file.parents
    value = term["value"].strip("\"'")
    if term["field"] == "parents":
        return value in file.parents
    have = {
        "mimeType": file.mime,
        "name": file.title,
        "trashed": "true" if file.trashed else "false",
    }.get(term["field"])
    if have is None:
        raise DriveRefusal(400, "Invalid Value", "invalid", "q")
    if term["how"] == "contains":
        return value.lower() in have.lower()
    return (have == value) == (term["how"] == "=")


def create_file(call: Call) -> Reply:
    """`files.create` of a spreadsheet or a folder."""
    kind = call.body.get("mimeType", "")
    name, email = call.body.get("name", "Untitled"), call.caller.email
    if kind == SHEETS_MIME:
        file = call.store.add_book(email, name, project=call.caller.project)
    elif kind == FOLDER_MIME:
        file = call.store.add_folder(email, name, call.caller.project)
    else:
        raise DriveRefusal(501, f"This stand-in makes no files of type {kind}", "notImplemented")
    file.parents = list(call.body.get("parents", []))
    return reply(file_json(file, call.caller), call.mask, FEW)


def get_file(call: Call) -> Reply:
    """`files.get`."""
    return reply(file_json(file_of(call), call.caller), call.mask, FEW)


def update_file(call: Call) -> Reply:
    """`files.update`: name, trash, folders."""
    file = file_of(call, WRITER)
    with call.store.lock:
        if "name" in call.body:
            file.name = call.body["name"]
            if file.book is not None:
                file.book.properties["title"] = call.body["name"]
        if "trashed" in call.body:
            file.trashed = bool(call.body["trashed"])
        added, removed = call.query.get("addParents", []), call.query.get("removeParents", [])
        file.parents = [one for one in [*file.parents, *added] if one not in removed]
        file.modified = call.store.now()
    return reply(file_json(file, call.caller), call.mask, FEW)


def copy_file(call: Call) -> Reply:
    """`files.copy` of a spreadsheet; the caller owns the copy, protections stay."""
    source = file_of(call)
    if source.book is None:
        raise DriveRefusal(403, "This file cannot be copied by the user.", "cannotCopyFile")
    title = call.body.get("name") or f"Copy of {source.title}"
    with call.store.lock:
        file = call.store.add_book(call.caller.email, title, project=call.caller.project)
        book = source.book.copy()
        book.book_id, book.properties["title"] = file.file_id, title
        file.book = book
        file.parents = list(call.body.get("parents", source.parents))
    return reply(file_json(file, call.caller), call.mask, FEW)


def delete_file(call: Call) -> Reply:
    """`files.delete`, which only an owner may."""
    file = file_of(call, OWNER)
    with call.store.lock:
        del call.store.files[file.file_id]
    return Reply(204, b"")


def export_file(call: Call) -> Reply:
    """`files.export` as .xlsx, or of the first tab as CSV or TSV; other kinds are not played."""
    file, kind = file_of(call), call.one("mimeType")
    if file.book is None:
        raise DriveRefusal(403, NEVER_PASSED, "fileNotExportable")
    if kind == XLSX_MIME:
        with call.store.lock:
            call.store.calculate(file.book)
            return Reply(200, xlsx(file.book), kind)
    marks = {"text/csv": ",", "text/tab-separated-values": "\t"}
    if kind not in marks:
        raise DriveRefusal(501, f"This stand-in does not export {kind}", "notImplemented")
    with call.store.lock:
        call.store.calculate(file.book)
        first = file.book.sheets[0]
        rows = values.read(file.book, first.whole(), values.Options()).get("values", [])
    width = max((len(row) for row in rows), default=0)
    out = io.StringIO()
    writer = csv.writer(out, delimiter=marks[kind], lineterminator="\r\n")
    writer.writerows([*row, *[""] * (width - len(row))] for row in rows)
    return Reply(200, out.getvalue().removesuffix("\r\n").encode(), kind)


def import_csv(call: Call) -> Reply:
    """The upload of v2: the file's first tab becomes the CSV, the other tabs go."""
    file = file_of(call, WRITER)
    rows = list(csv.reader(io.StringIO(call.body["upload"])))

    def act(work: Work) -> None:
        book, old = work.book, work.book.sheets[0]
        width = max((len(row) for row in rows), default=1)
        title = file.title
        fresh = new_sheet(old.sheet_id, title, max(len(rows), ROWS), max(width, COLUMNS))
        where = locale_of(book.locale)
        _fill(fresh, rows, lambda text: entered(text, where, work.today))
        book.sheets = [fresh]
        book.named = []

    call.store.change(file.file_id, call.caller, act)
    return as_json(200, {"kind": "drive#file", "id": file.file_id, "title": file.title})


def _fill(sheet: Sheet, rows: list[list[str]], read: Callable[[str], Entered]) -> None:
    for row, line in enumerate(rows):
        for column, text in enumerate(line):
            values.put(sheet, row, column, read(text))


# --- comments, which gspread copies ----------------------------------------------------------


def list_comments(call: Call) -> Reply:
    """`comments.list`."""
    return reply({"comments": file_of(call).comments}, call.mask, {})


def create_comment(call: Call) -> Reply:
    """`comments.create`."""
    file = file_of(call)
    fresh = {"id": secrets.token_hex(8), "content": call.body.get("content", "")}
    if "anchor" in call.body:
        fresh["anchor"] = call.body["anchor"]
    with call.store.lock:
        file.comments.append(fresh)
    return reply(fresh, call.mask, {})


METHODS: Mapping[str, tuple[DriveMethod, frozenset[str]]] = {
    "files.list": (list_files, access.DRIVE_READING),
    "files.create": (create_file, access.DRIVE_WRITING),
    "files.get": (get_file, access.DRIVE_READING),
    "files.update": (update_file, access.DRIVE_WRITING),
    "files.copy": (copy_file, access.DRIVE_WRITING),
    "files.delete": (delete_file, access.DRIVE_WRITING),
    "files.export": (export_file, access.DRIVE_READING),
    "files.import": (import_csv, access.DRIVE_WRITING),
    "permissions.list": (drive_rights.list_permissions, access.DRIVE_READING),
    "permissions.create": (drive_rights.create_permission, access.DRIVE_WRITING),
    "permissions.get": (drive_rights.get_permission, access.DRIVE_READING),
    "permissions.update": (drive_rights.update_permission, access.DRIVE_WRITING),
    "permissions.delete": (drive_rights.delete_permission, access.DRIVE_WRITING),
    "comments.list": (list_comments, access.DRIVE_READING),
    "comments.create": (create_comment, access.DRIVE_WRITING),
}
