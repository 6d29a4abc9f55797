"""A seasonal book end to end: typed in Setup, refreshed, recalculated by LibreOffice alike."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kpi.model import Language
from sheet_templates.build import build
from sheet_templates.places import MANAGER_PLACES
from sync_service.refresh import look, refresh
from sync_service.sandbox.books import book_start
from tests.libreoffice import Office
from tests.road_support import COMPANIES, Folder, copied, house_at, order_of


def column(sheet: Any, name: str) -> dict[str, Any]:
    """A column of Items by item, as the sheet calculated it."""
    place = MANAGER_PLACES["tblScore"]
    rows = [row for row in sheet[place.row + 1 :] if row[place.column] != ""]
    return {row[place.column]: row[place.offset(name)] for row in rows}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_sheet_scores_by_season_as_the_service_does(
    road: Folder, tmp_path: Path, office: Office, language: Language
) -> None:
    """German Unity Day weighs 0.9, so 21 of 31 days are not quite 21/31 of October."""
    folder = copied(road, tmp_path / "copy")
    world, company, _ = COMPANIES["FEW"]
    start = book_start(world, company, language)
    seasonal = replace(start, settings={**start.settings, "pacing": "seasonal"})
    path = build(tmp_path / "seasonal.xlsx", "manager", language, seasonal)
    with house_at(folder.home) as house:
        refresh(house, order_of(house, path))
        done = look(house, order_of(house, path)).done
    sheet = office.calculate(path)[MANAGER_PLACES["tblScore"].sheet.title(language)]
    due, score = column(sheet, "due"), column(sheet, "score")
    items = [item for card in done.people for one in card.cards for item in one.items]
    paced = [item for item in items if item.due is not None and item.metric.additive]
    assert done.book.settings.pacing == "seasonal"
    assert paced
    assert {item.goal.share for item in paced if item.goal} - {21 / 31, 20 / 31}
    assert {item.key: due[item.key] for item in paced} == {item.key: item.due for item in paced}
    scored = [item for item in items if item.score is not None]
    assert {item.key: score[item.key] for item in scored} == {i.key: i.score for i in scored}
