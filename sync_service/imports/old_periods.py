"""Targets by quarter and week as months: nothing is lost, and nothing is guessed.

A quarter is shared by its months that have no target of their own. Weeks make a month once all of
its days are in them. A ratio holds for each part and is never split.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from kpi.apportion import split
from kpi.calendar import month_period, period
from kpi.errors import KpiError
from kpi.model import Window
from sync_service.imports.old_findings import PART_MONTH, QUARTER_DIFFERS, WEEKS_DIFFER

WEEKS_OF_MONTH = frozenset({1, 2, 3, 4})  # the least that make a month
Telling = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Given:
    """A target of a part of a year, and where it stands."""

    number: float
    sheet: str
    cell: str


@dataclass(slots=True)
class Months:
    """The months that the parts of a year make, and what does not fit."""

    found: dict[int, float] = field(default_factory=dict)
    wrong: list[tuple[Given, Telling]] = field(default_factory=list)


def months_of(year: int, parts: Mapping[str, Given], *, additive: bool, decimals: int) -> Months:
    """Months of a year from months `03`, weeks of a month `03W1`, weeks `W12`, quarters `Q1`.

    What says more about a month comes first: itself, its weeks, the weeks of the year, its quarter.
    """
    made = Months({int(code): one.number for code, one in parts.items() if code.isdigit()})
    _weeks_of_months(parts, made, additive=additive)
    _weeks_of_year(year, parts, made, additive=additive, decimals=decimals)
    for code, one in parts.items():
        if code.startswith("Q"):
            _quarter(int(code[1:]), one, made, additive=additive, decimals=decimals)
    return made


def _weeks_of_months(parts: Mapping[str, Given], made: Months, *, additive: bool) -> None:
    by_month: dict[int, dict[int, Given]] = {}
    for code, one in parts.items():
        month, _, week = code.partition("W")
        if month and week:
            by_month.setdefault(int(month), {})[int(week)] = one
    for place, weeks in by_month.items():
        if place not in made.found:
            whole = set(weeks) >= WEEKS_OF_MONTH
            _sum(place, list(weeks.values()), made, whole=whole, additive=additive)


def _sum(month: int, given: Sequence[Given], made: Months, *, whole: bool, additive: bool) -> None:
    """The month of all its weeks, or why it has none."""
    numbers = [one.number for one in given]
    if not whole:
        made.wrong.append((given[0], PART_MONTH))
    elif additive:
        made.found[month] = round(sum(numbers), 6)
    elif len(set(numbers)) == 1:
        made.found[month] = numbers[0]
    else:
        made.wrong.append((given[0], WEEKS_DIFFER))


def _weeks_of_year(
    year: int, parts: Mapping[str, Given], made: Months, *, additive: bool, decimals: int
) -> None:
    """Each week is cut by its days in each month, to the last cent."""
    days: dict[int, int] = {}
    given: dict[int, list[Given]] = {}
    for code, one in sorted(parts.items()):
        window = _week(year, code)
        if window is None:
            continue
        inside = _days(window, year)
        cut = split(one.number, list(inside.values()), decimals) if additive else ()
        for place, (month, count) in enumerate(inside.items()):
            days[month] = days.get(month, 0) + count
            number = float(cut[place]) if additive else one.number
            given.setdefault(month, []).append(Given(number, one.sheet, one.cell))
    for month, parts_of in given.items():
        if 1 <= month <= 12 and month not in made.found:  # noqa: PLR2004 - the months of a year
            whole = days[month] == month_period(year, month).window.days
            _sum(month, parts_of, made, whole=whole, additive=additive)


def _week(year: int, code: str) -> Window | None:
    if not code.startswith("W"):
        return None
    try:
        return period(f"{year}-{code}").window
    except KpiError:  # a year without a 53rd week
        return None


def _days(window: Window, year: int) -> dict[int, int]:
    """How many days of a week lie in each month; months of other years are 0 and 13."""
    found: dict[int, int] = {}
    for number in range(window.days):
        day = window.start + timedelta(days=number)
        month = day.month if day.year == year else 0 if day.year < year else 13
        found[month] = found.get(month, 0) + 1
    return found


def _quarter(number: int, one: Given, made: Months, *, additive: bool, decimals: int) -> None:
    months = range(3 * number - 2, 3 * number + 1)
    free = [month for month in months if month not in made.found]
    rest = one.number - sum(made.found.get(month, 0.0) for month in months)
    if not additive:
        made.found |= dict.fromkeys(free, one.number)
    elif (not free and abs(rest) >= 10**-decimals) or rest * one.number < 0:
        made.wrong.append((one, QUARTER_DIFFERS))
    elif free:
        shares = split(round(rest, 6), (1,) * len(free), decimals)
        made.found |= {month: float(part) for month, part in zip(free, shares, strict=True)}
