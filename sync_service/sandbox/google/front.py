"""The stand-in behind the loopback server: who asks, how often, with what, then the answer."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from sync_service.sandbox.google import access, discovery, drive, sheets_service, values_service
from sync_service.sandbox.google.access import Caller
from sync_service.sandbox.google.discovery import BEGIN, Description
from sync_service.sandbox.google.errors import DriveRefusal, Refusal, bad, violation
from sync_service.sandbox.google.masks import Mask, camel, kept, parse
from sync_service.sandbox.google.quotas import Quotas
from sync_service.sandbox.google.routes import Route, route
from sync_service.sandbox.google.sheets_service import Call
from sync_service.sandbox.google.store import Store
from sync_service.sandbox.google.tokens import Tokens
from sync_service.sandbox.google.update_masks import check as check_update_masks
from sync_service.sandbox.wire import Reply, Request, as_json

Json = dict[str, Any]

SHEETS = sheets_service.METHODS | values_service.METHODS
READS = frozenset(
    {
        "spreadsheets.get",
        "spreadsheets.getByDataFilter",
        "spreadsheets.developerMetadata.get",
        "spreadsheets.developerMetadata.search",
        "spreadsheets.values.get",
        "spreadsheets.values.batchGet",
        "spreadsheets.values.batchGetByDataFilter",
    }
)
LOG = logging.getLogger(__name__)
UNKNOWN_PATH = b"<!DOCTYPE html><title>Error 404 (Not Found)!!1</title>"


@dataclass(frozen=True, slots=True)
class Google:
    """Sheets, Drive and tokens; a platform of the sandbox's server."""

    store: Store
    tokens: Tokens
    quotas: Quotas
    documents: Path | None  # folder of the discovery documents; None: requests go unchecked

    def operation(self, request: Request) -> tuple[str, str]:
        """The method's name, and the account that asks."""
        found = route(request.method, request.path)
        try:
            account = self.tokens.caller(request.headers.get("authorization", "")).email
        except Refusal:
            account = ""
        return (found.name if found else "", account)

    def answer(self, request: Request) -> Reply:
        """The service's answer."""
        found = route(request.method, request.path)
        if found is None:
            return Reply(404, UNKNOWN_PATH, "text/html")
        try:
            return self._answered(found, request)
        except Refusal as refusal:
            return refusal.reply()
        except Exception:  # the outermost edge: a caller gets an answer, never a closed door
            LOG.exception("the stand-in failed at %s", found.name)
            return Refusal(500, "Internal error encountered.").reply()

    def _answered(self, found: Route, request: Request) -> Reply:
        if found.name == "token":
            return self.tokens.answer(request.body)
        caller = self.tokens.caller(request.headers.get("authorization", ""))
        if found.name in SHEETS:
            return self._sheets(found, request, caller)
        return self._drive(found, request, caller)

    def _sheets(self, found: Route, request: Request, caller: Caller) -> Reply:
        reading = found.name in READS
        access.need_scope(caller, access.READING if reading else access.WRITING)
        self.quotas.take("Read" if reading else "Write", caller.project, caller.email)
        description = self._described("sheets.v4")
        query = parse_qs(request.query, keep_blank_values=True)
        body = tidied(read_body(request))
        mask = read_mask(query)
        if description is not None:
            description.check_query(found.name, query)
            body = description.read_body(found.name, body)
            description.check_fields(found.name, mask)
            if found.name == "spreadsheets.batchUpdate":
                check_update_masks(description, body)
        call = Call(self.store, caller, found.parts, query, body, mask)
        return as_json(200, kept(SHEETS[found.name](call), mask))

    def _drive(self, found: Route, request: Request, caller: Caller) -> Reply:
        method, scopes = drive.METHODS[found.name]
        if not caller.scopes & scopes:
            message = "Request had insufficient authentication scopes."
            raise DriveRefusal(403, message, "insufficientPermissions")
        query = parse_qs(request.query, keep_blank_values=True)
        try:
            body = self._drive_body(found, request, query)
            mask = read_mask(query)
        except Refusal as refusal:
            raise DriveRefusal(400, refusal.message, "badRequest") from refusal
        return method(Call(self.store, caller, found.parts, query, body, mask))

    def _drive_body(self, found: Route, request: Request, query: dict[str, list[str]]) -> Json:
        """The body of a call of Drive; an upload is its text."""
        if found.name == "files.import":
            try:
                return {"upload": request.body.decode("utf-8-sig")}
            except UnicodeDecodeError as error:
                raise bad("The file is no text in UTF-8.") from error
        body: Json = tidied(read_body(request))
        description = self._described("drive.v3")
        if description is None:
            return body
        description.check_query(found.name, query)
        return description.read_body(found.name, body)

    def _described(self, name: str) -> Description | None:
        return discovery.load(self.documents, name) if self.documents else None


def read_mask(query: dict[str, list[str]]) -> Mask:
    """The `fields` of a query."""
    text = query.get("fields", [""])[0]
    return parse(text) if text else {}


def read_body(request: Request) -> Json:
    """The JSON object of a body; none is an empty one.

    Raises:
        Refusal: It is no JSON object.
    """
    if not request.body.strip():
        return {}
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError) as error:  # nested deeper than Python follows
        text = f"{BEGIN} Parser failed on the body: {error}"
        raise bad(text) from error
    if not isinstance(body, dict):
        text = f'{BEGIN} Unknown name "": Root element must be a message.'
        raise violation("", text)
    return body


def tidied(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """JSON as proto3 reads it: null is absent but in lists, snake_case is camelCase."""
    if isinstance(value, list):
        return [tidied(one) if isinstance(one, dict) else one for one in value]
    if not isinstance(value, dict):
        return value
    return {camel(name): tidied(one) for name, one in value.items() if one is not None}
