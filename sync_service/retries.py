"""Repeats, in one place: how often, how long between, and when to stop.

At most five attempts, 2-4-8-16 s apart with jitter. A 429 is no failed attempt; it waits as long
as the platform asks, and parks the job when that is more than a worker may hold.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from sync_service.clock import Clock
from sync_service.connectors.buckets import LONGEST_WAIT
from sync_service.troubles import Parked, RateLimited, Retryable

T = TypeVar("T")
DAY = 86_400.0  # no platform means more; a Retry-After of 10^9 s would sleep for 30 years


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a call may be repeated; all in seconds of the service's clock."""

    attempts: int = 5
    first_wait: float = 2.0  # doubles each time
    deadline: float = 600.0  # for all waits after failures together
    limited: float = LONGEST_WAIT  # for all waits that the platform asked for together


def repeated(
    attempt: Callable[[], T],
    clock: Clock,
    patience: Patience,
    limited: Callable[[float], None],
    jitter: Callable[[], float] = random.random,
) -> T:
    """Call until it works; `limited(seconds)` waits when the platform says so."""
    failures = 0
    waited = asked = 0.0
    while True:
        try:
            return attempt()
        except RateLimited as trouble:
            wait = _asked_wait(trouble, clock, patience, asked)
            asked += max(wait, 0.5)  # a platform that asks for 0 s forever ends too
            limited(wait)
        except Retryable as trouble:
            failures += 1
            wait = patience.first_wait * 2 ** (failures - 1) * (0.5 + jitter() / 2)
            if failures >= patience.attempts or waited + wait > patience.deadline:
                raise
            waited += wait
            del trouble
            clock.sleep(wait)


def _asked_wait(trouble: RateLimited, clock: Clock, patience: Patience, asked: float) -> float:
    """Give the wait, never shorter than asked for; too long a one parks the job."""
    wait = 1.0 if trouble.retry_after is None else trouble.retry_after
    if asked + wait > patience.limited:
        raise Parked(trouble.detail, until=clock.now() + timedelta(seconds=min(wait, DAY)))
    return wait
