"""Platform limits as dated rows, and typed limits that are looser than the platform's."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from kpi.book import Book
from kpi.book_reading import read_book
from kpi.catalog import shipped
from kpi.model import LANGUAGES, Better, Region
from kpi.pack_reading import pack, packs
from kpi.tables import Table
from kpi.thresholds import Threshold, in_force, loose_limits, proposed, thresholds
from sheet_templates.words import LISTS, decode
from tests.table_support import table

DAY = date(2026, 10, 31)
SHOPS = table(
    "tblShop",
    "Shops",
    "shop platform market currency time_zone",
    ("AMZ", "Amazon", "US", "USD", "America/New_York"),
    ("TTS", "TikTok Shop", "US", "USD", "America/New_York"),
)
WEIGHT = "role region metric on weight method better warn breach bound start"
RULE = "rule on metric scope window operator value against"


def book(*tables: Table) -> Book:
    kpis = table("tblKpi", "KPIs", "on metric", ("Yes", "order_defect_rate"))
    given = {t.name: t for t in (SHOPS, kpis, *tables)}
    made = read_book(given, decode, shipped().names())
    return replace(made, settings=replace(made.settings, month="2026-10"))


def weight(kpi: str, breach: float, better: str, bound: str, region: str = "US") -> Table:
    row = (
        *("operations", region, kpi, "Yes", 0.0, "zero_defect", better),
        *(breach, breach, bound, date(2026, 1, 1)),
    )
    return table("tblWeight", "Weights", WEIGHT, row)


def rule(kpi: str, operator: str, value: float, scope: str = "*", against: str = "value") -> Table:
    row = ("r1", "Yes", kpi, scope, "month", operator, value, against)
    return table("tblRule", "Rules", RULE, row)


def one(kpi: str, day: date = DAY) -> Threshold:
    (found,) = (t for t in in_force(day) if t.kpi == kpi)
    return found


def test_every_limit_is_about_a_kpi_and_a_platform_that_exist() -> None:
    platforms = {code for code, _, _ in LISTS["platform"]}
    for found in thresholds():
        better = shipped().metrics[found.kpi].better
        assert found.operator[0] == ("<" if better is Better.LOWER else ">")
        assert found.platform in platforms
        assert found.regions <= set(Region)
        assert found.link.startswith("http")
        assert found.window in {code for code, _, _ in LISTS["window"]}
        assert all(found.source[language] for language in LANGUAGES)


@pytest.mark.parametrize(
    ("kpi", "asked", "value", "beyond"),
    [
        ("order_defect_rate", "<", 0.01, ">="),
        ("late_shipment_rate", "<", 0.04, ">="),
        ("late_dispatch_rate", "<=", 0.04, ">"),
        ("valid_tracking_rate", ">=", 0.95, "<"),
        ("unit_on_time_rate", ">", 0.9, "<="),
        ("fast_dispatch_rate", ">", 0.95, "<="),
        ("defect_return_rate", "<", 0.015, ">="),
        ("seller_fault_cancel_rate", "<", 0.025, ">="),
    ],
)
def test_the_limits_of_the_reference(kpi: str, asked: str, value: float, beyond: str) -> None:
    found = one(kpi)
    assert (found.operator, found.value, found.beyond) == (asked, value, beyond)


@pytest.mark.parametrize(
    ("day", "value"), [(date(2024, 1, 14), 0.1), (date(2024, 1, 15), 0.2), (DAY, 0.2)]
)
def test_a_limit_changes_on_its_day(day: date, value: float) -> None:
    assert one("shopee_late_shipment_rate", day).value == value


@pytest.mark.parametrize(
    ("kpi", "operator", "value", "loose"),
    [
        pytest.param("order_defect_rate", ">", 0.02, True, id="2 % where 1 % is asked"),
        pytest.param("order_defect_rate", ">", 0.01, True, id="1 % itself would pass"),
        pytest.param("order_defect_rate", ">=", 0.01, False, id="as the platform asks"),
        pytest.param("order_defect_rate", ">", 0.007, False, id="stricter"),
        pytest.param("order_defect_rate", "<", 0.02, False, id="it looks the other way"),
        pytest.param("late_dispatch_rate", ">", 0.04, False, id="4 % passes there too"),
        pytest.param("valid_tracking_rate", "<", 0.9, True, id="90 % where 95 % is asked"),
        pytest.param("valid_tracking_rate", "<", 0.95, False, id="95 % passes there too"),
        pytest.param("unit_on_time_rate", "<", 0.9, True, id="90 % itself would pass"),
    ],
)
def test_looser(kpi: str, operator: str, value: float, loose: bool) -> None:
    assert one(kpi).looser(operator, value) is loose


@pytest.mark.parametrize(
    ("given", "found"),
    [
        pytest.param(
            weight("order_defect_rate", 0.02, "lower", "strict"), ["tblWeight"], id="a weight"
        ),
        pytest.param(
            weight("order_defect_rate", 0.01, "lower", "inclusive"), [], id="a weight as asked"
        ),
        pytest.param(
            weight("valid_tracking_rate", 0.9, "higher", "strict"),
            ["tblWeight"],
            id="the other way",
        ),
        pytest.param(
            weight("order_defect_rate", 0.02, "lower", "strict", "EU"), [], id="no Amazon in the EU"
        ),
        pytest.param(weight("acos", 0.5, "lower", "strict"), [], id="no platform limits it"),
        pytest.param(rule("order_defect_rate", ">", 0.02), ["tblRule"], id="a rule of each shop"),
        pytest.param(rule("order_defect_rate", ">", 0.02, "AMZ"), ["tblRule"], id="of the shop"),
        pytest.param(rule("order_defect_rate", ">", 0.02, "TTS"), [], id="of another platform"),
        pytest.param(rule("order_defect_rate", ">", 2.0, "AMZ", "mean"), [], id="a surge"),
    ],
)
def test_a_typed_limit_against_the_platform(given: Table, found: list[str]) -> None:
    problems = list(loose_limits(book(given)))
    assert [p.place.table for p in problems] == found
    for one_ in problems:
        assert one_.code == "looser_than_platform"
        assert all("https://sellercentral" in one_.what[language] for language in LANGUAGES)


def test_without_a_month_nobody_knows_which_limit_holds() -> None:
    given = book(weight("order_defect_rate", 0.02, "lower", "strict"))
    assert list(loose_limits(replace(given, settings=replace(given.settings, month="")))) == []


def test_the_packs_are_as_strict_as_the_platforms() -> None:
    """Gates and breach limits of the shipped cards against every limit in force."""
    for key in packs():
        for line in pack(*key).vetoes:
            same = (demand for demand in in_force(DAY) if demand.kpi == line.kpi)
            assert not any(demand.looser(line.operator, line.value) for demand in same)


def test_what_is_proposed() -> None:
    """ODR is switched on and Amazon limits it: one line for the one Amazon shop."""
    found = [(demand.kpi, scope) for demand, scope in proposed(book(), DAY)]
    assert found == [("order_defect_rate", "AMZ")]
    assert list(proposed(book(rule("order_defect_rate", ">", 0.005)), DAY)) == []
    assert list(proposed(book(rule("order_defect_rate", ">", 0.005, "AMZ")), DAY)) == []
    assert len(list(proposed(book(rule("order_defect_rate", ">", 0.005, "TTS")), DAY))) == 1
