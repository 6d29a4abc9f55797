"""One wrong cell of a workbook is one Problem with tab, cell and mend; the rest still counts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pytest

from kpi.book import Book
from kpi.errors import Problem
from kpi.model import Language
from kpi.tables import CellValue, Row, Table
from sheet_templates.build import build
from sheet_templates.start import StartRow
from sync_service.refresh import read
from sync_service.workbooks.areas import position
from sync_service.workbooks.setting import Assignment
from sync_service.workbooks.xlsx import XlsxPort, set_in_copy
from tests.road_support import COMPANIES, Folder
from tests.test_road_definitions import own_kpi, problems, started

OCT_1, OCT_9 = date(2026, 10, 1), date(2026, 10, 9)


@dataclass(frozen=True, slots=True)
class Original:
    """A book without a fault, and its tables as read."""

    path: Path
    tables: Mapping[str, Table]

    def changed(self, out: Path, cells: Mapping[tuple[str, int, str], CellValue]) -> Path:
        """A copy with cells set: (table, row counted from 0, column) -> value."""
        wanted = [self._cell(*at, value) for at, value in cells.items()]
        set_in_copy(self.path, out, wanted, "never")
        return out

    def _cell(self, name: str, number: int, column: str, value: CellValue) -> Assignment:
        table = self.tables[name]
        place = position(table.rows[number].cells[column].address)
        assert place is not None
        return Assignment(table.sheet, *place, value)

    def row(self, name: str, number: int) -> Row:
        return self.tables[name].rows[number]


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Original:
    path = tmp_path_factory.mktemp("checks") / "good.xlsx"
    build(path, "manager", "en", started(lambda start: start))
    return Original(path, XlsxPort(path).read().tables)


def found_in(path: Path) -> tuple[Book, list[Problem]]:
    contents = XlsxPort(path).read()
    book, _, found = read(contents)
    return book, [*contents.problems, *found]


def setting(original: Original, name: str) -> int:
    """The row of a setting, by its English name."""
    rows = original.tables["tblSetting"].rows
    return next(n for n, row in enumerate(rows) if row.value("setting") == name)


SETTINGS = [
    pytest.param("Month", "2026-13", "not_a_month", id="a thirteenth month"),
    pytest.param("Month", "Oct 2026", "not_a_month", id="a month in words"),
    pytest.param("Month", 202610.0, "not_a_month", id="a month as a number"),
    pytest.param("Month", None, "no_month", id="no month"),
    pytest.param("Language", "zzz", "unknown_word", id="a language that is not there"),
    pytest.param("Report currency", "zzz", "unknown_currency", id="a currency without rates"),
    pytest.param("Mode", "zzz", "unknown_word", id="a mode that is not there"),
    pytest.param("Purpose", "zzz", "unknown_word", id="a purpose that is not there"),
    pytest.param("Time zone", "zzz", "unknown_zone", id="a zone that is not there"),
    pytest.param("Minimum coverage", 70.0, "out_of_range", id="7,000 % of coverage"),
    pytest.param("Item cap", -1.0, "out_of_range", id="a cap below nothing"),
    pytest.param("Closing day", 45.0, "out_of_range", id="the 45th of a month"),
    pytest.param("Fixed rate EUR→USD", -1.08, "out_of_range", id="a rate below nothing"),
]


@pytest.mark.parametrize(("name", "value", "code"), SETTINGS)
def test_a_wrong_setting_is_one_problem_and_its_default_counts(
    name: str, value: CellValue, code: str, good: Original, tmp_path: Path
) -> None:
    at = ("tblSetting", setting(good, name), "value")
    book, found = found_in(good.changed(tmp_path / "bad.xlsx", {at: value}))
    told(found, code, good, *at)
    assert book.settings.currency == "USD"
    assert len(book.targets) == len(good.tables["tblTarget"].rows)


def told(
    found: list[Problem], code: str, good: Original, table: str, row: int, column: str
) -> None:
    """Exactly this one Problem, at this cell, in both languages."""
    cell = good.row(table, row).cells[column].address
    assert [(p.code, p.place.sheet, p.place.cell, p.place.table) for p in found] == [
        (code, good.tables[table].sheet, cell, table)
    ]
    (one,) = found
    assert re.search(r"[一-鿿]", one.what["zh"]) or "早于" in one.what["zh"]
    assert re.search(r"[一-鿿]", one.mend["zh"])
    assert not re.search(r"[一-鿿]", one.what["en"] + one.mend["en"])
    assert '"?"' not in one.line("en")


CELLS = [
    pytest.param("tblTarget", "region", "USA", "region_word", id="a region in another word"),
    pytest.param("tblTarget", "region", "Asia", "unknown_word", id="a region that is not there"),
    pytest.param("tblTarget", "year", 20226.0, "not_a_year", id="a year of five digits"),
    pytest.param("tblTarget", "year", 2026.5, "not_a_year", id="half a year"),
    pytest.param("tblTarget", "year", None, "empty", id="no year"),
    pytest.param("tblTarget", "owner", "NOBODY", "unknown_person", id="an owner nobody knows"),
    pytest.param("tblTarget", "basis", "guess", "unknown_word", id="a basis that is not there"),
    pytest.param("tblTarget", "m10", 1e308, "too_large", id="a target beyond any business"),
    pytest.param("tblTarget", "m10", "1e400", "too_large", id="the same as text"),
    pytest.param("tblTarget", "m10", "nan", "not_a_number", id="nan as text"),
    pytest.param("tblTarget", "m10", -5.0, "negative_target", id="negative net sales"),
    pytest.param("tblTarget", "scope", "AMZ-XX", "unknown_scope", id="a scope nobody knows"),
    pytest.param("tblTarget", "owner", None, "target_without_owner", id="no owner"),
    pytest.param("tblTarget", "metric", "qqqqqq", "strange_kpi", id="a KPI like no other"),
    pytest.param("tblShop", "market", "XX", "unknown_word", id="a market that is not there"),
    pytest.param("tblShop", "closed", date(2020, 1, 1), "dates_crossed", id="closed before opened"),
    pytest.param("tblShop", "shop", None, "empty", id="a shop without its code"),
    pytest.param("tblShop", "owner", "NOBODY", "unknown_owner", id="a shop's owner nobody knows"),
    pytest.param("tblShop", "logistics", "mule", "unknown_word", id="logistics not in the list"),
    pytest.param("tblPeople", "us_share", 1.5, "out_of_range", id="150 % from the US"),
    pytest.param("tblPeople", "us_share", -1.0, "out_of_range", id="less than nothing from the US"),
    pytest.param("tblPeople", "manager", "NOBODY", "unknown_person", id="a manager nobody knows"),
    pytest.param("tblPeople", "end", date(2020, 1, 1), "dates_crossed", id="left before coming"),
    pytest.param("tblPeople", "person", None, "empty", id="a person without a code"),
    pytest.param("tblRule", "scope", "AMZ-XX", "unknown_rule_scope", id="a rule of nothing"),
    pytest.param("tblRule", "rule", None, "empty", id="a rule without a name"),
    pytest.param("tblInput", "measure", "zzzzzz", "strange_measure", id="a measure like no other"),
    pytest.param("tblInput", "measure", "overheat", "unknown_measure", id="nearly a measure"),
    pytest.param("tblInput", "measure", "ACoS", "not_typed", id="a KPI where a measure is due"),
    pytest.param("tblWeight", "floor", 130.0, "cap_below_floor", id="the cap below the floor"),
    pytest.param("tblWeight", "cap", 5000.0, "out_of_range", id="a cap beyond scoring"),
    pytest.param("tblWeight", "warn", 95.0, "not_a_fraction", id="9,500 % where 0.95 was meant"),
    pytest.param("tblWeight", "breach", 0.99, "breach_above_warn", id="breach the better limit"),
    pytest.param("tblWeight", "better", "zzz", "unknown_word", id="a direction that is not there"),
    pytest.param("tblTask", "owner", "NOBODY", "unknown_person", id="a task nobody known owns"),
]  # fmt: skip


@pytest.mark.parametrize(("table", "column", "value", "code"), CELLS)
def test_a_wrong_cell_is_one_problem_however_often_its_row_is_named(
    table: str, column: str, value: CellValue, code: str, good: Original, tmp_path: Path
) -> None:
    at = (table, 0, column)
    _, found = found_in(good.changed(tmp_path / "bad.xlsx", {at: value}))
    told(found, code, good, *at)


def test_lower_is_better_wants_the_breach_above(good: Original, tmp_path: Path) -> None:
    rows = good.tables["tblWeight"].rows
    row = next(n for n, r in enumerate(rows) if r.value("better") == "Lower")
    at = ("tblWeight", row, "breach")
    _, found = found_in(good.changed(tmp_path / "bad.xlsx", {at: 0.001}))
    told(found, "breach_below_warn", good, *at)


def test_a_profit_may_be_planned_below_zero(good: Original, tmp_path: Path) -> None:
    rows = good.tables["tblTarget"].rows
    row = next(n for n, r in enumerate(rows) if "ontribution" in str(r.value("metric")))
    _, found = found_in(good.changed(tmp_path / "b.xlsx", {("tblTarget", row, "m10"): -5.0}))
    assert found == []


@pytest.mark.parametrize(
    ("formula", "codes"),
    [
        pytest.param("ad_sales - ad_spend", [], id="it takes something off"),
        pytest.param("-ad_spend", [], id="it turns the sign"),
        pytest.param("ad_sales + ad_spend", ["negative_target"], id="it cannot be negative"),
    ],
)
def test_an_own_kpi_may_be_negative_as_its_formula_says(
    formula: str, codes: list[str], tmp_path: Path
) -> None:
    start = started(lambda s: s)
    plan = {**start.targets[0], "metric": "own_a", "m10": -5.0, "year_total": None}
    own = replace(
        start, kpis=[*start.kpis, own_kpi("own_a", formula)], targets=[*start.targets, plan]
    )
    assert [p.code for p in problems(own, tmp_path / "own.xlsx")] == codes


@pytest.mark.parametrize(
    "cells",
    [
        pytest.param({"weight": -5.0}, id="a line with a negative weight"),
        pytest.param({"role": "zzz"}, id="a line of no known role"),
        pytest.param({"role": None, "region": None, "metric": None, "start": None}, id="no key"),
    ],
)
def test_the_sum_of_a_card_with_a_line_left_out_is_not_told_too(
    cells: Mapping[str, CellValue], good: Original, tmp_path: Path
) -> None:
    changes = {("tblWeight", 0, column): value for column, value in cells.items()}
    _, found = found_in(good.changed(tmp_path / "bad.xlsx", changes))
    assert len(found) == 1
    assert found[0].place.table == "tblWeight"


@pytest.mark.parametrize(
    ("table", "line", "cell", "code"),
    [
        ("assignments", {"share": 40.0}, "D5", "out_of_range"),
        ("assignments", {"start": OCT_9, "end": OCT_1}, "F5", "dates_crossed"),
        ("points", {"month": "10/2026"}, "B5", "not_a_month"),
        ("points", {"month": None}, "B5", "empty"),
    ],
)  # fmt: skip
def test_a_wrong_cell_of_a_table_that_the_demo_leaves_empty(
    table: str, line: StartRow, cell: str, code: str, tmp_path: Path
) -> None:
    start = started(lambda s: s)
    shop, person = start.shops[0]["shop"], start.people[0]["person"]
    row = {"shop": shop, "person": person, "no": "1", "month": "2026-10", "points": 1.0, **line}
    book = replace(start, **{table: [row]})  # type: ignore[arg-type]  # a table of the start
    (one,) = problems(book, tmp_path / "bad.xlsx")
    assert (one.code, one.place.cell) == (code, cell)


def test_a_circle_of_managers_is_named_once(good: Original, tmp_path: Path) -> None:
    people = [str(row.value("person")) for row in good.tables["tblPeople"].rows]
    first, second = people[0], people[1]
    cells: dict[tuple[str, int, str], CellValue] = {
        ("tblPeople", 0, "manager"): second,
        ("tblPeople", 1, "manager"): first,
    }
    book, found = found_in(good.changed(tmp_path / "bad.xlsx", cells))
    told(found, "manager_circle", good, "tblPeople", 0, "manager")
    assert f"{first} → {second} → {first}" in found[0].what["en"]
    assert len(book.people) == len(people)


def test_the_rows_around_a_wrong_one_are_read(good: Original, tmp_path: Path) -> None:
    cells: dict[tuple[str, int, str], CellValue] = {
        ("tblTarget", 0, "year"): 20226.0,
        ("tblShop", 0, "shop"): None,
        ("tblTarget", 1, "basis"): "guess",
    }
    book, found = found_in(good.changed(tmp_path / "bad.xlsx", cells))
    assert sorted(p.code for p in found) == ["empty", "not_a_year", "unknown_word"]
    assert len(book.targets) == len(good.tables["tblTarget"].rows) - 1
    assert len(book.shops) == len(good.tables["tblShop"].rows) - 1
    assert len(book.rules) == len(good.tables["tblRule"].rows)


def test_a_measure_is_read_by_each_of_its_names(good: Original, tmp_path: Path) -> None:
    """订单数 is also the name of a KPI; typed by hand it is the measure."""
    at = ("tblInput", 0, "measure")
    book, found = found_in(good.changed(tmp_path / "ok.xlsx", {at: "订单数"}))
    assert found == []
    assert book.inputs[0].measure == "orders_count"


@pytest.mark.parametrize("edition", ["manager", "partner"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_shipped_workbook_has_no_problem(
    edition: str, language: Language, tmp_path: Path
) -> None:
    _, found = found_in(build(tmp_path / "new.xlsx", edition, language))  # type: ignore[arg-type]  # a literal
    assert found == []


@pytest.mark.parametrize("company", COMPANIES)
def test_a_book_of_the_demo_has_no_problem(company: str, tmp_path: Path) -> None:
    _, found = found_in(Folder(tmp_path).fresh(company))
    assert found == []
