"""The reminder ladder: on which days before a due day its owner is told."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

LADDER = (30, 14, 7, 3, 1, 0)  # days before the due day
LONGEST = 730  # days: nobody is told more than two years ahead
_LADDER = re.compile(r"(?P<regime>.*?)\s*[:：]?\s*(?P<steps>\d+(?:\s*[/,，、\s]\s*\d+)*)")


@dataclass(frozen=True, slots=True)
class Step:
    """One reminder; `before` days ahead of the due day it falls on `day`."""

    before: int
    day: date


def read_ladders(
    text: str, regime_of: Callable[[str], str | None]
) -> Mapping[str, tuple[int, ...]] | None:
    """`30/14/7/3/1/0; VAT 60/30/7` by regime, the one without a name under an empty text.

    None when a piece is no ladder, names an unknown regime, or says one twice.
    """
    found: dict[str, tuple[int, ...]] = {}
    for piece in filter(None, (part.strip() for part in re.split("[;；\n]", text))):
        read = _LADDER.fullmatch(piece)
        regime = None if read is None else regime_of(read["regime"]) if read["regime"] else ""
        if read is None or regime is None or regime in found:
            return None
        steps = {int(step) for step in re.findall(r"\d+", read["steps"])}
        if max(steps) > LONGEST:
            return None
        found[regime] = tuple(sorted(steps, reverse=True))
    return found


def ladder_of(ladders: Mapping[str, tuple[int, ...]], regime: str | None) -> tuple[int, ...]:
    """The days of a regime: its own ladder, else that for all, else the default."""
    return ladders.get(regime or "") or ladders.get("") or LADDER


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
