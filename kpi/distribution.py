"""Forced distribution as a guide: how many people a class would hold, and who stands where.

It changes no grade and no pay. Equal totals at the edge of two classes are not parted by chance:
both are shown for a decision.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from kpi.bonus import MIN_GROUP, forced_distribution, is_proposal_only
from kpi.numbers import R
from kpi.typed_rows import Tie


@dataclass(frozen=True, slots=True)
class Placed:
    """A ranked person; `first` and `last` differ where the total stands on an edge."""

    person: str
    total: float  # points, R
    first: int  # class from 1, the best one that the total may stand in
    last: int

    @property
    def open(self) -> bool:
        """Whether somebody must decide between classes."""
        return self.first != self.last


@dataclass(frozen=True, slots=True)
class Guide:
    """The distribution of a group; people without a total are not ranked."""

    places: tuple[int, ...]  # of each class, the best first
    people: tuple[Placed, ...]  # best first, equal totals in the order of the table
    unknown: tuple[str, ...]
    proposal: bool  # too few people for more than a proposal


def guide(
    totals: Sequence[tuple[str, float | None]],
    shares: Sequence[float],
    tie: Tie = Tie.FIRST,
    min_group: int = MIN_GROUP,
) -> Guide:
    """Places by largest remainder of `shares`, then people by their totals."""
    known = [(who, total) for who, one in totals if (total := R(one)) is not None]
    ranked = sorted(known, key=lambda pair: -pair[1])
    places = forced_distribution(len(ranked), shares, tie)
    edges = tuple(accumulate(places))  # people up to the end of each class
    values = [total for _, total in ranked]
    people = tuple(_placed(who, total, values, edges) for who, total in ranked)
    unknown = tuple(who for who, one in totals if R(one) is None)
    return Guide(places, people, unknown, is_proposal_only(len(ranked), min_group))


def _placed(who: str, total: float, values: Sequence[float], edges: Sequence[int]) -> Placed:
    """The classes of the first and of the last rank that have this total."""
    first = values.index(total)
    last = first + values.count(total) - 1
    return Placed(who, total, _class(first, edges), _class(last, edges))


def _class(rank: int, edges: Sequence[int]) -> int:
    return next(number for number, edge in enumerate(edges, 1) if rank < edge)
