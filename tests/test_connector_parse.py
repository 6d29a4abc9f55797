"""How platforms' lines become facts: small answers, each number worked by hand."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi.model import Window
from sync_service.bodies import Response, parse_json
from sync_service.connectors import (
    amazon_ads,
    amazon_finances,
    amazon_parse,
    amazon_traffic,
    shopify_desk,
    shopify_facts,
    shopify_parse,
    shopify_values,
)
from sync_service.connectors.flat_file import flat_text, lines_of, money, project
from sync_service.connectors.kernel import ContractBroken, FactRow, RateLimited, ShopRef, Trouble
from sync_service.connectors.shop_days import day_of, same_offset
from sync_service.connectors.tally import NO_PRODUCT, Doubts, Tally

DE = ShopRef("AMZ-DE", "amazon", "acc", "DE", "A1PA6795UKMFR9", "EUR", "Europe/Berlin", {})
STORE = ShopRef("SHP-US", "shopify", "acc", "US", "x", "USD", "America/New_York", {})
OCTOBER = Window(date(2026, 10, 1), date(2026, 11, 1))


def flat(columns: str, *lines: Sequence[str]) -> bytes:
    """A flat file from a line of column names."""
    rows = [columns.split(), *lines]
    return "\n".join("\t".join(row) for row in rows).encode() + b"\n"


def facts(rows: Sequence[FactRow]) -> dict[tuple[str, str, str], Decimal | int | None]:
    """Every measure by (day, sku, measure)."""
    return {
        (row.day.isoformat()[5:], row.sku, name): value
        for row in rows
        for name, value in row.measures.items()
    }


# -- Amazon orders -------------------------------------------------------------------------------

ORDER = (
    "amazon-order-id purchase-date last-updated-date order-status sales-channel sku item-status "
    "quantity currency item-price item-promotion-discount ship-promotion-discount"
)


def order(
    name: str = "o1",
    bought: str = "2026-10-05T10:00:00+00:00",
    changed: str = "2026-10-06T10:00:00+00:00",
    status: str = "Shipped",
    *,
    price: str = "20.00",
    quantity: str = "2",
    off: str = "",
    channel: str = "Amazon.de",
) -> list[str]:
    """One line of the orders report."""
    return [name, bought, changed, status, channel, "A", status, quantity, "EUR", price, off, ""]


def orders(*lines: Sequence[str]) -> tuple[dict[tuple[str, str, str], Any], Doubts]:
    doubts = Doubts("amazon.orders", "AMZ-DE")
    rows = amazon_parse.orders(flat(ORDER, *lines), DE, OCTOBER, "Amazon.de", doubts)
    return facts(rows), doubts


def test_an_order_is_sold_on_one_day_and_shipped_on_another() -> None:
    found, _ = orders(order(off="3.00"))
    assert found == {
        ("10-05", "A", "gmv_amount"): Decimal("20.00"),
        ("10-05", "A", "gross_sales"): Decimal("20.00"),
        ("10-05", "A", "discounts"): Decimal("3.00"),
        ("10-05", "A", "units_ordered"): 2,
        ("10-05", "*", "order_items_count"): 1,
        ("10-05", "*", "orders_count"): 1,
        ("10-06", "A", "units_shipped"): 2,
    }


@pytest.mark.parametrize(
    ("lines", "measure", "value"),
    [
        pytest.param([order(), order()], "orders_count", 1, id="two lines are one order"),
        pytest.param([order(), order("o2")], "orders_count", 2, id="two orders"),
        pytest.param(
            [order(), order("o2", status="Cancelled")],
            "orders_cancelled_buyer",
            1,
            id="a cancelled order is counted as cancelled",
        ),
        pytest.param(
            [order(), order("o2", status="Cancelled")], "orders_count", 1, id="and as no order"
        ),
        pytest.param(
            [order(), order(status="Cancelled")],
            "orders_cancelled_buyer",
            None,
            id="an order with one cancelled line goes on",
        ),
    ],
)
def test_orders_of_the_shop(lines: list[list[str]], measure: str, value: int | None) -> None:
    assert (orders(*lines)[0].get(("10-05", "*", measure)) or None) == value


@pytest.mark.parametrize(
    ("lines", "measure", "value"),
    [
        pytest.param(
            [order(status="Cancelled")], "gmv_amount", Decimal("20.00"), id="gmv holds cancelled"
        ),
        pytest.param([order(status="Cancelled")], "gross_sales", None, id="gross does not"),
        pytest.param(
            [order(off="-3.00")],
            "discounts",
            Decimal("3.00"),
            id="a discount that is printed as negative is a positive amount",
        ),
        pytest.param(
            [order(price="", status="Pending")], "units_ordered", 2, id="pending units count"
        ),
        pytest.param(
            [order(channel="Non-Amazon")], "gross_sales", None, id="another channel is left out"
        ),
    ],
)
def test_orders_of_a_sku(lines: list[list[str]], measure: str, value: object) -> None:
    assert orders(*lines)[0].get(("10-05", "A", measure)) == value


@pytest.mark.parametrize(
    ("bought", "day"),
    [
        pytest.param("2026-10-04T21:59:59+00:00", "10-04", id="one second before midnight"),
        pytest.param("2026-10-04T22:00:00+00:00", "10-05", id="midnight in Berlin in summer"),
        pytest.param("2026-10-25T22:30:00+00:00", "10-25", id="after the change it is an hour off"),
        pytest.param("2026-10-25T23:00:00+00:00", "10-26", id="midnight in Berlin in winter"),
    ],
)
def test_a_day_is_the_shops_own(bought: str, day: str) -> None:
    found, _ = orders(order(bought=bought))
    assert (day, "A", "units_ordered") in found


def test_a_line_without_a_price_is_told() -> None:
    _, doubts = orders(order(price="", status="Pending"))
    assert [one.code for one in doubts.problems()] == ["price_pending"]


@pytest.mark.parametrize(
    ("payload", "said"),
    [
        pytest.param(flat(ORDER.replace("sku ", "")), "no column 'sku'", id="a column is gone"),
        pytest.param(flat(ORDER, ["o1", "2026"]), "has 2 columns", id="a line is cut"),
        pytest.param(flat(ORDER, order(price="12,50")), "is no amount", id="a decimal comma"),
        pytest.param(flat(ORDER, order(quantity="1.5")), "is no count", id="half a unit"),
        pytest.param(
            flat(ORDER, order(bought="5.10.2026")), "no date", id="a date of another form"
        ),
        pytest.param(
            flat(ORDER, order(bought="2026-10-05T10:00:00")), "no time zone", id="no zone"
        ),
    ],
)
def test_a_broken_orders_report_stops_the_stream(payload: bytes, said: str) -> None:
    with pytest.raises(ContractBroken, match=said):
        amazon_parse.orders(payload, DE, OCTOBER, None, Doubts("amazon.orders", "AMZ-DE"))


# -- Amazon's other flat files -------------------------------------------------------------------


def test_returns_count_an_order_once_a_day() -> None:
    line = ["2026-10-07T08:00:00+00:00", "o1", "A", "1"]
    payload = flat("return-date order-id sku quantity", line, [*line[:2], "B", "2"])
    found = facts(amazon_parse.returns(payload, DE, OCTOBER))
    assert found == {
        ("10-07", "A", "units_returned"): 1,
        ("10-07", "B", "units_returned"): 2,
        ("10-07", "*", "orders_returned"): 1,
    }


def test_the_ledger_adds_sellable_units_of_the_country() -> None:
    header = "Date\tMSKU\tDisposition\tEnding Warehouse Balance\tLocation\n"
    lines = [
        "10/20/2026\tA\tSELLABLE\t5\tDE",
        "10/20/2026\tA\tSELLABLE\t2\tDE",
        "10/20/2026\tA\tSELLABLE\t9\tFR",
        "10/20/2026\tA\tCUSTOMER_DAMAGED\t1\tDE",
    ]
    payload = (header + "\n".join(lines) + "\n").encode()
    found = facts(amazon_parse.ledger(payload, DE, OCTOBER, "DE"))
    assert found == {("10-20", "A", "available_units"): 7}


LISTING = "seller-sku price quantity open-date asin1"


@pytest.mark.parametrize(
    ("parents", "counted", "told"),
    [
        pytest.param({}, 1, 0, id="a line without price and quantity is the parent"),
        pytest.param({"C1": "P", "C2": "P", "P": ""}, 1, 0, id="the product table names children"),
    ],
)
def test_new_listings_are_parents(parents: Mapping[str, str], counted: int, told: int) -> None:
    payload = flat(
        LISTING,
        ["P", "", "", "2026-10-09T08:00:00Z", "B0P"],
        ["C1", "9.99", "3", "2026-10-09T08:00:00Z", "B01"],
        ["C2", "9.99", "3", "2026-10-09T08:00:00Z", "B02"],
    )
    doubts = Doubts("amazon.listings", "AMZ-DE")
    found = facts(amazon_parse.listings(payload, DE, OCTOBER, parents, doubts))
    assert found == {("10-09", "*", "listings_new_parent"): counted}
    assert len(doubts.problems()) == told


def test_listings_without_any_parent_count_each_line_and_say_so() -> None:
    payload = flat(LISTING, ["C1", "9.99", "3", "2026-10-09T08:00:00Z", "B01"])
    doubts = Doubts("amazon.listings", "AMZ-DE")
    found = facts(amazon_parse.listings(payload, DE, OCTOBER, {}, doubts))
    assert found == {("10-09", "*", "listings_new_parent"): 1}
    assert [one.code for one in doubts.problems()] == ["parents_unknown"]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        pytest.param("2026-10-09 23:30:00 PDT", date(2026, 10, 10), id="Pacific time in summer"),
        pytest.param("09/10/2026 23:30:00 MESZ", date(2026, 10, 9), id="German time, day first"),
        pytest.param("2026-10-09T22:30:00Z", date(2026, 10, 10), id="ISO"),
    ],
)
def test_open_dates(text: str, day: date) -> None:
    assert amazon_parse.open_day(text, "Europe/Berlin") == day


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        pytest.param("Größe".encode("cp1252"), "text/plain;charset=Cp1252", id="declared 1252"),
        pytest.param("Größe".encode(), "text/plain;charset=UTF-8", id="declared UTF-8"),
        pytest.param("Größe".encode(), "text/plain", id="UTF-8 without a word"),
        pytest.param("Größe".encode("cp1252"), "text/plain", id="1252 without a word"),
    ],
)
def test_flat_files_come_in_two_encodings(content: bytes, kind: str) -> None:
    assert flat_text(Response(200, {"content-type": kind}, content)) == "Größe"


def test_projection_drops_blinds_and_tells() -> None:
    """A buyer's column is gone, an id is blinded, an unknown column is told once."""
    doubts = Doubts("amazon.orders", "AMZ-DE")
    text = "order-id\tbuyer-name\tsku\tnew-thing\n1\tSECRET\tA\tx\n2\tSECRET\tB\ty\n"
    payload = project(
        text,
        frozenset({"order-id", "sku"}),
        frozenset({"buyer-name"}),
        doubts,
        {"order-id": lambda name: f"#{name}"},
    )
    assert payload == b"order-id\tsku\n#1\tA\n#2\tB\n"
    assert [one.what["en"] for one in doubts.problems()] == [
        "The answer has a column that is not known here: new-thing."
    ]


@given(
    st.lists(
        st.lists(
            st.text(
                st.characters(exclude_characters='\t\n\r"', exclude_categories=["Cs"]), max_size=6
            ),
            min_size=2,
            max_size=2,
        ),
        max_size=5,
    )
)
def test_kept_columns_come_out_as_they_went_in(rows: list[list[str]]) -> None:
    """Titles may hold any character but a tab and a line end."""
    rows = [row for row in rows if any(row)]
    text = "\n".join("\t".join(row) for row in [["sku", "title"], *rows])
    payload = project(text, frozenset({"sku", "title"}), frozenset(), Doubts("s", "x"), {})
    assert [[one["sku"], one["title"]] for one in lines_of(payload, ("sku",))] == rows


@given(st.decimals(min_value=0, max_value=10**9, places=2))
def test_amounts_lose_nothing(value: Decimal) -> None:
    assert money(str(value)) == value


# -- sales and traffic ---------------------------------------------------------------------------


def traffic_day(day: str, units: int, sessions: int, views: int = 0, box: str = "90.5") -> Any:
    """A day of the by-date block."""
    return {
        "date": day,
        "salesByDate": {
            "orderedProductSales": {"amount": Decimal(units * 10), "currencyCode": "EUR"},
            "unitsOrdered": units,
            "totalOrderItems": units,
            "unitsRefunded": 0,
        },
        "trafficByDate": {
            "pageViews": views,
            "sessions": sessions,
            "buyBoxPercentage": Decimal(box),
            "negativeFeedbackReceived": 0,
            "feedbackReceived": 0,
        },
    }


def report(*days: Any, asins: Sequence[Any] = (), start: str = "", end: str = "") -> Any:
    """A sales and traffic report of its days."""
    return {
        "reportSpecification": {
            "dataStartTime": start or days[0]["date"],
            "dataEndTime": end or days[-1]["date"],
            "marketplaceIds": ["A1PA6795UKMFR9"],
        },
        "salesAndTrafficByDate": list(days),
        "salesAndTrafficByAsin": list(asins),
    }


LATE = date(2026, 10, 22)
TWENTIETH = Window(date(2026, 10, 20), date(2026, 10, 21))


def by_date(document: Any, window: Window = TWENTIETH) -> tuple[amazon_traffic.Traffic, Doubts]:
    doubts = Doubts("amazon.traffic", "AMZ-DE")
    return amazon_traffic.by_date(document, DE, window, LATE, doubts), doubts


@pytest.mark.parametrize(
    ("views", "box", "kept"),
    [
        pytest.param(10, "45.00", 4, id="4.5 goes to the even 4"),
        pytest.param(10, "55.00", 6, id="5.5 goes to the even 6"),
        pytest.param(1000, "90.54", 905, id="905.4 goes down"),
    ],
)
def test_buy_box_views_round_half_to_even(views: int, box: str, kept: int) -> None:
    found, _ = by_date(report(traffic_day("2026-10-20", 1, 5, views, box)))
    assert found.rows[0].measures["buy_box_page_views"] == kept


@pytest.mark.parametrize(
    ("day", "units", "unknown", "sales"),
    [
        pytest.param("2026-10-20", 4, True, Decimal(40), id="sales without sessions: late traffic"),
        pytest.param("2026-10-20", 0, True, None, id="nothing at all, two days old: not there yet"),
        pytest.param("2026-10-01", 4, True, Decimal(40), id="an old day with sales and no session"),
        pytest.param("2026-10-01", 0, False, Decimal(0), id="a quiet old day is a known zero"),
    ],
)
def test_late_traffic_is_unknown_and_sales_are_kept(
    day: str, units: int, *, unknown: bool, sales: Decimal | None
) -> None:
    window = Window(date.fromisoformat(day), date.fromisoformat(day[:8] + f"{int(day[8:]) + 1:02}"))
    found, _ = by_date(report(traffic_day(day, units, 0)), window)
    measures = found.rows[0].measures
    assert measures["sessions"] == (None if unknown else 0)
    assert measures["gross_sales"] == sales
    assert ((window.start, "sessions") in found.unknown) == unknown


def test_a_day_that_is_not_in_the_report_is_not_ready() -> None:
    window = Window(date(2026, 10, 19), date(2026, 10, 21))
    document = report(traffic_day("2026-10-19", 1, 5), end="2026-10-20")
    assert by_date(document, window)[0].not_ready == {date(2026, 10, 20)}


@pytest.mark.parametrize(
    "document",
    [
        pytest.param(
            report(traffic_day("2026-10-20", 1, 5), start="2026-10-18", end="2026-10-24"),
            id="a whole week instead of a day",
        ),
        pytest.param(
            report(traffic_day("2026-10-20", 1, 5))
            | {
                "reportSpecification": {
                    "dataStartTime": "2026-10-20",
                    "dataEndTime": "2026-10-20",
                    "marketplaceIds": ["ATVPDKIKX0DER"],
                }
            },
            id="another marketplace",
        ),
        pytest.param(
            report(traffic_day("2026-10-20", 1, 5), traffic_day("2026-10-20", 1, 5)),
            id="a day twice",
        ),
    ],
)
def test_a_report_that_answers_another_question_is_refused(document: Any) -> None:
    with pytest.raises(ContractBroken):
        by_date(document)


def asin_line(sessions: int = 3, asin: str = "B01") -> Any:
    """A line of the by-ASIN block."""
    return {
        "parentAsin": "B00",
        "childAsin": asin,
        "salesByAsin": {
            "unitsOrdered": 1,
            "orderedProductSales": {"amount": Decimal("9.99"), "currencyCode": "EUR"},
        },
        "trafficByAsin": {"sessions": sessions, "pageViews": 4, "buyBoxPercentage": Decimal(50)},
    }


def test_an_empty_asin_block_beside_sales_is_not_ready() -> None:
    doubts = Doubts("amazon.traffic_asin", "AMZ-DE")
    document = report(traffic_day("2026-10-20", 4, 0))
    found = amazon_traffic.by_asin(document, DE, TWENTIETH, {}, doubts)
    assert not found.rows
    assert found.not_ready == {date(2026, 10, 20)}


def test_an_asin_gets_its_sku_and_a_stranger_is_told() -> None:
    doubts = Doubts("amazon.traffic_asin", "AMZ-DE")
    lines = [asin_line(), asin_line(asin="B99")]
    document = report(traffic_day("2026-10-20", 2, 6), asins=lines)
    found = amazon_traffic.by_asin(document, DE, TWENTIETH, {"B01": "A"}, doubts)
    assert sorted(row.sku for row in found.rows) == ["A", "B99"]
    assert [one.code for one in doubts.problems()] == ["asin_without_sku"]


# -- finances ------------------------------------------------------------------------------------


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


# -- advertising ---------------------------------------------------------------------------------


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


# -- Shopify -------------------------------------------------------------------------------------


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
    found = shop_facts(shop_order(parcel(1, 1)), {"gid://shopify/Fulfillment/1": [("A", 1)]})
    assert found["10-07", "A", "units_shipped"] == 1


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


def test_refunds_and_returns_by_their_own_days() -> None:
    node = {
        "id": "gid://shopify/Order/1",
        "test": False,
        "refunds": [
            {
                "id": "gid://shopify/Refund/1",
                "createdAt": "2026-10-08T12:00:00Z",
                "totalRefundedSet": usd("11.00"),
            }
        ],
    }
    line = {"quantity": 1, "fulfillmentLineItem": {"lineItem": {"sku": "A"}}}
    returns = [
        {
            "id": f"{n}",
            "status": status,
            "createdAt": "2026-10-10T12:00:00Z",
            "returnLineItems": [line],
        }
        for n, status in enumerate(("CLOSED", "OPEN", "DECLINED", "REQUESTED", "CANCELED"))
    ]
    back = shopify_parse.read_given_back(node, returns)
    assert back is not None
    lines = {"gid://shopify/Refund/1": [shopify_parse.Line("A", 1, Decimal(10), Decimal(0), "USD")]}
    assert facts(shopify_facts.refund_facts([back], lines, STORE, OCTOBER)) == {
        ("10-08", "*", "refund_amount"): Decimal("11.00"),
        ("10-08", "A", "returns_amount"): Decimal(10),
        ("10-08", "A", "units_refunded"): 1,
        ("10-10", "A", "units_returned"): 2,
        ("10-10", "*", "orders_returned"): 1,
    }


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


# -- days ----------------------------------------------------------------------------------------


def test_an_interval_is_cut_at_the_change_of_the_clock() -> None:
    """Berlin goes back on 25 October 2026: that day alone has two offsets."""
    window = Window(date(2026, 10, 20), date(2026, 10, 30))
    pieces = list(same_offset(window, "Europe/Berlin"))
    assert [(one.start.day, one.end.day) for one in pieces] == [(20, 25), (25, 26), (26, 30)]


@given(st.dates(date(2025, 1, 1), date(2027, 12, 1)), st.integers(0, 400))
def test_the_pieces_of_an_interval_are_the_interval(start: date, days: int) -> None:
    window = Window(start, date.fromordinal(start.toordinal() + days))
    pieces = list(same_offset(window, "America/Los_Angeles"))
    assert [day for one in pieces for day in one.each()] == list(window.each())


def test_numbers_of_an_answer_stay_exact() -> None:
    assert parse_json('{"amount": 0.1}') == {"amount": Decimal("0.1")}
    assert day_of("2026-10-01T00:00:00Z", "America/Los_Angeles") == date(2026, 9, 30)
