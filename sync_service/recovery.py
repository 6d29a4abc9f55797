"""The cursor follows the facts: the last step of a commit, and what to do when it was cut off.

Facts and cursor live in two stores, so one transaction cannot hold both. The facts come first and
carry their own number; the cursor comes last. At start the two numbers tell what happened.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import Connection, delete, select

from kpi.model import Window
from sync_service import audit, schema
from sync_service.control import Control, check_fencing, get, put
from sync_service.facts import Facts


def lease_name(stream: str, shop: str) -> str:
    """Name the lease under which a stream of a shop is synced."""
    return f"{stream}/{shop}"


def advance(
    control: Control,
    stream: str,
    shop: str,
    *,
    number: int,
    window: Window,
    covered_until: date | None,
    fencing: int,
    now: datetime,
    fetched_at: datetime | None = None,
    actor: str = "sync",
    run: Mapping[str, object] | None = None,
) -> None:
    """Move the cursor to a commit that is durable: cursor, audit and run in one transaction.

    Raises:
        LeaseLostError: A later holder works on this stream; nothing is written.
    """
    with control.begin() as connection:
        check_fencing(connection, lease_name(stream, shop), fencing)
        cursor = {
            "stream": stream,
            "shop": shop,
            "number": number,
            "window_start": window.start,
            "window_end": window.end,
            "covered_until": covered_until,
            "fetched_at": fetched_at or now,
            "fencing": fencing,
        }
        _move(connection, cursor, now, actor, "advance")
        if run is not None:
            put(connection, schema.runs, run)


def _move(
    connection: Connection, cursor: Mapping[str, object], now: datetime, actor: str, action: str
) -> None:
    """Write the cursor and say so in the audit chain."""
    key = {"stream": cursor["stream"], "shop": cursor["shop"]}
    before = get(connection, schema.cursors, **key)
    audit.record(
        connection,
        at=now,
        actor=actor,
        action=action,
        about=f"cursor {cursor['stream']}/{cursor['shop']}",
        before=None if before is None else _json(before),
        after=_json(cursor),
    )
    put(connection, schema.cursors, cursor)


def _json(cursor: Mapping[str, object]) -> dict[str, object]:
    """Give a cursor with its dates as text."""
    return {n: v.isoformat() if isinstance(v, date) else v for n, v in cursor.items()}


def recover(facts: Facts, control: Control, now: datetime) -> list[str]:
    """Bring every cursor in line with the facts, at start; one sentence for each that moved."""
    said = []
    for stream, shop in _pairs(facts, control):
        sentence = _recover_one(facts, control, stream, shop, now)
        if sentence:
            said.append(sentence)
    return said


def _pairs(facts: Facts, control: Control) -> list[tuple[str, str]]:
    """Give every (stream, shop) of the facts, the cursors and the leases.

    A first commit of an empty window has no file and no cursor yet; its lease names it.
    """
    with control.read() as connection:
        cursors = connection.execute(select(schema.cursors.c.stream, schema.cursors.c.shop)).all()
        leases = connection.execute(select(schema.leases.c.name)).scalars().all()
    named = {(stream, shop) for stream, _, shop in (n.partition("/") for n in leases) if shop}
    return sorted({(row.stream, row.shop) for row in cursors} | named | set(facts.pairs()))


def _recover_one(
    facts: Facts, control: Control, stream: str, shop: str, now: datetime
) -> str | None:
    """Compare the two numbers of one stream and shop; see reliability.md section 2."""
    with control.read() as connection:
        cursor = get(connection, schema.cursors, stream=stream, shop=shop)
    table = facts.number(stream, shop)
    known = 0 if cursor is None else int(str(cursor["number"]))
    if table == known:
        return None
    name = lease_name(stream, shop)
    if table < known:
        _rewind(control, stream, shop, facts, now)
        return (
            f"{name}: the facts are at commit {table}, the cursor was at {known}: facts were "
            "restored or lost. The cursor went back; the window is fetched again."
        )
    facts.make_durable(stream, shop)
    _adopt(control, facts.metadata(stream, shop), now)
    if table == known + 1:
        return f"{name}: commit {table} was complete but not yet noted; it is noted now."
    return (
        f"{name}: the facts are at commit {table}, the cursor was at {known}: the control "
        "database is older. The facts' mark was taken over; compare the audit anchor."
    )


def _rewind(control: Control, stream: str, shop: str, facts: Facts, now: datetime) -> None:
    """Set the cursor back to what the facts have; without any, remove it."""
    said = facts.metadata(stream, shop)
    if said:
        _adopt(control, said, now)
        return
    with control.begin() as connection:
        key = {"stream": stream, "shop": shop}
        before = get(connection, schema.cursors, **key)
        same = (schema.cursors.c.stream == stream) & (schema.cursors.c.shop == shop)
        connection.execute(delete(schema.cursors).where(same))
        audit.record(
            connection,
            at=now,
            actor="recovery",
            action="rewind",
            about=f"cursor {stream}/{shop}",
            before=None if before is None else _json(before),
        )


def _adopt(control: Control, said: Mapping[str, str], now: datetime) -> None:
    """Write the cursor that the commit itself describes."""
    covered = said.get("covered_until")
    fetched = said.get("fetched_at")
    with control.read() as connection:
        before = get(connection, schema.cursors, stream=said["stream"], shop=said["shop"])
    until = date.fromisoformat(covered) if covered else (before or {}).get("covered_until")
    cursor = {
        "stream": said["stream"],
        "shop": said["shop"],
        "number": int(said["number"]),
        "window_start": date.fromisoformat(said["window_start"]),
        "window_end": date.fromisoformat(said["window_end"]),
        "covered_until": until,
        "fetched_at": datetime.fromisoformat(fetched) if fetched else now,
        "fencing": int(said.get("fencing", "0")),
    }
    with control.begin() as connection:
        _move(connection, cursor, now, "recovery", "adopt")
