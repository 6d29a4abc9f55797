"""Region policy: a forbidden target, weight or typed figure is refused with its rule."""

from __future__ import annotations

import pytest

from kpi.book import Book
from kpi.book_reading import read_book
from kpi.catalog import shipped
from kpi.model import LANGUAGES, Region
from kpi.pack_reading import pack, packs, variants
from kpi.policy import allowed, legal_days, policy_rules, target_rule, weight_rule
from kpi.tables import Table
from sheet_templates.words import LISTS, decode
from tests.table_support import table

SHOPS = table(
    "tblShop",
    "店铺",
    "shop platform market currency time_zone",
    ("AMZ", "亚马逊", "US", "USD", "America/New_York"),
    ("OWN", "Shopify", "US", "USD", "America/New_York"),
)


def book(*tables: Table) -> Book:
    found = read_book({t.name: t for t in (SHOPS, *tables)}, decode, shipped().names())
    assert found.problems == ()
    return found


def target(region: str, kpi: str) -> Table:
    codes = "year region scope metric owner year_total"
    return table("tblTarget", "目标", codes, (2026.0, region, region, kpi, "OPS", 1.0))


@pytest.mark.parametrize(
    ("region", "kpi", "refused"),
    [
        pytest.param("US", "vat_on_time_rate", True, id="VAT in the US"),
        pytest.param("EU", "vat_on_time_rate", False, id="VAT in the EU"),
        pytest.param("EU", "ftc_check_rate", True, id="FTC in the EU"),
        pytest.param("US", "ftc_check_rate", False, id="FTC in the US"),
        pytest.param("US", "fx_effect", True, id="exchange rates, anywhere"),
        pytest.param("EU", "fx_effect", True, id="exchange rates, there too"),
        pytest.param("US", "net_sales", False, id="a plain KPI"),
        pytest.param("US", "account_suspension", False, id="a bottom line may have its zero"),
    ],
)
def test_targets(region: str, kpi: str, refused: bool) -> None:
    given = book(target(region, kpi))
    kept, problems = allowed(given, shipped())
    assert [p.code for p in problems] == ["policy_target"] * refused
    assert len(kept.targets) == (0 if refused else 1)
    if refused:
        rule = target_rule(kpi, Region(region))
        assert rule is not None
        assert all(rule.text[language] in problems[0].what[language] for language in LANGUAGES)
        assert problems[0].place.cell == "A5"


@pytest.mark.parametrize(
    ("kpi", "weight", "on", "refused"),
    [
        pytest.param("account_suspension", 10.0, "是", True, id="a bottom line with a weight"),
        pytest.param("account_suspension", 0.0, "是", False, id="as a veto it has none"),
        pytest.param("vat_on_time_rate", 10.0, "否", False, id="a line that is switched off"),
        pytest.param("vat_on_time_rate", 10.0, "是", True, id="a line that scores"),
    ],
)
def test_weights(kpi: str, weight: float, on: str, refused: bool) -> None:
    line = ("运营", "US", kpi, on, weight, "零容忍")
    given = book(table("tblWeight", "权重", "role region metric on weight method", line))
    kept, problems = allowed(given, shipped())
    assert (len(problems), len(kept.weights)) == ((1, 0) if refused else (0, 1))


@pytest.mark.parametrize(("shop", "refused"), [("AMZ", True), ("OWN", False)])
def test_buyers_of_a_marketplace_may_not_be_recognised(shop: str, refused: bool) -> None:
    line = ("2026-10-01", shop, "returning_orders", 5.0)
    given = book(table("tblInput", "录入", "day shop measure value", line))
    kept, problems = allowed(given, shipped())
    assert [p.code for p in problems] == ["policy_collect"] * refused
    assert len(kept.inputs) == (0 if refused else 1)


def test_a_figure_of_a_shop_that_was_not_read_is_not_judged() -> None:
    given = book(table("tblInput", "录入", "day shop measure value"))
    strange = book(
        table("tblInput", "录入", "day shop measure value", ("2026-10-01", "AMZ", "overhead", 5.0))
    )
    assert allowed(given, shipped()) == (given, ())
    orphan = Book(strange.settings, inputs=strange.inputs)
    assert allowed(orphan, shipped()) == (orphan, ())


def test_no_pack_asks_for_what_is_forbidden() -> None:
    for kind in (None, *variants()):
        for role, region in packs():
            for item in pack(role, region, kind).items:
                assert weight_rule(item.kpi, region) is None, (role, region, item.kpi)


def test_rules_name_what_there_is() -> None:
    places = {"US", "EU", "*", "weight"} | {code for code, _, _ in LISTS["platform"]}
    for rule in policy_rules():
        known = shipped().metrics if rule.kind == "target" else shipped().measures
        assert rule.what <= set(known)
        assert rule.where <= places
        assert rule.text["zh"] and rule.text["en"] and rule.source  # noqa: PT018 - one claim


def test_the_law_gives_a_month_for_a_request() -> None:
    for duty in ("gdpr", "data_access", "data_deletion"):
        assert legal_days(Region.EU, duty) == 30
    assert legal_days(Region.US, "gdpr") is None
    assert {legal_days(Region.US, duty) for duty in ("data_access", "data_deletion")} == {45}
