"""The report pages: a day, a week and the month of the same KPIs, each against two others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from kpi.book_checks import MOST_REPORTED
from kpi.calendar import clipped, day_period, period, shifted, week_of, year_before
from kpi.model import Period, Window
from kpi.numbers import R
from kpi.scopes import OWNERS
from sheet_templates.layout import REGION_METRICS, REPORT_SCOPES
from sync_service.compute import Computed, ScopeKey, market_key
from sync_service.filling.cells import FilledRow, known, number

YEAR = timedelta(weeks=52)  # the same weekday a year ago
WEEK = timedelta(weeks=1)


@dataclass(frozen=True, slots=True)
class Against:
    """A period, and what it is held against."""

    now: Period
    before: Period
    year_ago: Period


def day_of(done: Computed) -> Against:
    """The last day that is over everywhere; the same weekday a week and a year ago."""
    day = _last_day(done)
    return Against(day_period(day), day_period(day - WEEK), day_period(day - YEAR))


def week(done: Computed) -> Against:
    """The last whole week, the one before, the one 52 weeks before."""
    start, last = done.book.settings.week_start, done.weeks()[-2]
    return Against(last, shifted(last, -1, start), week_of(last.window.start - YEAR, start))


def month(done: Computed) -> Against:
    """The month under review; an open one is held against as many days of the others."""
    whole = done.month.window
    end = min(whole.end, _last_day(done) + timedelta(days=1))
    days = max(0, (end - whole.start).days)
    others = (shifted(done.month, -1), year_before(done.month))
    if end == whole.end:
        return Against(done.month, *others)
    return Against(done.month, *(_first_days(one, days) for one in others))


def _first_days(of: Period, days: int) -> Period:
    """The first days of a month; under a code of their own, values are kept by it."""
    end = min(of.window.end, of.window.start + timedelta(days=days))
    return Period(f"{of.code} 1–{days}", of.kind, Window(of.window.start, end))


def _last_day(done: Computed) -> date:
    return min(done.actuals.last_day.values(), default=done.today - timedelta(days=1))


def pages(done: Computed) -> dict[str, Iterator[FilledRow]]:
    """The tables of the daily, the weekly and the monthly page."""
    return {
        "tblDaily": _lines(done, day_of(done)),
        "tblWeekly": _lines(done, week(done)),
        "tblMonthly": _lines(done, month(done)),
    }


def shown(done: Computed) -> Iterator[tuple[str, ScopeKey | None]]:
    """The scopes of a page: all, US and EU, then each company and brand over both regions."""
    yield from ((scope, market_key(done, scope)) for scope in REPORT_SCOPES)
    for key, found in done.scopes.items():
        if found.scope.kind in OWNERS and found.scope.region is None:
            yield found.scope.code, key


def reported(done: Computed) -> tuple[str, ...]:
    """The KPIs of the pages: those with a yes in On report, else the shipped ones; so many fit."""
    known = done.given.catalog
    typed = (known.known.code(name) for name in done.typed.reported)
    chosen = tuple(dict.fromkeys(code for code in typed if code and code in known.metrics))
    shipped = [code for code in REGION_METRICS if code in chosen]
    found = (*shipped, *(code for code in chosen if code not in shipped)) or REGION_METRICS
    return found[:MOST_REPORTED]


def _lines(done: Computed, of: Against) -> Iterator[FilledRow]:
    for scope, key in shown(done):
        for code in reported(done):
            name = done.metric(code).names[done.given.language]
            empty = dict.fromkeys(("value", "due", "pace", "before", "year_ago", "data_until"))
            held = _held(done, of, key, code) if key in done.scopes and key else empty
            yield {"scope": scope, "metric": name, **held, "unit": done.metric(code).unit.value}


def _held(done: Computed, of: Against, key: ScopeKey, code: str) -> FilledRow:
    """The figures of one line."""
    actual = done.value(code, key, of.now)
    due, additive = due_of(done, of.now, key, code), done.metric(code).additive
    value = actual.value if actual else None
    reached = R(value / due) if value is not None and due else None
    return {
        "value": number(actual),
        "due": due,
        "pace": known(reached) if additive and due else None,
        "before": number(done.value(code, key, of.before)),
        "year_ago": number(done.value(code, key, of.year_ago)),
        "data_until": actual.covered_until if actual else None,
    }


def due_of(done: Computed, of: Period, key: ScopeKey, code: str) -> float | None:
    """What was due in a period: the even daily share of each month's target, by now in a month.

    A ratio is due as it is; where a period lies in two months it takes the later one's.
    """
    if of == done.month:
        goal = done.goal(code, key)
        return R(goal.value * goal.share) if goal and goal.share is not None else None
    if not done.metric(code).additive:
        goal = done.goal(code, key, _month_of(of.window.end - timedelta(days=1)))
        return goal.value if goal else None
    parts = [
        _part(done, one, key, code, clipped(of.window, one.window).days)
        for one in dict.fromkeys(map(_month_of, of.window.each()))
    ]
    known_parts = [part for part in parts if part is not None]
    return R(sum(known_parts)) if parts and len(known_parts) == len(parts) else None


def _part(done: Computed, one: Period, key: ScopeKey, code: str, days: int) -> float | None:
    goal = done.goal(code, key, one)
    return goal.value * days / one.window.days if goal else None


def _month_of(day: date) -> Period:
    return period(f"{day:%Y-%m}")
