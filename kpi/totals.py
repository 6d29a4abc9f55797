"""Leaf sums become totals of a scope and period: exact until the one conversion to a double.

For each (shop, measure, day) the first alternative of streams that knows the whole day counts; two
sources of one measure are never added. What no stream knows stays unknown: missing is not zero.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from kpi.campaigns import AD_BUDGET, CAMPAIGN_BUDGET
from kpi.cells import cells_of
from kpi.leaves import SCALE, LeafSums
from kpi.model import WHOLE_SHOP, Measure, RollUp, Unit, Window
from kpi.money import Rates, cross, fixed_rate
from kpi.organisation import Part
from kpi.sums import Answers, Series

Alternatives = tuple[tuple[str, ...], ...]
"""Sets of streams in order of preference; the streams of one set are added."""
Sources = Callable[[str, str], Alternatives]
"""(platform, measure) -> alternatives; none for what the platform cannot deliver."""

WHOLE_SHOP_CATEGORY = "*"  # leaves of facts that belong to no SKU
NO_PLACE = int(np.iinfo(np.int64).max)
STOCK_AGE_DAYS = 3  # how old a snapshot may be and still stand for a day


def of_part(part: Part, measure: str) -> str:
    """The measure as it is kept for a part: campaigns have budgets of their own."""
    return CAMPAIGN_BUDGET if part.campaigns and measure == AD_BUDGET else measure


@dataclass(frozen=True, slots=True)
class Converter:
    """The workbook's view of money: fixed rates where it stores them, else the day's."""

    currency: str  # wanted
    fixed: Mapping[str, float]  # US dollars per unit
    rates: Rates
    view: str = field(init=False, compare=False)  # tells apart sums over the same day rates

    def __post_init__(self) -> None:
        """Name the view once: it is part of the key of every sum."""
        object.__setattr__(self, "view", repr((self.currency, sorted(self.fixed.items()))))

    def constant(self, given: str) -> Decimal | None:
        """The fixed rate, None when the day's rate must be used."""
        return fixed_rate(self.fixed, given, self.currency)

    def of_day(self, given: str, day: date) -> Decimal | None:
        """The rate of a day; None when no young rate is known."""
        quote = cross(self.rates, given, self.currency, day)
        return None if quote is None else quote.rate


class Totals:
    """The exact sums of one facts version, ready for any scope and period."""

    def __init__(
        self,
        leaves: LeafSums,
        platforms: Mapping[str, str],
        sources: Sources,
        measures: Mapping[str, Measure],
        answers: Answers | None = None,
    ) -> None:
        """Take the leaves of one pass; `platforms` gives each shop's platform.

        `answers` are those of totals that differ in other shops only.
        """
        self.leaves = leaves
        self.measures = measures
        self._platforms = platforms
        self._sources = sources
        self._shop_index = {code: n for n, code in enumerate(leaves.shops)}
        self._category_index = {code: n for n, code in enumerate(leaves.categories)}
        self._cells = cells_of(leaves.categories)
        self.first = int(leaves.day.min()) if len(leaves.day) else 0
        self.days = int(leaves.day.max()) - self.first + 1 if len(leaves.day) else 0
        self._series: dict[str, Series] = {}
        self._places: dict[str, NDArray[np.int64]] = {}
        self.answers = answers or Answers()

    # --- what is known -------------------------------------------------------------------------

    def alternatives(self, shop: str, measure: str) -> Alternatives:
        """The streams that may deliver a measure for a shop."""
        return self._sources(self._platforms.get(shop, ""), measure)

    def applicable(self, shop: str, measures: Iterable[str]) -> bool:
        """Whether a shop's platform delivers every one of these measures at all."""
        asked = (shop, frozenset(measures))
        if asked not in self.answers.applicable:
            self.answers.applicable[asked] = all(self.alternatives(shop, one) for one in asked[1])
        return self.answers.applicable[asked]

    def covered(self, measures: Iterable[str], parts: Sequence[Part], window: Window) -> Window:
        """The days from the window's start on which every measure of every part is known."""
        end, wanted = window.end, frozenset(measures)
        for part in parts:
            days = _overlap(part.days, window)
            if days.days:
                end = min(end, self._all_known_until(part, wanted, days))
        return Window(window.start, max(window.start, end))

    def _all_known_until(self, part: Part, measures: frozenset[str], days: Window) -> date:
        """The first day of `days` on which the part lacks one of the measures that are sums."""
        asked = (part, measures, days)
        if asked not in self.answers.all_until:
            wanted = [m for m in measures if self.measures[m].roll_up is RollUp.SUM]
            found = (self._known_until(part, measure, days) for measure in wanted)
            self.answers.all_until[asked] = min(found, default=date.max)
        return self.answers.all_until[asked]

    def _known_until(self, part: Part, measure: str, days: Window) -> date:
        """The first day of `days` that the part does not know; beyond all when it knows each."""
        asked = (part, measure, days)
        if asked not in self.answers.until:
            known = self._known(part, measure)
            first, last = self._slice(days)
            inside = known[first:last] if first >= 0 else known[:0]
            gaps = np.flatnonzero(~inside)
            length = int(gaps[0]) if len(gaps) else len(inside)
            until = days.start + timedelta(days=length)
            self.answers.until[asked] = date.max if until >= days.end else until
        return self.answers.until[asked]

    def _known(self, part: Part, measure: str) -> NDArray[np.bool_]:
        shop = self._shop_index.get(part.shop)
        if shop is None:
            return np.zeros(self.days, np.bool_)
        series = self.series(of_part(part, measure))
        known: NDArray[np.bool_] = series.known[shop]
        if part.campaigns:
            return known & self._of_campaigns(part, of_part(part, measure), shop)
        if part.sku is not None:
            return known & self._of_products(series, shop)
        return known if part.whole else known & self._by_sku(series, shop)

    def _by_sku(self, series: Series, shop: int) -> NDArray[np.bool_]:
        """[day]: nothing of the measure belongs to the whole shop; such figures are not spread."""
        star = self._category_index.get(WHOLE_SHOP_CATEGORY)
        sums = list(series.sums.values())
        if not any(np.delete(days[shop], star, 0).any() if star else True for days in sums):
            return np.zeros(self.days, np.bool_)
        if star is None:
            return np.ones(self.days, np.bool_)
        free: NDArray[np.bool_] = np.all([days[shop, star] == 0 for days in sums], axis=0)
        return free

    def _of_products(self, series: Series, shop: int) -> NDArray[np.bool_]:
        """[day]: no figure belongs to the whole shop, so what a SKU has is all that it has."""
        star = self._cells.skus.get(WHOLE_SHOP)
        if star is None:
            return np.zeros(self.days, np.bool_)
        free = np.ones(self.days, np.bool_)
        for days in series.sums.values():
            free &= ~days[shop, star].any(axis=0)
        return free

    def _of_campaigns(self, part: Part, measure: str, shop: int) -> NDArray[np.bool_]:
        """[day]: of a budget each campaign has one; a figure is of all days once it was ever seen.

        A campaign that no fact names is unknown, not without spend: its name may be another.
        """
        found = np.ones(self.days, np.bool_)
        for campaign in part.campaigns:
            there = self._there(measure, shop, self._cells.campaigns.get(campaign, ()))
            found &= there if measure == CAMPAIGN_BUDGET else there.any()
        return found

    def _there(self, measure: str, shop: int, cells: Sequence[int]) -> NDArray[np.bool_]:
        """[day]: some leaf of these cells knows the measure."""
        leaves, there = self.leaves, np.zeros(self.days, np.bool_)
        known = leaves.known.get(measure, np.zeros(len(leaves.day), np.int64)) > 0
        mine = known & (leaves.shop == shop) & np.isin(leaves.category, cells)
        there[leaves.day[mine] - self.first] = True
        return there

    def last_known(self, part: Part, measure: str, before: date) -> date | None:
        """The latest day before `before` with a snapshot, no older than a few days."""
        last = before.toordinal() - self.first
        known = self._known(part, measure)
        young = np.flatnonzero(known[max(0, last - STOCK_AGE_DAYS) : max(0, last)])
        if not len(young):
            return None
        return date.fromordinal(self.first + max(0, last - STOCK_AGE_DAYS) + int(young[-1]))

    def any_day(self, part: Part, measure: str, window: Window) -> bool:
        """Whether the part knows the measure on some day of a window."""
        first, last = self._slice(window)
        return bool(self._known(part, measure)[max(0, first) : max(0, last)].any())

    def streams(self, shop: str, measures: Iterable[str], window: Window) -> frozenset[str]:
        """The streams of a shop that count for any of these measures in a window."""
        asked = (shop, frozenset(measures), window)
        if asked not in self.answers.counting:
            found = (self._streams(shop, measure, window) for measure in asked[1])
            self.answers.counting[asked] = frozenset[str]().union(*found)
        return self.answers.counting[asked]

    def _streams(self, shop: str, measure: str, window: Window) -> frozenset[str]:
        index = self._shop_index.get(shop)
        if index is None:
            return frozenset()
        first, last = self._slice(window)
        chosen = self.series(measure).chosen[index, max(first, 0) : max(last, 0)]
        sets = enumerate(self.alternatives(shop, measure))  # one or two, of days by the hundred
        return frozenset(s for n, streams in sets if (chosen == n).any() for s in streams)

    # --- sums ----------------------------------------------------------------------------------

    def amounts(self, part: Part, measure: str, window: Window) -> dict[str, int]:
        """Exact sums of a part over a window, by currency, before its share."""
        shop = self._shop_index.get(part.shop)
        days = _overlap(part.days, window)
        first, last = (min(max(n, 0), self.days) for n in self._slice(days))
        if shop is None or last <= first:
            return {}
        categories = self._cells.of(part)
        return {
            currency: int(
                (running[shop, categories, last] - running[shop, categories, first]).sum()
            )
            for currency, running in self.series(measure).running.items()
        }

    def exact(self, part: Part, measure: str, window: Window, money: Converter) -> Decimal | None:
        """The part's sum in the wanted currency (or unit), share applied; None without a rate.

        KPIs of one scope ask for the same sums again and again, so each is added once. One
        `Totals` serves any workbook's money over the same day rates.
        """
        asked = (part, measure, window, money.view)
        if asked not in self.answers.exact:
            own = of_part(part, measure)
            self.answers.exact[asked] = self._converted(part, own, window, money)
        return self.answers.exact[asked]

    def facts(self, part: Part, measure: str, window: Window) -> int:
        """How many facts know the measure: one product's figure is told from the sum of several."""
        shop = self._shop_index.get(part.shop)
        known = self.leaves.known.get(measure)
        if shop is None or known is None:
            return 0
        leaves, (first, last) = self.leaves, self._slice(window)
        day = leaves.day - self.first
        here = np.flatnonzero((leaves.shop == shop) & (day >= first) & (day < last))
        inside = here[np.isin(leaves.category[here], self._cells.of(part))]
        counted = inside[self._counts(measure, inside, self.series(measure).chosen)]
        return int(known[counted].sum())

    def placed(self, part: Part, measure: str, day: date) -> Decimal | None:
        """The best place of a part's products on a day; None where none of them has one."""
        if measure not in self._places:
            self._places[measure] = self._best(measure)
        shop, day_number = self._shop_index.get(part.shop), day.toordinal() - self.first
        if shop is None or not 0 <= day_number < self.days:
            return None
        best = self._places[measure][shop, self._cells.of(part), day_number]
        found = int(best.min(initial=NO_PLACE))
        if found == NO_PLACE:
            return None
        return Decimal(found) / (SCALE if self.series(measure).scaled else 1)

    def _best(self, measure: str) -> NDArray[np.int64]:
        """[shop, category, day]: the best place; places are never added."""
        leaves, chosen = self.leaves, self.series(measure).chosen
        best = np.full((len(leaves.shops), len(leaves.categories), self.days), NO_PLACE, np.int64)
        facts = np.flatnonzero(leaves.known.get(measure, leaves.rows[:0]) > 0)
        mine = facts[self._counts(measure, facts, chosen)]
        place = (leaves.shop[mine], leaves.category[mine], leaves.day[mine] - self.first)
        if len(mine):
            np.minimum.at(best, place, leaves.sums[measure][mine])
        return best

    def _converted(
        self, part: Part, measure: str, window: Window, money: Converter
    ) -> Decimal | None:
        total = Decimal()
        is_money = self.measures[measure].unit is Unit.MONEY
        for currency, amount in self.amounts(part, measure, window).items():
            rate = money.constant(currency) if is_money else Decimal(1)
            if amount and rate is None:
                daily = self._at_day_rates(part, measure, window, currency, money)
                if daily is None:
                    return None
                total += daily
            elif amount and rate is not None:
                total += Decimal(amount) * rate
        scale = SCALE if self.series(measure).scaled else 1
        return total / scale * Decimal(str(part.share))

    def _at_day_rates(
        self, part: Part, measure: str, window: Window, currency: str, money: Converter
    ) -> Decimal | None:
        total = Decimal()
        for day in _overlap(part.days, window).each():
            one = Window(day, day + timedelta(days=1))
            amount = self.amounts(part, measure, one).get(currency, 0)
            rate = money.of_day(currency, day) if amount else Decimal(1)
            if rate is None:
                return None
            total += Decimal(amount) * rate
        return total

    def _slice(self, window: Window) -> tuple[int, int]:
        return window.start.toordinal() - self.first, window.end.toordinal() - self.first

    # --- building a series ---------------------------------------------------------------------

    def series(self, measure: str) -> Series:
        """The series of a measure, built once."""
        if measure not in self._series:
            self._series[measure] = self._build(measure)
        return self._series[measure]

    def _build(self, measure: str) -> Series:
        leaves = self.leaves
        chosen = np.full((len(leaves.shops), self.days), -1, np.int8)
        known = leaves.known.get(measure)
        if known is None:
            return Series(chosen, {}, scaled=False)
        facts = np.flatnonzero(known > 0)
        knows = self._knows(facts)
        for n, shop in enumerate(leaves.shops):
            sets = self.alternatives(shop, measure)
            for rank, streams in reversed(list(enumerate(sets))):
                indices = [leaves.streams.index(s) for s in streams if s in leaves.streams]
                if len(indices) == len(streams):
                    chosen[n, knows[indices, n].all(axis=0)] = rank
        return Series(chosen, self._sums(measure, facts, chosen), leaves.scaled[measure])

    def _knows(self, facts: NDArray[np.intp]) -> NDArray[np.bool_]:
        """[stream, shop, day]: whether the stream knows the measure that day."""
        leaves = self.leaves
        knows = np.zeros((len(leaves.streams), len(leaves.shops), self.days), np.bool_)
        knows[leaves.stream[facts], leaves.shop[facts], leaves.day[facts] - self.first] = True
        return knows

    def _sums(
        self, measure: str, facts: NDArray[np.intp], chosen: NDArray[np.int8]
    ) -> dict[str, NDArray[np.int64]]:
        leaves = self.leaves
        counted = facts[self._counts(measure, facts, chosen)]
        shape = (len(leaves.shops), len(leaves.categories), self.days)
        sums: dict[str, NDArray[np.int64]] = {}
        for n, currency in enumerate(leaves.currencies):
            mine = counted[leaves.currency[counted] == n]
            if len(mine):
                days = np.zeros(shape, np.int64)
                place = (leaves.shop[mine], leaves.category[mine], leaves.day[mine] - self.first)
                np.add.at(days, place, leaves.sums[measure][mine])
                sums[currency] = days
        return sums

    def _counts(
        self, measure: str, facts: NDArray[np.intp], chosen: NDArray[np.int8]
    ) -> NDArray[np.bool_]:
        """Which facts are of a stream that belongs to the alternative chosen for their day.

        Where none is chosen, -1 finds the last row of `member`, which no stream belongs to.
        """
        leaves = self.leaves
        deepest = max((len(self.alternatives(s, measure)) for s in leaves.shops), default=0)
        member = np.zeros((len(leaves.shops), deepest + 1, len(leaves.streams)), np.bool_)
        for n, shop in enumerate(leaves.shops):
            for rank, streams in enumerate(self.alternatives(shop, measure)):
                member[
                    n, rank, [leaves.streams.index(s) for s in streams if s in leaves.streams]
                ] = True
        shops, days = leaves.shop[facts], leaves.day[facts] - self.first
        counts: NDArray[np.bool_] = member[shops, chosen[shops, days], leaves.stream[facts]]
        return counts


def _overlap(days: Window, window: Window) -> Window:
    start = max(days.start, window.start)
    return Window(start, max(start, min(days.end, window.end)))
