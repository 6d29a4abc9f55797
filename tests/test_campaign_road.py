"""Overspend of a campaign owner, from a report by campaign into actuals, score and breach."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from kpi.book import EVER as FIRST
from kpi.book import NEVER
from kpi.model import Region, Scope, ScopeKind, Window
from kpi.organisation import Part, ScopeParts
from kpi.scopes import same
from kpi.tables import Table
from sheet_templates.build import build
from sheet_templates.start import BookStart, StartRow
from sync_service.compute import Computed
from sync_service.fact_rows import MONEY
from sync_service.filling.breaches import owner_of
from sync_service.house import House
from sync_service.publishing import Wanted, publish
from sync_service.refresh import Outcome, look, refresh
from sync_service.slices import sliced
from sync_service.workbooks.xlsx import XlsxPort
from tests.road_support import commit, order_of
from tests.service_support import NINE, service
from tests.test_ranks_road import KEY, OCTOBER

EVER = Window(FIRST, NEVER)


def spend(house: House) -> None:
    """Brand spends 90 a day and 160 on the last one; 40 of products stand in another file."""
    last = date(2026, 10, 21)
    for stream, rows in {
        "file.ads_sb": [(day, "*", "Brand", 160 if day == last else 90) for day in OCTOBER.each()],
        "file.ads_sp": [(day, "A", "", 40) for day in OCTOBER.each()],
        "file.ads_sd": [(day, "*", "Other", 0) for day in OCTOBER.each()],
    }.items():
        lines = [
            {"day": day, "sku": sku, "part": part, "currency": "EUR", "ad_spend": amount}
            for day, sku, part, amount in rows
        ]
        fields = pa.schema([*KEY, ("ad_spend", MONEY)])
        commit(house, "DE1", stream, OCTOBER, pa.Table.from_pylist(lines, fields), NINE)


def start() -> BookStart:
    line: StartRow = {
        "region": "EU",
        "on": "yes",
        "weight": 100.0,
        "method": "ratio_down",
        "confirmed": "yes",
        "role": "advertising",
        "metric": "ad_overspend",
    }
    goal: StartRow = {"year": 2026.0, "region": "EU", "owner": "ADS1", "currency": "EUR"}
    return BookStart(
        shops=[
            {"shop": "DE1", "platform": "amazon", "market": "DE", "owner": "OPS1",
             "currency": "EUR", "time_zone": "Europe/Berlin"},
        ],
        people=[
            {"person": "OPS1", "role": "operations", "us_share": 0.0},
            {"person": "ADS1", "role": "advertising", "us_share": 0.0, "scored": "yes"},
        ],
        assignments=[{"shop": "DE1#Brand", "person": "ADS1", "share": 1.0}],
        weights=[line],
        targets=[
            {**goal, "scope": "DE1#Brand", "metric": "ad_budget", "m10": 3100.0},
            {**goal, "scope": "ADS1", "metric": "ad_overspend", "m10": 60.0},
        ],
        rules=[
            {"rule": "over", "metric": "ad_overspend", "scope": "ADS1", "operator": ">",
             "value": 50.0, "periods": 1.0, "level": "breach"},
        ],
        decisions=[
            {"no": f"R{n}", "topic": f"exemption Advertising EU {check}", "decision": "one item"}
            for n, check in enumerate(("item", "profit", "result"))
        ],
        settings={"month": "2026-10", "currency": "EUR"},
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Read:
    outcome: Outcome
    signed: Computed  # after publishing
    tables: Mapping[str, Table]


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Read]:
    root: Path = tmp_path_factory.mktemp("campaigns")
    with service(root) as one:
        spend(one.house)
        path = build(root / "team.xlsx", "manager", "en", start())
        outcome = refresh(one.house, order_of(one.house, path))
        tables = XlsxPort(path).read().tables
        assert publish(one.house, order_of(one.house, path), Wanted("head", accept_gaps=True)).new
        yield Read(outcome, look(one.house, order_of(one.house, path)).done, tables)


@pytest.mark.parametrize(
    ("scope", "metric", "value"),
    [
        pytest.param("ADS1", "Ad overspend", 60.0, id="160 of 100 on one day of 21"),
        pytest.param("DE1#Brand", "Ad overspend", 60.0, id="the campaign alone"),
        pytest.param("ADS1", "Ad spend", 1960.0, id="20 x 90 + 160"),
        pytest.param("DE1", "Ad spend", 2800.0, id="and 21 x 40 of products"),
        pytest.param("DE1", "Ad overspend", None, id="the shop has no budget of its own"),
    ],
)
def test_actuals(read: Read, scope: str, metric: str, value: float | None) -> None:
    found = [
        row.value("value")
        for row in read.tables["tblActual"].rows
        if (row.value("scope"), row.value("metric"), row.value("period"))
        == (scope, metric, "2026-10")
    ]
    assert [one if isinstance(one, float) else None for one in found] == [value]


def test_the_owner_is_scored_by_it(read: Read) -> None:
    for done, version in ((read.outcome.done, None), (read.signed, 1)):
        assert done is not None
        assert done.version == version
        [card] = [one for one in done.people if one.person.code == "ADS1"]
        [item] = card.cards[0].items
        assert (item.metric.code, item.counted) == ("ad_overspend", 60.0)
        assert item.goal is not None
        assert item.goal.value == 60.0


def test_their_own_slice_has_their_campaigns_figures(read: Read) -> None:
    done = read.outcome.done
    assert done is not None
    mine = sliced(done, "ADS1", "en").done
    assert list(mine.scopes) == [(Region.EU, "ADS1")]
    spent = mine.value("ad_cost", (Region.EU, "ADS1"))
    assert spent is not None
    assert spent.value == 1960


def test_its_rule_breaches(read: Read) -> None:
    [line] = [row for row in read.tables["tblBreach"].rows if row.value("scope") == "ADS1"]
    assert (line.value("actual"), line.value("owner")) == (60.0, "ADS1")


def test_a_breach_of_the_campaign_belongs_to_its_owner_and_else_to_the_shops(read: Read) -> None:
    done = read.outcome.done
    assert done is not None
    [alarm] = [one for one in done.alarms if one.scope.scope.code == "ADS1"]
    for campaign, owner in (("Brand", "ADS1"), ("Other", "OPS1")):
        scope = Scope(f"DE1#{campaign}", ScopeKind.CAMPAIGN, Region.EU, same(campaign))
        part = Part("DE1", EVER, campaigns=frozenset({campaign}))
        moved = replace(alarm, scope=ScopeParts(scope, (part,)))
        assert owner_of(done, moved) == owner
    gone = replace(part, shop="XX")
    assert owner_of(done, replace(alarm, scope=ScopeParts(scope, (gone,)))) == ""


def test_nothing_of_it_is_a_problem(read: Read) -> None:
    assert not [one for one in read.outcome.problems if "DE1#" in str(one)]
    kinds = {row.value("scope"): row.value("kind") for row in read.tables["tblScope"].rows}
    assert kinds["DE1#Brand"] == "Campaign"
