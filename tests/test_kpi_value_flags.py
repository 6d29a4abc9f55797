"""Flags beside values, as the definition cards promise them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from kpi.actuals import Actual
from kpi.catalog import shipped
from kpi.model import LANGUAGES, DataState, Region, Scope, ScopeKind, Unit, Window
from kpi.value_flags import FLAGS, PARTS, flag_of

SCOPE = Scope("AMZ", ScopeKind.SHOP, Region.US, {"zh": "AMZ", "en": "AMZ"})
OCTOBER = Window(date(2026, 10, 1), date(2026, 11, 1))


def actual(kpi: str, above: float | None, below: float | None) -> Actual:
    value = above / below if above is not None and below else None
    state = DataState.COMPLETE
    return Actual("2026-10", SCOPE, kpi, value, above, below, OCTOBER, OCTOBER.end, state, (), "")


@pytest.mark.parametrize(
    ("kpi", "above", "below", "flag"),
    [
        pytest.param("acos", 200.0, 0.0, "spend_unattributed", id="200 spent, nothing attributed"),
        pytest.param("acos", 0.0, 0.0, None, id="nothing spent"),
        pytest.param("acos", 200.0, 100.0, None, id="an ACoS of 2 is no fault"),
        pytest.param("acos", None, 0.0, None, id="unknown spend"),
        pytest.param("acos", 200.0, None, None, id="unknown attributed sales"),
        pytest.param("ad_sales_share", 900.0, 900.0, "share_capped", id="capped at 1"),
        pytest.param("ad_sales_share", 800.0, 900.0, None, id="below 1"),
        pytest.param("ad_sales_share", 0.0, 0.0, None, id="no sales: unknown as it is"),
        pytest.param("organic_sales_share", 0.0, 900.0, "share_floored", id="floored at 0"),
        pytest.param("organic_sales_share", 100.0, 900.0, None, id="above 0"),
        pytest.param(
            "on_time_delivery_rate", 847_987.0, 808_046.0, "part_above_whole", id="swapped fields"
        ),
        pytest.param("on_time_delivery_rate", 808_046.0, 847_987.0, None, id="the right way round"),
        pytest.param("unit_session_rate", 120.0, 100.0, None, id="can exceed 100 %"),
        pytest.param("net_sales", 120.0, None, None, id="no ratio"),
    ],
)
def test_flags(kpi: str, above: float | None, below: float | None, flag: str | None) -> None:
    assert flag_of(actual(kpi, above, below)) == flag


def test_parts_are_ratios_with_a_denominator_and_texts_are_in_both_languages() -> None:
    for code in PARTS:
        metric = shipped().metrics[code]
        assert metric.unit is Unit.RATIO
        assert metric.denominator is not None
    assert all(texts[language] for texts in FLAGS.values() for language in LANGUAGES)


def test_a_value_of_no_data_has_no_flag() -> None:
    assert flag_of(replace(actual("acos", 1.0, 0.0), numerator=None, denominator=None)) is None


def test_the_card_states_one_attribution_window() -> None:
    """Seven days for Sponsored Products, 14 for Brands and Display, as the facts are fetched."""
    said = shipped().metrics["acos"].card.includes["en"]
    assert "7 days for Sponsored Products" in said
