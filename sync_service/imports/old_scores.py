"""Past scores, grades, and points that were added or deducted, of an old book."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from kpi.calendar import period
from kpi.errors import KpiError
from sheet_templates.start import StartRow
from sync_service.imports import old_words
from sync_service.imports.old_findings import (
    ITEM_SCORES,
    NO_GRADE,
    NO_MONTH,
    NO_NUMBER,
    NO_OWNER,
    NO_PERIOD_HERE,
    TWICE,
    Finding,
)
from sync_service.imports.old_lines import Line, OldRows, code_of, number, say, when
from sync_service.imports.old_mapping import OldMap
from sync_service.imports.old_sheets import OldCell

MOST_SCORE = 1000.0
MOST_POINTS = 100.0


def score(line: Line, letter: str, cell: OldCell, told: str, made: OldMap, found: OldRows) -> None:
    """A person's total or grade of a period; scores of single KPIs are not kept, which is told."""
    if line.said.get("metric") is not None:
        header = f"{letter}{line.how.header}"
        one = Finding(line.how.title, header, line.how.headers.get(letter, ""), *ITEM_SCORES)
        if one not in found.findings:
            found.findings.append(one)
        return
    points, grade = _read(line, letter, cell, made, found)
    code = code_of(line, made)
    if points is None and not grade:
        return
    if not code or not 0 <= (points or 0.0) <= MOST_SCORE:
        say(line, letter, cell, found, *(NO_NUMBER if code else NO_OWNER))
        return
    at = _period(line, told)
    if at is None:
        say(line, letter, cell, found, *NO_MONTH)
        return
    if points is not None:
        same = found.scores.setdefault(at, {}).setdefault(code, points) == points
    else:
        same = found.grades.setdefault(at, {}).setdefault(code, grade) == grade
    if not same:
        say(line, letter, cell, found, *TWICE)


def _read(
    line: Line, letter: str, cell: OldCell, made: OldMap, found: OldRows
) -> tuple[float | None, str]:
    """Points, or a grade as it is written; a grade has points where the mapping gives them."""
    grade = old_words.grade(cell) if isinstance(cell, str) else None
    is_grade = line.how.columns[letter].startswith("grade")
    if grade is None and isinstance(cell, float) and is_grade:
        grade = f"{cell:g}"
    if grade is None:
        points = number(cell)
        if points is None:
            say(line, letter, cell, found, *NO_NUMBER)
        return points, ""
    worth = made.grades.get(grade, "").strip()
    points = number(worth) if worth else None
    if worth and points is None:
        say(line, letter, cell, found, *NO_GRADE)
        return None, ""
    return points, "" if worth else grade


def _period(line: Line, told: str) -> str | None:
    """The code of a figure's period; None where it is not said or there is none such."""
    year, part = when(line, told)
    if year is None or not part:
        return None
    month, _, week = part.partition("W")
    code = f"{year}-{month}" if month and week else f"{year}-{part}"
    try:
        return period(code).code + (f"-W{week}" if month and week else "")
    except KpiError:
        return None


def score_rows(found: OldRows, *, zh: bool) -> Iterator[StartRow]:
    """Past totals and grades as lines of the review record, a line a period."""
    for code in sorted({*found.scores, *found.grades}):
        points, grades = found.scores.get(code, {}), found.grades.get(code, {})
        month = code.rpartition("-W")[0]
        window = period(month if month.count("-") else code).window
        shown = (
            " ".join((who, *([f"{points[who]:g}"] if who in points else []), grades.get(who, "")))
            for who in sorted({*points, *grades})
        )
        yield {
            "no": f"OLD-{code}",
            "date": window.end - timedelta(days=1),
            "topic": f"旧表得分 {code}" if zh else f"Scores of the old book {code}",
            "decision": " · ".join(one.strip() for one in shown),
        }


# --- points ---------------------------------------------------------------------------------------


def point(line: Line, letter: str, cell: OldCell, told: str, made: OldMap, found: OldRows) -> None:
    """Points added or deducted; a column of deductions takes them off whatever their sign."""
    what = line.how.columns[letter].partition(".")[0]
    points, code = number(cell), code_of(line, made)
    if points is None or abs(points) > MOST_POINTS:
        say(line, letter, cell, found, *NO_NUMBER)
        return
    if not points:
        return
    year, part = when(line, told)
    if not code:
        say(line, letter, cell, found, *NO_OWNER)
    elif year is None or not part.isdigit():
        say(line, letter, cell, found, *NO_PERIOD_HERE)
    else:
        signed = {"add": abs(points), "deduct": -abs(points)}.get(what, points)
        reason = line.said.get("reason") or line.how.headers.get(letter)
        found.points.append(
            {
                "no": f"OLD-{line.how.title}-{line.at(letter)}",
                "month": f"{year}-{part}",
                "person": code,
                "kind": str(line.said.get("kind") or "") or None,
                "points": signed,
                "reason": None if reason is None else str(reason),
            }
        )


def kind(line: Line, letter: str, cell: OldCell, found: OldRows) -> None:
    """What points of a kind give each time, and their cap."""
    what = line.how.columns[letter].partition(".")[0]
    name, points = line.said.get("kind") or line.said.get("reason"), number(cell)
    if points is None or abs(points) > MOST_POINTS or name is None:
        say(line, letter, cell, found, *(NO_OWNER if name is None else NO_NUMBER))
        return
    row: StartRow = {
        "kind": str(name),
        "each": -abs(points) if what == "each_off" else points,
        "cap": number(line.said.get("cap")),
    }
    if found.kinds.setdefault((str(name),), row) != row:
        say(line, letter, cell, found, *TWICE)
