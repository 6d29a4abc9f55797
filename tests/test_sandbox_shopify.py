"""The sandbox's Shopify: GraphQL, cost, pages, bulk files, ShopifyQL; answers against the truth."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow.compute as pc
import pytest

from kpi.model import Window
from sync_service.connectors.shopify_queries import ALL, bulk_orders, bulk_refunds
from sync_service.sandbox import graphql
from sync_service.sandbox.shopify_types import TYPES
from sync_service.sandbox.truth import truth
from sync_service.sandbox.world import SANDBOX_NOW
from tests.sandbox_support import GRAPHQL, WORLD, Bench, bench

WEEK = Window(date(2026, 10, 12), date(2026, 10, 19))
CREATED = "created_at:>=2026-10-12 AND created_at:<2026-10-19"
TOUCHED = "updated_at:>=2026-10-12"
RUN = """mutation ($q: String!) { bulkOperationRunQuery(query: $q) {
  bulkOperation { id status } userErrors { field message } } }"""
POLL = "query ($id: ID!) { bulkOperation(id: $id) { id status url objectCount rootObjectCount } }"


@pytest.fixture
def box() -> Iterator[Bench]:
    with bench() as found:
        yield found


def true(stream: str, measure: str) -> Decimal:
    table = truth(WORLD, "SHP-US", stream, WEEK, SANDBOX_NOW)
    return Decimal(str(pc.sum(table[measure]).as_py() or 0))


def bulk(box: Bench, query: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    made = box.shopify(RUN, q=query)["data"]["bulkOperationRunQuery"]
    assert not made["userErrors"], made
    box.clock.jump(70)
    done = box.shopify(POLL, id=made["bulkOperation"]["id"])["data"]["bulkOperation"]
    assert done["status"] == "COMPLETED"
    text = box.http.get(done["url"]).text if done["url"] else ""
    return done, [json.loads(line) for line in text.splitlines()]


def money(bag: dict[str, Any]) -> Decimal:
    return Decimal(bag["shopMoney"]["amount"])


def in_week(text: str) -> bool:
    """New York is four hours behind in October."""
    return "2026-10-12T04:00:00Z" <= text < "2026-10-19T04:00:00Z"


def test_a_bulk_file_of_orders_is_the_truth(box: Bench) -> None:
    done, lines = bulk(box, bulk_orders(CREATED))
    orders = [one for one in lines if "__parentId" not in one]
    items = [one for one in lines if "__parentId" in one]
    assert int(done["objectCount"]) == len(lines)
    assert int(done["rootObjectCount"]) == len(orders)
    assert len(orders) == true("shopify.orders", "orders_count")
    assert len(items) == true("shopify.orders", "order_items_count")
    assert {one["__parentId"] for one in items} == {one["id"] for one in orders}
    gross = sum(money(one["originalTotalSet"]) for one in items)
    assert gross == true("shopify.orders", "gross_sales")
    off = sum(money(a["allocatedAmountSet"]) for one in items for a in one["discountAllocations"])
    assert off == true("shopify.orders", "discounts")
    assert off == sum(money(one["totalDiscountsSet"]) for one in orders)


def test_refunds_and_returns_are_the_truth(box: Bench) -> None:
    _, lines = bulk(box, bulk_refunds(TOUCHED))
    refunds = [r for one in lines for r in one.get("refunds", []) if in_week(r["createdAt"])]
    total = sum(money(one["totalRefundedSet"]) for one in refunds)
    assert total == true("shopify.refunds", "refund_amount")
    returns = {
        one["id"]: one
        for one in lines
        if "/Return/" in one.get("id", "") and in_week(one["createdAt"])
    }
    units = sum(one["quantity"] for one in lines if one.get("__parentId") in returns)
    assert units == true("shopify.refunds", "units_returned")
    assert units > 0
    ids = [one["id"] for one in refunds]
    goods, pieces = Decimal(0), 0
    for start in range(0, len(ids), 20):
        nodes = box.shopify(ALL["REFUND_LINES"].text, ids=ids[start : start + 20])["data"]["nodes"]
        for line in (line for one in nodes for line in one["refundLineItems"]["nodes"]):
            goods += money(line["subtotalSet"])
            pieces += line["quantity"]
    assert goods == true("shopify.refunds", "returns_amount")
    assert pieces == true("shopify.refunds", "units_refunded")


def test_pages_hold_every_order_once(box: Bench) -> None:
    seen: list[str] = []
    after: str | None = None
    while True:
        answer = box.shopify(ALL["ORDERS"].text, query=CREATED, after=after)
        page = answer["data"]["orders"]
        seen += [one["id"] for one in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        box.clock.jump(10)
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert len(seen) == len(set(seen)) == true("shopify.orders", "orders_count")


def test_fees_are_the_truth(box: Bench) -> None:
    fees, after = Decimal(0), None
    search = "processed_at:>=2026-10-12 AND processed_at:<2026-10-19"
    while True:
        answer = box.shopify(ALL["BALANCE"].text, query=search, after=after)
        page = answer["data"]["shopifyPaymentsAccount"]["balanceTransactions"]
        fees += sum(Decimal(one["fee"]["amount"]) for one in page["nodes"])
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert fees == true("shopify.payments", "payment_fees")


def test_sessions_and_sales_by_shopifyql_are_the_truth(box: Bench) -> None:
    def ask(text: str) -> dict[str, Any]:
        found: dict[str, Any] = box.shopify(ALL["SESSIONS"].text, query=text)["data"]
        return found["shopifyqlQuery"]  # type: ignore[no-any-return]  # JSON

    span = "GROUP BY day SINCE 2026-10-12 UNTIL 2026-10-18 ORDER BY day"
    visits = ask(f"FROM sessions SHOW sessions {span}")["tableData"]
    assert [one["name"] for one in visits["columns"]] == ["day", "sessions"]
    assert sum(int(row["sessions"]) for row in visits["rows"]) == true(
        "shopify.traffic", "sessions"
    )
    sales = ask(f"FROM sales SHOW gross_sales, orders {span}")["tableData"]["rows"]
    gross = sum(Decimal(row["gross_sales"]) for row in sales)
    assert gross == true("shopify.orders", "gross_sales")
    wrong = ask("SELECT * FROM sessions")
    assert wrong["tableData"] is None
    assert wrong["parseErrors"]


def test_stock_and_products_are_the_truth(box: Bench) -> None:
    def every(name: str, root: str, **variables: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        after: str | None = None
        while True:
            page = box.shopify(ALL[name].text, after=after, **variables)["data"][root]
            found += page["nodes"]
            after = page["pageInfo"]["endCursor"]
            box.clock.jump(10)
            if not page["pageInfo"]["hasNextPage"]:
                return found

    levels = {"available": 0, "incoming": 0}
    for item in every("STOCK", "inventoryItems"):
        for level in item["inventoryLevels"]["nodes"]:
            for one in level["quantities"]:
                levels[one["name"]] += one["quantity"]
    today = Window(date(2026, 10, 21), date(2026, 10, 22))
    table = truth(WORLD, "SHP-US", "shopify.stock", today, SANDBOX_NOW)
    assert levels["available"] == pc.sum(table["available_units"]).as_py()
    assert levels["incoming"] == pc.sum(table["inbound_units"]).as_py()
    october = Window(date(2026, 10, 1), date(2026, 10, 21))
    opened = every("PRODUCTS", "products", query="published_at:>=2026-10-01")
    new = truth(WORLD, "SHP-US", "shopify.products", october, SANDBOX_NOW)
    assert len(opened) == pc.sum(new["listings_new_parent"]).as_py() > 0


def test_each_store_has_its_own_token(box: Bench) -> None:
    url = f"{box.handle.urls('SHP-EU', 'shopify')['api']}{GRAPHQL}"
    token = {"X-Shopify-Access-Token": WORLD.shop("SHP-US").access_token}
    answer = box.http.post(url, json={"query": "{ shop { name } }"}, headers=token)
    assert answer.status_code == 401


def test_cost_is_paid_and_restored_by_the_sandboxs_clock(box: Bench) -> None:
    expensive = """{ orders(first: 250) { nodes { lineItems(first: 30) { nodes { id sku
        variant { inventoryItem { sku } } } } } } }"""
    first = box.shopify(expensive)["extensions"]["cost"]
    price = first["requestedQueryCost"]
    assert first["throttleStatus"]["maximumAvailable"] == 2000
    while True:
        answer = box.shopify(expensive)
        if "errors" in answer:
            break
    assert answer["errors"][0]["extensions"]["code"] == "THROTTLED"
    left = answer["extensions"]["cost"]["throttleStatus"]["currentlyAvailable"]
    assert left < price
    box.clock.jump((price - left) / 100)
    assert "errors" not in box.shopify(expensive)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        pytest.param(
            "{ orders(first: 1) { nodes { customer { id } } } }",
            "Field 'customer' doesn't exist on type 'Order'",
            id="protected data are not there",
        ),
        pytest.param("{ shop }", "must have selections", id="an object needs fields"),
        pytest.param("{ shop { name { x } } }", "scalars", id="a leaf has none"),
        pytest.param("{ shop { name }", "syntax error", id="an open brace"),
        pytest.param("{ orders(first: 251) { nodes { id } } }", "between 1 and 250", id="page"),
        pytest.param("{ orders { nodes { id } } }", "between 1 and 250", id="no page size"),
    ],
)
def test_wrong_queries_are_200_with_errors(box: Bench, query: str, words: str) -> None:
    answer = box.shopify(query)
    assert words in answer["errors"][0]["message"]
    assert "data" not in answer


def test_an_empty_bulk_operation_has_no_file(box: Bench) -> None:
    done, lines = bulk(box, bulk_orders("created_at:<2020-01-01"))
    assert done["url"] is None
    assert not lines


@pytest.mark.parametrize(
    ("query", "words"),
    [
        pytest.param("{ shop { name } }", "at least one connection", id="no connection"),
        pytest.param(
            "{ orders { edges { node { id refunds { refundLineItems { nodes { id } } } } } } }",
            "within a list field",
            id="a connection inside a list",
        ),
        pytest.param("{ orders { nodes { secret } } }", "doesn't exist", id="unknown field"),
    ],
)
def test_bulk_queries_that_shopify_refuses(box: Bench, query: str, words: str) -> None:
    made = box.shopify(RUN, q=query)["data"]["bulkOperationRunQuery"]
    assert made["bulkOperation"] is None
    assert words in made["userErrors"][0]["message"]


@pytest.mark.parametrize("name", ALL)
def test_every_query_of_the_connector_is_understood(name: str) -> None:
    graphql.check(graphql.parse(ALL[name].text), TYPES)
