"""Amazon's finances and advertising as facts; each number worked by hand."""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest

from sync_service.bodies import Response
from sync_service.connectors import (
    amazon_ads,
    amazon_finances,
)
from sync_service.connectors.kernel import ContractBroken, FactRow
from sync_service.connectors.tally import NO_PRODUCT, Doubts
from tests.parse_support import DE, OCTOBER, facts


def charge(name: str, amount: str, *below: Any) -> Any:
    """A branch of a breakdown."""
    return {
        "breakdownType": name,
        "breakdownAmount": {"currencyAmount": Decimal(amount), "currencyCode": "EUR"},
        "breakdowns": list(below) or None,
    }


def transaction(kind: str, *breakdowns: Any, items: Sequence[Any] = (), **more: str) -> Any:
    """A transaction posted on 5 October."""
    return {
        "transactionType": kind,
        "transactionId": "t1",
        "transactionStatus": "RELEASED",
        "postedDate": "2026-10-05T10:00:00Z",
        "items": list(items),
        "breakdowns": list(breakdowns),
    } | more


def item(sku: str, *breakdowns: Any) -> Any:
    """An item of a transaction."""
    context = {"contextType": "ProductContext", "sku": sku}
    return {"contexts": [context], "breakdowns": list(breakdowns)}


def finances(*transactions: Any) -> tuple[dict[tuple[str, str, str], Any], Doubts]:
    doubts = Doubts("amazon.finances", "AMZ-DE")
    return facts(amazon_finances.finances(transactions, DE, OCTOBER, doubts)), doubts


SHIPMENT = (
    charge("Sales", "20", charge("ProductCharges", "20")),
    charge(
        "Expenses",
        "-6.50",
        charge(
            "AmazonFees",
            "-6.50",
            charge("Commission", "-3.00", charge("Base", "-3.00")),
            charge("FBAPerUnitFulfillmentFee", "-3.50", charge("Base", "-3.50")),
        ),
    ),
)


def test_a_shipment_is_walked_to_its_leaves() -> None:
    """20 of goods are no measure here; 3 of commission and 3.50 of picking are costs."""
    found, doubts = finances(transaction("Shipment", *SHIPMENT, items=[item("A", *SHIPMENT)]))
    assert found == {
        ("10-05", "A", "platform_fees"): Decimal("3.00"),
        ("10-05", "A", "fulfilment_fees"): Decimal("3.50"),
    }
    assert doubts.problems() == ()


def test_what_a_transaction_has_beyond_its_items_belongs_to_no_product() -> None:
    half = charge("Commission", "-1.00", charge("Base", "-1.00"))
    found, _ = finances(
        transaction("Shipment", charge("Commission", "-3.00"), items=[item("A", half)])
    )
    assert found == {
        ("10-05", "A", "platform_fees"): Decimal("1.00"),
        ("10-05", NO_PRODUCT, "platform_fees"): Decimal("2.00"),
    }


def test_a_refund_gives_back_goods_tax_and_commission() -> None:
    """Goods 20 and tax 3.80 go back; 3 of commission come back, 0.60 of it is kept."""
    parts = (
        charge("Sales", "-23.80", charge("Principal", "-20"), charge("Tax", "-3.80")),
        charge(
            "AmazonFees", "2.40", charge("Commission", "3"), charge("RefundCommission", "-0.60")
        ),
    )
    found, _ = finances(transaction("Refund", items=[item("A", *parts)]))
    assert found == {
        ("10-05", "A", "returns_amount"): Decimal(20),
        ("10-05", "A", "refund_amount"): Decimal("23.80"),
        ("10-05", "A", "platform_fees"): Decimal(-3),
        ("10-05", "A", "return_costs"): Decimal("0.60"),
    }


@pytest.mark.parametrize(
    ("transactions", "cells"),
    [
        pytest.param(
            [transaction("ServiceFee", charge("FBAStorageFee", "-12.34"))],
            {("10-05", "*", "storage_fees"): Decimal("12.34")},
            id="storage belongs to the whole shop",
        ),
        pytest.param(
            [transaction("ServiceFee", charge("Subscription", "-39"))],
            {("10-05", "-", "platform_fees"): Decimal(39)},
            id="a subscription belongs to no product",
        ),
        pytest.param(
            [transaction("Transfer", charge("Transfer", "-1000"))], {}, id="a transfer is no cost"
        ),
        pytest.param(
            [
                transaction(
                    "ServiceFee", charge("Subscription", "-39"), transactionStatus="DEFERRED"
                ),
                transaction("ServiceFee", charge("Subscription", "-40")),
            ],
            {("10-05", "-", "platform_fees"): Decimal(40)},
            id="what was released replaces its deferred self",
        ),
        pytest.param(
            [
                transaction("ServiceFee", charge("Subscription", "-40")),
                transaction(
                    "ServiceFee", charge("Subscription", "-39"), transactionStatus="DEFERRED"
                ),
            ],
            {("10-05", "-", "platform_fees"): Decimal(40)},
            id="in either order",
        ),
        pytest.param(
            [transaction("ServiceFee", charge("Commission", "-5", charge("Base", "-3")))],
            {("10-05", "-", "platform_fees"): Decimal(5)},
            id="what a branch has beyond its leaves counts too",
        ),
    ],
)
def test_transactions(transactions: list[Any], cells: dict[tuple[str, str, str], Decimal]) -> None:
    assert finances(*transactions)[0] == cells


def test_an_unknown_fee_is_told_and_counted_nowhere() -> None:
    found, doubts = finances(
        transaction("ServiceFee", charge("AmazonFees", "-1", charge("New", "-1")))
    )
    assert found == {}
    assert "Unknown fee AmazonFees/New" in doubts.problems()[0].what["en"]


def test_a_breakdown_without_end_is_refused() -> None:
    branch = charge("x", "1")
    for _ in range(30):
        branch = charge("x", "1", branch)
    with pytest.raises(ContractBroken, match="without end"):
        finances(transaction("Shipment", branch))


def ads(product: amazon_ads.Product, *lines: Any) -> list[FactRow]:
    doubts = Doubts(product.stream, "AMZ-DE")
    payload = json.dumps(lines).encode()
    return amazon_ads.read(payload, DE, OCTOBER, product, days="7d", doubts=doubts)


def ad_line(**more: object) -> Any:
    return {
        "date": "2026-10-05",
        "cost": 1.25,
        "clicks": 3,
        "impressions": 200,
        "campaignBudgetCurrencyCode": "EUR",
        "sales7d": 19.99,
        "purchases7d": 1,
        "sales": 5.5,
        "purchases": 1,
        "campaignId": 123456789012345,
        "advertisedSku": "A",
        "advertisedAsin": "B01",
    } | more


def test_sponsored_products_add_over_campaigns() -> None:
    (row,) = ads(amazon_ads.SPONSORED_PRODUCTS, ad_line(), ad_line(campaignId=2))
    assert (row.sku, row.part, row.currency) == ("A", "", "EUR")
    assert row.measures == {
        "ad_spend": Decimal("2.50"),
        "ad_sales": Decimal("39.98"),
        "ad_orders": 2,
        "ad_clicks": 6,
        "ad_impressions": 400,
    }


def test_sponsored_brands_have_no_sku_but_a_campaign() -> None:
    rows = ads(amazon_ads.SPONSORED_BRANDS, ad_line(), ad_line(campaignId=2))
    assert [(row.sku, row.part) for row in rows] == [("*", "123456789012345"), ("*", "2")]
    assert rows[0].measures["ad_sales"] == Decimal("5.5")


@pytest.mark.parametrize(
    ("answer", "report_id"),
    [
        pytest.param((200, {"reportId": "r1"}), "r1", id="a new report"),
        pytest.param(
            (
                425,
                {"detail": "The Request is a duplicate of : 8ADCA409-98e1-442c-9e74-28147f9f7bc8"},
            ),
            "8ADCA409-98e1-442c-9e74-28147f9f7bc8",
            id="an identical one is being built",
        ),
    ],
)
def test_the_id_of_an_ads_report(answer: tuple[int, Any], report_id: str) -> None:
    status, body = answer
    assert amazon_ads.created(Response(status, {}, json.dumps(body).encode())) == report_id
