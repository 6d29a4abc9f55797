"""Many random scorecards through Python, node and LibreOffice's own recalculation.

A workbook with one row of formulas, from the emitter of tblScore, is kept open; rows go in by UNO,
the formulas are copied down once, and their values come back as doubles. The sums of a card look
as far up and down as a card can reach, so that a million cards take time in line with their count.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import xlsxwriter

from kpi import sheet_scoring
from kpi.missing import Policy
from kpi.scoring import CardItem, CardTotal, card_total
from sheet_templates.words import show
from tests.kpi_language_support import bits
from tests.libreoffice import Office
from tests.scoring_support import (
    COLUMNS,
    UNKNOWN_WHEN_NONE,
    Drawn,
    by_node,
    cards_by_node,
    column,
    drawn_row,
    normalise_weight,
    scored,
    stored,
    words_of,
)

INPUTS = COLUMNS[: COLUMNS.index("due")]
OUTPUTS = ("due", "attainment", "score", "usable", "share", "points", "status")
OF_CARD = ("total", "coverage")
SIZES = (1, 1, 2, 3)  # items of a card
FIRST = 4  # zero-based row of the first item: a card may reach so far up
MIN_COVERAGE = 0.7
Shown = Mapping[str, str]


def draw_cards(seed: int, count: int) -> list[list[Drawn]]:
    """So many scorecards; the same for the same seed."""
    chance = random.Random(seed)
    return [_card(chance, n) for n in range(count)]


def _card(chance: random.Random, number: int) -> list[Drawn]:
    region = chance.choice(("US", "EU"))
    return [drawn_row(chance, number, region) for _ in range(chance.choice(SIZES))]


def by_python(card: Sequence[Drawn], language: str) -> Iterator[Shown]:
    """Every formula column of a card's rows, its total and coverage on each."""
    found = [scored(row) for row in card]
    items = [
        CardItem(
            row.method,
            row.weight,
            score,
            applicable=row.applicable,
            block=row.missing == Policy.BLOCK,
        )
        for row, (_, score, _) in zip(card, found, strict=True)
    ]
    added = card_total(items)
    for n, (row, (reached, score, seen)) in enumerate(zip(card, found, strict=True)):
        yield {
            "due": bits(row.due),
            "attainment": bits(reached),
            "score": bits(score),
            "status": show("status", seen.value, "zh" if language == "zh" else "en"),
            **_in_card(row, score, added, n),
        }


def _in_card(row: Drawn, score: float | None, added: CardTotal, n: int) -> Shown:
    usable = normalise_weight(row.weight) if score is not None and added.shares[n] > 0 else 0.0
    return {
        "usable": bits(usable),
        "share": bits(added.shares[n]),
        "points": bits(added.points[n]),
        "total": bits(added.total),
        "coverage": bits(added.coverage),
    }


def template(path: Path, language: str) -> Path:
    """A workbook whose row `FIRST` has the formulas of an item and of its card."""
    words, row = words_of(language), FIRST + 1

    def ref(code: str) -> str:
        return f"${column(code)}{row}"

    def col(code: str) -> str:
        reach = max(SIZES) - 1
        return f"${column(code)}{row - reach}:${column(code)}{row + reach}"

    made = sheet_scoring.item_formulas(ref, col, words)
    tests = sheet_scoring.card_tests(col, ref("month"), ref("person"), ref("region"))
    texts = [made[code] for code in OUTPUTS] + [
        sheet_scoring.card_total(col, words, tests, f"{MIN_COVERAGE}"),
        sheet_scoring.card_coverage(col, words, tests),
    ]
    book = xlsxwriter.Workbook(path)
    page = book.add_worksheet("items")
    for place, text in enumerate(texts, len(INPUTS)):
        page.write_formula(FIRST, place, "=" + text)
    book.close()
    return path


def by_office(
    office: Office, path: Path, cards: Sequence[Sequence[Drawn]], language: str, most: int = 2000
) -> Iterator[Shown]:
    """The same columns as `by_python`, by the sheet's formulas, `most` whole cards at a time."""
    words = words_of(language)
    for start in range(0, len(cards), most):
        part = [row for card in cards[start : start + most] for row in card]
        lines = [_cells(stored(row, words)) for row in part]
        after = office.feed(path, FIRST, lines, len(OUTPUTS) + len(OF_CARD))
        for values in after:
            yield {
                code: value if isinstance(value, str) else bits(value)
                for code, value in zip((*OUTPUTS, *OF_CARD), values, strict=True)
            }


def _cells(values: Mapping[str, object]) -> list[object]:
    """A row of inputs: what is unknown is #N/A where Items has it so, else an empty cell."""
    return [
        "" if values[code] is None and code not in UNKNOWN_WHEN_NONE else values[code]
        for code in INPUTS
    ]


def differences(
    office: Office, path: Path, cards: Sequence[Sequence[Drawn]], language: str
) -> list[tuple[object, ...]]:
    """Each row on which the three do not agree to the last bit, with what each says."""
    rows = [row for card in cards for row in card]
    wanted = [line for card in cards for line in by_python(card, language)]
    found = list(by_office(office, path, cards, language))
    scores, totals = by_node(rows), cards_by_node(rows)
    wrong: list[tuple[object, ...]] = []
    for row, ours, sheet, node in zip(rows, wanted, found, scores, strict=True):
        added = totals[row.person, row.region]
        if ours != sheet or node != ours["score"] or added != [ours["total"], ours["coverage"]]:
            wrong.append((row, ours, sheet, node, added))
    return wrong
