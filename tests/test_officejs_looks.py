"""What the task pane looks and sounds like: keyboard, names of controls, languages, pictures."""

from __future__ import annotations

import copy
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.excel_book import Model
from tests.pane_results import books_of_both, result
from tests.pane_service import Stub, serving
from tests.pane_support import Pane, chromium, pane
from tests.paths import ROOT

PICTURES = ROOT / "docs" / "pictures"
ITEMS = {"zh": "明细", "en": "Items"}
NAMELESS = """() => [...document.querySelectorAll("button, input, select, progress")]
    .filter((e) => !(e.textContent.trim() || e.labels?.length || e.getAttribute("aria-label")))
    .length"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as one:
        yield one


@pytest.fixture(scope="module")
def books() -> dict[str, Model]:
    return books_of_both()


@pytest.fixture
def book(books: dict[str, Model]) -> Model:
    return copy.deepcopy(books["en"])


@pytest.fixture
def stub() -> Iterator[Stub]:
    with serving() as one:
        one.result = result
        yield one


def test_the_keyboard_reaches_everything(browser: Browser, stub: Stub, book: Model) -> None:
    with pane(browser, stub, book) as one:
        one.says("Connected", "#link")
        one.page.locator("#tab-refresh").focus()
        for view in ("check", "explain", "setup", "help", "refresh"):
            one.page.keyboard.press("ArrowRight")
            assert one.js("document.activeElement.id") == f"tab-{view}"
        one.page.keyboard.press("End")
        assert one.js("document.activeElement.id") == "tab-help"
        one.page.keyboard.press("Home")
        one.page.keyboard.press("Tab")  # into the view: its first button
        for _ in range(5):
            if one.js("document.activeElement.id") != "refresh":
                one.page.keyboard.press("Tab")
        one.page.keyboard.press("Enter")
        one.says("Done:")
        assert one.js(NAMELESS) == 0


def test_both_languages_say_everything(
    browser: Browser, stub: Stub, books: dict[str, Model]
) -> None:
    with pane(browser, stub, copy.deepcopy(books["zh"]), language="zh-CN") as one:
        one.says("已连接", "#link")
        texts = one.js("""async () => { const m = await import("/addin/texts.js");
            return m.keys().map((k) => [k, m.both(k).zh, m.both(k).en]); }""")
        assert len(texts) > 100
        for key, zh, en in (one for one in texts if not one[0].startswith("language")):
            assert zh, key
            assert en, key
            assert zh != en, key
            assert not any("一" <= sign <= "鿿" for sign in en), key
        one.press("language")
        one.says("Connected", "#link")
        assert one.js("document.documentElement.lang") == "en"


def pictured(one: Pane, name: str, code: str) -> None:
    one.page.mouse.move(0, 0)
    one.picture(PICTURES / f"pane-{name}-{code}.png")


@pytest.mark.prove
@pytest.mark.parametrize(("code", "locale"), [("zh", "zh-CN"), ("en", "en-GB")])
def test_pictures_of_the_pane(
    browser: Browser, stub: Stub, books: dict[str, Model], code: str, locale: str
) -> None:
    """The pictures of the documents; they are looked at, not compared."""
    with pane(browser, stub, copy.deepcopy(books[code]), language=locale) as one:
        stub.held.clear()
        one.press("refresh")
        one.says("3/3")
        pictured(one, "progress", code)
        stub.held.set()
        expect(one.page.locator(".notice.good").first).to_be_visible()
        pictured(one, "refresh", code)
        one.open("check")
        pictured(one, "check", code)
        one.open("explain")
        one.js(f"HOST.book.sheet('{ITEMS[code]}').visibility = 'Visible'")
        one.js(f"HOST.select('{ITEMS[code]}', 'AJ5')")
        one.says("v7")
        one.page.locator("#what-target").fill("0.10")
        one.press("try")
        one.says("92.1", "#tried")
        pictured(one, "explain", code)
        one.open("setup")
        expect(one.page.locator("#pack-words")).to_be_visible()
        pictured(one, "setup", code)
        one.open("help")
        one.press("diagnose")
        one.says("OfficeOnline")
        pictured(one, "help", code)
    with pane(
        browser, stub, copy.deepcopy(books[code]), language=locale, token=None, dark=True
    ) as one:
        expect(one.page.locator("#token")).to_be_visible()
        pictured(one, "dark", code)
