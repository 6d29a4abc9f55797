"""Targets by hand: a line against the lines below it, and its milestones."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi.milestones import milestones
from kpi.model import Region, Unit
from kpi.organisation import in_region, person_parts
from kpi.person_targets import Goals
from kpi.target_gaps import Gap, gaps, year_counted
from kpi.target_scopes import TargetKind
from kpi.targets import Split
from kpi.typed_rows import TargetRow, TaskRow
from tests.target_support import (
    NONE,
    OCT,
    SALES,
    line,
    room,
    row,
    sales,
)

# --- gaps --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("parent", "rows", "wanted"),
    [
        pytest.param(
            "EU",
            (sales("EU", 1_000.0), sales("DE1", 600.1), sales("FR1", 399.9)),
            [Gap(TargetKind.SHOP, 2, Decimal("1000.00"), Decimal("0.00"))],
            id="shops make the region",
        ),
        pytest.param(
            "EU",
            (sales("EU", 1_000.0), sales("DE1", 600.0), sales("OPS1", 700.0), sales("OPS2", 400.0)),
            [
                Gap(TargetKind.SHOP, 1, Decimal(600), Decimal(400)),
                Gap(TargetKind.PERSON, 2, Decimal(1_100), Decimal(-100)),
            ],
            id="what shops leave open, what people have too much",
        ),
        pytest.param(
            "EU",
            (sales("EU", 1_000.0), sales("DE1", 0.01, "EUR"), sales("FR1", 0.01, "EUR")),
            [Gap(TargetKind.SHOP, 2, Decimal("0.03"), Decimal("999.97"))],
            id="converted, added, rounded once: twice 0.0125 are 0.03",
        ),
        pytest.param(
            "DE",
            (sales("DE", 100.0), sales("DE1", 60.0), sales("WEB", 30.0), sales("FR1", 5.0)),
            [Gap(TargetKind.SHOP, 2, Decimal(90), Decimal(10))],
            id="a market and its shops",
        ),
        pytest.param(
            "amazon",
            (sales("amazon", 100.0), sales("DE1", 60.0), sales("WEB", 30.0), sales("FR1", 5.0)),
            [Gap(TargetKind.SHOP, 2, Decimal(65), Decimal(35))],
            id="a platform and its shops",
        ),
        pytest.param(
            "EU team",
            (sales("EU team", 100.0), sales("OPS1", 60.0), sales("OPS2", 40.0)),
            [Gap(TargetKind.PERSON, 2, Decimal(100), Decimal(0))],
            id="a department and its people",
        ),
        pytest.param(
            "EU",
            (sales("EU", 9.0), sales("lamps", 5.0), sales("new", 4.0), sales("operations", 9.0)),
            [
                Gap(TargetKind.CATEGORY, 1, Decimal(5), Decimal(4)),
                Gap(TargetKind.STAGE, 1, Decimal(4), Decimal(5)),
            ],
            id="a role is no sum: its line is that of each of its people",
        ),
        pytest.param(
            "EU",
            (sales("EU", None), sales("DE1", 60.0), sales("FR1", 5.5)),
            [Gap(TargetKind.SHOP, 2, Decimal("65.50"), None)],
            id="bottom up: the parent asks nothing",
        ),
        pytest.param(
            "EU",
            (sales("EU", 100.0), sales("DE1", None)),
            [Gap(TargetKind.SHOP, 1, None, None)],
            id="a line that asks nothing leaves the sum unknown",
        ),
        pytest.param(
            "EU",
            (sales("EU", 100.0), sales("DE1", 10.0, "SEK")),
            [Gap(TargetKind.SHOP, 1, None, None)],
            id="a currency without a rate",
        ),
        pytest.param("DE1", (sales("DE1", 1.0), sales("EU", 2.0)), [], id="a shop has none below"),
        pytest.param("Mars", (sales("Mars", 1.0), sales("DE1", 2.0)), [], id="a stranger"),
        pytest.param(
            "EU",
            (sales("EU", 100.0), replace(sales("DE1", 10.0), year=2027), line("FR1", 0.3)),
            [],
            id="another year and another KPI are no parts",
        ),
    ],
)
def test_a_line_against_the_lines_below(
    parent: str, rows: tuple[TargetRow, ...], wanted: list[Gap]
) -> None:
    book = room(*rows)
    above = next(one for one in rows if one.scope == parent)
    assert list(gaps(book, above, Unit.MONEY)) == wanted


def test_counts_have_no_currency() -> None:
    rows = (line("EU", 10.0, "units_sold"), line("DE1", 4.0, "units_sold", "SEK"))
    found = gaps(room(*rows), rows[0], Unit.COUNT)
    assert found == (Gap(TargetKind.SHOP, 1, Decimal(4), Decimal(6)),)


@pytest.mark.parametrize(
    ("made", "year"),
    [
        pytest.param(row(100.0, (5.0,) * 12), Decimal("60.0"), id="twelve typed months win"),
        pytest.param(row(100.0, (5.0, *NONE[1:]), Split.MANUAL), Decimal("100.0"), id="by hand"),
        pytest.param(row(None, (5.0, *NONE[1:])), None, id="nothing asked of the year"),
    ],
)
def test_what_a_line_asks_of_the_year(made: TargetRow, year: Decimal | None) -> None:
    assert year_counted(room(), made, Unit.MONEY) == year


SCOPES = ("EU", "DE", "amazon", "DE1", "FR1", "WEB", "OPS1", "OPS2", "EU team", "lamps")


@given(
    cents=st.lists(st.integers(0, 10**9), min_size=len(SCOPES), max_size=len(SCOPES)),
    order=st.permutations(range(len(SCOPES))),
)
def test_children_and_rest_are_the_parent_in_any_order_of_rows(
    cents: list[int], order: list[int]
) -> None:
    rows = [
        sales(scope, float(Decimal(amount) / 100))
        for scope, amount in zip(SCOPES, cents, strict=True)
    ]
    found = gaps(room(*rows), rows[0], Unit.MONEY)
    assert all(one.total is not None and one.rest is not None for one in found)
    assert {
        one.total + one.rest for one in found if one.total is not None and one.rest is not None
    } == {Decimal(cents[0]) / 100}
    assert gaps(room(*(rows[n] for n in order)), rows[0], Unit.MONEY) == found
    of_a_shop = (Goals(room(*(rows[n] for n in order)), OCT), Goals(room(*rows), OCT))
    parts = in_region(room(), person_parts(room(), "OPS2"), Region.EU)
    first, second = (g.of(SALES, Region.EU, (), parts, date(2026, 11, 1)) for g in of_a_shop)
    assert first == second


# --- milestones --------------------------------------------------------------------------------


def step(number: str, about: str, due: date | None, done: float | None = None) -> TaskRow:
    return TaskRow(number, "action", None, None, "", "OPS1", due, done, f"任务!{number}", about)


STEPS = (
    step("1", "US net_sales", date(2026, 3, 31), 1.0),
    step("2", "us  净销售额", date(2026, 6, 30), 0.9),
    step("3", "US net_sales", date(2026, 9, 30)),
    step("4", "US net_sales", None),
    step("5", "US net_sales", date(2025, 12, 31)),
    step("6", "EU net_sales", date(2026, 1, 31)),
    replace(step("7", "US net_sales", date(2026, 1, 31)), type="gate"),
)


@pytest.mark.parametrize(
    ("today", "late"),
    [
        pytest.param(date(2026, 6, 30), [], id="the due day itself is in time"),
        pytest.param(date(2026, 7, 1), ["2"], id="a day after, nine tenths are not all"),
        pytest.param(date(2026, 12, 31), ["2", "3"], id="two days over"),
    ],
)
def test_a_missed_milestone_is_late(today: date, late: list[str]) -> None:
    found = milestones(row(), STEPS, ("net_sales", "净销售额"), today)
    assert [one.number for one in found.steps] == ["1", "2", "3", "4"]
    assert found.done == 1
    assert [one.number for one in found.late] == late
