"""The built workbooks, looked at with openpyxl: tables, notes, checks, panes, print, drift."""

from __future__ import annotations

import re
import warnings
import zipfile
from pathlib import Path

import openpyxl
import pytest
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from kpi.errors import KpiError
from kpi.organisation import SHOP_ROLES
from kpi.tables import CellValue
from kpi.teams import TEAM_ROLE
from sheet_templates import words
from sheet_templates.book import Edition
from sheet_templates.build import build, build_all
from sheet_templates.duty_rows import duty_rows
from sheet_templates.layout import (
    INVESTOR_SHEETS,
    NAMES,
    PARTNER_SHEETS,
    PERSON_SHEETS,
    SHEETS,
    SLICE_NAMES,
    TABLES,
    Language,
    Owner,
)
from sheet_templates.notes import note
from sheet_templates.start import BookStart
from tests.paths import ROOT
from tests.sheets_support import filled

EDITIONS: tuple[tuple[Edition, Language], ...] = (
    ("manager", "zh"),
    ("manager", "en"),
    ("partner", "zh"),
    ("partner", "en"),
    ("person", "zh"),
    ("person", "en"),
    ("investor", "zh"),
    ("investor", "en"),
)
MAPS = {
    "manager": SHEETS,
    "partner": PARTNER_SHEETS,
    "person": PERSON_SHEETS,
    "investor": INVESTOR_SHEETS,
}
OF_THE_MANAGER = {"nmSetupDone", "nmDay", "nmWeek", "nmShown"}  # nobody else sets up or reports
SHIPPED = ROOT / "sheet_templates" / "shipped"
# Functions of the native edition (DESIGN.md): every program has them, offline and on phones.
SAFE = frozenset(
    {
        *("SUM", "SUMIFS", "COUNTIFS", "INDEX", "MATCH", "SUMPRODUCT", "IF", "IFERROR", "AND"),
        *("OR", "NOT", "NA", "ISNUMBER", "ISNA", "ABS", "INT", "ROUND", "MIN", "MAX", "TEXT"),
        *("DATE", "YEAR", "MONTH", "DAY"),
    }
)


@pytest.mark.parametrize(
    "month",
    [
        pytest.param("", id="empty"),
        pytest.param(None, id="nothing"),
        pytest.param("2026-13", id="a thirteenth month"),
        pytest.param("Oct 2026", id="words"),
        pytest.param(202610.0, id="a number"),
        pytest.param("2026-10-01", id="a day"),
    ],
)
def test_a_month_that_is_none_is_refused_with_the_mend(month: CellValue, tmp_path: Path) -> None:
    out = tmp_path / "new.xlsx"
    with pytest.raises(KpiError, match=r"Write it as 2026-10\..*请写成 2026-10。"):
        build(out, "manager", "en", BookStart(settings={"month": month}))
    assert not out.exists()


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], Path]:
    folder = tmp_path_factory.mktemp("books")
    return {
        (edition, language): build(
            folder / f"{edition}-{language}.xlsx", edition, language, filled(language)
        )
        for edition, language in EDITIONS
    }


@pytest.fixture(scope="module")
def books(built: dict[tuple[str, str], Path]) -> dict[tuple[str, str], Workbook]:
    return {key: load(path) for key, path in built.items()}


def areas(sheet: Worksheet) -> list[tuple[str, str]]:
    """The tables of a tab, each with its range."""
    return [(table.name, table.ref) for table in sheet.tables.values()]


def load(path: Path) -> Workbook:
    """Read with openpyxl, which says that it drops sparklines and data bars; we only look."""
    with warnings.catch_warnings():
        warnings.filterwarnings(
            "ignore", message=".*extension is not supported", category=UserWarning
        )
        return openpyxl.load_workbook(path)


@pytest.mark.parametrize(("edition", "language"), EDITIONS)
def test_tabs_and_tables_are_those_of_the_map(
    books: dict[tuple[str, str], Workbook], edition: Edition, language: Language
) -> None:
    book = books[edition, language]
    sheets = MAPS[edition]
    assert book.sheetnames == [sheet.title(language) for sheet in sheets]
    for sheet in sheets:
        tables = book[sheet.title(language)].tables
        assert set(tables) == {table.name for table in sheet.tables}
        for table in sheet.tables:
            headers = [column.name for column in tables[table.name].tableColumns]
            assert headers == [column.header(language) for column in table.columns]


@pytest.mark.parametrize(("edition", "language"), EDITIONS)
def test_every_header_has_a_note_of_at_most_two_lines(
    books: dict[tuple[str, str], Workbook], edition: Edition, language: Language
) -> None:
    for sheet in books[edition, language].worksheets:
        for name, area in areas(sheet):
            for cell, column in zip(sheet[area][0], TABLES[name].columns, strict=True):
                assert cell.comment is not None, (name, column.code)
                assert cell.comment.text == note(name, column.code, language)
                assert cell.comment.text.count("\n") < 2
                assert len(cell.comment.text) <= 90, (name, column.code)


@pytest.mark.parametrize(("edition", "language"), EDITIONS)
def test_every_formula_uses_the_safe_core_only(
    books: dict[tuple[str, str], Workbook], edition: Edition, language: Language
) -> None:
    formulas = [
        str(cell.value)
        for sheet in books[edition, language].worksheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f"
    ]
    assert len(formulas) > 100
    bare = (re.sub(r'"[^"]*"|\'[^\']*\'', "", text) for text in formulas)
    used = {name for text in bare for name in re.findall(r"([A-Z][A-Z.0-9]*)\(", text)}
    assert used <= SAFE
    assert max(len(text) for text in formulas) <= 8192


def test_headers_stand_in_row_four_with_frozen_panes(
    books: dict[tuple[str, str], Workbook],
) -> None:
    special = {"tblFocus", "tblReview", "tblSetting", "tblReconcile"} | {"tblGrade"}
    for book in books.values():
        for sheet in book.worksheets:
            assert sheet.freeze_panes is not None
            for name, area in areas(sheet):
                if name not in special:
                    assert re.fullmatch(r"[A-Z]+4:[A-Z]+\d+", area), name


def test_each_tab_prints_on_a4_landscape_one_page_wide(
    books: dict[tuple[str, str], Workbook],
) -> None:
    for book in books.values():
        for sheet in book.worksheets:
            assert sheet.page_setup.orientation == "landscape"
            assert str(sheet.page_setup.paperSize) == "9"
            assert sheet.page_setup.fitToWidth in (1, None)
            setup = sheet.sheet_properties.pageSetUpPr
            assert setup is not None
            assert setup.fitToPage


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_choice_and_date_of_the_manager_is_checked(
    books: dict[tuple[str, str], Workbook], language: Language
) -> None:
    for sheet in books["manager", language].worksheets:
        for name, area in areas(sheet):
            for cell, column in zip(sheet[area][1], TABLES[name].columns, strict=True):
                kind = column.kind.partition(":")[0]
                if column.owner is not Owner.MANAGER or kind == "text":
                    continue
                found = [v for v in sheet.data_validations.dataValidation if cell.coordinate in v]
                assert found, (name, column.code)
                assert found[0].type == {"choice": "list", "date": "date"}.get(kind, "decimal")


def test_a_partner_types_in_partner_columns_only(books: dict[tuple[str, str], Workbook]) -> None:
    book = books["partner", "zh"]
    for sheet in book.worksheets:
        assert sheet.protection.sheet
        for name, area in areas(sheet):
            for cell, column in zip(sheet[area][1], TABLES[name].columns, strict=True):
                assert cell.protection.locked == (column.owner is not Owner.PARTNER)


@pytest.mark.parametrize(
    ("mode", "shown"),
    [
        pytest.param("basic", 10, id="basic shows ten tabs"),
        pytest.param("team", 13, id="team shows thirteen"),
        pytest.param("full", 32, id="full shows all but the three behind the scenes"),
    ],
)
def test_tabs_are_hidden_by_mode(tmp_path: Path, mode: str, shown: int) -> None:
    path = build(tmp_path / "x.xlsx", contents=BookStart(settings={"mode": mode}))
    states = [s.sheet_state for s in load(path).worksheets]
    assert states.count("visible") == shown


@pytest.mark.parametrize(("edition", "language"), EDITIONS)
def test_every_name_of_the_map_points_at_one_cell(
    books: dict[tuple[str, str], Workbook], edition: Edition, language: Language
) -> None:
    book = books[edition, language]
    for name in NAMES:
        if edition != "manager" and name.code in OF_THE_MANAGER:
            continue
        if edition == "investor" and name.code.startswith("nmCard"):
            continue  # no people
        if name in SLICE_NAMES and edition not in ("person", "partner"):
            continue  # Team has these figures
        [(title, cell)] = book.defined_names[name.code].destinations
        assert title in book.sheetnames
        assert ":" not in cell


@pytest.mark.parametrize(("edition", "language"), EDITIONS)
def test_every_dropdown_has_its_list(
    books: dict[tuple[str, str], Workbook], edition: Edition, language: Language
) -> None:
    """`应达进度` and `月中改权重` named lists that no tab had."""
    book = books[edition, language]
    asked = {
        str(one.formula1).lstrip("=")
        for tab in book.worksheets
        for one in tab.data_validations.dataValidation
        if str(one.formula1).lstrip("=").startswith("lst")
    }
    assert asked <= set(book.defined_names)


def test_the_same_rows_give_the_same_bytes(tmp_path: Path) -> None:
    first = build(tmp_path / "a.xlsx", contents=filled("zh"))
    second = build(tmp_path / "b.xlsx", contents=filled("zh"))
    assert first.read_bytes() == second.read_bytes()


def test_the_shipped_workbooks_are_what_the_code_builds(tmp_path: Path) -> None:
    for path in build_all(tmp_path):
        kept = SHIPPED / path.name
        mend = "run: python -m sheet_templates.build sheet_templates/shipped"
        assert _parts(kept) == _parts(path), f"{kept.name} is out of date; {mend}"


def _parts(path: Path) -> dict[str, bytes]:
    """The parts of a workbook; how hard they are packed depends on the machine's zlib."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_text_that_looks_like_a_formula_stays_text(tmp_path: Path) -> None:
    start = BookStart(products=({"sku": "=1+1", "name": '=HYPERLINK("http://x","y")'},))
    sheet = load(build(tmp_path / "x.xlsx", contents=start))["产品"]
    assert [sheet["A5"].data_type, sheet["J5"].data_type] == ["s", "s"]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_role_starts_with_a_description_and_reports_to_a_role(language: Language) -> None:
    roles = [code for code, _, _ in words.LISTS["role"]]
    roles = [code for code in roles if code not in (*SHOP_ROLES, TEAM_ROLE)]  # nobody's role
    rows = duty_rows(language)
    assert sorted(str(row["role"]) for row in rows["tblDuty"]) == sorted(roles)
    assert [row["role"] for row in rows["tblDuty"] if row["reports"] is None] == ["supervisor"]
    for table in rows.values():
        assert all(value for row in table for code, value in row.items() if code != "reports")
    assert {row["owner"] for row in rows["tblLogic"]} <= set(roles)
