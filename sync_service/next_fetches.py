"""What is fetched next: streams that are due, what a ration pays for, the past that is lacking."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, update

from sync_service import commits, due, mornings, rations, schema
from sync_service.connectors.kernel import ShopRef, Stream
from sync_service.house import House, wanted_streams
from sync_service.schedule import Plan

OLD = timedelta(hours=6)  # facts older than this are fetched before the morning file


def due_streams(house: House, now: datetime) -> list[rations.Wanted]:
    """The streams whose time has come; two reads for all, each minute asks for them."""
    plan = Plan.of(house.store)
    return [w for w in wanted_streams(house) if plan.is_due(w[1].name, w[2].code, now)]


def refetch(house: House, one: mornings.Morning, now: datetime) -> None:
    """Before a morning: what was fetched too long ago is due now, paused streams aside."""
    rows = schema.stream_state
    with house.store.begin() as connection:
        connection.execute(
            update(rows)
            .where(
                rows.c.shop.in_(one.shops),
                rows.c.state.in_(("ok", "partial")),
                rows.c.last_success < now - OLD,
                rows.c.next_run > now,
            )
            .values(next_run=now)
        )


def paid(house: House, streams: Sequence[rations.Wanted], now: datetime) -> list[tuple[str, str]]:
    """The rationed streams that may be fetched now, the oldest shop first."""
    queue = rations.queue(house.store, streams)
    if not queue:
        return []
    count = rations.spend(house.store, [calls for _, calls in queue], now)
    return [pair for pair, _ in queue[:count]]


def next_step(house: House, now: datetime) -> tuple[str, str] | None:
    """(stream, shop) to take further into the past; what the ration pays for comes last."""
    steps = sorted(lacking(house, now), key=lambda step: rations.rationed(step[0]))
    for stream, shop, calls in steps:
        if not rations.rationed(stream) or rations.spend(house.store, [calls], now):
            return stream.name, shop.code
    return None


def lacking(house: House, now: datetime) -> list[tuple[Stream, ShopRef, int]]:
    """What has no complete past and may be asked now, with the calls that it takes."""
    with house.store.read() as connection:
        rows = connection.execute(select(schema.stream_state)).mappings().all()
    states = {(row["stream"], row["shop"]): row for row in rows}
    found = []
    for _, stream, shop in wanted_streams(house):
        state = states.get((stream.name, shop.code))
        resting = state is None or (
            state["state"] not in {"ok", "partial"} and (state["next_run"] or now) > now
        )
        if resting:
            continue  # recent days come first; a platform that fails is left alone
        has = commits.progress(house.store, stream.name, shop.code)
        spans = due.history(stream, shop, has, now, house.settings.history_days)
        if spans:
            calls = sum(rations.cost(stream, s) for s in spans) if rations.rationed(stream) else 0
            found.append((stream, shop, calls))
    return found
