"""What a job does and did: one row a run, with its step and its problems, for whoever asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update

from sync_service import control, schema
from sync_service.control import Control

OPEN = ("queued", "running")
FORGOTTEN = timedelta(hours=6)  # an open run this old belongs to a process that is gone
KEPT = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Run:
    """One job, from the order to its end."""

    id: str
    kind: str  # sync, backfill, refresh, morning
    started: datetime  # UTC; of the order until the work begins
    ended: datetime | None
    state: str  # queued, running, done, failed, interrupted
    summary: Mapping[str, object] = field(default_factory=dict)

    @property
    def open(self) -> bool:
        """Whether it waits or works."""
        return self.state in OPEN


def order(
    store: Control, run: str, kind: str, now: datetime, summary: Mapping[str, object]
) -> bool:
    """Write a new run down; False when this id waits or works already, or is done."""
    with store.begin() as connection:
        found = control.get(connection, schema.runs, id=run)
        if found is not None and (found["state"] == "done" or _alive(found, now)):
            return False
        row = {"id": run, "kind": kind, "started": now, "ended": None, "state": "queued"}
        control.put(connection, schema.runs, {**row, "summary": dict(summary)})
    return True


def _alive(row: Mapping[str, object], now: datetime) -> bool:
    started = row["started"]
    return row["state"] in OPEN and isinstance(started, datetime) and now - started < FORGOTTEN


def note(store: Control, run: str, state: str, now: datetime | None = None, **more: object) -> None:
    """Move a run on; `more` is added to its summary, `now` is its end when it has ended."""
    with store.begin() as connection:
        found = control.get(connection, schema.runs, id=run)
        if found is None:
            return
        row: dict[str, object] = {"id": run, "state": state}
        row["summary"] = {**(found["summary"] or {}), **more}
        if state not in OPEN:
            row["ended"] = now
        control.put(connection, schema.runs, row)


def find(store: Control, run: str) -> Run | None:
    """A run by its id."""
    with store.read() as connection:
        row = control.get(connection, schema.runs, id=run)
    return None if row is None else _run(row)


def working(store: Control, kind: str, now: datetime) -> bool:
    """Whether a run of a kind waits or works."""
    with store.read() as connection:
        rows = connection.execute(select(schema.runs).where(schema.runs.c.kind == kind)).mappings()
        return any(_alive(dict(row), now) for row in rows)


def open_for(store: Control, kinds: Sequence[str], book: str, now: datetime) -> Run | None:
    """The run of these kinds that waits or works for a workbook."""
    wanted = select(schema.runs).where(schema.runs.c.kind.in_(kinds))
    wanted = wanted.where(schema.runs.c.state.in_(OPEN))
    with store.read() as connection:
        rows = [dict(row) for row in connection.execute(wanted).mappings()]
    alive = (_run(row) for row in rows if _alive(row, now))
    return next((one for one in alive if one.summary.get("book") == book), None)


def latest(store: Control, count: int = 20) -> tuple[Run, ...]:
    """The newest runs first."""
    wanted = select(schema.runs).order_by(schema.runs.c.started.desc()).limit(count)
    with store.read() as connection:
        return tuple(_run(dict(row)) for row in connection.execute(wanted).mappings())


def interrupt(store: Control, now: datetime) -> None:
    """Close what a dead process left at work; what still waits in the queue goes on."""
    rows = schema.runs
    with store.begin() as connection:
        connection.execute(delete(rows).where(rows.c.started < now - KEPT))
        connection.execute(
            update(rows).where(rows.c.state == "running").values(state="interrupted", ended=now)
        )


def _run(row: Mapping[str, object]) -> Run:
    started, ended, summary = row["started"], row["ended"], row["summary"]
    return Run(
        id=str(row["id"]),
        kind=str(row["kind"]),
        started=started if isinstance(started, datetime) else datetime.min,  # noqa: DTZ901
        ended=ended if isinstance(ended, datetime) else None,
        state=str(row["state"]),
        summary=summary if isinstance(summary, dict) else {},
    )
