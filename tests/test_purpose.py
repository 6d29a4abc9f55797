"""The purpose of a workbook changes which tabs and columns are seen, and no number."""

from __future__ import annotations

import re
import zipfile
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from sheet_templates.build import build
from sheet_templates.layout import SHEETS
from sheet_templates.purpose import HIDDEN_COLUMNS, HIDDEN_TABS, shown_for
from sync_service.workbooks.setting import assignment
from sync_service.workbooks.xlsx import XlsxPort, set_in_copy
from tests.libreoffice import Office, Sheets
from tests.road_support import refresh_book
from tests.sheets_support import filled
from tests.test_sharing import Opened, house_start, manager
from tests.test_sharing import opened as opened  # noqa: PLC0414  # a fixture is found by its name

PURPOSES = ("team", "agency", "investor")
SEEN = {
    "team": {
        *("Today", "Team", "Card", "Shops", "Breaches", "Tasks", "Review"),
        *("Targets", "Weights", "Needs", "People", "Products", "Setup"),
    },
    "agency": {
        *("Today", "Card", "Shops", "Breaches", "Tasks", "Review"),
        *("Targets", "Weights", "Needs", "People", "Products", "Setup", "Agency terms"),
    },
    "investor": {"Today", "Shops", "Targets", "Setup"},
}


def workbook_part(path: Path) -> str:
    with zipfile.ZipFile(path) as package:
        return package.read("xl/workbook.xml").decode()


def seen_tabs(path: Path) -> set[str]:
    sheets = re.findall(r"<sheet [^>]*>", workbook_part(path))
    return {
        re.sub(r'.*name="([^"]*)".*', r"\1", one) for one in sheets if 'state="hidden"' not in one
    }


def hidden_letters(path: Path, title: str) -> set[int]:
    """Columns of a tab that are hidden and not folded."""
    number = [s.en for s in SHEETS].index(title) + 1
    with zipfile.ZipFile(path) as package:
        xml = package.read(f"xl/worksheets/sheet{number}.xml").decode()
    spans = re.findall(r'<col min="(\d+)" max="(\d+)"([^>]*)/>', xml)
    return {
        n
        for low, high, rest in spans
        if 'hidden="1"' in rest and "outlineLevel" not in rest
        for n in range(int(low), int(high) + 1)
    }


def without_purpose(sheets: Sheets) -> Sheets:
    """All cells but the word of the purpose itself."""
    words = {"Own team", "Agency supervision", "Investor report", *(f"{p}/team" for p in PURPOSES)}
    return {
        title: [["" if cell in words else cell for cell in line] for line in lines]
        for title, lines in sheets.items()
    }


def test_no_cell_differs_between_the_three_purposes(office: Office, tmp_path: Path) -> None:
    """A filled workbook in each purpose, calculated by LibreOffice."""
    found = {}
    for purpose in PURPOSES:
        start = filled("en")
        start = replace(start, settings={**start.settings, "purpose": purpose, "mode": "team"})
        path = build(tmp_path / f"{purpose}.xlsx", "manager", "en", start)
        assert seen_tabs(path) == SEEN[purpose]
        found[purpose] = without_purpose(office.calculate(path))
    assert found["agency"] == found["team"]
    assert found["investor"] == found["team"]


@pytest.fixture(scope="module")
def book(opened: Opened) -> Path:
    path = manager(opened.root, house_start(), "purpose.xlsx")
    refresh_book(opened.house, path, "never")
    return path


def choose(opened: Opened, path: Path, word: str, setting: str = "Purpose") -> None:
    """Type the purpose or mode into its cell, and refresh."""
    row = next(
        row
        for row in XlsxPort(path).read().tables["tblSetting"].rows
        if row.value("setting") == setting
    )
    cell = f"Setup!{row.cells['value'].address}={word}"
    set_in_copy(path, path, [assignment(cell)], "never")
    refresh_book(opened.house, path, "never")


def figures(path: Path) -> dict[str, list[object]]:
    """Every number of every table."""
    tables = XlsxPort(path).read().tables
    return {
        name: [
            cell.value
            for row in table.rows
            for cell in row.cells.values()
            if not isinstance(cell.value, str | datetime)
        ]
        for name, table in tables.items()
    }


def test_a_refresh_after_the_switch_hides_and_shows_and_changes_no_number(
    opened: Opened, book: Path
) -> None:
    before = figures(book)
    assert seen_tabs(book) == SEEN["team"]
    assert hidden_letters(book, "Shops") == set()
    for word, purpose in (
        ("Investor report", "investor"),
        ("Agency supervision", "agency"),
        ("Own team", "team"),
    ):
        choose(opened, book, word)
        assert seen_tabs(book) == SEEN[purpose]
        assert figures(book) == before
        hidden = len(HIDDEN_COLUMNS[purpose].get("tblShop", ()))
        assert len(hidden_letters(book, "Shops")) == hidden
        assert XlsxPort(book).read().names["nmShown"] == f"{purpose}/team"


def test_a_tab_that_a_person_opened_stays_open_until_the_purpose_changes(
    opened: Opened, tmp_path: Path
) -> None:
    path = manager(tmp_path, house_start(), "open.xlsx")
    opened_by_hand = re.sub(
        r'(name="KPIs" sheetId="\d+") state="hidden"', r"\1", workbook_part(path)
    )
    swap(path, "xl/workbook.xml", opened_by_hand)
    refresh_book(opened.house, path, "never")
    assert seen_tabs(path) == SEEN["team"] | {"KPIs"}
    choose(opened, path, "Agency supervision")
    assert seen_tabs(path) == SEEN["agency"]


def test_a_refresh_after_the_mode_changed_shows_its_tabs(opened: Opened, tmp_path: Path) -> None:
    """Full shows the tabs behind, basic fewer than a team's; one opened by hand stays till then."""
    path = manager(tmp_path, house_start(), "mode.xlsx")
    figures_before = None
    for word, mode in (("Full", "full"), ("Basic", "basic"), ("Team", "team")):
        choose(opened, path, word, "Mode")
        wanted = shown_for("team", mode).tabs
        assert seen_tabs(path) == {s.en for s in SHEETS if wanted.get(s.code)}
        assert XlsxPort(path).read().names["nmShown"] == f"team/{mode}"
        assert figures_before in (None, figures(path))
        figures_before = figures(path)
    hidden = re.search(r'<sheet [^>]*name="Rules"[^>]*>', workbook_part(path))
    assert hidden is not None
    by_hand = workbook_part(path).replace(hidden[0], hidden[0].replace(' state="hidden"', ""))
    swap(path, "xl/workbook.xml", by_hand)
    refresh_book(opened.house, path, "never")
    assert seen_tabs(path) == SEEN["team"] | {"Rules"}
    choose(opened, path, "Basic", "Mode")
    assert "Rules" not in seen_tabs(path)


def test_the_open_tab_is_left_for_the_first_one_when_it_is_hidden(
    opened: Opened, tmp_path: Path
) -> None:
    """Excel would open a hidden tab, and two selected tabs take each entry twice."""
    path = manager(tmp_path, house_start(), "active.xlsx")
    swap(
        path,
        "xl/workbook.xml",
        workbook_part(path).replace('windowHeight="16200"', 'windowHeight="16200" activeTab="1"'),
    )
    for name, old, new in (
        ("xl/worksheets/sheet1.xml", ' tabSelected="1"', ""),
        ("xl/worksheets/sheet2.xml", "<sheetView ", '<sheetView tabSelected="1" '),
    ):
        with zipfile.ZipFile(path) as package:
            text = package.read(name).decode()
        swap(path, name, text.replace(old, new, 1))
    choose(opened, path, "Investor report")
    assert 'activeTab="0"' in workbook_part(path)
    with zipfile.ZipFile(path) as package:
        selected = [n for n in package.namelist() if b'tabSelected="1"' in package.read(n)]
    assert selected == ["xl/worksheets/sheet1.xml"]


def swap(path: Path, part: str, text: str) -> None:
    """Put another text in place of a part, as a person's program would save it."""
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    parts[part] = text.encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in parts.items():
            package.writestr(name, data)


def test_every_hidden_tab_and_column_is_of_the_map() -> None:
    codes = {sheet.code for sheet in SHEETS}
    tables = {table.name: table for sheet in SHEETS for table in sheet.tables}
    assert set(HIDDEN_TABS) == set(HIDDEN_COLUMNS) == set(PURPOSES)
    for purpose in PURPOSES:
        assert codes >= HIDDEN_TABS[purpose]
        assert shown_for(purpose, "team").tabs["setup"]  # where the purpose is changed back
        for name, columns in HIDDEN_COLUMNS[purpose].items():
            folded = {c.code for c in tables[name].columns if c.folded}
            assert {c.code for c in tables[name].columns} >= columns
            assert not columns & folded


def test_an_unknown_purpose_hides_nothing() -> None:
    assert shown_for("bank", "full").tabs == shown_for("team", "full").tabs
