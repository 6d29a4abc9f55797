"""The payout book recalculated by LibreOffice: every line is the service's, to the last bit."""

from __future__ import annotations

from typing import Any

import pytest

from kpi.payout import Reason
from sheet_templates import words
from sheet_templates.build import build
from sheet_templates.layout import Language
from sheet_templates.places import PAYOUT_PLACES
from tests.libreoffice import NA, Office, Sheets
from tests.pay_support import applied, lines, start

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
    place = PAYOUT_PLACES[name]
    rows = sheets[place.sheet.title(language)][place.row + 1 :]
    codes = [c.code for c in place.table.columns]
    found = [row[place.column : place.column + len(codes)] for row in rows]
    return [dict(zip(codes, row, strict=True)) for row in found if row[0] != ""]


def shown(value: object) -> object:
    return NA if value is None else float(str(value))


def test_every_step_of_every_line_equals_the_service_to_the_last_bit(
    calculated: Sheets, language: Language
) -> None:
    rows = {row["person"]: row for row in table(calculated, "tblPay", language)}
    assert len(rows) == len(lines()) == 400
    for line in lines():
        row, who = rows[line.basis.person], (line.basis, line.rule)
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
