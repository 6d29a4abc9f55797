"""Rates: the package's own history, carry-over with its day, fixed rates, FX effect."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi.errors import KpiError
from kpi.money import (
    converted,
    cross,
    fixed_rate,
    fx_view,
    packaged_rates,
    read_rates,
    read_rates_zip,
)

HEAD = "Date,USD,CNY,HRK,"
SMALL = read_rates([HEAD, "2026-10-30,1.1172,7.4326,N/A,", "2026-10-15,1.1208,7.4993,7.5345,", ""])


def test_100_dollars_are_669_10_yuan_on_15_october_2026() -> None:
    value = converted(Decimal(100), "USD", "CNY", date(2026, 10, 15), packaged_rates())
    assert value is not None
    assert round(value, 2) == Decimal("669.10")


@pytest.mark.parametrize(
    ("day", "sheet"),
    [
        pytest.param(date(2026, 10, 30), date(2026, 10, 30), id="Friday has its own sheet"),
        pytest.param(date(2026, 10, 31), date(2026, 10, 30), id="Saturday uses Friday's"),
        pytest.param(date(2026, 11, 1), date(2026, 10, 30), id="Sunday uses Friday's"),
        pytest.param(date(2026, 11, 4), date(2026, 10, 30), id="five days old is still used"),
        pytest.param(date(2026, 11, 5), None, id="six days old is unknown, not guessed"),
        pytest.param(date(1998, 12, 31), None, id="before the first sheet"),
    ],
)
def test_a_day_without_a_sheet_uses_the_last_one_and_shows_its_day(
    day: date, sheet: date | None
) -> None:
    quote = cross(packaged_rates(), "EUR", "USD", day)
    assert (quote.day if quote else None) == sheet


def test_the_euro_is_one_and_needs_no_column() -> None:
    quote = cross(SMALL, "EUR", "USD", date(2026, 10, 15))
    assert quote is not None
    assert quote.rate == Decimal("1.1208")


def test_one_currency_needs_no_rate_at_all() -> None:
    assert converted(Decimal("12.34"), "CNY", "CNY", date(1950, 1, 1), SMALL) == Decimal("12.34")


@pytest.mark.parametrize(
    ("day", "known"),
    [
        pytest.param(date(2026, 10, 16), True, id="the day after the last kuna sheet"),
        pytest.param(date(2026, 10, 30), False, id="the next sheet has no kuna: it ended"),
        pytest.param(date(2026, 10, 31), False, id="and stays ended"),
    ],
)
def test_a_currency_that_ended_is_unknown(day: date, known: bool) -> None:
    assert (cross(SMALL, "HRK", "EUR", day) is not None) == known


def test_the_real_kuna_ended_with_2022() -> None:
    rates = packaged_rates()
    assert cross(rates, "HRK", "USD", date(2022, 12, 30)) is not None
    assert cross(rates, "HRK", "USD", date(2023, 1, 2)) is None
    assert cross(rates, "XXX", "USD", date(2026, 10, 15)) is None


def test_unknown_amounts_stay_unknown() -> None:
    assert converted(None, "USD", "EUR", date(2026, 10, 15), SMALL) is None
    assert converted(Decimal(1), "USD", "XXX", date(2026, 10, 15), SMALL) is None


@given(
    st.sampled_from(["USD", "CNY", "GBP", "SEK", "EUR"]),
    st.dates(date(2010, 1, 4), date(2026, 10, 30)),
)
def test_there_and_back_is_one(currency: str, day: date) -> None:
    there = cross(packaged_rates(), currency, "JPY", day)
    back = cross(packaged_rates(), "JPY", currency, day)
    assert there is not None
    assert back is not None
    assert abs(there.rate * back.rate - 1) < Decimal("1e-24")


@pytest.mark.parametrize(
    ("given_", "wanted", "rate"),
    [
        pytest.param("EUR", "USD", Decimal("1.1"), id="as stored"),
        pytest.param("USD", "EUR", 1 / Decimal("1.1"), id="the other way round"),
        pytest.param("USD", "USD", Decimal(1), id="the dollar is the base"),
        pytest.param("GBP", "GBP", Decimal(1), id="the same currency needs no rate"),
        pytest.param("GBP", "USD", None, id="not stored"),
        pytest.param("EUR", "PLN", None, id="zero is not a rate"),
    ],
)
def test_fixed_rates(given_: str, wanted: str, rate: Decimal | None) -> None:
    assert fixed_rate({"EUR": 1.1, "PLN": 0.0}, given_, wanted) == rate


def test_a_rising_euro_has_a_positive_effect() -> None:  # published case M25
    view = fx_view(Decimal(1_000_000), Decimal("1.2"), Decimal("1.1"))
    worked = (Decimal(1_200_000), Decimal(1_100_000), Decimal(100_000))
    assert (view.actual, view.constant, view.effect) == worked


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        pytest.param(["<html>"], "first column", id="a page instead of the file"),
        pytest.param([], "first column", id="an empty file"),
        pytest.param([HEAD, "30.10.2026,1,2,3,"], "not a day", id="a foreign date"),
        pytest.param([HEAD, '2026-10-30,"1,1",2,3,'], "not a rate", id="a decimal comma"),
        pytest.param([HEAD, "2026-10-30,-1,2,3,"], "not a rate", id="a negative rate"),
        pytest.param([HEAD, "2026-10-30,1,2,"], "cut short", id="a line that was cut"),
    ],
)
def test_a_damaged_file_is_refused_with_its_line(lines: list[str], says: str) -> None:
    with pytest.raises(KpiError, match=says):
        read_rates(lines)


def test_something_that_is_no_zip_is_refused() -> None:
    with pytest.raises(KpiError, match="fetch"):
        read_rates_zip(b"<html>too many requests</html>")
