"""What every sandbox platform speaks through: requests, replies, rate buckets, sandbox time."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Any, Protocol
from urllib.parse import parse_qs

from sync_service.clock import Clock

JSON = "application/json"
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Request:
    """One request as a platform sees it."""

    method: str
    path: str  # without the platform's prefix
    query: str
    headers: dict[str, str]  # names in lower case
    body: bytes
    base: str  # scheme, host and port, for links in answers
    twist: str = ""  # a scripted misbehaviour of paging, see faults.py

    def all(self, name: str) -> list[str]:
        """Every value of a query parameter; commas separate values too."""
        found = parse_qs(self.query, keep_blank_values=True).get(name, [])
        return [part for value in found for part in value.split(",")]

    def one(self, name: str) -> str | None:
        """The first value of a query parameter, commas kept."""
        found = parse_qs(self.query, keep_blank_values=True).get(name)
        return found[0] if found else None

    def names(self) -> set[str]:
        """The names of all query parameters."""
        return set(parse_qs(self.query, keep_blank_values=True))


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer of a platform."""

    status: int
    body: bytes
    content_type: str = JSON
    headers: dict[str, str] = field(default_factory=dict)


def as_json(status: int, value: object, headers: dict[str, str] | None = None) -> Reply:
    """An answer with a JSON body."""
    return Reply(status, json.dumps(value, ensure_ascii=False).encode(), JSON, headers or {})


class Platform(Protocol):
    """A platform behind the loopback server."""

    def operation(self, request: Request) -> tuple[str, str]:
        """The operation's name and the account that asks; for faults."""
        ...

    def answer(self, request: Request) -> Reply:
        """The answer, in order: who asks, how often, with what, then the data."""
        ...


class SandboxTime:
    """The sandbox's clock, and how much of its time one real moment takes.

    Real limits are kept to the second of the sandbox. On a clock that is thousands of times faster
    a millisecond of scheduling is seconds there, so limits forgive `leeway` real seconds; on a
    test's clock that stands still they forgive nothing.
    """

    def __init__(self, clock: Clock) -> None:
        """Follow a clock."""
        self.clock = clock
        self._factor = float(getattr(clock, "factor", 0.0))

    def now(self) -> datetime:
        """The sandbox's time."""
        return self.clock.now()

    def seconds(self) -> float:
        """The same in seconds since 1970."""
        return self.clock.now().timestamp()

    def leeway(self, real_seconds: float) -> float:
        """So many real seconds in the sandbox's seconds; nothing at normal speed or in tests."""
        return real_seconds * self._factor if self._factor > 1 else 0.0


class Buckets:
    """Token buckets by key; they fill with the sandbox's time."""

    def __init__(self, time: SandboxTime) -> None:
        """Start with full buckets."""
        self.time = time
        self._level: dict[tuple[str, ...], tuple[float, float]] = {}
        self._guard = threading.Lock()

    def take(self, key: tuple[str, ...], rate: float, burst: float, amount: float = 1.0) -> float:
        """Take tokens; gives the seconds to wait when there are not enough, else 0."""
        now = self.time.seconds()
        with self._guard:
            level, before = self._level.get(key, (burst, now))
            level = min(burst, level + max(0.0, now - before) * rate)
            credit = self.time.leeway(0.25) * rate
            enough = level + credit >= amount - 1e-9
            self._level[key] = (level - amount if enough else level, now)
        return 0.0 if enough else (amount - level) / rate

    def level(self, key: tuple[str, ...], rate: float, burst: float) -> float:
        """Tokens that are there now."""
        now = self.time.seconds()
        with self._guard:
            level, before = self._level.get(key, (burst, now))
        return min(burst, max(0.0, level + max(0.0, now - before) * rate))


def page(count: int, size: int, offset: int, twist: str) -> tuple[slice, int | None]:
    """The slice of a page and the next offset; a twist repeats the page before, or loops."""
    last = offset + size >= count
    following = None if last else offset + size
    if twist == "cursor_loop":
        return slice(offset, offset + size), offset
    if twist == "duplicate_page" and offset >= size:
        return slice(offset - size, offset), offset
    return slice(offset, offset + size), following


def reason(status: int) -> str:
    """The phrase of a status."""
    return HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else "Status"
