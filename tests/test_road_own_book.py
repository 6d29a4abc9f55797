"""A manager's own, much changed book: a whole refresh keeps all of it and fills the right rows.

LibreOffice does what a person does (rows and columns inserted, sorted, hidden, tabs renamed and
moved, own tabs, charts and styles); what only Excel writes is put in by hand afterwards.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from kpi.tables import Table
from sheet_templates.layout import TABLES, Owner
from sync_service.house import House
from sync_service.refresh import Outcome
from sync_service.workbooks.xlsx import XlsxPort
from tests.libreoffice import CellResult, Office, Sheets
from tests.road_support import Few, Folder, fill, house_at, refresh_book
from tests.test_road_kept import halved, parts
from tests.xlsx_injected import (
    Parts,
    add_note,
    add_sparkline,
    add_table_slicer,
    add_threaded_comment,
    add_x14_rules,
    define_name,
    sheet_of,
    taken_apart,
)

VIEW = "My view"
EDITS: tuple[tuple[object, ...], ...] = (
    ("insert_rows", "Shops", 3, 2),  # above the table: its header is in row 6 now
    ("insert_columns", "Shops", 0, 1),  # left of it
    ("insert_columns", "Shops", 3, 1),  # inside it: D, and net sales stand in U
    ("type", "Shops", "D6", "My rank"),
    ("type", "Shops", "D7", "1"),
    ("type", "Shops", "D8", "2"),
    ("sort", "Shops", "B7:AO8", 2),  # by that rank, falling: the US shop is first now
    ("insert_columns", "Tasks", 4, 1),
    ("type", "Tasks", "E4", "Mine"),
    ("type", "Tasks", "E6", "ask the agency"),
    ("hide_row", "Tasks", 6),
    ("insert_columns", "Items", 5, 1),
    ("type", "Items", "F4", "Why"),
    ("type", "Items", "F5", "because of the strike"),
    ("rename", "Breaches", "Alerts 2026"),
    ("move", "Tasks", 0),
    ("add", VIEW),
    ("type", VIEW, "A1", "=SUM($Shops.U7:U8)"),
    ("type", VIEW, "A2", "=$A$1*2"),
    ("type", VIEW, "A3", '=COUNTIF($Tasks.A5:A9;"T-*")'),
    ("type", VIEW, "B1", "what I watch"),
    ("style", VIEW, "A1", "Own look"),
    ("chart", VIEW, "Own sales", "Shops", "U7:U8"),
    ("chart", "Shops", "Own chart here", VIEW, "A1:A3"),
)


@dataclass(frozen=True, slots=True)
class Kept:
    """One whole refresh of the changed book, and of a plain one beside it."""

    before: Mapping[str, bytes]
    path: Path
    plain: Path
    outcome: Outcome
    names: tuple[str, ...]  # parts that only Excel writes


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory, office: Office) -> Iterator[Kept]:
    folder = Folder(tmp_path_factory.mktemp("own") / "road")
    folder.root.mkdir()
    with house_at(folder.home) as house:
        fill(house, Few().shops)
        folder.fresh("FEW")
        refresh_book(house, folder.book("FEW"), "never")
        path = office.edit(folder.book("FEW"), folder.root / "own.xlsx", EDITS)
        names = _as_excel(path)
        yield _refreshed(house, folder, path, names)


def _as_excel(path: Path) -> tuple[str, ...]:
    taken = taken_apart(path)
    names = (
        *add_table_slicer(taken, "Tasks", "tblTask", "Type"),
        *add_threaded_comment(taken, "Tasks", "F6", "who pays for this?"),
        *add_note(taken, "Items", "F5", "told on the phone"),
    )
    add_x14_rules(taken, VIEW, "C1:C5", "Shops!$U$7:$U$8")
    add_sparkline(taken, VIEW, "D1", "Shops!U7:U8")
    define_name(taken, "ownSales", "Shops!$U$7:$U$8")
    taken.save(path)
    return names


def _refreshed(house: House, folder: Folder, path: Path, names: tuple[str, ...]) -> Kept:
    before = parts(path)
    halved(house)
    outcome = refresh_book(house, path, "auto")
    refresh_book(house, folder.book("FEW"), "never")
    return Kept(before, path, folder.book("FEW"), outcome, names)


def test_it_is_refreshed_without_a_complaint(kept: Kept) -> None:
    assert kept.outcome.state == "written"
    assert kept.outcome.report is not None
    assert kept.outcome.report.cells_written > 100
    assert [p.line("en") for p in kept.outcome.report.problems] == []
    assert not {p.code for p in kept.outcome.problems} & {"typed_over", "column_missing"}


def test_only_sheets_tables_and_charts_change(kept: Kept) -> None:
    """Slicers, threads, notes, styles, drawings, themes and links are the same bytes."""
    after = parts(kept.path)
    changed = {name for name in kept.before if kept.before[name] != after.get(name)}
    allowed = ("xl/worksheets/sheet", "xl/tables/table", "xl/charts/chart", "xl/workbook.xml")
    assert {name for name in changed if not name.startswith(allowed)} <= {"xl/calcChain.xml"}
    assert changed <= set(kept.outcome.report.parts_changed if kept.outcome.report else ())
    assert len(kept.names) == len(set(kept.names)) == 6
    for name in kept.names:
        assert kept.before[name] == after[name], name


def body(parts_: Mapping[str, bytes], name: str) -> tuple[str, str, dict[str, str]]:
    """What stands before the rows and after them, and the cells by address."""
    head, _, rest = parts_[name].decode().partition("<sheetData>")
    rows, _, tail = rest.rpartition("</sheetData>")
    cells = re.findall(r'<c r="([A-Z]+\d+)"[^>]*?(?:/>|>(.*?)</c>)', rows, re.DOTALL)
    return head, tail, dict(cells)


def test_every_formula_stays_where_it_was(kept: Kept) -> None:
    after = parts(kept.path)
    count = 0
    for name in (n for n in kept.before if n.startswith("xl/worksheets/sheet")):
        old, new = body(kept.before, name)[2], body(after, name)[2]
        for at, inner in old.items():
            formula = re.search(r"<f[^>]*>.*?</f>", inner, re.DOTALL)
            if formula and ">#N/A</f>" not in formula[0]:
                assert formula[0] in new[at], (name, at)
                count += 1
    assert count > 300


def test_what_stands_around_the_cells_stays(kept: Kept) -> None:
    """Widths, panes, print set-up, rules, checks, x14 rules, sparklines, slicer, links."""
    after, taken = parts(kept.path), Parts(dict(kept.before))
    for name in (n for n in kept.before if n.startswith("xl/worksheets/sheet")):
        old, new = body(kept.before, name), body(after, name)
        assert tags(old[1]) == tags(new[1]), name
        assert re.sub(r"<dimension[^>]*>", "", old[0]) == re.sub(r"<dimension[^>]*>", "", new[0])
    for title in (VIEW, "Tasks", "Shops"):
        part = sheet_of(taken, title)
        assert body(kept.before, part)[1] == body(after, part)[1], title


def tags(xml: str) -> list[str]:
    return re.findall(r"<[\w:]+", xml)


def own_cells(table: Table, header: str, key: str) -> dict[object, object]:
    return {
        row.value(key): row.own[header].value
        for row in table.rows
        if header in row.own and row.own[header].value not in (None, "")
    }


def test_own_columns_stay_with_their_rows(kept: Kept) -> None:
    tables = XlsxPort(kept.path).read().tables
    assert own_cells(tables["tblShop"], "My rank", "shop") == {"HY-SHP-US": 2.0, "HY-AMZ-DE": 1.0}
    assert own_cells(tables["tblTask"], "Mine", "no") == {"T-002": "ask the agency"}
    [because] = own_cells(tables["tblScore"], "Why", "item").values()
    assert because == "because of the strike"
    assert tables["tblBreach"].sheet == "Alerts 2026"
    assert [row.value("shop") for row in tables["tblShop"].rows] == ["HY-SHP-US", "HY-AMZ-DE"]
    assert [row.number for row in tables["tblShop"].rows] == [7, 8]
    hidden = re.findall(r'<row r="(\d+)"[^>]*hidden="(?:1|true)"', _sheet(kept, "Tasks"))
    assert hidden == ["7"]


def _sheet(kept: Kept, title: str) -> str:
    taken = taken_apart(kept.path)
    return taken.text(sheet_of(taken, title))


def test_every_value_is_that_of_a_plain_book_by_its_key(kept: Kept) -> None:
    """Both were refreshed from the same facts; only the places differ."""
    ours, plain = (XlsxPort(path).read().tables for path in (kept.path, kept.plain))
    compared = 0
    for name, table in plain.items():
        if name == "tblLog":  # it tells of each book's own problems
            continue
        layout = TABLES[name]
        columns = [c.code for c in layout.columns if c.owner is Owner.SERVICE]
        found = {tuple(row.value(c) for c in layout.key): row for row in ours[name].rows}
        for row in table.rows:
            mine = found[tuple(row.value(c) for c in layout.key)]
            for code in columns:
                assert mine.value(code) == row.value(code), (name, code, row.number)
                compared += 1
    assert compared > 2_000


def shown(sheets: Sheets, title: str) -> list[object]:
    return [row[0] for row in sheets[title][:3]]


def test_libreoffice_recalculates_what_the_file_holds(kept: Kept, office: Office) -> None:
    held, anew = (office.calculate(kept.path, recalculate=again) for again in (False, True))
    assert next(iter(held)) == "Tasks"
    shops = XlsxPort(kept.path).read().tables["tblShop"]
    sales = [row.value("net_sales") for row in shops.rows]
    total = sum(v for v in sales if isinstance(v, float))
    assert shown(held, VIEW) == [pytest.approx(total, rel=1e-12), pytest.approx(2 * total), 5]
    assert list(held) == list(anew)
    for title, rows in anew.items():
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                assert equal(held[title][number][column], value), (title, number + 1, column + 1)


def equal(held: CellResult, anew: CellResult) -> bool:
    """LibreOffice drops blanks at the end of a text that it reads from a file's cache."""
    if isinstance(held, float) and isinstance(anew, float):
        return held == pytest.approx(anew, rel=1e-12)
    if isinstance(held, str) and isinstance(anew, str):
        return held.rstrip() == anew.rstrip()
    return held == anew


def test_charts_of_the_person_show_the_new_values(kept: Kept) -> None:
    charts = [xml.decode() for n, xml in parts(kept.path).items() if "charts/chart" in n]
    [own] = [xml for xml in charts if re.search(r"Shops[^<]*\$U\$7:\$U\$8", xml)]
    cached = re.findall(r"<c:v>([\d.]+)</c:v>", own.split("<c:val>")[1])
    shops = XlsxPort(kept.path).read().tables["tblShop"].rows
    assert [float(v) for v in cached] == [row.value("net_sales") for row in shops]
