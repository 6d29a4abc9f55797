"""The company's stage chooses its target set: which lines count, in Python and in the sheet."""

from __future__ import annotations

from pathlib import Path

import pytest

from kpi.book import Book
from kpi.book_checks import check_book
from kpi.book_reading import read_book
from kpi.catalog import shipped
from kpi.contract_rows import rows_of
from kpi.tables import CellValue
from sheet_templates.build import build
from sheet_templates.places import MANAGER_PLACES
from sheet_templates.shipped_rows import kpi_rows
from sheet_templates.start import BookStart, StartRow
from sheet_templates.words import decode, show
from tests.libreoffice import Office
from tests.table_support import table

NAMES = {"acos": "acos", "tacos": "tacos"}
GENERAL, LAUNCH, MATURE, TACOS = (None, 0.3), ("起步", 0.4), ("Mature", 0.2), ("成熟", 0.1)
SET = (GENERAL, LAUNCH, MATURE)


def read(stage: str | None, *lines: tuple[str | None, float], metric: str = "acos") -> Book:
    cells: list[tuple[CellValue, ...]] = [
        (2026.0, "EU", "EU", metric, value, typed) for typed, value in lines
    ]
    columns = "year region scope metric year_total company_stage"
    tables = {"tblTarget": table("tblTarget", "目标", columns, *cells)}
    if stage is not None:
        tables["tblSetting"] = table("tblSetting", "设置", "setting value", ("公司阶段", stage))
    return read_book(tables, decode, NAMES, shipped())


@pytest.mark.parametrize(
    ("stage", "lines", "wanted", "left"),
    [
        pytest.param(None, SET, [0.3], [0.4, 0.2], id="a book without the setting"),
        pytest.param("不分阶段", SET, [0.3], [0.4, 0.2], id="no stage chosen"),
        pytest.param("起步", SET, [0.4], [0.3, 0.2], id="launch"),
        pytest.param("mature", SET, [0.2], [0.3, 0.4], id="mature, by its code"),
        pytest.param("Growth", SET, [0.3], [0.4, 0.2], id="no line of the stage: the general one"),
        pytest.param("Growth", (LAUNCH,), [], [0.4], id="neither"),
        pytest.param("Launch", (("Any", 0.3),), [0.3], [], id="a line for any stage"),
    ],
)
def test_the_lines_in_force(
    stage: str | None,
    lines: tuple[tuple[str | None, float], ...],
    wanted: list[float],
    left: list[float],
) -> None:
    book = read(stage, *lines)
    assert [row.year_total for row in book.targets] == wanted
    assert [row.year_total for row in book.other_stages] == left
    assert not [p for p in book.problems if p.code != "no_month"]


def test_two_lines_of_one_stage_are_doubled_and_those_of_two_are_not() -> None:
    codes = {p.code for p in read("起步", *SET).problems}
    twice = {p.code for p in read("起步", LAUNCH, LAUNCH).problems}
    assert twice - codes == {"duplicate_key"}


def test_a_line_of_a_stage_in_a_book_that_chose_none_is_told() -> None:
    told = [p for p in check_book(read(None, *SET)) if p.code == "stage_not_chosen"]
    [said] = [p.what["en"] for p in told]
    assert said.startswith("The target of EU acos is for one stage of the company")
    assert not [p for p in check_book(read("起步", *SET)) if p.code == "stage_not_chosen"]


def test_another_stage_is_an_edit_of_what_is_signed() -> None:
    """The key of the line stays, its value changes: it waits until it is published."""
    signed, now = (rows_of(read(stage, *SET), shipped()) for stage in ("起步", "成熟"))
    assert signed["tblTarget"].keys() == now["tblTarget"].keys()
    assert [row["year_total"] for row in signed["tblTarget"].values()] == [0.4]
    assert [row["year_total"] for row in now["tblTarget"].values()] == [0.2]
    assert signed["tblSetting"] == now["tblSetting"]


@pytest.mark.parametrize(
    ("stage", "levels", "gap"),
    [
        pytest.param("any", [1, "", 3, ""], 30.0, id="no stage: 100 less 70"),
        pytest.param("launch", ["", 1, 3, ""], 130.0, id="launch: 200 less 70, which is general"),
        pytest.param("mature", [1, "", "", 3], 10.0, id="mature: 100 less 90"),
    ],
)
def test_the_gap_to_the_shops_is_that_of_the_stage_in_libreoffice(
    office: Office, tmp_path: Path, stage: str, levels: list[object], gap: float
) -> None:
    lines = (
        ("EU", 100.0, None),
        ("EU", 200.0, "launch"),
        ("AMZ-DE", 70.0, None),
        ("AMZ-DE", 90.0, "mature"),
    )
    targets: list[StartRow] = [
        {
            "year": 2026.0,
            "region": "EU",
            "scope": scope,
            "metric": "Net sales",
            "year_total": total,
            "currency": "USD",
            "company_stage": show("company_stage", of, "en") if of else None,
        }
        for scope, total, of in lines
    ]
    shops = [{"shop": "AMZ-DE", "platform": "amazon", "market": "DE", "region": "EU"}]
    kpis = kpi_rows(shipped(), "en")
    start = BookStart(targets=targets, shops=shops, kpis=kpis, settings={"company_stage": stage})
    path = build(tmp_path / "stages.xlsx", "manager", "en", start)
    place = MANAGER_PLACES["tblTarget"]
    rows = office.calculate(path)["Targets"][place.row + 1 : place.row + 5]
    assert [row[place.offset("level")] for row in rows] == levels
    assert [row[place.offset("gap")] for row in rows if row[place.offset("gap")] != ""] == [gap]
