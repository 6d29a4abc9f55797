"""Step 3 of the road: from a book and one pass over the facts to everything that a sheet shows.

Pure after the pass: no clock, no disk. Values are made on first use and remembered, so a page and
the table behind it show the same number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import partial

from kpi.actuals import Actual, Actuals
from kpi.alarms import Alarm, Fold, folds
from kpi.book import Book
from kpi.breach_memory import Kept, Lines, lines
from kpi.breach_typed import Typed
from kpi.budget import planned_budgets
from kpi.calendar import last_finished_day, local_day, period, shifted, week_of
from kpi.campaigns import Owners
from kpi.card_problems import (
    left_out,
    mostly_typed,
    outdated_items,
    unjoined,
    without_card,
    without_share,
    without_target,
    without_team,
)
from kpi.catalog import Catalog
from kpi.contracts import Change, Terms, Version, every_terms, in_force
from kpi.employment import left_behind
from kpi.errors import Problem
from kpi.heads import Headcount
from kpi.leaves import LeafSums
from kpi.model import OWN_STORES, Language, Measure, Metric, Period, Region
from kpi.money import Rates
from kpi.organisation import ScopeParts
from kpi.person_cards import PersonCard
from kpi.person_targets import Goal, Goals
from kpi.ratings import Ratings
from kpi.register import Register
from kpi.role_shares import unshared
from kpi.scope_goals import scope_goal
from kpi.scope_values import GAPS
from kpi.scopes import scopes
from kpi.scorecards import Scoring
from kpi.silences import hushed, too_long
from kpi.sums import Answers
from kpi.totals import Converter, Totals
from kpi.unjudged import Unjudged, unjudged
from kpi.unknown_parts import unknown_bases
from sync_service.beside import Beside
from sync_service.hand_inputs import with_inputs, with_plans
from sync_service.months import ByMonth, Tried, changed_since, tried, under
from sync_service.past_months import history_asked, past_months
from sync_service.recent import Basis, Known, Recent
from sync_service.sources import sources_of

WEEKS_SHOWN = 9
ScopeKey = tuple[Region | None, str]


@dataclass(frozen=True, slots=True)
class StreamState:
    """What the control database knows of one stream of one shop; instants are UTC."""

    last_success: datetime | None
    next_run: datetime | None
    error: str  # of the last try; empty when it went well
    stale: bool


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a computation takes; afterwards `book` and `catalog` are what was in force."""

    book: Book
    catalog: Catalog
    leaves: LeafSums
    rates: Rates
    now: datetime  # UTC
    language: Language
    states: Mapping[tuple[str, str], StreamState]  # (stream, shop)
    paused: str = ""  # why writing is stopped
    versions: tuple[Version, ...] = ()  # published contracts; none: the book is a draft
    kept: tuple[Kept, ...] = ()  # breaches as they were last shown
    reasons: Mapping[int, str] = field(default_factory=dict)  # why each version was published
    typed: Terms | None = None  # set by `compute`: the rows as they stand in the sheet
    recent: Recent = field(default_factory=Recent)  # of this installation


@dataclass(slots=True)
class Computed:
    """The month of a book; `value` gives any KPI of any scope and period."""

    given: Inputs
    actuals: Actuals
    scopes: Mapping[ScopeKey, ScopeParts]
    month: Period
    people: tuple[PersonCard, ...]
    history: Mapping[str, tuple[float | None, ...]]
    alarms: tuple[Alarm, ...]
    problems: tuple[Problem, ...]
    register: Register
    known: Known  # what was made of the facts, for all books over them
    gone: tuple[Kept, ...] = ()  # breaches that are shown, though the facts no longer say so
    kept: tuple[Kept, ...] = ()  # what is to be remembered of breaches
    unjudged: tuple[Unjudged, ...] = ()  # rules that say nothing today, and why
    shops: tuple[PersonCard, ...] = ()  # cards of shops, where the role shop has lines
    teams: tuple[PersonCard, ...] = ()  # cards of departments, where the role team has lines
    version: int | None = None  # of the contract that scored the month; None for a draft
    pending: tuple[Change, ...] = ()  # typed since the newest version was published
    tried: Mapping[str, Tried] = field(default_factory=dict)  # by item, of pending changes
    _values: dict[tuple[str, ScopeKey, str], Actual] = field(default_factory=dict)
    _goals: dict[Period, Goals] = field(default_factory=dict, init=False)  # of this very book

    @property
    def book(self) -> Book:
        """What scores the month: the rows of its contract, or a draft as it is typed."""
        return self.given.book

    @property
    def typed(self) -> Book:
        """What stands in the sheet now, published or not."""
        return self.given.typed.book if self.given.typed else self.given.book

    @property
    def today(self) -> date:
        """The day in the workbook's time zone."""
        return local_day(self.given.now, self.book.settings.time_zone)

    def metric(self, code: str) -> Metric:
        """A KPI by code."""
        return self.given.catalog.metrics[code]

    @property
    def cards(self) -> tuple[PersonCard, ...]:
        """Every card of the month: of people, shops and teams."""
        return (*self.people, *self.shops, *self.teams)

    def value(self, metric: str, scope: ScopeKey, of: Period | None = None) -> Actual | None:
        """The actual of a KPI; None for a scope that the book does not have."""
        found = self.scopes.get(scope)
        if found is None:
            return None
        when = of or self.month
        key = (metric, scope, when.code)
        if key not in self._values:
            self._values[key] = self.actuals.of(self.metric(metric), found, when)
        return self._values[key]

    def goal(self, metric: str, scope: ScopeKey, of: Period | None = None) -> Goal | None:
        """The goal of a scope: typed, or the sum of its shops; the company is US + EU."""
        actual = self.value(metric, scope, of)
        found = self.scopes.get(scope)
        if actual is None or found is None:
            return None
        month, until = of or self.month, actual.covered.end
        return scope_goal(self.book, month, self.metric(metric), found, until, self._goals)

    def weeks(self, count: int = WEEKS_SHOWN) -> tuple[Period, ...]:
        """The last whole weeks and the running one, oldest first."""
        start = self.book.settings.week_start
        running = week_of(self.today - timedelta(days=1), start)
        return tuple(shifted(running, -n, start) for n in range(count - 1, -1, -1))


def compute(given: Inputs) -> Computed:
    """Everything that is the same for all tables; each month is scored by its own contract."""
    month = _month(given.book, given.now)
    terms = in_force(given.book, given.catalog, given.versions, month)
    today = local_day(given.now, terms.book.settings.time_zone)
    register = Register(terms.book, terms.catalog, today)
    known = _known(given, terms)
    actuals = _actuals(given, terms, register, known)
    given, terms = _with_past(given, terms, actuals)
    book, typed = terms.book, Terms(given.book, given.catalog, None)
    scoring = Scoring(book, actuals)
    people, teams, shops = scoring.people(month), scoring.teams(month), scoring.shops(month)
    found = tuple(map(actuals.same, scopes(book)))
    pending = changed_since(given.versions, typed)
    folded = folds(book, actuals, found, today, given.versions, known.judged)
    breaches = _breaches(given, book, actuals, folded)
    return Computed(
        given=replace(given, book=book, catalog=terms.catalog, typed=typed),
        actuals=actuals,
        scopes={(s.scope.region, s.scope.code): s for s in found},
        month=month,
        people=people,
        history=_history(given, actuals, (*people, *teams), month),
        alarms=breaches.alarms,
        problems=(
            *_card_problems(book, people, teams, shops),
            *without_card(book, people, month),
            *left_behind(book, month),
            *unshared(book, month),
            *too_long(_typed(given.book), today),
            *unknown_bases(actuals, metrics_shown(book, terms.catalog), found, month),
        ),
        register=register,
        known=known,
        gone=breaches.gone,
        kept=breaches.kept,
        unjudged=unjudged(book, terms.catalog, found, folded, today, given.versions),
        shops=shops,
        teams=teams,
        version=terms.version,
        pending=pending,
        tried=tried(under(actuals, typed), typed, (*people, *teams), month) if pending else {},
    )


Cards = Sequence[PersonCard]


def _history(
    given: Inputs, actuals: Actuals, cards: Cards, month: Period
) -> dict[str, tuple[float | None, ...]]:
    """The totals of the months before, of each card's person or team."""
    by_month = ByMonth(given.book, given.catalog, given.versions, actuals)
    return {one.person.code: by_month.history(one.person.code, month) for one in cards}


def _card_problems(book: Book, people: Cards, teams: Cards, shops: Cards) -> Iterator[Problem]:
    """What is wrong with the cards of the month."""
    every = (*people, *teams, *shops)
    yield from without_target(book, every)
    yield from outdated_items(every)
    yield from without_share(people)
    yield from left_out((*people, *teams))
    yield from without_team(people, teams)
    yield from unjoined(teams)
    yield from mostly_typed(people)


def _with_past(given: Inputs, terms: Terms, actuals: Actuals) -> tuple[Inputs, Terms]:
    """The books with last year's months, where a target's year is split by them."""
    if not history_asked(given.book, given.versions):
        return given, terms
    every = every_terms(given.book, given.catalog, given.versions)
    past = past_months((one.book for one in (*every, terms)), actuals)
    live = replace(given, book=replace(given.book, past=past))
    return live, replace(terms, book=replace(terms.book, past=past))


def _breaches(given: Inputs, book: Book, actuals: Actuals, folded: Sequence[Fold]) -> Lines:
    """Each day is judged by the version of its day; a draft as it is typed."""
    today = local_day(given.now, book.settings.time_zone)
    typed = _typed(given.book)
    made = lines(folded, given.kept, typed, today)
    last = actuals.last_day
    hush = (hushed(alarm, typed, last, today, book.shops) for alarm in made.alarms)
    return replace(made, alarms=tuple(hush))


def _typed(book: Book) -> Mapping[str, Typed]:
    return {one.number: one for one in book.breaches}


def _known(given: Inputs, terms: Terms) -> Known:
    """What the facts say of all shops that any version or the sheet knows."""
    every = every_terms(given.book, given.catalog, given.versions)
    shops = {shop.code: shop for one in (*every, terms) for shop in one.book.shops}
    last = {shop.code: last_finished_day(given.now, shop.time_zone) for shop in shops.values()}
    stale = frozenset(key for key, state in given.states.items() if state.stale)
    basis = Basis(
        inputs=tuple(given.book.inputs),
        plans=tuple(planned_budgets(terms.book, given.now.date())),
        shops={shop.code: (shop.platform, shop.currency) for shop in shops.values()},
        measures={**_measures((*every, terms)), **GAPS},
        last_day=last,
        stale=stale,
    )
    make = partial(_totals, given.leaves, basis)
    return given.recent.over(given.leaves, given.rates, basis, make)


def _actuals(given: Inputs, terms: Terms, register: Register, known: Known) -> Actuals:
    """The values of those shops, and of what the book knows beside."""
    failed = frozenset(key for key, state in given.states.items() if state.error)
    settings = terms.book.settings
    today = local_day(given.now, settings.time_zone)
    beside = Beside(register, Ratings(given.book.inputs, terms.catalog, today))
    return Actuals(
        totals=known.totals,
        catalog=terms.catalog,
        money=Converter(settings.currency, settings.fixed_rates, given.rates),
        last_day=known.basis.last_day,
        stale=known.basis.stale,
        made=known.made,
        seen=known.scopes,
        register=beside.actual,
        beside=beside.known,
        silent=beside.silent,
        failed=failed,
        today=today,
        heads=Headcount(terms.book),
        campaigns=Owners(terms.book),
    )


def _measures(every: Sequence[Terms]) -> dict[str, Measure]:
    """The measures of all versions; an own one as the terms that stand last say it."""
    return {code: one for terms in every for code, one in terms.catalog.measures.items()}


def _totals(leaves: LeafSums, basis: Basis, answers: Answers) -> Totals:
    """The sums of the facts, of what was typed and of planned budgets."""
    currencies = {code: currency for code, (_, currency) in basis.shops.items()}
    platforms = {code: platform for code, (platform, _) in basis.shops.items()}
    typed = with_inputs(leaves, basis.inputs, currencies, basis.measures)
    planned_too = with_plans(typed, basis.plans, currencies)
    return Totals(planned_too, platforms, sources_of(basis.measures), basis.measures, answers)


def _month(book: Book, now: datetime) -> Period:
    """The month under review; a book without one reviews the running month."""
    code = book.settings.month or f"{local_day(now, book.settings.time_zone):%Y-%m}"
    return period(code, book.settings.week_start)


def needed(book: Book, catalog: Catalog) -> tuple[str, ...]:
    """Every base measure that the book's KPIs stand on."""
    codes = metrics_shown(book, catalog)
    wanted = {measure for code in codes for measure in catalog.needs(code)}
    return tuple(sorted(wanted | set(GAPS)))


# Pages that are not driven by the book's own lists show these.
ALWAYS = (
    "net_sales",
    "contribution_profit",
    "contribution_margin",
    "acos",
    "tacos",
    "return_rate",
    "unit_session_rate",
    "units_sold",
    "negative_review_rate",
    "days_of_supply",
    "ad_cost",
    "visits",
    "average_order_value",
    "gross_sales_total",
)


def metrics_shown(book: Book, catalog: Catalog) -> tuple[str, ...]:
    """KPIs that are scored, watched, switched on or always shown, in the catalogue's order."""
    wanted = watched(book) | book.kpis | {line.metric for line in book.key_results}
    return tuple(code for code in catalog.metrics if code in wanted)


def watched(book: Book) -> frozenset[str]:
    """KPIs that are scored, under a rule, or shown on a page of their own."""
    rules = {rule.metric for rule in book.rules if rule.on}
    return frozenset({w.metric for w in book.weights} | rules | set(ALWAYS))


def shop_of(book: Book, code: str) -> ScopeKey:
    """The scope key of a shop."""
    shop = book.shop(code)
    return (shop.region if shop else None, code)


def streams_of(states: Mapping[tuple[str, str], StreamState], shop: str) -> Sequence[StreamState]:
    """The states of a shop's streams."""
    return [state for (_, code), state in states.items() if code == shop]


def market_key(done: Computed, code: str) -> ScopeKey | None:
    """The scope behind a line of Markets."""
    if code in {"ALL", OWN_STORES}:
        return (None, code)
    if code in {"US", "EU"}:
        return (Region(code), code)
    return next((key for key in done.scopes if key[1] == code), None)
