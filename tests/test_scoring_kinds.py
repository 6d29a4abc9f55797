"""The same book with native formulas and with calls: LibreOffice shows the same in every cell.

The calls reach `kpi` through the generated Basic functions. Values are compared to the last bit,
colours as LibreOffice writes them, cell by cell; and a changed target changes both at once.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from addin.basic import basic
from kpi.errors import KpiError
from sheet_templates.build import build
from sheet_templates.layout import SHEETS, Language
from sheet_templates.pages import card as card_page
from sheet_templates.places import MANAGER_PLACES, letters, row_ref
from sheet_templates.scoring_kinds import FormulaKind, call
from sheet_templates.start import BookStart, StartRow
from tests.libreoffice import NA, Observed, Office
from tests.pay_support import lines
from tests.pay_support import start as pay_start
from tests.scoring_sheet_support import stored, words_of
from tests.scoring_support import Drawn, draw
from tests.sheets_support import filled
from tests.sheets_today import UNKNOWN

LANGUAGES: tuple[Language, ...] = ("zh", "en")
CALLED = (FormulaKind.OFFICEJS, FormulaKind.XLWINGS)
BREACH = "#FFC7CE"


@dataclass(frozen=True, slots=True)
class Pair:
    """One book in two kinds, as LibreOffice shows it."""

    native: Observed
    called: Observed
    colours: tuple[list[tuple[str, ...]], list[tuple[str, ...]]]


class Fills(HTMLParser):
    """Every cell of an exported document: its fill, the colours of its letters, its text."""

    def __init__(self) -> None:
        super().__init__()
        self.cells: list[tuple[str, ...]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "td":
            self.cells.append((given.get("bgcolor") or "",))
        elif tag == "font" and self.cells:
            self.cells[-1] += (given.get("color") or "",)

    def handle_data(self, data: str) -> None:
        if self.cells and data.strip():
            self.cells[-1] += (data,)


def fills(path: Path) -> list[tuple[str, ...]]:
    found = Fills()
    found.feed(path.read_text(encoding="utf-8"))
    return found.cells


# --- the open document ----------------------------------------------------------------------------


def at(table: str, code: str, row: int, language: Language) -> tuple[str, str]:
    """Tab and address of a cell, `row` counted from 0 below the header."""
    place = MANAGER_PLACES[table]
    cell = f"{letters(place.offset(code))}{place.row + 2 + row}"
    return place.sheet.title(language), cell


def watched(language: Language) -> list[tuple[str, str]]:
    """What hangs on the target of one item, and the card and team line of its person."""
    own = [
        at("tblScore", code, row_of(language), language)
        for code in ("due", "attainment", "score", "status", "points")
    ]
    team = [at("tblTeam", code, 1, language) for code in ("eu_score", "total", "grade")]
    card = "记分卡" if language == "zh" else "Card"
    return [*own, *team, *((card, f"{column}{card_page.SUMS + 2}") for column in "BF")]


def row_of(language: Language) -> int:
    """The row of net sales of OPS2 in the EU, whose card is shown."""
    rows = filled(language).service["tblScore"]
    return next(n for n, row in enumerate(rows) if row["item"] == "2026-10｜OPS2｜EU｜net_sales")


def pair(office: Office, folder: Path, language: Language, contents: BookStart | None) -> Pair:
    """A manager's book in both kinds; a filled one with a target that is tripled and set back."""
    edits, watch = [], []
    if contents is not None:
        watch = watched(language)
        target = at("tblScore", "target", row_of(language), language)
        edits = [["type", *target, text] for text in ("960000", "100000", "320000")]
    seen, colours = [], []
    for kind in (FormulaKind.NATIVE, FormulaKind.XLWINGS):
        path = build(folder / f"{kind}.xlsx", "manager", language, contents, kind)
        functions = basic() if kind is FormulaKind.XLWINGS else ""
        html = folder / f"{kind}.html"
        seen.append(office.observe(path, functions=functions, html=html, watch=watch, edits=edits))
        colours.append(fills(html))
    return Pair(seen[0], seen[1], (colours[0], colours[1]))


@pytest.fixture(scope="module", params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> Language:
    found: Language = request.param
    return found


@pytest.fixture(scope="module")
def both(language: Language, office: Office, tmp_path_factory: pytest.TempPathFactory) -> Pair:
    return pair(office, tmp_path_factory.mktemp("kinds"), language, filled(language))


def test_every_cell_of_a_filled_book_is_the_same(both: Pair, language: Language) -> None:
    assert both.called.values == both.native.values
    items = both.called.values[MANAGER_PLACES["tblScore"].sheet.title(language)]
    place = MANAGER_PLACES["tblScore"]
    scores = [row[place.offset("score")] for row in items[place.row + 1 :]]
    assert sum(isinstance(score, float) for score in scores) > 100
    assert NA in scores


def test_every_colour_is_the_same(both: Pair, language: Language) -> None:
    native, called = both.colours
    assert called == native
    said = "■ 突破" if language == "zh" else "■ Breach"
    breaches = [cell for cell in called if cell[-1] == said]
    assert len(breaches) > 10
    assert {cell[0] for cell in breaches} == {BREACH}


def test_a_changed_target_changes_score_status_total_and_grade_at_once(both: Pair) -> None:
    assert both.called.seen == both.native.seen
    before, higher, lower, again = both.called.seen
    assert again == before
    assert len({str(one[3]) for one in (before, higher, lower)}) > 1  # the status
    for place in (0, 1, 2, 4, 5, 6, 8):  # due, attainment, score, points; totals of team and card
        assert len({str(one[place]) for one in (before, higher, lower)}) == 3, place


def test_the_shipped_book_is_the_same(language: Language, office: Office, tmp_path: Path) -> None:
    one = pair(office, tmp_path, language, None)
    assert one.called.values == one.native.values
    assert one.colours[0] == one.colours[1]


def test_every_bonus_of_the_payout_book_is_the_same(
    language: Language, office: Office, tmp_path: Path
) -> None:
    """400 lines over all methods, ladders of several rules, caps, vetoes, teams and unknowns."""
    start = pay_start(lines(), language)
    seen = []
    for kind in (FormulaKind.NATIVE, FormulaKind.XLWINGS):
        path = build(tmp_path / f"{kind}.xlsx", "payout", language, start, kind)
        functions = basic() if kind is FormulaKind.XLWINGS else ""
        seen.append(office.observe(path, functions=functions).values)
    assert seen[0] == seen[1]


# --- random rows ----------------------------------------------------------------------------------


def drawn_start(rows: list[Drawn], language: Language) -> BookStart:
    """A book of random items; codes stand among the words."""
    service: list[StartRow] = []
    for number, row in enumerate(rows):
        cells: dict[str, Any] = dict(stored(row, words_of(language)))
        for code in ("counted", "target"):
            cells[code] = UNKNOWN if cells[code] is None else cells[code]
        service.append({"item": f"I{number}", "line": float(number), **cells})
    people = sorted({row.person for row in rows})
    team: list[StartRow] = [{"person": person, "us_share": 0.5} for person in people]
    return BookStart(
        settings={"month": "2026-10", "language": language},
        card={"person": people[0], "region": "US", "month": "2026-10"},
        service={"tblScore": service, "tblTeam": team},
    )


def agree(office: Office, folder: Path, seed: int, count: int, language: Language) -> None:
    rows = [row for row in draw(seed, count) if row.method != "anchors"]
    seen = []
    for kind in (FormulaKind.NATIVE, FormulaKind.XLWINGS):
        start = drawn_start(rows, language)
        path = build(folder / f"{kind}.xlsx", "manager", language, start, kind)
        functions = basic() if kind is FormulaKind.XLWINGS else ""
        seen.append(office.observe(path, functions=functions).values)
    for title, lines_ in seen[0].items():
        for number, (native, called) in enumerate(zip(lines_, seen[1][title], strict=True), 1):
            assert called == native, (title, number, rows[number - 5 : number - 4])
    place = MANAGER_PLACES["tblScore"]
    items = seen[1][place.sheet.title(language)][place.row + 1 :]
    scores = [row[place.offset("score")] for row in items]
    assert sum(isinstance(score, float) for score in scores) > len(rows) / 2


def test_random_items_and_cards_are_the_same(
    language: Language, office: Office, tmp_path: Path
) -> None:
    agree(office, tmp_path, 20261129, 320, language)


@pytest.mark.prove
@pytest.mark.parametrize("seed", range(20))
def test_random_items_and_cards_are_the_same_in_the_long_run(
    seed: int, office: Office, tmp_path: Path
) -> None:
    agree(office, tmp_path, seed, 1600, "zh" if seed % 2 else "en")


# --- the built files ------------------------------------------------------------------------------


def parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as package:
        return {name: package.read(name) for name in package.namelist()}


def formulas_of(xml: bytes) -> list[str]:
    return [text.decode() for text in re.findall(rb"<f>(.*?)</f>", xml)]


def changed(native: bytes, called: bytes) -> Iterator[tuple[str, str]]:
    """The formulas that differ; every other byte of the part must be the same."""
    assert re.sub(rb"<f>.*?</f>", b"<f/>", native) == re.sub(rb"<f>.*?</f>", b"<f/>", called)
    both_ = zip(formulas_of(native), formulas_of(called), strict=True)
    yield from (one for one in both_ if one[0] != one[1])


@pytest.mark.parametrize("kind", CALLED)
def test_only_the_cells_of_scoring_differ(
    language: Language, kind: FormulaKind, tmp_path: Path
) -> None:
    """Four columns of Items, three of Team, two cells of Card: 130 items, 5 people."""
    native = parts(build(tmp_path / "native.xlsx", "manager", language, filled(language)))
    path = build(tmp_path / "called.xlsx", "manager", language, filled(language), kind)
    called = parts(path)
    assert called.keys() == native.keys()
    different = [name for name in native if native[name] != called[name]]
    assert len(different) == 3
    texts = [one for name in different for _, one in changed(native[name], called[name])]
    people = sum(len(filled(language).service[name]) for name in ("tblTeam",))
    assert len(texts) == 4 * 130 + 3 * people + 2
    sign = "_xldudf_KPI_" if kind is FormulaKind.OFFICEJS else "KPI_"
    assert all(sign in text for text in texts)
    assert kind is FormulaKind.OFFICEJS or not any("_xldudf_" in text for text in texts)


def test_the_texts_of_the_calls_are_those_of_the_list(language: Language, tmp_path: Path) -> None:
    path = build(
        tmp_path / "called.xlsx", "manager", language, filled(language), FormulaKind.OFFICEJS
    )
    number = [sheet.code for sheet in SHEETS].index("items") + 1
    items = formulas_of(parts(path)[f"xl/worksheets/sheet{number}.xml"])
    cell = row_ref(MANAGER_PLACES["tblScore"], 5)
    scored = ("counted", "due", "method", "p1", "p2", "p3", "p4", "cap", "floor")
    steps = f"{cell('points0')}:{cell('points7')}"
    score = f'IF($A5="","",_xldudf_KPI_SCORE({",".join(map(cell, scored))},{steps}))'
    codes = ("counted", "due", "better", "warn", "breach", "bound", "target_basis")
    judged, low = ",".join(map(cell, codes)), f"{cell('warn_low')},{cell('breach_low')}"
    status = f'IF($A5="","",_xldudf_KPI_STATUS({judged},"","{language}",{low}))'
    wanted = [one.replace('"', "&quot;") for one in (score, status)]
    assert set(wanted) <= {one.replace('"', "&quot;") for one in items}
    assert call(FormulaKind.XLWINGS, "GRADE", "A1", "B1") == "KPI_GRADE(A1,B1)"


@pytest.mark.parametrize("edition", ["partner", "person", "investor"])
@pytest.mark.parametrize("kind", CALLED)
def test_what_others_get_has_native_formulas_only(
    edition: str, kind: FormulaKind, tmp_path: Path
) -> None:
    with pytest.raises(KpiError, match="native formulas only"):
        build(tmp_path / "no.xlsx", edition, "en", None, kind)  # type: ignore[arg-type]  # a word
    assert not (tmp_path / "no.xlsx").exists()
