"""A SKU of a shop in Rules and Targets, from the facts into the book and into a partner's slice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from kpi.model import Window
from kpi.tables import Table
from sheet_templates.build import build
from sheet_templates.start import BookStart, StartRow
from sync_service.fact_rows import COUNT
from sync_service.house import House
from sync_service.refresh import Outcome, refresh
from sync_service.workbooks.xlsx import XlsxPort
from tests.road_support import commit, order_of
from tests.service_support import NINE, service
from tests.test_ranks_road import KEY, OCTOBER

BAD_DAYS = frozenset({date(2026, 10, 20), date(2026, 10, 21)})


def reviews(house: House) -> None:
    """Each day A has 10 reviews and B 20; A has 1 bad one a day, 5 on the last two, B has none."""
    lines = [
        {
            "day": day,
            "sku": sku,
            "part": "",
            "currency": "EUR",
            "reviews_negative": bad if sku == "A" else 0,
            "reviews_total": 10 if sku == "A" else 20,
        }
        for day in OCTOBER.each()
        for bad in [5 if day in BAD_DAYS else 1]
        for sku in ("A", "B")
    ]
    fields = pa.schema([*KEY, ("reviews_negative", COUNT), ("reviews_total", COUNT)])
    commit(house, "DE1", "file.mapped", OCTOBER, pa.Table.from_pylist(lines, fields), NINE)


def start() -> BookStart:
    rule: StartRow = {
        "metric": "negative_review_count",
        "operator": ">",
        "value": 3.0,
        "level": "breach",
    }
    goal: StartRow = {
        "year": 2026.0,
        "region": "EU",
        "owner": "OPS1",
        "metric": "negative_review_rate",
    }
    return BookStart(
        shops=[
            {"shop": "DE1", "platform": "amazon", "market": "DE", "owner": "OPS1",
             "currency": "EUR", "time_zone": "Europe/Berlin"},
        ],
        people=[{"person": "OPS1", "role": "operations", "us_share": 0.0}],
        products=[
            {"sku": sku, "category": "Pans", "start": date(2026, 1, 1)} for sku in ("A", "B", "C")
        ],
        rules=[
            {**rule, "rule": "A", "scope": "DE1/A"},
            {**rule, "rule": "B", "scope": "DE1/B"},
            {**rule, "rule": "X", "scope": "DE1/X"},
        ],
        targets=[{**goal, "scope": "DE1/A", "m10": 0.1}, {**goal, "scope": "DE1/X", "m10": 0.1}],
        kpis=[{"on": "yes", "metric": "negative_review_rate"}],
        settings={"month": "2026-10"},
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Read:
    outcome: Outcome
    tables: Mapping[str, Table]


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Read]:
    root: Path = tmp_path_factory.mktemp("skus")
    with service(root) as one:
        reviews(one.house)
        path = build(root / "team.xlsx", "manager", "en", start())
        outcome = refresh(one.house, order_of(one.house, path))
        yield Read(outcome, XlsxPort(path).read().tables)


def shown(read: Read, scope: str, metric: str) -> list[object]:
    return [
        (row.value("value"), row.value("numerator"), row.value("denominator"))
        for row in read.tables["tblActual"].rows
        if (row.value("scope"), row.value("metric"), row.value("period"))
        == (scope, metric, "2026-10")
    ]


@pytest.mark.parametrize(
    ("scope", "bad", "every"),
    [
        pytest.param("DE1/A", 29.0, 210.0, id="19 days of 1 and 2 of 5; 21 of 10"),
        pytest.param("DE1/B", 0.0, 420.0, id="none is known to be none"),
        pytest.param("DE1", 29.0, 630.0, id="the shop has both"),
        pytest.param("Pans", 29.0, 630.0, id="so has the category"),
    ],
)
def test_actuals_of_a_sku(read: Read, scope: str, bad: float, every: float) -> None:
    assert shown(read, scope, "Negative reviews") == [(bad, bad, None)]
    assert shown(read, scope, "Negative review rate") == [(pytest.approx(bad / every), bad, every)]


def test_a_sku_that_no_row_names_has_no_row(read: Read) -> None:
    scopes = {row.value("scope") for row in read.tables["tblActual"].rows}
    assert {"DE1/A", "DE1/B"} <= scopes
    assert scopes.isdisjoint({"DE1/C", "DE1/X"})
    kinds = {row.value("scope"): row.value("kind") for row in read.tables["tblScope"].rows}
    assert kinds["DE1/A"] == "SKU"


def test_a_rule_on_a_sku_breaches_for_the_shops_owner(read: Read) -> None:
    lines = {
        row.value("scope"): (row.value("actual"), row.value("owner"), str(row.value("state"))[2:])
        for row in read.tables["tblBreach"].rows
        if row.value("scope")
    }
    assert lines == {
        "DE1/A": (5.0, "OPS1", "Breached"),
        "DE1/X": (None, None, "Not judged"),
    }


def test_a_target_of_a_sku_is_held_against_it(read: Read) -> None:
    done = read.outcome.done
    assert done is not None
    [key] = [key for key in done.scopes if key[1] == "DE1/A"]
    goal = done.goal("negative_review_rate", key)
    assert goal is not None
    assert goal.value == 0.1


def test_a_sku_that_products_do_not_list_is_told(read: Read) -> None:
    told = {(one.code, one.place.table) for one in read.outcome.problems if "DE1/X" in str(one)}
    assert {("unknown_rule_scope", "tblRule"), ("unknown_scope", "tblTarget")} <= told


def test_the_window_is_that_of_the_cases() -> None:
    assert Window(min(BAD_DAYS), OCTOBER.end).days == len(BAD_DAYS)
