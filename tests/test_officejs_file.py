"""A person's file from the pane: chosen, made, saved by the browser; the command beside it."""

from __future__ import annotations

import copy
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from kpi.errors import Level, Place, Problem
from sync_service.sandbox.world import SANDBOX_NOW
from sync_service.workbooks.xlsx import XlsxPort
from tests.excel_book import Model, model, opened
from tests.pane_fixtures import book, books, browser, stub
from tests.pane_service import Stub
from tests.pane_support import NAMELESS, Pane, pane
from tests.road_support import COMPANIES, Folder, fill
from tests.service_support import service
from tests.test_officejs_real_service import on_a_port

__all__ = ["book", "books", "browser", "stub"]  # the fixtures
PEOPLE = {"zh": "人员", "en": "People"}


def named(book: Model, language: str, *codes: str) -> Model:
    """The book with these codes in People, from its first row on."""
    made = copy.deepcopy(book)
    [table] = [one for one in made["tables"] if one["name"] == "tblPeople"]
    [sheet] = [one for one in made["sheets"] if one["name"] == PEOPLE[language]]
    found = re.fullmatch(r"([A-Z]+)(\d+):([A-Z]+)\d+", table["ref"])
    assert found
    left, top, right = found[1], int(found[2]), found[3]
    table["ref"] = f"{left}{top}:{right}{top + len(codes)}"
    for n, code in enumerate(codes, 1):
        sheet["cells"][f"{left}{top + n}"] = {"value": code, "formula": code}
    return made


def chosen(one: Pane, person: str) -> None:
    one.open("check")
    one.press("file-ask")
    one.page.locator("#file-person").select_option(person)


@pytest.mark.parametrize(
    ("language", "locale", "said"),
    [
        pytest.param("zh", "zh-CN", ("生成文件", "已生成", "写入旧文件"), id="zh"),
        pytest.param(
            "en", "en-GB", ("Make the file", "Made and handed", "over that file"), id="en"
        ),
    ],
)
def test_a_press_saves_the_file_as_the_service_named_it(
    browser: Browser,
    stub: Stub,
    books: dict[str, Model],
    tmp_path: Path,
    language: str,
    locale: str,
    said: tuple[str, str, str],
) -> None:
    button, made, kept = said
    mine = named(books[language], language, "ANN", "李雷")
    with pane(browser, stub, mine, language=locale) as one:
        chosen(one, "李雷")
        before = one.state()["sheets"]
        one.says(kept, ".card:has(#file-ask)")  # by the command alone
        expect(one.page.locator("#file-make")).to_have_text(button)
        with one.page.expect_download() as got:
            one.press("file-make")
        assert got.value.suggested_filename == "李雷-2026-10.xlsx"
        got.value.save_as(tmp_path / "saved.xlsx")
        assert (tmp_path / "saved.xlsx").read_bytes() == stub.file[1]
        one.says(made, "#file-said")
        one.says("李雷-2026-10.xlsx", "#said")  # to a screen reader
        with one.page.expect_download() as again:  # where a program blocks what no person pressed
            one.press("file-link")
        again.value.save_as(tmp_path / "again.xlsx")
        assert (tmp_path / "again.xlsx").read_bytes() == stub.file[1]
        assert one.state()["sheets"] == before
        assert one.js(NAMELESS) == 0
    [asked] = stub.of("/panes/share")
    assert (asked["person"], "tblPeople" in asked["tables"]) == ("李雷", True)


def test_the_keyboard_makes_the_file_and_its_progress_is_told_once(
    browser: Browser, stub: Stub, book: Model
) -> None:
    stub.held.clear()
    with pane(browser, stub, named(book, "en", "ANN")) as one:
        one.open("check")
        one.page.locator("#file-ask").press("Enter")
        expect(one.page.locator("#file-person")).to_be_focused()
        one.page.keyboard.press("Tab")
        expect(one.page.locator("#file-make")).to_be_focused()
        with one.page.expect_download() as got:
            one.page.keyboard.press("Enter")
            one.says("Making the file of ANN…", "#file-said")
            expect(one.page.locator("#file-said progress")).to_have_count(1)
            expect(one.page.locator("#file-make")).to_have_attribute("aria-busy", "true")
            one.page.keyboard.press("Enter")  # a second press while it works
            stub.held.set()
        assert got.value.suggested_filename == stub.file[0]
        expect(one.page.locator("#file-said progress")).to_have_count(0)
        expect(one.page.locator("#file-make")).to_be_focused()
        one.page.keyboard.press("Tab")
        expect(one.page.locator("#file-link")).to_be_focused()
    assert len(stub.of("/panes/share")) == 1


def test_a_refusal_is_said_and_the_next_press_works(
    browser: Browser, stub: Stub, book: Model
) -> None:
    told = {"zh": "ANN 没有计分卡。", "en": "ANN has no card in 2026-10."}
    stub.unshared = (422, {"error": told})
    with pane(browser, stub, named(book, "en", "ANN", "BOB")) as one:
        chosen(one, "ANN")
        one.press("file-make")
        one.says("ANN has no card in 2026-10.", "#file-said [role=alert]")
        expect(one.page.locator("#file-link")).to_have_count(0)
        one.page.locator("#file-person").select_option("BOB")
        expect(one.page.locator("#file-said")).to_be_empty()  # what was said was said of another
        stub.unshared = None
        with one.page.expect_download():
            one.press("file-make")
        stub.token = "another"
        one.press("file-make")
        one.says("Sign-in needed", "#link")
    assert [asked["person"] for asked in stub.of("/panes/share")] == ["ANN", "BOB"]


def test_what_was_found_while_it_was_made_stands_below_it(
    browser: Browser, stub: Stub, book: Model
) -> None:
    stub.remarks = (
        Problem(
            "values_dropped",
            Level.NOTE,
            Place(),
            {"zh": "12 个缓存值已清除。", "en": "12 dependent values were left out."},
            {"zh": "用 Excel 打开并保存一次即可。", "en": "Open and save it in Excel once."},
        ),
    )
    with pane(browser, stub, named(book, "en", "ANN")) as one:
        chosen(one, "ANN")
        with one.page.expect_download():
            one.press("file-make")
        one.says("12 dependent values were left out.Open and save it in Excel once.", "#file-said")


def test_the_command_stands_beside_the_button(browser: Browser, stub: Stub, book: Model) -> None:
    with pane(browser, stub, book) as one:
        one.open("check")
        one.press("file-ask")
        one.says("Nobody stands on People yet.")
    with pane(browser, stub, named(book, "en", "ANN", "$(x)")) as one:
        chosen(one, "ANN")
        one.says("A pane in Excel for Mac saves no files.", "#file-choice")
        one.says('share "运营.xlsx" --person ANN --out "ANN.xlsx"', "#file-command")
        one.page.locator("#file-person").select_option("$(x)")
        one.says('--person CODE --out "CODE.xlsx"', "#file-command")


def test_the_real_service_gives_the_file_of_the_open_workbook(
    browser: Browser, tmp_path: Path
) -> None:
    """Pane, guard, route, the road, `share` and the browser's own saving, nothing in between."""
    path = Folder(tmp_path).fresh("FEW")
    sheets = opened(path).sheetnames
    with service(tmp_path / "served", SANDBOX_NOW) as real, on_a_port(real) as address:
        fill(real.house, COMPANIES["FEW"][0].shops)
        with pane(browser, address, model(path, sheets), token=real.token) as one:
            one.says("Connected", "#link")
            chosen(one, "OPS6")
            with one.page.expect_download() as got:
                one.press("file-make")
            assert got.value.suggested_filename == "OPS6-2026-10.xlsx"
            got.value.save_as(tmp_path / "saved.xlsx")
    scored = XlsxPort(tmp_path / "saved.xlsx").read().tables["tblScore"].rows
    assert {row.value("person") for row in scored} == {"OPS6", "HY-AMZ-DE"}
