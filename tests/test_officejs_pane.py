"""Every button of the task pane, in a real Chromium over a workbook that behaves like Excel's."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from sheet_templates.layout import TABLES
from tests.excel_book import Model, save
from tests.libreoffice import Office
from tests.pane_answers import PACK
from tests.pane_fixtures import book, books, browser, stub
from tests.pane_results import SCORES, TITLE, column
from tests.pane_service import Stub, stale
from tests.pane_support import SHIPPED, pane

__all__ = ["book", "books", "browser", "stub"]  # the fixtures


def test_a_refresh_writes_the_book_as_a_person_would_see_it(
    browser: Browser, stub: Stub, book: Model, tmp_path: Path, office: Office
) -> None:
    """Pressed in the browser, saved as a file, recalculated by LibreOffice."""
    with pane(browser, stub, book) as one:
        one.says("Connected", "#link")
        one.press("refresh")
        one.says("Done:")
        one.says("2 rows added")
        one.says("Errors: 1 · warnings: 2")
        one.says("AMZ-DE · amazon.sales")
        one.says("New breaches: 2")
        one.says("Return rate · AMZ-DE8.1 % > 5.5 %OPS1 · SKU-1 +2.1 pp")
        one.says("12 days < 14 days")
        state = one.state()
        assert one.cell("Items", "B6") == "2026-10"  # a text, not the first of October
        assert one.cell("Items", f"{column('facts')}6") == TITLE
        assert one.js("HOST.syncs.filter(Boolean)") == [3, 2]  # the table, the names; none a cell
        one.page.get_by_role("button", name="Items!E7").press("Enter")
        one.until("HOST.state().active.address === 'E7'")
    [order] = stub.of("/panes/refresh")
    assert order["name"] == "运营.xlsx"
    assert order["tables"]["tblScore"]["at"] == "A5"
    assert order["tables"]["tblScore"]["headers"][:2] == ["Item", "Month"]
    assert order["names"]["nmCompany"] == "(company)"
    assert stub.runs["run-1"]["written"] is True
    assert state["settings"]["kpiBase"] == "book-1"
    out = tmp_path / "written.xlsx"
    save(state, book, SHIPPED / "manager-en.xlsx", out)
    rows = office.calculate(out)["Items"]
    at = [one.code for one in TABLES["tblScore"].columns]
    for row, score in zip(rows[4:7], SCORES, strict=True):
        assert row[at.index("score")] == pytest.approx(score, abs=1e-8)
        assert row[at.index("facts")] == TITLE
    assert [row[at.index("status")] for row in rows[4:7]] == ["● OK", "● OK", "■ Breach"]


def test_the_next_refresh_starts_from_the_revision_that_was_written(
    browser: Browser, stub: Stub, book: Model
) -> None:
    with pane(browser, stub, book) as one:
        for _ in range(2):
            one.press("refresh")
            one.says("Done:")
            stub.result = lambda _: {"revision": "book-2", "tables": [], "names": {}}
        expect(one.page.locator("#view")).to_contain_text("0 rows added")
    first, second = stub.of("/panes/refresh")
    assert (first["base"], second["base"]) == ("", "book-1")
    assert first["book"] == second["book"]
    assert len(second["tables"]["tblScore"]["rows"]) == 3


def test_progress_is_shown_and_a_cancelled_refresh_changes_nothing(
    browser: Browser, stub: Stub, book: Model
) -> None:
    stub.held.clear()
    with pane(browser, stub, book) as one:
        before = one.state()["sheets"]
        one.press("refresh")
        one.says("Preparing the write 3/3")
        assert one.page.locator("progress").get_attribute("aria-label") == "Progress"
        one.open("check")  # another view meanwhile: the run goes on
        one.open("refresh")
        one.says("Preparing the write 3/3")
        one.press("cancel")
        one.says("Cancelled; the workbook was not changed.")
        assert one.state()["sheets"] == before
    assert stub.runs["run-1"]["cancelled"]


def test_a_check_lists_the_problems_and_writes_nothing(
    browser: Browser, stub: Stub, book: Model
) -> None:
    with pane(browser, stub, book) as one:
        one.open("check")
        before = one.state()["sheets"]
        one.press("check")
        one.says("Checked; the workbook was not changed.")
        assert one.state()["sheets"] == before
        one.page.get_by_role("button", name="Items!L6").click()
        one.until("HOST.state().active.address === 'L6'")
        assert one.state()["active"] == {"sheet": "Items", "address": "L6"}
        [items] = [sheet for sheet in one.state()["sheets"] if sheet["name"] == "Items"]
        assert items["visibility"] == "Visible"
    assert stub.runs["run-1"]["written"] is False


@pytest.mark.parametrize(
    ("code", "times", "said"),
    [
        pytest.param("GeneralException", 1, "the old values are back", id="undone"),
        pytest.param("GeneralException", 9, "Press Undo", id="not even undone"),
        pytest.param(
            "InvalidOperationInCellEditMode", 1, "A cell is being edited", id="a cell is edited"
        ),
    ],
)
def test_a_failure_in_the_middle_leaves_the_old_values(
    browser: Browser, stub: Stub, book: Model, code: str, times: int, said: str
) -> None:
    with pane(browser, stub, book) as one:
        before = one.state()
        one.js("([n, code, times]) => HOST.failAt(n, code, times)", [3, code, times])
        one.press("refresh")
        one.says(said)
        after = one.state()
        if times == 1:
            assert shown(after) == shown(before)
            assert after["tables"] == before["tables"]
        assert "kpiBase" not in after["settings"]
    assert stub.runs["run-1"]["written"] is False
    assert stub.runs["run-1"]["unsure"] is (times == 9)


def shown(state: Model) -> list[object]:
    """Formulas and values of every cell."""
    return [
        [one["name"], sorted((at, c["formula"]) for at, c in one["cells"].items())]
        for one in state["sheets"]
    ]


def test_a_protected_sheet_is_opened_for_the_write_and_closed_again(
    browser: Browser, stub: Stub, book: Model
) -> None:
    for sheet in book["sheets"]:
        sheet["protected"] = sheet["name"] == "Items"
    with pane(browser, stub, book) as one:
        one.press("refresh")
        one.says("Done:")
        [items] = [sheet for sheet in one.state()["sheets"] if sheet["name"] == "Items"]
        assert items["guarded"]
        assert one.cell("Items", "C7") == "OPS1"


def test_rows_that_moved_meanwhile_are_read_again(
    browser: Browser, stub: Stub, book: Model
) -> None:
    """A person adds a row while the service works: nothing lands in the wrong row."""
    stub.held.clear()
    with pane(browser, stub, book) as one:
        one.press("refresh")
        one.says("Preparing the write 3/3")
        add = """(width) => Excel.run(async (c) => {
            c.workbook.tables.getItem("tblScore").rows.add(null, [new Array(width).fill(null)]);
            await c.sync(); })"""
        one.js(add, len(TABLES["tblScore"].columns))
        stub.held.set()
        one.says("Done:")
    first, second = stub.of("/panes/refresh")
    assert len(first["tables"]["tblScore"]["rows"]) == 1
    assert len(second["tables"]["tblScore"]["rows"]) == 2
    assert stub.runs["run-1"]["written"] is False
    assert stub.runs["run-2"]["written"] is True


def test_a_book_that_was_written_since_is_read_and_sent_again(
    browser: Browser, stub: Stub, book: Model
) -> None:
    stub.refusals = [stale("book-9")]
    with pane(browser, stub, book) as one:
        one.press("refresh")
        one.says("Done:")
    first, second = stub.of("/panes/refresh")
    assert (first["base"], "rebased" in first) == ("", False)
    assert (second["base"], second["rebased"]) == ("", "book-9")


@pytest.mark.parametrize(
    ("refusal", "said"),
    [
        pytest.param(
            (422, {"zh": "月份不对。", "en": "The month is wrong."}), "The month is wrong.",
            id="a sentence of the service",
        ),
        pytest.param((500, {"error": {"zh": "坏了。", "en": "Broken."}}), "Broken.", id="a fault"),
        pytest.param((429, {"error": {"zh": "过多。", "en": "Wait."}}), "Wait.", id="too often"),
    ],
)  # fmt: skip
def test_what_the_service_refuses_is_said(
    browser: Browser, stub: Stub, book: Model, refusal: tuple[int, Model], said: str
) -> None:
    stub.refusals = [refusal]
    with pane(browser, stub, book) as one:
        one.press("refresh")
        one.says(said)
        assert one.page.locator("[role=alert]").count() == 1
        one.press("refresh")  # and it works again
        one.says("Done:")


def test_a_lost_connection_is_tried_again_and_then_told(
    browser: Browser, stub: Stub, book: Model
) -> None:
    stub.faults = ["drop"]
    with pane(browser, stub, book) as one:
        one.press("refresh")
        one.says("Done:")
        stub.down = True
        one.press("refresh")
        one.says("The service does not answer.")
        one.says("Service not reachable", "#link")
        one.says("keeps its last values", "#away")
        stub.down = False
        one.press("retry")
        one.says("Connected", "#link")


def test_a_run_that_fails_says_why(browser: Browser, stub: Stub, book: Model) -> None:
    stub.problem = {"zh": "磁盘已满。", "en": "The disk is full."}
    with pane(browser, stub, book) as one:
        one.press("refresh")
        one.says("The disk is full.")
        assert one.cell("Items", "A5") is None


def added(table: str, *first: str) -> Model:
    """A new row of a table as the service sends it."""
    row = [*first, *[None] * (len(TABLES[table].columns) - len(first))]
    return {"table": table, "cells": [], "append": [row], "rows": 2}


def test_packs_are_found_shown_and_then_loaded(browser: Browser, stub: Stub, book: Model) -> None:
    stub.pack = {**PACK, "tables": [added("tblWeight", "operations")]}
    with pane(browser, stub, book) as one:
        one.open("setup")
        one.says("Targets confirmed")
        one.page.get_by_role("button", name="Open: People and owners").click()
        one.until("HOST.state().active.sheet === 'People'")
        choose = one.page.get_by_role("button", name="Choose:")
        for words, count in (("acos", 3), ("net sales", 2), ("广告 us", 2), ("nothing like it", 0)):
            one.page.locator("#pack-words").fill(words)
            expect(choose).to_have_count(count)
        one.says("No pack fits these words.")
        one.page.locator("#pack-words").fill("")
        one.page.locator("#pack-variant").select_option("auto_parts")
        expect(choose).to_have_count(1)
        one.page.locator("#pack-variant").select_option("")
        one.page.locator("#pack-platform").select_option("ebay")
        expect(choose).to_have_count(2)
        one.says("The platform does not deliver ACOS")
        one.page.get_by_role("button", name="Choose: Operations EU").click()
        one.says("Do not use it unchanged")
        one.says("2 lines would be added; nothing is written yet.")
        before = one.state()["sheets"]
        one.page.locator("#stage").select_option("launch")
        one.page.locator("#history").fill("3")
        one.page.locator("#cash").check()
        one.page.locator("#variant").select_option("auto_parts")
        one.page.locator("#onto").select_option("Designer")
        one.says("ACOS · Target: 25 % → 35 %")
        one.says("A launch spends on ads first.")
        one.says("Net salesswitched offpain point P360yours to fill")
        expect(one.page.locator("#pack-preview")).not_to_have_attribute("aria-busy", "true")
        assert one.state()["sheets"] == before
        assert "to be confirmed" not in one.page.locator("#view").inner_text()
        one.press("load")
        one.says("Loaded: 1 rows added.")
        one.says("1 weight was added, to be confirmed.")
        assert one.state()["sheets"] != before
    order = stub.of("/panes/pack")[-1]
    assert {part: order[part] for part in ("pack", "region", "variant", "onto")} == {
        "pack": "operations", "region": "EU", "variant": "auto_parts", "onto": "Designer",
    }  # fmt: skip
    assert order["answers"] == {
        "stage": "launch", "history_months": 3, "team_size": 10, "cash_limited": True,
    }  # fmt: skip


def test_what_needs_asks_for_is_shown_before_it_is_added(
    browser: Browser, stub: Stub, book: Model
) -> None:
    stub.proposed = {"lines": []}
    with pane(browser, stub, book) as one:
        one.open("setup")
        one.press("propose")
        one.says("Nothing to propose", "#needs-said")
        stub.proposed = {"tables": [added("tblWeight", "advertising")]}
        before = one.state()["sheets"]
        one.press("propose")
        one.says("2 lines would be added", "#needs-said")
        assert one.state()["sheets"] == before
        assert one.js("document.activeElement.id") == "needs-add"
        one.page.keyboard.press("Enter")
        one.says("2 lines were added, switched off.", "#needs-said")
        assert one.state()["sheets"] != before
        stub.down = True
        one.press("propose")
        one.says("The service does not answer.", "#needs-said")


def test_the_diagnosis_tells_what_a_helper_asks_first(
    browser: Browser, stub: Stub, book: Model
) -> None:
    with pane(browser, stub, book, lacks=["ExcelApi 1.16"]) as one:
        one.open("help")
        one.press("diagnose")
        one.says("OfficeOnline")
        one.says("ExcelApi 1.16: no")
        one.says("KPI: 13")
        one.says("0 s", "#diagnosis")
        stub.down = True
        one.press("diagnose")
        one.says("no: The service does not answer", "#diagnosis")


def test_the_buttons_of_the_ribbon_open_their_views(
    browser: Browser, stub: Stub, book: Model
) -> None:
    with pane(browser, stub, book) as one:
        one.says("Connected", "#link")
        for name, view in (
            ("explain", "explain"),
            ("help", "help"),
            ("check", "check"),
            ("refresh", "refresh"),
        ):
            one.js("(name) => HOST.press(name)", name)
            assert one.page.locator(f"#tab-{view}").get_attribute("aria-selected") == "true"
        one.says("Done:")
        assert one.js("Office.addin.shown") == 4
    assert [one["written"] for one in stub.runs.values()] == [False, True]


def test_a_workbook_of_somebody_else_is_told(browser: Browser, stub: Stub, book: Model) -> None:
    book["tables"] = []
    with pane(browser, stub, book) as one:
        one.press("refresh")
        one.says("This workbook has no KPI tables.")
    assert stub.of("/panes/refresh") == []
