"""Units through a formula, its meaning in words, its sheet text; the rarer ways through arrays."""

# ruff: noqa: E501 - a case is one line

from __future__ import annotations

import math

import numpy as np
import pytest

from kpi.arrays import Column, Columns
from kpi.catalog import shipped
from kpi.expression import FormulaError, evaluate_array, parse
from kpi.formula import MAYBE_TEXT, SURELY_NUMBER, to_formula
from kpi.javascript import to_javascript
from kpi.meaning import meaning
from kpi.model import Unit
from kpi.units import check_units

UNITS = {
    "usd": Unit.MONEY,
    "pieces": Unit.COUNT,
    "share": Unit.RATIO,
    "wait": Unit.HOURS,
    "stay": Unit.DAYS,
}


@pytest.mark.parametrize(
    ("formula", "unit"),
    [
        pytest.param("usd / pieces", Unit.MONEY, id="money a piece is money"),
        pytest.param("usd / usd", Unit.RATIO, id="money over money is a ratio"),
        pytest.param("-usd * 2 + 100", Unit.MONEY, id="a typed number goes with anything"),
        pytest.param("1 / share", Unit.RATIO, id="one over a plain number is plain"),
        pytest.param("usd / DAYS()", Unit.MONEY, id="money a day is money"),
        pytest.param("pieces / (pieces / DAYS())", Unit.DAYS, id="stock over daily sales is days"),
        pytest.param("wait / pieces", Unit.HOURS, id="hours a piece are hours"),
        pytest.param("IF(usd > 5, ROUND(usd, 2), ABS(usd))", Unit.MONEY, id="branches alike"),
        pytest.param("AND(usd > 1, stay > 2) + ISKNOWN(wait)", Unit.COUNT, id="truths are plain"),
        pytest.param("42", Unit.MONEY, id="a constant can be anything"),
    ],
)
def test_units_agree(formula: str, unit: Unit) -> None:
    check_units(parse(formula), UNITS.__getitem__, unit)


@pytest.mark.parametrize(
    ("formula", "unit", "column"),
    [
        pytest.param("usd + pieces", Unit.MONEY, 7, id="money plus pieces"),
        pytest.param("usd > wait", Unit.FLAG, 7, id="money against hours"),
        pytest.param("MIN(1, usd, stay)", Unit.MONEY, 13, id="the least of money and days"),
        pytest.param("IF(pieces > 1, usd, pieces)", Unit.MONEY, 21, id="branches of two units"),
        pytest.param("IF(usd > pieces, 1, 2)", Unit.COUNT, 10, id="a mixed condition"),
        pytest.param("NOT(usd > pieces)", Unit.FLAG, 11, id="a mixed truth"),
        pytest.param("usd * usd", Unit.MONEY, 1, id="money times money is not money"),
        pytest.param("1 / usd", Unit.RATIO, 1, id="one over money is no ratio"),
    ],
)
def test_units_that_clash_are_refused_where_they_meet(
    formula: str, unit: Unit, column: int
) -> None:
    with pytest.raises(FormulaError) as caught:
        check_units(parse(formula), UNITS.__getitem__, unit)
    assert (caught.value.code, caught.value.column) == ("unit_clash", column)


@pytest.mark.parametrize(
    ("formula", "zh", "en"),
    [
        pytest.param("-(a - b)", "−(a − b)", "−(a − b)", id="minus a bracket"),
        pytest.param('m = "x"', 'm = "x"', 'm = "x"', id="a text"),
        pytest.param("ROUND(a)", "(a)保留 0 位小数", "(a) to 0 decimals", id="rounding"),
        pytest.param("MIN(a, b)", "(a、b)中最小的", "the least of (a, b)", id="the least"),
        pytest.param("OR(a, b)", "(a 或 b)", "(a or b)", id="or"),
        pytest.param("MEAN(s)", "日均s", "mean s", id="a stock's mean"),
    ],
)
def test_the_meaning_in_words(formula: str, zh: str, en: str) -> None:
    assert meaning(parse(formula), shipped(), "zh") == zh
    assert meaning(parse(formula), shipped(), "en") == en


SURE = dict.fromkeys("abc", SURELY_NUMBER)


@pytest.mark.parametrize(
    ("formula", "sheet"),
    [
        pytest.param("a - -b", "IFERROR(A-(-B),NA())", id="two signs are kept apart"),
        pytest.param("-(a + b)", "IFERROR(-(A+B),NA())", id="minus a sum"),
        pytest.param('m = "say ""x"""', 'IF(M="",NA(),M)="say ""x"""', id="quotes are doubled"),
        pytest.param("ISKNOWN(a > b)", "ISNUMBER((A>B)+0)", id="a truth is made a number first"),
        pytest.param("ISKNOWN(m)", 'NOT(ISNA(IF(M="",NA(),M)))', id="a text is no number"),
        pytest.param("IF(a > 0, a)", "IF(A>0,A,NA())", id="no else is unknown"),
        pytest.param("DAYS()", "IF(ISNUMBER(DAYS()),DAYS(),NA())", id="the cell of the days"),
        pytest.param("MEAN(s)", "IF(ISNUMBER(MEAN(S)),MEAN(S),NA())", id="the cell of a mean"),
        pytest.param("1e-7", "1E-07", id="small constants"),
        pytest.param("R(IF(a > 0, 5))", "(ROUND(IF(A>0,5,NA()),9)+0)", id="5 is small"),
        pytest.param("R(IF(a > 0, 5, -a = 1))", "(ROUND(IF(A>0,5,-A=1),9)+0)", id="truths too"),
        pytest.param("R(NOT(a))", "(ROUND(NOT(A),9)+0)", id="and NOT"),
        pytest.param("R(ROUND(MIN(9, ABS(MAX(-5, 7)))))", "(ROUND((ROUND(MIN(9,ABS(MAX(-5,7))),0)+0),9)+0)", id="nested bounds"),
        pytest.param("R(9 - 5 + 2)", "IFERROR((ROUND(9-5+2,9)+0),NA())", id="sums of constants"),
    ],
)  # fmt: skip
def test_the_sheet_text(formula: str, sheet: str) -> None:
    kinds = {**SURE, "m": MAYBE_TEXT}
    assert to_formula(formula, str.upper, kinds=kinds) == sheet


@pytest.mark.parametrize("formula", ["R(FLOOR(a))", "R(a / 2)", "R(m)"])
def test_without_bounds_r_is_written_out(formula: str) -> None:
    assert "1000000000" in to_formula(formula, str.upper, kinds=SURE)


def test_stock_and_days_in_javascript() -> None:
    assert (
        to_javascript("OPENING(s) / DAYS()") == '(v) => KPI.out(KPI.div(v.opening("s"), v.days()))'
    )
    assert "KPI.SUMDAYS(v, (v) =>" in to_javascript("SUMDAYS(a)")


# -------------------------------------------------------------------------------------- arrays

HUGE = " * ".join(["1e15"] * 12)  # 1E180; its square is beyond any double


def test_a_function_can_give_the_columns() -> None:
    columns: dict[str, Column] = {"a": np.array([1.0, 2.0]), "b": 4.0}
    found = evaluate_array("a / b", columns.__getitem__, (2,))
    assert found.tolist() == [0.25, 0.5]
    nothing = evaluate_array("OPENING(a) + SUMDAYS(b)", columns.__getitem__, (2,))
    assert np.isnan(nothing).all()


@pytest.mark.parametrize(
    ("formula", "wanted"),
    [
        pytest.param('IF(a > 1, m, "y") = "x"', [0.0, 1.0, None], id="texts by condition"),
        pytest.param('IF(a > 1, m) = "x"', [None, 1.0, None], id="no else is unknown"),
        pytest.param("IF(a > 1, m, b)", [5.0, None, None], id="a text is no number"),
        pytest.param("m", [None, None, None], id="texts are no numbers at all"),
        pytest.param("m < b", [None, None, None], id="texts have no order"),
        pytest.param("m <> b", [1.0, 1.0, 1.0], id="a text is no number, ever"),
        pytest.param("1 / (b * HUGE * HUGE)", [None, None, None], id="an overflow stays unknown"),
    ],
)
def test_texts_and_overflows_in_arrays(formula: str, wanted: list[float | None]) -> None:
    columns = Columns(
        {"a": np.array([1.0, 2.0, np.nan]), "m": np.array(["x", "x", "z"]), "b": 5.0}, finite=True
    )
    found = evaluate_array(formula.replace("HUGE", HUGE), columns, (3,))
    assert [None if math.isnan(x) else float(x) for x in found] == wanted
