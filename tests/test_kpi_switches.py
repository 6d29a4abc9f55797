"""Switches of definitions: the number, the formula and the printed card change together."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from kpi.calendar import period
from kpi.catalog import Catalog, shipped
from kpi.contracts import changes, contract_of, in_force
from kpi.lines import Resolved
from kpi.model import LANGUAGES, Card
from kpi.switch_choices import formula_with, positions, set_by, switches
from kpi.switches import shipped_text, switched
from kpi.values import Row
from tests.contract_support import BOOK, contract, version, weight
from tests.metric_cases import MetricCase
from tests.paths import ROOT
from tests.switch_cases import SWITCH_CASES
from tests.table_support import table

PROFIT = {
    "gross_sales": 50.0,
    "discounts": 0.0,
    "returns_amount": 0.0,
    "cogs": 12.0,
    "inbound_freight": 1.0,
    "platform_fees": 7.5,
    "fulfilment_fees": 6.0,
    "storage_fees": 0.0,
    "payment_fees": 0.0,
    "ad_spend": 5.0,
    "return_costs": 0.0,
    "vat_amount": 2.0,
    "overhead": 1.5,
}
OCTOBER = period("2026-10")
LISTED = {"listings_new_parent": 3.0, "listings_new_variant": 12.0}


@pytest.mark.parametrize(
    ("kpi", "text", "given", "value", "said"),
    [
        pytest.param("net_profit", "", PROFIT, 15, "platform fees, VAT", id="as shipped: all off"),
        pytest.param(
            "net_profit", "平台佣金 不含", PROFIT, 22.5, "fees are not taken off", id="15 + 7.5"
        ),
        pytest.param(
            "net_profit",
            "commission out; VAT out, overhead=out",
            PROFIT,
            26,
            "VAT is not taken off; overhead is not taken off",
            id="15 + 7.5 + 2 + 1.5",
        ),
        pytest.param(
            "净利润",
            "VAT：不含；平台佣金 含",
            PROFIT,
            17,
            "fees are taken off; VAT is not",
            id="VAT",
        ),
        pytest.param("new_listings", "variants in", LISTED, 15, "variants count", id="3 + 12"),
        pytest.param("new_listings", "变体 不含", LISTED, 3, "new parent", id="the shipped choice"),
        pytest.param(
            "unit_roi", "头程 含", PROFIT, 15 / 13, "freight is in the divisor", id="15 over 12 + 1"
        ),
    ],
)
def test_a_switch_changes_number_and_card(
    kpi: str, text: str, given: dict[str, float], value: float, said: str
) -> None:
    rows = table("tblKpi", "指标", "metric switches", (kpi, text))
    catalog, problems = switched(shipped(), rows)
    code = catalog.known.code(kpi) or ""
    assert problems == []
    assert Resolved(catalog, Row({**given})).value(code) == pytest.approx(value)
    assert said in catalog.metrics[code].card.includes["en"]
    assert catalog.metrics[code].card.includes["zh"]


def test_what_stands_on_a_switched_kpi_moves_with_it() -> None:
    rows = table("tblKpi", "指标", "metric switches", ("net_profit", "commission out"))
    catalog, _ = switched(shipped(), rows)
    assert Resolved(catalog, Row({**PROFIT})).value("net_margin") == pytest.approx(22.5 / 50)
    assert catalog.definition_hash("net_margin") != shipped().definition_hash("net_margin")
    assert "Platform fees" not in catalog.metrics["net_profit"].card.numerator["en"]
    assert catalog.definition_hash("acos") == shipped().definition_hash("acos")


def test_stock_on_its_way_counts_when_switched_on() -> None:
    rows = table("tblKpi", "指标", "metric switches", ("days_of_supply", "inbound in"))
    catalog, _ = switched(shipped(), rows)
    stock = {"available_units": 300.0, "inbound_units": 150.0}
    given = Row({"units_shipped": 150.0}, 30.0, {}, stock, {}, None)
    assert Resolved(catalog, given).value("days_of_supply") == 90


def test_a_choice_that_nobody_knows_is_told_with_what_may_be_written() -> None:
    rows = table("tblKpi", "指标", "metric switches", ("net_profit", "佣金 不含; VAT out"))
    catalog, [one] = switched(shipped(), rows)
    assert (one.code, one.place.cell) == ("unknown_switch", "B5")
    assert "commission in/out" in one.mend["en"]
    assert "平台佣金 含/不含" in one.mend["zh"]
    assert Resolved(catalog, Row({**PROFIT})).value("net_profit") == 17  # VAT was understood


def test_without_switches_the_catalogue_is_the_shipped_one() -> None:
    assert switched(shipped(), None) == (shipped(), [])
    rows = table("tblKpi", "指标", "metric switches", ("acos", "x"), (None, "y"))
    assert switched(shipped(), rows) == (shipped(), [])


def test_a_new_workbook_shows_the_shipped_choices_and_they_change_nothing() -> None:
    for language in LANGUAGES:
        lines = [(kpi, shipped_text(kpi, language)) for kpi in switches()]
        rows = table("tblKpi", "指标", "metric switches", *lines)
        assert switched(shipped(), rows) == (shipped(), [])
    assert shipped_text("net_profit", "en") == "commission in; VAT in; overhead in; restocked out"
    assert shipped_text("acos", "en") == ""


def test_each_choice_changes_the_formula_and_no_two_ways_make_the_same() -> None:
    for kpi, several in switches().items():
        metric, made = shipped().metrics[kpi], positions(kpi)
        ways = 1
        for one in several:
            ways *= len(one.choices)
            assert one.choices[0].swaps == ()
            for choice in one.choices[1:]:
                assert formula_with(metric, [choice]) in made
                assert formula_with(metric, [choice]) != formula_with(metric, [])
                assert all(choice.says[language] for language in LANGUAGES)
        assert len(made) == ways


@pytest.mark.parametrize("kpi", switches())
def test_the_page_of_the_manual_lists_every_choice(kpi: str) -> None:
    lines = (ROOT / "docs" / "switches.md").read_text(encoding="utf-8").splitlines()
    shown = [line for line in lines if line.startswith(f"| `{kpi}` ")]
    wanted = [(one, choice) for one in switches()[kpi] for choice in one.choices]
    assert len(shown) == len(wanted)
    for line, (one, choice) in zip(shown, wanted, strict=True):
        for names in (one.names, choice.names, choice.says):
            assert all(names[language] in line for language in LANGUAGES)
        added = {
            name
            for _, instead in choice.swaps
            for name in shipped().measures
            if name in instead.split()
        }
        assert all(f"`{name}`" in line for name in added - shipped().needs(kpi))


# --- worked by hand -------------------------------------------------------------------------------


def set_to(kpi: str, text: str) -> Catalog:
    catalog, problems = switched(shipped(), table("tblKpi", "指标", "metric switches", (kpi, text)))
    assert problems == []
    return catalog


@pytest.mark.parametrize(
    ("text", "case"), SWITCH_CASES, ids=[f"{case.metric}: {case.how}" for _, case in SWITCH_CASES]
)
def test_worked_by_hand(text: str, case: MetricCase) -> None:
    given = Row({**case.values}, case.days, case.openings, case.closings, {}, None)
    found = Resolved(set_to(case.metric, text), given).value(case.metric)
    assert found == (None if case.result is None else pytest.approx(case.result, abs=case.within))


def test_every_way_to_set_the_switches_is_worked_by_hand() -> None:
    worked: dict[str, set[tuple[str, str | None]]] = {kpi: set() for kpi in switches()}
    for text, case in SWITCH_CASES:
        if case.result is not None:
            metric = set_to(case.metric, text).metrics[case.metric]
            worked[case.metric].add((metric.numerator, metric.denominator))
    assert worked == {kpi: set(positions(kpi)) for kpi in switches()}


# --- the card -------------------------------------------------------------------------------------


def card(kpi: str, text: str, of: str = "") -> Card:
    return set_to(kpi, text).metrics[of or kpi].card


def test_a_card_does_not_exclude_what_a_choice_takes_in() -> None:
    assert "inbound freight" in shipped().metrics["gross_margin"].card.excludes["en"]
    landed = card("gross_margin", "freight in")
    assert landed.excludes["en"] == "no platform fees, fulfilment or advertising"
    assert "头程" not in landed.excludes["zh"]
    assert "variants" not in card("new_listings", "variants in").excludes["en"]
    assert "3" not in card("negative_review_rate", "差评线 3星").excludes["zh"]


def test_the_time_basis_and_both_switches_of_a_rate_are_printed() -> None:
    made = card("return_rate", "口径 订单；日期 发货日")
    assert made.includes["zh"] == (
        "订单口径：有退货的订单对订单，一单计一次；同批：期间内发货的当中，至今退回的"
    )
    assert made.time_basis["zh"].startswith("发货日")
    assert made.excludes["en"] == (
        "neither by units nor by value; refunds without a return do not count"
    )
    assert made.numerator["en"] == "Orders returned by ship day"
    assert made.denominator["en"] == "Orders shipped"


def test_a_kpi_that_stands_on_a_switched_one_says_so() -> None:
    made = card("contribution_profit", "level CM1", of="labour_output_ratio")
    assert made.includes["en"].endswith(
        "; Contribution profit: level CM1: less cost of goods alone"
    )
    assert "CM3" not in str(made)
    assert card("contribution_profit", "level CM1", of="acos") == shipped().metrics["acos"].card
    assert (
        card("net_profit", "VAT out", of="net_margin").includes["zh"].endswith("；净利润: VAT 未扣")
    )


def test_a_switch_set_two_ways_keeps_the_shipped_choice_and_is_told() -> None:
    rows = table(
        "tblKpi", "指标", "metric switches", ("net_profit", "VAT out; VAT in; overhead out")
    )
    catalog, [one] = switched(shipped(), rows)
    assert (one.code, one.place.cell) == ("switch_twice", "B5")
    assert "VAT in" in one.what["en"]
    assert Resolved(catalog, Row({**PROFIT})).value("net_profit") == 16.5
    twice = table("tblKpi", "指标", "metric switches", ("net_profit", "VAT out; VAT 不含"))
    assert switched(shipped(), twice)[1] == []


# --- signed ---------------------------------------------------------------------------------------

OCT_1 = date(2026, 10, 1)
SCORED = replace(BOOK, weights=(weight("net_margin"), weight("labour_output_ratio", 40.0)))


@pytest.mark.parametrize(
    ("signed", "typed"),
    [
        pytest.param("", "commission out", id="switched after signing"),
        pytest.param("commission out", "", id="switched back after signing"),
        pytest.param("commission out", "VAT out", id="switched otherwise"),
    ],
)
def test_until_it_is_signed_a_switch_moves_neither_number_nor_card(signed: str, typed: str) -> None:
    agreed, live = set_to("net_profit", signed), set_to("net_profit", typed)
    versions = (replace(version(1, OCT_1), contract=contract(SCORED, agreed)),)
    catalog = in_force(SCORED, live, versions, OCTOBER).catalog
    for code in ("net_profit", "net_margin", "unit_roi", "labour_output_ratio"):
        assert catalog.metrics[code].card == agreed.metrics[code].card
        assert catalog.definition_hash(code) == agreed.definition_hash(code)
        given = Row({**PROFIT, "labour_cost": 2.0})
        assert Resolved(catalog, given).value(code) == Resolved(agreed, given).value(code)
    pending = changes(versions[0].contract, contract_of(SCORED, live))
    assert {(one.key, one.field) for one in pending} == {
        ("net_profit", "numerator"),
        ("net_profit", "definition"),
        ("net_margin", "definition"),
    }


def test_a_formula_of_ones_own_is_not_taken_for_a_switch() -> None:
    row = ("gross_profit", "net_sales_amount - cogs - overhead", "money", "higher")
    own = table("tblKpi", "指标", "metric formula unit better", row)
    live, problems = shipped().with_own(own)
    assert (problems, set_by(live.metrics["gross_profit"])) == ([], ())
    scored = replace(BOOK, weights=(weight("gross_profit"),))
    versions = (replace(version(1, OCT_1), contract=contract(scored, live)),)
    signed = in_force(scored, shipped(), versions, OCTOBER).catalog.metrics["gross_profit"]
    assert signed.numerator == "net_sales_amount - cogs - overhead"
    assert signed.card.numerator["en"].endswith("Overhead")
