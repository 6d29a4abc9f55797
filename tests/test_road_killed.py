"""A refresh that is killed leaves a whole workbook, and the next one ends as if nothing was."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from sync_service.workbooks.xlsx import XlsxPort
from tests.paths import ROOT
from tests.road_support import Folder, copied, house_at, refresh_book

# The process kills itself at the named function's first call: before, or after it has worked.
DYING = """
import importlib, os, pathlib, signal, sys
from tests.road_support import house_at, refresh_book
where, name, when, home, book = sys.argv[1:]
module = importlib.import_module(where)
work = getattr(module, name)
def dying(*words, **named):
    if when == "after":
        work(*words, **named)
    os.kill(os.getpid(), signal.SIGKILL)
setattr(module, name, dying)
with house_at(pathlib.Path(home)) as house:
    refresh_book(house, pathlib.Path(book), "never")
"""
POINTS = [
    ("sync_service.refresh", "compute", "before", "before anything is computed"),
    ("sync_service.workbooks.xlsx", "replace_atomically", "before", "before the backup"),
    ("sync_service.workbooks.xlsx", "replace_atomically", "after", "after the backup"),
    ("sync_service.refresh", "_record", "before", "before the refresh is recorded"),
]


@pytest.fixture(scope="module")
def unharmed(road: Folder, tmp_path_factory: pytest.TempPathFactory) -> tuple[Folder, bytes]:
    """A workbook that was never refreshed, and what one quiet refresh makes of it."""
    mine = copied(road, tmp_path_factory.mktemp("killed") / "road")
    start = mine.fresh("FEW").read_bytes()
    with house_at(mine.home) as house:
        refresh_book(house, mine.book("FEW"), "never")
    done = mine.book("FEW").read_bytes()
    mine.book("FEW").write_bytes(start)
    return mine, done


@pytest.mark.parametrize(
    ("module", "name", "when"), [pytest.param(*p[:3], id=p[3]) for p in POINTS]
)
def test_a_killed_refresh_is_made_good_by_the_next(
    module: str, name: str, when: str, road: Folder, unharmed: tuple[Folder, bytes], tmp_path: Path
) -> None:
    start, done = unharmed
    mine = copied(road, tmp_path / "road")
    book = mine.book("FEW")
    book.write_bytes(start.book("FEW").read_bytes())
    words = [sys.executable, "-c", DYING, module, name, when, str(mine.home), str(book)]
    killed = subprocess.run(
        words, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False
    )
    assert killed.returncode == -signal.SIGKILL
    assert XlsxPort(book).read().tables
    with house_at(mine.home) as house:
        assert refresh_book(house, book, "never").state == "written"
    assert book.read_bytes() == done
