"""Objectives and key results: progress from 0 to 1, colours without gaps. No grade moves pay."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from kpi.numbers import R

MIN_COVERAGE = 0.7
BANDS = ((0.7, "green"), (0.4, "amber"))
BELOW = "red"


@dataclass(frozen=True, slots=True)
class KeyResult:
    """One line of tblOkr: a KPI of a scope and period as a key result of an objective."""

    number: str
    objective: str
    serves: str  # the objective that it was handed down from; empty at the top
    owner: str | None
    region: str | None  # None for scopes that cross regions
    scope: str
    metric: str
    period: str  # 2026-Q4, 2026-10, 2026
    baseline: float
    target: float
    weight: float
    address: str


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


def grades(
    lines: Iterable[KeyResult], actuals: Mapping[str, float | None]
) -> dict[str, float | None]:
    """The grade of each objective; `actuals` by the number of the key result."""
    found: dict[str, list[tuple[float, float | None]]] = {}
    for line in lines:
        reached = key_result(actuals.get(line.number), line.target, line.baseline)
        found.setdefault(line.objective, []).append((line.weight, reached))
    return {name: objective(results) for name, results in found.items()}


def handed_down(lines: Iterable[KeyResult]) -> dict[str, tuple[str, ...]]:
    """For each objective those that serve it, in the order of the table."""
    found: dict[str, dict[str, None]] = {}
    for line in lines:
        if line.serves:
            found.setdefault(line.serves, {})[line.objective] = None
    return {above: tuple(below) for above, below in found.items()}


def in_circle(lines: Sequence[KeyResult]) -> frozenset[str]:
    """Objectives that serve themselves over others."""
    above = {line.objective: line.serves for line in lines if line.serves}
    return frozenset(name for name in above if _returns(name, above))


def _returns(name: str, above: Mapping[str, str]) -> bool:
    seen, at = {name}, above.get(name, "")
    while at and at not in seen:
        seen.add(at)
        at = above.get(at, "")
    return at == name
