"""The days that retail events hang on, in any year: fixed, counted, Easter's, or a law's own rule.

`MM-DD` is a fixed day, `2 sun 05` the second Sunday of May, `last mon 05` its last Monday; what a
law says otherwise has a name. `retail_events.toml` cites the sources.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from functools import lru_cache

from kpi.calendar import DAYS_OF_WEEK, black_friday, public_holidays

_NEW_YEAR = "Chinese New Year (Spring Festival)"  # the first day, as `holidays` names it
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_COUNTED = re.compile(r"(?P<nth>[1-5]|last) (?P<weekday>[a-z]{3}) (?P<month>\d{2})")
_MONDAY, _WEDNESDAY, _SUNDAY = 0, 2, 6
_PENTECOST = 49  # days after Easter
_LATEST_WINTER, _LATEST_SUMMER = 12, 28  # of January and June, for the French sales


@lru_cache(maxsize=4096)
def anchor(on: str, year: int) -> date | None:
    """The day of a rule in a year; None where the year's is unknown."""
    named = NAMED.get(on)
    if named is not None:
        return named(year)
    counted = _COUNTED.fullmatch(on)
    if counted is None:
        return date.fromisoformat(f"{year:04d}-{on}")
    weekday, month = _WEEKDAYS.index(counted["weekday"]), int(counted["month"])
    if counted["nth"] == "last":
        return last_weekday(year, month, weekday)
    return nth_weekday(year, month, weekday, int(counted["nth"]))


def nth_weekday(year: int, month: int, weekday: int, nth: int) -> date:
    """The nth Monday (0) to Sunday (6) of a month."""
    first = date(year, month, 1)
    return first + timedelta((weekday - first.weekday()) % DAYS_OF_WEEK, weeks=nth - 1)


def last_weekday(year: int, month: int, weekday: int) -> date:
    """The last Monday (0) to Sunday (6) of a month that is not December."""
    last = date(year, month + 1, 1) - timedelta(days=1)
    return last - timedelta((last.weekday() - weekday) % DAYS_OF_WEEK)


def easter(year: int) -> date:
    """Easter Sunday of the western churches, by the anonymous Gregorian computus (Meeus, ch. 8)."""
    century, rest = divmod(year, 100)
    golden = year % 19
    shift = (century - (century + 8) // 25 + 1) // 3
    moon = (19 * golden + century - century // 4 - shift + 15) % 30
    sunday = (32 + 2 * (century % 4) + 2 * (rest // 4) - moon - rest % 4) % 7
    late = (golden + 11 * moon + 22 * sunday) // 451
    month, day = divmod(moon + sunday - 7 * late + 114, 31)
    return date(year, month, day + 1)


def lunar_new_year(year: int) -> date | None:
    """The first day of the Chinese year; None outside 1950 to 2100, whose holidays are known."""
    named = public_holidays("CN", year)
    return next((day for day, name in named.items() if _NEW_YEAR in name), None)


def french_mothers_day(year: int) -> date:
    """The last Sunday of May, or the first of June where that is Pentecost."""
    last = last_weekday(year, 5, _SUNDAY)
    pentecost = easter(year) + timedelta(days=_PENTECOST)
    return last + timedelta(weeks=1) if last == pentecost else last


def french_winter_sales(year: int) -> date:
    """The second Wednesday of January, the first where the second comes after the 12th."""
    second = nth_weekday(year, 1, _WEDNESDAY, 2)
    return second if second.day <= _LATEST_WINTER else second - timedelta(weeks=1)


def french_summer_sales(year: int) -> date:
    """The last Wednesday of June, the one before where it comes after the 28th."""
    last = last_weekday(year, 6, _WEDNESDAY)
    return last if last.day <= _LATEST_SUMMER else last - timedelta(weeks=1)


def italian_winter_sales(year: int) -> date:
    """The last working day before Epiphany; a Saturday where that would be a Monday."""
    eve = date(year, 1, 5)
    back = {_SUNDAY: 1, _MONDAY: 2}.get(eve.weekday(), 0)
    return eve - timedelta(days=back)


def belgian_winter_sales(year: int) -> date:
    """The third of January, the second where that is a Sunday."""
    return _not_sunday(date(year, 1, 3))


def belgian_summer_sales(year: int) -> date:
    """The first of July, the last of June where that is a Sunday."""
    return _not_sunday(date(year, 7, 1))


def _not_sunday(day: date) -> date:
    return day - timedelta(days=1) if day.weekday() == _SUNDAY else day


NAMED: Mapping[str, Callable[[int], date | None]] = {
    "black_friday": black_friday,
    "easter": easter,
    "lunar_new_year": lunar_new_year,
    "french_mothers_day": french_mothers_day,
    "french_winter_sales": french_winter_sales,
    "french_summer_sales": french_summer_sales,
    "italian_winter_sales": italian_winter_sales,
    "belgian_winter_sales": belgian_winter_sales,
    "belgian_summer_sales": belgian_summer_sales,
}
