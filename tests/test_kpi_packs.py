"""The role packs as shipped: equal to the reference, balanced, changed by kinds of goods only."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from kpi import pack_reading
from kpi.errors import KpiError
from kpi.guards import balance, pack_findings, pack_lines
from kpi.model import Region
from kpi.pack_reading import (
    ROLES,
    Pack,
    PackItem,
    contract_terms,
    pack,
    packs,
    ramp,
    stages,
    variants,
)
from kpi.typed_rows import Bound
from tests.paths import NO_SHARED, SHARED

OF_SHOPS = ("shop", "own_store")  # own proposals: no reference has them
CARDS = [key for key in packs() if key[0] not in OF_SHOPS]
NAMES = [f"{role} {region}" for role, region in CARDS]


def reference() -> dict[str, Any]:
    assert SHARED is not None
    text = (SHARED / "cases" / "packs.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def as_referenced(item: PackItem) -> dict[str, Any]:
    metric = item.metric
    return {
        "kpi": item.kpi,
        "name_zh": metric.names["zh"],
        "name_en": metric.names["en"],
        "weight": item.weight,
        "direction": str(metric.better),
        "target": item.target,
        "target_basis": item.basis,
        "method": item.method,
        "params": dict(item.params),
        "warn": item.warn,
        "breach": item.breach,
        "kind": str(metric.kind),
        "klass": str(metric.klass),
        "gate": item.gate,
    }


@pytest.mark.skipif(SHARED is None, reason=NO_SHARED)
@pytest.mark.parametrize(("role", "region"), CARDS, ids=NAMES)
def test_a_pack_is_what_the_reference_says(role: str, region: Region) -> None:
    [wanted] = [p for p in reference()["packs"] if (p["role"], p["region"]) == (role, region)]
    found = packs()[role, region]
    assert [as_referenced(item) for item in found.items] == wanted["items"]
    assert found.names["zh"] == wanted["role_zh"]
    assert found.min_coverage == wanted["min_coverage"]
    assert {c: t["en"] for c, t in found.exemptions.items()} == {
        one["check"]: one["reason"] for one in wanted["exemptions"]
    }
    assert [_veto(v) for v in wanted["vetoes"]] == [
        (v.kpi, v.operator, v.value, v.effect, v.grade) for v in found.vetoes
    ]


def _veto(one: Mapping[str, Any]) -> tuple[str, str, float, str, str]:
    return one["kpi"], one["op"], one["value"], one["effect"], one.get("grade", "")


@pytest.mark.skipif(SHARED is None, reason=NO_SHARED)
def test_all_packs_and_the_newcomer_plan_are_there() -> None:
    wanted = reference()
    assert {(p["role"], p["region"]) for p in wanted["packs"]} == set(CARDS)
    gates = wanted["newcomer"]["stage_gates"]
    assert [(s.day, s.names) for s in stages(Region.EU)] == [
        (g["day"], {"zh": g["zh"], "en": g["en"]}) for g in gates
    ]
    assert [s.day for s in stages(Region.US)] == [
        g["day"] for g in gates if "US" in g.get("regions", ["US", "EU"])
    ]
    assert list(ramp()) == wanted["newcomer"]["ramp"]["shares"]


@pytest.mark.skipif(SHARED is None, reason=NO_SHARED)
@pytest.mark.parametrize(("role", "region"), CARDS, ids=NAMES)
def test_the_sums_of_a_pack_are_those_printed(role: str, region: Region) -> None:
    [wanted] = [p for p in reference()["packs"] if (p["role"], p["region"]) == (role, region)]
    sums = balance(pack_lines(packs()[role, region]))
    assert (sums.total, sums.result, sums.process, sums.compliance, sums.largest) == tuple(
        wanted["balance"][name] for name in ("total", "result", "process", "compliance", "max_item")
    )


@pytest.mark.parametrize(
    ("role", "region", "sums", "weights"),
    [
        pytest.param(
            *("shop", Region.US, (100, 70, 30, 0, 25)),
            {"unit_session_rate": 10, "new_listings": 5, "contribution_profit": 15},
            id="US marketplace: conversion and pace",
        ),
        pytest.param(
            *("shop", Region.EU, (100, 60, 40, 20, 15)),
            {"unit_session_rate": 5, "compliance_task_rate": 10, "contribution_profit": 15},
            id="EU marketplace: compliance and steady growth",
        ),
        pytest.param(
            *("own_store", Region.US, (100, 70, 30, 5, 20)),
            {"checkout_completion_rate": 15, "add_to_cart_rate": 15, "engaged_visit_rate": 10},
            id="US own store: traffic and checkout",
        ),
        pytest.param(
            *("own_store", Region.EU, (100, 60, 40, 20, 15)),
            {"repeat_order_rate": 10, "gdpr_on_time_rate": 10, "vat_on_time_rate": 5},
            id="EU own store: buyers who return and their data",
        ),
    ],
)
def test_cards_of_shops_have_the_sums_worked_by_hand(
    role: str, region: Region, sums: tuple[float, ...], weights: Mapping[str, float]
) -> None:
    """(total, result, process, compliance, largest item) in points."""
    one = packs()[role, region]
    found = balance(pack_lines(one))
    assert (*(found.total, found.result, found.process, found.compliance, found.largest),) == sums
    assert {kpi: item.weight for kpi in weights if (item := one.item(kpi))} == weights


@pytest.mark.parametrize("region", tuple(Region))
def test_an_own_store_is_scored_by_what_only_it_can_know(region: Region) -> None:
    """Traffic quality, checkout and returning buyers; its rates are no targets of the region."""
    one = packs()["own_store", region]
    for kpi in (
        *("engaged_visit_rate", "add_to_cart_rate", "checkout_completion_rate"),
        "repeat_order_rate",
    ):
        item = one.item(kpi)
        assert item is not None
        assert isinstance(item.target, float)
        assert one.scope(item) == "own_store"
    plan = one.item("net_sales")
    assert plan is not None
    assert one.scope(plan) == region
    assert one.suits("shopify")
    assert not one.suits("amazon")
    shop = packs()["shop", region]
    assert {shop.scope(item) for item in shop.items} == {str(region)}
    assert packs()["operations", region].suits("amazon")


def every_pack() -> list[Pack]:
    plain = list(packs().values())
    return plain + [pack(role, region, kind) for kind in variants() for role, region in packs()]


@pytest.mark.parametrize("one", every_pack(), ids=lambda p: f"{p.role} {p.region}")
def test_every_pack_and_variant_passes_its_own_guards(one: Pack) -> None:
    assert pack_findings(one) == ()
    assert len({item.kpi for item in one.items}) == len(one.items)


@pytest.mark.parametrize("kind", variants())
def test_each_change_of_a_variant_finds_its_line_and_says_why(kind: str) -> None:
    for (role, region), changes in variants()[kind].changes.items():
        for change in changes:
            assert packs()[role, region].item(change.kpi), (role, region, change.kpi)
            item = pack(role, region, kind).item(change.instead or change.kpi)
            assert item is not None
            assert item.why == change.why
            assert item.basis == "starter"
            assert change.why["zh"]
            assert change.why["en"]


def test_a_variant_changes_target_band_and_kpi() -> None:
    """Auto parts: stock of 60 to 120 days; cover counts instead of the buy box."""
    parts = pack("operations", Region.US, "auto_parts")
    band = parts.item("inventory_turnover_days")
    assert band is not None
    assert (band.target, band.four, band.limit(band.breach)) == (90, (60, 120, 30, 60), 150)
    swapped = parts.item("in_stock_rate")
    assert swapped is not None
    assert (swapped.weight, swapped.target) == (5, 0.95)
    assert parts.item("buy_box_share") is None
    assert pack("operations", Region.EU, "auto_parts").item("net_sales") == packs()[
        "operations", Region.EU
    ].item("net_sales")


@pytest.mark.parametrize(
    ("role", "kpi", "warn", "breach", "bound"),
    [
        pytest.param("operations", "net_sales", 0.95, 0.85, Bound.STRICT, id="parts of the pace"),
        pytest.param("operations", "acos", 0.28, 0.35, Bound.STRICT, id="the KPI's own unit"),
        pytest.param("compliance", "policy_violations", 1, 2, Bound.INCLUSIVE, id="with equality"),
        pytest.param(
            "operations", "inventory_turnover_days", 60, 90, Bound.STRICT, id="a band's upper ends"
        ),
        pytest.param("newcomer", "stage_gate_rate", 1, 1, Bound.STRICT, id="words: the target"),
        pytest.param("supervisor", "ad_roi", 0.15, 0, Bound.STRICT, id="a breach at zero"),
    ],
)
def test_limits_become_numbers(
    role: str, kpi: str, warn: float, breach: float, bound: Bound
) -> None:
    item = packs()[role, Region.US].item(kpi)
    assert item is not None
    assert (item.limit(item.warn), item.limit(item.breach), item.bound) == (warn, breach, bound)


def test_what_the_pack_says_in_words_stays_open() -> None:
    sales = packs()["agency", Region.US].item("net_sales")
    assert sales is not None
    assert (sales.four, sales.points("cap"), sales.limit("soon")) == ((None,) * 4, 120, None)
    violations = packs()["compliance", Region.US].item("policy_violations")
    assert violations is not None
    assert violations.points("cap") is None
    assert violations.four == (20, None, None, None)


def test_the_eu_profile_favours_compliance_and_the_us_profile_pace() -> None:
    for role in ROLES:
        us, eu = (packs()[role, region] for region in Region)
        us_sums, eu_sums = (balance(pack_lines(one)) for one in (us, eu))
        assert eu_sums.compliance >= us_sums.compliance
        assert eu_sums.result <= us_sums.result
        sales = [i.weight for i in us.items if i.metric.klass == "sales"]
        assert sum(sales) >= sum(i.weight for i in eu.items if i.metric.klass == "sales")


def test_an_agency_contract_states_its_terms() -> None:
    assert len(contract_terms()) == 6


@pytest.mark.parametrize(
    ("role", "kind", "said"),
    [
        pytest.param("pilot", None, 'no pack "pilot"', id="an unknown role"),
        pytest.param("operations", "toys", 'no variant "toys"', id="an unknown kind of goods"),
    ],
)
def test_an_unknown_pack_is_refused_with_the_choices(
    role: str, kind: str | None, said: str
) -> None:
    with pytest.raises(KpiError, match=said):
        pack(role, Region.US, kind)


def test_a_pack_that_names_no_method_of_ours_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A slip in a shipped file ends the first read, never a card with a line that cannot score."""
    monkeypatch.setattr(pack_reading, "METHODS", {})
    packs.cache_clear()
    with pytest.raises(KpiError, match="one of them does not exist"):
        packs()
