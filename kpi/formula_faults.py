"""What is wrong with a formula and how to mend it: the sentences of the parser's errors."""

from __future__ import annotations

from collections.abc import Sequence

from kpi.calls import FUNCTIONS, Fault
from kpi.errors import Place
from kpi.model import Texts
from kpi.tokens import MOST_DEPTH, MOST_NODES, FormulaError, Kind, Names, Token, name_key

_SHOWN = 80  # characters of what was typed
_FUNCTION_NAMES = Names({name: name for name in FUNCTIONS})
_QUOTE: Texts = {
    "zh": "名称里带括号的，请写成[名称]。",
    "en": "Put a name that has brackets in [square brackets].",
}
_SPLIT: Texts = {"zh": "请拆成几个指标。", "en": "Split it into several KPIs."}

COMPARISON: Fault = (
    "formula_comparison",
    "一次只能比较两边。",
    "Only two sides can be compared at a time.",
    "请用 AND,例如 AND(1 < a, a < 5)。",
    "Use AND, such as AND(1 < a, a < 5).",
)
NUMBER: Fault = (
    "formula_number",
    "数字太大，最大是 1E15。",
    "The number is too large; 1E15 is the most.",
    "请检查单位。",
    "Check its unit.",
)


def fault(column: int, place: Place | None, parts: Fault) -> FormulaError:
    """An error from its code and its four texts."""
    code, zh, en, mend_zh, mend_en = parts
    what: Texts = {"zh": zh, "en": en}
    return FormulaError(code, column, what, {"zh": mend_zh, "en": mend_en}, place=place)


def too_deep(column: int, place: Place | None) -> FormulaError:
    """More brackets inside one another than the limit."""
    what: Texts = {
        "zh": f"括号套了 {MOST_DEPTH} 层以上。",
        "en": f"Brackets are nested more than {MOST_DEPTH} deep.",
    }
    return FormulaError("formula_too_deep", column, what, _SPLIT, place=place)


def too_big(column: int, place: Place | None) -> FormulaError:
    """More parts than the limit."""
    what: Texts = {
        "zh": f"公式超过 {MOST_NODES} 个部分。",
        "en": f"The formula has more than {MOST_NODES} parts.",
    }
    return FormulaError("formula_too_big", column, what, _SPLIT, place=place)


def unexpected(token: Token, place: Place | None, *, closing: bool = False) -> FormulaError:
    """A piece that cannot stand where it stands; `closing` when a bracket had to close there."""
    if token.kind is Kind.END:
        zh, en = "公式到这里没有写完。", "The formula ends too early."
    else:
        shown = token.text[:_SHOWN]
        zh, en = f"这里不该是“{shown}”。", f'"{shown}" cannot stand here.'
    mend_zh, mend_en = "请补上一个数、名称或括号。", "Write a number, a name or a bracket here."
    if closing:
        mend_zh, mend_en = "请补上右括号 )。", "Close the bracket with )."
    elif token.kind in {Kind.NAME, Kind.NUMBER, Kind.QUOTED, Kind.TEXT}:
        mend_zh = "两个名称之间要有运算符；带空格或符号的名称写在[方括号]里。"
        mend_en = (
            "Put an operator between two names; "
            "put a name with blanks or symbols in [square brackets]."
        )
    return fault(token.column, place, ("formula_syntax", zh, en, mend_zh, mend_en))


def unknown_name(
    name: str, column: int, nearest: str | None, place: Place | None = None
) -> FormulaError:
    """A name that nothing has; `nearest` is the known one that looks most like it."""
    mend: Texts = {
        "zh": "请用指标表或词表里的名称或代码。",
        "en": "Use a name or code of the KPI table or of the lists.",
    }
    if nearest:
        mend = {"zh": f"您是想写“{nearest}”吗？", "en": f'Did you mean "{nearest}"?'}
    if "(" in name:
        mend = {"zh": mend["zh"] + _QUOTE["zh"], "en": f"{mend['en']} {_QUOTE['en']}"}
    shown = name[:_SHOWN]
    what: Texts = {
        "zh": f"没有叫“{shown}”的量或指标。",
        "en": f'No measure or KPI is called "{shown}".',
    }
    return FormulaError("formula_name", column, what, mend, place=place, nearest=nearest)


def unknown_function(
    token: Token, after: Sequence[Token], names: Names | None, place: Place | None
) -> FormulaError:
    """A word before a bracket that is no function; it may be a name, well spelt or not."""
    nearest = _FUNCTION_NAMES.nearest(token.text)
    if nearest is None and names is not None:
        whole = _with_bracket(token, after)
        name = names.nearest(whole)
        if name is not None and "(" in name_key(name):
            return unknown_name(whole, token.column, name, place)
        if names.code(token.text) is not None:
            return fault(token.column, place, _no_function(token))
    listed = ", ".join(FUNCTIONS)
    mend_zh = f"您是想写 {nearest} 吗？" if nearest else f"可用的函数：{listed}。{_QUOTE['zh']}"
    mend_en = f"Did you mean {nearest}?" if nearest else f"Functions: {listed}. {_QUOTE['en']}"
    what: Texts = {
        "zh": f"没有叫“{token.text[:_SHOWN]}”的函数。",
        "en": f'No function is called "{token.text[:_SHOWN]}".',
    }
    mend: Texts = {"zh": mend_zh, "en": mend_en}
    return FormulaError("formula_function", token.column, what, mend, place=place, nearest=nearest)


def _no_function(token: Token) -> Fault:
    shown = token.text[:_SHOWN]
    return (
        "formula_brackets",
        f"“{shown}”不是函数，后面不能直接跟括号。",
        f'"{shown}" is no function, so no bracket can follow it.',
        f"请补上运算符。{_QUOTE['zh']}",
        f"Put an operator between. {_QUOTE['en']}",
    )


def _with_bracket(token: Token, after: Sequence[Token]) -> str:
    """The word and the bracket after it, as far as that is closed."""
    text, depth = token.text, 0
    for piece in after:
        text += piece.text
        depth += (piece.text == "(") - (piece.text == ")")
        if depth == 0:
            break
    return text
