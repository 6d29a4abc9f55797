"""The formulas of a workbook as it is now, in every kind: known where they stand, and written."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import pytest

from sheet_templates.build import build
from sheet_templates.layout import SHEETS, Language
from sheet_templates.places import MANAGER_PLACES, PAYOUT_PLACES, letters
from sheet_templates.scoring_cells import BookCells, Scoring, SheetTable, plain
from sheet_templates.scoring_kinds import SCORING, FormulaKind
from sync_service.workbooks.markup import unescape
from tests.scoring_cells_support import cells_of
from tests.sheets_support import filled

NATIVE, OFFICEJS, XLWINGS = FormulaKind
TABLE = MANAGER_PLACES["tblScore"]


@pytest.mark.parametrize("kind", FormulaKind)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_formula_is_what_the_builder_writes(
    language: Language, kind: FormulaKind, tmp_path: Path
) -> None:
    scoring = Scoring(cells_of(MANAGER_PLACES, language))
    assert len(list(scoring.columns())) == 7
    path = build(tmp_path / "book.xlsx", "manager", language, filled(language), kind)
    with zipfile.ZipFile(path) as package:
        number = [sheet.code for sheet in SHEETS].index("items") + 1
        xml = package.read(f"xl/worksheets/sheet{number}.xml").decode()
    for code in SCORING["tblScore"]:
        text = scoring.text("tblScore", code, 77, kind)
        assert text is not None
        cell = f"{letters(TABLE.offset(code))}77"
        found = re.search(rf'<c r="{cell}"[^>]*><f>(.*?)</f>', xml)
        assert found is not None
        assert text == unescape(found[1])
        for other in FormulaKind:
            wanted = scoring.text("tblScore", code, 77, other)
            assert scoring.told("tblScore", code, 77, text, other) == wanted
        assert scoring.told("tblScore", code, 78, text, kind) is None  # of another row


def test_a_column_that_is_missing_leaves_its_formulas_alone() -> None:
    cells = cells_of(PAYOUT_PLACES, "en")
    without = {
        name: SheetTable(
            one.name,
            one.title,
            one.first,
            {code: n for code, n in one.columns.items() if code != "rate"},
            one.headers,
        )
        for name, one in cells.tables.items()
    }
    scoring = Scoring(BookCells(without, "en"))
    assert scoring.text("tblPay", "earned", 5, OFFICEJS) is None
    native = scoring.text("tblPay", "earned", 5, NATIVE)
    assert native is not None
    assert scoring.told("tblPay", "earned", 5, native, OFFICEJS) is None
    assert scoring.told_total("SUM(A1:A2)", NATIVE) is None


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ('IF($A5="","", kpi_score( $B5 , 0.50))', 'if($a5="","",kpi_score($b5,0.5))'),
        ("'Items'!$A$5:$A$9", "items!$a$5:$a$9"),
        ("'My items'!$A$5", "myitems!$a$5"),
        ("[2]!_xldudf_KPI_DUE(A1,1)", "_xldudf_kpi_due(a1,1.0)"),
        ("[1]!KPI_DUE(A1,1E-3)", "kpi_due(a1,0.001)"),
        ('COUNTIFS(A:A,"[2]!_xldudf_ A")', 'countifs(a:a,"[2]!_xldudf_ A")'),
    ],
)
def test_a_formula_is_compared_without_what_programs_spell(text: str, wanted: str) -> None:
    assert plain(text) == wanted


def test_a_workbook_without_a_grade_table_has_the_default_ladder() -> None:
    cells = cells_of(MANAGER_PLACES, "en")
    before = {name: one for name, one in cells.tables.items() if name != "tblGrade"}
    old, new = Scoring(BookCells(before, "en")), Scoring(cells)
    call, full = (one.text("tblTeam", "grade", 7, OFFICEJS) or "" for one in (old, new))
    assert call.startswith('IF($A7="","",_xldudf_KPI_GRADE(')
    assert full.startswith(call[:-2] + ",")  # the same, and the table behind
    native = old.text("tblTeam", "grade", 7, NATIVE) or ""
    assert '>=110,"S"' in native
    assert "Setup" not in native
    assert "Setup" in (new.text("tblTeam", "grade", 7, NATIVE) or "")
