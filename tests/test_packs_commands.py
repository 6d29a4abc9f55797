"""Packs on the command line: the library, a card, and cards written into a closed workbook."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from kpi.catalog import shipped
from kpi.model import Region
from kpi.tables import CellValue, ErrorValue
from kpi.typed_rows import WeightRow
from sheet_templates.build import build
from sheet_templates.shipped_rows import kpi_rows
from sheet_templates.start import BookStart
from sync_service.cli import main
from sync_service.console import Exit
from sync_service.refresh import read
from sync_service.workbooks.setting import assignment
from sync_service.workbooks.xlsx import XlsxPort, set_in_copy

LAUNCH = 'stage = "launch"\nhistory_months = 12\nteam_size = 6\ncash_limited = false\n'


def run(capsys: pytest.CaptureFixture[str], home: Path, *words: str) -> tuple[int, dict[str, Any]]:
    code = main(["--home", str(home), *words, "--json"])
    said: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert said["exit"] == code
    return code, said


def weights(path: Path, role: str, region: Region = Region.US) -> dict[str, WeightRow]:
    """The newest line of each KPI of a card."""
    book, _, _ = read(XlsxPort(path).read())
    lines = sorted(book.weights, key=lambda w: w.start)
    return {w.metric: w for w in lines if (w.role, w.region) == (role, region)}


def cells(path: Path, table: str) -> list[dict[str, CellValue | ErrorValue]]:
    """What stands in the rows of a table, its formulas' results aside."""
    found = XlsxPort(path).read().tables[table]
    return [
        {c: cell.value for c, cell in row.cells.items() if not cell.formula} for row in found.rows
    ]


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A new workbook of a manager who has chosen no card."""
    return build(tmp_path / "book.xlsx", "manager", "zh", BookStart(settings={"language": "zh"}))


@pytest.fixture
def given(tmp_path: Path) -> str:
    path = tmp_path / "answers.toml"
    path.write_text(LAUNCH, encoding="utf-8")
    return str(path)


def test_the_library_is_searched_by_role_platform_and_region(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said = run(
        capsys,
        tmp_path,
        *("packs", "list", "--role", "运营", "--region", "US"),
        *("--platform", "shopify"),
    )
    [one] = said["packs"]
    assert (code, one["role"], one["kpis"]) == (Exit.OK, "operations", 12)
    assert (one["result"], one["process"], one["not_delivered"]) == (70, 30, ["buy_box_share"])
    assert set(said["variants"]) == {"electronics", "home_garden", "auto_parts"}


@pytest.mark.parametrize(
    ("platform", "there", "lacking"),
    [
        pytest.param("shopify", "own_store", "shop", id="Shopify: the card of own stores"),
        pytest.param("own_site", "own_store", "shop", id="another own store too"),
        pytest.param("ebay", "shop", "own_store", id="a marketplace: the card of shops"),
    ],
)
def test_the_library_shows_only_cards_made_for_a_platform(
    platform: str, there: str, lacking: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Cards of people suit every platform."""
    _, said = run(capsys, tmp_path, "packs", "list", "--platform", platform)
    roles = [one["role"] for one in said["packs"]]
    assert roles.count(there) == roles.count("operations") == 2
    assert lacking not in roles


def test_a_card_of_own_stores_is_loaded_with_rates_of_its_own(
    book: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nine and eleven lines and one veto; plans are the region's, rates those of own stores."""
    _, said = run(capsys, tmp_path, "packs", "load", str(book), "独立站")
    assert said["added"]["weights"] == 9 + 11 + 1
    found, _, problems = read(XlsxPort(book).read())
    scopes = {(t.region, t.metric): t.scope for t in found.targets}
    assert scopes[Region.EU, "add_to_cart_rate"] == "own_store"
    assert scopes[Region.US, "net_sales"] == "US"
    assert {row["scope"] for row in cells(book, "tblTarget")} == {"US", "EU", "独立站"}
    assert [p.code for p in problems if p.code in ("unknown_scope", "weight_sum")] == []
    code, again = run(capsys, tmp_path, "packs", "load", str(book), "own_store")
    assert (code, again["added"]["weights"], again["targets_kept"]) == (Exit.FOUND, 0, [])


def test_a_rate_that_own_stores_have_otherwise_stays_and_is_told(
    book: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(capsys, tmp_path, "packs", "load", str(book), "own_store", "--region", "US")
    row = next(
        row
        for row in XlsxPort(book).read().tables["tblTarget"].rows
        if row.value("scope") == "独立站" and row.value("metric") == "退货率"
    )
    cell = assignment(f"目标!{row.cells['year_total'].address}=0.05")
    set_in_copy(book, book, [cell], "never")
    words = ("packs", "load", str(book), "own_store", "--region", "US")
    assert main(["--home", str(tmp_path), *words, "--lang", "zh"]) == Exit.FOUND
    assert "目标 US 独立站 return_rate 保持 0.05；建议 0.08" in capsys.readouterr().out


def test_a_card_is_shown_with_what_the_answers_changed(
    tmp_path: Path, given: str, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("packs", "show", "advertising", "--region", "EU", "--answers", given)
    code, said = run(capsys, tmp_path, *words)
    [card] = said["cards"]
    acos = next(item for item in card["items"] if item["kpi"] == "acos")
    assert (code, acos["target"], acos["warn"]) == (Exit.OK, 0.35, "> 0.392")
    assert all(change["why"]["zh"] and change["why"]["en"] for change in card["changes"])


def test_the_newcomers_plan_and_the_agencys_terms_are_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, said = run(capsys, tmp_path, "packs", "show", "newcomer", "--region", "US")
    assert [day for day, _ in said["cards"][0]["stages"]] == [5, 7, 30, 60]
    assert said["cards"][0]["ramp"] == [0, 0.25, 0.5, 0.75, 1]
    _, said = run(capsys, tmp_path, "packs", "show", "agency", "--region", "US")
    assert len(said["cards"][0]["terms"]) == 6


def test_what_differs_between_platforms_is_reported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("packs", "sources", "--platform", "ebay", "--kpi", "unit_session_rate")
    code, said = run(capsys, tmp_path, *words)
    assert (code, said["matrix"][0]["delivery"]) == (Exit.OK, "none")
    assert said["differences"][0]["platform"] == "ebay"


def test_differences_as_a_workbook_defines_its_kpis(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    start = BookStart(settings={"language": "zh"}, kpis=kpi_rows(shipped(), "zh"))
    book = build(tmp_path / "own.xlsx", "manager", "zh", start)
    port = XlsxPort(book, recalculate="never")
    contents = port.read()
    table = contents.tables["tblKpi"]
    [row] = [one for one in table.rows if one.value("metric") == "refund_rate"]
    sheet, cell = table.place(row, "switches")
    port.set([assignment(f"{sheet}!{cell}=日期 下单日")], contents.fingerprint)
    words = ("packs", "sources", "--book", str(book), "--kpi", "refund_rate")
    _, said = run(capsys, tmp_path, *words, "--platform", "amazon", "--platform", "shopify")
    [one] = said["differences"]
    assert one["platform"] == "amazon"
    assert "Units refunded by order day" in one["text"]["en"]
    assert {line["platform"]: line["delivery"] for line in said["matrix"]} == {
        "amazon": "company",
        "shopify": "platform",
    }


def test_a_card_is_written_into_an_empty_book(
    book: Path, tmp_path: Path, given: str, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("packs", "load", str(book), "广告投放", "--region", "US", "--answers", given)
    code, said = run(capsys, tmp_path, *words, "--from", "2026-04-01")
    card = weights(book, "advertising")
    assert (code, said["added"]) == (Exit.OK, {"weights": 8, "targets": 8, "kpis": 8})
    assert sum(w.weight for w in card.values()) == 100
    band = card["ad_budget_used"]
    assert (band.params, band.warn, band.start) == ((0.9, 1.0, 0.3, 0.2), 1.1, date(2026, 4, 1))
    shown = cells(book, "tblWeight")[0]
    assert (shown["role"], shown["metric"], shown["confirmed"]) == ("广告投放", "广告ACoS", "否")
    targets = {row["metric"]: row for row in cells(book, "tblTarget")}
    assert (targets["广告ACoS"]["year_total"], targets["广告ACoS"]["basis"]) == (0.35, "起步值")
    assert targets["广告销售额"]["year_total"] is None  # the own plan is the manager's to fill


def test_a_veto_on_a_kpi_that_is_not_scored_is_a_line_of_no_weight(
    book: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(capsys, tmp_path, "packs", "load", str(book), "operations")
    gate = weights(book, "operations", Region.EU)["listings_removed_compliance"]
    assert (gate.weight, gate.veto, gate.breach, gate.bound) == (0, True, 1, "inclusive")


def test_loading_unchanged_warns_with_the_questions(
    book: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said = run(capsys, tmp_path, "packs", "load", str(book), "purchasing")
    assert (code, "unchanged" in said["warning"]["en"]) == (Exit.FOUND, True)
    assert set(said["questions"]) == {"stage", "history_months", "team_size", "cash_limited"}


def test_what_the_manager_typed_stays_and_new_lines_wait_switched_off(
    tmp_path: Path, given: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A card of two lines of the same day: both keep their weights, the rest comes as off."""
    line: dict[str, CellValue] = {
        "role": "operations",
        "region": "US",
        "on": "yes",
        "start": date(2026, 1, 1),
    }
    mine: tuple[dict[str, CellValue], ...] = (
        {**line, "metric": "net_sales", "weight": 40.0, "method": "ratio_up", "better": "higher"},
        {**line, "metric": "acos", "weight": 60.0, "method": "mirror_down", "better": "lower"},
    )
    goal: dict[str, CellValue] = {
        "year": 2026.0,
        "region": "US",
        "scope": "US",
        "metric": "acos",
        "year_total": 0.19,
    }
    path = build(tmp_path / "mine.xlsx", "manager", "en", BookStart(weights=mine, targets=(goal,)))
    before = cells(path, "tblWeight")
    words = ("packs", "load", str(path), "operations", "--region", "US", "--answers", given)
    code, said = run(capsys, tmp_path, *words, "--from", "2026-01-01")
    after = cells(path, "tblWeight")
    assert (code, said["switched_off"]) == (Exit.FOUND, ["operations US"])
    assert after[:2] == before
    card = weights(path, "operations")
    assert [m for m, w in card.items() if w.on] == ["net_sales", "acos"]
    assert said["targets_kept"] == [
        {"region": "US", "scope": "US", "kpi": "acos", "book": 0.19, "suggested": 0.35}
    ]


def test_a_first_card_grows_by_a_later_one_and_loses_nothing(
    book: Path, tmp_path: Path, given: str, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("packs", "load", str(book), "operations", "--region", "US", "--answers", given)
    run(capsys, tmp_path, *words, "--mode", "starter", "--from", "2026-01-01")
    first = cells(book, "tblWeight")
    assert sum(1 for row in first if row["weight"]) == 5
    run(capsys, tmp_path, *words, "--from", "2026-07-01")
    assert cells(book, "tblWeight")[: len(first)] == first
    card = weights(book, "operations")
    on = {m: w for m, w in card.items() if w.on and w.weight}
    assert (len(on), sum(w.weight for w in on.values())) == (12, 100)


def stage_in(path: Path) -> list[object]:
    """The cell of the setting; 不分阶段 in a new book."""
    return [r["value"] for r in cells(path, "tblSetting") if r["setting"] in STAGE_LABELS]


STAGE_LABELS = ("公司阶段", "Company stage")


@pytest.mark.parametrize(
    ("there", "answers", "stage", "told"),
    [
        pytest.param("any", 'stage = "launch"', "起步", "launch", id="as answered"),
        pytest.param("mature", 'stage = "launch"', "成熟", None, id="what is chosen stays"),
        pytest.param("any", "team_size = 3", "不分阶段", None, id="no answer, no stage"),
    ],
)
def test_the_answered_stage_goes_into_setup(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    there: str,
    answers: str,
    stage: str,
    told: str | None,
) -> None:
    settings: dict[str, CellValue] = {"language": "zh", "company_stage": there}
    path = build(tmp_path / "book.xlsx", "manager", "zh", BookStart(settings=settings))
    given = tmp_path / "answers.toml"
    given.write_text(answers, encoding="utf-8")
    words = ("packs", "load", str(path), "operations", "--region", "US", "--answers", str(given))
    code, said = run(capsys, tmp_path, *words, "--from", "2026-01-01")
    assert (code, said["company_stage"], stage_in(path)) == (Exit.OK, told, [stage])


def test_a_new_version_ends_what_the_pack_does_not_have(
    tmp_path: Path, given: str, capsys: pytest.CaptureFixture[str]
) -> None:
    line: dict[str, CellValue] = {
        "role": "purchasing",
        "region": "US",
        "on": "yes",
        "start": date(2026, 1, 1),
    }
    mine: tuple[dict[str, CellValue], ...] = (
        {**line, "metric": "ipi", "weight": 100.0, "method": "ratio_up", "better": "higher"},
    )
    path = build(tmp_path / "mine.xlsx", "manager", "zh", BookStart(weights=mine))
    words = ("packs", "load", str(path), "purchasing", "--region", "US", "--answers", given)
    run(capsys, tmp_path, *words, "--from", "2026-07-01")
    card = weights(path, "purchasing")
    assert (card["ipi"].on, card["ipi"].start) == (False, date(2026, 7, 1))
    assert sum(w.weight for w in card.values() if w.on) == 100


def test_the_managers_own_name_of_a_kpi_is_kept(
    tmp_path: Path, given: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "named.xlsx"
    run(capsys, tmp_path, "init", str(path), "--pack", "customer_service", "--language", "zh")
    tables = XlsxPort(path).read()
    kpis = tables.tables["tblKpi"]
    row = next(r for r in kpis.rows if r.value("metric") == "acos")
    name = row.cells["name"].address
    XlsxPort(path).set([assignment(f"{kpis.sheet}!{name}=我们的ACoS")], tables.fingerprint)
    words = ("packs", "load", str(path), "advertising", "--region", "US", "--answers", given)
    run(capsys, tmp_path, *words)
    assert "我们的ACoS" in [row["metric"] for row in cells(path, "tblWeight")]


@pytest.mark.parametrize(
    ("words", "mode", "kpis"),
    [
        pytest.param(("--mode", "starter"), "基础", 5, id="a first card with the basic tabs"),
        pytest.param(("--variant", "auto_parts"), "团队", 12, id="a kind of goods"),
        pytest.param(("--mode", "full"), "完整", 12, id="the full tabs"),
    ],
)
def test_init_starts_with_the_cards_asked_for(
    words: tuple[str, ...],
    mode: str,
    kpis: int,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = tmp_path / "new.xlsx"
    code, _ = run(capsys, tmp_path, "init", str(path), "--language", "zh", *words)
    modes = [row["value"] for row in cells(path, "tblSetting") if row["setting"] == "模式"]
    scored = {m for m, w in weights(path, "operations").items() if w.weight}
    assert (code, modes, len(scored)) == (Exit.OK, [mode], kpis)
    assert ("in_stock_rate" in scored) is ("auto_parts" in words)


def test_a_small_team_starts_with_the_basic_tabs(
    tmp_path: Path, given: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "new.xlsx"
    run(capsys, tmp_path, "init", str(path), "--language", "en", "--answers", given)
    modes = [row["value"] for row in cells(path, "tblSetting") if row["setting"] == "Mode"]
    assert modes == ["Basic"]
    assert stage_in(path) == ["Launch"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param(("show", "pilot"), 'no role "pilot"', id="a role nobody knows"),
        pytest.param(
            ("show", "operations", "--answers", "none.toml"), "cannot be read", id="no such file"
        ),
    ],
)
def test_what_cannot_be_is_refused_with_the_mend(
    words: tuple[str, ...], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, told = run(capsys, tmp_path, "--lang", "en", "packs", *words)
    assert (code, said in told["error"]) == (Exit.REFUSED, True)


def test_an_answer_that_cannot_be_read_names_its_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "answers.toml"
    path.write_text('stage = "boom"\n', encoding="utf-8")
    words = ("packs", "show", "operations", "--answers", str(path))
    code, told = run(capsys, tmp_path, "--lang", "en", *words)
    assert (code, told["error"].startswith("answers.toml:")) == (Exit.REFUSED, True)
