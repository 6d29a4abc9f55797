"""What every call of Drive begins and ends with: the file that is meant, and the reply."""

from __future__ import annotations

from typing import Any

from sync_service.sandbox.google.access import RANK
from sync_service.sandbox.google.errors import DriveRefusal
from sync_service.sandbox.google.masks import Mask, kept
from sync_service.sandbox.google.sheets_service import Call
from sync_service.sandbox.google.store import File, may_see
from sync_service.sandbox.wire import Reply, as_json

Json = dict[str, Any]


def _not_found(file_id: str) -> DriveRefusal:
    return DriveRefusal(404, f"File not found: {file_id}.", "notFound", "fileId")


def file_of(call: Call, need: int = RANK["reader"]) -> File:
    """The file of a call; who may not see it is told that there is none.

    Raises:
        DriveRefusal: 404 when there is none, 403 when the role is below `need`.
    """
    file_id = call.path["fileId"]
    file = call.store.files.get(file_id)
    role = file.role(call.caller.email) if file is not None else 0
    if file is None or not role or not may_see(file, call.caller):
        raise _not_found(file_id)
    if role < need:
        raise DriveRefusal(
            403,
            "The user does not have sufficient permissions for this file.",
            "insufficientFilePermissions",
        )
    return file


def reply(value: Json, mask: Mask, usual: Mask) -> Reply:
    """What a mask keeps of a value; without a mask what is usual."""
    return as_json(200, kept(value, mask or usual))
