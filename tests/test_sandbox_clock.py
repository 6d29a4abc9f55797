"""The sandbox's clock: it jumps over waits, and another process can follow it."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from sync_service.sandbox.clock import LONG, FollowedClock, SandboxClock
from sync_service.sandbox.serve import apart
from sync_service.sandbox.world import SANDBOX_NOW


def test_an_hour_of_waiting_costs_no_time() -> None:
    clock, begun = SandboxClock(SANDBOX_NOW), time.monotonic()
    clock.sleep(3600)
    assert time.monotonic() - begun < 1
    assert clock.now() - SANDBOX_NOW >= timedelta(hours=1)


def test_sleepers_are_woken_in_order() -> None:
    clock = SandboxClock(SANDBOX_NOW)
    woken: list[int] = []
    ready = threading.Barrier(3)

    def wait(seconds: int) -> None:
        with clock.working():
            ready.wait()
            clock.sleep(seconds)
            woken.append(seconds)

    threads = [threading.Thread(target=wait, args=(n,)) for n in (900, 60, 300)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert woken == [60, 300, 900]


@pytest.mark.parametrize(
    ("work", "jumps"),
    [
        pytest.param(LONG / 3, False, id="in the middle of something short: it waits"),
        pytest.param(LONG * 3, True, id="a long computation holds nobody up"),
    ],
)
def test_the_clock_waits_for_short_work(work: float, jumps: bool) -> None:
    clock = SandboxClock(SANDBOX_NOW)
    at_work, passed = threading.Event(), []

    def compute() -> None:
        with clock.working():
            at_work.set()
            time.sleep(work)
            passed.append(clock.monotonic())

    thread = threading.Thread(target=compute)
    thread.start()
    at_work.wait()
    clock.sleep(600)
    thread.join()
    assert (passed[0] >= 600) is jumps


def test_a_follower_sees_every_jump(tmp_path: Path) -> None:
    file = tmp_path / "clock"
    clock = SandboxClock(SANDBOX_NOW, file)
    follower = FollowedClock(SANDBOX_NOW, file)
    clock.sleep(86_400)
    assert abs((follower.now() - clock.now()).total_seconds()) < 1


def test_platforms_apart_keep_the_same_time(tmp_path: Path) -> None:
    """A token of an hour is old for the other process when an hour has been slept here."""
    clock = SandboxClock(SANDBOX_NOW, tmp_path / "clock")
    with apart(SANDBOX_NOW, tmp_path / "clock") as sandbox:
        urls = sandbox.urls("AMZ-DE", "amazon")
        form = {"grant_type": "refresh_token"} | sandbox.secrets("AMZ-DE", "amazon")
        token = httpx.post(urls["token"], data=form).json()["access_token"]

        def status() -> int:
            url = f"{urls['api']}/sellers/v1/marketplaceParticipations"
            return httpx.get(url, headers={"x-amz-access-token": token}).status_code

        before = status()
        clock.sleep(3601)
        after = status()
    assert (before, after) == (200, 403)
