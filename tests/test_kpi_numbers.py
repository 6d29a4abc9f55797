"""The one rounding, worked by hand where a hand can; every row is also what Calc's ROUND gives."""

from __future__ import annotations

import math

import pytest

from kpi.javascript import runtime
from kpi.numbers import LOG_LIMITS, R, normalise, rnd, whole

ROUNDED = [
    pytest.param(0.125, 2, 0.13, id="a half goes away from zero"),
    pytest.param(-0.125, 2, -0.13, id="below zero too"),
    pytest.param(0.124999, 2, 0.12, id="less than a half goes down"),
    pytest.param(7.0, 3, 7.0, id="a whole number stays"),
    pytest.param(1.005, 2, 1.01, id="1.005 is a tie although its double lies below"),
    pytest.param(0.9499999999999997, 1, 1.0, id="9.999999999999998 is 10 in fifteen digits"),
    pytest.param(977315.9227064999, 6, 977315.922707, id="...706.9999 is ...707 in fifteen"),
    pytest.param(73807395.47499992, 2, 73807395.47, id="...547.99999 is below ...548 in fifteen"),
    pytest.param(2199.0232555514945, 9, 2199.023255551, id="eleven bits of fraction are no noise"),
    pytest.param(2199023.2555514956, 6, 2199023.255551, id="the same with six decimals"),
    pytest.param(2199.023253137499, 9, 2199.023253137, id="nor are they just below the limit"),
    pytest.param(4764856.174555429, 9, 4764856.174555429, id="no digit is left to round"),
    pytest.param(-0.04, 1, 0.0, id="what rounds to nothing is +0"),
    pytest.param(-0.0, 2, 0.0, id="-0 is +0"),
]
"""A number, decimals, and the number to so many decimals."""


@pytest.mark.parametrize(("x", "decimals", "rounded"), ROUNDED)
def test_to_decimals(x: float, decimals: int, rounded: float) -> None:
    found = rnd(x, decimals)
    assert (found, math.copysign(1, found)) == (rounded, math.copysign(1, rounded))


def test_the_limits_of_the_logarithm_are_the_first_doubles_that_reach_them() -> None:
    for power, limit in enumerate(LOG_LIMITS):
        assert math.floor(math.log10(limit)) == power
        assert math.floor(math.log10(math.nextafter(limit, 0.0))) == power - 1
        assert limit <= 10.0**power
    assert runtime().count(repr(LOG_LIMITS[-1])) == 1  # JavaScript looks them up
    assert "log10" not in runtime().replace("// floor of log10", "")


@pytest.mark.parametrize("x", [2.0**52, 2.0**60, -(2.0**52), math.inf, -math.inf])
def test_a_number_without_a_fraction_stays_as_it_is(x: float) -> None:
    assert rnd(x, 9) == whole(x) == x


@pytest.mark.parametrize("round_", [lambda x: rnd(x, 2), whole])
def test_no_number_stays_no_number(round_: object) -> None:
    assert callable(round_)
    assert math.isnan(round_(math.nan))


@pytest.mark.parametrize(
    ("x", "result"),
    [
        pytest.param(999.1234567894, 999.123456789, id="nine decimals below 1,000"),
        pytest.param(1000.1234567, 1000.123457, id="six from 1,000"),
        pytest.param(-1000.5000004, -1000.5, id="by size, not by value"),
        pytest.param(999_999.1234567, 999_999.123457, id="six below a million"),
        pytest.param(1_000_000.12345, 1_000_000.123, id="three from a million"),
        pytest.param(999_999_999.12345, 999_999_999.123, id="three below a thousand millions"),
        pytest.param(1_000_000_000.25, 1_000_000_000.3, id="one from a thousand millions"),
        pytest.param(99_999_999_999.94, 99_999_999_999.9, id="the largest"),
        pytest.param(99_999_999_999.96, None, id="one decimal more would be 1E11"),
        pytest.param(-99_999_999_999.96, None, id="below zero too"),
        pytest.param(1e11, None, id="1E11 is unknown"),
        pytest.param(None, None, id="unknown stays unknown"),
        pytest.param(math.nan, None, id="no number is unknown"),
        pytest.param(-math.inf, None, id="infinity is unknown"),
        pytest.param(0.0, 0.0, id="zero is known"),
    ],
)
def test_a_step_result(x: float | None, result: float | None) -> None:
    assert R(x) == result


@pytest.mark.parametrize(
    ("x", "result"),
    [
        pytest.param(1.2, 1.0, id="down"),
        pytest.param(2.5, 3.0, id="a half goes away from zero"),
        pytest.param(-2.5, -3.0, id="below zero too"),
        pytest.param(1613992187.4999998, 1613992187.0, id="no noise is dropped here"),
        pytest.param(-0.2, 0.0, id="what rounds to nothing is +0"),
        pytest.param(2.0**52 - 0.5, 2.0**52, id="the last number with a half"),
    ],
)
def test_to_a_whole_number(x: float, result: float) -> None:
    found = whole(x)
    assert (found, math.copysign(1, found)) == (result, math.copysign(1, result))


def test_fourteen_digits_are_kept() -> None:
    assert normalise(1 / 3) == 0.33333333333333
    assert normalise(123_456_789_012_345.0) == 123_456_789_012_340.0
