"""What a person (or a shop) should reach in a month, and what of it is due by the covered day.

An own target of the person, of the role or, for a ratio, of the department wins. Else money and
counts are the sum of the targets of the shops that were theirs, each for its days and share, so a
hand-over in mid-month splits the month; a ratio takes the one target of its category, its shop,
its brand, its company or its market, or that of the region. Who answers for a category of a shop,
or for what is left of it, is asked the category's own target or, of the shop's, what it brought in
the same month last year.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from fractions import Fraction

from kpi.apportion import exact
from kpi.bonus import prorated
from kpi.book import Book
from kpi.model import Metric, Period, Region, Unit, Window
from kpi.money import fixed_rate
from kpi.month_shares import month_shares
from kpi.numbers import R, normalise
from kpi.organisation import Part, clip, employed, in_days, joined, open_days
from kpi.season import Pacing, factors_of, flow_of, part_of
from kpi.target_scopes import category_of, in_market, part_code, stages_of
from kpi.targets import Target, decimals_of, due_share, resolve
from kpi.typed_rows import TargetRow
from kpi.working_days import Team, counted_days, proration_of

Factors = tuple[float, ...] | None
"""The weights of a month's days; None for equal days."""
Place = tuple[str, str | None]
"""A shop and one of its categories; None for the shop or what its categories leave."""

RowsOf = Mapping[tuple[str, Region], Sequence[TargetRow]]
"""The rows of targets by KPI and region."""


@dataclass(frozen=True, slots=True)
class Goal:
    """A target in the report currency and the share of it that is due by now."""

    value: float
    share: float | None  # None while no day is covered
    basis: str  # the scopes whose rows it comes from; empty where nobody typed a target
    part: float = 1.0  # of the whole month's target; limits in the KPI's unit are cut alike
    own: float = 0.0  # of the value, typed for the person's markets: it takes no step

    @property
    def typed_in_full(self) -> bool:
        """Whether all of it was typed for the person's markets."""
        return bool(self.own) and self.own == self.value


@dataclass(frozen=True, slots=True)
class Goals:
    """The targets of one book and month."""

    book: Book
    month: Period
    _lines: dict[tuple[str, Region, str], Target | None] = field(
        default_factory=dict, repr=False, compare=False
    )
    _rows: dict[int, RowsOf] = field(default_factory=dict, repr=False, compare=False)

    def of(
        self, metric: Metric, region: Region, own: Sequence[str], parts: Sequence[Part], until: date
    ) -> Goal | None:
        """The goal of a scope; `own` are its codes from the most particular, `until` is covered."""
        typed = self._row(metric, region, own)
        if typed is not None:
            return self._whole(metric, typed, parts, until)
        if metric.additive:
            category = self._of_category(metric, region, parts)
            if category is not None:
                return self._whole(metric, category, parts, until)
            return self._of_markets(metric, region, own, joined(parts), until)
        found = self._categorys(metric, region, parts)
        found = found or self._row(metric, region, self._around(region, parts))
        return None if found is None else self._whole(metric, found, parts, until)

    def _categorys(self, metric: Metric, region: Region, parts: Sequence[Part]) -> Target | None:
        """A ratio of the one category of all parts: its own line, else those of its stages."""
        category = category_of(parts)
        if category is None:
            return None
        own = self._row(metric, region, (category,))
        last = self.month.window.end - timedelta(days=1)
        return own or self._staged(metric, region, stages_of(self.book, category, last))

    def _staged(self, metric: Metric, region: Region, stages: Mapping[str, int]) -> Target | None:
        """The mean of the lines of some stages over their products; each of them needs its line."""
        lines = [(n, self._row(metric, region, (stage,))) for stage, n in stages.items()]
        known = [(n, line) for n, line in lines if line is not None]
        currencies = {line.currency for _, line in known}
        if not known or len(known) < len(lines) or len(currencies) > 1:
            return None
        total = sum((n * exact(line.value) for n, line in known), Fraction())
        value = R(float(total / sum(n for n, _ in known)))
        basis = (
            known[0][1].scope
            if len(known) == 1
            else "+".join(f"{s}×{n}" for s, n in stages.items())
        )
        return None if value is None else replace(known[0][1], value=value, scope=basis)

    def _around(self, region: Region, parts: Sequence[Part]) -> tuple[str, ...]:
        """The one shop of all parts, the brand, company and market they share, then the region."""
        shops = {part.shop for part in parts}
        mine = [s for s in self.book.shops if s.code in shops]
        owners = ({s.brand for s in mine}, {s.company for s in mine})
        found = (shops, *owners, {s.market for s in mine})
        return (*(code for codes in found if len(codes) == 1 for code in codes), str(region))

    def _row(self, metric: Metric, region: Region, scopes: Sequence[str]) -> Target | None:
        """The line of the first scope that has one."""
        return next((line for scope in scopes if (line := self._line(metric, region, scope))), None)

    def _line(self, metric: Metric, region: Region, scope: str) -> Target | None:
        """The line of a scope; cards of people ask for those of the same shops again and again."""
        key = (metric.code, region, scope)
        if key not in self._lines:
            self._lines[key] = self._resolved(metric, region, scope)
        return self._lines[key]

    def _resolved(self, metric: Metric, region: Region, scope: str) -> Target | None:
        return resolve(
            self._rows_of(metric, region),
            metric.code,
            region,
            (scope,),
            self.month,
            additive=metric.additive,
            decimals=decimals_of(metric.unit),
            shares=lambda row: month_shares(self.book, row, flow_of(metric)),
        )

    def _rows_of(self, metric: Metric, region: Region) -> Sequence[TargetRow]:
        """The rows of the year for a KPI and region, in the order of the table."""
        year = self.month.window.start.year
        if year not in self._rows:
            self._rows[year] = _grouped(row for row in self.book.targets if row.year == year)
        return self._rows[year].get((metric.code, region), ())

    def _whole(
        self, metric: Metric, target: Target, parts: Sequence[Part], until: date
    ) -> Goal | None:
        value = self._in_report_currency(metric, target)
        last = until - timedelta(days=1)
        factors = self.factors(metric, {part.shop for part in parts})
        share = due_share(last, self.month.window, factors) if metric.additive else 1.0
        return None if value is None else Goal(value, share, target.scope)

    def _of_markets(
        self, metric: Metric, region: Region, own: Sequence[str], parts: Sequence[Part], until: date
    ) -> Goal | None:
        """The person's own lines of markets with the sum of the shops of all others."""
        market = {shop.code: shop.market for shop in self.book.shops}
        here = in_days(parts, self.month.window)
        lines = {
            name: row
            for name in dict.fromkeys(market[part.shop] for part in here)
            for code in own[:1]
            if (row := self._row(metric, region, (in_market(name, code),)))
        }
        if not lines:
            return self._summed(metric, region, parts, until)
        rest = [part for part in here if market[part.shop] not in lines]
        typed = [
            self._employed(own[0], self._whole(metric, row, here, until), until)
            for row in lines.values()
        ]
        return together(typed, [self._summed(metric, region, rest, until)] if rest else [])

    def _employed(self, code: str, goal: Goal | None, until: date) -> Goal | None:
        """A person's own goal for the days of the month on which the person is employed."""
        days = [employed(person) for person in self.book.people if person.code == code]
        month = self.month.window
        team = proration_of(self.book.settings)
        return within(goal, clip(days[0], month), month, until, team) if goal and days else goal

    def _summed(
        self, metric: Metric, region: Region, parts: Sequence[Part], until: date
    ) -> Goal | None:
        worth: list[tuple[Part, float]] = []
        for part in in_days(parts, self.month.window):
            value = self._of_part(metric, region, part)
            if value is None:
                return None  # one shop without a target leaves the sum unknown
            worth.append((part, value))
        found = self._over(metric, worth, until)
        rounded = None if found is None else R(found.value)
        return None if found is None or rounded is None else replace(found, value=rounded)

    def unset(self, metric: Metric, parts: Sequence[Part], until: date) -> Goal:
        """How limits are cut where nobody set a target: each shop counts for as much as another."""
        worth = [(part, 1.0) for part in in_days(parts, self.month.window)]
        found = self._over(metric, worth, until) if metric.additive else None
        if found is not None:
            return found
        factors = self.factors(metric, {part.shop for part in parts})
        share = due_share(until - timedelta(days=1), self.month.window, factors)
        return Goal(1.0, share if metric.additive else 1.0, "")

    def _over(
        self, metric: Metric, worth: Sequence[tuple[Part, float]], until: date
    ) -> Goal | None:
        """What parts are worth for their days and shares, what of it is due, which part it is."""
        month = self.month.window
        factors = {part.shop: self.factors(metric, {part.shop}) for part, _ in worth}
        held = self._held((part for part, _ in worth), factors)
        whole, due, full = 0.0, 0.0, 0.0
        for part, value in worth:
            mine = clip(part.days, month)
            days = part_of(factors[part.shop], month, mine)
            whole += value * part.share * days
            full += value * part.share * days / held[_place(part)] if days else 0.0
            gone = clip(mine, _before(mine, until))
            due += value * part.share * part_of(factors[part.shop], month, gone)
        if not whole:
            return None
        share = normalise(due / whole) if due else None
        basis = "+".join(dict.fromkeys(part.shop for part, _ in worth))
        return Goal(whole, share, basis, normalise(whole / full))

    def _of_category(self, metric: Metric, region: Region, parts: Sequence[Part]) -> Target | None:
        """The line of a category, where the parts are all of it: in every shop, all the month."""
        month = self.month.window
        category = category_of(parts)
        open_ = {s.code: clip(open_days(s), month) for s in self.book.shops if s.region is region}
        wanted = {code: days for code, days in open_.items() if days.days}
        held = {part.shop: clip(part.days, month) for part in parts if part.share == 1}
        if category is None or {c: days for c, days in held.items() if days.days} != wanted:
            return None
        return self._row(metric, region, (category,))

    def _of_part(self, metric: Metric, region: Region, part: Part) -> float | None:
        """What the month asks of a part over all of its days: the shop's target or a part of it."""
        target = self._row(metric, region, (part.shop,))
        value = None if target is None else self._in_report_currency(metric, target)
        share = 1.0 if part.whole else self._part_of_shop(metric, region, part)
        return None if value is None or share is None else value * share

    def _part_of_shop(self, metric: Metric, region: Region, part: Part) -> float | None:
        """What a category, or a shop without some, brought of the shop in this month last year.

        Unknown where not all of it is known, and where anything of it was a loss.
        """
        of_shop = self._last_year(metric, region, part.shop)
        named = part.excluding if part.category is None else {part.category}
        codes = sorted(part_code(part.shop, category) for category in named)
        found = [self._last_year(metric, region, code) for code in codes]
        known = [value for value in found if value is not None and value >= 0]
        if of_shop is None or len(known) < len(found) or not of_shop > 0:
            return None
        share = sum(known) / of_shop
        if share > 1:
            return None
        return share if part.category is not None else 1 - share

    def _last_year(self, metric: Metric, region: Region, code: str) -> float | None:
        start = self.month.window.start
        months = self.book.past.get((start.year, region, code, metric.code))
        return None if months is None else months[start.month - 1]

    def _held(self, parts: Iterable[Part], factors: Mapping[str, Factors]) -> dict[Place, float]:
        """Which part of the month's target the days have on which each place was held at all."""
        month = self.month.window
        found: dict[Place, float] = {}
        for place, days in dict.fromkeys((_place(part), clip(part.days, month)) for part in parts):
            found[place] = found.get(place, 0.0) + part_of(factors[place[0]], month, days)
        return found

    def factors(self, metric: Metric, shops: Collection[str]) -> Factors:
        """The weights of the month's days; None for equal days, as in a book without a season."""
        if self.book.settings.pacing != Pacing.SEASONAL:
            return None
        mine = [shop for shop in self.book.shops if shop.code in shops]
        return factors_of(metric, mine, self.month.window, self.book.settings)

    def share(self, metric: Metric, parts: Sequence[Part], days: Window) -> float:
        """Which share of the month's target some of its days have."""
        return part_of(self.factors(metric, {part.shop for part in parts}), self.month.window, days)

    def _in_report_currency(self, metric: Metric, target: Target) -> float | None:
        wanted = self.book.settings.currency
        given = target.currency or wanted
        if metric.unit is not Unit.MONEY or given == wanted:
            return target.value
        rate = fixed_rate(self.book.settings.fixed_rates, given, wanted)
        return None if rate is None else normalise(target.value * float(rate))


def within(goal: Goal, days: Window, month: Window, until: date, team: Team | None = None) -> Goal:
    """A goal of a whole month for some of its days; `until` is the covered day.

    It is cut by calendar days, or by the working days of a team; what of it is due goes by days.
    """
    if days == month:
        return goal
    elapsed = clip(days, Window(month.start, max(month.start, until))).days
    share = normalise(elapsed / days.days) if elapsed else None
    there, whole = counted_days(days, team), max(1, counted_days(month, team))
    value = prorated(goal.value, there, whole) or 0.0
    return replace(goal, value=value, share=share, part=normalise(goal.part * there / whole))


def together(typed: Sequence[Goal | None], others: Sequence[Goal | None]) -> Goal | None:
    """Goals of parts as one; unknown as soon as one is. What is typed for the person stays so."""
    known = [goal for goal in (*typed, *others) if goal is not None]
    if len(known) < len(typed) + len(others):
        return None
    value, own = R(sum(goal.value for goal in known)), sum(g.value for g in known[: len(typed)])
    if value is None:
        return None
    due = sum(goal.value * goal.share for goal in known if goal.share is not None)
    full = sum(goal.value / goal.part for goal in known if goal.part)
    share = normalise(due / value) if due and value else None
    basis = "+".join(goal.basis for goal in known)
    return Goal(value, share, basis, normalise(value / full) if full else 1.0, R(own) or 0.0)


def _grouped(rows: Iterable[TargetRow]) -> RowsOf:
    found: dict[tuple[str, Region], list[TargetRow]] = {}
    for row in rows:
        found.setdefault((row.metric, row.region), []).append(row)
    return found


def _place(part: Part) -> Place:
    return part.shop, part.category


def _before(window: Window, until: date) -> Window:
    return Window(window.start, max(window.start, until))
