"""What a manager types: settings, targets, weights, rules, figures, points and tasks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from kpi.model import Better, Language, PeriodKind, Region

ANY_STAGE = "any"  # of the company: no target set is chosen


@dataclass(frozen=True, slots=True)
class TargetRow:
    """One line of tblTarget: a KPI of a scope over one year."""

    year: int
    region: Region
    scope: str  # a code of `kpi.target_scopes.TargetKind`
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
    stage: str | None = None  # of the company; None: any. What is signed is what was in force


class VetoEffect(StrEnum):
    """What a veto item in breach does (scoring reference, section 7)."""

    FLAG = "flag"  # shown, nothing else
    GRADE_CAP = "grade_cap"  # the lowest grade
    BONUS_ZERO = "bonus_zero"  # no bonus; total and grade stand
    TOTAL_ZERO = "total_zero"  # the total is 0, and so is the bonus


class Bound(StrEnum):
    """Whether a value that equals a limit is already beyond it."""

    STRICT = "strict"
    INCLUSIVE = "inclusive"


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
    substitute: float | None = None  # of a whole month, in the metric's unit; for that policy
    note: str = ""  # why its direction is not the KPI's own; empty where it is


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
    campaign: str | None = None  # of a budget line for one campaign of the shop


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
    events: str = ""  # own sales events and holidays as typed: see `kpi.typed_events`
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
    company_stage: str = ANY_STAGE  # launch, growth, mature: whose targets are in force
    proration: str = "calendar"  # or working: see `kpi.working_days.Proration`
    ladders: Mapping[str, tuple[int, ...]] = field(default_factory=dict)  # see `kpi.reminders`
    team_country: str = ""  # ISO 3166, whose working days count; empty: that of the time zone
