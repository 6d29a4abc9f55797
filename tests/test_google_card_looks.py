"""Number formats of Card at Google: each line by the unit of the item that it shows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest

from sheet_templates.build import build
from sheet_templates.style import UNIT_FORMAT
from sheet_templates.words import decode
from sync_service.google.card_looks import card_place
from sync_service.google.client import SheetsClient
from sync_service.google.looks import Looks
from sync_service.workbooks.areas import letters
from sync_service.workbooks.google import GooglePort
from sync_service.workbooks.port import NamePatch, TablePatch
from tests.google_house import Google, google_at
from tests.sheets_support import filled

BATCH = "spreadsheets.batchUpdate"
CARD = ("2026-10", "OPS2", "EU")


@pytest.fixture(scope="module")
def google(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Google, str]]:
    root = tmp_path_factory.mktemp("card")
    path = build(root / "book.xlsx", "partner", "en", filled("en"))
    with google_at(root / "data") as one:
        yield one, one.load(path)


def formats(client: SheetsClient, sheet: str) -> dict[int, list[str]]:
    """Line of Card -> patterns of Target, Due and Actual."""
    there = GooglePort(client, sheet).now()
    card = card_place(there)
    assert card is not None
    title = there.sheet.tabs[card.tab].title
    fields = "sheets(data(rowData(values(userEnteredFormat(numberFormat)))))"
    spots = [
        f"'{title}'!{letters(at + 1)}{row + 1}" for row in card.rows.values() for at in card.columns
    ]
    data = client.get(sheet, fields, spots)["sheets"][0]["data"]
    cells = [one["rowData"][0]["values"][0]["userEnteredFormat"] for one in data]
    found = [cell["numberFormat"]["pattern"] for cell in cells]
    return {line: found[3 * n : 3 * n + 3] for n, line in enumerate(card.rows)}


def wanted(client: SheetsClient, sheet: str, card: tuple[str, ...]) -> dict[int, list[str]]:
    """What the lines of a card should show, by the items themselves."""
    items = GooglePort(client, sheet).read().tables["tblScore"].rows
    mine = [r for r in items if tuple(r.value(c) for c in ("month", "person", "region")) == card]
    assert mine
    return {
        int(str(row.value("line")).partition(".")[0]): [UNIT_FORMAT[str(unit)]] * 3
        for row in mine
        if (unit := decode("unit", str(row.value("unit"))))
    }


def written(google: Google, sheet: str, names: Mapping[str, str], *tables: TablePatch) -> int:
    """A write of the port; gives the structural batches that it took."""
    port = GooglePort(google.client, sheet, looks=Looks(google.house.store, sheet))
    google.calls()
    port.write(tables, [NamePatch(*one) for one in names.items()], port.fingerprint())
    return google.calls().get(BATCH, 0)


def chosen(card: tuple[str, ...]) -> dict[str, str]:
    return dict(zip(("nmCardMonth", "nmCardPerson", "nmCardRegion"), card, strict=True))


def shows(client: SheetsClient, sheet: str, card: tuple[str, ...] = CARD) -> bool:
    """Whether each line of Card has the format of its unit; there are several."""
    lines = wanted(client, sheet, card)
    assert len({pattern for patterns in lines.values() for pattern in patterns}) > 1
    there = formats(client, sheet)
    return {line: there[line] for line in lines} == lines


def test_each_line_is_shown_by_the_unit_of_its_item(google: tuple[Google, str]) -> None:
    one, sheet = google
    assert written(one, sheet, chosen(CARD)) == 1
    assert shows(one.client, sheet)
    assert written(one, sheet, chosen(CARD)) == 0  # only what changed


def test_another_unit_and_another_place_are_followed(google: tuple[Google, str]) -> None:
    one, sheet = google
    written(one, sheet, chosen(CARD))
    hands, there = one.hands(sheet), GooglePort(one.client, sheet).now()
    card = card_place(there)
    assert card is not None
    title = there.sheet.tabs[card.tab].title
    hands.insert_rows(title, card.rows[3] + 1)
    hands.insert_columns(title, card.columns[1] + 1, 2)
    line = {"item": "｜".join((*CARD, "net_sales")), "unit": "ratio"}
    changed = TablePatch("tblScore", ("item",), [line], prune=False)
    assert written(one, sheet, {}, changed) == 1
    assert formats(one.client, sheet)[1] == [UNIT_FORMAT["ratio"]] * 3
    assert shows(one.client, sheet)
