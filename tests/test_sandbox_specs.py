"""The sandbox agrees with the official descriptions: in its answers and in its refusals."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import graphql
import httpx
import jsonschema
import pytest
import yaml

from sync_service.sandbox.ads_requests import COLUMNS
from sync_service.sandbox.amazon import OPERATIONS
from sync_service.sandbox.shopify_types import CONNECTIONS, TYPES
from tests.paths import NO_SHARED, SHARED
from tests.sandbox_support import BERLIN, Bench, bench
from tests.test_sandbox_ads import asked

pytestmark = pytest.mark.skipif(SHARED is None, reason=NO_SHARED)
STOCK = {
    "details": "true",
    "granularityType": "Marketplace",
    "granularityId": BERLIN,
    "marketplaceIds": BERLIN,
}
METRICS = {
    "marketplaceIds": BERLIN,
    "interval": "2026-10-12T00:00:00+02:00--2026-10-19T00:00:00+02:00",
    "granularity": "Day",
    "granularityTimeZone": "Europe/Berlin",
}
SPAN = {"dataStartTime": "2026-10-12T00:00:00Z", "dataEndTime": "2026-10-18T23:59:59Z"}
MODELS = {
    "getOrderMetrics": "sales.json",
    "createReport": "reports_2021-06-30.json",
    "getReports": "reports_2021-06-30.json",
    "getReport": "reports_2021-06-30.json",
    "getReportDocument": "reports_2021-06-30.json",
    "listTransactions": "finances_2024-06-19.json",
    "getInventorySummaries": "fbaInventory.json",
    "getMarketplaceParticipations": "sellers.json",
}


@pytest.fixture(scope="module")
def box() -> Iterator[Bench]:
    with bench() as found:
        yield found


@cache
def model(name: str) -> dict[str, Any]:
    assert SHARED is not None
    path = SHARED / "specs" / "amazon-sp-api" / name
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return found


def operation(name: str) -> tuple[str, str, dict[str, Any]]:
    """Method, path and description of an official operation."""
    for path, methods in model(MODELS[name])["paths"].items():
        for method, body in methods.items():
            if isinstance(body, dict) and body.get("operationId") == name:
                return method.upper(), path, body
    raise KeyError(name)


def fits(name: str, answer: httpx.Response) -> None:
    """The body is one that the model describes for this status."""
    described = operation(name)[2]["responses"][str(answer.status_code)]
    schema = {**described["schema"], "definitions": model(MODELS[name])["definitions"]}
    jsonschema.Draft4Validator(nullable(schema)).validate(answer.json())


def nullable(node: Any) -> Any:
    """Amazon's answers hold null for absent lists (models issue 4993); the models do not say so."""
    if isinstance(node, dict):
        made = {key: nullable(value) for key, value in node.items()}
        if made.get("type") == "array":
            made["type"] = ["array", "null"]
        reference = made.get("$ref", "")
        lists = ("Breakdowns", "Contexts", "ItemRelatedIdentifiers", "RelatedIdentifiers")
        if reference.rsplit("/", 1)[-1] in lists:
            return {"anyOf": [{"$ref": reference}, {"type": "null"}]}
        return made
    return [nullable(one) for one in node] if isinstance(node, list) else node


@pytest.mark.parametrize("name", [one.name for one in OPERATIONS])
def test_every_operation_is_an_official_one(name: str) -> None:
    method, path, _ = operation(name)
    own = next(one for one in OPERATIONS if one.name == name)
    assert own.method == method
    assert own.path.fullmatch(path.replace("{reportId}", "1").replace("{reportDocumentId}", "1"))


@pytest.mark.parametrize("name", [one.name for one in OPERATIONS])
def test_rates_are_those_that_the_model_prints(name: str) -> None:
    own = next(one for one in OPERATIONS if one.name == name)
    text = operation(name)[2]["description"]
    printed = re.search(r"\|\s*(\d*\.?\d+)\s*\|\s*(\d+)\s*\|", text)
    if printed is None:  # some models say it in words only; then the reference's table counts
        assert own.rate <= 2
        return
    assert (float(printed[1]), int(printed[2])) == (own.rate, own.burst)


def test_answers_fit_the_official_models(box: Bench) -> None:
    fits("getOrderMetrics", box.amazon("/sales/v1/orderMetrics", METRICS))
    fits("getInventorySummaries", box.amazon("/fba/inventory/v1/summaries", STOCK))
    fits("getMarketplaceParticipations", box.amazon("/sellers/v1/marketplaceParticipations"))
    posted = {"postedAfter": "2026-10-01T00:00:00Z", "postedBefore": "2026-10-20T00:00:00Z"}
    fits("listTransactions", box.amazon("/finances/2024-06-19/transactions", posted))
    kind = "GET_MERCHANT_LISTINGS_ALL_DATA"
    made = box.ask(kind)
    fits("createReport", made)
    path = f"/reports/2021-06-30/reports/{made.json()['reportId']}"
    fits("getReport", box.amazon(path))
    box.clock.jump(100)
    done = box.amazon(path)
    fits("getReport", done)
    fits("getReports", box.amazon("/reports/2021-06-30/reports", {"reportTypes": kind}))
    fits("getReportDocument", box.document(done.json()["reportDocumentId"]))


def test_refusals_fit_the_official_models(box: Bench) -> None:
    fits("getOrderMetrics", box.amazon("/sales/v1/orderMetrics", {"marketplaceIds": BERLIN}))
    fits("getInventorySummaries", box.amazon("/fba/inventory/v1/summaries"))
    fits("listTransactions", box.amazon("/finances/2024-06-19/transactions"))
    fits("createReport", box.amazon("/reports/2021-06-30/reports", body={}))
    fits("getReport", box.amazon("/reports/2021-06-30/reports/1"))


def required(name: str) -> list[str]:
    return [
        one["name"]
        for one in operation(name)[2]["parameters"]
        if one.get("required") and one["in"] == "query"
    ]


@pytest.mark.parametrize(
    ("name", "path", "params"),
    [
        pytest.param("getOrderMetrics", "/sales/v1/orderMetrics", METRICS, id="order metrics"),
        pytest.param("getInventorySummaries", "/fba/inventory/v1/summaries", STOCK, id="stock"),
    ],
)
def test_each_required_parameter_is_missed(
    box: Bench, name: str, path: str, params: dict[str, str]
) -> None:
    assert required(name)
    box.clock.jump(60)
    for missing in required(name):
        rest = {key: value for key, value in params.items() if key != missing}
        assert box.amazon(path, rest).status_code == 400, missing
        box.clock.jump(10)


@pytest.mark.parametrize("grain", ["PARENT", "CHILD", "SKU"])
def test_the_sales_and_traffic_report_fits_its_official_schema(box: Bench, grain: str) -> None:
    schema = model("reports/sellerSalesAndTrafficReport.json")
    options = {"dateGranularity": "DAY", "asinGranularity": grain}
    box.clock.jump(900)
    box.tokens.clear()
    body = box.report("GET_SALES_AND_TRAFFIC_REPORT", **SPAN, reportOptions=options)
    found = json.loads(body)
    assert len(found["salesAndTrafficByDate"]) == 7
    jsonschema.validators.validator_for(schema)(schema).validate(found)


@cache
def ads() -> dict[str, Any]:
    assert SHARED is not None
    path = SHARED / "specs" / "amazon-ads" / "OfflineReport_prod_3p.json"
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return found


def ads_fits(schema: str, value: object) -> None:
    text = json.dumps(ads()["components"]["schemas"])
    schemas = json.loads(text.replace("#/components/schemas/", "#/definitions/"))
    nulled = {name: null_by_flag(one) for name, one in schemas.items()}
    whole = {"$ref": f"#/definitions/{schema}", "definitions": nulled}
    jsonschema.Draft7Validator(whole).validate(value)


def null_by_flag(node: Any) -> Any:
    """OpenAPI's `nullable` as JSON schema says it."""
    if isinstance(node, dict):
        made = {key: null_by_flag(value) for key, value in node.items()}
        if made.pop("nullable", False) is True and isinstance(made.get("type"), str):
            made["type"] = [made["type"], "null"]
        return made
    return [null_by_flag(one) for one in node] if isinstance(node, list) else node


def test_ads_answers_fit_the_official_description(box: Bench) -> None:
    box.tokens.clear()
    body = asked()
    ads_fits("CreateAsyncReportRequest", body)
    made = box.ads("/reporting/reports", body=body).json()
    ads_fits("AsyncReport", made)
    ads_fits("AsyncReportingError", box.ads("/reporting/reports", body={}).json())
    ads_fits("AsyncReportingError", box.ads("/reporting/reports", body=body).json())
    box.clock.jump(900)
    ads_fits("AsyncReport", box.ads(f"/reporting/reports/{made['reportId']}").json())


def test_profiles_fit_the_official_description(box: Bench) -> None:
    assert SHARED is not None
    path = SHARED / "specs" / "amazon-ads" / "Profiles_prod_3p.yaml"
    spec = yaml.safe_load(path.read_text("utf-8"))
    known = spec["components"]["schemas"]["Profile"]["properties"]
    box.tokens.clear()
    for profile in box.ads("/v2/profiles").json():
        assert set(profile) <= set(known)


def test_every_ads_column_is_printed_in_the_official_examples() -> None:
    text = json.dumps(ads())
    ours = {"sp", "sb", "sd"}
    assert set(COLUMNS) == ours
    needed = """date cost clicks impressions campaignId campaignBudgetCurrencyCode advertisedSku
        advertisedAsin sales7d purchases7d sales14d purchases14d"""
    for name in needed.split():
        assert f'"{name}"' in text, name


@pytest.fixture(scope="module")
def schema() -> graphql.GraphQLSchema:
    assert SHARED is not None
    path = SHARED / "specs" / "shopify" / "admin_2026-10.graphql.gz"
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return graphql.build_schema(file.read(), assume_valid=True)


def test_the_type_table_is_a_part_of_the_official_schema(schema: graphql.GraphQLSchema) -> None:
    wrong = []
    for name, fields in TYPES.items():
        official = schema.type_map.get(name)
        if not isinstance(official, (graphql.GraphQLObjectType, graphql.GraphQLInterfaceType)):
            wrong.append(f"{name} is no type")
            continue
        for field, kind in fields.items():
            found = official.fields.get(field)
            named = graphql.get_named_type(found.type) if found else None
            leaf = isinstance(named, (graphql.GraphQLScalarType, graphql.GraphQLEnumType))
            if named is None or (named.name != kind if kind else not leaf):
                wrong.append(f"{name}.{field} is {named}, not {kind or 'a leaf'}")
    assert not wrong
    assert CONNECTIONS
