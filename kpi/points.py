"""What counts of points that were added or deducted by hand: free misses, caps of a kind, caps.

Each entry belongs to a person and a month; those without a kind meet the caps of all alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from kpi.numbers import R
from kpi.scoring import ADD_CAP, DEDUCT_CAP, applied_points
from kpi.typed_rows import PointRow

Caps = tuple[float, float]
"""What counts of a month at most: points added, points deducted, both without sign."""
CAPS: Caps = (ADD_CAP, DEDUCT_CAP)


@dataclass(frozen=True, slots=True)
class PointKind:
    """One line of tblPointKind: what an entry of a kind gives, and how much of a month counts."""

    kind: str
    each: float | None  # points of an entry that types none
    free: int  # first deductions of a month that cost nothing
    cap: float | None  # at most so many points of a month, without sign; None: no cap


def month_points(
    entries: Iterable[PointRow],
    kinds: Iterable[PointKind],
    person: str,
    month: str,
    caps: Caps = CAPS,
) -> tuple[float, ...]:
    """What counts of a person's entries of a month, in the order of the table."""
    mine = [one for one in entries if (one.person, one.month) == (person, month)]
    return counted(mine, {one.kind: one for one in kinds}, caps)


def counted(
    entries: Sequence[PointRow], kinds: Mapping[str, PointKind], caps: Caps = CAPS
) -> tuple[float, ...]:
    """Free misses first, then the cap of each kind, then the caps of all additions and deductions.

    The entries are of one person and month; a kind that nobody described has no rule.
    """
    return applied_points(list(_by_kind(entries, kinds)), *caps)


def _by_kind(entries: Sequence[PointRow], kinds: Mapping[str, PointKind]) -> Iterator[float]:
    misses: dict[str, int] = {}
    sums: dict[str, float] = {}
    for entry in entries:
        kind = kinds.get(entry.kind)
        points = entry.points or (kind.each if kind else None) or 0.0
        if kind is None:
            yield points
            continue
        if points < 0:
            misses[kind.kind] = misses.get(kind.kind, 0) + 1
            if misses[kind.kind] <= kind.free:
                yield 0.0
                continue
        before = sums.get(kind.kind, 0.0)
        sums[kind.kind] = R(before + points) or 0.0
        yield R(_within(sums[kind.kind], kind.cap) - _within(before, kind.cap)) or 0.0


def _within(points: float, cap: float | None) -> float:
    return points if cap is None else max(-cap, min(cap, points))
