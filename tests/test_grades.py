"""Grades, coefficients, caps and limits that HR types: read, signed, scored, and in the sheet."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter
from openpyxl import load_workbook

from kpi.book import Book
from kpi.book_reading import read_book
from kpi.calendar import period
from kpi.contract_nouns import ruled
from kpi.contract_rows import rows_of
from kpi.contracts import Change, Contract, against_lock, changes, contract_of
from kpi.model import Language
from kpi.person_cards import PersonCard
from kpi.scoring import ADD_CAP, DEDUCT_CAP, GRADES, LIMIT, Grade, grade_of
from kpi.sheet_scoring import coefficient, grade, person_total
from kpi.tables import CellValue, ErrorValue
from kpi.typed_rows import PointRow, Settings
from sheet_templates.book import Edition
from sheet_templates.build import build
from sheet_templates.scoring import grade_lines
from sheet_templates.words import decode
from sync_service.payout_periods import Closed, as_closed, merged
from tests.card_support import actuals, book, card, run
from tests.contract_support import BOOK, CATALOG, version
from tests.libreoffice import NA, Office
from tests.table_support import Line, table

OWN = (
    Grade("优", 95.0, 1.3),
    Grade("良", 80.5, 1.0),
    Grade("A", 60.0, 0.6),
    Grade("差", None, 0.2),
)
OWN_LINES: tuple[Line, ...] = (
    ("差", 0.0, 0.2),
    ("A", 60.0, 0.6),
    ("良", 80.5, 1.0),
    ("优", 95.0, 1.3),
)


def typed(*lines: Line) -> Book:
    grades = table("tblGrade", "设置", "grade start coefficient", *lines)
    return read_book({"tblGrade": grades}, decode, {})


# --- reading --------------------------------------------------------------------------------------


def test_a_book_without_the_table_has_the_default_ladder() -> None:
    assert read_book({}, decode, {}).grades == GRADES


def test_the_shipped_lines_are_the_default_ladder() -> None:
    lines = (tuple(line.values()) for line in grade_lines())
    found = typed(*lines)
    assert (found.grades, found.problems) == (GRADES, ())


def test_an_own_ladder_is_read_the_lowest_first() -> None:
    """Empty lines at the end are room for more."""
    found = typed(*OWN_LINES, (None, None, ""), (None,))
    assert (found.grades, found.problems) == (OWN, ())


LOW: Line = ("D", 0.0, 0.0)


@pytest.mark.parametrize(
    ("lines", "wanted"),
    [
        pytest.param([], [("grades_none", None)], id="no line"),
        pytest.param([LOW, ("B", None, 1.0)], [("empty", "B6")], id="a gap: no start"),
        pytest.param([LOW, ("B", 85.0, None)], [("empty", "C6")], id="no coefficient"),
        pytest.param([LOW, ("B", "eighty", 1.0)], [("not_a_number", "B6")], id="no number"),
        pytest.param([LOW, ("B", -5.0, 1.0)], [("out_of_range", "B6")], id="below 0"),
        pytest.param([LOW, ("B", 85.0, 11.0)], [("out_of_range", "C6")], id="ten times and more"),
        pytest.param([LOW, ("B", ErrorValue("#N/A"), 1.0)], [("not_a_number", "B6")], id="#N/A"),
        pytest.param([LOW, ("d", 85.0, 1.0)], [("grade_twice", "A6")], id="a name twice"),
        pytest.param([LOW, ("B*", 85.0, 1.0)], [("grade_sign", "A6")], id="a wildcard"),
        pytest.param([("D", 60.0, 0.0)], [("grade_lowest", "B5")], id="no lowest row"),
        pytest.param(
            [LOW, ("A", 100.0, 1.2), ("B", 85.0, 1.0)], [("grade_order", "B7")], id="unordered"
        ),
        pytest.param(
            [LOW, ("B", 85.0, 1.0), ("A", 85.0, 1.2)], [("grade_order", "B7")], id="twice the start"
        ),
        pytest.param(
            [("S", 110.0, 1.5), LOW],
            [("grade_lowest", "B5"), ("grade_order", "B6")],
            id="the best first, as the reference prints it",
        ),
        pytest.param([LOW, (None, 85.0, 1.0)], [("empty", "A6")], id="a line without a name"),
        pytest.param([(None,), (None, "")], [("grades_none", None)], id="empty lines alone"),
        pytest.param(
            [LOW, (None, None, ""), ("B", 85.0, 1.0)],
            [("empty", "A6"), ("empty", "B6"), ("empty", "C6")],
            id="an empty line between",
        ),
    ],
)
def test_a_wrong_ladder_is_named_by_its_cell_and_not_used(
    lines: list[Line], wanted: list[tuple[str, str | None]]
) -> None:
    found = typed(*lines)
    assert [(one.code, one.place.cell or None) for one in found.problems] == wanted
    assert found.grades == GRADES
    assert all(one.what["zh"] != one.what["en"] for one in found.problems)


@pytest.mark.parametrize(
    ("code", "value", "kept"),
    [
        ("add_cap", 5.0, 5.0), ("deduct_cap", 0.0, 0.0), ("total_limit", 150.0, 150.0),
        ("min_group", 10.0, 10), ("total_limit", -1.0, 120.0), ("min_group", "many", 25),
    ],
)  # fmt: skip
def test_the_limits_of_the_settings(code: str, value: CellValue, kept: float) -> None:
    lines: tuple[Line, ...] = (("month", "2026-10"), (code, value))
    found = read_book(
        {"tblSetting": table("tblSetting", "设置", "setting value", *lines)}, _same, {}
    )
    assert getattr(found.settings, code) == kept
    assert len(found.problems) == (kept != value)


def _same(_: str, word: str) -> str:
    return word


def test_the_settings_start_where_the_reference_does() -> None:
    new = Settings(month="", company="")
    assert (new.add_cap, new.deduct_cap, new.total_limit) == (ADD_CAP, DEDUCT_CAP, LIMIT[1])


# --- signed ---------------------------------------------------------------------------------------


def test_a_default_ladder_changes_no_contract() -> None:
    """Contracts from before the table keep their digest, and mean the ladder they were made by."""
    old = contract_of(BOOK, CATALOG)
    assert "tblGrade" not in old.tables
    assert not {"add_cap", "deduct_cap", "total_limit", "min_group"} & set(old.tables["tblSetting"])
    live = replace(BOOK, grades=OWN, settings=replace(BOOK.settings, add_cap=1.0, min_group=3))
    assert ruled(live, old.tables).grades == GRADES
    assert ruled(live, old.tables).settings == BOOK.settings


def test_an_own_ladder_and_limits_come_back_as_they_were_signed() -> None:
    limits = replace(BOOK.settings, add_cap=5.0, deduct_cap=0.0, total_limit=150.0, min_group=10)
    live = replace(BOOK, grades=OWN, settings=limits)
    back = ruled(BOOK, rows_of(live, CATALOG))
    assert (back.grades, back.settings) == (OWN, limits)
    assert contract_of(live, CATALOG).digest != contract_of(BOOK, CATALOG).digest


def test_a_change_of_one_coefficient_is_one_change_and_waits() -> None:
    """Between the default ladder, which no contract writes down, and a ladder that is written."""
    dearer = (replace(GRADES[0], coefficient=1.6), *GRADES[1:])
    signed, live = (contract_of(replace(BOOK, grades=g), CATALOG) for g in (GRADES, dearer))
    assert changes(signed, live) == (Change("tblGrade", "S", "coefficient", 1.5, 1.6),)
    assert changes(live, signed) == (Change("tblGrade", "S", "coefficient", 1.6, 1.5),)
    assert changes(signed, Contract(dict(signed.tables))) == ()
    one = changes(signed, live)
    start = date(2026, 10, 1)
    assert [c for c, _ in against_lock(one, (version(1, start),), start, start)] == [*one]


# --- scored ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("total", "name"),
    [(95.0, "优"), (94.999999999, "良"), (80.5, "良"), (80.499999999, "A"), (60.0, "A"),
     (59.999999999, "差"), (0.0, "差"), (-3.0, "差")],
)  # fmt: skip
def test_bands_are_half_open(total: float, name: str) -> None:
    found = grade_of(total, 0, OWN)
    assert found is not None
    assert found.name == name


def test_a_name_may_hold_any_sign() -> None:
    odd = (Grade('S"', 50.0, 2.0), Grade("“低”", None, 0.0))
    assert (grade_of(50.0, 0, odd), grade_of(49.0, 0, odd), grade_of(None, 1, odd)) == (*odd, None)
    assert grade_of(50.0, 1, odd) == odd[1]


def test_a_card_is_graded_by_the_ladder_of_its_book() -> None:
    """100 points are an A of 1.2 by default, and a top grade of 1.3 here."""
    facts = actuals(run("DE", 1_000, 100))
    usual, own = card(facts, book()), card(facts, book(grades=OWN))
    assert [one.grade for one in (usual, own)] == [GRADES[1], OWN[0]]
    assert own.grades == OWN


def test_caps_and_limit_are_those_of_the_settings() -> None:
    """100 + 8 of 30 points, at most 105; deductions 30, of which 25 count."""
    limits = {"add_cap": 8.0, "deduct_cap": 25.0, "total_limit": 105.0}
    settings = replace(book().settings, **limits)  # type: ignore[arg-type]  # floats
    found = []
    for points in (30.0, -30.0):
        entry = PointRow("2026-10", "OPS1", points, "", None, "Points!A5", "1")
        one = card(actuals(run("DE", 1_000, 100)), book(points=(entry,), settings=settings))
        found.append((one.points, one.total))
    assert found == [((8.0,), 105.0), ((-25.0,), 75.0)]


def own_card(month: str, total: float) -> PersonCard:
    one = card(actuals(run("DE", 1_000, 100)), book(grades=OWN))
    return replace(one, month=month, total=total)


def test_pay_goes_by_the_ladder_of_the_book() -> None:
    """Quarter: (90 + 70 + 81.5) / 3 = 80.5, which is 良; a closed month likewise."""
    months = [
        {"OPS1": own_card(f"2026-{n:02d}", total)} for n, total in ((7, 90.0), (8, 70.0), (9, 81.5))
    ]
    assert merged(period("2026-Q3"), months)["OPS1"].grade == OWN[1]
    closed = as_closed(own_card("2026-10", 70.0), Closed({"2026-10｜OPS1｜EU": 96.0}, ()))
    assert (closed.total, closed.grade) == (96.0, OWN[0])


# --- the sheet ------------------------------------------------------------------------------------

TOTALS = (-1.0, 0.0, 59.999999999, 60.0, 69.999999999, 70.0, 80.499999999, 80.5, 84.999999999, 85.0,
          94.999999999, 95.0, 99.999999999, 100.0, 110.0, 120.0)  # fmt: skip


@pytest.mark.parametrize("ladder", [GRADES, OWN], ids=["default", "own"])
def test_the_sheet_grades_as_python_does(
    office: Office, tmp_path: Path, ladder: tuple[Grade, ...]
) -> None:
    """Over a column as long as the book's; with and without a veto, and for an unknown total."""
    path = tmp_path / "grades.xlsx"
    columns = {code: f"ladder!${'ABC'[n]}$2:${'ABC'[n]}$10000" for n, code in enumerate(LINE_CODES)}
    with xlsxwriter.Workbook(str(path)) as made:
        tab, side = made.add_worksheet("totals"), made.add_worksheet("ladder")
        side.write_row(0, 0, LINE_CODES)
        for row, line in enumerate(grade_lines(ladder), 1):
            side.write_row(row, 0, [line[code] for code in LINE_CODES])
        for row, total in enumerate((*TOTALS, None)):
            if total is None:
                tab.write_formula(row, 0, "=NA()")
            else:
                tab.write_number(row, 0, total)
            for at, vetoes in ((1, "0"), (3, "2")):
                text = grade(f"A{row + 1}", vetoes, columns.__getitem__)
                tab.write_formula(row, at, "=" + text)
                cell = f"{'ABCDE'[at]}{row + 1}"
                tab.write_formula(row, at + 1, "=" + coefficient(cell, columns.__getitem__))
        tab.write_formula(0, 5, "=" + person_total("200", "200", "0.5", "0", limit="150"))
    sheet = office.calculate(path)["totals"]
    for cells, total in zip(sheet, TOTALS, strict=False):
        found = [grade_of(total, vetoes, ladder) for vetoes in (0, 2)]
        assert cells[1:5] == [x for one in found if one for x in (one.name, one.coefficient)], total
    assert sheet[len(TOTALS)][1:5] == [NA] * 4
    assert sheet[0][5] == 150.0


LINE_CODES = tuple(grade_lines()[0])


@pytest.mark.filterwarnings("ignore:.*is not supported and will be removed")
@pytest.mark.parametrize(
    ("edition", "tab"), [("manager", "设置"), ("partner", "词表"), ("person", "词表")]
)
def test_the_formulas_of_every_edition_follow_its_table(
    tmp_path: Path, edition: Edition, tab: str
) -> None:
    """No grade stands in a formula: a total is looked up in the lines of the table."""
    made = load_workbook(build(tmp_path / "book.xlsx", edition, "zh"))
    area = made[tab].tables["tblGrade"].ref
    lines = [[cell.value for cell in row] for row in made[tab][area]][1:]
    assert lines == [list(line.values()) for line in grade_lines()]
    first, start = (cell.column_letter for cell in made[tab][area][0][:2])
    for page in ("团队", "记分卡") if edition == "manager" else ("记分卡",):
        cells = [cell for row in made[page].iter_rows() for cell in row if cell.data_type == "f"]
        texts = [str(cell.value) for cell in cells]
        assert any(f"MATCH($B$24,'{tab}'!${start}$" in text for text in texts) or page == "团队"
        assert any(f"INDEX('{tab}'!${first}$" in text for text in texts)
        assert not [text for text in texts if '"S"' in text or '"D"' in text]


@pytest.mark.filterwarnings("ignore:.*is not supported and will be removed")
@pytest.mark.parametrize(
    ("language", "names"),
    [
        ("zh", ("加分上限", "扣分上限", "总分上限", "分布最少人数")),
        ("en", ("Most points added", "Most points deducted", "Highest total", "Smallest group")),
    ],
)
def test_setup_has_the_limits(tmp_path: Path, language: Language, names: tuple[str, ...]) -> None:
    made = load_workbook(build(tmp_path / "book.xlsx", "manager", language))
    tab = made["设置" if language == "zh" else "Setup"]
    values = {row[0].value: row[1].value for row in tab[tab.tables["tblSetting"].ref]}
    assert [values[name] for name in names] == [10, 20, 120, 25]


def test_every_field_of_a_grade_is_signed() -> None:
    assert {one.name for one in fields(Grade)} == {"name", "start", "coefficient"}
    rows = rows_of(replace(BOOK, grades=OWN), CATALOG)["tblGrade"]
    assert rows["良"] == {"grade": "良", "start": 80.5, "coefficient": 1.0}
