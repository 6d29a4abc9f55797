"""The sandbox's clock: it runs like any clock, and jumps to the next timer while all are waiting.

A platform's minute of waiting then costs no time, and a busy machine does not age the world: an
hour of waits passes at once, a second of work is a second. Real limits hold, because buckets,
report building and expiry all read this clock.
"""

from __future__ import annotations

import heapq
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

LOOK = 0.02  # real seconds between looks of a sleeper
STUCK = 0.5  # real seconds after which a sleeper no longer waits for those who seem to work


class SandboxClock:
    """Sleepers are woken in order; workers are counted by `working`."""

    def __init__(self, start: datetime) -> None:
        """Start to run now."""
        self._start = start
        self._begun = time.monotonic()
        self._jumped = 0.0
        self._timers: list[float] = []  # of those who sleep, in seconds of this clock
        self._workers = 0
        self._turn = threading.Condition()

    def now(self) -> datetime:
        """The sandbox's time in UTC."""
        return self._start + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        """Seconds since the start, jumps included."""
        return time.monotonic() - self._begun + self._jumped

    @contextmanager
    def working(self) -> Iterator[None]:
        """While this lasts the clock does not jump, unless this worker sleeps itself."""
        with self._turn:
            self._workers += 1
        try:
            yield
        finally:
            with self._turn:
                self._workers -= 1
                self._turn.notify_all()

    def sleep(self, seconds: float) -> None:
        """Wait so many sandbox seconds; at once when everybody else waits too."""
        timer = self.monotonic() + max(0.0, seconds)
        waited = time.monotonic()
        with self._turn:
            heapq.heappush(self._timers, timer)
            while self.monotonic() < timer:
                stuck = time.monotonic() - waited > STUCK
                if self._timers[0] == timer and (len(self._timers) >= self._workers or stuck):
                    self._jumped += max(0.0, timer - self.monotonic())
                else:
                    self._turn.wait(LOOK)
            self._timers.remove(timer)
            heapq.heapify(self._timers)
            self._turn.notify_all()
