"""What the weights of a card mean: points of 100, or parts of their own sum."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum

from kpi.scoring import relative_weights
from kpi.typed_rows import WeightRow


class WeightMode(StrEnum):
    """How the weights of every card are written."""

    ABSOLUTE = "absolute"  # points; a card adds up to 100
    RELATIVE = "relative"  # 2 and 1 are two thirds and one third


def in_points(rows: Sequence[WeightRow], mode: str) -> list[WeightRow]:
    """The lines of one card with weights in points of 100; a line that is off has no part.

    A card without any weight stays as it is: nothing of it can be scored.
    """
    weights = [row.weight if row.on else 0.0 for row in rows]
    if mode != WeightMode.RELATIVE or not any(weight > 0 for weight in weights):
        return list(rows)
    points = relative_weights(weights)
    return [
        replace(row, weight=part) if row.on else row for row, part in zip(rows, points, strict=True)
    ]
