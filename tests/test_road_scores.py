"""LibreOffice recalculates a refreshed workbook: every score equals the service's, bit for bit."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kpi.catalog import shipped
from kpi.model import Region
from kpi.person_cards import Item, PersonCard, coverage
from sheet_templates.words import show
from sync_service.compute import Computed
from sync_service.refresh import look
from sync_service.workbooks.areas import position
from sync_service.workbooks.setting import Assignment
from sync_service.workbooks.xlsx import XlsxPort
from tests.libreoffice import NA, CellError, CellResult, Office
from tests.road_cases import Case
from tests.road_support import Folder, copied, house_at, order_of, refresh_book


def cell(value: float | None) -> CellResult:
    return NA if value is None else value


def items(done: Computed) -> Mapping[str, tuple[Item, float, float]]:
    """Item key -> the item, its share and what it adds."""
    return {
        item.key: (item, share, gained)
        for card in done.cards
        for one in card.cards
        for item, share, gained in zip(one.items, one.total.shares, one.total.points, strict=True)
    }


def test_every_item_equals_the_service_to_the_last_bit(case: Case) -> None:
    wanted, rows = items(case.done), case.rows("tblScore")
    assert {row["item"] for row in rows} == set(wanted)
    for row in rows:
        item, share, gained = wanted[row["item"]]
        assert {
            code: row[code]
            for code in ("target", "due", "counted", "attainment", "score", "share", "points")
        } == {
            "target": cell(item.goal.value if item.goal else None),
            "due": cell(item.due),
            "counted": cell(item.counted),
            "attainment": cell(item.attainment),
            "score": cell(item.score),
            "share": share,
            "points": gained,
        }, row["item"]
        assert row["status"] == show("status", item.status.value, case.language), row["item"]


def test_every_line_of_the_team_equals_the_service(case: Case) -> None:
    cards = {card.person.code: card for card in case.done.people}
    rows = case.rows("tblTeam")
    assert [row["person"] for row in rows] == list(cards)
    for row in rows:
        assert _shown(row) == _wanted(cards[row["person"]]), row["person"]


def _shown(row: Mapping[str, Any]) -> dict[str, Any]:
    codes = ("us_score", "eu_score", "total", "grade", "coefficient", "coverage")
    return {code: row[code] for code in codes}


def _wanted(card: PersonCard) -> dict[str, Any]:
    sides = {
        code: cell(one.total.total) if (one := card.card(region)) else ""
        for code, region in (("us_score", Region.US), ("eu_score", Region.EU))
    }
    return {
        **sides,
        "total": cell(card.total),
        "grade": card.grade.name if card.grade else NA,
        "coefficient": cell(card.grade.coefficient if card.grade else None),
        "coverage": cell(coverage(card)),
    }


def test_a_kpi_that_blocks_without_data_withholds_the_total_in_the_book_too(
    road: Folder, office: Office, tmp_path: Path
) -> None:
    """The manager asks for it in the Missing policy of Weights, in the book's own words."""
    mine = copied(road, tmp_path / "road", "FEW")
    path = mine.book("FEW")
    with house_at(mine.home) as house:
        before = look(house, order_of(house, path)).done
        kpi = _lacking(before)
        _blocked(path, kpi)
        assert refresh_book(house, path, "never").state == "written"
        done = look(house, order_of(house, path)).done
    case = Case("en", path, office.calculate(path), done)
    was, now = ({card.person.code: card.total for card in one.people} for one in (before, done))
    lost = [person for person, total in was.items() if total is not None and now[person] is None]
    assert lost
    for row in case.rows("tblTeam"):
        card = next(card for card in done.people if card.person.code == row["person"])
        assert _shown(row) == _wanted(card), row["person"]


def _lacking(done: Computed) -> str:
    """A KPI of weight without a score on a card that has its total all the same."""
    return next(
        item.metric.code
        for card in done.people
        if card.total is not None
        for one in card.cards
        for item in one.items
        if item.metric.code in one.total.missing
    )


def _blocked(path: Path, kpi: str) -> None:
    """Every line of the KPI in Weights gets the policy that then allows no total."""
    port = XlsxPort(path, recalculate="never")
    book = port.read()
    weights = book.tables["tblWeight"]
    names = {kpi, *shipped().metrics[kpi].names.values()}
    cells = [row.cells for row in weights.rows if row.value("metric") in names]
    assert cells
    port.set(
        [Assignment(weights.sheet, *_at(row["missing"].address), "Block") for row in cells],
        book.fingerprint,
    )


def _at(address: str) -> tuple[int, int]:
    at = position(address)
    assert at is not None
    return at


def test_scores_are_there_at_all(case: Case) -> None:
    scored = [item for item, _, _ in items(case.done).values() if item.score is not None]
    assert len(scored) > len(items(case.done)) / 2
    assert any(card.total is not None for card in case.done.people)


def test_no_formula_fails_anywhere(case: Case) -> None:
    wrong = [
        (title, row, column, value)
        for title, rows in case.sheets.items()
        for row, line in enumerate(rows, 1)
        for column, value in enumerate(line, 1)
        if (isinstance(value, CellError) and value != NA)
        or (isinstance(value, str) and value.startswith(("Err:", "#NAME", "#REF", "#VALUE")))
    ]
    assert not wrong


def test_cached_values_are_those_of_a_recalculation(case: Case, office: Office) -> None:
    """Phones and chat previews never calculate: they show what is cached."""
    cached = office.calculate(case.path, recalculate=False)
    apart = [
        (title, row, old, new)
        for title, lines in case.sheets.items()
        for row, (before, after) in enumerate(zip(cached[title], lines, strict=True), 1)
        for old, new in zip(before, after, strict=True)
        if old != new and str(old).strip() != str(new).strip()
    ]
    assert not apart
