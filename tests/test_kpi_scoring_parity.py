"""One score everywhere: items, cards and people of one book; long runs: test_function_parity."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.kpi_language_support import bits
from tests.libreoffice import Office
from tests.scoring_sheet_support import by_sheet, people_by_python, shown_person
from tests.scoring_support import by_node, by_python, cards, cards_by_node, draw


@pytest.mark.parametrize("language", ["zh", "en"])
def test_items_cards_and_people_agree(office: Office, tmp_path: Path, language: str) -> None:
    """240 rows over all methods: ties, neighbours, blanks, unknowns, both editions' words."""
    _agree(office, tmp_path / "rows.xlsx", 20261022, 240, language)


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
