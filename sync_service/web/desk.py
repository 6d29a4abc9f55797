"""A desk: a process of its own that answers calls about workbooks, with the service's application.

A process of Python computes one thing at a time, so twenty refreshes at once would wait for one
another in it. A desk has the same application over the same data folder, as a command beside the
service has. Calls reach it through a pipe that nobody else holds, each as the server got it, and
pass the same check there.
"""

from __future__ import annotations

import logging
import multiprocessing
import signal
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from io import BytesIO
from itertools import count
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any, cast

import orjson
from flask import Flask, Response

from sync_service.clock import Clock
from sync_service.collector import few_collections
from sync_service.house import open_house
from sync_service.panes import STOP_SECONDS, Panes
from sync_service.redaction import start_logging
from sync_service.settings import Settings
from sync_service.web.app import FAILED, create_app

LOG = logging.getLogger(__name__)
THREADS = 8  # calls that a desk answers side by side, as many as the server takes
GIVE_UP = 2 * STOP_SECONDS  # until a desk that was asked to leave is ended


class DeskGoneError(Exception):
    """The process ended before it answered."""


@dataclass(frozen=True, slots=True)
class Passed:
    """A call as the server got it."""

    wsgi: dict[str, str]  # what of WSGI's is text
    body: bytes


@dataclass(frozen=True, slots=True)
class Rests:
    """The question whether nothing of a workbook is open or in doubt at a desk."""

    book: str


@dataclass(frozen=True, slots=True)
class Answered:
    """What the application said to a call."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


BROKEN = Answered(
    int(HTTPStatus.INTERNAL_SERVER_ERROR),
    [("Content-Type", "application/json")],
    orjson.dumps({"error": FAILED}),
)
Question = Passed | Rests | None  # None: leave
Waiting = dict[int, Future[Any]]  # by the number of the question


@dataclass(slots=True)
class Desk:
    """One desk; its process starts with the first question, and anew after one that died."""

    settings: Settings
    clock: Clock
    _process: BaseProcess | None = None
    _pipe: Connection | None = None
    _waiting: Waiting = field(default_factory=dict)
    _numbers: count[int] = field(default_factory=count)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def pid(self) -> int | None:
        """Its process; None where there is none."""
        return None if self._process is None else self._process.pid

    def call(self, passed: Passed) -> Answered:
        """What the application says; waits for it.

        Raises:
            DeskGoneError: The process ended meanwhile.
        """
        return cast("Answered", self._asked(passed).result())

    def rests(self, book: str) -> bool:
        """Whether nothing of a workbook is open or in doubt there."""
        with self._lock:
            if self._process is None:
                return True
        try:
            return bool(self._asked(Rests(book)).result())
        except DeskGoneError:
            return True

    def start(self) -> None:
        """Start the process where there is none."""
        with self._lock:
            self._started()

    def stop(self) -> None:
        """Let it end what is open and leave; ended by its process id where it does not."""
        with self._lock:
            process, pipe = self._process, self._pipe
            if process is None or pipe is None:
                return
            try:
                pipe.send((0, None))
            except OSError:
                LOG.debug("the desk has left before it was asked to")
        process.join(GIVE_UP)
        if process.is_alive():
            process.kill()
            process.join()

    def _asked(self, question: Passed | Rests) -> Future[Any]:
        answer: Future[Any] = Future()
        with self._lock:
            pipe = self._started()
            number = next(self._numbers)
            self._waiting[number] = answer
            try:
                pipe.send((number, question))
            except OSError as error:
                self._waiting.pop(number, None)
                raise DeskGoneError from error
        return answer

    def _started(self) -> Connection:
        if self._process is not None and self._pipe is not None:
            return self._pipe
        context = multiprocessing.get_context("spawn")  # a fork would break the facts store
        here, there = context.Pipe()
        self._process = context.Process(
            target=sit, args=(self.settings, self.clock, there), name="desk", daemon=True
        )
        with _without_interrupts():
            self._process.start()
        there.close()
        self._pipe, self._waiting = here, {}
        listening = (self._process, here, self._waiting)
        threading.Thread(target=self._listen, args=listening, name="desk", daemon=True).start()
        return here

    def _listen(self, process: BaseProcess, pipe: Connection, waiting: Waiting) -> None:
        """Hand out answers until the process ends; who waits then is told."""
        try:
            while True:
                number, answer = pipe.recv()
                waiting.pop(number).set_result(answer)
        except (EOFError, OSError):
            with self._lock:
                if self._process is process:
                    self._process = self._pipe = None
                lost = [waiting.pop(number) for number in list(waiting)]
                pipe.close()
            for one in lost:
                one.set_exception(DeskGoneError())


@contextmanager
def _without_interrupts() -> Iterator[None]:
    """What starts here hears no Ctrl-C: the service does, and tells it to leave."""
    if sys.platform == "win32":
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


# --- in the process -------------------------------------------------------------------------------


def sit(settings: Settings, clock: Clock, pipe: Connection) -> None:
    """Answer until the service says leave, or has gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    start_logging(logging.WARNING)
    with open_house(settings, clock, heal=False) as house, few_collections():
        app = create_app(house)
        panes: Panes = app.extensions["linkstar"].panes
        with ThreadPoolExecutor(THREADS, "call") as threads:
            _answer_all(app, panes, pipe, threads)
            panes.stop()


def _answer_all(app: Flask, panes: Panes, pipe: Connection, threads: ThreadPoolExecutor) -> None:
    talking = threading.Lock()

    def say(number: int, answer: object) -> None:
        with talking:
            pipe.send((number, answer))

    def answer(number: int, passed: Passed) -> None:
        said = BROKEN
        try:
            said = answered(app, passed)
        finally:  # whoever asked waits for it
            say(number, said)

    while True:
        try:
            number, question = cast("tuple[int, Question]", pipe.recv())
        except (EOFError, OSError):
            return
        if question is None:
            return
        if isinstance(question, Rests):
            say(number, panes.rests(question.book))
        else:
            threads.submit(answer, number, question)


def answered(app: Flask, passed: Passed) -> Answered:
    """What the application says to a call."""
    environ: dict[str, Any] = {
        **passed.wsgi,
        "wsgi.version": (1, 0),
        "wsgi.input": BytesIO(passed.body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    said = Response.from_app(app, environ, buffered=True)
    return Answered(said.status_code, list(said.headers), said.get_data())
