"""The tab OKR recalculated by LibreOffice: grades equal those of the service to the last bit."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from kpi.okr import KeyResult, colour, grades, key_result
from kpi.tables import ErrorValue
from sheet_templates import words
from sheet_templates.build import build
from sheet_templates.layout import Language
from sheet_templates.start import BookStart, StartRow
from tests.libreoffice import NA, Office
from tests.test_sheets_scores import table

STATUS = {"green": "ok", "amber": "warn", "red": "breach", None: "no_data"}


def lines() -> tuple[tuple[KeyResult, float | None], ...]:
    """Forty objectives of one to five lines; some values unknown, some targets equal the start."""
    chance = Random(25)
    found = []
    for number in range(120):
        base = chance.choice([0.0, 10.0, 5.5])
        target = base if chance.random() < 0.05 else base + chance.uniform(-20, 60)
        weight = chance.choice([1.0, 2.0, 0.3, 30.0])
        line = KeyResult(
            *(f"K{number}", f"O{number // 3}", "", None, "US", "US", "net_sales", "2026-10"),
            *(base, target, weight, ""),
        )
        actual = None if chance.random() < 0.2 else base + chance.uniform(-10, 70)
        found.append((line, actual))
    return tuple(found)


def row(line: KeyResult, actual: float | None) -> StartRow:
    return {
        "no": line.number,
        "objective": line.objective,
        "region": "US",
        "scope": "US",
        "metric": line.metric,
        "period": line.period,
        "baseline": line.baseline or None,
        "target": line.target,
        "weight": None if line.weight == 1 else line.weight,
        "actual": ErrorValue("#N/A") if actual is None else actual,
    }


@pytest.mark.parametrize("language", ["zh", "en"])
def test_grades_equal_the_service(language: Language, office: Office, tmp_path: Path) -> None:
    start = BookStart(
        key_results=[row(*one) for one in lines()], settings={"month": "2026-10", "mode": "full"}
    )
    sheets = office.calculate(build(tmp_path / "okr.xlsx", "manager", language, start))
    graded = grades([line for line, _ in lines()], {line.number: a for line, a in lines()})
    assert len({value for value in graded.values() if value is not None}) > 10
    rows = {one["no"]: one for one in table(sheets, "tblOkr", language)}
    for line, actual in lines():
        found = rows[line.number]
        reached = key_result(actual, line.target, line.baseline)
        assert found["progress"] == (NA if reached is None else reached), line
        grade = graded[line.objective]
        assert found["grade"] == (NA if grade is None else grade), line
        assert found["status"] == words.show("status", STATUS[colour(grade)], language), line
