"""Packs and formulas for an open workbook: the same as for a closed file, and what is refused."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from kpi.errors import KpiError
from kpi.model import Region
from kpi.pack_reading import pack, packs
from kpi.stage import Answers, fit
from sheet_templates.build import build
from sheet_templates.layout import Language
from sheet_templates.places import MANAGER_PLACES
from sheet_templates.scoring_kinds import SCORING, FormulaKind
from sheet_templates.start import BookStart
from sync_service.pack_loading import Fit, load
from sync_service.pane_packs import formulas, loaded_pack, pack_list
from sync_service.told import ToldError
from sync_service.workbooks.port import BookContents
from sync_service.workbooks.sent import sent_book
from sync_service.workbooks.xlsx import XlsxPort
from tests.sent_support import body_of, written
from tests.service_support import Service, service
from tests.sheets_support import filled

LANGUAGES: tuple[Language, ...] = ("zh", "en")
LOADED = ("tblWeight", "tblTarget", "tblKpi")


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    start = BookStart(settings={"month": "2026-10"})
    return build(tmp_path_factory.mktemp("packs") / "book.xlsx", "manager", "en", start)


def shown(contents: BookContents, name: str) -> list[dict[str, object]]:
    """A table's rows by column, without what is empty."""
    rows = contents.tables[name].rows
    return [
        {code: cell.value for code, cell in row.cells.items() if cell.value not in (None, "")}
        for row in rows
    ]


def test_every_pack_is_listed() -> None:
    listed = pack_list()
    assert {(one["pack"], one["region"]) for one in listed} == {
        (role, str(region)) for role, region in packs()
    }
    assert all(one["result"] for one in listed if one["role"] == "operations")


def test_a_pack_adds_the_rows_that_it_adds_to_a_closed_file(book: Path, tmp_path: Path) -> None:
    copy = tmp_path / "closed.xlsx"
    shutil.copy(book, copy)
    fitted = fit(pack("advertising", Region.EU), Answers(stage="launch", team_size=4))
    load(XlsxPort(copy, recalculate="never"), [Fit(fitted.pack, fitted.changes)], date(2026, 1, 1))
    body = body_of(book)
    said = {"stage": "launch", "history_months": 12, "team_size": 4, "cash_limited": False}
    made: dict[str, Any] = loaded_pack(sent_book(body), "advertising", "EU", said)
    open_ = sent_book(written(body, made)).contents()
    closed = XlsxPort(copy).read()
    for name in LOADED:
        assert shown(open_, name) == shown(closed, name), name
    assert len(made["changes"]) == len(fitted.changes)
    assert made["problems"][0]["code"] == "pack_unconfirmed"
    again: dict[str, Any] = loaded_pack(sent_book(written(body, made)), "advertising", "EU", said)
    assert again["tables"] == []  # what is there stays
    assert "pack_off" in {one["code"] for one in again["problems"]}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        pytest.param({"role": "cook"}, "cook", id="a pack that is not there"),
        pytest.param({"region": "UK"}, "UK", id="a region"),
        pytest.param({"answers": {"stage": "old"}}, "old", id="an answer"),
        pytest.param({"names": {"nmMonth": None}}, "no month", id="no month"),
    ],
)
def test_what_cannot_be_loaded_says_why(change: dict[str, Any], said: str, book: Path) -> None:
    body = body_of(book)
    body["names"] |= change.get("names", {})
    given = (change.get("role", "operations"), change.get("region", "US"))
    with pytest.raises(KpiError, match=said):
        loaded_pack(sent_book(body), *given, change.get("answers", {}))


@pytest.mark.filterwarnings("ignore:.*extension is not supported")
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", FormulaKind)
def test_formulas_are_those_that_the_builder_writes(
    language: Language, kind: FormulaKind, tmp_path: Path
) -> None:
    path = build(tmp_path / "book.xlsx", "manager", language, filled(language), kind)
    told = {
        (f["table"], f["column"]): f["formula"] for f in formulas(sent_book(body_of(path)), kind)
    }
    assert len(told) == sum(len(SCORING[name]) for name in ("tblScore", "tblTeam"))
    built = openpyxl.load_workbook(path)
    for (name, code), text in told.items():
        place = MANAGER_PLACES[str(name)]
        cell = built[place.sheet.title(language)].cell(place.row + 2, place.offset(str(code)) + 1)
        assert str(cell.value).replace("_xldudf_KPI_", "KPI.") == text


def test_a_partners_workbook_is_refused(tmp_path: Path) -> None:
    sent = sent_book(body_of(build(tmp_path / "p.xlsx", "partner", "en")))
    with pytest.raises(ToldError, match="share BOOK"):
        formulas(sent, FormulaKind.OFFICEJS)
    with pytest.raises(ToldError, match="share BOOK"):
        loaded_pack(sent, "operations", "US", {})


# --- the routes -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def open_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with service(tmp_path_factory.mktemp("service")) as one:
        yield one


def test_the_routes_answer_and_refuse(open_service: Service, book: Path) -> None:
    web, key = open_service.web, open_service.key
    listed = web.get("/api/v1/packs", headers=key).get_json()
    assert len(listed["packs"]) == len(packs())
    body = body_of(book)
    order = {**body, "pack": "purchasing", "region": "US", "answers": {}}
    made = web.post("/api/v1/panes/pack", json=order, headers=key)
    assert made.status_code == 200
    assert {one["table"] for one in made.get_json()["tables"]} <= set(LOADED)
    told = web.post("/api/v1/panes/convert", json={**body, "to": "officejs"}, headers=key)
    assert all(one["formula"].startswith("=IF(") for one in told.get_json()["formulas"])
    for path, wrong in (
        ("pack", {**order, "answers": 3}),
        ("pack", {**order, "pack": "cook"}),
        ("convert", {**body, "to": "basic"}),
    ):
        answer = web.post(f"/api/v1/panes/{path}", json=wrong, headers=key)
        assert answer.status_code == 422
        assert answer.get_json()["error"]["zh"]
    assert web.get("/api/v1/packs").status_code == 401
