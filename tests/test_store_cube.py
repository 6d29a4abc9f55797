"""The masked cube: filters, unknown and exact rates worked by hand; kept periods change no bit."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from kpi.errors import KpiError
from kpi.model import Window
from sync_service.cube import Condition, CubeQuery, Operator
from sync_service.cube_store import Summed, summed
from sync_service.cube_values import Part, cube_values, rolled_up
from sync_service.facts import Facts
from tests.store_support import MEASURES, OVER_TWO_MONTHS, rows

FIRST = OVER_TWO_MONTHS.start
TENS = [
    Window(FIRST + dt.timedelta(days=10 * n), FIRST + dt.timedelta(days=10 * n + 10))
    for n in (0, 1)
]
DIMENSIONS = {
    "sku": pa.table({"sku": ["A", "B", "*"], "category": [0, 1, 2]}),
    "shop": pa.table({"shop": ["AMZ-DE", "AMZ-FR"], "place": [0, 1]}),
}


def rates(eur: int) -> pa.Table:
    days = list(OVER_TWO_MONTHS.each())
    return pa.table(
        {
            "day": pa.array(days * 2, pa.date32()),
            "currency": ["EUR"] * len(days) + ["USD"] * len(days),
            "rate": [eur] * len(days) + [1_000_000] * len(days),
        }
    )


def query(**changed: Any) -> CubeQuery:
    asked: dict[str, Any] = {
        "measures": ("gross_sales", "sessions"),
        "periods": TENS,
        "groupings": ("place", "category"),
        "dimensions": DIMENSIONS,
        "filters": ((), (Condition("category", "=", 0),), (Condition("sessions", ">", 5),)),
        "rates": rates(1_100_000),
    }
    return CubeQuery(**(asked | changed))


def put(facts: Facts, lines: list[dict[str, Any]], shop: str = "AMZ-DE", number: int = 1) -> None:
    facts.commit("s", shop, OVER_TWO_MONTHS, rows(lines), number=number, meta={})


def values(facts: Facts, asked: CubeQuery, found: Summed | None = None) -> dict[Any, Any]:
    result = summed(facts, asked, keep=False) if found is None else found
    every = np.ones(len(asked.periods), np.bool_)
    places = Part(result.groups["place"], 2)
    parts = [rolled_up(places, np.array([0, 0]), 1), places, Part(result.groups["category"], 3)]
    return cube_values(asked, facts.schema, parts, every)


@pytest.fixture
def facts(tmp_path: Path) -> Facts:
    store = Facts(tmp_path, MEASURES)
    put(
        store,
        [
            {"day": FIRST, "sku": "A", "gross_sales": Decimal("10.10"), "sessions": 7},
            {"day": FIRST, "sku": "B", "gross_sales": Decimal("0.01"), "sessions": 5},
            {
                "day": FIRST,
                "sku": "B",
                "part": "x",
                "currency": "USD",
                "gross_sales": Decimal(3),
                "sessions": 6,
            },
            {"day": TENS[1].start, "sku": "A", "gross_sales": Decimal(0), "sessions": 1},
        ],
    )
    put(store, [{"day": FIRST, "sku": "A", "gross_sales": Decimal(5), "sessions": 9}], "AMZ-FR")
    return store


def test_filters_currencies_and_roll_up_by_hand(facts: Facts) -> None:
    found = values(facts, query())
    # DE in USD: 10.10 x 1.1 + 0.01 x 1.1 + 3 = 14.121; FR 5.5. Rows: both, DE, FR, A, B, *.
    np.testing.assert_allclose(
        found[(0, "gross_sales")][:, 0], [19.621, 14.121, 5.5, 16.61, 3.011, np.nan], rtol=1e-15
    )
    np.testing.assert_array_equal(found[(1, "sessions")][:, 0], [16, 7, 9, 16, np.nan, np.nan])
    np.testing.assert_array_equal(found[(2, "sessions")][:, 0], [22, 13, 9, 16, 6, np.nan])
    # Second ten days: A alone in DE, a known zero of sales; nothing passes "sessions > 5".
    np.testing.assert_array_equal(found[(0, "gross_sales")][:2, 1], [0, 0])
    assert np.isnan(found[(2, "sessions")][:, 1]).all()


def test_a_measure_that_a_row_does_not_know_is_not_zero(facts: Facts) -> None:
    put(
        facts,
        [
            {"day": FIRST, "sku": "A", "gross_sales": None, "sessions": 7},
            {"day": FIRST, "sku": "B", "gross_sales": Decimal(1), "sessions": 8},
        ],
        number=2,
    )
    found = values(facts, query(rates=None))
    np.testing.assert_array_equal(found[(0, "gross_sales")][1:5, 0], [1, 5, 5, 1])
    np.testing.assert_array_equal(found[(1, "gross_sales")][1:3, 0], [np.nan, 5])
    np.testing.assert_array_equal(found[(1, "sessions")][1:3, 0], [7, 9])


def test_an_amount_too_wide_for_64_bits_is_summed_in_128(facts: Facts) -> None:
    put(
        facts,
        [{"day": FIRST, "sku": "A", "gross_sales": Decimal(20_000_000), "sessions": 1}],
        number=2,
    )
    found = values(facts, query(rates=rates(12_000_000)))
    assert found[(0, "gross_sales")][1, 0] == 240_000_000


@pytest.mark.parametrize(
    ("column", "operator"),
    [
        pytest.param("sku; DROP TABLE facts", "=", id="a column that is none"),
        pytest.param("sessions", "= 1 OR 1 =", id="a sign that is none"),
    ],
)
def test_a_filter_is_made_of_known_parts_only(
    facts: Facts, column: str, operator: Operator
) -> None:
    with pytest.raises(KpiError, match="not known to this query"):
        values(facts, query(filters=((Condition(column, operator, 1),),)))


def same(left: dict[Any, Any], right: dict[Any, Any]) -> bool:
    return all(left[key].tobytes() == right[key].tobytes() for key in left)


def test_only_touched_periods_are_summed_again_and_no_bit_differs(facts: Facts) -> None:
    asked = query()
    assert summed(facts, asked).fresh.all()
    assert not summed(facts, asked).fresh.any()
    late = Window(TENS[1].start, TENS[1].end)
    lines = [{"day": late.start, "sku": "B", "gross_sales": None, "sessions": 3}]
    facts.commit("s", "AMZ-DE", late, rows(lines), number=2, meta={})
    again = summed(facts, asked)
    assert again.fresh.tolist() == [False, True]
    assert same(values(facts, asked, again), values(facts, asked))
    assert not summed(facts, asked).fresh.any()
    assert same(values(facts, asked, summed(facts, asked)), values(facts, asked))


def test_other_rates_are_another_question(facts: Facts) -> None:
    summed(facts, query())
    assert summed(facts, query(rates=rates(1_200_000))).fresh.all()


def test_a_damaged_period_is_summed_again(facts: Facts, tmp_path: Path) -> None:
    before = values(facts, query(), summed(facts, query()))
    path = min((tmp_path / "cubes").rglob("*.arrow"))
    path.write_bytes(path.read_bytes()[:64])
    again = summed(facts, query())
    assert again.fresh.all()
    assert same(before, values(facts, query(), again))
