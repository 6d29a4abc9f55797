"""Which rule counts on which days: dated rows of a rule, and the versions of a contract.

A new limit begins a new count on its first day; the days before it stay as they were judged. After
the last day of a row the one before it counts on, and where there is none nothing is judged.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from kpi.book import EVER, NEVER, Book
from kpi.book_nouns import day_after
from kpi.contract_nouns import ruled
from kpi.contracts import Version, version_on
from kpi.model import Window
from kpi.typed_rows import Rule


@dataclass(frozen=True, slots=True)
class Span:
    """A rule on the days that it counts for; a period belongs to the span of its last day."""

    rule: Rule
    days: Window


def rule_spans(book: Book, versions: Sequence[Version] = ()) -> tuple[Span, ...]:
    """Every stretch of days of every rule that is on, by rule and then by day.

    A draft counts as it is typed; once published, each day has the version of its day.
    """
    starts = {one.start for one in versions}
    rows = {day: _rules(book, versions, day) for day in (EVER, *starts)}
    dated = [rule for rules in rows.values() for rule in rules]
    starts |= {rule.start for rule in dated if rule.start}
    starts |= {day_after(rule.end) for rule in dated if rule.end}
    found: dict[str, list[Span]] = {}
    for start, end in pairwise([*sorted({EVER, *starts}), NEVER]):
        for rule in _valid(_rules(book, versions, start), start):
            mine = found.setdefault(rule.code, [])
            before = mine[-1] if mine and mine[-1].days.end == start else None
            if before and terms(before.rule) == terms(rule):
                mine[-1] = Span(rule, Window(before.days.start, end))
            else:
                mine.append(Span(rule, Window(start, end)))
    return tuple(span for code in sorted(found) for span in found[code])


def _rules(book: Book, versions: Sequence[Version], day: date) -> tuple[Rule, ...]:
    version = version_on(versions, day)
    return book.rules if version is None else ruled(book, version.contract.tables).rules


def _valid(rules: Sequence[Rule], day: date) -> Iterator[Rule]:
    """Of each rule the newest row that has begun and not ended, if it is on."""
    newest: dict[str, Rule] = {}
    for rule in rules:
        begun = rule.start or EVER
        held = newest.get(rule.code)
        if begun <= day <= (rule.end or NEVER) and (held is None or begun > (held.start or EVER)):
            newest[rule.code] = rule
    return (rule for rule in newest.values() if rule.on)


def terms(rule: Rule) -> tuple[str | float | None, ...]:
    """What a rule judges by; where it stands, who is told and how loudly is no new rule."""
    count = (rule.periods, rule.keep, rule.history, rule.least)
    limits = (rule.value, rule.margin, rule.beyond)
    words = (rule.code, rule.metric, rule.scope, rule.window.value, rule.operator, rule.against)
    return (*words, *count, *limits)


def mark(rule: Rule) -> str:
    """Four signs that change with the terms."""
    return hashlib.sha256(repr(terms(rule)).encode()).hexdigest()[:4]
