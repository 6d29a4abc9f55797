"""Exactly once: every kill point of three syncs, the four rows of recovery, full disks."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import select, update

from kpi.model import Window
from sync_service import audit, schema
from sync_service.control import Control, LeaseLostError, acquire, get
from sync_service.facts import DiskFullError, Facts
from sync_service.recovery import advance, lease_name, recover
from tests.crash.writer import NOW, SHOP, STEPS, STREAM, main, window
from tests.paths import ROOT
from tests.store_support import MEASURES, daily

WHOLE = Window(window(1).start, window(STEPS).end)
# Days 1-2 keep the first commit, 3-4 the second, 5-8 the third: 2 SKUs x (2x1 + 2x2 + 4x3).
TRUTH = Decimal(36)
WRITES = ("write", "pwrite64", "fsync", "fdatasync", "rename", "linkat", "ftruncate", "unlink")


def opened(folder: Path) -> tuple[Facts, Control]:
    return Facts(folder / "facts", MEASURES), Control(f"sqlite:///{folder / 'control.db'}")


def assert_whole(folder: Path) -> None:
    facts, control = opened(folder)
    sales = facts.rows(STREAM, SHOP, WHOLE).column("gross_sales").to_pylist()
    assert sum(sales) == TRUTH
    assert len(sales) == 2 * WHOLE.days
    with control.read() as connection:
        cursor = get(connection, schema.cursors, stream=STREAM, shop=SHOP)
        assert audit.faults(connection) == []
        moves = connection.execute(select(schema.audit.c.after)).scalars().all()
    assert cursor is not None
    assert cursor["number"] == facts.number(STREAM, SHOP) == STEPS
    assert [move["number"] for move in moves] == [1, 2, 3]


def ptrace_refused() -> bool:
    tried = subprocess.run(
        ["strace", "-qq", "-o", os.devnull, "true"], capture_output=True, check=False
    )
    return tried.returncode != 0


def run_with(folder: Path, inject: str) -> int:
    """Run the writer under an injected fault; its exit status."""
    call = inject.partition(":")[0]
    command = ["strace", "-f", "-qq", "-o", os.devnull, "-e", f"trace={call}"]
    command += ["-e", f"inject={inject}"]
    command += [sys.executable, "-m", "tests.crash.writer", str(folder)]
    environment = os.environ | {"TOKIO_WORKER_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, check=False
    ).returncode


def counted(folder: Path) -> dict[str, int]:
    """Count the write-class calls of one thread, the most of any, over a whole run."""
    trace = folder / "trace"
    calls = ",".join(WRITES)
    command = ["strace", "-f", "-qq", "-o", str(trace), "-e", f"trace={calls}"]
    command += [sys.executable, "-m", "tests.crash.writer", str(folder / "run")]
    environment = os.environ | {"TOKIO_WORKER_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    subprocess.run(command, cwd=ROOT, env=environment, check=True)
    by_thread: dict[tuple[str, str], int] = {}
    for line in trace.read_text().splitlines():
        thread, _, rest = line.partition(" ")
        call = rest.strip().partition("(")[0]
        if call in WRITES:
            by_thread[(thread, call)] = by_thread.get((thread, call), 0) + 1
    return {
        c: max((n for (_, name), n in by_thread.items() if name == c), default=0) for c in WRITES
    }


def sweep(tmp_path: Path, points: int | None) -> int:
    """Kill at write-class calls, run again, and look; all of them or `points` spread evenly."""
    (tmp_path / "counting").mkdir()
    counts = counted(tmp_path / "counting")
    every = [(call, when) for call, times in counts.items() for when in range(1, times + 1)]
    chosen = every if points is None else every[:: max(1, len(every) // points)]
    kills = 0
    for call, when in chosen:
        folder = tmp_path / f"{call}-{when}"
        folder.mkdir()
        kills += run_with(folder, f"{call}:signal=SIGKILL:when={when}") != 0
        main(folder)  # the second run completes the first
        assert_whole(folder)
        shutil.rmtree(folder)
    return kills


def test_an_undisturbed_run_is_the_truth(tmp_path: Path) -> None:
    main(tmp_path)
    assert_whole(tmp_path)
    main(tmp_path)
    assert_whole(tmp_path)


@pytest.mark.skipif(ptrace_refused(), reason="this kernel refuses ptrace to strace")
def test_killed_at_some_writes_and_run_again_nothing_is_lost_or_doubled(tmp_path: Path) -> None:
    assert sweep(tmp_path, points=10) > 5


@pytest.mark.prove
@pytest.mark.skipif(ptrace_refused(), reason="this kernel refuses ptrace to strace")
def test_killed_at_every_write_and_run_again_nothing_is_lost_or_doubled(tmp_path: Path) -> None:
    assert sweep(tmp_path, points=None) > 50


@pytest.mark.prove
@pytest.mark.skipif(ptrace_refused(), reason="this kernel refuses ptrace to strace")
@pytest.mark.parametrize("fault", ["ENOSPC", "EIO"])
@pytest.mark.parametrize("call", ["pwrite64", "fsync", "fdatasync", "linkat", "rename"])
def test_a_failing_call_is_an_error_and_the_next_run_heals(
    tmp_path: Path, call: str, fault: str
) -> None:
    for when in range(1, 40):
        folder = tmp_path / str(when)
        folder.mkdir()
        status = run_with(folder, f"{call}:error={fault}:when={when}")
        main(folder)
        assert_whole(folder)
        if status == 0:
            return


def prepared(folder: Path, facts_at: int, cursor_at: int) -> tuple[Facts, Control]:
    """Bring facts and cursor to the given commits."""
    facts, control = opened(folder)
    for number in range(1, max(facts_at, cursor_at) + 1):
        lease = acquire(control, lease_name(STREAM, SHOP), "w", NOW, dt.timedelta(minutes=5))
        assert lease is not None
        days = window(number)
        if number <= facts_at:
            meta = {"covered_until": "2026-09-30", "fencing": str(lease.fencing)}
            facts.commit(STREAM, SHOP, days, daily(days, "1"), number=number, meta=meta)
        if number <= cursor_at:
            advance(
                control,
                STREAM,
                SHOP,
                number=number,
                window=days,
                covered_until=None,
                fencing=lease.fencing,
                now=NOW,
            )
    return facts, control


@pytest.mark.parametrize(
    ("facts_at", "cursor_at", "said"),
    [
        pytest.param(0, 0, None, id="nothing at all is clean"),
        pytest.param(2, 2, None, id="equal numbers are clean"),
        pytest.param(1, 0, "noted now", id="stopped between facts and cursor, first commit"),
        pytest.param(3, 2, "noted now", id="stopped between facts and cursor"),
        pytest.param(1, 3, "went back", id="facts restored from an older copy"),
        pytest.param(0, 2, "went back", id="facts lost"),
        pytest.param(3, 1, "taken over", id="control database restored from an older copy"),
    ],
)
def test_the_rows_of_recovery(
    tmp_path: Path, facts_at: int, cursor_at: int, said: str | None
) -> None:
    facts, control = prepared(tmp_path, facts_at, cursor_at)
    sentences = recover(facts, control, NOW)
    assert len(sentences) == (said is not None)
    assert said is None or said in sentences[0]
    with control.read() as connection:
        cursor = get(connection, schema.cursors, stream=STREAM, shop=SHOP)
    assert (0 if cursor is None else cursor["number"]) == facts_at
    if said and facts_at:
        assert cursor is not None
        assert cursor["window_start"] == window(facts_at).start
    assert recover(facts, control, NOW) == []


def test_a_first_empty_window_is_noted_too(tmp_path: Path) -> None:
    facts, control = opened(tmp_path)
    assert acquire(control, lease_name(STREAM, SHOP), "w", NOW, dt.timedelta(minutes=5))
    days = window(1)
    facts.commit(STREAM, SHOP, days, daily(days, "1").slice(0, 0), number=1, meta={})
    assert "noted now" in recover(facts, control, NOW)[0]


def test_the_cursor_does_not_move_under_a_lost_lease(tmp_path: Path) -> None:
    _, control = prepared(tmp_path, 1, 1)
    with control.begin() as connection:
        connection.execute(update(schema.leases).values(fencing=7))
    with pytest.raises(LeaseLostError):
        advance(
            control,
            STREAM,
            SHOP,
            number=2,
            window=window(2),
            covered_until=None,
            fencing=1,
            now=NOW,
        )


def endlessly(handle: int) -> None:
    while True:
        os.write(handle, bytes(4096))


def fill(path: Path) -> None:
    """Write until the disk is full."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT)
    try:
        with pytest.raises(OSError, match="No space left"):
            endlessly(handle)
    finally:
        os.close(handle)


@pytest.mark.skipif(os.geteuid() != 0, reason="a small tmpfs needs root")
def test_a_full_disk_loses_nothing_and_heals_when_there_is_room(tmp_path: Path) -> None:
    folder = tmp_path / "small"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)], check=True)
    try:
        facts = Facts(folder, MEASURES)
        days = window(1)
        facts.commit(STREAM, SHOP, days, daily(days, "1"), number=1, meta={})
        filler = folder / "filler"
        fill(filler)
        with pytest.raises(DiskFullError, match="Free space"):
            facts.commit(STREAM, SHOP, days, daily(days, "2"), number=2, meta={})
        assert facts.number(STREAM, SHOP) == 1
        filler.unlink()
        facts.commit(STREAM, SHOP, days, daily(days, "2"), number=2, meta={})
        sales = facts.rows(STREAM, SHOP, days).column("gross_sales").to_pylist()
        assert sum(sales) == 16  # 4 days x 2 SKUs x 2
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def test_two_processes_write_different_shops_at_once(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from sync_service.facts import Facts; "
        "from tests.store_support import *; from tests.crash.writer import window\n"
        "facts = Facts(Path(sys.argv[1]), MEASURES)\n"
        "for n in range(1, 6):\n"
        "    facts.commit('s', sys.argv[2], window(n), daily(window(n), '1'), number=n, meta={})"
    )
    command = [sys.executable, "-c", script, str(tmp_path)]
    running = [subprocess.Popen([*command, shop], cwd=ROOT) for shop in ("A", "B", "C")]
    assert [process.wait(60) for process in running] == [0, 0, 0]
    facts = Facts(tmp_path, MEASURES)
    assert [facts.number("s", shop) for shop in "ABC"] == [5, 5, 5]
    assert facts.rows("s", "B", Window(window(1).start, window(5).end)).num_rows == 24
