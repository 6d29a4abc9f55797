"""The colour of a value with two limits on each side: inventory days around 45, by hand."""

from __future__ import annotations

import pytest

from kpi.model import Better, Status
from kpi.scoring import status_of_item
from kpi.typed_rows import Bound

OK, WARN, BREACH = Status.OK, Status.WARN, Status.BREACH


def colour(days: float, bound: Bound = Bound.STRICT, better: Better = Better.BAND) -> Status:
    """Of days in stock: > 60 or < 25 warns, > 90 or < 15 is a breach."""
    low = (25.0, 15.0)
    return status_of_item(days, 45.0, better, 60.0, 90.0, bound, additive=False, low=low)


@pytest.mark.parametrize(
    ("days", "status"),
    [(90.5, BREACH), (61, WARN), (45, OK), (26, OK), (24, WARN), (14.5, BREACH)],
)
def test_a_band_warns_on_both_sides(days: float, status: Status) -> None:
    assert (colour(days), colour(days, Bound.INCLUSIVE)) == (status, status)


@pytest.mark.parametrize(
    ("days", "strict", "inclusive"),
    [(90, WARN, BREACH), (60, OK, WARN), (25, OK, WARN), (15, WARN, BREACH)],
)
def test_at_a_limit_the_bound_decides(days: float, strict: Status, inclusive: Status) -> None:
    assert (colour(days), colour(days, Bound.INCLUSIVE)) == (strict, inclusive)


@pytest.mark.parametrize(
    ("days", "lower", "higher"),
    [
        pytest.param(14, OK, BREACH, id="few are good where lower is better"),
        pytest.param(95, BREACH, OK, id="many where higher is"),
    ],
)
def test_lower_limits_are_those_of_a_band_alone(days: float, lower: Status, higher: Status) -> None:
    assert (colour(days, better=Better.LOWER), colour(days, better=Better.HIGHER)) == (
        lower,
        higher,
    )
