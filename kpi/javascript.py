"""A KPI formula as JavaScript: the same doubles, null for unknown.

`runtime()` is the text of the few helpers, one object `KPI`; it runs in Office.js, in Apps
Script and in node. `to_javascript()` gives one function of the values:
`(v) => ...`, with v from `KPI.row({code: number or text}, days)`. `KPI.card(items, least)` adds a
card up as `kpi.scoring.card_total` does.

`to_number_function()` writes a text over numbers alone for long columns: plain arguments instead
of a row, NaN for unknown, `KPI.n` for the steps. It gives the same doubles many times faster.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from kpi.errors import KpiError
from kpi.evaluate import parsed
from kpi.numbers import LOG_LIMITS
from kpi.syntax import (
    STOCK_FUNCTIONS,
    Call,
    Chain,
    Compare,
    Expression,
    Name,
    Negate,
    Node,
    Number,
    Text,
    number_text,
)

_NUMBER_CALLS = frozenset({"IF", "AND", "OR", "NOT", "MIN", "MAX", "ABS", "ROUND", "FLOOR", "R"})
_STEPS = {"+": "add", "-": "sub", "*": "mul", "/": "div"}
_COMPARISONS = {"=": "eq", "<>": "ne", "<": "lt", "<=": "le", ">": "gt", ">=": "ge"}


def runtime() -> str:
    """The helpers as text, to stand before the functions."""
    text = Path(__file__).with_name("runtime.js").read_text(encoding="utf-8")
    return text.replace("LOG_LIMITS", json.dumps(LOG_LIMITS))


def to_javascript(expression: Expression | str) -> str:
    """One arrow function over the values."""
    tree = parsed(expression) if isinstance(expression, str) else expression
    return f"(v) => KPI.out({_text(tree.root)})"


def _text(node: Node) -> str:  # noqa: PLR0911 - one kind of node a line
    match node:
        case Number():
            return number_text(node.value)
        case Text():
            return json.dumps(node.value)
        case Name():
            return f"v.value({json.dumps(node.code)})"
        case Negate():
            return f"KPI.neg({_text(node.operand)})"
        case Chain():
            return _chain(node)
        case Compare():
            return f"KPI.{_COMPARISONS[node.operator]}({_text(node.left)}, {_text(node.right)})"
    return _call(node)


def _chain(node: Chain) -> str:
    text = _text(node.first)
    for sign, operand in node.rest:
        text = f"KPI.{_STEPS[sign]}({text}, {_text(operand)})"
    return text


def _call(node: Call) -> str:
    texts = [_text(argument) for argument in node.arguments]
    if node.function in STOCK_FUNCTIONS:
        [name] = [n for n in node.arguments if isinstance(n, Name)]
        return f"v.{STOCK_FUNCTIONS[node.function]}({json.dumps(name.code)})"
    match node.function:
        case "DAYS":
            return "v.days()"
        case "IF":
            return f"KPI.IF({texts[0]}, {', '.join(f'() => {branch}' for branch in texts[1:])})"
        case "SUMDAYS":
            return f"KPI.SUMDAYS(v, (v) => {texts[0]})"
        case function:
            return f"KPI.{function}({', '.join(texts)})"


def to_number_function(expression: Expression | str, names: Sequence[str]) -> str:
    """One arrow function over numbers, NaN for unknown; every branch of an IF is worked out.

    Raises:
        KpiError: The text holds a word or a function of the period, which have no number.
    """
    tree = parsed(expression) if isinstance(expression, str) else expression
    return f"({', '.join(names)}) => {_number_text(tree.root)} + 0"


def _number_text(node: Node) -> str:  # noqa: PLR0911 - one kind of node a line
    match node:
        case Number():
            return number_text(node.value)
        case Name():
            return node.code
        case Negate():
            return f"-({_number_text(node.operand)})"
        case Chain():
            text = _number_text(node.first)
            for sign, operand in node.rest:
                text = f"KPI.n.{_STEPS[sign]}({text}, {_number_text(operand)})"
            return text
        case Compare():
            left, right = _number_text(node.left), _number_text(node.right)
            return f"KPI.n.{_COMPARISONS[node.operator]}({left}, {right})"
        case Call(function="ISKNOWN"):
            return f"KPI.n.ISKNOWN({_number_text(node.arguments[0])})"
        case Call() if node.function in _NUMBER_CALLS:
            texts = ", ".join(_number_text(argument) for argument in node.arguments)
            return f"KPI.n.{node.function}({texts})"
    raise KpiError(
        f"“{_text(node)}” is no number; a function of numbers cannot hold it.",
        f"“{_text(node)}”不是数字，纯数字函数不能包含它。",
    )
