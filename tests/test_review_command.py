"""The command `review`: the pack, tasks that follow and stay traceable, the look at the KPI set."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from kpi.calendar import period
from kpi.scorecards import Scoring
from kpi.set_rescoring import PROPOSALS, effect, without
from sheet_templates.start import BookStart, StartRow
from sheet_templates.words import show
from sync_service import audit
from sync_service.cli import main
from sync_service.commands.review import run
from sync_service.console import Terminal
from sync_service.house import House
from sync_service.kpi_review import adoption, kpi_lines, month_cards, quarter_of
from sync_service.publishing import Wanted, publish
from sync_service.refresh import look
from sync_service.sharing import share
from sync_service.workbooks.setting import assignment
from sync_service.workbooks.xlsx import XlsxPort, set_in_copy
from tests.road_support import Few, fill, house_at, order_of, refresh_book
from tests.test_editions import first_cell
from tests.test_sharing import LONG, Opened, house_start, manager

ITEM = "2026-10｜OPS5｜US｜acos"


def start() -> BookStart:
    """The company with one decision, two pieces of feedback and an adjustment."""
    given = house_start()
    decision: StartRow = {
        "no": "R-1",
        "date": date(2026, 10, 19),
        "present": "HEAD, OPS5",
        "topic": "Ads",
        "decision": "Cut bids of brand terms",
        "owner": "OPS5",
        "due": date(2026, 10, 30),
    }
    accepted: StartRow = {
        "no": "F-1",
        "day": date(2026, 10, 5),
        "by": "OPS5",
        "what": "ACoS counts brand ads",
        "decision": "accepted",
        "owner": "HEAD",
    }
    declined: StartRow = {
        "no": "F-2",
        "day": date(2026, 10, 6),
        "by": "OPS6",
        "what": "More tabs",
        "decision": "declined",
    }
    adjusted: StartRow = {"no": "S-1", "day": date(2026, 10, 1), "change": "EU before US"}
    return replace(
        given,
        decisions=[decision],
        service={"tblFeedback": [accepted, declined], "tblAdjust": [adjusted]},
        settings={**given.settings, "sponsor": "HEAD", "mode": "full"},
    )


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, Path]]:
    root = tmp_path_factory.mktemp("review")
    with house_at(root / "data") as house:
        fill(house, Few().shops, LONG)
        yield house, root


@pytest.fixture
def opened(world: tuple[House, Path], tmp_path: Path) -> Opened:
    """A workbook of its own for each test; all share the facts."""
    house, root = world
    return Opened(house, manager(tmp_path, start()), root)


def review(opened: Opened, capsys: pytest.CaptureFixture[str], *more: str) -> dict[str, Any]:
    capsys.readouterr()
    home = str(opened.root / "data")
    assert main(["review", str(opened.book), "--json", "--home", home, *more]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def rows(opened: Opened, table: str) -> dict[str, dict[str, object]]:
    found = XlsxPort(opened.book).read().tables[table]
    return {
        str(row.value(found.columns[0])): {code: row.value(code) for code in found.columns}
        for row in found.rows
    }


def test_decisions_feedback_and_disputes_become_tasks_that_stay_traceable(
    opened: Opened, capsys: pytest.CaptureFixture[str]
) -> None:
    """One round: propose, refresh, publish with the feedback's number, refresh."""
    mine = opened.book.with_name("mine.xlsx")
    share(opened.house, order_of(opened.house, opened.book, "never"), "OPS5", mine, "en")
    typed = (("item", ITEM), ("reason", "Two campaigns are not mine"), ("claimed", "0.24"))
    cells = [assignment(f"{first_cell('tblDispute', code)}={said}") for code, said in typed]
    set_in_copy(mine, mine, cells, "never")
    shown = review(opened, capsys)
    assert [one["no"] for one in shown["proposed"]] == ["A-R-1", "C-F-1", f"D-{ITEM}"]
    assert shown["added"] == 0
    assert "A-R-1" not in rows(opened, "tblTask")
    assert review(opened, capsys, "--propose")["added"] == 3
    tasks = rows(opened, "tblTask")
    assert tasks["A-R-1"]["due"] == date(2026, 10, 30)
    assert tasks["A-R-1"]["owner"] == "OPS5"
    assert tasks["C-F-1"]["about"] == "F-1"
    assert tasks[f"D-{ITEM}"]["quantity"] == 0.24
    assert rows(opened, "tblReview")["R-1"]["task_no"] == "A-R-1"
    assert review(opened, capsys, "--propose")["proposed"] == []
    order = order_of(opened.house, opened.book, "never")
    refresh_book(opened.house, opened.book, "never")
    feedback = rows(opened, "tblFeedback")
    assert (feedback["F-1"]["task_no"], feedback["F-1"]["version"]) == ("C-F-1", None)
    assert feedback["F-1"]["task_state"] == "In progress"
    assert (feedback["F-2"]["task_no"], feedback["F-2"]["task_state"]) == (None, None)
    publish(opened.house, order, Wanted("HEAD", "Without brand ads (F-1), S-1", None, "", ""))
    assert rows(opened, "tblFeedback")["F-1"]["version"] == "v1"
    assert rows(opened, "tblAdjust")["S-1"]["version"] == "v1"
    assert rows(opened, "tblAdjust")["S-1"]["published"] == date(2026, 10, 22)
    again = share(opened.house, order, "OPS5", mine, "en")
    assert again.state == "patched"
    answered = XlsxPort(mine).read().tables["tblDispute"].rows[0]
    assert answered.value("task_no") == f"D-{ITEM}"


def test_the_pack_holds_the_last_whole_week_and_the_misses(
    opened: Opened,
) -> None:
    """On 22 October, which is the installation's own day, not that of the command line's clock."""
    terminal = Terminal("en", as_json=True)
    words = argparse.Namespace(book=opened.book, propose=False, kpis=False, quarter=None)
    run(terminal, opened.house, words)
    found: dict[str, Any] = dict(terminal.result)
    assert found["week"]["period"] == "2026-W42"
    sales = next(one for one in found["week"]["lines"] if one["metric"] == "net_sales")
    assert sales["week"] < sales["before"]
    assert {one["scope"] for one in found["misses"]} >= {"HY-AMZ-DE", "HY-SHP-US"}
    assert all(one["owner"] for one in found["misses"] if one["scope"] != "US")


def test_the_look_at_the_kpi_set_and_at_its_use_fills_both_tabs(
    opened: Opened, capsys: pytest.CaptureFixture[str]
) -> None:
    refresh_book(opened.house, opened.book, "never")
    found = review(opened, capsys, "--kpis", "--quarter", "2026-Q4")
    assert found["sponsor"] == "HEAD"
    lines = rows(opened, "tblKpiReview")
    done = look(opened.house, order_of(opened.house, opened.book, "never")).done
    items = [i for card in done.people for one in card.cards for i in one.items]
    acos = [item for item in items if item.metric.code == "acos"]
    assert lines["ACoS"]["items"] == float(len(acos))
    assert lines["ACoS"]["cards"] == float(len(acos))
    assert lines["ACoS"]["proposal"] in {
        show("kpi_proposal", c, "en") for c, _ in PROPOSALS.values()
    }
    told = next(one for one in found["rescored"] if one["metric"] == "acos")
    assert lines["ACoS"]["without_moved"] == told["moved_without"]
    assert lines["ACoS"]["total_spread"] == told["spread"]
    assert {one["metric"] for one in found["kpis"]} >= {"acos", "gmv"}
    assert next(o["finding"] for o in found["kpis"] if o["metric"] == "gmv") == "unused"
    assert set(rows(opened, "tblAdoption")) == {"ALL", "Operations"}


def test_totals_without_a_kpi_are_those_of_a_book_without_its_line(opened: Opened) -> None:
    """The cards added up anew say what the whole scoring says when the line is switched off."""
    done = look(opened.house, order_of(opened.house, opened.book, "never")).done
    months = month_cards(done, quarter_of(done, None))
    for code in ("acos", "net_sales"):
        kept = tuple(one for one in done.book.weights if one.metric != code)
        less = Scoring(replace(done.book, weights=kept), done.actuals).people(done.month)
        both = [
            (card.total, other.total)
            for card, other in zip(done.people, less, strict=True)
            if None not in (card.total, other.total)
        ]
        assert both
        found = effect(months, code, without)
        assert found.people == len(both)
        shift = sum((now or 0.0) - (was or 0.0) for was, now in both) / len(both)
        assert found.shift == pytest.approx(shift)
        assert found.shift != 0.0


def test_how_far_a_team_uses_the_system(opened: Opened) -> None:
    """One refresh, one review with two of the team, two of its feedback."""
    refresh_book(opened.house, opened.book, "never")
    seen = look(opened.house, order_of(opened.house, opened.book, "never"))
    book, tables = str(opened.book.resolve()), seen.contents.tables
    quarter = quarter_of(seen.done, None)
    assert quarter.code == "2026-Q4"
    everybody, team = adoption(opened.house.store, book, seen.done, tables, quarter)
    assert (everybody.team, everybody.refreshes, everybody.days) == ("ALL", 1, 1)
    assert (everybody.reviews, everybody.feedback) == (1, 2)
    assert team.people == everybody.people
    before = adoption(opened.house.store, book, seen.done, tables, period("2026-Q3"))
    assert [one.level for one in before] == ["unused", "unused"]


def test_a_refresh_counts_for_the_team_of_whoever_ordered_it(opened: Opened) -> None:
    """Two by OPS5 on one day, one by the clock; the person's team has two, the others none."""
    seen = look(opened.house, order_of(opened.house, opened.book, "never"))
    done, tables, quarter = seen.done, seen.contents.tables, quarter_of(seen.done, None)
    people = tuple(
        replace(one, department="Ads" if one.code == "OPS5" else "Ops") for one in done.typed.people
    )
    book = replace(done.typed, people=people)
    parted = replace(done, given=replace(done.given, typed=None, book=book))
    at = datetime(2026, 10, 20, 9, tzinfo=UTC)
    with opened.house.store.begin() as connection:
        for n, actor in enumerate(("excel:ops5", "OPS5", "scheduler")):
            audit.record(
                connection, at=at + timedelta(hours=n), actor=actor, action="refresh", about="b"
            )
    used = {one.team: one for one in adoption(opened.house.store, "b", parted, tables, quarter)}
    assert {team: (one.refreshes, one.days) for team, one in used.items()} == {
        "ALL": (3, 1),
        "Ads": (2, 1),
        "Ops": (0, 0),
    }
    assert used["Ops"].level == "used"  # others keep the workbook fresh; it has reviews and notes


def test_an_earlier_quarter_looks_at_its_own_months(opened: Opened) -> None:
    """Facts begin on 10 August: of Q3 there are items of three months, each of its own month."""
    done = look(opened.house, order_of(opened.house, opened.book, "never")).done
    now, then = (
        {line.metric: line.items for line in kpi_lines(done, one, month_cards(done, one))}
        for one in (period("2026-Q4"), period("2026-Q3"))
    )
    assert then["acos"] == 3 * now["acos"]


@pytest.mark.parametrize("words", [["--quarter", "2026-10"], ["--quarter", "soon"]])
def test_what_is_no_quarter_is_refused(opened: Opened, words: list[str]) -> None:
    assert main(["review", str(opened.book), *words]) == 2
