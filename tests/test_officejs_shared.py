"""A workbook that others use too: formulas, notes, two at once, lost answers, other dates."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.excel_book import Model
from tests.pane_fixtures import book, books, browser, stub
from tests.pane_service import Stub, busy, stale
from tests.pane_support import pane

__all__ = ["book", "books", "browser", "stub"]  # the fixtures


@pytest.mark.parametrize("lacks", [[], ["ExcelApi 1.18"], ["ExcelApi 1.10", "ExcelApi 1.18"]])
def test_formulas_and_notes_of_a_person_are_sent_and_a_name_with_a_formula_stays(
    browser: Browser, stub: Stub, book: Model, lacks: list[str]
) -> None:
    [items] = [one for one in book["sheets"] if one["name"] == "Items"]
    items["cells"]["C5"] = {"value": "OPS1", "formula": '="OPS"&1'}
    items["cells"]["D5"] = {"value": "=1", "formula": "=1"}  # a text that looks like one
    book["notes"] = [{"sheet": "Items", "ref": "F5"}, {"sheet": "Items", "ref": "A2"}]
    book["comments"] = [{"sheet": "Weights", "ref": "B6"}]
    at = book["names"]["nmRefreshed"]
    [sheet] = [one for one in book["sheets"] if one["name"] == at["sheet"]]
    sheet["cells"][at["ref"]] = {"value": "x", "formula": "=NOW()"}
    with pane(browser, stub, book, lacks=lacks) as one:
        one.press("refresh")
        one.says("Done:")
        formula = one.js(
            "([n, r]) => HOST.book.sheet(n).cells.get(r).formula", [at["sheet"], at["ref"]]
        )
        assert formula == "=NOW()"
    [order] = stub.of("/panes/refresh")
    assert order["tables"]["tblScore"]["formulas"] == [[0, 2]]
    assert order["tables"]["tblScore"]["noted"] == ([] if "ExcelApi 1.18" in lacks else [0])
    weights = order["tables"]["tblWeight"]
    row = 6 - int(weights["at"].lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
    assert weights["noted"] == ([] if "ExcelApi 1.10" in lacks else [row])


def test_somebody_else_is_waited_for_and_then_the_book_is_read_again(
    browser: Browser, stub: Stub, book: Model
) -> None:
    stub.refusals = [busy("OPS2"), busy("OPS2"), stale("book-9")]
    with pane(browser, stub, book, token=None) as one:
        one.page.locator("#token").fill(stub.token)
        one.page.locator("#person").fill("OPS1")
        one.press("sign-in")
        one.js("async () => { (await import('/addin/road.js')).BUSY.every = 700; }")
        one.press("refresh")
        one.says("OPS2 is refreshing this workbook. Waiting until that is done…")
        one.says("Done:")
    orders = stub.of("/panes/refresh")
    assert [order["who"] for order in orders] == ["OPS1"] * 4
    assert orders[-1]["rebased"] == "book-9"


def test_waiting_for_somebody_else_is_cancelled(browser: Browser, stub: Stub, book: Model) -> None:
    stub.refusals = [busy("OPS2")] * 9
    with pane(browser, stub, book) as one:
        assert one.page.locator("#person").count() == 1  # signed in before names were asked for
        one.page.locator("#person").fill("李雷")
        one.press("refresh")
        one.says("Waiting until that is done…")
        one.press("cancel")
        one.says("Cancelled; the workbook was not changed.")
    assert stub.of("/panes/refresh")[0]["who"] == "李雷"


def test_a_cancel_while_sending_stops_the_run_that_was_ordered(
    browser: Browser, stub: Stub, book: Model
) -> None:
    stub.answering.clear()
    with pane(browser, stub, book) as one:
        one.press("refresh")
        assert stub.arrived.wait(20)
        one.press("cancel")
        one.says("Cancelled; the workbook was not changed.")
        stub.answering.set()
        assert stub.runs["run-1"]["cancelled"]
        one.press("refresh")
        one.says("Done:")
    assert stub.runs["run-1"]["key"] != stub.runs["run-2"]["key"]


def test_an_order_whose_answer_is_lost_is_the_same_run(
    browser: Browser, stub: Stub, book: Model
) -> None:
    stub.lost = 1
    with pane(browser, stub, book) as one:
        one.press("refresh")
        one.says("Done:")
        assert list(stub.runs) == ["run-1"]
        stub.lost = 9  # never answered: the next click stops what may be at work
        one.press("refresh")
        one.says("The service does not answer.")
        assert stub.runs["run-2"]["cancelled"]
        stub.lost = 0
        one.press("refresh")
        one.says("Done:")


@pytest.mark.parametrize("date1904", [None, False, True])
def test_a_book_that_counts_days_from_1904_says_so(
    browser: Browser, stub: Stub, book: Model, date1904: bool | None
) -> None:
    """None: this Excel cannot tell."""
    if date1904 is not None:
        book["date1904"] = date1904
    with pane(browser, stub, book) as one:
        one.press("refresh")
        one.says("Done:")
    [order] = stub.of("/panes/refresh")
    assert order.get("date1904", False) is bool(date1904)


def test_the_pane_opens_while_the_service_is_away(
    browser: Browser, stub: Stub, book: Model
) -> None:
    """The functions that need no service answer; the connection is shown as it is."""
    [items] = [one for one in book["sheets"] if one["name"] == "Items"]
    items["cells"]["DA1"] = {"formula": '=KPI.SCORE(12,10,"ratio_up")', "value": 0}
    with pane(browser, stub, book, workers=True) as one:
        one.says("Connected", "#link")
        one.until("globalThis.KPI_PANE?.kept === true")
        stub.gone = True
        one.page.reload(wait_until="commit")
        one.says("Service not reachable", "#link")
        one.js("HOST.book.calculate()")
        assert one.cell("Items", "DA1") == 120
        stub.gone = False
        one.press("retry")
        one.says("Connected", "#link")
