"""What holds for every card: order does not matter, weights renormalise, no score from nothing."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from kpi.methods import METHODS
from kpi.numbers import R, normalise
from kpi.scoring import CardItem, card_total, item_score, relative_weights

SCORES = st.none() | st.floats(0, 120).map(normalise)
ITEMS = st.builds(
    CardItem,
    metric=st.sampled_from(("acos", "net_sales", "orders", "return_rate")),
    weight=st.sampled_from((0.0, 5.0, 12.5, 33.3, 100 / 3, 40.0)),
    score=SCORES,
    applicable=st.booleans(),
    block=st.booleans(),
    manual=st.booleans(),
)
CARDS = st.lists(ITEMS, min_size=1, max_size=12)


@given(st.data(), CARDS)
def test_any_order_of_the_rows_gives_the_same_card_to_the_last_bit(
    data: st.DataObject, items: list[CardItem]
) -> None:
    order = data.draw(st.permutations(range(len(items))))
    one, other = card_total(items), card_total([items[n] for n in order])
    assert (other.total, other.coverage, other.manual_share) == (
        one.total,
        one.coverage,
        one.manual_share,
    )
    assert other.shares == tuple(one.shares[n] for n in order)
    assert other.points == tuple(one.points[n] for n in order)
    assert sorted(other.missing) == sorted(one.missing)


@given(CARDS)
def test_the_shares_of_what_has_a_score_are_100_in_all_and_keep_their_ratio(
    items: list[CardItem],
) -> None:
    found = card_total(items)
    usable = [i for i in items if i.applicable and i.score is not None and i.weight > 0]
    shares = [s for s, i in zip(found.shares, items, strict=True) if i in usable and s > 0]
    assert R(sum(found.shares)) in ({0.0} if not usable else {R(sum(shares))})
    if usable:
        whole = sum(i.weight for i in usable)
        assert abs(sum(shares) - 100) < 1e-7
        assert all(
            abs(share - item.weight / whole * 100) < 1e-8
            for share, item in zip(shares, usable, strict=True)
        )


@given(st.lists(st.sampled_from((1.0, 2.0, 7.5, 100 / 3)), min_size=1, max_size=12))
def test_relative_weights_are_100_in_all(weights: list[float]) -> None:
    assert abs(sum(relative_weights(weights)) - 100) < 1e-7


@given(CARDS)
def test_without_data_there_is_no_total_and_a_missing_item_adds_nothing(
    items: list[CardItem],
) -> None:
    nothing = card_total([replace(item, score=None) for item in items])
    assert (nothing.total, set(nothing.points), set(nothing.shares)) == (None, {0.0}, {0.0})
    found = card_total(items)
    assert all(
        point == share == 0.0
        for point, share, item in zip(found.points, found.shares, items, strict=True)
        if item.score is None
    )


@given(
    st.sampled_from(sorted(METHODS)),
    st.none() | st.floats(-1e6, 1e6).map(normalise),
    st.tuples(*[st.none() | st.floats(-1e3, 1e3).map(normalise)] * 4),
)
def test_no_method_scores_a_missing_actual(
    method: str, target: float | None, params: tuple[float | None, ...]
) -> None:
    assert item_score(method, None, target, params) is None
