"""Targets of an old book: of a shop, category, market, platform, person or region."""

from __future__ import annotations

from collections.abc import Mapping

from kpi.model import Metric, Unit
from sync_service.imports import old_words
from sync_service.imports.old_findings import NO_MONTH, NO_SCOPE, NO_SHARE, TWICE, Finding
from sync_service.imports.old_lines import Line, OldRows, code_of, region_of, say, when
from sync_service.imports.old_mapping import OldMap
from sync_service.imports.old_periods import Given, months_of

CENTS = 2


def target(
    line: Line,
    letter: str,
    number: float,
    told: tuple[str, str],
    metric: Metric,
    made: OldMap,
    found: OldRows,
) -> None:
    """A period's or a year's target; a line of a shop or market belongs to its person as owner."""
    what, period = told
    year, part = when(line, period)
    region = region_of(line, letter, found)
    scope = _scope(line, made, found)
    if not region or scope is None:
        return
    if metric.unit is Unit.RATIO and abs(number) > 1:
        say(line, letter, number, found, *NO_SHARE)
        return
    yearly = what == "annual" or (not part and not metric.additive)
    if year is None or (not part and not yearly):
        say(line, letter, number, found, *NO_MONTH)
        return
    person = code_of(line, made)
    key = (str(year), region, scope or person or region, metric.code)
    row = found.targets.setdefault(key, _head(key, year, person))
    if yearly:
        same = row.setdefault("year_total", number) == number
    else:
        given = Given(number, line.how.title, line.at(letter))
        same = found.parts.setdefault(key, {}).setdefault(part, given).number == number
    if not same:
        say(line, letter, number, found, *TWICE)


def _scope(line: Line, made: OldMap, found: OldRows) -> str | None:
    """The shop, category, market or platform of a line; empty without one, None if unknown."""
    for code in old_words.SCOPED:
        cell = line.said.get(code)
        if cell is not None:
            known = made.scopes.get(str(cell), "")
            if not known:
                say(line, code, cell, found, *NO_SCOPE)
            return known or None
    return ""


def _head(key: tuple[str, ...], year: int, person: str) -> dict[str, object]:
    _, region, scope, metric = key
    return {
        "year": float(year),
        "region": region,
        "scope": scope,
        "metric": metric,
        "owner": person or None,
        "basis": "own_plan",
    }


def finish_targets(found: OldRows, metrics: Mapping[str, Metric]) -> None:
    """Quarters and weeks become months; a line of which nothing is left is no line."""
    for key, parts in found.parts.items():
        metric = metrics[key[3]]
        decimals = 0 if metric.unit is Unit.COUNT else CENTS
        made = months_of(int(key[0]), parts, additive=metric.additive, decimals=decimals)
        row = found.targets[key]
        row |= {f"m{month:02d}": number for month, number in sorted(made.found.items())}
        found.findings += [
            Finding(one.sheet, one.cell, f"{one.number:g}", *told) for one, told in made.wrong
        ]
        if not made.found and "year_total" not in row:
            del found.targets[key]
