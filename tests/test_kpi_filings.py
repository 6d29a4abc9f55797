"""When filings come back: weekends and holidays of 2026 and 2027 were looked up by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from kpi.calendar import is_working_day
from kpi.filings import (
    Filing,
    filing_number,
    filings,
    filings_of,
    first_node,
    following,
    next_node,
    nodes,
    plain,
)
from kpi.model import Region
from kpi.proposals import next_filings
from kpi.typed_rows import TaskRow

TODAY = date(2026, 10, 22)


def filed(number: str, country: str, due: str, regime: str = "vat", **more: object) -> TaskRow:
    """Filed on its due day; the due days are written from 2026 on: 10-20, 2027-01-30."""
    day = date.fromisoformat(due if len(due) > 5 else f"2026-{due}")
    usual = TaskRow(
        number, "compliance", Region.EU, country, f"{country} {regime}", "ANN", day, 1, ""
    )
    given: dict[str, object] = {"regime": regime, "delivered": day}
    return replace(usual, **given | more)  # type: ignore[arg-type]  # a table of cases


@pytest.mark.parametrize(
    ("regime", "country", "months", "period", "due"),
    [
        pytest.param("vat", "DE", 1, "2026-10", "2026-11-10", id="DE: Tuesday 10 November"),
        pytest.param("vat", "DE", 1, "2026-09", "2026-10-12", id="DE: 10 October is a Saturday"),
        pytest.param("vat", "DE", 3, "2026-Q1", "2026-04-10", id="DE by quarter"),
        pytest.param("vat", "DE", 12, "2026", "2027-08-02", id="DE: 31 July 2027 is a Saturday"),
        pytest.param("vat", "FR", 1, "2026-10", "2026-11-19", id="FR: Thursday the 19th"),
        pytest.param("vat", "IT", 3, "2026-Q2", "2026-09-30", id="IT: the second has three months"),
        pytest.param("vat", "IT", 3, "2026-Q3", "2026-11-30", id="IT: the third has two"),
        pytest.param("vat", "IT", 3, "2025-Q4", "2026-03-02", id="IT: 28 February is a Saturday"),
        pytest.param("vat", "ES", 3, "2026-Q3", "2026-10-20", id="ES: Tuesday the 20th"),
        pytest.param("vat", "ES", 3, "2026-Q4", "2027-02-01", id="ES: Saturday 30 January"),
        pytest.param("vat", "ES", 1, "2027-01", "2027-03-01", id="ES: February ends on a Sunday"),
        pytest.param("vat", "PL", 1, "2026-11", "2026-12-28", id="PL: Christmas and a weekend"),
        pytest.param("vat", "SE", 3, "2026-Q2", "2026-08-17", id="SE: the 17th in August"),
        pytest.param("vat", "SE", 3, "2026-Q3", "2026-11-12", id="SE: the 12th otherwise"),
        pytest.param("vat", "BE", 3, "2026-Q3", "2026-10-26", id="BE: the 25th is a Sunday"),
        pytest.param("vat", "NL", 3, "2026-Q3", "2026-10-31", id="NL: a Saturday stays"),
        pytest.param("vat", "IE", 2, "2026-10", "2026-11-23", id="IE: two months"),
        pytest.param("vat", "UK", 3, "2026-Q3", "2026-11-07", id="UK is GB: a month and 7 days"),
        pytest.param("vat", "EU", 3, "2026-Q3", "2026-10-31", id="one-stop shop: never moves"),
        pytest.param("epr_report", "DE", 12, "2026", "2027-05-18", id="DE: Whit Monday the 17th"),
    ],
)
def test_the_due_day_of_a_period(
    regime: str, country: str, months: int, period: str, due: str
) -> None:
    [row] = [one for one in filings_of(regime, country) if one.months == months]
    found = {node.period: node.due for node in nodes(row, int(period[:4]))}
    assert found[period] == date.fromisoformat(due)


@pytest.mark.parametrize("row", filings(), ids=lambda one: f"{one.regime} {one.country}")
def test_every_row_has_its_law_and_days_in_order(row: Filing) -> None:
    assert row.source
    years = (2026, 2027, 2028) if row.rules else ()
    days = [node.due for year in years for node in nodes(row, year)]
    assert days == sorted(set(days))
    assert all(is_working_day(day, row.country) for day in days if row.moved)


@pytest.mark.parametrize(
    ("country", "due", "period", "then"),
    [
        pytest.param("DE", "2026-10-12", "2026-10", "2026-11-10", id="on its day"),
        pytest.param("DE", "2026-10-08", "2026-10", "2026-11-10", id="planned two days ahead"),
        pytest.param(
            "DE", "2026-11-09", "2026-11", "2026-12-10", id="a day ahead is no new period"
        ),
        pytest.param("ES", "2026-10-20", "2026-Q4", "2027-02-01", id="the next quarter"),
        pytest.param("EU", "2027-01-31", "2027-Q1", "2027-04-30", id="over the new year"),
    ],
)
def test_the_next_filing(country: str, due: str, period: str, then: str) -> None:
    found = next_node(filings_of("vat", country)[0], date.fromisoformat(due))
    assert (found.period, found.due) == (period, date.fromisoformat(then))


def test_a_plan_of_ones_own_comes_back_on_the_same_day_or_the_last() -> None:
    """A quarter after 30 November is 28 February."""
    found = next_node(filings_of("ce_check", "DE")[0], date(2026, 11, 30))
    assert (found.period, found.due) == ("2027-02", date(2027, 2, 28))


def proposed(*tasks: TaskRow, today: date = TODAY) -> list[tuple[str, str]]:
    return [(one.number, f"{one.due}") for one in next_filings(tasks, today)]


OPEN: dict[str, Any] = {"done": 0.0, "delivered": None}


@pytest.mark.parametrize(
    ("tasks", "then"),
    [
        pytest.param([filed("T", "DE", "10-12")], [("T-F202611", "2026-11-10")], id="closed"),
        pytest.param([filed("T", "DE", "10-12", **OPEN)], [], id="still open"),
        pytest.param(
            [filed("T-F202610", "DE", "10-12")], [("T-F202611", "2026-11-10")], id="its follower"
        ),
        pytest.param(
            [filed("T", "DE", "09-10"), filed("T-F202610", "DE", "10-12", **OPEN)], [], id="there"
        ),
        pytest.param(
            [filed("A", "DE", "07-10"), filed("B", "DE", "10-12")],
            [("B-F202701", "2027-01-11")],
            id="the two before were a quarter apart: 10 January is a Sunday",
        ),
        pytest.param(
            [filed("A", "DE", "10-12", company="X"), filed("B", "DE", "10-12", company="Y")],
            [("A-F202611", "2026-11-10"), ("B-F202611", "2026-11-10")],
            id="each company files",
        ),
        pytest.param(
            [filed("T", "FR", "10-19"), filed("U", "FR", "10-19", regime="gdpr")],
            [("T-F202611", "2026-11-19")],
            id="a request does not come back",
        ),
        pytest.param([filed("T", "DE", "10-12", type="action")], [], id="no duty"),
        pytest.param([replace(filed("T", "DE", "10-12"), due=None)], [], id="no due day"),
        pytest.param([filed("T", "DE", "2024-10-10")], [], id="left off long ago"),
        pytest.param([filed("T", "US", "10-12")], [], id="no VAT there"),
        pytest.param([replace(filed("T", "DE", "10-12"), regime=None)], [], id="a free task"),
        pytest.param([replace(filed("T", "DE", "10-12"), country=None)], [], id="of no country"),
        pytest.param(
            [filed("F", "SE", "09-30", regime="weee_fee")],
            [("F-F202709", "2027-09-30")],
            id="the invoice of a scheme comes back after a year",
        ),
        pytest.param(
            [filed("F", "SE", "03-31", regime="weee_fee"), filed("G", "SE", "09-30", "weee_fee")],
            [("G-F202703", "2027-03-30")],
            id="or after the half year that the last two were apart",
        ),
        pytest.param(
            [filed("F", "SE", "10-20", regime="ftc"), filed("G", "SE", "10-20", "ftc")],
            [("G-F202701", "2027-01-20")],
            id="two on one day say nothing of the distance",
        ),
    ],
)
def test_what_follows(tasks: list[TaskRow], then: list[tuple[str, str]]) -> None:
    assert proposed(*tasks) == then


def test_the_same_number_is_never_proposed_twice() -> None:
    other = filed("T-F202611", "DE", "11-10", regime="gdpr", **OPEN)
    assert proposed(filed("T", "DE", "10-12"), other) == []


def test_a_chain_of_filings_meets_every_legal_day() -> None:
    """Closed again and again, the monthly filing of FR walks through the year."""
    task, seen = filed("T", "FR", "01-19"), []
    for _ in range(11):
        [one] = following([task], task.due or TODAY)
        seen.append(one.node.due)
        number = filing_number(task.number, one.node.due)
        task = replace(task, number=number, due=one.node.due, delivered=one.node.due)
    wanted = [node.due for node in nodes(filings_of("vat", "FR")[0], 2026)][:11]
    assert (seen, task.number) == (wanted, "T-F202612")


def number_of(country: str, **more: object) -> TaskRow:
    usual = {"registration": "DE136695976", "valid_to": None, "company": "ACME"}
    return filed("R", country, "01-10", regime="vat_registration", **usual | more)


@pytest.mark.parametrize(
    ("tasks", "then"),
    [
        pytest.param([number_of("DE")], [("R-F202611", "2026-11-10")], id="a valid number files"),
        pytest.param([number_of("DE"), number_of("DE")], [("R-F202611", "2026-11-10")], id="once"),
        pytest.param([number_of("DE", registration="")], [], id="no number yet"),
        pytest.param([number_of("CH")], [], id="days that nobody knows"),
        pytest.param([replace(number_of("DE"), country=None)], [], id="of no country"),
        pytest.param(
            [number_of("DE"), filed("T", "DE", "11-10", company="ACME", **OPEN)], [], id="it files"
        ),
    ],
)
def test_a_vat_number_without_filings_gets_its_first(
    tasks: list[TaskRow], then: list[tuple[str, str]]
) -> None:
    assert proposed(*tasks) == then


def test_the_first_filing_may_be_due_today() -> None:
    found = first_node("vat", "DE", date(2026, 11, 10))
    assert found is not None
    assert found[0].due == date(2026, 11, 10)
    assert first_node("vat", "DE", date(2026, 11, 11)) == (
        next_node(filings_of("vat", "DE")[0], date(2026, 11, 10)),
        found[1],
    )


def test_the_proposal_says_period_law_and_whose() -> None:
    [one] = next_filings(
        [filed("T", "ES", "10-20", what="ES 303（2026-Q3）", reviewer="BOB")], TODAY
    )
    assert (one.names["zh"], one.names["en"]) == ("ES 303（2026-Q4）", "ES 303 (2026-Q4)")
    assert (one.owner, one.reviewer, one.source) == ("ANN", "BOB", "RD 1624/1992, art. 71.4")


@pytest.mark.parametrize(
    ("what", "found"),
    [
        ("VAT (2026-10)", "VAT"),
        ("VAT（2026-Q3）", "VAT"),
        ("Report (2026)", "Report"),
        ("VAT (EU)", "VAT (EU)"),
        ("(2026-10) VAT", "(2026-10) VAT"),
        ("西班牙VAT三季度", "西班牙VAT"),
        ("意大利VAT，第四季度", "意大利VAT"),
        ("德国VAT 10月", "德国VAT"),
        ("Spanish VAT, quarter 3", "Spanish VAT"),
        ("VAT Q4", "VAT"),
    ],
)
def test_the_period_at_the_end_is_left_out(what: str, found: str) -> None:
    assert plain(what) == found


def test_what_is_a_year_old_today_still_follows() -> None:
    """Due on 10 November 2026: proposed until 366 days later."""
    last = date(2026, 11, 10) + timedelta(days=366)
    assert proposed(filed("T", "DE", "10-12"), today=last)
    assert not proposed(filed("T", "DE", "10-12"), today=last + timedelta(days=1))
