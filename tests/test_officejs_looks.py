"""How the pane behaves and looks: large books, shown tabs, keyboard, signing in, languages."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.excel_book import Model
from tests.pane_fixtures import book, books, browser, stub
from tests.pane_service import Stub
from tests.pane_support import NAMELESS, Pane, office, pane
from tests.paths import ROOT

__all__ = ["book", "books", "browser", "stub"]  # the fixtures
PANE = ROOT / "addin" / "officejs"
PICTURES = ROOT / "docs" / "pictures"
ITEMS = {"zh": "明细", "en": "Items"}


def test_a_table_too_large_for_one_answer_is_read_in_blocks(
    browser: Browser, stub: Stub, book: Model
) -> None:
    """Excel gives null instead of an error; 3,000 rows of 49 columns come in three reads."""
    [items] = [one for one in book["sheets"] if one["name"] == "Items"]
    [table] = [one for one in book["tables"] if one["name"] == "tblScore"]
    rows = 3_000
    table["ref"] = f"A4:AW{4 + rows}"
    for n in range(rows):
        items["cells"][f"A{5 + n}"] = {"value": f"item {n}", "formula": f"item {n}"}
    stub.result = lambda _: {"revision": "book-1", "tables": []}
    with pane(browser, stub, book) as one:
        one.js("HOST.most = 400_000")
        one.press("refresh")
        one.says("Done:")
    [order] = stub.of("/panes/refresh")
    found = order["tables"]["tblScore"]["rows"]
    assert len(found) == rows
    assert [found[0][0], found[1_500][0], found[-1][0]] == ["item 0", "item 1500", "item 2999"]


BLOCKS = """async () => {
    const { blocksOf } = await import("/addin/book.js");
    const long = "x".repeat(1000), cells = [];
    for (let row = 0; row < 5000; row++) cells.push([row, 3, long]);
    cells.push([9000, 7, 1.5], [9010, 2, null], [9100, 0, { error: "#N/A" }]);
    return blocksOf(cells).map((one) => [one.row, one.column, one.values.length,
        one.values[0].length, JSON.stringify(one.values).length]);
}"""


def test_a_large_result_is_written_in_blocks_of_two_megabytes(
    browser: Browser, stub: Stub, book: Model
) -> None:
    with pane(browser, stub, book) as one:
        blocks = one.js(BLOCKS)
    *large, near, far = blocks
    assert len(large) == 3  # 5 MB
    assert sum(block[2] for block in large) == 5_000
    assert max(block[4] for block in large) < 2_100_000
    assert near[:4] == [9000, 2, 11, 6]  # ten rows apart: one block; nulls leave what is between
    assert far[:4] == [9100, 0, 1, 1]


def test_tabs_and_columns_are_shown_as_the_service_says(
    browser: Browser, stub: Stub, book: Model
) -> None:
    shown = {
        "tabs": {"items": True, "people": False, "daily": True},
        "columns": {"tblPeople": {"contact": False, "person": True}},
    }
    stub.result = lambda _: {"revision": "book-1", "tables": [], "shown": shown}
    with pane(browser, stub, book) as one:
        one.press("refresh")
        one.says("Done:")
        sheets = {sheet["name"]: sheet for sheet in one.state()["sheets"]}
    assert sheets["Items"]["visibility"] == "Visible"
    assert sheets["People"]["visibility"] == "Hidden"
    assert sheets["People"]["hidden"] == [9]  # Contact


def formulas_of(state: Model) -> list[dict[str, object]]:
    """Cell -> formula, a sheet each."""
    return [
        {at: cell["formula"] for at, cell in sheet["cells"].items()} for sheet in state["sheets"]
    ]


def test_formulas_of_another_edition_that_excel_refuses_are_taken_back(
    browser: Browser, stub: Stub, book: Model
) -> None:
    with pane(browser, stub, book) as one:
        one.open("help")
        before = formulas_of(one.state())
        one.js("HOST.failAt(3)")
        one.press("use-functions")
        one.says("the old values are back")
        assert formulas_of(one.state()) == before
        one.press("use-functions")
        one.says("formulas rewritten; nothing else was touched")
        one.press("diagnose")
        one.page.get_by_role("button", name="Copy the diagnosis").click()
        one.says("Copied.", "#said")
    assert [one["to"] for one in stub.of("/panes/convert")] == ["officejs"] * 2


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
        stub.held.clear()
        one.page.keyboard.press("Enter")
        one.says("3/3")
        assert one.js("document.activeElement.id") == "cancel"
        stub.held.set()
        one.says("Done:")
        assert one.js("document.activeElement.id") == "refresh"
        one.open("check")
        assert one.js("document.activeElement.id") == "tab-check"
        assert one.js(NAMELESS) == 0


def test_signing_in_and_a_sign_in_that_expires(browser: Browser, stub: Stub, book: Model) -> None:
    with pane(browser, stub, book, token=None) as one:
        one.says("Sign-in needed", "#link")
        one.press("sign-in")
        one.says("Paste the token first.")
        one.page.locator("#token").fill("wrong")
        one.press("sign-in")
        one.says("The token is wrong or was replaced.")
        one.page.locator("#token").fill(stub.token)
        one.page.locator("#token").press("Enter")
        one.says("Connected", "#link")
        stub.token = "another"
        one.press("refresh")
        one.says("Sign-in needed", "#link")
        assert one.page.locator("#token").count() == 1
        one.page.locator("#token").fill("another")
        one.press("sign-in")
        one.press("refresh")
        one.says("Done:")
        one.press("sign-out")
        one.says("Sign-in needed", "#link")
        assert one.js("localStorage.length + sessionStorage.length") == 0
        assert "token" not in str(one.state()["settings"])


RUN = """async (body) => {
    try { return await Excel.run(new Function("context", `return (async () => {${body}})()`)); }
    catch (error) { return error.code; }
}"""
SHEET = 'const s = context.workbook.worksheets.getItem("Items");'


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        pytest.param("return s.getRange('A4').values;", "PropertyNotLoaded", id="not loaded"),
        pytest.param(
            "const r = s.getRange('A4').load('values'); return r.values;", "PropertyNotLoaded",
            id="loaded but not synced",
        ),
        pytest.param(
            "const r = s.getRange('A4').load('values'); await context.sync(); return r.formulas;",
            "PropertyNotLoaded", id="another property",
        ),
        pytest.param(
            "const r = s.getRange('A4').load('values'); await context.sync(); return r.values;",
            [["Item"]], id="loaded and synced",
        ),
        pytest.param("s.getRange('A4').load('colour');", "InvalidArgument", id="no such property"),
        pytest.param("s.getRange('A1:B2').values = [[1]]; await context.sync();",
                     "InvalidArgument", id="another size"),
        pytest.param("context.workbook.tables.getItem('x').load('name'); await context.sync();",
                     "ItemNotFound", id="no such table"),
        pytest.param(
            "const t = context.workbook.tables.getItemOrNullObject('x').load('name');"
            " await context.sync(); return t.isNullObject;", True, id="a null object",
        ),
        pytest.param(
            "const r = s.getRange('BA1:BA4'); r.values = [['2026-10'], [\"'2026-10\"], ['12%'],"
            " ['=A1']]; r.load('values'); await context.sync(); return r.values;",
            [[46296], ["2026-10"], [0.12], [0]], id="typed as a person types",
        ),
        pytest.param(
            "const r = s.getRange('BA1:BB1'); r.values = [[1, 2]]; r.values = [[null, 3]];"
            " r.load('values'); await context.sync(); return r.values;", [[1, 3]], id="null leaves",
        ),
        pytest.param(
            "s.getRange('BB2').formulas = [['=$A$1+BA1*B$3&\"A1\"']];"
            " const r = s.getRange('BB2').load('formulasR1C1'); await context.sync();"
            " s.getRange('BC3').formulasR1C1 = r.formulasR1C1;"
            " const t = s.getRange('BC3').load('formulas'); await context.sync();"
            " return t.formulas;",
            [['=$A$1+BB2*C$3&"A1"']], id="relative references move",
        ),
        pytest.param(
            "HOST.failAt(1); s.getRange('BA9').values = [[5]]; await context.sync().catch(() => 0);"
            " const r = s.getRange('BA9').load('values'); await context.sync(); return r.values;",
            [[5]], id="a failed batch keeps what it had done",
        ),
    ],
)  # fmt: skip
def test_the_tests_excel_is_as_strict_as_excel(plain: Pane, body: str, wanted: object) -> None:
    assert plain.js(RUN, SHEET + body) == wanted


@pytest.fixture(scope="module")
def plain(browser: Browser, books: dict[str, Model]) -> Iterator[Pane]:
    """One page for all; scripts from text are allowed in it, unlike in the shipped page."""
    context = browser.new_context()
    page = context.new_page()
    page.set_content("<p></p>")
    page.add_script_tag(content=office(books["en"], {}))
    yield Pane(page, Stub())
    context.close()


def test_a_service_that_is_slow_is_not_waited_for(
    browser: Browser, stub: Stub, book: Model
) -> None:
    ask = """() => KPI_PANE.service.functions("b", [["ACTUAL"]], undefined, 200)
        .catch((error) => [error.kind, error.texts.en])"""
    stub.delay = 1.0
    with pane(browser, stub, book) as one:
        assert one.js(ask) == ["slow", "The service did not answer within 0.2 s."]


def test_a_chinese_book_is_refreshed_and_told_in_chinese(
    browser: Browser, stub: Stub, books: dict[str, Model]
) -> None:
    with pane(browser, stub, copy.deepcopy(books["zh"]), language="zh-CN") as one:
        one.press("refresh")
        one.says("完成：写入")
        one.says("目标“12%%”不是数字。")
        one.says("数据至 2026/10/18")
        assert one.cell("明细", "B7") == "2026-10"
        one.open("check")
        one.page.get_by_role("button", name="明细!G5").click()
        one.until("HOST.state().active.address === 'G5'")
        one.js("HOST.select('明细', 'I5')")
        one.open("explain")
        one.says("广告花费 ÷ 广告销售额")
        stub.token = "another"
        one.open("refresh")
        one.press("refresh")
        one.says("需要登录", "#link")
    [order] = stub.of("/panes/refresh")
    assert order["language"] == "zh"


def test_every_text_is_used_and_every_used_text_is_there() -> None:
    files = {one.name: one.read_text(encoding="utf-8") for one in PANE.glob("*.js")}
    known = set(re.findall(r"^  (\w+): \[", files.pop("texts.js"), re.MULTILINE))
    code = "\n".join(files.values())
    used = set(re.findall(r'(?:\bt|both)\("(\w+)"', code))
    assert used <= known
    made = {
        one
        for one in known
        if re.match("tab|link|stage|step|source_|rhythm_|any_|by_|review_", one)
    }  # names put together
    assert known - made <= set(re.findall(r'"(\w+)"', code))


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


def pictured(one: Pane, name: str, code: str, top: str = "body") -> None:
    one.page.mouse.move(0, 0)
    place = f"document.querySelector({top!r}).getBoundingClientRect().top"
    one.js(f"window.scrollTo(0, Math.max(0, {place} + window.scrollY - 48))")
    one.picture(PICTURES / f"pane-{name}-{code}.png")


@pytest.mark.prove
@pytest.mark.parametrize(("code", "locale"), [("zh", "zh-CN"), ("en", "en-GB")])
def test_pictures_of_the_pane(
    browser: Browser, stub: Stub, books: dict[str, Model], code: str, locale: str
) -> None:
    """The pictures of the documents; they are looked at, not compared."""
    book = copy.deepcopy(books[code])
    [setup] = [one for one in book["sheets"] if one["name"] in ("设置", "Setup")]
    for row, mark in zip(range(6, 13), "✓✓○○✓○○", strict=True):
        setup["cells"][f"B{row}"]["value"] = mark
    setup["cells"]["B13"]["value"] = "3/7"
    with pane(browser, stub, book, language=locale) as one:
        pictured_refresh(one, stub, code)
        pictured_explain(one, code)
        one.open("setup")
        one.says("EBY-DE")
        pictured(one, "setup", code)
        one.page.get_by_role("button", name="EU").last.click()
        one.says("25 %", "#pack-preview")
        pictured(one, "pack", code, ".card:has(#stage)")
        one.open("help")
        one.press("diagnose")
        one.says("OfficeOnline")
        pictured(one, "help", code)
    with pane(
        browser, stub, copy.deepcopy(books[code]), language=locale, token=None, dark=True
    ) as one:
        expect(one.page.locator("#token")).to_be_visible()
        pictured(one, "dark", code)


def pictured_refresh(one: Pane, stub: Stub, code: str) -> None:
    """A refresh on its way and over, the check, and a review."""
    stub.held.clear()
    one.press("refresh")
    one.says("3/3")
    pictured(one, "progress", code)
    stub.held.set()
    expect(one.page.locator(".notice.good").first).to_be_visible()
    pictured(one, "refresh", code)
    one.open("check")
    pictured(one, "check", code)
    one.press("review-start")
    one.says("2026-W42", "#review-pack")
    pictured(one, "review", code, ".card:has(#review-kind)")


def pictured_explain(one: Pane, code: str) -> None:
    """A cell of Items explained, with another value and target tried."""
    one.open("explain")
    one.js(f"HOST.book.sheet('{ITEMS[code]}').visibility = 'Visible'")
    one.js(f"HOST.select('{ITEMS[code]}', 'I5')")
    one.says("v7")
    one.page.locator("#what-value").fill("11%")
    one.page.locator("#what-target").fill("10%")
    one.page.locator("#what-base").fill("2000")
    one.press("try")
    one.says("92.1", "#tried")
    pictured(one, "explain", code)
    pictured(one, "parts", code, ".card:has(#by)")
