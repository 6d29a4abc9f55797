"""Advertising budgets: what each day has of a month's budget, and spend held against it.

A budget is a plan: what Inputs holds, else the budget lines of the targets. The only typed figure
of a month is that month's, and of several each lasts until the next one; days before the first are
unknown.

A budget is passed on a day, not at the month's end. The day's value is what was spent since the
first of the month, over what was due of the budget by then: a tenth too much is a warning. Once
spend passes the rule's limit of the whole month's budget, the value is over the whole, and final.
Days so early that pacing says little give no verdict, unless the whole budget is gone already.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import lru_cache
from itertools import groupby

from kpi.actuals import Actual, Actuals
from kpi.apportion import Share, split
from kpi.book import Book
from kpi.breaches import is_beyond
from kpi.calendar import month_period
from kpi.campaigns import CAMPAIGN_BUDGET, asked_campaigns
from kpi.catalog import shipped
from kpi.model import Metric, Period, PeriodKind, Unit, Window
from kpi.money import fixed_rate
from kpi.month_shares import month_shares
from kpi.numbers import R, normalise
from kpi.organisation import ScopeParts
from kpi.pacing import is_early
from kpi.person_targets import Goal, Goals
from kpi.scope_goals import goals_in, scope_goal
from kpi.season import Pacing, factors_of, flow_of
from kpi.targets import AD_BUDGET, decimals_of, due_share, month_targets
from kpi.trade import Shop
from kpi.typed_rows import InputRow, Rule, TargetRow

FOLLOWS = "ad_cost"  # the KPI whose days a budget's days follow
PLACES = 4  # of a day's part: the facts' own fixed point
AHEAD = 1.1  # of what is due by now: the warning of reference/metrics.md
BUDGETS: Mapping[tuple[str, str | None], str] = {("ad_spend", AD_BUDGET): FOLLOWS}
"""(numerator, denominator) of a KPI -> the KPI that is its spend alone."""


# --- typed in Inputs ------------------------------------------------------------------------------


def lasting_budgets(typed: Iterable[InputRow]) -> Iterator[InputRow]:
    """Typed budgets by day, each in even parts over the days for which it holds."""
    in_order = sorted(typed, key=lambda row: (row.shop, row.day))
    for _, group in groupby(in_order, lambda row: (row.shop, row.day.year, row.day.month)):
        rows = list(group)
        month = month_period(rows[0].day.year, rows[0].day.month).window
        amounts: dict[date, Decimal] = {}
        for row in rows:
            amounts[row.day] = amounts.get(row.day, Decimal()) + row.value
        starts = sorted(amounts) if len(amounts) > 1 else [month.start]
        ends = [*starts[1:], month.end]
        for amount, start, end in zip(amounts.values(), starts, ends, strict=True):
            yield from _by_day(replace(rows[0], value=amount), Window(start, end), None)


@lru_cache(maxsize=4096)  # most budgets are those of the last refresh
def _by_day(row: InputRow, days: Window, weights: tuple[Share, ...] | None) -> tuple[InputRow, ...]:
    """A figure over days, to the last place."""
    parts = split(row.value, weights or (1.0,) * days.days, PLACES)
    in_order = zip(days.each(), parts, strict=True)
    return tuple(replace(row, day=day, value=part) for day, part in in_order)


# --- lines of the targets -------------------------------------------------------------------------


def planned_budgets(book: Book, last: date) -> tuple[InputRow, ...]:
    """The budget lines of shops and campaigns by day, of months that have begun by `last`."""
    return tuple(_spread(book, _planned(book, last)))


def _planned(book: Book, last: date) -> Iterator[InputRow]:
    """A line a month and shop of the target rows, in the shop's currency."""
    campaigns = asked_campaigns(book)
    for row in book.targets:
        campaign = campaigns.get(row.scope)
        shop = campaign.shop if campaign else book.shop(row.scope)
        if row.metric != AD_BUDGET or shop is None or row.year > last.year:
            continue
        rate = _rate(book, row, shop)
        for number, value in enumerate(_months(book, row), 1):
            start = date(row.year, number, 1)
            if value is not None and rate is not None and value >= 0 and start <= last:
                amount = Decimal(str(value)) * rate
                measure = CAMPAIGN_BUDGET if campaign else AD_BUDGET
                name = campaign.name if campaign else None
                by = (row.owner or "", row.address)
                yield InputRow(start, shop.code, measure, amount, *by, campaign=name)


def _months(book: Book, row: TargetRow) -> tuple[float | None, ...]:
    shares = month_shares(book, row, flow_of(shipped().metrics[FOLLOWS]))
    return month_targets(row, additive=True, decimals=decimals_of(Unit.MONEY), shares=shares)


def _rate(book: Book, row: TargetRow, shop: Shop) -> Decimal | None:
    """Units of the shop's currency for one of the line's, at the book's fixed rates."""
    given = row.currency or book.settings.currency
    return fixed_rate(book.settings.fixed_rates, given, shop.currency)


def _spread(book: Book, planned: Iterable[InputRow]) -> Iterator[InputRow]:
    """Each month over its days: evenly, or by season where the book is paced so."""
    seasonal = book.settings.pacing == Pacing.SEASONAL
    metric = shipped().metrics[FOLLOWS]
    for row in planned:
        days = month_period(row.day.year, row.day.month).window
        shop = book.shop(row.shop)
        weights = factors_of(metric, [shop], days, book.settings) if seasonal and shop else None
        yield from _by_day(row, days, weights)


# --- spend against a budget -----------------------------------------------------------------------


def is_budget(metric: Metric, rule: Rule) -> bool:
    """Whether a rule says how much of a month's budget may be spent."""
    monthly = rule.window is PeriodKind.MONTH and rule.operator.startswith(">")
    return monthly and rule.against == "value" and (metric.numerator, metric.denominator) in BUDGETS


@dataclass(slots=True)
class Budget:
    """The budget of one scope, as a rule holds its spend against it."""

    book: Book
    actuals: Actuals
    metric: Metric
    scope: ScopeParts
    rule: Rule
    targets: dict[Period, Goals] = field(default_factory=dict)  # of the book, for all scopes
    whole: dict[str, float | None] = field(default_factory=dict)  # month -> amount
    typed: dict[Window, float | None] = field(default_factory=dict)  # month -> amount of Inputs
    goals: dict[tuple[Period, date], Goal | None] = field(default_factory=dict)

    def actual(self, of: Period) -> Actual:
        """Spend since the first of the month over the part due, or over the whole budget.

        `of` is a day or a month; a month has its whole budget below.
        """
        spend = self._spend(of)
        below = self._below(spend, of)
        value = None if spend.value is None or not below else normalise(spend.value / below)
        return replace(
            spend, metric=self.metric.code, value=value, numerator=spend.value, denominator=below
        )

    def lacks(self, found: Actual) -> bool:
        """Whether spend is known and no budget is."""
        month = month_period(found.covered.start.year, found.covered.start.month)
        return found.numerator is not None and self._whole(month) is None

    def ahead(self, of: Period, found: Actual) -> bool:
        """Whether a value is held against what is due by now, not against the month's budget."""
        month = month_period(of.window.start.year, of.window.start.month)
        return of.kind is PeriodKind.DAY and not self._gone(found.numerator, self._whole(month))

    def limit(self, of: Period, found: Actual) -> float:
        """What a value is held against; of the part that is due, at least `AHEAD`."""
        return max(self.rule.value, AHEAD) if self.ahead(of, found) else self.rule.value

    def _spend(self, of: Period) -> Actual:
        first = of.window.start.replace(day=1)
        spend = self.actuals.catalog.metrics[
            BUDGETS[self.metric.numerator, self.metric.denominator]
        ]
        since = Period(of.code, of.kind, Window(first, of.window.end))
        return self.actuals.of(spend, self.scope, since)

    def _below(self, spend: Actual, of: Period) -> float | None:
        month = month_period(of.window.start.year, of.window.start.month)
        whole = self._whole(month)
        if of.kind is PeriodKind.MONTH or self._gone(spend.value, whole):
            return whole
        share = self._share(month, spend.covered.end)
        return None if whole is None or share is None or is_early(share) else R(whole * share)

    def _gone(self, spend: float | None, whole: float | None) -> bool:
        """Whether the limit is passed even of the whole budget."""
        used = R(spend / whole) if spend is not None and whole else None
        return used is not None and is_beyond(used, self.rule.value, self.rule.operator)

    def _whole(self, month: Period) -> float | None:
        """The month's budget: typed figures of Inputs, else the target; 0 is no budget."""
        if month.code not in self.whole:
            typed, goal = self._typed(month.window), self._goal(month, month.window.end)
            self.whole[month.code] = typed or (goal.value if goal and goal.value > 0 else None)
        return self.whole[month.code]

    def _share(self, month: Period, until: date) -> float | None:
        """What is due before a day: by the target's own pacing, else by that of the scope."""
        goal = None if self._typed(month.window) else self._goal(month, until)
        if goal is not None:
            return goal.share
        shops = {part.shop for part in self.actuals.held(self.metric, self.scope).parts}
        goals = goals_in(self.book, month, self.targets)
        factors = goals.factors(self._money(), shops)
        return due_share(_day_before(until), month.window, factors)

    def _goal(self, month: Period, until: date) -> Goal | None:
        if (month, until) not in self.goals:
            found = scope_goal(self.book, month, self._money(), self.scope, until, self.targets)
            self.goals[month, until] = found
        return self.goals[month, until]

    def _money(self) -> Metric:
        """The budget as an amount that can have a target."""
        spend = self.actuals.catalog.metrics[
            BUDGETS[self.metric.numerator, self.metric.denominator]
        ]
        return replace(spend, code=str(self.metric.denominator))

    def _typed(self, month: Window) -> float | None:
        """The whole month's budget from typed figures; None where a part or a day is unknown."""
        if month not in self.typed:
            self.typed[month] = self._in_inputs(month)
        return self.typed[month]

    def _in_inputs(self, month: Window) -> float | None:
        measure, totals = str(self.metric.denominator), self.actuals.totals
        parts = self.actuals.held(self.metric, self.scope).parts
        if totals.covered([measure], parts, month).end < month.end:
            return None
        each = [totals.exact(part, measure, month, self.actuals.money) for part in parts]
        known = [one for one in each if one is not None]
        return float(sum(known)) if len(known) == len(each) else None


def _day_before(day: date) -> date:
    return date.fromordinal(day.toordinal() - 1)
