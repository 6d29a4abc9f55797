"""What a score is worth in money: curves, ladders, commissions, pools, and two printed figures."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi.bonus import (
    Curve,
    LadderMode,
    Slice,
    accelerated,
    coef_bonus,
    coef_commission,
    direct_bonus,
    forced_distribution,
    is_proposal_only,
    ladder,
    paid,
    payout_curve,
    prorated,
    ramp,
    team_split,
)
from kpi.errors import KpiError
from kpi.numbers import R
from kpi.service_rates import recomputed, unit_profit

CURVE = Curve(0.7, 2.0, 2.0)


@pytest.mark.parametrize(
    ("attained", "amount"),
    [
        pytest.param(0.69, 0.0, id="below the threshold"),
        pytest.param(0.7, 0.0, id="at the threshold nothing yet"),
        pytest.param(0.85, 5000.0, id="H13a: half way"),
        pytest.param(1.0, 10000.0, id="on target"),
        pytest.param(1.1, 12000.0, id="twice the excess"),
        pytest.param(3.0, 20000.0, id="the cap"),
        pytest.param(None, None, id="unknown"),
    ],
)
def test_payout_curve(attained: float | None, amount: float | None) -> None:
    assert payout_curve(attained, 10000.0, CURVE) == amount


@given(st.sampled_from([0.7, 1.0]), st.floats(1e-9, 1e-4))
def test_the_payout_curve_is_continuous(edge: float, near: float) -> None:
    below, at = payout_curve(edge - near, 1000.0, CURVE), payout_curve(edge, 1000.0, CURVE)
    assert below is not None
    assert at is not None
    assert abs(below - at) <= 1e4 * near


def test_a_threshold_of_1_is_refused_and_a_start_is_paid_at_it() -> None:
    with pytest.raises(KpiError, match="threshold"):
        Curve(threshold=1.0)
    assert payout_curve(0.7, 1000.0, Curve(0.7, start_at=0.5)) == 500.0


SLICES = (Slice(0.0, 1000.0, 0.1), Slice(1000.0, 2000.0, 0.2), Slice(2000.0, None, 0.3))


@pytest.mark.parametrize(
    ("amount", "marginal", "whole"),
    [(500.0, 50.0, 50.0), (1000.0, 100.0, 200.0), (2500.0, 450.0, 750.0), (-5.0, 0.0, 0.0)],
)
def test_ladder(amount: float, marginal: float, whole: float) -> None:
    assert ladder(amount, SLICES, LadderMode.MARGINAL) == marginal
    assert ladder(amount, SLICES, LadderMode.WHOLE) == whole
    assert ladder(None, SLICES, LadderMode.WHOLE) is None


@given(st.sampled_from([1000.0, 2000.0]), st.floats(1e-6, 1e-3))
def test_the_marginal_ladder_is_continuous(edge: float, near: float) -> None:
    below = ladder(edge - near, SLICES, LadderMode.MARGINAL)
    at = ladder(edge, SLICES, LadderMode.MARGINAL)
    assert below is not None
    assert at is not None
    assert 0 <= at - below <= near


def test_a_ladder_with_a_gap_is_refused() -> None:
    with pytest.raises(KpiError, match="ends at 10"):
        ladder(5.0, (Slice(0.0, 10.0, 0.1), Slice(11.0, None, 0.2)), LadderMode.WHOLE)


def test_commissions() -> None:
    assert accelerated(150_000.0, 100_000.0, 0.01) == 1650.0  # H26
    assert accelerated(None, 1.0, 0.01) is None
    assert coef_commission(10_000.0, [(0.3, 0.8), (0.7, 1.0)]) == 940.0
    assert coef_commission(-5.0, [(1.0, 1.0)]) == 0.0
    assert coef_commission(5.0, [(1.0, None)]) is None
    assert coef_commission(None, []) is None
    assert coef_bonus(5000.0, 1.2, 0.5) == 3000.0
    assert coef_bonus(5000.0, None) is None
    assert direct_bonus(30.0, 114.0) == 34.2  # H9
    assert direct_bonus(30.0, None) is None


def test_money_is_rounded_once_half_away_from_zero() -> None:
    assert [str(paid(x)) for x in (2.675, 1.005, -0.125)] == ["2.68", "1.01", "-0.13"]
    assert paid(None) is None


def test_a_team_pool_is_split_to_the_cent() -> None:
    parts = team_split(Decimal("100.00"), [1.0, 1.0, 1.0])
    assert [str(part) for part in parts] == ["33.34", "33.33", "33.33"]


def test_people() -> None:
    assert forced_distribution(7, [20, 70, 10]) == (1, 5, 1)  # H27
    assert (is_proposal_only(24), is_proposal_only(25)) == (True, False)
    assert [ramp(month) for month in (1, 2, 5, 9)] == [0.0, 0.25, 1.0, 1.0]
    assert prorated(20.0, 15, 30) == 10.0  # H29b
    assert prorated(20.0, 9, 30) == 6.0  # H29c
    assert prorated(None, 9, 30) is None


def test_printed_rates_are_recomputed() -> None:
    swapped = recomputed(847_987.0, 808_046.0)  # M4
    assert swapped.swapped
    assert swapped.value == R(808_046 / 847_987)
    odd = recomputed(1078.0, 539_000.0, 0.009)  # M5
    assert (odd.value, odd.differs, odd.swapped) == (0.002, True, False)
    assert not recomputed(1.0, 500.0, 0.002).differs
    assert recomputed(0.0, 0.0).value is None
    assert recomputed(None, 5.0, 0.1).differs


def test_unit_profit() -> None:
    one = unit_profit(50.0, 12.0, 7.5, 6.0, 1.0, 5.0)  # M20
    assert (one.net, one.margin, one.roi) == (18.5, 0.37, 1.541666667)
    assert unit_profit(0.0, 0.0).roi is None
    assert unit_profit(1e15, 0.0).net is None
