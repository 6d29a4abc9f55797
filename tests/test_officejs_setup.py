"""The pane's Set-up and Check: the steps, a plan of reviews, a review that is read and written."""

from __future__ import annotations

from playwright.sync_api import Browser, expect

from tests.excel_book import Model
from tests.pane_fixtures import book, books, browser, stub
from tests.pane_service import Stub
from tests.pane_support import NAMELESS, pane

__all__ = ["book", "books", "browser", "stub"]  # the fixtures


def test_set_up_ticks_what_is_done(browser: Browser, stub: Stub, book: Model) -> None:
    [setup] = [one for one in book["sheets"] if one["name"] == "Setup"]
    for row, mark in zip(range(6, 13), "✓✓○○✓○○", strict=True):
        setup["cells"][f"B{row}"]["value"] = mark
    setup["cells"]["B13"]["value"] = "3/7"
    with pane(browser, stub, book) as one:
        one.open("setup")
        one.says("3/7 done")
        expect(one.page.locator(".steps .done")).to_have_count(3)
        one.says("Company and currency done")
        now = one.page.locator("[aria-current=step]")
        expect(now).to_have_count(1)
        expect(now).to_contain_text("First data")  # the first that is open, its panel with it
        expect(now).to_contain_text("AMZ-US is up to date")
        expect(now).to_contain_text("import FILE --shop EBY-DE")
        button = one.page.locator("#step-3")
        assert button.get_attribute("aria-expanded") == "true"
        button.press("Enter")
        assert button.get_attribute("aria-expanded") == "false"
        expect(one.page.locator("#panel-sources")).to_be_hidden()
        one.press("step-7")
        one.says(
            "AMZ-US alike, 0.2 % apartours 120,340.5 · platform 120,1002026-10-08 – 2026-10-21"
        )
        one.press("step-4")
        assert one.js(NAMELESS) == 0
        one.press("first-refresh")
        one.says("Done:")


def test_reviews_are_planned_from_the_wizard(browser: Browser, stub: Stub, book: Model) -> None:
    [setup] = [one for one in book["sheets"] if one["name"] == "Setup"]
    for row in range(6, 13):
        setup["cells"][f"B{row}"]["value"] = "✓"
    with pane(browser, stub, book) as one:
        one.open("setup")
        expect(one.page.locator("[aria-current=step]")).to_contain_text("Review and adjust")
        one.press("plan-review")
        one.says("Choose the first day.")
        one.page.locator("#rhythm").select_option("monthly")
        one.page.locator("#first-review").fill("2026-12-01")
        one.press("plan-review")
        one.says("2026-12-01 · Monthly review 2026-11")
        assert one.js("document.activeElement.id") == "write-review"
        assert "R-2026-12-01" not in str(one.state()["sheets"])
        one.press("write-review")
        one.says("Next review: 2026-12-01")
        expect(one.page.locator("[aria-current=step]")).to_have_count(0)
        state = one.state()
    [review] = [sheet for sheet in state["sheets"] if sheet["name"] == "Review"]
    assert "Monthly review 2026-11" in {cell["value"] for cell in review["cells"].values()}
    assert {k: stub.of("/panes/plan")[0][k] for k in ("rhythm", "first")} == {
        "rhythm": "monthly", "first": "2026-12-01",
    }  # fmt: skip


def test_a_review_is_read_and_then_written(browser: Browser, stub: Stub, book: Model) -> None:
    row = ["A-R1", *[None] * 9]
    task = {"table": "tblReview", "cells": [[0, 0, "A-R1"]], "append": [row], "rows": 2}
    with pane(browser, stub, book) as one:
        one.open("check")
        before = one.state()["sheets"]
        one.press("review-start")
        one.says("2026-W42 against 2026-W41")
        one.says("Net salesbefore 58,000 USD · due 70,000 USD64,000 USD")
        one.says("Misses (2)")
        one.says("Return rate · AMZ-DEOPS1 · SKU-1 +2.1 pp")
        one.says("A-R1 Halve the bidsADS1 · 2026-11-19")
        one.says("There is nothing to write.")
        one.page.locator("#review-scope").select_option("US")
        one.says("41,000 USD")
        stub.reviewed = {"paused": "stock-taking"}
        one.press("review-start")
        one.says("Writing is paused: stock-taking")
        stub.reviewed = {"tables": [task]}
        one.page.locator("#review-kind").select_option("quarter")
        one.press("review-start")
        one.says("Net sales● Keep · Keep it")
        one.says("ALL● Used")
        assert one.js(NAMELESS) == 0
        assert one.state()["sheets"] == before
        one.press("review-put")
        one.says("1 cells written, 1 rows added.")
        assert one.state()["sheets"] != before
    assert [asked["kind"] for asked in stub.of("/panes/review")] == ["week", "week", "quarter"]
