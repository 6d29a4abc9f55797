"""The payout book recalculated by LibreOffice: every line is the service's, to the last bit."""

from __future__ import annotations

import re
from typing import Any

import pytest
from openpyxl.workbook import Workbook

from kpi.payout import Reason
from sheet_templates import words
from sheet_templates.build import build
from sheet_templates.layout import PAYOUT_SHEETS, TABLES, Language, Owner
from sheet_templates.notes import note
from sheet_templates.places import PAYOUT_PLACES
from tests.libreoffice import NA, Office, Sheets
from tests.pay_support import applied, lines, start
from tests.sheet_rows import rows_of
from tests.test_sheets_structure import SAFE, areas, load

LANGUAGES: tuple[Language, ...] = ("zh", "en")


@pytest.fixture(scope="module", params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> Language:
    found: Language = request.param
    return found


@pytest.fixture(scope="module")
def calculated(
    language: Language, office: Office, tmp_path_factory: pytest.TempPathFactory
) -> Sheets:
    path = tmp_path_factory.mktemp("pay") / f"pay-{language}.xlsx"
    return office.calculate(build(path, "payout", language, start(lines(), language)))


def table(sheets: Sheets, name: str, language: Language) -> list[dict[str, Any]]:
    return rows_of(sheets, PAYOUT_PLACES[name], language)


def shown(value: object) -> object:
    return NA if value is None else float(str(value))


def test_every_step_of_every_line_equals_the_service_to_the_last_bit(
    calculated: Sheets, language: Language
) -> None:
    rows = {row["person"]: row for row in table(calculated, "tblPay", language)}
    assert len(rows) == len(lines()) == 400
    for line in lines():
        row, who = rows[line.basis.person], (line.basis, line.rule)
        assert row["net"] == shown(line.net), who
        assert row["loss_out"] == shown(line.loss_out), who
        assert row["typed"] == ("✎" if line.basis.typed_over else ""), who
        assert row["gross"] == shown(line.gross), who
        assert row["prorated"] == shown(line.prorated), who
        assert row["earned"] == shown(line.earned), who
        assert row["rewards"] == float(line.basis.rewards), who
        assert row["payable"] == shown(line.payable), who
        said = words.show("pay_reason", line.reason, language)
        assert row["why"] == ("" if line.reason is Reason.NOTHING else said), who
        assert row["currency"] == (line.rule.currency if line.rule else ""), who


def test_the_lines_meet_every_rule_and_every_reason() -> None:
    assert {line.reason for line in lines()} == set(Reason)
    assert {line.rule.method for line in lines() if line.rule and line.payable} >= {
        "coef_bonus",
        "direct",
        "payout_curve",
        "ladder",
        "ladder_whole",
        "accelerate",
        "coef_commission",
        "team_split",
    }


def test_each_application_counts_what_the_service_counts(
    calculated: Sheets, language: Language
) -> None:
    rows = {int(row["no"]): row for row in table(calculated, "tblApplied", language)}
    for one in applied():
        row = rows[one.application.number]
        assert row["counted"] == float(one.counted), one
        assert row["effect"] == words.show("reward_effect", one.rule.effect, language)
    assert [rows[n]["counted"] for n in range(1, 9)] == [101, 19, -30, -70, 2, 0, 50.5, 0]
    assert [rows[n]["counts_in"] for n in (1, 7, 9, 10, 11)] == [
        *("2026-10", "2026-Q3", "2026-Q4", "2026-Q4", "2026-Q4"),  # P003 has no September
    ]
    assert rows[5]["counts_in"] == "R-2026-10-5"  # points: the entry of Points
    paid = {row["person"]: row["rewards"] for row in table(calculated, "tblPay", language)}
    assert (paid["P005"], paid["P049"]) == (0, 20.5)


# --- the built file -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def built(language: Language, tmp_path_factory: pytest.TempPathFactory) -> Workbook:
    path = tmp_path_factory.mktemp("built") / "pay.xlsx"
    return load(build(path, "payout", language, start(lines(30), language)))


def test_tabs_tables_and_notes_are_those_of_the_map(built: Workbook, language: Language) -> None:
    assert built.sheetnames == [sheet.title(language) for sheet in PAYOUT_SHEETS]
    for sheet in PAYOUT_SHEETS:
        tab = built[sheet.title(language)]
        assert set(tab.tables) == {table.name for table in sheet.tables}
        for name, area in areas(tab):
            for cell, column in zip(tab[area][0], TABLES[name].columns, strict=True):
                assert cell.value == column.header(language)
                assert cell.comment is not None
                assert cell.comment.text == note(name, column.code, language)
                assert len(cell.comment.text) <= 90, (name, column.code)


def test_a_reward_is_of_a_month_or_a_quarter(built: Workbook, language: Language) -> None:
    place = PAYOUT_PLACES["tblApplied"]
    tab = built[place.sheet.title(language)]
    offered = {v.formula1 for v in tab.data_validations.dataValidation}
    assert "lstPeriod" in offered
    [(sheet, area)] = built.defined_names["lstPeriod"].destinations
    codes = [cell.value for (cell,) in built[sheet][area]]
    assert codes[:5] == ["2024-01", "2024-02", "2024-03", "2024-Q1", "2024-04"]
    assert codes[-1] == "2032-Q4"
    [(sheet, area)] = built.defined_names["lstQuarterOf"].destinations
    assert [cell.value for (cell,) in built[sheet][area]][4:9] == ["2024-Q2"] * 4 + ["2024-Q3"]


def test_its_formulas_use_the_safe_core_only(built: Workbook) -> None:
    texts = [
        str(cell.value)
        for sheet in built.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f"
    ]
    bare = (re.sub(r'"[^"]*"|\'[^\']*\'', "", text) for text in texts)
    assert {name for text in bare for name in re.findall(r"([A-Z][A-Z.0-9]*)\(", text)} <= SAFE
    assert max(len(text) for text in texts) <= 8192


def test_only_what_people_type_is_theirs() -> None:
    assert TABLES["tblPay"].owned_by(Owner.MANAGER) == (
        *("rule", "base", "attendance", "amount", "goal", "weight", "approved_by"),
    )
    assert TABLES["tblPay"].owned_by(Owner.PARTNER) == ("confirmed",)
