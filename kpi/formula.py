"""A KPI formula as a native sheet formula, with functions that every spreadsheet has.

Unknown is #N/A. Errors spread through a sheet by themselves, so the formula is written plainly
and sealed once: IFERROR(...,NA()) turns the #DIV/0! of a / 0 and every overflow into #N/A.
A referenced blank would read as 0 and a text as its own thing, so a reference is guarded,
unless the caller declares that a number surely stands there.

A sheet snaps differences near zero and compares approximately. Only formulas that follow the
number rule, every step and both sides of every comparison in R(...), give equal bits.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import accumulate

from kpi.errors import Place
from kpi.evaluate import parsed
from kpi.syntax import (
    PRODUCT,
    STOCK_FUNCTIONS,
    SUM,
    UNARY,
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
    tightness,
    walk,
)
from kpi.tokens import FormulaError

MOST_CHARACTERS = 8_192
MOST_NESTED = 64
SURELY_NUMBER = "number"
SURELY_TEXT = "text"
MAYBE_TEXT = "maybe text"
_ONE_TIER = 1000.0  # R of anything smaller has nine decimals
_BARE_STARTS = ("-", "+")
_BRACKET = re.compile(r"[()]")
Limits = Mapping[str, tuple[float, float]]


def to_formula(
    expression: Expression | str,
    ref: Callable[[str], str],
    *,
    kinds: Mapping[str, str] | None = None,
    limits: Limits | None = None,
    seal: bool = True,
    place: Place | None = None,
) -> str:
    """The native formula, without the leading =.

    `ref` gives the cell of a code; for the period it is asked `DAYS()`, `OPENING(code)`,
    `CLOSING(code)` or `MEAN(code)`. `kinds` declares codes as SURELY_NUMBER, SURELY_TEXT or
    MAYBE_TEXT; what it leaves out is a number that may be blank. `limits` gives the least and
    greatest value of a code: where they prove |x| < 1,000, R(x) is the short ROUND(x,9)+0.
    `seal` False leaves the IFERROR to the caller. Raises `FormulaError` when the formula would be
    too long or nested too deep for a sheet, or holds SUMDAYS.
    """
    tree = parsed(expression) if isinstance(expression, str) else expression
    texts = _compared_with_text(tree.root)
    writer = _Writer(ref, {**texts, **(kinds or {})}, limits or {}, place)
    text = writer.text(tree.root)
    text = f"IFERROR({text},NA())" if seal and not _cannot_fail(tree.root) else text
    _check_size(text, tree.root.column, place)
    return text


def _compared_with_text(root: Node) -> dict[str, str]:
    """The names that stand beside a typed text in a comparison."""
    sides = [(n.left, n.right) for n in walk(root) if isinstance(n, Compare)]
    beside = [pair for pair in sides if any(isinstance(side, Text) for side in pair)]
    return {side.code: MAYBE_TEXT for pair in beside for side in pair if isinstance(side, Name)}


def _cannot_fail(root: Node) -> bool:
    """Whether only #N/A can come out: nothing is divided, multiplied or added."""
    return not any(isinstance(node, Chain) for node in walk(root))


def _check_size(text: str, column: int, place: Place | None) -> None:
    if len(text) >= MOST_CHARACTERS or _too_deep(text):
        raise _too_large(column, place)


def _too_deep(text: str) -> bool:
    """Whether brackets nest too deeply; a workbook asks this thousands of times."""
    if text.count("(") <= MOST_NESTED:
        return False
    depths = accumulate(1 if sign == "(" else -1 for sign in _BRACKET.findall(text))
    return max(depths) > MOST_NESTED


def _too_large(column: int, place: Place | None) -> FormulaError:
    return FormulaError(
        "formula_native_size",
        column,
        {
            "zh": f"写成表格公式会超过 {MOST_CHARACTERS} 个字符或 {MOST_NESTED} 层括号。",
            "en": f"As a sheet formula it would have more than {MOST_CHARACTERS} characters "
            f"or {MOST_NESTED} nested brackets.",
        },
        {
            "zh": "请拆成几步，或用 MIN、MAX 限定范围。",
            "en": "Split it into steps, or bound it with MIN and MAX.",
        },
        place=place,
    )


@dataclass(frozen=True, slots=True)
class _Writer:
    """Writes nodes as sheet text."""

    ref: Callable[[str], str]
    kinds: Mapping[str, str]
    limits: Limits
    place: Place | None

    def text(self, node: Node) -> str:  # noqa: PLR0911 - one kind a line
        """The sheet text of a node."""
        match node:
            case Number():
                return number_text(node.value).upper()
            case Text():
                return '"' + node.value.replace('"', '""') + '"'
            case Name():
                return self._name(node.code)
            case Negate():
                return "-" + self._within(node.operand, UNARY)
            case Chain():
                return self._chain(node)
            case Compare():
                return self._within(node.left, SUM) + node.operator + self._within(node.right, SUM)
        return self._call(node)

    def _name(self, code: str) -> str:
        cell, kind = self.ref(code), self.kinds.get(code)
        if kind in {SURELY_NUMBER, SURELY_TEXT}:
            return cell
        return f'IF({cell}="",NA(),{cell})' if kind == MAYBE_TEXT else _guarded(cell)

    def _chain(self, node: Chain) -> str:
        level = PRODUCT if node.adds else UNARY
        rest = [sign + self._operand(operand, level) for sign, operand in node.rest]
        return self._within(node.first, level) + "".join(rest)

    def _operand(self, node: Node, level: int) -> str:
        """An operand after an operator; two signs in a row are kept apart by brackets."""
        text = self._within(node, level)
        return f"({text})" if text.startswith(_BARE_STARTS) else text

    def _within(self, node: Node, level: int) -> str:
        text = self.text(node)
        return text if tightness(node) >= level else f"({text})"

    def _call(self, node: Call) -> str:  # noqa: PLR0911 - one kind a line
        arguments = node.arguments
        match node.function:
            case "DAYS":
                return _guarded(self.ref("DAYS()"))
            case "SUMDAYS":
                raise self._no_days(node)
            case function if function in STOCK_FUNCTIONS:
                [name] = [n for n in arguments if isinstance(n, Name)]
                return _guarded(self.ref(f"{function}({name.code})"))
            case "R":
                return self._rounded(arguments[0])
            case "ISKNOWN":
                return self._is_known(arguments[0])
            case "FLOOR":
                return f"INT({self.text(arguments[0])})"
            case "IF" if not arguments[2:]:
                return f"IF({self.text(arguments[0])},{self.text(arguments[1])},NA())"
            case "ROUND":  # + 0, because a sheet's ROUND(-0.1,0) is -0
                decimals = self.text(arguments[1]) if arguments[1:] else "0"
                return f"(ROUND({self.text(arguments[0])},{decimals})+0)"
            case function:
                return f"{function}({','.join(self.text(a) for a in arguments)})"

    def _rounded(self, node: Node) -> str:
        """R as the number rule writes it; in brackets, because of its + 0."""
        text = self.text(node)
        low, high = self.interval(node)
        if low > -_ONE_TIER and high < _ONE_TIER:
            return f"(ROUND({text},9)+0)"
        if len(text) * 5 > MOST_CHARACTERS:  # before R in R in R grows without end
            raise _too_large(node.column, self.place)
        size = f"ABS({text})"
        last = f"IF(ROUND({size},1)<100000000000,1,NA())"
        middle = f"IF({size}<1000000,6,IF({size}<1000000000,3,{last}))"
        return f"(ROUND({text},IF({size}<1000,9,{middle}))+0)"

    def _is_known(self, node: Node) -> str:
        if isinstance(node, Name) and self.kinds.get(node.code) in {SURELY_TEXT, MAYBE_TEXT}:
            return f"NOT(ISNA({self.text(node)}))"
        text = self.ref(node.code) if isinstance(node, Name) else self.text(node)
        truth = isinstance(node, Compare) or (isinstance(node, Call) and node.function in _TRUTH)
        return f"ISNUMBER(({text})+0)" if truth else f"ISNUMBER({text})"

    def _no_days(self, node: Call) -> FormulaError:
        return FormulaError(
            "formula_native_days",
            node.column,
            {"zh": "表格公式里没有逐日数据。", "en": "A sheet formula has no days to add up."},
            {"zh": "请引用服务算好的值。", "en": "Refer to the value that the service computed."},
            place=self.place,
        )

    # --------------------------------------------------------------------------- how large it is

    def interval(self, node: Node) -> tuple[float, float]:  # noqa: PLR0911 - one kind a line
        """The least and greatest value a node can have; infinite where nothing is known."""
        match node:
            case Number():
                return node.value, node.value
            case Name():
                return self.limits.get(node.code, (-math.inf, math.inf))
            case Negate():
                low, high = self.interval(node.operand)
                return -high, -low
            case Compare():
                return 0.0, 1.0
            case Chain() if node.adds:
                return self._sum_interval(node)
            case Call():
                return self._call_interval(node)
            case _:
                return -math.inf, math.inf

    def _sum_interval(self, node: Chain) -> tuple[float, float]:
        low, high = self.interval(node.first)
        for sign, operand in node.rest:
            least, most = self.interval(operand)
            low, high = (low + least, high + most) if sign == "+" else (low - most, high - least)
        return low, high

    def _call_interval(self, node: Call) -> tuple[float, float]:  # noqa: PLR0911 - one kind a line
        if node.function in _TRUTH:
            return 0.0, 1.0
        if node.function == "IF" and not node.arguments[2:]:
            return self.interval(node.arguments[1])
        found = [self.interval(a) for a in node.arguments[node.function == "IF" :]]
        match node.function:
            case "MIN":
                return min(low for low, _ in found), min(high for _, high in found)
            case "MAX":
                return max(low for low, _ in found), max(high for _, high in found)
            case "IF":
                return min(low for low, _ in found), max(high for _, high in found)
            case "ABS":
                low, high = found[0]
                return max(0.0, low, -high), max(-low, high)
            case "R" | "ROUND":
                return found[0][0] - 1, found[0][1] + 1
            case _:
                return -math.inf, math.inf


_TRUTH = frozenset({"AND", "OR", "NOT", "ISKNOWN"})


def _guarded(cell: str) -> str:
    return f"IF(ISNUMBER({cell}),{cell},NA())"
