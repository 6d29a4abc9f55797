"""Switches of definitions: the number, the formula and the printed card change together."""

from __future__ import annotations

import pytest

from kpi.catalog import shipped
from kpi.lines import Resolved
from kpi.model import LANGUAGES
from kpi.switches import shipped_text, switched, switches
from kpi.values import Row
from tests.table_support import table

PROFIT = {
    "gross_sales": 50.0,
    "discounts": 0.0,
    "returns_amount": 0.0,
    "cogs": 12.0,
    "inbound_freight": 1.0,
    "platform_fees": 7.5,
    "fulfilment_fees": 6.0,
    "storage_fees": 0.0,
    "payment_fees": 0.0,
    "ad_spend": 5.0,
    "return_costs": 0.0,
    "vat_amount": 2.0,
    "overhead": 1.5,
}
LISTED = {"listings_new_parent": 3.0, "listings_new_variant": 12.0}


@pytest.mark.parametrize(
    ("kpi", "text", "given", "value", "said"),
    [
        pytest.param("net_profit", "", PROFIT, 15, "platform fees, VAT", id="as shipped: all off"),
        pytest.param(
            "net_profit", "平台佣金 不含", PROFIT, 22.5, "fees are not taken off", id="15 + 7.5"
        ),
        pytest.param(
            "net_profit",
            "commission out; VAT out, overhead=out",
            PROFIT,
            26,
            "VAT is not taken off; overhead is not taken off",
            id="15 + 7.5 + 2 + 1.5",
        ),
        pytest.param(
            "净利润",
            "VAT：不含；平台佣金 含",
            PROFIT,
            17,
            "fees are taken off; VAT is not",
            id="VAT",
        ),
        pytest.param("new_listings", "variants in", LISTED, 15, "variants count", id="3 + 12"),
        pytest.param("new_listings", "变体 不含", LISTED, 3, "new parent", id="the shipped choice"),
        pytest.param(
            "unit_roi", "头程 含", PROFIT, 15 / 13, "freight is in the divisor", id="15 over 12 + 1"
        ),
    ],
)
def test_a_switch_changes_number_and_card(
    kpi: str, text: str, given: dict[str, float], value: float, said: str
) -> None:
    rows = table("tblKpi", "指标", "metric switches", (kpi, text))
    catalog, problems = switched(shipped(), rows)
    code = catalog.known.code(kpi) or ""
    assert problems == []
    assert Resolved(catalog, Row({**given})).value(code) == pytest.approx(value)
    assert said in catalog.metrics[code].card.includes["en"]
    assert catalog.metrics[code].card.includes["zh"]


def test_what_stands_on_a_switched_kpi_moves_with_it() -> None:
    rows = table("tblKpi", "指标", "metric switches", ("net_profit", "commission out"))
    catalog, _ = switched(shipped(), rows)
    assert Resolved(catalog, Row({**PROFIT})).value("net_margin") == pytest.approx(22.5 / 50)
    assert catalog.definition_hash("net_margin") != shipped().definition_hash("net_margin")
    assert "Platform fees" not in catalog.metrics["net_profit"].card.numerator["en"]
    assert catalog.definition_hash("acos") == shipped().definition_hash("acos")


def test_stock_on_its_way_counts_when_switched_on() -> None:
    rows = table("tblKpi", "指标", "metric switches", ("days_of_supply", "inbound in"))
    catalog, _ = switched(shipped(), rows)
    stock = {"available_units": 300.0, "inbound_units": 150.0}
    given = Row({"units_shipped": 150.0}, 30.0, {}, stock, {}, None)
    assert Resolved(catalog, given).value("days_of_supply") == 90


def test_a_choice_that_nobody_knows_is_told_with_what_may_be_written() -> None:
    rows = table("tblKpi", "指标", "metric switches", ("net_profit", "佣金 不含; VAT out"))
    catalog, [one] = switched(shipped(), rows)
    assert (one.code, one.place.cell) == ("unknown_switch", "B5")
    assert "commission in/out" in one.mend["en"]
    assert "平台佣金 含/不含" in one.mend["zh"]
    assert Resolved(catalog, Row({**PROFIT})).value("net_profit") == 17  # VAT was understood


def test_without_switches_the_catalogue_is_the_shipped_one() -> None:
    assert switched(shipped(), None) == (shipped(), [])
    rows = table("tblKpi", "指标", "metric switches", ("acos", "x"), (None, "y"))
    assert switched(shipped(), rows) == (shipped(), [])


def test_a_new_workbook_shows_the_shipped_choices_and_they_change_nothing() -> None:
    for language in LANGUAGES:
        lines = [(kpi, shipped_text(kpi, language)) for kpi in switches()]
        rows = table("tblKpi", "指标", "metric switches", *lines)
        assert switched(shipped(), rows) == (shipped(), [])
    assert shipped_text("net_profit", "en") == "commission in; VAT in; overhead in"
    assert shipped_text("acos", "en") == ""


def test_each_part_is_found_in_its_formula() -> None:
    for kpi, several in switches().items():
        formula = shipped().metrics[kpi].expression
        for one in several:
            for choice in one.choices:
                assert choice.part in formula
                assert all(choice.card[language] for language in LANGUAGES)
