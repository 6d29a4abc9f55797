"""Sums kept between refreshes: found again for the same basis alone, and only the last ones."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from kpi.model import Measure, RollUp, Unit
from kpi.money import DayRates
from kpi.totals import Totals
from kpi.typed_rows import InputRow
from sync_service.recent import KEPT, Basis, Recent
from tests.leaf_support import leaf_sums

DAY = date(2026, 10, 21)
LEAVES = leaf_sums([("orders", "DE", DAY, "", "EUR", {"units": 3})])
RATES = DayRates({"USD": 0}, (DAY,), {DAY: ("1.1",)})
UNITS = Measure("units", {"zh": "x", "en": "x"}, Unit.COUNT, RollUp.SUM, ("AMZ",))
TYPED = InputRow(DAY, "DE", "units", Decimal(1), "HEAD", "补录!A5")
BASIS = Basis((), (), {"DE": ("amazon", "EUR")}, {"units": UNITS}, {"DE": DAY}, frozenset())


def totals() -> Totals:
    return Totals(LEAVES, {}, lambda _platform, _measure: (), {})


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
