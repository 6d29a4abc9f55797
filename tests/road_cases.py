"""Refreshed workbooks as LibreOffice calculates them, beside what the service computed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from kpi.errors import Problem
from kpi.model import Language
from kpi.tables import ErrorValue
from sheet_templates.places import MANAGER_PLACES, PARTNER_PLACES, Place
from sheet_templates.words import show
from sync_service.compute import Computed
from sync_service.reconcile import Compared
from sync_service.refresh import look
from sync_service.sharing import share
from sync_service.slices import Slice, sliced
from sync_service.workbooks.serials import to_serial
from tests.libreoffice import NA, CellError, CellResult, Office, Sheets
from tests.road_support import COMPANIES, Folder, copied, house_at, order_of
from tests.sheet_rows import rows_of

PARTNER = "OPS6"  # the agency of the second company
Spots = dict[tuple[int, int], CellResult]  # zero-based row and column


@dataclass(frozen=True, slots=True)
class Case:
    """One refreshed workbook, as LibreOffice and as the service see it."""

    language: Language
    path: Path
    sheets: Sheets
    done: Computed
    problems: tuple[Problem, ...] = ()
    mine: Slice | None = None  # of a partner's workbook
    compared: tuple[Compared, ...] = ()  # each shop with its back office

    def place(self, table: str) -> Place:
        """Where a table of this edition stands."""
        return (MANAGER_PLACES if self.mine is None else PARTNER_PLACES)[table]

    def rows(self, table: str) -> list[dict[str, Any]]:
        """The rows of a table by column code."""
        return rows_of(self.sheets, self.place(table), self.language)


@pytest.fixture(scope="session")
def _refreshed(
    road: Folder, office: Office, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], Case]:
    """Each company's case, made once: a parametrised fixture is made again at every change."""

    @cache
    def made(company: str) -> Case:
        mine = copied(road, tmp_path_factory.mktemp(company) / "road", company)
        path = mine.book(company)
        with house_at(mine.home) as house:
            seen = look(house, order_of(house, path))
        assert not [p.line("en") for p in seen.problems if p.level == "error"]
        sheets = office.calculate(path)
        language = COMPANIES[company][2]
        return Case(language, path, sheets, seen.done, seen.problems, compared=seen.compared)

    return made


@pytest.fixture(scope="session")
def _shared(
    road: Folder, office: Office, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[Language], Case]:
    """The same for the partner's workbook in each language."""

    @cache
    def made(language: Language) -> Case:
        mine = copied(road, tmp_path_factory.mktemp(language) / "road", "HY")
        path = mine.root / "partner.xlsx"
        with house_at(mine.home) as house:
            order = order_of(house, mine.book("HY"))
            share(house, order, PARTNER, path, language)
            found = sliced(look(house, order).done, PARTNER, language)
        return Case(language, path, office.calculate(path), found.done, (), found)

    return made


@pytest.fixture(scope="session", params=["XH", "HY"], ids=["XH in Chinese", "HY in English"])
def case(request: pytest.FixtureRequest, _refreshed: Callable[[str], Case]) -> Case:
    """A manager's workbook after its refresh."""
    return _refreshed(request.param)


@pytest.fixture(scope="session", params=["zh", "en"])
def partner_case(request: pytest.FixtureRequest, _shared: Callable[[Language], Case]) -> Case:
    """The partner's workbook of the second company."""
    return _shared(request.param)


def cell(value: object) -> CellResult:
    """A value as LibreOffice gives it: a day is its number, nothing an empty text."""
    if isinstance(value, ErrorValue):
        return NA
    if isinstance(value, datetime | date):
        return float(to_serial(value, date1904=False))
    if value is None:
        return ""
    return value if isinstance(value, str) else float(str(value))


def known(value: float | None) -> CellResult:
    return NA if value is None else value


def or_dash(value: object) -> CellResult:
    """What a page shows where a KPI does not apply: a dash, never a zero."""
    return "–" if value is None else cell(value)


def pace_word(case: Case, pace: object) -> str:
    """95 % of what is due is fine, below 85 % is a breach, unknown is no data."""
    known_pace = pace if isinstance(pace, float) else None
    level = (
        "no_data"
        if known_pace is None
        else "ok"
        if known_pace >= 0.95
        else "warn"
        if known_pace >= 0.85
        else "breach"
    )
    return show("status", level, case.language)


def compared(case: Case, title: tuple[str, str], wanted: Spots) -> None:
    """Each expected cell is there to the last bit, and no other cell of the tab is #N/A."""
    lines = case.sheets[title[0] if case.language == "zh" else title[1]]
    found = {(r, c): lines[r][c] for r, c in wanted}
    assert found == wanted
    unknown = {
        (r, c)
        for r, line in enumerate(lines)
        for c, one in enumerate(line)
        if isinstance(one, CellError)
    }
    assert unknown == {spot for spot, value in wanted.items() if value == NA}
