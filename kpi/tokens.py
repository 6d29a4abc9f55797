"""From the text of a formula to its tokens: what may be typed, and where each piece stood.

Managers type Chinese full-width signs as well as ASCII ones. Each character is brought to its
plain form on its own, so that a column always counts the text as it was typed.
"""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from kpi.errors import KpiError, Level, Place, Problem
from kpi.model import Texts

MOST_CHARACTERS = 2_000
MOST_DEPTH = 32
MOST_NODES = 500
MOST_NUMBER = 1e15
_NEAREST_LENGTH = 80  # difflib is quadratic
_SIGNS = {
    "×": "*", "÷": "/", "∕": "/", "−": "-", "–": "-", "—": "-", "≤": "<=", "≥": ">=", "≠": "<>",
    "【": "[", "】": "]", "「": "[", "」": "]", "“": '"', "”": '"', "„": '"', "‘": "'", "’": "'",
}  # fmt: skip
_TWO = {"<=": "<=", ">=": ">=", "<>": "<>", "!=": "<>", "==": "="}
_ONE = frozenset("+-*/()=<>,%")
_CLOSING = {"[": "]", "'": "'", '"': '"'}


class FormulaError(KpiError):
    """A formula that cannot be used: the cell, the column in its text, and the mend."""

    def __init__(
        self,
        code: str,
        column: int,
        what: Texts,
        mend: Texts,
        *,
        place: Place | None = None,
        nearest: str | None = None,
    ) -> None:
        """Keep the parts; the sentence is made from them."""
        self.code, self.column, self.nearest = code, column, nearest
        self.what, self.mend = dict(what), dict(mend)
        self.place = place or Place()
        spot = f"{self.place}, " if str(self.place) else ""
        super().__init__(
            f"{spot}column {column}: {what['en']} {mend['en']}",
            f"{spot}第 {column} 个字符：{what['zh']}{mend['zh']}",
        )

    def __str__(self) -> str:
        """English, then Chinese."""
        return f"{self.texts['en']} / {self.texts['zh']}"

    def problem(self) -> Problem:
        """The error as a value to carry and show."""
        what = {
            "zh": f"公式第 {self.column} 个字符：{self.what['zh']}",
            "en": f"Formula, column {self.column}: {self.what['en']}",
        }
        return Problem(
            self.code,
            Level.ERROR,
            self.place,
            {"zh": what["zh"], "en": what["en"]},
            {"zh": self.mend["zh"], "en": self.mend["en"]},
        )


class Kind(StrEnum):
    """What a token is."""

    NUMBER = "number"
    NAME = "name"  # a bare word: a name, or a function when a bracket follows
    QUOTED = "quoted"  # a name in [ ] or ' '
    TEXT = "text"  # in double quotes
    SIGN = "sign"
    END = "end"


@dataclass(frozen=True, slots=True)
class Token:
    """One piece of the text."""

    kind: Kind
    text: str
    column: int  # 1-based, in the text as typed


def name_key(name: str) -> str:
    """How names are compared: width, case and blanks aside."""
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())


class Names:
    """Every known name of a thing to its code; a name that comes first wins."""

    def __init__(self, names: Mapping[str, str]) -> None:
        """Index the names once; reuse the object for many formulas."""
        self._codes: dict[str, str] = {}
        self._shown: dict[str, str] = {}
        for name, code in names.items():
            self._codes.setdefault(name_key(name), code)
            self._shown.setdefault(name_key(name), name)
        self.longest = max(map(len, self._codes), default=0)  # of the names without blanks

    def code(self, name: str) -> str | None:
        """The code of a name, or None."""
        return self._codes.get(name_key(name))

    def nearest(self, name: str) -> str | None:
        """The known name that looks most like it, as it is written; None when none does."""
        wanted = name_key(name)[:_NEAREST_LENGTH]
        found = difflib.get_close_matches(wanted, self._codes, n=1, cutoff=0.5)
        return self._shown[found[0]] if found else None


def _plain(text: str) -> list[tuple[str, int]]:
    """The text in plain signs, each with the column of the character it came from."""
    plain = []
    for column, typed in enumerate(text, 1):
        signs = _SIGNS.get(typed) or unicodedata.normalize("NFKC", typed)
        plain += [(sign, column) for sign in _SIGNS.get(signs, signs)]
    return plain


_REFUSED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "No"})  # No: 5² must never be read as 52


def _refused(text: str) -> int | None:
    """The column of the first character no formula may hold."""
    for column, typed in enumerate(text, 1):
        if unicodedata.category(typed) in _REFUSED and typed not in "\t\r\n":
            return column
    return None


def tokens(text: str, place: Place | None = None) -> list[Token]:
    """The tokens of a formula, END last; `FormulaError` for what cannot be one."""
    _check(text, place)
    reader = _Reader(text, place)
    found = []
    while (token := reader.next()) is not None:
        found.append(token)
    if found and found[0].kind is Kind.SIGN and found[0].text == "=":
        found = found[1:]
    if not found:
        raise FormulaError(
            "formula_empty",
            1,
            {"zh": "公式是空的。", "en": "The formula is empty."},
            {
                "zh": "请写一个公式，例如 广告花费 / 广告销售额。",
                "en": "Write one, such as ad_spend / ad_sales.",
            },
            place=place,
        )
    return [*found, Token(Kind.END, "", len(text) + 1)]


def _check(text: str, place: Place | None) -> None:
    if len(text) > MOST_CHARACTERS:
        raise FormulaError(
            "formula_too_long",
            MOST_CHARACTERS + 1,
            {
                "zh": f"公式有 {len(text)} 个字符，最多 {MOST_CHARACTERS} 个。",
                "en": f"The formula has {len(text)} characters; {MOST_CHARACTERS} is the most.",
            },
            {"zh": "请拆成几个指标。", "en": "Split it into several KPIs."},
            place=place,
        )
    column = _refused(text)
    if column is not None:
        raise FormulaError(
            "formula_character",
            column,
            {
                "zh": "这里有一个不可见的或上下标的字符。",
                "en": "There is an invisible, superscript or circled character.",
            },
            {"zh": "请删掉它，重新输入。", "en": "Delete it and type the piece again."},
            place=place,
        )


class _Reader:
    """Where in the plain text the reading stands."""

    def __init__(self, typed: str, place: Place | None) -> None:
        plain = _plain(typed)
        self._typed = typed
        self._signs = "".join(sign for sign, _ in plain)
        self._columns = [column for _, column in plain] + [len(typed) + 1]
        self._at = 0
        self._place = place

    def next(self) -> Token | None:
        """The next token; None at the end."""
        while self._at < len(self._signs) and self._signs[self._at].isspace():
            self._at += 1
        if self._at == len(self._signs):
            return None
        sign = self._signs[self._at]
        if sign in _CLOSING:
            return self._quoted(sign)
        if sign.isalnum() or sign in "_.":
            return self._word()
        return self._sign()

    def _token(self, kind: Kind, end: int, text: str | None = None) -> Token:
        start, self._at = self._at, end
        return Token(kind, self._signs[start:end] if text is None else text, self._columns[start])

    def _sign(self) -> Token:
        two = self._signs[self._at : self._at + 2]
        if two in _TWO:
            return self._token(Kind.SIGN, self._at + 2, _TWO[two])
        one = two[0]
        if one == ";":  # argument separator of sheets in half of Europe
            return self._token(Kind.SIGN, self._at + 1, ",")
        if one in _ONE:
            return self._token(Kind.SIGN, self._at + 1)
        raise FormulaError(
            "formula_character",
            self._columns[self._at],
            {"zh": f"公式里不能用“{one}”。", "en": f'"{one}" cannot be used in a formula.'},
            {
                "zh": "可用的是 + - * /、比较、括号和函数；带符号的名称写在[方括号]里。",
                "en": "Use + - * /, comparisons, brackets and functions; "
                "put a name with symbols in [square brackets].",
            },
            place=self._place,
        )

    def _word(self) -> Token:
        number = self._number_end()
        end = number
        while end < len(self._signs) and (self._signs[end].isalnum() or self._signs[end] in "_."):
            end += 1
        kind = Kind.NUMBER if end == number and number > self._at else Kind.NAME
        return self._token(kind, end)

    def _number_end(self) -> int:
        """Where a number that starts here ends; where it starts when there is none."""
        end = self._digits(self._at)
        if self._signs[end : end + 1] == ".":
            end = self._digits(end + 1)
        if not any(c in _DIGITS for c in self._signs[self._at : end]):
            return self._at
        if self._signs[end : end + 1] in {"e", "E"}:
            signed = end + 1 + (self._signs[end + 1 : end + 2] in {"+", "-"})
            power = self._digits(signed)
            return power if power > signed else end
        return end

    def _digits(self, start: int) -> int:
        while start < len(self._signs) and self._signs[start] in _DIGITS:
            start += 1
        return start

    def _quoted(self, opening: str) -> Token:
        end = self._signs.find(_CLOSING[opening], self._at + 1)
        while opening == '"' and end >= 0 and self._signs[end + 1 : end + 2] == '"':
            end = self._signs.find('"', end + 2)  # "" inside a text is one quote
        if end >= 0:  # what is quoted stays as typed, full-width signs too
            typed = self._typed[self._columns[self._at] : self._columns[end] - 1]
            if opening == '"':
                return self._token(Kind.TEXT, end + 1, typed.replace('""', '"'))
            return self._token(Kind.QUOTED, end + 1, typed)
        raise FormulaError(
            "formula_quote",
            self._columns[self._at],
            {"zh": f"“{opening}”没有结束。", "en": f"{opening} is opened and never closed."},
            {"zh": f"请补上“{_CLOSING[opening]}”。", "en": f"Close it with {_CLOSING[opening]}."},
            place=self._place,
        )


_DIGITS = frozenset("0123456789")
