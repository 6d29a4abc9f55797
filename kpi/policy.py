"""Region policy: what may not be collected or targeted where is refused, with the rule.

A target or weight that a rule forbids is left out of the book, so that it moves no score; so is a
figure typed by hand that must not be collected. Each leaves a Problem with the rule's text.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from kpi.book import Book
from kpi.book_checks import place_of
from kpi.definitions import Definitions
from kpi.errors import Problem
from kpi.messages import problem
from kpi.model import Region, Texts
from kpi.typed_rows import InputRow, TargetRow, WeightRow

_FILE = Path(__file__).with_name("policy.toml")
EVERYWHERE = "*"
WEIGHT = "weight"  # forbidden as a scored item, allowed as a veto


@dataclass(frozen=True, slots=True)
class PolicyRule:
    """One thing that may not be done somewhere."""

    kind: str  # target or collect
    what: frozenset[str]  # KPI codes; measure codes of `collect`
    where: frozenset[str]  # regions, platforms, * or `weight`
    text: Texts
    source: str


@cache
def policy_rules() -> tuple[PolicyRule, ...]:
    """The shipped rules."""
    return tuple(
        PolicyRule(
            kind, frozenset(what.split()), frozenset(where.split()), {"zh": zh, "en": en}, source
        )
        for kind, what, where, zh, en, source in _lines("rules")
    )


def legal_days(region: Region, duty: str) -> int | None:
    """The days that a region's law gives for a duty; None where the policy names none."""
    found = {(where, name): int(days) for where, name, days in _lines("days")}
    return found.get((str(region), duty))


def target_rule(kpi: str, region: Region) -> PolicyRule | None:
    """The rule that forbids a target on a KPI in a region."""
    return _first("target", {kpi}, {str(region), EVERYWHERE})


def weight_rule(kpi: str, region: Region) -> PolicyRule | None:
    """The rule that forbids scoring a KPI in a region; a veto without weight is no score."""
    return _first("target", {kpi}, {str(region), EVERYWHERE, WEIGHT})


def collect_rule(measures: frozenset[str], platform: str, region: Region) -> PolicyRule | None:
    """The rule that forbids collecting one of these measures for a shop."""
    return _first("collect", measures, {platform, str(region), EVERYWHERE})


def _first(kind: str, what: set[str] | frozenset[str], where: set[str]) -> PolicyRule | None:
    return next(
        (r for r in policy_rules() if r.kind == kind and r.what & what and r.where & where), None
    )


def allowed(book: Book, catalog: Definitions) -> tuple[Book, tuple[Problem, ...]]:
    """The book without what the policy forbids, and a Problem for each row left out."""
    problems = (*_targets(book), *_weights(book), *_inputs(book, catalog))
    if not problems:
        return book, ()
    kept = replace(
        book,
        targets=tuple(t for t in book.targets if target_rule(t.metric, t.region) is None),
        weights=tuple(w for w in book.weights if _weight_hit(w) is None),
        inputs=tuple(i for i in book.inputs if _input_hit(book, i) is None),
    )
    return kept, problems


def _targets(book: Book) -> Iterator[Problem]:
    for target in book.targets:
        rule = target_rule(target.metric, target.region)
        if rule is not None:
            yield _refused("policy_target", target, "tblTarget", rule)


def _weights(book: Book) -> Iterator[Problem]:
    for weight in book.weights:
        rule = _weight_hit(weight)
        if rule is not None:
            yield _refused("policy_target", weight, "tblWeight", rule)


def _weight_hit(row: WeightRow) -> PolicyRule | None:
    return weight_rule(row.metric, row.region) if row.on and row.weight > 0 else None


def _inputs(book: Book, catalog: Definitions) -> Iterator[Problem]:
    for row in book.inputs:
        rule = _input_hit(book, row)
        if rule is not None:
            values = _values(rule)
            label = {"zh": catalog.label(row.measure, "zh"), "en": catalog.label(row.measure, "en")}
            place = place_of(row.address, "tblInput")
            yield problem(
                "policy_collect", place, zh=label["zh"], en=label["en"], shop=row.shop, **values
            )


def _input_hit(book: Book, row: InputRow) -> PolicyRule | None:
    shop = book.shop(row.shop)
    if shop is None:
        return None
    return collect_rule(frozenset({row.measure}), shop.platform, shop.region)


def _refused(code: str, row: TargetRow | WeightRow, table: str, rule: PolicyRule) -> Problem:
    place = place_of(row.address, table)
    return problem(code, place, metric=row.metric, region=row.region, **_values(rule))


def _values(rule: PolicyRule) -> Mapping[str, str]:
    return {"rule_zh": rule.text["zh"], "rule_en": rule.text["en"], "source": rule.source}


def _lines(name: str) -> Iterator[list[str]]:
    text = tomllib.loads(_FILE.read_text(encoding="utf-8"))[name]
    for line in text.strip().splitlines():
        yield [part.strip() for part in line.split("|")]
