"""Quarters and years of an agency, and what a month's days, disputes and corrections do to it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from kpi.agency import Measured, MonthDays, objections_until, payment_due, statement
from kpi.agency_periods import Sums, month_sums, quarter_sums, settled, year_sums
from kpi.calendar import period
from tests.agency_support import floats
from tests.test_kpi_agency import GOOD, TERMS

CAPPED = replace(
    TERMS,
    reward_cap_quarter=Decimal(1000),
    deduct_cap_quarter=Decimal(400),
    reward_cap_year=Decimal(1500),
    deduct_cap_year=Decimal(500),
)


def amounts(*values: float | None) -> Sums:
    """Fee, reward, deductions, correction; profit 100 above a baseline of 50 each."""
    fee, reward, deductions, correction = (
        None if value is None else Decimal(str(value)) for value in values
    )
    zero = Decimal(0)
    return Sums(
        *(fee, Decimal(150), Decimal(50), Decimal(100), reward),
        *(zero, deductions, deductions, correction),
    )


# --- a month --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "fee", "baseline"),
    [
        pytest.param(MonthDays(30, 30), "3000", "20000", id="a whole month"),
        pytest.param(MonthDays(30, 15), "1500.00", "10000.00", id="half a month under contract"),
        pytest.param(MonthDays(30, 0), "0", "0", id="no day under contract"),
        pytest.param(MonthDays(30, 30, 3), "3000", "18000.00", id="3 of 30 days lost"),
        pytest.param(MonthDays(31, 10, 12), "967.74", "0", id="more days lost than under contract"),
        pytest.param(
            MonthDays(30, 30, 0, Decimal("0.4")), "3000", "8000.0", id="40 % of the month is due"
        ),
        pytest.param(MonthDays(30, 30, 0, None), "3000", None, id="nobody knows what is due"),
    ],
)
def test_days_cut_fee_and_baseline(days: MonthDays, fee: str, baseline: str | None) -> None:
    """967.74 is 3,000 x 10 / 31."""
    found = statement(TERMS, replace(GOOD, days=days))
    assert found.fee == Decimal(fee)
    assert found.baseline == (None if baseline is None else Decimal(baseline))


def test_an_open_month_is_held_against_the_baseline_due() -> None:
    """After 40 % of the month 8,000 are due: 9,000 are 1,000 above, a reward of 200."""
    days = MonthDays(30, 30, 0, Decimal("0.4"))
    found = statement(TERMS, Measured(92.0, Decimal(9000), 0, 0, final=False, days=days))
    assert floats(found.gap, found.reward, found.payable) == [1000, 200, 0]


def test_a_correction_is_added_with_its_sign_and_stops_at_nothing() -> None:
    """4,300.11 less 300.11 are 4,000, tax 240; less 5,000 nothing is left."""
    fixed = replace(TERMS, correction=Decimal("-300.11"))
    found = statement(fixed, GOOD)
    assert floats(found.correction, found.net, found.tax) == [-300.11, 4000, 240]
    assert statement(replace(TERMS, correction=Decimal(-5000)), GOOD).net == 0


@pytest.mark.parametrize(
    ("part", "disputes", "held", "payable"),
    [
        pytest.param("0.8", 0, "0", "4558.12", id="nothing in dispute"),
        pytest.param("0.8", 2, "-911.62", "3646.50", id="20 % of 4,558.12 are held back"),
        pytest.param("0", 1, "-4558.12", "0.00", id="all is held back"),
        pytest.param(None, 1, "0", "4558.12", id="nothing agreed: all is paid"),
    ],
)
def test_an_open_dispute_holds_a_part_back(
    part: str | None, disputes: int, held: str, payable: str
) -> None:
    terms = replace(TERMS, dispute_part=None if part is None else Decimal(part))
    found = statement(terms, replace(GOOD, disputes=disputes))
    assert (found.held, found.payable) == (Decimal(held), Decimal(payable))
    assert statement(terms, GOOD).held == 0  # a month that names no dispute has none


def test_the_days_that_a_statement_names() -> None:
    agreed = replace(TERMS, payment_day=Decimal(15), dispute_days=Decimal(7))
    assert payment_due(period("2026-Q4").window, agreed) == date(2027, 1, 15)
    assert objections_until(date(2026, 10, 28), agreed) == date(2026, 11, 4)
    assert payment_due(period("2026-09").window, TERMS) is None
    assert objections_until(date(2026, 10, 28), TERMS) is None


# --- quarters and years ---------------------------------------------------------------------------


def test_a_quarter_caps_the_sum_of_its_months() -> None:
    """Rewards 714.73 + 0 + 549.29 = 1,264.02, at most 1,000; deductions 440, at most 400."""
    months = [
        amounts(3000, 714.73, 0, 0),
        amounts(3000, 0, -220, 10),
        amounts(3000, 549.29, -220, 0),
    ]
    found = quarter_sums(months, CAPPED)
    assert floats(found.fee, found.profit, found.baseline, found.gap) == [9000, 450, 150, 300]
    assert floats(found.reward, found.deductions, found.correction) == [1000, -400, 10]
    assert found.net == 9610
    free = quarter_sums(months, TERMS)
    assert floats(free.reward, free.deductions) == [1264.02, -440]


def test_a_year_caps_the_sums_of_its_quarters() -> None:
    quarters = [amounts(9000, 1000, -400, 0), amounts(9000, 900, -50, 0)]
    found = year_sums(quarters, CAPPED)
    assert floats(found.reward, found.deductions, found.net) == [1500, -450, 19050]


def test_a_months_deductions_beyond_its_fee_count_in_the_quarter() -> None:
    """A month of 100 fee and 250 off stated nothing; the quarter takes the other 150."""
    months = [amounts(100, 0, -250, 0), amounts(1000, 0, 0, 0)]
    assert months[0].net == 0
    assert quarter_sums(months, TERMS).net == 850


def test_the_true_up_is_what_earlier_statements_did_not_state() -> None:
    """9,600 owed, 9,824.02 stated: 224.02 back, with 13.44 tax (13.4412)."""
    sums = amounts(9000, 1000, -400, 0)
    found = settled(sums, TERMS, Decimal("9824.02"), final=True)
    assert floats(found.net, found.true_up, found.tax) == [9600, -224.02, -13.44]
    assert found.payable == Decimal("-237.46")
    assert settled(sums, TERMS, Decimal("9824.02"), final=False).payable == 0


@pytest.mark.parametrize(
    ("fee", "stated", "taxed"),
    [
        pytest.param(None, Decimal(0), True, id="a month is unknown"),
        pytest.param(1.0, None, True, id="stated in another currency"),
        pytest.param(1.0, Decimal(0), False, id="no tax rate was agreed"),
    ],
)
def test_unknown_spreads_to_the_amount(
    fee: float | None, stated: Decimal | None, *, taxed: bool
) -> None:
    terms = TERMS if taxed else replace(TERMS, tax_rate=None)
    found = settled(quarter_sums([amounts(fee, 0, 0, 0)], terms), terms, stated, final=True)
    assert (found.tax, found.payable) == (None, None)


def test_a_month_is_an_addend_as_it_was_stated() -> None:
    lines = statement(TERMS, GOOD)
    found = month_sums(lines, GOOD.profit)
    assert (found.profit, found.net) == (GOOD.profit, lines.net)
    assert quarter_sums([found], TERMS) == found
