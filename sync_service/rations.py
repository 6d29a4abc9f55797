"""How often a stream may be fetched: what its platform's limits leave, and who spends the ration.

Each fetch of a stream starts calls in some budget. All streams of all shops that draw on the same
budget share it, so the fastest frequency of each is the one that all of them can keep.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from kpi.model import Texts, Window
from sync_service import control, due, schema
from sync_service.connectors.amazon_sp_api import RATIONED
from sync_service.connectors.buckets import Bucket
from sync_service.connectors.kernel import Connector, ShopRef, Stream
from sync_service.control import Control

PROVIDER_RATE = 1 / 900  # traffic reports a second, of all sellers together: 96 a day
PROVIDER_BURST = 16.0  # four hours' worth: a first start need not wait
RATION = "scheduler/" + RATIONED
LEAST = 300  # seconds: near real time; sooner the platforms have counted nothing new
STEP = 300
ALMOST = 1e-6  # of a step: what division leaves behind
MOST = 86_400
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
# Stream -> (operation whose budget it draws on, calls of one piece of a usual shop).
CALLS: dict[str, tuple[str, int]] = {
    "amazon.orders": ("createReport", 1),
    "amazon.order_metrics": ("getOrderMetrics", 1),
    "amazon.traffic": (RATIONED, 1),
    "amazon.traffic_asin": (RATIONED, 3),  # a report for each day of the look-back
    "amazon.returns": ("createReport", 1),
    "amazon.finances": ("listTransactions", 20),
    "amazon.stock": ("getInventorySummaries", 20),
    "amazon.stock_ledger": ("createReport", 1),
    "amazon.listings": ("createReport", 1),
    "amazon_ads.sp": ("createReport", 1),
    "amazon_ads.sb": ("createReport", 1),
    "amazon_ads.sd": ("createReport", 1),
}
Wanted = tuple[Connector, Stream, ShopRef]


@dataclass(frozen=True, slots=True)
class Fastest:
    """The shortest time between two fetches, and why."""

    seconds: int
    reason: Texts


def rationed(stream: Stream) -> bool:
    """Whether a fetch starts reports that all sellers of the provider share."""
    return CALLS.get(stream.name, ("", 0))[0] == RATIONED


def fastest(wanted: Wanted, everything: Sequence[Wanted]) -> Fastest:
    """What the budget of a stream leaves when all who share it fetch equally often."""
    connector, stream, shop = wanted
    operation, _ = CALLS.get(stream.name, ("", 0))
    if not operation:
        return Fastest(LEAST, OTHER)
    whole = operation == RATIONED
    rate = PROVIDER_RATE if whole else connector.limits[operation].rate
    calls = sum(
        _calls(other)
        for plug, other, place in everything
        if plug.platform == connector.platform
        and CALLS.get(other.name, ("", 0))[0] == operation
        and (whole or place.account == shop.account)
    )
    seconds = max(LEAST, math.ceil(calls / rate / STEP - ALMOST) * STEP)
    return Fastest(min(seconds, MOST), WORDS.get(operation, OTHER))


def _calls(stream: Stream) -> int:
    """Calls of one fetch of the usual look-back."""
    window = Window(ANY_DAY, ANY_DAY + timedelta(days=max(stream.look_back_days, 1)))
    return cost(stream, window)


def spend(store: Control, calls: Sequence[int], now: datetime) -> int:
    """How many of these fetches the provider's ration pays for now, in their order."""
    with store.begin() as connection:
        row = control.get(connection, schema.buckets, name=RATION)
        have = (
            Bucket(PROVIDER_BURST, now, PROVIDER_RATE, PROVIDER_BURST)
            if row is None
            else Bucket(row["tokens"], row["at"], PROVIDER_RATE, PROVIDER_BURST).refilled(now)
        )
        paid = 0
        for cost in calls:
            if have.tokens < cost:
                break
            have, paid = have.without(cost), paid + 1
        told = {"tokens": have.tokens, "at": now, "rate": PROVIDER_RATE, "burst": PROVIDER_BURST}
        control.put(connection, schema.buckets, {"name": RATION, **told})
    return paid


def cost(stream: Stream, window: Window | None = None) -> int:
    """Calls of one fetch: of a window, or of the usual look-back."""
    if window is None:
        return _calls(stream)
    return CALLS[stream.name][1] * len(due.chunks(window, stream.chunk_days))
