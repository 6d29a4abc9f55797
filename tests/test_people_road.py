"""Newcomers, points, shop cards and OKR through one refresh, as LibreOffice shows them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from kpi.model import Region
from kpi.okr import key_result
from kpi.scoring import Grade
from sheet_templates.build import build
from sheet_templates.places import MANAGER_PLACES
from sheet_templates.scoring import grade_lines
from sheet_templates.shipped_rows import weights
from sheet_templates.start import BookStart, StartRow
from sync_service.compute import Computed
from sync_service.refresh import look, refresh
from sync_service.sandbox.books import book_start
from tests.libreoffice import Office, Sheets
from tests.road_support import Few, fill, house_at, order_of
from tests.sheet_rows import rows_of

STEPS = "0 25 50 75 100"
MOST = 60.0  # the highest total of Setup
LADDER = (Grade("Good", 60.0, 1.1), Grade("Fair", 40.5, 0.9), Grade("Low", None, 0.2))


@dataclass(frozen=True, slots=True)
class Refreshed:
    """A book after its refresh, as the service and as LibreOffice see it."""

    done: Computed
    problems: tuple[str, ...]
    sheets: Sheets

    def rows(self, table: str) -> dict[Any, Mapping[str, Any]]:
        """The rows of a table by their first cell."""
        found = rows_of(self.sheets, MANAGER_PLACES[table], "en")
        return {next(iter(row.values())): row for row in found}


def typed(path: Path) -> Path:
    """The small company: OPS5 is in the second month, shops have cards, late reports a kind.

    ADS9 (advertising) and CS9 (customer service) stand beside OPS6 on HY-AMZ-DE.
    """
    start = book_start(Few(), "HY", "en")
    filled = replace(
        start,
        people=(*_people(start), *_beside(start)),
        weights=(*start.weights, *_shop_lines(), *_role_lines(start)),
        assignments=tuple(
            {"shop": "HY-AMZ-DE", "person": code, "share": 1.0} for code in ("ADS9", "CS9")
        ),
        grades=grade_lines(LADDER),
        point_kinds=({"kind": "late", "each": -2.0, "free": 1.0, "cap": 3.0},),
        points=tuple(
            {"no": f"P-{n}", "month": "2026-10", "person": "OPS6", "kind": "late"}
            for n in range(1, 5)
        ),
        key_results=_key_results(str(start.shops[0]["shop"])),
        settings={**start.settings, "mode": "full", "total_limit": MOST},
    )
    return build(path, "manager", "en", filled)


def _people(start: BookStart) -> Iterator[StartRow]:
    """Everybody of the company; OPS5 started on 5 September and has a ramp."""
    for row in start.people:
        new = row["person"] == "OPS5"
        yield {**row, "start": date(2026, 9, 5), "ramp": STEPS} if new else row


def _beside(start: BookStart) -> Iterator[StartRow]:
    """Two people of other roles, in the EU alone."""
    for code, role in (("ADS9", "advertising"), ("CS9", "customer_service")):
        yield {**start.people[-1], "person": code, "name": code, "role": role, "us_share": 0.0}


def _shop_lines() -> Iterator[StartRow]:
    for row in weights():
        if row["metric"] in ("net_sales", "acos"):
            yield {**row, "role": "shop", "weight": 50.0}


def _role_lines(start: BookStart) -> Iterator[StartRow]:
    """One KPI is the whole card of each of the two roles."""
    for role, metric in (("advertising", "acos"), ("customer_service", "return_rate")):
        for row in start.weights:
            if (row["role"], row["region"], row["metric"]) == ("operations", "EU", metric):
                yield {**row, "role": role, "weight": 100.0}


def _key_results(shop: str) -> tuple[StartRow, ...]:
    okr: StartRow = {"objective": "Grow", "region": "", "period": "2026-10", "weight": 1.0}
    lean = {"objective": "Lean", "serves": "Grow", "scope": "ALL", "metric": "acos"}
    return (
        {**okr, "no": "K1", "scope": shop, "metric": "net_sales", "target": 1e6},
        {**okr, "no": "K2", **lean, "baseline": 0.9, "target": 0.1},
    )


@pytest.fixture(scope="module")
def refreshed(office: Office, tmp_path_factory: pytest.TempPathFactory) -> Refreshed:
    folder = tmp_path_factory.mktemp("people")
    book = typed(folder / "team.xlsx")
    with house_at(folder / "data") as house:
        fill(house, Few().shops)
        refresh(house, order_of(house, book, "never"))
        seen = look(house, order_of(house, book, "never"))
    codes = tuple(one.code for one in seen.problems)
    return Refreshed(seen.done, codes, office.calculate(book))


def test_a_newcomer_is_asked_a_quarter_and_the_card_says_so(refreshed: Refreshed) -> None:
    [card] = [c for c in refreshed.done.people if c.person.code == "OPS5"]
    rows = refreshed.rows("tblScore")
    [sales] = [i for one in card.cards for i in one.items if i.metric.code == "net_sales"][:1]
    assert sales.here.step == 0.25
    row = rows[sales.key]
    assert row["meaning"].startswith("Month 2: 25%; ")
    assert row["score"] == sales.score
    assert sales.goal is not None
    assert row["target"] == sales.goal.value


def test_kinds_of_points_count_with_free_misses_and_cap(refreshed: Refreshed) -> None:
    """Four late reports: the first is free, then -2, -1 up to the cap of 3, then nothing."""
    applied = [row["applied"] for row in refreshed.rows("tblPoint").values()]
    assert applied == [0, -2, -1, 0]
    assert refreshed.rows("tblTeam")["OPS6"]["points"] == -3


def test_grades_and_the_limit_are_those_that_were_typed(refreshed: Refreshed) -> None:
    """No total above 60, and the ladder of three grades, in the sheet as in the service."""
    rows = refreshed.rows("tblTeam")
    cards = [card for card in refreshed.done.people if card.total is not None]
    assert cards
    for card in cards:
        assert card.grade in LADDER
        shown = rows[card.person.code]
        assert (shown["total"], shown["grade"]) == (card.total, card.grade.name)
        assert shown["coefficient"] == card.grade.coefficient
    assert max(card.total or 0.0 for card in cards) == MOST


def test_a_shops_score_is_the_total_of_its_card(refreshed: Refreshed) -> None:
    assert refreshed.done.shops
    rows = refreshed.rows("tblShop")
    for card in refreshed.done.shops:
        assert card.total is not None
        assert rows[card.person.code]["shop_score"] == card.total
        assert card.cards[0].region in (Region.US, Region.EU)


def test_advertising_and_service_are_scored_beside_the_shops_operations(
    refreshed: Refreshed,
) -> None:
    """Each has the card of the role for the same shop, in the sheet too; OPS6 keeps it whole."""
    cards = {card.person.code: card for card in refreshed.done.people}
    team = refreshed.rows("tblTeam")
    for code, metric in (("ADS9", "acos"), ("CS9", "return_rate")):
        [item] = cards[code].cards[0].items
        assert item.score is not None
        assert (item.metric.code, cards[code].total) == (metric, min(item.score, MOST))
        assert team[code]["total"] == cards[code].total
        of_shop = refreshed.done.value(metric, (Region.EU, "HY-AMZ-DE"))
        assert of_shop is not None
        assert item.actual.value == of_shop.value
    mine = refreshed.done.value("net_sales", (Region.EU, "OPS6"))
    all_eu = refreshed.done.value("net_sales", (Region.EU, "EU"))
    assert mine is not None
    assert all_eu is not None
    assert mine.value == all_eu.value  # OPS6 has every shop of the EU
    assert {"no_card", "share_sum", "share_missing"}.isdisjoint(refreshed.problems)


def test_objectives_show_their_key_results_and_whom_they_were_handed_to(
    refreshed: Refreshed,
) -> None:
    rows = refreshed.rows("tblOkr")
    value = refreshed.done.value("acos", (None, "ALL"))
    assert value is not None
    assert value.value is not None
    lean = key_result(value.value, 0.1, 0.9)
    assert (rows["K2"]["actual"], rows["K2"]["grade"]) == (value.value, lean)
    assert rows["K1"]["progress"] > 0
    assert rows["K1"]["below"] == f"Lean {lean:.2f}"


def test_the_card_shows_what_was_typed(refreshed: Refreshed) -> None:
    """The tab opens on the first person; nothing or a part of 1 stands in By hand."""
    lines = refreshed.sheets["Card"]
    [(row, column)] = [
        (r, c) for r, line in enumerate(lines) for c, cell in enumerate(line) if cell == "✎ By hand"
    ]
    assert 0 <= float(str(lines[row + 1][column])) <= 1
    assert "owner_absent" not in refreshed.problems
