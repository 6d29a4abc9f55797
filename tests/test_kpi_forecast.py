"""Forecasts by hand: even days, a steady week, an event ahead, and each reason to refuse."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi.errors import UnansweredError
from kpi.forecast import Landing, Method, landing, ratio_landing
from kpi.model import Window

NOV = Window(date(2026, 11, 1), date(2026, 12, 1))  # begins on a Sunday
UNTIL = date(2026, 11, 21)  # twenty days known, ten left
FRIDAY = date(2026, 11, 27)


def even(window: Window) -> Sequence[float]:
    return (1.0,) * window.days


def black_friday(window: Window) -> Sequence[float]:
    return [3.0 if day == FRIDAY else 1.0 for day in window.each()]


def past(count: int, value: float = 100.0, until: date = UNTIL) -> dict[date, float]:
    return {until - timedelta(days=n): value for n in range(1, count + 1)}


def weekly(count: int) -> dict[date, float]:
    """100 a day, 200 on Saturdays and Sundays."""
    return {d: 200.0 if d.weekday() >= 5 else 100.0 for d in past(count)}


def test_even_days_go_on_and_nothing_was_ever_missed() -> None:
    found = landing(2_000.0, past(120), NOV, UNTIL, even)
    assert found == Landing(
        *(2_000.0, 3_000.0, 3_000.0, 3_000.0, 10, Method.CALENDAR, 0.0, 0.0),
        tries=12,
        used=Window(UNTIL - timedelta(days=120), UNTIL),
    )
    assert found.covers == 11 / 13


def test_a_week_goes_on_by_its_weekdays() -> None:
    """21 to 30 November: Saturdays 21 and 28, Sundays 22 and 29, six days of 100."""
    found = landing(0.0, weekly(120), NOV, UNTIL, even)
    assert found.value == pytest.approx(4 * 200 + 6 * 100)
    assert found.error == pytest.approx(0.0, abs=1e-12)


def test_an_event_ahead_is_in_the_forecast() -> None:
    """Nine days of 100 and a Black Friday of 300; the naive method does not see it."""
    found = landing(2_000.0, past(120), NOV, UNTIL, black_friday)
    assert found.value == pytest.approx(2_000 + 900 + 300)
    assert found.method is Method.CALENDAR


def test_an_event_in_the_past_is_not_taken_for_the_level() -> None:
    """On 30 November one day is left; Black Friday brought 300, its plain worth is 100."""
    until = date(2026, 11, 30)
    days = past(120, until=until) | {FRIDAY: 300.0}
    found = landing(3_100.0, days, NOV, until, black_friday)
    assert found.value == pytest.approx(3_200.0)


def test_the_naive_method_is_used_where_it_missed_less() -> None:
    """A step from 100 to 300 two months ago: after a week naive is right, a level of four weeks
    lags. One try in twelve lies before the step for both; the calendar one is behind in three more.
    """
    step = UNTIL - timedelta(days=60)
    days = {d: 300.0 if d >= step else 100.0 for d in past(180)}
    found = landing(6_000.0, days, NOV, UNTIL, even)
    assert found.method is Method.NAIVE
    assert found.value == 9_000.0
    assert found.error == found.naive_error


def test_the_range_is_the_worst_miss_both_ways() -> None:
    """One day is left. Weeks of 100 a day; one Saturday tried brought 50, one 200."""
    until = date(2026, 11, 28)
    window = Window(date(2026, 11, 1), date(2026, 11, 29))
    days = past(150, until=until)
    low, high = until - timedelta(days=71), until - timedelta(days=78)
    days |= {low: 50.0, high: 200.0}
    found = landing(2_700.0, days, window, until, even)
    ahead = found.value - found.actual
    assert (found.low - found.actual) / ahead < 0.6
    assert (found.high - found.actual) / ahead > 1.7
    assert found.low < found.value < found.high


def test_a_whole_period_is_what_it_is() -> None:
    found = landing(3_000.0, {}, NOV, NOV.end, even)
    assert (found.value, found.low, found.high, found.left) == (3_000.0, 3_000.0, 3_000.0, 0)
    assert (found.method, found.covers) == (Method.NONE, None)


def test_the_first_day_is_foretold_from_the_past_alone() -> None:
    found = landing(0.0, past(120, until=NOV.start), NOV, NOV.start, even)
    assert found.value == pytest.approx(3_000.0)


def test_days_without_any_weight_leave_it_to_the_naive_method() -> None:
    """A team that lists on weekdays: weekends weigh nothing, so no weekday weight is known."""

    def work(window: Window) -> Sequence[float]:
        return [float(day.weekday() < 5) for day in window.each()]

    days = {d: 5.0 if d.weekday() < 5 else 0.0 for d in past(120)}
    found = landing(75.0, days, NOV, UNTIL, work)
    assert found.method is Method.NAIVE
    assert found.value == 75 + 6 * 5


REFUSED = [
    pytest.param(past(65), NOV, UNTIL, "65 days .* needs 66", id="one day too few"),
    pytest.param({}, NOV, UNTIL, "0 days", id="no history"),
    pytest.param(
        {d: v for d, v in past(120).items() if d != date(2026, 10, 1)},
        *(NOV, UNTIL, "50 days"),
        id="what lies before a gap does not count",
    ),
    pytest.param(past(120), NOV, date(2026, 10, 25), "begins on", id="not begun"),
    pytest.param(past(120, -1.0), NOV, UNTIL, "no level", id="a loss has no level"),
    pytest.param(past(120, 0.0), NOV, UNTIL, "no level", id="nor has nothing"),
]


@pytest.mark.parametrize(("days", "period", "until", "said"), REFUSED)
def test_a_forecast_is_refused_with_the_reason(
    days: dict[date, float], period: Window, until: date, said: str
) -> None:
    with pytest.raises(UnansweredError, match=said) as refused:
        landing(0.0, days, period, until, even)
    assert set(refused.value.texts) == {"en", "zh"}


def test_sixty_six_days_are_enough_for_ten_left() -> None:
    assert landing(2_000.0, past(66), NOV, UNTIL, even).tries == 5


def test_a_loss_of_the_last_week_alone_is_refused() -> None:
    """Three weeks of 100 and one of -400 are a level below zero."""
    days = {d: -400.0 if d >= UNTIL - timedelta(days=7) else 100.0 for d in past(120)}
    with pytest.raises(UnansweredError, match="no level"):
        landing(0.0, days, NOV, UNTIL, even)


@given(st.floats(0.01, 1e6), st.integers(66, 130))
def test_a_forecast_grows_with_what_it_learns_from(times: float, count: int) -> None:
    one = landing(0.0, weekly(count), NOV, UNTIL, even)
    more = {day: value * times for day, value in weekly(count).items()}
    assert landing(0.0, more, NOV, UNTIL, even).value == pytest.approx(one.value * times)
    assert one.low <= one.value <= one.high


# --- ratios ---------------------------------------------------------------------------------------


def over(above: dict[date, float], below: dict[date, float]) -> dict[date, tuple[float, float]]:
    return {day: (above[day], below[day]) for day in above}


def test_a_ratio_lands_by_its_two_parts() -> None:
    """20 of 100 a day; in November so far 500 of 2,000: (500 + 10 x 20) / (2,000 + 10 x 100)."""
    found = ratio_landing((500.0, 2_000.0), over(past(120, 20.0), past(120)), NOV, UNTIL, even)
    assert found.actual == 0.25
    assert found.value == pytest.approx(700 / 3_000)
    assert (found.low, found.high) == (found.value, found.value)
    assert (found.left, found.tries, found.error) == (10, 12, 0.0)


def test_the_weight_of_the_days_left_is_that_of_what_is_below_the_line() -> None:
    """On Black Friday three times the orders and three times the returns: the rate stays."""
    found = ratio_landing(
        (100.0, 2_000.0), over(past(120, 5.0), past(120)), NOV, UNTIL, black_friday
    )
    assert found.value == pytest.approx((100 + 60) / (2_000 + 1_200))


def test_the_range_of_a_ratio_is_what_the_ratio_missed_by() -> None:
    """Two months ago the rate rose from 10 % to 30 %. The try of the day after knew one day of it:
    nine days of 10 and one of 30 were foretold, ten of 30 came: 2.5 times the rate.
    """
    step = UNTIL - timedelta(days=60)
    above = {d: 30.0 if d >= step else 10.0 for d in past(180)}
    found = ratio_landing((600.0, 2_000.0), over(above, past(180)), NOV, UNTIL, even)
    assert found.value == pytest.approx(0.3)
    assert found.high == pytest.approx((600 + 1_000 * 0.3 * 2.5) / 3_000)
    assert found.low == pytest.approx(0.3)


def test_a_ratio_of_a_whole_period_is_itself() -> None:
    found = ratio_landing((1.0, 4.0), {}, NOV, NOV.end, even)
    assert (found.value, found.left, found.method) == (0.25, 0, Method.NONE)


@pytest.mark.parametrize(
    ("actual", "days", "until"),
    [
        pytest.param((0.0, 0.0), {}, NOV.end, id="a whole period of nothing"),
        pytest.param((0.0, 9.0), over(past(120, 0.0), past(120)), UNTIL, id="nothing above"),
        pytest.param((9.0, 0.0), over(past(120), past(120, 0.0)), UNTIL, id="nothing below"),
        pytest.param((1.0, 9.0), over(past(30), past(30)), UNTIL, id="too short a past"),
    ],
)
def test_a_ratio_without_a_level_is_refused(
    actual: tuple[float, float], days: dict[date, tuple[float, float]], until: date
) -> None:
    with pytest.raises(UnansweredError):
        ratio_landing(actual, days, NOV, until, even)


def test_days_without_either_part_are_days_like_others() -> None:
    """Orders on weekdays alone: at weekends 0 of 0."""
    below = {d: 0.0 if d.weekday() >= 5 else 100.0 for d in past(120)}
    above = {d: value / 5 for d, value in below.items()}
    found = ratio_landing((280.0, 1_400.0), over(above, below), NOV, UNTIL, even)
    assert found.value == pytest.approx(0.2)
