"""One refresh of a workbook that a task pane holds open: its state, and the talk with the pane."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from kpi.model import Texts
from sync_service.workbooks.port import TablePatch
from sync_service.workbooks.sent import SentBook

STEPS = 5  # read, add up, compute, plan, wait for the pane


class State(StrEnum):
    """Where a refresh stands; `offered` is told to the pane as done: its result can be read."""

    QUEUED = "queued"
    RUNNING = "running"
    OFFERED = "offered"
    RECORDING = "recording"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


OPEN = frozenset({State.QUEUED, State.RUNNING, State.OFFERED, State.RECORDING})
TOLD = {State.OFFERED: State.DONE, State.RECORDING: State.DONE}


@dataclass(frozen=True, slots=True)
class Ask:
    """A refresh as a pane orders it."""

    book: str  # pane:<uuid>
    name: str  # of the file
    who: str
    base: str  # the revision that the workbook was last written at; empty: never
    rebased: str  # the revision that the pane was told of and has read again; empty: none
    sent: SentBook
    body: Mapping[str, object]  # what was sent, to be kept


@dataclass(slots=True)
class Session:
    """One refresh, shared by the thread that works and the requests that ask."""

    run: str
    ask: Ask
    since: datetime  # UTC, of the order
    state: State = State.QUEUED
    step: tuple[int, Texts] | None = None
    problem: Texts | None = None
    result: dict[str, object] | None = None
    recorded: bool = False
    offered: Sequence[TablePatch] = ()
    answer: bool | None = None  # of the pane: whether it wrote
    unsure: bool = False  # it did not, but a part may stand in the sheet
    said: threading.Event = field(default_factory=threading.Event)
    ended: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def open(self) -> bool:
        """Whether it works or waits to be written."""
        return self.state in OPEN

    @property
    def told(self) -> dict[str, object]:
        """State, step and problem for the pane."""
        step: dict[str, object] | None = None
        if self.step is not None:
            number, texts = self.step
            step = {"zh": texts["zh"], "en": texts["en"], "n": number, "of": STEPS}
        state = TOLD.get(self.state, self.state)
        return {"state": state.value, "step": step, "problem": self.problem}

    def move(self, wanted: State) -> bool:
        """Go on to a state; False when it was cancelled or has ended meanwhile."""
        with self.lock:
            if self.state not in OPEN:
                return False
            self.state = wanted
            return True

    def offer(self, result: dict[str, object], patches: Sequence[TablePatch]) -> bool:
        """Hand the result to the pane; False when it was cancelled meanwhile."""
        self.result, self.offered = result, patches
        return self.move(State.OFFERED)

    def hear(self, *, wrote: bool, unsure: bool = False) -> bool:
        """The pane says whether it wrote; False when nobody waits for that (any more)."""
        with self.lock:
            if self.state is not State.OFFERED or self.answer is not None:
                return False
            self.answer, self.unsure = wrote, unsure
            if wrote:
                self.state = State.RECORDING
        self.said.set()
        return True

    def expire(self, problem: Texts) -> None:
        """End it when the pane has not answered."""
        with self.lock:
            if self.state is State.OFFERED and self.answer is None:
                self.state, self.problem = State.FAILED, problem

    def close(self, state: State, problem: Texts | None = None) -> None:
        """End it; what has ended stays as it is."""
        with self.lock:
            if self.state in OPEN:
                self.state, self.problem = state, problem
        self.said.set()

    def interrupt(self, problem: Texts) -> None:
        """The service stops: what the pane has not answered has failed."""
        with self.lock:
            if self.state in {State.QUEUED, State.RUNNING, State.OFFERED} and self.answer is None:
                self.state, self.problem = State.FAILED, problem
        self.said.set()

    def cancel(self) -> bool:
        """Stop it before it is written; False when it is too late for that."""
        with self.lock:
            if self.state in {State.QUEUED, State.RUNNING, State.OFFERED} and self.answer is None:
                self.state = State.CANCELLED
        self.said.set()
        return self.state is State.CANCELLED
