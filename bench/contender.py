"""The process of one contender: prepare, then one timed run for each line that says go."""

from __future__ import annotations

import importlib
import json
import os
import resource
import sys
import time
from pathlib import Path
from typing import Any


def _peak_mb() -> float:
    """Give the most memory this process ever held, in MB."""
    status = Path("/proc/self/status")
    if status.exists():  # ru_maxrss would inherit the parent's peak
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM"):
                return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _cpu() -> float:
    """Give the CPU seconds of this process and of the children it waited for."""
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


def main() -> None:
    """Speak the protocol: one JSON line when ready, one for each run."""
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # whatever a library prints must not be taken for an answer
    module, _, function = sys.argv[1].partition(":")
    run: Any = getattr(importlib.import_module(module), function)(**json.loads(sys.argv[2]))
    answers.write("{}\n")
    for _ in sys.stdin:
        started, cpu = time.perf_counter(), _cpu()
        value = run()
        seconds, spent = time.perf_counter() - started, _cpu() - cpu
        told: dict[str, Any] = {"seconds": seconds, "cpu": spent, "peak_mb": _peak_mb()}
        told["value"] = value() if callable(value) else value  # a check, after the clock stopped
        answers.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main()
