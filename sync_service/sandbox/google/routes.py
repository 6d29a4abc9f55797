"""Which method a path means, and the parts of the path."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import unquote

SHEETS, DRIVE = r"/v4/spreadsheets", r"/drive/v3/files"
BOOK, FILE = r"/(?P<spreadsheetId>[^/:]+)", r"/(?P<fileId>[^/]+)"
RANGE, COPY = r"/values/(?P<range>[^/]+?)", r"/sheets/(?P<sheetId>-?\d+):copyTo"
VALUES = "spreadsheets.values"

TABLE = [
    ("GET", SHEETS + BOOK, "spreadsheets.get"),
    ("POST", SHEETS, "spreadsheets.create"),
    ("POST", f"{SHEETS}{BOOK}:batchUpdate", "spreadsheets.batchUpdate"),
    ("POST", f"{SHEETS}{BOOK}:getByDataFilter", "spreadsheets.getByDataFilter"),
    ("POST", SHEETS + BOOK + COPY, "spreadsheets.sheets.copyTo"),
    (
        "GET",
        f"{SHEETS}{BOOK}/developerMetadata/(?P<metadataId>[^/:]+)",
        "spreadsheets.developerMetadata.get",
    ),
    ("POST", f"{SHEETS}{BOOK}/developerMetadata:search", "spreadsheets.developerMetadata.search"),
    *(
        (verb, f"{SHEETS}{BOOK}/values:{name}", f"{VALUES}.{name}")
        for verb, name in (
            ("GET", "batchGet"),
            ("POST", "batchGetByDataFilter"),
            ("POST", "batchUpdate"),
            ("POST", "batchUpdateByDataFilter"),
            ("POST", "batchClear"),
            ("POST", "batchClearByDataFilter"),
        )
    ),
    ("POST", f"{SHEETS}{BOOK}{RANGE}:append", f"{VALUES}.append"),
    ("POST", f"{SHEETS}{BOOK}{RANGE}:clear", f"{VALUES}.clear"),
    ("GET", SHEETS + BOOK + RANGE, f"{VALUES}.get"),
    ("PUT", SHEETS + BOOK + RANGE, f"{VALUES}.update"),
    ("GET", DRIVE, "files.list"),
    ("POST", DRIVE, "files.create"),
    ("GET", DRIVE + FILE, "files.get"),
    ("PATCH", DRIVE + FILE, "files.update"),
    ("DELETE", DRIVE + FILE, "files.delete"),
    ("POST", f"{DRIVE}{FILE}/copy", "files.copy"),
    ("GET", f"{DRIVE}{FILE}/export", "files.export"),
    ("PUT", f"/upload/drive/v2/files{FILE}", "files.import"),
    ("GET", f"{DRIVE}{FILE}/permissions", "permissions.list"),
    ("POST", f"{DRIVE}{FILE}/permissions", "permissions.create"),
    ("GET", f"{DRIVE}{FILE}/permissions/(?P<permissionId>[^/]+)", "permissions.get"),
    ("PATCH", f"{DRIVE}{FILE}/permissions/(?P<permissionId>[^/]+)", "permissions.update"),
    ("DELETE", f"{DRIVE}{FILE}/permissions/(?P<permissionId>[^/]+)", "permissions.delete"),
    ("GET", f"{DRIVE}{FILE}/comments", "comments.list"),
    ("POST", f"{DRIVE}{FILE}/comments", "comments.create"),
    ("POST", "/token", "token"),
]
PATTERNS = [(verb, re.compile(f"{path}\\Z"), name) for verb, path, name in TABLE]


class Route(NamedTuple):
    """A method and the parts of its path."""

    name: str
    parts: dict[str, str]


def route(verb: str, path: str) -> Route | None:
    """The method that a request means; None when there is none."""
    for known, pattern, name in PATTERNS:
        found = pattern.match(path) if known == verb else None
        if found:
            return Route(name, {k: unquote(v) for k, v in found.groupdict().items()})
    return None
