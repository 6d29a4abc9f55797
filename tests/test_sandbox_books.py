"""What the sandbox companies' managers typed keeps the balance that every card should have."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from kpi.catalog import shipped
from sheet_templates.start import StartRow
from sync_service.sandbox.books import book_start
from sync_service.sandbox.world import World

CARDS = [(role, region) for role in ("operations", "supervisor") for region in ("US", "EU")]


def card(company: str, role: str, region: str) -> Mapping[str, float]:
    """The weight of each KPI of a card."""
    rows: list[StartRow] = [
        row
        for row in book_start(World(), company, "zh").weights
        if (row["role"], row["region"], row["on"]) == (role, region, "yes")
    ]
    weights = {str(row["metric"]): float(str(row["weight"])) for row in rows}
    assert len(weights) == len(rows)
    return weights


def weigh(weights: Mapping[str, float], **wanted: str) -> float:
    metrics = shipped().metrics
    return sum(
        weight
        for code, weight in weights.items()
        if all(getattr(metrics[code], name) == value for name, value in wanted.items())
    )


@pytest.mark.parametrize("company", ["XH", "HY"])
@pytest.mark.parametrize(("role", "region"), [pytest.param(*c, id=" ".join(c)) for c in CARDS])
def test_every_card_of_the_sandbox_is_balanced(company: str, role: str, region: str) -> None:
    weights = card(company, role, region)
    assert sum(weights.values()) == 100
    assert weigh(weights, klass="sales") > 0
    assert weigh(weights, klass="profit") > 0
    assert weigh(weights, kind="result") <= 70
    assert weigh(weights, kind="process") >= 20
    assert max(weights.values()) <= 40
    if region == "EU":
        assert weigh(weights, klass="compliance") >= 10


@pytest.mark.parametrize("company", ["XH", "HY"])
def test_every_weight_of_the_sandbox_is_confirmed_and_has_a_target_or_a_band(company: str) -> None:
    start = book_start(World(), company, "en")
    assert {row.get("confirmed") for row in start.weights} == {"yes"}
    targets = {(row["region"], row["metric"]) for row in start.targets}
    bands = {"inventory_turnover_days", "days_of_supply"}
    lacking = {
        (row["region"], row["metric"])
        for row in start.weights
        if row["metric"] not in bands and (row["region"], row["metric"]) not in targets
    }
    assert not lacking
