"""What a stream's function sees of the simulator, and the matrices that it gives back."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from sync_service.sandbox.daily import age, by_sku_day
from sync_service.sandbox.simulator import DAYS, Book, Bools, Ints, Lines
from sync_service.sandbox.world import World


@dataclass(slots=True)
class Sheet:
    """A stream before it becomes rows: matrices by SKU (or campaign) and day, arrays by day."""

    rows: dict[str, Ints] = field(default_factory=dict)  # measure -> (row, day)
    whole: dict[str, Ints] = field(default_factory=dict)  # measure -> (day,)
    unknown: Bools | None = None  # days whose `hidden` measures are not known yet
    hidden: frozenset[str] = frozenset()
    names: tuple[str, ...] | None = None  # part of each row where rows are campaigns


@dataclass(frozen=True, slots=True)
class View:
    """What a stream's function gets: the shop, the instant of asking, days by index."""

    world: World
    book: Book
    now: float

    @property
    def ages(self) -> Ints:
        """Age of every day of the history at the instant."""
        return age(self.book, np.arange(len(DAYS)), self.now)

    def by_day(self, instants: Ints, values: Ints) -> Ints:
        """Values of events by shop day, as far as they have happened."""
        days: Ints = by_sku_day(self.book, instants, values, self.now).sum(axis=0)
        return days

    def by_sku(self, instants: Ints, values: Ints) -> Ints:
        """The same by SKU and day."""
        return by_sku_day(self.book, instants, values, self.now)

    def orders(self, lines: Ints | Bools, instants: Ints) -> Ints:
        """Distinct orders of some lines by day of an event."""
        order, when = self.book.lines.order[lines], instants[lines]
        day = self.book.clock.day(when)
        ok = (when <= self.now) & (day >= 0) & (day < len(DAYS))
        pairs = np.unique(order[ok] * len(DAYS) + day[ok])
        return np.bincount(pairs % len(DAYS), minlength=len(DAYS)).astype(np.int64)


def live(lines: Lines, now: float) -> Bools:
    """Lines bought and not cancelled at an instant."""
    return (lines.bought <= now) & ~(lines.cancelled <= now)


def spread(days: Ints, values: Ints) -> Ints:
    """Sums by day."""
    out = np.zeros(len(DAYS), dtype=np.int64)
    np.add.at(out, days, values)
    return out
