"""Which measures of a value nobody told, and what is said of a basis that lacks its data."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from kpi.actuals import Actuals
from kpi.calendar import period
from kpi.catalog import shipped
from kpi.model import Window
from kpi.money import DayRates
from kpi.organisation import Part
from kpi.scope_values import GAPS
from kpi.scopes import scopes
from kpi.switches import switched
from kpi.totals import Converter, Totals
from kpi.unknown_parts import unknown_bases, unknown_parts
from sync_service.sources import alternatives
from tests.alarm_support import SHOP, book_of
from tests.leaf_support import Leaf, leaf_sums
from tests.table_support import table

OCT = period("2026-10")
DAY = date(2026, 10, 5)
OTHER = replace(SHOP, code="US2", platform="shopify")
ORDERDAY, REFUNDED = "units_refunded_orderday", "units_refunded"
ALL = (Part("US1", Window(date.min, date.max)), Part("US2", Window(date.min, date.max)))


def told(shop: str, measure: str, stream: str, day: date = DAY) -> Leaf:
    return (stream, shop, day, "", "USD", {measure: 3})


def totals(*leaves: Leaf) -> Totals:
    measures = {**shipped().measures, **GAPS}
    return Totals(leaf_sums(leaves), {"US1": "amazon", "US2": "shopify"}, alternatives, measures)


@pytest.mark.parametrize(
    ("leaves", "lacking"),
    [
        pytest.param([], {ORDERDAY: ("US1", "US2")}, id="nobody tells it"),
        pytest.param(
            [told("US2", ORDERDAY, "shopify.refunds")], {ORDERDAY: ("US1",)}, id="one shop does"
        ),
        pytest.param(
            [told("US2", ORDERDAY, "shopify.refunds"), told("US1", ORDERDAY, "book.inputs")],
            {},
            id="and the other's is typed",
        ),
        pytest.param(
            [told(shop, ORDERDAY, "book.inputs", date(2026, 9, 30)) for shop in ("US1", "US2")],
            {ORDERDAY: ("US1", "US2")},
            id="of another month",
        ),
        pytest.param(
            [told(shop, REFUNDED, "book.inputs") for shop in ("US1", "US2")],
            {ORDERDAY: ("US1", "US2")},
            id="refunds by their own day do not stand in",
        ),
    ],
)
def test_measures_that_nobody_tells(
    leaves: list[Leaf], lacking: dict[str, tuple[str, ...]]
) -> None:
    base = (
        told("US1", "orders_count", "amazon.orders"),
        told("US2", "orders_count", "shopify.orders"),
    )
    found = totals(*base, *leaves)
    assert unknown_parts(found, [ORDERDAY], ALL, OCT.window) == lacking


def test_what_a_platform_cannot_have_and_a_shop_of_another_time_are_not_lacking() -> None:
    found = totals(told("US1", "orders_count", "amazon.orders"))
    assert unknown_parts(found, ["buy_box_page_views"], ALL, OCT.window) == {
        "buy_box_page_views": ("US1",)
    }
    gone = replace(ALL[0], days=Window(date(2026, 1, 1), date(2026, 9, 1)))
    assert unknown_parts(found, [ORDERDAY], [gone], OCT.window) == {}


@pytest.mark.parametrize(
    ("text", "leaves", "shops"),
    [
        pytest.param("date order day", [], "US1, US2", id="switched, and no data"),
        pytest.param(
            *("date order day", [told("US2", ORDERDAY, "shopify.refunds")], "US1"), id="for one"
        ),
        pytest.param("", [], "", id="as shipped: data that is late is no matter of the basis"),
    ],
)
def test_a_basis_without_data_is_told_once_a_kpi(text: str, leaves: list[Leaf], shops: str) -> None:
    rows = table("tblKpi", "指标", "metric switches", ("refund_rate", text))
    catalog, _ = switched(shipped(), rows)
    base = (
        told("US1", "orders_count", "amazon.orders"),
        told("US2", "orders_count", "shopify.orders"),
    )
    money = Converter("USD", {}, DayRates({}, (), {}))
    actuals = Actuals(totals(*base, *leaves), catalog, money, {}, frozenset())
    book = replace(book_of(), shops=(SHOP, OTHER))
    found = list(unknown_bases(actuals, ["acos", "refund_rate"], scopes(book), OCT))
    assert [one.place.text for one in found] == (["refund_rate"] if shops else [])
    for one in found:
        assert f"Units refunded by order day, which nobody tells for {shops};" in one.what["en"]
        assert f"退款件数(按下单日)，{shops} 没有" in one.what["zh"]
