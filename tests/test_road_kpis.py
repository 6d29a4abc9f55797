"""tblKpi after a refresh: the card that is printed is the one that was computed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from kpi.tables import CellValue, ErrorValue
from sheet_templates.build import build
from sheet_templates.start import BookStart, StartRow
from sync_service.sandbox.books import book_start
from sync_service.workbooks.xlsx import XlsxPort
from tests.road_support import COMPANIES, Folder, copied, house_at, refresh_book

OWN: StartRow = {
    "on": "yes",
    "metric": "own_ratio",
    "name": "Own ratio",
    "formula": "ad_orders / ad_clicks",
    "unit": "ratio",
    "better": "higher",
}
BROKEN: StartRow = {**OWN, "metric": "own_bad", "name": "Own bad", "formula": "ad_spend + orders"}


def started() -> BookStart:
    """The small company, its net profit without commission, and two KPIs of its own."""
    world, company, language = COMPANIES["FEW"]
    start = book_start(world, company, language)
    switched = [
        {**row, "switches": "commission out", "on": "yes"} if row["metric"] == "net_profit" else row
        for row in start.kpis
    ]
    return replace(start, kpis=[*switched, OWN, BROKEN])


@pytest.fixture(scope="module")
def lines(
    road: Folder, tmp_path_factory: pytest.TempPathFactory
) -> Mapping[object, Mapping[str, CellValue | ErrorValue]]:
    mine = copied(road, tmp_path_factory.mktemp("kpis") / "road", "FEW")
    path: Path = build(mine.book("FEW"), "manager", "en", started())
    with house_at(mine.home) as house:
        refresh_book(house, path, "never")
    table = XlsxPort(path).read().tables["tblKpi"]
    return {
        row.value("metric"): {code: cell.value for code, cell in row.cells.items()}
        for row in table.rows
    }


def test_a_switch_is_printed_on_the_card(
    lines: Mapping[object, Mapping[str, CellValue | ErrorValue]],
) -> None:
    profit = lines["net_profit"]
    assert str(profit["includes"]).startswith("platform fees are not taken off; VAT is taken off")
    assert "Platform fees" not in str(profit["numerator"])
    assert profit["check"] == "●"


def test_an_own_kpi_shows_what_it_means_and_where_it_may_divide_by_zero(
    lines: Mapping[object, Mapping[str, CellValue | ErrorValue]],
) -> None:
    own = lines["own_ratio"]
    assert own["check"] == "● Ad clicks at column 13 may be 0; the value is then unknown"
    assert str(own["includes"]).startswith("Ad-attributed orders ÷ Ad clicks; unknown when")
    assert (own["numerator"], own["denominator"]) == ("Ad-attributed orders", "Ad clicks")


def test_a_formula_with_a_fault_says_it_in_its_row(
    lines: Mapping[object, Mapping[str, CellValue | ErrorValue]],
) -> None:
    """Money is not added to pieces."""
    check = str(lines["own_bad"]["check"])
    assert check.startswith("■ ")
    assert "money" in check
