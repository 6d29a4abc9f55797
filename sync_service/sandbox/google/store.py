"""The stand-in's files with their owners, readers and writers; changes are all or nothing."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, TypeVar

from sync_service.sandbox.google import access, tables
from sync_service.sandbox.google.access import RANK, WRITER, Caller
from sync_service.sandbox.google.entering import ERRORS
from sync_service.sandbox.google.errors import NO_ENTITY, NO_PERMISSION, Refusal
from sync_service.sandbox.google.model import Book, new_book
from sync_service.sandbox.google.work import Work
from sync_service.sandbox.wire import SandboxTime

Json = dict[str, Any]
Place = tuple[int, int, int]  # tab's number, row, column; both from 0
Evaluate = Callable[[Book], Mapping[Place, object]]
Done = TypeVar("Done")

SHEETS_MIME = "application/vnd.google-apps.spreadsheet"
FOLDER_MIME = "application/vnd.google-apps.folder"


@dataclass(slots=True)
class File:
    """A file of Drive; a spreadsheet has a book."""

    file_id: str
    mime: str
    created: datetime
    modified: datetime
    project: str  # whose application made it, for the scope drive.file
    name: str = ""  # of what is no spreadsheet
    book: Book | None = None
    permissions: list[Json] = field(default_factory=list)
    parents: list[str] = field(default_factory=list)
    comments: list[Json] = field(default_factory=list)
    trashed: bool = False

    @property
    def title(self) -> str:
        """The name that Drive shows."""
        return self.name if self.book is None else str(self.book.properties["title"])

    def role(self, email: str) -> int:
        """The rank of an account's best role; 0 without any."""
        domain = email.partition("@")[2].lower()
        ranks = [
            RANK.get(one["role"], 0)
            for one in self.permissions
            if one["type"] == "anyone"
            or (one["type"] == "domain" and one.get("domain", "").lower() == domain)
            or one.get("emailAddress", "").lower() == email.lower()
        ]
        return max(ranks, default=0)


@dataclass(slots=True)
class Store:
    """All files, one lock, one clock.

    `evaluate` gives the values of formulas: from a book to values by (tab, row, column): numbers,
    truth, texts, error texts such as "#N/A", or an ExtendedValue. It is asked once after a change,
    before the next reading. Without it see `model.py`.
    """

    time: SandboxTime
    evaluate: Evaluate | None = None
    files: dict[str, File] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock)

    def now(self) -> datetime:
        """The clock's time in UTC."""
        return self.time.now().astimezone(UTC)

    def add_book(self, owner: str, title: str, locale: str = "en_US", project: str = "1") -> File:
        """A new spreadsheet with one empty tab."""
        file_id = (
            f"1{secrets.token_urlsafe(32)}"  # as those of Google; never an option of a command
        )
        file = File(file_id, SHEETS_MIME, self.now(), self.now(), project)
        file.book = new_book(file_id, title, locale)
        self.own(file, owner)
        return file

    def add_folder(self, owner: str, name: str, project: str = "1") -> File:
        """A new folder."""
        file = File(secrets.token_urlsafe(24), FOLDER_MIME, self.now(), self.now(), project, name)
        self.own(file, owner)
        return file

    def own(self, file: File, owner: str) -> None:
        """Keep a file and make somebody its owner."""
        file.permissions = [permission("user", "owner", owner)]
        with self.lock:
            self.files[file.file_id] = file

    def share(self, file_id: str, email: str, role: str) -> None:
        """Give an account a role, in place of the one it has."""
        with self.lock:
            file = self.files[file_id]
            kept = [one for one in file.permissions if one.get("emailAddress") != email]
            file.permissions = [*kept, permission("user", role, email)]

    def opened(self, file_id: str, caller: Caller, need: int) -> tuple[File, Book, Caller]:
        """A spreadsheet for somebody, and the caller with its role there.

        Raises:
            Refusal: 404 when there is none, 403 when the role is too low.
        """
        file = self.files.get(file_id)
        if file is None or file.book is None or file.trashed or not may_see(file, caller):
            raise Refusal(404, NO_ENTITY)
        role = file.role(caller.email)
        if role < need:
            raise Refusal(403, NO_PERMISSION)
        return file, file.book, replace(caller, role=role)

    def read(self, file_id: str, caller: Caller, look: Callable[[Book, Caller], Done]) -> Done:
        """Look at a spreadsheet whose formulas are worked out."""
        with self.lock:
            _, book, known = self.opened(file_id, caller, RANK["reader"])
            self.calculate(book)
            return look(book, known)

    def change(self, file_id: str, caller: Caller, act: Callable[[Work], Done]) -> Done:
        """Change a copy of a spreadsheet, and keep the copy when nothing was refused."""
        with self.lock:
            file, book, known = self.opened(file_id, caller, WRITER)
            owners = [one["emailAddress"] for one in file.permissions if one["role"] == "owner"]
            work = Work(book.copy(), known, "".join(owners[:1]), self.now().date())
            done = act(work)
            for sheet in work.book.sheets:
                tables.renamed_columns(sheet)
            file.book = work.book
            file.modified = self.now()
            return done

    def calculate(self, book: Book) -> None:
        """Ask the hook for the values of formulas when something has changed."""
        if self.evaluate is None or not book.dirty:
            return
        for (number, row, column), value in self.evaluate(book).items():
            sheet = book.sheet(number)
            cell = sheet.cell(row, column)
            if "formulaValue" in cell.get("userEnteredValue", {}):
                sheet.put(row, column, cell | {"effectiveValue": extended(value)})
        book.dirty = False


def may_see(file: File, caller: Caller) -> bool:
    """A token with no more than drive.file sees what its own project made."""
    wide = caller.scopes - {access.DRIVE_FILE}
    return bool(wide) or file.project == caller.project


def extended(value: object) -> Json:
    """A Python value as an ExtendedValue."""
    if isinstance(value, dict):
        return value
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, int | float):
        return {"numberValue": value}
    text = "" if value is None else str(value)
    if text in ERRORS:
        return {"errorValue": {"type": ERRORS[text], "message": text}}
    return {"stringValue": text}


def permission(kind: str, role: str, who: str = "") -> Json:
    """A permission of Drive v3; `who` is an address or a domain."""
    number = {"anyone": "anyoneWithLink"}.get(kind) or secrets.token_hex(10)
    out: Json = {"kind": "drive#permission", "id": number, "type": kind, "role": role}
    if kind == "domain":
        return out | {"domain": who, "displayName": who}
    if kind in {"user", "group"}:
        return out | {"emailAddress": who, "displayName": who.partition("@")[0], "deleted": False}
    return out
