"""Objectives and key results: progress from 0 to 1, colours without gaps."""

from __future__ import annotations

from collections.abc import Sequence

from kpi.numbers import R

MIN_COVERAGE = 0.7
BANDS = ((0.7, "green"), (0.4, "amber"))
BELOW = "red"


def key_result(actual: float | None, target: float, baseline: float = 0.0) -> float | None:
    """Progress from the baseline to the target, clamped to 0..1; counts start from 0."""
    if actual is None or target == baseline:
        return None
    return R(min(1.0, max(0.0, (actual - baseline) / (target - baseline))))


def objective(
    results: Sequence[tuple[float, float | None]], min_coverage: float = MIN_COVERAGE
) -> float | None:
    """Weighted mean of the known key results; unknown below the coverage."""
    weight = sum(w for w, _ in results)
    known = [(w, r) for w, r in results if r is not None]
    covered = sum(w for w, _ in known)
    if not covered > 0 or (R(covered / weight) or 0.0) < min_coverage:
        return None
    total = 0.0
    for w, r in known:
        total += R(w / covered * r) or 0.0
    return R(total)


def colour(
    value: float | None, bands: Sequence[tuple[float, str]] = BANDS, below: str = BELOW
) -> str | None:
    """The colour of a grade: each band reaches from its lower edge up to the next one's.

    Only lower edges count, so no value falls between two bands.
    """
    reached = R(value)
    if reached is None:
        return None
    ordered = sorted(bands, key=lambda band: band[0], reverse=True)
    return next((name for edge, name in ordered if reached >= edge), below)
