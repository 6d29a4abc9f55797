"""团队 Team: one line for each scored person; a ranking is one click on the filter."""

from __future__ import annotations

from sheet_templates.book import INPUT_ROWS, Book, Formula, quote
from sheet_templates.frame import frame
from sheet_templates.places import Ref, guarded
from sheet_templates.scoring import (
    coefficient,
    own_total,
    person_coverage,
    person_points,
    person_total,
    team_total,
)
from sheet_templates.scoring_kinds import formulas
from sheet_templates.sparks import trend
from sheet_templates.table import TableSpec, put_table

CLOSED_BREACHES = ("recovered", "withdrawn", "ended", "unreported", "unjudged")
MONTHS = tuple(f"m{n}" for n in range(6, 0, -1))


def page(book: Book) -> None:
    """The tab; totals come from Items by formula, six months back from the service."""
    tab = frame(
        book,
        "team",
        "每人一行：先看覆盖率和等级；默认不排名，需要时点筛选。",
        "One line a person: coverage and grade first; not a ranking unless you click the filter.",
    )
    put_table(book, TableSpec("tblTeam", _formulas(book)))
    place = book.places["tblTeam"]
    trend(tab, place, MONTHS)
    _grades(book)


def _formulas(book: Book) -> dict[str, Formula]:
    own = {
        code: guarded(make, "person")
        for code, make in {
            "points": lambda r: person_points(book, "nmMonth", r("person")),
            "own_total": lambda r: own_total(book, r),
            "team_total": lambda r: team_total(book, r),
            "total": lambda r: person_total(book, r),
            "coefficient": lambda r: coefficient(book, r("grade")),
            "coverage": lambda r: person_coverage(book, "nmMonth", r("person")),
            "open_breaches": lambda r: _open_breaches(book, r),
            "late_tasks": lambda r: _late_tasks(book, r),
        }.items()
    }
    return {**own, **formulas(book, book.formulas, "tblTeam")}


def _open_breaches(book: Book, ref: Ref) -> str:
    """Lines that are not closed: one that is silenced or lacks data is open all the same."""
    col = book.column("tblBreach")
    mine = f"{col('owner')},{ref('person')}"
    closed = [book.word("breach_state", code).split(" ", 1)[-1] for code in CLOSED_BREACHES]
    over = "".join(f"-COUNTIFS({mine},{col('state')},{quote('*' + word)})" for word in closed)
    return f"COUNTIFS({mine}){over}"


def _late_tasks(book: Book, ref: Ref) -> str:
    col = book.column("tblTask")
    late = book.literal("task_status", "late")
    return f"COUNTIFS({col('owner')},{ref('person')},{col('status')},{late})"


def _grades(book: Book) -> None:
    """Only the two ends are coloured: a coefficient above 1, and the lowest grade."""
    place = book.places["tblTeam"]
    tab = book.tabs["team"]
    column, row = place.offset("grade"), book.row("tblTeam", place.row + 2)
    times, lowest = row("coefficient"), f"INDEX({book.column('tblGrade')('grade')},1)"
    for test, look in (
        (f"AND(ISNUMBER({times}),{times}>1)", {"font_color": "#1E6B2E", "bold": True}),
        (
            f'AND({row("grade")}<>"",{row("grade")}={lowest})',
            {"bg_color": "#FFC7CE", "font_color": "#9C0006"},
        ),
    ):
        area = (place.row + 1, column, INPUT_ROWS, column)
        rule = {"type": "formula", "criteria": "=" + test, "format": book.styles.rule(**look)}
        tab.conditional_format(*area, rule)
    for code in ("open_breaches", "late_tasks"):
        number = place.offset(code)
        look = book.styles.rule(font_color="#9C0006", bold=True)
        tab.conditional_format(
            place.row + 1,
            number,
            INPUT_ROWS,
            number,
            {"type": "cell", "criteria": ">", "value": 0, "format": look},
        )
