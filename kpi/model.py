"""The nouns of the product. Units, zones and ranges stand on the fields; behaviour lives beside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
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

    COMPANY = "company"
    REGION = "region"
    MARKET = "market"
    PLATFORM = "platform"
    SHOP = "shop"
    CATEGORY = "category"
    DEPARTMENT = "department"  # a team, where it is scored
    PERSON = "person"


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


class Bound(StrEnum):
    """Whether a value that equals a limit is already beyond it."""

    STRICT = "strict"
    INCLUSIVE = "inclusive"


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


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A named window: `2026-10`, `2026-W43`, `2026-Q4`, `2026`, `2026-10-21`."""

    code: str
    kind: PeriodKind
    window: Window


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
    alone: bool = False  # never added over shops and products: a rank, a score, a printed rate


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
class Shop:
    """One account on one market; a line of tblShop."""

    code: str  # AMZ-DE
    platform: str  # amazon, shopify, ...
    market: str  # US, DE, FR, IT, ES, ... or EU for an own store that serves all of it
    region: Region
    currency: str  # ISO 4217
    time_zone: str  # IANA name
    owner: str | None = None  # person code
    name: str = ""
    company: str = ""
    opened: date | None = None
    closed: date | None = None


@dataclass(frozen=True, slots=True)
class Product:
    """Category and unit cost of a SKU from a day on; market None means every market."""

    sku: str
    market: str | None
    start: date
    category: str | None
    stage: str | None
    unit_cost: Decimal | None  # per unit, in `currency`
    freight: Decimal | None  # inbound freight per unit, in `currency`
    currency: str
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """A member of the team; `code` is the short key, never the full name."""

    code: str
    name: str
    department: str
    role: str
    manager: str | None
    start: date | None
    end: date | None
    us_share: float | None  # fraction of the total that comes from the US card
    partner: str | None
    scored: bool
    mentor: str | None = None  # person code
    ramp: tuple[float, ...] = ()  # parts of the additive targets, by month since the start
    team_share: float = 0.0  # fraction of the total that comes from the department's score
    plan: str | None = None  # newcomer plan of a business line; None: the standard one


@dataclass(frozen=True, slots=True)
class Assignment:
    """Who answers for a shop (or one category of it), which share, on which days."""

    shop: str
    category: str | None  # None: the whole shop
    person: str
    share: float  # fraction, 1 is all
    days: Window


@dataclass(frozen=True, slots=True)
class TargetRow:
    """One line of tblTarget: a KPI of a scope over one year."""

    year: int
    region: Region
    scope: str  # region code, shop, market, category, role or person
    metric: str
    owner: str | None
    year_total: float | None  # of a ratio: the value of every month that is not overridden
    months: tuple[float | None, ...]  # twelve
    currency: str | None
    address: str  # sheet!cell of the row's first cell, for messages
    split: str = "even"  # how the year becomes months: a code of `kpi.targets.Split`
    baseline: float | None = None  # of an uplift target, in the metric's unit
    uplift: float | None = None  # as typed: 5 is five percent or points; None: no uplift target
    uplift_unit: str | None = None  # a code of `kpi.targets.Uplift`


class VetoEffect(StrEnum):
    """What a veto item in breach does (scoring reference, section 7)."""

    FLAG = "flag"  # shown, nothing else
    GRADE_CAP = "grade_cap"  # the lowest grade
    BONUS_ZERO = "bonus_zero"  # no bonus; total and grade stand
    TOTAL_ZERO = "total_zero"  # the total is 0, and so is the bonus


@dataclass(frozen=True, slots=True)
class WeightRow:
    """One line of tblWeight: how a KPI of a role and region is scored from a day on."""

    role: str
    region: Region
    metric: str
    on: bool
    weight: float  # points of 100
    method: str  # code of scoring.md section 3
    better: Better
    warn: float | None  # in the metric's unit; for paced money a fraction of what is due
    breach: float | None
    bound: Bound
    veto: bool
    start: date
    cap: float | None  # points
    floor: float  # points
    params: tuple[float | None, ...]  # four, meaning by method; an own step table behind them
    missing: str  # policy of scoring.md section 5
    address: str
    confirmed: bool = False
    effect: VetoEffect = VetoEffect.GRADE_CAP  # of a veto
    outdated: str = "block"  # policy for a value that ends before its closed month does
    min_count: float = 0.0  # smallest denominator; below it the value counts as unknown
    warn_low: float | None = None  # of a band; None: as far below the target as warn is above it
    breach_low: float | None = None  # likewise


@dataclass(frozen=True, slots=True)
class InputRow:
    """A figure typed by hand in tblInput."""

    day: date
    shop: str
    measure: str
    value: Decimal
    by: str
    address: str
    person: str | None = None  # of a personal figure, which has no shop


@dataclass(frozen=True, slots=True)
class PointRow:
    """Points added or deducted by hand in tblPoint."""

    month: str  # 2026-10
    person: str
    points: float
    reason: str
    approved_by: str | None
    address: str
    number: str = ""
    kind: str = ""  # a line of tblPointKind; empty: none


@dataclass(frozen=True, slots=True)
class TaskRow:
    """One dated duty of tblTask."""

    number: str
    type: str  # compliance, action, deliverable, gate, dispute
    region: Region | None
    country: str | None
    what: str
    owner: str | None
    due: date | None
    done: float | None  # fraction
    address: str
    about: str = ""  # code of a KPI, of a shop, or free text
    quantity: float | None = None  # of checks: how many; of a dispute: the claimed value
    category: str | None = None
    regime: str | None = None  # code of the word list; None for a free task
    company: str | None = None
    registration: str = ""  # registration, VAT or certificate number as typed
    registration_at: str = ""  # sheet!cell of it
    valid_to: date | None = None  # the last valid day
    opened: date | None = None  # when it was found or given
    delivered: date | None = None  # the day it was done, filed, paid or received
    reviewer: str | None = None
    outcome: str | None = None  # passed or failed; None until somebody judged
    evidence: str = ""  # link or file name
    # Money of the duty; out of `repr`, which is hashed as the facts of tasks without any.
    amount: Decimal | None = field(default=None, repr=False)  # due in all, in `currency`
    currency: str | None = field(default=None, repr=False)
    paid: Decimal | None = field(default=None, repr=False)  # so far; None: nobody wrote it
    amount_at: str = field(default="", repr=False)  # sheet!cell; empty without the column


@dataclass(frozen=True, slots=True)
class Rule:
    """A breach rule of tblRule."""

    code: str
    on: bool
    metric: str
    scope: str  # a scope code, or * for each shop
    window: PeriodKind
    operator: str  # > >= < <=
    value: float
    periods: int  # complete bad periods needed
    level: str  # warn or breach
    address: str
    keep: int = 1  # further good periods after the first, before the breach is over
    margin: float | None = None  # in the metric's unit; None: 5 % of the value
    start: date | None = None  # the first day that it counts for; None: always
    against: str = "value"  # value; mean or median: `value` times what the scope itself had lately
    history: int | None = None  # earlier periods compared with; None: `surge.HISTORY`
    least: int | None = None  # of them that must be known; None: half of them
    beyond: float | None = None  # a surge counts only beyond this value too; the metric's unit
    quiet: str = ""  # days on which nobody is told, as typed
    end: date | None = None  # the last day that it counts for; None: no end


class Tie(StrEnum):
    """Who gets the place when two remainders are equal."""

    FIRST = "first"
    LAST = "last"
    LARGER_CLASS = "larger_class"


@dataclass(frozen=True, slots=True)
class Settings:
    """tblSetting, typed; the defaults are those of a new workbook."""

    month: str  # 2026-10
    company: str
    purpose: str = "team"  # team, agency, investor
    mode: str = "team"  # basic, team, full
    language: Language = "zh"
    currency: str = "USD"
    fixed_rates: Mapping[str, float] = field(default_factory=dict)  # USD per unit, constant view
    week_start: int = 0  # 0 is Monday
    pacing: str = "linear"  # or run_rate, seasonal: see `kpi.season.Pacing`
    events: str = ""  # own sales events as typed: see `kpi.typed_events`
    time_zone: str = "Asia/Shanghai"
    min_coverage: float = 0.7
    item_cap: float = 120.0
    add_cap: float = 10.0  # points added by hand that count, of a person's month
    deduct_cap: float = 20.0  # points deducted by hand that count
    total_limit: float = 120.0  # points; no total goes above it
    provisional_day: int = 3
    closing_day: int = 10
    pilot: bool = True
    contact: str = ""
    sponsor: str = ""  # person code: who backs the system
    weight_pick: str = (
        "period_end"  # or day_weighted: which weight a month takes that changed in it
    )
    distribution: tuple[float, ...] = (0.2, 0.7, 0.1)  # classes of the guide, the best first
    tie: Tie = Tie.FIRST  # which class gets a place of equal remainders
    min_group: int = 25  # fewer people get no more than a proposal
    drop_small: bool = False  # an unknown region below a tenth leaves the total known
    weight_mode: str = "absolute"  # or relative: see `kpi.weight_modes.WeightMode`


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
