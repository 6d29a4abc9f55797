"""Where an open period will land: the days left by weekday and calendar, with a tested range.

Two methods are tried on the past at weekly steps, each time with as many days ahead as are left
now: weekday and calendar (level of four weeks, weights of the weekdays, events and holidays), and
the naive one (each day is what its weekday was in the last known week). The one that missed less
is used. The range is what it missed by at worst, both ways; nothing is assumed about a curve.
A ratio is foretold by its two parts, and held against what the ratio was.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Protocol

from kpi.calendar import DAYS_OF_WEEK
from kpi.errors import UnansweredError
from kpi.model import Window

LEVEL_DAYS = 28
MOST_TRAINING = 56  # days from which the weights of the weekdays come
LEAST_TRIES, MOST_TRIES = 5, 12
Weights = Callable[[Window], Sequence[float]]
"""The calendar's weights of the days of a window, 1 for an ordinary day."""


class Method(StrEnum):
    """How the days left are foretold."""

    CALENDAR = "weekday_calendar"
    NAIVE = "naive_seasonal"
    NONE = "complete"  # no day is left


@dataclass(frozen=True, slots=True)
class Tested:
    """What a method did on the past."""

    error: float | None  # sum of misses over sum of actuals; None where it could not be tried
    ratios: tuple[float, ...]  # actual over foretold, one a try


@dataclass(frozen=True, slots=True)
class Landing:
    """A forecast of a period; unit of the KPI."""

    actual: float  # of the days that are known
    value: float
    low: float
    high: float
    left: int  # days foretold
    method: Method
    error: float | None  # of the method on the past
    naive_error: float | None  # of the naive one on the same days
    tries: int
    used: Window  # days that it learnt from

    @property
    def covers(self) -> float | None:
        """How often a new miss lies within the worst of so many: (n - 1) / (n + 1)."""
        return (self.tries - 1) / (self.tries + 1) if self.tries else None


def landing(
    actual: float, days: Mapping[date, float], period: Window, until: date, weights: Weights
) -> Landing:
    """Foretell a period that stands at `actual`, its days known up to `until` (the first unknown).

    `days` are the known days of the period and before; what lies before a gap is not used.

    Raises:
        UnansweredError: The history is too short, or the period has not begun.
    """
    amount = _Amount(_unbroken(days, until), weights)
    return _landed(amount, actual, period, until)


def ratio_landing(
    actual: tuple[float, float],
    days: Mapping[date, tuple[float, float]],
    period: Window,
    until: date,
    weights: Weights,
) -> Landing:
    """Foretell a ratio by its two parts, each an amount of the days; the range is the ratio's own.

    `actual` and `days` hold what is above and below the line.

    Raises:
        UnansweredError: The history is too short, the period has not begun, or nothing is below.
    """
    above, below = (
        _Amount(_unbroken({day: one[n] for day, one in days.items()}, until), weights)
        for n in (0, 1)
    )
    return _landed(_Ratio(above, below, *actual), _quotient(*actual), period, until)


def _landed(kind: _Kind, actual: float | None, period: Window, until: date) -> Landing:
    if until < period.start:
        raise UnansweredError(
            f"The data end before {until}, and the period begins on {period.start}; wait or fetch.",
            f"数据到 {until} 之前，期间从 {period.start} 开始；请等待或先取数。",
        )
    left = (period.end - until).days
    if left <= 0:
        stands = _stands(actual)
        return Landing(stands, stands, stands, stands, 0, Method.NONE, None, None, 0, period)
    tries = _tries(kind.history, until, left)
    tested = {method: _tested(method, kind, tries, left) for method in _METHODS}
    method = _better(tested)
    ahead = kind.told(method, until, left)
    if ahead is None or not ahead > 0:
        raise _no_level()
    value, low, high = (
        kind.ended(actual, method, until, left, one)
        for one in (ahead, *_range(ahead, tested[method].ratios))
    )
    return Landing(
        actual=actual or 0.0,
        value=value,
        low=low,
        high=high,
        left=left,
        method=method,
        error=tested[method].error,
        naive_error=tested[Method.NAIVE].error,
        tries=len(tested[method].ratios),
        used=Window(min(kind.history), until),
    )


def _stands(actual: float | None) -> float:
    if actual is None:
        raise _no_level()
    return actual


def _quotient(above: float, below: float) -> float | None:
    return above / below if below else None


# --- what is foretold -------------------------------------------------------------------------


class _Kind(Protocol):
    """A value of days: what a method foretells of some days, and what came."""

    @property
    def history(self) -> Mapping[date, float]:
        """The known days."""

    def told(self, method: Method, origin: date, left: int) -> float | None:
        """What the days before `origin` foretell of the `left` days from it."""

    def came(self, origin: date, left: int) -> float | None:
        """What those days were."""

    def ended(
        self, actual: float | None, method: Method, until: date, left: int, ahead: float
    ) -> float:
        """Where the period ends when the days left are `ahead`."""


@dataclass(frozen=True, slots=True)
class _Amount:
    """Days that add up."""

    history: Mapping[date, float]
    weights: Weights

    def told(self, method: Method, origin: date, left: int) -> float | None:
        before = {day: value for day, value in self.history.items() if day < origin}
        return _METHODS[method](before, origin, left, self.weights)

    def came(self, origin: date, left: int) -> float:
        return sum(self.history[origin + timedelta(days=n)] for n in range(left))

    def ended(
        self, actual: float | None, method: Method, until: date, left: int, ahead: float
    ) -> float:
        del method, until, left
        return (actual or 0.0) + ahead


@dataclass(frozen=True, slots=True)
class _Ratio:
    """One amount over another."""

    above: _Amount
    below: _Amount
    up: float  # known in the period, above and below the line
    down: float

    @property
    def history(self) -> Mapping[date, float]:
        return self.below.history

    def told(self, method: Method, origin: date, left: int) -> float | None:
        above, below = (part.told(method, origin, left) for part in (self.above, self.below))
        return None if above is None or below is None else _quotient(above, below)

    def came(self, origin: date, left: int) -> float | None:
        return _quotient(self.above.came(origin, left), self.below.came(origin, left))

    def ended(
        self, actual: float | None, method: Method, until: date, left: int, ahead: float
    ) -> float:
        del actual
        below = self.below.told(method, until, left) or 0.0
        return _stands(_quotient(self.up + ahead * below, self.down + below))


def _unbroken(days: Mapping[date, float], until: date) -> dict[date, float]:
    """The days before `until` without a gap, as far back as the tries may reach."""
    found: dict[date, float] = {}
    day = until - timedelta(days=1)
    while day in days:
        found[day] = days[day]
        day -= timedelta(days=1)
    return found


def _tries(history: Mapping[date, float], until: date, left: int) -> tuple[date, ...]:
    """The first unknown days of the tries, newest first: each with its past and its future."""
    room = len(history) - LEVEL_DAYS - left
    count = min(MOST_TRIES, room // DAYS_OF_WEEK + 1) if room >= 0 else 0
    if count < LEAST_TRIES:
        needed = LEVEL_DAYS + left + DAYS_OF_WEEK * (LEAST_TRIES - 1)
        raise UnansweredError(
            f"{len(history)} days without a gap are known and {left} are left; a forecast that is "
            f"tested {LEAST_TRIES} times needs {needed}. Backfill the past, or wait.",
            f"连续已知 {len(history)} 天，还剩 {left} 天；检验 {LEAST_TRIES} 次需要 {needed} 天。"
            "请补取历史，或等待。",
        )
    newest = until - timedelta(days=left)
    return tuple(newest - timedelta(days=DAYS_OF_WEEK * n) for n in range(count))


# --- methods ----------------------------------------------------------------------------------


def _naive(history: Mapping[date, float], until: date, left: int, weights: Weights) -> float | None:
    """Each day is what its weekday was in the last known week."""
    del weights
    week = [history[until - timedelta(days=DAYS_OF_WEEK - n)] for n in range(DAYS_OF_WEEK)]
    return sum(week[n % DAYS_OF_WEEK] for n in range(left))


def _calendar(
    history: Mapping[date, float], until: date, left: int, weights: Weights
) -> float | None:
    """A level, times the weight of the weekday, times that of the calendar."""
    past = [until - timedelta(days=n) for n in range(1, MOST_TRAINING + 1)]
    known = [day for day in past if day in history]
    span = Window(min(known), until + timedelta(days=left))
    calendar = dict(zip(span.each(), weights(span), strict=True))
    weekdays = _weekdays(history, known, calendar)
    if weekdays is None:
        return None
    weight = {day: weekdays[day.weekday()] * calendar[day] for day in span.each()}
    recent = known[:LEVEL_DAYS]
    level = sum(history[day] for day in recent) / sum(weight[day] for day in recent)
    return level * sum(weight[day] for day in Window(until, span.end).each())


def _weekdays(
    history: Mapping[date, float], known: Sequence[date], calendar: Mapping[date, float]
) -> tuple[float, ...] | None:
    """What each weekday brings against the mean day, events taken out; None for a loss."""
    plain = [(day.weekday(), history[day] / calendar[day]) for day in known if calendar[day] > 0]
    by_day = [[value for n, value in plain if n == weekday] for weekday in range(DAYS_OF_WEEK)]
    if not all(by_day):
        return None
    means = [sum(values) / len(values) for values in by_day]
    mean = sum(means) / DAYS_OF_WEEK
    return tuple(one / mean for one in means) if min(means) >= 0 and mean > 0 else None


_METHODS = {Method.CALENDAR: _calendar, Method.NAIVE: _naive}


# --- the past ---------------------------------------------------------------------------------


def _tested(method: Method, kind: _Kind, tries: Sequence[date], left: int) -> Tested:
    """The misses of a method: it sees nothing of the days that it foretells."""
    missed, whole, ratios = 0.0, 0.0, []
    for origin in tries:
        told, came = kind.told(method, origin, left), kind.came(origin, left)
        if told is None or came is None or not told > 0:
            return Tested(None, ())
        missed, whole = missed + abs(came - told), whole + abs(came)
        ratios.append(came / told)
    return Tested(missed / whole if whole else None, tuple(ratios))


def _better(tested: Mapping[Method, Tested]) -> Method:
    """The method that missed less; the calendar one when both missed alike."""
    errors = {method: one.error for method, one in tested.items() if one.error is not None}
    if not errors:
        raise _no_level()
    return min(errors, key=lambda method: errors[method])


def _no_level() -> UnansweredError:
    return UnansweredError(
        "The past days add up to nothing or to a loss, so there is no level to go on from.",
        "过去的天数合计为零或亏损，没有可外推的水平。",
    )


def _range(ahead: float, ratios: Sequence[float]) -> tuple[float, float]:
    """What the worst misses make of the forecast; it always holds the forecast itself."""
    return ahead * min(1.0, *ratios), ahead * max(1.0, *ratios)
