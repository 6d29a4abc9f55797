"""Sync and backfill: fetch what is due, commit it, and let no bad shop or stream hide the others.

Each (stream, shop) is a chain of spans, done in order under one lease; chains run side by side in
threads (deltalake must not be forked), the longest first. A chain that a platform makes wait too
long is parked and taken up again when its time comes.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace

from kpi.errors import Problem
from sync_service.accounts import unconnected
from sync_service.chain_work import Run, work
from sync_service.chains import (
    Chain,
    Parts,
    Progress,
    asked_for,
    history_chain,
    in_turn,
    recent_chain,
)
from sync_service.collector import few_collections
from sync_service.holding import Holding
from sync_service.schedule import Plan

LOOK = 0.05  # real seconds between looks at parked chains while others run


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What a sync did."""

    chains: int
    spans: int  # commits
    rows: int
    problems: tuple[Problem, ...]
    parked: tuple[str, ...] = ()  # stream/shop that wait for the scheduler
    stopped: bool = False  # by request; the next run goes on


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
    wanted = asked_for(parts, shops, streams)
    plan = Plan.of(parts.store)
    due_now = [w for w in wanted if force or plan.is_due(w[1].name, w[2].code, now)]
    chains = [recent_chain(parts, each, now) for each in due_now]
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
    chains = [history_chain(parts, each, now, back) for each in asked_for(parts, shops, streams)]
    return _run(parts, [chain for chain in chains if chain.spans], patient, progress, stop)


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
        run = Run(parts, tell, stop or threading.Event(), holding, total)
        parked = _all(run, chains, patient)
    return SyncReport(
        chains=len(chains),
        spans=run.spans,
        rows=run.rows,
        problems=tuple(run.problems),
        parked=tuple(sorted(chain.name for chain in parked)),
        stopped=run.stop.is_set(),
    )


def _all(run: Run, chains: Sequence[Chain], patient: bool) -> list[Chain]:
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
            running |= {pool.submit(work, run, chain): chain for chain in ready}
            if running:
                again = _finished(running, LOOK if waiting else None)
                (waiting if patient else parked).extend(again)
            elif waiting:
                _sleep_until(run.parts, waiting)
    return parked


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
