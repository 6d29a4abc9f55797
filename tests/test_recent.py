"""Sums kept between refreshes: for the same basis all of them, else those that it cannot move."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi.actuals import Actual, Asked, Meaning
from kpi.calendar import period
from kpi.leaves import LeafSums
from kpi.model import DataState, Measure, RollUp, Scope, ScopeKind, Unit, Window
from kpi.money import DayRates
from kpi.organisation import Part, ScopeParts
from kpi.sums import Answers
from kpi.totals import Converter, Totals
from kpi.typed_rows import InputRow
from sync_service.recent import GROUPS, KEPT, Basis, Block, Blocks, Known, Recent, Told
from tests.leaf_support import Leaf, leaf_sums

DAY = date(2026, 10, 21)
LEAVES = leaf_sums([("orders", "DE", DAY, "", "EUR", {"units": 3})])
RATES = DayRates({"USD": 0}, (DAY,), {DAY: ("1.1",)})
UNITS = Measure("units", {"zh": "x", "en": "x"}, Unit.COUNT, RollUp.SUM, ("AMZ",))
TYPED = InputRow(DAY, "DE", "units", Decimal(1), "HEAD", "补录!A5")
BASIS = Basis((), (), {"DE": ("amazon", "EUR")}, {"units": UNITS}, {"DE": DAY}, frozenset())


SHOPS = ("DE", "FR")
BOTH = replace(
    BASIS, shops=dict.fromkeys(SHOPS, ("amazon", "EUR")), last_day=dict.fromkeys(SHOPS, DAY)
)
MONEY = Converter("EUR", {}, RATES)
OCTOBER = period("2026-10")


def totals(answers: Answers) -> Totals:
    return Totals(LEAVES, {}, lambda _platform, _measure: (), {}, answers)


def summed(
    german: Mapping[date, int], french: Mapping[date, int], *, asked: str = "the same"
) -> LeafSums:
    """Units by shop and day; a shop's file is named after what is in it."""
    by_shop = dict(zip(SHOPS, (german, french), strict=True))
    rows: list[Leaf] = [
        ("orders", shop, day, "", "EUR", {"units": n})
        for shop, days in by_shop.items()
        for day, n in days.items()
    ]
    files = {shop: frozenset({str(sorted(days.items()))}) for shop, days in by_shop.items()}
    return replace(leaf_sums(rows), asked=asked, files=files)


def over(recent: Recent, leaves: LeafSums, basis: Basis = BOTH) -> Known:
    platforms = {shop: platform for shop, (platform, _) in basis.shops.items()}

    def make(answers: Answers) -> Totals:
        sources = lambda _platform, _measure: (("orders",),)  # noqa: E731
        return Totals(leaves, platforms, sources, basis.measures, answers)

    return recent.over(leaves, RATES, basis, make)


def parts(*shops: str) -> tuple[Part, ...]:
    return tuple(Part(shop, Window(date(2026, 1, 1), date(2027, 1, 1))) for shop in shops)


def asked_of(known: Known) -> list[object]:
    """What the values of the month stand on, shop by shop."""
    month = OCTOBER.window
    return [
        (
            known.totals.exact(part, "units", month, MONEY),
            known.totals.covered(["units"], [part], month),
            known.totals.streams(part.shop, ["units"], month),
            known.totals.applicable(part.shop, ["units"]),
        )
        for part in parts(*SHOPS)
    ]


def value_of(*shops: str) -> tuple[Asked, Actual]:
    """A value of a scope that gathers these shops, as it is kept."""
    name = "+".join(shops)
    scope = Scope(name, ScopeKind.COMPANY, None, {"zh": name, "en": name})
    window = Window(OCTOBER.window.start, DAY)
    figures = (5.0, 5.0, None, window, DAY, DataState.PARTIAL, (), "facts")
    made = Actual(OCTOBER.code, scope, "units_sold", *figures)
    found = ScopeParts(scope, parts(*shops))
    return Asked(Meaning("hash", "units", None, MONEY.view), found, OCTOBER), made


def test_the_same_basis_finds_its_sums_and_values_again() -> None:
    recent = Recent()
    first = recent.over(LEAVES, RATES, BASIS, totals)
    assert recent.over(LEAVES, RATES, replace(BASIS), totals) is first


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(replace(BASIS, inputs=(TYPED,)), id="a figure was typed"),
        pytest.param(replace(BASIS, plans=(TYPED,)), id="a budget was planned"),
        pytest.param(replace(BASIS, shops={"DE": ("shopify", "EUR")}), id="another platform"),
        pytest.param(replace(BASIS, shops={"DE": ("amazon", "PLN")}), id="another currency"),
        pytest.param(replace(BASIS, measures={}), id="other measures"),
        pytest.param(replace(BASIS, last_day={}), id="the day went on"),
        pytest.param(replace(BASIS, stale=frozenset({("orders", "DE")})), id="a stream is stale"),
    ],
)
def test_anything_that_moves_a_value_begins_anew(other: Basis) -> None:
    recent = Recent()
    first = recent.over(LEAVES, RATES, BASIS, totals)
    assert recent.over(LEAVES, RATES, other, totals) is not first


FIRST, NEXT = date(2026, 10, 1), date(2026, 10, 22)
FACTS = summed({DAY: 3}, {DAY: 4})
MOVED = {
    "nothing": (FACTS, BOTH, frozenset()),
    "facts of one shop": (summed({DAY: 3}, {DAY: 9}), BOTH, frozenset({"FR"})),
    "facts of a shop that had none": (
        summed({DAY: 3}, {DAY: 4, date(2026, 10, 1): 1}),
        BOTH,
        {"FR"},
    ),
    "a typed figure": (FACTS, replace(BOTH, inputs=(TYPED,)), {"DE"}),
    "a planned budget": (FACTS, replace(BOTH, plans=(TYPED,)), {"DE"}),
    "a platform": (FACTS, replace(BOTH, shops={**BOTH.shops, "FR": ("shopify", "EUR")}), {"FR"}),
    "a shop more": (FACTS, replace(BOTH, shops={**BOTH.shops, "IT": ("amazon", "EUR")}), {"IT"}),
    "a day that is over": (
        FACTS,
        replace(BOTH, last_day={**BOTH.last_day, "DE": date(2026, 10, 22)}),
        {"DE"},
    ),
    "a stale stream": (FACTS, replace(BOTH, stale=frozenset({("orders", "FR")})), {"FR"}),
    "facts and a figure": (summed({DAY: 3}, {}), replace(BOTH, inputs=(TYPED,)), {"DE", "FR"}),
    "another question": (summed({DAY: 3}, {DAY: 4}, asked="of more measures"), BOTH, None),
    "leaves without a name": (summed({DAY: 3}, {DAY: 4}, asked=""), BOTH, None),
    "other measures": (FACTS, replace(BOTH, measures={}), None),
}


@pytest.mark.parametrize("what", MOVED)
def test_which_shops_a_change_can_move(what: str) -> None:
    leaves, basis, want = MOVED[what]
    assert over(Recent(), FACTS).differing(leaves, RATES, basis) == want


def test_other_rates_can_move_every_shop() -> None:
    assert over(Recent(), FACTS).differing(FACTS, replace(RATES), BOTH) is None


def test_values_of_shops_that_did_not_move_are_kept() -> None:
    recent = Recent()
    first = over(recent, FACTS)
    asked_of(first)
    first.made.update([value_of("DE"), value_of("FR"), value_of(*SHOPS)])
    second = over(recent, summed({DAY: 3}, {DAY: 9}))
    assert second.made == dict([value_of("DE")])
    kept = second.totals.answers
    assert {key[0].shop for key in kept.exact} == {"DE"}
    assert {key[0] for key in kept.counting} == {"DE"}
    assert [one[0] for one in asked_of(second)] == [3, 9]  # type: ignore[index]


def test_blocks_of_shops_that_did_not_move_are_kept_with_their_lines() -> None:
    recent = Recent()
    first = over(recent, FACTS)
    groups = [(Meaning("hash", numerator, None, MONEY.view),) for numerator in ("units", "orders")]
    blocks = {}
    for meanings in groups:
        for shops in (("DE",), ("FR",), SHOPS):
            asked, actual = value_of(*shops)
            block = Block(((0, actual),), ((),), {"zh": Told(("x",), (None,), ({"period": "x"},))})
            first.blocks.of(meanings)[asked.found, OCTOBER] = block
            first.made[asked] = actual
            blocks[meanings, shops] = block
    second = over(recent, summed({DAY: 3}, {DAY: 9}))
    german = value_of("DE")[0].found
    for meanings in groups:
        [((found, of), block)] = second.blocks.of(meanings).items()
        assert (found, of) == (german, OCTOBER)
        assert block is blocks[meanings, ("DE",)]
    assert second.scopes == {german: german}
    assert len(first.blocks.of(groups[0])) == 3


def test_blocks_of_kpis_that_nobody_shows_go_first() -> None:
    blocks = Blocks()
    groups = [(Meaning(str(n), "units", None, MONEY.view),) for n in range(GROUPS + 1)]
    kept = [blocks.of(one) for one in groups[:GROUPS]]
    assert blocks.of(groups[0]) is kept[0]
    blocks.of(groups[GROUPS])
    assert blocks.of(groups[0]) is kept[0]
    assert blocks.of(groups[1]) is not kept[1]


Days = dict[date, int]
days = st.dictionaries(st.integers(1, 31).map(lambda n: date(2026, 10, n)), st.integers(-9, 9))


@given(st.lists(st.tuples(days, days), min_size=2, max_size=5))
def test_what_is_kept_is_what_would_be_summed_again(
    moves: list[tuple[dict[date, int], dict[date, int]]],
) -> None:
    recent = Recent()
    for german, french in moves:
        leaves = summed(german, french)
        assert asked_of(over(recent, leaves)) == asked_of(over(Recent(), leaves))


def test_new_facts_and_new_rates_begin_anew_even_where_they_are_equal() -> None:
    recent = Recent()
    first = recent.over(LEAVES, RATES, BASIS, totals)
    assert recent.over(replace(LEAVES), RATES, BASIS, totals) is not first
    assert recent.over(LEAVES, replace(RATES), BASIS, totals) is not first


def test_only_the_last_ones_are_kept() -> None:
    recent = Recent()
    first = recent.over(LEAVES, RATES, BASIS, totals)
    for n in range(KEPT):
        recent.over(LEAVES, RATES, replace(BASIS, last_day={"DE": date(2026, 11, 1 + n)}), totals)
    assert recent.over(LEAVES, RATES, BASIS, totals) is not first
