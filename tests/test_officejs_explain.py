"""The pane's Explain: where a value comes from, what a change would do, and why one is unknown."""

from __future__ import annotations

from playwright.sync_api import Browser, expect

from tests.excel_book import Model
from tests.pane_answers import EXPLAINED, UNKNOWN
from tests.pane_fixtures import book, books, browser, stub
from tests.pane_results import column
from tests.pane_service import Stub
from tests.pane_support import Pane, pane

__all__ = ["book", "books", "browser", "stub"]  # the fixtures


def explaining(one: Pane) -> None:
    """Explain after a refresh, with the tab of the items shown."""
    one.press("refresh")
    one.says("Done:")
    one.open("explain")
    one.js("HOST.book.sheet('Items').visibility = 'Visible'")


def test_explain_follows_the_selected_cell(browser: Browser, stub: Stub, book: Model) -> None:
    with pane(browser, stub, book) as one:
        explaining(one)
        one.says("Select a cell of a table with KPIs")
        for row in range(7, 4, -1):  # who walks by asks only where they stay
            one.js(f"HOST.select('Items', 'I{row}')")
        one.says("ad spend ÷ ad sales")
        one.says("AMZ-US13.12 %+1.21 pp")
        one.says("2 more+0.06 ppIn all11.84 %+1 pp")
        one.says("2026-09 → 2026-10: 10.84 % → 11.84 %")
        one.says("Definition version v7")
        expect(one.page.locator(".about h2")).to_have_text("ACOS")
        one.says("11.84 %", ".big")
        one.says("State of the data: stale")
        one.says("amazon.adsAMZ-US20/10/202621/10/2026, 09:00")
        one.says("amazon.adsAMZ-DE20/10/2026Unknown")
        stub.parts["platform"] = {
            "contributions": [
                {"part": {"zh": "亚马逊", "en": "Amazon"}, "value": 0.01, "now": 0.1184}
            ],
            "rest": {"parts": 0, "value": 0.0},
        }
        one.page.locator("#by").select_option("platform")
        one.says("Amazon11.84 %+1 pp")
        expect(one.page.locator("#by")).to_have_value("platform")
        [asked, drilled] = stub.of("/explain")
        assert drilled == {**asked, "by": "platform"}
        assert {k: asked[k] for k in ("kpi", "person", "region", "period")} == {
            "kpi": "acos", "person": "OPS1", "region": "US", "period": "2026-10",
        }  # fmt: skip


def test_what_if_answers_for_the_selected_cell_and_writes_nothing(
    browser: Browser, stub: Stub, book: Model
) -> None:
    with pane(browser, stub, book) as one:
        explaining(one)
        one.js("HOST.select('Items', 'I5')")
        one.says("Definition version v7")
        one.press("try")
        one.says("Fill in a value, a target, a weight or a bonus base.")
        one.page.locator("#what-value").fill("ten")
        one.press("try")
        one.says("“ten” is no number.")
        assert one.js("document.activeElement.id") == "what-value"
        one.page.locator("#what-value").fill("11%")
        one.page.locator("#what-base").fill("2,000")
        one.page.locator("#what-target").fill("10 %")
        one.press("try")
        one.says("92.1", "#tried")
        one.says("Total91.292.1+0.9", "#tried")
        one.says("GradeAS→", "#tried")
        one.says("Bonus (base × coefficient)2,0003,000+1,000", "#tried")
        [tried] = stub.of("/whatif")
        assert (tried["value"], tried["target"], tried["base"]) == (0.11, 0.1, 2000)
        assert tried["item"] == "2026-10｜OPS1｜US｜acos"
        assert one.cell("Items", f"{column('try_target')}5") is None


def test_an_unknown_value_gives_its_reason_and_an_undivided_change_too(
    browser: Browser, stub: Stub, book: Model
) -> None:
    stub.explained = UNKNOWN
    with pane(browser, stub, book) as one:
        explaining(one)
        one.js("HOST.select('Items', 'I5')")
        one.says("Unknown", ".big")
        one.says("The shop is not connected.")
        one.says("There are no data before.")
        stub.explained = {**EXPLAINED, "value": 1234.5, "unit": "money", "currency": "EUR"}
        one.js("HOST.select('Items', 'I6')")
        one.says("1,234.5 EUR", ".big")


def test_a_line_of_the_card_is_explained_by_its_item(
    browser: Browser, stub: Stub, book: Model
) -> None:
    [card] = [one for one in book["sheets"] if one["name"] == "Card"]
    for at, value in {"B4": "OPS1", "E4": "US", "H4": "2026-10", "B7": "net_sales"}.items():
        card["cells"].setdefault(at, {"formula": value})["value"] = value
    card["cells"]["B8"]["value"] = ""
    with pane(browser, stub, book) as one:
        one.press("refresh")
        one.says("Done:")
        one.open("explain")
        one.js("HOST.select('Card', 'G7')")
        one.says("net_sales")
        one.says("ad spend ÷ ad sales")
        assert one.page.locator("#what-target").get_attribute("placeholder") == "310,000"
        one.js("HOST.select('Card', 'G8')")  # a line without a KPI
        one.says("Select a cell of a table with KPIs")
        one.js("HOST.select('Card', 'A1')")
        one.says("Select a cell of a table with KPIs")
    [asked] = stub.of("/explain")
    assert (asked["kpi"], asked["person"], asked["period"]) == ("net_sales", "OPS1", "2026-10")
