"""LibreOffice recalculates a filled workbook; scores, totals and status equal the service's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kpi.methods import filled as filled_params
from kpi.model import Better
from kpi.numbers import R
from kpi.scoring import (
    CardItem,
    adjusted,
    attainment,
    card_total,
    combined,
    grade_of,
    item_score,
    status_of_item,
)
from kpi.tables import ErrorValue
from kpi.typed_rows import Bound
from sheet_templates import words
from sheet_templates.build import build
from sheet_templates.layout import Language
from sheet_templates.places import MANAGER_PLACES, PARTNER_PLACES
from tests.libreoffice import NA, CellError, Office, Sheets
from tests.sheet_rows import rows_of
from tests.sheets_support import PEOPLE, filled

LANGUAGES: tuple[Language, ...] = ("zh", "en")


@pytest.fixture(scope="module", params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> Language:
    found: Language = request.param
    return found


@pytest.fixture(scope="module")
def calculated(
    language: Language, office: Office, tmp_path_factory: pytest.TempPathFactory
) -> Sheets:
    path = tmp_path_factory.mktemp("book") / "filled.xlsx"
    return office.calculate(build(path, "manager", language, filled(language)))


def table(sheets: Sheets, name: str, language: Language) -> list[dict[str, Any]]:
    """The rows of a table as LibreOffice calculates them, by column code."""
    return rows_of(sheets, MANAGER_PLACES[name], language)


def known(value: object) -> float | None:
    return None if isinstance(value, CellError | ErrorValue) or value is None else float(str(value))


def expected(row: Mapping[str, Any]) -> dict[str, Any]:
    """What the service scores for a row as it was written."""
    due = R(row["target"] * row["due_share"])
    counted = known(row["counted"])
    better = Better(row["better"])
    params = filled_params(row["method"], tuple(row[f"p{n}"] for n in (1, 2, 3, 4)), better, due)
    shade = status_of_item(
        counted,
        due,
        better,
        row["warn"],
        row["breach"],
        Bound(row["bound"]),
        additive=row["target_basis"] == "linear",
    )
    return {
        "due": due,
        "attainment": attainment(counted, due, better, row["method"]),
        "score": item_score(row["method"], counted, due, params, row["cap"], row["floor"]),
        "status": shade.value,
    }


def test_every_item_equals_the_service_to_the_last_bit(
    calculated: Sheets, language: Language
) -> None:
    written = {row["item"]: row for row in filled(language).service["tblScore"]}
    rows = table(calculated, "tblScore", language)
    assert len(rows) == len(written) == 130
    for row in rows:
        want = expected(written[row["item"]])
        for code in ("due", "attainment", "score"):
            assert row[code] == (NA if want[code] is None else want[code]), (row["item"], code)
        assert row["status"] == words.show("status", want["status"], language), row["item"]


def cards(language: Language) -> dict[tuple[str, str], list[Mapping[str, Any]]]:
    found: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for row in filled(language).service["tblScore"]:
        found.setdefault((str(row["person"]), str(row["region"])), []).append(row)
    return found


def test_shares_points_and_totals_equal_the_service(calculated: Sheets, language: Language) -> None:
    rows = {row["item"]: row for row in table(calculated, "tblScore", language)}
    team = {row["person"]: row for row in table(calculated, "tblTeam", language)}
    for (person, region), items in cards(language).items():
        scored = [CardItem(r["metric"], r["weight"], expected(r)["score"]) for r in items]
        total = card_total(scored)
        assert [rows[r["item"]]["share"] for r in items] == list(total.shares)
        assert [rows[r["item"]]["points"] for r in items] == list(total.points)
        assert team[person]["us_score" if region == "US" else "eu_score"] == total.total


def test_a_persons_total_grade_and_coefficient_equal_the_service(
    calculated: Sheets, language: Language
) -> None:
    by_card = cards(language)
    applied = {"OPS2": (3.0,), "OPS3": (-2.0,)}
    shares = {person: share for person, _, _, share, _ in PEOPLE}
    for row in table(calculated, "tblTeam", language):
        person = row["person"]
        us, eu = (
            card_total(
                [
                    CardItem(r["metric"], r["weight"], expected(r)["score"])
                    for r in by_card[person, region]
                ]
            ).total
            for region in ("US", "EU")
        )
        total = adjusted(combined(us, eu, shares[person]), applied.get(person, ()))
        grade = grade_of(total)
        assert grade is not None
        assert (row["total"], row["grade"], row["coefficient"]) == (
            total,
            grade.name,
            grade.coefficient,
        )


def test_the_card_page_shows_the_lines_of_its_three_dropdowns(
    calculated: Sheets, language: Language
) -> None:
    page = calculated["记分卡" if language == "zh" else "Card"]
    rows = [
        r
        for r in table(calculated, "tblScore", language)
        if (r["person"], r["region"]) == ("OPS2", "EU")
    ]
    for line, row in zip(page[6:20], rows, strict=True):
        assert line[0] == row["line"]
        assert [line[1], *line[3:10]] == [
            row[c]
            for c in (
                "metric",
                "weight",
                "target",
                "due",
                "actual",
                "attainment",
                "score",
                "points",
            )
        ]
    assert page[20][:12] == [""] * 12  # fourteen lines, two stay empty


def test_what_if_columns_answer_at_once(language: Language, office: Office, tmp_path: Path) -> None:
    """Net sales of OPS2 EU: with the target halved, the score is capped at 120."""
    start = filled(language)
    tried = [
        {**row, "try_target": 160_000.0, "try_weight": 30.0}
        if row["item"] == "2026-10｜OPS2｜EU｜net_sales"
        else row
        for row in start.service["tblScore"]
    ]
    changed = type(start)(
        people=start.people,
        kpis=start.kpis,
        settings=start.settings,
        service={"tblScore": tried},
    )
    sheets = office.calculate(build(tmp_path / "try.xlsx", "manager", language, changed))
    rows = [
        r
        for r in table(sheets, "tblScore", language)
        if (r["person"], r["region"]) == ("OPS2", "EU")
    ]
    first = rows[0]
    assert (first["try_score"], first["score"] < 120) == (120.0, True)
    usable = sum(r["usable"] for r in rows)
    weight = round(30 / (usable + 10) * 100, 9)
    assert first["try_points"] == pytest.approx(weight * 1.2, abs=1e-9)


def test_weights_row_two_shows_each_card(calculated: Sheets, language: Language) -> None:
    text = calculated["权重" if language == "zh" else "Weights"][1][0]
    want = (
        "运营 US 100 ✓ · 结果 70 ✓ · 过程 30 ✓ · 利润项 ✓"
        if language == "zh"
        else "Operations US 100 ✓ · Result 70 ✓ · Process 30 ✓ · Profit item ✓"
    )
    assert str(text).startswith(want)
    assert str(text).count(" ✓ ·") >= 6


def test_tasks_targets_shops_and_setup_by_hand(calculated: Sheets, language: Language) -> None:
    """Today is 22 October, so due on the 19th is 3 days late; the US gap is region less shops."""
    tasks = {r["no"]: r for r in table(calculated, "tblTask", language)}
    show = {
        code: words.show("task_status", code, language) for code in ("late", "soon", "done", "open")
    }
    assert (tasks["T-02"]["days_left"], tasks["T-02"]["status"]) == (-3.0, show["late"])
    assert (tasks["T-03"]["days_left"], tasks["T-03"]["status"]) == (4.0, show["soon"])
    assert (tasks["T-05"]["days_left"], tasks["T-05"]["status"]) == ("", show["done"])
    assert tasks["T-01"]["status"] == show["open"]
    targets = table(calculated, "tblTarget", language)
    shops = sum(r["total"] for r in targets if r["level"] == 3 and r["region"] == "US")
    assert targets[0]["gap"] == 9_480_000 - shops
    states = {r["shop"]: r["status"] for r in table(calculated, "tblShop", language)}
    assert states["AMZ-IT"] == words.show("status", "breach", language)
    assert states["AMZ-FR"] == words.show("status", "warn", language)
    setup = calculated["设置" if language == "zh" else "Setup"]
    assert setup[12][1] == "7/7"


def test_reconciliation_is_green_within_half_a_percent(
    calculated: Sheets, language: Language
) -> None:
    """60,110 typed and 57,903 here differ by 3.7 %; 399,120.5 and 399,001.2 by 0.03 %."""
    signs = {r["shop"]: str(r["status"])[0] for r in table(calculated, "tblReconcile", language)}
    assert signs == {"AMZ-US": "●", "AMZ-DE": "●", "AMZ-IT": "■", "AMZ-FR": "○"}


def test_no_cell_has_an_error_other_than_unknown(calculated: Sheets) -> None:
    assert not _errors(calculated)


@pytest.mark.parametrize("edition", ["manager", "partner"])
def test_an_empty_book_has_no_error_at_all(
    edition: Any, language: Language, office: Office, tmp_path: Path
) -> None:
    sheets = office.calculate(build(tmp_path / "empty.xlsx", edition, language))
    stored = {"自检", "Self-check"}  # its cases of unknown values are #N/A on purpose
    pages = (rows for title, rows in sheets.items() if title not in stored)
    assert not [c for rows in pages for row in rows for c in row if isinstance(c, CellError)]


def _errors(sheets: Sheets) -> list[tuple[str, int, int, object]]:
    return [
        (title, r, c, cell)
        for title, rows in sheets.items()
        for r, row in enumerate(rows)
        for c, cell in enumerate(row)
        if (isinstance(cell, CellError) and cell != NA)
        or (isinstance(cell, str) and cell.startswith(("Err:", "#NAME", "#REF", "#VALUE")))
    ]


def test_the_partner_book_scores_the_same(
    language: Language, office: Office, tmp_path: Path
) -> None:
    sheets = office.calculate(build(tmp_path / "p.xlsx", "partner", language, filled(language)))
    assert not _errors(sheets)
    place = PARTNER_PLACES["tblScore"]
    rows = sheets[place.sheet.title(language)][place.row + 1 :]
    written = filled(language).service["tblScore"]
    score = place.offset("score")
    assert [r[score] for r in rows[: len(written)]] == [
        NA if (s := expected(w)["score"]) is None else s for w in written
    ]


@pytest.mark.parametrize("edition", ["manager", "partner"])
def test_an_item_that_blocks_without_data_withholds_the_total(
    edition: Any, language: Language, office: Office, tmp_path: Path
) -> None:
    """OPS1 EU lacks a value that it must have. OPS2 has that policy where nothing is missing.

    OPS3 has it on an item that does not apply to it. All cards are covered well enough.
    """
    asked = {
        "2026-10｜OPS1｜EU｜local_return_warehouse_usage": {"missing": "block"},
        "2026-10｜OPS2｜EU｜net_sales": {"missing": "block"},
        "2026-10｜OPS3｜EU｜local_return_warehouse_usage": {
            "missing": "block",
            "data_state": "not_applicable",
        },
    }
    start = filled(language)
    rows = [{**row, **asked.get(str(row["item"]), {})} for row in start.service["tblScore"]]
    card = {"person": "OPS1", "region": "EU", "month": "2026-10"}
    changed = replace(start, card=card, service={**start.service, "tblScore": rows})
    sheets = office.calculate(build(tmp_path / "block.xlsx", edition, language, changed))
    assert not _errors(sheets)
    assert card_sums(sheets, language) == {"total": NA, "grade": NA, "coefficient": NA}
    if edition == "manager":
        team = {row["person"]: row for row in table(sheets, "tblTeam", language)}
        columns = ("eu_score", "total", "grade", "coefficient")
        assert [team["OPS1"][code] for code in columns] == [NA] * 4
        assert team["OPS1"]["coverage"] >= 0.7
        assert NA not in [team[person][code] for person in ("OPS2", "OPS3") for code in columns]


def card_sums(sheets: Sheets, language: Language) -> dict[str, Any]:
    """Total, grade and coefficient below the lines of the card."""
    page = sheets["记分卡" if language == "zh" else "Card"]
    labels = {"合计": "total", "Total": "total", "等级": "grade", "Grade": "grade"} | {
        "系数": "coefficient",
        "Coefficient": "coefficient",
    }
    heads = next(n for n, line in enumerate(page) if {"合计", "Total"} & set(line))
    found = zip(page[heads], page[heads + 1], strict=True)
    return {labels[str(head)]: value for head, value in found if head in labels}
