"""The card of a shop on Card: every line and the sums are the service's own, in LibreOffice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kpi.person_cards import PersonCard
from sheet_templates.layout import CARD_LINES
from sheet_templates.pages import card as card_page
from sheet_templates.words import show
from sync_service.workbooks.setting import assignment
from sync_service.workbooks.xlsx import set_in_copy
from tests.libreoffice import CellResult, Office
from tests.road_cases import Case, cell, known

ROLES = ("shop", "own_store")


def tab(case: Case) -> str:
    return "记分卡" if case.language == "zh" else "Card"


def one_of(case: Case, role: str) -> PersonCard:
    return next(card for card in case.done.shops if card.person.role == role)


def wanted(case: Case, card: PersonCard) -> Iterator[tuple[tuple[int, int], CellResult]]:
    [one] = card.cards
    for number, item in enumerate(one.items):
        shown: dict[str, CellResult] = {
            "metric": item.metric.names[case.language],
            "weight": item.rule.weight,
            "target": known(item.goal.value if item.goal else None),
            "due": known(item.due),
            "actual": known(item.actual.value),
            "score": known(item.score),
            "points": one.total.points[number],
            "status": show("status", item.status.value, case.language),
            "data_until": cell(item.actual.covered_until),
        }
        for code, value in shown.items():
            yield (card_page.FIRST + number, card_page.CODES.index(code)), value
    yield (card_page.FIRST + len(one.items), 1), ""
    yield (card_page.SUMS + 1, 1), known(one.total.total)
    yield (card_page.SUMS + 1, 5), card.grade.name if card.grade else known(None)
    yield (card_page.SUMS + 1, 7), known(one.total.coverage)


@pytest.mark.parametrize("role", ROLES)
def test_choosing_a_shop_on_card_shows_its_lines(
    role: str, case: Case, office: Office, tmp_path: Path
) -> None:
    card = one_of(case, role)
    [one] = card.cards
    assert len(one.items) < CARD_LINES
    title, path = tab(case), tmp_path / "card.xlsx"
    cells = [assignment(f"{title}!B4={card.person.code}"), assignment(f"{title}!E4={one.region}")]
    set_in_copy(case.path, path, cells, "never")
    lines = office.calculate(path)[title]
    spots = dict(wanted(case, card))
    assert {spot: lines[spot[0]][spot[1]] for spot in spots} == spots
    assert lines[card_page.PICK_ROW][9] == ""
    week = lines[card_page.WEEKS + 1]
    assert any(isinstance(value, float) for value in week[3:11])  # weekly attainment of sales


def test_a_card_that_is_not_there_says_so(case: Case, office: Office, tmp_path: Path) -> None:
    card = one_of(case, "shop")
    [one] = card.cards
    other = "US" if one.region == "EU" else "EU"
    title, path = tab(case), tmp_path / "card.xlsx"
    cells = [assignment(f"{title}!B4={card.person.code}"), assignment(f"{title}!E4={other}")]
    set_in_copy(case.path, path, cells, "never")
    assert str(office.calculate(path)[title][card_page.PICK_ROW][9]).startswith("○")


def test_card_offers_people_and_then_shops(case: Case) -> None:
    """The dropdown's words stand on Lists, one below the other."""
    lines = case.sheets["词表" if case.language == "zh" else "Lists"]
    people = [person.code for person in case.done.book.people]
    listed = [*people, *(shop.code for shop in case.done.book.shops)]
    columns = ([str(line[n]) for line in lines] for n in range(len(lines[4])))
    found = [column for column in columns if column[4 : 4 + len(listed)] == listed]
    assert len(found) == 1
    assert set(found[0][4 + len(listed) : 4 + len(listed) + 20]) == {""}
