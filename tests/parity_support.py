"""Many random scorecards: rows of tblScore with the product's own formulas, and what they must be.

The sums of a card look as far up and down as a card can reach, so that a million cards take time
in line with their count.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence

from kpi import sheet_scoring
from kpi.missing import Policy
from kpi.model import Status
from kpi.scoring import CardItem, CardTotal, card_total
from kpi.sheet_calls import Cell
from kpi.step_table import STEP_NAMES
from sheet_templates.words import show
from tests.function_engines import UNKNOWN, Asked, Family, Ref, Row, Words, over
from tests.kpi_language_support import bits
from tests.scoring_sheet_support import COLUMNS, UNKNOWN_WHEN_NONE, stored, words_of
from tests.scoring_support import Drawn, drawn_row, normalise_weight, scored

INPUTS = COLUMNS[: COLUMNS.index("due")]
SIZES = (1, 1, 2, 3)  # items of a card
MIN_COVERAGE = 0.7
NONE: tuple[Cell, ...] = (UNKNOWN, None, "abc")  # cells where no value stands
PARAMETERS = ("p1", "p2", "p3", "p4")
Shown = Mapping[str, str]


def draw_cards(seed: int, count: int) -> list[list[Drawn]]:
    """So many scorecards; the same for the same seed."""
    chance = random.Random(seed)
    return [_card(chance, n) for n in range(count)]


def _card(chance: random.Random, number: int) -> list[Drawn]:
    region = chance.choice(("US", "EU"))
    return [drawn_row(chance, number, region) for _ in range(chance.choice(SIZES))]


# --- what the rooms under the functions say -------------------------------------------------------


def item_rows(cards: Sequence[Sequence[Drawn]], language: str) -> tuple[list[Row], list[Shown]]:
    """Every row as its cells, with `due` and `score` as they must be; and its formula columns."""
    rows: list[Row] = []
    shown: list[Shown] = []
    for card in cards:
        found = [scored(row) for row in card]
        for row, (_, score, _) in zip(card, found, strict=True):
            rows.append(_cells(row, score, language, len(rows)))
        shown += _shown(card, found, language)
    return rows, shown


def _cells(row: Drawn, score: float | None, language: str, number: int) -> Row:
    """A row's cells; a value that is not there is #N/A, nothing or a text by turns."""
    values: Mapping[str, Cell] = stored(row, words_of(language))
    none = NONE[number % len(NONE)]
    return {
        **{
            code: none if value is None and code in UNKNOWN_WHEN_NONE else value
            for code, value in values.items()
        },
        "due": UNKNOWN if row.due is None else row.due,
        "score": UNKNOWN if score is None else score,
    }


def _shown(
    card: Sequence[Drawn],
    found: Sequence[tuple[float | None, float | None, Status]],
    language: str,
) -> Iterator[Shown]:
    """Every formula column of a card's rows, its total and coverage on each."""
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


# --- the formulas, and the calls that must give the same ------------------------------------------


def _formulas(ref: Ref, col: Ref, words: Words) -> Mapping[str, str]:
    tests = sheet_scoring.card_tests(col, ref("month"), ref("person"), ref("region"))
    return {
        "due": sheet_scoring.due(ref),
        "attainment": sheet_scoring.attainment(ref, words),
        "score": sheet_scoring.score(ref, words),
        "usable": sheet_scoring.usable(ref, words),
        "share": sheet_scoring.share(ref, col),
        "points": sheet_scoring.points(ref),
        "status": sheet_scoring.status(ref, words),
        "total": sheet_scoring.card_total(col, words, tests, f"{MIN_COVERAGE}"),
        "coverage": sheet_scoring.card_coverage(col, words, tests),
    }


def _asked(rows: Sequence[Row], language: str) -> list[Asked]:
    """Whole columns in one call but for own step tables and cards, a call each."""
    no_data = words_of(language)("status", Status.NO_DATA)
    judged = ("counted", "due", "better", "warn", "breach", "bound", "target_basis", None, language)
    return [
        over("due", "DUE", rows, ("target", "due_share")),
        over("attainment", "ATTAIN", rows, ("counted", "due", "better", "method")),
        over("status", "STATUS", rows, (*judged, "warn_low", "breach_low"), no_data),
        *_scores(rows),
        *_totals(rows),
    ]


def _scores(rows: Sequence[Row]) -> Iterator[Asked]:
    """A call for each method over its known rows, as a column of scores is asked; one over the
    unknown rows of all methods; one for each row that has a step table of its own."""
    names = (*PARAMETERS, "cap", "floor")
    groups: dict[Cell, list[int]] = {}
    for n, row in enumerate(rows):
        if row[STEP_NAMES[0]] is not None:
            table = [[row[name] for name in STEP_NAMES]]
            given = [row[name] for name in ("counted", "due", "method", *names)]
            yield Asked("score", "SCORE", [*given, table], [n])
        else:
            groups.setdefault(None if row["score"] is UNKNOWN else row["method"], []).append(n)
    for method, places in groups.items():
        some = [rows[n] for n in places]
        asked = over("score", "SCORE", some, ("counted", "due", method or "method", *names))
        yield Asked("score", "SCORE", asked.given, places)


def _totals(rows: Sequence[Row]) -> Iterator[Asked]:
    """Total and coverage of every card; the sheet shows them on each of its rows."""
    codes = ("score", "weight", "data_state", "missing")
    cards: dict[Cell, list[int]] = {}
    for n, row in enumerate(rows):
        cards.setdefault(row["person"], []).append(n)
    for places in cards.values():
        given = [[[rows[n][code]] for n in places] for code in codes]
        for part in ("total", "coverage"):
            asked = [*given, MIN_COVERAGE, *[None] * 6, part]
            yield from (Asked(part, "TOTAL", asked, [n]) for n in places[:1])


ITEMS = Family(
    "items",
    INPUTS,
    _formulas,
    _asked,
    ("due", "attainment", "score", "status", "total", "coverage"),
    reach=3,  # a card has four lines at most
    together="person",
)
