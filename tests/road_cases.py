"""Refreshed workbooks as LibreOffice calculates them, beside what the service computed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from kpi.errors import Problem
from kpi.model import Language
from sheet_templates.places import MANAGER_PLACES, PARTNER_PLACES, Place
from sync_service.compute import Computed
from sync_service.refresh import look
from sync_service.sharing import Slice, share, sliced
from tests.libreoffice import Office, Sheets
from tests.road_support import COMPANIES, Folder, copied, house_at, order_of

PARTNER = "OPS6"  # the agency of the second company


@dataclass(frozen=True, slots=True)
class Case:
    """One refreshed workbook, as LibreOffice and as the service see it."""

    language: Language
    path: Path
    sheets: Sheets
    done: Computed
    problems: tuple[Problem, ...] = ()
    mine: Slice | None = None  # of a partner's workbook

    def place(self, table: str) -> Place:
        """Where a table of this edition stands."""
        return (MANAGER_PLACES if self.mine is None else PARTNER_PLACES)[table]

    def rows(self, table: str) -> list[dict[str, Any]]:
        """The rows of a table by column code."""
        place = self.place(table)
        lines = self.sheets[place.sheet.title(self.language)][place.row + 1 :]
        codes = [column.code for column in place.table.columns]
        cells = [line[place.column : place.column + len(codes)] for line in lines]
        return [dict(zip(codes, line, strict=True)) for line in cells if line[0] != ""]


@pytest.fixture(scope="session", params=["XH", "HY"], ids=["XH in Chinese", "HY in English"])
def case(
    request: pytest.FixtureRequest,
    road: Folder,
    office: Office,
    tmp_path_factory: pytest.TempPathFactory,
) -> Case:
    """A manager's workbook after its refresh."""
    company: str = request.param
    mine = copied(road, tmp_path_factory.mktemp(company) / "road", company)
    path = mine.book(company)
    with house_at(mine.home) as house:
        seen = look(house, order_of(house, path))
    assert not [p.line("en") for p in seen.problems if p.level == "error"]
    return Case(COMPANIES[company][2], path, office.calculate(path), seen.done, seen.problems)


@pytest.fixture(scope="session", params=["zh", "en"])
def partner_case(
    request: pytest.FixtureRequest,
    road: Folder,
    office: Office,
    tmp_path_factory: pytest.TempPathFactory,
) -> Case:
    """The partner's workbook of the second company."""
    language: Language = request.param
    mine = copied(road, tmp_path_factory.mktemp(language) / "road", "HY")
    path = mine.root / "partner.xlsx"
    with house_at(mine.home) as house:
        order = order_of(house, mine.book("HY"))
        share(house, order, PARTNER, path, language)
        found = sliced(look(house, order).done, PARTNER, language)
    return Case(language, path, office.calculate(path), found.done, (), found)
