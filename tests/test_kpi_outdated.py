"""A closed month whose data end early: no score on its first days unless the rule says so.

1,000 EUR a day until the 10th, nothing known of the 11th, a tenth from the 12th on; 11,000 USD of
34,100 are there. Sales of September were 900 EUR a day: 29,700 USD.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from kpi.actuals import Actuals
from kpi.card_problems import outdated_items
from kpi.contract_nouns import ruled
from kpi.contracts import contract_of
from kpi.missing import Outdated
from kpi.model import Better, DataState, Status
from kpi.person_cards import PersonCard
from kpi.scorecards import Scoring
from tests.card_support import CATALOG, D1, OCT, actuals, book, card, day_of, run, weight
from tests.leaf_support import Leaf

CLOSING = date(2026, 11, 10)
EVE = CLOSING - timedelta(days=1)
SEPTEMBER = [
    leaf for n in range(30) for leaf in day_of("DE", date(2026, 9, 1) + timedelta(n), 900, 100)
]


def october(*, gap: bool = True) -> list[Leaf]:
    days = [day_of("DE", D1 + timedelta(n), 1_000 if n < 10 else 100, 100) for n in range(31)]
    return [leaf for n, day in enumerate(days) if n != 10 or not gap for leaf in day]


def on(today: date, *days: list[Leaf]) -> Actuals:
    """What is known on a day: all of October is over, and the workbook says which day it is."""
    over = dict.fromkeys(("DE", "FR"), date(2026, 10, 31))
    return replace(actuals(*days), last_day=over, today=today)


def sales(found: Actuals, policy: str = "block") -> PersonCard:
    return card(found, book(weights=(weight("net_sales", 100, outdated=policy),)))


@pytest.mark.parametrize(
    ("policy", "today", "known", "counted", "due", "total"),
    [
        pytest.param("block", D1 + timedelta(20), [], 11_000.0, 11_000.0, 100.0, id="still open"),
        pytest.param("block", EVE, [], 11_000.0, 11_000.0, 100.0, id="the day before closing"),
        pytest.param("block", CLOSING, [], None, 34_100.0, None, id="closed: no total"),
        pytest.param("block", date(2027, 6, 1), [], None, 34_100.0, None, id="long ago"),
        pytest.param("use_to_date", CLOSING, [], 11_000.0, 11_000.0, 100.0, id="as the rule says"),
        pytest.param(
            "last_value", CLOSING, SEPTEMBER, 29_700.0, 34_100.0, 87.09677419399999, id="September"
        ),
        pytest.param("last_value", CLOSING, [], None, 34_100.0, None, id="no September either"),
    ],
)
def test_what_counts_of_a_month_with_a_hole(
    policy: str,
    today: date,
    known: list[Leaf],
    counted: float | None,
    due: float,
    total: float | None,
) -> None:
    one = sales(on(today, known, october()), policy)
    item = one.cards[0].items[0]
    assert (item.actual.value, item.actual.state) == (11_000.0, DataState.PARTIAL)
    assert (item.counted, item.due) == (counted, due)
    assert one.total == (None if total is None else pytest.approx(total, abs=1e-6))
    assert (item.status is Status.NO_DATA) == (counted is None)


def test_a_month_that_is_over_is_not_scored_on_its_first_ten_days() -> None:
    """Nobody says which day it is: the day after the newest one that is over somewhere."""
    over = replace(actuals(october()), last_day=dict.fromkeys(("DE", "FR"), EVE))
    assert card(over, book()).total is None
    before = replace(over, last_day=dict.fromkeys(("DE", "FR"), EVE - timedelta(days=1)))
    assert card(before, book()).total == 100.0


def test_without_shops_and_a_day_nothing_is_closed() -> None:
    assert replace(actuals(), last_day={}).running_day is None
    assert replace(actuals(), last_day={}, today=D1).running_day == D1


def test_a_complete_month_is_scored_on_closing() -> None:
    """10,000 + 2,100 EUR at 1.1 of 34,100."""
    item = sales(on(CLOSING, october(gap=False))).cards[0].items[0]
    assert (item.counted, item.due, item.outdated) == (13_310.0, 34_100.0, None)


def test_a_ratio_of_ten_days_is_no_ratio_of_the_month_either() -> None:
    acos = weight("acos", 100, method="mirror_down", better=Better.LOWER)
    one = card(on(CLOSING, october()), book(weights=(acos,)))
    item = one.cards[0].items[0]
    assert (item.actual.value, item.counted, item.due, one.total) == (0.25, None, 0.25, None)


def test_on_closing_all_of_the_target_is_due_of_what_is_missing() -> None:
    days = run("FR", 1, 1, 31)
    for today, due in ((EVE, None), (CLOSING, 34_100.0)):
        item = sales(on(today, days)).cards[0].items[0]
        assert (item.actual.state, item.due) == (DataState.MISSING, due)


def test_a_part_of_last_month_stands_in_for_nothing() -> None:
    """September ends on the 20th, August is whole: 31 days of 800 EUR."""
    august = [
        leaf for n in range(31) for leaf in day_of("DE", date(2026, 8, 1) + timedelta(n), 800, 1)
    ]
    known = on(CLOSING, august, SEPTEMBER[:40], october())
    item = sales(known, "last_value").cards[0].items[0]
    assert item.counted == 27_280.0


@pytest.mark.parametrize(
    ("policy", "points", "missing", "total", "codes"),
    [
        pytest.param("block", 20, "block", None, ["outdated_blocks"], id="blocks"),
        pytest.param("block", 0, "block", 100.0, [], id="a line without weight blocks nothing"),
        pytest.param("use_to_date", 20, "exclude", 100.0, ["outdated_counted"], id="counts"),
        pytest.param("last_value", 20, "exclude", 100.0, ["outdated_counted"], id="left out"),
    ],
)
def test_a_card_with_one_outdated_item(
    policy: str, points: float, missing: str, total: float | None, codes: list[str]
) -> None:
    """Sales are whole, the ads end on the 10th. What a row stores is the policy that counts."""
    days = [
        leaf
        for n in range(31)
        for leaf in day_of("DE", D1 + timedelta(n), 1_000, 100 if n != 10 else None)
    ]
    acos = weight("acos", points, method="mirror_down", better=Better.LOWER, outdated=policy)
    given = book(weights=(weight("net_sales", 100 - points), acos))
    cards = Scoring(given, on(CLOSING, days)).people(OCT)[:1]
    assert (cards[0].total, cards[0].cards[0].items[1].missing) == (total, missing)
    found = list(outdated_items(cards))
    assert [one.code for one in found] == codes
    assert all("ACoS" in one.what["en"] and "2026-10-10" in one.what["en"] for one in found)
    assert {one.place.text for one in found} <= {"OPS1 EU"}


def test_all_items_of_a_card_that_end_on_one_day_are_one_problem() -> None:
    (found,) = outdated_items([card(on(CLOSING, october()), book())])
    assert found.what["en"] == (
        "2026-10 is closed, but the data of Net sales, ACoS end on 2026-10-10; there is no total."
    )


@pytest.mark.parametrize("policy", [str(one) for one in Outdated])
def test_the_policy_is_signed_and_comes_back(policy: str) -> None:
    """A contract from before the column reads as it was: blocking is left out of the text."""
    given = book(weights=(weight("net_sales", 100, outdated=policy),))
    tables = contract_of(given, CATALOG).tables
    (row,) = tables["tblWeight"].values()
    assert row.get("outdated", "block") == policy
    assert ("outdated" in row) == (policy != "block")
    assert ruled(given, tables).weights[0].outdated == policy
