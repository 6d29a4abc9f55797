"""Is the KPI set itself any good: used, known, telling people apart, undisputed.

Looked at over the items of a quarter. A finding is a reason to talk, not a verdict: the meeting
decides what stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import fsum, sqrt

from kpi.model import DataState
from kpi.person_cards import Item

FULL_SCORE = 100.0  # where a rule has no cap of its own
GAPS = 1 / 3  # from this part without data on, the KPI cannot be relied on
DISPUTED = 2  # disputes in a quarter
ENOUGH = 3  # scores that it takes to say something of their spread
SAME = 2.0  # points of standard deviation below which nobody is told apart


@dataclass(frozen=True, slots=True)
class KpiLine:
    """How one KPI did in the quarter; None where there is nothing to say it from."""

    metric: str
    cards: int  # person and region, each once
    weight: float | None  # mean points
    items: int  # times it was to be scored
    scores: int  # times it was
    missing: float | None  # part of the items
    mean: float | None
    low: float | None
    high: float | None
    spread: float | None  # standard deviation of the scores, in points
    at_cap: float | None  # part of the scores
    at_zero: float | None  # part of the scores
    disputes: int
    finding: str  # code of the word list kpi_finding


def review_kpis(
    items: Sequence[Item], switched_on: Iterable[str], disputes: Mapping[str, int]
) -> tuple[KpiLine, ...]:
    """A line for each KPI that is on a card or switched on; `disputes` by KPI.

    Items that do not apply to a person are not due and count nowhere.
    """
    due = [item for item in items if item.actual.state is not DataState.NOT_APPLICABLE]
    codes = dict.fromkeys([*(item.metric.code for item in due), *switched_on])
    return tuple(
        _line(code, [item for item in due if item.metric.code == code], disputes.get(code, 0))
        for code in codes
    )


def _line(code: str, items: Sequence[Item], disputes: int) -> KpiLine:
    scores = [item.score for item in items if item.score is not None]
    capped = [item for item in items if item.score is not None and item.score >= _cap(item)]
    line = KpiLine(
        metric=code,
        cards=len({(item.person, item.region) for item in items}),
        weight=_mean([item.rule.weight for item in items]),
        items=len(items),
        scores=len(scores),
        missing=_part(len(items) - len(scores), len(items)),
        mean=_mean(scores),
        low=min(scores, default=None),
        high=max(scores, default=None),
        spread=spread_of(scores),
        at_cap=_part(len(capped), len(scores)),
        at_zero=_part(sum(score <= 0 for score in scores), len(scores)),
        disputes=disputes,
        finding="keep",
    )
    return replace(line, finding=finding(line))


def finding(line: KpiLine) -> str:
    """The strongest reason to talk about a KPI; `keep` where there is none."""
    if not line.items:
        return "unused"
    if (line.items - line.scores) / line.items >= GAPS:
        return "gaps"
    if line.disputes >= DISPUTED:
        return "disputed"
    if line.scores < ENOUGH:
        return "keep"
    if line.at_cap == 1:
        return "full"
    return "same" if (line.spread or 0.0) < SAME else "keep"


def _cap(item: Item) -> float:
    return FULL_SCORE if item.rule.cap is None else item.rule.cap


def _mean(values: Sequence[float]) -> float | None:
    return fsum(values) / len(values) if values else None


def _part(some: int, every: int) -> float | None:
    return some / every if every else None


def spread_of(values: Sequence[float]) -> float | None:
    """The standard deviation of all scores there are: they are the whole team, no sample."""
    mean = _mean(values)
    if mean is None:
        return None
    return sqrt(fsum((value - mean) ** 2 for value in values) / len(values))
