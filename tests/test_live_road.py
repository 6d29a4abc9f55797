"""One refresh of an open workbook: the road, the buttons, and every cell as in the closed file."""

from __future__ import annotations

import json
import zlib
from pathlib import Path
from typing import Any

import pytest

from kpi.book_numbers import book_number
from sync_service import live, sent_store
from sync_service.refresh import Order, book_name, refresh
from sync_service.sheet_answers import Answers
from sync_service.workbooks.live_excel import LiveExcelPort
from sync_service.workbooks.sent import body_of, sent_book
from tests.excel_book import Model, model, opened, save
from tests.fake_excel import running
from tests.fake_excel_program import Program
from tests.road_support import Folder, copied, house_at, settings_of


def texts(state: Model) -> dict[tuple[str, str], Any]:
    """What every cell holds: a formula, or a value in one form."""
    return {
        (sheet["name"], at): float(held) if isinstance(held, int) else held
        for sheet in state["sheets"]
        for at, cell in sheet["cells"].items()
        if (held := cell["formula"]) != ""
    }


@pytest.mark.parametrize("mac", [False, True], ids=["windows", "mac"])
def test_an_open_workbook_gets_the_cells_of_the_closed_file(
    road: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, mac: bool
) -> None:
    folder = copied(road, tmp_path / "road")
    path = folder.fresh("FEW")
    with running(path, monkeypatch, mac=mac) as (program, book), house_at(folder.home) as house:
        order = Order("live", LiveExcelPort(book, mac=mac), "test")
        assert refresh(house, order).state == "written"
        assert refresh(house, order).state == "unchanged"
        save(program.state, program.before, path, tmp_path / "out.xlsx")
        folder.refresh("FEW", house, mode="never")
    file = model(path, opened(path).sheetnames)
    ours, wanted = texts(program.state), texts(file)
    assert ours.keys() == wanted.keys()
    assert {at: (ours[at], wanted[at]) for at in wanted if ours[at] != wanted[at]} == {}
    grown = {t["name"]: t["rows"] for t in program.state["tables"]}
    for table in file["tables"]:
        first, last = (int("".join(c for c in p if c.isdigit())) for p in table["ref"].split(":"))
        assert grown[table["name"]] == last - first + 1, table["name"]
    assert program.flags["calculation"] == "automatic"
    saved = model(tmp_path / "out.xlsx", opened(path).sheetnames)
    assert texts(saved).keys() == wanted.keys(), "what was saved opens, cell for cell"


# --- the buttons ----------------------------------------------------------------------------------


@pytest.fixture
def pressing(road: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    folder = copied(road, tmp_path / "road")
    path = folder.fresh("FEW")
    monkeypatch.setattr(live, "from_environment", lambda: settings_of(folder.home))
    monkeypatch.setattr(live, "open_house", lambda _settings: house_at(folder.home))
    with running(path, monkeypatch) as (program, _):
        yield folder, program


def said(program: Program) -> str:
    return program.said[-1]


def test_refresh_writes_tells_the_scores_and_lets_the_functions_ask(pressing: Any) -> None:
    folder, program = pressing
    live.refresh()
    assert "cells written. Save the workbook." in said(program)
    assert program.flags["status_bar"] is False
    number = sent_store.book_name(book_number(str(program.path)))
    with house_at(folder.home) as house:
        packed = sent_store.last_packed(house.store, number)
        assert packed is not None
        assert "tblScore" in json.loads(zlib.decompress(packed))["tables"]
        _, [found] = Answers(house).answer(number, [("ACTUAL", "net_sales", "ALL", "2026-10")])
        assert isinstance(found, float)
        seen = refresh(house, Order(book_name(program.path), LiveExcelPort(_book()), "x"))
        assert seen.state == "unchanged", "the same history as the closed file of this place"
    live.refresh()
    assert said(program).startswith("Nothing new")


def _book() -> Any:
    import xlwings as xw  # noqa: PLC0415 - as the buttons do

    return xw.Book.caller()


def test_check_writes_nothing_and_explain_tells_the_selected_cell(pressing: Any) -> None:
    _, program = pressing
    live.check()
    assert program.writes == []
    assert said(program)
    live.refresh()
    program.selected = "Items!I6"
    live.explain()
    assert said(program).startswith("Items!I6: ")
    program.selected = "Start!A1"
    live.explain()
    assert "lies in none of our tables" in said(program)
    live.help()
    assert "Refresh: actuals and scores" in said(program)


def test_what_goes_wrong_is_told_in_a_box_and_the_workbook_is_as_before(pressing: Any) -> None:
    _, program = pressing
    program.fails_at = 5
    before = texts(program.state)
    live.refresh()
    assert "the workbook holds its old values" in said(program)
    assert texts(program.state) == before


def test_a_workbook_that_was_never_saved_is_told_so(
    pressing: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, program = pressing
    monkeypatch.setattr("tests.fake_excel.FakeBook.fullname", "Book1")
    live.refresh()
    assert said(program).startswith("Save the workbook first")


def test_a_book_travels_as_a_pane_sends_it(pressing: Any) -> None:
    _, _ = pressing
    sent = LiveExcelPort(_book()).now().sent
    again = sent_book(json.loads(json.dumps(body_of(sent))))
    assert again.fingerprint == sent.fingerprint
    assert again.grids.keys() == sent.grids.keys()
