"""Periods, grades and totals in old KPI books; quarters and weeks as months, worked by hand."""

from __future__ import annotations

import pytest

from sync_service.imports import old_words
from sync_service.imports.old_findings import PART_MONTH, QUARTER_DIFFERS, WEEKS_DIFFER
from sync_service.imports.old_periods import Given, months_of

# --- periods in headers ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Q1", (None, "Q1")),
        ("2026Q3目标", (2026, "Q3")),
        ("2026-Q4", (2026, "Q4")),
        ("第一季度", (None, "Q1")),
        ("2026年三季度", (2026, "Q3")),
        ("4季度", (None, "Q4")),
        ("第3周", (None, "W03")),
        ("2026-W09", (2026, "W09")),
        ("Week 12", (None, "W12")),
        ("KW 7", (None, "W07")),
        ("3月第2周", (None, "03W2")),
        ("2026年3月第一周", (2026, "03W1")),
        ("3月", (None, "03")),
        ("Q5", None),
        ("W54", None),
        ("FAQ 1", None),
        ("网站", None),
    ],
)
def test_periods_in_headers(text: str, said: tuple[int | None, str] | None) -> None:
    assert old_words.part(text) == said


@pytest.mark.parametrize(
    ("text", "grade"),
    [
        *(("A", "A"), ("B+", "B+"), ("s", "s"), ("A级", "A级"), ("优秀", "优秀"), ("3级", "3级")),
        *(("Level 2", "Level 2"), ("Needs improvement", "Needs improvement")),
        *(("缺", None), ("88分", None), ("F", None), ("12", None)),
    ],
)
def test_grades_in_cells(text: str, grade: str | None) -> None:
    assert old_words.grade(text) == grade


@pytest.mark.parametrize(
    ("text", "is_total"),
    [("合 计", True), ("张敏小计", True), ("Total", True), ("合计销售额", False), ("总计：", True)],
)
def test_rows_that_only_add_up(text: str, *, is_total: bool) -> None:
    assert old_words.is_total(text) is is_total


# --- parts of a year, by hand ---------------------------------------------------------------------


def parts(**numbers: float) -> dict[str, Given]:
    return {code.removeprefix("m"): Given(n, "s", code) for code, n in numbers.items()}


@pytest.mark.parametrize(
    ("given", "found"),
    [
        pytest.param({"Q1": 300.0}, {1: 100.0, 2: 100.0, 3: 100.0}, id="a quarter in three"),
        pytest.param({"Q2": 100.0}, {4: 33.34, 5: 33.33, 6: 33.33}, id="to the cent"),
        pytest.param(
            {"Q1": 300.0, "m02": 50.0}, {1: 125.0, 2: 50.0, 3: 125.0}, id="what a month leaves"
        ),
        pytest.param(
            {"m03W1": 10.0, "m03W2": 20.0, "m03W3": 30.0, "m03W4": 40.0, "m03W5": 5.0},
            {3: 105.0},
            id="the weeks of March",
        ),
        pytest.param(
            {f"W{n:02d}": 70.0 for n in range(5, 10)},
            {2: 280.0},
            id="2026-02-01 to 03-01 are whole weeks but a Sunday: 10 x 28 days",
        ),
    ],
)
def test_parts_that_add_up_become_months(given: dict[str, float], found: dict[int, float]) -> None:
    made = months_of(2026, parts(**given), additive=True, decimals=2)
    assert made.found == found
    assert [why for _, why in made.wrong if why is not PART_MONTH] == []


@pytest.mark.parametrize(
    ("given", "found", "why"),
    [
        pytest.param({"Q1": 0.3}, {1: 0.3, 2: 0.3, 3: 0.3}, [], id="a ratio holds in each month"),
        pytest.param({"Q1": 0.3, "m01": 0.2}, {1: 0.2, 2: 0.3, 3: 0.3}, [], id="but for its own"),
        pytest.param(
            {f"m03W{n}": 0.3 for n in range(1, 5)}, {3: 0.3}, [], id="the same in each week"
        ),
        pytest.param(
            {"m03W1": 0.3, "m03W2": 0.3, "m03W3": 0.3, "m03W4": 0.2},
            *({}, [WEEKS_DIFFER]),
            id="another in one week",
        ),
        pytest.param({"W53": 0.1}, {}, [PART_MONTH], id="the last week of 2026 ends in 2027"),
    ],
)
def test_ratios_are_never_split(
    given: dict[str, float], found: dict[int, float], why: list[tuple[str, str]]
) -> None:
    made = months_of(2026, parts(**given), additive=False, decimals=2)
    assert (made.found, [one for _, one in made.wrong]) == (found, why)


@pytest.mark.parametrize(
    ("given", "why"),
    [
        pytest.param({"m03W1": 10.0, "m03W2": 20.0}, [PART_MONTH], id="two weeks are no month"),
        pytest.param(
            {"Q1": 301.0, "m01": 100.0, "m02": 100.0, "m03": 100.0},
            [QUARTER_DIFFERS],
            id="months that do not add up to their quarter",
        ),
        pytest.param({"Q1": 300.0, "m01": 350.0}, [QUARTER_DIFFERS], id="more than the quarter"),
        pytest.param(
            {"Q1": 300.0, "m01": 100.0, "m02": 100.0, "m03": 100.0}, [], id="months that do"
        ),
        pytest.param({"W10": 7.0}, [PART_MONTH], id="one week of a year"),
    ],
)
def test_parts_that_do_not_fit_are_told(
    given: dict[str, float], why: list[tuple[str, str]]
) -> None:
    made = months_of(2026, parts(**given), additive=True, decimals=2)
    assert [one for _, one in made.wrong] == why
    assert all(code.startswith("m") for code in given) or set(made.found) <= {1, 2, 3}


def test_a_year_without_a_53rd_week_has_none() -> None:
    made = months_of(2025, parts(W53=7.0), additive=True, decimals=2)
    assert (made.found, made.wrong) == ({}, [])
