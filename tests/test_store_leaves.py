"""Leaf sums: exact, the same kept or not, the same split or whole; costs follow the units."""

from __future__ import annotations

import datetime as dt
import shutil
from collections import defaultdict
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kpi.cells import campaign_cell, cell
from kpi.model import Unit, Window
from kpi.trade import Product
from sync_service.facts import Facts
from sync_service.leaf_query import COSTS_STREAM, LeafQuery
from tests.store_support import MEASURES, OVER_TWO_MONTHS, daily, leaves_as_dict, measure, rows

STREAM = "amazon.orders"
DAY = dt.date(2026, 10, 1)
FROM = dt.date(2025, 1, 1)
WINNERS = {
    ("AMZ-DE", "units_shipped"): (STREAM,),
    ("AMZ-DE", "available_units"): ("amazon.stock",),
}


def product(
    sku: str,
    cost: str | None,
    *,
    market: str | None = None,
    category: str | None = "Kitchen",
    start: dt.date = FROM,
    freight: str | None = "0.5",
) -> Product:
    return Product(
        sku=sku,
        market=market,
        start=start,
        category=category,
        stage=None,
        unit_cost=None if cost is None else Decimal(cost),
        freight=None if freight is None else Decimal(freight),
        currency="CNY",
    )


def query(**changed: Any) -> LeafQuery:
    asked: dict[str, Any] = {
        "measures": ("gross_sales", "units_shipped", "available_units", "cogs"),
        "window": OVER_TWO_MONTHS,
        "shops": {"AMZ-DE": "DE"},
        "winners": WINNERS,
    }
    return LeafQuery(**(asked | changed))


def put(facts: Facts, lines: list[dict[str, Any]], stream: str = STREAM, number: int = 1) -> None:
    facts.commit(stream, "AMZ-DE", OVER_TWO_MONTHS, rows(lines), number=number, meta={})


@pytest.fixture
def facts(tmp_path: Path) -> Facts:
    return Facts(tmp_path, MEASURES)


def test_sums_by_day_and_category_with_their_known_counts(facts: Facts) -> None:
    put(
        facts,
        [
            {"day": DAY, "sku": "A", "gross_sales": Decimal("1.0001"), "units_shipped": 1},
            {"day": DAY, "sku": "B", "gross_sales": None, "units_shipped": 2},
            {"day": DAY, "sku": "*", "gross_sales": Decimal("-0.5"), "units_shipped": None},
        ],
    )
    found = leaves_as_dict(facts.leaves(query(products=(product("A", "2"), product("B", "3")))))
    kitchen = found[(DAY, "AMZ-DE", STREAM, "Kitchen", "EUR")]
    assert kitchen["gross_sales"] == (10_001, 1)
    assert kitchen["units_shipped"] == (3, 2)
    assert found[(DAY, "AMZ-DE", STREAM, "", "EUR")]["gross_sales"] == (-5_000, 1)
    costs = found[(DAY, "AMZ-DE", COSTS_STREAM, "Kitchen", "CNY")]
    assert costs["cogs"] == (80_000, 2)  # 1 x 2 + 2 x 3 = 8 CNY
    assert costs["inbound_freight"] == (15_000, 2)  # 3 x 0.5
    assert costs["units_without_cost"] == (0, 2)


def test_of_places_the_least_is_kept_over_products_files_and_costs(facts: Facts) -> None:
    """40 and 9 of Kitchen on one day, 60 of nothing, and a product that has no place."""
    put(
        facts,
        [
            {"day": DAY, "sku": "A", "part": "home", "available_units": 40},
            {"day": DAY, "sku": "A", "part": "pans", "available_units": 12},
            {"day": DAY, "sku": "B", "available_units": 9},
            {"day": DAY, "sku": "C", "available_units": 60},
            {"day": DAY, "sku": "D", "sessions": 5},
        ],
    )
    products = (product("A", "2"), product("B", None), product("D", "1"))
    asked = query(
        measures=("available_units",), products=products, places=frozenset({"available_units"})
    )
    found = leaves_as_dict(facts.leaves(asked))
    assert found[(DAY, "AMZ-DE", STREAM, "Kitchen", "EUR")]["available_units"] == (9, 3)
    assert found[(DAY, "AMZ-DE", STREAM, "", "EUR")]["available_units"] == (60, 1)
    added = leaves_as_dict(facts.leaves(query(measures=("available_units",), products=products)))
    assert added[(DAY, "AMZ-DE", STREAM, "Kitchen", "EUR")]["available_units"] == (61, 3)


def test_a_sku_that_is_asked_for_has_leaves_of_its_own(facts: Facts) -> None:
    """A costs 2 from DAY on; the day before it has no line, so no cost, and is still A's own."""
    before = DAY - dt.timedelta(days=1)
    put(
        facts,
        [
            {"day": day, "sku": sku, "units_shipped": units}
            for day, sku, units in (
                (before, "A", 5),
                (DAY, "A", 3),
                (DAY, "B", 4),
                (DAY, "C", 6),
                (DAY, "N", 8),
                (DAY, "*", 0),
            )
        ],
    )
    products = (product("A", "2", start=DAY), product("B", "1"), product("C", None, market="FR"))
    asked = query(measures=("units_shipped", "cogs"), products=products)
    found = leaves_as_dict(facts.leaves(replace(asked, skus=frozenset({"A", "N"}))))
    units = {key[0::3]: one["units_shipped"] for key, one in found.items() if key[2] == STREAM}
    assert units == {
        (before, cell("", "A")): (5, 1),
        (DAY, cell("Kitchen", "A")): (3, 1),
        (DAY, "Kitchen"): (4, 1),
        (DAY, ""): (6, 1),
        (DAY, cell("", "N")): (8, 1),
        (DAY, cell("", "*")): (0, 1),
    }
    costs = {key[0::3]: one for key, one in found.items() if key[2] == COSTS_STREAM}
    assert costs[(DAY, cell("Kitchen", "A"))]["cogs"] == (60_000, 1)
    assert costs[(before, cell("", "A"))]["units_without_cost"] == (5, 1)
    plain = leaves_as_dict(facts.leaves(asked))
    assert {key[3] for key in plain} == {"", "Kitchen"}


def test_a_campaign_that_is_asked_for_has_leaves_of_its_own(tmp_path: Path) -> None:
    """A part counts as a campaign in rows of advertising that name no product."""
    spend = {"ad_spend": measure("ad_spend", Unit.MONEY)}
    facts = Facts(tmp_path, {**MEASURES, **spend})
    put(
        facts,
        [
            {"day": DAY, "part": part, "sku": sku, "ad_spend": amount, "units_shipped": units}
            for part, sku, amount, units in (
                ("Brand", "*", Decimal(12), None),
                ("Video", "*", Decimal(5), None),
                ("", "A", Decimal(3), None),
                ("Brand", "A", Decimal(7), None),
                ("Brand", "B", None, 2),
                ("FBA", "*", None, 4),
            )
        ],
    )
    asked = query(measures=("ad_spend", "units_shipped"), products=(product("A", "1"),))
    asked = replace(asked, campaigns=frozenset({"Brand", "FBA"}))
    found = leaves_as_dict(facts.leaves(asked))
    sums = {key[3]: (one["ad_spend"][0], one["units_shipped"][0]) for key, one in found.items()}
    assert sums == {
        campaign_cell("Brand"): (120_000, 0),
        "Kitchen": (100_000, 0),
        "": (50_000, 6),
    }
    both = leaves_as_dict(facts.leaves(replace(asked, skus=frozenset({"A"}))))
    assert {key[3]: one["ad_spend"][0] for key, one in both.items()} == {
        campaign_cell("Brand"): 120_000,
        cell("Kitchen", "A"): 100_000,
        cell("", "*"): 50_000,
        "": 0,
    }
    without = Facts(tmp_path / "other", MEASURES)  # facts that know no advertising
    put(without, [{"day": DAY, "part": "Brand", "sku": "*", "units_shipped": 1}])
    plain = leaves_as_dict(without.leaves(replace(asked, measures=("units_shipped",))))
    assert [key[3] for key in plain] == [""]


def test_nothing_there_is_no_leaf(facts: Facts) -> None:
    leaves = facts.leaves(query())
    assert len(leaves.rows) == 0
    assert leaves.streams == ()


@pytest.mark.parametrize(
    ("products", "day", "cogs"),
    [
        pytest.param([product("A", "2")], DAY, (20_000, 1), id="the line of every market"),
        pytest.param(
            [product("A", "2"), product("A", "3", market="DE")],
            DAY,
            (30_000, 1),
            id="the market's own line goes first",
        ),
        pytest.param(
            [product("A", "2"), product("A", "3", market="FR")],
            DAY,
            (20_000, 1),
            id="another market's line says nothing",
        ),
        pytest.param(
            [product("A", "2"), product("A", "4", start=DAY)],
            DAY,
            (40_000, 1),
            id="a new cost holds from its day",
        ),
        pytest.param(
            [product("A", "2"), product("A", "4", start=DAY)],
            DAY - dt.timedelta(days=1),
            (20_000, 1),
            id="and not the day before",
        ),
        pytest.param(
            [product("A", "2"), product("A", "3", market="DE", start=DAY)],
            DAY - dt.timedelta(days=1),
            (20_000, 1),
            id="before the market's own line the one of every market holds",
        ),
        pytest.param(
            [product("A", "2", start=DAY)],
            DAY - dt.timedelta(days=1),
            (0, 0),
            id="before the first line the cost is unknown",
        ),
    ],
)
def test_which_cost_holds(
    facts: Facts, products: list[Product], day: dt.date, cogs: tuple[int, int]
) -> None:
    put(facts, [{"day": day, "sku": "A", "units_shipped": 1}])
    found = leaves_as_dict(facts.leaves(query(products=products)))
    [costs] = [leaf for key, leaf in found.items() if key[2] == COSTS_STREAM]
    assert costs["cogs"] == cogs


def test_units_without_a_cost_are_counted_and_no_units_cost_nothing(facts: Facts) -> None:
    put(
        facts,
        [
            {"day": DAY, "sku": "A", "units_shipped": 7},
            {"day": DAY, "sku": "B", "units_shipped": 5},
            {"day": DAY, "sku": "*", "units_shipped": 0},
        ],
    )
    products = (product("A", None), product("B", "1", freight=None))
    found = leaves_as_dict(facts.leaves(query(products=products)))
    listed = found[(DAY, "AMZ-DE", COSTS_STREAM, "Kitchen", "CNY")]
    assert listed["cogs"] == (50_000, 1)
    assert listed["units_without_cost"] == (7, 2)
    assert listed["units_without_freight"] == (5, 2)
    assert found[(DAY, "AMZ-DE", COSTS_STREAM, "", "EUR")]["cogs"] == (0, 1)


def test_costs_follow_the_stream_that_counts_the_units(facts: Facts) -> None:
    put(facts, [{"day": DAY, "sku": "A", "units_shipped": 7}])
    put(facts, [{"day": DAY, "sku": "A", "units_shipped": 8}], "file.all_orders")
    put(facts, [{"day": DAY, "sku": "A", "available_units": 100}], "amazon.stock")
    leaves = facts.leaves(query(products=(product("A", "1"),)))
    [costs] = [v for k, v in leaves_as_dict(leaves).items() if k[2] == COSTS_STREAM]
    assert costs["cogs"] == (70_000, 1)
    assert costs["inventory_value_cost"] == (1_000_000, 1)


def test_sums_stay_exact_where_doubles_would_not(facts: Facts) -> None:
    amounts = [Decimal("90000000000000.0001"), Decimal("0.0001"), Decimal(-90000000000000)]
    put(facts, [{"day": DAY, "sku": str(n), "gross_sales": a} for n, a in enumerate(amounts)])
    [leaf] = leaves_as_dict(facts.leaves(query(measures=("gross_sales",)))).values()
    assert leaf["gross_sales"] == (2, 3)


def test_a_sum_beyond_64_bits_is_an_error_not_a_wrong_number(facts: Facts) -> None:
    most = Decimal("99999999999999.9999")
    put(facts, [{"day": DAY, "sku": str(n), "gross_sales": most} for n in range(10)])
    with pytest.raises(OverflowError, match="64 bits"):
        facts.leaves(query())


LINES = st.lists(
    st.tuples(
        st.integers(0, 19),
        st.sampled_from(["*", "A", "B", "C"]),
        st.sampled_from(["EUR", "SEK"]),
        st.none() | st.decimals("-9999", "9999", places=4),
        st.none() | st.integers(0, 1000),
    ),
    max_size=40,
    unique_by=lambda line: line[:3],
)
SLOW = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
PRODUCTS = (product("A", "1.25"), product("B", "2", category="Garden"), product("C", None))


def as_lines(drawn: list[tuple[Any, ...]]) -> list[dict[str, Any]]:
    return [
        {
            "day": OVER_TWO_MONTHS.start + dt.timedelta(days=n),
            "sku": sku,
            "currency": currency,
            "gross_sales": sales,
            "units_shipped": units,
        }
        for n, sku, currency, sales, units in drawn
    ]


def test_kept_sums_leave_no_trace_of_facts_that_were_replaced(facts: Facts) -> None:
    lines = as_lines([(0, "*", "EUR", None, None), (1, "*", "EUR", None, 0)])
    put(facts, lines)
    facts.leaves(query(products=PRODUCTS))
    put(facts, lines[:1], number=2)
    kept = leaves_as_dict(facts.leaves(query(products=PRODUCTS)))
    assert [key[2] for key in kept] == [STREAM]


@SLOW
@given(first=LINES, second=LINES, cut=st.integers(1, 19))
def test_kept_equals_fresh_split_equals_whole_and_both_equal_decimal_sums(
    tmp_path: Path, first: list[tuple[Any, ...]], second: list[tuple[Any, ...]], cut: int
) -> None:
    shutil.rmtree(tmp_path, ignore_errors=True)
    facts = Facts(tmp_path, MEASURES)
    put(facts, as_lines(first))
    facts.leaves(query(products=PRODUCTS))  # keeps sums
    middle = OVER_TWO_MONTHS.start + dt.timedelta(days=cut)
    late = Window(middle, OVER_TWO_MONTHS.end)
    lines = [line for line in as_lines(second) if line["day"] >= middle]
    facts.commit(STREAM, "AMZ-DE", late, rows(lines), number=2, meta={})
    kept = leaves_as_dict(facts.leaves(query(products=PRODUCTS)))
    again = leaves_as_dict(facts.leaves(query(products=PRODUCTS)))
    shutil.rmtree(tmp_path / "leaves", ignore_errors=True)
    whole = leaves_as_dict(facts.leaves(query(products=PRODUCTS)))
    early = leaves_as_dict(
        facts.leaves(query(products=PRODUCTS, window=Window(OVER_TWO_MONTHS.start, middle)))
    )
    rest = leaves_as_dict(facts.leaves(query(products=PRODUCTS, window=late)))
    assert kept == again == whole == early | rest

    expected: dict[tuple[dt.date, str], list[Decimal]] = defaultdict(list)
    standing = [line for line in as_lines(first) if line["day"] < middle] + lines
    for line in standing:
        if line["gross_sales"] is not None:
            expected[(line["day"], line["currency"])].append(line["gross_sales"])
    got: dict[tuple[dt.date, str], list[int]] = defaultdict(lambda: [0, 0])
    for (day, _, stream, _, currency), leaf in whole.items():
        if stream == STREAM and leaf["gross_sales"][1]:
            got[(day, currency)][0] += leaf["gross_sales"][0]
            got[(day, currency)][1] += leaf["gross_sales"][1]
    assert {k: [int(sum(v) * 10_000), len(v)] for k, v in expected.items()} == dict(got)


def test_leaves_of_an_older_version_are_those_of_then(facts: Facts) -> None:
    put(facts, as_lines([(3, "A", "EUR", Decimal(1), 1)]))
    then = facts.version
    before = leaves_as_dict(facts.leaves(query()))
    put(facts, as_lines([(3, "A", "EUR", Decimal(5), 1)]), number=2)
    assert leaves_as_dict(facts.leaves(query(version=then))) == before
    assert leaves_as_dict(facts.leaves(query())) != before


def test_new_facts_of_a_shop_leave_the_others_as_they_were(facts: Facts) -> None:
    both = query(shops={"AMZ-DE": "DE", "AMZ-FR": "FR"}, winners={})
    lines = [{"day": DAY, "sku": "A", "units_shipped": 1}]
    for number, shop in enumerate(("AMZ-DE", "AMZ-FR"), 1):
        facts.commit(STREAM, shop, OVER_TWO_MONTHS, rows(lines), number=number, meta={})
    before = facts.leaves(both)
    facts.commit(STREAM, "AMZ-FR", OVER_TWO_MONTHS, rows([]), number=3, meta={})
    facts.commit(STREAM, "AMZ-FR", OVER_TWO_MONTHS, rows(lines), number=4, meta={})
    assert facts.leaves(both).differing(before) == frozenset({"AMZ-FR"})
    assert facts.leaves(replace(both, measures=("units_shipped",))).differing(before) is None
    shorter = Window(OVER_TWO_MONTHS.start, DAY + dt.timedelta(days=1))
    assert facts.leaves(replace(both, window=shorter)).differing(before) is None


def test_a_damaged_file_of_kept_sums_is_summed_again(facts: Facts, tmp_path: Path) -> None:
    put(facts, as_lines([(3, "A", "EUR", Decimal(1), 1)]))
    before = leaves_as_dict(facts.leaves(query()))
    for path in (tmp_path / "leaves").rglob("*.arrow"):
        path.write_bytes(path.read_bytes()[:100])
    assert leaves_as_dict(facts.leaves(query())) == before


def test_other_shops_and_streams_can_be_left_out(facts: Facts) -> None:
    put(facts, as_lines([(3, "A", "EUR", Decimal(1), 1)]))
    put(facts, as_lines([(3, "A", "EUR", Decimal(1), 1)]), "amazon.traffic")
    facts.commit(STREAM, "AMZ-FR", OVER_TWO_MONTHS, daily(OVER_TWO_MONTHS, "7"), number=1, meta={})
    leaves = facts.leaves(query(streams=frozenset({STREAM})))
    assert leaves.shops == ("AMZ-DE",)
    assert {leaves.streams[n] for n in np.unique(leaves.stream)} <= {STREAM, COSTS_STREAM}
    assert int(leaves.rows[leaves.stream == leaves.streams.index(STREAM)].sum()) == 1
