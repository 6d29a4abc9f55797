"""LibreOffice shows relative weights in points of 100, on each line and above the table."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from kpi.scoring import relative_weights
from sheet_templates import words
from sheet_templates.build import build
from sheet_templates.layout import Language
from sheet_templates.places import MANAGER_PLACES
from sheet_templates.start import BookStart, StartRow
from tests.libreoffice import Office
from tests.sheet_rows import rows_of
from tests.sheets_support import filled


def tenths(language: Language, mode: str = "relative") -> BookStart:
    """A tenth of every weight; US ACoS is off, the line before says nothing."""
    start = filled(language)
    rows: list[StartRow] = [
        {**row, "weight": round(float(str(row["weight"])) / 10, 9)} for row in start.weights
    ]
    rows[1], rows[2] = {**rows[1], "on": None}, {**rows[2], "on": "no"}
    settings = {**start.settings, "weight_mode": mode}
    return replace(start, weights=rows, settings=settings)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_relative_weights_are_shown_in_points(
    language: Language, office: Office, tmp_path: Path
) -> None:
    start = tenths(language)
    sheets = office.calculate(build(tmp_path / "book.xlsx", "manager", language, start))
    rows = rows_of(sheets, MANAGER_PLACES["tblWeight"], language)
    off = words.show("yes_no", "no", language)
    cards: dict[tuple[str, str], list[dict[str, object]]] = {}
    for row in rows:
        cards.setdefault((row["role"], row["region"]), []).append(row)
    for card in cards.values():
        on = [row for row in card if row["on"] != off]
        parts = relative_weights([float(str(row["weight"])) for row in on])
        assert [row["part"] for row in on] == list(parts)
        assert all(row["part"] == "" for row in card if row["on"] == off)
    text = str(sheets["权重" if language == "zh" else "Weights"][1][0])
    want = "运营 US 相对 9 ✓ · 待分配 1" if language == "zh" else "Operations US relative 9 ✓"
    assert text.startswith(want)
    process = "过程 33.3 ✓" if language == "zh" else "Process 33.3 ✓"
    assert process in text  # 3 of 9


@pytest.mark.parametrize("language", ["zh", "en"])
def test_absolute_weights_are_their_own_points(
    language: Language, office: Office, tmp_path: Path
) -> None:
    start = tenths(language, "absolute")
    sheets = office.calculate(build(tmp_path / "book.xlsx", "manager", language, start))
    rows = rows_of(sheets, MANAGER_PLACES["tblWeight"], language)
    off = words.show("yes_no", "no", language)
    assert all(row["part"] == ("" if row["on"] == off else row["weight"]) for row in rows)
    assert "✗" in str(sheets["权重" if language == "zh" else "Weights"][1][0])
