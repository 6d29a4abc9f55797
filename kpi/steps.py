"""Steps of a newcomer as they are typed: percents of the full target, `0 25 50 75 100`."""

from __future__ import annotations

import re

from kpi.numbers import R


def read_steps(text: str) -> tuple[float, ...] | None:
    """`0 25 50 75 100` (percent of the full target, a month each) as parts; None when unreadable.

    Signs of percent and commas may stand between; nothing typed is no step.
    """
    parts = re.split(r"[\s,，、/;；%％]+", text.strip(" %％"))
    try:
        steps = tuple(float(part) / 100 for part in parts if part)
    except ValueError:
        return None
    return steps if all(0 <= step <= 1 for step in steps) else None


def steps_text(steps: tuple[float, ...]) -> str:
    """Steps as they are typed."""
    return " ".join(f"{R(step * 100):g}" for step in steps)
