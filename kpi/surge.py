"""The limit of a rule on a day: as typed, or so many times what the scope itself had lately."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median

from kpi.model import PeriodKind, Texts
from kpi.numbers import R
from kpi.typed_rows import Rule

HISTORY = {PeriodKind.DAY: 28, PeriodKind.WEEK: 8, PeriodKind.MONTH: 6}  # earlier periods


@dataclass(frozen=True, slots=True)
class History:
    """What a value was compared with: the periods just before its own."""

    typical: float  # their mean or median, in the metric's unit
    known: int  # complete ones among them
    periods: int  # asked for


@dataclass(frozen=True, slots=True)
class SameEvent:
    """What a value of a sales event was compared with: the same event a year before."""

    typical: float  # its value, in the metric's unit
    names: Texts
    day: date  # of last year


@dataclass(frozen=True, slots=True)
class Limit:
    """The limit of one period; `history` or `event` where it was not typed."""

    value: float  # the metric's unit
    history: History | None = None
    event: SameEvent | None = None


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
    times = _times(rule, typical)
    if typical is None or times is None:
        return None
    return Limit(times, History(typical, len(known), len(earlier)))


def limit_of_event(rule: Rule, then: float, names: Texts, day: date) -> Limit | None:
    """The limit of a period of a sales event; None where last year's value is below zero."""
    times = _times(rule, then)
    return None if times is None else Limit(times, event=SameEvent(then, names, day))


def _times(rule: Rule, typical: float | None) -> float | None:
    """So many times what is typical, and the fixed value that must be passed too."""
    times = None if typical is None or typical < 0 else R(rule.value * typical)
    return None if times is None else _also(rule, times)


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
