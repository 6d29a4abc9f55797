"""Days, periods and seasons: a day is the shop's own, a period is half-open, an event is a row.

Weeks begin on the workbook's week start. A week is named after the year of its middle day, which
for Monday weeks is exactly the ISO week.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from kpi.errors import KpiError
from kpi.model import ROLLING, Period, PeriodKind, Region, Texts, Window

if TYPE_CHECKING:
    import holidays

DAYS_OF_WEEK = 7
_MIDDLE = 3  # days from the start of a week to its middle day
_DECEMBER = 12
_NOVEMBER = 11
_THURSDAY = 3
EVEN_WEEK = (1.0,) * DAYS_OF_WEEK
PERIODS = 4096  # kept of each kind: thousands of values ask for the same few hundred


@dataclass(frozen=True, slots=True)
class RetailEvent:
    """A sales event or a stop, as a row of the workbook; its days weigh `factor` times as much."""

    code: str
    names: Texts
    region: Region | None  # None: both regions
    days: Window
    factor: float  # 1 is an ordinary day, 3 a day of three, 0 a day without orders or dispatch
    markets: tuple[str, ...] = ()  # countries (ISO 3166) of the region; empty: all of them

    def counts_in(self, country: str, region: Region | None) -> bool:
        """Whether it is an event of a country; `region` None is a country of neither."""
        here = self.region is None or self.region is region
        return here and (not self.markets or country in self.markets)

    def holds(self, day: date) -> bool:
        """Whether a day is one of its days."""
        return self.days.start <= day < self.days.end


# --- days of a shop -------------------------------------------------------------------------


def zone(name: str) -> ZoneInfo:
    """The time zone of an IANA name."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        names = "Europe/Berlin or America/Los_Angeles"
        raise KpiError(
            f'Time zone "{name}" is not known; write an IANA name such as {names}.',
            f"没有时区“{name}”；请写 IANA 名称，例如 Europe/Berlin 或 America/Los_Angeles。",
        ) from error


def local_day(instant: datetime, zone_name: str) -> date:
    """The shop's day in which an instant falls; the instant must carry its own zone."""
    if instant.tzinfo is None:
        raise KpiError(
            f"Instant {instant.isoformat()} has no time zone; give it in UTC.",
            f"时刻 {instant.isoformat()} 没有时区；请给出 UTC 时间。",
        )
    return instant.astimezone(zone(zone_name)).date()


def day_bounds(day: date, zone_name: str) -> tuple[datetime, datetime]:
    """The instants, in UTC, at which the shop's day begins and ends: 23, 24 or 25 hours apart."""
    here = zone(zone_name)
    begin = datetime.combine(day, time(), here).astimezone(UTC)
    end = datetime.combine(day + timedelta(days=1), time(), here).astimezone(UTC)
    return begin, end


def hours_of(day: date, zone_name: str) -> float:
    """How long the shop's day is; never assume 24."""
    begin, end = day_bounds(day, zone_name)
    return (end - begin) / timedelta(hours=1)


def last_finished_day(now: datetime, zone_name: str) -> date:
    """The latest day that is over at `now` in a zone."""
    return local_day(now, zone_name) - timedelta(days=1)


# --- periods --------------------------------------------------------------------------------


def _month_start(year: int, month: int) -> date:
    """The first day of a month that may lie beyond December."""
    return date(year + (month - 1) // _DECEMBER, (month - 1) % _DECEMBER + 1, 1)


@lru_cache(maxsize=PERIODS)
def month_period(year: int, month: int) -> Period:
    """A calendar month."""
    window = Window(_month_start(year, month), _month_start(year, month + 1))
    return Period(f"{year:04d}-{month:02d}", PeriodKind.MONTH, window)


@lru_cache(maxsize=PERIODS)
def quarter_period(year: int, quarter: int) -> Period:
    """A calendar quarter."""
    first = 3 * quarter - 2
    window = Window(_month_start(year, first), _month_start(year, first + 3))
    return Period(f"{year:04d}-Q{quarter}", PeriodKind.QUARTER, window)


@lru_cache(maxsize=PERIODS)
def year_period(year: int) -> Period:
    """A calendar year."""
    return Period(f"{year:04d}", PeriodKind.YEAR, Window(date(year, 1, 1), date(year + 1, 1, 1)))


@lru_cache(maxsize=PERIODS)
def day_period(day: date) -> Period:
    """One day."""
    return Period(day.isoformat(), PeriodKind.DAY, Window(day, day + timedelta(days=1)))


@lru_cache(maxsize=PERIODS)
def week_of(day: date, week_start: int = 0) -> Period:
    """The week that holds a day; `week_start` 0 is Monday, 6 is Sunday."""
    start = day - timedelta(days=(day.weekday() - week_start) % DAYS_OF_WEEK)
    middle = start + timedelta(days=_MIDDLE)
    number = (middle.timetuple().tm_yday - 1) // DAYS_OF_WEEK + 1
    window = Window(start, start + timedelta(days=DAYS_OF_WEEK))
    return Period(f"{middle.year:04d}-W{number:02d}", PeriodKind.WEEK, window)


@lru_cache(maxsize=PERIODS)
def rolling_period(last: date, kind: PeriodKind) -> Period:
    """So many days up to a day: `2026-10-21/60d`."""
    window = Window(last - timedelta(days=ROLLING[kind] - 1), last + timedelta(days=1))
    return Period(f"{last.isoformat()}/{kind.value}", kind, window)


def period_of(day: date, kind: PeriodKind, week_start: int = 0) -> Period:
    """The period of a kind that holds a day; of the last so many days the one that ends with it."""
    match kind:
        case PeriodKind.DAY:
            return day_period(day)
        case PeriodKind.WEEK:
            return week_of(day, week_start)
        case PeriodKind.MONTH:
            return month_period(day.year, day.month)
        case PeriodKind.QUARTER:
            return quarter_period(day.year, (day.month + 2) // 3)
    return rolling_period(day, kind) if kind in ROLLING else year_period(day.year)


_CODE = re.compile(
    r"(?P<year>\d{4})"
    r"(?:-(?:W(?P<week>\d{2})|Q(?P<quarter>[1-4])|(?P<month>\d{2})"
    rf"(?:-(?P<day>\d{{2}})(?:/(?P<rolling>{'|'.join(ROLLING)}))?)?))?"
)


def period(code: str, week_start: int = 0) -> Period:
    """The period of a code: `2026`, `2026-Q4`, `2026-10`, `2026-W43`, `2026-10-21`.

    `2026-10-21/60d` are the sixty days up to that one.
    """
    found = _CODE.fullmatch(code.strip())
    made = _from_parts(found, week_start) if found else None
    if made is None:
        mend = "write a month as 2026-10, a week as 2026-W43, a quarter as 2026-Q4."
        raise KpiError(
            f'Period "{code}" cannot be read; {mend}',
            f"无法读取期间“{code}”；月份写 2026-10，周写 2026-W43，季度写 2026-Q4。",
        )
    return made


def _from_parts(found: re.Match[str], week_start: int) -> Period | None:
    """The period of a code's parts; None where the calendar has no such period."""
    groups = found.groupdict()
    rolling = groups.pop("rolling")
    part = {name: int(text) for name, text in groups.items() if text is not None}
    try:
        inside = date(part["year"], part.get("month", 1), part.get("day", 1))
    except ValueError:
        return None
    if "week" in part:
        anchor = week_of(date(part["year"], 1, 1 + _MIDDLE), week_start).window.start
        week = week_of(anchor + timedelta(weeks=part["week"] - 1), week_start)
        return week if week.code == found.string.strip() else None
    if "quarter" in part:
        return quarter_period(part["year"], part["quarter"])
    if "day" in part:
        return rolling_period(inside, PeriodKind(rolling)) if rolling else day_period(inside)
    return (
        month_period(part["year"], part["month"]) if "month" in part else year_period(inside.year)
    )


@lru_cache(maxsize=PERIODS)
def shifted(of: Period, steps: int, week_start: int = 0) -> Period:
    """The period of the same kind `steps` later, or earlier when negative."""
    if of.kind in ROLLING:
        return rolling_period(of.anchor + timedelta(days=steps), of.kind)
    now = of
    for _ in range(abs(steps)):
        day = now.window.end if steps > 0 else now.window.start - timedelta(days=1)
        now = period_of(day, of.kind, week_start)
    return now


def year_before(of: Period) -> Period:
    """The same period one year earlier; a week is compared with the week 52 weeks before."""
    back = timedelta(weeks=52)
    if of.kind in ROLLING:
        return rolling_period(of.anchor - back, of.kind)
    match of.kind:
        case PeriodKind.WEEK | PeriodKind.DAY:
            window = Window(of.window.start - back, of.window.end - back)
            if of.kind is PeriodKind.DAY:
                return day_period(window.start)
            return week_of(window.start, window.start.weekday())
        case _:
            start = of.window.start
            return period_of(date(start.year - 1, start.month, 1), of.kind)


def clipped(window: Window, to: Window) -> Window:
    """The part of a window inside another; empty windows start where they would begin."""
    start = max(window.start, to.start)
    return Window(start, max(start, min(window.end, to.end)))


def weeks_of(window: Window, week_start: int = 0) -> tuple[tuple[Period, Window], ...]:
    """The weeks that touch a window, each with its days inside; together they are the window."""
    weeks: list[tuple[Period, Window]] = []
    day = window.start
    while day < window.end:
        week = week_of(day, week_start)
        weeks.append((week, clipped(week.window, window)))
        day = week.window.end
    return tuple(weeks)


# --- holidays and events ----------------------------------------------------------------------


@lru_cache(maxsize=256)
def public_holidays(country: str, year: int, subdivision: str | None = None) -> Mapping[date, str]:
    """Public holidays of a country (ISO 3166) in a year; a workbook's own rows override them."""
    try:
        found = _country(country, year, subdivision)
    except NotImplementedError as error:
        where = f"{country}-{subdivision}" if subdivision else country
        raise KpiError(
            f'No holidays are known for "{where}"; enter them in Setup, Events and holidays, '
            "such as Founding day 2026-05-04 off XX.",
            f"没有“{where}”的节假日数据；请写进设置“活动与假日”，例如 厂庆 2026-05-04 休 XX。",
        ) from error
    return MappingProxyType(dict(sorted(found.items())))


def _country(country: str, year: int, subdivision: str | None = None) -> holidays.HolidayBase:
    """A country's year of the package, in English whatever the machine speaks."""
    import holidays  # noqa: PLC0415 - weeks and months alone need no package

    return holidays.country_holidays(country, subdivision, years=year, language="en_US")


@lru_cache(maxsize=64)
def make_up_days(country: str, year: int) -> frozenset[date]:
    """Weekend days of a year that were announced as working days; China has them every year."""
    found = _country(country, year)
    return frozenset(day for day in found.weekend_workdays if day.year == year)


def is_working_day(
    day: date, country: str, made_up: Iterable[date] = (), subdivision: str | None = None
) -> bool:
    """Monday to Friday and no holiday, or a weekend day announced as a make-up working day."""
    if day in frozenset(made_up) or day in make_up_days(country, day.year):
        return True
    weekend = day.weekday() >= DAYS_OF_WEEK - 2
    return not weekend and day not in public_holidays(country, day.year, subdivision)


def black_friday(year: int) -> date:
    """The day after the fourth Thursday of November, in the US and the EU alike."""
    first = date(year, _NOVEMBER, 1)
    thanksgiving = first + timedelta(days=(_THURSDAY - first.weekday()) % DAYS_OF_WEEK, weeks=3)
    return thanksgiving + timedelta(days=1)


def cyber_monday(year: int) -> date:
    """The Monday after Black Friday."""
    return black_friday(year) + timedelta(days=3)


# --- seasons ----------------------------------------------------------------------------------


def day_factors(
    window: Window,
    weekdays: Sequence[float] = EVEN_WEEK,
    events: Iterable[RetailEvent] = (),
    region: Region | None = None,
) -> tuple[float, ...]:
    """How much each day of a window weighs: its weekday's weight times its events' factors.

    `weekdays` begins with Monday. Events of the other region do not count.
    """
    mine = [e for e in events if e.region is None or region is None or e.region == region]
    factors = []
    for day in window.each():
        factor = weekdays[day.weekday()]
        for event in mine:
            if event.holds(day):
                factor *= event.factor
        factors.append(factor)
    return tuple(factors)
