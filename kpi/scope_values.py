"""The measures and KPIs of one scope and window: exact totals, each rolled up its own way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from statistics import median_high

from kpi.campaigns import CAMPAIGN_BUDGET
from kpi.catalog import Catalog
from kpi.evaluate import evaluate
from kpi.heads import HEADCOUNT
from kpi.model import Measure, RollUp, Unit, Window
from kpi.organisation import Part
from kpi.scopes import same
from kpi.totals import STOCK_AGE_DAYS, Converter, Totals

Heads = Callable[[Window], Fraction | None]
"""The average headcount of some days."""

# Figures from the product table are unknown while one unit of the scope lacks its cost.
LACKING = {
    "cogs": "units_without_cost",
    "inbound_freight": "units_without_freight",
    "cogs_restocked": "restocked_without_cost",
    "inventory_value_cost": "stock_without_cost",
}


# Counts of what lacks its cost, and budgets of campaigns: they travel with the leaves and are no
# figures of a workbook.
GAPS: dict[str, Measure] = {
    code: Measure(code, same(code), unit, RollUp.SUM, ("WB",))
    for code, unit in (
        *((code, Unit.COUNT) for code in LACKING.values()),
        (CAMPAIGN_BUDGET, Unit.MONEY),
    )
}


@dataclass(slots=True)
class ScopeValues:
    """`Values` of one scope and window over exact totals; remembers what it read."""

    totals: Totals
    catalog: Catalog
    money: Converter
    parts: Sequence[Part]
    window: Window
    read: dict[str, str] = field(default_factory=dict)  # measure -> exact sum as text
    heads: Heads | None = None  # of People; None: figures of Inputs

    @property
    def days(self) -> float | None:
        """Days of the covered window."""
        return float(self.window.days) if self.window.days else None

    def value(self, code: str) -> float | None:
        """A measure rolled up its own way, or another KPI."""
        metric = self.catalog.metrics.get(code)
        if metric is not None:
            return evaluate(self.catalog.expressions[code], self)
        measure = self.catalog.measures[code]
        if measure.over_days is not None:
            return self._over_days(measure)
        if measure.derived is not None:
            dated = measure.day_rates
            return self._at_day_rates(measure) if dated else evaluate(measure.derived, self)
        if measure.roll_up is RollUp.SUM:
            return self._sum(code)
        return self.closing(code) if measure.roll_up is RollUp.LAST else self.mean(code)

    def opening(self, code: str) -> float | None:
        """The stock on the day before the window."""
        return self._stock(code, self.window.start)

    def closing(self, code: str) -> float | None:
        """The stock on the window's last day."""
        return self._stock(code, self.window.end)

    def mean(self, code: str) -> float | None:
        """The mean of the days that know the stock; unknown when fewer than half do."""
        if code == HEADCOUNT and self.heads is not None:
            return self._people(self.heads, self.window)
        found = [self._stock(code, day + timedelta(days=1)) for day in self.window.each()]
        known = [value for value in found if value is not None]
        if not known or 2 * len(known) < len(found):
            return None
        return sum(known) / len(known)

    def each_day(self) -> Sequence[ScopeValues]:
        """The same scope day by day and shop by shop: what one saves does not excuse another."""
        return [
            ScopeValues(self.totals, self.catalog, self.money, (part,), _one(day))
            for day in self.window.each()
            for part in self.parts
        ]

    def _at_day_rates(self, measure: Measure) -> float | None:
        """A derived measure without the workbook's fixed rates."""
        view = replace(self, money=replace(self.money, fixed={}), read={})
        value = evaluate(measure.derived or "", view)
        self.read.update({f"{name} at day rates": text for name, text in view.read.items()})
        return value

    def _sum(self, code: str) -> float | None:
        lacking = LACKING.get(code)
        if lacking is not None and self._total(lacking, self.window):
            return None
        total = self._total(code, self.window)
        return None if total is None else float(total)

    def _total(self, code: str, window: Window) -> Decimal | None:
        """The exact sum over all parts; None when a rate is missing or nothing is covered."""
        if not window.days:
            return None
        total = Decimal()
        for part in self.parts:
            one = self.totals.exact(part, code, window, self.money)
            if one is None:
                return None
            total += one
        self.read[f"{code} {window.start} {window.end}"] = str(total.normalize())
        return total

    def _stock(self, code: str, before: date) -> float | None:
        """What stood at the end of the day before `before`, over all parts."""
        if code == HEADCOUNT and self.heads is not None:
            return self._people(self.heads, _one(before - timedelta(days=1)))
        if self.catalog.measures[code].alone:
            alone = self._best_placed if self.catalog.measures[code].placed else self._only
            return alone(code, before)
        total = Decimal()
        lacking = LACKING.get(code)
        for part in self.parts:
            day = self.totals.last_known(part, code, before)
            if day is None:
                return None
            if lacking is not None and self.totals.exact(part, lacking, _one(day), self.money):
                return None
            one = self.totals.exact(part, code, _one(day), self.money)
            if one is None:
                return None
            total += one
        self.read[f"{code} {before}"] = str(total.normalize())
        return float(total) if self.parts else None

    def _people(self, heads: Heads, days: Window) -> float | None:
        found = heads(days)
        self.read[f"{HEADCOUNT} {days.start} {days.end}"] = str(found)
        return None if found is None else float(found)

    def _over_days(self, measure: Measure) -> float | None:
        """The best or the median of the places of the days; each day has its best placed product.

        The median is the place of a day, of an even count the worse of the middle two: a mean of
        places is no place.
        """
        code, days = measure.derived or "", self.window.each()
        found = sorted(p for day in days if (p := self._placed(code, day)) is not None)
        self.read[f"{measure.code} {self.window.start} {self.window.end}"] = " ".join(
            str(one.normalize()) for one in found
        )
        if not found or (measure.over_days == "median" and 2 * len(found) < len(days)):
            return None
        return float(found[0] if measure.over_days == "best" else median_high(found))

    def _placed(self, code: str, day: date) -> Decimal | None:
        """The best place on a day of any product of the scope."""
        known = (self.totals.placed(part, code, day) for part in self.parts)
        return min((one for one in known if one is not None), default=None)

    def _best_placed(self, code: str, before: date) -> float | None:
        """The place of the best placed product on the latest day that has one, if it is young."""
        for back in range(1, STOCK_AGE_DAYS + 1):
            found = self._placed(code, before - timedelta(days=back))
            if found is not None:
                self.read[f"{code} {before}"] = str(found.normalize())
                return float(found)
        return None

    def _only(self, code: str, before: date) -> float | None:
        """The one value of a score or printed rate; unknown where several products differ."""
        found: set[Decimal] = set()
        for part in self.parts:
            day = self.totals.last_known(part, code, before)
            if day is not None:
                whole = replace(part, share=1.0)
                one = self.totals.exact(whole, code, _one(day), self.money)
                if one is None or self.totals.facts(part, code, _one(day)) != 1:
                    return None
                found.add(one)
        self.read[f"{code} {before}"] = " ".join(str(one.normalize()) for one in sorted(found))
        return float(found.pop()) if len(found) == 1 else None


def _one(day: date) -> Window:
    return Window(day, day + timedelta(days=1))
