"""An agency's book from end to end: lines, scopes and reports of two companies of its shops."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from kpi.model import Region
from kpi.tables import Table
from sheet_templates.layout import REGION_METRICS, REPORT_SCOPES
from sync_service.asking import scope_of
from sync_service.compute import Computed
from sync_service.filling import reports
from sync_service.refresh import look
from sync_service.sheet_answers import Known, scope_key
from sync_service.workbooks.xlsx import XlsxPort
from tests.road_support import Few, fill, house_at, order_of, refresh_book
from tests.test_sharing import LONG, house_start, manager

ACME = ("HY-AMZ-DE",)
Tables = dict[str, Table]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Computed, Tables]]:
    root = tmp_path_factory.mktemp("owners")
    with house_at(root / "data") as house:
        fill(house, Few().shops, LONG)
        start = house_start()
        shops = [
            {**row, "company": "Acme" if row["shop"] in ACME else "Bolt", "brand": "Lumo"}
            for row in start.shops
        ]
        line = {
            **next(row for row in start.targets if row["scope"] == "EU"),
            "scope": "Acme",
            "year_total": None,
            "split": None,
            **{f"m{n:02d}": 1_000.0 for n in range(1, 13)},
        }
        start = replace(start, shops=shops, targets=[*start.targets, line])
        book = manager(root, start)
        refresh_book(house, book, "never")
        done = look(house, order_of(house, book, "never")).done
        yield done, dict(XlsxPort(book).read().tables)


def test_each_company_has_its_lines_in_the_reports_under_those_of_the_regions(
    world: tuple[Computed, Tables],
) -> None:
    """The only brand is the whole book once more, and no line."""
    done, tables = world
    for name in ("tblDaily", "tblWeekly", "tblMonthly"):
        scopes = [row.value("scope") for row in tables[name].rows]
        wanted = (*REPORT_SCOPES, "Acme", "Bolt")
        assert scopes == [scope for scope in wanted for _ in REGION_METRICS]
    mine = {
        row.value("scope"): row.value("value")
        for row in tables["tblDaily"].rows
        if row.value("metric") == "Net sales"
    }
    day = reports.day_of(done).now
    shops = [done.value("net_sales", (shop.region, shop.code), day) for shop in done.book.shops]
    of_shop = {one.scope.code: one.value for one in shops if one}
    assert mine["Acme"] == pytest.approx(sum(of_shop[code] or 0.0 for code in ACME))
    assert isinstance(mine["Acme"], float)
    assert isinstance(mine["Bolt"], float)
    assert mine["Acme"] + mine["Bolt"] == pytest.approx(mine["ALL"])


def test_a_line_of_a_company_counts_its_shops_and_shows_its_gap(
    world: tuple[Computed, Tables],
) -> None:
    """1,000 a month for the EU; the only shop of Acme there asks something else."""
    done, tables = world
    (row,) = (row for row in tables["tblTarget"].rows if row.value("scope") == "Acme")
    german, shop = (done.value("net_sales", (Region.EU, code)) for code in ("Acme", *ACME))
    assert german is not None
    assert shop is not None
    assert german.value == shop.value
    assert row.value("counted") == 1_000.0
    assert "Shops gap" in str(row.value("breakdown"))
    above = next(r for r in tables["tblTarget"].rows if r.value("scope") == "EU")
    assert "Companies gap" in str(above.value("breakdown"))


def test_a_company_is_offered_and_answers_for_both_regions(
    world: tuple[Computed, Tables],
) -> None:
    done, tables = world
    kinds = {row.value("scope"): row.value("kind") for row in tables["tblScope"].rows}
    assert (kinds["Acme"], kinds["Bolt"]) == ("Legal company", "Legal company")
    assert "Lumo" not in kinds
    known = Known(("", "", ""), done)  # type: ignore[arg-type]  # of no facts
    assert scope_key(known, "acme") == (None, "Acme")
    assert scope_key(known, "Acme/EU") == (Region.EU, "Acme")
    assert scope_of(done, "Acme")[0] == (None, "Acme")
    assert scope_of(done, "Acme", "EU")[0] == (Region.EU, "Acme")
