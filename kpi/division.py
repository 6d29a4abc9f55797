"""Where a formula may divide by zero: told with its place, because the value is then unknown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kpi.meaning import Labels, meaning
from kpi.model import LANGUAGES, Language, Texts
from kpi.syntax import Call, Chain, Expression, Negate, Node, Number, walk


@dataclass(frozen=True, slots=True)
class ZeroRisk:
    """One divisor that may be zero."""

    column: int  # of the formula's text, from 1
    divisor: Texts


def zero_risks(expression: Expression, labels: Labels) -> tuple[ZeroRisk, ...]:
    """Every divisor that data can make zero, in the order of the text."""
    return tuple(
        ZeroRisk(
            _column(divisor),
            {
                language: meaning(Expression(divisor, ""), labels, language)
                for language in LANGUAGES
            },
        )
        for divisor in _divisors(expression.root)
        if not _is_never_zero(divisor)
    )


def told(risks: tuple[ZeroRisk, ...], language: Language) -> str:
    """One sentence for the column Check; empty without a risk."""
    if not risks:
        return ""
    if language == "zh":
        parts = "、".join(f"第 {r.column} 列的{r.divisor['zh']}" for r in risks)
        return f"{parts}可能为 0，届时结果未知"
    parts = ", ".join(f"{r.divisor['en']} at column {r.column}" for r in risks)
    return f"{parts} may be 0; the value is then unknown"


def _divisors(root: Node) -> Iterator[Node]:
    for node in walk(root):
        if isinstance(node, Chain):
            yield from (operand for sign, operand in node.rest if sign == "/")


def _is_never_zero(node: Node) -> bool:
    """A number, the days of the period, or the greater of something and a number above zero."""
    match node:
        case Number():
            return node.value != 0
        case Negate():
            return _is_never_zero(node.operand)
        case Call(function="DAYS"):
            return True
        case Call(function="MAX"):
            return any(isinstance(a, Number) and a.value > 0 for a in node.arguments)
        case _:
            return False


def _column(node: Node) -> int:
    """Where the divisor begins, its brackets aside."""
    return min(part.column for part in walk(node))
