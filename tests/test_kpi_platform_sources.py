"""Who can deliver a KPI on which platform, and what differs, as the metric reference lists it."""

from __future__ import annotations

import pytest

from kpi.catalog import Catalog, shipped
from kpi.model import LANGUAGES
from kpi.platform_sources import (
    SIGNS,
    Delivery,
    beyond,
    deliverable,
    differences,
    entry,
    matrix,
    platform_notes,
    undelivered,
)
from kpi.switches import switched
from sheet_templates.words import LISTS
from tests.table_support import table


@pytest.mark.parametrize(
    ("platform", "kpi", "delivery"),
    [
        pytest.param("amazon", "acos", Delivery.PLATFORM, id="advertising brings both parts"),
        pytest.param("ebay", "unit_session_rate", Delivery.NONE, id="eBay gives no visits"),
        pytest.param("shopify", "buy_box_share", Delivery.NONE, id="a buy box is Amazon's"),
        pytest.param("tiktok", "bsr_rank", Delivery.NONE, id="so is its rank"),
        pytest.param("shopify", "ipi", Delivery.NONE, id="and its score"),
        pytest.param("amazon", "repeat_order_rate", Delivery.COMPANY, id="buyers from the CRM"),
        pytest.param("shopify", "repeat_order_rate", Delivery.PLATFORM, id="or the own store"),
        pytest.param("amazon", "net_profit", Delivery.COMPANY, id="no platform knows the cost"),
        pytest.param("amazon", "csat", Delivery.COMPANY, id="no platform asks for it"),
        pytest.param("lazada", "epr_completion_rate", Delivery.COMPANY, id="the register"),
        pytest.param("walmart", "orders", Delivery.COMPANY, id="the ERP stands in"),
    ],
)
def test_delivery(platform: str, kpi: str, delivery: Delivery) -> None:
    assert entry(platform, kpi).delivery is delivery
    assert deliverable(platform, kpi) is (delivery is not Delivery.NONE)


def test_what_is_lacking_and_who_must_help_are_named() -> None:
    assert entry("ebay", "unit_session_rate").lacking == ("sessions",)
    assert entry("amazon", "gross_profit").beside == ("ERP", "FIN", "WB")


def test_the_matrix_holds_every_kpi_on_every_platform() -> None:
    found = matrix(["amazon", "shopify"], ["acos", "ipi"])
    assert [(one.kpi, one.platform) for one in found] == [
        ("acos", "amazon"),
        ("acos", "shopify"),
        ("ipi", "amazon"),
        ("ipi", "shopify"),
    ]


def test_differences_tell_notes_and_gaps_once_each() -> None:
    found = differences(["amazon", "ebay"], ["unit_session_rate", "buy_box_share", "csat"])
    assert [(one.kpi, one.platform) for one in found] == [
        ("unit_session_rate", "ebay"),
        ("buy_box_share", "ebay"),
    ]
    assert "no visits" in found[0].text["en"]
    assert "not applicable there" in found[1].text["en"]
    assert "不提供" in found[1].text["zh"]


def test_notes_name_kpis_and_platforms_that_there_are_in_both_languages() -> None:
    platforms = {code for code, _, _ in LISTS["platform"]}
    assert set(SIGNS) == platforms
    for note in platform_notes():
        assert note.kpi in shipped().metrics
        assert note.platform in platforms
        assert all(note.text[language] for language in LANGUAGES)


def set_to(kpi: str, text: str) -> Catalog:
    return switched(shipped(), table("tblKpi", "指标", "metric switches", (kpi, text)))[0]


@pytest.mark.parametrize(
    ("kpi", "text", "wanted"),
    [
        pytest.param(
            *("refund_rate", "date order day"),
            {"amazon": ("units_refunded_orderday",), "shopify": ()},
            id="a Shopify refund belongs to an order, Amazon prints refunds of a day",
        ),
        pytest.param(
            *("return_rate", "basis value; date ship day"),
            {"amazon": ("returns_amount_shipday",), "shopify": ()},
            id="Amazon's orders tell what was shipped, its returns not of which day",
        ),
        pytest.param(
            *("negative_review_count", "stars 3"),
            {"amazon": ("reviews_three_star",), "tiktok": ()},
            id="Amazon prints no stars",
        ),
        pytest.param(
            *("fulfilment_lead_hours", "stops out"),
            {"amazon": ("fulfil_hours_stopped",), "shopify": ("fulfil_hours_stopped",)},
            id="no platform knows the stops",
        ),
        pytest.param("refund_rate", "", {"amazon": (), "shopify": ()}, id="as shipped"),
    ],
)
def test_what_a_switch_asks_for_and_a_platform_does_not_deliver(
    kpi: str, text: str, wanted: dict[str, tuple[str, ...]]
) -> None:
    catalog = set_to(kpi, text)
    assert {p: undelivered(p, kpi, catalog) for p in wanted} == wanted
    told = {one.platform: one.text for one in differences(wanted, [kpi], catalog)}
    for platform, measures in wanted.items():
        for code in measures:
            names = catalog.measures[code].names
            assert names["en"] in told[platform]["en"]
            assert names["zh"] in told[platform]["zh"]
    assert text == "" or set(told) == {p for p, measures in wanted.items() if measures}


def test_a_note_about_the_shipped_formula_is_not_told_of_another_one() -> None:
    note = "variants do not count"
    [one] = differences(["shopify"], ["new_listings"])
    assert note in one.text["en"]
    assert differences(["shopify"], ["new_listings"], set_to("new_listings", "variants in")) == ()


def test_a_kpi_of_ones_own_is_compared_with_no_shipped_one() -> None:
    row = ("own_less", "gross_sales - overhead", "money", "higher")
    own, _ = shipped().with_own(table("tblKpi", "指标", "metric formula unit better", row))
    assert beyond("own_less", own) == ()
    assert differences(["amazon"], ["own_less"], own) == ()
