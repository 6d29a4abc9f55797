"""How often a stream may be fetched: what its platform's limits leave, and who spends the ration.

Each fetch of a stream starts calls in some budget. All streams of all shops that draw on the same
budget share it, so the fastest frequency of each is the one that all of them can keep.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from kpi.model import Texts, Window
from sync_service import control, due, schema
from sync_service.connectors.amazon_sp_api import RATIONED
from sync_service.connectors.buckets import Bucket
from sync_service.connectors.kernel import Connector, ShopRef, Stream
from sync_service.control import Control
from sync_service.spent import Calls

PROVIDER_RATE = 1 / 900  # traffic reports a second, of all sellers together: 96 a day
PROVIDER_BURST = 16.0  # four hours' worth: a first start need not wait
RATION = "scheduler/" + RATIONED
LEAST = 300  # seconds: near real time; sooner the platforms have counted nothing new
STEP = 300
ALMOST = 1e-6  # of a step: what division leaves behind
MOST = 86_400
PAID = ("processing", "ready", "downloaded")  # states of a report that the platform knows
ANY_DAY = date(2026, 1, 1)
WORDS: dict[str, Texts] = {
    RATIONED: {
        "en": "Amazon gives one traffic report in 15 minutes to all shops together",
        "zh": "亚马逊每 15 分钟只给全部店铺合计一份流量报表",
    },
    "createReport": {
        "en": "the platform limits how many reports an account may ask for",
        "zh": "平台限制每个账号可申请的报表数量",
    },
}
OTHER: Texts = {
    "en": "the platform limits the calls of an account",
    "zh": "平台限制每个账号的调用次数",
}
Wanted = tuple[Connector, Stream, ShopRef]
Counted = Mapping[tuple[str, str], Calls]
"""(stream, shop) -> calls by operation of the last usual fetch."""
NOTHING: Counted = {}


@dataclass(frozen=True, slots=True)
class Fastest:
    """The shortest time between two fetches, and why."""

    seconds: int
    reason: Texts


def rationed(stream: Stream) -> bool:
    """Whether a fetch starts reports that all sellers of the provider share."""
    return bool(stream.rationed)


def fastest(wanted: Wanted, everything: Sequence[Wanted], counted: Counted = NOTHING) -> Fastest:
    """What the budgets of a stream leave when all who share them fetch equally often.

    `counted` holds what earlier fetches really took; a stream that was never fetched takes what
    its connector declares.
    """
    slowest = Fastest(LEAST, OTHER)
    ration = wanted[1].rationed
    for operation in (ration,) if ration else spending(wanted, counted):
        seconds = _seconds(wanted, everything, operation, counted)
        if seconds > slowest.seconds:
            slowest = Fastest(min(seconds, MOST), WORDS.get(operation, OTHER))
    return slowest


def spending(wanted: Wanted, counted: Counted = NOTHING) -> Mapping[str, int]:
    """Operation -> calls of one usual fetch, the calls that empty a second bucket in both."""
    connector, stream, shop = wanted
    known = counted.get((stream.name, shop.code)) or _declared(stream)
    calls = Counter({op: n for op, n in known.items() if op in connector.limits})
    for operation, number in list(calls.items()):
        also = connector.limits[operation].also
        if also:
            calls[also] += number
    return calls


def _seconds(wanted: Wanted, everything: Sequence[Wanted], operation: str, counted: Counted) -> int:
    """The steps in which a budget can pay for one fetch of all who draw on it.

    Rationed streams come at the pace of their ration: it is taken off the budgets that they draw
    on beside it, instead of counting them as often as the others.
    """
    connector, stream, shop = wanted
    limit = connector.limits[operation]
    calls = sum(
        spending(other, counted).get(operation, 0)
        for other in everything
        if other[0].platform == connector.platform
        and other[1].rationed == stream.rationed
        and (limit.scope == "app" or other[2].account == shop.account)
    )
    shared = any(one.also == operation for one in connector.limits.values())
    rate = PROVIDER_RATE if operation == RATIONED else limit.rate - PROVIDER_RATE * shared
    return max(LEAST, math.ceil(calls / rate / STEP - ALMOST) * STEP)


def _declared(stream: Stream, window: Window | None = None) -> Mapping[str, int]:
    """Calls of one fetch as the connector declares them; of the usual look-back by default."""
    days = window or Window(ANY_DAY, ANY_DAY + timedelta(days=max(stream.look_back_days, 1)))
    calls: Counter[str] = Counter()
    for piece in due.chunks(days, stream.chunk_days):
        calls.update(stream.spends(piece))
    return calls


def queue(store: Control, due_now: Sequence[Wanted]) -> list[tuple[tuple[str, str], int]]:
    """((stream, shop), reports) of the rationed ones, the oldest data first.

    A report that was asked for and is still being built was paid for then.
    """
    scarce = [w for w in due_now if rationed(w[1])]
    states, asked = schema.stream_state.c, schema.reports.c
    with store.read() as connection:
        rows = connection.execute(select(states.stream, states.shop, states.last_success)).all()
        open_ = connection.execute(
            select(asked.stream, asked.shop, func.count())
            .where(asked.state.in_(PAID), asked.report_id.is_not(None))
            .group_by(asked.stream, asked.shop)
        ).all()
    last = {(stream, shop): str(at) for stream, shop, at in rows if at is not None}
    paid = {(stream, shop): number for stream, shop, number in open_}
    scarce.sort(key=lambda w: last.get(pair(w), ""))
    return [(pair(w), max(0, cost(w[1]) - paid.get(pair(w), 0))) for w in scarce]


def pair(wanted: Wanted) -> tuple[str, str]:
    """(stream, shop): how tables name it."""
    return wanted[1].name, wanted[2].code


def turns(
    store: Control, due_now: Sequence[Wanted], now: datetime
) -> dict[tuple[str, str], datetime]:
    """(stream, shop) -> when the ration pays for it, if all who wait before it are served first."""
    have, needed = _ration(store, now), 0
    found = {}
    for who, calls in queue(store, due_now):
        needed += calls
        wait = max(0.0, needed - have.tokens) / PROVIDER_RATE
        found[who] = now + timedelta(seconds=math.ceil(wait))
    return found


def _ration(store: Control, now: datetime) -> Bucket:
    """The scheduler's ration as it is now."""
    with store.read() as connection:
        row = control.get(connection, schema.buckets, name=RATION)
    return _refilled(row, now)


def _refilled(row: Mapping[str, Any] | None, now: datetime) -> Bucket:
    if row is None:
        return Bucket(PROVIDER_BURST, now, PROVIDER_RATE, PROVIDER_BURST)
    return Bucket(row["tokens"], row["at"], PROVIDER_RATE, PROVIDER_BURST).refilled(now)


def spend(store: Control, calls: Sequence[int], now: datetime) -> int:
    """How many of these fetches the provider's ration pays for now, in their order."""
    with store.begin() as connection:
        have = _refilled(control.get(connection, schema.buckets, name=RATION), now)
        paid = 0
        for cost in calls:
            if have.tokens < cost:
                break
            have, paid = have.without(cost), paid + 1
        told = {"tokens": have.tokens, "at": now, "rate": PROVIDER_RATE, "burst": PROVIDER_BURST}
        control.put(connection, schema.buckets, {"name": RATION, **told})
    return paid


def cost(stream: Stream, window: Window | None = None) -> int:
    """Rationed reports of one fetch: of a window, or of the usual look-back."""
    return _declared(stream, window).get(stream.rationed, 0)
