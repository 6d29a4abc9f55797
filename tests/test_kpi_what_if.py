"""A card as it would be with one other value, target or weight, every number worked by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kpi.missing import Outdated
from kpi.model import DataState, Region, Status
from kpi.person_cards import Item, PersonCard
from kpi.what_if import Change, what_if, with_target, with_value, with_weight
from tests.card_support import actuals, book, card, run

EU = Region.EU
LEAST = 0.7


def as_it_is(spend: int = 150) -> PersonCard:
    """Sales 11,000 of 11,000 due (34,100 a month): 100 of 60 points; ACoS 0.375 of 0.25: 50 of 40.

    60 + 20 are 80 points; half of the spend more or less moves ACoS alone.
    """
    return card(actuals(run("DE", 1_000, spend)), book())


def line(of: PersonCard, metric: str) -> Item:
    return next(one for one in of.cards[0].items if one.metric.code == metric)


@pytest.mark.parametrize(
    ("metric", "changed", "score", "status", "total"),
    [
        pytest.param(
            *("net_sales", lambda item: with_value(item, 5_500.0)),
            *(50.0, Status.BREACH, 50.0),
            id="half of the sales that are due: 0.5 < 0.85; 30 + 20",
        ),
        pytest.param(
            *("acos", lambda item: with_value(item, 0.3)),
            *(80.0, Status.OK, 92.0),
            id="ACoS 0.3 of 0.25: 2 - 1.2; 60 + 32",
        ),
        pytest.param(
            *("net_sales", lambda item: with_target(item, 68_200.0)),
            *(50.0, Status.BREACH, 50.0),
            id="twice the month's target: 22,000 due, 10 of 31 days; 30 + 20",
        ),
        pytest.param(
            *("acos", lambda item: with_target(item, 0.3)),
            *(75.0, Status.OK, 90.0),
            id="a ratio is due as it is: 2 - 0.375 / 0.3; 60 + 30",
        ),
        pytest.param(
            *("net_sales", lambda item: with_weight(item, 10.0)),
            *(100.0, Status.OK, 60.0),
            id="sales at 10 points beside 40: (1,000 + 2,000) / 50",
        ),
    ],
)
def test_one_line_changes_and_the_card_is_added_up_anew(
    metric: str, changed: Change, score: float, status: Status, total: float
) -> None:
    before = as_it_is()
    assert before.total == 80.0
    after = what_if(before, EU, metric, changed, LEAST)
    assert (line(after, metric).score, line(after, metric).status) == (score, status)
    assert after.total == total
    other = "acos" if metric == "net_sales" else "net_sales"
    assert line(after, other) == line(before, other)
    assert what_if(before, Region.US, metric, changed, LEAST) == before


def test_a_value_is_as_if_typed_and_no_longer_outdated() -> None:
    item = replace(line(as_it_is(), "acos"), outdated=Outdated.BLOCK, counted=None)
    typed = with_value(item, 0.25)
    assert (typed.actual.value, typed.counted, typed.attainment) == (0.25, 0.25, 1.0)
    assert (typed.actual.state, typed.outdated) == (DataState.MANUAL, None)
    assert (typed.goal, typed.due, typed.rule) == (item.goal, item.due, item.rule)


def test_a_value_where_there_was_none_brings_the_total_back() -> None:
    """60 of 100 points are too few for a total; ACoS 0.25 of 0.25 makes the card whole."""
    before = card(actuals(run("DE", 1_000, None)), book())
    assert before.total is None
    assert what_if(before, EU, "acos", lambda item: with_value(item, 0.25), LEAST).total == 100.0


def test_the_first_target_of_a_line_is_due_in_full() -> None:
    """No row of targets, so no pace: 11,000 of 22,000."""
    before = card(actuals(run("DE", 1_000, 100)), book(targets=()))
    sales = line(before, "net_sales")
    assert (sales.goal, sales.score) == (None, None)
    tried = with_target(sales, 22_000.0)
    assert tried.goal is not None
    assert (tried.goal.basis, tried.due, tried.score) == ("what if", 22_000.0, 50.0)
