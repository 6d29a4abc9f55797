"""A refresh of a Google spreadsheet: the same values as the file, one read, few writes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kpi.tables import Table
from sheet_templates.layout import TABLES, Owner
from sync_service.commands.google_books import exported
from sync_service.google.transfer.google_reading import read_google
from sync_service.refresh import Outcome
from sync_service.workbooks.areas import letters
from sync_service.workbooks.xlsx import XlsxPort
from tests.google_house import Google, with_few
from tests.html_cells import Shown, all_shown, is_number, shown_cells
from tests.libreoffice import CellResult, Office, Sheets
from tests.road_support import refresh_book

GET, BATCH = "spreadsheets.get", "spreadsheets.batchUpdate"
WRITE = "spreadsheets.values.batchUpdateByDataFilter"
Colours = dict[str, dict[tuple[int, int], Shown]]


class Made:
    """One company in a file and in a spreadsheet, both refreshed from the same facts."""

    def __init__(self, google: Google, path: Path) -> None:
        self.google, self.path = google, path
        self.sheet = google.load(path)
        google.calls()
        self.first: Outcome = google.refresh(self.sheet)
        self.first_calls = google.calls()
        refresh_book(google.house, path)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    with with_few(tmp_path_factory.mktemp("google")) as (google, path):
        yield Made(google, path)


def _values(table: Table) -> list[dict[str, object]]:
    """What stands in a table, formulas left out: nothing calculates here."""
    codes = [c.code for c in TABLES[table.name].columns if c.owner is not Owner.FORMULA]
    return [
        {code: value for code in codes if (value := row.value(code)) not in (None, "")}
        for row in table.rows
    ]


def test_the_spreadsheet_and_the_file_hold_the_same_values(made: Made) -> None:
    file = XlsxPort(made.path).read().tables
    there = made.google.port(made.sheet).read().tables
    assert file.keys() == there.keys()
    different = [name for name in file if _values(file[name]) != _values(there[name])]
    assert different == []
    assert sum(len(_values(table)) for table in there.values()) > 4_000


def test_the_first_refresh_is_one_read_and_few_writes(made: Made) -> None:
    assert made.first.state == "written"
    assert made.first_calls[GET] == 1
    assert made.first_calls[WRITE] == 2  # formulas of #N/A and new rows; values and stamps
    assert made.first_calls.get(BATCH, 0) <= 1


def test_numbers_are_shown_by_the_unit_of_their_row(made: Made) -> None:
    there = made.google.port(made.sheet).now().tables["tblScore"]
    codes = there.grid.codes
    at = there.column("actual")
    assert at is not None
    units = {str(row[codes.index("unit")]) for row in there.grid.rows}
    title = there.grid.sheet.replace("'", "''")
    spot = f"'{title}'!{letters(at + 1)}{there.row(0) + 1}:{letters(at + 1)}{there.row(99)}"
    fields = "sheets(data(rowData(values(userEnteredFormat(numberFormat)))))"
    answer = made.google.client.get(made.sheet, fields, [spot])
    lines = answer["sheets"][0]["data"][0]["rowData"]
    patterns = [line["values"][0]["userEnteredFormat"]["numberFormat"]["pattern"] for line in lines]
    shown = {
        (str(row[codes.index("unit")]), pattern)
        for row, pattern in zip(there.grid.rows, patterns, strict=False)
    }
    assert ("Ratio", "0.0%") in shown or ("ratio", "0.0%") in shown
    assert len(shown) == len(units)  # each unit has one look


def test_nothing_new_is_one_read_and_no_write(made: Made) -> None:
    made.google.calls()
    assert made.google.refresh(made.sheet).state == "unchanged"
    assert made.google.calls() == {GET: 1}


BY_UNIT = {"Card", "Items", "Breaches", "Daily", "Weekly", "Monthly", "Lists"}
"""Tabs where a rule of the file shows numbers by their unit, which LibreOffice does not read."""


def test_both_editions_show_the_same_cells_in_the_same_colours(
    made: Made, office: Office, tmp_path: Path
) -> None:
    read, found = read_google(made.google.client, made.sheet)
    back = tmp_path / "back.xlsx"
    back.write_bytes(exported(read, found.locale)[0])
    file, colours = _seen(office, made.path, tmp_path)
    there, theirs = _seen(office, back, tmp_path)
    assert file.keys() == there.keys()
    for title, rows in file.items():
        cells = {at: value for at, value in _cells(rows) if value != ""}
        assert dict(_cells(there[title])).items() >= cells.items(), title
    assert sum(len(list(_cells(rows))) for rows in file.values()) > 50_000
    wide = {
        tab.title: tab.columns for tab in made.google.port(made.sheet).now().sheet.tabs.values()
    }
    for title, seen in colours.items():  # a tab of Google ends where the file has its last column
        inside = {at: cell for at, cell in seen.items() if at[1] < wide[title]}
        other = theirs[title]
        assert [at for at in inside if inside[at][:2] != other[at][:2]] == [], title
        texts = [(cell[2], other[at][2]) for at, cell in inside.items()]
        different = [pair for pair in texts if pair[0] != pair[1]]
        assert not different or title in BY_UNIT, title
        assert all(is_number(text) for pair in different for text in pair), title
    fills = {cell[0] for cells in colours.values() for cell in cells.values()}
    assert {"#FFC7CE", "#FFEB9C", "#F2F2F2"} <= fills  # breach, warn, no data


def _seen(office: Office, path: Path, folder: Path) -> tuple[Sheets, Colours]:
    """Values, and what every cell shows, hidden ones too."""
    page = folder / f"{path.stem}.html"
    found = office.observe(all_shown(path, folder / f"all {path.name}"), html=page)
    return found.values, shown_cells(page, list(found.values))


def _cells(rows: list[list[CellResult]]) -> Iterator[tuple[tuple[int, int], CellResult]]:
    for n, row in enumerate(rows):
        for at, value in enumerate(row):
            yield (n, at), value


def test_an_edited_target_moves_what_follows_from_it(made: Made) -> None:
    google, sheet = made.google, made.sheet
    target = google.port(sheet).read().tables["tblTarget"]
    row = next(r for r in target.rows if r.value("m10") not in (None, ""))
    at = row.cells["m10"].address
    hands = google.hands(sheet)
    before = hands.look(f"{target.sheet}!{at}", "UNFORMATTED_VALUE")[0][0]
    hands.type(f"{target.sheet}!{at}", before * 2)
    google.calls()
    outcome = google.refresh(sheet)
    calls = google.calls()
    assert outcome.state == "written"
    assert outcome.report is not None
    assert 0 < outcome.report.cells_written < 2_000
    assert calls[GET] == 1
    assert calls[WRITE] <= 2


def test_renamed_tabs_inserted_columns_and_sorted_rows_survive(made: Made) -> None:
    google, sheet = made.google, made.sheet
    hands = google.hands(sheet)
    before = {name: _values(table) for name, table in google.port(sheet).read().tables.items()}
    hands.rename("Targets", "Our goals")
    hands.insert_columns("Our goals", 3)
    hands.type("Our goals!C6", "mine")
    hands.insert_rows("Items", 3, 2)
    hands.move_tab("Items", 1)
    google.refresh(sheet)
    after = google.port(sheet).read()
    assert after.tables["tblTarget"].sheet == "Our goals"
    changing = {"tblLog", "tblAdoption"}
    assert {
        name for name, table in after.tables.items() if _values(table) != before[name]
    } <= changing
    assert hands.look("Our goals!C6") == [["mine"]]
    assert any(
        "mine" in map(str, (c.value for c in r.own.values()))
        for r in after.tables["tblTarget"].rows
    )


def test_titles_that_look_like_formulas_stay_texts(made: Made) -> None:
    google, sheet = made.google, made.sheet
    there = google.port(sheet).now()
    table = there.tables["tblLog"]
    tab = there.sheet.tabs[table.span.tab]
    assert not any(cell.formula for line in tab.cells[table.span.top + 1 :] for cell in line)
