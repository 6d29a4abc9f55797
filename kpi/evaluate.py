"""The value of a formula over one scope and period: unknown spreads, a / 0 is unknown.

Comparisons compare doubles as they are. Where a score depends on one, the scoring text says
R(...) on both sides, because only R values compare alike in a sheet (numerics rule 4).
A branch that IF does not take may be unknown without harm.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping
from functools import lru_cache

from kpi import numbers
from kpi.parser import parse
from kpi.syntax import Call, Chain, Compare, Expression, Name, Node, Number, Text
from kpi.values import Row, Scalar, Values, known

COMPARISONS: Mapping[str, Callable[[float, float], bool]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@lru_cache(maxsize=4096)
def parsed(text: str) -> Expression:
    """A formula over codes, parsed once."""
    return parse(text)


def evaluate(
    expression: Expression | str,
    values: Mapping[str, Scalar] | Values,
    *,
    days: float | None = None,
) -> float | None:
    """The number a formula gives; a comparison gives 1.0 or 0.0, a text or nothing gives None.

    `days` is for a plain mapping; `Values` know theirs.
    """
    result = evaluate_any(expression, values, days=days)
    return None if isinstance(result, str) else result


def evaluate_text(
    expression: Expression | str,
    values: Mapping[str, Scalar] | Values,
    *,
    days: float | None = None,
) -> str | None:
    """The text a formula gives, such as a grade; a number gives None."""
    result = evaluate_any(expression, values, days=days)
    return result if isinstance(result, str) else None


def evaluate_any(
    expression: Expression | str,
    values: Mapping[str, Scalar] | Values,
    *,
    days: float | None = None,
) -> Scalar:
    """The number or text a formula gives."""
    tree = parsed(expression) if isinstance(expression, str) else expression
    over: Values = Row(values, days) if isinstance(values, Mapping) else values
    result = _value(tree.root, over)
    return result + 0.0 if isinstance(result, float) else result  # never -0


def _value(node: Node, values: Values) -> Scalar:
    match node:
        case Name():
            return known(values.value(node.code))
        case Number() | Text():
            return node.value
        case Chain():
            return _chain(node, values)
        case Call():
            return _FUNCTIONS[node.function](node.arguments, values)
        case Compare():
            return _compare(node, values)
    operand = _number(node.operand, values)
    return None if operand is None else -operand


def _number(node: Node, values: Values) -> float | None:
    value = _value(node, values)
    return None if isinstance(value, str) else value


def _numbers(nodes: tuple[Node, ...], values: Values) -> list[float] | None:
    """All as numbers, or None when one is unknown."""
    found = []
    for node in nodes:
        number = _number(node, values)
        if number is None:
            return None
        found.append(number)
    return found


def _chain(node: Chain, values: Values) -> float | None:
    result = _number(node.first, values)
    for sign, operand in node.rest:
        number = _number(operand, values)
        if result is None or number is None:
            return None
        result = _step(sign, result, number)
    return result


def _step(sign: str, left: float, right: float) -> float | None:
    if sign == "+":
        result = left + right
    elif sign == "-":
        result = left - right
    elif sign == "*":
        result = left * right
    elif right == 0:
        return None
    else:
        result = left / right
    return result if math.isfinite(result) else None


def _compare(node: Compare, values: Values) -> float | None:
    left, right = _value(node.left, values), _value(node.right, values)
    if left is None or right is None:
        return None
    if isinstance(left, str) or isinstance(right, str):
        if node.operator not in {"=", "<>"}:
            return None
        return float((left == right) == (node.operator == "="))
    return float(COMPARISONS[node.operator](left, right))


# -------------------------------------------------------------------------------- the functions

_Arguments = tuple[Node, ...]


def _if(arguments: _Arguments, values: Values) -> Scalar:
    condition = _number(arguments[0], values)
    if condition is None:
        return None
    taken = arguments[1:2] if condition else arguments[2:3]
    return _value(taken[0], values) if taken else None


def _over_numbers(
    function: Callable[[list[float]], float | None],
) -> Callable[[_Arguments, Values], Scalar]:
    def call(arguments: _Arguments, values: Values) -> Scalar:
        found = _numbers(arguments, values)
        return None if found is None else function(found)

    return call


def _round(found: list[float]) -> float:
    decimals = int(found[1]) if found[1:] else 0
    return numbers.rnd(found[0], decimals) if decimals else numbers.whole(found[0])


def _is_known(arguments: _Arguments, values: Values) -> Scalar:
    return float(_value(arguments[0], values) is not None)


def _stock(way: str) -> Callable[[_Arguments, Values], Scalar]:
    def call(arguments: _Arguments, values: Values) -> Scalar:
        name = arguments[0]
        assert isinstance(name, Name)  # noqa: S101 - the parser lets nothing else through
        return known(
            {"opening": values.opening, "closing": values.closing, "mean": values.mean}[way](
                name.code
            )
        )

    return call


def _sum_days(arguments: _Arguments, values: Values) -> Scalar:
    days = values.each_day()
    if not days:
        return None
    total = 0.0
    for day in days:
        one = _number(arguments[0], day)
        if one is None:
            return None
        total += one
    return total if math.isfinite(total) else None


_FUNCTIONS: Mapping[str, Callable[[_Arguments, Values], Scalar]] = {
    "IF": _if,
    "AND": _over_numbers(lambda found: float(all(found))),
    "OR": _over_numbers(lambda found: float(any(found))),
    "NOT": _over_numbers(lambda found: float(not found[0])),
    "MIN": _over_numbers(min),
    "MAX": _over_numbers(max),
    "ABS": _over_numbers(lambda found: abs(found[0])),
    "ROUND": _over_numbers(_round),
    "FLOOR": _over_numbers(lambda found: float(math.floor(found[0]))),
    "R": _over_numbers(lambda found: numbers.R(found[0])),
    "ISKNOWN": _is_known,
    "DAYS": lambda _, values: known(values.days),
    "OPENING": _stock("opening"),
    "CLOSING": _stock("closing"),
    "MEAN": _stock("mean"),
    "SUMDAYS": _sum_days,
}
