"""The sandbox's clock: it runs like any clock, and jumps to the next timer while all are waiting.

A platform's minute of waiting then costs no time, and a busy machine hardly ages the world: an
hour of waits passes at once, a second of work is a second, unless all others wait for it. Real
limits hold, because buckets, report building and expiry all read this clock. The platforms may
live in a process of their own: what the service's clock has jumped stands in a small file that
both have mapped.
"""

from __future__ import annotations

import heapq
import mmap
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from sync_service.clock import RealWork

LOOK = 0.02  # real seconds between looks of the sleeper whose turn is next
REST = 0.2  # and of the others, who are woken
LONG = 0.3  # real seconds of work after which nobody waits for a worker: it computes, or is stuck
SIZE = 16  # bytes: two doubles


class Hands:
    """Where the clock stands: when it began on the host's clock, and how far it has jumped.

    Both are doubles at aligned places, so a reader in another process sees the old or the new one.
    The host's monotonic clock counts from its start and is the same in all its processes.
    """

    def __init__(self, file: Path | None = None) -> None:
        """Map `file`, made when it is not there; without one they are this process's own."""
        self._map = mmap.mmap(-1, SIZE) if file is None else _mapped(file)
        self._places = memoryview(self._map).cast("d")

    def begin(self) -> None:
        """Start to run now."""
        self._places[0] = time.monotonic()
        self._places[1] = 0.0

    def jump(self, seconds: float) -> None:
        """Go on by so many seconds at once."""
        self._places[1] += seconds

    def seconds(self) -> float:
        """Seconds since the start, jumps included."""
        return time.monotonic() - self._places[0] + self._places[1]

    def close(self) -> None:
        """Let go of the file."""
        self._places.release()
        self._map.close()


def _mapped(file: Path) -> mmap.mmap:
    if not file.exists():
        file.write_bytes(bytes(SIZE))
    with file.open("r+b") as opened:
        return mmap.mmap(opened.fileno(), SIZE)


class FollowedClock(RealWork):
    """The same clock in the platforms' process: it reads and never jumps."""

    def __init__(self, start: datetime, file: Path) -> None:
        """Follow the clock that another process drives."""
        self._start = start
        self._hands = Hands(file)

    def now(self) -> datetime:
        """The sandbox's time in UTC."""
        return self._start + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        """Seconds since the start, jumps included."""
        return self._hands.seconds()

    def sleep(self, seconds: float) -> None:
        """Wait until the other process's clock has gone so far."""
        until = self.monotonic() + seconds
        while self.monotonic() < until:
            time.sleep(LOOK)


class SandboxClock:
    """Sleepers are woken in order; workers are known by `working`."""

    def __init__(self, start: datetime, file: Path | None = None) -> None:
        """Start to run now; `file` lets another process follow."""
        self._start = start
        self._hands = Hands(file)
        self._hands.begin()
        self._timers: list[float] = []  # of those who sleep, in seconds of this clock
        self._awake: dict[int, float] = {}  # workers by thread: at work since, in real seconds
        self._turn = threading.Condition()

    def now(self) -> datetime:
        """The sandbox's time in UTC."""
        return self._start + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        """Seconds since the start, jumps included."""
        return self._hands.seconds()

    @contextmanager
    def working(self) -> Iterator[None]:
        """While this lasts the clock does not jump, unless this worker sleeps or works for long."""
        me = threading.get_ident()
        with self._turn:
            self._awake[me] = time.monotonic()
        try:
            yield
        finally:
            with self._turn:
                del self._awake[me]
                self._turn.notify_all()

    def sleep(self, seconds: float) -> None:
        """Wait so many sandbox seconds; at once when everybody else waits too."""
        me, timer = threading.get_ident(), self.monotonic() + max(0.0, seconds)
        with self._turn:
            works = self._awake.pop(me, None) is not None
            heapq.heappush(self._timers, timer)
            self._turn.notify_all()  # the next one may have waited for this worker
            while self.monotonic() < timer:
                self._wait(timer)
            self._timers.remove(timer)
            heapq.heapify(self._timers)
            if works:
                self._awake[me] = time.monotonic()
            self._turn.notify_all()

    def _wait(self, timer: float) -> None:
        """Jump when it is this sleeper's turn and nobody is in the middle of something short."""
        if self._timers[0] != timer:
            self._turn.wait(REST)
        elif all(time.monotonic() - since > LONG for since in self._awake.values()):
            self._hands.jump(max(0.0, timer - self.monotonic()))
        else:
            self._turn.wait(LOOK)

    def close(self) -> None:
        """Let go of the file that another process follows."""
        self._hands.close()
