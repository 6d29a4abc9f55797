"""Divisors that data can make zero are told with their place."""

from __future__ import annotations

import pytest

from kpi.catalog import shipped
from kpi.division import told, zero_risks

CATALOG = shipped()


@pytest.mark.parametrize(
    ("formula", "found"),
    [
        pytest.param("ad_spend / ad_sales", [(12, "Ad-attributed sales amount")], id="a measure"),
        pytest.param("ad_spend / 30", [], id="a number"),
        pytest.param("ad_spend / -30", [], id="a number below zero"),
        pytest.param("ad_spend / 0", [(12, "0")], id="a zero that was typed"),
        pytest.param("reviews_negative / DAYS()", [], id="the days of the period"),
        pytest.param("ad_spend / MAX(1, ad_orders)", [], id="guarded by MAX"),
        pytest.param(
            "ad_spend / MAX(0, ad_orders)",
            [(12, "the greatest of (0, Ad-attributed orders)")],
            id="MAX of 0",
        ),
        pytest.param(
            "ad_spend / (ad_orders - 1) + 1 / ad_clicks",
            [(13, "Ad-attributed orders − 1"), (34, "Ad clicks")],
            id="two of them, in order",
        ),
        pytest.param("ad_spend * ad_sales", [], id="nothing is divided"),
    ],
)
def test_risks(formula: str, found: list[tuple[int, str]]) -> None:
    risks = zero_risks(CATALOG.parse(formula), CATALOG)
    assert [(risk.column, risk.divisor["en"]) for risk in risks] == found


def test_a_risk_is_one_sentence_in_both_languages() -> None:
    risks = zero_risks(CATALOG.parse("ad_spend / ad_clicks"), CATALOG)
    assert told(risks, "zh") == "第 12 列的点击可能为 0，届时结果未知"
    assert told(risks, "en") == "Ad clicks at column 12 may be 0; the value is then unknown"
    assert told((), "en") == ""
