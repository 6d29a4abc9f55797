"""One result in every runtime: Python, numpy, JavaScript and a sheet agree to the last bit."""

from __future__ import annotations

from pathlib import Path

import pytest
import xlsxwriter

from kpi.parser import parse
from tests.kpi_language_support import (
    arrays,
    cases,
    formulas,
    nasty,
    node,
    ordinary,
    scalars,
    sheet,
)
from tests.libreoffice import Office
from tests.test_kpi_numbers import ROUNDED

TEXTS = frozenset({"m"})
RULED = tuple(  # formulas that follow the number rule: what a sheet may be trusted with
    parse(text)
    for text in (
        "R(a / b)",
        "R(100 * a / b)",
        "R(MIN(120, MAX(0, 100 * a / b)))",
        "R(a - b)",
        "R(100 * (2 - a / b))",
        "R(100 * b / a)",
        "IF(R(a) >= R(b), 1, 0)",
        "R(R(a * c / 100) + R(b * c / 100))",
        "IF(ISKNOWN(a), R(a), R(b))",
        'IF(m = "x", R(a), R(b))',
        'm <> "y"',
        "FLOOR(R(a))",
        "ROUND(a, 2)",
        "ROUND(a)",
        "AND(R(a) > R(b), NOT(R(c) = 0))",
        "OR(R(a) > R(b), ISKNOWN(R(b) < R(c)))",
        "R(MAX(R(a), R(b), R(c)) - MIN(R(a), 0))",
        "R(ABS(a - b) / c)",
        "IF(R(a) > 0, R(b / c))",
        "R(-R(a) * 0)",
    )
)


def test_python_numpy_and_node_agree_on_random_formulas_over_any_doubles() -> None:
    """200 formulas over 60 rows of edges, infinities, unknowns and random bits."""
    _agree(seed=20261022, formula_count=200, row_count=60)


@pytest.mark.prove
@pytest.mark.parametrize("seed", range(20))
def test_python_numpy_and_node_agree_in_the_long_run(seed: int) -> None:
    _agree(seed=seed, formula_count=500, row_count=400)


def _agree(*, seed: int, formula_count: int, row_count: int) -> None:
    expressions, rows = formulas(seed, formula_count), cases(seed, row_count, nasty)
    in_node = node(expressions, rows)
    for expression, found in zip(expressions, in_node, strict=True):
        wanted = scalars(expression, rows)
        assert found == wanted, expression.text
        assert arrays(expression, rows, TEXTS) == wanted, expression.text


def test_a_sheet_agrees_on_formulas_that_follow_the_number_rule(
    office: Office, tmp_path: Path
) -> None:
    """20 formulas over 250 rows: ties, neighbours, tier limits, blanks, zero divisors."""
    _sheet_agrees(office, tmp_path / "rows.xlsx", seed=7, row_count=250)


@pytest.mark.prove
@pytest.mark.parametrize("seed", range(20))
def test_a_sheet_agrees_in_the_long_run(office: Office, tmp_path: Path, seed: int) -> None:
    _sheet_agrees(office, tmp_path / "rows.xlsx", seed=seed, row_count=1000)


def _sheet_agrees(office: Office, path: Path, *, seed: int, row_count: int) -> None:
    rows = [{**row, **_blanks(n)} for n, row in enumerate(cases(seed, row_count, ordinary))]
    in_sheet = sheet(office, path, RULED, rows)
    in_node = node(RULED, rows)
    for expression, found, script in zip(RULED, in_sheet, in_node, strict=True):
        wanted = scalars(expression, rows)
        assert script == wanted, expression.text
        assert arrays(expression, rows, TEXTS) == wanted, expression.text
        wrong = [(row, w, f) for row, w, f in zip(rows, wanted, found, strict=True) if w != f]
        assert not wrong, (expression.text, wrong[:3])


def _blanks(number: int) -> dict[str, None]:
    """Every twentieth row lacks a number."""
    return {"abc"[number // 20 % 3]: None} if number % 20 == 0 else {}


def test_a_sheet_rounds_every_worked_number_alike(office: Office, tmp_path: Path) -> None:
    """Numbers of seventeen digits stand in the formula: a cell's number would lose the last."""
    rows = [case.values for case in ROUNDED]
    book = xlsxwriter.Workbook(tmp_path / "rounded.xlsx")
    page = book.add_worksheet("rounded")
    for n, (x, decimals, _) in enumerate(rows):
        page.write_formula(n, 0, f"=ROUND({x!r},{decimals})+0")
    book.close()
    found = office.calculate(tmp_path / "rounded.xlsx")["rounded"]
    assert [line[0] for line in found] == [rounded for _, _, rounded in rows]
