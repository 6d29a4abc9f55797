"""Refreshes for task panes: one a workbook at a time, one computing, the rest waiting.

The pane sends its tables; a thread goes THE road of `refresh` over them; what is to be written is
offered, and only when the pane says that the cells are in the sheet is the refresh recorded. A pane
that fails or goes away leaves its workbook free and nothing recorded.
"""

from __future__ import annotations

import hashlib
import logging
import threading
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self

from kpi.errors import KpiError
from kpi.model import Texts
from sync_service import pane_results, runs, sent_store, written
from sync_service.compute import Computed
from sync_service.contract_store import opened
from sync_service.house import House
from sync_service.pane_breaches import new_breaches
from sync_service.pane_session import Ask, Session, State
from sync_service.refresh import Order, Outcome, Seen, own_tables, refresh
from sync_service.scorecard import scorecard
from sync_service.sent_store import Kept
from sync_service.stops import STOPS, as_trouble
from sync_service.told import ToldError, texts_of
from sync_service.workbooks.port import TablePatch
from sync_service.workbooks.sent import Offer, SentBook, SentPort

LOG = logging.getLogger(__name__)
KIND = "pane"
COMPUTING = 1  # of a process: two share its one turn, and make the same of new facts twice
FILES = 2  # made at once: each may start an office of its own
PATIENCE = 60.0  # seconds until a pane has said that it wrote
STOP_SECONDS = 10.0  # until the threads have ended
MOST_OPEN = 100
ENDED_KEPT = 200  # sessions whose result may be asked for again
Watch = Callable[[str, SentBook, Computed], None]

GONE: Texts = {
    "en": "The workbook did not say within a minute that it was written; nothing was recorded. "
    "Refresh again.",
    "zh": "工作簿一分钟内未回报写入结果，未作记录。请重新刷新。",
}
RESTARTED: Texts = {
    "en": "The service was stopped during this refresh; nothing was recorded. Refresh again.",
    "zh": "刷新期间服务停止，未作记录。请重新刷新。",
}


class BookBusyError(ToldError):
    """The same workbook is being refreshed, or waits to be written."""

    def __init__(self, other: Session) -> None:
        """Say who and since when."""
        self.who, self.since = other.ask.who, other.since
        super().__init__(
            f"{self.who} is refreshing this workbook since {self.since:%H:%M:%S} UTC. "
            "Wait a moment and refresh again.",
            f"{self.who} 正在刷新此工作簿（始于 {self.since:%H:%M:%S} UTC）。请稍候再刷新。",
        )


class StaleBookError(ToldError):
    """The workbook was written since the pane read it."""

    def __init__(self, revision: str) -> None:
        """Say at which revision it is."""
        self.revision = revision
        super().__init__(
            "Somebody refreshed this workbook meanwhile; it is read again.",
            "期间有人刷新过此工作簿，正在重新读取。",
        )


class ManyOpenError(ToldError):
    """More refreshes are open than the service takes."""


class CancelledError(ToldError):
    """The pane cancelled its refresh."""


def nobody(_book: str, _sent: SentBook, _done: Computed) -> None:
    """No use for what was computed."""


@dataclass(slots=True)
class Panes:
    """The refreshes of one installation's task panes."""

    house: House
    watch: Watch = nobody
    patience: float = PATIENCE
    places: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(COMPUTING))
    files: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(FILES))
    _sessions: dict[str, Session] = field(default_factory=dict)  # by run, the oldest first
    _working: dict[str, Session] = field(default_factory=dict)  # by book
    _doubts: dict[str, Sequence[TablePatch]] = field(default_factory=dict)  # by book
    _cancelled: dict[str, None] = field(default_factory=dict)  # runs that never came
    _lock: threading.Lock = field(default_factory=threading.Lock)

    # -- what a pane asks ----------------------------------------------------------------------

    def order(self, ask: Ask, key: str = "") -> str:
        """Begin a refresh; the same key for the same workbook gives the same run.

        Raises:
            BookBusyError: The workbook is being refreshed.
            StaleBookError: It was written since its `base`, and the pane has not read it again.
            CancelledError: It was cancelled by its key before it came.
            ToldError: It is a partner's slice, or too many refreshes are open.
        """
        own_tables(ask.sent.grids)
        run = _run_of(ask.book, key) if key else uuid.uuid4().hex
        with self._lock:
            if run in self._cancelled:
                raise CancelledError("Cancelled.", "已取消。")
            if run in self._sessions or (key and runs.find(self.house.store, run)):
                return run
            self._admit(ask)
            one = Session(run, ask, self._now())
            told = {"book": ask.book, "who": ask.who, "name": ask.name}
            runs.order(self.house.store, run, KIND, one.since, told)
            self._sessions[run] = self._working[ask.book] = one
        threading.Thread(
            target=self._work, args=(one,), name=f"pane-{run[:8]}", daemon=True
        ).start()
        return run

    def _admit(self, ask: Ask) -> None:
        """Whether this refresh may begin."""
        other = self._working.get(ask.book)
        if other is not None and other.open:  # one that failed or was cancelled records nothing
            raise BookBusyError(other)
        if len(self._working) >= MOST_OPEN:
            raise ManyOpenError(
                f"{MOST_OPEN} workbooks are being refreshed. Wait a moment and refresh again.",
                f"已有 {MOST_OPEN} 个工作簿在刷新。请稍候再刷新。",
            )
        known = sent_store.kept(self.house.store, ask.book)
        if known and known.revision and known.revision not in {ask.base, ask.rebased}:
            raise StaleBookError(known.revision)

    def cancel(self, book: str, key: str) -> Session | None:
        """Stop the refresh of a key; one that is still on its way will not begin."""
        run = _run_of(book, key)
        with self._lock:
            one = self._sessions.get(run)
            if one is None:
                self._cancelled[run] = None
                while len(self._cancelled) > ENDED_KEPT:
                    del self._cancelled[next(iter(self._cancelled))]
        if one is not None:
            one.cancel()
        return one

    def find(self, run: str) -> Session | None:
        """A refresh that this process knows."""
        return self._sessions.get(run)

    def written(self, one: Session, *, wrote: bool, unsure: bool = False) -> bool:
        """The pane wrote, or failed to; waits until that is recorded. False: nobody waited.

        `unsure` where a part may stand in the sheet: it is not taken for typed over later.
        """
        heard = one.hear(wrote=wrote, unsure=unsure)
        if heard:
            one.ended.wait(self.patience)
        return heard

    def rests(self, book: str) -> bool:
        """Whether no refresh of a workbook is open, and none ended without an answer."""
        with self._lock:
            return book not in self._working and book not in self._doubts

    def stop(self) -> None:
        """End what is open: what the panes said is recorded, nothing else; the threads end."""
        with self._lock:
            working = list(self._working.values())
        for one in working:
            one.interrupt(RESTARTED)
        for one in working:
            one.ended.wait(STOP_SECONDS)

    # -- the work ------------------------------------------------------------------------------

    def _now(self) -> datetime:
        return self.house.clock.now()

    def _work(self, one: Session) -> None:
        """The thread of one refresh: whatever happens, the workbook is free afterwards."""
        place = _Place(self.places)
        try:
            with place:
                self._refresh(one, place)
        except CancelledError:
            one.close(State.CANCELLED)
        except STOPS as error:
            LOG.warning("%s: %s", one.run, error)
            one.close(State.FAILED, _said(error))
        finally:
            one.close(State.FAILED, _said(ToldError("Stopped.", "已停止。")))
            self._finish(one)

    def _finish(self, one: Session) -> None:
        """Note the end, free the workbook, forget the oldest."""
        try:
            self._note_end(one)
        finally:
            with self._lock:
                if self._working.get(one.ask.book) is one:
                    del self._working[one.ask.book]
                ended = [run for run, other in self._sessions.items() if not other.open]
                for run in ended[: max(0, len(ended) - ENDED_KEPT)]:
                    del self._sessions[run]
            one.ended.set()

    def _note_end(self, one: Session) -> None:
        said = one.result["summary"] if one.result and one.recorded else {}
        more = {"problem": one.problem, "recorded": one.recorded, "result": said}
        runs.note(self.house.store, one.run, one.state.value, self._now(), **more)

    def _refresh(self, one: Session, place: _Place) -> None:
        ask, store = one.ask, self.house.store
        if not one.move(State.RUNNING):
            raise CancelledError("Cancelled.", "已取消。")
        runs.note(store, one.run, "running")
        sent_store.keep(store, ask.book, ask.name, ask.who, ask.body, self._now())
        opened(store, ask.book, ask.name, ask.sent.names.get("nmVersion"))
        self._settle(one)
        known = sent_store.kept(store, ask.book)
        found: list[Seen] = []

        def watch(seen: Seen) -> None:
            found.append(seen)
            self.watch(ask.book, ask.sent, seen.done)

        def deliver(offer: Offer) -> bool:
            return self._deliver(one, place, _result(one, offer, found[0], known), offer.patches)

        port = SentPort(ask.sent, deliver)
        bases = tuple(filter(None, (ask.base, ask.rebased)))
        order = Order(ask.book, port, ask.who, bases, one.run)
        outcome = refresh(self.house, order, _teller(one), watch)
        if one.result is None:
            one.result = _unchanged(outcome, known)
        if outcome.state == "written":
            kept = {part: one.result[part] for part in ("problems", "stale", "compared")}
            sent_store.wrote(store, ask.book, one.run, kept)
            one.recorded = True
        self._doubts.pop(ask.book, None)
        one.close(State.DONE)

    def _settle(self, one: Session) -> None:
        """A pane that once did not answer may have written all the same."""
        doubt = self._doubts.get(one.ask.book)
        if doubt is not None:
            tables = one.ask.sent.contents().tables
            lately = self.house.recent.lately
            written.believe(self.house.store, one.ask.book, tables, doubt, self._now(), lately)

    def _deliver(
        self,
        one: Session,
        place: _Place,
        result: dict[str, object],
        patches: Sequence[TablePatch],
    ) -> bool:
        """Offer the result and wait for the pane, without holding up those that compute."""
        _teller(one)("等待工作簿写入", "Waiting for the workbook")
        if not one.offer(result, patches):
            raise CancelledError("Cancelled.", "已取消。")
        self._doubts[one.ask.book] = patches
        place.leave()
        if not one.said.wait(self.patience):
            one.expire(GONE)
        if one.answer is False and not one.unsure:
            self._doubts.pop(one.ask.book, None)
        return one.answer is True


@dataclass(slots=True)
class _Place:
    """A place among those that compute, given back at the end or when a pane is waited for."""

    places: threading.Semaphore
    taken: bool = False

    def __enter__(self) -> Self:
        self.places.acquire()
        self.taken = True
        return self

    def __exit__(self, *_: object) -> None:
        self.leave()

    def leave(self) -> None:
        """Let another compute."""
        if self.taken:
            self.taken = False
            self.places.release()


def _run_of(book: str, key: str) -> str:
    """The run of a click: the same key for the same workbook."""
    return hashlib.sha256(f"{book}\n{key}".encode()).hexdigest()[:32]


def _teller(one: Session) -> Callable[[str, str], None]:
    """Progress for the pane; a cancelled refresh stops at its next step."""

    def tell(zh: str, en: str) -> None:
        if not one.open:
            raise CancelledError("Cancelled.", "已取消。")
        one.step = ((one.step[0] if one.step else 0) + 1, {"zh": zh, "en": en})

    return tell


def _result(one: Session, offer: Offer, seen: Seen, known: Kept | None) -> dict[str, object]:
    """What is offered; a stop of all writing leaves the revision as it is."""
    done = seen.done
    planned = [problem for plan in offer.plans.values() for problem in plan.problems]
    cells = sum(len(plan.cells) for plan in offer.plans.values())
    stopped = bool(done.given.paused)
    before = known.revision if known else ""
    card = scorecard(done, seen.problems)
    return {
        "revision": before if stopped else one.run,
        **pane_results.patches_of(offer),
        **pane_results.findings(done, (*seen.problems, *planned), seen.compared),
        "breaches": new_breaches(offer, done),
        "summary": pane_results.summary("paused" if stopped else "written", cells, card),
    }


def _unchanged(outcome: Outcome, known: Kept | None) -> dict[str, object]:
    """Nothing to write; what the last refresh found still holds."""
    last = known.told if known else {}
    return {
        "revision": known.revision if known else "",
        **pane_results.nothing_to_write(),
        **{part: last.get(part, []) for part in ("problems", "stale", "compared")},
        "breaches": [],
        "summary": pane_results.summary(outcome.state, 0, outcome.card),
    }


def _said(error: BaseException) -> Texts:
    """The sentence of a failure in both languages."""
    if isinstance(error, KpiError):
        return texts_of(error)
    found = as_trouble(error)
    return {
        "zh": found.what["zh"].replace("{detail}", found.detail),
        "en": found.what["en"].replace("{detail}", found.detail),
    }
