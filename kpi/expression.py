"""KPI formulas, the one door: parse, evaluate one value or arrays, unparse, explain.

    >>> evaluate(parse("ad_spend / ad_sales"), {"ad_spend": 20.0, "ad_sales": 100.0})
    0.2

The parts: `tokens` and `parser` read, `syntax` is the tree, `evaluate` and `arrays` compute,
`meaning` explains, `formula` and `javascript` write the same tree for other runtimes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpi.calls import FUNCTIONS
from kpi.evaluate import evaluate, evaluate_any, evaluate_text, parsed
from kpi.meaning import explain
from kpi.parser import parse
from kpi.syntax import (
    Call,
    Chain,
    Compare,
    Expression,
    Name,
    Negate,
    Node,
    Number,
    Text,
    references,
    unparse,
    uses,
    walk,
)
from kpi.tokens import FormulaError, Names
from kpi.values import Row, Scalar, Values

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kpi.arrays import ArrayValues, Column, Floats

__all__ = [
    "FUNCTIONS",
    "Call",
    "Chain",
    "Compare",
    "Expression",
    "FormulaError",
    "Name",
    "Names",
    "Negate",
    "Node",
    "Number",
    "Row",
    "Scalar",
    "Text",
    "Values",
    "evaluate",
    "evaluate_any",
    "evaluate_array",
    "evaluate_text",
    "explain",
    "parse",
    "parsed",
    "references",
    "unparse",
    "uses",
    "walk",
]


def evaluate_array(
    expression: Expression | str,
    lookup: ArrayValues | Mapping[str, Column] | Callable[[str], Column],
    shape: tuple[int, ...],
    *,
    days: Column = None,
) -> Floats:
    """See `kpi.arrays`, which is loaded here: one value needs the standard library alone."""
    from kpi.arrays import evaluate_array as over_arrays  # noqa: PLC0415 - see above

    return over_arrays(expression, lookup, shape, days=days)
