"""The permissions of Drive v3."""

from __future__ import annotations

from typing import Any

from sync_service.sandbox.google.access import OWNER, RANK, WRITER
from sync_service.sandbox.google.drive_calls import file_of, reply
from sync_service.sandbox.google.errors import DriveRefusal
from sync_service.sandbox.google.masks import Mask
from sync_service.sandbox.google.sheets_service import Call
from sync_service.sandbox.google.store import File, permission
from sync_service.sandbox.wire import Reply

Json = dict[str, Any]

FEW_PERMISSION: Mask = {"kind": {}, "id": {}, "type": {}, "role": {}}


def list_permissions(call: Call) -> Reply:
    """`permissions.list`, which writers may."""
    file = file_of(call, WRITER)
    return reply(
        {"kind": "drive#permissionList", "permissions": file.permissions},
        call.mask,
        {"kind": {}, "permissions": FEW_PERMISSION},
    )


def create_permission(call: Call) -> Reply:
    """`permissions.create`."""
    file = file_of(call, WRITER)
    kind, role = call.body.get("type", ""), call.body.get("role", "")
    who = call.body.get("domain") if kind == "domain" else call.body.get("emailAddress")
    if kind not in {"user", "group", "domain", "anyone"} or role not in RANK:
        raise DriveRefusal(400, "The specified permission is not valid.", "invalid")
    if kind != "anyone" and not who:
        raise DriveRefusal(400, f"A {kind} needs an address.", "invalid", "permission.emailAddress")
    already = who in {p.get("emailAddress") for p in file.permissions if p["role"] == role}
    if role == "owner" and not already and call.one("transferOwnership").lower() != "true":
        raise DriveRefusal(
            403,
            "The transferOwnership parameter must be enabled when the permission role is 'owner'.",
            "forbidden",
            "transferOwnership",
        )
    fresh = permission(kind, role, who or "")
    with call.store.lock:
        same = [one for one in file.permissions if _who(one) == _who(fresh)]
        if same:
            fresh["id"] = same[0]["id"]
        rest = [one for one in file.permissions if _who(one) != _who(fresh)]
        file.permissions = [*rest, fresh]
    return reply(fresh, call.mask, FEW_PERMISSION)


def _who(one: Json) -> tuple[str, str]:
    return one["type"], str(one.get("emailAddress", one.get("domain", ""))).lower()


def _permission(call: Call, file: File) -> int:
    wanted = call.path["permissionId"]
    for place, one in enumerate(file.permissions):
        if one["id"] == wanted:
            return place
    raise DriveRefusal(404, f"Permission not found: {wanted}.", "notFound", "permissionId")


def get_permission(call: Call) -> Reply:
    """`permissions.get`."""
    file = file_of(call)
    return reply(file.permissions[_permission(call, file)], call.mask, FEW_PERMISSION)


def update_permission(call: Call) -> Reply:
    """`permissions.update`: another role, or an owner who is to follow."""
    file = file_of(call, RANK["reader"] if call.body.get("role") == "owner" else WRITER)
    place = _permission(call, file)
    old = file.permissions[place]
    fresh = old | {k: v for k, v in call.body.items() if k in {"role", "pendingOwner"}}
    with call.store.lock:
        if fresh["role"] == "owner" and old["role"] != "owner":
            _take_over(call, file, old)
            fresh.pop("pendingOwner", None)
            for one in file.permissions:
                if one["role"] == "owner":
                    one["role"] = "writer"
        file.permissions[place] = fresh
    return reply(fresh, call.mask, FEW_PERMISSION)


def _take_over(call: Call, file: File, old: Json) -> None:
    """Only the owner gives a file away, and only who is asked to takes it."""
    owner = file.role(call.caller.email) >= OWNER
    asked = old.get("pendingOwner") and old.get("emailAddress") == call.caller.email
    if call.one("transferOwnership").lower() != "true" or not (owner or asked):
        raise DriveRefusal(
            403, "The user does not have sufficient permissions.", "insufficientFilePermissions"
        )


def delete_permission(call: Call) -> Reply:
    """`permissions.delete`; an owner stays."""
    file = file_of(call)
    place = _permission(call, file)
    mine = file.permissions[place].get("emailAddress") == call.caller.email
    if file.permissions[place]["role"] == "owner" or not (
        mine or file.role(call.caller.email) >= WRITER
    ):
        raise DriveRefusal(
            403,
            "The user does not have sufficient permissions for this file.",
            "insufficientFilePermissions",
        )
    with call.store.lock:
        del file.permissions[place]
    return Reply(204, b"")
