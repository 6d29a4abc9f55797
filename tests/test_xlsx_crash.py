"""Killed at every system call, on a full disk, two at once: the old workbook or the new, whole."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sync_service.workbooks.refusals import BookInUseError, RefusedBookError
from sync_service.workbooks.replace import replace_atomically
from tests.paths import ROOT
from tests.xlsx_support import make_book, parts, port

START = [{"no": f"W{n}", "actual": 0} for n in range(30)]
CALLS = ("write", "fsync", "rename", "fchmod,chmod", "openat", "unlink", "ftruncate", "flock")
WRITER = [sys.executable, "-X", "faulthandler", "-m", "tests.xlsx_writer"]


def book_in(folder: Path) -> Path:
    return make_book(folder / "book.xlsx", {"tblBreach": START})


def state(path: Path) -> set[float]:
    """The one value that all rows hold; the zip is whole."""
    parts(path)
    return {float(str(r.value("actual"))) for r in port(path).read().tables["tblBreach"].rows}


def _strace(path: Path, value: int, *options: str) -> subprocess.CompletedProcess[str]:
    command = ["strace", "-f", "-qq", *options, *WRITER, str(path), str(value)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def _last_calls(path: Path, log: Path) -> dict[str, int]:
    """How often the writer does each call in all; the sweep walks back from there."""
    done = _strace(path, 1, "-e", "trace=write,fsync,rename,chmod,fchmod", "-o", str(log))
    assert done.returncode == 0, done.stderr
    text = log.read_text()
    return {
        name: len(re.findall(rf"^\d+ +{name}\(", text, re.MULTILINE))
        for name in ("write", "fsync", "rename", "chmod", "fchmod")
    }


@pytest.fixture
def counted(tmp_path: Path) -> dict[str, int]:
    assert shutil.which("strace"), "strace is not installed; run: apt-get install -y strace"
    return _last_calls(book_in(tmp_path), tmp_path / "calls.log")


def _sweep(folder: Path, counted: dict[str, int], fault: str, each: int) -> Iterator[set[float]]:
    for name, count in counted.items():
        for back in range(min(each, count)):
            path = folder / "book.xlsx"
            shutil.rmtree(folder / ".linkstar", ignore_errors=True)
            book_in(folder)
            inject = f"inject={name}:{fault}:when={count - back}"
            _strace(path, 7, "-e", f"trace={name}", "-e", inject, "-o", str(folder / "log"))
            yield state(path)


def test_killed_at_the_calls_that_matter(tmp_path: Path, counted: dict[str, int]) -> None:
    found = list(_sweep(tmp_path, counted, "signal=KILL", each=3))
    assert len(found) >= 6
    assert all(values in ({0.0}, {7.0}) for values in found)
    assert {0.0} in found


@pytest.mark.prove
def test_killed_at_every_call(tmp_path: Path, counted: dict[str, int]) -> None:
    found = list(_sweep(tmp_path, counted, "signal=KILL", each=60))
    assert all(values in ({0.0}, {7.0}) for values in found)


def test_errors_of_the_disk_leave_the_old_workbook(tmp_path: Path, counted: dict[str, int]) -> None:
    found = list(_sweep(tmp_path, counted, "error=ENOSPC", each=2))
    assert all(values in ({0.0}, {7.0}) for values in found)
    assert {0.0} in found


def test_what_a_killed_writer_left_is_swept(tmp_path: Path) -> None:
    path = book_in(tmp_path)
    left = tmp_path / ".book.xlsx.linkstar-0123456789ab.tmp"
    left.write_bytes(b"half")
    subprocess.run([*WRITER, str(path), "3"], cwd=ROOT, check=True)
    assert not left.exists()
    assert state(path) == {3.0}


def test_two_writers_at_once_both_end_and_one_wins(tmp_path: Path) -> None:
    path = book_in(tmp_path)
    running = [subprocess.Popen([*WRITER, str(path), str(n)], cwd=ROOT) for n in (1, 2, 3)]
    assert [one.wait(60) for one in running] == [0, 0, 0]
    assert state(path) in ({1.0}, {2.0}, {3.0})
    assert sorted(p.name for p in tmp_path.iterdir()) == [".linkstar", "book.xlsx"]


def test_a_full_disk_says_so_and_keeps_the_file(tmp_path: Path) -> None:
    """Linux's own full device stands for the disk: every write to it fails."""
    path = tmp_path / "book.xlsx"
    path.write_bytes(b"old")

    def full() -> Iterator[bytes]:
        yield b"new"
        raise OSError(28, "No space left on device")

    with pytest.raises(RefusedBookError, match="No space left"):
        replace_atomically(path, full())
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["book.xlsx"]


def test_a_check_that_raises_leaves_everything(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    path.write_bytes(b"old")

    def refuse(_: Path) -> None:
        raise PermissionError(13, "Permission denied")

    with pytest.raises(BookInUseError, match="is open by"):
        replace_atomically(path, [b"new"], refuse)
    assert path.read_bytes() == b"old"
