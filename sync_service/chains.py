"""What a sync works on: the parts it needs, and chains of spans, one for each stream of a shop."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

import pyarrow as pa

from kpi.model import Window
from sync_service import commits, due
from sync_service.accounts import shop_refs
from sync_service.connectors.kernel import Connector, ShopRef, Stream
from sync_service.connectors.session import Kit
from sync_service.control import Control
from sync_service.facts import Facts
from sync_service.recovery import lease_name
from sync_service.registry import check_registry


@dataclass(frozen=True, slots=True)
class Event:
    """One step of progress, for a bar."""

    shop: str
    stream: str
    done: int  # pieces fetched, of all chains together
    total: int


Progress = Callable[[Event], None]
Wanted = tuple[Connector, Stream, ShopRef]


@dataclass(frozen=True, slots=True)
class Parts:
    """What syncing needs."""

    kit: Kit
    facts: Facts
    connectors: tuple[Connector, ...]

    @property
    def store(self) -> Control:
        """The control database."""
        return self.kit.store


@dataclass(frozen=True, slots=True)
class Piece:
    """What one fetch gave."""

    window: Window
    rows: pa.Table
    not_ready: frozenset[date]


@dataclass(frozen=True, slots=True)
class Chain:
    """The work of one stream of one shop, in order."""

    connector: Connector
    stream: Stream
    shop: ShopRef
    spans: tuple[Window, ...]  # each is one commit
    recent: bool = True  # False: history
    weekly: date | None = None  # the shop's day when this is the long look-back
    not_before: datetime | None = None
    known_until: date = date.min  # last day that was there before; the oldest is rationed first
    # What a parked span has fetched so far, by piece; a process that dies fetches it again.
    fetched: dict[Window, Piece] = field(default_factory=dict, compare=False)
    made: Counter[str] = field(default_factory=Counter, compare=False)  # calls by operation

    @property
    def name(self) -> str:
        """The name of its lease."""
        return lease_name(self.stream.name, self.shop.code)

    @property
    def pieces(self) -> int:
        """How many fetches the chain takes."""
        return sum(len(due.chunks(span, self.stream.chunk_days)) for span in self.spans)


def recent_chain(parts: Parts, wanted: Wanted, now: datetime) -> Chain:
    """The days that are new or may have been restated."""
    connector, stream, shop = wanted
    has = commits.progress(parts.store, stream.name, shop.code)
    window = due.recent(stream, shop, has, now)
    weekly = due.local_day(shop, now) if due.long_look(stream, shop, has, now) else None
    known = has.covered_until or date.min
    return Chain(connector, stream, shop, (window,), weekly=weekly, known_until=known)


def history_chain(parts: Parts, wanted: Wanted, now: datetime, days: int) -> Chain:
    """The days before those that are covered."""
    connector, stream, shop = wanted
    has = commits.progress(parts.store, stream.name, shop.code)
    return Chain(connector, stream, shop, due.history(stream, shop, has, now, days), recent=False)


def asked_for(
    parts: Parts, shops: Collection[str] | None, streams: Collection[str] | None
) -> list[Wanted]:
    """Every stream of every shop that was asked for."""
    check_registry(parts.connectors, parts.facts.schema.names)
    return [
        (connector, stream, shop)
        for connector, stream, shop in streams_of(parts.store, parts.connectors)
        if (shops is None or shop.code in shops) and (streams is None or stream.name in streams)
    ]


def streams_of(store: Control, connectors: Iterable[Connector]) -> list[Wanted]:
    """Every stream of every connected shop."""
    by_platform = {connector.platform: connector for connector in connectors}
    return [
        (by_platform[shop.platform], stream, shop)
        for shop in shop_refs(store)
        if shop.platform in by_platform
        for stream in by_platform[shop.platform].streams
    ]


def in_turn(chains: Iterable[Chain]) -> list[Chain]:
    """Those that need a ration first, the shop with the oldest data before all; then the longest.

    A ration that is too small for a day is so spent on every shop in turn.
    """
    return sorted(chains, key=lambda chain: (not chain.stream.rationed, _first(chain)))


def _first(chain: Chain) -> int:
    return chain.known_until.toordinal() if chain.stream.rationed else -chain.pieces
