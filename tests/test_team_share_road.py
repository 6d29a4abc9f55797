"""A team share from the manager's cells to Team, the person's book, the frozen file and the pay."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from kpi.calendar import period
from kpi.model import Language, Window
from kpi.person_cards import PersonCard
from kpi.scoring import with_team
from sheet_templates.build import build
from sheet_templates.places import MANAGER_PLACES
from sync_service.clock import FakeClock
from sync_service.compute import Computed
from sync_service.explain import explain
from sync_service.freezing import Frozen, freeze
from sync_service.house import House
from sync_service.payout_rows import Paying
from sync_service.payouts import payout
from sync_service.publishing import Wanted, publish
from sync_service.refresh import look, refresh
from sync_service.sandbox.books import book_start
from sync_service.scorecard import scorecard
from sync_service.sealing import seal_of
from sync_service.sharing import share
from sync_service.verifying import verify
from sync_service.workbooks.package import open_package
from sync_service.workbooks.xlsx import XlsxPort
from tests.libreoffice import NA, Office, Sheets
from tests.road_support import Few, fill, house_at, order_of
from tests.sheet_rows import rows_of

SEEN = Window(date(2026, 6, 20), date(2026, 10, 23))
SEPTEMBER = period("2026-09")
TEAM, MINE, Q = "Operations", "OPS6", 0.25


@dataclass(frozen=True, slots=True)
class Opened:
    """A data folder with two shops and the team's book, published and refreshed."""

    house: House
    book: Path
    root: Path
    done: Computed

    def card(self, person: str = MINE) -> PersonCard:
        return next(one for one in self.done.people if one.person.code == person)

    def share(self, language: Language = "en") -> Path:
        path = self.root / f"slice-{language}.xlsx"
        share(self.house, order_of(self.house, self.book, "never"), MINE, path, language)
        return path


def typed(path: Path) -> Path:
    """OPS6 takes a quarter from the department, which is scored by the lines of operations."""
    start = book_start(Few(), "HY", "en")
    people = tuple(
        {**row, "team_share": Q} if row["person"] == MINE else row for row in start.people
    )
    own = tuple({**row, "outdated": "use_to_date"} for row in start.weights)
    lines = tuple({**row, "role": "team"} for row in own if row["role"] == "operations")
    settings = {**start.settings, "pilot": "no", "mode": "full"}
    filled = replace(start, people=people, weights=(*own, *lines), settings=settings)
    return build(path, "manager", "en", filled)


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    root = tmp_path_factory.mktemp("team")
    with house_at(root / "data", FakeClock(datetime(2026, 10, 22, 1, tzinfo=UTC))) as house:
        fill(house, Few().shops, SEEN)
        book = typed(root / "team.xlsx")
        order = order_of(house, book, "never")
        publish(house, order, Wanted("head"))
        refresh(house, order)
        yield Opened(house, book, root, look(house, order).done)


@pytest.fixture(scope="module")
def sheets(opened: Opened, office: Office) -> Sheets:
    return office.calculate(opened.book)


@pytest.fixture(scope="module")
def frozen(opened: Opened) -> Frozen:
    order = order_of(opened.house, opened.book, "never")
    return freeze(opened.house, order, SEPTEMBER, opened.root / "frozen.xlsx", "head")


def test_team_and_items_show_own_team_and_total(opened: Opened, sheets: Sheets) -> None:
    """The manager's book recalculates what the service scored, the team's line too."""
    rows = {row["person"]: row for row in rows_of(sheets, MANAGER_PLACES["tblTeam"], "en")}
    [team] = opened.done.teams
    assert 0 < (team.us_share or 0) < 1
    for card in (*opened.done.people, team):
        row = rows[card.person.code]
        assert (row["own_total"], row["total"]) == (card.own, card.total)
    mine, card = rows[MINE], opened.card()
    assert (mine["team"], mine["team_share"], mine["team_total"]) == (TEAM, Q, team.total)
    assert card.total == with_team(card.own, team.total, Q)
    assert card.own != card.total
    items = {row["item"]: row for row in rows_of(sheets, MANAGER_PLACES["tblScore"], "en")}
    for one in team.cards:
        for item in one.items:
            assert items[item.key]["score"] == (NA if item.score is None else item.score)
    assert rows[TEAM]["m1"] == opened.done.history[TEAM][-1] is not None


def test_an_item_of_the_team_says_where_it_comes_from(opened: Opened) -> None:
    """The team's sales are those of both shops."""
    order = order_of(opened.house, opened.book, "never")
    key = f"2026-10｜{TEAM}｜EU｜net_sales"
    [row] = [
        r for r in XlsxPort(opened.book).read().tables["tblScore"].rows if r.value("item") == key
    ]
    told = explain(opened.house, order, f"Items!{row.cells['actual'].address}")
    assert told.data["scope"] == TEAM
    assert "HY-AMZ-DE" in str(told.data)


def test_the_scorecard_says_it_as_data(opened: Opened) -> None:
    found: Any = scorecard(opened.done, ())["people"]
    lines: Mapping[str, Any] = {one["person"]: one for one in found}
    card = opened.card()
    assert (lines[MINE]["own_total"], lines[MINE]["total"]) == (card.own, card.total)
    assert (lines[MINE]["team"], lines[MINE]["team_share"]) == (TEAM, Q)
    assert "team" not in lines["OPS5"]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_persons_book_adds_up_the_same_and_holds_no_colleague(
    opened: Opened, office: Office, language: Language
) -> None:
    path = opened.share(language)
    card, [team] = opened.card(), opened.done.teams
    page = office.calculate(path)["记分卡" if language == "zh" else "Card"]
    assert page[23][11] == card.total
    assert f"{team.total:.2f} × 25%" in str(page[23][12])
    with zipfile.ZipFile(path) as package:
        text = "".join(
            package.read(name).decode("utf-8", "ignore")
            for name in package.namelist()
            if name.endswith(".xml")
        )
    assert TEAM in text
    assert f"｜{TEAM}｜" not in text  # no item of the team
    assert "OPS5" not in text


def test_a_second_share_of_the_same_month_changes_nothing(opened: Opened) -> None:
    path = opened.share()
    before = path.read_bytes()
    opened.share()
    assert path.read_bytes() == before


def test_the_frozen_file_checks_and_carries_the_teams_total(frozen: Frozen, office: Office) -> None:
    assert not verify(frozen.path).findings
    about = seal_of(open_package(frozen.path.read_bytes(), "frozen.xlsx"), "frozen.xlsx").about
    rows = {
        row["person"]: row
        for row in rows_of(office.calculate(frozen.path), MANAGER_PLACES["tblTeam"], "en")
    }
    assert about["teams"] == {f"2026-09｜{TEAM}": rows[TEAM]["own_total"]}
    assert f"2026-09｜{TEAM}｜EU" in about["totals"]
    assert rows[MINE]["total"] == with_team(rows[MINE]["own_total"], rows[TEAM]["own_total"], Q)


def test_pay_goes_by_the_total_with_the_team(opened: Opened, frozen: Frozen) -> None:
    order = order_of(opened.house, opened.book, "never")
    paid = payout(opened.house, Paying(order, "2026-09", opened.root / "pay.xlsx"))
    totals = {line.basis.person: line.basis.total for line in paid.lines}
    signed = frozen.totals[f"2026-09｜{MINE}｜EU"]
    about = seal_of(open_package(frozen.path.read_bytes(), "frozen.xlsx"), "frozen.xlsx").about
    assert set(totals) == {card.person.code for card in opened.done.people}  # no line of a team
    assert totals[MINE] == with_team(signed, about["teams"][f"2026-09｜{TEAM}"], Q)
    assert totals[MINE] != signed
