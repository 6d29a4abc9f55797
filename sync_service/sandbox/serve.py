"""The sandbox's platforms in a process of their own: they then cost the service no time.

`python -m sync_service.sandbox.serve FILE START` prints its port, and ends with its standard input.
"""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from kpi.errors import KpiError
from sync_service.sandbox.clock import FollowedClock
from sync_service.sandbox.server import Address, Sandbox
from sync_service.sandbox.world import World
from sync_service.settings import PROJECT

PATIENCE = 10.0  # real seconds for the process to end


@contextmanager
def apart(start: datetime, clock_file: Path) -> Iterator[Address]:
    """Start the platforms beside this process; their time is what `clock_file` says."""
    words = [sys.executable, "-m", "sync_service.sandbox.serve", str(clock_file.resolve())]
    process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
        [*words, start.isoformat()],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None  # noqa: S101 - both were asked for
    assert process.stdout is not None  # noqa: S101
    try:
        port = process.stdout.readline().strip()
        if not port.isdigit():
            raise KpiError("The stand-in platforms did not start; run the demo again.")
        yield Address(int(port), World())
    finally:
        process.stdin.close()
        process.stdout.close()
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def main(words: list[str]) -> None:
    """Serve until the parent closes our standard input, or dies."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's: it finishes its work
    file, start = words
    handle = Sandbox(World(), FollowedClock(datetime.fromisoformat(start), Path(file))).start()
    sys.stdout.write(f"{handle.port}\n")
    sys.stdout.flush()
    sys.stdin.read()
    handle.stop()


if __name__ == "__main__":
    main(sys.argv[1:])
