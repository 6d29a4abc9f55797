"""Every local function in the Apps Script build against Python: the same rows, the same bits.

The rows are those of `test_function_parity`. A script cannot give #N/A: a single unknown is thrown
with its sentence, within a table it is #NUM!; an empty text in a cell is an empty cell there.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from kpi.function_answers import answer
from kpi.functions import LOCAL, PREFIX
from kpi.sheet_calls import Cell, SheetError
from tests.apps_script_support import Json, Script, number, scripted
from tests.function_engines import Family, Row
from tests.function_rows import DRAWN, FX, PAY
from tests.function_support import draw, shown_cell
from tests.parity_support import ITEMS, Shown, draw_cards, item_rows
from tests.published_rows import Wanted, fx_rows, items, pay_rows
from tests.scoring_sheet_support import words_of

LOCALES = {"zh": "zh_CN", "en": "en_US"}
Calls = Sequence[tuple[str, Sequence[object]]]


@pytest.fixture(scope="module")
def script() -> Iterator[Script]:
    with scripted() as one:
        yield one


def typed(given: object) -> object:
    """An argument as cells of a spreadsheet hold it."""
    if isinstance(given, list | tuple):
        return [typed(one) for one in given]
    return None if given == "" else given


def sent(given: object) -> object:
    """The same for the host: errors by their text."""
    if isinstance(given, list):
        return [sent(one) for one in given]
    return {"error": "#N/A"} if isinstance(given, SheetError) else given


def expected(rows: Sequence[Sequence[Cell]], language: str) -> Json:
    """What Python answers, as Sheets would take it."""
    cells = [cell for row in rows for cell in row]
    wrong = [cell for cell in cells if isinstance(cell, SheetError)]
    if len(wrong) == len(cells) and (len(cells) == 1 or all(one.code == "value" for one in wrong)):
        text = wrong[0].texts["zh" if language == "zh" else "en"]
        alike = f"（{len(cells)} 格均如此）" if language == "zh" else f" (all {len(cells)} cells)"
        return {"failed": text if len(cells) == 1 else text + alike}
    return {"done": [[_cell(cell) for cell in row] for row in rows]}


def _cell(cell: Cell) -> object:
    if isinstance(cell, SheetError):
        return "#NUM!"
    return "" if cell is None else cell if isinstance(cell, str) else {"bits": shown_cell(cell)}


def agree(script: Script, calls: Calls, language: str) -> list[Json]:
    """No difference between the two; what both say."""
    script.set(book={"locale": LOCALES[language]})
    asked = [(code, [typed(one) for one in given]) for code, given in calls]
    wanted = [expected(answer(code, *given), language) for code, given in asked]
    told = script.many([(PREFIX + code, [sent(one) for one in given]) for code, given in asked])
    found = [{name: value for name, value in one.items() if name != "kind"} for one in told]
    wrong = [both for both in zip(calls, wanted, found, strict=True) if both[1] != both[2]]
    assert not wrong, (len(wrong), wrong[:3])
    return wanted


def family(
    script: Script, one: Family, rows: Sequence[Row], language: str
) -> dict[str, dict[int, Any]]:
    """The calls over these rows agree; the cell of each column and row."""
    asked = one.asked(rows, language)
    wanted = agree(script, [(call.code, call.given) for call in asked], language)
    found: dict[str, dict[int, Any]] = {}
    for call, told in zip(asked, wanted, strict=True):
        grid = told.get("done") or [[None]] * len(call.rows)
        for n, [cell] in zip(call.rows, grid, strict=True):
            found.setdefault(call.column, {})[n] = cell
    return found


def scorecards(script: Script, rows: Sequence[Row], shown: Sequence[Shown], language: str) -> None:
    """Every column of the cards is what the rooms under the functions say."""
    script.set(book={"locale": LOCALES[language]})
    asked = ITEMS.asked(rows, language)
    told = script.many([(PREFIX + one.code, [sent(part) for part in one.given]) for one in asked])
    wrong = [
        (rows[n], call.column, cell, shown[n][call.column])
        for call, one in zip(asked, told, strict=True)
        for n, [cell] in zip(
            call.rows, one.get("done") or [["#NUM!"]] * len(call.rows), strict=True
        )
        if _shown(cell, call.unknown) != shown[n][call.column]
    ]
    assert not wrong, (len(wrong), wrong[:3])
    assert sum(len(call.rows) for call in asked) > 5 * len(rows)


def _shown(cell: Any, unknown: str) -> str:
    return (
        unknown if cell == "#NUM!" else str(cell["bits"]) if isinstance(cell, dict) else str(cell)
    )


def campaign(script: Script, seed: int, language: str, cards: int, others: int) -> int:
    """So many cards and rows of every other family; how many rows that were."""
    rows, shown = item_rows(draw_cards(seed, cards), language)
    scorecards(script, rows, shown, language)
    chance, words = random.Random(seed), words_of(language)
    for drawn, make in DRAWN.values():
        family(script, drawn, [make(chance, words) for _ in range(others)], language)
    return len(rows) + len(DRAWN) * others


@pytest.mark.parametrize(("seed", "language"), [(7, "zh"), (8, "en")])
def test_random_rows_give_the_same_bits(script: Script, seed: int, language: str) -> None:
    """20,000 rows: items with due, attainment, score, status, total; grades, pay, FX, weeks."""
    assert campaign(script, seed, language, cards=5_500, others=130) > 10_000


def test_random_calls_give_the_same_bits_and_sentences(script: Script) -> None:
    """Words of both languages, blanks, errors, ranges, wrong arguments."""
    calls = draw(20261129, 3_000)
    wanted = agree(script, calls, "en")
    assert {code for code, _ in calls} == {one.code for one in LOCAL}
    assert sum("failed" in one for one in wanted) > 300
    assert sum("#NUM!" in str(one.get("done")) for one in wanted) > 100


@pytest.mark.prove
@pytest.mark.parametrize("seed", range(100, 200))
def test_a_million_rows_give_the_same_bits(script: Script, seed: int) -> None:
    """10,000 rows and 1,000 calls a seed."""
    language = "zh" if seed % 2 else "en"
    assert campaign(script, seed, language, cards=5_500, others=130) > 10_000
    agree(script, draw(seed, 1_000), language)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_published_cases_give_the_published_numbers(script: Script, language: str) -> None:
    cards, wanted = items()
    rows, _ = item_rows(cards, language)
    _shows(family(script, ITEMS, rows, language), wanted)
    pay, paid = pay_rows(words_of(language))
    _shows(family(script, PAY, pay, language), paid)
    amounts, exchanged = fx_rows()
    _shows(family(script, FX, amounts, language), exchanged)
    assert len(wanted) + len(paid) + len(exchanged) == 219


def _shows(found: dict[str, dict[int, Any]], wanted: Sequence[Wanted]) -> None:
    for one in wanted:
        cell = number(found[one.column][one.row])
        if one.value is None:
            assert cell in {None, "#NUM!"}, one
        else:
            assert abs(one.scale * cell - one.value) <= one.within, one
