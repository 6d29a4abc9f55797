"""Colour rules as a person writes them: tested from top to bottom, the first that holds wins.

    actual >= target -> green
    amber if actual >= 90 % of target
    otherwise red

Operators and operands are data; a rule that says nothing but a colour is the last one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from kpi.errors import KpiError
from kpi.expression import evaluate, parse

COLOURS = (
    *("green", "amber", "yellow", "orange", "red", "blue", "grey", "gray"),
    *("绿色", "黄色", "橙色", "红色", "灰色", "绿", "黄", "橙", "红", "灰"),
)
_ALWAYS = {"", "otherwise", "else", "default", "always", "其他", "否则", "其余"}
_COLOUR = "|".join(COLOURS)
_THEN = r"(?:\s|->|=>|→|:|：|,|，|then|(?<!否)则)*"
_LAST = re.compile(rf"^(?:if |when |若)?(?P<when>.*?){_THEN}(?P<colour>{_COLOUR})$")
_FIRST = re.compile(rf"^(?P<colour>{_COLOUR})(?:\s|:|：|<-|←|=(?!=)|if\b|when\b|若)*(?P<when>.*)$")
_SHARE = re.compile(r"(\d+(?:\.\d+)?)\s*%\s*(?:of|\*|×)?\s*(?:the\s+)?(target|goal)")
_WORDS = {
    "goal": "target", "value": "actual", "实际": "actual", "目标": "target",
    "at least": ">=", "at most": "<=", "above": ">", "over": ">", "more than": ">",
    "below": "<", "under": "<", "less than": "<",
}  # fmt: skip
_COMPARISON = re.compile(r"^(>=|<=|<>|>|<|=|≥|≤|≠)\s*(.*)$")


def colour_by_rules(actual: float | None, target: float | None, rules: Sequence[str]) -> str | None:
    """The colour of the first rule that holds; None when none holds or a value is unknown."""
    values: Mapping[str, float | None] = {"actual": actual, "target": target}
    for rule in rules:
        condition, colour = read_rule(rule)
        holds = 1.0 if condition is None else evaluate(parse(condition), values)
        if holds is None:
            return None
        if holds:
            return colour
    return None


def read_rule(rule: str) -> tuple[str | None, str]:
    """A rule as (condition in the KPI language or None for always, colour)."""
    text = " ".join(rule.strip().lower().split())
    found = _LAST.match(text) or _FIRST.match(text)
    if found is None:
        mend = 'write it as "actual >= target -> green".'
        raise KpiError(
            f'Colour rule "{rule}" names no colour; {mend}',
            f"颜色规则“{rule}”没有颜色；请写成“actual >= target -> green”。",
        )
    when = found["when"].strip(" :：,，")
    return (None if when in _ALWAYS else _condition(when)), found["colour"]


def _condition(when: str) -> str:
    """A condition in the KPI language; `>= 90%` alone is meant of the target."""
    text = _SHARE.sub(r"(\1 / 100 * target)", when)
    for word, sign in _WORDS.items():
        text = text.replace(word, sign)
    text = re.sub(r"(?<=[><=])\s*target\s+\*", " target *", text)
    bare = _COMPARISON.match(text)
    if bare is None:
        return text
    share = bare[2].strip().endswith("%")
    return f"{'actual / target' if share else 'actual'} {bare[1]} {bare[2]}"
