"""The audit chain: each entry's hash covers the one before, so an edit in the middle shows.

A chain alone shows neither a cut tail nor a full rewrite; head and count must also be kept where
the host's administrator cannot write.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal

from sqlalchemy import Connection, insert, select

from sync_service import schema

FIRST = "0" * 64
_SAID = ("seq", "at", "actor", "action", "object", "before", "after", "reason")


def canonical(value: object) -> bytes:
    """Give JSON with sorted keys, no blanks, UTF-8; instants and decimals as text."""
    text = json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_text
    )
    return text.encode()


def _text(value: object) -> str:
    """Give the one text of an instant or a decimal."""
    if isinstance(value, datetime):
        return value.strftime(schema.INSTANT)
    if isinstance(value, Decimal):
        return str(value)
    message = f"An audit entry cannot hold a {type(value).__name__}: {value!r}."
    raise TypeError(message)


def chained(previous: str, entry: Mapping[str, object], key: bytes = b"") -> str:
    """Give the hash of an entry after `previous`; without a key it is a plain SHA-256 chain."""
    said = previous.encode() + canonical({name: entry[name] for name in _SAID})
    if key:
        return hmac.new(key, said, hashlib.sha256).hexdigest()
    return hashlib.sha256(said).hexdigest()


def head(connection: Connection) -> tuple[int, str]:
    """Give the number and hash of the last entry, for the anchor outside."""
    last = select(schema.audit.c.seq, schema.audit.c.hash).order_by(schema.audit.c.seq.desc())
    row = connection.execute(last.limit(1)).first()
    return (0, FIRST) if row is None else (int(row.seq), str(row.hash))


def record(
    connection: Connection,
    *,
    at: datetime,
    actor: str,
    action: str,
    about: str,
    before: object = None,
    after: object = None,
    reason: str = "",
    key: bytes = b"",
) -> str:
    """Append an entry in the transaction of the change itself; its hash."""
    number, previous = head(connection)
    entry: dict[str, object] = {
        "seq": number + 1,
        "at": at,
        "actor": actor,
        "action": action,
        "object": about,
        # Round trip: what is hashed is what JSON gives back.
        "before": json.loads(canonical(before)),
        "after": json.loads(canonical(after)),
        "reason": reason,
    }
    digest = chained(previous, entry, key)
    connection.execute(insert(schema.audit).values(**entry, previous=previous, hash=digest))
    return digest


def faults(connection: Connection, key: bytes = b"") -> list[str]:
    """Check the whole chain; one sentence for each entry that does not fit."""
    rows = connection.execute(select(schema.audit).order_by(schema.audit.c.seq)).mappings()
    return list(_faults((dict(row) for row in rows), key))


def _faults(rows: Iterable[Mapping[str, object]], key: bytes) -> Iterator[str]:
    """Walk the chain; after a fault go on from what the entry claims, to find the next one."""
    previous, expected = FIRST, 1
    for row in rows:
        if row["seq"] != expected:
            yield f"Audit entry {expected} is missing; {row['seq']} follows."
        if row["previous"] != previous:
            yield f"Audit entry {row['seq']} does not follow the entry before it."
        if row["hash"] != chained(str(row["previous"]), row, key):
            yield f"Audit entry {row['seq']} was changed after it was written."
        previous, expected = str(row["hash"]), int(str(row["seq"])) + 1
