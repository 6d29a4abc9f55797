"""The balance checks: each limit by a card that just passes and one that just does not."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from kpi.book_reading import read_book
from kpi.catalog import shipped
from kpi.errors import Level
from kpi.guards import Finding, Line, exemptions, findings, guard
from kpi.messages import MESSAGES
from kpi.model import Kind, Klass, Region
from kpi.tables import Table
from sheet_templates.words import decode
from tests.table_support import table

RESULT, PROCESS = Kind.RESULT, Kind.PROCESS


def card(*lines: tuple[float, Kind, Klass]) -> list[Line]:
    return [Line(f"k{n}", weight, kind, klass) for n, (weight, kind, klass) in enumerate(lines)]


SALES = (30.0, RESULT, Klass.SALES)
PROFIT = (40.0, RESULT, Klass.PROFIT)
WORK = (20.0, PROCESS, Klass.NONE)
DUTY = (10.0, PROCESS, Klass.COMPLIANCE)


@pytest.mark.parametrize(
    ("lines", "region", "checks"),
    [
        pytest.param(card(SALES, PROFIT, WORK, DUTY), Region.EU, [], id="balanced"),
        pytest.param(
            card(SALES, PROFIT, WORK), Region.US, ["sum"], id="90 points: the rest is not given"
        ),
        pytest.param(
            card(SALES, (40, RESULT, Klass.QUALITY), WORK, DUTY),
            Region.US,
            ["profit_if_sales"],
            id="sales without profit",
        ),
        pytest.param(
            card(SALES, (40, RESULT, Klass.QUALITY), (0, RESULT, Klass.PROFIT), WORK, DUTY),
            Region.US,
            ["profit_if_sales"],
            id="a profit item of no weight is none",
        ),
        pytest.param(
            card((30, RESULT, Klass.SALES), (41, RESULT, Klass.PROFIT), (29, PROCESS, Klass.NONE)),
            Region.US,
            ["result_max", "item_max"],
            id="71 of results, 41 in one item",
        ),
        pytest.param(
            card(
                SALES,
                (40, RESULT, Klass.PROFIT),
                (11, RESULT, Klass.NONE),
                (19, PROCESS, Klass.NONE),
            ),
            Region.US,
            ["result_max", "process_min"],
            id="19 of process",
        ),
        pytest.param(
            card(SALES, PROFIT, (21, PROCESS, Klass.NONE), (9, PROCESS, Klass.COMPLIANCE)),
            Region.EU,
            ["eu_compliance_min"],
            id="9 of compliance in the EU",
        ),
        pytest.param(
            card(SALES, PROFIT, (21, PROCESS, Klass.NONE), (9, PROCESS, Klass.COMPLIANCE)),
            Region.US,
            [],
            id="the US asks for none",
        ),
        pytest.param(
            card((40, PROCESS, Klass.NONE), (40, PROCESS, Klass.NONE), WORK),
            Region.US,
            ["result_present"],
            id="process only",
        ),
        pytest.param(card(), Region.US, ["sum", "process_min"], id="an empty card"),
    ],
)
def test_checks(lines: Sequence[Line], region: Region, checks: list[str]) -> None:
    assert [one.check for one in findings(lines, region)] == checks


def test_the_item_that_is_too_heavy_is_named() -> None:
    heavy = card((45, RESULT, Klass.PROFIT), (55, PROCESS, Klass.NONE))
    assert findings(heavy, Region.US) == (
        Finding("item_max", 45, 40, "k0"),
        Finding("item_max", 55, 40, "k1"),
    )


WEIGHT = "role region metric on weight method start"
SALES_ONLY = (
    ("运营", "US", "net_sales", "是", 40.0, "越高越好"),
    ("运营", "US", "orders", "是", 30.0, "越高越好"),
    ("运营", "US", "new_listings", "是", 30.0, "越高越好"),
    ("运营", "US", "gross_profit", "否", 20.0, "越高越好"),
)


def said(weights: Table, review: Table | None = None) -> list[tuple[str, str | None, Level]]:
    tables = {weights.name: weights}
    book = read_book(tables, decode, shipped().names())
    assert book.problems == ()
    found = guard(book, shipped().metrics, exemptions(review, decode))
    return [(p.code, p.place.cell, p.level) for p in found]


def test_sales_without_profit_are_refused_at_the_cards_first_row() -> None:
    weights = table("tblWeight", "权重", WEIGHT, *SALES_ONLY)
    assert said(weights) == [("guard_profit_if_sales", "A5", Level.ERROR)]


@pytest.mark.parametrize(
    ("topic", "decision", "excused"),
    [
        pytest.param("豁免 运营 US 利润", "清仓季", True, id="recorded in Chinese"),
        pytest.param("exemption Operations US profit", "clearance", True, id="in English"),
        pytest.param("Exempt operations us profit_if_sales", "clearance", True, id="by codes"),
        pytest.param("豁免 运营 US 利润", "", False, id="without a reason it does not count"),
        pytest.param("豁免 运营 EU 利润", "清仓季", False, id="another region"),
        pytest.param("豁免 运营 US 过程", "清仓季", False, id="another check"),
        pytest.param("豁免 运营 US 什么", "清仓季", False, id="a check nobody knows"),
        pytest.param("豁免 飞行员 US 利润", "清仓季", False, id="a role nobody knows"),
        pytest.param("豁免 利润", "清仓季", False, id="no region"),
        pytest.param("周会", "清仓季", False, id="any other topic"),
    ],
)
def test_a_recorded_exemption_excuses_its_card(topic: str, decision: str, excused: bool) -> None:
    weights = table("tblWeight", "权重", WEIGHT, *SALES_ONLY)
    review = table("tblReview", "复盘", "no topic decision", ("1", topic, decision))
    assert bool(said(weights, review)) is not excused


def test_a_shipped_exemption_goes_with_its_role() -> None:
    learning = (
        ("新人", "US", "stage_gate_rate", "是", 40.0, "越高越好"),
        ("新人", "US", "project_step_rate", "是", 40.0, "越高越好"),
        ("新人", "US", "training_rate", "是", 20.0, "越高越好"),
    )
    assert said(table("tblWeight", "权重", WEIGHT, *learning)) == []


def test_a_too_heavy_item_is_named_at_its_own_row_and_a_card_off_says_nothing() -> None:
    lines = (
        ("客服", "US", "csat", "是", 45.0, "越高越好"),
        ("客服", "US", "response_24h_rate", "是", 40.0, "越高越好"),
        ("客服", "US", "resolution_rate", "是", 15.0, "越高越好"),
        ("采购", "US", "qc_pass_rate", "否", 100.0, "越高越好"),
    )
    found = said(table("tblWeight", "权重", WEIGHT, *lines[:3]))
    assert found == [("guard_item_max", "A5", Level.ERROR)]


def test_weights_off_100_are_not_judged_twice() -> None:
    assert said(table("tblWeight", "权重", WEIGHT, *SALES_ONLY[:2])) == []


def test_every_check_has_its_message() -> None:
    for check in ("profit_if_sales", "item_max", "result_max", "process_min"):
        assert MESSAGES[f"guard_{check}"].mend_zh
    assert MESSAGES["guard_result_max"].level is Level.WARNING
