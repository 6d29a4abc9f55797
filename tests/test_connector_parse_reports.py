"""Amazon's flat files as facts: orders, returns, the ledger, listings; each number by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync_service.bodies import Response
from sync_service.connectors import (
    amazon_parse,
)
from sync_service.connectors.flat_file import flat_text, lines_of, money, project
from sync_service.connectors.kernel import ContractBroken
from sync_service.connectors.tally import Doubts
from tests.parse_support import DE, OCTOBER, facts, flat

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
        ("10-06", "A", "sales_shipped"): Decimal("17.00"),
        ("10-06", "*", "orders_shipped"): 1,
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


def test_returns_count_an_order_once_a_day() -> None:
    """The damaged pair of B is not for sale again."""
    line = ["2026-10-07T08:00:00+00:00", "o1", "A", "1", "SELLABLE"]
    columns = "return-date order-id sku quantity detailed-disposition"
    payload = flat(columns, line, [*line[:2], "B", "2", "CUSTOMER_DAMAGED"])
    found = facts(amazon_parse.returns(payload, DE, OCTOBER))
    assert found == {
        ("10-07", "A", "units_returned"): 1,
        ("10-07", "B", "units_returned"): 2,
        ("10-07", "A", "units_restocked"): 1,
        ("10-07", "B", "units_restocked"): 0,
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
    "parents",
    [
        pytest.param({}, id="a line without price and quantity is the parent"),
        pytest.param({"C1": "P", "C2": "P", "P": ""}, id="the product table names children"),
    ],
)
def test_new_listings_are_parents_and_variants(parents: Mapping[str, str]) -> None:
    payload = flat(
        LISTING,
        ["P", "", "", "2026-10-09T08:00:00Z", "B0P"],
        ["C1", "9.99", "3", "2026-10-09T08:00:00Z", "B01"],
        ["C2", "9.99", "3", "2026-10-09T08:00:00Z", "B02"],
    )
    doubts = Doubts("amazon.listings", "AMZ-DE")
    found = facts(amazon_parse.listings(payload, DE, OCTOBER, parents, doubts))
    assert found == {
        ("10-09", "*", "listings_new_parent"): 1,
        ("10-09", "*", "listings_new_variant"): 2,
    }
    assert doubts.problems() == ()


def test_listings_without_any_parent_count_each_line_and_say_so() -> None:
    """Whether C1 is a variant is unknown on every day, and not 0."""
    payload = flat(LISTING, ["C1", "9.99", "3", "2026-10-09T08:00:00Z", "B01"])
    doubts = Doubts("amazon.listings", "AMZ-DE")
    found = facts(amazon_parse.listings(payload, DE, OCTOBER, {}, doubts))
    assert found.pop(("10-09", "*", "listings_new_parent")) == 1
    assert {(measure, value) for (_, _, measure), value in found.items()} == {
        ("listings_new_variant", None)
    }
    assert len(found) == OCTOBER.days
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
