"""The tab Needs: the list its formulas propose, the service's column, the lines for Weights."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kpi.model import Language, Region
from kpi.tables import CellValue
from sheet_templates.build import build
from sheet_templates.layout import TABLES
from sheet_templates.need_rows import need_rows
from sheet_templates.places import MANAGER_PLACES
from sheet_templates.shipped_rows import shipped
from sheet_templates.start import BookStart, StartRow
from sync_service.cli import main
from sync_service.console import Exit
from sync_service.refresh import read
from sync_service.workbooks.xlsx import XlsxPort
from tests.libreoffice import Office
from tests.road_support import refresh_book
from tests.sheet_rows import rows_of
from tests.sheets_support import filled
from tests.test_sharing import Opened, house_start, manager
from tests.test_sharing import opened as opened  # noqa: PLC0414  # a fixture is found by its name

TICKED = ("gmv", "refund_rate")
PAIN = "P7"  # compliance tasks of operations, VAT and EPR of compliance


def ticked(
    start: BookStart, language: Language, kpis: tuple[str, ...] = TICKED, pain: str = PAIN
) -> BookStart:
    """The tab as it starts, with some KPIs and one pain point ticked."""
    rows = need_rows(language)
    pains: list[StartRow] = [
        {**row, "here": "yes" if row["no"] == pain else "no"} for row in rows["tblPain"]
    ]
    needs: list[StartRow] = [
        {**row, "watch": "yes" if row["metric"] in kpis else "no"} for row in rows["tblNeed"]
    ]
    tables: Mapping[str, list[StartRow]] = {"tblPain": pains, "tblNeed": needs}
    return replace(start, service={**start.service, **tables})


def line_2(sheets: Any, language: Language) -> str:
    return str(sheets["需求诊断" if language == "zh" else "Needs"][1][0])


# --- formulas -------------------------------------------------------------------------------------

WANTED = {
    "zh": {
        "GMV": ("✓ 勾选", "… 待列入"),
        "退款率": ("✓ 勾选", "… 待列入"),
        "合规任务完成率": ("✓ 痛点 P7", "● 已计分"),
        "VAT申报及时率": ("✓ 痛点 P7", "… 待列入"),
        "EPR合规完成度": ("✓ 痛点 P7", "… 待列入"),
    },
    "en": {
        "Gross merchandise value": ("✓ Ticked", "… To be added"),
        "Refund rate": ("✓ Ticked", "… To be added"),
        "Compliance tasks on time": ("✓ Pain P7", "● Scored"),
        "VAT filed on time": ("✓ Pain P7", "… To be added"),
        "EPR completion": ("✓ Pain P7", "… To be added"),
    },
}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_ticking_adds_to_the_proposed_list_at_once(
    language: Language, office: Office, tmp_path: Path
) -> None:
    """GMV is a sales KPI and no profit KPI is wanted: the list says so."""
    path = build(tmp_path / "n.xlsx", "manager", language, ticked(filled(language), language))
    sheets = office.calculate(path)
    rows = rows_of(sheets, MANAGER_PLACES["tblNeed"], language)
    wanted = {row["metric"]: (row["wanted"], row["weights"]) for row in rows if row["wanted"]}
    assert wanted == WANTED[language]
    said = line_2(sheets, language)
    names = " · ".join(wanted)
    head = f"建议指标 5 项 · {names}。" if language == "zh" else f"Proposed KPIs 5 · {names}."
    assert said.startswith(head)
    assert ("有销售、没有利润" if language == "zh" else "Sales without profit") in said


def test_a_first_list_of_a_small_team_stays_short_and_has_profit_beside_sales(
    office: Office, tmp_path: Path
) -> None:
    """Six KPIs in basic mode are one too many; with a profit KPI among them sales may stay."""
    start = filled("en")
    basic = replace(start, settings={**start.settings, "mode": "basic"})
    kpis = ("gmv", "contribution_profit", "refund_rate")
    path = build(tmp_path / "six.xlsx", "manager", "en", ticked(basic, "en", kpis))
    said = line_2(office.calculate(path), "en")
    assert said.startswith("Proposed KPIs 6 ")
    assert "Begin with 5 or fewer" in said
    assert "Sales without profit" not in said
    path = build(tmp_path / "five.xlsx", "manager", "en", ticked(basic, "en", kpis[1:]))
    assert "Begin with" not in line_2(office.calculate(path), "en")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_nothing_is_ticked_at_the_start(language: Language, office: Office, tmp_path: Path) -> None:
    path = build(tmp_path / "n.xlsx", "manager", language)
    book, _, _ = read(XlsxPort(path).read())
    assert book.needs == ()
    shown = line_2(office.calculate(path), language)
    assert shown == line_2(office.calculate(path, recalculate=False), language)
    assert shown.startswith("选“是”" if language == "zh" else "Say Yes")


def test_what_the_tab_starts_with_is_whole() -> None:
    """Each KPI exists, each pain number is in the table, and both languages have each text."""
    zh, en = need_rows("zh"), need_rows("en")
    for table, rows in zh.items():
        assert len(rows) == len(en[table])
        assert all(set(row) <= {c.code for c in TABLES[table].columns} for row in rows)
        keys = [tuple(row[code] for code in TABLES[table].key) for row in rows]
        assert len(set(keys)) == len(keys)
    numbers = {row["no"] for row in zh["tblPain"]}
    assert {row["pain"] for row in zh["tblNeed"]} <= numbers | {None}
    assert {row["metric"] for row in zh["tblNeed"]} <= {row["metric"] for row in shipped_kpis()}


def shipped_kpis() -> list[StartRow]:
    return list(shipped("manager", "en").kpis)


# --- lines for Weights ----------------------------------------------------------------------------


def run(capsys: pytest.CaptureFixture[str], home: Path, *words: str) -> dict[str, Any]:
    assert main(["--home", str(home), "packs", "propose", *words, "--json"]) == Exit.OK
    said: dict[str, Any] = json.loads(capsys.readouterr().out)
    return said


def lines(path: Path, table: str) -> list[dict[str, CellValue]]:
    rows = XlsxPort(path).read().tables[table].rows
    return [
        {code: cell.value for code, cell in row.cells.items() if not cell.formula}  # type: ignore[misc]
        for row in rows
    ]


def test_lines_are_proposed_then_written_switched_off_and_nothing_else_changes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The operations pack has compliance tasks in both regions already: eight are left.

    A card of compliance that is wholly off scores nobody, so its sum is no fault.
    """
    path = build(tmp_path / "n.xlsx", "manager", "zh", ticked(shipped("manager", "zh"), "zh"))
    before, targets = lines(path, "tblWeight"), lines(path, "tblTarget")
    asked = run(capsys, tmp_path, str(path))
    found = {(one["role"], one["region"], one["kpi"]): one["weight"] for one in asked["proposed"]}
    assert found == {
        ("operations", "US", "gmv"): 5.0,
        ("operations", "EU", "gmv"): 5.0,
        ("operations", "US", "refund_rate"): 5.0,
        ("operations", "EU", "refund_rate"): 5.0,
        ("compliance", "US", "vat_on_time_rate"): 5.0,
        ("compliance", "EU", "vat_on_time_rate"): 25.0,
        ("compliance", "US", "epr_completion_rate"): 5.0,
        ("compliance", "EU", "epr_completion_rate"): 30.0,
    }
    assert lines(path, "tblWeight") == before
    done = run(capsys, tmp_path, str(path), "--write", "--from", "2026-03-01")
    assert done["added"]["weights"] == 8
    after = lines(path, "tblWeight")
    assert after[: len(before)] == before
    assert {(row["on"], row["confirmed"]) for row in after[len(before) :]} == {("否", "否")}
    assert lines(path, "tblTarget")[: len(targets)] == targets
    book, _, problems = read(XlsxPort(path).read())
    refund = next(w for w in book.weights if (w.metric, w.region) == ("refund_rate", Region.EU))
    assert (refund.on, refund.weight, refund.method, refund.better) == (
        *(False, 5.0, "mirror_down", "lower"),
    )
    assert [p.code for p in problems if p.place.table == "tblWeight"] == []
    again = run(capsys, tmp_path, str(path), "--write")
    assert (again["proposed"], again["added"]["weights"]) == ([], 0)


def test_the_words_of_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = build(tmp_path / "n.xlsx", "manager", "zh", ticked(shipped("manager", "zh"), "zh"))
    words = ("--home", str(tmp_path), "packs", "propose", str(path))
    for more, said in (
        ((), "加 --write 写入权重页，不启用。"),
        (("--write",), "已加入 权重 8 行（未启用）"),
        ((), "没有新的建议"),
    ):
        assert main([*words, *more, "--lang", "zh"]) == Exit.OK
        assert said in capsys.readouterr().out


def test_a_refresh_says_beside_each_line_what_it_would_add(opened: Opened, tmp_path: Path) -> None:
    """The sandbox company scores GMV nowhere, and its compliance tasks in the EU alone."""
    path = manager(tmp_path, ticked(house_start(), "en"), "needs.xlsx")
    refresh_book(opened.house, path, "never")
    said = {(row["metric"], row["role"]): row["proposal"] for row in lines(path, "tblNeed")}
    assert said["Gross merchandise value", "Operations"] == "US 5 · EU 5"
    assert said["Compliance tasks on time", "Operations"] == "US 5"
    assert said["EPR completion", "Compliance"] == "US 5 · EU 30"
    assert said["Net sales", "Operations"] is None
    book, _, _ = read(XlsxPort(path).read())
    assert {w.metric for w in book.weights if w.role == "compliance"} == set()
