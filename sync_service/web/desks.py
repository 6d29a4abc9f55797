"""Which desk answers which call: everything about one workbook goes to one desk.

So one refresh of a workbook at a time, the run that a pane asks about, and the memory of what a
workbook was made of stay what they are in a single process. A workbook that nobody knows goes to
the desk that does least, the first of equals: the workbooks of one manager share its sums. One that
was quiet moves where its own desk is busier than another.
"""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TypeVar

import orjson
from flask import Flask, Response, request
from werkzeug.exceptions import RequestEntityTooLarge

from kpi.model import Texts
from sync_service.clock import Clock
from sync_service.house import House
from sync_service.panes import PATIENCE
from sync_service.sent_store import book_name
from sync_service.web.access import RefusedError
from sync_service.web.desk import Answered, Desk, DeskGoneError, Passed
from sync_service.web.panes_api import MOST_BYTES, UUID

OF_BOOKS = frozenset({"panes", "functions", "packs", "setup", "files"})  # blueprints
OF_RUNS = OF_BOOKS | {"api"}
KEPT = 2000  # workbooks, and runs
LATELY = 10.0  # seconds: a pane whose refresh is open asks more often than that
QUIET = PATIENCE + 30.0  # seconds after which no pane of a workbook is waited for
KEY, VALUE = b'"book"', re.compile(rb'\s*:\s*"([0-9A-Fa-f-]+)"')
T = TypeVar("T")

LOST: Texts = {
    "en": "A part of the service has ended and starts anew; nothing was recorded. Refresh again.",
    "zh": "服务的一个进程已结束，正在重新启动，未作记录。请重新刷新。",
}


@dataclass(slots=True)
class _Heard:
    """Where a workbook is with its runs, and when a call about it last came."""

    desk: Desk
    at: float
    calls: int = 0  # on their way


@dataclass(slots=True)
class Desks:
    """The desks of one service."""

    desks: tuple[Desk, ...]
    clock: Clock
    _books: OrderedDict[str, _Heard] = field(default_factory=OrderedDict)
    _runs: OrderedDict[str, _Heard] = field(default_factory=OrderedDict)  # of workbooks above
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def join(self, app: Flask) -> None:
        """Stand behind the check of every call of the application."""
        app.before_request(self.pass_on)

    def warm(self) -> None:
        """Start the first desk, which takes seconds, before it is asked."""
        first = self.desks[0]
        if first.pid is None:
            threading.Thread(target=first.start, name="warm", daemon=True).start()

    def stop(self) -> None:
        """Let all leave, side by side."""
        leaving = [threading.Thread(target=desk.stop) for desk in self.desks]
        for one in leaving:
            one.start()
        for one in leaving:
            one.join()

    def pass_on(self) -> Response | None:
        """The answer of the desk that a call belongs to; None for what the service answers itself.

        Raises:
            RefusedError: The desk died over it.
        """
        if request.blueprint == "addin":
            self.warm()
            return None
        run = (request.view_args or {}).get("run")
        if isinstance(run, str) and request.blueprint in OF_RUNS:
            with self._lock:
                heard = self._runs.get(run)
                if heard is not None:
                    self._called(heard)
            return None if heard is None else self._passed(heard, _body())
        if request.method != "POST" or request.blueprint not in OF_BOOKS:
            return None
        body = _body()
        book = named(body)
        return None if book is None else self._passed(self._place(book), body)

    def _passed(self, heard: _Heard, body: bytes) -> Response:
        try:
            said = heard.desk.call(passed(request.environ, body))
        except DeskGoneError as gone:
            self._forget(heard.desk)
            raise RefusedError(HTTPStatus.SERVICE_UNAVAILABLE, LOST) from gone
        finally:
            with self._lock:
                heard.calls, heard.at = heard.calls - 1, self.clock.monotonic()
        self._note(heard, said)
        return Response(said.body, said.status, said.headers)

    def _note(self, heard: _Heard, said: Answered) -> None:
        """Remember where a refresh works that was just ordered."""
        if request.endpoint != "panes.order_refresh" or said.status != HTTPStatus.ACCEPTED:
            return
        run = orjson.loads(said.body)["run"]
        with self._lock:
            _kept(self._runs, run, heard)

    def _place(self, book: str) -> _Heard:
        """Where a workbook is, or is from now on; the call is on its way there."""
        with self._lock:
            known = self._books.get(book)
            if known is None or self._moves(book, known):
                least = min(self.desks, key=self._busy)  # the first of equals
                known = _Heard(least, self.clock.monotonic())
            self._called(known)
            _kept(self._books, book, known)
            return known

    def _moves(self, book: str, known: _Heard) -> bool:
        """Whether a workbook was quiet while its desk got more to do than another."""
        quiet = not known.calls and self.clock.monotonic() - known.at > QUIET
        if not quiet or self._busy(known.desk) <= min(map(self._busy, self.desks)):
            return False
        return known.desk.rests(book)

    def _busy(self, desk: Desk) -> int:
        """How many workbooks keep a desk busy: those that were asked about just now."""
        since, every = self.clock.monotonic() - LATELY, self._books.values()
        return sum(one.desk is desk and (one.calls > 0 or one.at >= since) for one in every)

    def _called(self, heard: _Heard) -> None:
        """A call is on its way there."""
        heard.at = self.clock.monotonic()
        heard.calls += 1

    def _forget(self, desk: Desk) -> None:
        """Nothing of a desk that died is known any more."""
        with self._lock:
            for where in (self._books, self._runs):
                for key in [key for key, one in where.items() if one.desk is desk]:
                    del where[key]


def desks_of(house: House) -> Desks | None:
    """The desks that an installation chose; None where the service computes itself."""
    wanted = house.settings.computing
    every = tuple(Desk(house.settings, house.clock) for _ in range(wanted))
    return Desks(every, house.clock) if every else None


def passed(environ: Mapping[str, object], body: bytes) -> Passed:
    """A call as a desk gets it, with a body of known length."""
    texts = {key: value for key, value in environ.items() if isinstance(value, str)}
    texts.pop("HTTP_TRANSFER_ENCODING", None)
    return Passed({**texts, "CONTENT_LENGTH": str(len(body))}, body)


def named(body: bytes) -> str | None:
    """The workbook that a body is about; None where it names none.

    To read megabytes of tables for that would cost a tenth of what is passed on with them, so the
    key is looked for; where it stands there twice, or not as text, the body is read.
    """
    at, found = body.find(KEY), set[str]()
    while at >= 0:
        value = VALUE.match(body, at + len(KEY))
        if value is None or body[at - 1 : at] == b"\\":
            return _read(body)
        found.add(value[1].decode())
        at = body.find(KEY, at + 1)
    return _number(found.pop()) if len(found) == 1 else _read(body)


def _read(body: bytes) -> str | None:
    try:
        given = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    return _number(given.get("book")) if isinstance(given, dict) else None


def _number(book: object) -> str | None:
    return book_name(book) if isinstance(book, str) and UUID.fullmatch(book) else None


def _body() -> bytes:
    """The body of a call; nothing where it is too large, which the view then says."""
    request.max_content_length = MOST_BYTES
    try:
        return request.get_data()
    except RequestEntityTooLarge:
        return b""


def _kept(where: OrderedDict[str, T], key: str, value: T) -> None:
    where[key] = value
    where.move_to_end(key)
    while len(where) > KEPT:
        where.popitem(last=False)
