"""Days on which a rule tells nobody: dates, weekends and sales events, as a manager types them.

    周末、黑五、12-24..12-26        weekend, Prime Day, 2026-11-27..2026-11-30

A silence hides what is told, never a state: what still fires afterwards is told then.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from datetime import date

from kpi.model import Region
from kpi.retail import Rule, rules

_SIGNS = re.compile(r"[、，,;；\n]+")
_TO = re.compile(r"\s*(?:\.\.|…|~|～|至|到|\bto\b|—|–)\s*")
_DAY = re.compile(r"(?:(?P<year>\d{4})[-/.])?(?P<month>\d{1,2})[-/.](?P<day>\d{1,2})")
_SATURDAY = 5
_LEAP = 2024  # a year in which every day of a year without one can be read
WEEKEND = frozenset({"周末", "weekend", "weekends"})
SHORT: dict[str, tuple[str, ...]] = {  # how people call them; Black Friday is its whole weekend
    **dict.fromkeys(
        ("黑五", "黑色星期五", "black friday", "bfcm", "黑五网一"),
        ("black_friday", "black_weekend", "cyber_monday"),
    ),
    **dict.fromkeys(("网一", "网络星期一"), ("cyber_monday",)),
    **dict.fromkeys(("会员日", "primeday", "prime"), ("prime_day",)),
    **dict.fromkeys(("秋季大促", "秋季会员日", "big deal days"), ("big_deal_days",)),
    **dict.fromkeys(("春季促销", "spring sale"), ("big_spring_sale",)),
    **dict.fromkeys(("双11", "光棍节", "singles day"), ("singles_day",)),
    **dict.fromkeys(("春节", "chinese new year", "lunar new year"), ("spring_festival_stop",)),
    **dict.fromkeys(("国庆", "golden week"), ("golden_week_stop",)),
}
_Day = tuple[int | None, int, int]


def is_quiet(
    text: str, day: date, region: Region | None = None, countries: Collection[str] = ()
) -> bool:
    """Whether nobody is told on a day; words that mean nothing silence nothing.

    An event of some markets silences the scopes that sell in one of them; without `countries` all.
    """
    return any(_covers(word, day, region, countries) for word in _words(text))


def unread(text: str) -> tuple[str, ...]:
    """The words that mean nothing, as typed."""
    return tuple(word for word in _words(text) if not _means(word))


def undated(text: str, year: int) -> tuple[Rule, ...]:
    """Events named whose days nobody announced for a year: they silence nothing in it."""
    named = (rule for word in _words(text) for rule in events_named(word))
    return tuple(rule for rule in named if rule.dated and not rule.windows(year))


def _words(text: str) -> Iterator[str]:
    return (word for part in _SIGNS.split(text) if (word := part.strip()))


def _means(word: str) -> bool:
    return word.casefold() in WEEKEND or bool(events_named(word)) or _span(word) is not None


def _covers(word: str, day: date, region: Region | None, countries: Collection[str]) -> bool:
    if word.casefold() in WEEKEND:
        return day.weekday() >= _SATURDAY
    span = _span(word)
    if span is not None:
        return _inside(day, *span)
    return any(
        days.start <= day < days.end
        for event in events_named(word)
        if event.region is None or region is None or event.region is region
        if not event.markets or not countries or not set(event.markets).isdisjoint(countries)
        for days in event.windows(day.year)
    )


def events_named(word: str) -> tuple[Rule, ...]:
    """The events of a name, in either language, of a code, or of what people call them."""
    plain = word.casefold().replace("’", "'")
    codes = SHORT.get(plain, ())
    return tuple(
        rule for rule in rules() if rule.code in codes or (not codes and plain in _names(rule))
    )


def _names(rule: Rule) -> tuple[str, ...]:
    return (rule.code, *(name.casefold() for name in rule.names.values()))


def _span(word: str) -> tuple[_Day, _Day] | None:
    """First and last day of `11-27`, `2026-11-27` or `2026-11-27..2026-11-30`."""
    ends = [_read(part) for part in _TO.split(word)]
    first, last = ends[0], ends[-1]
    if first is None or last is None or len(ends) > 2:  # noqa: PLR2004 - a first and a last day
        return None
    return None if (first[0] is None) != (last[0] is None) else (first, last)


def _read(part: str) -> _Day | None:
    found = _DAY.fullmatch(part.strip())
    if found is None:
        return None
    year = int(found["year"]) if found["year"] else None
    month, day = int(found["month"]), int(found["day"])
    try:
        date(year or _LEAP, month, day)
    except ValueError:
        return None
    return (year, month, day)


def _inside(day: date, first: _Day, last: _Day) -> bool:
    """Both ends are in; without a year they come back every year, over New Year too."""
    if first[0] is not None and last[0] is not None:
        return date(first[0], *first[1:]) <= day <= date(last[0], *last[1:])
    at, start, end = (day.month, day.day), first[1:], last[1:]
    return start <= at <= end if start <= end else at >= start or at <= end
