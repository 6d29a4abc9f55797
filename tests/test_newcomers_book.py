"""A quiz and a rating typed under a newcomer's code: scored, marked, shown to the mentor."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from kpi.model import DataState
from kpi.tables import CellValue, ErrorValue
from sheet_templates.build import build
from sheet_templates.layout import Language
from sheet_templates.places import MANAGER_PLACES
from sheet_templates.start import BookStart, StartRow
from sheet_templates.words import show
from sync_service.compute import Computed
from sync_service.explain import explain
from sync_service.refresh import look, refresh
from sync_service.sharing import share
from sync_service.workbooks.xlsx import XlsxPort
from tests.road_support import order_of
from tests.service_support import Service, service

# KPI, weight, method, target: the newcomer's EU card without its tasks
CARD = (
    ("sop_quiz_rate", 50.0, "ratio_up", 0.9),
    ("mentor_rating", 50.0, "manual", 80.0),
)
PEOPLE: tuple[StartRow, ...] = (
    {"person": "OPS1", "role": "operations", "start": date(2024, 1, 1)},
    {"person": "NEW", "role": "newcomer", "start": date(2026, 10, 5), "mentor": "OPS1"},
    {"person": "TWO", "role": "newcomer", "start": date(2026, 10, 12), "mentor": "HEAD"},
)
# day, measure, value, by
INPUTS = (
    (9, "quiz_points", 30.0, "OPS1"),
    (9, "quiz_points_max", 50.0, "OPS1"),
    (14, "quiz_points", 45.0, "OPS1"),
    (16, "quiz_points", 50.0, "OPS1"),
    (20, "mentor_points", 82.0, "OPS1"),
)


def _typed(person: str, day: int, measure: str, value: float, by: str) -> StartRow:
    row: StartRow = {"shop": person, "measure": measure, "value": value, "by": by}
    return {"day": date(2026, 10, day), **row}


def start() -> BookStart:
    row: StartRow = {"role": "newcomer", "region": "EU", "on": "yes", "start": date(2026, 1, 1)}
    goal: StartRow = {"year": 2026.0, "region": "EU", "scope": "newcomer"}
    same: StartRow = {"better": "higher", "bound": "strict"}
    weights = [
        {**row, **same, "metric": code, "weight": weight, "method": method}
        for code, weight, method, _ in CARD
    ]
    own: StartRow = {
        **row,
        **same,
        "role": "operations",
        "metric": "mentor_rating",
        "weight": 100.0,
    }
    return BookStart(
        people=[{**one, "us_share": 0.0, "scored": "yes"} for one in PEOPLE],
        weights=[*weights, {**own, "method": "manual"}],
        targets=[{**goal, "metric": code, "year_total": target} for code, _, _, target in CARD],
        tasks=[
            {
                "no": "G-1",
                "type": "gate",
                "region": "EU",
                "what": "Runs an ad group alone",
                "owner": "NEW",
                "due": date(2026, 10, 11),
                "done": 1.0,
                "delivered": date(2026, 10, 13),
            }
        ],
        inputs=[
            *(_typed("NEW", *line) for line in INPUTS),
            _typed("OPS1", 20, "mentor_points", 90.0, "HEAD"),
        ],
        settings={"month": "2026-10", "min_coverage": 0.5},
    )


@dataclass(frozen=True, slots=True)
class Refreshed:
    """A refreshed book, what the service computed, and its rows."""

    one: Service
    path: Path
    done: Computed
    language: Language

    def rows(self, table: str, path: Path | None = None) -> list[dict[str, CellValue | ErrorValue]]:
        found = XlsxPort(path or self.path).read().tables[table]
        rows = ({code: row.value(code) for code in found.columns} for row in found.rows)
        return [row for row in rows if any(value is not None for value in row.values())]


@pytest.fixture(scope="module", params=["zh", "en"])
def book(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Refreshed]:
    root, language = tmp_path_factory.mktemp("newcomers"), request.param
    with service(root) as one:
        path = build(root / "team.xlsx", "manager", language, start())
        refresh(one.house, order_of(one.house, path))
        yield Refreshed(one, path, look(one.house, order_of(one.house, path)).done, language)


def test_a_typed_quiz_and_rating_are_scored_and_marked(book: Refreshed) -> None:
    """The second attempt, 45 of 50, is 0.9 of a target of 0.9: 100; the rating is 82 itself."""
    [card] = [one for one in book.done.people if one.person.code == "NEW"]
    items = {item.metric.code: item for item in card.cards[0].items}
    assert {code: item.score for code, item in items.items()} == {
        "sop_quiz_rate": 100.0,
        "mentor_rating": 82.0,
    }
    assert all(item.actual.state is DataState.MANUAL for item in items.values())
    assert card.total == 91.0
    assert card.cards[0].total.manual_share == 100.0
    marked = {row["data_state"] for row in book.rows("tblScore") if row["person"] == "NEW"}
    assert marked == {show("data_state", "manual", book.language)}


def test_inputs_say_which_attempt_counts(book: Refreshed) -> None:
    """Of three quizzes the second; of one rating that one."""
    used = [str(row["used"])[:1] for row in book.rows("tblInput")][:5]
    other = "未" if book.language == "zh" else "N"
    assert used == [other, "✎", "✎", other, "✎"]


def test_the_mentor_sees_quiz_and_rating_with_their_author(book: Refreshed) -> None:
    rows = {row["person"]: row for row in book.rows("tblNewcomer")}
    new = rows["NEW"]
    assert (new["quiz"], new["rating"]) == (0.9, 82.0)
    assert (new["quiz_by"], new["rating_by"]) == ("✎ OPS1 10-14", "✎ OPS1 10-20")
    assert (new["passed"], new["passed_late"], new["rate"]) == (0.0, 1.0, 0.5)
    assert rows["TWO"]["state"] == show("newcomer_state", "no_gates", book.language)
    assert (rows["TWO"]["day"], rows["TWO"]["quiz"]) == (11.0, None)


def test_explain_says_who_typed_the_figures(book: Refreshed) -> None:
    sheet = MANAGER_PLACES["tblScore"].sheet.title(book.language)
    table = XlsxPort(book.path).read().tables["tblScore"]
    row = next(r for r in table.rows if "sop_quiz_rate" in str(r.value("item")))
    cell = f"{sheet}!{row.cells['actual'].address}"
    told: Any = explain(book.one.house, order_of(book.one.house, book.path), cell)
    said = [en for _, en in told.lines if en.startswith("✎")]
    assert said == [
        "✎ Typed: 2026-10-14 quiz_points 45 · OPS1",
        "✎ Typed: 2026-10-09 quiz_points_max 50 · OPS1",
    ]


def test_a_mentors_own_book_shows_the_own_newcomers_only(book: Refreshed, tmp_path: Path) -> None:
    """OPS1 mentors NEW; TWO is the head's. A second share patches the same file."""
    mine, order = tmp_path / "mine.xlsx", order_of(book.one.house, book.path)
    assert share(book.one.house, order, "OPS1", mine, book.language).state == "made"
    assert [row["person"] for row in book.rows("tblNewcomer", mine)] == ["NEW"]
    assert share(book.one.house, order, "OPS1", mine, book.language).state == "patched"
    assert [row["rate"] for row in book.rows("tblNewcomer", mine)] == [0.5]
    own = tmp_path / "new.xlsx"
    share(book.one.house, order, "NEW", own, book.language)
    assert [row["mentor"] for row in book.rows("tblNewcomer", own)] == ["OPS1"]
