"""The tree of a KPI formula: immutable nodes, what they name, and their text again.

A sum and a product are chains, read from left to right, so that a formula's tree is never
deeper than its brackets allow, however many addends it has.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

STOCK_FUNCTIONS = {"OPENING": "opening", "CLOSING": "closing", "MEAN": "mean"}


@dataclass(frozen=True, slots=True)
class Number:
    """A number as typed; `12%` is 0.12."""

    value: float
    column: int = field(default=1, compare=False)  # 1-based, in the text as typed


@dataclass(frozen=True, slots=True)
class Text:
    """A text in double quotes."""

    value: str
    column: int = field(default=1, compare=False)


@dataclass(frozen=True, slots=True)
class Name:
    """A measure or another KPI, by its code."""

    code: str
    column: int = field(default=1, compare=False)


@dataclass(frozen=True, slots=True)
class Negate:
    """Minus something."""

    operand: Node
    column: int = field(default=1, compare=False)


@dataclass(frozen=True, slots=True)
class Chain:
    """`first` and then each (operator, operand) in turn; either + and - or * and /."""

    first: Node
    rest: tuple[tuple[str, Node], ...]
    column: int = field(default=1, compare=False)

    @property
    def adds(self) -> bool:
        """True for a sum, False for a product."""
        return self.rest[0][0] in "+-"


@dataclass(frozen=True, slots=True)
class Compare:
    """Two sides and one of = <> < <= > >=; plain comparison of doubles."""

    operator: str
    left: Node
    right: Node
    column: int = field(default=1, compare=False)


@dataclass(frozen=True, slots=True)
class Call:
    """A function of the language, its name in capitals."""

    function: str
    arguments: tuple[Node, ...]
    column: int = field(default=1, compare=False)


Node = Number | Text | Name | Negate | Chain | Compare | Call


@dataclass(frozen=True, slots=True)
class Expression:
    """A checked formula; two are equal when their trees are."""

    root: Node
    text: str = field(compare=False)  # as typed


def children(node: Node) -> tuple[Node, ...]:
    """The nodes directly below, in the order of the text."""
    match node:
        case Negate():
            return (node.operand,)
        case Chain():
            return (node.first, *(operand for _, operand in node.rest))
        case Compare():
            return (node.left, node.right)
        case Call():
            return node.arguments
    return ()


def walk(node: Node) -> Iterator[Node]:
    """The node and all below it, in the order of the text."""
    waiting = [node]
    while waiting:
        one = waiting.pop()
        yield one
        waiting.extend(reversed(children(one)))


def references(expression: Expression) -> frozenset[str]:
    """Codes of all measures and KPIs that the formula names, in whatever way."""
    return frozenset(n.code for n in walk(expression.root) if isinstance(n, Name))


def uses(expression: Expression) -> frozenset[tuple[str, str]]:
    """How each code is used: (way, code); ways are value, opening, closing, mean and daily."""
    return frozenset(_uses(expression.root, "value"))


def _uses(node: Node, way: str) -> Iterator[tuple[str, str]]:
    if isinstance(node, Name):
        yield way, node.code
        return
    if isinstance(node, Call):
        inside = "daily" if node.function == "SUMDAYS" else way
        way = STOCK_FUNCTIONS.get(node.function, inside)
    for child in children(node):
        yield from _uses(child, way)


# ---------------------------------------------------------------------------------- text again

COMPARISON, SUM, PRODUCT, UNARY, ATOM = range(5)  # how tightly a node's text holds together


def tightness(node: Node) -> int:
    """Which brackets a node's text needs beside an operator."""
    match node:
        case Compare():
            return COMPARISON
        case Chain():
            return SUM if node.adds else PRODUCT
        case Negate():
            return UNARY
        case _:
            return ATOM


def number_text(value: float) -> str:
    """The shortest text that reads back as the same double: 100, 0.25, 1e-07."""
    if value == int(value) and abs(value) < 1e15:  # noqa: PLR2004 - whole numbers print whole
        return str(int(value))
    return repr(value)


def name_text(code: str) -> str:
    """A code as the language reads it: bare where it can, else in square brackets."""
    word = (code[0].isalpha() or code[0] == "_") and all(c.isalnum() or c == "_" for c in code)
    bare = word and unicodedata.is_normalized("NFKC", code)  # full-width letters are read as plain
    return code if bare else f"[{code}]"


def unparse(expression: Expression) -> str:
    """The formula's text from its tree, with codes for names; it parses to an equal tree."""
    return _text(expression.root)


def _text(node: Node) -> str:  # noqa: PLR0911 - one kind of node a line
    match node:
        case Number():
            return number_text(node.value)
        case Text():
            return '"' + node.value.replace('"', '""') + '"'
        case Name():
            return name_text(node.code)
        case Negate():
            return "-" + _within(node.operand, UNARY)
        case Chain():
            return _chain_text(node)
        case Compare():
            return f"{_within(node.left, SUM)} {node.operator} {_within(node.right, SUM)}"
    return f"{node.function}({', '.join(_text(a) for a in node.arguments)})"


def _chain_text(node: Chain) -> str:
    level = tightness(node)
    parts = [_within(node.first, level + 1)]
    parts += [f"{operator} {_within(operand, level + 1)}" for operator, operand in node.rest]
    return " ".join(parts)


def _within(node: Node, level: int) -> str:
    text = _text(node)
    return text if tightness(node) >= level else f"({text})"
