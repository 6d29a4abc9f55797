"""The states of breaches in a sheet: which lines Team counts as open, and the rules as typed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from kpi.book_reading import read_book
from kpi.catalog import shipped
from sheet_templates.build import build
from sheet_templates.layout import Language
from sheet_templates.start import StartRow
from sheet_templates.word_lists import LISTS
from sheet_templates.words import decode, show
from sync_service.workbooks.xlsx import XlsxPort
from tests.libreoffice import Office
from tests.sheets_support import filled
from tests.test_sheets_scores import table

LANGUAGES: tuple[Language, ...] = ("zh", "en")
CLOSED = {"recovered", "withdrawn", "ended", "unreported", "unjudged"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_team_counts_every_line_that_is_not_closed(
    language: Language, office: Office, tmp_path: Path
) -> None:
    """One line in each of eleven states, all of OPS2: six of them are open."""
    states = [code for code, _, _ in LISTS["breach_state"]]
    lines: list[StartRow] = [
        {"no": f"B-{n}", "owner": "OPS2", "state": show("breach_state", code, language)}
        for n, code in enumerate(states)
    ]
    start = filled(language)
    service = {**start.service, "tblBreach": lines}
    path = build(tmp_path / "team.xlsx", "manager", language, replace(start, service=service))
    rows = {row["person"]: row for row in table(office.calculate(path), "tblTeam", language)}
    assert (len(states), len(CLOSED)) == (11, 5)
    assert (rows["OPS2"]["open_breaches"], rows["OPS3"]["open_breaches"]) == (6.0, 0.0)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_surge_is_read_back_from_a_workbook_as_it_was_typed(
    language: Language, tmp_path: Path
) -> None:
    line: StartRow = {
        "rule": "surge", "on": "yes", "metric": "negative_review_count", "scope": "*",
        "window": "day", "operator": ">", "value": 3.0, "against": "median", "periods": 1.0,
        "level": "warn", "quiet_days": "黑五", "history": 28.0, "least": 20.0, "beyond": 2.0,
        "margin": 1.0, "keep": 2.0,
    }  # fmt: skip
    path = build(
        tmp_path / "rules.xlsx", "manager", language, replace(filled(language), rules=[line])
    )
    catalog = shipped()
    book = read_book(XlsxPort(path).read().tables, decode, catalog.names(), catalog)
    (rule,) = book.rules
    assert (rule.against, rule.value, rule.history, rule.least) == ("median", 3.0, 28, 20)
    assert (rule.beyond, rule.margin, rule.keep, rule.quiet) == (2.0, 1.0, 2, "黑五")
    assert [p for p in book.problems if p.place.table == "tblRule"] == []
