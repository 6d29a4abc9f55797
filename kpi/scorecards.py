"""The cards of a month: what each person reached, item by item, and what it adds up to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from kpi.actuals import Actual, Actuals
from kpi.book import Book
from kpi.book_checks import newest
from kpi.calendar import period
from kpi.employment import Presence, fitted, presence
from kpi.errors import Place, Problem
from kpi.item_values import ItemValues, too_few
from kpi.messages import problem
from kpi.methods import Params, filled
from kpi.missing import Outdated, Policy
from kpi.model import (
    DataState,
    Metric,
    Period,
    Person,
    Region,
    Scope,
    ScopeKind,
    Shop,
    Status,
    VetoEffect,
    WeightRow,
)
from kpi.numbers import R
from kpi.organisation import (
    Part,
    ScopeParts,
    clip,
    in_days,
    in_region,
    open_days,
    person_parts,
    same,
)
from kpi.person_targets import Goal, Goals
from kpi.points import month_points
from kpi.pro_rata import cut_limits, cut_params
from kpi.scoring import (
    GRADES,
    LIMIT,
    CardItem,
    CardTotal,
    Grade,
    adjusted,
    attainment,
    card_total,
    combined,
    grade_of,
    item_score,
    status_of_item,
    total_of,
)
from kpi.target_scopes import own_scopes
from kpi.targets import due

SHOP_ROLE = "shop"  # its lines of tblWeight score each shop
MANUAL_MOST = 0.2  # of a card, before a reader is warned
NEEDS_NO_TARGET = frozenset({"band", "range", "zero_defect", "yes_no", "knots", "manual"})


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a card, with all that recomputes it."""

    month: str
    person: str
    region: Region
    line: int  # from 1
    metric: Metric
    rule: WeightRow  # limits in the KPI's unit are cut as the target is
    actual: Actual
    counted: float | None  # what scores: the actual, or what its policy puts in its place
    goal: Goal | None
    params: Params
    here: Presence  # of the person in the month
    due: float | None
    attainment: float | None
    score: float | None
    status: Status
    outdated: Outdated | None = None  # what was done with a value that ends before its closed month

    @property
    def missing(self) -> str:
        """The policy that counts where there is no score; an outdated value has its own."""
        return Policy.BLOCK if self.outdated is Outdated.BLOCK else self.rule.missing

    @property
    def key(self) -> str:
        """The key of tblScore."""
        return "｜".join((self.month, self.person, str(self.region), self.metric.code))


@dataclass(frozen=True, slots=True)
class RegionCard:
    """A person's card of one region."""

    region: Region
    items: tuple[Item, ...]
    total: CardTotal


@dataclass(frozen=True, slots=True)
class PersonCard:
    """A person's month."""

    person: Person
    month: str
    cards: tuple[RegionCard, ...]
    us_share: float | None
    points: tuple[float, ...]  # what counts of the entries of tblPoint, in order
    total: float | None
    grade: Grade | None
    vetoes: int  # veto items in breach that leave the lowest grade
    forfeits: int = 0  # those that take the bonus, whatever the rule of payout says
    grades: tuple[Grade, ...] = GRADES  # the ladder, the best first
    limit: tuple[float, float] = LIMIT  # of the total after points by hand

    def card(self, region: Region) -> RegionCard | None:
        """The card of a region."""
        return next((card for card in self.cards if card.region is region), None)


@dataclass(frozen=True, slots=True)
class Scoring:
    """Scores any month of a book."""

    book: Book
    actuals: Actuals

    def people(self, month: Period) -> tuple[PersonCard, ...]:
        """The cards of all scored people, in the order of the table."""
        scored = (p for p in self.book.people if p.scored and presence(p, month).days.days)
        cards = (self.person(person, month) for person in scored)
        return tuple(card for card in cards if card.cards)

    def person(self, person: Person, month: Period) -> PersonCard:
        """One person's cards, combined."""
        parts = person_parts(self.book, person.code)
        found = tuple(
            card
            for region in Region
            if (card := self._card(person, region, in_region(self.book, parts, region), month))
        )
        totals = {card.region: card.total.total for card in found}
        share = _us_share(person, tuple(totals))
        book = self.book
        caps = (book.settings.add_cap, book.settings.deduct_cap)
        applied = month_points(book.points, book.point_kinds, person.code, month.code, caps)
        both = combined(totals.get(Region.US), totals.get(Region.EU), share)
        limit = (LIMIT[0], book.settings.total_limit)
        total = adjusted(both, applied, limit)
        one = PersonCard(person, month.code, found, share, applied, total, None, 0)
        return gated(replace(one, grades=book.grades, limit=limit))

    def shops(self, month: Period) -> tuple[PersonCard, ...]:
        """The cards of shops: the lines of the role shop score them as a person's lines do.

        A shop stands in the place of the person; its own targets come first. Without such lines
        there is no card.
        """
        return tuple(card for shop in self.book.shops if (card := self._shop(shop, month)))

    def _shop(self, shop: Shop, month: Period) -> PersonCard | None:
        itself = Person(
            *(shop.code, shop.name, "", SHOP_ROLE, None, shop.opened, shop.closed),
            *(None, None),
            scored=True,
        )
        days = clip(open_days(shop), month.window)
        card = self._card(itself, shop.region, (Part(shop.code, open_days(shop)),), month)
        if card is None or not days.days:
            return None
        total, share = card.total.total, 1.0 if shop.region is Region.US else 0.0
        one = PersonCard(itself, month.code, (card,), share, (), total, None, 0)
        return gated(replace(one, grades=self.book.grades))

    def _card(
        self, person: Person, region: Region, parts: Sequence[Part], month: Period
    ) -> RegionCard | None:
        last = month.window.end - timedelta(days=1)
        rows = [w for w in self.book.weights if w.role == person.role and w.region is region]
        metrics = self.actuals.catalog.metrics
        rules = [rule for rule in newest(rows, last) if rule.on and rule.metric in metrics]
        if not rules:
            return None
        items = tuple(
            self._item(person, rule, line, parts, month) for line, rule in enumerate(rules, 1)
        )
        stands_aside = all(i.actual.state is DataState.NOT_APPLICABLE for i in items)
        if stands_aside and not in_days(parts, month.window):
            return None  # neither shops nor tasks in this region
        total = card_total([card_item(item) for item in items], self.book.settings.min_coverage)
        return RegionCard(region, items, total)

    def _item(
        self, person: Person, rule: WeightRow, line: int, parts: Sequence[Part], month: Period
    ) -> Item:
        metric = self.actuals.catalog.metrics[rule.metric]
        here = presence(person, month)
        kind = ScopeKind.SHOP if person.role == SHOP_ROLE else ScopeKind.PERSON
        scope = Scope(person.code, kind, rule.region, same(person.code))
        found = ScopeParts(scope, tuple(parts))
        actual = _asked(self.actuals.of(metric, found, month), here, metric, rule)
        counts = ItemValues(self.actuals, self.book.settings, month).of(rule, found, actual)
        value = counts.value
        goal, pace = self._goals(person, rule, in_days(parts, month.window), month, counts.until)
        paced = is_paced(metric, rule)
        if paced:
            rule = replace(cut_limits(rule, pace), params=cut_params(rule, pace))
        reference = due(goal.value if goal else None, pace.share, additive=paced)
        params = filled(rule.method, rule.params, rule.better, reference)
        return Item(
            month=month.code,
            person=person.code,
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

    def _goals(
        self, person: Person, rule: WeightRow, parts: Sequence[Part], month: Period, until: date
    ) -> tuple[Goal | None, Goal]:
        """The goal of an item; and by what its limits are cut, which is there without one too."""
        metric, goals = self.actuals.catalog.metrics[rule.metric], Goals(self.book, month)
        own, here = own_scopes(person, metric), presence(person, month)
        found = goals.of(metric, rule.region, own, parts, until)
        pace = found or goals.unset(metric, parts, until)
        if metric.additive:
            pace = fitted(pace, here, person, until)
        return pace if found else _middle(rule, pace), pace


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


def card_item(item: Item) -> CardItem:
    """The item as a card adds it up."""
    return CardItem(
        item.metric.code,
        item.rule.weight,
        item.score,
        applicable=item.actual.state is not DataState.NOT_APPLICABLE,
        block=item.missing == Policy.BLOCK,
        manual=item.actual.state is DataState.MANUAL,
    )


def hits(card: PersonCard, *effects: VetoEffect) -> int:
    """Veto items of these effects in breach; an unknown value never hits."""
    return sum(
        item.rule.veto and item.rule.effect in effects and item.status is Status.BREACH
        for one in card.cards
        for item in one.items
    )


def gated(card: PersonCard) -> PersonCard:
    """Total, grade and bonus as the veto items leave them, after additions and deductions."""
    zero = hits(card, VetoEffect.TOTAL_ZERO)
    total = 0.0 if zero and card.total is not None else card.total
    vetoes = hits(card, VetoEffect.GRADE_CAP)
    forfeits = zero + hits(card, VetoEffect.BONUS_ZERO)
    grade = grade_of(total, vetoes, card.grades)
    return replace(card, total=total, grade=grade, vetoes=vetoes, forfeits=forfeits)


def _us_share(person: Person, regions: tuple[Region, ...]) -> float | None:
    """The typed share; with one card only, that card is the whole."""
    if len(regions) == 1:
        return 1.0 if regions[0] is Region.US else 0.0
    return person.us_share


def manual_share(card: PersonCard) -> float | None:
    """Which part of 100 of all cards was typed by hand."""
    if not card.cards:
        return None
    summed = total_of(one.total.manual_share for one in card.cards)
    return None if summed is None else summed / len(card.cards) / 100


def mostly_typed(cards: Sequence[PersonCard]) -> Iterator[Problem]:
    """Cards of which more was typed by hand than a score should stand on."""
    for card in cards:
        share = manual_share(card)
        if share is not None and share > MANUAL_MOST:
            place = Place(table="tblTeam", text=card.person.code)
            yield problem("much_by_hand", place, person=card.person.code, share=share * 100)


def coverage(card: PersonCard) -> float | None:
    """The least coverage of a person's cards."""
    known = [one.total.coverage for one in card.cards if one.total.coverage is not None]
    return min(known) if known else None


def without_target(book: Book, cards: Sequence[PersonCard]) -> Iterator[Problem]:
    """Items that cannot be scored because nobody set a target, or none of their categories."""
    for card in cards:
        for one in card.cards:
            for item in one.items:
                if item.goal is None and _wants_target(item):
                    yield _lacking(book, item)


def _lacking(book: Book, item: Item) -> Problem:
    """What to type for an item without a target."""
    place = Place(table="tblTarget", text=f"{item.person} {item.region}")
    said = {"person": item.person, "region": item.region, "metric": item.metric.names["zh"]}
    days = period(item.month).window
    parts = in_region(book, person_parts(book, item.person), item.region)
    some = next((one for one in parts if not one.whole and clip(one.days, days).days), None)
    if some is None or not item.metric.additive:
        return problem("no_target", place, **said)
    category = some.category or f"≠ {', '.join(sorted(some.excluding))}"
    return problem("no_category_target", place, **said, shop=some.shop, category=category)


def _wants_target(item: Item) -> bool:
    """Whether an item would be scored if it had a target."""
    applies = item.actual.state is not DataState.NOT_APPLICABLE
    return applies and item.rule.method not in NEEDS_NO_TARGET
