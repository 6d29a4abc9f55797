"""Every official example of the operations in use is read; what it says is worked out by hand."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from kpi.model import Window
from sync_service.bodies import Response, parse_json
from sync_service.connectors import amazon_ads, amazon_finances, amazon_traffic
from sync_service.connectors.amazon_sales import read_metrics
from sync_service.connectors.json_values import text
from sync_service.connectors.kernel import ContractBroken, ShopRef
from sync_service.connectors.tally import Doubts, Tally
from sync_service.fee_codes import Charge, charge_of
from tests.paths import NO_SHARED, SHARED
from tests.spec_checks import ADS, SP_API, examples, operations

pytestmark = pytest.mark.skipif(SHARED is None, reason=NO_SHARED)

US = ShopRef(
    code="AMZ-US",
    platform="amazon",
    account="acc",
    market="US",
    marketplace="ATVPDKIKX0DER",
    currency="USD",
    time_zone="America/Los_Angeles",
    urls={},
)
JUNE = Window(date(2021, 6, 11), date(2021, 6, 15))


def example(folder: str, file: str) -> Mapping[str, Any]:
    assert SHARED is not None
    found: Mapping[str, Any] = parse_json((SHARED / "data" / folder / file).read_bytes())  # type: ignore[assignment]  # the files hold objects
    return found


def official(name: str) -> list[Any]:
    """The static answers of an operation, with numbers as the client reads them."""
    found = next(one for one in operations("amazon-sp-api", SP_API) if one.name == name)
    return [parse_json(json.dumps(one)) for one in examples(found)]


def test_order_metrics_examples_are_read() -> None:
    """By day: 22.95 and 2.05 USD, one unit and one order each; the totals are one interval."""
    answers = official("getOrderMetrics")
    assert len(answers) == 4
    days = Tally(Window(date(2018, 1, 1), date(2020, 1, 1)), "USD")
    read_metrics(answers[1], days)
    cells = {key[0]: dict(cells) for key, cells in days.sums.items()}
    assert cells == {
        date(2019, 8, 1): {"gross_sales": Decimal("22.95"), "units_ordered": 1, "orders_count": 1},
        date(2019, 8, 2): {"gross_sales": Decimal("2.05"), "units_ordered": 1, "orders_count": 1},
    }
    for answer in answers:
        read_metrics(answer, Tally(Window(date(2018, 1, 1), date(2020, 1, 1)), "USD"))


def test_the_transactions_example_is_read() -> None:
    """A shipment of 10 USD without a breakdown: nothing of our measures, another page follows."""
    (answer,) = official("listTransactions")
    transactions, token = amazon_finances.page(answer)
    assert token == "Next token value"
    doubts = Doubts("amazon.finances", "AMZ-US")
    window = Window(date(2020, 7, 1), date(2020, 8, 1))
    assert amazon_finances.finances(transactions, US, window, doubts) == []
    assert doubts.problems() == ()


@pytest.mark.parametrize("name", ["createReport", "getReport", "getReportDocument"])
def test_report_examples_are_read(name: str) -> None:
    wanted = {
        "createReport": ("reportId", "ID323"),
        "getReport": ("processingStatus", "IN_PROGRESS"),
        "getReportDocument": ("reportDocumentId", "0356cf79-b8b0-4226-b4b9-0ee058ea5760"),
    }[name]
    (answer,) = official(name)
    assert text(answer, wanted[0]) == wanted[1]


@pytest.mark.parametrize(
    ("file", "field", "value"),
    [
        ("reports-getReport.json", "processingStatus", "DONE"),
        ("reports-getReportDocument.json", "compressionAlgorithm", "GZIP"),
    ],
)
def test_the_canned_answers_of_amazons_samples_are_read(file: str, field: str, value: str) -> None:
    assert text(example("amazon-sp-api-responses", file), field) == value


def test_the_daily_sales_and_traffic_example_is_read() -> None:
    """11 June: 1,658 page views, 10.54 % with the own offer = 174.75, so 175.

    Printed rates against counts: 23 units / 1,000 sessions are 2.3 %, printed 2.54 %; 20 items are
    2.0 %, printed 2.21 %. 1 / 23 = 4.35 % and 1 / 10 = 10 % agree.
    """
    doubts = Doubts("amazon.traffic", "AMZ-US")
    document = example("amazon-report-examples", "sellerSalesAndTrafficReport.example1.json")
    found = amazon_traffic.by_date(document, US, JUNE, date(2026, 1, 1), doubts)
    assert found.rows[0].measures == {
        "gross_sales": Decimal("238.44"),
        "units_ordered": 23,
        "units_refunded": 1,
        "feedback_negative_orders": 1,
        "sessions": 1000,
        "page_views": 1658,
        "buy_box_page_views": 175,
    }
    assert [row.day.day for row in found.rows] == [11, 12, 13, 14]
    assert not found.not_ready
    assert not found.unknown
    assert sorted(doubts.found) == [
        "rate_contradicts_counts:orderItemSessionPercentage",
        "rate_contradicts_counts:unitSessionPercentage",
    ]
    text = doubts.problems()[1].what["en"]
    assert "2.54 % printed, 23 / 1000 = 2.30 %" in text


def test_the_by_asin_block_of_the_example_is_read() -> None:
    """The first line: 43 page views, 95.24 % = 40.95, so 41; its SKU is printed."""
    document = dict(example("amazon-report-examples", "sellerSalesAndTrafficReport.example1.json"))
    spec = dict(document["reportSpecification"])
    document["reportSpecification"] = spec | {"dataEndTime": "2021-06-11"}
    day = Window(date(2021, 6, 11), date(2021, 6, 12))
    doubts = Doubts("amazon.traffic_asin", "AMZ-US")
    rows = amazon_traffic.by_asin(document, US, day, {}, doubts).rows
    assert [row.sku for row in rows] == ["AB-1C2D-EFGH", "CD-2E3F-GHIJ", "EF-3G4H-IJKL"]
    assert rows[0].measures["buy_box_page_views"] == 41
    assert rows[2].measures["sessions"] == 6


@pytest.mark.parametrize("number", [2, 3], ids=["weeks widen the window", "months widen it"])
def test_a_report_of_another_range_is_refused(number: int) -> None:
    file = f"sellerSalesAndTrafficReport.example{number}.json"
    document = example("amazon-report-examples", file)
    with pytest.raises(ContractBroken, match="outside"):
        amazon_traffic.by_date(
            document, US, JUNE, date(2026, 1, 1), Doubts("amazon.traffic", "AMZ-US")
        )


def test_the_ads_examples_are_read() -> None:
    """Created, pending, completed and failed, as the official description shows them."""
    found = {one.name: one for one in operations("amazon-ads", ADS)}
    created = found["createAsyncReport"].body["responses"]["200"]["content"]
    for content in created.values():
        for one in content["examples"].values():
            answer = Response(200, {}, json.dumps(one["value"]).encode())
            assert amazon_ads.created(answer)
    states = found["getAsyncReport"].body["responses"]["200"]["content"]
    seen = {
        name: amazon_ads.state(one["value"]).state
        for content in states.values()
        for name, one in content["examples"].items()
    }
    assert sorted(seen.values()) == ["failed", "processing", "ready"]


def test_every_observed_settlement_charge_is_known() -> None:
    """The public dictionary of charges; those that are no cost are known as such."""
    entries = example("amazon-settlement", "fee-codes.json")["entries"]
    unknown = [one["description"] for one in entries if charge_of((one["description"],)) is None]
    assert unknown == []


@pytest.mark.parametrize(
    ("path", "charge"),
    [
        pytest.param("Expenses/AmazonFees/Commission/Base", Charge.PLATFORM, id="a leaf by parent"),
        pytest.param("AmazonFees/Commission/Tax", Charge.PLATFORM, id="tax on a fee is the fee"),
        pytest.param("Sales/ProductCharges/Tax", Charge.EXTRA, id="tax on goods is no fee"),
        pytest.param("Sales/ProductCharges", Charge.PRINCIPAL, id="the price of the goods"),
        pytest.param("FBAPerUnitFulfillmentFee", Charge.FULFILMENT, id="picking and packing"),
        pytest.param("Storage Fee", Charge.STORAGE, id="a name with a space"),
        pytest.param("FBACustomerReturnPerUnitFee", Charge.RETURNS, id="a return"),
        pytest.param("RefundCommission", Charge.RETURNS, id="what Amazon keeps at a refund"),
        pytest.param("WAREHOUSE_LOST", Charge.OTHER, id="a reimbursement is in no measure"),
        pytest.param("AmazonFees/TeleportFee", None, id="never heard of"),
    ],
)
def test_charges(path: str, charge: Charge | None) -> None:
    assert charge_of(tuple(path.split("/"))) is charge
