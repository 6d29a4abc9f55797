"""KPI_SCORE with an own step table: as numbers in a row, and as rows of from and points."""

from __future__ import annotations

import pytest

from kpi.function_answers import answer
from kpi.sheet_calls import Cell, SheetError
from kpi.step_reading import read_table
from kpi.step_table import StepTable

ROW: list[list[Cell]] = [[0.0, 80.0, 50.0, 100.0, 120.0, None, None, None]]
TALL: list[list[Cell]] = [[None, 0.0], [80.0, 50.0], [100.0, 120.0]]
DOWN: list[list[Cell]] = [[None, 0.0], [0.3, 50.0], [0.2, 150.0]]


def score(
    actual: float, method: str, table: list[list[Cell]], *flags: float | None, due: float = 100.0
) -> Cell:
    flags = (*flags, *[None] * (4 - len(flags)))
    [[found]] = answer("SCORE", actual, due, method, *flags, None, None, table)
    return found


@pytest.mark.parametrize(
    ("actual", "method", "table", "flags", "points"),
    [
        pytest.param(79.0, "tiers", [ROW[0][:7]], (), 0.0, id="a row: below the first limit"),
        pytest.param(80.0, "阶梯", [ROW[0][:7]], (), 50.0, id="at it"),
        pytest.param(130.0, "tiers", TALL, (), 120.0, id="two columns"),
        pytest.param(40.0, "tiers", TALL, (1.0,), 0.0, id="the actual where that is said"),
        pytest.param(0.25, "matrix", DOWN, (), 50.0, id="falling limits are seen"),
        pytest.param(0.25, "knots", DOWN, (), 100.0, id="a line by the method's own way"),
        pytest.param(0.1, "knots", DOWN, (None, None, 1.0), 250.0, id="carried on beyond stretch"),
        pytest.param(110.0, "tiers", [*TALL, [None, None]], (), 120.0, id="an empty last row"),
        pytest.param(70.0, "tiers", [[None, 7.0], [50.0, 9.0]], (), 9.0, id="one limit"),
        pytest.param(7.0, "manual", TALL, (1.0,), 0.0, id="a table goes before any method"),
        pytest.param(95.0, "tiers", [[None] * 15], (), 80.0, id="an empty one is none"),
        pytest.param(95.0, "tiers", [[None, None]], (), 80.0, id="an empty pair is none"),
    ],
)
def test_points(
    actual: float, method: str, table: list[list[Cell]], flags: tuple[float, ...], points: float
) -> None:
    assert score(actual, method, table, *flags) == points


@pytest.mark.parametrize(
    ("table", "says"),
    [
        pytest.param([[80.0, 50.0], [90.0, 9.0]], "first band", id="nothing below the first limit"),
        pytest.param([[None, 0.0], [80.0, "many"]], "numbers", id="a word"),
        pytest.param([[float(n) for n in range(17)]], "8 bands", id="nine bands"),
    ],
)
def test_a_table_that_is_none(table: list[list[Cell]], says: str) -> None:
    found = score(90.0, "tiers", table)
    assert isinstance(found, SheetError)
    assert says in found.texts["en"]


def test_the_row_of_an_item_is_the_table_of_its_text() -> None:
    text = "actual linear extend; >0.3: 0; 0.3: 50; 0.2: 150"
    found = read_table(text, "matrix")
    assert isinstance(found, StepTable)
    flags, row = found.params[:4], list[Cell](found.params[4:])
    assert score(0.25, "matrix", [row], *flags) == 100.0
