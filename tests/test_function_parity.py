"""Every local function in Python, node, Chromium and LibreOffice's native formulas: the same bits.

What functions say of wrong arguments is compared between Python, node and Chromium with its
sentence; native formulas know no wrong arguments, so there such a cell must be unknown.
"""

from __future__ import annotations

import random
import struct
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

import pytest

from kpi.functions import LOCAL
from kpi.methods import METHODS
from kpi.step_table import table_of
from tests.function_engines import Engines, Family, Row, by_chromium, differences
from tests.function_rows import DRAWN, FX, PAY
from tests.function_support import by_node, by_python, draw
from tests.libreoffice import Office
from tests.pane_service import serving
from tests.pane_support import chromium, pane
from tests.parity_support import ITEMS, draw_cards, item_rows
from tests.published_rows import Wanted, fx_rows, items, pay_rows
from tests.scoring_sheet_support import words_of
from tests.scoring_support import Drawn

HELD: tuple[Callable[[Drawn], bool], ...] = (  # what some of the drawn rows must be
    lambda row: row.actual is None,
    lambda row: (row.actual or 0) < 0,
    lambda row: row.target is None,
    lambda row: row.target is not None and row.target <= 0,
    lambda row: row.actual is not None and row.actual == row.due,
    lambda row: row.cap is None,
    lambda row: table_of(row.params) is not None,
    lambda row: (found := table_of(row.params)) is not None and found.linear,
    lambda row: (found := table_of(row.params)) is not None and found.falling,
    lambda row: (found := table_of(row.params)) is not None and not found.on_actual,
)
EMPTY = {
    "sheets": [{"name": "Sheet1", "visibility": "Visible", "cells": {}}],
    "tables": [],
    "names": {},
    "settings": {},
}


@pytest.fixture(scope="module")
def engines(office: Office, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engines]:
    """The session's office, and one pane for all; workbooks stay open from seed to seed."""
    with chromium() as browser, serving() as stub, pane(browser, stub, EMPTY) as page:
        yield Engines(office, page, tmp_path_factory.mktemp("parity"))


# --- random rows ----------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["zh", "en"])
def test_random_rows_give_the_same_bits(engines: Engines, language: str) -> None:
    """20,000 scorecards of one to three items (DUE, ATTAIN, SCORE, STATUS, TOTAL), 4,000 rows of
    GRADE, BONUS, FX and TARGET."""
    _agree(engines, 7 if language == "zh" else 8, language, cards=10_000, others=500)


@pytest.mark.prove
@pytest.mark.parametrize("seed", range(100, 200))
def test_a_million_rows_give_the_same_bits(engines: Engines, seed: int) -> None:
    """10,000 rows a seed; a choice of seeds (`-k "100 or 101"`) is a part of the whole."""
    _agree(engines, seed, "zh" if seed % 2 else "en", cards=3_450, others=1_000)


@pytest.mark.prove
@pytest.mark.parametrize("seed", range(100, 200))
def test_a_million_scorecards_give_the_same_bits(engines: Engines, seed: int) -> None:
    """10,000 cards a seed."""
    _agree(engines, 1000 + seed, "zh" if seed % 2 else "en", cards=10_000, others=0)


def _agree(engines: Engines, seed: int, language: str, *, cards: int, others: int) -> None:
    """No difference, and the draw holds what it must."""
    _cards_agree(engines, seed, language, cards)
    chance, words = random.Random(seed), words_of(language)
    for name, (family, make) in DRAWN.items() if others else ():
        rows = [make(chance, words) for _ in range(others)]
        wrong, sheet = differences(engines, family, rows, language)
        assert not wrong, (name, len(wrong), wrong[:3])
        seen = Counter(line[family.answers[-1]] for line in sheet)
        assert seen["unknown"] > others / 50, name
        assert len(seen) > 2, name


def _cards_agree(engines: Engines, seed: int, language: str, count: int) -> None:
    drawn = draw_cards(seed, count)
    rows, wanted = item_rows(drawn, language)
    wrong, sheet = differences(engines, ITEMS, rows, language)
    assert not wrong, (len(wrong), wrong[:3])
    odd = [
        (row, ours, line)
        for row, ours, line in zip(rows, wanted, sheet, strict=True)
        if not ours.items() <= line.items()
    ]
    assert not odd, (len(odd), odd[:3])
    lines = [row for card in drawn for row in card]
    assert {row.method for row in lines} == set(METHODS)
    assert min(sum(test(row) for row in lines) for test in HELD) > count / 100


# --- random calls ---------------------------------------------------------------------------------


def test_random_calls_give_the_same_bits_and_sentences(engines: Engines) -> None:
    """20,000 calls: words of both languages, blanks, errors, ranges, wrong arguments."""
    calls = draw(20261129, 20_000)
    wanted = _calls_agree(engines, calls)
    known = Counter(
        code
        for (code, _), rows in zip(calls, wanted, strict=True)
        if not rows[0][0].startswith(("na:", "value:"))
    )
    assert min(known[function.code] for function in LOCAL) > 300, known


@pytest.mark.prove
@pytest.mark.parametrize("seed", range(50))
def test_a_million_calls_give_the_same_bits_and_sentences(engines: Engines, seed: int) -> None:
    _calls_agree(engines, draw(seed, 20_000))


def _calls_agree(
    engines: Engines, calls: Sequence[tuple[str, list[object]]]
) -> list[list[list[str]]]:
    """What Python, node and Chromium say alike."""
    wanted = by_python(calls)
    for name, found in (
        ("node", by_node(calls, engines.folder)),
        ("Chromium", by_chromium(engines.page, calls)),
    ):
        wrong = [both for both in zip(calls, wanted, found, strict=True) if both[1] != both[2]]
        assert not wrong, (name, len(wrong), wrong[:3])
    return wanted


# --- published cases ------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["zh", "en"])
def test_published_cases_give_the_same_bits_and_the_published_numbers(
    engines: Engines, language: str
) -> None:
    """22 of 36, which ask what a local function gives, and 194 of the self-check tab."""
    cards, wanted = items()
    rows, _ = item_rows(cards, language)
    _shows(engines, ITEMS, rows, wanted, language)
    pay, paid = pay_rows(words_of(language))
    _shows(engines, PAY, pay, paid, language)
    amounts, exchanged = fx_rows()
    _shows(engines, FX, amounts, exchanged, language)
    assert len(wanted) + len(paid) + len(exchanged) == 219


def _shows(
    engines: Engines, family: Family, rows: Sequence[Row], wanted: Sequence[Wanted], language: str
) -> None:
    wrong, sheet = differences(engines, family, rows, language)
    assert not wrong, wrong[:3]
    for one in wanted:
        if one.value is None:
            assert sheet[one.row][one.column] == "unknown", rows[one.row]
            continue
        [found] = struct.unpack(">d", bytes.fromhex(sheet[one.row][one.column]))
        assert abs(one.scale * found - one.value) <= one.within, (one, rows[one.row])
