"""Amazon's sales and traffic report as facts, and the days of a shop; each number by hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi.model import Window
from sync_service.bodies import parse_json
from sync_service.connectors import (
    amazon_traffic,
)
from sync_service.connectors.kernel import ContractBroken
from sync_service.connectors.shop_days import day_of, same_offset
from sync_service.connectors.tally import Doubts
from tests.parse_support import DE


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
