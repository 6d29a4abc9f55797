"""Rules against tables of days, worked by hand: when a breach begins, stays, ends and is told."""

from __future__ import annotations

from datetime import date

import pytest

from kpi.model import PeriodKind
from tests.alarm_support import actuals_of, found_in, rule

SUNDAY = date(2026, 10, 11)  # the last day that is over
TODAY = date(2026, 10, 12)


@pytest.mark.parametrize(
    ("days", "states"),
    [
        pytest.param([0, 0, 3], [], id="three are not more than three"),
        pytest.param([0, 0, 4], ["open"], id="four are"),
        pytest.param([4, 3], ["open"], id="one day of three: good again, but not for sure yet"),
        pytest.param([4, 3, 3], ["over"], id="three are back in order without any margin"),
        pytest.param([4, 3, 4, 3], ["open"], id="a relapse is the same breach"),
        pytest.param([4, 0, 0, 5, 0, 0], ["over", "over"], id="two breaches are two lines"),
        pytest.param([4, 0, 0, 5], ["open", "over"], id="a new one does not hide the one before"),
    ],
)
def test_more_than_three_bad_reviews_a_day(days: list[int], states: list[str]) -> None:
    found = found_in(actuals_of(SUNDAY, {"reviews_negative": days}), TODAY, rule())
    assert ["open" if one.open else "over" for one in found] == states


def test_a_count_of_several_days_keeps_its_margin() -> None:
    """Two days above three in a row; then 3 is within 5 % of the limit, and 2 is good."""
    given = rule(periods=2)
    for days, is_open in (([4, 4, 3, 3], True), ([4, 4, 2, 2], False)):
        (one,) = found_in(actuals_of(SUNDAY, {"reviews_negative": days}), TODAY, given)
        assert one.open is is_open


def test_a_week_is_judged_when_it_is_over_in_the_shops_own_zone() -> None:
    """Monday in Shanghai, still Sunday at the shop: six days of 10 are no week below 70."""
    weekly = rule(metric="orders", window=PeriodKind.WEEK, operator="<", value=70.0)
    early = actuals_of(date(2026, 10, 10), {"orders_count": [10] * 20})
    assert found_in(early, TODAY, weekly) == ()
    ended = actuals_of(SUNDAY, {"orders_count": [10] * 20 + [9]})
    assert [one.last.value for one in found_in(ended, TODAY, weekly)] == [69.0]


def test_two_rules_on_one_kpi_have_two_numbers() -> None:
    given = (rule(code="warn", level="warn", value=1.0), rule(code="red"))
    found = found_in(actuals_of(SUNDAY, {"reviews_negative": [0, 5]}), TODAY, *given)
    assert len({one.number for one in found}) == 2


@pytest.mark.parametrize("length", [34, 36, 120, 300])
def test_a_breach_keeps_its_first_day_however_long_it_lasts(length: int) -> None:
    found = actuals_of(SUNDAY, {"reviews_negative": [0, 0, 0] + [9] * length})
    (one,) = found_in(found, TODAY, rule())
    assert (TODAY - one.since).days == length
