"""The rows of an old KPI book for a new one: people, weights, targets, past scores.

What cannot be understood is a finding with its sheet and cell; nothing is guessed beyond the
mapping. A weight of at most 1 in a column of such weights is a fraction, 0.3 is 30 points.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from kpi.model import Better, Metric, Unit
from sheet_templates.start import StartRow
from sync_service.imports import old_words
from sync_service.imports.numbers import readings
from sync_service.imports.old_findings import (
    NO_HEADER,
    NO_KPI,
    NO_MEANING,
    NO_MONTH,
    NO_NUMBER,
    NO_OWNER,
    NO_REGION,
    NO_ROLE,
    NO_SHARE,
    TWICE,
    Finding,
)
from sync_service.imports.old_mapping import OldMap, SheetMap, place
from sync_service.imports.old_sheets import OldCell, OldSheet
from sync_service.workbooks.areas import letters

Key = tuple[str, ...]
MOST_WEIGHT, MOST_SCORE = 100.0, 1000.0
_TAIL = re.compile(r"(万|百万|千|分|元|天|单|个|pts?|points?)$", re.IGNORECASE)
_TIMES = {"万": 1e4, "百万": 1e6, "千": 1e3}


@dataclass(slots=True)
class OldRows:
    """What goes into the new book, by key, and what was not understood."""

    people: dict[Key, StartRow] = field(default_factory=dict)
    weights: dict[Key, StartRow] = field(default_factory=dict)
    targets: dict[Key, dict[str, object]] = field(default_factory=dict)
    scores: dict[str, dict[str, float]] = field(default_factory=dict)  # month -> person -> points
    findings: list[Finding] = field(default_factory=list)


@dataclass(slots=True)
class Line:
    """One row of an old sheet: what its columns say about it."""

    sheet: OldSheet
    how: SheetMap
    number: int  # of the row, as the sheet counts
    said: dict[str, OldCell]  # meaning without a month or KPI -> cell
    values: list[tuple[str, OldCell]]  # letters and cell of each figure


def rows_of(sheets: Sequence[OldSheet], made: OldMap, metrics: Mapping[str, Metric]) -> OldRows:
    """Every row of the mapped sheets."""
    found = OldRows()
    told = list(zip(sheets, made.sheets, strict=True))
    for sheet, how in told:
        _headers(sheet, how, found)
        for line in _lines(sheet, how):
            _person(line, made, found)
    for sheet, how in told:
        fractions = _fractions(sheet, how)
        for line in _lines(sheet, how):
            for letter, cell in line.values:
                _value(line, letter, cell, made, metrics, found, fractions)
    return found


def _headers(sheet: OldSheet, how: SheetMap, found: OldRows) -> None:
    """Sheets without a header, and columns that mean nothing to us."""
    if not how.header:
        found.findings.append(Finding(how.title, "A1", "", *NO_HEADER))
        return
    for letter, code in how.columns.items():
        if not code and any(_at(row, letter) for row in sheet.rows[how.header :]):
            cell, shown = f"{letter}{how.header}", how.headers[letter]
            found.findings.append(Finding(how.title, cell, shown, *NO_MEANING))


def _at(row: Sequence[OldCell], letter: str) -> OldCell:
    at = place(letter)
    return row[at] if at < len(row) else None


def _lines(sheet: OldSheet, how: SheetMap) -> Iterator[Line]:
    """The rows below the header that hold something and are no totals."""
    if not how.header:
        return
    for number, row in enumerate(sheet.rows[how.header :], how.header + 1):
        cells = {letter: _at(row, letter) for letter in how.columns}
        said, values = {}, []
        for letter, code in how.columns.items():
            base = code.partition("@")[0].partition(".")[0]
            if base in ("target", "annual", "score", "weight"):
                values.append((letter, cells[letter]))
            elif base:
                said[base] = cells[letter]
        names = [said.get(code) for code in ("person", "code", "metric", "role")]
        if any(names) and not any(name and old_words.is_total(name) for name in names):
            yield Line(sheet, how, number, said, values)


def _person(line: Line, made: OldMap, found: OldRows) -> None:
    code = _code(line, made)
    if not code:
        return
    start = line.said.get("start")
    manager = str(line.said.get("manager") or "")
    row: dict[str, object] = {
        "person": code,
        "name": line.said.get("person"),
        "department": line.said.get("department"),
        "role": _role(line, made, found),
        "manager": made.people.get(manager) or None,
        "start": start if isinstance(start, date) else None,
        "scored": "yes",
    }
    known = dict(found.people.get((code,), {}))
    merged = {c: known.get(c) if known.get(c) is not None else v for c, v in row.items()}
    found.people[code,] = merged  # type: ignore[assignment]  # the cells of a row are cell values


def _code(line: Line, made: OldMap) -> str:
    name, code = line.said.get("person"), line.said.get("code")
    if isinstance(name, str):
        return made.people.get(name, "")
    return f"{code:g}" if isinstance(code, float) else str(code or "")


def _role(line: Line, made: OldMap, found: OldRows) -> str | None:
    cell = line.said.get("role")
    if cell is None:
        return None
    code = made.roles.get(str(cell), "") or None
    if code is None:
        _say(line, "role", cell, found, *NO_ROLE)
    return code


def _say(line: Line, what: str, cell: OldCell, found: OldRows, en: str, zh: str) -> None:
    """A finding at a cell, once; `what` is the column's letters or its meaning."""
    letter = what if what in line.how.columns else _letter(line, what)
    one = Finding(line.how.title, f"{letter}{line.number}", str(cell)[:80], en, zh)
    if one not in found.findings:
        found.findings.append(one)


def _letter(line: Line, meaning: str) -> str:
    return next((k for k, v in line.how.columns.items() if v == meaning), letters(1))


def _fractions(sheet: OldSheet, how: SheetMap) -> frozenset[str]:
    """The columns of weights in which nothing is above 1."""
    found = set()
    for letter, code in how.columns.items():
        cells = [_at(row, letter) for row in sheet.rows[how.header :]]
        numbers = [cell for cell in cells if isinstance(cell, float)]
        if code.startswith("weight") and numbers and max(numbers) <= 1:
            found.add(letter)
    return frozenset(found)


def _value(
    line: Line,
    letter: str,
    cell: OldCell,
    made: OldMap,
    metrics: Mapping[str, Metric],
    found: OldRows,
    fractions: frozenset[str],
) -> None:
    """One figure: of a KPI, a person, a month."""
    if cell is None or str(cell).strip() in ("-", "–", "/", "无"):
        return
    number = _number(cell)
    if number is None:
        _say(line, letter, cell, found, *NO_NUMBER)
        return
    base, _, kpi = line.how.columns[letter].partition("@")
    what, _, month = base.partition(".")
    if what == "score":
        _score(line, letter, number, month, made, found)
        return
    metric = metrics.get(kpi or _kpi(line, made, found))
    if metric is None:
        return
    if what == "weight":
        points = number * (100 if letter in fractions or "%" in str(cell) else 1)
        _weight(line, letter, points, metric, made, found)
    else:
        by = 1.0 if _has_unit(cell) else _factor(line.how.factors.get(letter, 1.0), metric)
        _target(line, letter, number * by, (what, month), metric, made, found)


def _has_unit(cell: OldCell) -> bool:
    """Whether a cell says its own unit, 14万 or 6 %: then the header's does not count again."""
    text = str(cell).strip()
    return "%" in text or any(text.endswith(sign) for sign in _TIMES)


def _factor(by: float, metric: Metric) -> float:
    """A header's unit counts for the KPIs that can have it: 万 for no ratio, % for nothing else."""
    return by if (by < 1) is (metric.unit is Unit.RATIO) else 1.0


def _number(cell: OldCell) -> float | None:
    """A cell's number: 12.5万, 92分, 25 %, (300); None when it is none."""
    if isinstance(cell, float):
        return cell
    if not isinstance(cell, str):
        return None
    text = cell.strip()
    tail = _TAIL.search(text)
    read = readings(text[: tail.start()] if tail else text, share=True).point
    times = _TIMES.get(tail[1], 1.0) if tail else 1.0
    return None if read is None else float(read) * times


def _kpi(line: Line, made: OldMap, found: OldRows) -> str:
    cell = line.said.get("metric")
    code = made.kpis.get(str(cell), "")
    if not code and cell is not None:
        _say(line, "metric", cell, found, *NO_KPI)
    return code


def _region(line: Line, letter: str, found: OldRows) -> str:
    cell = line.said.get("region")
    code = (old_words.region(cell) if cell is not None else None) or line.how.region
    if not code:
        _say(line, "region" if cell is not None else letter, cell or "", found, *NO_REGION)
    return code


def _when(line: Line, month: str) -> tuple[int | None, int | None]:
    """Year and month of a figure: the column's, the row's, the sheet's."""
    cell = line.said.get("month")
    told: tuple[int | None, int | None] = (None, None)
    if isinstance(cell, date):
        told = (cell.year, cell.month)
    elif isinstance(cell, float) and 1 <= cell <= 12:  # noqa: PLR2004 - the months of a year
        told = (None, int(cell))
    elif cell is not None:
        told = old_words.month(cell) or told
    return told[0] or line.how.year, int(month) if month else told[1] or line.how.month


def _score(
    line: Line, letter: str, number: float, month: str, made: OldMap, found: OldRows
) -> None:
    """A person's total of a month; scores of single KPIs are not kept."""
    if line.said.get("metric") is not None:
        return
    code = _code(line, made)
    at, of = _when(line, month)
    if not code or not 0 <= number <= MOST_SCORE:
        _say(line, letter, number, found, *(NO_NUMBER if code else NO_OWNER))
    elif at is None or of is None:
        _say(line, letter, number, found, *NO_MONTH)
    else:
        kept = found.scores.setdefault(f"{at}-{of:02d}", {}).setdefault(code, number)
        if kept != number:
            _say(line, letter, number, found, *TWICE)


def _weight(
    line: Line, letter: str, points: float, metric: Metric, made: OldMap, found: OldRows
) -> None:
    """A line of a role's card; people of one role share it."""
    role = _role(line, made, found)
    if role is None:
        row = found.people.get((_code(line, made),), {})
        role = str(row.get("role") or "") or None
    region = _region(line, letter, found)
    if role is None or not 0 <= points <= MOST_WEIGHT:
        _say(line, letter, points, found, *(NO_OWNER if role is None else NO_NUMBER))
        return
    if line.how.year is None:
        _say(line, letter, points, found, *NO_MONTH)
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
        _say(line, letter, points, found, *TWICE)


def _target(
    line: Line,
    letter: str,
    number: float,
    at: tuple[str, str],
    metric: Metric,
    made: OldMap,
    found: OldRows,
) -> None:
    """A month's or a year's target of a person, else of the region."""
    what, told = at
    year, month = _when(line, told)
    region = _region(line, letter, found)
    if not region:
        return
    if metric.unit is Unit.RATIO and abs(number) > 1:
        _say(line, letter, number, found, *NO_SHARE)
        return
    yearly = what == "annual" or (month is None and not metric.additive)
    if year is None or (month is None and not yearly):
        _say(line, letter, number, found, *NO_MONTH)
        return
    code = _code(line, made)
    key = (str(year), region, code or region, metric.code)
    row = found.targets.setdefault(key, _head(year, region, code, metric))
    name = "year_total" if yearly else f"m{month:02d}"
    if row.setdefault(name, number) != number:
        _say(line, letter, number, found, *TWICE)


def _head(year: int, region: str, code: str, metric: Metric) -> dict[str, object]:
    return {
        "year": float(year),
        "region": region,
        "scope": code or region,
        "metric": metric.code,
        "owner": code or None,
        "basis": "own_plan",
    }


def score_rows(scores: Mapping[str, Mapping[str, float]], *, zh: bool) -> Iterator[StartRow]:
    """Past totals as lines of the review record, a line a month."""
    for month, people in sorted(scores.items()):
        first = date.fromisoformat(f"{month}-01")
        last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        yield {
            "no": f"OLD-{month}",
            "date": last,
            "topic": f"旧表得分 {month}" if zh else f"Scores of the old book {month}",
            "decision": " · ".join(f"{who} {points:g}" for who, points in sorted(people.items())),
        }
