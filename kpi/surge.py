"""The limit of a rule on a day: as typed, or so many times what the scope itself had lately."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from kpi.model import PeriodKind, Rule
from kpi.numbers import R

HISTORY = {PeriodKind.DAY: 28, PeriodKind.WEEK: 8, PeriodKind.MONTH: 6}  # earlier periods


@dataclass(frozen=True, slots=True)
class History:
    """What a value was compared with: the periods just before its own."""

    typical: float  # their mean or median, in the metric's unit
    known: int  # complete ones among them
    periods: int  # asked for


@dataclass(frozen=True, slots=True)
class Limit:
    """The limit of one period; `history` where it was not typed."""

    value: float  # the metric's unit
    history: History | None = None


@dataclass(frozen=True, slots=True)
class Lack:
    """Why a period has no limit: the message's code and what it names."""

    code: str
    values: tuple[tuple[str, object], ...] = ()


def history_length(rule: Rule) -> int:
    """How many earlier periods a rule compares with; none for a typed limit."""
    if rule.against == "value":
        return 0
    return rule.history or HISTORY.get(rule.window, 6)


def observations(rule: Rule) -> int:
    """How many of the earlier periods must be known."""
    return rule.least or -(-history_length(rule) // 2)


def limit_of(rule: Rule, earlier: Sequence[float | None]) -> Limit | None:
    """The limit of a period after `earlier`, oldest first; None while too little is known.

    A multiple of something below zero says nothing, so it is no limit either.
    """
    if rule.against == "value":
        return Limit(rule.value)
    known = [value for value in earlier if value is not None]
    if len(known) < observations(rule):
        return None
    typical = R(median(known) if rule.against == "median" else sum(known) / len(known))
    times = None if typical is None or typical < 0 else R(rule.value * typical)
    if typical is None or times is None:
        return None
    return Limit(_also(rule, times), History(typical, len(known), len(earlier)))


def lack_of(rule: Rule, earlier: Sequence[float | None]) -> Lack:
    """Why a surge has no limit after `earlier`: too little is known, or a multiple says nothing."""
    known, least = sum(value is not None for value in earlier), observations(rule)
    if known >= least:
        return Lack("rule_history_negative")
    return Lack(
        "rule_history_short", (("periods", len(earlier)), ("known", known), ("least", least))
    )


def _also(rule: Rule, limit: float) -> float:
    """The harder of the multiple and the fixed value that must be passed too."""
    if rule.beyond is None:
        return limit
    return max(limit, rule.beyond) if rule.operator.startswith(">") else min(limit, rule.beyond)
