"""Targets: which row counts, what a month of it is, how it splits, what is due by now.

Money and counts add over time: a year splits into months and a month into weeks, exactly, and an
open month is measured against its due part. A ratio does neither: each month has the value of the
year unless the row says otherwise, and its due value is its target.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache

from kpi.apportion import Share, exact, split
from kpi.calendar import weeks_of
from kpi.model import Better, Period, Region, Unit, Window
from kpi.numbers import R, normalise, rnd, whole
from kpi.typed_rows import TargetRow

AD_BUDGET = "ad_budget"  # a measure with a target, no KPI: money that adds
MONTHS = 12
PERCENT = 100
PLAUSIBLE_TIMES = 1.5  # of the same period last year, at constant rate
PLAUSIBLE_ABOVE_BEST = 1.3  # of the best of the last eight periods
BEST_OF = 8


@dataclass(frozen=True, slots=True)
class Target:
    """The target of a KPI for a scope and a month, and the row that it comes from."""

    value: float  # unit of the metric; money in `currency`
    scope: str
    currency: str | None
    row: TargetRow


def decimals_of(unit: Unit) -> int:
    """The smallest unit in which a target is split: cents of money, whole pieces of a count."""
    return 0 if unit is Unit.COUNT else 2


class Uplift(StrEnum):
    """How an uplift is written: absolute in points or in the metric's unit, or relative."""

    POINTS = "pp"  # percentage points of a ratio: 0.12 and 2 pp are 0.14
    VALUE = "value"  # in the metric's unit: 200 and 30 are 230
    PERCENT = "percent"  # of the baseline: 200 and 15 % are 230


class Split(StrEnum):
    """How a year's total becomes the months that were not typed."""

    EVEN = "even"
    HISTORY = "history_share"  # as the same months of the year before
    SEASON = "seasonality"  # by the calendar of the scope's shops: see `kpi.season`
    CAPACITY = "capacity"  # by the person-days of the scope: see `kpi.capacity`
    MANUAL = "manual"  # only typed months count; the rest is shown


# Splits that need the shares of the months:
SHARED = frozenset({Split.HISTORY, Split.SEASON, Split.CAPACITY})
Shares = Sequence[Share] | None
TargetKey = tuple[int, Region, str, str]
"""Year, region, scope and KPI of a target."""
Past = Mapping[TargetKey, Sequence[float | None]]
"""The twelve months of the year before, in the unit of the KPI; None where not all is covered."""


def key_of(row: TargetRow) -> TargetKey:
    """The key of a target."""
    return row.year, row.region, row.scope, row.metric


# --- months of a row ------------------------------------------------------------------------


def uplifted(baseline: float, delta: float, mode: Uplift) -> float | None:
    """A target from a baseline and an uplift as it is typed; both and the mode are what is stored.

    Worked exactly as decimals are read, so that 5 % on 0.2 is 0.21 and no double beside it.
    """
    below, rise = exact(baseline), exact(delta)
    match mode:
        case Uplift.POINTS:
            return R(float(below + rise / PERCENT))
        case Uplift.VALUE:
            return R(float(below + rise))
    return R(float(below * (1 + rise / PERCENT)))


def year_of(row: TargetRow, *, additive: bool, decimals: int) -> float | None:
    """What a row asks of the year: worked out of its uplift, else typed; None for neither.

    Money and counts are rounded to the unit in which they are split.
    """
    if row.uplift is None:
        return row.year_total
    if row.baseline is None or row.uplift_unit is None:
        return None
    made = uplifted(row.baseline, row.uplift, Uplift(row.uplift_unit))
    if made is None or not additive:
        return made
    return rnd(made, decimals) if decimals else whole(made)


def month_targets(
    row: TargetRow, *, additive: bool, decimals: int, shares: Shares = None
) -> tuple[float | None, ...]:
    """The twelve months of a row: typed ones as they are, the others from the year's total.

    `shares` are the weights of the months. Without them the months are equal, or not spread at
    all where the row's split needs them; months by hand never are.
    """
    year = year_of(row, additive=additive, decimals=decimals)
    if not additive:
        return tuple(year if typed is None else typed for typed in row.months)
    free = [n for n, typed in enumerate(row.months) if typed is None]
    weights = tuple(1.0 if shares is None else shares[n] for n in free)
    left = _left(row.months, year)
    if left is None or left < 0 or not sum(weights) > 0 or not _spreads(row, shares):
        return row.months
    parts = dict(zip(free, _cut(left, weights, decimals), strict=True))
    return tuple(float(parts[n]) if typed is None else typed for n, typed in enumerate(row.months))


@lru_cache(maxsize=4096)
def _cut(left: Decimal, weights: tuple[Share, ...], decimals: int) -> tuple[Decimal, ...]:
    """The rest of a year by weights; every day and person of a refresh asks for the same one."""
    return split(left, weights, decimals)


def _spreads(row: TargetRow, shares: Shares) -> bool:
    """Whether the rest of the year can be given to the months that were not typed."""
    return row.split != Split.MANUAL and (shares is not None or row.split not in SHARED)


@lru_cache(maxsize=4096)
def _left(months: tuple[float | None, ...], year: float | None) -> Decimal | None:
    """What the year's total leaves for the months that were not typed; each month asks again."""
    if year is None:
        return None
    typed = (Decimal(str(month)) for month in months if month is not None)
    return Decimal(str(year)) - sum(typed, Decimal())


def rest_of_year(year: float | None, months: Sequence[float | None]) -> float | None:
    """What a year's total leaves when its months are counted; 0 is even, None without a total."""
    if year is None:
        return None
    known = (Decimal(str(month)) for month in months if month is not None)
    return float(Decimal(str(year)) - sum(known, Decimal()))


def quarters(months: Sequence[float | None]) -> tuple[float | None, ...]:
    """The four quarters of twelve months of money or counts, exactly; None where a month is."""
    threes = (months[first : first + 3] for first in range(0, MONTHS, 3))
    known = ([Decimal(str(one)) for one in three if one is not None] for three in threes)
    return tuple(float(sum(three, Decimal())) if len(three) == 3 else None for three in known)  # noqa: PLR2004 - of a quarter


# --- which row counts -------------------------------------------------------------------------


def resolve(
    rows: Iterable[TargetRow],
    metric: str,
    region: Region,
    scopes: Sequence[str],
    month: Period,
    *,
    additive: bool,
    decimals: int,
    shares: Callable[[TargetRow], Shares] = lambda _row: None,
) -> Target | None:
    """The target of the first scope that has one: a person's own before the role's.

    A row without a value for the month (an empty month of a row without a year's total) counts as
    absent: the next scope is asked. `scopes` go from the most particular to the widest.
    """
    start = month.window.start
    mine = {
        row.scope: row
        for row in rows
        if row.metric == metric and row.region == region and row.year == start.year
    }
    for scope in scopes:
        row = mine.get(scope)
        if row is None:
            continue
        months = month_targets(row, additive=additive, decimals=decimals, shares=shares(row))
        value = months[start.month - 1]
        if value is not None:
            return Target(value, scope, row.currency, row)
    return None


# --- weeks of a month --------------------------------------------------------------------------


def week_targets(
    value: float, month: Window, factors: Sequence[Share], decimals: int, week_start: int = 0
) -> tuple[tuple[Period, Window, float], ...]:
    """The month's target by week, each week by its days inside; the weeks add up exactly.

    `factors` are the weights of the month's days.
    """
    weeks = weeks_of(month, week_start)
    weights = [sum(map(exact, _part(factors, month, days)), Fraction()) for _, days in weeks]
    parts = split(value, weights, decimals)
    return tuple((w, days, float(p)) for (w, days), p in zip(weeks, parts, strict=True))


def _part(factors: Sequence[Share], month: Window, days: Window) -> Sequence[Share]:
    """The factors of some days of the month."""
    first = (days.start - month.start).days
    return factors[first : first + days.days]


# --- due by now -----------------------------------------------------------------------------


def due_share(
    covered: date | None, window: Window, factors: Sequence[float] | None = None
) -> float | None:
    """Which part of a period's target is due once its data reach to the end of `covered`.

    Unknown while no day is covered; 1 when the period is complete. Equal factors give elapsed
    days over days exactly. The share is an input of the sheet's formula: it has 14 digits.
    """
    elapsed = 0 if covered is None else min((covered - window.start).days + 1, window.days)
    if elapsed <= 0:
        return None
    if factors is None or len(set(factors)) == 1:
        return normalise(elapsed / window.days)
    whole, so_far = _sum(factors), _sum(factors[:elapsed])
    return normalise(so_far / whole) if whole > 0 else None


def _sum(factors: Sequence[float]) -> float:
    """Left to right; factors are few and short, 14 digits of the quotient hide the order."""
    total = 0.0
    for factor in factors:
        total += factor
    return total


def due(target: float | None, share: float | None, *, additive: bool) -> float | None:
    """What is due by now: the share of an additive target, a ratio's target as it is."""
    if not additive or target is None:
        return R(target)
    return None if share is None else R(target * share)


# --- plausibility -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Plausibility:
    """How a target compares with what was reached before; None where nothing is known."""

    times_last_year: float | None  # target / same period last year
    times_best: float | None  # target / best of the last eight periods
    better: Better = Better.HIGHER  # which way is good; the best of what should be low is the least

    @property
    def doubtful(self) -> bool:
        """Whether the reader should look at it again."""
        return self.far_from_last_year or self.beyond_best

    @property
    def far_from_last_year(self) -> bool:
        """Far above or far below; a target of zero is meant as it is."""
        times = self.times_last_year
        if times is None:
            return False
        return times > PLAUSIBLE_TIMES or 0 < times < _inverse(PLAUSIBLE_TIMES)

    @property
    def beyond_best(self) -> bool:
        """Far better than ever lately: above the most, or below the least where less is good."""
        times = self.times_best
        if times is None:
            return False
        if self.better is Better.LOWER:
            return 0 < times < _inverse(PLAUSIBLE_ABOVE_BEST)
        return times > PLAUSIBLE_ABOVE_BEST


def _inverse(times: float) -> float:
    """Rounded as the quotients are, so that the limit itself is still plausible."""
    return R(1 / times) or 0.0


def plausibility(
    target: float,
    last_year: float | None,
    recent: Sequence[float | None] = (),
    better: Better = Better.HIGHER,
) -> Plausibility:
    """Compare a target with last year and with the last eight periods; only known ones count."""
    known = [value for value in recent[-BEST_OF:] if value is not None]
    best = min if better is Better.LOWER else max
    return Plausibility(
        _times(target, last_year), _times(target, best(known, default=None)), better
    )


def _times(target: float, reached: float | None) -> float | None:
    """How many times a target is of what was reached; unknown for nothing or a loss."""
    return None if reached is None or not reached > 0 else R(target / reached)


# --- suggestion -------------------------------------------------------------------------------


def suggested(
    last_year: float | None, recent: Sequence[float | None], before: Sequence[float | None]
) -> float | None:
    """Last year's month times the growth of recent months against the same months a year before.

    Unknown as soon as one month is, and where there is nothing or a loss to grow from.
    """
    known = [value for value in (*recent, *before) if value is not None]
    if last_year is None or len(known) < len(recent) + len(before):
        return None
    now, then = sum(known[: len(recent)]), sum(known[len(recent) :])
    return R(last_year * now / then) if min(last_year, now, then) > 0 else None
