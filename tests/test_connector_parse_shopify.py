"""Shopify's answers as facts, its throttling and bulk operations; each number by hand."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from kpi.model import Window
from sync_service.bodies import Response
from sync_service.connectors import (
    shopify_desk,
    shopify_facts,
    shopify_parse,
    shopify_values,
)
from sync_service.connectors.kernel import ContractBroken, RateLimited, Trouble
from sync_service.connectors.tally import Tally
from tests.parse_support import OCTOBER, STORE, facts


def usd(amount: str) -> Any:
    return {"shopMoney": {"amount": amount, "currencyCode": "USD"}}


def shop_line(sku: str | None, quantity: int, amount: str, off: str = "0") -> Any:
    allocated = [{"allocatedAmountSet": usd(off)}]
    return {
        "id": f"gid://shopify/LineItem/{sku}",
        "sku": sku,
        "quantity": quantity,
        "originalTotalSet": usd(amount),
        "discountAllocations": allocated,
    }


def parcel(number: int, units: int, status: str = "SUCCESS") -> Any:
    return {
        "id": f"gid://shopify/Fulfillment/{number}",
        "createdAt": "2026-10-07T12:00:00Z",
        "status": status,
        "totalQuantity": units,
    }


def shop_order(*parcels: Any, test: bool = False, discounts: str = "3.00") -> Any:
    return {
        "id": "gid://shopify/Order/1",
        "createdAt": "2026-10-06T03:30:00Z",  # still the fifth in New York
        "test": test,
        "totalDiscountsSet": usd(discounts),
        "fulfillments": list(parcels),
    }


LINES = (shop_line("A", 2, "20.00", "2.00"), shop_line(None, 1, "5.00"))


def shop_facts(node: Any, parcels: Mapping[str, Any] | None = None) -> Any:
    read = shopify_parse.read_order(node, LINES)
    orders = [read] if read else []
    return facts(shopify_facts.order_facts(orders, parcels or {}, STORE, OCTOBER))


def test_a_shopify_order_by_its_own_day() -> None:
    """3.00 off in all, 2.00 of it on the line: 1.00 off the shipping belongs to no product."""
    assert shop_facts(shop_order(parcel(1, 3))) == {
        ("10-05", "*", "orders_count"): 1,
        ("10-05", "*", "order_items_count"): 2,
        ("10-05", "A", "gross_sales"): Decimal("20.00"),
        ("10-05", "A", "gmv_amount"): Decimal("20.00"),
        ("10-05", "A", "discounts"): Decimal("2.00"),
        ("10-05", "A", "units_ordered"): 2,
        ("10-05", "-", "gross_sales"): Decimal("5.00"),
        ("10-05", "-", "gmv_amount"): Decimal("5.00"),
        ("10-05", "-", "discounts"): Decimal("1.00"),
        ("10-05", "-", "units_ordered"): 1,
        ("10-07", "A", "units_shipped"): 2,
        ("10-07", "-", "units_shipped"): 1,
        ("10-07", "A", "sales_shipped"): Decimal("18.0000"),
        ("10-07", "-", "sales_shipped"): Decimal("5.0000"),
        ("10-07", "*", "orders_shipped"): 1,
    }


@pytest.mark.parametrize(
    ("node", "asked"),
    [
        pytest.param(
            shop_order(parcel(1, 3)), 0, id="one parcel with everything needs no question"
        ),
        pytest.param(shop_order(parcel(1, 1)), 1, id="a part of the order does"),
        pytest.param(shop_order(parcel(1, 1), parcel(2, 2)), 2, id="two parcels do"),
        pytest.param(
            shop_order(parcel(1, 3), parcel(2, 3, "CANCELLED")), 0, id="a cancelled parcel is none"
        ),
    ],
)
def test_which_parcels_have_to_be_opened(node: Any, asked: int) -> None:
    read = shopify_parse.read_order(node, LINES)
    assert read is not None
    assert len(shopify_facts.split_parcels([read], STORE, OCTOBER)) == asked


def test_a_split_parcel_ships_what_is_in_it() -> None:
    """One of two that were 20.00 less 2.00: 9.00."""
    line = shopify_parse.ParcelLine("A", 1, "", "gid://shopify/LineItem/A")
    found = shop_facts(shop_order(parcel(1, 1)), {"gid://shopify/Fulfillment/1": [line]})
    assert found["10-07", "A", "units_shipped"] == 1
    assert found["10-07", "A", "sales_shipped"] == Decimal("9.0000")


def test_a_test_order_is_no_order() -> None:
    assert shop_facts(shop_order(parcel(1, 3), test=True)) == {}


def test_bulk_lines_come_in_any_order() -> None:
    order = {"id": "gid://shopify/Order/1"}
    child = {"id": "gid://shopify/LineItem/7", "__parentId": "gid://shopify/Order/1"}
    for lines in ([order, child], [child, order]):
        payload = b"\n".join(json.dumps(line).encode() for line in lines)
        (root,) = shopify_values.assembled(payload, {"LineItem": "lineItems"})
        assert root["lineItems"] == [child]


def test_a_bulk_child_without_its_parent_is_refused() -> None:
    payload = b'{"id": "gid://shopify/LineItem/7", "__parentId": "gid://shopify/Order/1"}'
    with pytest.raises(ContractBroken, match="not there"):
        shopify_values.assembled(payload, {"LineItem": "lineItems"})


def given_back(*parcels: Any, ordered: int = 3, statuses: Sequence[str] = ("CLOSED",)) -> Any:
    """An order of the fifth, of which one A is refunded on the 8th and back on the 10th."""
    refund = {
        "id": "gid://shopify/Refund/1",
        "createdAt": "2026-10-08T12:00:00Z",
        "totalRefundedSet": usd("11.00"),
    }
    node = {
        **shop_order(*parcels),
        "subtotalLineItemsQuantity": ordered,
        "refunds": [refund],
    }
    sent = {"id": "gid://shopify/FulfillmentLineItem/A", "lineItem": {"sku": "A"}}
    returns = [
        {
            "id": f"{n}",
            "status": status,
            "createdAt": "2026-10-10T12:00:00Z",
            "returnLineItems": [{"quantity": 1, "fulfillmentLineItem": sent}],
        }
        for n, status in enumerate(statuses)
    ]
    back = shopify_parse.read_given_back(node, returns)
    assert back is not None
    return back


LINE_A = "gid://shopify/LineItem/A"
REFUND_LINES = {
    "gid://shopify/Refund/1": [
        shopify_parse.Line("A", 1, Decimal(10), Decimal(0), "USD", LINE_A, restocked=True)
    ]
}


def cohorts(back: Any, parcels: Mapping[str, Any] | None = None) -> Any:
    return facts(shopify_facts.refund_facts([back], REFUND_LINES, parcels or {}, STORE, OCTOBER))


def test_refunds_and_returns_by_their_own_days_and_by_order_and_parcel() -> None:
    """Ordered on the fifth, sent on the seventh; two of five returns are returns."""
    back = given_back(
        parcel(1, 3), statuses=("CLOSED", "OPEN", "DECLINED", "REQUESTED", "CANCELED")
    )
    assert shopify_facts.split_cohorts([back]) == []
    assert cohorts(back) == {
        ("10-08", "*", "refund_amount"): Decimal("11.00"),
        ("10-08", "A", "returns_amount"): Decimal(10),
        ("10-08", "A", "units_refunded"): 1,
        ("10-08", "A", "units_restocked"): 1,
        ("10-10", "A", "units_returned"): 2,
        ("10-10", "*", "orders_returned"): 1,
        ("10-05", "A", "units_refunded_orderday"): 1,
        ("10-07", "A", "units_returned_shipday"): 2,
        ("10-07", "*", "orders_returned_shipday"): 1,
        ("10-07", "A", "returns_amount_shipday"): Decimal(10),
    }


def test_of_two_parcels_the_one_that_held_the_goods_counts() -> None:
    late = {**parcel(2, 2), "createdAt": "2026-10-09T12:00:00Z"}
    back = given_back(parcel(1, 1), late)
    asked = shopify_facts.split_cohorts([back])
    assert asked == ["gid://shopify/Fulfillment/1", "gid://shopify/Fulfillment/2"]
    held = shopify_parse.ParcelLine("A", 2, "gid://shopify/FulfillmentLineItem/A", LINE_A)
    other = shopify_parse.ParcelLine("B", 1, "gid://shopify/FulfillmentLineItem/B", "B")
    found = cohorts(back, dict(zip(asked, ([other], [held]), strict=True)))
    assert found["10-09", "A", "units_returned_shipday"] == 1
    assert found["10-09", "A", "returns_amount_shipday"] == Decimal(10)
    assert ("10-07", "A", "units_returned_shipday") not in found


def test_what_was_refunded_before_it_was_sent_is_in_no_cohort_of_parcels() -> None:
    for back in (given_back(statuses=()), given_back(parcel(1, 2), statuses=())):
        found = cohorts(back)
        assert found["10-05", "A", "units_refunded_orderday"] == 1
        assert [key for key in found if "shipday" in key[2]] == []
    assert shopify_facts.split_cohorts([given_back(parcel(1, 2), statuses=())])


@pytest.mark.parametrize(
    ("how", "restocked"),
    [
        pytest.param("RETURN", True, id="came back and is for sale"),
        pytest.param("NO_RESTOCK", False, id="the buyer keeps it, or it is broken"),
        pytest.param("CANCEL", False, id="it never left"),
    ],
)
def test_what_is_for_sale_again(how: str, restocked: bool) -> None:
    node = {
        "quantity": 2,
        "restockType": how,
        "subtotalSet": usd("8.00"),
        "lineItem": {"id": LINE_A, "sku": "A"},
    }
    line = shopify_parse.read_refund_line(node)
    assert (line.item, line.quantity, line.restocked) == (LINE_A, 2, restocked)


@pytest.mark.parametrize(
    ("window", "asked"),
    [
        pytest.param(("10-08", "10-09"), 1, id="the day of the refund"),
        pytest.param(("10-05", "10-06"), 1, id="the day of the order"),
        pytest.param(("10-07", "10-08"), 1, id="the day of the parcel"),
        pytest.param(("10-06", "10-07"), 0, id="a day between"),
        pytest.param(("10-10", "10-12"), 0, id="the day of the return"),
    ],
)
def test_which_refunds_have_to_be_opened(window: tuple[str, str], asked: int) -> None:
    days = Window(*(date.fromisoformat(f"2026-{day}") for day in window))
    assert len(shopify_facts.refunds_asked([given_back(parcel(1, 3))], STORE, days)) == asked


def test_fees_of_payments() -> None:
    def balance(kind: str, amount: str, fee: str, *, test: bool = False) -> Any:
        return {
            "type": kind,
            "test": test,
            "transactionDate": "2026-10-08T12:00:00Z",
            "amount": {"amount": amount, "currencyCode": "USD"},
            "fee": {"amount": fee, "currencyCode": "USD"},
        }

    nodes = [
        balance("CHARGE", "100", "3.20"),
        balance("CHARGE", "100", "9.99", test=True),
        balance("REFERRAL_FEE", "-7.50", "0"),
    ]
    assert facts(shopify_facts.fee_facts(nodes, STORE, OCTOBER)) == {
        ("10-08", "*", "payment_fees"): Decimal("3.20"),
        ("10-08", "*", "platform_fees"): Decimal("7.50"),
    }


@pytest.mark.parametrize(
    ("measure", "rows", "value"),
    [
        pytest.param("sessions", [{"day": "2026-10-05", "sessions": "12"}], 12, id="as objects"),
        pytest.param("sessions", [["2026-10-05", 12]], 12, id="as lists"),
        pytest.param("gross_sales", [["2026-10-05", "1234.50"]], Decimal("1234.50"), id="money"),
    ],
)
def test_shopifyql_by_day(measure: str, rows: Any, value: Any) -> None:
    columns = [{"name": "day"}, {"name": measure}]
    answer = {"tableData": {"columns": columns, "rows": rows}, "parseErrors": []}
    tally = Tally(OCTOBER, "USD")
    shopify_facts.by_day(answer, measure, tally)
    assert facts(tally.rows()) == {("10-05", "*", measure): value}


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param({"parseErrors": ["Unknown column"]}, id="a parse error"),
        pytest.param(
            {
                "tableData": {
                    "columns": [{"name": "day"}, {"name": "sessions"}],
                    "rows": [["2026-10-05", "many"]],
                }
            },
            id="a word for a count",
        ),
        pytest.param({"tableData": {"columns": [{"name": "day"}], "rows": []}}, id="no column"),
    ],
)
def test_what_shopifyql_does_not_answer_is_a_failure(answer: Any) -> None:
    with pytest.raises(ContractBroken):
        shopify_facts.by_day(answer, "sessions", Tally(OCTOBER, "USD"))


def throttled(code: str) -> Response:
    body = {
        "data": {"shop": {}},
        "errors": [{"message": "no", "extensions": {"code": code}}],
        "extensions": {
            "cost": {
                "requestedQueryCost": 500,
                "throttleStatus": {
                    "maximumAvailable": 2000.0,
                    "currentlyAvailable": 100,
                    "restoreRate": 100.0,
                },
            }
        },
    }
    return Response(200, {}, json.dumps(body).encode(), f"https://x{shopify_desk.GRAPHQL}")


@pytest.mark.parametrize(
    ("code", "trouble"),
    [
        pytest.param("THROTTLED", "rate_limited", id="throttled"),
        pytest.param("ACCESS_DENIED", "missing_permission", id="a scope is missing"),
        pytest.param("INTERNAL_SERVER_ERROR", "platform_unreachable", id="their own fault"),
        pytest.param("undefinedField", "bad_request", id="our own fault"),
    ],
)
def test_errors_at_status_200_are_failures(code: str, trouble: str) -> None:
    with pytest.raises(Trouble) as caught:
        shopify_desk.judge(throttled(code))
    assert caught.value.code == trouble


def test_a_throttled_answer_says_how_long_to_wait() -> None:
    """500 points asked, 100 left, 100 a second come back: 4 seconds."""
    with pytest.raises(RateLimited) as caught:
        shopify_desk.judge(throttled("THROTTLED"))
    assert caught.value.retry_after == 4.0


def test_the_bucket_is_set_from_the_answer() -> None:
    seen = shopify_desk.observe("graphql", throttled("x"))
    assert seen is not None
    assert (seen.rate, seen.burst, seen.tokens) == (100.0, 2000, 100.0)


@pytest.mark.parametrize(
    ("operation", "state"),
    [
        pytest.param({"status": "RUNNING", "id": "b"}, "processing", id="it runs"),
        pytest.param({"status": "COMPLETED", "id": "b", "url": "u"}, "ready", id="it is done"),
        pytest.param({"status": "COMPLETED", "id": "b", "url": None}, "empty", id="nothing found"),
        pytest.param(
            {"status": "FAILED", "id": "b", "errorCode": "TIMEOUT"}, "failed", id="failed"
        ),
        pytest.param({"status": "CANCELED", "id": "b"}, "failed", id="somebody cancelled it"),
    ],
)
def test_states_of_a_bulk_operation(operation: Any, state: str) -> None:
    assert shopify_desk.bulk_state(operation).state == state
