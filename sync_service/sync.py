"""Sync and backfill: fetch what is due, commit it, and let no bad shop or stream hide the others.

Each (stream, shop) is a chain of spans, done in order under one lease; chains run side by side in
threads (deltalake must not be forked), the longest first. A chain that a platform makes wait too
long is parked and taken up again when its time comes.
"""

from __future__ import annotations

import gc
import logging
import threading
import uuid
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

import pyarrow as pa

from kpi.errors import Problem
from kpi.model import Window
from sync_service import commits, due
from sync_service.accounts import shop_refs, unconnected
from sync_service.connectors.batches import to_table
from sync_service.connectors.kernel import Connector, FetchResult, ShopRef, Stream
from sync_service.connectors.session import Kit, LiveSession
from sync_service.control import Control, Lease
from sync_service.facts import Facts
from sync_service.holding import Holding
from sync_service.recovery import lease_name
from sync_service.registry import check_registry
from sync_service.schedule import is_due, next_run, note_trouble
from sync_service.stops import STOPS, as_trouble, place_of
from sync_service.troubles import AuthRevoked, Conflict, DiskFull, Forbidden, Parked, Trouble

LONGEST_PARK = timedelta(hours=13)  # a report may take twelve hours
LOOK = 0.05  # real seconds between looks at parked chains while others run


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

    @property
    def name(self) -> str:
        """Name the chain as its lease is named."""
        return lease_name(self.stream.name, self.shop.code)

    @property
    def pieces(self) -> int:
        """How many fetches the chain takes."""
        return sum(len(due.chunks(span, self.stream.chunk_days)) for span in self.spans)


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What a sync did."""

    chains: int
    spans: int  # commits
    rows: int
    problems: tuple[Problem, ...]
    parked: tuple[str, ...] = ()  # stream/shop that wait for the scheduler
    stopped: bool = False  # by request; the next run goes on


@dataclass(slots=True)
class _Run:
    """The state of one run; its lock guards everything that threads change."""

    parts: Parts
    tell: Progress | None
    stop: threading.Event
    holding: Holding
    total: int
    id: str = field(default_factory=lambda: uuid.uuid4().hex)
    done: int = 0
    spans: int = 0
    rows: int = 0
    problems: list[Problem] = field(default_factory=list)
    revoked: set[str] = field(default_factory=set)  # accounts: one refusal is enough
    lock: threading.Lock = field(default_factory=threading.Lock)

    def step(self, chain: Chain) -> None:
        """Count one fetched piece."""
        with self.lock:
            self.done += 1
            event = Event(chain.shop.code, chain.stream.name, self.done, self.total)
        if self.tell:
            self.tell(event)


def sync(
    parts: Parts,
    *,
    shops: Collection[str] | None = None,
    streams: Collection[str] | None = None,
    force: bool = False,
    patient: bool = True,
    progress: Progress | None = None,
    stop: threading.Event | None = None,
) -> SyncReport:
    """Fetch the days that are new or may have been restated, of every due stream.

    `force` takes streams whose time has not come; `patient` waits for parked chains here, else
    they are left to the scheduler.
    """
    now = parts.kit.clock.now()
    wanted = _wanted(parts, shops, streams)
    due_now = [w for w in wanted if force or is_due(parts.store, w[1], w[2], now)]
    chains = [_recent(parts, each, now) for each in due_now]
    report = _run(parts, [chain for chain in chains if chain.pieces], patient, progress, stop)
    return _with_unconnected(parts, report, shops)


def _with_unconnected(
    parts: Parts, report: SyncReport, shops: Collection[str] | None
) -> SyncReport:
    """Tell of shops whose account is gone; the others were fetched all the same."""
    found = tuple(
        problem for shop, problem in unconnected(parts.store) if shops is None or shop in shops
    )
    return replace(report, problems=report.problems + found)


def _recent(parts: Parts, wanted: Wanted, now: datetime) -> Chain:
    """Plan the days that are new or may have been restated."""
    connector, stream, shop = wanted
    has = commits.progress(parts.store, stream.name, shop.code)
    window = due.recent(stream, shop, has, now)
    weekly = due.local_day(shop, now) if due.long_look(stream, shop, has, now) else None
    known = has.covered_until or date.min
    return Chain(connector, stream, shop, (window,), weekly=weekly, known_until=known)


def backfill(
    parts: Parts,
    *,
    shops: Collection[str] | None = None,
    streams: Collection[str] | None = None,
    days: int | None = None,
    patient: bool = True,
    progress: Progress | None = None,
    stop: threading.Event | None = None,
) -> SyncReport:
    """Fetch the days before those that are covered, newest first; stopped, it goes on next time."""
    now = parts.kit.clock.now()
    back = days or parts.kit.settings.history_days
    chains = [_history(parts, each, now, back) for each in _wanted(parts, shops, streams)]
    return _run(parts, [chain for chain in chains if chain.spans], patient, progress, stop)


def _history(parts: Parts, wanted: Wanted, now: datetime, days: int) -> Chain:
    """Plan the days before those that are covered."""
    connector, stream, shop = wanted
    has = commits.progress(parts.store, stream.name, shop.code)
    return Chain(connector, stream, shop, due.history(stream, shop, has, now, days), recent=False)


def _wanted(
    parts: Parts, shops: Collection[str] | None, streams: Collection[str] | None
) -> list[Wanted]:
    """Give every stream of every shop that was asked for."""
    check_registry(parts.connectors, parts.facts.schema.names)
    by_platform = {connector.platform: connector for connector in parts.connectors}
    return [
        (by_platform[shop.platform], stream, shop)
        for shop in shop_refs(parts.store)
        if shop.platform in by_platform and (shops is None or shop.code in shops)
        for stream in by_platform[shop.platform].streams
        if streams is None or stream.name in streams
    ]


def _run(
    parts: Parts,
    chains: Sequence[Chain],
    patient: bool,
    tell: Progress | None,
    stop: threading.Event | None,
) -> SyncReport:
    """Run chains side by side, the longest first, until none is left or parked for long."""
    total = sum(chain.pieces for chain in chains)
    with few_collections(), Holding(parts.store) as holding:
        run = _Run(parts, tell, stop or threading.Event(), holding, total)
        parked = _all(run, chains, patient)
    return SyncReport(
        chains=len(chains),
        spans=run.spans,
        rows=run.rows,
        problems=tuple(run.problems),
        parked=tuple(sorted(chain.name for chain in parked)),
        stopped=run.stop.is_set(),
    )


@contextmanager
def few_collections() -> Iterator[None]:
    """Look for cycles less often: answers are trees without any, the search took 40 % of time."""
    before = gc.get_threshold()
    gc.set_threshold(200_000, 20, 20)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _all(run: _Run, chains: Sequence[Chain], patient: bool) -> list[Chain]:
    """Run chains in threads; give those that are left parked."""
    settings, clock = run.parts.kit.settings, run.parts.kit.clock
    waiting = in_turn(chains)
    running: dict[Future[Chain | None], Chain] = {}
    parked: list[Chain] = []
    with ThreadPoolExecutor(settings.workers, thread_name_prefix="sync") as pool:
        while waiting or running:
            now = clock.now()
            ready = in_turn(c for c in waiting if c.not_before is None or c.not_before <= now)
            waiting = [c for c in waiting if c not in ready]
            running |= {pool.submit(_work, run, chain): chain for chain in ready}
            if running:
                again = _finished(running, LOOK if waiting else None)
                (waiting if patient else parked).extend(again)
            elif waiting:
                _sleep_until(run.parts, waiting)
    return parked


def in_turn(chains: Iterable[Chain]) -> list[Chain]:
    """Those that need a ration first, the shop with the oldest data before all; then the longest.

    A ration that is too small for a day is so spent on every shop in turn.
    """
    return sorted(chains, key=lambda chain: (not chain.stream.rationed, _first(chain)))


def _first(chain: Chain) -> int:
    return chain.known_until.toordinal() if chain.stream.rationed else -chain.pieces


def _finished(running: dict[Future[Chain | None], Chain], seconds: float | None) -> list[Chain]:
    """Wait for some chain; give those that have to be taken up again later."""
    done, _ = wait(running, timeout=seconds, return_when=FIRST_COMPLETED)
    again = []
    for future in done:
        del running[future]
        rest = future.result()
        if rest is not None:
            again.append(rest)
    return again


def _sleep_until(parts: Parts, waiting: Sequence[Chain]) -> None:
    """Sleep until the first parked chain may go on."""
    clock = parts.kit.clock
    first = min(chain.not_before or clock.now() for chain in waiting)
    clock.sleep(max(0.0, (first - clock.now()).total_seconds()))


def _work(run: _Run, chain: Chain) -> Chain | None:
    """Do a chain in a thread; the rest of it when it was parked. Nothing escapes but bugs."""
    if run.stop.is_set():
        return None
    if chain.shop.account in run.revoked:
        return None
    try:
        with run.parts.kit.clock.working():
            return _leased(run, chain)
    except STOPS as error:
        _note(run, chain, as_trouble(error))
        return None


def _leased(run: _Run, chain: Chain) -> Chain | None:
    """Do a chain under its lease."""
    lease = run.holding.take(chain.name)
    if lease is None:
        raise Conflict(chain.name)
    try:
        for at, span in enumerate(chain.spans):
            if run.stop.is_set():
                break
            try:
                _span(run, chain, span, lease)
            except Parked as trouble:
                return _parked(run, chain, at, trouble)
    finally:
        run.holding.release(lease)
    return None


def _parked(run: _Run, chain: Chain, at: int, trouble: Parked) -> Chain | None:
    """Give the rest of a parked chain, or give up when its wait has no end."""
    clock = run.parts.kit.clock
    if trouble.until - clock.now() > LONGEST_PARK:
        _note(run, chain, trouble)
        return None
    note_trouble(run.parts.store, chain.stream.name, chain.shop.code, trouble, clock.now())
    return replace(chain, spans=chain.spans[at:], not_before=trouble.until)


def _span(run: _Run, chain: Chain, span: Window, lease: Lease) -> None:
    """Fetch a span piece by piece, commit it as one, close its reports."""
    started = run.parts.kit.clock.now()
    for planned in due.chunks(span, chain.stream.chunk_days):
        if run.stop.is_set():
            return  # reports that came are kept: the next run does not ask for them again
        if planned not in chain.fetched:
            chain.fetched[planned] = _piece(run, chain, planned)
    pieces = [piece for piece in chain.fetched.values() if piece.window.days]
    chain.fetched.clear()
    if not pieces:
        return
    store = run.parts.store
    rows = commits.commit(
        run.parts.facts, store, lease, run.id, _joined(run, chain, pieces, started)
    )
    for piece in pieces:
        run.parts.kit.reports.committed(chain.stream.name, chain.shop.code, piece.window)
    with run.lock:
        run.spans += 1
        run.rows += rows


def _joined(run: _Run, chain: Chain, pieces: Sequence[Piece], started: datetime) -> commits.Fetched:
    """Make one commit of neighbouring pieces."""
    stream, shop = chain.stream, chain.shop
    window = Window(min(p.window.start for p in pieces), max(p.window.end for p in pieces))
    late = frozenset(day for piece in pieces for day in piece.not_ready)
    again = next_run(run.parts.store, stream, shop, started, late) if chain.recent else None
    return commits.Fetched(
        stream=stream.name,
        shop=shop.code,
        window=window,
        rows=pa.concat_tables([piece.rows for piece in pieces]),
        not_ready=late,
        at=started,
        weekly=chain.weekly,
        next_run=again,
        provisional_from=window.end - timedelta(days=stream.provisional_days),
    )


def _piece(run: _Run, chain: Chain, planned: Window) -> Piece:
    """Fetch one piece and check it; nothing is stored as a fact yet."""
    stream, shop = chain.stream, chain.shop
    window = due.still_served(stream, shop, planned, run.parts.kit.clock.now())
    types = {entry.name: entry.type for entry in run.parts.facts.schema}
    result = FetchResult(())
    if window.days:
        session = LiveSession(run.parts.kit, chain.connector, shop, stream.name, window)
        result = stream.fetch(session, shop, window)
    rows = to_table(stream, shop.currency, window, result, types)
    with run.lock:
        run.problems.extend(result.warnings)
    run.step(chain)
    return Piece(window, rows, result.not_ready_days)


def _note(run: _Run, chain: Chain, trouble: Trouble) -> None:
    """Carry a trouble to the reader; one refusal stops the account, not the other shops."""
    stream, shop = chain.stream.name, chain.shop.code
    logging.getLogger(__name__).warning("%s: %s %s", chain.name, trouble.code, trouble.detail)
    with run.lock:
        run.problems.append(trouble.problem(place_of(stream, shop)))
        if isinstance(trouble, AuthRevoked) and not isinstance(trouble, Forbidden):
            run.revoked.add(chain.shop.account)
    if not isinstance(trouble, Conflict | DiskFull):  # the other holder writes the state
        note_trouble(run.parts.store, stream, shop, trouble, run.parts.kit.clock.now())
