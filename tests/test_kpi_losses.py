"""A loss that is carried into later periods: hand-worked lines, periods, one law."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpi.losses import Turn, loss_before, net_amount
from kpi.payout import PayMethod, PayRule, PayState, Reason
from tests.test_kpi_payout import PROFIT, SLICES, SPEED, line

CARRY = PayRule("carry", PayMethod.COEF_COMMISSION, "CNY", carry_loss=True)
CARRY_LADDER = PayRule("carry l", PayMethod.LADDER, "CNY", slices=SLICES, carry_loss=True)
CARRY_WHOLE = PayRule("carry w", PayMethod.LADDER_WHOLE, "CNY", slices=SLICES, carry_loss=True)
CARRY_SPEED = PayRule(
    "carry s", PayMethod.ACCELERATE, "USD", (0.01, None, None, None), carry_loss=True
)
CARRY_DIRECT = PayRule("carry d", PayMethod.DIRECT, "CNY", carry_loss=True)


@pytest.mark.parametrize(
    ("rule", "values", "net", "payable", "left"),
    [
        pytest.param(
            CARRY,
            {"total": 100.0, "amount": -5000.0},
            *(-5000.0, "0.00", 5000.0),
            id="a first loss of 5,000 pays nothing and goes on",
        ),
        pytest.param(
            CARRY,
            {"total": 100.0, "amount": 20_000.0, "loss_in": 5000.0},
            *(15_000.0, "1500.00", 0.0),
            id="20,000 - 5,000 = 15,000, 10 % of it",
        ),
        pytest.param(
            CARRY,
            {"total": 80.0, "amount": 3000.0, "loss_in": 5000.0},
            *(-2000.0, "0.00", 2000.0),
            id="3,000 uses up 3,000, 2,000 are left",
        ),
        pytest.param(
            CARRY,
            {"total": 100.0, "amount": 5000.0, "loss_in": 5000.0},
            *(0.0, "0.00", 0.0),
            id="used up to the cent",
        ),
        pytest.param(
            CARRY,
            {"total": 100.0, "amount": -1000.0, "loss_in": 5000.0},
            *(-6000.0, "0.00", 6000.0),
            id="losses add up",
        ),
        pytest.param(
            PROFIT,
            {"total": 100.0, "amount": 20_000.0, "loss_in": 5000.0},
            *(20_000.0, "2000.00", 5000.0),
            id="a rule that carries none leaves the loss as it came",
        ),
        pytest.param(
            CARRY_LADDER,
            {"amount": 250.0, "loss_in": 30.0},
            *(220.0, "36.00", 0.0),
            id="220: 10 + 20 + 6",
        ),
        pytest.param(
            CARRY_WHOLE,
            {"amount": 250.0, "loss_in": 60.0},
            *(190.0, "38.00", 0.0),
            id="190 in the second slice: 20 % of it",
        ),
        pytest.param(
            CARRY_SPEED,
            {"amount": 150_000.0, "goal": 100_000.0, "loss_in": 10_000.0},
            *(140_000.0, "1500.00", 0.0),
            id="1 % of 120,000 and 1.5 % of 20,000",
        ),
        pytest.param(
            CARRY_SPEED,
            {"amount": -7000.0, "goal": 100_000.0},
            *(-7000.0, "0.00", 7000.0),
            id="an accelerator takes nothing back for a loss",
        ),
        pytest.param(
            CARRY_DIRECT,
            {"total": 100.0, "amount": 1.0, "loss_in": 9.0},
            *(1.0, "10000.00", 9.0),
            id="a bonus on a base knows no loss",
        ),
        pytest.param(
            CARRY,
            {"total": 100.0, "amount": 20_000.0, "loss_in": 5000.0, "vetoes": 1},
            *(15_000.0, "0.00", 0.0),
            id="a veto takes the money, the profit has used up the loss",
        ),
    ],
)
def test_a_loss_comes_off_later_amounts(
    rule: PayRule, values: dict[str, Any], net: float, payable: str, left: float
) -> None:
    found = line(rule, **values)
    assert (found.net, str(found.payable), found.loss_out) == (net, payable, left)


def test_an_accelerator_without_carry_pays_nothing_for_a_loss() -> None:
    found = line(SPEED, amount=-7000.0, goal=100_000.0)
    assert (found.earned, found.loss_out) == (Decimal(0), 0.0)


def test_a_pilot_leaves_the_loss_as_it_came() -> None:
    found = line(CARRY, PayState.PILOT, amount=-5000.0, loss_in=300.0)
    assert (found.net, found.loss_out) == (-5300.0, 300.0)


def test_a_line_without_rule_has_no_loss() -> None:
    assert (line(None, amount=-5.0).net, line(None, amount=-5.0).loss_out) == (-5.0, 0.0)


def test_an_unknown_loss_leaves_the_amount_unknown_and_says_why() -> None:
    found = line(CARRY, amount=20_000.0, loss_in=None)
    assert (found.payable, found.loss_out, found.reason) == (None, None, Reason.LOSS_OPEN)
    assert line(PROFIT, amount=20_000.0, loss_in=None).reason is Reason.NOTHING


@pytest.mark.parametrize(
    ("turns", "loss"),
    [
        pytest.param([], 0.0, id="the first period brings nothing"),
        pytest.param([("2026-07", -500.0)], 500.0, id="a loss"),
        pytest.param([("2026-08", 800.0), ("2026-07", -500.0)], 0.0, id="by period, not by row"),
        pytest.param([("2026-07", 800.0), ("2026-08", -500.0)], 500.0, id="no profit is saved up"),
        pytest.param(
            [("2026-07", -500.0), ("2026-08", 200.0), ("2026-09", 100.0)],
            *(200.0,),
            id="500 - 200 - 100",
        ),
        pytest.param([("2026-10", -500.0), ("2026-11", -500.0)], 0.0, id="later ones do not count"),
        pytest.param([("2026-07", None), ("2026-08", 900.0)], None, id="unknown spreads"),
    ],
)
def test_the_loss_that_comes_into_october(
    turns: list[tuple[str, float | None]], loss: float | None
) -> None:
    assert loss_before([Turn(*one) for one in turns], "2026-10") == loss


@given(st.lists(st.integers(-(10**9), 10**9).map(float), max_size=8))
@settings(max_examples=60)
def test_what_is_paid_on_is_the_highest_sum_so_far(amounts: list[float]) -> None:
    """All that was ever paid on equals the best running sum: profits pay once they are new."""
    turns = [Turn(f"2026-{n:02d}", amount) for n, amount in enumerate(amounts, 1)]
    paid_on, running, best = 0.0, 0.0, 0.0
    for turn in turns:
        net = net_amount(turn.amount, loss_before(turns, turn.period), carries=True)
        assert net is not None
        paid_on += max(0.0, net)
        running += turn.amount or 0.0
        best = max(best, running)
    assert paid_on == best
