"""What a formula says, in one sentence of the reader's language, read off its tree."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from kpi.model import Language, Texts
from kpi.syntax import (
    PRODUCT,
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

_SIGNS = {"+": "+", "-": "−", "*": "×", "/": "÷", "<>": "≠", "<=": "≤", ">=": "≥"}
_JOINED: Mapping[str, Texts] = {
    "AND": {"zh": " 且 ", "en": " and "},
    "OR": {"zh": " 或 ", "en": " or "},
    "MIN": {"zh": "、", "en": ", "},
    "MAX": {"zh": "、", "en": ", "},
}
_SENTENCES: Mapping[str, Texts] = {
    "AND": {"zh": "({0})", "en": "({0})"},
    "OR": {"zh": "({0})", "en": "({0})"},
    "MIN": {"zh": "({0})中最小的", "en": "the least of ({0})"},
    "MAX": {"zh": "({0})中最大的", "en": "the greatest of ({0})"},
    "NOT": {"zh": "并非({0})", "en": "not ({0})"},
    "IF": {"zh": "(若{0}则{1}，否则{2})", "en": "(if {0} then {1}, else {2})"},
    "ABS": {"zh": "({0})的绝对值", "en": "the size of ({0})"},
    "ROUND": {"zh": "({0})保留 {1} 位小数", "en": "({0}) to {1} decimals"},
    "FLOOR": {"zh": "({0})向下取整", "en": "({0}) rounded down"},
    "R": {"zh": "{0}", "en": "{0}"},
    "ISKNOWN": {"zh": "已有({0})的数据", "en": "({0}) is known"},
    "DAYS": {"zh": "期间天数", "en": "days of the period"},
    "OPENING": {"zh": "期初{0}", "en": "opening {0}"},
    "CLOSING": {"zh": "期末{0}", "en": "closing {0}"},
    "MEAN": {"zh": "日均{0}", "en": "mean {0}"},
    "SUMDAYS": {"zh": "逐日计算({0})后相加", "en": "({0}) of each day, added up"},
}
_UNKNOWN: Texts = {"zh": "未知", "en": "unknown"}
_CAVEAT: Texts = {"zh": "缺一项时为未知", "en": "unknown when one part is missing"}
_ZERO: Texts = {
    "zh": "除数为 0 或缺一项时为未知",
    "en": "unknown when a divisor is 0 or a part is missing",
}


class Labels(Protocol):
    """Names for codes, such as a catalogue has."""

    def label(self, code: str, language: Language) -> str:
        """The name of a measure or KPI."""


def explain(expression: Expression, labels: Labels, language: Language) -> str:
    """The parsed meaning in one sentence, with what makes it unknown."""
    divides = any(
        isinstance(node, Chain) and any(sign == "/" for sign, _ in node.rest)
        for node in walk(expression.root)
    )
    caveat = (_ZERO if divides else _CAVEAT)[language]
    text = meaning(expression, labels, language)
    return f"{text}；{caveat}。" if language == "zh" else f"{text}; {caveat}."


def meaning(expression: Expression, labels: Labels, language: Language) -> str:
    """The formula in words and signs, without a full stop."""
    return _Writer(labels, language).text(expression.root)


class _Writer:
    """Writes nodes in one language."""

    def __init__(self, labels: Labels, language: Language) -> None:
        self._labels = labels
        self._language = language

    def text(self, node: Node) -> str:  # noqa: PLR0911 - one kind of node a line
        """The words of a node."""
        match node:
            case Number():
                return number_text(node.value)
            case Text():
                return f'"{node.value}"'
            case Name():
                return self._labels.label(node.code, self._language)
            case Negate():
                return "−" + self._within(node.operand, UNARY)
            case Chain():
                return self._chain(node)
            case Compare():
                sign = _SIGNS.get(node.operator, node.operator)
                return f"{self._within(node.left, SUM)} {sign} {self._within(node.right, SUM)}"
        return self._call(node)

    def _chain(self, node: Chain) -> str:
        level = PRODUCT if node.adds else UNARY
        rest = [f" {_SIGNS[sign]} {self._within(operand, level)}" for sign, operand in node.rest]
        return self._within(node.first, level) + "".join(rest)

    def _call(self, node: Call) -> str:
        words = [self.text(argument) for argument in node.arguments]
        if node.function in _JOINED:
            words = [_JOINED[node.function][self._language].join(words)]
        if node.function == "IF":
            words.append(_UNKNOWN[self._language])
        if node.function == "ROUND":
            words.append("0")
        return _SENTENCES[node.function][self._language].format(*words)

    def _within(self, node: Node, level: int) -> str:
        text = self.text(node)
        return text if tightness(node) >= level else f"({text})"
