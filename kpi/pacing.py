"""Where an open period stands and where it will land: pace, run rate, what is still needed.

Elapsed counts days whose data are complete. With equal day shares the seasonal form is the linear
one, because a share of days is what `targets.due_share` gives for both.
"""

from __future__ import annotations

from collections.abc import Sequence

from kpi.numbers import R

MIN_ELAPSED = 0.1  # of the period: projections before it are early


def pace(actual: float | None, target: float | None, share: float | None) -> float | None:
    """Actual over what is due: `share` of the target; 1 is on pace. The share is not rounded."""
    if actual is None or target is None or share is None or not target * share:
        return None
    return R(actual / (target * share))


def run_rate(actual: float | None, share: float | None) -> float | None:
    """Where the period lands if the rest goes like the part that has elapsed."""
    return None if actual is None or not share else R(actual / share)


def at_speed(actual: float | None, recent: Sequence[float | None], left: int) -> float | None:
    """Where the period lands if each day left goes like the mean of the recent days.

    Unknown as soon as one of them is: a gap would look like a slow day.
    """
    known = [value for value in recent if value is not None]
    if actual is None or not known or len(known) < len(recent):
        return None
    return R(actual + sum(known) / len(known) * left)


def reached(projection: float | None, target: float | None) -> float | None:
    """A projection as a fraction of the target."""
    return None if projection is None or not target else R(projection / target)


def needed(actual: float | None, target: float | None, left: float) -> float | None:
    """What each remaining day (or share) must bring; unknown when nothing remains."""
    if actual is None or target is None or not left > 0:
        return None
    return R((target - actual) / left)


def is_early(share: float | None, min_elapsed: float = MIN_ELAPSED) -> bool:
    """Whether a projection is too young to act on."""
    return share is None or share < min_elapsed
