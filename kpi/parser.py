"""From the tokens of a formula to its tree; one method a rule.

    comparison = sum [ ("=" | "<>" | "<" | "<=" | ">" | ">=") sum ]
    sum        = product { ("+" | "-") product }
    product    = signed { ("*" | "/") signed }
    signed     = { "+" | "-" } atom
    atom       = number [ "%" ] | text | name | function "(" [ arguments ] ")" | "(" comparison ")"

The rules are ours and not Python's: IF, AND and NOT are Python's own words there, and a wrong
formula must name the column a manager sees. Depth is bounded before any rule runs, so nothing
typed can exhaust the stack.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping

from kpi import formula_faults as faults
from kpi.calls import FUNCTIONS, NUMERIC, call_fault
from kpi.errors import Place
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
)
from kpi.tokens import (
    MOST_DEPTH,
    MOST_NODES,
    MOST_NUMBER,
    Kind,
    Names,
    Token,
    tokens,
)

_COMPARISONS = frozenset({"=", "<>", "<", "<=", ">", ">="})
_EQUALITY = frozenset({"=", "<>"})
_IN_NAMES = frozenset({Kind.NAME, Kind.NUMBER, Kind.SIGN})
_Rule = Callable[[], Node]


def parse(
    text: str, *, names: Mapping[str, str] | Names | None = None, place: Place | None = None
) -> Expression:
    """The checked tree of a formula.

    `names` maps every known name to its code (give a `Names` when you parse many); without it
    any name is taken for a code. `place` is the cell, for the message. Raises `FormulaError`
    and nothing else.
    """
    known = names if isinstance(names, Names) or names is None else Names(names)
    pieces = tokens(text, place)
    _check_depth(pieces, place)
    return Expression(_Parser(pieces, known, place).whole(), text)


def _check_depth(pieces: list[Token], place: Place | None) -> None:
    depth = 0
    for token in pieces:
        if token.kind is Kind.SIGN:
            depth += (token.text == "(") - (token.text == ")")
        if depth > MOST_DEPTH:
            raise faults.too_deep(token.column, place)


class _Parser:
    """The tokens and how far they are read."""

    def __init__(self, pieces: list[Token], names: Names | None, place: Place | None) -> None:
        self._pieces = pieces
        self._names = names
        self._place = place
        self._at = 0
        self._nodes = 0

    # ------------------------------------------------------------------------------- the rules

    def whole(self) -> Node:
        """The one expression of the text."""
        node = self._comparison()
        if self._next.kind is not Kind.END:
            raise faults.unexpected(self._next, self._place)
        if isinstance(node, Text) and self._code(node.value) is not None:
            return self._number(node)
        return node

    def _comparison(self) -> Node:
        left = self._sum()
        token = self._next
        if not self._is_sign(_COMPARISONS):
            return left
        self._at += 1
        right = self._sum()
        if self._is_sign(_COMPARISONS):
            raise faults.fault(self._next.column, self._place, faults.COMPARISON)
        left, right = self._sides(token.text, left, right)
        return self._made(Compare(token.text, left, right, token.column))

    def _sum(self) -> Node:
        return self._chain(self._product, frozenset("+-"))

    def _product(self) -> Node:
        return self._chain(self._signed, frozenset("*/"))

    def _chain(self, operand: _Rule, signs: frozenset[str]) -> Node:
        column = self._next.column
        first = operand()
        rest: list[tuple[str, Node]] = []
        while self._is_sign(signs):
            token = self._take()
            rest.append((token.text, self._number(self._made(operand()))))
        if not rest:
            return first
        if isinstance(first, Chain) and first.rest[0][0] in signs:  # (a * b) / c is a * b / c
            return Chain(first.first, (*first.rest, *rest), column)
        return Chain(self._number(first), tuple(rest), column)

    def _signed(self) -> Node:
        column, minus, signed = self._next.column, False, False
        while self._is_sign(frozenset("+-")):
            minus ^= self._take().text == "-"
            signed = True
        atom = self._atom()
        atom = self._number(atom) if signed else atom
        if not minus:
            return atom
        return atom.operand if isinstance(atom, Negate) else self._made(Negate(atom, column))

    def _atom(self) -> Node:
        name = self._long_name()
        if name is not None:
            return self._made(name)
        token = self._take()
        if token.kind is Kind.NUMBER:
            return self._literal(token)
        if token.kind is Kind.TEXT:
            return self._made(Text(token.text, token.column))
        if token.kind is Kind.NAME and self._is_sign(frozenset("(")):
            return self._call(token)
        if token.kind in {Kind.NAME, Kind.QUOTED}:
            return self._made(self._name(token.text, token.column))
        if token.kind is Kind.SIGN and token.text == "(":
            inner = self._comparison()
            self._close()
            return inner
        raise faults.unexpected(token, self._place)

    def _long_name(self) -> Name | None:
        """A known name of several pieces, such as Ad spend (all types): the longest that fits.

        Where words and brackets follow one another no formula could go on, so nothing that means
        something else is taken for a name. A known name ends before - and the comma.
        """
        first = self._next
        if self._names is None or first.kind not in {Kind.NAME, Kind.NUMBER}:
            return None
        if self._pieces[self._at + 1].text == "(" and first.text.upper() in FUNCTIONS:
            return None
        found = self._longest(self._names)
        if found is None:
            return None
        code, self._at = found
        return Name(code, first.column)

    def _longest(self, names: Names) -> tuple[str, int] | None:
        """The code of the longest name of two or more pieces that starts here, and its end."""
        text, depth, known, found = self._next.text, 0, names.code(self._next.text), None
        for at, token in enumerate(  # pragma: no branch - the end of the text always stops it
            self._pieces[self._at + 1 :], self._at + 1
        ):
            ends = token.kind is Kind.SIGN and token.text not in ("(" if known else "(-,")
            if token.kind not in _IN_NAMES or (depth == 0 and ends):
                break
            text += token.text
            depth += (token.text == "(") - (token.text == ")")
            if len(text) > names.longest:
                break
            known = names.code(text) if depth == 0 else None
            found = (known, at + 1) if known else found
        return found

    def _literal(self, token: Token) -> Node:
        value = float(token.text)
        if self._is_sign(frozenset("%")):
            self._at += 1
            value /= 100
        if value > MOST_NUMBER:
            raise faults.fault(token.column, self._place, faults.NUMBER)
        return self._made(Number(value, token.column))

    def _call(self, token: Token) -> Node:
        function = token.text.upper()
        if function not in FUNCTIONS:
            after = self._pieces[self._at :]
            raise faults.unknown_function(token, after, self._names, self._place)
        self._at += 1
        arguments = self._arguments()
        self._close()
        return self._made(self._checked_call(token, function, arguments))

    def _arguments(self) -> list[Node]:
        if self._is_sign(frozenset(")")):
            return []
        found = [self._comparison()]
        while self._is_sign(frozenset(",")):
            self._at += 1
            found.append(self._comparison())
        return found

    # ------------------------------------------------------------------------------ the checks

    def _checked_call(self, token: Token, function: str, arguments: list[Node]) -> Call:
        if function in NUMERIC:
            arguments = [self._number(argument) for argument in arguments]
        call = Call(function, tuple(arguments), token.column)
        wrong = call_fault(call)
        if wrong is not None:
            raise faults.fault(token.column, self._place, wrong)
        return call

    def _sides(self, operator: str, left: Node, right: Node) -> tuple[Node, Node]:
        """Text may only be equal or not; a text beside a number is a name in quotes."""
        if operator in _EQUALITY and _may_be_text(left) and _may_be_text(right):
            return left, right
        return self._number(left), self._number(right)

    def _number(self, node: Node) -> Node:
        """The node where a number must stand: there a text in double quotes is a name."""
        return self._name(node.value, node.column) if isinstance(node, Text) else node

    def _name(self, name: str, column: int) -> Name:
        code = self._code(name)
        if code is not None:
            return Name(code, column)
        nearest = self._names.nearest(name) if self._names else None
        raise faults.unknown_name(name, column, nearest, self._place)

    def _code(self, name: str) -> str | None:
        if self._names is not None:
            return self._names.code(name)
        plain = unicodedata.normalize("NFKC", name)
        return None if not plain.strip() or "]" in plain else name.strip()

    # ------------------------------------------------------------------------------ the tokens

    @property
    def _next(self) -> Token:
        return self._pieces[self._at]

    def _take(self) -> Token:
        token = self._pieces[self._at]
        self._at += token.kind is not Kind.END
        return token

    def _is_sign(self, signs: frozenset[str]) -> bool:
        return self._next.kind is Kind.SIGN and self._next.text in signs

    def _close(self) -> None:
        if not self._is_sign(frozenset(")")):
            raise faults.unexpected(self._next, self._place, closing=True)
        self._at += 1

    def _made(self, node: Node) -> Node:
        """The node, counted."""
        self._nodes += 1
        if self._nodes > MOST_NODES:
            raise faults.too_big(node.column, self._place)
        return node


def _may_be_text(node: Node) -> bool:
    return isinstance(node, Text | Name) or (isinstance(node, Call) and node.function == "IF")
