"""The rows of tblScore as a sheet of formulas, and the people of it by the sheet and by Python."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import zip_longest
from pathlib import Path

import xlsxwriter

from kpi import sheet_scoring
from kpi.methods import PARAMETERS
from kpi.model import Status
from kpi.scoring import CardTotal, adjusted, combined, grade_of
from kpi.step_table import STEP_NAMES
from sheet_templates.words import show
from tests.kpi_language_support import bits
from tests.libreoffice import CellError, CellResult, Office
from tests.scoring_support import Drawn, cards, scored

Value = float | str | None
COLUMNS = (
    *("month", "person", "region", "target", "weight", "method", "better", *PARAMETERS),
    *STEP_NAMES,
    *(
        "cap",
        "floor",
        "warn",
        "breach",
        "warn_low",
        "breach_low",
        "bound",
        "veto",
        "missing",
        "target_basis",
        "due_share",
    ),
    *("counted", "data_state", "due", "attainment", "score", "usable", "share", "points", "status"),
    *("try_target", "try_weight", "try_score", "try_points"),
    *("pending_target", "pending_weight", "tried_target", "tried_weight"),
)
FORMULAS = COLUMNS[COLUMNS.index("due") : COLUMNS.index("try_target")]
UNKNOWN_WHEN_NONE = frozenset({"counted", "target", "due_share"})
FIRST = 2  # row of the first item; row 1 has the headers
POINTS = (("2026-10", 4.0), ("2026-10", -1.5), ("2026-09", 9.0))  # 2.5 count in October
PERSON = ("person", "EU", "US", "total", "grade", "coefficient", "coverage_us", "vetoes")


def words_of(language: str) -> Callable[[str, str], str]:
    """The words of an edition."""
    return lambda name, code: show(name, code, "zh" if language == "zh" else "en")


def by_sheet(
    office: Office, path: Path, rows: Sequence[Drawn], language: str
) -> tuple[list[dict[str, str]], list[dict[str, CellResult]]]:
    """Every formula column of every row, and every card's and person's totals."""
    book = xlsxwriter.Workbook(path)
    items, people, points = (book.add_worksheet(name) for name in ("items", "people", "points"))
    last = FIRST + len(rows) - 1
    words = words_of(language)
    for n, row in enumerate(rows):
        _write_row(items, n, row, words, last)
    persons = sorted({row.person for row in rows})
    for n, person in enumerate(persons):
        _write_person(people, n, person, words, last)
        for at, (month, given) in enumerate(POINTS, n * len(POINTS)):
            points.write_row(at, 0, [month, person, given])
    book.close()
    sheets = office.calculate(path)
    found = [
        {code: _shown(line[COLUMNS.index(code)]) for code in FORMULAS}
        for line in sheets["items"][FIRST - 1 :]
    ]
    totals = [dict(zip(PERSON, line, strict=True)) for line in sheets["people"]]
    return found, totals


def column(code: str) -> str:
    """The letters of a column."""
    number = COLUMNS.index(code)
    return (chr(64 + number // 26) if number >= 26 else "") + chr(65 + number % 26)


def _write_row(
    page: xlsxwriter.worksheet.Worksheet,
    n: int,
    row: Drawn,
    words: Callable[[str, str], str],
    last: int,
) -> None:
    for code, value in stored(row, words).items():
        place = COLUMNS.index(code)
        if value is not None:
            page.write(n + FIRST - 1, place, value)
        elif code in UNKNOWN_WHEN_NONE:
            page.write_formula(n + FIRST - 1, place, "=NA()")
    made = sheet_scoring.item_formulas(
        lambda code: f"${column(code)}{n + FIRST}",
        lambda code: f"${column(code)}${FIRST}:${column(code)}${last}",
        words,
    )
    for code, text in made.items():
        page.write_formula(n + FIRST - 1, COLUMNS.index(code), "=" + text)


def stored(row: Drawn, words: Callable[[str, str], str]) -> Mapping[str, Value]:
    basis = sheet_scoring.DUE_BASIS["linear" if row.additive else "target"]
    return {
        "month": "2026-10",
        "person": row.person,
        "region": row.region,
        "target": row.target,
        "weight": row.weight,
        "method": row.method if row.coded else words("method", row.method),
        "better": row.better.value if row.coded else words("better", row.better.value),
        **dict(zip_longest((*PARAMETERS, *STEP_NAMES), row.params)),
        "cap": row.cap,
        "floor": row.floor,
        "warn": row.warn,
        "breach": row.breach,
        "warn_low": row.low[0],
        "breach_low": row.low[1],
        "bound": row.bound.value if row.coded else words("bound", row.bound.value),
        "veto": words("yes_no", "yes" if row.veto else "no"),
        "missing": row.missing if row.coded else words("missing", row.missing),
        "target_basis": basis[0] if not row.coded else basis[1],
        "due_share": row.due_share,
        "counted": row.actual,
        "data_state": words("data_state", "complete" if row.applicable else "not_applicable"),
    }


def _write_person(
    page: xlsxwriter.worksheet.Worksheet,
    n: int,
    person: str,
    words: Callable[[str, str], str],
    last: int,
) -> None:
    def col(code: str) -> str:
        return f"items!${column(code)}${FIRST}:${column(code)}${last}"

    name = f"$A{n + 1}"
    tests = {
        region: sheet_scoring.card_tests(col, '"2026-10"', name, f'"{region}"')
        for region in ("EU", "US")
    }
    month, people, given = (f"points!${letter}$1:${letter}$999" for letter in "ABC")
    extra = sheet_scoring.person_points(given, month, '"2026-10"', people, name)
    vetoes = sheet_scoring.veto_count(col, words, '"2026-10"', name)
    texts = [
        sheet_scoring.card_total(col, words, tests["EU"], "0.7"),
        sheet_scoring.card_total(col, words, tests["US"], "0.7"),
        sheet_scoring.person_total(f"C{n + 1}", f"B{n + 1}", "0.6", extra),
        sheet_scoring.grade(f"D{n + 1}", f"H{n + 1}"),
        sheet_scoring.coefficient(f"E{n + 1}"),
        sheet_scoring.card_coverage(col, words, tests["US"]),
        vetoes,
    ]
    page.write(n, 0, person)
    for place, text in enumerate(texts, 1):
        page.write_formula(n, place, "=" + text)


def _shown(value: CellResult) -> str:
    if isinstance(value, CellError):
        return "unknown" if value.code == 32767 else f"error {value.code}"
    return bits(value) if isinstance(value, float) else value


def people_by_python(rows: Sequence[Drawn]) -> list[dict[str, object]]:
    """What `by_sheet` gives for each person, with the same share and points."""
    found = cards(rows)
    lines: list[dict[str, object]] = []
    for person in sorted({row.person for row in rows}):
        us, eu = (_total(found, person, region) for region in ("US", "EU"))
        total = adjusted(combined(us, eu, 0.6), (2.5,))
        vetoes = sum(
            row.veto and scored(row)[2] is Status.BREACH for row in rows if row.person == person
        )
        grade = grade_of(total, vetoes)
        covered = found[person, "US"][1].coverage if (person, "US") in found else None
        lines.append(
            {
                "person": person,
                "EU": bits(eu),
                "US": bits(us),
                "total": bits(total),
                "grade": grade.name if grade else "unknown",
                "coefficient": bits(grade.coefficient if grade else None),
                "coverage_us": bits(covered),
                "vetoes": bits(float(vetoes)),
            }
        )
    return lines


def _total(
    found: Mapping[tuple[str, str], tuple[list[int], CardTotal]], person: str, region: str
) -> float | None:
    return found[person, region][1].total if (person, region) in found else None


def shown_person(line: Mapping[str, CellResult]) -> dict[str, object]:
    """A person's line of the sheet in the words of `people_by_python`."""
    return {code: _shown(value) for code, value in line.items()}
