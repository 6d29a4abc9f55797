"""Returns and shifts by hand. DE: 30,000 of contribution with 10,000 of advertising, 4 a unit; US:
10,000 with 10,000, 2 a unit. A tenth of the US budget, 1,000, moved at 4 - 2 brings 2,000.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from kpi.resources import Nothing, Resource, Returns, Shift, Why, proposals

DE = Returns("DE", 200_000.0, 30_000.0, 10_000.0, 2.0, 40.0)
US = Returns("US", 100_000.0, 10_000.0, 10_000.0, 2.0, 40.0)
FR = Returns("FR", 50_000.0, 14_000.0, 4_000.0, 1.0, 40.0)  # 4.5 a unit, 14,000 a head


@pytest.mark.parametrize(
    ("one", "roi", "sales", "profit"),
    [
        pytest.param(DE, 4.0, 100_000.0, 15_000.0, id="30,000 and the 10,000 spent, over 10,000"),
        pytest.param(replace(DE, profit=None), None, 100_000.0, None, id="no profit, no return"),
        pytest.param(replace(DE, ad_spend=0.0), None, 100_000.0, 15_000.0, id="nothing was spent"),
        pytest.param(replace(DE, heads=0.0), 4.0, None, None, id="nobody of ours works there"),
        pytest.param(replace(DE, heads=None), 4.0, None, None, id="nobody knows how many"),
        pytest.param(replace(DE, profit=-20_000.0), -1.0, 100_000.0, -10_000.0, id="a loss"),
    ],
)
def test_returns(
    one: Returns, roi: float | None, sales: float | None, profit: float | None
) -> None:
    assert (one.roi, one.sales_per_head, one.profit_per_head) == (roi, sales, profit)


BUDGET = Shift(Resource.BUDGET, "US", "DE", 1_000.0, 2.0, 4.0, 2_000.0, 1_000.0)
HEADS = Shift(Resource.HEADS, "US", "DE", 0.5, 5_000.0, 15_000.0, 5_000.0, 2_500.0)


def test_a_shift_shows_its_sums() -> None:
    """Half a person moved from 5,000 a head to 15,000 brings 5,000; half of it to be careful."""
    assert proposals((DE, US), (DE, US)) == (BUDGET, HEADS)
    assert proposals((US, DE), (US, DE)) == (BUDGET, HEADS)  # in any order


NONE = [
    pytest.param((DE,), (DE,), Why.UNKNOWN, Why.UNKNOWN, id="one market"),
    pytest.param(
        (DE, replace(US, profit=None)), (DE, US), Why.UNKNOWN, Why.UNKNOWN, id="one is not known"
    ),
    pytest.param((DE, US), (), Why.CONTRARY, Why.CONTRARY, id="nothing is known of before"),
    pytest.param(
        (DE, US),
        (replace(DE, profit=10_000.0), replace(US, profit=30_000.0)),
        *(Why.CONTRARY, Why.CONTRARY),
        id="before it was the other way round",
    ),
    pytest.param(
        (DE, replace(DE, market="IT", profit=30_500.0)),
        (DE, US),
        *(Why.ALIKE, Why.ALIKE),
        id="less than a tenth apart",
    ),
    pytest.param(
        (replace(DE, profit=-12_000.0), replace(US, profit=-11_000.0)),
        (DE, US),
        *(Why.ALIKE, Why.ALIKE),
        id="two losses",
    ),
    pytest.param(
        (replace(DE, supply=5.0), US),
        (DE, US),
        *(Why.ALIKE, None),
        id="the better one has no stock: no budget, but people",
    ),
]


@pytest.mark.parametrize(("now", "before", "budget", "heads"), NONE)
def test_no_shift_without_a_clear_case(
    now: Sequence[Returns], before: Sequence[Returns], budget: Why | None, heads: Why | None
) -> None:
    found = [one.why if isinstance(one, Nothing) else None for one in proposals(now, before)]
    assert found == [budget, heads]


def test_the_last_person_of_a_market_stays() -> None:
    found = proposals((DE, replace(US, heads=1.0, profit=5_000.0)), (DE, US))
    assert found[1] == Nothing(Resource.HEADS, Why.TOO_FEW)


def test_beside_a_loss_any_gain_is_clear() -> None:
    loss = replace(US, profit=-15_000.0)  # -0.5 a unit
    found = proposals((DE, loss), (DE, loss))[0]
    assert isinstance(found, Shift)
    assert found.effect == 4_500.0


def test_the_best_market_without_stock_is_named_and_left_out() -> None:
    short = replace(FR, supply=10.0)
    found = proposals((DE, US, short), (DE, US, FR))[0]
    assert found == replace(BUDGET, skipped=("FR",))
