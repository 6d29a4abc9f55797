"""Cards: shares, coverage, totals, regions, points, grades; worked by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi.errors import KpiError
from kpi.evaluate import evaluate
from kpi.numbers import R, normalise
from kpi.scoring import (
    GRADES,
    CardItem,
    Grade,
    adjusted,
    applied_points,
    card_total,
    coefficient_text,
    combined,
    grade_of,
    relative_weights,
    with_team,
)


def card(*items: tuple[float, float | None]) -> list[CardItem]:
    return [CardItem(f"kpi{n}", weight, score) for n, (weight, score) in enumerate(items)]


def test_h8_rounds_only_the_total() -> None:
    added = card_total(card((40, 100.0), (35, 110.0), (25, 90.0)))
    assert added.points == (40.0, 38.5, 22.5)
    assert added.total == 101.0
    assert added.coverage == 1.0


def test_a_missing_item_leaves_its_weight_to_the_others() -> None:
    added = card_total(card((60, 90.0), (20, 120.0), (20, None)))
    assert added.shares == (75.0, 25.0, 0.0)
    assert added.points == (67.5, 30.0, 0.0)
    assert added.total == 97.5
    assert added.coverage == 0.8
    assert added.missing == ("kpi2",)


def test_below_the_minimum_coverage_the_total_is_withheld_and_says_what_is_missing() -> None:
    added = card_total(card((60, 90.0), (40, None)))
    assert added.total is None
    assert (added.coverage, added.missing) == (0.6, ("kpi1",))


def test_exactly_the_minimum_coverage_is_enough() -> None:
    assert card_total(card((70, 90.0), (30, None))).total == 90.0


def test_what_is_not_applicable_is_on_neither_side_of_the_coverage() -> None:
    items = [CardItem("a", 40, 100.0), CardItem("b", 60, None, applicable=False)]
    added = card_total(items)
    assert (added.total, added.coverage, added.missing) == (100.0, 1.0, ())


def test_a_blocking_item_without_a_value_blocks_the_total() -> None:
    items = [CardItem("a", 90, 100.0), CardItem("b", 10, None, block=True)]
    assert card_total(items).total is None
    assert card_total([items[0], CardItem("b", 10, 50.0, block=True)]).total == 95.0


@pytest.mark.parametrize(
    "held",
    [
        pytest.param(CardItem("b", 10, None, applicable=False, block=True), id="not applicable"),
        pytest.param(CardItem("b", 0, None, block=True), id="no weight"),
    ],
)
def test_what_is_no_part_of_the_card_cannot_block_it(held: CardItem) -> None:
    assert card_total([CardItem("a", 90, 100.0), held]).total == 100.0


def test_an_item_blocks_by_its_own_value_and_not_by_its_name() -> None:
    """The same KPI twice: the line that may not be missing is there, the other one is not."""
    items = [CardItem("a", 90, 100.0, block=True), CardItem("a", 10, None)]
    assert card_total(items).total == 100.0


def test_zero_weight_is_shown_and_not_scored_and_a_negative_one_refused() -> None:
    assert card_total(card((100, 80.0), (0, 10.0))).total == 80.0
    assert card_total(card((0, 10.0))).total is None
    assert card_total([]).total is None
    with pytest.raises(KpiError, match="below 0"):
        card_total(card((-1, 10.0)))


def test_the_share_typed_by_hand_is_summed() -> None:
    items = [CardItem("a", 80, 100.0), CardItem("b", 20, 100.0, manual=True)]
    assert card_total(items).manual_share == 20.0


def test_h5_relative_weights() -> None:
    assert relative_weights([2, 1]) == (66.666666667, 33.333333333)
    with pytest.raises(KpiError, match="add up to 0"):
        relative_weights([0.0, 0.0])


WEIGHTS = st.lists(st.floats(0.1, 40.0).map(normalise), min_size=1, max_size=16)
SCORES = st.one_of(st.none(), st.floats(0.0, 150.0).map(lambda s: R(s) or 0.0))


@given(st.lists(st.tuples(st.floats(0.1, 40.0).map(normalise), SCORES), max_size=16))
def test_shares_add_up_to_100_and_a_total_lies_within_its_scores(
    rows: list[tuple[float, float | None]],
) -> None:
    added = card_total(card(*rows), min_coverage=0.0)
    known = [score for _, score in rows if score is not None]
    assert (added.total is not None) == bool(known)
    if added.total is not None:
        assert abs(sum(added.shares) - 100) < 1e-7
        assert min(known) - 1e-6 <= added.total <= max(known) + 1e-6


@given(st.lists(st.tuples(st.floats(0.1, 40.0).map(normalise), SCORES), max_size=12), st.data())
def test_the_order_of_items_does_not_decide_whether_there_is_a_total(
    rows: list[tuple[float, float | None]], data: st.DataObject
) -> None:
    one = card_total(card(*rows))
    other = card_total(card(*data.draw(st.permutations(rows))))
    assert (one.total is None) == (other.total is None)
    assert one.coverage == other.coverage


@pytest.mark.parametrize(
    ("us", "eu", "share", "drop", "total"),
    [
        pytest.param(100.0, 80.0, 0.6, False, 92.0, id="60 % US"),
        pytest.param(100.0, None, 1.0, False, 100.0, id="only US: the other does not matter"),
        pytest.param(None, 80.0, 0.0, False, 80.0, id="only EU"),
        pytest.param(100.0, None, 0.95, False, None, id="an unknown region is unknown"),
        pytest.param(100.0, None, 0.95, True, 100.0, id="unless it is small and may be dropped"),
        pytest.param(100.0, None, 0.9, True, None, id="a tenth is not small"),
        pytest.param(100.0, 80.0, None, False, None, id="no share agreed"),
    ],
)
def test_two_regions(
    us: float | None, eu: float | None, share: float | None, drop: bool, total: float | None
) -> None:
    assert combined(us, eu, share, drop_small=drop) == total


def test_a_team_share_is_added_to_the_own_total() -> None:
    assert with_team(90.0, 110.0, 0.2) == 94.0
    assert with_team(90.0, None) == 90.0


@pytest.mark.parametrize(
    ("entries", "applied", "total"),
    [
        pytest.param([3.0, -5.0], (3.0, -5.0), 98.0, id="both within their caps"),
        pytest.param([8.0, 5.0], (8.0, 2.0), 110.0, id="additions end at 10"),
        pytest.param([-15.0, -15.0], (-15.0, -5.0), 80.0, id="deductions end at 20"),
        pytest.param([], (), 100.0, id="none"),
    ],
)
def test_points_added_and_deducted(
    entries: list[float], applied: tuple[float, ...], total: float
) -> None:
    assert applied_points(entries) == applied
    assert adjusted(100.0, applied) == total


def test_a_total_stays_within_its_limit_and_unknown_stays_unknown() -> None:
    assert adjusted(118.0, (5.0,)) == 120.0
    assert adjusted(3.0, (-9.0,)) == 0.0
    assert adjusted(None, (5.0,)) is None


@pytest.mark.parametrize(
    ("total", "vetoes", "grade", "coefficient"),
    [
        (120.0, 0, "S", 1.5), (110.0, 0, "S", 1.5), (109.999999999, 0, "A", 1.2),
        (100.0, 0, "A", 1.2), (99.999999999, 0, "B", 1.0), (85.0, 0, "B", 1.0),
        (84.9, 0, "C", 0.8), (70.0, 0, "C", 0.8), (69.9, 0, "D", 0.0), (0.0, 0, "D", 0.0),
        (119.0, 1, "D", 0.0),
    ],
)  # fmt: skip
def test_grades_are_half_open_and_a_veto_leaves_the_lowest(
    total: float, vetoes: int, grade: str, coefficient: float
) -> None:
    found = grade_of(total, vetoes)
    assert found is not None
    assert (found.name, found.coefficient) == (grade, coefficient)


def test_an_unknown_total_has_no_grade() -> None:
    assert grade_of(None) is None
    assert grade_of(None, vetoes=1) is None
    assert [grade.name for grade in GRADES] == list("SABCD")


def test_each_grade_has_its_coefficient_and_the_lowest_what_is_left() -> None:
    text = coefficient_text()
    found = [evaluate(text, {"grade": grade}) for grade in ("S", "A", "B", "C", "D")]
    assert found == [1.5, 1.2, 1.0, 0.8, 0.0]
    assert evaluate(text, {"grade": None}) is None


# --- edges ----------------------------------------------------------------------------------------


def test_an_item_without_weight_is_on_neither_side_of_the_coverage() -> None:
    added = card_total(card((70, 90.0), (30, None), (0, 50.0)))
    assert (added.coverage, added.shares[2], added.points[2]) == (0.7, 0.0, 0.0)


def test_a_score_of_nothing_adds_nothing() -> None:
    assert card_total(card((50, 0.0), (50, 80.0))).points == (0.0, 40.0)


def test_a_weight_too_small_to_tell_from_zero_takes_no_share() -> None:
    added = card_total(card((1e-12, 100.0), (100, 80.0)))
    assert (added.shares, added.total) == ((0.0, 100.0), 80.0)


def test_a_card_without_items_covers_nothing_and_nothing_was_typed() -> None:
    assert card_total([]).coverage is None
    assert card_total(card((100, 80.0))).manual_share == 0.0


def test_an_item_of_half_a_point_can_be_missing_too() -> None:
    assert card_total(card((99.5, 80.0), (0.5, None))).missing == ("kpi1",)


def test_small_relative_weights_and_one_that_is_nothing() -> None:
    assert relative_weights([0.5, 0.25]) == (66.666666667, 33.333333333)
    assert relative_weights([1, 0]) == (100.0, 0.0)


def test_a_total_of_zero_is_a_total() -> None:
    assert combined(0.0, 100.0, 0.5) == 50.0


def test_a_cap_that_is_used_up_leaves_nothing_and_half_a_point_is_an_addition() -> None:
    assert applied_points([6.0, 4.0, 3.0, 0.0]) == (6.0, 4.0, 0.0, 0.0)
    assert applied_points([0.5, -0.5]) == (0.5, -0.5)
    assert applied_points([-15.0, -5.0, -1.0]) == (-15.0, -5.0, 0.0)


def test_a_grade_may_start_at_zero_and_without_vetoes_none_is_meant() -> None:
    table = (Grade("A", 0.0, 1.0), Grade("D", None, 0.0))
    assert grade_of(0.5, 0, table) == table[0]
    assert grade_of(110.0) == GRADES[0]
