"""What is measured: days, measures, KPIs, scopes, and how far a value can be trusted.

Of all nouns units, zones and ranges stand on the fields; behaviour lives beside.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Literal

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")
Texts = Mapping[Language, str]

WHOLE_SHOP = "*"  # the sku of a fact that belongs to the shop and to no product
OWN_STORES = "STORE"  # the scope of all independent stores (独立站) of both regions
COMPANY_SCOPE = "ALL"  # company = US + EU; never typed, always rolled up


class Region(StrEnum):
    """The two sides of the business; a market belongs to exactly one."""

    US = "US"
    EU = "EU"


class Unit(StrEnum):
    """Unit of a measure or KPI; ratios are fractions (0.25), scores and weights are points (25)."""

    MONEY = "money"
    COUNT = "count"
    RATIO = "ratio"
    DAYS = "days"
    HOURS = "hours"
    POINTS = "points"
    TURNS = "turns"
    RANK = "rank"
    SCORE = "score"
    FLAG = "flag"
    MONEY_PER_PERSON = "money_per_person"


class Better(StrEnum):
    """Which way is good."""

    HIGHER = "higher"
    LOWER = "lower"
    BAND = "band"


class RollUp(StrEnum):
    """How a measure adds over days; over shops and SKUs it always adds (ranks and scores never)."""

    SUM = "sum"
    LAST = "last"  # the latest day of the period
    MEAN = "mean"  # the mean of the days


class Kind(StrEnum):
    """Result or process, for the balance checks of a card."""

    RESULT = "result"
    PROCESS = "process"


class Klass(StrEnum):
    """What a KPI is about, for the balance checks of a card."""

    SALES = "sales"
    PROFIT = "profit"
    EFFICIENCY = "efficiency"
    QUALITY = "quality"
    COMPLIANCE = "compliance"
    NONE = "none"


class ScopeKind(StrEnum):
    """What a scope gathers."""

    COMPANY = "company"  # the whole book
    REGION = "region"
    MARKET = "market"
    PLATFORM = "platform"
    SHOP = "shop"
    CATEGORY = "category"
    DEPARTMENT = "department"  # a team, where it is scored
    PERSON = "person"
    ENTITY = "entity"  # one of several companies: the shops that name it
    BRAND = "brand"  # the shops that name it
    SKU = "sku"  # one product of a shop
    CAMPAIGN = "campaign"  # of a shop's advertising


OF_A_SHOP = frozenset({ScopeKind.SHOP, ScopeKind.SKU, ScopeKind.CAMPAIGN})
"""What is one shop, or a piece of it that people of the shop answer for."""


class DataState(StrEnum):
    """What the reader must know about a value before trusting it."""

    COMPLETE = "complete"  # every needed stream covers every due day
    PARTIAL = "partial"  # covered, but not up to the last due day
    STALE = "stale"  # no successful pull within the stream's freshness limit
    MISSING = "missing"  # it should exist and does not
    FEW = "few"  # too few cases behind a rate for it to say anything
    NOT_APPLICABLE = "not_applicable"  # this scope cannot have it
    MANUAL = "manual"  # typed by a person, shown with a pen


class Status(StrEnum):
    """The colour of a value against its warn and breach bounds."""

    OK = "ok"
    WARN = "warn"
    BREACH = "breach"
    NO_DATA = "no_data"


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """Days of a shop, half-open: `start` is in, `end` is out."""

    start: date
    end: date

    @property
    def days(self) -> int:
        """How many days the window holds; never negative."""
        return max(0, (self.end - self.start).days)

    def each(self) -> tuple[date, ...]:
        """Every day of the window, oldest first."""
        return tuple(self.start + timedelta(days=n) for n in range(self.days))


class PeriodKind(StrEnum):
    """The length of a period."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    DAYS_7 = "7d"  # the last days up to a day, as platforms count their limits
    DAYS_10 = "10d"
    DAYS_30 = "30d"
    DAYS_60 = "60d"
    DAYS_90 = "90d"


ROLLING: Mapping[PeriodKind, int] = {
    PeriodKind.DAYS_7: 7,
    PeriodKind.DAYS_10: 10,
    PeriodKind.DAYS_30: 30,
    PeriodKind.DAYS_60: 60,
    PeriodKind.DAYS_90: 90,
}
"""Days of the windows that move on by one day."""


def by_length(day: int, week: int, month: int) -> dict[PeriodKind, int]:
    """A count of periods for each kind that rules judge; windows that move by days are as days."""
    days = dict.fromkeys((PeriodKind.DAY, *ROLLING), day)
    return {**days, PeriodKind.WEEK: week, PeriodKind.MONTH: month}


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A named window: `2026-10`, `2026-W43`, `2026-Q4`, `2026`, `2026-10-21`, `2026-10-21/60d`."""

    code: str
    kind: PeriodKind
    window: Window

    def __hash__(self) -> int:
        """Of the code: every value asks for it."""
        return hash(self.code)

    @property
    def anchor(self) -> date:
        """The day that stands for it in a row: its first; of the last so many days their last."""
        return self.window.end - timedelta(days=1) if self.kind in ROLLING else self.window.start


@dataclass(frozen=True, slots=True)
class Measure:
    """What a platform counts: one nullable column of the facts."""

    code: str
    names: Texts
    unit: Unit
    roll_up: RollUp
    sources: tuple[str, ...]  # signs of metrics.md section 3: AMZ, ADS, SHP, ..., WB
    derived: str | None = None  # an expression over other measures; then it is no column of facts
    from_products: bool = False  # units times the product table's cost, unless a file delivers it
    day_rates: bool = False  # at each day's rate, also where the workbook stores a fixed one
    own: bool = False  # a row of the manager's workbook; its figures are typed in Inputs
    personal: bool = False  # typed for a person and never for a shop
    alone: bool = False  # never added over shops and products: a rank, a score, a printed rate
    over_days: str | None = None  # of a derived rank: the best or the median of the period's days

    @property
    def placed(self) -> bool:
        """Whether it is a place in a list: of several products the best placed one counts."""
        return self.alone and self.unit is Unit.RANK


@dataclass(frozen=True, slots=True)
class Card:
    """The definition card of a KPI, in the reader's language."""

    numerator: Texts
    denominator: Texts
    includes: Texts
    excludes: Texts
    source: Texts
    time_basis: Texts


@dataclass(frozen=True, slots=True)
class Metric:
    """One KPI: an expression over measures and other KPIs, and which way is good."""

    code: str  # stable; rows in a workbook are found by it
    names: Texts
    numerator: str  # KPI language
    denominator: str | None  # KPI language; None: the numerator is the value
    unit: Unit
    better: Better
    kind: Kind
    klass: Klass
    decimals: int  # shown, never stored
    card: Card
    additive: bool  # True: targets split over time and the open month is paced
    own: bool = False  # True: a row of the manager's workbook

    @property
    def expression(self) -> str:
        """The whole KPI as one text of the KPI language."""
        if self.denominator is None:
            return self.numerator
        return f"({self.numerator}) / ({self.denominator})"


@dataclass(frozen=True, slots=True)
class Scope:
    """What a value is about."""

    code: str
    kind: ScopeKind
    region: Region | None  # None for the company and for scopes that cross regions
    names: Texts


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a value comes from; a value without one was typed by hand."""

    streams: tuple[str, ...]  # stream@shop, sorted
    covered_until: date | None  # last day in the value
    fetched_at: datetime | None  # UTC
    facts_version: int | None  # version of the facts table
    definition: str  # hash of the KPI's expression and card
    rate_day: date | None  # day of the exchange rates; None for one currency or fixed rates
    facts_hash: str = ""  # of the leaf totals behind the value
