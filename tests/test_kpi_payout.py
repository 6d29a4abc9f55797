"""From a total to money: hand-worked lines of every rule, true-ups, rewards, laws."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpi.bonus import Slice, payout_curve
from kpi.errors import KpiError
from kpi.numbers import R
from kpi.payout import (
    Member,
    PayBasis,
    PayLine,
    PayMethod,
    PayRule,
    PayState,
    Reason,
    Settled,
    pay_line,
    team_parts,
    true_up,
)
from kpi.rewards import Application, RewardEffect, RewardRule, applied_rewards, counted_in, money_of

SLICES = (Slice(0.0, 100.0, 0.1), Slice(100.0, 200.0, 0.2), Slice(200.0, None, 0.3))
STEEP = Slice(10.0, None, 2.0)
COEF = PayRule("coef", PayMethod.COEF_BONUS, "CNY")
DIRECT = PayRule("direct", PayMethod.DIRECT, "CNY")
YEN = PayRule("yen", PayMethod.DIRECT, "JPY")
CURVE = PayRule("curve", PayMethod.PAYOUT_CURVE, "CNY", (0.7, 2.0, 2.0, None))
HALF = PayRule("half", PayMethod.PAYOUT_CURVE, "CNY", (0.6, None, None, 0.5))
LADDER = PayRule("ladder", PayMethod.LADDER, "CNY", slices=SLICES)
WHOLE = PayRule("whole", PayMethod.LADDER_WHOLE, "CNY", slices=SLICES)
SPEED = PayRule("speed", PayMethod.ACCELERATE, "USD", (0.01, None, None, None))
PROFIT = PayRule("profit", PayMethod.COEF_COMMISSION, "CNY")
TEAM = PayRule("team", PayMethod.TEAM_SPLIT, "CNY", (10_000.0, None, None, None))
CAPPED = PayRule("capped", PayMethod.DIRECT, "CNY", cap=1.1)
NO_VETO = PayRule("no veto", PayMethod.DIRECT, "CNY", veto_zero=False)


def basis(total: float | None = 105.0, base: float | None = 10_000.0, **more: Any) -> PayBasis:
    grade, coefficient = ("A", 1.2) if total is not None else (None, None)
    return PayBasis("CHEN", "2026-10", total, grade, coefficient, base, **more)


def line(rule: PayRule | None, state: PayState = PayState.FINAL, **values: Any) -> PayLine:
    return pay_line(basis(**values), rule, state)


@pytest.mark.parametrize(
    ("rule", "values", "payable"),
    [
        pytest.param(COEF, {"base": 8000.0, "attendance": 0.95}, "9120.00", id="8,000 x 1.2 x .95"),
        pytest.param(DIRECT, {"total": 87.65}, "8765.00", id="10,000 x 87.65 %"),
        pytest.param(DIRECT, {"total": 33.33, "base": 100.05}, "33.35", id="33.346665 is 33.35"),
        pytest.param(DIRECT, {"total": 50.0, "base": 0.01}, "0.01", id="half a cent goes up"),
        pytest.param(YEN, {"total": 33.33, "base": 100.05}, "33", id="yen have no cents"),
        pytest.param(CURVE, {"total": 85.0}, "5000.00", id="halfway from 70 % to 100 % is half"),
        pytest.param(CURVE, {"total": 69.9}, "0.00", id="nothing below the threshold"),
        pytest.param(CURVE, {"total": 100.0}, "10000.00", id="the bonus at target"),
        pytest.param(CURVE, {"total": 120.0}, "14000.00", id="20 % above, twice as fast"),
        pytest.param(HALF, {"total": 60.0}, "5000.00", id="half of it at the threshold"),
        pytest.param(HALF, {"total": 120.0}, "12000.00", id="default accelerator 1"),
        pytest.param(LADDER, {"amount": 250.0}, "45.00", id="10 + 20 + 15"),
        pytest.param(WHOLE, {"amount": 250.0}, "75.00", id="250 x 30 %"),
        pytest.param(WHOLE, {"amount": 100.0}, "20.00", id="100 is in the second slice"),
        pytest.param(LADDER, {"amount": -5.0}, "0.00", id="a loss pays nothing"),
        pytest.param(
            SPEED,
            {"amount": 150_000.0, "goal": 100_000.0},
            "1650.00",
            id="1 % of 120,000 and 1.5 % of 30,000",
        ),
        pytest.param(
            PROFIT, {"total": 80.0, "amount": 50_000.0}, "4000.00", id="50,000 x 10 % x 80 %"
        ),
        pytest.param(PROFIT, {"amount": -50_000.0}, "0.00", id="no commission on a loss"),
        pytest.param(
            TEAM,
            {"team": Decimal("333.34"), "attendance": 0.5},
            "333.34",
            id="a team's part knows the days already",
        ),
        pytest.param(CAPPED, {"total": 120.0}, "11000.00", id="at most 1.1 bases"),
        pytest.param(
            COEF,
            {"base": 1000.0, "rewards": Decimal(-50), "true_up": Decimal("480.05")},
            "1630.05",
            id="1,200 - 50 + 480.05",
        ),
    ],
)
def test_what_a_line_pays(rule: PayRule, values: dict[str, Any], payable: str) -> None:
    assert str(line(rule, **values).payable) == payable


@pytest.mark.parametrize(
    ("rule", "state", "values", "payable", "reason"),
    [
        pytest.param(None, "final", {}, None, "no_rule", id="no rule, no amount"),
        pytest.param(None, "pilot", {}, "0", "no_rule", id="a pilot pays nothing without a rule"),
        pytest.param(COEF, "final", {"total": None}, None, "no_total", id="an unknown total"),
        pytest.param(LADDER, "final", {"total": None}, None, "no_total", id="a ladder too"),
        pytest.param(COEF, "final", {"base": None}, None, "no_base", id="no base"),
        pytest.param(CURVE, "final", {"base": None}, None, "no_base", id="no base of a curve"),
        pytest.param(
            PayRule("x", PayMethod.LADDER, "CNY", cap=1.0, slices=SLICES),
            "final",
            {"amount": 1.0, "base": None},
            None,
            "no_base",
            id="a cap needs a base",
        ),
        pytest.param(LADDER, "final", {}, None, "no_amount", id="no amount"),
        pytest.param(SPEED, "final", {"amount": 1.0}, None, "incomplete", id="no goal"),
        pytest.param(
            PayRule("x", PayMethod.ACCELERATE, "USD"),
            "final",
            {"amount": 1.0, "goal": 1.0},
            None,
            "incomplete",
            id="an accelerator without its rate",
        ),
        pytest.param(
            PayRule("x", PayMethod.LADDER, "CNY"),
            "final",
            {"amount": 1.0},
            None,
            "incomplete",
            id="a ladder without slices",
        ),
        pytest.param(
            PayRule("x", PayMethod.ACCELERATE, "USD", (1.0, 2.0, 2.0, None)),
            *("final", {"amount": 7e10, "goal": 10_000.0}, None, "incomplete"),
            id="a part beyond what can be told (1.4E11) is not left out of the sum",
        ),
        pytest.param(
            PayRule("x", PayMethod.ACCELERATE, "USD", (0.01, 2.0, 2.0, None)),
            *("final", {"amount": 1.0, "goal": 7e10}, None, "incomplete"),
            id="nor is an edge beyond it 0",
        ),
        pytest.param(
            PayRule("x", PayMethod.ACCELERATE, "USD", (1e9, 2.0, 2.0, None)),
            *("final", {"amount": 1e6, "goal": 1e6}, None, "incomplete"),
            id="nor is what stands below the edge",
        ),
        pytest.param(
            PayRule("x", PayMethod.LADDER, "KRW", slices=(Slice(0.0, 10.0, 2.0), STEEP)),
            *("final", {"amount": 9e10}, None, "incomplete"),
            id="nor a slice of a ladder",
        ),
        pytest.param(
            PROFIT, "final", {"amount": 2e11}, None, "incomplete", id="nor is such an amount paid"
        ),
        pytest.param(TEAM, "final", {}, None, "incomplete", id="a team whose total is open"),
        pytest.param(
            COEF, "final", {"attendance": 1.2}, None, "incomplete", id="attendance of 120 %"
        ),
        pytest.param(COEF, "pilot", {}, "0", "pilot", id="a pilot pays nothing"),
        pytest.param(COEF, "provisional", {}, "0", "provisional", id="nor does an open month"),
        pytest.param(
            NO_VETO, "final", {"forfeits": 1}, "0.00", "veto", id="bonus 0 holds under any rule"
        ),
        pytest.param(DIRECT, "final", {"vetoes": 1}, "0.00", "veto", id="a veto takes the bonus"),
        pytest.param(
            NO_VETO, "final", {"vetoes": 1}, "10500.00", "nothing", id="unless the rule says no"
        ),
        pytest.param(CAPPED, "final", {"total": 120.0}, "11000.00", "capped", id="capped says so"),
        pytest.param(
            CAPPED, "final", {"total": 110.0}, "11000.00", "nothing", id="just at the cap"
        ),
        pytest.param(
            COEF,
            "final",
            {"base": 500.0, "true_up": Decimal(-1000)},
            "0",
            "carried",
            id="600 - 1,000: nothing is paid, 400 goes on",
        ),
    ],
)
def test_why_a_line_pays_what_it_pays(
    rule: PayRule | None, state: str, values: dict[str, Any], payable: str | None, reason: str
) -> None:
    found = line(rule, PayState(state), **values)
    assert found.reason is Reason(reason)
    assert found.payable == (None if payable is None else Decimal(payable))


def test_the_amount_is_rounded_as_every_step_is() -> None:
    """Three decimals from a million up: 1,234,567.89151 is paid on as 1,234,567.892."""
    assert line(PROFIT, amount=1_234_567.89151).net == 1_234_567.892


def test_a_pilot_shows_what_it_would_be() -> None:
    assert line(COEF, PayState.PILOT).earned == Decimal(12_000)


def test_a_threshold_of_1_is_refused() -> None:
    with pytest.raises(KpiError, match="threshold"):
        PayRule("x", PayMethod.PAYOUT_CURVE, "CNY", (1.0, None, None, None))


# --- true-up --------------------------------------------------------------------------------------


def test_a_true_up_over_three_months() -> None:
    """July 5,000 paid. In August July becomes 5,600, so August (4,000) pays 4,600. In September
    August becomes 3,000: 1,000 too much, and September (700) pays nothing, 300 are left. October
    (2,000) pays 1,700."""
    july = Settled("2026-07", Decimal(5000), Decimal(5600))
    assert true_up([july]) == 600
    august = Settled("2026-08", Decimal(4600), Decimal(4000))
    assert true_up([july, august]) == 0
    august = Settled("2026-08", Decimal(4600), Decimal(3000))
    assert true_up([july, august]) == -1000
    september = line(DIRECT, total=70.0, base=1000.0, true_up=Decimal(-1000))
    assert (september.payable, september.reason) == (Decimal(0), Reason.CARRIED)
    settled = [july, august, Settled("2026-09", Decimal(0), Decimal(700))]
    assert true_up(settled) == -300
    october = line(DIRECT, total=100.0, base=2000.0, true_up=true_up(settled))
    assert october.payable == 1700


def test_a_paid_month_that_is_unknown_today_stays_as_it_was_paid() -> None:
    assert true_up([Settled("2026-07", Decimal(5000), None)]) == 0


# --- teams ----------------------------------------------------------------------------------------


def test_a_pool_of_10000_over_three_equal_members() -> None:
    members = [Member(who, 1.0, 100.0, 1.0) for who in ("A", "B", "C")]
    assert [str(part) for part in team_parts(TEAM, members).values()] == [
        *("3333.34", "3333.33", "3333.33"),
    ]


@pytest.mark.parametrize(
    ("rule", "totals"),
    [
        pytest.param(TEAM, (100.0, None), id="one total is open, so nobody has a part yet"),
        pytest.param(TEAM, (0.0, 0.0), id="nobody reached anything"),
        pytest.param(PayRule("x", PayMethod.TEAM_SPLIT, "CNY"), (100.0,), id="no pool"),
    ],
)
def test_a_pool_that_cannot_be_split(rule: PayRule, totals: tuple[float | None, ...]) -> None:
    members = [Member(str(n), 1.0, total, 1.0) for n, total in enumerate(totals)]
    assert team_parts(rule, members) == {}


CENTS = st.integers(1, 10**9).map(lambda n: n / 100)


@given(CENTS, st.lists(st.tuples(CENTS, st.floats(1, 120), st.integers(1, 31)), min_size=1))
@settings(max_examples=60)
def test_the_parts_of_a_pool_add_up_to_the_cent(
    pool: float, team: list[tuple[float, float, int]]
) -> None:
    rule = PayRule("team", PayMethod.TEAM_SPLIT, "CNY", (pool, None, None, None))
    members = [Member(str(n), min(w, 1e6), R(t), d) for n, (w, t, d) in enumerate(team)]
    assert sum(team_parts(rule, members).values()) == Decimal(str(pool))


# --- laws -----------------------------------------------------------------------------------------


@given(st.sampled_from([CURVE, HALF]), st.floats(0, 119), st.floats(1e-9, 1))
@settings(max_examples=60)
def test_a_curve_never_falls_and_jumps_at_its_threshold_only(
    rule: PayRule, total: float, step: float
) -> None:
    curve = rule.curve()
    low, high = (payout_curve(t / 100, 1000.0, curve) for t in (total, total + step))
    assert low is not None
    assert high is not None
    assert high >= low
    steepest = max(1 / (1 - curve.threshold), curve.accelerator)
    edge = low == 0 and high > 0
    jump = curve.start_at * 1000 if edge else 0.0
    assert high - low <= 1000 * steepest * step / 100 + jump + 1e-5


@given(st.floats(0, 9e5), st.floats(1e-6, 10))
@settings(max_examples=60)
def test_a_marginal_ladder_is_continuous(amount: float, step: float) -> None:
    """Below a million, where a step result keeps six decimals."""
    low, high = (line(LADDER, amount=R(a)).gross for a in (amount, amount + step))
    assert low is not None
    assert high is not None
    assert -1e-5 <= high - low <= 0.3 * step + 1e-5


# --- rewards --------------------------------------------------------------------------------------

RULES = (
    RewardRule("praise", "letter", RewardEffect.MONEY, Decimal("50.5"), Decimal(120)),
    RewardRule("late", "late", RewardEffect.MONEY, Decimal(-30), Decimal(70)),
    RewardRule("idea", "idea", RewardEffect.POINTS, Decimal(2)),
)


def applied(number: int, rule: str, times: int, by: str = "HR", month: str = "2026-10") -> Any:
    return Application(number, month, "CHEN", rule, Decimal(times), by)


@pytest.mark.parametrize(
    ("entries", "counted"),
    [
        pytest.param([("praise", 2), ("praise", 1)], ["101.00", "19.00"], id="19 left of 120"),
        pytest.param([("late", 4)], ["-70.00"], id="at most 70 are taken"),
        pytest.param([("idea", 3), ("praise", 1)], ["6.00", "50.50"], id="points have no cap here"),
    ],
)
def test_what_counts_of_each_application(
    entries: list[tuple[str, int]], counted: list[str]
) -> None:
    given_entries = [applied(n, *entry) for n, entry in enumerate(entries, 1)]
    assert [str(one.counted) for one in applied_rewards(RULES, given_entries)] == counted


def test_only_approved_money_of_the_period_is_paid() -> None:
    entries = [
        applied(4, "praise", 1, month="2026-09"),
        applied(3, "praise", 1, by=""),
        applied(2, "idea", 1),
        applied(1, "late", 1),
    ]
    found = applied_rewards(RULES, entries)
    assert [one.application.number for one in found] == [1, 2, 3, 4]
    assert money_of(found, "CHEN", "2026-10", {("2026-10", "CHEN")}) == -30


@pytest.mark.parametrize(
    ("chosen", "paid", "counted"),
    [
        pytest.param("2026-10", {"2026-10"}, "2026-10", id="paid by month: the month"),
        pytest.param("2026-10", {"2026-Q4"}, "2026-Q4", id="paid by quarter: its quarter"),
        pytest.param("2026-10", {"2026-10", "2026-Q4"}, "2026-10", id="both: once, in the month"),
        pytest.param("2026-Q4", {"2026-10", "2026-Q4"}, "2026-Q4", id="a quarter's in the quarter"),
        pytest.param("2026-Q4", {"2026-10"}, "2026-Q4", id="never in a month of it"),
        pytest.param("soon", {"2026-10"}, "soon", id="what is no period stays"),
    ],
)
def test_a_reward_counts_in_one_period(chosen: str, paid: set[str], counted: str) -> None:
    lines = {(code, "CHEN") for code in paid} | {("2026-10", "LI"), ("2026-Q4", "LI")}
    one = applied(1, "praise", 1, month=chosen)
    assert counted_in(one, lines) == counted
    amounts = {
        code: money_of(applied_rewards(RULES, [one]), "CHEN", code, lines)
        for code in ("2026-10", "2026-Q4", "soon")
    }
    assert sum(amounts.values()) == amounts[counted] == Decimal("50.5")


def test_the_months_of_a_quarter_keep_their_own_caps() -> None:
    """120 of 151.5 in each month: 240 in the quarter."""
    entries = [applied(n, "praise", 3, month=f"2026-{n}") for n in (10, 11)]
    found = applied_rewards(RULES, entries)
    assert money_of(found, "CHEN", "2026-Q4", {("2026-Q4", "CHEN")}) == 240


def test_an_application_of_no_rule_is_refused() -> None:
    with pytest.raises(KpiError, match="no reward rule bonus"):
        applied_rewards(RULES, [applied(1, "bonus", 1)])
