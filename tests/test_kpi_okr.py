"""Lines of tblOkr: read, graded together, handed down without a circle."""

from __future__ import annotations

import pytest

from kpi.book_reading import read_book
from kpi.catalog import shipped
from kpi.okr import KeyResult, grades, handed_down, in_circle
from kpi.tables import Cell, CellValue, Row, Table

COLUMNS = (
    *("no", "objective", "serves", "region", "scope", "metric"),
    *("period", "baseline", "target", "weight"),
)
LINE: dict[str, CellValue] = {
    "no": "KR-1",
    "objective": "Grow FR",
    "serves": "Grow EU",
    "region": "EU",
    "scope": "FR",
    "metric": "net_sales",
    "period": "2026-Q4",
    "target": 90_000.0,
}


def read(**changes: CellValue) -> tuple[tuple[KeyResult, ...], list[str]]:
    cells = {code: Cell({**LINE, **changes}.get(code), f"{code}5") for code in COLUMNS}
    table = Table("tblOkr", "OKR", tuple(COLUMNS), (Row(5, cells, {}),))
    found = read_book({"tblOkr": table}, lambda _, word: word, shipped().names())
    return found.key_results, [one.code for one in found.problems]


def test_a_line_is_read_with_its_defaults() -> None:
    (line,), problems = read()
    assert (line.metric, line.region, line.scope, line.period) == (
        "net_sales", "EU", "FR", "2026-Q4",
    )  # fmt: skip
    assert (line.baseline, line.target, line.weight, problems) == (0.0, 90_000.0, 1.0, [])


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        pytest.param({"period": "autumn"}, "not_a_period", id="no period"),
        pytest.param({"period": None}, "empty", id="period left out"),
        pytest.param({"target": None}, "empty", id="target left out"),
        pytest.param({"target": "much"}, "not_a_number", id="target no number"),
        pytest.param({"metric": "net_sale"}, "unknown_kpi", id="a slip in the KPI"),
        pytest.param({"weight": -1.0}, "out_of_range", id="weight below 0"),
    ],
)
def test_what_cannot_be_read_is_named(changes: dict[str, CellValue], problem: str) -> None:
    assert read(**changes) == ((), [problem])


def test_a_scope_that_crosses_regions_has_none() -> None:
    (line,), _ = read(region=None, scope="ALL")
    assert line.region is None


def key(number: str, objective: str, serves: str = "", weight: float = 1.0) -> KeyResult:
    return KeyResult(
        number, objective, serves, None, None, "ALL", "x", "2026", 0.0, 10.0, weight, ""
    )


def test_an_objective_is_the_weighted_mean_of_its_lines() -> None:
    """3 x 0.8 and 1 x 0.4 of 4 are 0.7; an objective that knows half of itself has no grade."""
    lines = (key("1", "A", weight=3.0), key("2", "A"), key("3", "B"), key("4", "B"))
    assert grades(lines, {"1": 8.0, "2": 4.0, "3": 5.0}) == {"A": 0.7, "B": None}


def test_objectives_are_handed_down_in_the_order_of_the_table() -> None:
    lines = (key("1", "Top"), key("2", "B", "Top"), key("3", "A", "Top"), key("4", "B", "Top"))
    assert handed_down(lines) == {"Top": ("B", "A")}
    assert in_circle(lines) == frozenset()


@pytest.mark.parametrize(
    ("pairs", "circle"),
    [
        pytest.param((("A", "A"),), {"A"}, id="itself"),
        pytest.param((("A", "B"), ("B", "A"), ("C", "A")), {"A", "B"}, id="two, and one below"),
        pytest.param((("A", "B"), ("B", "C")), set(), id="a chain"),
    ],
)
def test_a_circle_is_found(pairs: tuple[tuple[str, str], ...], circle: set[str]) -> None:
    assert in_circle([key(str(n), *pair) for n, pair in enumerate(pairs)]) == circle
