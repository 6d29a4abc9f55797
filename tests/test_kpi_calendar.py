"""Days are the shop's own, weeks clip to months, seasons weigh days; dates checked by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi.calendar import (
    RetailEvent,
    black_friday,
    clipped,
    cyber_monday,
    day_bounds,
    day_factors,
    hours_of,
    is_working_day,
    last_finished_day,
    local_day,
    month_period,
    period,
    period_of,
    public_holidays,
    shifted,
    week_of,
    weeks_of,
    year_before,
)
from kpi.errors import KpiError
from kpi.model import ROLLING, PeriodKind, Region, Window

DAYS = st.dates(date(2000, 1, 1), date(2040, 12, 31))
ZONES = st.sampled_from(["America/Los_Angeles", "Europe/Berlin", "Asia/Shanghai", "UTC"])


@pytest.mark.parametrize(
    ("instant", "zone", "day"),
    [
        pytest.param(
            datetime(2026, 10, 22, 1, tzinfo=UTC),
            "America/Los_Angeles",
            date(2026, 10, 21),
            id="nine in Shenzhen is six in the evening of the day before in Los Angeles",
        ),
        pytest.param(
            datetime(2026, 10, 22, 1, tzinfo=UTC),
            "Europe/Berlin",
            date(2026, 10, 22),
            id="the same instant is three in the morning in Berlin",
        ),
        pytest.param(
            datetime(2026, 3, 28, 23, 30, tzinfo=UTC),
            "Europe/Berlin",
            date(2026, 3, 29),
            id="half past midnight of the short day",
        ),
    ],
)
def test_an_instant_falls_in_the_shops_own_day(instant: datetime, zone: str, day: date) -> None:
    assert local_day(instant, zone) == day


@pytest.mark.parametrize(
    ("day", "zone", "hours"),
    [
        pytest.param(date(2026, 3, 29), "Europe/Berlin", 23, id="spring in Berlin: 23 hours"),
        pytest.param(date(2026, 10, 25), "Europe/Berlin", 25, id="autumn in Berlin: 25 hours"),
        pytest.param(date(2026, 3, 8), "America/New_York", 23, id="spring in New York: 23 hours"),
        pytest.param(date(2026, 11, 1), "America/Los_Angeles", 25, id="autumn in LA: 25 hours"),
        pytest.param(date(2026, 10, 25), "Asia/Shanghai", 24, id="Shanghai never changes"),
    ],
)
def test_a_day_has_23_24_or_25_hours(day: date, zone: str, hours: int) -> None:
    assert hours_of(day, zone) == hours


@given(DAYS, ZONES)
def test_every_instant_of_a_day_belongs_to_it_and_its_end_to_the_next(day: date, name: str) -> None:
    begin, end = day_bounds(day, name)
    assert local_day(begin, name) == local_day(end - timedelta(microseconds=1), name) == day
    assert local_day(end, name) == day + timedelta(days=1)


def test_the_last_finished_day_of_the_demo_differs_by_region() -> None:
    now = datetime(2026, 10, 22, 1, tzinfo=UTC)
    assert last_finished_day(now, "Europe/Rome") == date(2026, 10, 21)
    assert last_finished_day(now, "America/New_York") == date(2026, 10, 20)


@pytest.mark.parametrize("name", ["Mars/Base", "", "/etc/passwd"])
def test_an_unknown_zone_says_what_to_write(name: str) -> None:
    with pytest.raises(KpiError, match="Europe/Berlin"):
        hours_of(date(2026, 1, 1), name)


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(KpiError, match="no time zone"):
        local_day(datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None), "UTC")


@pytest.mark.parametrize(
    ("code", "start", "end"),
    [
        pytest.param("2026", date(2026, 1, 1), date(2027, 1, 1), id="a year"),
        pytest.param("2026-Q4", date(2026, 10, 1), date(2027, 1, 1), id="the last quarter"),
        pytest.param("2026-12", date(2026, 12, 1), date(2027, 1, 1), id="December"),
        pytest.param("2024-02", date(2024, 2, 1), date(2024, 3, 1), id="a leap February"),
        pytest.param("2026-W43", date(2026, 10, 19), date(2026, 10, 26), id="ISO week 43"),
        pytest.param("2026-W53", date(2026, 12, 28), date(2027, 1, 4), id="2026 has 53 weeks"),
        pytest.param("2027-W01", date(2027, 1, 4), date(2027, 1, 11), id="week 1 of 2027"),
        pytest.param("2026-10-21", date(2026, 10, 21), date(2026, 10, 22), id="one day"),
        pytest.param("2026-10-21/7d", date(2026, 10, 15), date(2026, 10, 22), id="seven days"),
        pytest.param("2026-03-01/60d", date(2026, 1, 1), date(2026, 3, 2), id="31 + 28 + 1 days"),
    ],
)
def test_a_code_names_a_half_open_window(code: str, start: date, end: date) -> None:
    assert period(code).window == Window(start, end)
    assert period(code).code == code


@pytest.mark.parametrize(
    "code",
    [
        "2026-13",
        "2025-W53",
        "2026-W00",
        "2026-Q5",
        "2026-02-30",
        "26-10",
        "0000",
        "10月",
        "2026-10-21/8d",
        "2026-10/7d",
    ],
)
def test_a_code_that_names_nothing_is_refused(code: str) -> None:
    with pytest.raises(KpiError, match="2026-W43"):
        period(code)


@given(DAYS)
def test_a_monday_week_is_the_iso_week(day: date) -> None:
    iso = day.isocalendar()
    assert week_of(day).code == f"{iso.year:04d}-W{iso.week:02d}"


@given(DAYS, st.sampled_from(PeriodKind), st.integers(0, 6))
def test_a_period_is_found_again_by_its_code(day: date, kind: PeriodKind, start: int) -> None:
    made = period_of(day, kind, start)
    assert period(made.code, start) == made
    assert made.window.start <= day < made.window.end


@given(DAYS, st.sampled_from(sorted(set(PeriodKind) - set(ROLLING))), st.integers(-30, 30))
def test_periods_follow_each_other_without_a_gap(day: date, kind: PeriodKind, steps: int) -> None:
    here = period_of(day, kind)
    assert shifted(here, 1).window.start == here.window.end
    assert shifted(shifted(here, steps), -steps) == here


@given(DAYS, st.sampled_from(sorted(ROLLING)), st.integers(-30, 30))
def test_windows_of_so_many_days_move_on_by_days(day: date, kind: PeriodKind, steps: int) -> None:
    here = period_of(day, kind)
    assert here.window.days == ROLLING[kind]
    assert here.anchor == day
    assert shifted(here, steps) == period_of(day + timedelta(days=steps), kind)


@given(DAYS, st.integers(0, 6))
def test_the_days_of_a_month_are_the_days_of_its_weeks_clipped(day: date, start: int) -> None:
    month = month_period(day.year, day.month).window
    weeks = weeks_of(month, start)
    assert tuple(d for _, days in weeks for d in days.each()) == month.each()
    assert all(days == clipped(week.window, month) for week, days in weeks)


@pytest.mark.parametrize(
    ("code", "before"),
    [
        pytest.param("2026-10", "2025-10", id="the month a year ago"),
        pytest.param("2026-Q1", "2025-Q1", id="the quarter a year ago"),
        pytest.param("2026-W43", "2025-W43", id="52 weeks back: the same weekdays"),
        pytest.param("2026-10-21", "2025-10-22", id="a Wednesday is compared with a Wednesday"),
        pytest.param("2026-10-21/7d", "2025-10-22/7d", id="seven days up to a Wednesday"),
    ],
)
def test_the_same_period_last_year(code: str, before: str) -> None:
    assert year_before(period(code)).code == before


@pytest.mark.parametrize(
    ("country", "subdivision", "count"),
    [
        *(
            pytest.param(country, None, count, id=f"{country} has {count} holidays in 2027")
            for country, count in {
                "US": 15, "DE": 9, "FR": 11, "IT": 14, "ES": 9, "NL": 10,
                "PL": 14, "SE": 13, "BE": 12, "IE": 10, "CN": 19, "GB": 8,
            }.items()
        ),
        pytest.param("DE", "BY", 12, id="Bavaria has three more than Germany"),
    ],
)  # fmt: skip
def test_holidays_of_2027(country: str, subdivision: str | None, count: int) -> None:
    assert len(public_holidays(country, 2027, subdivision)) == count


def test_an_unknown_country_is_refused() -> None:
    with pytest.raises(KpiError, match="XX"):
        public_holidays("XX", 2027)


def test_a_make_up_sunday_is_a_working_day_and_a_holiday_is_none() -> None:
    national_day, make_up = date(2027, 10, 1), date(2027, 9, 26)  # not announced yet
    assert not is_working_day(national_day, "CN")
    assert not is_working_day(make_up, "CN")
    assert is_working_day(make_up, "CN", made_up=[make_up])
    assert is_working_day(date(2027, 10, 1), "DE")


@pytest.mark.parametrize(
    ("year", "friday"),
    [(2024, date(2024, 11, 29)), (2025, date(2025, 11, 28)), (2026, date(2026, 11, 27))],
)
def test_black_friday_follows_the_fourth_thursday(year: int, friday: date) -> None:
    assert black_friday(year) == friday
    assert cyber_monday(year) == friday + timedelta(days=3)


def _event(code: str, first: date, days: int, factor: float, region: Region | None) -> RetailEvent:
    window = Window(first, first + timedelta(days=days))
    return RetailEvent(code, {"zh": code, "en": code}, region, window, factor)


def test_factors_multiply_weekday_and_event_of_the_own_region_only() -> None:
    week = Window(date(2026, 10, 5), date(2026, 10, 12))  # Monday to Sunday
    weekdays = (1.0, 1.0, 1.0, 1.0, 1.0, 2.0, 2.0)
    prime = _event("prime_day", date(2026, 10, 6), 2, 3.0, Region.US)
    stop = _event("logistics_stop", date(2026, 10, 9), 1, 0.0, None)
    assert day_factors(week, weekdays, [prime, stop], Region.US) == (1, 3, 3, 1, 0, 2, 2)
    assert day_factors(week, weekdays, [prime, stop], Region.EU) == (1, 1, 1, 1, 0, 2, 2)
