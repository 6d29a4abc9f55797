"""Every book, pack and language built: manager, partner and payout books, starts of every role.

Each is opened again by calamine, an independent reader; the manager's books must hold the tabs of
the map and as many weights as their packs have lines.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from python_calamine import CalamineWorkbook

from bench.measuring import Bench, Contender, Ratio, measure
from kpi.pack_reading import packs
from sheet_templates.book import Edition
from sheet_templates.build import build
from sheet_templates.layout import PARTNER_SHEETS, PAYOUT_SHEETS, SHEETS, Language, Sheet
from sheet_templates.pack_rows import weight_rows
from sheet_templates.shipped_rows import FIRST_DAY, rows_of, shipped
from sheet_templates.start import BookStart

GOAL_SECONDS = 60.0
LANGUAGES: tuple[Language, ...] = ("zh", "en")
TABS: dict[Edition, tuple[Sheet, ...]] = {
    "manager": SHEETS,
    "partner": PARTNER_SHEETS,
    "payout": PAYOUT_SHEETS,
}
HEADER = 4  # row of a table's header, one-based


def books(*, small: bool) -> Iterator[tuple[str, Edition, Language, BookStart, int]]:
    """Name, edition, language, rows and number of weights of every book."""
    for language in LANGUAGES[:1] if small else LANGUAGES:
        for edition in TABS:
            yield f"{edition}-{language}", edition, language, _start(edition, language), -1
        start = _start("manager", language)
        for card in list(packs().values())[: 1 if small else None]:
            made = replace(start, **rows_of([card], language))
            lines = sum(1 for _ in weight_rows(card, FIRST_DAY))
            name = f"{card.role}-{card.region}-{language}"
            yield name, "manager", language, made, lines


def _start(edition: Edition, language: Language) -> BookStart:
    if edition == "payout":  # its rows come with a closed month
        return BookStart(settings={"language": language, "month": "2026-01"})
    return shipped(edition, language)


def product(small: bool) -> Callable[[], dict[str, str]]:
    """Give the run: every book into a new folder, and its digest."""
    todo = list(books(small=small))

    def run() -> dict[str, str]:
        with tempfile.TemporaryDirectory() as folder:
            return {
                name: _digest(build(Path(folder) / f"{name}.xlsx", edition, language, start))
                for name, edition, language, start, _ in todo
            }

    return run


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def checked(small: bool, digests: dict[str, str]) -> Iterator[str]:
    """What is wrong with a book: other bytes in a second build, tabs or weights that lack."""
    with tempfile.TemporaryDirectory() as folder:
        for name, edition, language, start, lines in books(small=small):
            path = build(Path(folder) / f"{name}.xlsx", edition, language, start)
            if _digest(path) != digests.get(name):
                yield f"{name}: a second build has other bytes"
            read = CalamineWorkbook.from_path(str(path))
            if read.sheet_names != [sheet.title(language) for sheet in TABS[edition]]:
                yield f"{name}: its tabs are {read.sheet_names}"
            elif lines >= 0 and (found := _weights(read, language)) != lines:
                yield f"{name}: {found} weights, its pack has {lines}"


def _weights(read: CalamineWorkbook, language: Language) -> int:
    """Lines of Weights that have a role."""
    title = next(sheet.title(language) for sheet in SHEETS if sheet.code == "weights")
    rows = read.get_sheet_by_name(title).to_python(skip_empty_area=False)
    return sum(1 for row in rows[HEADER:] if row[0] not in ("", None))


def run(*, small: bool) -> Bench:
    """Measure the builds and check every book."""
    contender = Contender("product", "product", "bench.build_books:product", {"small": small})
    measured = measure([contender], 1)
    faults = list(checked(small, measured["product"].value))
    count = sum(1 for _ in books(small=small))
    seconds = measured["product"].median if measured["product"].seconds else None
    name = f"{count} books: every edition, pack and language built"
    ratios = [Ratio(name, seconds, None if small else GOAL_SECONDS, at_most=True, unit=" s")]
    return Bench("build_books", measured, ratios, faults=faults[:5], small=small)
