"""Who may do what: scopes of a token, roles on a file, and protected ranges."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sync_service.sandbox.google.errors import PROTECTED, Refusal, bad
from sync_service.sandbox.google.model import Book, Sheet
from sync_service.sandbox.google.ranges import Area, area_of

Json = dict[str, Any]

AUTH = "https://www.googleapis.com/auth/"
SHEETS, SHEETS_READ = f"{AUTH}spreadsheets", f"{AUTH}spreadsheets.readonly"
DRIVE, DRIVE_READ, DRIVE_FILE = f"{AUTH}drive", f"{AUTH}drive.readonly", f"{AUTH}drive.file"
DRIVE_METADATA = f"{AUTH}drive.metadata.readonly"
READING = frozenset({SHEETS, SHEETS_READ, DRIVE, DRIVE_READ, DRIVE_FILE})
WRITING = frozenset({SHEETS, DRIVE, DRIVE_FILE})
DRIVE_READING = frozenset({DRIVE, DRIVE_READ, DRIVE_FILE, DRIVE_METADATA})
DRIVE_WRITING = frozenset({DRIVE, DRIVE_FILE})
RANK = {"reader": 1, "commenter": 2, "writer": 3, "fileOrganizer": 4, "organizer": 5, "owner": 6}
WRITER, OWNER = RANK["writer"], RANK["owner"]


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: the account, what its token may, and its project for quotas."""

    email: str
    scopes: frozenset[str]
    project: str = "1"
    role: int = OWNER  # on the book in question


def need_scope(caller: Caller, allowed: frozenset[str]) -> None:
    """Refuse a token that was not asked for this.

    Raises:
        Refusal: 403, as the service says it.
    """
    if caller.scopes & allowed:
        return
    detail = {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
        "domain": "googleapis.com",
        "metadata": {"service": "sheets.googleapis.com"},
    }
    raise Refusal(403, "Request had insufficient authentication scopes.", [detail])


def may_edit(protection: Json, caller: Caller) -> bool:
    """Whether somebody may edit what a protected range covers."""
    if protection.get("warningOnly") or caller.role >= OWNER:
        return True
    editors = protection.get("editors", {})
    if editors.get("domainUsersCanEdit") and caller.role >= WRITER:
        return True
    listed = {str(user).lower() for user in editors.get("users", [])}
    return caller.email.lower() in listed


def protected_area(book: Book, protection: Json) -> Area | None:
    """What a protected range covers: its range, its named range or its table."""
    if "namedRangeId" in protection:
        found = (n for n in book.named if n["namedRangeId"] == protection["namedRangeId"])
    elif "tableId" in protection:
        tables = (t for sheet in book.sheets for t in sheet.lists["tables"])
        found = (t for t in tables if t["tableId"] == protection["tableId"])
    else:
        found = (one for one in (protection,) if "range" in one)
    return next((area_of(one["range"]) for one in found), None)


def need_cells(book: Book, area: Area, caller: Caller) -> None:
    """Refuse an edit of cells that others have protected.

    Raises:
        Refusal: 400, as the service says it.
    """
    sheet = book.sheet(area.sheet)
    for protection in sheet.lists["protectedRanges"]:
        covered = protected_area(book, protection)
        if covered is None or may_edit(protection, caller) or not covered.meets(area):
            continue
        free = [area_of(one) for one in protection.get("unprotectedRanges", [])]
        if any(one.holds(sheet.clip(area)) for one in free):
            continue
        raise bad(PROTECTED)


def need_sheet(book: Book, sheet: Sheet, caller: Caller) -> None:
    """Refuse a change of a tab's title, place or look when others have protected the whole tab."""
    for protection in sheet.lists["protectedRanges"]:
        whole = protected_area(book, protection) == Area(sheet.sheet_id)
        if whole and not may_edit(protection, caller):
            raise bad(PROTECTED)


def need_gap(book: Book, sheet: Sheet, at: int, caller: Caller, *, rows: bool) -> None:
    """Refuse rows or columns that would come into the middle of what others have protected."""
    for protection in sheet.lists["protectedRanges"]:
        area = protected_area(book, protection)
        if area is None or may_edit(protection, caller):
            continue
        start, end = (area.top, area.bottom) if rows else (area.left, area.right)
        if start < at < end:
            raise bad(PROTECTED)
