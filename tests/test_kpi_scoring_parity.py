"""One score everywhere: Python, node and the workbook's formulas agree to the last bit."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from kpi.methods import METHODS
from kpi.step_table import table_of
from tests.kpi_language_support import bits
from tests.libreoffice import Office
from tests.parity_support import differences, draw_cards, template
from tests.scoring_support import (
    Drawn,
    by_node,
    by_python,
    by_sheet,
    cards,
    cards_by_node,
    draw,
    people_by_python,
    shown_person,
)

HELD: tuple[Callable[[Drawn], bool], ...] = (  # what some of the drawn rows must be
    lambda row: row.actual is None,
    lambda row: (row.actual or 0) < 0,
    lambda row: row.target is not None and row.target <= 0,
    lambda row: row.actual is not None and row.actual == row.due,
    lambda row: row.cap is None,
    lambda row: table_of(row.params) is not None,
    lambda row: (found := table_of(row.params)) is not None and found.linear,
    lambda row: (found := table_of(row.params)) is not None and found.falling,
    lambda row: (found := table_of(row.params)) is not None and not found.on_actual,
)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_items_cards_and_people_agree(office: Office, tmp_path: Path, language: str) -> None:
    """240 rows over all methods: ties, neighbours, blanks, unknowns, both editions' words."""
    _agree(office, tmp_path / "rows.xlsx", 20261022, 240, language)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_20_000_scorecards_agree_in_all_three(
    office: Office, tmp_path: Path, language: str
) -> None:
    """10,000 in each edition's words, of one to three items, card totals and coverage too."""
    _cards_agree(office, tmp_path / "cards.xlsx", 7 if language == "zh" else 8, 10_000, language)


@pytest.mark.prove
@pytest.mark.parametrize("seed", range(100, 200))
def test_a_million_scorecards_agree_in_all_three(office: Office, tmp_path: Path, seed: int) -> None:
    """10,000 a seed."""
    language = "zh" if seed % 2 else "en"
    _cards_agree(office, tmp_path / "cards.xlsx", seed, 10_000, language)


def test_node_adds_up_the_same_cards() -> None:
    """Some are withheld by the coverage, some by a blocking item alone, some by neither."""
    rows = draw(2, 3000)
    wanted = {
        key: [bits(card.total), bits(card.coverage)] for key, (_, card) in cards(rows).items()
    }
    assert cards_by_node(rows) == wanted
    held = {card.total is None for _, card in cards(rows).values() if (card.coverage or 0) >= 0.7}
    assert held == {True, False}


@pytest.mark.prove
@pytest.mark.parametrize("seed", range(12))
def test_items_cards_and_people_agree_in_the_long_run(
    office: Office, tmp_path: Path, seed: int
) -> None:
    """24,000 rows in all."""
    _agree(office, tmp_path / "rows.xlsx", seed, 2000, "zh" if seed % 2 else "en")


def _cards_agree(office: Office, path: Path, seed: int, count: int, language: str) -> None:
    """No difference, and the draw holds what it must: unknowns, withheld totals, both regions."""
    cards = draw_cards(seed, count)
    wrong = differences(office, template(path, language), cards, language)
    assert not wrong, (len(wrong), wrong[:3])
    rows = [row for card in cards for row in card]
    assert {row.method for row in rows} == set(METHODS)
    assert min(sum(test(row) for row in rows) for test in HELD) > count / 100


def _agree(office: Office, path: Path, seed: int, count: int, language: str) -> None:
    rows = draw(seed, count)
    wanted = by_python(rows, language)
    assert by_node(rows) == [line["score"] for line in wanted]
    found, people = by_sheet(office, path, rows, language)
    wrong = [
        (rows[n], code, want[code], got[code])
        for n, (want, got) in enumerate(zip(wanted, found, strict=True))
        for code in want
        if got[code] != want[code]
    ]
    assert not wrong, (len(wrong), wrong[:3])
    assert [shown_person(line) for line in people] == people_by_python(rows)
    assert sum(line["score"] != "unknown" for line in wanted) > count / 2
