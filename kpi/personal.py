"""Measures that are typed for a person instead of a shop, with the most that each can be."""

from __future__ import annotations

from collections.abc import Mapping

from kpi.model import Measure

QUIZ, QUIZ_MAX, MENTOR = "quiz_points", "quiz_points_max", "mentor_points"
PERSONAL: Mapping[str, int] = {QUIZ: 1000, QUIZ_MAX: 1000, MENTOR: 100}  # points


def is_personal(code: str, measures: Mapping[str, Measure]) -> bool:
    """Whether a measure is typed for a person: a shipped one, or an own one of that level."""
    return code in PERSONAL or (code in measures and measures[code].personal)
