"""Our tables in a spreadsheet are found whatever people did to it, and hold what they held."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from kpi.tables import Table
from sheet_templates.layout import TABLES, Owner
from sync_service.google.locate import GoogleBook, Located, located
from sync_service.google.spreadsheet import FIELDS, spreadsheet
from sync_service.refresh import read
from sync_service.sandbox.google.people import Hands
from sync_service.workbooks.xlsx import XlsxPort
from tests.google_house import Google, google
from tests.google_support import box
from tests.google_transfer_support import SHIPPED

__all__ = ["google"]

Json = dict[str, Any]
Values = Mapping[str, list[dict[str, object]]]


@dataclass(slots=True)
class Shipped:
    """A shipped workbook as a spreadsheet, read once before anybody touched it."""

    google: Google
    name: str
    id: str
    book: Any  # of the stand-in, as it was made
    before: GoogleBook

    def fresh(self) -> Hands:
        """The spreadsheet as it was made, and a person in it."""
        self.google.handle.store.files[self.id].book = copy.deepcopy(self.book)
        return self.google.hands(self.id)

    def read(self) -> GoogleBook:
        return located(spreadsheet(self.google.client.get(self.id, FIELDS)))


def _made(google: Google, name: str) -> Shipped:
    sheet = google.load(SHIPPED / f"{name}.xlsx")
    before = located(spreadsheet(google.client.get(sheet, FIELDS)))
    return Shipped(google, name, sheet, google.handle.store.files[sheet].book, before)


@pytest.fixture(scope="module")
def manager(google: Google) -> Shipped:
    return _made(google, "manager-zh")


@pytest.fixture(scope="module")
def partner(google: Google) -> Shipped:
    return _made(google, "partner-en")


def values(tables: Mapping[str, Table]) -> Values:
    """What stands in tables, column by code; formulas left out, as nothing calculates here."""
    return {name: _values(table) for name, table in tables.items()}


def _values(table: Table) -> list[dict[str, object]]:
    kept = [c.code for c in TABLES[table.name].columns if c.owner is not Owner.FORMULA]
    return [
        {code: row.value(code) for code in kept if row.value(code) not in (None, "")}
        for row in table.rows
    ]


def of(book: GoogleBook) -> Values:
    return values(book.sent.contents().tables)


# --- what people do -------------------------------------------------------------------------------

Act = Callable[[Hands, Mapping[str, Located], GoogleBook], None]


def names_gone(hands: Hands, tables: Mapping[str, Located], book: GoogleBook) -> None:
    ids = [book.sheet.named_ids[name] for name in tables]
    hands.do(*({"deleteNamedRange": {"namedRangeId": one}} for one in ids))


def metadata_gone(hands: Hands, tables: Mapping[str, Located], _: GoogleBook) -> None:
    numbers = [mark.metadata for one in tables.values() for mark in one.marked.values()]
    assert len(numbers) >= sum(len(TABLES[name].expected) for name in tables)
    lookups = [{"developerMetadataLookup": {"metadataId": number}} for number in numbers]
    hands.do(*({"deleteDeveloperMetadata": {"dataFilter": one}} for one in lookups))


def some_headers_renamed(hands: Hands, tables: Mapping[str, Located], _: GoogleBook) -> None:
    """The first header of the key and a quarter of the others, in words that no template has."""
    hands.do(
        *(
            _typed(one.span.tab, one.span.top, one.left + n, f"Our {n}. word")
            for one in tables.values()
            for n, code in enumerate(one.grid.codes)
            if code is not None and (code == one.grid.layout.key[0] or n % 4 == 3)
        )
    )


def headers_renamed(hands: Hands, tables: Mapping[str, Located], _: GoogleBook) -> None:
    """All headers, as somebody does who puts them into a third language."""
    hands.do(
        *(
            _typed(one.span.tab, one.span.top, one.left + n, f"Wort {n}")
            for one in tables.values()
            for n in range(len(one.grid.codes))
        )
    )


def tabs_renamed(hands: Hands, tables: Mapping[str, Located], book: GoogleBook) -> None:
    del book
    tabs = sorted({one.span.tab for one in tables.values()})
    given = [{"sheetId": tab, "title": f"Ours {n}"} for n, tab in enumerate(tabs)]
    hands.do(*({"updateSheetProperties": {"properties": one, "fields": "title"}} for one in given))


def rows_above(hands: Hands, tables: Mapping[str, Located], _: GoogleBook) -> None:
    """Two rows right above the headers of the first table of a tab."""
    asked = []
    for tab in {one.span.tab for one in tables.values()}:
        top = min(one.span.top for one in tables.values() if one.span.tab == tab)
        asked.append(_inserted(tab, "ROWS", top, 2))
    hands.do(*asked)


def columns_inside(hands: Hands, tables: Mapping[str, Located], _: GoogleBook) -> None:
    """Two empty columns behind the first one of each table, from the right of a tab to its left."""
    places = {(one.span.tab, one.left + 1) for one in tables.values()}
    hands.do(*(_inserted(tab, "COLUMNS", at, 2) for tab, at in sorted(places, reverse=True)))


def _inserted(tab: int, dimension: str, at: int, count: int) -> Json:
    span = {"sheetId": tab, "dimension": dimension, "startIndex": at, "endIndex": at + count}
    return {"insertDimension": {"range": span, "inheritFromBefore": at > 0}}


def _typed(tab: int, row: int, column: int, text: str) -> Json:
    start = {"sheetId": tab, "rowIndex": row, "columnIndex": column}
    cell = {"userEnteredValue": {"stringValue": text}}
    rows = [{"values": [cell]}]
    return {"updateCells": {"start": start, "rows": rows, "fields": "userEnteredValue"}}


ACTS = [
    names_gone,
    metadata_gone,
    some_headers_renamed,
    headers_renamed,
    tabs_renamed,
    rows_above,
    columns_inside,
]


# --- found, and equal -----------------------------------------------------------------------------


@pytest.mark.parametrize("which", ["partner", "manager"])
def test_tables_are_those_of_the_file(which: str, request: pytest.FixtureRequest) -> None:
    made: Shipped = request.getfixturevalue(which)
    file = XlsxPort(SHIPPED / f"{made.name}.xlsx").read()
    contents = made.before.sent.contents()
    assert made.before.problems == ()
    assert contents.language == file.language
    assert {name: table.sheet for name, table in contents.tables.items()} == {
        name: table.sheet for name, table in file.tables.items()
    }
    assert values(contents.tables) == values(file.tables)
    for name, table in file.tables.items():
        known = [code for code in made.before.tables[name].grid.codes if code is not None]
        assert known == [code for code in table.columns if code in known]
        assert {row.number for row in table.rows} == {
            row.number for row in contents.tables[name].rows
        }


@pytest.mark.parametrize("act", ACTS)
def test_tables_are_found_and_equal_after(partner: Shipped, act: Act) -> None:
    hands = partner.fresh()
    act(hands, partner.before.tables, partner.before)
    after = partner.read()
    assert after.tables.keys() == partner.before.tables.keys()
    assert of(after) == of(partner.before)
    told = {problem.code for problem in after.problems}
    assert told == ({"table_renamed"} if act is names_gone else set())


def test_tables_without_names_are_found_by_metadata(partner: Shipped) -> None:
    hands = partner.fresh()
    for one in (names_gone, some_headers_renamed, columns_inside):
        one(hands, partner.before.tables, partner.before)
    assert of(partner.read()) == of(partner.before)


def test_tables_without_names_and_metadata_are_found_by_headers(partner: Shipped) -> None:
    hands = partner.fresh()
    for one in (names_gone, metadata_gone, tabs_renamed, rows_above):
        one(hands, partner.before.tables, partner.before)
    assert of(partner.read()) == of(partner.before)


def test_a_manager_book_after_names_metadata_and_headers_went(manager: Shipped) -> None:
    """Half of the tables lose their names and headers, the others their metadata."""
    hands, before = manager.fresh(), manager.before
    names = sorted(before.tables)  # tblMarket among the first half: Today shows its headers too
    assert "tblMarket" in names[::2]
    unnamed = {name: before.tables[name] for name in names[::2]}
    unmarked = {name: before.tables[name] for name in names[1::2]}
    names_gone(hands, unnamed, before)
    metadata_gone(hands, unmarked, before)
    renamed = {name: one for name, one in unnamed.items() if name != "tblMarket"}
    some_headers_renamed(hands, renamed, before)
    after = manager.read()
    assert after.tables.keys() == before.tables.keys()
    assert {name for name, was in of(before).items() if of(after)[name] != was} == set()
    assert {problem.place.table for problem in after.problems} == unnamed.keys()


# --- what people add ------------------------------------------------------------------------------


def _alone(made: Shipped) -> dict[str, Located]:
    """Tables with nothing at their right and below them; the widest and deepest of their tabs."""
    found: dict[str, Located] = {}
    for name, one in made.before.tables.items():
        others = [o for o in made.before.tables.values() if o.span.tab == one.span.tab]
        if len(others) == 1:
            found[name] = one
    return found


def _room(one: Located) -> list[Json]:
    """A grid that ends with its table gets longer and wider, as it does when people type there."""
    more = {"sheetId": one.span.tab, "length": 2}
    return [{"appendDimension": more | {"dimension": name}} for name in ("ROWS", "COLUMNS")]


def test_a_column_at_the_right_edge_is_the_persons_own(partner: Shipped) -> None:
    hands, alone = partner.fresh(), _alone(partner)
    assert len(alone) >= 4
    asked = []
    for one in alone.values():
        tab, top, right = one.span.tab, one.span.top, one.span.right
        asked += _room(one)
        asked += [_typed(tab, top, right, "My words"), _typed(tab, top + 1, right, "mine")]
    hands.do(*asked)
    after = partner.read()
    for name, one in alone.items():
        there = after.tables[name]
        assert there.span.right == one.span.right + 1
        assert there.grid.headers[-1] == "My words"
        assert there.grid.codes[-1] is None
        assert there.grid.rows[0][-1] == "mine"
        assert there.grid.rows[0][:-1] == one.grid.rows[0]
    assert of(after) == of(partner.before)


def test_rows_typed_right_below_the_named_range_belong_to_the_table(partner: Shipped) -> None:
    hands, alone = partner.fresh(), _alone(partner)
    asked = []
    for one in alone.values():
        place = one.column(one.grid.layout.key[0])
        assert place is not None
        keys = [_typed(one.span.tab, one.span.bottom + n, place, f"KEY-{n}") for n in range(2)]
        asked += [*_room(one), *keys]
    hands.do(*asked)
    after = partner.read()
    for name, one in alone.items():
        there = after.tables[name]
        named = after.sheet.named[name]
        assert there.span.bottom == named.bottom + 2 == one.span.bottom + 2
        at = there.grid.codes.index(one.grid.layout.key[0])
        assert [row[at] for row in there.grid.rows[-2:]] == ["KEY-0", "KEY-1"]
        assert there.row(len(there.grid.rows)) == there.span.bottom


def test_a_table_that_was_copied_away_is_not_taken_for_ours(partner: Shipped) -> None:
    """Headers alone in another place do not move a table that its name still tells."""
    hands, one = partner.fresh(), next(iter(_alone(partner).values()))
    hands.add_tab("Scratch")
    source = {"sheetId": one.span.tab} | {
        "startRowIndex": one.span.top,
        "endRowIndex": one.span.top + 3,
        "startColumnIndex": one.span.left,
        "endColumnIndex": one.span.right,
    }
    scratch = next(tab.id for tab in partner.read().sheet.tabs.values() if tab.title == "Scratch")
    place = {"sheetId": scratch} | box("A1:A1")
    hands.do({"appendDimension": {"sheetId": scratch, "dimension": "COLUMNS", "length": 60}})
    hands.do({"copyPaste": {"source": source, "destination": place, "pasteType": "PASTE_VALUES"}})
    after = partner.read()
    assert after.tables[one.grid.layout.name].span == one.span
    assert of(after) == of(partner.before)


def test_a_table_of_which_nothing_is_left_is_missing_not_another_tabs_copy(
    manager: Shipped,
) -> None:
    """Today shows the markets under the same headers, by formula: it is no place to write."""
    hands, market = manager.fresh(), {"tblMarket": manager.before.tables["tblMarket"]}
    for act in (names_gone, metadata_gone, headers_renamed):
        act(hands, market, manager.before)
    after = manager.read()
    assert manager.before.tables.keys() - after.tables.keys() == {"tblMarket"}
    assert of(after) == {n: was for n, was in of(manager.before).items() if n != "tblMarket"}
    [told] = [p for p in read(after.sent.contents())[2] if p.code == "table_missing"]
    assert told.place.table == "tblMarket"
    assert "tblMarket" in told.what["en"]
    assert all("google rebuild" in told.mend[language] for language in ("zh", "en"))
