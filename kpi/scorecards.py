"""The cards of a month: what each person reached, item by item, and what it adds up to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from kpi.actuals import Actual, Actuals
from kpi.book import Book
from kpi.book_checks import newest
from kpi.employment import Presence, fitted, presence
from kpi.grace import days_of_grace
from kpi.item_values import ItemValues, too_few
from kpi.methods import filled
from kpi.model import DataState, Metric, Period, Region, Scope, ScopeKind
from kpi.numbers import R
from kpi.organisation import (
    SHOP_ROLES,
    Part,
    ScopeParts,
    clip,
    in_days,
    in_region,
    open_days,
    person_parts,
    shop_roles,
)
from kpi.person_cards import Item, PersonCard, RegionCard, card_item, totalled
from kpi.person_targets import Goal, Goals
from kpi.points import month_points
from kpi.pro_rata import cut_limits, cut_params
from kpi.scopes import same
from kpi.scoring import (
    LIMIT,
    attainment,
    card_total,
    item_score,
    status_of_item,
)
from kpi.shop_cards import with_market
from kpi.target_scopes import own_scopes
from kpi.targets import due
from kpi.teams import TEAM_ROLE, TeamPart, takes_share, team_parts, teams
from kpi.trade import Person, Shop
from kpi.typed_rows import WeightRow
from kpi.weight_modes import in_points
from kpi.working_days import proration_of

# Whose lines they are says what they score; else it is a person.
SCOPE_KINDS = {**dict.fromkeys(SHOP_ROLES, ScopeKind.SHOP), TEAM_ROLE: ScopeKind.DEPARTMENT}
REVENUE = "net_sales"  # its targets of the month say how two cards are joined without a share


@dataclass(frozen=True, slots=True)
class _Whose:
    """Whose card of a region is scored, with all that its items share."""

    person: Person
    shop: Shop | None  # where the card is a shop's
    month: Period
    found: ScopeParts
    parts: tuple[Part, ...]  # of days of the month
    here: Presence
    values: ItemValues


@dataclass(frozen=True, slots=True)
class Scoring:
    """Scores any month of a book."""

    book: Book
    actuals: Actuals
    _goals_of: dict[Period, Goals] = field(default_factory=dict, repr=False, compare=False)
    _held: dict[str, tuple[Part, ...]] = field(default_factory=dict, repr=False, compare=False)

    def people(self, month: Period) -> tuple[PersonCard, ...]:
        """The cards of all scored people, in the order of the table."""
        scored = (p for p in self.book.people if p.scored and presence(p, month).days.days)
        totals = self._team_totals(month) if takes_share(self.book) else {}
        cards = (self.person(person, month, totals) for person in scored)
        return tuple(card for card in cards if card.cards)

    def person(
        self, person: Person, month: Period, team_totals: Mapping[str, float | None] | None = None
    ) -> PersonCard:
        """One person's cards, combined; `team_totals` where they are known already."""
        parts = self._parts(person.code)
        found = self._cards(person, parts, month)
        totals = {card.region: card.total.total for card in found}
        share = _us_share(person, tuple(totals))
        derived = share is None
        if derived:
            share = self._revenue_share(person, parts, tuple(totals), month)
        book = self.book
        caps = (book.settings.add_cap, book.settings.deduct_cap)
        applied = month_points(book.points, book.point_kinds, person.code, month.code, caps)
        one = PersonCard(person, month.code, found, share, applied, None, None, 0)
        one = replace(one, share_derived=derived and share is not None)
        part = self._team_part(person, month, team_totals)
        return totalled(replace(self._ruled(one), team=part), totals)

    def _parts(self, person: str) -> tuple[Part, ...]:
        """What a person answers for, found once for all months."""
        if person not in self._held:
            self._held[person] = person_parts(self.book, person)
        return self._held[person]

    def _ruled(self, card: PersonCard) -> PersonCard:
        """The card with what the settings say of totals and grades."""
        given = self.book.settings
        limit, grades = (LIMIT[0], given.total_limit), self.book.grades
        return replace(card, limit=limit, grades=grades, drop_small=given.drop_small)

    def _team_part(
        self, person: Person, month: Period, totals: Mapping[str, float | None] | None
    ) -> TeamPart | None:
        """The part of the department; of one that is not scored it is unknown."""
        if not person.team_share:
            return None
        known = self._team_totals(month) if totals is None else totals
        return TeamPart(person.department, person.team_share, known.get(person.department))

    def _team_totals(self, month: Period) -> dict[str, float | None]:
        return {card.person.code: card.total for card in self.teams(month)}

    def teams(self, month: Period) -> tuple[PersonCard, ...]:
        """The cards of departments: the lines of the role team score them as a person's lines do.

        Without such lines there is no card.
        """
        if not any(row.role == TEAM_ROLE for row in self.book.weights):
            return ()
        cards = (self._team(team, month) for team in teams(self.book))
        return tuple(card for card in cards if card.cards)

    def _team(self, team: Person, month: Period) -> PersonCard:
        parts = team_parts(self.book, team.code)
        found = self._cards(team, parts, month)
        totals = {card.region: card.total.total for card in found}
        share = self._revenue_share(team, parts, tuple(totals), month)
        one = PersonCard(team, month.code, found, share, (), None, None, 0)
        return totalled(self._ruled(one), totals)

    def _revenue_share(
        self, whose: Person, parts: Sequence[Part], regions: tuple[Region, ...], month: Period
    ) -> float | None:
        """The US part of what the month's targets ask of them to sell; of one card, that card."""
        if len(regions) == 1:
            return _us_share(whose, regions)
        metric, goals = self.actuals.catalog.metrics[REVENUE], self._goals_in(month)
        asked = [
            goals.of(
                metric,
                region,
                own_scopes(whose, metric),
                in_days(in_region(self.book, parts, region), month.window),
                month.window.end,
            )
            for region in (Region.US, Region.EU)
        ]
        us, eu = (None if goal is None else goal.value for goal in asked)
        return None if us is None or eu is None or not us + eu > 0 else R(us / (us + eu))

    def _cards(
        self, person: Person, parts: Sequence[Part], month: Period
    ) -> tuple[RegionCard, ...]:
        return tuple(
            card
            for region in Region
            if (card := self._card(person, region, in_region(self.book, parts, region), month))
        )

    def shops(self, month: Period) -> tuple[PersonCard, ...]:
        """The cards of shops: the lines of a role of shops score them as a person's lines do.

        A shop stands in the place of the person; its own targets come first, then those of its
        role. An own store has a role of its own. Without such lines there is no card.
        """
        return tuple(card for shop in self.book.shops if (card := self._shop(shop, month)))

    def _shop(self, shop: Shop, month: Period) -> PersonCard | None:
        if not clip(open_days(shop), month.window).days:
            return None
        found = (self._shop_card(shop, role, month) for role in shop_roles(shop))
        return next((card for card in found if card), None)

    def _shop_card(self, shop: Shop, role: str, month: Period) -> PersonCard | None:
        itself = Person(
            *(shop.code, shop.name, "", role, None, shop.opened, shop.closed),
            *(None, None),
            scored=True,
        )
        card = self._card(itself, shop.region, (Part(shop.code, open_days(shop)),), month)
        if card is None:
            return None
        share = 1.0 if shop.region is Region.US else 0.0
        one = PersonCard(itself, month.code, (card,), share, (), None, None, 0)
        return totalled(self._ruled(one), {card.region: card.total.total})

    def _card(
        self, person: Person, region: Region, parts: Sequence[Part], month: Period
    ) -> RegionCard | None:
        last = month.window.end - timedelta(days=1)
        rows = [w for w in self.book.weights if w.role == person.role and w.region is region]
        metrics = self.actuals.catalog.metrics
        known = [rule for rule in newest(rows, last) if rule.on and rule.metric in metrics]
        if not known:
            return None
        rules = in_points(known, self.book.settings.weight_mode)
        whose = self._whose(person, region, parts, month)
        items = tuple(self._item(whose, rule, line) for line, rule in enumerate(rules, 1))
        stands_aside = all(i.actual.state is DataState.NOT_APPLICABLE for i in items)
        if stands_aside and not whose.parts:
            return None  # neither shops nor tasks in this region
        total = card_total([card_item(item) for item in items], self.book.settings.min_coverage)
        return RegionCard(region, items, total)

    def _whose(
        self, person: Person, region: Region, parts: Sequence[Part], month: Period
    ) -> _Whose:
        kind = SCOPE_KINDS.get(person.role, ScopeKind.PERSON)
        found = ScopeParts(Scope(person.code, kind, region, same(person.code)), tuple(parts))
        return _Whose(
            person=person,
            shop=self.book.shop(person.code) if person.role in SHOP_ROLES else None,
            month=month,
            found=self.actuals.same(found),
            parts=in_days(parts, month.window),
            here=presence(person, month, proration_of(self.book.settings)),
            values=ItemValues(self.actuals, self.book.settings, month),
        )

    def _item(self, whose: _Whose, rule: WeightRow, line: int) -> Item:
        metric, month, here = self.actuals.catalog.metrics[rule.metric], whose.month, whose.here
        actual = _asked(self._actual(whose, rule), here, metric, rule)
        counts = whose.values.of(rule, whose.found, actual)
        value = counts.value
        goal, pace = self._goals(whose, rule, counts.until)
        paced = is_paced(metric, rule)
        if paced:
            rule = replace(cut_limits(rule, pace), params=cut_params(rule, pace))
        reference = due(goal.value if goal else None, pace.share, additive=paced)
        params = filled(rule.method, rule.params, rule.better, reference)
        return Item(
            month=month.code,
            person=whose.person.code,
            region=rule.region,
            line=line,
            metric=metric,
            rule=rule,
            actual=actual,
            counted=value,
            outdated=counts.outdated,
            goal=goal,
            params=params,
            here=here,
            due=reference,
            attainment=attainment(value, reference, rule.better, rule.method),
            score=item_score(rule.method, value, reference, params, rule.cap, rule.floor),
            status=status_of_item(
                value,
                reference,
                rule.better,
                rule.warn,
                rule.breach,
                rule.bound,
                additive=paced,
                low=(rule.warn_low, rule.breach_low),
            ),
        )

    def _actual(self, whose: _Whose, rule: WeightRow) -> Actual:
        metric = self.actuals.catalog.metrics[rule.metric]
        grace = days_of_grace(rule.method, rule.params)
        own = self.actuals.of(metric, whose.found, whose.month, grace)
        if whose.shop is None:
            return own
        return with_market(self.actuals, metric, own, whose.shop, whose.month, grace)

    def _goals(self, whose: _Whose, rule: WeightRow, until: date) -> tuple[Goal | None, Goal]:
        """The goal of an item; and by what its limits are cut, which is there without one too."""
        metric, goals = self.actuals.catalog.metrics[rule.metric], self._goals_in(whose.month)
        shop, person = whose.shop, whose.person
        own = (shop.code, *shop_roles(shop)) if shop else own_scopes(person, metric)
        found = goals.of(metric, rule.region, own, whose.parts, until)
        pace = found or goals.unset(metric, whose.parts, until)
        if metric.additive:
            pace = fitted(pace, whose.here, person, until)
        return pace if found else _middle(rule, pace), pace

    def _goals_in(self, month: Period) -> Goals:
        """The targets of a month, alike for every card."""
        if month not in self._goals_of:
            self._goals_of[month] = Goals(self.book, month)
        return self._goals_of[month]


def _asked(actual: Actual, here: Presence, metric: Metric, rule: WeightRow) -> Actual:
    """The actual as it is scored.

    Where a newcomer's step is 0 nothing is asked yet, and the item stands aside; a score that
    somebody typed is marked as such wherever its value comes from.
    """
    if not here.step and is_paced(metric, rule):
        return replace(actual, value=None, state=DataState.NOT_APPLICABLE)
    if too_few(actual, rule):
        return replace(actual, value=None, state=DataState.FEW)
    if rule.method == "manual" and actual.value is not None:
        return replace(actual, state=DataState.MANUAL)
    return actual


def is_paced(metric: Metric, rule: WeightRow) -> bool:
    """Whether warn and breach are parts of what is due; what has no tolerance has no pace."""
    return metric.additive and rule.method != "zero_defect"


def _middle(rule: WeightRow, pace: Goal) -> Goal | None:
    """A band is its own target: its middle, from which warn and breach are distances."""
    low, high = rule.params[:2]
    if rule.method != "band" or low is None or high is None:
        return None
    return replace(pace, value=R((low + high) / 2 * pace.part) or 0.0)


def _us_share(person: Person, regions: tuple[Region, ...]) -> float | None:
    """The typed share; with one card only, that card is the whole."""
    if len(regions) == 1:
        return 1.0 if regions[0] is Region.US else 0.0
    return person.us_share
