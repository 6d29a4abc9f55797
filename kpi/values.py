"""What a formula is evaluated over: the totals of one scope and period, or arrays of many.

`Values` is the whole contract. A value that is not there is None (in arrays: NaN).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

Scalar = float | str | None


class Values(Protocol):
    """One scope and one period."""

    @property
    def days(self) -> float | None:
        """Days of the period: what DAYS() gives."""

    def value(self, code: str) -> Scalar:
        """The period's value of a measure or KPI, rolled up as the measure says; or a text."""

    def opening(self, code: str) -> float | None:
        """A stock measure on the day before the period."""

    def closing(self, code: str) -> float | None:
        """A stock measure on the period's last covered day."""

    def mean(self, code: str) -> float | None:
        """The mean of a stock measure over the period's days."""

    def each_day(self) -> Sequence[Values] | None:
        """The same scope day by day, oldest first; None where days are not kept."""


@dataclass(frozen=True, slots=True)
class Row:
    """`Values` over plain mappings; what a mapping lacks is unknown."""

    values: Mapping[str, Scalar]
    days: float | None = None
    openings: Mapping[str, float | None] = field(default_factory=dict)
    closings: Mapping[str, float | None] = field(default_factory=dict)
    means: Mapping[str, float | None] = field(default_factory=dict)
    by_day: Sequence[Mapping[str, Scalar]] | None = None

    def value(self, code: str) -> Scalar:
        """See `Values`."""
        return self.values.get(code)

    def opening(self, code: str) -> float | None:
        """See `Values`."""
        return self.openings.get(code)

    def closing(self, code: str) -> float | None:
        """See `Values`."""
        return self.closings.get(code)

    def mean(self, code: str) -> float | None:
        """See `Values`."""
        return self.means.get(code)

    def each_day(self) -> Sequence[Values] | None:
        """See `Values`."""
        return None if self.by_day is None else [Row(day, 1.0) for day in self.by_day]


def known(value: Scalar) -> Scalar:
    """The value if it is one: NaN, infinities and an empty text are unknown."""
    if value is None or isinstance(value, str):
        return value or None
    try:
        number = float(value)
    except OverflowError:  # a whole number beyond any double
        return None
    return number if math.isfinite(number) else None
