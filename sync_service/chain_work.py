"""Doing one chain in a thread: under its lease, piece by piece, a commit for each span."""

from __future__ import annotations

import logging
import threading
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pyarrow as pa

from kpi.errors import Problem
from kpi.model import Window
from sync_service import commits, due, spent
from sync_service.chains import Chain, Event, Parts, Piece, Progress
from sync_service.connectors.batches import to_table
from sync_service.connectors.kernel import FetchResult
from sync_service.connectors.session import LiveSession
from sync_service.control import Lease
from sync_service.holding import Holding
from sync_service.schedule import next_run, note_trouble
from sync_service.stops import STOPS, as_trouble, place_of
from sync_service.troubles import AuthRevoked, Conflict, DiskFull, Forbidden, Parked, Trouble

LONGEST_PARK = timedelta(hours=13)  # a report may take twelve hours


@dataclass(slots=True)
class Run:
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


def work(run: Run, chain: Chain) -> Chain | None:
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


def _leased(run: Run, chain: Chain) -> Chain | None:
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


def _parked(run: Run, chain: Chain, at: int, trouble: Parked) -> Chain | None:
    """Give the rest of a parked chain, or give up when its wait has no end."""
    clock = run.parts.kit.clock
    if trouble.until - clock.now() > LONGEST_PARK:
        _note(run, chain, trouble)
        return None
    note_trouble(run.parts.store, chain.stream.name, chain.shop.code, trouble, clock.now())
    return replace(chain, spans=chain.spans[at:], not_before=trouble.until)


def _span(run: Run, chain: Chain, span: Window, lease: Lease) -> None:
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
    if chain.recent and chain.weekly is None:  # a usual fetch: the weekly one looks further back
        spent.record(store, chain.stream.name, chain.shop.code, chain.made)
    for piece in pieces:
        run.parts.kit.reports.committed(chain.stream.name, chain.shop.code, piece.window)
    with run.lock:
        run.spans += 1
        run.rows += rows


def _joined(run: Run, chain: Chain, pieces: Sequence[Piece], started: datetime) -> commits.Fetched:
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


def _piece(run: Run, chain: Chain, planned: Window) -> Piece:
    """Fetch one piece and check it; nothing is stored as a fact yet."""
    stream, shop = chain.stream, chain.shop
    window = due.still_served(stream, shop, planned, run.parts.kit.clock.now())
    types = {entry.name: entry.type for entry in run.parts.facts.schema}
    result = FetchResult(())
    if window.days:
        session = LiveSession(
            run.parts.kit, chain.connector, shop, stream.name, window, made=chain.made
        )
        result = stream.fetch(session, shop, window)
    rows = to_table(stream, shop.currency, window, result, types)
    with run.lock:
        run.problems.extend(result.warnings)
    run.step(chain)
    return Piece(window, rows, result.not_ready_days)


def _note(run: Run, chain: Chain, trouble: Trouble) -> None:
    """Carry a trouble to the reader; one refusal stops the account, not the other shops."""
    stream, shop = chain.stream.name, chain.shop.code
    logging.getLogger(__name__).warning("%s: %s %s", chain.name, trouble.code, trouble.detail)
    with run.lock:
        run.problems.append(trouble.problem(place_of(stream, shop)))
        if isinstance(trouble, AuthRevoked) and not isinstance(trouble, Forbidden):
            run.revoked.add(chain.shop.account)
    if not isinstance(trouble, Conflict | DiskFull):  # the other holder writes the state
        note_trouble(run.parts.store, stream, shop, trouble, run.parts.kit.clock.now())
