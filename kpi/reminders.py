"""The reminder ladder: on which days before a due day its owner is told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

LADDER = (30, 14, 7, 3, 1, 0)  # days before the due day


@dataclass(frozen=True, slots=True)
class Step:
    """One reminder; `before` days ahead of the due day it falls on `day`."""

    before: int
    day: date


def ladder(due: date, steps: tuple[int, ...] = LADDER) -> tuple[Step, ...]:
    """Every reminder of a due day, the earliest first."""
    return tuple(Step(n, due - timedelta(days=n)) for n in sorted(steps, reverse=True))


def reached(
    due: date, today: date, opened: date | None = None, steps: tuple[int, ...] = LADDER
) -> tuple[Step, ...]:
    """The reminders that have fallen by today.

    A task given late is told of on its first day: of the steps before `opened` only the last
    counts, on that day.
    """
    found = [step for step in ladder(due, steps) if step.day <= today]
    if opened is None:
        return tuple(found)
    late = [step for step in found if step.day < opened <= today]
    first = [Step(late[-1].before, opened)] if late else []
    return tuple(first + [step for step in found if step.day >= opened])
