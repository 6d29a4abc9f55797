"""Every request of the connectors, held against the platforms' own descriptions."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

import graphql
import pytest
from graphql import GraphQLSchema
from graphql.language import FieldNode, SelectionSetNode

from kpi.model import Window
from sync_service.connectors import (
    amazon_ads,
    amazon_finances,
    amazon_goods,
    amazon_reports,
    amazon_sales,
    shopify_queries,
)
from sync_service.connectors.amazon_ads import AMAZON_ADS
from sync_service.connectors.amazon_sp_api import AMAZON
from sync_service.connectors.kernel import Connector, ShopRef
from sync_service.connectors.shopify import KEPT, SHOPIFY
from tests.connector_support import Asked
from tests.paths import NO_SHARED, SHARED
from tests.spec_checks import ADS, SP_API, complaints, operation_of, operations

pytestmark = pytest.mark.skipif(SHARED is None, reason=NO_SHARED)

API = "https://sellingpartnerapi-eu.amazon.com"
SHOP = ShopRef(
    code="AMZ-DE",
    platform="amazon",
    account="acc",
    market="DE",
    marketplace="A1PA6795UKMFR9",
    currency="EUR",
    time_zone="Europe/Berlin",
    urls={"api": API},
)
NOW = datetime(2026, 10, 22, 1, 0, tzinfo=UTC)
OCTOBER = Window(date(2026, 10, 1), date(2026, 10, 22))
ONE_DAY = Window(date(2026, 10, 21), date(2026, 10, 22))


def get(path: str, params: Mapping[str, str]) -> Asked:
    return Asked("GET", f"{API}{path}", params, b"", {})


def create(order: amazon_reports.ReportOrder) -> Asked:
    body = json.dumps(order.body()).encode()
    headers = {"content-type": "application/json"}
    return Asked("POST", f"{API}{amazon_reports.REPORTS}", {}, body, headers)


SP_REQUESTS = {
    "order metrics of a month": get(
        "/sales/v1/orderMetrics", amazon_sales.metrics_params(SHOP, OCTOBER, NOW)
    ),
    "the first page of transactions": get(
        "/finances/2024-06-19/transactions", amazon_finances.params(SHOP, OCTOBER, NOW, None)
    ),
    "the next page of transactions": get(
        "/finances/2024-06-19/transactions", amazon_finances.params(SHOP, OCTOBER, NOW, "abc")
    ),
    "stock now": get("/fba/inventory/v1/summaries", amazon_goods.stock_params(SHOP, None)),
    "the next page of stock": get(
        "/fba/inventory/v1/summaries", amazon_goods.stock_params(SHOP, "abc")
    ),
    "sales and traffic of a month": create(amazon_sales.traffic_order(SHOP, OCTOBER, "PARENT")),
    "sales and traffic of a day by ASIN": create(
        amazon_sales.traffic_order(SHOP, ONE_DAY, "CHILD")
    ),
    "all orders": create(amazon_reports.by_instants(amazon_reports.ALL_ORDERS, SHOP, OCTOBER, NOW)),
    "returns": create(amazon_reports.by_instants(amazon_reports.RETURNS, SHOP, OCTOBER, NOW)),
    "stock ledger": create(
        amazon_reports.by_instants(
            amazon_reports.LEDGER, SHOP, OCTOBER, NOW, {"aggregatedByTimePeriod": "DAILY"}
        )
    ),
    "a report's state": get(f"{amazon_reports.REPORTS}/50001", {}),
    "a report's document": get(f"{amazon_reports.DOCUMENTS}/amzn1.spdoc.1", {}),
    "the marketplaces of an account": get("/sellers/v1/marketplaceParticipations", {}),
}


@pytest.mark.parametrize("asked", SP_REQUESTS.values(), ids=SP_REQUESTS.keys())
def test_a_selling_partner_request_is_what_the_model_takes(asked: Asked) -> None:
    operation = operation_of(asked, operations("amazon-sp-api", SP_API))
    assert operation is not None
    assert complaints(asked, operation) == []


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        pytest.param(
            get("/sales/v1/orderMetrics", {"marketplaceIds": "X", "granularity": "Day"}),
            "missing parameter interval",
            id="an interval that is not given",
        ),
        pytest.param(
            get(
                "/sales/v1/orderMetrics",
                {"marketplaceIds": "X", "interval": "a--b", "granularity": "Daily"},
            ),
            "granularity=Daily is none of",
            id="a granularity that does not exist",
        ),
        pytest.param(
            get("/finances/2024-06-19/transactions", {"postedAfter": "2026-10-01"}),
            "is no date-time",
            id="a day where an instant is asked for",
        ),
        pytest.param(
            get("/finances/2024-06-19/transactions", {"pageSize": "10"}),
            "unknown parameter pageSize",
            id="a parameter that the model does not know",
        ),
        pytest.param(
            Asked(
                "POST",
                f"{API}{amazon_reports.REPORTS}",
                {},
                b'{"reportType": "X", "marketplaceIds": [], "start": "x"}',
                {"content-type": "application/json"},
            ),
            "start",
            id="a field of the body that the model does not know",
        ),
    ],
)
def test_the_check_itself_refuses(broken: Asked, said: str) -> None:
    operation = operation_of(broken, operations("amazon-sp-api", SP_API))
    assert operation is not None
    assert any(said in one for one in complaints(broken, operation))


@pytest.mark.parametrize("product", amazon_ads.PRODUCTS, ids=lambda one: one.report_type)
def test_an_ads_report_request_is_what_the_model_takes(product: amazon_ads.Product) -> None:
    body = json.dumps(amazon_ads.report_body(product, OCTOBER, "7d")).encode()
    headers = {"content-type": amazon_ads.CREATE_TYPE, "amazon-advertising-api-clientid": "app"}
    asked = Asked("POST", "https://x/reporting/reports", {}, body, headers)
    operation = operation_of(asked, operations("amazon-ads", ADS))
    assert operation is not None
    assert complaints(asked, operation) == []
    plain = Asked(asked.method, asked.url, {}, body, {"content-type": "application/json"})
    assert any("content type" in one for one in complaints(plain, operation))


@pytest.mark.parametrize("product", amazon_ads.PRODUCTS, ids=lambda one: one.report_type)
def test_the_ads_columns_are_those_of_the_official_examples(product: amazon_ads.Product) -> None:
    post = next(one for one in operations("amazon-ads", ADS) if one.name == "createAsyncReport")
    content = post.body["requestBody"]["content"][amazon_ads.CREATE_TYPE]["examples"]
    configurations = [one["value"]["configuration"] for one in content.values()]
    official = {
        column
        for one in configurations
        if one["reportTypeId"] == product.report_type
        for column in one["columns"]
    }
    for window in ("7d", "14d"):
        assert set(product.columns(window)) <= official


@pytest.mark.parametrize("call", ["reports/8adca409", "profiles"])
def test_other_ads_requests_are_what_the_model_takes(call: str) -> None:
    path = "/v2/profiles" if call == "profiles" else f"/reporting/{call}"
    headers = {"amazon-advertising-api-clientid": "app", "amazon-advertising-api-scope": "1"}
    asked = Asked("GET", f"https://x{path}", {}, b"", headers)
    operation = operation_of(asked, operations("amazon-ads", ADS))
    assert operation is not None
    assert complaints(asked, operation) == []


# -- Shopify -------------------------------------------------------------------------------------

TEXTS = {name: query.text for name, query in shopify_queries.ALL.items()} | {
    "bulk orders": shopify_queries.bulk_orders(shopify_queries.touched("a", "b")),
    "bulk balance": shopify_queries.bulk_balance("x"),
    "bulk refunds": shopify_queries.bulk_refunds(shopify_queries.touched("a", "b")),
}
BULK = {name: text for name, text in TEXTS.items() if name.startswith("bulk")}
BUYERS = frozenset(
    """customer billingAddress shippingAddress email phone note customAttributes clientIp
    paymentDetails staffMember displayAddress localizationExtensions customerNote
    returnReasonNote trackingInfo originAddress""".split()  # noqa: SIM905 - a list of words
)


@cache
def schema() -> GraphQLSchema:
    assert SHARED is not None
    packed = SHARED / "specs" / "shopify" / "admin_2026-10.graphql.gz"
    text = gzip.decompress(packed.read_bytes()).decode()
    # the official file deprecates fields of types whose interfaces do not; queries do not mind
    return graphql.build_schema(text, assume_valid=True)


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_a_shopify_query_validates_against_the_official_schema(text: str) -> None:
    assert [one.message for one in graphql.validate(schema(), graphql.parse(text))] == []


def test_a_wrong_shopify_query_does_not_validate() -> None:
    text = TEXTS["ORDERS"].replace("quantity", "quantities")
    assert graphql.validate(schema(), graphql.parse(text))


def fields(node: SelectionSetNode | None) -> Iterator[FieldNode]:
    for selection in node.selections if node else ():
        if isinstance(selection, FieldNode):
            yield selection
        yield from fields(getattr(selection, "selection_set", None))


def of(text: str) -> Iterator[FieldNode]:
    for definition in graphql.parse(text).definitions:
        yield from fields(getattr(definition, "selection_set", None))


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_no_shopify_query_selects_a_buyer(text: str) -> None:
    assert {node.name.value for node in of(text)} & BUYERS == set()


@pytest.mark.parametrize("text", BULK.values(), ids=BULK.keys())
def test_a_bulk_query_keeps_shopifys_rules_of_nesting(text: str) -> None:
    """At most five connections, two levels of them, none inside a list."""
    found: list[int] = []

    def visit(node: SelectionSetNode, kind: Any, depth: int, inside: bool) -> None:
        for one in node.selections:
            if not isinstance(one, FieldNode):
                visit(getattr(one, "selection_set"), kind, depth, inside)  # noqa: B009 - a fragment
                continue
            field = kind.fields.get(one.name.value) if hasattr(kind, "fields") else None
            if field is None or one.selection_set is None:
                continue
            named = graphql.get_named_type(field.type)
            connection = named.name.endswith("Connection")
            assert not (connection and inside), f"{one.name.value} stands inside a list"
            found.extend([depth + 1] if connection else [])
            listed = inside or ("[" in str(field.type) and one.name.value not in {"edges", "nodes"})
            visit(one.selection_set, named, depth + connection, listed)

    for definition in graphql.parse(text).definitions:
        visit(definition.selection_set, schema().query_type, 0, False)  # type: ignore[attr-defined]
    assert 0 < len(found) <= 5
    assert max(found) <= 3  # the root and two levels below it


def test_the_keep_lists_hold_every_selected_field_and_no_buyer() -> None:
    kept = frozenset().union(*KEPT.values())
    asked = {node.name.value for text in TEXTS.values() for node in of(text)}
    bulk_only = {"bulkOperation", "bulkOperationRunQuery", "userErrors", "edges"}
    never_kept = {"field", "message", "code", "errorCode", "objectCount", "url"}
    assert asked - bulk_only - never_kept <= kept
    assert kept & BUYERS == set()


NEVER_KEPT = (
    "buyer",
    "recipient",
    "address",
    "ship-city",
    "ship-postal",
    "ship-state",
    "email",
    "phone",
    "comment",
    "note",
    "customer-",
    "tracking",
)


@pytest.mark.parametrize("connector", [AMAZON, AMAZON_ADS, SHOPIFY], ids=lambda one: one.platform)
def test_every_stream_has_a_keep_list_without_buyers(connector: Connector) -> None:
    for stream in connector.streams:
        kept = connector.kept[stream.name]
        assert kept
        assert not [name for name in kept for bad in NEVER_KEPT if bad in name.lower()]
