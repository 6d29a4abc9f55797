"""Best seller ranks of a shop with several ranked products, from the facts into the book."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from kpi.model import Window
from sheet_templates.build import build
from sheet_templates.start import BookStart
from sync_service.fact_rows import MONEY
from sync_service.house import House
from sync_service.refresh import refresh
from sync_service.workbooks.xlsx import XlsxPort
from tests.road_support import commit, order_of
from tests.service_support import NINE, service

OCTOBER = Window(date(2026, 10, 1), date(2026, 10, 22))
KEY = (("day", pa.date32()), ("sku", pa.string()), ("part", pa.string()), ("currency", pa.string()))


def ranks(house: House) -> None:
    """A rises from 110 to 90, with a second category ten times as far down; B stays at 95."""
    lines = [
        {"day": day, "sku": sku, "part": part, "currency": "EUR", "bsr_position": place}
        for number, day in enumerate(OCTOBER.each())
        for sku, part, place in (
            ("A", "kitchen", 110 - number),
            ("A", "pans", 1100 - number),
            ("B", "kitchen", 95),
        )
    ]
    fields = pa.schema([*KEY, ("bsr_position", MONEY)])
    commit(house, "DE1", "file.mapped", OCTOBER, pa.Table.from_pylist(lines, fields), NINE)


def start(switches: str) -> BookStart:
    return BookStart(
        shops=[
            {"shop": "DE1", "platform": "amazon", "market": "DE", "currency": "EUR",
             "time_zone": "Europe/Berlin"},
        ],
        products=[
            {"sku": "A", "category": "Pans", "start": date(2026, 1, 1)},
            {"sku": "B", "category": "Lids", "start": date(2026, 1, 1)},
        ],
        kpis=[{"on": "yes", "metric": "bsr_rank", "switches": switches}],
        settings={"month": "2026-10"},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("switches", "shop", "pans", "says"),
    [
        pytest.param("", 90.0, 90.0, "latest day", id="A at 90 on the last of 21 days"),
        pytest.param("days best", 90.0, 90.0, "best day", id="and on its best day"),
        pytest.param(
            "days median", 95.0, 100.0, "median day", id="16 days B at 95; A alone: 110 less 10"
        ),
    ],
)
def test_a_shop_with_several_ranked_products_has_a_rank(
    tmp_path: Path, switches: str, shop: float, pans: float, says: str
) -> None:
    with service(tmp_path) as one:
        ranks(one.house)
        path = build(tmp_path / "team.xlsx", "manager", "en", start(switches))
        refresh(one.house, order_of(one.house, path))
        tables = XlsxPort(path).read().tables
    found = {
        row.value("scope"): row.value("value")
        for row in tables["tblActual"].rows
        if row.value("metric") == "BSR rank" and row.value("period") == "2026-10"
    }
    assert found == {
        **dict.fromkeys(("ALL", "EU", "DE", "amazon", "DE1"), shop),
        "Pans": pans,
        "Lids": 95.0,
    }
    [card] = [row for row in tables["tblKpi"].rows if row.value("metric") == "bsr_rank"]
    assert says in str([cell.value for cell in card.cells.values()])


def test_the_window_is_that_of_the_cases() -> None:
    assert OCTOBER.days == 21
    assert OCTOBER.end - timedelta(days=1) == date(2026, 10, 21)
