"""Rules that cannot judge, and why: a state of its own, neither calm nor a breach.

A line that cannot be read, a KPI without a definition, a scope that nobody knows, a history too
short to compare with: the rule says nothing, so its silence must not look like order.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from kpi.alarms import Fold, watches
from kpi.book import Book
from kpi.book_checks import place_of
from kpi.contracts import Version
from kpi.definitions import Definitions
from kpi.errors import Problem
from kpi.messages import problem
from kpi.organisation import ScopeParts
from kpi.rule_rows import UnreadRule
from kpi.rule_spans import rule_spans
from kpi.tables import Table
from kpi.typed_rows import Rule


@dataclass(frozen=True, slots=True)
class Unjudged:
    """A rule that is on and says nothing of some or all of its scopes."""

    rule: str
    metric: str  # code of its KPI, or as it is typed
    scope: str  # as the rule names it
    level: str  # warn or breach
    why: tuple[Problem, ...]

    @property
    def number(self) -> str:
        """`R-3f2a91`: the same as long as the rule has its name."""
        return "R-" + hashlib.sha256(self.rule.encode()).hexdigest()[:6]


def unjudged(
    book: Book,
    catalog: Definitions,
    scopes: Sequence[ScopeParts],
    folds: Sequence[Fold],
    today: date,
    versions: Sequence[Version] = (),
) -> tuple[Unjudged, ...]:
    """Every rule of today that cannot judge, by name; a signed one judges in spite of an edit."""
    spans = rule_spans(book, versions)
    rules = [one.rule for one in spans if one.days.start <= today < one.days.end]
    judging = {rule.code for rule in rules}
    found = [_unread(one) for one in book.unread_rules if one.code not in judging]
    found += [_named(rule, tuple(_why(rule, catalog, scopes, folds))) for rule in rules]
    return tuple(sorted((one for one in found if one.why), key=lambda one: one.rule))


def _unread(one: UnreadRule) -> Unjudged:
    return Unjudged(one.code, one.metric, one.scope, one.level, one.faults)


def _named(rule: Rule, why: tuple[Problem, ...]) -> Unjudged:
    return Unjudged(rule.code, rule.metric, rule.scope, rule.level, why)


def _why(
    rule: Rule, catalog: Definitions, scopes: Sequence[ScopeParts], folds: Sequence[Fold]
) -> Iterator[Problem]:
    place = place_of(rule.address, "tblRule")
    if rule.metric not in catalog.metrics:
        yield problem("rule_kpi_gone", place, metric=rule.metric)
    elif rule.scope != "*" and not any(watches(rule, one) for one in scopes):
        yield problem("unknown_rule_scope", place, scope=rule.scope)
    for fold in folds:
        if fold.span.rule == rule and fold.lack is not None:
            values = dict(fold.lack.values)
            yield problem(fold.lack.code, place, scope=fold.scope.scope.code, **values)


def with_kpi_faults(book: Book, kpis: Table | None, faults: Sequence[Problem]) -> Book:
    """The book with what is wrong in a KPI's own row beside each rule that stands on that KPI."""
    rows = kpis.rows if kpis else ()
    named: dict[str, Problem] = {}
    for row in rows:
        cells = {cell.address for cell in row.cells.values()}
        fault = next((one for one in faults if one.place.cell in cells), None)
        if fault is not None:
            named |= {str(row.value(column) or "").strip(): fault for column in ("metric", "name")}
    unread = tuple(
        replace(one, faults=(named[one.metric],)) if one.metric in named else one
        for one in book.unread_rules
    )
    return replace(book, unread_rules=unread)
