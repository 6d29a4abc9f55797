"""Values of a scope that are no plain sums: exchange rates, ranks, levels typed by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi.catalog import shipped
from kpi.model import Region, Window
from kpi.money import DayRates
from kpi.organisation import Part
from kpi.scope_values import ScopeValues
from kpi.totals import Converter, Totals
from kpi.trade import Shop
from kpi.typed_rows import InputRow
from sync_service.hand_inputs import with_inputs
from sync_service.sources import alternatives
from tests.leaf_support import Leaf, leaf_sums

OCTOBER = Window(date(2026, 10, 1), date(2026, 11, 1))
FIRST = Window(date(2026, 10, 1), date(2026, 10, 2))
EVER = Window(date(1970, 1, 1), date(9999, 1, 1))
RATES = DayRates({"USD": 0}, (date(2026, 10, 1),), {date(2026, 10, 1): ("1.2",)})
SHOPS = tuple(
    Shop(code, "amazon", "DE", Region.EU, "EUR", "Europe/Berlin") for code in ("DE", "FR")
)


def values(
    leaves: list[Leaf], shops: tuple[str, ...] = ("DE",), window: Window = FIRST, share: float = 1.0
) -> ScopeValues:
    sources = {
        "bsr_position": (("ranks",),),
        "ipi_value": (("scores",),),
        "gross_sales": (("amazon.orders",),),
        "discounts": (("amazon.orders",),),
        "returns_amount": (("amazon.orders",),),
    }
    totals = Totals(
        leaf_sums(leaves),
        {leaf[1]: "amazon" for leaf in leaves},
        lambda _platform, measure: sources.get(measure, ()),
        shipped().measures,
    )
    money = Converter("USD", {"EUR": 1.1}, RATES)
    return ScopeValues(totals, shipped(), money, [Part(s, EVER, share) for s in shops], window)


def rank(shop: str, category: str, position: int) -> Leaf:
    return ("ranks", shop, date(2026, 10, 1), category, "EUR", {"bsr_position": position})


def test_the_fx_effect_is_what_the_days_rate_adds_to_the_fixed_one() -> None:
    sale: Leaf = (
        "amazon.orders",
        "DE",
        date(2026, 10, 1),
        "",
        "EUR",
        {"gross_sales": 10_000_000_000, "discounts": 0, "returns_amount": 0},
    )
    found = values([sale])  # EUR 1,000,000 at 1.2 less at 1.1
    assert found.value("net_sales") == pytest.approx(1_100_000)
    assert found.value("fx_effect") == pytest.approx(100_000)
    assert found.value("net_sales") == pytest.approx(1_100_000)  # each view keeps its own sums
    assert any(name.endswith("at day rates") for name in found.read)


@pytest.mark.parametrize(
    ("leaves", "shops", "value"),
    [
        pytest.param([rank("DE", "home", 52)], ("DE",), 52, id="one product: its rank"),
        pytest.param(
            [rank("DE", "home", 52), rank("DE", "auto", 7)],
            ("DE",),
            7,
            id="two products of a shop: the best placed one, never 59 or 29.5",
        ),
        pytest.param(
            [rank("DE", "home", 52), rank("FR", "home", 7)],
            ("DE", "FR"),
            7,
            id="two shops with different ranks: the better one, never 59",
        ),
        pytest.param(
            [rank("DE", "home", 52), rank("FR", "home", 52)],
            ("DE", "FR"),
            52,
            id="two shops that say the same",
        ),
        pytest.param([rank("DE", "home", 52)], ("DE", "XX"), 52, id="a shop that says nothing"),
        pytest.param([rank("DE", "home", 52)], ("XX",), None, id="only a shop that says nothing"),
    ],
)
def test_a_rank_is_never_added(
    leaves: list[Leaf], shops: tuple[str, ...], value: float | None
) -> None:
    assert values(leaves, shops).value("bsr_rank") == value


def ranked_on(*days: tuple[int, int]) -> list[Leaf]:
    """(day, place) of two products: places from 100 on are the second one's."""
    return [
        (
            "ranks",
            "DE",
            date(2026, 10, day),
            "home" if place < 100 else "auto",
            "EUR",
            {"bsr_position": place},
        )
        for day, place in days
    ]


@pytest.mark.parametrize(
    ("days", "last", "best", "median"),
    [
        pytest.param([(1, 40), (2, 9), (3, 60)], 60, 9, 40, id="each of three days has one"),
        pytest.param(
            [(1, 40), (1, 900), (2, 9), (2, 300), (3, 60), (3, 100)],
            *(60, 9, 40),
            id="the best placed product of each day, as if alone",
        ),
        pytest.param([(1, 40), (2, 9)], 9, 9, 40, id="two of four days: the worse of 9 and 40"),
        pytest.param([(3, 70)], 70, 70, None, id="one of four days: no median"),
        pytest.param([(4, 500), (3, 70)], 500, 70, 500, id="another product on the last day"),
        pytest.param([], None, None, None, id="no day"),
    ],
)
def test_ranks_of_a_period(
    days: list[tuple[int, int]], last: float | None, best: float | None, median: float | None
) -> None:
    window = Window(date(2026, 10, 1), date(2026, 10, 5))
    found = values(ranked_on(*days), window=window)
    assert found.value("bsr_rank") == last
    assert found.value("bsr_best") == best
    assert found.value("bsr_median") == median


def test_a_rank_older_than_three_days_says_nothing_of_the_last_day() -> None:
    window = Window(date(2026, 10, 1), date(2026, 10, 6))
    assert values(ranked_on((2, 9)), window=window).value("bsr_rank") is None
    assert values(ranked_on((3, 9)), window=window).value("bsr_rank") == 9
    assert values(ranked_on((2, 9)), window=window).value("bsr_best") == 9


def test_a_rank_is_that_of_its_category_and_of_its_days() -> None:
    found = values(ranked_on((1, 40), (1, 900)))
    auto = replace(found, parts=[Part("DE", EVER, category="auto")])
    assert (found.value("bsr_rank"), auto.value("bsr_rank")) == (40, 900)
    assert any(key.startswith("bsr_position") for key in found.read)
    later = replace(found, window=Window(date(2026, 12, 1), date(2026, 12, 2)))
    assert later.value("bsr_best") is None


@given(st.lists(st.tuples(st.integers(1, 9), st.integers(1, 500)), min_size=1, max_size=20))
def test_a_rank_of_several_is_always_one_of_them(days: list[tuple[int, int]]) -> None:
    window = Window(date(2026, 10, 1), date(2026, 10, 10))
    found = values(ranked_on(*days), window=window)
    of_day = {day: min(place for on, place in days if on == day) for day, _ in days}
    assert found.value("bsr_best") == min(of_day.values())
    assert found.value("bsr_median") in {*of_day.values(), None}
    assert found.value("bsr_rank") in {*of_day.values(), None}


def score(shop: str, category: str, points: int) -> Leaf:
    return ("scores", shop, date(2026, 10, 1), category, "EUR", {"ipi_value": points})


@pytest.mark.parametrize(
    ("leaves", "shops", "value"),
    [
        pytest.param([score("DE", "", 610)], ("DE",), 610, id="the score of one shop"),
        pytest.param(
            [score("DE", "", 610), score("FR", "", 580)],
            ("DE", "FR"),
            None,
            id="two shops that differ: no score of both",
        ),
        pytest.param(
            [score("DE", "", 610), score("FR", "", 610)], ("DE", "FR"), 610, id="two that agree"
        ),
        pytest.param(
            [score("DE", "home", 610), score("DE", "auto", 580)],
            ("DE",),
            None,
            id="two figures of one shop",
        ),
        pytest.param([score("DE", "", 610)], ("DE", "XX"), 610, id="a shop that says nothing"),
        pytest.param([score("DE", "", 610)], ("XX",), None, id="only such a shop"),
    ],
)
def test_a_score_of_several_is_known_when_they_agree(
    leaves: list[Leaf], shops: tuple[str, ...], value: float | None
) -> None:
    assert values(leaves, shops).value("ipi") == value


def test_a_rank_is_not_cut_by_a_share_of_the_shop() -> None:
    assert values([rank("DE", "home", 52)], share=0.5).value("bsr_rank") == 52


def test_nothing_is_counted_where_nothing_is_known() -> None:
    found = values([rank("DE", "home", 52)])
    assert found.totals.facts(Part("DE", EVER), "ipi_value", FIRST) == 0
    assert found.totals.placed(Part("XX", EVER), "bsr_position", FIRST.start) is None
    assert found.totals.facts(Part("XX", EVER), "bsr_position", FIRST) == 0


# ------------------------------------------------------------------------------- typed by hand


def typed(*rows: tuple[int, str, str]) -> ScopeValues:
    """Figures typed on days of October for the shop DE."""
    sale: Leaf = ("amazon.orders", "DE", date(2026, 10, 1), "", "EUR", {"orders_count": 1})
    inputs = [
        InputRow(date(2026, 10, day), "DE", measure, Decimal(value), "me", f"A{day}")
        for day, measure, value in rows
    ]
    leaves = with_inputs(leaf_sums([sale]), inputs, {shop.code: shop.currency for shop in SHOPS})
    totals = Totals(leaves, {"DE": "amazon"}, alternatives, shipped().measures)
    money = Converter("USD", {"EUR": 1.1}, RATES)
    return ScopeValues(totals, shipped(), money, [Part("DE", EVER)], OCTOBER)


def test_heads_typed_once_stand_for_the_whole_month() -> None:
    assert typed((5, "headcount", "4.5")).value("headcount") == 4.5


def test_a_later_figure_stands_from_its_day() -> None:
    found = typed((11, "headcount", "6"), (1, "headcount", "3"))
    assert found.value("headcount") == pytest.approx((10 * 3 + 21 * 6) / 31)


def test_the_latest_points_count() -> None:
    found = typed((3, "quiz_points", "30"), (9, "quiz_points", "45"), (3, "quiz_points_max", "50"))
    assert found.value("sop_quiz_rate") == pytest.approx(0.9)


def test_a_mentor_rating_is_what_was_typed() -> None:
    assert typed((20, "mentor_points", "82")).value("mentor_rating") == 82


def test_a_flow_typed_on_a_day_is_added_and_its_other_days_are_zero() -> None:
    found = typed((3, "overhead", "100"), (9, "overhead", "40"))
    assert found.value("overhead") == pytest.approx(140 * 1.1)
