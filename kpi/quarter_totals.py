"""The total of a quarter: the mean of a person's months."""

from __future__ import annotations

from collections.abc import Sequence

from kpi.numbers import R
from kpi.scoring import total_of


def quarter_total(months: Sequence[float | None]) -> float | None:
    """The mean of the totals of the months a person has, points; one without leaves none."""
    known = [total for total in months if total is not None]
    if len(known) < len(months) or not known:
        return None
    summed = total_of(known)
    return None if summed is None else R(summed / len(known))
