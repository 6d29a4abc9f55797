"""The sandbox's files, imported, are the simulator's truth: to the cent, by day and SKU."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pyarrow as pa
import pytest

from kpi.model import Window
from sync_service.house import House
from sync_service.imports.importing import Imported, import_file
from sync_service.imports.layout import Options
from sync_service.imports.mapping import BESIDE
from sync_service.sandbox.file_mappings import MAPPINGS
from sync_service.sandbox.files import write_files
from sync_service.sandbox.truth import KEYS, same, truth
from sync_service.sandbox.world import SANDBOX_NOW
from tests.imports_support import WORLD, house_at

SHOPS = ("AMZ-DE", "AMZ-FR", "SHP-US")
STORAGE = ("storage_fees",)  # the sandbox's settlement holds lines of orders only
DAY = Window(date(2026, 10, 19), date(2026, 10, 20))


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, dict[str, Imported]]]:
    """Every file of three shops, imported once."""
    folder = tmp_path_factory.mktemp("files")
    paths = write_files(WORLD, folder, SANDBOX_NOW, SHOPS)
    for name, text in MAPPINGS.items():
        (folder / f"{name}{BESIDE}").write_text(text, encoding="utf-8")
    with house_at(tmp_path_factory.mktemp("home"), SHOPS) as house:
        found = {}
        for path in paths:
            by_child = path.stem.endswith("by-child")
            found[path.name] = import_file(house, path, Options(period=DAY if by_child else None))
        yield house, found


def test_every_file_is_recognised_and_no_row_of_a_known_shop_is_refused(
    done: tuple[House, dict[str, Imported]],
) -> None:
    refused = {name: len(one.refused) for name, one in done[1].items() if one.refused}
    assert set(refused) == {"reviews.csv", "own-stores.csv"}  # they name all twelve shops
    assert done[1]["costs.csv"].encoding == "gb18030"
    assert done[1]["costs.csv"].costs == 294  # 300 SKUs, six of AMZ-ES without a cost


@pytest.mark.parametrize(
    ("ours", "theirs", "shop", "start", "end", "without"),
    [
        ("file.business_report", "amazon.traffic", "AMZ-DE", "2025-09-16", "2026-10-22", ()),
        ("file.business_report", "amazon.traffic", "AMZ-FR", "2026-10-01", "2026-10-22", ()),
        ("file.all_orders", "amazon.orders", "AMZ-DE", "2026-10-01", "2026-10-22", ()),
        (
            "file.settlement",
            "amazon.finances",
            "AMZ-FR",
            "2026-09-24",
            "2026-10-08",
            ("storage_fees",),
        ),
        ("file.ads_sp", "amazon_ads.sp", "AMZ-DE", "2025-09-16", "2026-07-18", ()),
        ("file.ads_sd", "amazon_ads.sd", "AMZ-FR", "2025-09-16", "2026-08-17", ()),
        ("file.mapped", "file.mapped", "SHP-US", "2025-09-16", "2026-10-21", ()),
        ("file.mapped", "file.mapped", "AMZ-FR", "2025-09-16", "2026-10-22", ()),
    ],
)
def test_files_are_the_truth(
    done: tuple[House, dict[str, Imported]],
    ours: str,
    theirs: str,
    shop: str,
    start: str,
    end: str,
    without: tuple[str, ...],
) -> None:
    window = Window(date.fromisoformat(start), date.fromisoformat(end))
    got = done[0].facts.rows(ours, shop, window)
    wanted = truth(WORLD, shop, theirs, window, SANDBOX_NOW, forgotten=True).drop_columns(without)
    assert same(got.select(wanted.column_names), wanted) == []


def test_the_orders_of_a_store_are_the_truth_but_for_whose_discounts_they_are(
    done: tuple[House, dict[str, Imported]],
) -> None:
    window = Window(date(2026, 8, 1), date(2026, 10, 20))
    got = done[0].facts.rows("file.shopify_orders", "SHP-US", window)
    wanted = truth(WORLD, "SHP-US", "shopify.orders", window, SANDBOX_NOW)
    by_line = {"discounts", "sales_shipped"}  # the file tells discounts by order alone
    columns = [name for name in wanted.column_names if name not in by_line]
    assert same(got.select(columns), wanted.select(columns)) == []
    assert by_day(got, "discounts") == by_day(wanted, "discounts")


def test_brands_are_the_truth_by_day(done: tuple[House, dict[str, Imported]]) -> None:
    window = Window(date(2025, 9, 16), date(2026, 8, 22))
    got = done[0].facts.rows("file.ads_sb", "AMZ-DE", window)
    wanted = truth(WORLD, "AMZ-DE", "amazon_ads.sb", window, SANDBOX_NOW, forgotten=True)
    for measure in [name for name in wanted.column_names if name not in KEYS]:
        assert by_day(got, measure) == by_day(wanted, measure)


def by_day(table: pa.Table, measure: str) -> dict[object, object]:
    groups = table.group_by("day").aggregate([(measure, "sum")])
    days, sums = groups.column("day").to_pylist(), groups.column(f"{measure}_sum").to_pylist()
    return dict(zip(days, sums, strict=True))
