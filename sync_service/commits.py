"""One window of facts becomes permanent, in the order that makes it exactly once.

Facts and cursor live in two stores. First the facts (with a number that the table itself keeps),
synced to the disk; then the cursor, in a transaction that checks the lease's token again. A stop
between the two is healed by recovery.py, or by fetching the window again: it replaces itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection

from kpi.model import Window
from sync_service import control, schema
from sync_service.control import Control, Lease
from sync_service.due import Progress, runs
from sync_service.facts import Facts
from sync_service.recovery import advance


@dataclass(frozen=True, slots=True)
class Fetched:
    """All of one span of a stream and shop, ready to be committed."""

    stream: str
    shop: str
    window: Window
    rows: pa.Table
    not_ready: frozenset[date]
    at: datetime  # when it was fetched, UTC
    weekly: date | None  # the shop's day when this was the long look-back
    next_run: datetime | None  # None: the state's next run stays
    provisional_from: date | None


def commit(facts: Facts, store: Control, lease: Lease, run: str, fetched: Fetched) -> int:
    """Commit what is ready and move the cursor; returns the number of rows."""
    stream, shop = fetched.stream, fetched.shop
    ready = [day for day in fetched.window.each() if day not in fetched.not_ready]
    number = facts.number(stream, shop)
    after = advanced(progress(store, stream, shop), fetched, ready)
    with store.read() as connection:  # a holder that lost its lease must not write facts either
        control.check_fencing(connection, lease.name, lease.fencing)
    for part in runs(ready):
        number += 1
        rows = _within(fetched.rows, part)
        said = _said(fetched, after, lease, run)
        facts.commit(stream, shop, part, rows, number=number, meta=said)
    if ready:
        _move(store, lease, fetched, number, after)
    with store.begin() as connection:
        control.check_fencing(connection, lease.name, lease.fencing)
        _note(connection, fetched, number, after)
    return int(fetched.rows.num_rows)


def _said(fetched: Fetched, after: Progress, lease: Lease, run: str) -> dict[str, str]:
    """Say in the commit what a recovery needs to know."""
    said = {"run": run, "fencing": str(lease.fencing), "fetched_at": fetched.at.isoformat()}
    if after.covered_until:
        said["covered_until"] = after.covered_until.isoformat()
    return said


def _move(store: Control, lease: Lease, fetched: Fetched, number: int, after: Progress) -> None:
    """Move the cursor, with its audit entry."""
    advance(
        store,
        fetched.stream,
        fetched.shop,
        number=number,
        window=fetched.window,
        covered_until=after.covered_until,
        fencing=lease.fencing,
        now=fetched.at,
        fetched_at=fetched.at,
    )


def _within(rows: pa.Table, window: Window) -> pa.Table:
    """Give the rows of a part; the common case is all of them."""
    day = rows.column("day")
    inside = pc.and_(
        pc.greater_equal(day, pa.scalar(window.start, pa.date32())),
        pc.less(day, pa.scalar(window.end, pa.date32())),
    )
    return rows.filter(inside)


def _note(connection: Connection, fetched: Fetched, number: int, after: Progress) -> None:
    """Write progress and state. A stop before this only fetches the window once more."""
    name = _progress_name(fetched.stream, fetched.shop)
    told = _told(after) | {"number": number}
    control.put(connection, schema.settings, {"name": name, "value": told})
    state: dict[str, Any] = {
        "stream": fetched.stream,
        "shop": fetched.shop,
        "state": "partial" if fetched.not_ready else "ok",
        "last_success": fetched.at,
        "error_text": None,
    }
    if fetched.next_run is not None:
        state |= {"next_run": fetched.next_run, "provisional_from": fetched.provisional_from}
    control.put(connection, schema.stream_state, state)


def advanced(before: Progress, fetched: Fetched, ready: Sequence[date]) -> Progress:
    """Give the progress after a commit: what is known without a gap only grows."""
    window = fetched.window
    known_until = min(fetched.not_ready) - timedelta(days=1) if fetched.not_ready else None
    until = known_until or window.end - timedelta(days=1)
    covered_until = before.covered_until
    if ready and (covered_until is None or until > covered_until):
        covered_until = until
    covered_from = before.covered_from
    touches = covered_from is None or window.end >= covered_from
    if touches and (covered_from is None or window.start < covered_from):
        covered_from = window.start
    return Progress(covered_from, covered_until, fetched.weekly or before.weekly)


def progress(store: Control, stream: str, shop: str) -> Progress:
    """Give what a stream of a shop has; nothing, when the facts behind it were lost.

    A cursor that went back (recovery.py) takes the progress with it: all is fetched again.
    """
    with store.read() as connection:
        row = control.get(connection, schema.settings, name=_progress_name(stream, shop))
        cursor = control.get(connection, schema.cursors, stream=stream, shop=shop)
    if row is None or cursor is None or cursor["number"] < row["value"]["number"]:
        return Progress()
    return Progress(*(_day(row["value"].get(name)) for name in ("from", "until", "weekly")))


def _progress_name(stream: str, shop: str) -> str:
    return f"progress/{stream}/{shop}"


def _told(after: Progress) -> dict[str, str | None]:
    days = {"from": after.covered_from, "until": after.covered_until, "weekly": after.weekly}
    return {name: day.isoformat() if day else None for name, day in days.items()}


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
