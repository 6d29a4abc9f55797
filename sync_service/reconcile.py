"""Our sales beside the platform's own figure: green within half a percent, day by day comparable.

The platform's own figure comes from a stream that never counts (`sources.BACK_OFFICE`); what a
person typed from the platform's page stands beside it in tblReconcile.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from kpi.leaves import SCALE
from kpi.model import Window
from kpi.numbers import R
from kpi.organisation import Part, open_days
from kpi.trade import Shop
from sync_service.compute import Computed
from sync_service.sources import BACK_OFFICE

TOLERANCE = 0.005
DAYS = 14


@dataclass(frozen=True, slots=True)
class Compared:
    """One shop over the days that both sides know; amounts in the shop's currency."""

    shop: str
    days: Window
    ours: float | None
    platform: float | None
    typed: float | None  # from the platform's own page

    @property
    def other(self) -> float | None:
        """What ours is held against: the typed figure, else the platform's stream."""
        return self.platform if self.typed is None else self.typed

    @property
    def difference(self) -> float | None:
        """The difference as a fraction of the other side; no fraction of nothing but nothing."""
        if self.ours is None or self.other is None:
            return None
        if not self.other:
            return None if self.ours else 0.0
        return R((self.ours - self.other) / self.other)

    @property
    def green(self) -> bool | None:
        """Whether both agree within half a percent; None while one side is unknown."""
        if self.ours is None or self.other is None:
            return None
        return self.difference is not None and abs(self.difference) <= TOLERANCE

    @property
    def ends(self) -> tuple[date, date] | None:
        """First and last day of the comparison, as a person reads them."""
        return (self.days.start, self.days.end - timedelta(days=1)) if self.days.days else None


def reconcile(done: Computed) -> Iterator[Compared]:
    """Every shop of the book, over its last days that are covered."""
    for shop in done.book.shops:
        yield _compare(done, shop)


def _compare(done: Computed, shop: Shop) -> Compared:
    totals = done.actuals.totals
    last = done.actuals.last_day[shop.code]
    start = last - timedelta(days=DAYS - 1)
    part = Part(shop.code, open_days(shop))
    asked = Window(start, last + timedelta(days=1))
    ours = totals.covered(["gross_sales"], [part], asked)
    theirs, platform = _platform(done, shop, ours)
    days = Window(asked.start, min(ours.end, theirs.end))
    typed = done.book.back_office.get(shop.code)
    if not days.days:
        return Compared(shop.code, ours, _amount(done, part, ours), None, typed)
    if days != ours:
        platform = _platform(done, shop, days)[1]
    return Compared(shop.code, days, _amount(done, part, days), platform, typed)


def _amount(done: Computed, part: Part, days: Window) -> float | None:
    if not days.days:
        return None
    return sum(done.actuals.totals.amounts(part, "gross_sales", days).values()) / SCALE


def _platform(done: Computed, shop: Shop, days: Window) -> tuple[Window, float | None]:
    """The platform's own figure over the days, up to the first that it does not know."""
    leaves = done.given.leaves
    nothing = Window(days.start, days.start)
    stream, measure = BACK_OFFICE.get(shop.platform, ("", ""))
    if stream not in leaves.streams or shop.code not in leaves.shops or measure not in leaves.sums:
        return nothing, None
    mine = (leaves.stream == leaves.streams.index(stream)) & (
        leaves.shop == leaves.shops.index(shop.code)
    )
    mine &= (leaves.known[measure] > 0) & (leaves.day >= days.start.toordinal())
    mine &= leaves.day < days.end.toordinal()
    found = set(np.unique(leaves.day[mine]).tolist())
    known = 0
    while days.start.toordinal() + known in found:
        known += 1
    end = days.start + timedelta(days=known)
    inside = mine & (leaves.day < end.toordinal())
    return Window(days.start, end), float(
        leaves.sums[measure][inside].sum()
    ) / SCALE if known else None
