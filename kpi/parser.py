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

from kpi.calls import FUNCTIONS, NUMERIC, call_fault
from kpi.errors import Place
from kpi.model import Texts
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
    FormulaError,
    Kind,
    Names,
    Token,
    tokens,
)

_COMPARISONS = frozenset({"=", "<>", "<", "<=", ">", ">="})
_EQUALITY = frozenset({"=", "<>"})
_Rule = Callable[[], Node]
_FUNCTION_NAMES = Names({name: name for name in FUNCTIONS})


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
            raise FormulaError(
                "formula_too_deep",
                token.column,
                {
                    "zh": f"括号套了 {MOST_DEPTH} 层以上。",
                    "en": f"Brackets are nested more than {MOST_DEPTH} deep.",
                },
                {"zh": "请拆成几个指标。", "en": "Split it into several KPIs."},
                place=place,
            )


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
            raise self._unexpected(self._next)
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
            raise self._error(
                self._next,
                "formula_comparison",
                "一次只能比较两边。",
                "Only two sides can be compared at a time.",
                "请用 AND,例如 AND(1 < a, a < 5)。",
                "Use AND, such as AND(1 < a, a < 5).",
            )
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
        raise self._unexpected(token)

    def _literal(self, token: Token) -> Node:
        value = float(token.text)
        if self._is_sign(frozenset("%")):
            self._at += 1
            value /= 100
        if value > MOST_NUMBER:
            raise self._error(
                token,
                "formula_number",
                "数字太大，最大是 1E15。",
                "The number is too large; 1E15 is the most.",
                "请检查单位。",
                "Check its unit.",
            )
        return self._made(Number(value, token.column))

    def _call(self, token: Token) -> Node:
        function = token.text.upper()
        if function not in FUNCTIONS:
            raise self._unknown_function(token)
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
        fault = call_fault(call)
        if fault is not None:
            raise self._error(token, *fault)
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
        if nearest:
            mend = {"zh": f"您是想写“{nearest}”吗？", "en": f'Did you mean "{nearest}"?'}
        else:
            mend = {
                "zh": "请用指标表或词表里的名称或代码。",
                "en": "Use a name or code of the KPI table or of the lists.",
            }
        raise FormulaError(
            "formula_name",
            column,
            {
                "zh": f"没有叫“{name[:80]}”的量或指标。",
                "en": f'No measure or KPI is called "{name[:80]}".',
            },
            {"zh": mend["zh"], "en": mend["en"]},
            place=self._place,
            nearest=nearest,
        )

    def _code(self, name: str) -> str | None:
        if self._names is not None:
            return self._names.code(name)
        plain = unicodedata.normalize("NFKC", name).strip()
        return None if not plain or "]" in plain else plain

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
            raise self._unexpected(self._next, closing=True)
        self._at += 1

    def _made(self, node: Node) -> Node:
        """The node, counted."""
        self._nodes += 1
        if self._nodes > MOST_NODES:
            raise FormulaError(
                "formula_too_big",
                node.column,
                {
                    "zh": f"公式超过 {MOST_NODES} 个部分。",
                    "en": f"The formula has more than {MOST_NODES} parts.",
                },
                {"zh": "请拆成几个指标。", "en": "Split it into several KPIs."},
                place=self._place,
            )
        return node

    # ------------------------------------------------------------------------------ the errors

    def _error(
        self, token: Token, code: str, zh: str, en: str, mend_zh: str, mend_en: str
    ) -> FormulaError:
        what: Texts = {"zh": zh, "en": en}
        return FormulaError(
            code, token.column, what, {"zh": mend_zh, "en": mend_en}, place=self._place
        )

    def _unexpected(self, token: Token, *, closing: bool = False) -> FormulaError:
        if token.kind is Kind.END:
            zh, en = "公式到这里没有写完。", "The formula ends too early."
        else:
            zh, en = f"这里不该是“{token.text[:80]}”。", f'"{token.text[:80]}" cannot stand here.'
        mend_zh, mend_en = "请补上一个数、名称或括号。", "Write a number, a name or a bracket here."
        if closing:
            mend_zh, mend_en = "请补上右括号 )。", "Close the bracket with )."
        elif token.kind in {Kind.NAME, Kind.NUMBER, Kind.QUOTED, Kind.TEXT}:
            mend_zh = "两个名称之间要有运算符；带空格或符号的名称写在[方括号]里。"
            mend_en = (
                "Put an operator between two names; "
                "put a name with blanks or symbols in [square brackets]."
            )
        return self._error(token, "formula_syntax", zh, en, mend_zh, mend_en)

    def _unknown_function(self, token: Token) -> FormulaError:
        nearest = _FUNCTION_NAMES.nearest(token.text)
        listed = ", ".join(FUNCTIONS)
        hint_zh = f"您是想写 {nearest} 吗？" if nearest else f"可用的函数：{listed}。"
        hint_en = f"Did you mean {nearest}?" if nearest else f"The functions are {listed}."
        error = self._error(
            token,
            "formula_function",
            f"没有叫“{token.text[:80]}”的函数。",
            f'No function is called "{token.text[:80]}".',
            hint_zh,
            hint_en,
        )
        error.nearest = nearest
        return error


def _may_be_text(node: Node) -> bool:
    return isinstance(node, Text | Name) or (isinstance(node, Call) and node.function == "IF")
