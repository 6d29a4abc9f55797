"""A manager rearranges the workbook: rows, tabs, own columns; the refresh goes on and says what."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from kpi.tables import Row, Table
from sheet_templates.build import build
from sheet_templates.start import BookStart, StartRow
from sync_service.house import House
from sync_service.refresh import Outcome
from sync_service.sandbox.books import book_start
from sync_service.workbooks.package import open_package, rebuilt
from sync_service.workbooks.xlsx import XlsxPort
from tests.road_support import COMPANIES, WORLD, Folder, copied, facts_of, house_at, refresh_book

EUR_USD = 1.13  # the workbook's fixed rate
NASTY = ("=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("x")')


@pytest.fixture
def mine(road: Folder, tmp_path: Path) -> Folder:
    return copied(road, tmp_path / "road", "FEW")


@pytest.fixture
def house(mine: Folder) -> Iterator[House]:
    with house_at(mine.home) as opened:
        yield opened


def start() -> BookStart:
    world, company, language = COMPANIES["FEW"]
    return book_start(world, company, language)


def refreshed(house: House, mine: Folder) -> Outcome:
    return refresh_book(house, mine.book("FEW"), "never")


def tables(mine: Folder) -> dict[str, Table]:
    return dict(XlsxPort(mine.book("FEW")).read().tables)


def rows(table: Table) -> dict[object, Row]:
    return {row.value(table.columns[0]): row for row in table.rows}


def rewritten(path: Path, part: str, old: bytes, new: bytes) -> None:
    """What a spreadsheet program would save after a rename."""
    package = open_package(path.read_bytes(), path.name)
    xml = package.read(part)
    assert xml.count(old) >= 1
    path.write_bytes(b"".join(rebuilt(package, {part: xml.replace(old, new)})))


def part_of(path: Path, table: str) -> str:
    with zipfile.ZipFile(path) as book:
        return next(
            name
            for name in book.namelist()
            if name.startswith("xl/tables/")
            and f'displayName="{table}"'.encode() in book.read(name)
        )


def test_rows_in_another_order_get_their_own_values(house: House, mine: Folder) -> None:
    before = rows(tables(mine)["tblShop"])
    world = start()
    build(mine.book("FEW"), "manager", "en", replace(world, shops=list(reversed(world.shops))))
    refreshed(house, mine)
    after = rows(tables(mine)["tblShop"])
    assert list(after) == list(reversed(before))
    for shop, row in after.items():
        for column in ("net_sales", "acos", "data_until"):
            assert row.value(column) == before[shop].value(column), (shop, column)


def test_a_renamed_tab_is_refreshed_under_its_new_name(house: House, mine: Folder) -> None:
    """Formulas name tables and defined names; a tab's name stands in the workbook part."""
    path = mine.fresh("FEW")
    rewritten(path, "xl/workbook.xml", b'<sheet name="Shops"', b'<sheet name="My markets"')
    assert refreshed(house, mine).state == "written"
    table = tables(mine)["tblShop"]
    assert table.sheet == "My markets"
    assert all(isinstance(row.value("net_sales"), float) for row in table.rows)


@pytest.mark.parametrize("table", ["tblShop", "tblTeam"])
def test_a_renamed_header_is_reported_while_the_other_tables_refresh(
    table: str, house: House, mine: Folder
) -> None:
    header = {"tblShop": b'name="Net sales"', "tblTeam": b'name="Coverage"'}[table]
    path = mine.fresh("FEW")
    rewritten(path, part_of(path, table), header, b'name="Something else"')
    outcome = refreshed(house, mine)
    assert outcome.state == "written"
    said = [p for p in outcome.problems if p.place.table == table or table in p.line("en")]
    assert said
    assert all(p.mend["zh"] and p.mend["en"] for p in said)
    assert tables(mine)["tblActual"].rows


def test_a_missing_table_is_reported_while_the_others_refresh(house: House, mine: Folder) -> None:
    path = mine.fresh("FEW")
    part = part_of(path, "tblMarket")
    rewritten(path, part, b'"tblMarket"', b'"Other"')
    with zipfile.ZipFile(path) as book:
        headers = set(re.findall(rb' name="([^"]+)"', book.read(part))) - {b"Other"}
    for number, header in enumerate(sorted(headers)):
        rewritten(path, part, b' name="' + header + b'"', b' name="own %d"' % number)
    outcome = refreshed(house, mine)
    assert outcome.state == "written"
    assert any("tblMarket" in p.line("en") for p in outcome.problems)
    assert "tblMarket" not in tables(mine)
    assert tables(mine)["tblActual"].rows


def test_texts_that_look_like_formulas_stay_texts(house: House, mine: Folder) -> None:
    """SKUs, names and notes that start with = + - @ never become a formula."""
    world = start()
    shops = [{**row, "name": text} for row, text in zip(world.shops, NASTY, strict=False)]
    products: list[StartRow] = [
        {**world.products[0], "sku": text, "market": None} for text in NASTY
    ]
    tasks = [{**world.tasks[0], "no": f"N{n}", "what": text} for n, text in enumerate(NASTY)]
    book = replace(
        world, shops=shops, products=[*world.products, *products], tasks=[*world.tasks, *tasks]
    )
    path = build(mine.book("FEW"), "manager", "en", book)
    assert refreshed(house, mine).state == "written"
    found = tables(mine)
    assert set(NASTY) <= {row.value("sku") for row in found["tblProduct"].rows}
    assert set(NASTY) <= {row.value("what") for row in found["tblTask"].rows}
    formulas = [one for xml in sheets(path) for one in re.findall(rb"<f[^>]*>([^<]*)</f>", xml)]
    assert formulas
    assert not {b"1+1", b"+1", b"-1", b"@SUM(A1)", b"SUM(A1)", b'HYPERLINK("x")'} & set(formulas)


def sheets(path: Path) -> list[bytes]:
    with zipfile.ZipFile(path) as book:
        return [book.read(n) for n in book.namelist() if n.startswith("xl/worksheets/sheet")]


def test_an_own_kpi_in_chinese_is_checked_computed_and_shown(house: House, mine: Folder) -> None:
    """Gross sales less twice the discounts: the shop's own facts, at the workbook's fixed rate."""
    world = start()
    own: StartRow = {
        "on": "yes", "us": "yes", "eu": "yes", "metric": "own_less", "name": "Own less",
        "formula": "销售总额 - 2 * 折扣", "unit": "money", "better": "higher",
    }  # fmt: skip
    build(mine.book("FEW"), "manager", "en", replace(world, kpis=[*world.kpis, own]))
    outcome = refreshed(house, mine)
    assert not [p.line("en") for p in outcome.problems if p.level == "error"]
    [row] = [
        row
        for row in tables(mine)["tblActual"].rows
        if [row.value(c) for c in ("period", "scope", "metric")]
        == ["2026-10", "HY-AMZ-DE", "Own less"]
    ]
    wanted = by_hand(row.value("data_until")) * EUR_USD
    assert row.value("value") == pytest.approx(wanted, rel=1e-12)


def by_hand(until: object) -> float:
    assert isinstance(until, date)
    end = date(until.year, until.month, until.day)
    facts = facts_of(WORLD.shop("HY-AMZ-DE"), "amazon.orders").to_pylist()
    october = [fact for fact in facts if date(2026, 10, 1) <= fact["day"] <= end]
    gross = sum(fact["gross_sales"] or 0 for fact in october)
    less = sum(fact["discounts"] or 0 for fact in october)
    assert gross > less > 0
    return float(gross - 2 * less)
