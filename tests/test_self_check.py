"""The self-check tab: 200 stored cases, exact by another reading, right in LibreOffice."""

from __future__ import annotations

import math
import re
import zipfile
from collections import Counter
from fractions import Fraction
from pathlib import Path

import pytest

from kpi.methods import METHODS
from kpi.scoring import item_score
from sheet_templates.build import build
from sheet_templates.layout import SHEETS, Language
from sheet_templates.pages.self_check import COLUMNS, COUNT, OFFSET, RIGHT, WRONG
from sheet_templates.places import letters
from sheet_templates.self_check import KINDS, Case, cases
from tests.exact_scores import expected
from tests.libreoffice import CellResult, Office

LANGUAGES: tuple[Language, ...] = ("zh", "en")
TITLE = {"zh": "自检", "en": "Self-check"}
BY_HAND = {  # worked on paper from the formulas of the reference
    ("ratio_up", 95.0, 100.0): 95.0,
    ("ratio_down", 22.0, 18.0): 81.818181818,  # 100 x 18 / 22
    ("mirror_down", 4.5, 5.0): 110.0,
    ("step_pct", 22.0, 20.0): 90.0,
    ("anchors", 85.0, 100.0): 62.5,  # 2.5 of 4
    ("goal_redflag", 600.0, 700.0): 50.0,  # half way between a third and two thirds
    ("coef_step", 35.0, 25.0): 80.0,
}


def exact(value: float | None) -> Fraction | None:
    """The decimal that was typed, not the double nearest to it."""
    return None if value is None else Fraction(repr(value))


def test_there_are_200_over_every_method_and_kind() -> None:
    assert len(cases()) == len(set(cases())) == 200
    assert {case.method for case in cases()} == set(METHODS)
    assert min(Counter(case.kind for case in cases()).values()) >= 10
    assert {case.kind for case in cases()} == set(KINDS)


@pytest.mark.parametrize("case", cases(), ids=lambda one: f"{one.method} {one.kind}")
def test_a_stored_score_is_exact_and_python_gives_it(case: Case) -> None:
    by_fractions = expected(
        case.method,
        exact(case.actual),
        exact(case.target),
        [exact(one) for one in case.params],
        exact(case.cap),
        Fraction(repr(case.floor)),
    )
    given = item_score(case.method, case.actual, case.target, case.params, case.cap, case.floor)
    assert case.score == by_fractions == given


@pytest.mark.parametrize(("inputs", "score"), BY_HAND.items(), ids=str)
def test_some_stored_scores_were_worked_on_paper(
    inputs: tuple[str, float, float], score: float
) -> None:
    found = next(c for c in cases() if (c.method, c.actual, c.target) == inputs)
    assert found.score == score


@pytest.mark.parametrize("language", LANGUAGES)
def test_libreoffice_counts_200_of_200(office: Office, tmp_path: Path, language: Language) -> None:
    rows = office.calculate(build(tmp_path / "book.xlsx", "manager", language))[TITLE[language]]
    assert count(rows) == 200
    assert {line[OFFSET["same"]] for line in rows[4:204]} == {RIGHT}
    assert str(rows[0][0]).endswith(" │ 200 / 200 ✓")


@pytest.mark.parametrize(
    ("code", "pattern", "new"),
    [
        pytest.param(
            "stored", r"<v>95</v>", f"<v>{math.nextafter(95.0, 96.0)!r}</v>", id="one bit above"
        ),
        pytest.param(
            "stored", r"<v>95</v>", f"<v>{math.nextafter(95.0, 0.0)!r}</v>", id="one bit below"
        ),
        pytest.param("score", r"100\*", "101*", id="a formula with another number"),
        pytest.param("score", r"<f>.*</f>", "<f>NOSUCH(1)</f>", id="a function that is unknown"),
        pytest.param("counted", r"<v>95</v>", "<v>#N/A</v>", id="an actual that is gone"),
    ],
)
def test_a_changed_number_or_formula_shows_fewer(
    office: Office, tmp_path: Path, code: str, pattern: str, new: str
) -> None:
    path = build(tmp_path / "book.xlsx", "manager", "en")
    changed = tmp_path / "changed.xlsx"
    _change_first_case(path, changed, code, pattern, new)
    rows = office.calculate(changed)["Self-check"]
    assert count(rows) == 199
    assert [line[OFFSET["same"]] for line in rows[4:204]].count(WRONG) == 1
    assert str(rows[0][0]).endswith(" │ 199 / 200 ■")


def count(rows: list[list[CellResult]]) -> CellResult:
    return rows[COUNT[0]][COUNT[1]]


def _change_first_case(path: Path, target: Path, code: str, pattern: str, new: str) -> None:
    """Change one cell of the first case: 95 of 100, higher is better, 95 points."""
    part = f"xl/worksheets/sheet{[s.code for s in SHEETS].index('self_check') + 1}.xml"
    cell = re.compile(rf'<c r="{letters(OFFSET[code])}5"[^>]*>.*?</c>')
    with zipfile.ZipFile(path) as before, zipfile.ZipFile(target, "w") as after:
        for name in before.namelist():
            data = before.read(name)
            if name == part:
                [old] = cell.findall(text := data.decode())
                made, times = re.subn(pattern, lambda _: new, old)
                assert times
                data = text.replace(old, made.replace('"><v>#', '" t="e"><v>#')).encode()
            after.writestr(name, data)


def test_the_tab_is_hidden_and_in_the_managers_book_only(tmp_path: Path) -> None:
    for edition, there in (("manager", True), ("partner", False)):
        path = build(tmp_path / f"{edition}.xlsx", edition, "zh")  # type: ignore[arg-type]  # both are
        with zipfile.ZipFile(path) as book:
            text = book.read("xl/workbook.xml").decode()
        assert ('name="自检"' in text) is there
        assert (re.search(r'name="自检" sheetId="\d+" state="hidden"', text) is not None) is there
    assert len(COLUMNS) == len(OFFSET)
