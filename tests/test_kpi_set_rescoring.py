"""What the quarter's totals would be with one KPI less, lighter or harder, worked by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi.catalog import shipped
from kpi.model import Better, Region, Status
from kpi.person_cards import PersonCard, RegionCard, card_item, gated
from kpi.person_targets import Goal
from kpi.quarter_totals import quarter_total
from kpi.scoring import card_total, combined
from kpi.set_rescoring import (
    PROPOSALS,
    Effect,
    Month,
    correlation,
    effect,
    harder,
    lighter,
    rescored,
    without,
)
from kpi.set_review import review_kpis
from kpi.trade import Person
from tests.test_kpi_review import item

LEAST = 0.7
Line = tuple[str, float | None, float]  # KPI, score, weight


def lines(person: str, found: Sequence[Line], region: Region = Region.US) -> RegionCard:
    """A card of a region, added up as the scoring does."""
    made = tuple(
        replace(item(person, score, weight=weight), metric=shipped().metrics[code], region=region)
        for code, score, weight in found
    )
    return RegionCard(region, made, card_total([card_item(one) for one in made], LEAST))


def card(person: str, *found: RegionCard) -> PersonCard:
    """A person's month; two regions count half each."""
    who = Person(person, person, "", "operations", None, None, None, 0.5, None, scored=True)
    totals = {one.region: one.total.total for one in found}
    share = 0.5 if len(found) > 1 else 1.0
    total = combined(totals.get(Region.US), totals.get(Region.EU), share)
    return gated(PersonCard(who, "2026-10", found, share, (), total, None, 0))


def month(**scores: tuple[float | None, float | None]) -> Month:
    """Cards of ACoS and return rate, half the weight each."""
    cards = (
        card(person, lines(person, (("acos", acos, 50.0), ("return_rate", rate, 50.0))))
        for person, (acos, rate) in scores.items()
    )
    return Month(tuple(cards), LEAST)


SAME = month(A=(100.0, 60.0), B=(100.0, 80.0), C=(100.0, 100.0))
APART = month(A=(0.0, 100.0), B=(60.0, 80.0), C=(90.0, 60.0))


def test_without_a_kpi_that_tells_nobody_apart_totals_spread_twice_as_far() -> None:
    """80, 90, 100 with it; 60, 80, 100 without: spreads 8.165 and 16.330, mean 90 and 80."""
    found = effect([SAME], "acos", without)
    assert found.before == pytest.approx(sqrt(200 / 3))
    assert found.after == pytest.approx(2 * sqrt(200 / 3))
    assert found.shift == pytest.approx(-10.0)
    assert (found.people, found.lost, found.moved) == (3, 0, 0)


def test_at_half_its_weight_the_totals_lie_between() -> None:
    """25 and 50 of 75: (2500 + 3000) / 75 = 73.33, 86.67 and 100."""
    found = effect([SAME], "acos", lighter)
    assert found.after == pytest.approx(sqrt(2 * 13.333333333333**2 / 3))
    assert found.shift == pytest.approx((73.333333333333 + 86.666666666667 + 100) / 3 - 90)


def test_ranks_that_a_kpi_turns_round() -> None:
    """Totals 50, 70, 75 make C the first; without ACoS 100, 80, 60 make A: A and C move."""
    assert effect([APART], "acos", without).moved == 2


def test_equal_totals_share_a_rank() -> None:
    """60 and 60 are both first, C third; without ACoS 40 and 80, so A alone moves."""
    found = effect([month(A=(80.0, 40.0), B=(40.0, 80.0), C=(0.0, 10.0))], "acos", without)
    assert found.moved == 1


def test_the_quarter_is_the_mean_of_the_months() -> None:
    """65, 80, 87.5 with ACoS, 80 for everybody without: A and B become first, with C."""
    found = effect([SAME, APART], "acos", without)
    assert found.shift == pytest.approx(2.5)
    assert found.after == pytest.approx(0.0)
    assert found.moved == 2


def test_two_people_say_nothing_of_a_spread() -> None:
    found = effect([month(A=(80.0, 40.0), B=(40.0, 80.0))], "acos", without)
    assert (found.people, found.before, found.after, found.moved) == (2, None, None, None)
    assert effect([], "acos", without) == Effect(0, 0, None, None, None, None)


def test_who_has_too_little_left_has_no_total() -> None:
    """Without ACoS half of A's card is scored, below 70 %; B and C keep their totals."""
    three = (("acos", 100.0, 80.0), ("return_rate", None, 10.0), ("tacos", 50.0, 10.0))
    some = Month((card("A", lines("A", three)), *SAME.cards[1:]), LEAST)
    found = effect([some], "acos", without)
    assert (found.people, found.lost) == (2, 1)


def test_who_has_no_total_counts_nowhere() -> None:
    held = month(A=(None, 60.0), B=(100.0, 80.0), C=(100.0, 100.0))
    assert (effect([held], "acos", without).people, effect([held], "acos", without).lost) == (2, 0)


def test_both_regions_of_a_card_change() -> None:
    """US 80 and EU 90, half each, make 85; without ACoS 60 and 80 make 70."""
    both = card(
        "A",
        lines("A", (("acos", 100.0, 50.0), ("return_rate", 60.0, 50.0))),
        lines("A", (("acos", 100.0, 50.0), ("return_rate", 80.0, 50.0)), Region.EU),
    )
    assert effect([Month((both,), LEAST)], "acos", without).shift == -15.0
    only = card(
        "A",
        lines("A", (("acos", 100.0, 100.0),)),
        lines("A", (("return_rate", 80.0, 100.0),), Region.EU),
    )
    assert effect([Month((only,), LEAST)], "return_rate", lighter).shift == 0.0


def test_without_a_kpi_its_veto_is_gone_too() -> None:
    """A veto in breach takes the lowest grade; off the card it takes none."""
    one = item("A", 100.0)
    veto = replace(one, rule=replace(one.rule, veto=True), status=Status.BREACH)
    made = without(veto)
    assert (made.rule.weight, made.rule.veto) == (0.0, False)


@pytest.mark.parametrize(
    ("better", "target", "asked", "score"),
    [
        pytest.param(Better.LOWER, 0.25, 0.225, 90.0, id="lower: a tenth less; 0.225 / 0.25"),
        pytest.param(Better.HIGHER, 0.25, 0.275, 100 / 1.1, id="higher: a tenth more; 1 / 1.1"),
        pytest.param(Better.HIGHER, -0.5, -0.45, None, id="below zero it is higher too"),
    ],
)
def test_a_target_a_tenth_harder(
    better: Better, target: float, asked: float, score: float | None
) -> None:
    one = item("A", 100.0)
    method = "ratio_up" if better is Better.HIGHER else "step_pct"
    rule = replace(one.rule, better=better, method=method if score != 90.0 else "ratio_down")
    given = replace(one, rule=rule, counted=0.25, goal=Goal(target, 1.0, "own"))
    found = harder(given)
    assert found.goal is not None
    assert found.goal.value == pytest.approx(asked)
    if score is not None:
        assert found.score == pytest.approx(score)


def test_the_highest_total_of_the_settings_holds_for_a_changed_card() -> None:
    """At most 60: 90 before and 80 without ACoS are both 60."""
    low = replace(SAME.cards[1], limit=(0.0, 60.0), total=60.0)
    assert effect([Month((low,), LEAST)], "acos", without).shift == 0.0


def test_what_has_no_target_cannot_be_harder() -> None:
    one = item("A", 100.0)
    assert harder(one) is one


@pytest.mark.parametrize(
    ("pairs", "r"),
    [
        pytest.param([(1, 2), (2, 4), (3, 6)], 1.0, id="the same again"),
        pytest.param([(1, 6), (2, 4), (3, 2)], -1.0, id="against each other"),
        pytest.param([(0, 100), (60, 80), (90, 60)], -0.9819805, id="-1800 / root of 3,360,000"),
        pytest.param([(1, 2), (2, 4)], None, id="two say nothing"),
        pytest.param([(1, 2), (1, 4), (1, 6)], None, id="one side never changes"),
        pytest.param([(1, 2), (2, 2), (3, 2)], None, id="nor does the other"),
    ],
)
def test_correlation(pairs: list[tuple[float, float]], r: float | None) -> None:
    assert correlation(pairs) == (None if r is None else pytest.approx(r))


def test_a_score_is_compared_with_the_rest_of_its_card() -> None:
    """Not with the total, of which it is a part itself."""
    found = rescored([APART], "acos", "keep")
    assert found.correlation == pytest.approx(-0.9819805)
    bare = Month((*APART.cards, card("D", lines("D", (("acos", None, 50.0),)))), LEAST)
    alone = Month((*bare.cards, card("E", lines("E", (("acos", 1.0, 50.0),)))), LEAST)
    strange = Month((*alone.cards, card("F", lines("F", (("tacos", 1.0, 50.0),)))), LEAST)
    assert rescored([strange], "acos", "keep").correlation == found.correlation


def test_each_finding_has_its_proposal_with_figures() -> None:
    assert set(PROPOSALS) == {"keep", "unused", "gaps", "disputed", "full", "same"}
    assert rescored([SAME], "acos", "same").proposed == effect([SAME], "acos", without)
    assert rescored([SAME], "acos", "disputed").proposed == effect([SAME], "acos", lighter)
    assert rescored([SAME], "acos", "keep").proposed is None
    items = [i for one in SAME.cards for region in one.cards for i in region.items]
    acos = next(one for one in review_kpis(items, [], {}) if one.metric == "acos")
    assert acos.finding == "same"  # 100 of at most 120: not at the cap, and nobody told apart
    assert acos.at_zero == 0.0


@pytest.mark.parametrize(
    ("months", "total"),
    [
        pytest.param([80.0, 90.0, 100.0], 90.0, id="three months"),
        pytest.param([80.0, None], None, id="one is unknown"),
        pytest.param([], None, id="none"),
    ],
)
def test_the_total_of_a_quarter(months: list[float | None], total: float | None) -> None:
    assert quarter_total(months) == total


scores = st.one_of(st.none(), st.floats(0, 120))


@given(st.dictionaries(st.sampled_from("ABCDE"), st.tuples(scores, scores)))
def test_a_change_that_changes_nothing_changes_no_total(
    people: dict[str, tuple[float | None, float | None]],
) -> None:
    found = effect([month(**people)], "acos", lambda same: same)
    assert (found.before, found.lost, found.moved or 0) == (found.after, 0, 0)
    assert found.shift in (None, 0.0)
