"""The service's clock, always an argument: the host's, the sandbox's, or one moved by a test.

Waits for buckets, polls and expiry ask this clock. Network time-outs do not: a socket lives in
real seconds even when a sandbox hour takes one.
"""

from __future__ import annotations

import threading
import time
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """What the service may know about time."""

    def now(self) -> datetime:
        """The time in UTC; may jump when the host's clock is set."""

    def sleep(self, seconds: float) -> None:
        """Wait so many seconds of this clock."""

    def monotonic(self) -> float:
        """Seconds of this clock since some start; never jumps back."""

    def working(self) -> AbstractContextManager[None]:
        """Held by a thread that works: the sandbox's clock jumps only while all are waiting."""


class RealWork:
    """Work takes what it takes: the clock does not ask who is working."""

    def working(self) -> AbstractContextManager[None]:
        """Nothing to hold."""
        return nullcontext()


class SystemClock(RealWork):
    """The host's clock."""

    def now(self) -> datetime:
        """Give the host's time in UTC."""
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        """Wait in real time."""
        time.sleep(max(0.0, seconds))

    def monotonic(self) -> float:
        """Seconds that no clock setting disturbs."""
        return time.monotonic()


class FakeClock(RealWork):
    """A test's clock: it moves when somebody sleeps, and jumps where a test wants it."""

    def __init__(self, start: datetime) -> None:
        """Stand at `start`."""
        self._at = start
        self._passed = 0.0
        self._guard = threading.Lock()
        self.slept: list[float] = []  # every wait, for assertions

    def __reduce__(self) -> tuple[type[FakeClock], tuple[datetime]]:
        """Another process gets the time that it stands at."""
        return type(self), (self._at,)

    def now(self) -> datetime:
        """Give the time that the test set."""
        return self._at

    def sleep(self, seconds: float) -> None:
        """Move on at once."""
        with self._guard:
            self.slept.append(seconds)
            self._at += timedelta(seconds=max(0.0, seconds))
            self._passed += max(0.0, seconds)

    def monotonic(self) -> float:
        """Seconds slept so far; jumps do not count."""
        return self._passed

    def jump(self, seconds: float) -> None:
        """Set the clock forward or back, as a person or a time server does."""
        with self._guard:
            self._at += timedelta(seconds=seconds)
