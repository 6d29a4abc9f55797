"""The rows of an old KPI book for a new one: people, weights, targets, scores, points.

What cannot be understood is a finding with its sheet and cell; nothing is guessed beyond the
mapping. A weight of at most 1 in a column of such weights is a fraction, 0.3 is 30 points.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from kpi.model import Better, Metric, Unit
from sync_service.imports.old_findings import (
    NO_HEADER,
    NO_MEANING,
    NO_MONTH,
    NO_NUMBER,
    NO_OWNER,
    TWICE,
    Finding,
)
from sync_service.imports.old_lines import (
    Line,
    OldRows,
    at,
    code_of,
    has_unit,
    kpi_of,
    lines,
    number,
    region_of,
    role_of,
    said_nothing,
    say,
)
from sync_service.imports.old_mapping import OldMap, SheetMap
from sync_service.imports.old_scores import kind, point, score
from sync_service.imports.old_sheets import OldCell, OldSheet
from sync_service.imports.old_targets import finish_targets, target

MOST_WEIGHT = 100.0
OF_POINTS = frozenset({"add", "deduct", "signed", "each", "each_off"})
BESIDE_POINTS = frozenset({"reason", "kind", "cap"})  # columns that mean something beside those


def rows_of(sheets: Sequence[OldSheet], made: OldMap, metrics: Mapping[str, Metric]) -> OldRows:
    """Every row of the mapped sheets."""
    found = OldRows()
    told = list(zip(sheets, made.sheets, strict=True))
    for sheet, how in told:
        _headers(sheet, how, found)
        for line in lines(sheet, how, found):
            _person(line, made, found)
    for sheet, how in told:
        read = list(lines(sheet, how, found))
        fractions = _fractions(read)
        for line in read:
            for letter, cell in line.values:
                if not said_nothing(cell):
                    _value(line, letter, cell, made, metrics, found, fractions)
    finish_targets(found, metrics)
    return found


def _headers(sheet: OldSheet, how: SheetMap, found: OldRows) -> None:
    """Sheets without a header, and columns that mean nothing to us."""
    if not how.header:
        found.findings.append(Finding(how.title, "A1", "", *NO_HEADER))
        return
    with_points = {code.partition(".")[0] for code in how.columns.values()} & OF_POINTS
    for letter, code in how.columns.items():
        nothing = not code or (code in BESIDE_POINTS and not with_points)
        if nothing and any(at(row, letter) for row in sheet.rows[how.header :]):
            cell, shown = f"{letter}{how.header}", how.headers[letter]
            found.findings.append(Finding(how.title, cell, shown, *NO_MEANING))


def _person(line: Line, made: OldMap, found: OldRows) -> None:
    code = code_of(line, made)
    if not code:
        return
    start = line.said.get("start")
    manager = str(line.said.get("manager") or "")
    row: dict[str, object] = {
        "person": code,
        "name": line.said.get("person"),
        "department": line.said.get("department"),
        "role": role_of(line, made, found),
        "manager": made.people.get(manager) or None,
        "start": start if isinstance(start, date) else None,
        "scored": "yes",
    }
    known = dict(found.people.get((code,), {}))
    merged = {c: known.get(c) if known.get(c) is not None else v for c, v in row.items()}
    found.people[code,] = merged  # type: ignore[assignment]  # the cells of a row are cell values


def _fractions(read: Sequence[Line]) -> frozenset[str]:
    """The columns of weights in which nothing without a percent sign is above 1."""
    numbers: dict[str, list[float]] = {}
    for line in read:
        for letter, cell in line.values:
            found = None if has_unit(cell) else number(cell)
            if line.how.columns[letter].startswith("weight") and found is not None:
                numbers.setdefault(letter, []).append(found)
    return frozenset(letter for letter, some in numbers.items() if max(some) <= 1)


def _value(
    line: Line,
    letter: str,
    cell: OldCell,
    made: OldMap,
    metrics: Mapping[str, Metric],
    found: OldRows,
    fractions: frozenset[str],
) -> None:
    """One figure: of a KPI, a person, a period."""
    base, _, kpi = line.how.columns[letter].partition("@")
    what, _, period = base.partition(".")
    if what in ("score", "grade"):
        score(line, letter, cell, period, made, found)
    elif what in ("add", "deduct", "signed"):
        point(line, letter, cell, period, made, found)
    elif what in ("each", "each_off"):
        kind(line, letter, cell, found)
    elif (figure := number(cell)) is None:
        say(line, letter, cell, found, *NO_NUMBER)
    elif metric := metrics.get(kpi or kpi_of(line, made, found)):
        if what == "weight":
            share = letter in fractions or "%" in str(cell) or "％" in str(cell)
            points = figure * (100 if share else 1)
            _weight(line, letter, points, metric, made, found)
        else:
            by = 1.0 if has_unit(cell) else _factor(line.how.factors.get(letter, 1.0), metric)
            target(line, letter, figure * by, (what, period), metric, made, found)


def _factor(by: float, metric: Metric) -> float:
    """A header's unit counts for the KPIs that can have it: 万 for no ratio, % for nothing else."""
    return by if (by < 1) is (metric.unit is Unit.RATIO) else 1.0


def _weight(
    line: Line, letter: str, points: float, metric: Metric, made: OldMap, found: OldRows
) -> None:
    """A line of a role's card; people of one role share it."""
    role = role_of(line, made, found)
    if role is None:
        row = found.people.get((code_of(line, made),), {})
        role = str(row.get("role") or "") or None
    region = region_of(line, letter, found)
    if role is None or not 0 <= points <= MOST_WEIGHT:
        say(line, letter, points, found, *(NO_OWNER if role is None else NO_NUMBER))
        return
    if line.how.year is None:
        say(line, letter, points, found, *NO_MONTH)
        return
    if not region:
        return
    start = date(line.how.year, 1, 1)
    row = {
        "role": role,
        "region": region,
        "metric": metric.code,
        "start": start,
        "weight": round(points, 9),
        "method": "mirror_down" if metric.better is Better.LOWER else "ratio_up",
        "better": str(metric.better),
        "bound": "strict",
        "veto": "no",
        "cap": 120.0,
        "floor": 0.0,
        "missing": "exclude",
        "outdated": "block",
        "confirmed": "no",
    }
    kept = found.weights.setdefault((role, region, metric.code, str(start)), row)
    if kept["weight"] != row["weight"]:
        say(line, letter, points, found, *TWICE)
