"""Workbooks that a task pane sends, as they were last sent: for the functions in their cells."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import cast

import orjson

from sync_service import control, schema
from sync_service.control import Control
from sync_service.workbooks.sent import SentBook, sent_book

PREFIX = "pane:"
FAST = 1  # level of zlib: a tenth of the size in a tenth of the time


@dataclass(frozen=True, slots=True)
class Kept:
    """What is known of a sent workbook."""

    revision: str  # the run that last wrote it; empty when none did
    name: str
    at: datetime  # of the last sending
    who: str
    told: Mapping[str, object]


def book_name(uuid: str) -> str:
    """What the control database calls a workbook that carries this number."""
    return PREFIX + uuid.lower()


def kept(store: Control, book: str) -> Kept | None:
    """What is known of a sent workbook; None when it was never sent."""
    with store.read() as connection:
        row = control.get(connection, schema.sent_books, book=book)
    if row is None:
        return None
    return Kept(row["revision"] or "", row["name"], row["at"], row["who"], row["told"] or {})


def last_packed(store: Control, book: str) -> bytes | None:
    """What was last sent of a workbook, packed: alike exactly when the same was sent."""
    with store.read() as connection:
        row = control.get(connection, schema.sent_books, book=book)
    return None if row is None else bytes(row["tables"])


def unpacked(packed: bytes) -> SentBook:
    """The workbook in what was kept."""
    return sent_book(cast("dict[str, object]", orjson.loads(zlib.decompress(packed))))


def keep(
    store: Control, book: str, name: str, who: str, body: Mapping[str, object], at: datetime
) -> None:
    """Keep the tables of a request; the revision stays."""
    known = {part: body.get(part) for part in ("language", "tables", "names")}
    packed = zlib.compress(orjson.dumps(known), FAST)
    row = {"book": book, "name": name, "at": at, "who": who, "tables": packed}
    with store.begin() as connection:
        control.put(connection, schema.sent_books, row)


def wrote(store: Control, book: str, revision: str, told: Mapping[str, object]) -> None:
    """Note the run that wrote a workbook and what it found."""
    row = {"book": book, "revision": revision, "told": dict(told)}
    with store.begin() as connection:
        control.put(connection, schema.sent_books, row)
