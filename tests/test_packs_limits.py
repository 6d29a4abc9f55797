"""`packs limits`: platform limits of a day, and the rules that a workbook lacks for them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kpi.catalog import shipped
from sheet_templates.build import build
from sheet_templates.shipped_rows import kpi_rows
from sheet_templates.start import BookStart
from sync_service.cli import main
from sync_service.refresh import read
from sync_service.workbooks.xlsx import XlsxPort

SHOP = {
    "shop": "AMZ-US",
    "platform": "amazon",
    "market": "US",
    "currency": "USD",
    "time_zone": "America/New_York",
}


def run(capsys: pytest.CaptureFixture[str], home: Path, *words: str) -> dict[str, Any]:
    assert main(["--home", str(home), "packs", "limits", *words, "--json"]) == 0
    said: dict[str, Any] = json.loads(capsys.readouterr().out)
    return said


def test_the_limits_of_a_day(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    old = run(capsys, tmp_path, "--on", "2024-01-14")["limits"]
    new = run(capsys, tmp_path, "--on", "2024-01-15")["limits"]
    of = "shopee_late_shipment_rate"
    assert [one["value"] for one in old if one["kpi"] == of] == [0.1]
    assert [one["value"] for one in new if one["kpi"] == of] == [0.2]
    assert all(one["link"].startswith("http") for one in new)


def test_proposed_rules_are_added_once_and_switched_off(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    kpis = kpi_rows(shipped(), "en", frozenset({"order_defect_rate"}))
    start = BookStart(shops=(SHOP,), kpis=kpis, settings={"language": "en"})
    path = build(tmp_path / "book.xlsx", "manager", "en", start)
    said = run(capsys, tmp_path, "--book", str(path), "--write")
    assert said["added"] == 1
    book, _, problems = read(XlsxPort(path).read())
    [rule] = [rule for rule in book.rules if rule.metric == "order_defect_rate"]
    assert (rule.on, rule.scope, rule.operator, rule.value) == (False, "AMZ-US", ">=", 0.01)
    assert [p for p in problems if p.place.table == "tblRule"] == []
    assert run(capsys, tmp_path, "--book", str(path), "--write")["added"] == 0


def test_a_card_is_shown_with_the_limits_of_its_platforms(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """The gate of operations is on ODR, and Amazon asks for less than 1 %."""
    words = ("--home", str(tmp_path), "packs", "show", "operations", "--region", "US")
    assert main([*words, "--json"]) == 0
    [card] = json.loads(capsys.readouterr().out)["cards"]
    [limit] = card["platform_limits"]
    assert (limit["kpi"], limit["operator"], limit["value"]) == ("order_defect_rate", "<", 0.01)
    assert main([*words, "--lang", "zh"]) == 0
    said = capsys.readouterr().out
    assert "平台界限 order_defect_rate < 0.01 (亚马逊政策 https://" in said
    assert "15–25 %（未核实" in said
