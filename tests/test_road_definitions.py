"""Bad definitions: one problem with tab, cell and mend each; the rest of the book goes on."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from kpi.errors import Problem
from kpi.tables import CellValue
from sheet_templates.build import build
from sheet_templates.start import BookStart, StartRow
from sync_service.cli import main
from sync_service.console import Exit
from sync_service.refresh import read
from sync_service.sandbox.books import book_start
from sync_service.workbooks.xlsx import XlsxPort
from tests.road_support import COMPANIES

Change = Callable[[BookStart], BookStart]


def started(change: Change) -> BookStart:
    world, company, language = COMPANIES["FEW"]
    return change(book_start(world, company, language))


def target(**cells: CellValue) -> Change:
    """The first target with other cells."""
    return lambda b: replace(b, targets=[{**b.targets[0], **cells}, *b.targets[1:]])


def own_kpi(code: str, formula: str) -> StartRow:
    texts = {"metric": code, "name": f"own {code}", "formula": formula}
    return {"on": "yes", "us": "yes", "eu": "yes", "unit": "money", "better": "higher", **texts}


CASES: list[tuple[str, str, str, Change]] = [
    (
        "a KPI that nobody knows",
        "unknown_kpi",
        "tblTarget",
        target(metric="net_saels"),
    ),
    (
        "the same target twice",
        "duplicate_key",
        "tblTarget",
        lambda b: replace(b, targets=[*b.targets, b.targets[0]]),
    ),
    (
        "weights that add up to 105",
        "weight_sum",
        "tblWeight",
        lambda b: replace(b, weights=[{**b.weights[0], "weight": 25.0}, *b.weights[1:]]),
    ),
    (
        "a target without an owner",
        "target_without_owner",
        "tblTarget",
        target(owner=None),
    ),
    (
        "a currency that does not exist",
        "unknown_currency",
        "tblTarget",
        target(currency="EUX"),
    ),
    (
        "a shop's currency that does not exist, though 18 other rows name the shop",
        "unknown_currency",
        "tblShop",
        lambda b: replace(b, shops=[{**b.shops[0], "currency": "EUX"}, *b.shops[1:]]),
    ),
    (
        "text in a number cell",
        "not_a_number",
        "tblTarget",
        target(m10="about 5k"),
    ),
]


@pytest.mark.parametrize(
    ("code", "table", "change"), [pytest.param(*case[1:], id=case[0]) for case in CASES]
)
def test_a_bad_definition_is_one_problem_with_its_cell(
    code: str, table: str, change: Change, tmp_path: Path
) -> None:
    found = problems(started(change), tmp_path / "bad.xlsx")
    assert [p.code for p in found] == [code]
    [one] = found
    assert one.place.table == table
    assert one.place.sheet
    assert re.fullmatch(r"[A-Z]+\d+", one.place.cell or "")
    assert all(one.what[language] and one.mend[language] for language in ("zh", "en"))
    assert re.search(r"[一-鿿]", one.what["zh"])
    assert not re.search(r"[一-鿿]", one.what["en"])


def problems(start: BookStart, path: Path) -> list[Problem]:
    contents = XlsxPort(build(path, "manager", "en", start)).read()
    book, _, found = read(contents)
    assert len(book.shops) >= 1
    return [*contents.problems, *found]


def test_own_kpis_in_a_circle_are_named(tmp_path: Path) -> None:
    start = started(lambda start: start)
    own = [own_kpi("own_a", "own_b + 1"), own_kpi("own_b", "own_a + 1")]
    found = problems(replace(start, kpis=[*start.kpis, *own]), tmp_path / "circle.xlsx")
    assert found
    assert {p.place.table for p in found} == {"tblKpi"}
    assert all(p.place.cell for p in found)


def test_the_unharmed_book_has_no_problem(tmp_path: Path) -> None:
    assert not problems(started(lambda start: start), tmp_path / "good.xlsx")


def test_check_gives_the_problems_to_scripts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    start = started(target(m10="about 5k"))
    path = build(tmp_path / "bad.xlsx", "manager", "en", start)
    code = main(["--home", str(tmp_path / "data"), "check", str(path), "--json"])
    said = json.loads(capsys.readouterr().out)
    assert (code, said["exit"]) == (Exit.FOUND, Exit.FOUND)
    assert [p["code"] for p in said["problems"]] == ["not_a_number"]
    assert said["problems"][0]["cell"]
