"""Refresh, check and rebuild of a Google spreadsheet as jobs: one a spreadsheet at a time.

The script orders and asks how far it is; the work runs here, in the queue's threads, and goes on
when the sidebar is closed. What a job found stands in its run.
"""

from __future__ import annotations

import hashlib
import logging
import threading
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from kpi.model import Texts
from sync_service import pane_results, runs
from sync_service.house import House
from sync_service.jobs import Jobs
from sync_service.refresh import Order, Outcome, Seen, Step, look
from sync_service.runs import Run
from sync_service.scorecard import scorecard
from sync_service.sheets.answers import SheetAnswers
from sync_service.sheets.links import SheetLink, link, remember
from sync_service.sheets.spreadsheets import Spreadsheets
from sync_service.stops import STOPS, said_of
from sync_service.told import ToldError

LOG = logging.getLogger(__name__)
STEPS = 4  # read, add up, compute, write
FOUND = ("problems", "stale", "compared")
Json = dict[str, object]


class Kind(StrEnum):
    """What a script orders."""

    REFRESH = "sheet_refresh"
    CHECK = "sheet_check"
    REBUILD = "sheet_rebuild"


KINDS = tuple(kind.value for kind in Kind)


class SheetBusyError(ToldError):
    """Another job works on this spreadsheet."""

    def __init__(self, other: Run) -> None:
        """Say who ordered it and since when; its run can be followed."""
        self.run, self.since = other.id, other.started
        self.who = str(other.summary.get("who", ""))
        super().__init__(
            f"{self.who} works on this spreadsheet since {self.since:%H:%M:%S} UTC; "
            "its progress is shown.",
            f"{self.who} 正在处理此表格（始于 {self.since:%H:%M:%S} UTC），以下为其进度。",
        )


@dataclass(slots=True)
class SheetWork:
    """The jobs of one installation's spreadsheets."""

    house: House
    sheets: Spreadsheets
    answers: SheetAnswers
    jobs: Jobs
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        """Do the work that the queue hands out."""
        self.jobs.sheet_work = self._work

    # -- what the script asks ------------------------------------------------------------------

    def order(self, one: SheetLink, kind: Kind, who: str, key: str = "") -> str:
        """Begin a job; the same key for the same spreadsheet gives the same run.

        Raises:
            SheetBusyError: Another job works on it.
        """
        store = self.house.store
        said = f"{one.book}\n{key}" if key else uuid.uuid4().hex
        run = hashlib.sha256(said.encode()).hexdigest()[:32]
        with self._lock:
            if key and runs.find(store, run) is not None:
                return run
            now = self.house.clock.now()
            other = runs.open_for(store, KINDS, one.book, now)
            if other is not None:
                raise SheetBusyError(other)
            runs.order(store, run, kind.value, now, {"book": one.book, "who": who})
        self.jobs.order_sheet(run, kind.value, one.sheet, who)
        return run

    def find(self, one: SheetLink, run: str) -> Json | None:
        """A job of this spreadsheet as its script is told; None where there is none."""
        found = runs.find(self.house.store, run)
        if found is None or found.summary.get("book") != one.book:
            return None
        gone = found.state == "interrupted"
        state = "failed" if gone else found.state
        said = found.summary
        return {
            "id": run,
            "kind": found.kind,
            "state": state,
            "step": said.get("step"),
            "problem": _RESTARTED if gone else said.get("error"),
            "result": said.get("found"),
        }

    # -- the work ------------------------------------------------------------------------------

    def _work(self, run: str, kind: str, sheet: str, who: str) -> None:
        """One job; one that fails says why in its run."""
        store, clock = self.house.store, self.house.clock
        runs.note(store, run, "running")
        try:
            result = self._done(run, Kind(kind), sheet, who)
        except STOPS as error:
            LOG.warning("%s: %s", run, error)
            runs.note(store, run, "failed", clock.now(), error=dict(said_of(error)))
        else:
            runs.note(store, run, "done", clock.now(), result=result["state"], found=result)

    def _done(self, run: str, kind: Kind, sheet: str, who: str) -> Json:
        one = link(self.house.store, sheet)
        if one is None:
            raise ToldError(
                f"The spreadsheet {sheet} is not connected any more.", f"表格 {sheet} 已断开连接。"
            )
        works: Mapping[Kind, Callable[[], Json]] = {
            Kind.REFRESH: lambda: self._refresh(one, who, self._teller(run)),
            Kind.CHECK: lambda: self._check(one, who, self._teller(run)),
            Kind.REBUILD: lambda: self._rebuild(one),
        }
        return works[kind]()

    def _refresh(self, one: SheetLink, who: str, tell: Step) -> Json:
        seen: list[Seen] = []

        def watch(found: Seen) -> None:
            seen.append(found)
            self.answers.keep_read(one.book, found.contents, found.done)

        outcome = self.sheets.refresh(self.house, one.sheet, who, tell, watch)
        if not seen:
            return _unchanged(one, outcome)
        done = seen[0].done
        told = pane_results.findings(done, outcome.problems, outcome.compared)
        if outcome.state == "written":
            remember(self.house.store, one.sheet, told)
        cells = outcome.report.cells_written if outcome.report else 0
        return {**told, **pane_results.summary(outcome.state, cells, outcome.card)}

    def _check(self, one: SheetLink, who: str, tell: Step) -> Json:
        port = self.sheets.port(self.house, one.sheet)
        seen = look(self.house, Order(one.book, port, who), tell)
        self.answers.keep_read(one.book, seen.contents, seen.done)
        told = pane_results.findings(seen.done, seen.problems, seen.compared)
        card = scorecard(seen.done, seen.problems)
        return {**told, **pane_results.summary("checked", 0, card)}

    def _rebuild(self, one: SheetLink) -> Json:
        made = list(self.sheets.rebuild(self.house, one.sheet))
        self.answers.forget(one.book)
        return {"state": "rebuilt", "tabs": made}

    def _teller(self, run: str) -> Step:
        """Progress for the sidebar."""
        count = 0

        def tell(zh: str, en: str) -> None:
            nonlocal count
            count += 1
            step = {"zh": zh, "en": en, "n": min(count, STEPS), "of": STEPS}
            runs.note(self.house.store, run, "running", step=step)

        return tell


_RESTARTED: Texts = {
    "en": "The service was stopped during this work. Start it again from the menu.",
    "zh": "处理期间服务停止。请从菜单重新开始。",
}


def _unchanged(one: SheetLink, outcome: Outcome) -> Json:
    """Nothing to write; what the last refresh found still holds."""
    told = {part: one.told.get(part, []) for part in FOUND}
    return {**told, **pane_results.summary(outcome.state, 0, outcome.card)}
