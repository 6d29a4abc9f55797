"""A deleted tab at Google made anew: the tab as it was shipped, and what pointed at it."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from sync_service.google.rebuilding import rebuild_tabs
from sync_service.google.spreadsheet import FIELDS
from sync_service.google.transfer.google_reading import read_google
from sync_service.google.transfer.making import Order
from sync_service.google.transfer.model import Sheet, Workbook
from sync_service.told import ToldError
from tests.google_house import MANAGER, Google, google_at
from tests.google_transfer_support import PARTS, part, sent, shipped

ITEMS = "Items"


@pytest.fixture(scope="module")
def google(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Google]:
    with google_at(tmp_path_factory.mktemp("google") / "data") as one:
        yield one


@pytest.fixture(scope="module")
def made(google: Google) -> tuple[str, Workbook]:
    """A manager's book at Google, and what was read of it."""
    done, read = sent(google, shipped("manager-en")[0], Order("Book", edition="manager"))
    return done.id, read


def tab(book: Workbook, title: str) -> Sheet:
    found = book.sheet(title)
    assert found is not None, [one.title for one in book.sheets]
    return found


def test_a_deleted_tab_comes_back_as_it_was(google: Google, made: tuple[str, Workbook]) -> None:
    """Renamed tabs stay; formulas that pointed at the deleted one work again."""
    book, before = made
    ids = {one["properties"]["title"]: one["properties"]["sheetId"] for one in tabs(google, book)}
    rename = {"sheetId": ids["Targets"], "title": "Our targets"}
    update = {"updateSheetProperties": {"properties": rename, "fields": "title"}}
    google.client.batch_update(book, [update, {"deleteSheet": {"sheetId": ids[ITEMS]}}])
    assert "#REF!" in json.dumps(google.client.get(book, FIELDS))
    assert rebuild_tabs(google.client, book) == [ITEMS]
    after, _ = read_google(google.client, book)
    order = [one.title for one in before.sheets]
    renamed = ["Our targets" if one == "Targets" else one for one in order]
    assert [one.title for one in after.sheets] == renamed
    was, now = tab(before, ITEMS), tab(after, ITEMS)
    parts = [name for name in PARTS if name != "cells" and part(was, name) != part(now, name)]
    assert parts == []
    assert text_of(was) == text_of(now)
    assert {one.name for one in before.names} == {one.name for one in after.names}
    lost = [s.title for s in after.sheets for c in s.cells.values() if "#REF!" in str(c.formula)]
    assert lost == []
    assert google.port(book).read().tables["tblScore"].name == "tblScore"


def tabs(google: Google, book: str) -> list[dict[str, dict[str, object]]]:
    found: list[dict[str, dict[str, object]]] = google.client.get(book, "sheets.properties")[
        "sheets"
    ]
    return found


def text_of(sheet: Sheet) -> dict[object, str]:
    """What stands in the cells, tabs as they are called first."""
    return {
        spot: str(cell.formula or cell.value).replace("'Our targets'", "Targets")
        for spot, cell in sheet.cells.items()
        if cell.formula is not None or cell.value is not None
    }


def test_a_spreadsheet_of_somebody_else_is_left_alone(google: Google) -> None:
    book = google.handle.book(
        MANAGER, "Theirs", share={"robot@project.iam.gserviceaccount.com": "writer"}
    )
    with pytest.raises(ToldError, match="none of our tabs"):
        rebuild_tabs(google.client, book)
