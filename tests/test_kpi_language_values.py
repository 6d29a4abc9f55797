"""What formulas give, worked by hand; each row runs in Python, numpy and JavaScript."""

from __future__ import annotations

import math

import numpy as np
import pytest

from kpi import numbers
from kpi.arrays import BLOCK, Column, Columns, evaluate_array, r_array, rnd_array
from kpi.expression import (
    Row,
    Scalar,
    Values,
    evaluate,
    evaluate_text,
    parse,
)
from kpi.formula import SURELY_NUMBER, to_formula
from kpi.tokens import FormulaError
from tests.kpi_language_support import bits, cases, node, ordinary

NAN, INF = float("nan"), float("inf")

ROWS: list[tuple[str, str, dict[str, Scalar], float | None]] = [
    ("20 of ads for 100 of sales is a fifth", "a / b", {"a": 20.0, "b": 100.0}, 0.2),
    ("no divisor: unknown, not zero", "a / b", {"a": 20.0, "b": 0.0}, None),
    ("nothing over nothing is unknown", "a / b", {"a": 0.0, "b": 0.0}, None),
    ("not reported yet: unknown", "a / b", {"a": None, "b": 100.0}, None),
    ("a name without a value is unknown", "a + nowhere", {"a": 1.0}, None),
    ("unknown times zero is unknown", "a * 0", {"a": None}, None),
    ("signs bind before times, times before plus", "2 + 3 * -a", {"a": 4.0}, -10.0),
    ("minus runs from left to right", "10 - 3 - 2", {}, 5.0),
    ("division runs from left to right", "100 / 10 / 5", {}, 2.0),
    ("0.1 + 0.2 keeps its last bit", "0.1 + 0.2", {}, 0.30000000000000004),
    ("a zero is never negative", "-a * 0", {"a": 5.0}, 0.0),
    ("NaN is unknown", "a + 1", {"a": NAN}, None),
    ("infinite is unknown", "a + 1", {"a": INF}, None),
    ("what overflows is unknown", "a * a", {"a": 1e200}, None),
    ("one over an overflow is not zero", "1 / (a * a)", {"a": 1e200}, None),
    ("a comparison is one or zero", "(a > 1) + (a > 5)", {"a": 3.0}, 1.0),
    ("comparing unknown is unknown", "a = b", {"a": 3.0}, None),
    ("plain comparison sees the last bit", "a = 0.3", {"a": 0.1 + 0.2}, 0.0),
    ("R values compare alike", "R(a) = R(0.3)", {"a": 0.1 + 0.2}, 1.0),
    ("IF takes one branch; the other may be unknown", "IF(a > 0, a, b)", {"a": 3.0}, 3.0),
    ("IF on unknown is unknown", "IF(b > 0, 1, 2)", {}, None),
    ("IF without else is unknown there", "IF(a > 5, 1)", {"a": 3.0}, None),
    ("IF takes any number but 0 for true", "IF(a, 1, 2)", {"a": -1.0}, 1.0),
    ("AND of unknown is unknown even beside false", "AND(1 > 2, b > 1)", {}, None),
    ("OR of unknown is unknown even beside true", "OR(2 > 1, b > 1)", {}, None),
    ("AND, OR, NOT", "AND(1, OR(0, 1), NOT(0))", {}, 1.0),
    ("ISKNOWN never spreads", "ISKNOWN(a) * 10 + ISKNOWN(b)", {"a": 0.0}, 10.0),
    ("MIN and MAX", "MIN(a, 5, 4) + MAX(a, -1)", {"a": 4.5}, 8.5),
    ("MIN with unknown is unknown", "MIN(a, b)", {"a": 4.5}, None),
    ("ABS, FLOOR of a negative", "ABS(a) + FLOOR(a)", {"a": -2.5}, -0.5),
    ("ROUND goes away from zero", "ROUND(a)", {"a": -2.5}, -3.0),
    ("just below a half rounds down", "ROUND(a)", {"a": 0.49999999999999994}, 0.0),
    ("ROUND drops noise beyond 15 digits", "ROUND(a, 2)", {"a": 1.005}, 1.01),
    ("a text equals itself", 'IF(m = "x", 1, 2)', {"m": "x"}, 1.0),
    ("a text differs from another", 'm <> "x"', {"m": "y"}, 1.0),
    ("an empty text is unknown", 'm = "x"', {"m": ""}, None),
    ("a text is not a number", "m = 1", {"m": "x"}, 0.0),
    ("a text cannot be added", "m + 1", {"m": "x"}, None),
    ("texts have no order", "m < a", {"m": "x", "a": 1.0}, None),
    ("DAYS", "a / DAYS()", {"a": 60.0}, 2.0),
    ("OPENING is unknown where nobody knows", "OPENING(a)", {"a": 1.0}, None),
]


@pytest.fixture(scope="module")
def in_node() -> list[str]:
    found = node([parse(formula) for _, formula, _, _ in ROWS], [row for _, _, row, _ in ROWS])
    return [found[number][number] for number in range(len(ROWS))]


@pytest.mark.parametrize("number", range(len(ROWS)), ids=[name for name, *_ in ROWS])
def test_gives(number: int, in_node: list[str]) -> None:
    _, formula, row, wanted = ROWS[number]
    assert bits(evaluate(formula, row, days=30)) == bits(wanted)
    [found] = evaluate_array(formula, {**row}, (1,), days=30.0)
    assert bits(None if math.isnan(found) else float(found)) == bits(wanted)
    assert in_node[number] == bits(wanted)


def test_a_text_can_be_the_result() -> None:
    assert evaluate_text('IF(a >= 90, "good", "poor")', {"a": 91.0}) == "good"
    assert evaluate('IF(a >= 90, "good", "poor")', {"a": 91.0}) is None


STOCK = Row(
    {"a": 10.0},
    days=4.0,
    openings={"s": 100.0},
    closings={"s": 60.0},
    means={"s": 80.0},
    by_day=[{"a": 7.0, "b": 3.0}, {"a": 2.0, "b": 3.0}, {"a": 1.0, "b": 0.5}],
)


@pytest.mark.parametrize(
    ("formula", "wanted"),
    [
        pytest.param("(OPENING(s) + CLOSING(s)) / 2", 80.0, id="mean of both ends"),
        pytest.param("MEAN(s) / (a / DAYS())", 32.0, id="80 in stock at 2.5 a day"),
        pytest.param("SUMDAYS(MAX(0, a - b))", 4.5, id="4 over, 1 under, 0.5 over"),
        pytest.param("SUMDAYS(DAYS())", 3.0, id="each day has one day"),
        pytest.param("SUMDAYS(c)", None, id="a day that nobody knows spoils the sum"),
        pytest.param("OPENING(a)", None, id="no opening is known"),
    ],
)
def test_stock_and_days(formula: str, wanted: float | None) -> None:
    values: Values = STOCK
    assert evaluate(formula, values) == wanted
    days: list[dict[str, Scalar]] = [dict(day) for day in STOCK.by_day or ()]
    columns = Columns(
        dict(STOCK.values), 4.0, dict(STOCK.openings), dict(STOCK.closings), dict(STOCK.means),
        [{**day} for day in days],
    )  # fmt: skip
    [found] = evaluate_array(formula, columns, (1,))
    assert bits(None if math.isnan(found) else float(found)) == bits(wanted)


def test_no_days_kept_is_unknown() -> None:
    assert evaluate("SUMDAYS(a)", {"a": 1.0}) is None


def test_arrays_keep_their_shape_and_choose_per_element() -> None:
    a = np.array([[1.0, np.nan], [0.0, -2.0]])
    found = evaluate_array("IF(a > 0, 10 / a, 0)", {"a": a}, (2, 2))
    assert np.array_equal(found, [[10.0, np.nan], [0.0, 0.0]], equal_nan=True)
    assert found.flags.writeable


def test_a_long_column_is_worked_out_in_blocks_with_the_same_bits() -> None:
    """Whole columns, numbers that hold for all rows, and days; a block and a part of one."""
    count = BLOCK + 7
    a = np.arange(count) / 7 - 100
    a[BLOCK - 1] = np.nan
    columns: dict[str, Column] = {
        "a": a,
        "b": 3.0,
        "c": None,
        "m": np.array(["x", "y"] * (count // 2) + ["x"]),
    }
    text = 'IF(m = "x", R(a / b * DAYS()), IF(ISKNOWN(c), c, a - b))'
    found = evaluate_array(text, columns, (count,), days=30.0)
    at_once = evaluate_array(text, columns, (1, count), days=30.0)
    assert found.tobytes() == at_once.tobytes()
    assert np.isnan(found[BLOCK - 1])
    assert found[BLOCK + 1] == a[BLOCK + 1] - 3


# --------------------------------------------------------------------------------------- rounding


@pytest.mark.parametrize(
    ("x", "rounded"),
    [
        pytest.param(0.1 + 0.2, 0.3, id="noise goes"),
        pytest.param(1.0000000005, 1.000000001, id="a tie of the tenth decimal goes up"),
        pytest.param(-1.0000000005, -1.000000001, id="away from zero"),
        pytest.param(1234.56789049, 1234.56789, id="six decimals from 1,000"),
        pytest.param(1234567.8915, 1234567.892, id="three decimals from a million"),
        pytest.param(1234567890.16, 1234567890.2, id="one decimal from a thousand million"),
        pytest.param(99999999999.94, 99999999999.9, id="just below the limit"),
        pytest.param(99999999999.95, None, id="what rounds to 1E11 is unknown"),
        pytest.param(1e300, None, id="huge is unknown"),
        pytest.param(NAN, None, id="NaN is unknown"),
        pytest.param(-1e-12, 0.0, id="a trace below zero is plain zero"),
        pytest.param(None, None, id="unknown stays unknown"),
    ],
)
def test_r(x: float | None, rounded: float | None) -> None:
    assert bits(numbers.R(x)) == bits(rounded)


def test_r_of_arrays_has_the_same_bits() -> None:
    chance_rows = [row[name] for row in cases(3, 3000, ordinary) for name in "abc"]
    xs = np.array([x for x in chance_rows if isinstance(x, float)])
    for d in range(1, 10):
        assert [bits(numbers.rnd(float(x), d)) for x in xs] == [
            bits(float(y)) for y in rnd_array(xs, d)
        ]
    wanted = [bits(numbers.R(float(x))) for x in xs]
    assert [bits(None if math.isnan(y) else float(y)) for y in r_array(xs)] == wanted


def test_normalise_keeps_fourteen_digits() -> None:
    assert numbers.normalise(1 / 3) == 0.33333333333333


# ---------------------------------------------------------------------------------- sheet formulas


def test_limits_make_r_short() -> None:
    text = "R(MIN(cap, MAX(floor, 100 * a / b)))"
    sure = dict.fromkeys(("cap", "floor", "a", "b"), SURELY_NUMBER)
    cells = {"cap": "C2", "floor": "D2", "a": "A2", "b": "B2"}.__getitem__
    short = to_formula(text, cells, kinds=sure, limits={"cap": (0, 999), "floor": (0, 120)})
    assert short == "IFERROR((ROUND(MIN(C2,MAX(D2,100*A2/B2)),9)+0),NA())"
    assert short.count("A2") == 1
    assert to_formula(text, cells, kinds=sure).count("A2") == 5


def test_a_reference_that_may_be_blank_is_guarded() -> None:
    assert to_formula("a", lambda _: "A2") == "IF(ISNUMBER(A2),A2,NA())"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        pytest.param("SUMDAYS(a)", "formula_native_days", id="a sheet has no days"),
        pytest.param("R(" * 32 + "a" + ")" * 32, "formula_native_size", id="R doubled too often"),
        pytest.param("R(a)" + " + R(a)" * 80, "formula_native_size", id="81 roundings"),
        pytest.param("NOT(" * 31 + "R(a)" + ")" * 31, None, id="31 brackets fit"),
    ],
)
def test_what_a_sheet_cannot_hold_is_refused(text: str, code: str | None) -> None:
    if code is None:
        assert to_formula(text, lambda _: "A2")
        return
    with pytest.raises(FormulaError) as caught:
        to_formula(text, lambda _: "A2")
    assert caught.value.code == code
