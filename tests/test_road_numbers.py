"""The written figures against formulas worked out with pandas from the simulator's truth."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from kpi.tables import Row
from sync_service.workbooks.xlsx import XlsxPort
from tests.road_support import WORLD, Folder, facts_of

EUR_USD = 1.13  # the workbook's fixed rate


@pytest.fixture(scope="module")
def actuals(road: Folder) -> dict[tuple[str, str], Row]:
    """(scope, English KPI code's Chinese name) of October."""
    table = XlsxPort(road.book("XH")).read().tables["tblActual"]
    return {
        (str(row.value("scope")), str(row.value("metric"))): row
        for row in table.rows
        if row.value("period") == "2026-10"
    }


def october(shop: str, stream: str, until: date) -> dict[str, float]:
    frame = facts_of(WORLD.shop(shop), stream).to_pandas()
    days = pd.to_datetime(frame["day"])
    frame = frame[(days >= "2026-10-01") & (days <= pd.Timestamp(until))]
    sums = frame.drop(columns=["day", "sku", "part", "currency"]).astype("float64").sum()
    return {str(name): float(value) for name, value in sums.items()}


def until(row: Row) -> date:
    found = row.value("data_until")
    assert isinstance(found, date)
    return date(found.year, found.month, found.day)


def test_net_sales_of_amz_de_in_dollars_at_the_fixed_rate(
    actuals: dict[tuple[str, str], Row],
) -> None:
    """Gross sales less discounts less what was given back for returned goods."""
    row = actuals["AMZ-DE", "销售额(净)"]
    end = until(row)
    orders = october("AMZ-DE", "amazon.orders", end)
    back = october("AMZ-DE", "amazon.finances", end)["returns_amount"]
    wanted = (orders["gross_sales"] - orders["discounts"] - back) * EUR_USD
    assert row.value("value") == pytest.approx(wanted, rel=1e-12)


def test_acos_is_spend_over_sales_of_all_three_ad_products(
    actuals: dict[tuple[str, str], Row],
) -> None:
    for scope, shops in (("AMZ-DE", ["AMZ-DE"]), ("AMZ-US", ["AMZ-US"])):
        row = actuals[scope, "广告ACoS"]
        streams = [
            october(shop, f"amazon_ads.{kind}", until(row))
            for shop in shops
            for kind in ("sp", "sb", "sd")
        ]
        spend = sum(one["ad_spend"] for one in streams)
        sales = sum(one["ad_sales"] for one in streams)
        assert row.value("value") == pytest.approx(spend / sales, rel=1e-12)


def test_return_rate_of_amz_us_is_units_returned_over_units_shipped(
    actuals: dict[tuple[str, str], Row],
) -> None:
    row = actuals["AMZ-US", "退货率"]
    end = until(row)
    returned = october("AMZ-US", "amazon.returns", end)["units_returned"]
    shipped = october("AMZ-US", "amazon.orders", end)["units_shipped"]
    assert row.value("numerator") == returned
    assert row.value("value") == pytest.approx(returned / row.value("denominator"), rel=1e-12)  # type: ignore[operator]
    assert row.value("denominator") == shipped


@pytest.mark.parametrize(
    ("scope", "kpi", "value"),
    [
        pytest.param("EU", "合规任务完成率", 0.5, id="Germany's fees are late"),
        pytest.param("EU", "VAT申报及时率", 1.0, id="Italy's return is not due yet"),
    ],
)
def test_compliance_counts_the_dated_tasks_of_its_scope(
    scope: str, kpi: str, value: float, actuals: dict[tuple[str, str], Row]
) -> None:
    assert actuals[scope, kpi].value("value") == value
