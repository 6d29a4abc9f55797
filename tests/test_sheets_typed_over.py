"""The purple border of a cell that was typed over: the rule of each column, calculated."""

from __future__ import annotations

from pathlib import Path

import pytest
import xlsxwriter

from kpi.model import Language
from sheet_templates.build import build
from sheet_templates.colours import typed_over
from sheet_templates.layout import STATES, TABLES, Owner
from sheet_templates.places import MANAGER_PLACES, letters
from tests.libreoffice import Office
from tests.xlsx_support import parts

# the row's state, the column's header, whether the cell gets its border
CASES = [
    pytest.param("≠ Typed over Actual 0.25", "Actual", True, id="the column that is named"),
    pytest.param("≠ Typed over Actual 0.25", "Target", False, id="another column of the row"),
    pytest.param("≠ Typed over Actual 0.25 · Target 5", "Target", True, id="the second of two"),
    pytest.param("≠ 被改写 实际 0.25", "实际", True, id="in Chinese"),
    pytest.param("≠ 被改写 实际 0.25", "目标", False, id="another column in Chinese"),
    pytest.param("● Complete", "Actual", False, id="a row that nobody touched"),
    pytest.param("✎ Actual typed", "Actual", False, id="typed by hand is not typed over"),
    pytest.param("", "Actual", False, id="no state"),
]


@pytest.fixture(scope="module")
def answers(office: Office, tmp_path_factory: pytest.TempPathFactory) -> list[object]:
    path = tmp_path_factory.mktemp("rules") / "rules.xlsx"
    with xlsxwriter.Workbook(path) as book:
        tab = book.add_worksheet("R")
        for row, case in enumerate(CASES):
            state, header, _ = case.values
            tab.write_string(row, 0, str(state))
            rule = typed_over(f"$A{row + 1}", str(header))
            tab.write_formula(row, 1, rule.replace("=AND", "=IF(AND", 1) + ',"yes","no")')
    return [line[1] for line in office.calculate(path)["R"]]


@pytest.mark.parametrize("number", range(len(CASES)), ids=[str(case.id) for case in CASES])
def test_a_state_names_the_column_that_was_typed_over(number: int, answers: list[object]) -> None:
    assert answers[number] == ("yes" if CASES[number].values[2] else "no")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_service_column_of_items_and_actuals_has_the_rule(
    language: Language, tmp_path: Path
) -> None:
    sheets = parts(build(tmp_path / "book.xlsx", "manager", language))
    rules = "".join(
        xml.decode() for name, xml in sheets.items() if name.startswith("xl/worksheets/sheet")
    )
    for name, code in STATES.items():
        place = MANAGER_PLACES[name]
        state = f"${letters(place.offset(code))}{place.row + 2}"
        for column in TABLES[name].columns:
            if column.owner is Owner.SERVICE:
                rule = typed_over(state, column.header(language))[1:].replace('"', "&quot;")
                assert f"<formula>{rule}</formula>" in rules.replace('"', "&quot;"), column.code
