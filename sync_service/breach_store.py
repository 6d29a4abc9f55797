"""The table breach_states: what was last shown of each rule and scope of a book.

A standing is never stored, it is folded from the facts; see `kpi.breach_memory`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from kpi.breach_memory import Instance, Kept
from sync_service import schema
from sync_service.control import Control

WIDEST = 100  # letters of a key column


def kept_breaches(store: Control, book: str) -> tuple[Kept, ...]:
    """Every line that is remembered of a book."""
    table = schema.breach_states
    with store.read() as connection:
        rows = connection.execute(select(table.c.state).where(table.c.book == book)).scalars().all()
    return tuple(_line(line) for row in rows for line in row["lines"])


def keep_breaches(connection: Connection, book: str, kept: Iterable[Kept], at: datetime) -> None:
    """Put the lines of a book in place of what was remembered."""
    table = schema.breach_states
    connection.execute(delete(table).where(table.c.book == book))
    found: dict[Instance, list[Kept]] = {}
    for one in kept:
        found.setdefault(one.instance, []).append(one)
    rows = [
        {
            "book": book,
            "rule": _short(rule),
            "scope": _short(f"{scope}@{region}"),
            "state": {"lines": [_plain(one) for one in lines]},
            "updated_at": at,
        }
        for (rule, region, scope), lines in sorted(found.items())
    ]
    if rows:
        connection.execute(insert(table), rows)


def _short(text: str) -> str:
    """A text that fits a key column; a longer one keeps its start and a hash of the whole."""
    if len(text) <= WIDEST:
        return text
    return text[: WIDEST - 17] + "~" + hashlib.sha256(text.encode()).hexdigest()[:16]


def _plain(one: Kept) -> Mapping[str, object]:
    return {
        **asdict(one),
        "value_day": one.value_day.isoformat(),
        "days": [day.isoformat() for day in one.days],
        "closed": one.closed.isoformat() if one.closed else None,
        "silence": one.silence.isoformat() if one.silence else None,
    }


def _line(stored: Mapping[str, Any]) -> Kept:
    day = date.fromisoformat
    return Kept(
        **{
            **stored,
            "value_day": day(stored["value_day"]),
            "days": tuple(day(text) for text in stored["days"]),
            "values": tuple(stored["values"]),
            "closed": day(stored["closed"]) if stored["closed"] else None,
            "silence": day(stored["silence"]) if stored.get("silence") else None,
        }
    )
