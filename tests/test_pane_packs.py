"""Packs and formulas for an open workbook: the same as for a closed file, and what is refused."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from addin import metadata
from addin.metadata import PAYOUT
from kpi.errors import KpiError
from kpi.model import Region
from kpi.pack_reading import pack, packs
from kpi.stage import Answers, fit
from sheet_templates.build import build
from sheet_templates.layout import SHEETS, Language
from sheet_templates.places import MANAGER_PLACES
from sheet_templates.scoring_cells import BookCells, Scoring
from sheet_templates.scoring_kinds import SCORING, FormulaKind
from sheet_templates.start import BookStart
from sync_service.pack_loading import Fit, load
from sync_service.pane_library import library
from sync_service.pane_packs import Choice, _table, loaded_pack, proposed, retold
from sync_service.told import ToldError
from sync_service.workbooks.port import BookContents
from sync_service.workbooks.sent import SentBook, sent_book
from sync_service.workbooks.xlsx import XlsxPort
from tests.sent_support import body_of, written
from tests.service_support import Service, service
from tests.sheets_support import filled

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
    listed: Any = library()["packs"]
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
    made: dict[str, Any] = loaded_pack(sent_book(body), Choice("advertising", "EU", answers=said))
    open_ = sent_book(written(body, made)).contents()
    closed = XlsxPort(copy).read()
    for name in LOADED:
        assert shown(open_, name) == shown(closed, name), name
    assert len(made["changes"]) == len(fitted.changes)
    assert made["problems"][0]["code"] == "pack_unconfirmed"
    again: dict[str, Any] = loaded_pack(
        sent_book(written(body, made)), Choice("advertising", "EU", answers=said)
    )
    assert again["tables"] == []  # what is there stays
    assert "pack_off" in {one["code"] for one in again["problems"]}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        pytest.param({"role": "cook"}, "cook", id="a pack that is not there"),
        pytest.param({"region": "UK"}, "UK", id="a region"),
        pytest.param({"answers": {"stage": "old"}}, "old", id="an answer"),
        pytest.param({"variant": "toys"}, "toys", id="a kind of goods"),
        pytest.param({"onto": "Designer"}, "Designer", id="a role that Duties does not have"),
        pytest.param({"names": {"nmMonth": None}}, "no month", id="no month"),
    ],
)
def test_what_cannot_be_loaded_says_why(change: dict[str, Any], said: str, book: Path) -> None:
    body = body_of(book)
    body["names"] |= change.get("names", {})
    given = {"role": "operations", "region": "US", **change}
    given.pop("names", None)
    with pytest.raises(KpiError, match=said):
        loaded_pack(sent_book(body), Choice(**given))


KINDS: tuple[tuple[FormulaKind, FormulaKind, Language], ...] = (
    (FormulaKind.NATIVE, FormulaKind.OFFICEJS, "zh"),
    (FormulaKind.OFFICEJS, FormulaKind.NATIVE, "en"),
    (FormulaKind.XLWINGS, FormulaKind.OFFICEJS, "en"),
    (FormulaKind.NATIVE, FormulaKind.NATIVE, "en"),
)


def test_the_pane_knows_every_column_of_scoring_that_it_may_see() -> None:
    known = {name: list(made) for name, made in SCORING.items() if name not in PAYOUT}
    assert known == metadata.SCORING


def typed(text: object) -> str:
    """A formula of a file as Excel shows it and takes it."""
    return str(text).replace("_xldudf_KPI_", "KPI.")


def standing(path: Path, language: Language) -> dict[str, list[Any]]:
    """The formulas of scoring in a file as a pane sends them: tables, and the card's tab."""
    built = openpyxl.load_workbook(path)
    cells = []
    for table in ("tblScore", "tblTeam"):
        place = MANAGER_PLACES[table]
        for code in SCORING[table]:
            sheet = built[place.sheet.title(language)]
            found = sheet.cell(place.row + 2, place.offset(code) + 1).value
            cells.append({"table": table, "column": code, "row": 0, "formula": typed(found)})
    title = next(one for one in SHEETS if one.code == "card").title(language)
    card = [
        [cell.coordinate, typed(cell.value)]
        for row in built[title].iter_rows()
        for cell in row
        if cell.data_type == "f" and isinstance(cell.value, str)
    ]
    return {"cells": cells, "card": card}


@pytest.mark.filterwarnings("ignore:.*extension is not supported")
@pytest.mark.parametrize(("before", "kind", "language"), KINDS)
def test_formulas_are_those_that_the_builder_writes(
    before: FormulaKind, kind: FormulaKind, language: Language, tmp_path: Path
) -> None:
    paths = {
        one: build(tmp_path / f"{one}.xlsx", "manager", language, filled(language), one)
        for one in {before, kind}
    }
    sent, wanted = (standing(paths[one], language) for one in (before, kind))
    told: dict[str, Any] = retold(sent_book(body_of(paths[before])), kind, sent)
    assert told["cells"] == wanted["cells"]
    changed = dict(map(tuple, wanted["card"]))
    assert len(told["card"]) == 2  # the total and the grade
    for one in told["card"]:
        assert one["formula"] == changed[one["cell"]]
    if before is not kind:
        assert [at for at, text in sent["card"] if text != changed[at]] == [
            one["cell"] for one in told["card"]
        ]


@pytest.mark.filterwarnings("ignore:.*extension is not supported")
def test_a_formula_of_a_persons_own_stays(tmp_path: Path) -> None:
    path = build(tmp_path / "book.xlsx", "manager", "en", filled("en"))
    sent = standing(path, "en")
    due = next(one for one in sent["cells"] if one["column"] == "due")
    row = MANAGER_PLACES["tblScore"].row + 2
    own = [
        {**due, "formula": "=42+1"},
        {**due, "formula": due["formula"].replace(str(row), str(row + 1))},  # of the row below
        {**due, "row": 3, "formula": due["formula"].replace(str(row), str(row + 3))},
    ]
    told: dict[str, Any] = retold(sent_book(body_of(path)), FormulaKind.OFFICEJS, {"cells": own})
    first, second, third = (one["formula"] for one in told["cells"])
    assert (first, second) == (None, None)
    assert third.startswith('=IF($A8="","",KPI.DUE($G8,')


def book_cells_of(book: SentBook) -> BookCells:
    return BookCells({name: _table(grid) for name, grid in book.grids.items()}, "en")


def test_cells_of_the_own_row_are_known_as_excel_shows_them(tmp_path: Path) -> None:
    path = build(tmp_path / "book.xlsx", "manager", "en", BookStart())
    due = {"table": "tblTeam", "column": "grade", "row": 0}
    book = sent_book(body_of(path))
    saved = Scoring(book_cells_of(book))._of_row(
        "tblTeam", "grade", FormulaKind.NATIVE, own_row=True, spans=()
    )
    assert saved is not None
    shown = saved.replace("tblTeam[[#This Row],[Total]]", "[@Total]").replace(
        "tblTeam[[#This Row],[Person]]", "tblTeam[@[Person]]"
    )
    assert shown != saved
    told: dict[str, Any] = retold(
        book, FormulaKind.NATIVE, {"cells": [{**due, "formula": f"={shown}"}]}
    )
    assert told["cells"][0]["formula"] == f"={saved}"


@pytest.mark.parametrize(
    "given",
    [
        {"cells": 3},
        {"cells": [3]},
        {"cells": [{"table": "tblScore", "column": "item", "row": 0}]},
        {"cells": [{"table": "tblScore", "column": "due", "row": "x"}]},
        {"card": [["A1"]]},
        {"card": [["1A", "=1"]]},
    ],
)
def test_formulas_of_another_shape_are_refused(given: dict[str, Any], book: Path) -> None:
    with pytest.raises(ToldError, match="Reload the add-in"):
        retold(sent_book(body_of(book)), FormulaKind.OFFICEJS, given)


def test_a_partners_workbook_is_refused(tmp_path: Path) -> None:
    sent = sent_book(body_of(build(tmp_path / "p.xlsx", "partner", "en")))
    with pytest.raises(ToldError, match="share BOOK"):
        retold(sent, FormulaKind.OFFICEJS, {})
    with pytest.raises(ToldError, match="share BOOK"):
        loaded_pack(sent, Choice("operations", "US"))
    with pytest.raises(ToldError, match="share BOOK"):
        proposed(sent, date(2026, 10, 1))


# --- the routes -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def open_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with service(tmp_path_factory.mktemp("service")) as one:
        yield one


@pytest.mark.filterwarnings("ignore:.*extension is not supported")
def test_the_routes_answer_and_refuse(open_service: Service, book: Path) -> None:
    web, key = open_service.web, open_service.key
    listed = web.get("/api/v1/packs", headers=key).get_json()
    assert len(listed["packs"]) == len(packs())
    body = body_of(book)
    order = {**body, "pack": "purchasing", "region": "US", "answers": {}}
    made = web.post("/api/v1/panes/pack", json=order, headers=key)
    assert made.status_code == 200
    assert {one["table"] for one in made.get_json()["tables"]} <= set(LOADED)
    sent = {**body, **standing(book, "en"), "to": "officejs"}
    told = web.post("/api/v1/panes/convert", json=sent, headers=key)
    assert all(one["formula"].startswith("=IF(") for one in told.get_json()["cells"])
    for path, wrong in (
        ("pack", {**order, "answers": 3}),
        ("pack", {**order, "pack": "cook"}),
        ("convert", {**body, "to": "basic"}),
        ("convert", {**sent, "cells": {}}),
    ):
        answer = web.post(f"/api/v1/panes/{path}", json=wrong, headers=key)
        assert answer.status_code == 422
        assert answer.get_json()["error"]["zh"]
    assert web.get("/api/v1/packs").status_code == 401
