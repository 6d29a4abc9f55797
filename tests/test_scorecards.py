"""Actuals, goals and cards of a small book, every number worked by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from kpi.actuals import Actuals
from kpi.book_nouns import NEVER
from kpi.calendar import shifted
from kpi.card_problems import without_target
from kpi.contracts import in_force
from kpi.model import Better, DataState, Region, Status, Window
from kpi.money import DayRates
from kpi.organisation import ScopeParts
from kpi.person_cards import coverage, manual_share
from kpi.person_targets import Goals
from kpi.scope_values import GAPS
from kpi.scopes import scopes
from kpi.scorecards import Scoring
from kpi.totals import Converter, Totals
from kpi.trade import Assignment, Shop
from kpi.typed_rows import Bound, PointRow, TargetRow
from tests.card_support import (
    CATALOG,
    D1,
    FR,
    LAST,
    OCT,
    PEOPLE,
    SHOP,
    actuals,
    book,
    card,
    day_of,
    run,
    sources,
    target,
    weight,
)
from tests.leaf_support import leaf_sums


def test_an_open_month_is_measured_against_what_is_due() -> None:
    """1,000 EUR a day for ten days: 11,000 USD; 31,000 EUR x 10/31 x 1.1 = 11,000 are due."""
    one = card(actuals(run("DE", 1_000, 100)), book())
    sales, acos = one.cards[0].items
    assert (sales.actual.value, sales.due, sales.score) == (11_000.0, 11_000.0, 100.0)
    assert (sales.goal and sales.goal.value, sales.status) == (34_100.0, Status.OK)
    assert acos.actual.value == 0.25  # 1,000 of 4,000
    assert acos.score == 100.0
    assert (one.total, one.grade and one.grade.name) == (100.0, "A")


def test_a_card_of_one_region_is_the_whole_total_and_points_are_added() -> None:
    points = (PointRow("2026-10", "OPS1", 3.0, "", None, "加减分!A5", "1"),)
    one = card(actuals(run("DE", 1_000, 100)), book(points=points))
    assert (one.us_share, one.points, one.total) == (0.0, (3.0,), 103.0)


def test_an_unknown_item_is_left_out_and_the_rest_is_renormalised() -> None:
    """Without ad figures 60 of 100 points are covered: below 70 % the total is withheld."""
    one = card(actuals(run("DE", 1_000, None)), book())
    assert one.cards[0].items[1].actual.state is DataState.MISSING
    assert one.total is None
    assert coverage(one) == 0.6
    looser = book(settings=replace(book().settings, min_coverage=0.5))
    assert card(actuals(run("DE", 1_000, None)), looser).total == 100.0


def test_block_leaves_no_total_at_all() -> None:
    rows = (weight("net_sales", 90), weight("acos", 10, missing="block"))
    assert card(actuals(run("DE", 1_000, None)), book(weights=rows)).total is None


def test_a_veto_in_breach_gives_the_lowest_grade() -> None:
    rows = (
        weight("net_sales", 60),
        weight("acos", 40, method="mirror_down", better=Better.LOWER, breach=0.2, veto=True),
    )
    one = card(actuals(run("DE", 1_000, 100)), book(weights=rows))
    assert (one.vetoes, one.total, one.grade and one.grade.name) == (1, 100.0, "D")


def test_the_mean_of_the_days_weights_keeps_a_veto_that_has_no_weight() -> None:
    """A gate is a line of weight 0; `按天数平均` switched every one of them off."""
    gate = weight(
        "acos",
        0,
        method="zero_defect",
        better=Better.LOWER,
        warn=0.2,
        breach=0.2,
        bound=Bound.INCLUSIVE,
        veto=True,
    )
    given = book(weights=(weight("net_sales", 100), gate))
    averaged = replace(given, settings=replace(given.settings, weight_pick="day_weighted"))
    one = card(actuals(run("DE", 1_000, 100)), in_force(averaged, CATALOG, (), OCT).book)
    assert (one.vetoes, one.grade and one.grade.name) == (1, "D")


def test_what_tolerates_nothing_is_in_breach_against_a_target_of_zero() -> None:
    """Counts are paced, but a part of a due zero is unknown: such a veto would never come."""
    none = weight(
        "net_sales",
        0,
        method="zero_defect",
        better=Better.LOWER,
        warn=1.0,
        breach=1.0,
        bound=Bound.INCLUSIVE,
        veto=True,
    )
    acos = weight("acos", 100, method="mirror_down", better=Better.LOWER)
    goals = (target("DE", "net_sales", 0.0), target("EU", "acos", 0.25))
    one = card(actuals(run("DE", 1, 100)), book(weights=(none, acos), targets=goals))
    assert one.cards[0].items[0].status is Status.BREACH
    assert (one.vetoes, one.total, one.grade and one.grade.name) == (1, 100.0, "D")


def test_a_hand_over_splits_the_target_by_days() -> None:
    """FR to OPS1 from the 6th: 26 of 31 days of 6,200 EUR are 5,200; of ten days five are due."""
    lines = (Assignment("FR", None, "OPS1", 1.0, Window(date(2026, 10, 6), NEVER)),)
    given = book(assignments=lines, shops=(FR,))
    found = actuals(run("FR", 200, 50))
    item = card(found, given).cards[0].items[0]
    assert item.goal is not None
    assert item.goal.value == pytest.approx(5_200 * 1.1)
    assert item.due == pytest.approx(1_000 * 1.1)
    assert item.actual.value == pytest.approx(1_000 * 1.1)
    former = card(found, given, "OPS2").cards[0].items[0]
    assert former.actual.value == pytest.approx(1_000 * 1.1)  # the five days before


def test_an_own_target_wins_over_the_shops() -> None:
    rows = (*book().targets, target("OPS1", "net_sales", 15_500.0, "USD"))
    item = card(actuals(run("DE", 1_000, 100)), book(targets=rows)).cards[0].items[0]
    assert item.goal is not None
    assert (item.goal.value, item.goal.basis) == (15_500.0, "OPS1")


def test_a_shop_without_a_target_leaves_the_item_unscored_and_says_so() -> None:
    cards = Scoring(book(targets=()), actuals(run("DE", 1_000, 100))).people(OCT)
    problems = {p.code for p in without_target(book(), cards)}
    assert problems == {"no_target"}
    assert cards[0].cards[0].items[0].score is None


def test_a_band_is_its_own_target() -> None:
    rows = (weight("acos", 100, method="band", better=Better.BAND, params=(0.2, 0.3, None, None)),)
    item = card(actuals(run("DE", 1_000, 100)), book(weights=rows, targets=())).cards[0].items[0]
    assert (item.goal and item.goal.value, item.score, item.status) == (0.25, 100.0, Status.OK)


def test_a_kpi_that_no_platform_delivers_does_not_apply() -> None:
    rows = (weight("net_sales", 50), weight("buy_box_share", 50))
    one = card(actuals(run("DE", 1_000, 100)), book(weights=rows))
    assert one.cards[0].items[1].actual.state is DataState.NOT_APPLICABLE
    assert (coverage(one), manual_share(one), one.total) == (1.0, 0.0, 100.0)


@pytest.mark.parametrize(
    ("days", "stale", "state"),
    [
        pytest.param(10, frozenset(), DataState.COMPLETE, id="all ten days"),
        pytest.param(8, frozenset(), DataState.PARTIAL, id="two days behind"),
        pytest.param(10, frozenset({("amazon.orders", "DE")}), DataState.STALE, id="no pull"),
        pytest.param(0, frozenset(), DataState.MISSING, id="nothing"),
    ],
)
def test_data_states(days: int, stale: frozenset[tuple[str, str]], state: DataState) -> None:
    found = actuals(run("DE", 1_000, 100, days), run("FR", 1, 1), stale=stale)
    scope = next(s for s in scopes(book()) if s.scope.code == "DE")
    assert found.of(CATALOG.metrics["net_sales"], scope, OCT).state is state


def test_the_facts_id_moves_with_the_facts_and_only_with_them() -> None:
    scope = next(s for s in scopes(book()) if s.scope.code == "DE")
    metric = CATALOG.metrics["net_sales"]
    first, same, other = (
        actuals(run("DE", sales, 100)).of(metric, scope, OCT) for sales in (1_000, 1_000, 1_001)
    )
    assert first.facts == same.facts != other.facts


def test_the_company_has_the_goal_of_its_shops_region_by_region() -> None:
    goals = Goals(book(), OCT)
    parts: ScopeParts = next(s for s in scopes(book()) if s.scope.code == "EU")
    goal = goals.of(
        CATALOG.metrics["net_sales"], Region.EU, ("EU",), parts.parts, date(2026, 10, 11)
    )
    assert goal is not None
    assert goal.value == pytest.approx(37_200 * 1.1)  # 31,000 + 6,200 EUR


def test_an_item_and_a_card_are_found_by_what_they_are() -> None:
    one = card(actuals(run("DE", 1_000, 100)), book())
    assert one.cards[0].items[0].key == "2026-10｜OPS1｜EU｜net_sales"
    assert one.card(Region.EU) == one.cards[0]
    assert one.card(Region.US) is None


def test_the_six_months_before_are_unknown_where_there_are_no_facts() -> None:
    """September has facts for each of its days and 60,000 EUR of 30,000: 120 % of both items."""
    given = book(
        weights=(weight("net_sales", 100),),
        targets=(
            TargetRow(
                2026, Region.EU, "DE", "net_sales", "OPS1", 12_000.0, (None,) * 12, "EUR", "目标!A5"
            ),
        ),
    )
    days = [day_of("DE", date(2026, 9, 1) + timedelta(n), 40, 1) for n in range(30)]
    scoring = Scoring(given, actuals(*days))
    before = [scoring.person(PEOPLE[0], shifted(OCT, -n)).total for n in (6, 5, 4, 3, 2, 1)]
    assert before == [None, None, None, None, None, 120.0]


def test_a_person_without_a_card_has_no_manual_share() -> None:
    one = card(actuals(run("DE", 1_000, 100)), book())
    assert manual_share(replace(one, cards=())) is None


def test_items_without_a_target_are_named_and_those_that_need_none_are_not() -> None:
    rows = (
        weight("net_sales", 50),
        weight("acos", 50, method="range", params=(0.4, 0.2, None, None)),
    )
    cards = Scoring(book(targets=(), weights=rows), actuals(run("DE", 1_000, 100))).people(OCT)
    assert [p.what["en"].count("ACoS") for p in without_target(book(), cards[:1])] == [0]


def test_a_shop_that_is_not_ones_own_in_the_month_adds_no_target() -> None:
    """FR was handed over before October: its 6,200 are nobody's here, DE's 31,000 remain."""
    lines = (Assignment("FR", None, "OPS1", 1.0, Window(date(2026, 8, 1), date(2026, 9, 1))),)
    item = card(actuals(run("DE", 1_000, 100), run("FR", 1, 1)), book(assignments=lines))
    goal = item.cards[0].items[0].goal
    assert goal is not None
    assert goal.value == pytest.approx(31_000 * 1.1)


HANDED_OVER = (Assignment("FR", None, "OPS1", 1.0, Window(date(2026, 10, 1), NEVER)),)


def test_a_former_owner_has_no_line_in_a_month_without_days_of_theirs() -> None:
    """FR went from OPS2 to OPS1 on 1 October; OPS2 was shown 0.0, complete, and asked a target."""
    given = book(assignments=HANDED_OVER)
    found = actuals(run("DE", 1_000, 100), run("FR", 200, 50))
    cards = Scoring(given, found).people(OCT)
    assert [one.person.code for one in cards] == ["OPS1"]
    assert list(without_target(given, cards)) == []
    scope = next(s for s in scopes(given) if s.scope.code == "OPS2")
    value = found.of(CATALOG.metrics["net_sales"], scope, OCT)
    assert (value.value, value.state) == (None, DataState.NOT_APPLICABLE)


def test_a_shop_that_was_handed_over_before_leaves_the_market_of_the_others() -> None:
    """OPS2 keeps SE and had FR until September: a target of market SE is that of all shops."""
    shops = (SHOP, FR, replace(FR, code="AMZ-SE", market="SE"))
    acos = weight("acos", 100, method="mirror_down", better=Better.LOWER)
    given = book(
        shops=shops,
        assignments=HANDED_OVER,
        weights=(acos,),
        targets=(target("SE", "acos", 0.2), target("EU", "acos", 0.25)),
    )
    item = card(actuals(run("AMZ-SE", 100, 100)), given, "OPS2").cards[0].items[0]
    assert (item.goal and item.goal.basis, item.actual.covered.days) == ("SE", 10)


def test_what_does_not_apply_asks_for_no_target() -> None:
    """No stream delivers the share of the buy box here; it was asked for a target all the same."""
    rows = (weight("net_sales", 50), weight("buy_box_share", 50))
    given = book(weights=rows)
    cards = Scoring(given, actuals(run("DE", 1_000, 100))).people(OCT)
    assert [one.code for one in without_target(given, cards[:1])] == []


def test_a_target_of_nothing_is_no_goal() -> None:
    given = book(targets=(target("DE", "net_sales", 0.0),))
    assert card(actuals(run("DE", 1_000, 100)), given).cards[0].items[0].goal is None


def test_two_cards_are_joined_by_the_typed_share() -> None:
    """The US lines are in euros too: 110 %. Three quarters of 110 and a quarter of 80 are 102.5."""
    us = Shop("US", "amazon", "US", Region.US, "USD", "America/New_York", "OPS1")
    rows = (weight("net_sales", 100), weight("net_sales", 100, region=Region.US))
    goals = (
        target("DE", "net_sales", 31_000.0),
        replace(target("US", "net_sales", 31_000.0, "USD"), region=Region.US),
    )
    given = book(
        shops=(SHOP, us),
        weights=rows,
        targets=goals,
        people=(replace(PEOPLE[0], us_share=0.75),),
    )
    leaves = leaf_sums([*run("DE", 800, 1), *run("US", 1_000, 1)])
    totals = Totals(
        leaves, dict.fromkeys(leaves.shops, "amazon"), sources, {**CATALOG.measures, **GAPS}
    )
    money = Converter("USD", {"EUR": 1.1}, DayRates({"USD": 0}, (D1,), {D1: ("1.1",)}))
    found = Actuals(totals, CATALOG, money, dict.fromkeys(("DE", "US"), LAST), frozenset())
    one = card(found, given)
    assert {c.region: c.total.total for c in one.cards} == {Region.US: 110.0, Region.EU: 80.0}
    assert (one.us_share, one.total) == (0.75, 102.5)
