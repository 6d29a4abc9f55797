"""The real task pane in a real Chromium, with the tests' own Excel loaded instead of office.js."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect, sync_playwright

from tests.excel_book import Model
from tests.pane_service import TOKEN, Stub
from tests.paths import ROOT

HOST = Path(__file__).with_name("excel_host")
SCRIPTS = ("cells.js", "workbook.js", "excel.js", "office.js")
OFFICE_JS = "https://appsforoffice.microsoft.com/lib/1/hosted/office.js"
ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync",
    "--disable-component-update", "--no-first-run", "--disable-dev-shm-usage",
)  # fmt: skip
CHROMIUM = "chromium is not installed; run: apt-get install -y chromium"
WAIT = 20_000  # ms; a busy machine is slow, not wrong
PANE = {"width": 350, "height": 760}  # what Excel gives a pane
NAMELESS = """() => [...document.querySelectorAll("button, input, select, progress")]
    .filter((e) => !(e.textContent.trim() || e.labels?.length || e.getAttribute("aria-label")))
    .length"""


@contextmanager
def chromium() -> Iterator[Browser]:
    """One browser; a missing one fails the run and says what to install."""
    program = shutil.which("chromium")
    if program is None:
        pytest.fail(CHROMIUM, pytrace=False)
    expect.set_options(timeout=WAIT)
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=program, args=list(ARGUMENTS))
        try:
            yield browser
        finally:
            browser.close()


class Pane:
    """The pane of one open workbook."""

    def __init__(self, page: Page, stub: Stub) -> None:
        self.page, self.stub = page, stub
        self.faults: list[str] = []

    def js(self, text: str, *words: Any) -> Any:
        """Run something in the page."""
        return self.page.evaluate(text, *words)

    def state(self) -> Model:
        """The workbook as it is now."""
        found: Model = json.loads(self.js("JSON.stringify(HOST.state())"))
        return found

    def cell(self, sheet: str, at: str) -> Any:
        """The value of a cell; None when it is empty."""
        return self.js("([n, at]) => HOST.book.sheet(n).cells.get(at)?.value ?? null", [sheet, at])

    def until(self, text: str) -> None:
        """Wait until it is true; the page's policy forbids the browser tool's own way."""
        end = time.monotonic() + WAIT / 1000
        while not self.js(text):
            assert time.monotonic() < end, text
            self.page.wait_for_timeout(50)

    def open(self, view: str) -> None:
        """Choose a view."""
        self.page.locator(f"#tab-{view}").click()

    def says(self, text: str, place: str = "#view") -> None:
        """Wait until it stands there."""
        expect(self.page.locator(place)).to_contain_text(text)

    def press(self, name: str) -> None:
        """Press a button by its id."""
        self.page.locator(f"#{name}").click()

    def picture(self, path: Path) -> None:
        """What it looks like."""
        self.page.screenshot(path=path, animations="disabled")


@contextmanager
def pane(
    browser: Browser,
    stub: Stub,
    book: Model,
    *,
    language: str = "en-US",
    token: str | None = TOKEN,
    dark: bool = False,
    workers: bool = False,
    **options: Any,
) -> Iterator[Pane]:
    """Open the pane over a workbook; the page's own errors fail the test."""
    context = browser.new_context(
        viewport=PANE,  # type: ignore[arg-type]
        color_scheme="dark" if dark else "light",
        locale=language,
        service_workers="allow" if workers else "block",
    )
    page = context.new_page()
    made = Pane(page, stub)
    script = office(book, {"language": language, **options})

    def instead(route: Route) -> None:
        route.fulfill(body=script, content_type="text/javascript; charset=utf-8")

    context.route(OFFICE_JS, instead)
    page.on("pageerror", lambda error: made.faults.append(str(error)))
    page.on("console", lambda line: _policy(made, line.text))
    if token is not None:
        page.add_init_script(f"sessionStorage.setItem('linkstar.token', {json.dumps(token)})")
    try:
        page.goto(f"{stub.address}/addin/pane.html", wait_until="commit")
        expect(page.locator("#tabs button")).to_have_count(5)
        yield made
        assert made.faults == []
    finally:
        context.close()


def office(book: Model, options: Model) -> str:
    """What is loaded instead of office.js: our Excel with a workbook open."""
    return "\n".join(
        (
            f"const HOST_MODEL = {json.dumps(book)};",
            f"const HOST_OPTIONS = {json.dumps(options)};",
            *((HOST / one).read_text(encoding="utf-8") for one in SCRIPTS),
        )
    )


def _policy(made: Pane, text: str) -> None:
    if "Content Security Policy" in text:
        made.faults.append(text)


SHIPPED = ROOT / "sheet_templates" / "shipped"
