"""The sidebar in a real Chromium, over the script in node, over the real service."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from sync_service.told import ToldError
from tests.apps_script_support import SHEET, Fetch, Json, Script, ScriptError, scripted
from tests.pane_support import chromium
from tests.sheets_service_support import Sheets, sheets
from tests.test_apps_script_menu import CARD, POINTS

GOOGLE = """
window.google = { script: { get run() {
  const runner = (done, failed) => new Proxy({}, { get(_, name) {
    if (name === "withSuccessHandler") return (next) => runner(next, failed);
    if (name === "withFailureHandler") return (next) => runner(done, next);
    return (...words) => {
      hosted(name, words).then((told) => ("failed" in told
        ? failed?.(new Error("Error: " + told.failed)) : done?.(told.done)));
    };
  } });
  return runner();
} } };
"""
PAGE = "https://sidebar.googleusercontent.test/"
ATTACK = '<img src=x onerror="window.hacked = 1">'


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as one:
        yield one


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Sheets]:
    with sheets(tmp_path) as one:
        yield one


@contextmanager
def sidebar(
    browser: Browser,
    service: Sheets,
    view: str,
    locale: str = "en_US",
    *,
    code: str | None = None,
    fetch: Fetch | None = None,
) -> Iterator[tuple[Page, Script]]:
    """The page as `showSidebar` was given it; its own errors fail the test."""
    at = {"sheet": "Items", "row": 4, "column": 6}
    with scripted(id=SHEET, sheets=[CARD, POINTS], current=at, locale=locale) as script:
        kept = {"linkstar.code": service.code if code is None else code}
        now = int(service.clock.now().timestamp() * 1000)
        script.set(now=now, properties={"document": kept, "user": {}})
        script.fetch = fetch or service.fetch
        script.run(f"linkstar{view}")
        page = browser.new_context(viewport={"width": 300, "height": 700}).new_page()
        faults: list[str] = []
        page.on("pageerror", lambda error: faults.append(str(error)))

        def hosted(name: str, words: list[Any]) -> Json:
            try:
                return {"done": script.run(name, *words)}
            except ScriptError as error:
                return {"failed": str(error)}

        page.expose_function("hosted", hosted)
        page.add_init_script(GOOGLE)
        text = script.state["sidebar"]["html"]
        page.route(PAGE, lambda route: route.fulfill(body=text, content_type="text/html"))
        page.goto(PAGE)
        yield page, script
        page.context.close()
        assert faults == []


def says(page: Page, text: str, place: str = "#said") -> None:
    expect(page.locator(place)).to_contain_text(text)


def test_refresh_runs_to_its_end_and_lists_what_is_wrong(browser: Browser, service: Sheets) -> None:
    with sidebar(browser, service, "Refresh") as (page, script):
        says(page, "cells written")
        says(page, "errors", "#view")
        expect(page.locator("#working")).to_be_hidden()
        line = page.locator("#problems button", has_text="Points!B5")
        line.focus()
        page.keyboard.press("Enter")
        says(page, "Go to Points!B5")
        assert script.state["book"]["current"] == {"sheet": "Points", "row": 5, "column": 2}
    assert service.google.writes == 1


def test_check_in_chinese_changes_nothing(browser: Browser, service: Sheets) -> None:
    with sidebar(browser, service, "Check", "zh_CN") as (page, _):
        says(page, "核对完成，表格未改动。")
        assert page.locator("html").get_attribute("lang") == "zh-CN"
        says(page, "过期的数据", "#view")
        expect(page.locator("#refresh")).to_have_text("刷新")
    assert service.google.writes == 0


def test_progress_is_shown_while_the_service_works(browser: Browser, service: Sheets) -> None:
    """A job in three looks: waiting, half way, done; a lost look between is tried again."""
    step = {"zh": "汇总事实", "en": "Adding up the facts", "n": 2, "of": 4}
    done = {"state": "written", "cells": 3, "problems": [], "stale": [STALE]}
    looks: list[Json | None] = [
        {"state": "queued", "step": None}, None, {"state": "running", "step": step},
        {"state": "done", "step": step, "result": done},
    ]  # fmt: skip
    seen: list[Any] = []

    def fetch(request: Json) -> Json:
        if "/jobs/" not in request["address"]:
            return {"status": 202, "text": json.dumps({"run": "c" * 32})}
        told = looks[len(seen)] if len(seen) < len(looks) else looks[-1]
        seen.append(told)
        return {"down": True} if told is None else {"status": 200, "text": json.dumps(told)}

    with sidebar(browser, service, "Refresh", fetch=fetch) as (page, _):
        says(page, "Connection lost, trying again (1)")
        says(page, "Adding up the facts")
        assert page.locator("#bar").evaluate("(one) => one.value / one.max") == pytest.approx(0.375)
        expect(page.locator("#refresh")).to_have_attribute("aria-disabled", "true")
        page.locator("#check").click(force=True)  # a second order while one runs
        says(page, "Done: 3 cells written.")
        says(page, "AMZ-DE · amazon.sales", "#stale")
        says(page, "The token expired.", "#stale")
    assert len(seen) == 4


STALE: Json = {
    "shop": "AMZ-DE", "stream": "amazon.sales", "last": "2026-10-20T08:00:00+00:00",
    "error": {"zh": "令牌失效", "en": "The token expired."},
}  # fmt: skip


def test_a_hostile_text_stays_text(browser: Browser, service: Sheets) -> None:
    service.google.broken = ToldError(ATTACK, ATTACK)
    with sidebar(browser, service, "Refresh") as (page, _):
        says(page, ATTACK)
        assert page.evaluate("window.hacked") is None
        assert page.locator("img").count() == 0


def test_a_failed_refresh_says_why(browser: Browser, service: Sheets) -> None:
    service.google.broken = ToldError("Share it with robot@example.com.", "请共享。")
    with sidebar(browser, service, "Refresh") as (page, _):
        says(page, "Share it with robot@example.com.")
        expect(page.locator("#said")).to_have_class("bad")
        expect(page.locator("#refresh")).to_have_attribute("aria-disabled", "false")


def test_an_unconnected_book_says_what_to_do(browser: Browser, service: Sheets) -> None:
    with sidebar(browser, service, "Refresh", code="") as (page, script):
        says(page, "Use KPI > Connect to the service.")
        assert script.asked == []


def test_explain_shows_value_sources_and_what_moved_it(browser: Browser, service: Sheets) -> None:
    with sidebar(browser, service, "Explain") as (page, _):
        expect(page.locator("#view h2").first).to_have_text("Net sales")
        says(page, "2026-10 · Items!F4", "#view")
        says(page, "Unknown", "#view .big")
        says(page, "What moved it", "#view")


def test_a_deleted_tab_is_made_anew(browser: Browser, service: Sheets) -> None:
    service.google.deleted = ["Card", "Items"]
    with sidebar(browser, service, "Check") as (page, script):
        says(page, "Checked")
        script.set(typed=[["YES", ""]])
        script.run("linkstarRebuild")
        page.unroute(PAGE)
        text = script.state["sidebar"]["html"]
        page.route(PAGE, lambda route: route.fulfill(body=text, content_type="text/html"))
        page.goto(PAGE)
        says(page, "Made anew: Card, Items")


def test_every_part_has_a_name_and_the_keyboard_reaches_it(
    browser: Browser, service: Sheets
) -> None:
    with sidebar(browser, service, "Check") as (page, _):
        says(page, "Checked")
        reached = []
        for _ in range(4):
            page.keyboard.press("Tab")
            reached.append(
                page.evaluate("document.activeElement.id || document.activeElement.className")
            )
        assert reached == ["refresh", "check", "explain", "line"]
        assert page.locator("#bar").get_attribute("aria-label") == "Progress"
        assert page.locator("#said").get_attribute("role") == "status"
        marks = page.locator("#problems .sign")
        assert marks.first.get_attribute("aria-label") in {"Error", "Warning"}
