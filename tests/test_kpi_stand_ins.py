"""What stands in for a missing value on a card, and how it is measured; worked by hand."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from kpi.model import Better, DataState, Status
from kpi.numbers import R
from kpi.person_cards import coverage
from tests.card_support import actuals, book, card, day_of, run, weight, year_ago_and_last_month


@pytest.mark.parametrize(
    ("policy", "confirmed", "value", "score"),
    [
        pytest.param("exclude", False, None, None, id="excluded"),
        pytest.param("block", False, None, None, id="blocks"),
        pytest.param("last_value", False, 0.25, 100.0, id="September's 0.25 is on target"),
        pytest.param("same_period_last_year", False, 0.5, 0.0, id="0.5 is twice the target"),
        pytest.param("zero", True, 0.0, 120.0, id="zero, agreed: the cap"),
        pytest.param("zero", False, None, None, id="zero that nobody agreed to"),
        pytest.param("substitute", True, None, None, id="nothing is stored"),
        pytest.param(0.3125, False, 0.3125, 75.0, id="a stored 0.3125: 100 x (2 - 1.25)"),
    ],
)
def test_what_stands_in_for_a_missing_value(
    policy: str | float, confirmed: bool, value: float | None, score: float | None
) -> None:
    stored = policy if isinstance(policy, float) else None
    acos = weight(
        *("acos", 40),
        method="mirror_down",
        better=Better.LOWER,
        missing="substitute" if stored else policy,
        confirmed=confirmed,
        substitute=stored,
    )
    one = card(year_ago_and_last_month(), book(weights=(weight("net_sales", 60), acos)))
    item = one.cards[0].items[1]
    assert (item.actual.value, item.actual.state) == (None, DataState.MISSING)
    assert (item.counted, item.score) == (value, score)
    assert (item.status is Status.NO_DATA) == (value is None)
    assert coverage(one) == (0.6 if value is None else 1.0)


def test_the_month_before_last_stands_in_when_the_last_has_none() -> None:
    """August has 0.25, September nothing."""
    august = [day_of("DE", date(2026, 8, 1) + timedelta(n), 1_000, 100) for n in range(31)]
    rows = (weight("acos", 100, method="mirror_down", better=Better.LOWER, missing="last_value"),)
    item = card(actuals(*august, run("DE", 1_000, None)), book(weights=rows)).cards[0].items[0]
    assert item.counted == 0.25


def test_a_sum_that_stands_in_is_measured_against_the_whole_months_target() -> None:
    """30,000 EUR of September against October's 31,000, of which ten days alone would be 10,000."""
    september = [day_of("DE", date(2026, 9, 1) + timedelta(n), 1_000, 1) for n in range(30)]
    rows = (weight("net_sales", 100, missing="last_value"),)
    item = card(actuals(*september), book(weights=rows)).cards[0].items[0]
    assert item.actual.value is None
    assert (item.counted, item.due) == (33_000.0, 34_100.0)  # at 1.1 dollars
    assert item.score == R(100 * 33_000 / 34_100)


def test_a_value_that_is_there_is_never_replaced() -> None:
    rows = (weight("net_sales", 100, missing="zero", confirmed=True),)
    item = card(actuals(run("DE", 1_000, 1)), book(weights=rows)).cards[0].items[0]
    assert item.counted == item.actual.value == 11_000.0
