"""The sandbox's Amazon: protocol by a plain HTTP client, bodies against the truth."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pyarrow.compute as pc
import pytest

from kpi.model import Window
from sync_service.sandbox.truth import truth
from sync_service.sandbox.world import SANDBOX_NOW
from tests.sandbox_support import BERLIN, PARIS, WORLD, Bench, bench

REPORTS = "/reports/2021-06-30/reports"
ORDERS = "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_ORDER_DATE_GENERAL"
UPDATES = "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL"
TRAFFIC = "GET_SALES_AND_TRAFFIC_REPORT"
WEEK = {"dataStartTime": "2026-10-11T22:00:00Z", "dataEndTime": "2026-10-18T22:00:00Z"}
DAYS = Window(date(2026, 10, 12), date(2026, 10, 19))  # the same week in Berlin


@pytest.fixture
def box() -> Iterator[Bench]:
    with bench() as found:
        yield found


def rows(body: bytes, encoding: str = "cp1252") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(body.decode(encoding)), delimiter="\t"))


def true(stream: str, measure: str, window: Window = DAYS, shop: str = "AMZ-DE") -> Decimal:
    table = truth(WORLD, shop, stream, window, SANDBOX_NOW)
    return Decimal(str(pc.sum(table[measure]).as_py() or 0))


@pytest.mark.parametrize(
    ("changed", "status", "error"),
    [
        pytest.param({}, 200, None, id="right credentials give a token"),
        pytest.param({"refresh_token": "x"}, 400, "invalid_grant", id="unknown refresh token"),
        pytest.param({"client_secret": "x"}, 401, "invalid_client", id="wrong secret"),
        pytest.param({"grant_type": "x"}, 400, "unsupported_grant_type", id="other grant"),
    ],
)
def test_login(box: Bench, changed: dict[str, str], status: int, error: str | None) -> None:
    answer = box.login("AMZ-DE", **changed)
    assert answer.status_code == status
    assert answer.json().get("error") == error


def test_a_token_dies_after_an_hour_of_the_sandbox(box: Bench) -> None:
    call = {"granularityType": "Marketplace", "granularityId": BERLIN, "marketplaceIds": BERLIN}
    assert box.amazon("/fba/inventory/v1/summaries", call).status_code == 200
    box.clock.jump(3599)
    assert box.amazon("/fba/inventory/v1/summaries", call).status_code == 200
    box.clock.jump(2)
    old = box.amazon("/fba/inventory/v1/summaries", call)
    assert old.status_code == 403
    assert "has expired" in old.json()["errors"][0]["details"]


def test_a_token_of_the_ads_application_opens_nothing_here(box: Bench) -> None:
    box.tokens["AMZ-DE", "amazon"] = box.token("AMZ-DE", "amazon_ads")
    assert box.amazon(f"{REPORTS}/1").status_code == 403


def test_create_report_refills_once_a_minute_for_each_seller(box: Bench) -> None:
    for _ in range(15):
        assert box.ask(ORDERS, **WEEK).status_code == 202
    refused = box.ask(ORDERS, shop="AMZ-FR", **WEEK)  # the same seller
    assert refused.status_code == 429
    assert refused.headers["x-amzn-RateLimit-Limit"] == "0.0167"
    assert refused.json()["errors"][0]["code"] == "QuotaExceeded"
    assert box.ask(ORDERS, shop="HY-AMZ-DE", **WEEK).status_code == 202  # another seller
    box.clock.jump(59)
    assert box.ask(ORDERS, **WEEK).status_code == 429
    box.clock.jump(1)
    assert box.ask(ORDERS, **WEEK).status_code == 202


def test_sales_and_traffic_reports_are_rationed_to_96_a_day(box: Bench) -> None:
    accepted = 0
    for _ in range(110):
        accepted += box.ask(TRAFFIC, **WEEK).status_code == 202
        box.clock.jump(60)
        if box.clock.now() - SANDBOX_NOW > timedelta(minutes=50):
            box.tokens.clear()
    assert accepted == 96 + 110 * 60 // 900


def test_a_report_is_queued_built_and_then_done(box: Bench) -> None:
    number = box.ask(ORDERS, **WEEK).json()["reportId"]
    seen = []
    for wait in (0, 15, 100):
        box.clock.jump(wait)
        seen.append(box.amazon(f"{REPORTS}/{number}").json()["processingStatus"])
    assert seen == ["IN_QUEUE", "IN_PROGRESS", "DONE"]
    listed = box.amazon(REPORTS, {"reportTypes": ORDERS}).json()["reports"]
    assert [one["reportId"] for one in listed] == [number]


def test_a_document_link_dies_after_five_minutes(box: Bench) -> None:
    number = box.ask(ORDERS, **WEEK).json()["reportId"]
    box.clock.jump(100)
    state = box.amazon(f"{REPORTS}/{number}").json()
    link = box.document(state["reportDocumentId"]).json()
    assert link["compressionAlgorithm"] == "GZIP"
    box.clock.jump(299)
    assert box.http.get(link["url"]).status_code == 200
    box.clock.jump(2)
    assert box.http.get(link["url"]).status_code == 403
    assert box.document(state["reportDocumentId"]).status_code == 200


def test_a_report_without_a_line_is_cancelled(box: Bench) -> None:
    none = {"dataStartTime": "2025-01-01T00:00:00Z", "dataEndTime": "2025-01-08T00:00:00Z"}
    number = box.ask(ORDERS, **none).json()["reportId"]
    box.clock.jump(100)
    state = box.amazon(f"{REPORTS}/{number}").json()
    assert state["processingStatus"] == "CANCELLED"
    assert "reportDocumentId" not in state


def test_a_fatal_report_explains_itself(box: Bench) -> None:
    wrong = {"dateGranularity": "DAY", "asinGranularity": "COLOUR"}
    number = box.ask(TRAFFIC, **WEEK, reportOptions=wrong).json()["reportId"]
    box.clock.jump(100)
    state = box.amazon(f"{REPORTS}/{number}").json()
    assert state["processingStatus"] == "FATAL"
    link = box.document(state["reportDocumentId"]).json()["url"]
    assert b"asinGranularity" in gzip.decompress(box.http.get(link).content)


def test_orders_of_a_week_are_the_truth(box: Bench) -> None:
    lines = rows(box.report(ORDERS, **WEEK))
    assert len(lines[0]) == 31
    kept = [line for line in lines if line["order-status"] != "Cancelled"]
    sales = sum(Decimal(line["item-price"]) for line in kept)
    assert sales == true("amazon.orders", "gross_sales")
    assert sum(Decimal(line["item-price"]) for line in lines) == true("amazon.orders", "gmv_amount")
    off = sum(Decimal(line["item-promotion-discount"] or 0) for line in kept)
    assert off == true("amazon.orders", "discounts")
    assert len({line["amazon-order-id"] for line in kept}) == true("amazon.orders", "orders_count")
    assert all(line["ship-city"] == "CANARY" for line in lines)


def test_orders_by_last_update_hold_what_was_shipped_in_the_window(box: Bench) -> None:
    lines = rows(box.report(UPDATES, **WEEK))
    shipped = sum(int(line["quantity"]) for line in lines if line["item-status"] == "Shipped")
    assert shipped == true("amazon.orders", "units_shipped")


def test_returns_of_a_week_are_the_truth(box: Bench) -> None:
    lines = rows(box.report("GET_FBA_FULFILLMENT_CUSTOMER_RETURNS_DATA", **WEEK))
    assert sum(int(line["quantity"]) for line in lines) == true("amazon.returns", "units_returned")
    assert all(line["customer-comments"].startswith("CANARY") for line in lines)


def test_the_ledger_ends_each_day_with_the_true_stock(box: Bench) -> None:
    lines = rows(box.report("GET_LEDGER_SUMMARY_VIEW_DATA", **WEEK))
    good = [line for line in lines if line["Disposition"] == "SELLABLE"]
    total = sum(int(line["Ending Warehouse Balance"]) for line in good)
    assert total == true("amazon.stock_ledger", "available_units")
    for line in good[:200]:
        moved = (
            *("Receipts", "Customer Shipments", "Customer Returns", "Other Events"),
            "Starting Warehouse Balance",
        )
        assert sum(int(line[name]) for name in moved) == int(line["Ending Warehouse Balance"])


def test_listings_hold_parents_without_price(box: Bench) -> None:
    lines = rows(box.report("GET_MERCHANT_LISTINGS_ALL_DATA"))
    parents = [line for line in lines if not line["price"] and not line["quantity"]]
    assert len(parents) == len({p.parent for p in WORLD.products("AMZ-DE")})
    opened = [p for p in parents if p["open-date"][3:10] == "10/2026"]
    october = Window(date(2026, 10, 1), date(2026, 10, 22))
    assert len(opened) == true("amazon.listings", "listings_new_parent", october)


def test_european_files_are_windows_1252(box: Bench) -> None:
    number = box.ask("GET_MERCHANT_LISTINGS_ALL_DATA").json()["reportId"]
    box.clock.jump(100)
    state = box.amazon(f"{REPORTS}/{number}").json()
    answer = box.http.get(box.document(state["reportDocumentId"]).json()["url"])
    assert answer.headers["content-type"] == "text/plain;charset=Cp1252"
    assert "grün" in gzip.decompress(answer.content).decode("cp1252")


def traffic(box: Bench, shop: str, first: str, last: str, grain: str = "CHILD") -> Any:
    span = {"dataStartTime": f"{first}T00:00:00Z", "dataEndTime": f"{last}T23:59:59Z"}
    options = {"dateGranularity": "DAY", "asinGranularity": grain}
    return json.loads(box.report(TRAFFIC, shop, **span, reportOptions=options))


def test_sales_and_traffic_by_date_is_the_truth(box: Bench) -> None:
    found = traffic(box, "AMZ-DE", "2026-10-12", "2026-10-18")
    days = found["salesAndTrafficByDate"]
    assert [one["date"] for one in days] == [day.isoformat() for day in DAYS.each()]
    visits = sum(one["trafficByDate"]["sessions"] for one in days)
    assert visits == true("amazon.traffic", "sessions")
    sales = sum(Decimal(str(one["salesByDate"]["orderedProductSales"]["amount"])) for one in days)
    assert sales == true("amazon.traffic", "gross_sales")
    refunds = sum(one["salesByDate"]["unitsRefunded"] for one in days)
    assert refunds == true("amazon.traffic", "units_refunded")


def test_by_asin_covers_the_window_and_skus_without_orders_are_left_out(box: Bench) -> None:
    by_child = traffic(box, "AMZ-DE", "2026-10-12", "2026-10-18")["salesAndTrafficByAsin"]
    visits = sum(one["trafficByAsin"]["sessions"] for one in by_child)
    assert visits == true("amazon.traffic_asin", "sessions")
    by_sku = traffic(box, "AMZ-DE", "2026-10-12", "2026-10-18", "SKU")["salesAndTrafficByAsin"]
    assert all(one["salesByAsin"]["unitsOrdered"] for one in by_sku)
    assert len(by_sku) < len(by_child)
    by_parent = traffic(box, "AMZ-DE", "2026-10-12", "2026-10-18", "PARENT")
    assert len(by_parent["salesAndTrafficByAsin"]) < len(by_child)


def test_late_visits_are_zero_by_date_and_absent_by_asin(box: Bench) -> None:
    found = traffic(box, "AMZ-FR", "2026-10-20", "2026-10-21")
    for one in found["salesAndTrafficByDate"]:
        assert one["salesByDate"]["unitsOrdered"] > 0
        assert one["trafficByDate"]["sessions"] == 0
    assert found["salesAndTrafficByAsin"] == []
    assert traffic(box, "AMZ-FR", "2026-10-19", "2026-10-19")["salesAndTrafficByAsin"]


def test_order_metrics_by_day_are_the_truth(box: Bench) -> None:
    asked = {
        "marketplaceIds": BERLIN,
        "interval": "2026-10-12T00:00:00+02:00--2026-10-19T00:00:00+02:00",
        "granularity": "Day",
        "granularityTimeZone": "Europe/Berlin",
    }
    found = box.amazon("/sales/v1/orderMetrics", asked).json()["payload"]
    assert len(found) == 7
    assert found[0]["interval"] == "2026-10-12T00:00+02:00--2026-10-13T00:00+02:00"
    sales = sum(Decimal(one["totalSales"]["amount"]) for one in found)
    assert sales == true("amazon.order_metrics", "gross_sales")
    assert sum(one["orderCount"] for one in found) == true("amazon.order_metrics", "orders_count")


def every_transaction(box: Bench, asked: dict[str, str]) -> tuple[list[dict[str, Any]], list[int]]:
    found: list[dict[str, Any]] = []
    sizes: list[int] = []
    token: str | None = None
    while True:
        more = asked | ({"nextToken": token} if token else {})
        page = box.amazon("/finances/2024-06-19/transactions", more).json()["payload"]
        found += page["transactions"]
        sizes.append(len(page["transactions"]))
        token = page.get("nextToken")
        box.clock.jump(2)
        if token is None:
            return found, sizes


def leaves(nodes: list[dict[str, Any]]) -> Iterator[tuple[str, Decimal]]:
    for node in nodes or []:
        below = list(leaves(node["breakdowns"]))
        amount = Decimal(str(node["breakdownAmount"]["currencyAmount"]))
        if below:
            assert sum(value for _, value in below) == amount
            yield from ((f"{node['breakdownType']}/{name}", value) for name, value in below)
        else:
            yield node["breakdownType"], amount


def test_transactions_come_in_pages_with_an_empty_one_in_the_middle(box: Bench) -> None:
    asked = {
        "postedAfter": "2026-09-30T22:00:00Z",
        "postedBefore": "2026-10-21T22:00:00Z",
        "marketplaceId": BERLIN,
    }
    found, sizes = every_transaction(box, asked)
    assert 0 in sizes[1:-1]
    assert len({one["transactionId"] for one in found}) == len(found)
    states = {one["transactionStatus"] for one in found}
    assert states == {"DEFERRED", "DEFERRED_RELEASED", "RELEASED"}
    sums: dict[str, Decimal] = {}
    for one in found:
        own = one["breakdowns"] + [b for item in one["items"] for b in item["breakdowns"] or []]
        parts = list(leaves(own))
        assert sum(v for _, v in parts) == Decimal(str(one["totalAmount"]["currencyAmount"]))
        for name, value in parts:
            key = f"{one['transactionType']}:{name}"
            sums[key] = sums.get(key, Decimal(0)) + value
    window = Window(date(2026, 10, 1), date(2026, 10, 22))
    back = -sums["Refund:ProductCharges/OurPricePrincipal"]
    assert back == true("amazon.finances", "returns_amount", window)
    sent = -sums["Shipment:AmazonFees/FBAPerUnitFulfillmentFee/Base"]
    assert sent == true("amazon.finances", "fulfilment_fees", window)
    fees = -sums["Shipment:AmazonFees/Commission/Base"] - sums["Refund:AmazonFees/Commission/Base"]
    assert fees == true("amazon.finances", "platform_fees", window)
    kept = -sums["Refund:AmazonFees/RefundCommission/Base"]
    kept -= sums.get("ServiceFee:AmazonFees/FBACustomerReturnPerUnitFee/Base", Decimal(0))
    assert kept == true("amazon.finances", "return_costs", window)
    assert -sums["ServiceFee:FBAStorageFee/Base"] == true("amazon.finances", "storage_fees", window)


def test_a_window_of_more_than_180_days_silently_gives_nothing(box: Bench) -> None:
    asked = {"postedAfter": "2026-01-01T00:00:00Z", "postedBefore": "2026-10-01T00:00:00Z"}
    answer = box.amazon("/finances/2024-06-19/transactions", asked)
    assert answer.status_code == 200
    assert answer.json() == {"payload": {"transactions": []}}


def test_stock_comes_in_pages_whose_token_dies_in_half_a_minute(box: Bench) -> None:
    asked = {
        "details": "true",
        "granularityType": "Marketplace",
        "granularityId": BERLIN,
        "marketplaceIds": BERLIN,
    }
    path, found = "/fba/inventory/v1/summaries", []
    page = box.amazon(path, asked).json()
    while True:
        found += page["payload"]["inventorySummaries"]
        token = page.get("pagination", {}).get("nextToken")
        if token is None:
            break
        box.clock.jump(1)
        page = box.amazon(path, asked | {"nextToken": token}).json()
    today = Window(date(2026, 10, 21), date(2026, 10, 22))  # 03:00 in Berlin: yesterday's close
    total = sum(one["inventoryDetails"]["fulfillableQuantity"] for one in found)
    assert total == true("amazon.stock", "available_units", today)
    names = ("inboundWorkingQuantity", "inboundShippedQuantity", "inboundReceivingQuantity")
    coming = sum(one["inventoryDetails"][name] for one in found for name in names)
    assert coming == true("amazon.stock", "inbound_units", today)
    old = box.amazon(path, asked).json()["pagination"]["nextToken"]
    box.clock.jump(31)
    assert box.amazon(path, asked | {"nextToken": old}).status_code == 400


METRICS = {
    "marketplaceIds": BERLIN,
    "interval": "2026-10-12T00:00:00+02:00--2026-10-19T00:00:00+02:00",
    "granularity": "Day",
    "granularityTimeZone": "Europe/Berlin",
}


@pytest.mark.parametrize(
    ("path", "params", "status"),
    [
        pytest.param("/sales/v1/orderMetrics", METRICS, 200, id="a right question"),
        pytest.param(
            "/sales/v1/orderMetrics",
            {k: v for k, v in METRICS.items() if k != "interval"},
            400,
            id="no interval",
        ),
        pytest.param(
            "/sales/v1/orderMetrics", METRICS | {"granularity": "Fortnight"}, 400, id="enum"
        ),
        pytest.param(
            "/sales/v1/orderMetrics",
            {k: v for k, v in METRICS.items() if k != "granularityTimeZone"},
            400,
            id="days without a zone",
        ),
        pytest.param(
            "/sales/v1/orderMetrics",
            METRICS | {"granularityTimeZone": "US/Pacific"},
            400,
            id="a zone that contradicts the offset",
        ),
        pytest.param(
            "/sales/v1/orderMetrics", METRICS | {"marketplaceIds": "A1F83G8C2ARO7P"}, 403, id="GB"
        ),
        pytest.param(
            "/sales/v1/orderMetrics",
            METRICS | {"interval": "2024-01-01T00:00:00+01:00--2024-01-02T00:00:00+01:00"},
            400,
            id="more than two years ago",
        ),
        pytest.param(REPORTS, {}, 400, id="a list of no report type"),
        pytest.param(REPORTS, {"reportTypes": ORDERS, "pageSize": "101"}, 400, id="long page"),
        pytest.param(
            REPORTS, {"nextToken": "x", "reportTypes": ORDERS}, 400, id="a token stands alone"
        ),
        pytest.param(f"{REPORTS}/12345", {}, 404, id="an unknown report"),
        pytest.param("/finances/2024-06-19/transactions", {}, 400, id="no start date"),
        pytest.param(
            "/finances/2024-06-19/transactions",
            {"postedAfter": "2026-10-01T00:00:00Z", "postedBefore": "2026-10-22T00:59:00Z"},
            400,
            id="newer than two minutes",
        ),
        pytest.param(
            "/finances/2024-06-19/transactions", {"postedAfter": "yesterday"}, 400, id="no date"
        ),
        pytest.param("/fba/inventory/v1/summaries", {"marketplaceIds": BERLIN}, 400, id="grain"),
        pytest.param("/orders/v0/orders", {}, 404, id="an operation that nobody needs"),
    ],
)
def test_questions_that_the_models_reject_are_rejected(
    box: Bench, path: str, params: dict[str, str], status: int
) -> None:
    answer = box.amazon(path, params)
    assert answer.status_code == status, answer.text
    if status != 200:
        assert set(answer.json()["errors"][0]) == {"code", "message", "details"}


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({"marketplaceIds": [BERLIN]}, id="no type"),
        pytest.param({"reportType": ORDERS}, id="no marketplace"),
        pytest.param({"reportType": ORDERS, "marketplaceIds": []}, id="empty marketplaces"),
        pytest.param({"reportType": ORDERS, "marketplaceIds": BERLIN}, id="no list"),
        pytest.param(
            {"reportType": ORDERS, "marketplaceIds": [BERLIN], "dataStartTime": "1/2/2026"},
            id="a date that is not ISO",
        ),
        pytest.param(
            {"reportType": ORDERS, "marketplaceIds": [BERLIN], "reportOptions": {"a": 1}},
            id="an option that is no text",
        ),
        pytest.param({"reportType": "GET_ALL", "marketplaceIds": [BERLIN]}, id="unknown type"),
        pytest.param(
            {
                "reportType": ORDERS,
                "marketplaceIds": [BERLIN],
                "dataStartTime": "2024-01-01T00:00:00Z",
            },
            id="more than two years ago",
        ),
    ],
)
def test_reports_that_the_model_rejects_are_rejected(box: Bench, body: object) -> None:
    assert box.amazon(REPORTS, body=body).status_code == 400


def test_participations_are_the_sellers_own(box: Bench) -> None:
    found = box.amazon("/sellers/v1/marketplaceParticipations").json()["payload"]
    assert {one["marketplace"]["id"] for one in found} == {
        *(BERLIN, PARIS, "APJ6JRA9NG5V4", "A1RKKUPIHCS9HS")
    }
