"""Reports that a platform builds while we wait: a state machine that survives a kill.

    requested -> processing -> ready -> downloaded -> committed      also: empty, failed

Each state is a row of the control database, written before the next network call. After a crash
the next run goes on with the stored report id; nothing is asked for twice. Links die in minutes,
so the row holds the report's and the document's id, never a link.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, update

from kpi.model import Window
from sync_service import control, schema
from sync_service.clock import Clock
from sync_service.connectors.buckets import light
from sync_service.connectors.kernel import ReportState
from sync_service.control import Control
from sync_service.troubles import LinkExpired, Parked, ReportFailed, Retryable

POLL_WAITS = (30.0, 60.0, 120.0)  # seconds, then POLL_LAST each time
POLL_LAST = 300.0
HOLD = 900.0  # seconds that a worker polls before it parks the job
GIVE_UP = timedelta(hours=12)
FEW_POLLS = 20  # a host that slept for twelve hours has not waited for anything
STALE = timedelta(hours=24)  # an answer that nobody could commit for so long is asked for anew
MAX_ASKS = 2  # a failed report is asked for once more
DOWNLOADS = 3  # each with a fresh link


@dataclass(frozen=True, slots=True)
class Order:
    """One report that a fetch wants."""

    key: str
    stream: str
    shop: str
    window: Window
    options: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Steps:
    """The platform's side of a report."""

    create: Callable[[], str]
    poll: Callable[[str], ReportState]
    download: Callable[[str], bytes]
    keep: Callable[[bytes], str]  # filter and keep the document; its SHA-256
    kept: Callable[[str], bytes | None]


@dataclass(frozen=True, slots=True)
class Row:
    """A report as the control database knows it."""

    state: str
    updated_at: datetime
    asked_at: datetime
    report_id: str | None = None
    document_id: str | None = None
    raw: str | None = None  # SHA-256 of the kept document
    attempts: int = 0  # times that it was asked for
    polls: int = 0
    next_poll: datetime | None = None
    error: str | None = None


def order_key(shop: str, stream: str, window: Window, options: Mapping[str, str]) -> str:
    """Name a request: the same shop, stream, window and options are the same report."""
    parts = {"shop": shop, "stream": stream, "start": str(window.start), "end": str(window.end)}
    text = json.dumps([parts, dict(options)], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


class Reports:
    """The reports in the control database."""

    def __init__(self, store: Control, clock: Clock) -> None:
        """Keep states in `store`, wait on `clock`."""
        self.store = store
        self.clock = clock

    def obtain(self, order: Order, steps: Steps) -> bytes | None:
        """Give the document, from wherever an earlier run stopped; None when it is empty."""
        row = self._found(order) or self._new(order, attempts=0)
        held_until = self.clock.now() + timedelta(seconds=HOLD)
        while True:
            match row.state:
                case "requested":
                    row = self._ask(order, row, steps)
                case "processing":
                    row = self._poll(order, row, steps, held_until)
                case "ready":
                    row = self._download(order, row, steps)
                case "downloaded":
                    document = steps.kept(row.raw or "")
                    if document is not None:
                        return document
                    row = self._save(order, replace(row, state="ready", raw=None))
                case "empty":
                    return None
                case _:
                    row = self._after_failure(order, row)

    def _found(self, order: Order) -> Row | None:
        """Give the row that may be gone on with; a committed or stale one may not."""
        row = self.row(order.key)
        if row is None or row.state == "committed":
            return None
        return None if self.clock.now() - row.asked_at > STALE else row

    def row(self, key: str) -> Row | None:
        """Give a report's row."""
        with self.store.read() as connection:
            found = control.get(connection, schema.reports, key=key)
        return None if found is None else _row(found)

    def _new(self, order: Order, attempts: int) -> Row:
        now = self.clock.now()
        return self._save(order, Row("requested", now, now, attempts=attempts))

    def _ask(self, order: Order, row: Row, steps: Steps) -> Row:
        """Ask for the report; the id is stored before anything else happens."""
        report_id = steps.create()
        now = self.clock.now()  # `create` may have waited for its bucket
        asked = replace(
            row,
            state="processing",
            report_id=report_id,
            asked_at=now,
            attempts=row.attempts + 1,
            polls=0,
            next_poll=now + timedelta(seconds=POLL_WAITS[0]),
        )
        return self._save(order, asked)

    def _poll(self, order: Order, row: Row, steps: Steps, held_until: datetime) -> Row:
        """Wait for the next poll's time, ask, store what was found."""
        now = self.clock.now()
        due = row.next_poll or now
        if now - row.asked_at > GIVE_UP and row.polls >= FEW_POLLS:
            return self._save(order, replace(row, state="failed", error="not ready in 12 hours"))
        if due > held_until:
            raise Parked(f"report {row.report_id} is still being built", until=due)
        self.clock.sleep((due - now).total_seconds())
        seen = steps.poll(row.report_id or "")
        match seen.state:
            case "processing":
                at = self.clock.now() + timedelta(seconds=_wait(row.polls + 1))
                found = replace(row, polls=row.polls + 1, next_poll=at)
            case "ready":
                document = seen.document or row.report_id
                found = replace(row, state="ready", document_id=document)
            case other:
                found = replace(row, state=other, error=seen.reason or None)
        return self._save(order, found)

    def _download(self, order: Order, row: Row, steps: Steps) -> Row:
        """Fetch the document, with a fresh link for each try, and keep it before parsing."""
        for left in reversed(range(DOWNLOADS)):
            try:
                digest = steps.keep(steps.download(row.document_id or ""))
            except (LinkExpired, Retryable):
                if not left:
                    raise
            else:
                return self._save(order, replace(row, state="downloaded", raw=digest))
        raise AssertionError  # the last try returns or raises

    def _after_failure(self, order: Order, row: Row) -> Row:
        """Ask once more; after that the platform has the last word."""
        if row.attempts < MAX_ASKS:
            return self._new(order, row.attempts)
        raise ReportFailed(f"report {row.report_id}: {row.error or 'no reason given'}")

    def committed(self, stream: str, shop: str, window: Window) -> None:
        """Close every report of a window whose facts are in."""
        table = schema.reports
        same = and_(
            table.c.stream == stream,
            table.c.shop == shop,
            table.c.window_start == window.start,
            table.c.window_end == window.end,
            table.c.state.in_(("downloaded", "empty")),
        )
        with self.store.begin() as connection:
            connection.execute(
                update(table).where(same).values(state="committed", updated_at=self.clock.now())
            )

    def _save(self, order: Order, row: Row) -> Row:
        row = replace(row, updated_at=self.clock.now())
        extra = {"asked_at": row.asked_at.isoformat(), "polls": row.polls, "raw": row.raw}
        # What was asked for is never lost; other states are found again by asking.
        precious = row.state == "processing" and not row.polls
        with self.store.begin() if precious else light(self.store) as connection:
            control.put(
                connection,
                schema.reports,
                {
                    "key": order.key,
                    "stream": order.stream,
                    "shop": order.shop,
                    "window_start": order.window.start,
                    "window_end": order.window.end,
                    "options": {"asked": dict(order.options), **extra},
                    "state": row.state,
                    "report_id": row.report_id,
                    "document_id": row.document_id,
                    "attempts": row.attempts,
                    "next_poll": row.next_poll,
                    "updated_at": row.updated_at,
                    "error": row.error,
                },
            )
        return row


def _wait(polls: int) -> float:
    return POLL_WAITS[polls] if polls < len(POLL_WAITS) else POLL_LAST


def _row(found: Mapping[str, Any]) -> Row:
    options = found["options"] or {}
    return Row(
        state=found["state"],
        updated_at=found["updated_at"],
        asked_at=datetime.fromisoformat(options["asked_at"]),
        report_id=found["report_id"],
        document_id=found["document_id"],
        raw=options.get("raw"),
        attempts=found["attempts"],
        polls=options.get("polls", 0),
        next_poll=found["next_poll"],
        error=found["error"],
    )
