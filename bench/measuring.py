"""Tools of every benchmark: fresh processes, interleaved rounds, checked results, honest lines.

A contender is a function that prepares and gives back a function to be timed. It lives in a
process of its own, so its peak memory is its own; the rounds of all contenders are interleaved,
so a busy moment of the machine hits all of them.
"""

from __future__ import annotations

import json
import select
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Literal

ROOT = Path(__file__).resolve().parent.parent
ROUNDS, LONG_ROUNDS, LONG_SECONDS = 5, 3, 30.0
Role = Literal["product", "limit", "peer"]


@dataclass(frozen=True, slots=True)
class Contender:
    """One side of a benchmark: `module:function`, called once with `args`, then timed."""

    name: str
    role: Role
    make: str  # the function gives back a function without arguments
    args: Mapping[str, object] = field(default_factory=dict)
    package: str | None = None  # a peer's package; absent, the peer is left out by name
    python: str = sys.executable  # a peer may live in an environment of its own
    stop_after: float = 900.0  # seconds a round; then it is stopped and `>` is printed
    rounds: int | None = None  # fewer than the others, for what takes minutes


@dataclass(slots=True)
class Measured:
    """What the rounds of one contender gave; the warm-up is not in it."""

    contender: Contender
    seconds: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    peak_mb: float = 0.0
    value: Any = None  # what the timed function gave back last: digests, counts, splits
    stopped: bool = False  # it took longer than `stop_after`
    absent: str | None = None  # the package that is not there

    @property
    def median(self) -> float:
        """Median seconds of the rounds; for a stopped one a lower bound."""
        return statistics.median(self.seconds)

    def line(self) -> str:
        """Seconds (median, least, most), CPU seconds and peak memory in one line."""
        if self.absent:
            return f"  {self.contender.name:<44} peer absent: {self.absent}"
        sign = ">" if self.stopped else " "
        return (
            f"  {self.contender.name:<44}{sign}{self.median:9.3f} s "
            f"({min(self.seconds):.3f}-{max(self.seconds):.3f}, {len(self.seconds)} rounds)  "
            f"cpu {statistics.median(self.cpu):8.3f} s  peak {self.peak_mb:7.0f} MB"
        )


@dataclass(frozen=True, slots=True)
class Ratio:
    """One headline: a ratio, its goal, and whether it is met; None: nothing to compare with."""

    name: str
    value: float | None
    goal: float | None  # None: printed without a judgement
    at_most: bool  # else at least
    unit: str = "x"
    bound: bool = False  # the value is a lower bound: a contender was stopped

    @property
    def met(self) -> bool | None:
        """Whether the goal is met."""
        if self.value is None or self.goal is None:
            return None
        return self.value <= self.goal if self.at_most else self.value >= self.goal

    def line(self, name: str) -> str:
        """Benchmark, ratio, goal, met or missed."""
        sign = "<=" if self.at_most else ">="
        goal = "no goal" if self.goal is None else f"goal {sign} {self.goal:g}{self.unit}"
        if self.value is None:
            return f"{name}: {self.name}  not measured  ({goal})"
        word = {None: "", True: "met", False: "missed"}[self.met]
        shown = f"{'>' if self.bound else ''}{self.value:.3g}{self.unit}"
        return f"{name}: {self.name}  {shown}  {goal}  {word}".rstrip()


@dataclass(slots=True)
class Bench:
    """One benchmark as run: its contenders, headlines, remarks and whatever was wrong."""

    name: str
    measured: Mapping[str, Measured]
    ratios: Sequence[Ratio] = ()
    remarks: Sequence[str] = ()
    faults: Sequence[str] = ()  # a wrong result: no ratio is printed, the exit status is 2
    small: bool = False

    def lines(self) -> list[str]:
        """Give the whole report of one benchmark."""
        if self.faults:
            return [f"{self.name}: WRONG RESULT: {fault}" for fault in self.faults]
        told = [f"{self.name}{' (small: ratios are not judged)' if self.small else ''}"]
        told += [measured.line() for measured in self.measured.values()]
        told += [f"  {remark}" for remark in self.remarks]
        return told + [ratio.line(self.name) for ratio in self.ratios]

    def as_json(self) -> dict[str, object]:
        """Give everything that was measured."""
        return {
            "name": self.name,
            "small": self.small,
            "faults": list(self.faults),
            "remarks": list(self.remarks),
            "ratios": [
                {"name": r.name, "value": r.value, "goal": r.goal, "met": r.met, "bound": r.bound}
                for r in self.ratios
                if not self.faults
            ],
            "contenders": {
                name: {
                    "role": m.contender.role,
                    "seconds": m.seconds,
                    "cpu": m.cpu,
                    "peak_mb": m.peak_mb,
                    "stopped": m.stopped,
                    "absent": m.absent,
                }
                for name, m in self.measured.items()
            },
        }


def ratio(over: Measured, under: Measured) -> float | None:
    """Give the ratio of two medians; None where one side was not measured."""
    if not over.seconds or not under.seconds or not under.median:
        return None
    return over.median / under.median


class _Process:
    """A contender's own process: it prepares, then runs once for each `go`."""

    def __init__(self, contender: Contender) -> None:
        command = [contender.python, "-m", "bench.contender", contender.make]
        self._running = subprocess.Popen(
            [*command, json.dumps(contender.args)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def answer(self, limit: float) -> dict[str, Any] | None:
        """Wait for one line; None when it takes longer than `limit` seconds."""
        out = self._running.stdout
        assert out is not None  # noqa: S101 - we asked for a pipe
        ready, _, _ = select.select([out], [], [], limit)
        if not ready:
            return None
        line = out.readline()
        if not line:
            message = "A contender ended before it answered; its error is above."
            raise RuntimeError(message)
        found: dict[str, Any] = json.loads(line)
        return found

    def go(self, limit: float) -> dict[str, Any] | None:
        """Run once."""
        pipe = self._running.stdin
        assert pipe is not None  # noqa: S101 - we asked for a pipe
        pipe.write(b"go\n")
        pipe.flush()
        return self.answer(limit)

    def kill(self) -> None:
        """End the process at once."""
        self._running.kill()

    def end(self) -> None:
        """Let the process go; one that hangs is killed."""
        if self._running.stdin is not None:
            self._running.stdin.close()
        try:
            self._running.wait(5)
        except subprocess.TimeoutExpired:
            self._running.kill()
            self._running.wait()
        if self._running.stdout is not None:
            self._running.stdout.close()


def measure(
    contenders: Sequence[Contender], rounds: int | None = None, *, say: bool = True
) -> dict[str, Measured]:
    """Run all contenders in interleaved rounds, after one warm-up each."""
    found = {c.name: Measured(c) for c in contenders}
    present = [c for c in contenders if not _absent(found[c.name])]
    running: dict[str, _Process] = {}
    try:
        for contender in present:
            running[contender.name] = _Process(contender)
            _asked(found[contender.name], partial(running[contender.name].answer, 3600))
        number, planned = 0, ROUNDS if rounds is None else rounds
        while number <= planned:
            for contender in present:
                if found[contender.name].absent is None:
                    _round(found[contender.name], running[contender.name], number, planned)
                if say:
                    _tell(found[contender.name], number)
            slowest = max((m.seconds[-1] for m in found.values() if m.seconds), default=0.0)
            planned = min(planned, LONG_ROUNDS) if slowest > LONG_SECONDS else planned
            number += 1
    finally:
        for process in running.values():
            process.end()
    return found


def _absent(measured: Measured) -> bool:
    """Note a peer whose package is not installed for its Python."""
    package = measured.contender.package
    if package is None:
        return False
    check = f"import importlib.metadata as m; m.version({package!r})"
    command = [measured.contender.python, "-c", check]
    try:
        missing = subprocess.run(command, capture_output=True, check=False).returncode != 0
    except FileNotFoundError:
        missing = True
    if missing:
        measured.absent = package
    return missing


def _asked(measured: Measured, ask: Callable[[], dict[str, Any] | None]) -> dict[str, Any] | None:
    """Ask a contender; a peer that breaks is left out by name, the product's fault is ours."""
    try:
        return ask()
    except (RuntimeError, BrokenPipeError):
        if measured.contender.role != "peer":
            raise
        measured.absent = f"{measured.contender.package or 'it'} failed, see the error above"
        return None


def _round(measured: Measured, process: _Process, number: int, planned: int) -> None:
    """Run one round; round 0 is the warm-up, it counts only where no other round follows."""
    contender = measured.contender
    limit = contender.rounds
    if measured.stopped or (limit is not None and number > limit):
        return
    started = time.perf_counter()
    answer = _asked(measured, partial(process.go, contender.stop_after))
    if measured.absent:
        return
    if answer is None:
        process.kill()  # or it would slow down the others
        measured.stopped = True
        measured.seconds, measured.cpu = [time.perf_counter() - started], [0.0]
        return
    measured.value = answer["value"]
    measured.peak_mb = max(measured.peak_mb, answer["peak_mb"])
    if number or limit == 0 or planned == 0:
        measured.seconds.append(answer["seconds"])
        measured.cpu.append(answer["cpu"])


def _tell(measured: Measured, number: int) -> None:
    """Say on the error stream how far the rounds are."""
    last = f"{measured.seconds[-1]:.3f} s" if measured.seconds else "warm-up"
    print(f"    round {number}: {measured.contender.name} {last}", file=sys.stderr, flush=True)
