"""Changes split by hand. Two shops: A sold 100 units at 10, B 50 at 20: 2,000. Now A sells 120 at
11, B 90 at 20: 1,320 + 1,800 = 3,120, up 1,120. Volume grew 150 -> 210, by 0.4.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kpi.explain import EFFECTS, Cell, Explained, Part, Side, by_name, explained, rounded


def side(
    above: float,
    volume: float | None = None,
    below: float | None = None,
    visits: float | None = None,
    fx: float = 1,
) -> Side:
    def exact(value: float | None) -> Fraction | None:
        return None if value is None else Fraction(str(value))

    return Side(Fraction(str(above)), exact(below), exact(volume), exact(visits), Fraction(str(fx)))


def effects(part: Part) -> tuple[float, ...]:
    return tuple(float(one) for one in (part.volume, part.mix, part.rate, part.fx))


def named(found: Explained) -> dict[str, tuple[float, ...]]:
    return {part.name: effects(part) for part in found.parts}


A = Cell("A", side(1_000, 100), side(1_320, 120))
B = Cell("B", side(1_000, 50), side(1_800, 90))


def test_volume_mix_and_price_of_two_shops() -> None:
    """A: 40 % of 1,000; it grew by 20 units instead of 40, -20 x 10; 120 x 1 dearer.
    B: 400; it grew by 40 instead of 20, +20 x 20."""
    found = explained((A, B))
    assert named(found) == {"A": (400, -200, 120, 0), "B": (400, 400, 0, 0)}
    assert found.change == 1_120
    assert [part.name for part in found.parts] == ["B", "A"]  # 800 before 320
    assert [float(found.effect(one)) for one in EFFECTS] == [800, 200, 120, 0]
    assert found.share(found.parts[0].total) == Fraction(800, 1_120)


CASES = [
    pytest.param(
        (A, Cell("N", side(0, 0), side(500, 25))),
        {"A": (450, -250, 120, 0), "N": (0, 500, 0, 0)},
        id="a new shop is mix: A grew by 20 of 45 in the hundred",
    ),
    pytest.param(
        (A, Cell("B", side(1_000, 50), side(0, 0))),
        {"A": (-200, 400, 120, 0), "B": (-200, -800, 0, 0)},
        id="a closed shop takes its volume: 150 units became 120",
    ),
    pytest.param(
        (Cell("N", side(0, 0), side(500, 25)),),
        {"N": (500, 0, 0, 0)},
        id="from nothing all is volume",
    ),
    pytest.param(
        (A, Cell("fee", side(-30), side(-50))),
        {"A": (200, 0, 120, 0), "fee": (0, 0, -20, 0)},
        id="a fee without units can only have a rate",
    ),
    pytest.param(
        (A, Cell("fee", side(-30, 0), side(-50, 0))),
        {"A": (200, 0, 120, 0), "fee": (0, 0, -20, 0)},
        id="a fee with no unit sold either",
    ),
    pytest.param(
        (Cell("DE", side(1_100, 100, fx=1.1), side(1_440, 120, fx=1.2)),),
        {"DE": (220, 0, 0, 120)},
        id="1,200 euros at 1.2: 20 units more of 11 dollars, and a dime on each euro",
    ),
    pytest.param(
        (replace(A, after=side(1_320, 120, fx=2), above_in_money=False),),
        {"A": (200, 0, 120, 0)},
        id="a count has no currency",
    ),
]


@pytest.mark.parametrize(("cells", "wanted"), CASES)
def test_amounts(cells: Sequence[Cell], wanted: dict[str, tuple[float, ...]]) -> None:
    found = explained(cells)
    assert named(found) == wanted
    assert sum((part.total for part in found.parts), Fraction()) == found.change


def test_visits_conversion_and_price_are_the_same_change() -> None:
    """A: 1,000 visits sold 100; 1,500 visits sold 120 of 8 in the hundred. At 10 each the visits
    bring 50 units, 500; the conversion loses 30, -300; the price 120."""
    one = Cell("A", side(1_000, 100, visits=1_000), side(1_320, 120, visits=1_500))
    drivers = explained((one,)).drivers()
    assert drivers is not None
    assert [(name, float(value)) for name, value in drivers] == [
        *(("visits", 500), ("conversion", -300), ("rate", 120), ("fx", 0)),
    ]


def test_a_first_visit_is_conversion_and_a_fee_has_no_traffic() -> None:
    new = Cell("N", side(0, 0, visits=0), side(500, 25, visits=100))
    fee = Cell("fee", side(-30, 0, visits=5), side(-50, 0, visits=5))
    found = explained((new, fee)).drivers()
    assert found is not None
    assert {name: float(value) for name, value in found} == {
        "visits": 0,
        "conversion": 500,
        "rate": -20,
        "fx": 0,
    }


def test_without_the_visits_of_one_cell_there_are_no_drivers() -> None:
    with_visits = Cell("A", side(1_000, 100, visits=10), side(1_320, 120, visits=10))
    assert explained((with_visits, B)).drivers() is None
    assert explained((A, Cell("fee", side(-30), side(-50)))).drivers() is None


# --- ratios ---------------------------------------------------------------------------------------

# Ad cost of sales: A 100 of 1,000, B 300 of 1,000: 0.2. Then A 150 of 1,500, B 200 of 500: 0.175.
RATIO_A = Cell("A", side(100, below=1_000), side(150, below=1_500), below_in_money=True)
RATIO_B = Cell("B", side(300, below=1_000), side(200, below=500), below_in_money=True)


def test_a_ratio_moves_by_weight_and_by_its_own() -> None:
    """A: weight 0.5 -> 0.75 at 0.1 against 0.2: -0.025. B: 0.5 -> 0.25 at 0.3: -0.025; its own
    ratio 0.3 -> 0.4 at a weight of 0.25: +0.025."""
    found = explained((RATIO_A, RATIO_B))
    assert named(found) == {"A": (0, -0.025, 0, 0), "B": (0, -0.025, 0.025, 0)}
    assert (found.before, found.after) == (Fraction(1, 5), Fraction(7, 40))
    assert found.drivers() is None


def test_a_cost_without_sales_is_rate_and_a_new_cell_is_mix() -> None:
    """0.1 before. A 100 of 1,000, N 60 of 200, a cost of 20: 180 of 1,200 = 0.15."""
    a = Cell("A", side(100, below=1_000), side(100, below=1_000))
    new = Cell("N", side(0, below=0), side(60, below=200))
    cost = Cell("cost", side(0, below=0), side(20, below=0))
    found = explained((a, new, cost))
    parts = {part.name: part for part in found.parts}
    assert parts["A"].total == 0
    assert parts["N"].mix == Fraction(1, 6) * Fraction(1, 5)
    assert parts["cost"].rate == Fraction(20, 1_200)
    assert parts["N"].rate == parts["cost"].mix == 0
    assert found.change == Fraction(1, 20)


def test_a_ratio_of_amounts_moves_with_the_weights_of_the_currencies() -> None:
    """A dollar shop at 0.1 and a euro shop at 0.3; the euro doubles: 0.2 -> (100 + 600) / 3,000."""
    dollar = Cell("US", side(100, below=1_000), side(100, below=1_000), below_in_money=True)
    euro = Cell("DE", side(300, below=1_000), side(600, below=2_000, fx=2), below_in_money=True)
    found = explained((dollar, euro))
    assert found.change == Fraction(700, 3_000) - Fraction(1, 5)
    assert found.effect("fx") == found.change


# --- laws -----------------------------------------------------------------------------------------

AMOUNTS = st.decimals("-9999", "9999", places=2).map(Fraction)
COUNTS = st.one_of(st.none(), st.integers(0, 500).map(Fraction))
RATES = st.decimals("0.01", "20", places=4).map(Fraction)
VISITS = st.one_of(st.none(), st.integers(0, 9_999).map(Fraction))
SIDES = st.builds(Side, above=AMOUNTS, volume=COUNTS, visits=VISITS, fx=RATES)
BASED = st.builds(Side, above=AMOUNTS, below=st.integers(0, 9_999).map(Fraction), fx=RATES)


def cells(sides: st.SearchStrategy[Side]) -> st.SearchStrategy[list[Cell]]:
    one = st.builds(Cell, st.sampled_from("ABC"), sides, sides, st.booleans(), st.booleans())
    return st.lists(one, min_size=1, max_size=6)


@given(cells(SIDES))
def test_the_parts_of_any_amount_are_its_change_exactly(given_cells: list[Cell]) -> None:
    for found in (explained(given_cells), by_name(explained(given_cells))):
        assert sum((part.total for part in found.parts), Fraction()) == found.change
        assert sum((found.effect(one) for one in EFFECTS), Fraction()) == found.change
        drivers = found.drivers()
        assert drivers is None or sum((v for _, v in drivers), Fraction()) == found.change


@given(cells(BASED))
def test_the_parts_of_any_ratio_are_its_change_exactly(given_cells: list[Cell]) -> None:
    for sides in ([c.before for c in given_cells], [c.after for c in given_cells]):
        assume(sum(side.below or 0 for side in sides) > 0)
    found = by_name(explained(given_cells))
    assert sum((part.total for part in found.parts), Fraction()) == found.change
    shares = [found.share(part.total) for part in found.parts]
    assert not found.change or sum((one or Fraction() for one in shares), Fraction()) == 1


@given(st.permutations(range(5)))
def test_the_order_of_the_cells_does_not_matter(order: list[int]) -> None:
    five = [Cell(f"{n}", side(n * 7, n), side(n * n, 5 - n)) for n in range(5)]
    assert explained([five[n] for n in order]) == explained(five)


# --- names and rounding ---------------------------------------------------------------------------


def test_parts_of_one_name_are_told_together_and_idle_ones_left_out() -> None:
    idle = Cell("idle", side(5, 1), side(5, 1))
    found = by_name(explained((A, replace(B, name="A"))))
    assert named(found) == {"A": (800, 200, 120, 0)}
    assert found.parts[0].visits is None
    assert by_name(explained((idle,))).parts == ()
    assert explained((idle,)).share(Fraction(1)) is None


@pytest.mark.parametrize(
    ("parts", "shown"),
    [
        pytest.param(("0.005", "0.005", "0.005"), ("0.01", "0", "0.01"), id="0.015 is 0.02"),
        pytest.param(("-0.005", "-0.004"), ("-0.01", "0"), id="below zero alike"),
        pytest.param((), (), id="nothing"),
    ],
)
def test_rounded_parts_add_up(parts: Sequence[str], shown: Sequence[str]) -> None:
    assert rounded([Fraction(one) for one in parts], 2) == tuple(Fraction(one) for one in shown)


@given(st.lists(AMOUNTS.map(lambda one: one / 7), max_size=8))
def test_any_rounded_parts_are_the_rounded_sum(parts: list[Fraction]) -> None:
    assert sum(rounded(parts, 2), Fraction()) == sum(
        rounded([sum(parts, Fraction())], 2), Fraction()
    )
