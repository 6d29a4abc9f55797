"""The functions of the KPI language, and what a call of each must look like."""

from __future__ import annotations

from collections.abc import Mapping

from kpi.syntax import STOCK_FUNCTIONS, Call, Name, Node, Number, Text, walk

FUNCTIONS: Mapping[str, tuple[int, int]] = {  # fewest and most arguments
    "AND": (1, 30),
    "OR": (1, 30),
    "NOT": (1, 1),
    "IF": (2, 3),
    "MIN": (1, 30),
    "MAX": (1, 30),
    "ABS": (1, 1),
    "ROUND": (1, 2),
    "FLOOR": (1, 1),
    "R": (1, 1),
    "ISKNOWN": (1, 1),
    "DAYS": (0, 0),
    "OPENING": (1, 1),
    "CLOSING": (1, 1),
    "MEAN": (1, 1),
    "SUMDAYS": (1, 1),
}
NUMERIC = frozenset({"MIN", "MAX", "ABS", "ROUND", "FLOOR", "R", "SUMDAYS", *STOCK_FUNCTIONS})
MOST_DECIMALS = 9

Fault = tuple[str, str, str, str, str]
"""Code, then what is wrong and the mend, each in zh and en."""


def call_fault(call: Call) -> Fault | None:
    """What is wrong with a call; None when it is sound."""
    fewest, most = FUNCTIONS[call.function]
    if not fewest <= len(call.arguments) <= most:
        return _wrong_count(call, str(fewest) if fewest == most else f"{fewest}–{most}")
    match call.function:
        case "OPENING" | "CLOSING" | "MEAN" if not isinstance(call.arguments[0], Name):
            return _no_stock(call.function)
        case "ROUND" if not _is_decimals(call.arguments[1:]):
            return _ROUND_FAULT
        case "IF" if len({*map(_kind, call.arguments[1:])} - {None}) > 1:
            return _IF_FAULT
        case "SUMDAYS" if _nested_days(call):
            return _SUMDAYS_FAULT
        case _:
            return None


def _wrong_count(call: Call, count: str) -> Fault:
    given = len(call.arguments)
    return (
        "formula_arguments",
        f"{call.function} 要 {count} 个参数，这里有 {given} 个。",
        f"{call.function} takes {count} arguments, {given} are given.",
        "请补上或删掉参数。",
        "Add or remove arguments.",
    )


def _no_stock(function: str) -> Fault:
    return (
        "formula_stock",
        f"{function} 里只能写一个存量的名称。",
        f"{function} takes the name of one stock measure.",
        f"例如 {function}(available_units)。",
        f"Such as {function}(available_units).",
    )


_ROUND_FAULT: Fault = (
    "formula_round",
    f"ROUND 的小数位必须直接写成 0 到 {MOST_DECIMALS} 的整数。",
    f"The decimals of ROUND must be typed, a whole number from 0 to {MOST_DECIMALS}.",
    "例如 ROUND(x, 2)。",
    "Such as ROUND(x, 2).",
)
_IF_FAULT: Fault = (
    "formula_if",
    "IF 的两个结果一个是文字，一个是数。",
    "IF gives a text in one case and a number in the other.",
    "请两边都写数，或都写文字。",
    "Let both be numbers, or both texts.",
)
_SUMDAYS_FAULT: Fault = (
    "formula_sumdays",
    "SUMDAYS 里不能再用 SUMDAYS、OPENING、CLOSING 或 MEAN。",
    "SUMDAYS cannot hold SUMDAYS, OPENING, CLOSING or MEAN.",
    "请把它们写在 SUMDAYS 外面。",
    "Write them outside SUMDAYS.",
)


def _kind(node: Node) -> str | None:
    """Whether a node surely gives a text or a number; None for a name, which may be either."""
    if isinstance(node, Name):
        return None
    if isinstance(node, Call) and node.function == "IF":
        return next((kind for kind in map(_kind, node.arguments[1:]) if kind), None)
    return "text" if isinstance(node, Text) else "number"


def _is_decimals(arguments: tuple[Node, ...]) -> bool:
    return all(isinstance(a, Number) and a.value in range(MOST_DECIMALS + 1) for a in arguments)


def _nested_days(call: Call) -> bool:
    refused = {"SUMDAYS", *STOCK_FUNCTIONS}
    inside = walk(call.arguments[0])
    return any(isinstance(n, Call) and n.function in refused for n in inside)
