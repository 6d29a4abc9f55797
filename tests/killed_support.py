"""Work that a process does until it kills itself, and the same work done in peace."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from sync_service.house import open_house
from sync_service.imports.importing import import_file
from sync_service.imports.layout import Options
from sync_service.sharing import share
from sync_service.sync import backfill
from tests import fault_support, imports_support, road_support
from tests.paths import ROOT

# The process kills itself at the n-th call of a function: before or after it has worked.
DYING = """
import importlib, os, signal, sys
from tests.killed_support import WORKS
where, name, when, nth, what, *words = sys.argv[1:]
module = importlib.import_module(where)
work, seen = getattr(module, name), []
def dying(*given, **named):
    seen.append(1)
    last = len(seen) == int(nth)
    if last and when == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    found = work(*given, **named)
    if last:
        os.kill(os.getpid(), signal.SIGKILL)
    return found
setattr(module, name, dying)
WORKS[what](*words)
"""


@dataclass(frozen=True, slots=True)
class Moment:
    """When a process dies."""

    module: str
    name: str
    when: str  # before, after
    nth: int = 1


def killed(moment: Moment, what: str, *words: object) -> int:
    """Run a work that dies at a moment; its exit status."""
    told = (moment.module, moment.name, moment.when, str(moment.nth), what)
    return subprocess.run(
        [sys.executable, "-c", DYING, *told, *map(str, words)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
    ).returncode


DEAD = -signal.SIGKILL


def importing(home: str, file: str, mapping: str) -> None:
    """Import a file of two shops."""
    with imports_support.house_at(Path(home)) as house:
        import_file(house, Path(file), Options(mapping=Path(mapping)))


def filling(home: str, netloc: str, clock: str, shop: str, stream: str) -> None:
    """Fetch the past of one stream, in several commits."""
    time = fault_support.SharedClock(Path(clock))
    with open_house(fault_support.settings_of(Path(home), netloc), time) as house:
        backfill(house.syncing, shops={shop}, streams={stream})


def slicing(home: str, book: str, person: str, out: str) -> None:
    """Make or refresh a partner's slice."""
    with road_support.house_at(Path(home)) as house:
        order = road_support.order_of(house, Path(book), "never")
        share(house, order, person, Path(out))


WORKS: Mapping[str, Callable[..., None]] = {
    "import": importing,
    "backfill": filling,
    "share": slicing,
}
